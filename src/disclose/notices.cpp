#include "disclose/notices.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/encode.hpp"

namespace dislodge::disclose {
namespace {

std::string day(base::Time t) {
  return base::format_date(base::date_of(t));
}

std::string plural(std::uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

}  // namespace

base::Result<Notice> notice_for(const Party &party, const Sender &sender, base::Interval exposure) {
  if (base::trim(sender.contact_channel).empty()) {
    return base::fail(
        base::ErrorKind::usage,
        fmt::format(
            "notice for {}: give a contact channel that the intruder cannot read, as a telephone number",
            party.organisation));
  }
  for (const std::string &address : party.channels_read) {
    if (base::contains_ignoring_case(sender.contact_channel, address)) {
      return base::fail(base::ErrorKind::usage,
                        fmt::format("notice for {}: the contact channel {} is one that the intruder can "
                                    "read; give another, as a telephone number",
                                    party.organisation, address));
    }
  }
  Notice notice;
  notice.organisation = party.organisation;
  notice.subject = fmt::format("Stolen correspondence between {} and {}: please act", sender.organisation,
                               party.organisation);
  notice.forbidden_channels = party.channels_read;

  std::string &text = notice.text;
  const auto line = [&](std::string_view one = {}) {
    text += one;
    text += '\n';
  };
  line(fmt::format("To: {}", party.organisation));
  line(fmt::format("From: {}, {}", sender.organisation, sender.contact_name));
  line();
  line("How to check that this is from us");
  line(
      fmt::format("  Do not use links or numbers from this text. Find the code {} at {}, or call {} through "
                  "a number you already have.",
                  sender.verification_code.empty() ? "(code)" : sender.verification_code,
                  sender.verify_at.empty() ? "(place)" : sender.verify_at, sender.organisation));
  line();
  line("What happened");
  std::string when;
  if (exposure.from != base::kTimeMin) when = fmt::format(" from {}", day(exposure.from));
  if (exposure.until != base::kTimeMax) when += fmt::format(" until {}", day(exposure.until));
  line(fmt::format(
      "  An intruder could read mailboxes of ours{}. {} with you {} among what they could read{}.", when,
      plural(party.messages, "message", "messages"), party.messages == 1 ? "is" : "are",
      party.first <= party.last ? fmt::format(", sent between {} and {}", day(party.first), day(party.last))
                                : ""));
  line(fmt::format(
      "  For {} of them our logs show that the intruder opened it. For the others we cannot exclude it.",
      party.messages_seen_accessed));
  line();
  line("Your credentials in it");
  if (party.secrets.empty()) {
    line("  We found none. That is what our search found, not a promise that there is none.");
  }
  for (const PartySecret &secret : party.secrets) {
    line(fmt::format("  - {} {}", secret.kind, secret.mask));
    for (const std::string &place : secret.places) line(fmt::format("      in {}", place));
    if (secret.place_count > secret.places.size())
      line(fmt::format("      and {} more places", secret.place_count - secret.places.size()));
    line(fmt::format("      why we think it is yours: {}", secret.why));
  }
  line();
  line("What we saw of their use");
  if (party.uses.empty()) line("  Nothing in the logs that we hold. Your own logs can tell more.");
  for (const PartyUse &use : party.uses) {
    line(fmt::format("  - {}: {} ({})", base::format_time(use.time),
                     use.succeeded ? "used, and it worked" : "tried",
                     use.outcome.empty() ? "outcome not known" : use.outcome));
  }
  line();
  line("What to do now");
  int number = 1;
  for (const std::string &step : party.to_do) line(fmt::format("  {}. {}", number++, step));
  line();
  line("What we do not know");
  line(
      "  Whether the intruder kept copies, and whether they used your credentials where only you have logs.");
  line();
  line(fmt::format("Contact: {} ({})", sender.contact_name, sender.contact_channel));
  if (sender.next_update != base::kTimeMax) line(fmt::format("Next update: {}", day(sender.next_update)));

  notice.missing.emplace_back("the recipient, confirmed out of band");
  if (sender.contact_name.empty()) notice.missing.emplace_back("the name of the contact");
  if (sender.verification_code.empty() || sender.verify_at.empty())
    notice.missing.emplace_back("a verification code and the place where the recipient finds it");
  if (sender.next_update == base::kTimeMax) notice.missing.emplace_back("the date of the next update");
  notice.missing.emplace_back("two named people who release it");
  return notice;
}

}  // namespace dislodge::disclose

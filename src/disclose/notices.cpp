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

namespace {

// The mailbox behind an address as people write it: "Helen <helen.marsh+x@northwind.example>" is
// helen.marsh's.
std::string mailbox_of(std::string_view address) {
  const std::size_t open = address.rfind('<');
  if (open != address.npos) {
    address.remove_prefix(open + 1);
    address = address.substr(0, address.find('>'));
  }
  std::string box = base::lower(base::trim(address));
  if (box.starts_with("mailto:")) box.erase(0, 7);
  const std::size_t at = box.rfind('@'), tag = box.find('+');
  if (at != box.npos && tag != box.npos && tag > 0 && tag < at) box.erase(tag, at - tag);
  return box;
}

// The channel by which they answer must not be one that the intruder reads.
base::Result<void> check_channel(std::string_view whom, std::string_view channel,
                                 const std::vector<std::string> &read) {
  if (base::trim(channel).empty()) {
    return base::fail(
        base::ErrorKind::usage,
        fmt::format(
            "notice for {}: give a contact channel that the intruder cannot read, as a telephone number",
            whom));
  }
  for (const std::string &address : read) {
    if (base::contains_ignoring_case(channel, address)) {
      return base::fail(base::ErrorKind::usage,
                        fmt::format("notice for {}: the contact channel {} is one that the intruder can "
                                    "read; give another, as a telephone number",
                                    whom, address));
    }
  }
  return {};
}

}  // namespace

base::Result<Notice> notice_for(const Party &party, const Sender &sender, base::Interval exposure) {
  DISLODGE_TRY(check_channel(party.organisation, sender.contact_channel, party.channels_read));
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
  line(fmt::format("From: {}{}{}", sender.organisation, sender.contact_name.empty() ? "" : ", ",
                   sender.contact_name));
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
  if (party.messages_seen_accessed == 0)
    line("  Our logs show of none that the intruder opened it, and cannot exclude it of any.");
  else
    line(fmt::format(
        "  Of {} our logs show that the intruder opened {}.{}", party.messages_seen_accessed,
        party.messages_seen_accessed == 1 ? "it" : "them",
        party.messages_seen_accessed >= party.messages ? "" : " Of the others we cannot exclude it."));
  line();
  line("Your credentials in it");
  if (party.secrets.empty()) {
    line("  We found none. That is what our search found, not a promise that there is none.");
  }
  for (const PartySecret &secret : party.secrets) {
    line(fmt::format("  - {} {}", secret.kind, secret.mask));
    for (const std::string &place : secret.places) line(fmt::format("      in {}", place));
    if (secret.place_count > secret.places.size())
      line(fmt::format("      and {}",
                       plural(secret.place_count - secret.places.size(), "more place", "more places")));
    line(fmt::format("      why we think it is yours: {}", secret.why));
  }
  line();
  line("What we saw of their use");
  if (party.uses.empty()) line("  Nothing in the logs that we hold. Your own logs can tell more.");
  for (const PartyUse &use : party.uses) {
    // That it worked says all that "ok" would.
    line(fmt::format("  - {}: {}", base::format_time(use.time),
                     use.succeeded         ? std::string("used, and it worked")
                     : use.outcome.empty() ? std::string("tried (outcome not known)")
                                           : fmt::format("tried ({})", use.outcome)));
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
  line(sender.contact_name.empty()
           ? "Contact: " + sender.contact_channel
           : fmt::format("Contact: {} ({})", sender.contact_name, sender.contact_channel));
  if (sender.next_update != base::kTimeMax) line(fmt::format("Next update: {}", day(sender.next_update)));

  notice.missing.emplace_back("the recipient, confirmed out of band");
  if (sender.contact_name.empty()) notice.missing.emplace_back("the name of the contact");
  if (sender.verification_code.empty() || sender.verify_at.empty())
    notice.missing.emplace_back("a verification code and the place where the recipient finds it");
  if (sender.next_update == base::kTimeMax) notice.missing.emplace_back("the date of the next update");
  notice.missing.emplace_back("two named people who release it");
  return notice;
}

base::Result<Notice> notice_to(const NoticeInput &input) {
  DISLODGE_TRY(check_channel(input.recipient, input.sender.contact_channel, input.channels_read));
  for (const std::string &read : input.channels_read) {
    if (!input.address.empty() && mailbox_of(input.address) == mailbox_of(read))
      return base::fail(
          base::ErrorKind::usage,
          fmt::format("notice for {}: {} is a mailbox that the intruder can read; reach them by "
                      "another channel",
                      input.recipient, read));
  }
  Notice notice;
  notice.organisation = input.recipient;
  notice.forbidden_channels = input.channels_read;
  std::string &text = notice.text;
  const auto line = [&](std::string_view one = {}) {
    text += one;
    text += '\n';
  };
  // What the case shows, or that a person must say it.
  const auto known = [&](std::string_view fact, std::string_view open) {
    const auto found = input.known.find(std::string(fact));
    if (found != input.known.end()) return "  " + found->second + ".";
    notice.missing.emplace_back(open);
    return fmt::format("  [to be written: {}]", open);
  };
  const auto open = [&](std::string_view what) {
    notice.missing.emplace_back(what);
    line(fmt::format("  [to be written: {}]", what));
  };
  line(fmt::format("To: {}", input.recipient));
  line(fmt::format("From: {}, {}", input.sender.organisation, input.sender.contact_name));
  line();
  switch (input.kind) {
    case NoticeKind::person:
      notice.subject = "Your information was among stolen mail";
      line("What happened");
      line(input.reading_is_shown ? "  An intruder read mail of ours. Information about you was in it."
                                  : "  An intruder could read mail of ours. Information about you was in it. "
                                    "Nothing shows that it was "
                                    "read, and nothing excludes it.");
      line(known("timing", "when it happened"));
      line();
      line("What information about you");
      for (const std::string &one : input.data) line("  - " + one);
      if (input.data.empty()) open("which information about this person");
      line();
      line("What we do");
      open("what was done for the person, in plain words");
      line();
      line("What you can do");
      if (std::any_of(input.data.begin(), input.data.end(),
                      [](const std::string &one) { return base::contains_ignoring_case(one, "password"); }))
        line("  Change the password that is named above, and wherever else you use it.");
      line("  Be wary of messages that know things about you. We will not ask you for a password.");
      line();
      line("What we do not know");
      line("  Whether anybody has used it.");
      break;
    case NoticeKind::regulator:
      notice.subject = fmt::format("Notification: {}", input.regime);
      line(input.regime);
      line();
      for (const FieldStatus &field : input.fields) {
        line(field.text);
        if (field.state == "missing") {
          open(field.text);
        } else if (field.state == "not determined") {
          line(fmt::format("  Not determined: {}{}", field.value,
                           field.next.empty() ? "" : ". We look at it again on " + field.next));
        } else if (field.state == "not applicable") {
          line("  Not applicable: " + field.value);
        } else {
          line("  " + field.value);
          if (field.state == "shown by the case")
            notice.missing.push_back(fmt::format("a person's word on: {}", field.text));
        }
        line();
      }
      line("What we do not know is said as such. We will supplement this notification.");
      break;
    case NoticeKind::insurer:
      notice.subject = "Notice of circumstances: intrusion into mail";
      line("Policy: [number]");
      notice.missing.emplace_back("the number of the policy, and the clause under which notice is given");
      line();
      line("Circumstances");
      line(known("nature", "what happened"));
      line(known("timing", "when it happened, and when it was discovered"));
      line();
      line("Extent as far as it is known");
      line(known("scope", "how much was read"));
      line();
      line("Steps taken");
      line(known("measures", "what was done"));
      line();
      line("Others who may claim, costs so far, and whom we wish to retain");
      open("others who may claim, costs, and consent to the firms that are retained");
      line();
      line("This notice states circumstances. It admits no liability, and amounts are not known.");
      break;
  }
  line();
  line(fmt::format(
      "How to check that this is from us: do not use links or numbers from this text. Find the code {} "
      "at {}, or call {} through a number you already have.",
      input.sender.verification_code.empty() ? "(code)" : input.sender.verification_code,
      input.sender.verify_at.empty() ? "(place)" : input.sender.verify_at, input.sender.organisation));
  line(fmt::format("Contact: {} ({})", input.sender.contact_name, input.sender.contact_channel));
  if (input.sender.next_update != base::kTimeMax)
    line(fmt::format("Next update: {}", day(input.sender.next_update)));
  notice.missing.emplace_back("the recipient, confirmed out of band");
  if (input.sender.verification_code.empty() || input.sender.verify_at.empty())
    notice.missing.emplace_back("a verification code and the place where the recipient finds it");
  notice.missing.emplace_back("a named person who sends it");
  return notice;
}

}  // namespace dislodge::disclose

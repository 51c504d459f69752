// notice: an outline for a person, a regulator or an insurer, from what the case shows; what only people know
// is left open and listed. The notice for a customer is part of its package.

#include <fmt/format.h>

#include <algorithm>

#include "base/encode.hpp"
#include "base/files.hpp"
#include "base/hash.hpp"
#include "base/json_writer.hpp"
#include "cli/session.hpp"
#include "disclose/notices.hpp"
#include "engine/correspondence.hpp"
#include "engine/decisions.hpp"

namespace dislodge::cli {

using base::ErrorKind;
using base::Result;

namespace {

Result<int> notice(const NoticeArguments &arguments, casefile::Case &the_case,
                   const engine::Picture &picture) {
  disclose::NoticeInput input;
  input.recipient = arguments.to;
  input.address = arguments.address;
  input.known = engine::known_facts(picture);
  input.sender.organisation = engine::ourselves_of(picture).primary;
  input.sender.contact_name = arguments.contact_name;
  input.sender.contact_channel = arguments.contact_channel;
  input.sender.verify_at = arguments.verify_at;
  input.sender.verification_code = arguments.code;
  input.reading_is_shown = std::any_of(picture.stolen.begin(), picture.stolen.end(), [](const auto &mailbox) {
    return mailbox.second.seen_accessed + mailbox.second.in_accessed_folder > 0;
  });
  input.channels_read = engine::mailboxes_they_read(picture);
  if (arguments.kind == "regulator") {
    input.kind = disclose::NoticeKind::regulator;
    const auto duty = std::find_if(picture.duties.begin(), picture.duties.end(),
                                   [&](const disclose::Duty &one) { return one.regime == arguments.regime; });
    if (duty == picture.duties.end())
      return base::fail(
          ErrorKind::usage,
          fmt::format("--regime \"{}\" is none; dislodge duties regimes lists them", arguments.regime));
    input.regime = fmt::format("{} ({})", duty->name, duty->source);
    input.fields = duty->fields;
    if (input.recipient.empty()) input.recipient = duty->to;
  } else if (arguments.kind == "insurer") {
    input.kind = disclose::NoticeKind::insurer;
    if (input.recipient.empty()) input.recipient = "[insurer]";
  } else {
    if (input.recipient.empty()) return base::fail(ErrorKind::usage, "a notice to a person needs --to NAME");
    // Credentials of theirs that were in what was stolen.
    for (const identity::SecretFact &secret : picture.secrets)
      for (const identity::Binding &binding : picture.facts.bindings)
        if (binding.secret == secret.id && !arguments.address.empty() &&
            base::contains_ignoring_case(picture.name_of(binding.principal), arguments.address))
          input.data.push_back(
              fmt::format("{} of the account {}", secret.kind, picture.name_of(binding.principal)));
  }
  DISLODGE_TRY_ASSIGN(const disclose::Notice made, disclose::notice_to(input));
  const std::string text = "Subject: " + made.subject + "\n\n" + made.text;
  DISLODGE_TRY(base::write_file(arguments.out, text, 0600));
  base::JsonWriter json;
  json.object([&] {
    json.field("kind", arguments.kind);
    json.field("to", input.recipient);
    json.field("sha256", base::to_hex(base::sha256(text)));
  });
  DISLODGE_TRY(the_case.journal().append("notice", json.text()));
  print_line(fmt::format("{}: written, not sent", arguments.out.string()));
  for (const std::string &open : made.missing) print_line("still open: " + open);
  for (const std::string &address : made.forbidden_channels)
    print_line("never by " + address + ": the intruder can read it");
  return kDone;
}

}  // namespace

int run_notice(const NoticeArguments &arguments) {
  return with_picture(arguments, casefile::Case::Access::write,
                      [&](casefile::Case &the_case, const engine::Picture &picture) {
                        const auto code = notice(arguments, the_case, picture);
                        return code ? *code : report_error(code.error());
                      });
}

}  // namespace dislodge::cli

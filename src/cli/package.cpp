// package: what one party is given about its stolen correspondence, released by two people and journalled;
// reconcile: a package that we were given, against our own mail.

#include "disclose/package.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/encode.hpp"
#include "base/files.hpp"
#include "base/hash.hpp"
#include "base/json_writer.hpp"
#include "casefile/keys.hpp"
#include "cli/session.hpp"
#include "disclose/notices.hpp"
#include "engine/correspondence.hpp"

namespace dislodge::cli {

using base::ErrorKind;
using base::Result;

namespace {

Result<engine::Picture> derived(const CaseOptions &arguments, casefile::Case &the_case) {
  base::Progress progress(!arguments.quiet);
  tell_progress(arguments, progress);
  base::Timings timings;
  auto picture = engine::derive(the_case, arguments.engine, progress, timings);
  progress.clear();
  return picture;
}

Result<std::string> key_of(std::string_view hex, std::string_view option) {
  const auto raw = base::from_hex(hex);
  if (!raw || raw->size() != 32)
    return base::fail(ErrorKind::usage, fmt::format("{} takes a public key as 64 hex digits", option));
  return *raw;
}

Result<int> package(const PackageArguments &arguments) {
  std::string recipient;
  if (!arguments.seal_to.empty()) {
    DISLODGE_TRY_ASSIGN(recipient, key_of(arguments.seal_to, "--seal-to"));
  }
  DISLODGE_TRY_ASSIGN(const auto the_case, open_case(arguments, casefile::Case::Access::write));
  DISLODGE_TRY_ASSIGN(const engine::Picture picture, derived(arguments, *the_case));
  say_partial(picture);
  const auto party =
      std::find_if(picture.parties.begin(), picture.parties.end(), [&](const disclose::Party &one) {
        return base::equal_ignoring_case(one.organisation, arguments.organisation);
      });
  if (party == picture.parties.end())
    return base::fail(ErrorKind::usage,
                      fmt::format("\"{}\" is no party of this case; `dislodge parties` lists them",
                                  arguments.organisation));
  const identity::Ourselves us = engine::ourselves_of(picture);
  DISLODGE_TRY_ASSIGN(const disclose::Package made,
                      disclose::package_for(*party, engine::correspondence_of(picture), us,
                                            {arguments.released_by, arguments.hold}));
  disclose::Sender sender;
  sender.organisation = us.primary;
  sender.contact_name = arguments.contact_name;
  sender.contact_channel = arguments.contact_channel;
  sender.verify_at = arguments.verify_at;
  sender.verification_code = arguments.code;
  if (!arguments.next_update.empty()) {
    const auto time = base::parse_time(arguments.next_update);
    if (!time) return base::fail(ErrorKind::usage, "--next-update takes a date, as 2024-01-17");
    sender.next_update = *time;
  }
  DISLODGE_TRY_ASSIGN(const disclose::Notice notice,
                      disclose::notice_for(*party, sender, {picture.first_access, base::kTimeMax}));

  DISLODGE_TRY(base::make_folders(arguments.out));
  const std::string signature = the_case->keys().sign(made.manifest);
  const auto write = [&](const char *name, const std::string &text) {
    if (recipient.empty()) return base::write_file(arguments.out / name, text, 0600);
    return base::write_file(arguments.out / (std::string(name) + ".sealed"), casefile::seal(recipient, text),
                            0600);
  };
  DISLODGE_TRY(write("manifest.jsonl", made.manifest));
  DISLODGE_TRY(write("notice.txt", notice.text));
  // The signature and the key are no secret; the key must reach the party by another way as well.
  DISLODGE_TRY(base::write_file(arguments.out / "manifest.sig", base::to_hex(signature) + "\n", 0600));
  DISLODGE_TRY(base::write_file(arguments.out / "verify.key",
                                base::to_hex(the_case->keys().verify_key()) + "\n", 0600));

  base::JsonWriter json;
  json.object([&] {
    json.field("party", party->organisation);
    json.list_field("released_by", arguments.released_by);
    json.field("messages", made.messages);
    json.field("manifest_sha256", base::to_hex(base::sha256(made.manifest)));
    json.field("sealed", !recipient.empty());
  });
  DISLODGE_TRY(the_case->journal().append("package", json.text()));
  print_line(fmt::format("{}: {} messages in {}{}", party->organisation, made.messages,
                         arguments.out.string(), recipient.empty() ? "" : ", sealed to the recipient"));
  for (const disclose::Withheld &one : made.withheld)
    print_line(fmt::format("withheld: {} messages: {}", one.messages, one.why));
  for (const std::string &address : notice.forbidden_channels)
    print_line("never send it to " + address + ": the intruder can read it");
  for (const std::string &open : notice.missing) {
    // Released it is: package_for() has seen to that.
    if (!open.starts_with("two named people")) print_line("still open: " + open);
  }
  return kDone;
}

Result<int> reconcile(const ReconcileArguments &arguments) {
  DISLODGE_TRY_ASSIGN(const std::string manifest, base::read_file(arguments.manifest));
  std::string checked = "not checked: give --signature and --verify-key";
  if (!arguments.verify_key.empty() && !arguments.signature.empty()) {
    DISLODGE_TRY_ASSIGN(const std::string key, key_of(arguments.verify_key, "--verify-key"));
    DISLODGE_TRY_ASSIGN(const std::string text, base::read_file(arguments.signature));
    const auto signature = base::from_hex(base::trim(text));
    if (!signature || !casefile::verify_signature(key, manifest, *signature))
      return base::fail(
          ErrorKind::usage,
          fmt::format("{}: the signature does not fit: the manifest was changed, or is not theirs; ask "
                      "them by telephone",
                      arguments.manifest.string()));
    checked = "the signature fits";
  }
  DISLODGE_TRY_ASSIGN(const auto the_case, open_case(arguments, casefile::Case::Access::write));
  DISLODGE_TRY_ASSIGN(const engine::Picture picture, derived(arguments, *the_case));
  DISLODGE_TRY_ASSIGN(const disclose::Reconciled result,
                      disclose::reconcile(manifest, engine::correspondence_of(picture)));
  base::JsonWriter json;
  json.object([&] {
    json.field("schema", 1);
    json.field("from", result.from);
    json.field("signature", checked);
    if (arguments.verified_by.empty())
      json.field("verified_by", nullptr);
    else
      json.field("verified_by", arguments.verified_by);
    json.field("listed", result.listed);
    json.field("held", result.held);
    json.field("missing", result.missing_count);
    json.field("with_secrets", static_cast<std::uint64_t>(result.with_secrets.size()));
    json.field("extra", result.extra);
    json.list_field("missing_ids", result.missing);
  });
  const std::string line = json.take();
  DISLODGE_TRY(the_case->journal().append("reconcile", line));
  if (arguments.json) {
    print_line(line);
    return kDone;
  }
  print_line(fmt::format(
      "From {}: {} messages listed, {} of them held here, {} missing here; {} more with them in the same "
      "time that they do not list.",
      result.from, result.listed, result.held, result.missing_count, result.extra));
  print_line("Signature: " + checked + ".");
  print_line(arguments.verified_by.empty() ? "Not confirmed out of band: name who did with --verified-by."
                                           : "Confirmed out of band by " + arguments.verified_by + ".");
  for (const std::string &id : result.with_secrets) print_line("holds a secret: " + id);
  for (std::size_t i = 0; i < result.missing.size() && i < 20; ++i)
    print_line("missing here: " + result.missing[i]);
  return kDone;
}

}  // namespace

int run_package(const PackageArguments &arguments) {
  const auto code = package(arguments);
  return code ? *code : report_error(code.error());
}

int run_reconcile(const ReconcileArguments &arguments) {
  const auto code = reconcile(arguments);
  return code ? *code : report_error(code.error());
}

}  // namespace dislodge::cli

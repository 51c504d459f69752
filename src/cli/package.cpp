// package: what one party is given about its stolen correspondence, released by two people and journalled;
// reconcile: a package that we were given, against our own mail.

#include "disclose/package.hpp"

#include <fmt/format.h>
#include <simdjson.h>

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

// 64 hex digits, or a case.pub (base64) of the recipient.
Result<std::string> key_of(const std::string &text, std::string_view option) {
  std::string given = text;
  std::error_code error;
  if (std::filesystem::is_regular_file(text, error)) {
    DISLODGE_TRY_ASSIGN(given, base::read_file(text));
  }
  const std::string_view trimmed = base::trim(given);
  auto raw = base::from_hex(trimmed);
  if (!raw || raw->size() != 32) raw = base::from_base64(trimmed);
  if (!raw || raw->size() != 32)
    return base::fail(ErrorKind::usage,
                      fmt::format("{} takes a public key as 64 hex digits, or a case.pub file", option));
  return *raw;
}

// Nobody can guess it, and it can be read out by telephone.
std::string fresh_code() {
  static constexpr std::string_view kLetters = "ABCDEFGHJKMNPQRSTVWXYZ23456789";  // none that look alike
  const base::SecretBytes random = base::SecretBytes::random(12);
  std::string code;
  for (std::size_t i = 0; i < 12; ++i) {
    if (i % 4 == 0 && i > 0) code += '-';
    code += kLetters[static_cast<unsigned char>(random.view()[i]) % kLetters.size()];
  }
  return code;
}

// A receipt: a line of JSON, its signature and the key that made it, both in hex.
struct Receipt {
  std::string line, key;
  bool signed_well = false;
  std::string manifest, from, received_by, at;
};
Result<Receipt> read_receipt(const std::filesystem::path &path) {
  DISLODGE_TRY_ASSIGN(const std::string text, base::read_file(path));
  const auto bad = [&](std::string_view what) {
    return base::fail(ErrorKind::usage, fmt::format("{}: {}", path.string(), what));
  };
  const std::size_t first = text.find('\n'), second = text.find('\n', first + 1);
  if (first == text.npos || second == text.npos) return bad("is no receipt: it has three lines");
  Receipt receipt;
  receipt.line = text.substr(0, first);
  const auto signature = base::from_hex(base::trim(text.substr(first + 1, second - first - 1)));
  const auto key = base::from_hex(base::trim(text.substr(second + 1)));
  if (!signature || !key || key->size() != 32) return bad("its signature or key is damaged");
  receipt.key = base::to_hex(*key);
  receipt.signed_well = casefile::verify_signature(*key, receipt.line, *signature);
  simdjson::dom::parser parser;
  simdjson::dom::element row;
  if (parser.parse(receipt.line).get(row) != simdjson::SUCCESS) return bad("is no JSON");
  const auto value = [&](const char *name) {
    std::string_view found;
    return row[name].get(found) == simdjson::SUCCESS ? std::string(found) : std::string();
  };
  if (value("kind") != "dislodge-receipt") return bad("is no receipt");
  receipt.manifest = value("manifest_sha256");
  receipt.from = value("from");
  receipt.received_by = value("received_by");
  receipt.at = value("at");
  return receipt;
}

// A receipt that came back: it must be for a package that the journal knows.
Result<int> take_receipt(const PackageArguments &arguments, casefile::Case &the_case) {
  DISLODGE_TRY_ASSIGN(const Receipt receipt, read_receipt(arguments.receipt));
  if (!receipt.signed_well)
    return base::fail(ErrorKind::usage, arguments.receipt.string() + ": the signature does not fit");
  DISLODGE_TRY_ASSIGN(const auto entries, the_case.journal().entries());
  const bool known = std::any_of(entries.begin(), entries.end(), [&](const casefile::JournalEntry &entry) {
    return !receipt.manifest.empty() &&
           entry.json.find("\"manifest_sha256\":\"" + receipt.manifest + "\"") != std::string::npos;
  });
  if (!known)
    return base::fail(ErrorKind::usage,
                      fmt::format("{}: it is for a manifest ({}) that this case did not release",
                                  arguments.receipt.string(), receipt.manifest));
  base::JsonWriter json;
  json.object([&] {
    json.field("party", arguments.organisation);
    json.field("manifest_sha256", receipt.manifest);
    json.field("received_by", receipt.received_by);
    json.field("received_at", receipt.at);
    json.field("key", receipt.key);
  });
  DISLODGE_TRY(the_case.journal().append("receipt", json.text()));
  print_line(fmt::format("{}: received by {} at {}; their key is {}: confirm it by telephone", receipt.from,
                         receipt.received_by, receipt.at, receipt.key));
  return kDone;
}

Result<int> package(const PackageArguments &arguments, casefile::Case &the_case,
                    const engine::Picture &picture) {
  if (!arguments.receipt.empty()) return take_receipt(arguments, the_case);
  if (arguments.out.empty()) return base::fail(ErrorKind::usage, "a package needs a folder: -o DIR");
  std::string recipient;
  if (!arguments.seal_to.empty()) {
    DISLODGE_TRY_ASSIGN(recipient, key_of(arguments.seal_to, "--seal-to"));
  }
  const auto party =
      std::find_if(picture.parties.begin(), picture.parties.end(), [&](const disclose::Party &one) {
        return base::equal_ignoring_case(one.organisation, arguments.organisation);
      });
  if (party == picture.parties.end())
    return base::fail(ErrorKind::usage,
                      fmt::format("\"{}\" is no party of this case; `dislodge parties` lists them",
                                  arguments.organisation));
  // Mail of legal staff is held until a person has looked at it, and says so by name.
  if (!arguments.reviewed.empty() && base::trim(arguments.reviewed_by).empty())
    return base::fail(ErrorKind::usage, "--reviewed needs --reviewed-by NAME: who looked at that mail");
  std::vector<std::string> held = engine::legal_custodians(picture);
  held.insert(held.end(), arguments.hold.begin(), arguments.hold.end());
  std::erase_if(held, [&](const std::string &one) {
    return std::any_of(arguments.reviewed.begin(), arguments.reviewed.end(),
                       [&](const std::string &reviewed) { return base::equal_ignoring_case(one, reviewed); });
  });
  const identity::Ourselves us = engine::ourselves_of(picture);
  DISLODGE_TRY_ASSIGN(const disclose::Package made,
                      disclose::package_for(*party, engine::correspondence_of(picture), us,
                                            {arguments.released_by, held, arguments.only_secrets}));
  disclose::Sender sender;
  sender.organisation = us.primary;
  sender.contact_name = arguments.contact_name;
  sender.contact_channel = arguments.contact_channel;
  sender.verify_at = arguments.verify_at;
  sender.verification_code = arguments.code.empty() ? fresh_code() : arguments.code;
  if (!arguments.next_update.empty()) {
    const auto time = base::parse_time(arguments.next_update);
    if (!time) return base::fail(ErrorKind::usage, "--next-update takes a date, as 2024-01-17");
    sender.next_update = *time;
  }
  DISLODGE_TRY_ASSIGN(const disclose::Notice notice,
                      disclose::notice_for(*party, sender, {picture.first_access, base::kTimeMax}));

  DISLODGE_TRY(base::make_folders(arguments.out));
  const std::string signature = the_case.keys().sign(made.manifest);
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
                                base::to_hex(the_case.keys().verify_key()) + "\n", 0600));

  base::JsonWriter json;
  json.object([&] {
    json.field("party", party->organisation);
    json.list_field("released_by", arguments.released_by);
    json.field("recipient_confirmed_by", arguments.recipient_confirmed_by);
    json.list_field("held", held);
    json.list_field("reviewed", arguments.reviewed);
    json.field("reviewed_by", arguments.reviewed_by);
    json.field("messages", made.messages);
    json.field("manifest_sha256", base::to_hex(base::sha256(made.manifest)));
    json.field("verification_code", sender.verification_code);
    json.field("sealed", !recipient.empty());
  });
  DISLODGE_TRY(the_case.journal().append("package", json.text()));
  print_line(fmt::format("{}: {} messages in {}{}", party->organisation, made.messages,
                         arguments.out.string(), recipient.empty() ? "" : ", sealed to the recipient"));
  if (arguments.code.empty())
    print_line(fmt::format("verification code {}: put it where the notice says, before anything is sent",
                           sender.verification_code));
  for (const disclose::Withheld &one : made.withheld)
    print_line(fmt::format("withheld: {} messages: {}", one.messages, one.why));
  for (const std::string &one : held)
    print_line(
        fmt::format("held by default: mail of {}; after a look: --reviewed {} --reviewed-by NAME", one, one));
  for (const std::string &address : notice.forbidden_channels)
    print_line("never send it to " + address + ": the intruder can read it");
  for (const std::string &open : notice.missing) {
    // Released it is: package_for() has seen to that.
    if (open.starts_with("two named people")) continue;
    if (open.starts_with("the recipient") && !arguments.recipient_confirmed_by.empty()) continue;
    if (open.starts_with("a verification code") && !arguments.verify_at.empty()) continue;
    print_line("still open: " + open);
  }
  return kDone;
}

Result<int> reconcile(const ReconcileArguments &arguments, casefile::Case &the_case,
                      const engine::Picture &picture) {
  DISLODGE_TRY_ASSIGN(std::string manifest, base::read_file(arguments.manifest));
  if (arguments.manifest.extension() == ".sealed") {
    DISLODGE_TRY_ASSIGN(const base::SecretBytes opened, the_case.keys().open(manifest));
    manifest = std::string(opened.view());
  }
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
  DISLODGE_TRY(the_case.journal().append("reconcile", line));
  if (!arguments.receipt.empty()) {
    if (base::trim(arguments.received_by).empty())
      return base::fail(ErrorKind::usage, "a receipt names who received it: --received-by NAME");
    base::JsonWriter receipt;
    receipt.object([&] {
      receipt.field("schema", 1);
      receipt.field("kind", "dislodge-receipt");
      receipt.field("manifest_sha256", base::to_hex(base::sha256(manifest)));
      receipt.field("from", engine::ourselves_of(picture).primary);
      receipt.field("received_by", arguments.received_by);
      receipt.field("at", base::format_time(base::now()));
      receipt.field("listed", result.listed);
      receipt.field("held", result.held);
    });
    const std::string text = receipt.take();
    DISLODGE_TRY(base::write_file(arguments.receipt,
                                  text + "\n" + base::to_hex(the_case.keys().sign(text)) + "\n" +
                                      base::to_hex(the_case.keys().verify_key()) + "\n",
                                  0600));
  }
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
  return with_picture(arguments, casefile::Case::Access::write,
                      [&](casefile::Case &the_case, const engine::Picture &picture) {
                        const auto code = package(arguments, the_case, picture);
                        return code ? *code : report_error(code.error());
                      });
}

int run_reconcile(const ReconcileArguments &arguments) {
  return with_picture(arguments, casefile::Case::Access::write,
                      [&](casefile::Case &the_case, const engine::Picture &picture) {
                        const auto code = reconcile(arguments, the_case, picture);
                        return code ? *code : report_error(code.error());
                      });
}

}  // namespace dislodge::cli

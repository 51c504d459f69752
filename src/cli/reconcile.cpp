// reconcile: a package that we were given: its signature, its messages against its manifest, and the manifest
// against our own mail.

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/encode.hpp"
#include "base/files.hpp"
#include "base/hash.hpp"
#include "base/json_writer.hpp"
#include "base/words.hpp"
#include "casefile/keys.hpp"
#include "cli/package_key.hpp"
#include "cli/session.hpp"
#include "detect/object_lines.hpp"
#include "disclose/package.hpp"
#include "engine/correspondence.hpp"
#include "engine/notice_signature.hpp"

namespace dislodge::cli {

using base::ErrorKind;
using base::Result;

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

namespace {

struct Contents {
  std::uint64_t given = 0, in_part = 0;
  std::vector<std::string> damaged, missing;  // message ids
};

// Opens each message with this case's key and holds it against the manifest; with --content-out into a
// folder.
Result<Contents> take_contents(const ReconcileArguments &arguments, casefile::Case &the_case,
                               std::string_view manifest) {
  DISLODGE_TRY_ASSIGN(auto listed, disclose::contents_of(manifest));
  DISLODGE_TRY_ASSIGN(const std::string text, base::read_file(arguments.contents));
  if (!arguments.contents_out.empty()) DISLODGE_TRY(base::make_folders(arguments.contents_out));
  Contents contents;
  const auto take = [&](std::size_t number, simdjson::dom::element row) -> Result<void> {
    std::uint64_t n = 0;
    std::string_view encoded;
    if (row["n"].get(n) != simdjson::SUCCESS || row["sealed"].get(encoded) != simdjson::SUCCESS)
      return base::fail(ErrorKind::usage, fmt::format("{}, line {}: is no message of a package",
                                                      arguments.contents.string(), number));
    const auto found = listed.find(n);
    if (found == listed.end()) {
      contents.damaged.push_back(fmt::format("line {} (the manifest lists no such message)", number));
      return {};
    }
    const disclose::ListedContent one = found->second;
    listed.erase(found);
    const auto sealed = base::from_base64(encoded);
    const auto opened = sealed ? the_case.keys().open(*sealed)
                               : Result<base::SecretBytes>(base::fail(ErrorKind::damaged, "is no base64"));
    if (!opened || base::to_hex(base::sha256(opened->view())) != one.sha256) {
      contents.damaged.push_back(one.message_id);
      return {};
    }
    ++contents.given;
    contents.in_part += !one.withheld_parts.empty();
    if (arguments.contents_out.empty()) return {};
    const char *ending = one.media_type == "message/rfc822"     ? "eml"
                         : one.media_type == "application/json" ? "json"
                                                                : "txt";
    return base::write_file(arguments.contents_out / fmt::format("{:06}.{}", n, ending), opened->view(),
                            0600);
  };
  DISLODGE_TRY(detect::each_object_line(text, arguments.contents.string(), take));
  for (const auto &[n, one] : listed) contents.missing.push_back(one.message_id);
  return contents;
}

Result<int> reconcile(const ReconcileArguments &arguments, casefile::Case &the_case,
                      const engine::Picture &picture) {
  DISLODGE_TRY_ASSIGN(std::string manifest, base::read_file(arguments.manifest));
  if (arguments.manifest.extension() == ".sealed") {
    const auto opened = engine::open_notice(the_case.keys(), manifest);
    if (!opened) return base::fail_at(arguments.manifest.string(), opened.error());
    manifest = std::string(opened->view());
  }
  std::string key;
  if (!arguments.verify_key.empty()) {
    DISLODGE_TRY_ASSIGN(key, key_of(arguments.verify_key, "--verify-key"));
  }
  // What lies beside the manifest is checked unasked.
  DISLODGE_TRY_ASSIGN(const detect::TipSignature signature,
                      engine::check_signature(arguments.manifest, manifest, arguments.signature, key));
  std::string checked = "not checked: give --signature and --verify-key";
  if (signature == detect::TipSignature::broken)
    return base::fail(
        ErrorKind::usage,
        fmt::format("{}: the signature does not fit: the manifest was changed, or is not theirs; ask "
                    "them by telephone",
                    arguments.manifest.string()));
  if (signature == detect::TipSignature::fits) checked = "the signature fits";
  if (signature == detect::TipSignature::beside)
    checked = "the signature fits the key that lies beside it: get their key by another way as well";
  DISLODGE_TRY_ASSIGN(const disclose::Reconciled result,
                      disclose::reconcile(manifest, engine::correspondence_of(picture)));
  Contents contents;
  if (!arguments.contents.empty()) {
    DISLODGE_TRY_ASSIGN(contents, take_contents(arguments, the_case, manifest));
  }
  base::JsonWriter json;
  json.object([&] {
    json.field("schema", 1);
    json.field("from", result.from);
    json.field("signature", checked);
    base::optional_text(json, "verified_by", arguments.verified_by);
    json.field("listed", result.listed);
    json.field("held", result.held);
    json.field("missing", result.missing_count);
    json.field("with_secrets", static_cast<std::uint64_t>(result.with_secrets.size()));
    json.field("extra", result.extra);
    json.list_field("missing_ids", result.missing);
    if (!arguments.contents.empty()) {
      json.field("contents", contents.given);
      json.field("contents_in_part", contents.in_part);
      json.list_field("contents_damaged", contents.damaged);
      json.list_field("contents_missing", contents.missing);
    }
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
      if (!arguments.contents.empty()) receipt.field("contents", contents.given);
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
      "From {}: {} listed, {} held here, {} missing here; {} more with them in the same time that they do "
      "not list.",
      result.from, base::counted(result.listed, "message"), result.held, result.missing_count, result.extra));
  print_line("Signature: " + checked + ".");
  print_line(arguments.verified_by.empty() ? "Not confirmed out of band: name who did with --verified-by."
                                           : "Confirmed out of band by " + arguments.verified_by + ".");
  if (!arguments.contents.empty()) {
    print_line(fmt::format("Of the content that was given {} what the manifest lists{}.",
                           base::counted(contents.given, "message is", "messages are"),
                           arguments.contents_out.empty() ? "" : ", in " + arguments.contents_out.string()));
    if (contents.in_part > 0)
      print_line(
          fmt::format("Of these {} without parts that concern others: the manifest says which and why, and "
                      "commits to what they were.",
                      base::counted(contents.in_part, "is", "are")));
    for (const std::string &id : contents.damaged) print_line("not what the manifest lists: " + id);
    for (const std::string &id : contents.missing) print_line("listed as given, and not there: " + id);
    if (!arguments.contents_out.empty() && contents.given > 0)
      print_line(fmt::format("Next: dislodge add {} {} and dislodge add {} {}", arguments.folder.string(),
                             arguments.contents_out.string(), arguments.folder.string(),
                             arguments.manifest.string()));
  } else if (result.held > 0) {
    print_line(
        fmt::format("Metadata only: `dislodge add {} {}` reads the content of those held in our own archive.",
                    arguments.folder.string(), arguments.manifest.string()));
  }
  for (const std::string &id : result.with_secrets) print_line("holds a secret: " + id);
  for (std::size_t i = 0; i < result.missing.size() && i < 20; ++i)
    print_line("missing here: " + result.missing[i]);
  return kDone;
}

}  // namespace

int run_reconcile(const ReconcileArguments &arguments) {
  return with_picture(arguments, casefile::Case::Access::write,
                      [&](casefile::Case &the_case, const engine::Picture &picture) {
                        const auto code = reconcile(arguments, the_case, picture);
                        return code ? *code : report_error(code.error());
                      });
}

}  // namespace dislodge::cli

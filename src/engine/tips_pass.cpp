#include "engine/tips_pass.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/encode.hpp"
#include "base/hash.hpp"
#include "base/json_writer.hpp"
#include "detect/object_lines.hpp"
#include "engine/inputs.hpp"

namespace dislodge::engine {

using base::Result;
using casefile::Case;

namespace {

constexpr std::string_view kFile = "tip:", kRead = "tip-read:", kSource = "tip-source:",
                           kJudged = "tip-judged:";

std::string source_text(const detect::TipSource &source) {
  base::JsonWriter json;
  json.object([&] {
    json.field("file", source.file);
    json.field("from", source.from);
    json.field("verified_by", source.verified_by);
    json.field("verified_how", source.verified_how);
    json.field("signature", detect::name_of(source.signature));
  });
  return json.take();
}

detect::TipSource source_of(simdjson::dom::parser &parser, const std::string &text) {
  detect::TipSource source;
  simdjson::dom::element row;
  if (parser.parse(text).get(row) != simdjson::SUCCESS) return source;
  const auto value = [&](const char *key) { return detect::text_of(row, key); };
  return {value("file"), value("from"), value("verified_by"), value("verified_how"),
          detect::signature_of(value("signature"))};
}

}  // namespace

Result<void> add_tip(Case &the_case, const std::filesystem::path &path, const std::string &digest,
                     const detect::TipFile &file, const detect::TipSource &source) {
  detect::TipSource kept = source;
  kept.file = path.filename().string();
  if (kept.from.empty()) kept.from = file.from;
  casefile::Transaction transaction(the_case.database());
  DISLODGE_TRY(transaction.begin());
  DISLODGE_TRY(the_case.set_meta(std::string(kRead) + digest, base::to_base64(detect::encode_tips(file))));
  DISLODGE_TRY(the_case.set_meta(std::string(kSource) + digest, source_text(kept)));
  base::JsonWriter json;
  json.object([&] {
    json.field("file", kept.file);
    json.field("sha256", digest);
    json.field("format", file.format);
    json.field("from", kept.from);
    json.field("tips", static_cast<std::uint64_t>(file.tips.size()));
    json.field("verified_by", kept.verified_by);
    json.field("verified_how", kept.verified_how);
    json.field("signature", detect::name_of(kept.signature));
  });
  DISLODGE_TRY(the_case.journal().append("tip", json.text()));
  return transaction.commit();
}

Result<std::vector<KeptTip>> kept_tips(Case &the_case) {
  std::vector<KeptTip> kept;
  DISLODGE_TRY_ASSIGN(auto query,
                      the_case.database().prepare("SELECT key, value FROM meta WHERE key GLOB 'tip-read:*'"
                                                  " OR key GLOB 'tip:*' ORDER BY key"));
  while (true) {
    DISLODGE_TRY_ASSIGN(const bool more, query.step());
    if (!more) break;
    const std::string key = query.text(0);
    const bool read = key.starts_with(kRead);
    KeptTip one;
    one.digest = key.substr(read ? kRead.size() : kFile.size());
    if (read) {
      const auto bytes = base::from_base64(query.text(1));
      if (!bytes) continue;
      DISLODGE_TRY_ASSIGN(one.file, detect::decode_tips(*bytes));
    } else {
      // As an older version kept it: the file itself, which it had read before it kept it.
      auto file = detect::read_tips(query.text(1));
      if (!file) continue;
      one.file = std::move(*file);
    }
    if (std::none_of(kept.begin(), kept.end(),
                     [&](const KeptTip &have) { return have.digest == one.digest; }))
      kept.push_back(std::move(one));
  }
  return kept;
}

Result<void> judge_tip(Case &the_case, const Picture &picture, const std::string &file,
                       const std::string &who, const std::string &reason) {
  if (base::trim(who).empty() || base::trim(reason).empty())
    return base::fail(base::ErrorKind::usage,
                      "a tip is judged by a named person, who says what they found: give "
                      "--who and --reason");
  const auto found = std::find_if(
      picture.tips.begin(), picture.tips.end(),
      [&](const detect::TipReport &one) { return one.source.file == file || one.digest == file; });
  if (found == picture.tips.end()) {
    std::string names;
    for (const detect::TipReport &one : picture.tips) names += (names.empty() ? "" : ", ") + one.source.file;
    return base::fail(base::ErrorKind::usage, fmt::format("no tip \"{}\"; there {}", file,
                                                          names.empty() ? "is none" : "are " + names));
  }
  if (std::count_if(picture.tips.begin(), picture.tips.end(),
                    [&](const detect::TipReport &one) { return one.source.file == file; }) > 1)
    return base::fail(
        base::ErrorKind::usage,
        fmt::format("several tips are called {}: name it by its SHA-256 (dislodge tips --json)", file));
  base::JsonWriter json;
  json.object([&] {
    json.field("file", found->source.file);
    json.field("sha256", found->digest);
    json.field("who", who);
    json.field("reason", reason);
    json.field("time", base::format_time(base::now()));
    json.field("touches", detect::touched_by(found->match));
  });
  const std::string text = json.take();
  casefile::Transaction transaction(the_case.database());
  DISLODGE_TRY(transaction.begin());
  DISLODGE_TRY(the_case.set_meta(std::string(kJudged) + found->digest, text));
  DISLODGE_TRY(the_case.journal().append("tip-judged", text));
  return transaction.commit();
}

namespace {

std::optional<detect::TipJudgement> judgement_of(simdjson::dom::parser &parser, const std::string &text,
                                                 const std::string &touches) {
  simdjson::dom::element row;
  if (text.empty() || parser.parse(text).get(row) != simdjson::SUCCESS) return std::nullopt;
  detect::TipJudgement judged;
  judged.who = detect::text_of(row, "who");
  judged.reason = detect::text_of(row, "reason");
  judged.at = base::parse_time(detect::text_of(row, "time")).value_or(base::kTimeMin);
  judged.holds = detect::text_of(row, "touches") == touches;
  return judged;
}

}  // namespace

Result<void> apply_tips(Case &the_case, Picture &picture) {
  DISLODGE_TRY_ASSIGN(const std::vector<KeptTip> kept, kept_tips(the_case));
  if (kept.empty()) return {};

  std::map<std::int64_t, std::string> resource_of;  // evidence -> what it is the content of
  std::map<std::string, std::string> by_root;
  std::set<std::string> held;
  for (const identity::Resource &resource : picture.facts.resources)
    if (!resource.held_in.empty()) {
      by_root[resource.held_in] = resource.id;
      held.insert(resource.id);
    }
  std::vector<detect::HeldFile> files;
  std::map<std::string, std::string> of_custodian;
  for (const EvidenceRow &row : picture.evidence) {
    files.push_back({row.root, row.sha256});
    if (const auto found = by_root.find(row.root); found != by_root.end()) {
      resource_of[row.id] = found->second;
      if (!row.custodian.empty()) of_custodian.emplace(base::lower(row.custodian), found->second);
    }
  }
  for (const EvidenceRow &row : picture.evidence)
    if (resource_of.count(row.id) == 0) {
      const auto found = of_custodian.find(base::lower(row.custodian));
      // Files of one folder may be held as one resource.
      const std::string folder =
          "resource:evidence/" + std::filesystem::path(row.root).parent_path().string();
      resource_of[row.id] = found != of_custodian.end() ? found->second
                            : held.count(folder) != 0   ? folder
                                                        : "resource:evidence/" + row.root;
    }
  std::vector<detect::HeldMessage> messages;
  std::unordered_map<std::string, std::string> paths;
  for (const StoredRecord &row : picture.records) {
    if (!row.record.path.empty()) paths.emplace(row.record.item, row.record.path);
    if (row.record.kind != evidence::RecordKind::message) continue;
    detect::HeldMessage message;
    message.message_id = row.record.message_id;
    message.item = row.record.item;
    message.resource = resource_of[row.evidence];
    message.sent = row.record.sent;
    for (const evidence::Person &person : row.record.people)
      if (!person.address.empty()) message.people.push_back(person.address);
    messages.push_back(std::move(message));
  }
  simdjson::dom::parser parser;
  for (const auto &[digest, file] : kept) {
    DISLODGE_TRY_ASSIGN(const std::string source_line, the_case.meta(std::string(kSource) + digest));
    detect::TipReport report;
    report.source = source_of(parser, source_line);
    report.format = file.format;
    report.digest = digest;
    report.left_out = file.left_out;
    report.match = detect::match_tips(
        file, report.source, {picture.events, picture.facts, picture.secrets, messages, files, &paths});
    DISLODGE_TRY_ASSIGN(const std::string judged, the_case.meta(std::string(kJudged) + digest));
    report.judged = judgement_of(parser, judged, detect::touched_by(report.match));
    merge_detections(picture.detections, report.match.detections);
    picture.facts.exposures.insert(picture.facts.exposures.end(), report.match.exposures.begin(),
                                   report.match.exposures.end());
    picture.tips.push_back(std::move(report));
  }
  return {};
}

}  // namespace dislodge::engine

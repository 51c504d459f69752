// Tips from files: MISP events, SARIF, manifests; STIX bundles are read by stix_reader.cpp.

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <map>

#include "base/encode.hpp"
#include "base/limits.hpp"
#include "base/words.hpp"
#include "detect/object_lines.hpp"
#include "detect/sarif_reader.hpp"
#include "detect/stix_reader.hpp"
#include "detect/tip_collector.hpp"
#include "detect/tips.hpp"
#include "log/csv.hpp"

namespace dislodge::detect {
namespace {

using base::ErrorKind;
using base::fail;
using simdjson::dom::element;

void read_misp_attribute(TipCollector &to, element attribute) {
  bool deleted = false;
  if (attribute["deleted"].get(deleted) == simdjson::SUCCESS && deleted) return;
  const std::string type = text_of(attribute, "type"), value = text_of(attribute, "value");
  const std::string relation = text_of(attribute, "object_relation");
  const std::string label = text_of(attribute, "comment");
  static constexpr std::pair<std::string_view, TipKind> kTypes[] = {
      {"ip-src", TipKind::address},
      {"ip-dst", TipKind::address},
      {"ip-src|port", TipKind::address},
      {"ip-dst|port", TipKind::address},
      {"domain", TipKind::domain},
      {"hostname", TipKind::domain},
      {"domain|ip", TipKind::domain},
      {"url", TipKind::domain},
      {"email", TipKind::email},
      {"email-src", TipKind::email},
      {"email-dst", TipKind::email},
      {"target-email", TipKind::email},
      {"target-user", TipKind::account},
      {"github-username", TipKind::account},
      {"user-agent", TipKind::agent},
      {"sha256", TipKind::file_hash},
      {"filename|sha256", TipKind::file_hash},
      {"email-message-id", TipKind::message},
  };
  for (const auto &[known, kind] : kTypes) {
    if (type != known) continue;
    const std::size_t bar = value.find('|');
    const std::string left = value.substr(0, bar);
    const std::string right = bar == value.npos ? value : value.substr(bar + 1);
    if (type == "domain|ip") {
      add_value(to, TipKind::domain, "", left, label);
      add_value(to, TipKind::address, "", right, label);
    } else {
      add_value(to, kind, type, type == "filename|sha256" ? right : left, label);
    }
    return;
  }
  if (relation == "username" || relation == "user-principal-name" || relation == "account-name")
    return add_value(to, TipKind::account, "", value, label);
  if (relation == "user-agent") return add_value(to, TipKind::agent, "", value, label);
  if (relation == "app-id" || relation == "application-id" || relation == "client-id")
    return add_value(to, TipKind::application, "", value, label);
  to.leave_out("attributes of type " + (type.empty() ? "unknown" : type));
}

void read_misp_event(TipCollector &to, TipFile &file, element event) {
  element organisation;
  if (file.from.empty() && event["Orgc"].get(organisation) == simdjson::SUCCESS)
    file.from = text_of(organisation, "name");
  const auto each = [&](element from) {
    simdjson::dom::array attributes;
    if (from["Attribute"].get(attributes) != simdjson::SUCCESS) return;
    for (const element attribute : attributes)
      if (attribute.is_object()) read_misp_attribute(to, attribute);
  };
  each(event);
  simdjson::dom::array objects;
  if (event["Object"].get(objects) == simdjson::SUCCESS)
    for (const element object : objects)
      if (object.is_object()) each(object);
}

base::Result<TipFile> read_misp(element root, TipFile file) {
  file.format = "MISP";
  TipCollector to(file);
  element event;
  simdjson::dom::array response;
  if (root.get(response) != simdjson::SUCCESS && root["response"].get(response) != simdjson::SUCCESS) {
    if (root["Event"].get(event) == simdjson::SUCCESS) read_misp_event(to, file, event);
    to.finish();
    return file;
  }
  for (const element one : response)
    if (one.is_object() && one["Event"].get(event) == simdjson::SUCCESS) read_misp_event(to, file, event);
  to.finish();
  return file;
}

// Columns and keys under which exports name the same thing.
constexpr std::string_view kIdNames[] = {"message_id",        "messageid",           "message-id",
                                         "internetmessageid", "internet message id", "internet_message_id",
                                         "message id"};
constexpr std::string_view kSentNames[] = {"sent",     "date",        "datetimesent",     "sentdatetime",
                                           "sent_at",  "received",    "receiveddatetime", "receivedutc",
                                           "senttime", "receivedtime"};
constexpr std::string_view kSubjectNames[] = {"subject"};
constexpr std::string_view kSecretNames[] = {"secrets",        "secret",           "contains_secret",
                                             "containssecret", "contains secrets", "secret types",
                                             "credentials"};
constexpr std::string_view kGradeNames[] = {"grade", "accessed", "access"};
constexpr std::string_view kFromNames[] = {"supplier", "notified_by", "source_organisation"};

template <std::size_t N>
bool one_of(std::string_view name, const std::string_view (&names)[N]) {
  return std::any_of(std::begin(names), std::end(names),
                     [&](std::string_view known) { return base::equal_ignoring_case(name, known); });
}

bool says_yes(std::string_view text) {
  text = base::trim(text);
  return !text.empty() && !base::equal_ignoring_case(text, "no") &&
         !base::equal_ignoring_case(text, "false") && !base::equal_ignoring_case(text, "none") &&
         text != "0" && text != "-";
}

bool says_confirmed(std::string_view text) {
  return base::equal_ignoring_case(text, "confirmed") || base::equal_ignoring_case(text, "accessed") ||
         base::equal_ignoring_case(text, "yes") || base::equal_ignoring_case(text, "true");
}

void read_manifest_row(TipCollector &to, element row) {
  Tip tip;
  tip.kind = TipKind::message;
  simdjson::dom::object fields;
  if (row.get(fields) != simdjson::SUCCESS) return;
  for (const auto &[key, value] : fields) {
    std::string_view text;
    const bool is_text = value.get(text) == simdjson::SUCCESS;
    bool flag = false;
    const bool is_flag = value.get(flag) == simdjson::SUCCESS;
    simdjson::dom::array list;
    if (one_of(key, kIdNames) && is_text) tip.value = bare_id(text);
    if (one_of(key, kSentNames) && is_text)
      if (const auto time = base::parse_time(text)) tip.at = *time;
    if (one_of(key, kSubjectNames) && is_text) tip.label = std::string(text);
    if (one_of(key, kGradeNames)) tip.confirmed = is_text ? says_confirmed(text) : is_flag && flag;
    if (one_of(key, kSecretNames))
      tip.with_secret = is_text                                ? says_yes(text)
                        : value.get(list) == simdjson::SUCCESS ? list.size() > 0
                                                               : is_flag && flag;
  }
  if (tip.value.empty())
    to.leave_out("messages without an id");
  else
    to.add(std::move(tip));
}

base::Result<TipFile> read_manifest_lines(std::string_view text, TipFile file) {
  file.format = "manifest";
  TipCollector to(file);
  DISLODGE_TRY(each_object_line(text, "manifest", [&](std::size_t, element row) -> base::Result<void> {
    if (text_of(row, "kind") == "dislodge-manifest")
      file.from = text_of(row, "from");
    else
      read_manifest_row(to, row);
    return {};
  }));
  to.finish();
  return file;
}

// A list of messages as a supplier's own program writes it: a JSON array, an object that holds one (beside it
// who they are), or an object a line.
base::Result<TipFile> read_manifest_messages(std::string_view text, TipFile file) {
  file.format = "manifest";
  TipCollector to(file);
  simdjson::dom::parser parser;
  element root;
  if (parser.parse(text.data(), text.size()).get(root) != simdjson::SUCCESS)
    return read_manifest_lines(text, {});
  simdjson::dom::array rows;
  std::size_t count = 0;  // asked of `rows` only once it is one
  if (simdjson::dom::object fields; root.get(fields) == simdjson::SUCCESS) {
    for (const auto &[key, value] : fields) {
      std::string_view name;
      simdjson::dom::array list;
      if ((one_of(key, kFromNames) || base::equal_ignoring_case(key, "from")) &&
          value.get(name) == simdjson::SUCCESS)
        file.from = std::string(name);
      if (value.get(list) == simdjson::SUCCESS && list.size() > count) {
        rows = list;
        count = list.size();
      }
    }
    if (count == 0) read_manifest_row(to, root);  // of one message
  } else if (root.get(rows) != simdjson::SUCCESS) {
    return fail(ErrorKind::damaged, "the manifest is no list of messages");
  } else {
    count = rows.size();
  }
  if (count > 0)
    for (const element row : rows) read_manifest_row(to, row);
  to.finish();
  return file;
}

base::Result<TipFile> read_manifest_table(std::string_view text, TipFile file) {
  file.format = "manifest";
  TipCollector to(file);
  const base::Limits limits;
  log::CsvTable table(text, limits);
  const std::vector<std::string> columns = table.columns();
  std::uint64_t bad = 0;
  log::CsvRow row;
  while (table.next(row, [&](auto &&...) { ++bad; })) {
    Tip tip;
    tip.kind = TipKind::message;
    for (std::size_t i = 0; i < columns.size() && i < row.fields.size(); ++i) {
      const std::string_view value = base::trim(row.fields[i]);
      if (one_of(columns[i], kIdNames)) tip.value = bare_id(value);
      if (one_of(columns[i], kSentNames))
        if (const auto time = base::parse_time(value)) tip.at = *time;
      if (one_of(columns[i], kSubjectNames)) tip.label = std::string(value);
      if (one_of(columns[i], kGradeNames)) tip.confirmed = says_confirmed(value);
      if (one_of(columns[i], kSecretNames)) tip.with_secret = says_yes(value);
      if (one_of(columns[i], kFromNames) && file.from.empty()) file.from = std::string(value);
    }
    if (tip.value.empty())
      to.leave_out("messages without an id");
    else
      to.add(std::move(tip));
  }
  if (bad > 0) file.left_out.push_back(base::counted(bad, "row that is damaged", "rows that are damaged"));
  to.finish();
  return file;
}

base::Result<TipFile> read_places(std::string_view text, TipFile file) {
  DISLODGE_TRY_ASSIGN(const std::vector<SarifResult> results, read_sarif(text));
  file.format = "SARIF 2.1.0";
  TipCollector to(file);
  for (const SarifResult &one : results) {
    if (file.from.empty()) file.from = one.tool;
    Tip tip;
    tip.kind = TipKind::place;
    tip.value = one.path;
    tip.label = one.rule;
    tip.line = one.line;
    to.add(std::move(tip));
  }
  to.finish();
  return file;
}

// The first kilobytes say what it is; a whole parse would cost as much as reading it.
enum class Shape : std::uint8_t { none, stix, misp, sarif, lines, messages, table };

// A key of JSON as this name, its colon behind it.
bool has_key(std::string_view head, std::string_view name) {
  for (std::size_t at = 0; (at = head.find('"', at)) != head.npos; ++at) {
    const std::string_view rest = head.substr(at + 1);
    if (rest.size() <= name.size() || rest[name.size()] != '"' ||
        !base::equal_ignoring_case(rest.substr(0, name.size()), name))
      continue;
    if (base::trim(rest.substr(name.size() + 1, 16)).starts_with(':')) return true;
  }
  return false;
}

template <std::size_t N>
bool has_key(std::string_view head, const std::string_view (&names)[N]) {
  return std::any_of(std::begin(names), std::end(names),
                     [&](std::string_view name) { return has_key(head, name); });
}

// What is listed of messages, and neither the messages themselves nor a log of them.
constexpr std::string_view kTextNames[] = {"body",  "bodypreview", "uniquebody", "internetmessageheaders",
                                           "parts", "payload"};
constexpr std::string_view kLogNames[] = {"status",   "messagetraceid", "eventid",
                                          "event_id", "operation",      "auditdata",
                                          "size",     "creationtime",   "recordtype"};
bool lists_messages(std::string_view head) {
  return has_key(head, kIdNames) && (has_key(head, kSubjectNames) || has_key(head, kSentNames)) &&
         !has_key(head, kTextNames) && !has_key(head, kLogNames);
}

Shape shape_of(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const std::string_view head = base::trim(text.substr(0, 64 << 10));
  const auto has = [&](std::string_view word) { return head.find(word) != head.npos; };
  if (head.starts_with('{')) {
    if (has("\"dislodge-manifest\"")) return Shape::lines;
    if (has("\"bundle\"") && has("\"bundle--")) return Shape::stix;
    if (has("\"Event\"") && (has("\"Attribute\"") || has("\"Orgc\"") || has("\"threat_level_id\"")))
      return Shape::misp;
    if (has("\"response\"") && has("\"Event\"")) return Shape::misp;
    if (has("\"runs\"") && (has("sarif") || has("\"2.1.0\""))) return Shape::sarif;
    return lists_messages(head) ? Shape::messages : Shape::none;
  }
  if (head.starts_with('[')) {
    if (has("\"Event\"") && has("\"threat_level_id\"")) return Shape::misp;
    return lists_messages(head) ? Shape::messages : Shape::none;
  }
  // A table of messages: a header with a message id and no column that only a log has.
  const std::string_view first = head.substr(0, head.find('\n'));
  bool id = false, log = false, subject = false;
  std::string cell;
  for (std::size_t i = 0; i <= first.size(); ++i) {
    if (i < first.size() && first[i] != ',' && first[i] != ';' && first[i] != '\t') {
      if (first[i] != '"' && first[i] != '\r') cell += first[i];
      continue;
    }
    const std::string name = base::lower(base::trim(cell));
    id |= one_of(name, kIdNames);
    subject |= name == "subject" || one_of(name, kSentNames);
    log |= name.find("status") != name.npos || name.find("messagetrace") != name.npos || name == "event_id" ||
           name == "eventid" || name == "operation" || name == "auditdata" || name.find("size") != name.npos;
    cell.clear();
  }
  return id && subject && !log ? Shape::table : Shape::none;
}

}  // namespace

std::string_view name_of(TipKind kind) {
  static constexpr std::string_view kNames[] = {"address",     "domain",     "email address", "account",
                                                "application", "user agent", "key id",        "file hash",
                                                "message",     "place"};
  return kNames[static_cast<std::size_t>(kind)];
}

bool recognises_tips(std::string_view text) {
  return shape_of(text) != Shape::none;
}

bool recognises_table_of_messages(std::string_view text) {
  const Shape shape = shape_of(text);
  return shape == Shape::table || shape == Shape::messages;
}

base::Result<TipFile> read_tips(std::string_view text) {
  if (text.size() > kTipBytesMax)
    return fail(ErrorKind::limit,
                fmt::format("a tip has at most {} bytes; this one has {}: hand it in in parts", kTipBytesMax,
                            text.size()));
  const Shape shape = shape_of(text);
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (shape == Shape::none)
    return fail(ErrorKind::usage,
                "this is no tip: STIX 2.1, MISP, SARIF 2.1.0 and manifests of messages (JSON, CSV) are");
  if (shape == Shape::lines) return read_manifest_lines(text, {});
  if (shape == Shape::table) return read_manifest_table(text, {});
  if (shape == Shape::messages) return read_manifest_messages(text, {});
  if (shape == Shape::sarif) return read_places(text, {});
  simdjson::dom::parser parser;
  element root;
  if (const auto error = parser.parse(text.data(), text.size()).get(root); error != simdjson::SUCCESS)
    return fail(ErrorKind::damaged,
                fmt::format("the tip is no whole JSON: {}", simdjson::error_message(error)));
  return shape == Shape::stix ? read_stix(root, {}) : read_misp(root, {});
}

}  // namespace dislodge::detect

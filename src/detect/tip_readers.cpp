// Tips from files: STIX bundles, MISP events, SARIF, manifests.

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <map>

#include "base/encode.hpp"
#include "base/limits.hpp"
#include "base/words.hpp"
#include "detect/object_lines.hpp"
#include "detect/sarif_reader.hpp"
#include "detect/tips.hpp"
#include "log/builder.hpp"
#include "log/csv.hpp"

namespace dislodge::detect {
namespace {

using base::ErrorKind;
using base::fail;
using simdjson::dom::element;

std::string bare_id(std::string_view id) {
  id = base::trim(id);
  if (id.size() > 1 && id.front() == '<' && id.back() == '>') id = id.substr(1, id.size() - 2);
  return std::string(id);
}

// "198.51.100[.]7", "evil[dot]example": people write indicators so that nobody follows them by accident.
std::string without_brackets(std::string_view value) {
  std::string out;
  for (std::size_t at = 0; at < value.size();) {
    std::string_view rest = value.substr(at);
    const auto take = [&](std::string_view written, char meant) {
      if (rest.size() < written.size() || !base::equal_ignoring_case(rest.substr(0, written.size()), written))
        return false;
      out += meant;
      at += written.size();
      return true;
    };
    if (take("[.]", '.') || take("(.)", '.') || take("[dot]", '.') || take("(dot)", '.') ||
        take("[@]", '@') || take("[at]", '@') || take("(at)", '@') || take("[:]", ':'))
      continue;
    out += value[at++];
  }
  return out;
}

class Collector {
 public:
  explicit Collector(TipFile &file) : file_(file) {}
  void add(Tip tip) {
    if (tip.value.empty()) return;
    if (tip.kind == TipKind::address || tip.kind == TipKind::domain || tip.kind == TipKind::email)
      tip.value = without_brackets(tip.value);
    if (tip.kind != TipKind::place && tip.kind != TipKind::agent && tip.kind != TipKind::message)
      tip.value = base::lower(tip.value);
    // As events write it: one spelling for one IPv6 address, no port.
    if (tip.kind == TipKind::address && tip.value.find('/') == tip.value.npos)
      tip.value = log::clean_address(tip.value);
    if (tip.kind == TipKind::domain)
      while (tip.value.ends_with('.')) tip.value.pop_back();
    if (tip.value.empty()) return;
    if (tip.kind == TipKind::agent && ++agents_ > kAgentTipsMax) {
      ++out_["user agents beyond the limit of one file"];
      return;
    }
    if (file_.tips.size() == kTipsMax) {
      ++out_["beyond the limit of tips of one file"];
      return;
    }
    file_.tips.push_back(std::move(tip));
  }
  void leave_out(const std::string &why) { ++out_[why]; }
  std::uint64_t next_group() { return ++groups_; }
  void finish() {
    for (const auto &[why, count] : out_) file_.left_out.push_back(fmt::format("{} {}", count, why));
  }

 private:
  TipFile &file_;
  std::map<std::string, std::uint64_t> out_;
  std::size_t agents_ = 0;
  std::uint64_t groups_ = 0;  // of tips that hold only together
};

// What a STIX object path or cyber-observable names, where evidence has something like it.
bool kind_of_path(std::string_view path, TipKind &kind) {
  static constexpr std::pair<std::string_view, TipKind> kPaths[] = {
      {"ipv4-addr:value", TipKind::address},
      {"ipv6-addr:value", TipKind::address},
      {"network-traffic:src_ref.value", TipKind::address},
      {"network-traffic:dst_ref.value", TipKind::address},
      {"domain-name:value", TipKind::domain},
      {"url:value", TipKind::domain},
      {"email-addr:value", TipKind::email},
      {"email-message:from_ref.value", TipKind::email},
      {"email-message:sender_ref.value", TipKind::email},
      {"email-message:message_id", TipKind::message},
      {"user-account:user_id", TipKind::account},
      {"user-account:account_login", TipKind::account},
      {"software:name", TipKind::application},
  };
  for (const auto &[known, of] : kPaths) {
    if (path == known) {
      kind = of;
      return true;
    }
  }
  if (path.starts_with("file:hashes") && path.find("256") != path.npos) {
    kind = TipKind::file_hash;
    return true;
  }
  if (path.starts_with("network-traffic:extensions") && base::contains_ignoring_case(path, "user-agent")) {
    kind = TipKind::agent;
    return true;
  }
  return false;
}

std::string host_of_url(std::string_view url) {
  if (const std::size_t scheme = url.find("://"); scheme != url.npos) url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  if (const std::size_t at = url.rfind('@'); at != url.npos) url.remove_prefix(at + 1);
  if (!url.starts_with('[')) url = url.substr(0, url.find(':'));
  return std::string(url);
}

Tip tip_of_value(TipKind kind, std::string_view path, std::string value, const std::string &label) {
  if (kind == TipKind::domain && path.starts_with("url")) value = host_of_url(value);
  if (kind == TipKind::message) value = bare_id(value);
  Tip tip;
  tip.kind = kind;
  tip.value = std::move(value);
  tip.label = label;
  return tip;
}

void add_value(Collector &to, TipKind kind, std::string_view path, std::string value,
               const std::string &label) {
  to.add(tip_of_value(kind, path, std::move(value), label));
}

// How the comparisons of a pattern hang together.
struct PatternShape {
  bool all = false, any = false, ordered = false;  // AND; OR; FOLLOWEDBY, WITHIN, REPEATS, START
  std::size_t observations = 0;
};
PatternShape pattern_shape(std::string_view pattern) {
  PatternShape shape;
  std::string word;
  for (std::size_t at = 0; at <= pattern.size(); ++at) {
    const char c = at < pattern.size() ? pattern[at] : ' ';
    if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) {
      word += static_cast<char>(c & ~0x20);
      continue;
    }
    shape.all |= word == "AND";
    shape.any |= word == "OR";
    shape.ordered |= word == "FOLLOWEDBY" || word == "WITHIN" || word == "REPEATS" || word == "START";
    word.clear();
    shape.observations += c == '[' ? 1 : 0;
    if (c != '\'') continue;
    for (++at; at < pattern.size() && pattern[at] != '\''; ++at)
      if (pattern[at] == '\\') ++at;
  }
  return shape;
}

// Whether an event may show it beside others.
bool of_events(TipKind kind) {
  return kind == TipKind::address || kind == TipKind::account || kind == TipKind::application ||
         kind == TipKind::agent || kind == TipKind::key_id;
}

// The comparisons of a pattern that demand a value: path = 'x', path IN ('x', 'y'), path LIKE and MATCHES are
// left out and said. Comparisons under NOT are none that we may take. What holds only together (AND) is taken
// where one event can show all of it; a part taken for the whole would blame whoever happens to share it.
void read_pattern(Collector &to, std::string_view pattern, const std::string &label) {
  const PatternShape shape = pattern_shape(pattern);
  if (shape.ordered) {
    to.leave_out("patterns of observations in an order or a time (FOLLOWEDBY, WITHIN, REPEATS)");
    return;
  }
  if (shape.all && (shape.any || shape.observations > 1)) {
    to.leave_out("patterns that join AND with OR, or several observations");
    return;
  }
  bool any = false, other = false, several = false;
  std::vector<Tip> together;
  for (std::size_t at = 0; at < pattern.size();) {
    const std::size_t quote = pattern.find('\'', at);
    if (quote == pattern.npos) break;
    // The value, with \' and \\ undone.
    std::string value;
    std::size_t end = quote + 1;
    for (; end < pattern.size() && pattern[end] != '\''; ++end) {
      if (pattern[end] == '\\' && end + 1 < pattern.size()) ++end;
      value += pattern[end];
    }
    // Before the quote: path, operator. Within a list the path stands before the parenthesis.
    std::string_view before = pattern.substr(0, quote);
    const std::size_t open = before.rfind('(');
    if (open != before.npos && before.find(')', open) == before.npos) {
      const std::string_view head = base::trim(before.substr(0, open));
      if (head.size() > 3 && base::equal_ignoring_case(head.substr(head.size() - 3), " IN")) before = head;
    }
    std::string_view words = base::trim(before);
    bool takes = false;
    std::string_view path;
    if (words.size() > 3 && base::equal_ignoring_case(words.substr(words.size() - 3), " IN")) {
      path = base::trim(words.substr(0, words.size() - 3));
      takes = true;
    } else if (words.ends_with('=') && !words.ends_with("!=") && !words.ends_with(">=") &&
               !words.ends_with("<=")) {
      path = base::trim(words.substr(0, words.size() - 1));
      takes = true;
    } else if (words.size() > 9 && base::equal_ignoring_case(words.substr(words.size() - 9), " ISSUBSET")) {
      path = base::trim(words.substr(0, words.size() - 9));
      takes = true;
    }
    if (takes && path.size() > 4 && base::equal_ignoring_case(path.substr(path.size() - 4), " NOT"))
      takes = false;
    const std::size_t begin = path.find_last_of(" [(");
    if (begin != path.npos) path.remove_prefix(begin + 1);
    TipKind kind = TipKind::address;
    if (takes && kind_of_path(path, kind)) {
      if (shape.all) {
        together.push_back(tip_of_value(kind, path, value, label));
        other |= !of_events(kind);
        several |= words.size() > 3 && base::equal_ignoring_case(words.substr(words.size() - 3), " IN");
      } else {
        add_value(to, kind, path, value, label);
      }
      any = true;
    } else {
      other = true;
    }
    at = end + 1;
  }
  if (shape.all) {
    if (!any || other || several) {
      to.leave_out("patterns of which one event here cannot show every part");
      return;
    }
    const std::uint64_t number = to.next_group();
    for (Tip &tip : together) {
      tip.group = together.size() > 1 ? number : 0;
      to.add(std::move(tip));
    }
    return;
  }
  if (!any || other)
    to.leave_out(any ? "comparisons that nothing held here answers to"
                     : "patterns that nothing held here answers to");
}

base::Result<TipFile> read_stix(element root, TipFile file) {
  file.format = "STIX 2.1";
  Collector to(file);
  simdjson::dom::array objects;
  if (root["objects"].get(objects) != simdjson::SUCCESS) return file;
  std::map<std::string, std::string> names;  // identity -> name
  for (const element object : objects)
    if (text_of(object, "type") == "identity") names[text_of(object, "id")] = text_of(object, "name");
  for (const element object : objects) {
    const std::string type = text_of(object, "type");
    if (file.from.empty())
      if (const auto name = names.find(text_of(object, "created_by_ref")); name != names.end())
        file.from = name->second;
    const std::string label = text_of(object, "name");
    if (type == "indicator") {
      bool revoked = false;
      if (object["revoked"].get(revoked) == simdjson::SUCCESS && revoked) {
        to.leave_out("revoked");
        continue;
      }
      const std::string language = text_of(object, "pattern_type");
      if (!language.empty() && language != "stix")
        to.leave_out("indicators in " + language);
      else
        read_pattern(to, text_of(object, "pattern"), label);
      continue;
    }
    TipKind kind = TipKind::address;
    if (kind_of_path(type + ":value", kind)) {
      add_value(to, kind, type, text_of(object, "value"), label);
    } else if (type == "user-account") {
      for (const char *key : {"user_id", "account_login"})
        add_value(to, TipKind::account, "", text_of(object, key), label);
    } else if (type == "file") {
      element hashes;
      if (object["hashes"].get(hashes) == simdjson::SUCCESS)
        add_value(to, TipKind::file_hash, "", text_of(hashes, "SHA-256"), label);
    }
  }
  if (file.from.empty() && !names.empty()) file.from = names.begin()->second;
  to.finish();
  return file;
}

void read_misp_attribute(Collector &to, element attribute) {
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

void read_misp_event(Collector &to, TipFile &file, element event) {
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
  Collector to(file);
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

void read_manifest_row(Collector &to, element row) {
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
  Collector to(file);
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
  Collector to(file);
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
  Collector to(file);
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
  Collector to(file);
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

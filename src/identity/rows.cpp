#include "identity/rows.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/encode.hpp"
#include "base/words.hpp"
#include "identity/directory_json.hpp"
#include "identity/format_list.hpp"
#include "identity/json_cursor.hpp"
#include "log/csv.hpp"

namespace dislodge::identity {
namespace {

using simdjson::dom::element;

constexpr std::size_t kLookBytes = 64u << 10;
constexpr unsigned kDepthMax = 6;
constexpr std::size_t kColumnsMax = 2'000;  // of one row; a row of more is no listing of ours

// Members of the object around an array that say nothing about rows are passed; these hold the rows.
bool holds_rows(std::string_view key) {
  for (const std::string_view name :
       {"value", "data", "items", "results", "users", "members", "keys", "AccessKeyMetadata"}) {
    if (base::equal_ignoring_case(key, name)) return true;
  }
  return false;
}

void put(Row &row, const std::string &name, std::string_view value) {
  for (auto &[key, text] : row.columns) {
    if (key != name) continue;
    text += '\n';
    text += value;
    return;
  }
  if (row.columns.size() < kColumnsMax) row.columns.emplace_back(name, std::string(value));
}

void flatten(const element &value, const std::string &name, unsigned depth, Row &row) {
  simdjson::dom::object object;
  simdjson::dom::array array;
  std::string_view text;
  if (depth > kDepthMax) return;
  if (value.get(object) == simdjson::SUCCESS) {
    for (const auto &[key, member] : object)
      flatten(member, name.empty() ? base::lower(key) : name + "." + base::lower(key), depth + 1, row);
  } else if (value.get(array) == simdjson::SUCCESS) {
    bool any = false;
    for (const element one : array) {
      flatten(one, name, depth + 1, row);
      any = true;
    }
    if (!any) put(row, name, "");
  } else if (value.get(text) == simdjson::SUCCESS) {
    put(row, name, text);
  } else {
    put(row, name, value.is_null() ? std::string() : simdjson::minify(value));
  }
}

class JsonRows {
 public:
  JsonRows(std::string_view bytes, std::string_view path, const std::function<bool(const Row &)> &each)
      : bytes_(bytes), path_(path), each_(each), lines_(bytes) {}

  // False where each() asked to stop.
  void walk() {
    JsonCursor at(bytes_);
    if (at.peek() == '[') {
      if (at.enter_array()) array(at);
    } else {
      while (!stopped_ && !at.broken() && at.peek() == '{') object(at);
    }
    broken_ = at.broken();
  }
  bool broken() const { return broken_ && !stopped_; }
  std::size_t last_whole() const { return last_whole_; }
  std::uint64_t damaged = 0, damaged_bytes = 0;

 private:
  void array(JsonCursor &at) {
    while (!stopped_ && at.next_element()) {
      const std::size_t begin = (at.peek(), at.position());
      const std::string_view one = at.take();
      if (at.broken()) return;
      row(one, begin);
      last_whole_ = at.position();
    }
  }

  // An object is a row, unless one of its members is the array of rows.
  void object(JsonCursor &at) {
    const std::size_t begin = at.position();
    JsonCursor look = at;
    bool around = false;
    if (look.enter_object()) {
      while (!around && look.next_member()) {
        if (look.key() == "@odata.context") {
          const std::string_view value = look.take();
          if (value.size() >= 2) context_ = value.substr(1, value.size() - 2);
        } else if (holds_rows(look.key()) && look.peek() == '[') {
          look.enter_array();
          char first = look.peek();
          around = first == '{' || first == ']';
          if (!around) break;
        } else {
          look.take();
        }
      }
    }
    if (!around) {
      const std::string_view one = at.take();
      if (!at.broken()) {
        row(one, begin);
        last_whole_ = at.position();
      }
      return;
    }
    at.enter_object();
    while (!stopped_ && at.next_member()) {
      if (holds_rows(at.key()) && at.peek() == '[' && at.enter_array())
        array(at);
      else
        at.take();
    }
    last_whole_ = at.position();
  }

  void row(std::string_view text, std::size_t offset) {
    element parsed;
    if (text.size() > kRecordBytesMax || !parse_value(parser_, text, parsed) || !parsed.is_object()) {
      ++damaged;
      damaged_bytes += text.size();
      return;
    }
    Row one;
    one.context = context_;
    one.evidence = fmt::format("{}:line {}", path_, lines_.line_of(offset));
    flatten(parsed, "", 0, one);
    stopped_ = !each_(one);
  }

  std::string_view bytes_, path_;
  const std::function<bool(const Row &)> &each_;
  LineCounter lines_;
  simdjson::dom::parser parser_;
  std::string_view context_;
  std::size_t last_whole_ = 0;
  bool broken_ = false, stopped_ = false;
};

bool is_json(std::string_view bytes) {
  JsonCursor at(bytes.substr(0, kLookBytes));
  const char first = at.peek();
  return first == '{' || first == '[';
}

// `aws iam get-credential-report` gives its table in base64 within an object ({"Content": "dXNlcixhcm4s...",
// "ReportFormat": "text/csv"}). Its text, of what is there of it; empty where the bytes are no such object.
std::string wrapped_report(std::string_view bytes) {
  constexpr std::string_view kContent = "\"Content\"", kHeader = "user,arn,";
  constexpr std::size_t kBefore = 512;  // GeneratedTime and ReportFormat may come first
  const std::size_t at = bytes.substr(0, kBefore).find(kContent);
  if (at == std::string_view::npos) return {};
  const std::size_t begin = bytes.find('"', at + kContent.size());
  if (begin == std::string_view::npos) return {};
  std::string_view encoded = bytes.substr(begin + 1);
  const std::size_t end = encoded.find('"');
  encoded =
      end == std::string_view::npos ? encoded.substr(0, encoded.size() / 4 * 4) : encoded.substr(0, end);
  std::string text = base::from_base64(encoded).value_or(std::string());
  return text.starts_with(kHeader) ? text : std::string();
}

void csv_rows(std::string_view bytes, std::string_view path, const base::Limits &limits, std::uint64_t &bad,
              std::uint64_t &bad_bytes, const std::function<bool(const Row &)> &each) {
  log::CsvTable table(bytes, limits);
  if (table.columns().size() < 2) return;
  std::vector<std::string> names;
  for (const std::string &name : table.columns()) {
    std::string lower = base::lower(name);
    std::replace(lower.begin(), lower.end(), ' ', '_');
    names.push_back(std::move(lower));
  }
  log::CsvRow fields;
  while (table.next(fields, [&](const auto &part) {
    ++bad;
    bad_bytes += part.length;
  })) {
    Row row;
    row.evidence = fmt::format("{}:line {}", path, fields.line);
    for (std::size_t i = 0; i < fields.fields.size() && i < names.size(); ++i)
      row.columns.emplace_back(names[i], std::string(fields.fields[i]));
    if (!each(row)) return;
  }
}

}  // namespace

std::string_view Row::operator[](std::string_view column) const {
  for (const auto &[name, value] : columns) {
    if (name == column) return base::trim(value);
  }
  return {};
}

bool Row::has(std::string_view column) const {
  return std::any_of(columns.begin(), columns.end(), [&](const auto &one) { return one.first == column; });
}

std::vector<std::string_view> Row::list(std::string_view column) const {
  std::vector<std::string_view> parts;
  std::string_view rest = (*this)[column];
  // Lists that went through CSV are in braces ("{a, b}") or separated by commas or semicolons.
  if (rest.size() >= 2 && rest.front() == '{' && rest.back() == '}') rest = rest.substr(1, rest.size() - 2);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find_first_of("\n,;"), rest.size());
    const std::string_view one = base::trim(rest.substr(0, end));
    if (!one.empty()) parts.push_back(one);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return parts;
}

std::vector<std::string_view> Row::lines(std::string_view column) const {
  std::vector<std::string_view> parts;
  for (const auto &[name, value] : columns) {
    if (name != column) continue;
    std::string_view rest = value;
    for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
      parts.push_back(base::trim(rest.substr(0, end)));
      rest.remove_prefix(end + 1);
    }
    parts.push_back(base::trim(rest));
  }
  return parts;
}

bool Row::flag(std::string_view column) const {
  const std::string value = base::lower((*this)[column]);
  return value == "true" || value == "1" || value == "yes" || value == "$true";
}

base::Result<void> for_each_row(const evidence::ItemView &item, evidence::Sink &sink,
                                const std::function<void(const Row &)> &each) {
  const std::function<bool(const Row &)> all = [&](const Row &row) {
    each(row);
    return true;
  };
  std::uint64_t bad = 0, bad_bytes = 0;
  if (const std::string report = wrapped_report(item.bytes); !report.empty()) {
    csv_rows(report, std::string(item.path) + " (Content)", sink.limits(), bad, bad_bytes, all);
  } else if (is_json(item.bytes)) {
    JsonRows rows(item.bytes, item.path, all);
    rows.walk();
    bad = rows.damaged;
    bad_bytes = rows.damaged_bytes;
    if (rows.broken()) {
      sink.unread(
          {.bytes = item.bytes.size() - std::min(rows.last_whole(), item.bytes.size()),
           .state = evidence::LedgerState::damaged,
           .reason = fmt::format("the JSON breaks off or is damaged after byte {}", rows.last_whole()),
           .remedy = "export it again; what stands before was read",
           .child = {},
           .child_size = 0});
    }
  } else if (is_format_list(item.bytes)) {
    format_list_rows(item.bytes, item.path, all);
  } else {
    csv_rows(item.bytes, item.path, sink.limits(), bad, bad_bytes, all);
  }
  if (bad > 0) {
    sink.unread({.bytes = bad_bytes,
                 .state = evidence::LedgerState::damaged,
                 .reason = base::counted(bad, "row") + " damaged",
                 .remedy = "export it again",
                 .child = {},
                 .child_size = 0});
  }
  return {};
}

Row first_row(std::string_view bytes) {
  Row first;
  const std::function<bool(const Row &)> one = [&](const Row &row) {
    first.columns = row.columns;
    return false;
  };
  const std::string_view head = bytes.substr(0, kLookBytes);
  std::uint64_t bad = 0, bad_bytes = 0;
  if (const std::string report = wrapped_report(head); !report.empty())
    csv_rows(report, "", base::Limits(), bad, bad_bytes, one);
  else if (is_json(head))
    JsonRows(head, "", one).walk();
  else if (is_format_list(head))
    format_list_rows(head, "", one);
  else
    csv_rows(head, "", base::Limits(), bad, bad_bytes, one);
  return first;
}

}  // namespace dislodge::identity

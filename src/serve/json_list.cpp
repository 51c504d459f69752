#include "serve/json_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/encode.hpp"
#include "base/json_writer.hpp"

namespace dislodge::serve {

using base::ErrorKind;
using base::Result;

namespace {

Result<std::size_t> number(std::string_view name, std::string_view text, std::size_t least,
                           std::size_t most) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || value < least ||
      value > most)
    return base::fail(ErrorKind::usage, fmt::format("{} takes a number from {} to {}", name, least, most));
  return value;
}

// The text of the string that begins at line[at] == '"'; `at` moves behind it.
std::string unescaped(std::string_view line, std::size_t &at) {
  std::string text;
  for (++at; at < line.size() && line[at] != '"'; ++at) {
    if (line[at] != '\\' || at + 1 >= line.size()) {
      text += line[at];
      continue;
    }
    switch (line[++at]) {
      case '"':
      case '\\':
      case '/':
        text += line[at];
        break;
      case 'u':
        // Our writer escapes control characters only: none is worth a search.
        at += std::min<std::size_t>(4, line.size() - at - 1);
        [[fallthrough]];
      default:
        text += ' ';
    }
  }
  ++at;
  return text;
}

std::string quoted(std::string_view text) {
  base::JsonWriter json;
  json.value(text);
  return json.take();
}

// std::string_view::find stops at each first character, and in JSON a field's first is a quote.
std::size_t find(std::string_view text, std::string_view wanted, std::size_t from) {
  if (from > text.size()) return text.npos;
  const void *at = ::memmem(text.data() + from, text.size() - from, wanted.data(), wanted.size());
  return at == nullptr ? text.npos : static_cast<std::size_t>(static_cast<const char *>(at) - text.data());
}

// A field and its value as they stand in a line. The line was written by base::JsonWriter: no blanks, and a
// quote inside a value is escaped, so that no value can pass for a field.
struct Field {
  std::string key, text, literal;

  explicit Field(const std::pair<std::string, std::string> &field)
      : key(quoted(field.first) + ":"), text(quoted(field.second)), literal(field.second) {}
  bool in(std::string_view line) const {
    for (std::size_t at = find(line, key, 0); at != line.npos; at = find(line, key, at + 1)) {
      const std::string_view rest = line.substr(at + key.size());
      if (rest.starts_with(text)) return true;
      const bool bare = !rest.empty() && rest.front() != '"' && rest.front() != '{' && rest.front() != '[';
      if (bare && rest.substr(0, rest.find_first_of(",}]")) == literal) return true;
    }
    return false;
  }
};

}  // namespace

Result<ListQuery> ListQuery::from(const Parameters &parameters) {
  ListQuery query;
  for (const auto &[name, text] : parameters) {
    if (name == "offset") {
      DISLODGE_TRY_ASSIGN(query.offset, number(name, text, 0, SIZE_MAX / 2));
    } else if (name == "limit") {
      DISLODGE_TRY_ASSIGN(query.limit, number(name, text, 1, kLimitMax));
    } else if (name == "q") {
      if (text.size() > kQueryBytesMax)
        return base::fail(ErrorKind::usage, fmt::format("q takes at most {} bytes", kQueryBytesMax));
      const std::string wanted = base::lower(text);
      for (std::size_t at = 0; at < wanted.size();) {
        const std::size_t begin = std::min(wanted.find_first_not_of(" \t\r\n", at), wanted.size());
        const std::size_t end = std::min(wanted.find_first_of(" \t\r\n", begin), wanted.size());
        if (end > begin) query.words.push_back(wanted.substr(begin, end - begin));
        at = end;
      }
    } else if (name == "where") {
      const std::size_t colon = text.find(':');
      if (colon == text.npos || colon == 0 || text.size() > kQueryBytesMax || query.where.size() == kWhereMax)
        return base::fail(
            ErrorKind::usage,
            fmt::format("where takes FIELD:VALUE, at most {} bytes and {} times", kQueryBytesMax, kWhereMax));
      query.where.emplace_back(text.substr(0, colon), text.substr(colon + 1));
    } else if (name == "sort") {
      if (text.size() > kQueryBytesMax)
        return base::fail(ErrorKind::usage, fmt::format("sort takes at most {} bytes", kQueryBytesMax));
      query.descending = text.starts_with('-');
      query.sort = query.descending ? text.substr(1) : text;
    } else if (name == "from" || name == "until") {
      if (text.empty()) continue;
      const auto time = base::parse_time(text);
      if (!time)
        return base::fail(ErrorKind::usage,
                          fmt::format("{} takes a time as 2024-01-17T15:00:00Z, or a date", name));
      (name == "from" ? query.when.from : query.when.until) = *time;
    }
  }
  return query;
}

std::string values_of(std::string_view json_line) {
  // Every line begins with the schema, whose number says nothing about the row.
  static constexpr std::string_view kSchema = "{\"schema\":1,";
  if (json_line.starts_with(kSchema)) json_line.remove_prefix(kSchema.size());
  std::string out;
  for (std::size_t at = 0; at < json_line.size();) {
    const char c = json_line[at];
    if (c == '"') {
      const std::string text = unescaped(json_line, at);
      if (at < json_line.size() && json_line[at] == ':') continue;  // the name of a field
      out += text;
      out += '\n';
    } else if ((c >= '0' && c <= '9') || c == '-') {
      const std::size_t end = std::min(json_line.find_first_of(",}]", at), json_line.size());
      out += json_line.substr(at, end - at);
      out += '\n';
      at = end;
    } else {
      ++at;
    }
  }
  return base::lower(out);
}

JsonList::JsonList(std::string lines) : lines_(std::move(lines)) {
  values_.reserve(lines_.size() / 2);
  for (std::size_t begin = 0; begin < lines_.size();) {
    const std::size_t end = std::min(lines_.find('\n', begin), lines_.size());
    if (end > begin) {
      values_ += values_of(std::string_view(lines_).substr(begin, end - begin));
      spans_.push_back(span_of(std::string_view(lines_).substr(begin, end - begin)));
      line_ends_.push_back(end);
      value_ends_.push_back(values_.size());
    }
    begin = end + 1;
  }
}

std::string_view JsonList::line(std::size_t row) const {
  const std::size_t begin = row == 0 ? 0 : line_ends_[row - 1] + 1;
  return std::string_view(lines_).substr(begin, line_ends_[row] - begin);
}

std::string_view JsonList::values(std::size_t row) const {
  const std::size_t begin = row == 0 ? 0 : value_ends_[row - 1];
  return std::string_view(values_).substr(begin, value_ends_[row] - begin);
}

base::Interval JsonList::span_of(std::string_view line) {
  // The fields of docs/json.md that say when the row's thing was; `due` and `trigger_time` are a duty's.
  static constexpr std::string_view kTimes[] = {"\"time\":\"",  "\"first\":\"",        "\"last\":\"",
                                                "\"since\":\"", "\"starts\":\"",       "\"effective_by\":\"",
                                                "\"due\":\"",   "\"trigger_time\":\"", "\"at\":\""};
  base::Interval span{base::kTimeMax, base::kTimeMin};
  for (const std::string_view key : kTimes) {
    const std::size_t at = find(line, key, std::size_t{0});
    if (at == line.npos) continue;
    const std::string_view rest = line.substr(at + key.size());
    if (const auto time = base::parse_time(rest.substr(0, rest.find('"')))) {
      span.from = std::min(span.from, *time);
      span.until = std::max(span.until, *time);
    }
  }
  // What began at a time and has no end holds on.
  if (find(line, "\"since\":", std::size_t{0}) != line.npos && span.from <= span.until)
    span.until = base::kTimeMax;
  return span.from > span.until ? base::Interval{} : span;
}

namespace {

constexpr std::size_t kOrdersKept = 32;

// A field's value as it is sorted: numbers by size, text without regard to case, nothing last.
struct SortKey {
  bool none = true, number = false;
  double amount = 0;
  std::string text;
};

SortKey sort_key(std::string_view line, std::string_view key) {
  SortKey out;
  const std::size_t at = find(line, key, std::size_t{0});
  if (at == line.npos) return out;
  std::size_t begin = at + key.size();
  if (begin >= line.size() || line.compare(begin, 4, "null") == 0) return out;
  out.none = false;
  // An object or list goes by what it names first.
  while (begin < line.size() && (line[begin] == '{' || line[begin] == '[')) ++begin;
  if (line[begin] == '"') {
    out.text = unescaped(line, begin);
    if (begin < line.size() && line[begin] == ':') {  // that was the name of a field
      ++begin;
      if (begin < line.size() && line[begin] == '"') out.text = unescaped(line, begin);
    }
    out.text = base::lower(out.text);
    return out;
  }
  const std::string_view rest = line.substr(begin, line.find_first_of(",}]", begin) - begin);
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), out.amount);
  out.number = error == std::errc() && end == rest.data() + rest.size();
  if (!out.number) out.text = rest;
  if (rest.empty()) out.none = true;
  return out;
}

}  // namespace

std::shared_ptr<const JsonList::Order> JsonList::order(const std::string &field, bool descending) const {
  const std::lock_guard lock(orders_mutex_);
  if (const auto known = orders_.find({field, descending}); known != orders_.end()) return known->second;
  const std::string key = quoted(field) + ":";
  std::vector<SortKey> keys(size());
  for (std::size_t row = 0; row < size(); ++row) keys[row] = sort_key(line(row), key);
  auto made = std::make_shared<Order>(size());
  for (std::size_t row = 0; row < size(); ++row) (*made)[row] = static_cast<std::uint32_t>(row);
  std::stable_sort(made->begin(), made->end(), [&](std::uint32_t left, std::uint32_t right) {
    const SortKey &a = keys[left], &b = keys[right];
    if (a.none != b.none) return b.none;
    if (a.none) return false;
    const SortKey &first = descending ? b : a, &second = descending ? a : b;
    if (first.number != second.number) return first.number;
    return first.number ? first.amount < second.amount : first.text < second.text;
  });
  if (orders_.size() >= kOrdersKept) orders_.clear();
  orders_.emplace(std::pair(field, descending), made);
  return made;
}

ListPage JsonList::page(const ListQuery &query) const {
  ListPage page{"[", size(), 0};
  const std::shared_ptr<const Order> sorted =
      query.sort.empty() ? nullptr : order(query.sort, query.descending);
  const auto row_at = [&](std::size_t place) { return sorted ? (*sorted)[place] : place; };
  const auto give = [&](std::size_t row) {
    if (page.json.size() > 1) page.json += ',';
    page.json += line(row);
  };
  const bool always = query.when.from == base::kTimeMin && query.when.until == base::kTimeMax;
  if (query.words.empty() && query.where.empty() && always) {
    page.matching = size();
    for (std::size_t place = query.offset; place < size() && place - query.offset < query.limit; ++place)
      give(row_at(place));
  } else {
    const std::vector<Field> fields(query.where.begin(), query.where.end());
    for (std::size_t place = 0; place < size(); ++place) {
      const std::size_t row = row_at(place);
      const std::string_view text = values(row);
      const base::Interval &span = spans_[row];
      const bool fits =
          span.from < query.when.until && query.when.from <= span.until &&
          std::all_of(query.words.begin(), query.words.end(),
                      [&](const auto &word) { return text.find(word) != text.npos; }) &&
          std::all_of(fields.begin(), fields.end(), [&](const Field &field) { return field.in(line(row)); });
      if (!fits) continue;
      if (page.matching >= query.offset && page.matching - query.offset < query.limit) give(row);
      ++page.matching;
    }
  }
  page.json += ']';
  return page;
}

}  // namespace dislodge::serve

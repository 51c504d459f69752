#include "serve/json_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <functional>
#include <iterator>
#include <numeric>

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

std::string in_quotes(std::string_view text) {
  base::JsonWriter json;
  json.value(text);
  return json.take();
}

// std::string_view::find stops at each first character, and in JSON a field's first is a quote.
std::size_t find_in(std::string_view text, std::string_view wanted, std::size_t from) {
  if (from > text.size()) return text.npos;
  const void *at = ::memmem(text.data() + from, text.size() - from, wanted.data(), wanted.size());
  return at == nullptr ? text.npos : static_cast<std::size_t>(static_cast<const char *>(at) - text.data());
}

// 64 bits of a field's value as it stands in a line: text with its quotes, or a bare number or word.
std::uint64_t hash_of(std::string_view literal) {
  return std::hash<std::string_view>()(literal);
}

// What stands behind `"field":` at the beginning of `rest`: a string with its quotes, or a number or word;
// empty for an object or list. The line was written by base::JsonWriter: no blanks, and a quote inside a
// value is escaped, so that no value can pass for a field.
std::string_view literal_at(std::string_view rest) {
  if (rest.empty() || rest.front() == '{' || rest.front() == '[') return {};
  if (rest.front() != '"') return rest.substr(0, rest.find_first_of(",}]\n"));
  for (std::size_t at = 1; at < rest.size(); ++at) {
    if (rest[at] == '\\')
      ++at;
    else if (rest[at] == '"')
      return rest.substr(0, at + 1);
  }
  return rest;
}

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
    const std::size_t at = find_in(line, key, 0);
    if (at == line.npos) continue;
    const std::string_view rest = line.substr(at + key.size());
    if (const auto time = base::parse_time(rest.substr(0, rest.find('"')))) {
      span.from = std::min(span.from, *time);
      span.until = std::max(span.until, *time);
    }
  }
  // What began at a time and has no end holds on.
  if (find_in(line, "\"since\":", 0) != line.npos && span.from <= span.until) span.until = base::kTimeMax;
  return span.from > span.until ? base::Interval{} : span;
}

namespace {

constexpr std::size_t kOrdersKept = 32, kIndexesKept = 32, kFoundKept = 16;

// A field's value as it is sorted: numbers by size, text without regard to case, nothing last.
struct SortKey {
  bool none = true, number = false;
  double amount = 0;
  std::string text;
};

SortKey sort_key(std::string_view line, std::string_view key) {
  SortKey out;
  const std::size_t at = find_in(line, key, 0);
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

template <typename Key, typename Value>
template <typename Make>
std::shared_ptr<const Value> JsonList::Kept<Key, Value>::get(const Key &key, std::size_t most, Make &&make) {
  {
    const std::lock_guard lock(mutex);
    if (const auto at = known.find(key); at != known.end()) return at->second;
  }
  // Without the lock: who asks for another does not wait for this one. Two may make the same, which is the
  // same.
  auto made = std::make_shared<const Value>(make());
  const std::lock_guard lock(mutex);
  if (known.size() >= most) known.clear();
  return known.insert_or_assign(key, std::move(made)).first->second;
}

JsonList::Shared JsonList::order(const std::string &field, bool descending) const {
  return orders_.get({field, descending}, kOrdersKept, [&] {
    const std::string key = in_quotes(field) + ":";
    std::vector<SortKey> keys(size());
    for (std::size_t row = 0; row < size(); ++row) keys[row] = sort_key(line(row), key);
    Rows made(size());
    std::iota(made.begin(), made.end(), 0U);
    std::stable_sort(made.begin(), made.end(), [&](std::uint32_t left, std::uint32_t right) {
      const SortKey &a = keys[left], &b = keys[right];
      if (a.none != b.none) return b.none;
      if (a.none) return false;
      const SortKey &first = descending ? b : a, &second = descending ? a : b;
      if (first.number != second.number) return first.number;
      return first.number ? first.amount < second.amount : first.text < second.text;
    });
    return made;
  });
}

std::shared_ptr<const JsonList::Index> JsonList::index(const std::string &field) const {
  return indexes_.get(field, kIndexesKept, [&] {
    const std::string key = in_quotes(field) + ":";
    std::vector<std::pair<std::uint64_t, std::uint32_t>> entries;
    entries.reserve(size());
    std::size_t row = 0;
    for (std::size_t at = find_in(lines_, key, 0); at != lines_.npos;
         at = find_in(lines_, key, at + key.size())) {
      while (row < size() && line_ends_[row] <= at) ++row;
      const std::string_view value = literal_at(std::string_view(lines_).substr(at + key.size()));
      if (!value.empty()) entries.emplace_back(hash_of(value), static_cast<std::uint32_t>(row));
    }
    std::sort(entries.begin(), entries.end());
    entries.erase(std::unique(entries.begin(), entries.end()), entries.end());
    Index made;
    made.hashes.reserve(entries.size());
    made.rows.reserve(entries.size());
    for (const auto &[hash, where] : entries) {
      made.hashes.push_back(hash);
      made.rows.push_back(where);
    }
    return made;
  });
}

JsonList::Rows JsonList::with(const std::pair<std::string, std::string> &value) const {
  const auto known = index(value.first);
  const auto rows_of = [&](std::string_view literal) {
    const auto [first, last] = std::equal_range(known->hashes.begin(), known->hashes.end(), hash_of(literal));
    return Rows(known->rows.begin() + (first - known->hashes.begin()),
                known->rows.begin() + (last - known->hashes.begin()));
  };
  // A number or a word of JSON stands bare, all else in quotes; a row may have it as either.
  const Rows text = rows_of(in_quotes(value.second)), bare = rows_of(value.second);
  if (bare.empty()) return text;
  Rows both;
  std::set_union(text.begin(), text.end(), bare.begin(), bare.end(), std::back_inserter(both));
  return both;
}

JsonList::Rows JsonList::with_words(const std::vector<std::string> &words, const Rows *among) const {
  const auto has_all = [&](std::size_t row) {
    return std::all_of(words.begin(), words.end(), [&](const std::string &word) {
      return find_in(values(row), word, 0) != std::string::npos;
    });
  };
  Rows rows;
  if (among != nullptr && among->size() < size() / 8) {
    std::copy_if(among->begin(), among->end(), std::back_inserter(rows), has_all);
    return rows;
  }
  // The longest is the rarest, as a rule: it is looked for in all values at once, the others where it is.
  const std::string &rarest = *std::max_element(
      words.begin(), words.end(), [](const auto &a, const auto &b) { return a.size() < b.size(); });
  std::size_t row = 0;
  for (std::size_t at = find_in(values_, rarest, 0); at != values_.npos;) {
    while (value_ends_[row] <= at) ++row;
    // Every value ends with a line's end, so a word lies within one.
    if (words.size() == 1 || has_all(row)) rows.push_back(static_cast<std::uint32_t>(row));
    at = find_in(values_, rarest, value_ends_[row]);
  }
  if (among == nullptr) return rows;
  Rows both;
  std::set_intersection(rows.begin(), rows.end(), among->begin(), among->end(), std::back_inserter(both));
  return both;
}

namespace {

bool always(const base::Interval &when) {
  return when.from == base::kTimeMin && when.until == base::kTimeMax;
}

// By which a filter is known again. No part of it holds the separator.
std::string key_of(const ListQuery &query) {
  std::string key = fmt::format("{} {}", query.when.from.us, query.when.until.us);
  for (const std::string &word : query.words) key += "\nq" + word;
  for (const auto &[field, value] : query.where) key += "\nw" + in_quotes(field) + in_quotes(value);
  return key;
}

}  // namespace

JsonList::Shared JsonList::filtered(const ListQuery &query) const {
  if (query.words.empty() && query.where.empty() && always(query.when)) return nullptr;
  return found_.get(key_of(query), kFoundKept, [&] {
    Rows rows;
    bool some = false;  // rows holds those that fit so far; else all do
    for (const auto &one : query.where) {
      Rows having = with(one);
      if (some) {
        Rows both;
        std::set_intersection(rows.begin(), rows.end(), having.begin(), having.end(),
                              std::back_inserter(both));
        having = std::move(both);
      }
      rows = std::move(having);
      some = true;
    }
    if (!query.words.empty()) {
      rows = with_words(query.words, some ? &rows : nullptr);
      some = true;
    }
    if (always(query.when)) return rows;
    if (!some) {
      rows.resize(size());
      std::iota(rows.begin(), rows.end(), 0U);
    }
    std::erase_if(rows, [&](std::uint32_t row) {
      return spans_[row].from >= query.when.until || query.when.from > spans_[row].until;
    });
    return rows;
  });
}

JsonList::Shared JsonList::fitting(const ListQuery &query) const {
  Shared rows = filtered(query);
  if (query.sort.empty()) return rows;
  const Shared sorted = order(query.sort, query.descending);
  if (!rows) return sorted;
  return found_.get(key_of(query) + "\ns" + in_quotes(query.sort) + (query.descending ? "-" : ""), kFoundKept,
                    [&] {
                      std::vector<bool> fits(size());
                      for (const std::uint32_t row : *rows) fits[row] = true;
                      Rows in_order;
                      in_order.reserve(rows->size());
                      std::copy_if(sorted->begin(), sorted->end(), std::back_inserter(in_order),
                                   [&](std::uint32_t row) { return fits[row]; });
                      return in_order;
                    });
}

ListPage JsonList::page(const ListQuery &query) const {
  const Shared rows = fitting(query);
  ListPage page{"[", size(), rows ? rows->size() : size()};
  for (std::size_t place = query.offset; place < page.matching && place - query.offset < query.limit;
       ++place) {
    if (page.json.size() > 1) page.json += ',';
    page.json += line(rows ? (*rows)[place] : place);
  }
  page.json += ']';
  return page;
}

std::vector<std::size_t> JsonList::counts(
    const ListQuery &query, const std::vector<std::pair<std::string, std::string>> &values) const {
  ListQuery open = query;
  open.where.clear();
  const Shared among = filtered(open);
  std::vector<std::size_t> counts;
  for (const auto &value : values) {
    const Rows having = with(value);
    if (!among) {
      counts.push_back(having.size());
      continue;
    }
    Rows both;
    std::set_intersection(having.begin(), having.end(), among->begin(), among->end(),
                          std::back_inserter(both));
    counts.push_back(both.size());
  }
  return counts;
}

void JsonList::prepare(const std::vector<std::string> &filtered,
                       const std::vector<std::string> &sorted) const {
  for (const std::string &field : filtered) index(field);
  for (const std::string &field : sorted)
    for (const bool descending : {false, true}) order(field, descending);
}

}  // namespace dislodge::serve

#include "evidence/text_kind.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "base/encode.hpp"
#include "evidence/mail_signature.hpp"

namespace dislodge::evidence {

namespace {

constexpr std::size_t kJsonSample = 16 << 10;
constexpr std::size_t kJsonDepthMax = 512;  // deeper is taken for JSON as it stands
constexpr std::size_t kCsvRecords = 20;

bool blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::string_view skip_blanks(std::string_view text) {
  const auto first = std::find_if_not(text.begin(), text.end(), blank);
  return text.substr(static_cast<std::size_t>(first - text.begin()));
}

bool starts_ignoring_case(std::string_view text, std::string_view start) {
  return base::equal_ignoring_case(text.substr(0, start.size()), start);
}

// -12.5e+3 and its kin (RFC 8259, 6): neither a date nor an address nor a version.
bool json_number(std::string_view word) {
  const auto digits = [&] {
    const std::size_t count = std::min(word.find_first_not_of("0123456789"), word.size());
    word.remove_prefix(count);
    return count != 0;
  };
  if (word.starts_with('-')) word.remove_prefix(1);
  if (!digits()) return false;
  if (word.starts_with('.')) {
    word.remove_prefix(1);
    if (!digits()) return false;
  }
  if (!word.starts_with('e') && !word.starts_with('E')) return word.empty();
  word.remove_prefix(1);
  if (word.starts_with('+') || word.starts_with('-')) word.remove_prefix(1);
  return digits() && word.empty();
}

// Walks JSON tokens without building anything. End of sample anywhere is fine.
class JsonWalk {
 public:
  explicit JsonWalk(std::string_view text) : text_(text) {}

  enum class Outcome { broken, unfinished, finished };
  Outcome value() {
    while (true) {
      skip();
      if (at_end()) return Outcome::unfinished;
      const char c = text_[at_];
      if (c == '{' || c == '[') {
        if (stack_.size() >= kJsonDepthMax) return Outcome::unfinished;
        stack_.push_back(c);
        ++at_;
        skip();
        if (at_end()) return Outcome::unfinished;
        if (text_[at_] == (c == '{' ? '}' : ']')) {
          if (!close_and_go_on()) return outcome_;
        } else if (c == '{' && !key()) {
          return outcome_;
        }
        continue;
      }
      if (!scalar()) return outcome_;
      if (!go_on()) return outcome_;
    }
  }
  std::string_view rest() const { return text_.substr(at_); }

 private:
  bool at_end() const { return at_ >= text_.size(); }
  void skip() {
    while (!at_end() && blank(text_[at_])) ++at_;
  }
  bool stop(Outcome outcome) {
    outcome_ = outcome;
    return false;
  }
  // "name" :
  bool key() {
    skip();
    if (at_end()) return stop(Outcome::unfinished);
    if (!string()) return false;
    skip();
    if (at_end()) return stop(Outcome::unfinished);
    if (text_[at_] != ':') return stop(Outcome::broken);
    ++at_;
    return true;
  }
  bool string() {
    if (text_[at_] != '"') return stop(Outcome::broken);
    for (++at_; !at_end(); ++at_) {
      if (text_[at_] == '\\')
        ++at_;
      else if (text_[at_] == '"')
        return ++at_, true;
      else if (text_[at_] == '\n')
        return stop(Outcome::broken);
    }
    return stop(Outcome::unfinished);
  }
  bool scalar() {
    if (text_[at_] == '"') return string();
    std::size_t end = at_;
    while (end < text_.size() && end - at_ < 64 && !blank(text_[end]) && text_[end] != ',' &&
           text_[end] != ']' && text_[end] != '}')
      ++end;
    const std::string_view word = text_.substr(at_, end - at_);
    if (end == text_.size()) return stop(Outcome::unfinished);
    if (!json_number(word) && word != "true" && word != "false" && word != "null")
      return stop(Outcome::broken);
    at_ = end;
    return true;
  }
  bool close_and_go_on() {
    ++at_;
    stack_.pop_back();
    return go_on();
  }
  // Behind a value: closing brackets, then a comma and, in an object, the next key.
  bool go_on() {
    while (true) {
      if (stack_.empty()) return stop(Outcome::finished);
      skip();
      if (at_end()) return stop(Outcome::unfinished);
      const char c = text_[at_];
      if (c == (stack_.back() == '{' ? '}' : ']')) {
        ++at_;
        stack_.pop_back();
        continue;
      }
      if (c != ',') return stop(Outcome::broken);
      ++at_;
      return stack_.back() != '{' || key();
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<char> stack_;
  Outcome outcome_ = Outcome::broken;
};

// Comments and declarations before the first element say nothing.
std::string_view skip_markup_preamble(std::string_view text) {
  while (true) {
    text = skip_blanks(text);
    std::string_view close;
    if (text.starts_with("<!--"))
      close = "-->";
    else if (text.starts_with("<?"))
      close = "?>";
    else
      return text;
    const std::size_t end = text.find(close);
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + close.size());
  }
}

std::string_view element_name(std::string_view text) {
  if (text.size() < 2 || text[0] != '<') return {};
  std::size_t end = 1;
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  if (!letter(text[1])) return {};
  while (end < text.size() && (letter(text[end]) || (text[end] >= '0' && text[end] <= '9') ||
                               text[end] == ':' || text[end] == '-' || text[end] == '.'))
    ++end;
  if (end == text.size() || !(blank(text[end]) || text[end] == '>' || text[end] == '/')) return {};
  if (text.find('>', end) == std::string_view::npos && text.size() < 4096) return {};
  return text.substr(1, end - 1);
}

ItemType markup_kind(std::string_view text) {
  const bool declared = text.starts_with("<?xml");
  const std::string_view body = skip_markup_preamble(text);
  if (starts_ignoring_case(body, "<!doctype html")) return ItemType::html;
  static constexpr std::array<std::string_view, 24> kHtml = {
      "html", "head", "body", "meta", "title", "div", "p",  "table", "span",   "script", "style", "br",
      "a",    "font", "h1",   "h2",   "h3",    "b",   "ul", "form",  "center", "img",    "link",  "pre"};
  const std::string_view name = element_name(body);
  if (std::any_of(kHtml.begin(), kHtml.end(),
                  [&](std::string_view tag) { return base::equal_ignoring_case(name, tag); }))
    return ItemType::html;
  if (declared || !name.empty() || body.starts_with("<!DOCTYPE ")) return ItemType::xml;
  return ItemType::text;
}

// Counts fields of the first records by one separator. True if nine in ten agree.
bool consistent(std::string_view text, bool whole, char separator) {
  std::size_t records = 0;
  std::size_t columns = 0;
  std::size_t agree = 0;
  std::size_t fields = 1;
  bool quoted = false;
  std::size_t filled = 0;  // records with something behind their first separator: code lines end in one
  bool content = false;
  bool field_start = true;
  bool behind_separator = false;
  bool any = false;
  const auto record_done = [&] {
    if (!any) return;
    if (records == 0) columns = fields;
    agree += fields == columns ? 1 : 0;
    filled += content ? 1 : 0;
    content = false;
    ++records;
    fields = 1;
    any = false;
    behind_separator = false;
  };
  // Of all records that are looked at a tenth may differ from the first.
  const auto hopeless = [&] { return records > 0 && (columns < 2 || (records - agree) * 10 > kCsvRecords); };
  for (std::size_t i = 0; i < text.size() && records < kCsvRecords; ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '"') {
        if (i + 1 < text.size() && text[i + 1] == '"')
          ++i;
        else
          quoted = false;
      }
      continue;
    }
    if (c == '\r') continue;
    if (c == '\n') {
      record_done();
      if (hopeless()) return false;
      field_start = true;
      continue;
    }
    any = true;
    if (c == '"' && field_start) quoted = true;
    if (c == separator) {
      ++fields;
      behind_separator = true;
    } else if (behind_separator) {
      content = true;
    }
    field_start = c == separator;
  }
  if (whole && !quoted) record_done();
  if (columns < 2 || records < 2 || filled * 2 < records) return false;
  if (columns == 2 && records < 3) return false;  // two lines with a comma each are prose
  return agree * 10 >= records * 9;
}

bool name_ends(std::string_view name, std::initializer_list<std::string_view> endings) {
  return std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) {
    return name.size() > ending.size() &&
           base::equal_ignoring_case(name.substr(name.size() - ending.size()), ending);
  });
}

}  // namespace

JsonShape json_shape(std::string_view text) {
  text = skip_blanks(text);
  if (text.empty() || (text[0] != '{' && text[0] != '[')) return JsonShape::no;
  JsonWalk walk(text.substr(
      0,
      std::max(kJsonSample, text.find('\n') == std::string_view::npos ? text.size() : text.find('\n') + 2)));
  switch (walk.value()) {
    case JsonWalk::Outcome::broken:
      return JsonShape::no;
    case JsonWalk::Outcome::unfinished:
      return JsonShape::one;
    case JsonWalk::Outcome::finished:
      break;
  }
  const std::string_view after = walk.rest();
  const std::string_view next = skip_blanks(after);
  if (next.empty()) return JsonShape::one;
  if (next[0] != '{' && next[0] != '[') return JsonShape::no;
  const std::string_view between = after.substr(0, after.size() - next.size());
  return between.find('\n') != std::string_view::npos ? JsonShape::lines : JsonShape::one;
}

bool looks_like_csv(std::string_view text, bool whole) {
  for (const char separator : {',', ';', '\t', '|'})
    if (consistent(text, whole, separator)) return true;
  return false;
}

ItemType kind_of_text(std::string_view text, bool whole, std::string_view name) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const std::string_view body = skip_blanks(text);
  if (body.empty()) return ItemType::text;
  if (body.starts_with("-----BEGIN ") && !body.starts_with("-----BEGIN PGP MESSAGE") &&
      !body.starts_with("-----BEGIN PGP SIGN"))
    return ItemType::pem;
  if (body.starts_with("{\\rtf")) return ItemType::rtf;
  if (looks_like_mbox(text)) return ItemType::mbox;
  if (json_shape(body) != JsonShape::no) return ItemType::json;
  if (body[0] == '<') {
    if (const ItemType kind = markup_kind(body); kind != ItemType::text) return kind;
  }
  if (looks_like_message(text, name_ends(name, {".eml", ".emlx", ".mht", ".mhtml"})))
    return ItemType::message;
  const bool table_by_name = name_ends(name, {".csv", ".tsv"});
  if (table_by_name || looks_like_csv(text, whole)) return ItemType::csv;
  if (name_ends(name, {".json", ".jsonl", ".ndjson"})) {
    // A log that was cut loses the start of its first line.
    const std::size_t line = text.find('\n');
    if (line != std::string_view::npos && json_shape(text.substr(line + 1)) != JsonShape::no)
      return ItemType::json;
  }
  if (name_ends(name, {".htm", ".html"}) && text.find('<') != std::string_view::npos) return ItemType::html;
  return ItemType::text;
}

}  // namespace dislodge::evidence

#include "log/json.hpp"

#include <simdjson.h>

#include <bit>
#include <charconv>

#include "base/encode.hpp"
#include "log/json_marks.hpp"

namespace dislodge::log {

namespace {

using Kind = JsonMark::Kind;

// How many JSON texts inside one record are parsed: a record has a dozen at most, an attack has millions.
constexpr std::size_t kInnerMax = 1000;
constexpr std::uint32_t kNoInner = UINT32_MAX;  // index of a text that holds no JSON
// Objects with fewer members are searched without a table.
constexpr std::uint32_t kTableFrom = 8;
// So are objects with more: names made to collide would make a table of them quadratic.
constexpr std::uint32_t kTableMost = 512;

std::string minified(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (!quoted && (c == ' ' || c == '\n' || c == '\r' || c == '\t')) continue;
    out += c;
    if (c == '\\' && quoted && i + 1 < text.size())
      out += text[++i];
    else if (c == '"')
      quoted = !quoted;
  }
  return out;
}

bool is_empty_text(const JsonMark &mark) {
  return mark.kind == Kind::text && mark.length == 0;
}

}  // namespace

std::string_view Json::name_of(JsonMark &mark) const {
  if (mark.name_escaped) {
    const std::string_view plain = arena_->unescaped({mark.name, mark.name_length});
    mark.name = plain.data();
    mark.name_length = static_cast<std::uint32_t>(plain.size());
    mark.name_escaped = false;
  }
  return {mark.name, mark.name_length};
}

Json Json::get(std::string_view name) const {
  if (!is_object() || mark_->count == 0) return {};
  const std::uint32_t hash = hash_of_name(name);
  Json empty_text;
  // True where the search is over.
  const auto fits = [&](JsonMark &one, Json &found) {
    if (one.name_hash != hash || one.kind == Kind::null || !base::equal_ignoring_case(name_of(one), name))
      return false;
    if (is_empty_text(one)) {
      if (!empty_text) empty_text = Json(arena_, &one);
      return false;
    }
    found = Json(arena_, &one);
    return true;
  };
  Json found;
  if (mark_->count < kTableFrom || mark_->count > kTableMost) {
    JsonMark *one = mark_ + 1;
    for (std::uint32_t i = 0; i < mark_->count; ++i, one += one->next)
      if (fits(*one, found)) return found;
    return empty_text;
  }
  const std::uint32_t begin = arena_->index_of(*mark_);
  const std::uint32_t mask = std::bit_ceil(mark_->count * 2) - 1;
  for (std::uint32_t slot = hash & mask;; slot = (slot + 1) & mask) {
    const std::uint32_t distance = arena_->tables_[begin + 1 + slot];
    if (distance == 0) return empty_text;
    if (fits(mark_[distance], found)) return found;
  }
}

bool Json::has_doubles() const {
  if (!is_object() || mark_->count < 2) return false;
  if (mark_->count > kTableMost) return true;  // not known
  return arena_->tables_[arena_->index_of(*mark_)] != 0;
}

Json Json::any(std::initializer_list<std::string_view> names) const {
  Json empty_text;
  for (const std::string_view name : names) {
    const Json value = get(name);
    if (!value) continue;
    if (!is_empty_text(*value.mark_)) return value;
    if (!empty_text) empty_text = value;
  }
  return empty_text;
}

std::string_view Json::text() const {
  if (mark_ == nullptr) return {};
  switch (mark_->kind) {
    case Kind::text:
      if (mark_->escaped) {
        const std::string_view plain = arena_->unescaped({mark_->begin, mark_->length});
        mark_->begin = plain.data();
        mark_->length = static_cast<std::uint32_t>(plain.size());
        mark_->escaped = false;
      }
      return {mark_->begin, mark_->length};
    case Kind::number:
    case Kind::boolean:
      return {mark_->begin, mark_->length};
    default:
      return {};
  }
}

std::optional<std::int64_t> Json::number() const {
  if (!is_scalar()) return std::nullopt;
  const std::string_view digits = base::trim(text());
  std::int64_t value = 0;
  const auto [end, wrong] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (wrong == std::errc() && end == digits.data() + digits.size()) return value;
  if (mark_->kind != Kind::number) return std::nullopt;
  double real = 0;
  const auto [stop, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), real);
  if (failed != std::errc() || stop != digits.data() + digits.size()) return std::nullopt;
  if (real >= -1e15 && real <= 1e15) return static_cast<std::int64_t>(real);
  return std::nullopt;
}

bool Json::truth() const {
  const std::string_view value = text();
  return base::equal_ignoring_case(value, "true") || value == "1";
}

Json Json::unpacked() const {
  if (!is_text()) return *this;
  // What was parsed once is found again: sources ask for the same text more than once.
  if (mark_->index == kNoInner) return {};
  if (mark_->index != 0) return Json(arena_, arena_->inner_[mark_->index - 1]->data());
  const Json inner = arena_->parse_inner(text());
  mark_->index = inner ? static_cast<std::uint32_t>(arena_->inner_used_) : kNoInner;
  return inner;
}

std::string_view Json::raw() const {
  if (mark_ == nullptr) return {};
  if (mark_->kind == Kind::text) return arena_->keep('"' + std::string(mark_->begin, mark_->length) + '"');
  return arena_->keep(minified({mark_->begin, mark_->length}));
}

Json Json::at(std::size_t index) const {
  if (is_object() && index == 0) return *this;
  if (!is_array() || index >= mark_->count) return {};
  JsonMark *one = mark_ + 1;
  for (; index != 0; --index) one += one->next;
  return one->kind == Kind::null ? Json() : Json(arena_, one);
}

// The table of an object: [whether names stand twice][slots: distance of the mark from the object].
std::uint32_t JsonArena::index_of(JsonMark &object) {
  if (object.index != 0) return object.index - 1;
  const std::uint32_t size = std::bit_ceil(object.count * 2);
  const auto begin = static_cast<std::uint32_t>(tables_.size());
  tables_.resize(tables_.size() + 1 + size, 0);
  const Json names(this, &object);
  JsonMark *one = &object + 1;
  for (std::uint32_t i = 0; i < object.count; ++i, one += one->next) {
    std::uint32_t slot = one->name_hash & (size - 1);
    while (tables_[begin + 1 + slot] != 0) {
      JsonMark &other = (&object)[tables_[begin + 1 + slot]];
      if (other.name_hash == one->name_hash && other.kind != Kind::null && one->kind != Kind::null &&
          base::equal_ignoring_case(names.name_of(other), names.name_of(*one)))
        tables_[begin] = 1;
      slot = (slot + 1) & (size - 1);
    }
    tables_[begin + 1 + slot] = static_cast<std::uint32_t>(one - &object);
  }
  object.index = begin + 1;
  return begin;
}

std::string_view JsonArena::unescaped(std::string_view text) {
  return keep(unescape_json(text));
}

base::Result<Json> JsonArena::parse(std::string_view text) {
  inner_used_ = 0;
  kept_.clear();
  tables_.clear();
  return parse_marks(text);
}

base::Result<Json> JsonArena::parse(std::string &&text) {
  inner_used_ = 0;
  kept_.clear();
  tables_.clear();
  return parse_marks(keep(std::move(text)));
}

base::Result<Json> JsonArena::parse_marks(std::string_view text) {
  if (text.size() > UINT32_MAX) return base::fail(base::ErrorKind::limit, "is longer than 4 GiB");
  // One bad byte in a name is no reason to lose the record.
  if (!simdjson::validate_utf8(text.data(), text.size())) text = keep(base::to_valid_utf8(text));
  if (const char *wrong = mark_json(text, marks_); wrong != nullptr)
    return base::fail(base::ErrorKind::damaged, std::string("is no valid JSON: ") + wrong);
  return marks_[0].kind == Kind::null ? Json() : Json(this, marks_.data());
}

Json JsonArena::parse_inner(std::string_view text) {
  const std::string_view inner = base::trim(text);
  if (inner.empty() || (inner.front() != '{' && inner.front() != '[') || inner_used_ >= kInnerMax ||
      inner.size() > UINT32_MAX)
    return {};
  if (inner_used_ == inner_.size()) inner_.push_back(std::make_unique<Marks>());
  Marks &marks = *inner_[inner_used_++];
  if (mark_json(inner, marks) != nullptr) return {};
  return Json(this, marks.data());
}

Json JsonArena::parse_inner(std::string &&text) {
  return parse_inner(keep(std::move(text)));
}

std::string_view JsonArena::keep(std::string text) {
  kept_.push_back(std::move(text));
  return kept_.back();
}

}  // namespace dislodge::log

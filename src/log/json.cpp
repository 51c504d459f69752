#include "log/json.hpp"

#include <simdjson.h>

#include <algorithm>
#include <atomic>
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
// Shapes of objects that are remembered from record to record.
constexpr std::size_t kShapesMax = 256;
// Of decoded text.
constexpr std::size_t kBlockBytes = 256 << 10;

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

void JsonMarks::grow(std::size_t used) {
  const std::size_t wider = std::max<std::size_t>(64, room_ * 2);
  auto moved = std::make_unique_for_overwrite<JsonMark[]>(wider);
  std::copy_n(marks_.get(), used, moved.get());
  marks_ = std::move(moved);
  room_ = wider;
}

std::string_view Json::name_of(JsonMark &mark) const {
  if (mark.name_escaped) {
    const std::string_view plain = arena_->unescaped({mark.name, mark.name_length});
    mark.name = plain.data();
    mark.name_length = static_cast<std::uint32_t>(plain.size());
    mark.name_hash = hash_of_name(plain);
    mark.name_escaped = false;
  }
  return {mark.name, mark.name_length};
}

Json Json::member(std::string_view name, std::uint32_t hash) const {
  if (mark_->count == 0) return {};
  Json empty_text;
  // True where the search is over.
  const auto fits = [&](JsonMark &one, Json &found) {
    if (one.kind == Kind::null) return false;
    if (const std::string_view own =
            one.name_escaped ? name_of(one) : std::string_view(one.name, one.name_length);
        own.size() != name.size() || (!same_bytes(own, name) && !base::equal_ignoring_case(own, name)))
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
  const std::uint32_t begin = mark_->index != 0 ? mark_->index - 1 : arena_->index_of(*mark_);
  const std::uint32_t *const table = arena_->tables_.data() + begin;
  const JsonArena::Shape &shape = arena_->shapes_.data()[table[0]];
  const std::uint32_t *const hashes = shape.hashes.data();
  const std::uint16_t *const slots = shape.slots.data();
  const auto mask = static_cast<std::uint32_t>(shape.slots.size() - 1);
  for (std::uint32_t slot = hash & mask;; slot = (slot + 1) & mask) {
    const std::uint32_t place = slots[slot];
    if (place == 0) return empty_text;
    if (hashes[place - 1] == hash && fits(mark_[table[place]], found)) return found;
  }
}

bool Json::has_doubles() const {
  if (!is_object() || mark_->count < 2) return false;
  if (mark_->count > kTableMost) return true;  // not known
  const std::uint32_t begin = arena_->index_of(*mark_);
  const JsonArena::Shape &shape = arena_->shapes_[arena_->tables_[begin]];
  if (!shape.same_hashes) return false;
  for (std::uint32_t i = 1; i <= mark_->count; ++i)
    for (std::uint32_t j = 1; j < i; ++j) {
      JsonMark &one = mark_[arena_->tables_[begin + j]];
      JsonMark &other = mark_[arena_->tables_[begin + i]];
      if (shape.hashes[i - 1] == shape.hashes[j - 1] && one.kind != Kind::null && other.kind != Kind::null &&
          base::equal_ignoring_case(name_of(one), name_of(other)))
        return true;
    }
  return false;
}

std::uint64_t Json::shape() const {
  if (!is_object() || mark_->count == 0 || mark_->count > kTableMost) return 0;
  return arena_->shapes_[arena_->tables_[arena_->index_of(*mark_)]].number;
}

bool Json::may_have(std::uint32_t hash) const {
  if (!is_object() || mark_->count == 0) return false;
  if (mark_->count > kTableMost) return true;
  const JsonArena::Shape &shape = arena_->shapes_[arena_->tables_[arena_->index_of(*mark_)]];
  return std::find(shape.hashes.begin(), shape.hashes.end(), hash) != shape.hashes.end();
}

Json Json::any(std::initializer_list<JsonName> names) const {
  Json empty_text;
  for (const JsonName &name : names) {
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
  // Exporters seldom write blanks between values: then there is nothing to leave out. Of text whose escapes
  // were decoded the length is another, and it counts as if there were blanks.
  if (mark_->kind < Kind::array || compact_length() == mark_->length) return {mark_->begin, mark_->length};
  return arena_->keep(minified({mark_->begin, mark_->length}));
}

// How long an object or array is without blanks.
std::size_t Json::compact_length() const {
  std::size_t length = 0;
  for (std::uint32_t i = 0; i < mark_->next; ++i) {
    const JsonMark &one = mark_[i];
    if (i != 0 && one.name != nullptr) length += one.name_length + 3;
    if (one.kind >= Kind::array)
      length += 2 + (one.count > 1 ? one.count - 1 : 0);
    else
      length += one.length + (one.kind == Kind::text ? 2 : 0);
  }
  return length;
}

Json Json::at(std::size_t index) const {
  if (is_object() && index == 0) return *this;
  if (!is_array() || index >= mark_->count) return {};
  JsonMark *one = mark_ + 1;
  for (; index != 0; --index) one += one->next;
  return one->kind == Kind::null ? Json() : Json(arena_, one);
}

// Where the members of an object lie: [shape][distance of each from the object].
std::uint32_t JsonArena::index_of(JsonMark &object) {
  if (object.index != 0) return object.index - 1;
  const auto begin = static_cast<std::uint32_t>(tables_.size());
  tables_.resize(tables_.size() + 1 + object.count);
  names_.resize(object.count);
  std::uint32_t *const table = tables_.data() + begin;
  std::uint32_t distance = 1;
  std::uint64_t all = object.count;
  for (std::uint32_t i = 0; i < object.count; ++i) {
    JsonMark &one = (&object)[distance];
    if (one.name_escaped) Json(this, &object).name_of(one);
    names_[i] = one.name_hash;
    all += (2 * i + 1) * std::uint64_t{names_[i]};
    table[1 + i] = distance;
    distance += one.next;
  }
  std::uint32_t &known = shape_at_[(all ^ all >> 29) % shape_at_.size()];
  if (known == 0 || shapes_[known - 1].hashes != names_) known = new_shape();
  table[0] = known - 1;
  object.index = begin + 1;
  return begin;
}

// The shape of the object whose members' hashes are in names_: 1 + its index.
std::uint32_t JsonArena::new_shape() {
  static std::atomic<std::uint64_t> numbers = 0;
  Shape &shape = shapes_.emplace_back();
  shape.number = ++numbers;
  const auto mask = static_cast<std::uint32_t>(std::bit_ceil(names_.size() * 2) - 1);
  shape.slots.resize(mask + 1);
  for (const std::uint32_t hash : names_) {
    std::uint32_t slot = hash & mask;
    for (; shape.slots[slot] != 0; slot = (slot + 1) & mask)
      if (shape.hashes[shape.slots[slot] - 1u] == hash) shape.same_hashes = true;
    shape.hashes.push_back(hash);
    shape.slots[slot] = static_cast<std::uint16_t>(shape.hashes.size());
  }
  return static_cast<std::uint32_t>(shapes_.size());
}

std::string_view JsonArena::unescaped(std::string_view text) {
  const std::size_t room = text.size();
  while (block_ < blocks_.size() && blocks_[block_].size - blocks_[block_].used < room) ++block_;
  if (block_ == blocks_.size()) {
    const std::size_t size = std::max(kBlockBytes, room);
    blocks_.push_back({std::make_unique_for_overwrite<char[]>(size), size, 0});
  }
  Block &block = blocks_[block_];
  char *const to = block.bytes.get() + block.used;
  const std::size_t length = unescape_json(text, to);
  block.used += length;
  return {to, length};
}

// What long records needed is given back: a file of a million short ones may hold one of a gigabyte.
void JsonArena::forget() {
  inner_used_ = 0;
  kept_.clear();
  tables_.clear();
  if (shapes_.size() > kShapesMax) {
    shapes_.clear();
    shape_at_ = {};
  }
  block_ = 0;
  if (blocks_.size() > 1) blocks_.clear();
  if (!blocks_.empty()) blocks_.front().used = 0;
}

base::Result<Json> JsonArena::parse(std::string_view text) {
  forget();
  return parse_marks(text);
}

base::Result<Json> JsonArena::parse(std::string &&text) {
  forget();
  return parse_marks(keep(std::move(text)));
}

base::Result<Json> JsonArena::parse_marks(std::string_view text) {
  if (text.size() > UINT32_MAX) return base::fail(base::ErrorKind::limit, "is longer than 4 GiB");
  // One bad byte in a name is no reason to lose the record.
  if (!simdjson::validate_utf8(text.data(), text.size())) text = keep(base::to_valid_utf8(text));
  if (const char *wrong = mark_json(text, marks_, expected_, JsonNames::kRecord); wrong != nullptr)
    return base::fail(base::ErrorKind::damaged, std::string("is no valid JSON: ") + wrong);
  return marks_.data()->kind == Kind::null ? Json() : Json(this, marks_.data());
}

Json JsonArena::parse_inner(std::string_view text) {
  const std::string_view inner = base::trim(text);
  if (inner.empty() || (inner.front() != '{' && inner.front() != '[') || inner_used_ >= kInnerMax ||
      inner.size() > UINT32_MAX)
    return {};
  if (inner_used_ == inner_.size()) inner_.push_back(std::make_unique<JsonMarks>());
  JsonMarks &marks = *inner_[inner_used_++];
  if (mark_json(inner, marks, expected_, JsonNames::kInner) != nullptr) return {};
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

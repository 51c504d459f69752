#pragma once
// JSON as logs hold it: names in any case, numbers as text, objects inside strings. A value is borrowed from
// its arena and valid until the arena reads the next record.
//
//   JsonArena arena;
//   if (const auto record = arena.parse(line)) record->get("properties").get("userId").text();
// Whatever is missing or of another kind reads as empty, so that chains need no checks. No function recurses.
//
// A parse only marks where values lie: text is decoded, numbers are read and names are indexed when they are
// asked for, because a record has a hundred fields of which an event needs thirty
// (docs/decisions/0006-own-json-marks.md).

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/result.hpp"
#include "log/json_names.hpp"

namespace dislodge::log {

class JsonArena;

// Equal for names that differ only in the case of ASCII letters. Cheap rather than good: members are compared
// by name after it.
constexpr std::uint32_t hash_of_name(std::string_view name) {
  constexpr std::uint64_t kFold = 0x2020202020202020ull;
  const char *const at = name.data();
  const std::size_t size = name.size();
  const auto word = [](const char *from, std::size_t bytes) {
    std::uint64_t out = 0;
    if (std::is_constant_evaluated()) {
      for (std::size_t i = 0; i < bytes; ++i) {
        const std::size_t place = std::endian::native == std::endian::little ? i : 7 - i;
        out |= static_cast<std::uint64_t>(static_cast<unsigned char>(from[i])) << (8 * place);
      }
    } else if (bytes == 8) {
      std::memcpy(&out, from, 8);
    } else {
      std::memcpy(&out, from, 4);
    }
    return out;
  };
  std::uint64_t head = 0;
  std::uint64_t tail = 0;
  if (size >= 8) {
    head = word(at, 8);
    tail = word(at + size - 8, 8);
  } else if (size >= 4) {
    head = word(at, 4);
    tail = word(at + size - 4, 4);
  } else {
    for (std::size_t i = 0; i < size; ++i) head = head << 8 | static_cast<unsigned char>(at[i]);
  }
  std::uint64_t hash = (head | kFold) * 0x9E3779B97F4A7C15ull;
  hash = (hash ^ (hash >> 29) ^ (tail | kFold) ^ size) * 0xBF58476D1CE4E5B9ull;
  return static_cast<std::uint32_t>(hash >> 32);
}

// The name of a member that is asked for. Of a name that stands in the program the compiler makes the hash.
struct JsonName {
  template <std::size_t kSize>
  consteval JsonName(const char (&literal)[kSize])
      : text(literal, kSize - 1), hash(hash_of_name(std::string_view(literal, kSize - 1))) {}
  JsonName(std::string_view name) : text(name), hash(hash_of_name(name)) {}
  JsonName(std::string_view name, std::uint32_t known_hash) : text(name), hash(known_hash) {}
  JsonName(const std::string &name) : JsonName(std::string_view(name)) {}
  std::string_view text;
  std::uint32_t hash;
};

// Where a value lies in its text, and what it is.
struct JsonMark {
  enum class Kind : std::uint8_t { null, boolean, number, text, array, object };
  const char *begin = nullptr;  // of text: behind the quote
  const char *name = nullptr;   // of a member: behind the quote
  std::uint32_t length = 0;
  std::uint32_t name_length = 0;
  std::uint32_t name_hash = 0;  // of the name as it is written
  std::uint32_t next = 1;       // marks to the next value of the same object or array
  std::uint32_t count = 0;      // values in it
  std::uint32_t index = 0;  // of an object: 1 + where its entry in JsonArena::tables_ begins; 0: none yet.
                            // Of text: 1 + which of JsonArena::inner_ it holds
  Kind kind = Kind::null;
  bool escaped = false;       // text that holds backslashes
  bool name_escaped = false;  // so does the name
};

// The marks of one text, and the memory for them, which the next text takes over.
class JsonMarks {
 public:
  JsonMark *data() { return marks_.get(); }
  std::size_t room() const { return room_; }
  // Room for one mark more than there is, at least; the marks that there are stay.
  void grow(std::size_t used);

 private:
  std::unique_ptr<JsonMark[]> marks_;
  std::size_t room_ = 0;
};

class Json {
 public:
  Json() = default;

  explicit operator bool() const { return mark_ != nullptr; }  // there, and not null
  bool is_object() const { return mark_ != nullptr && mark_->kind == JsonMark::Kind::object; }
  bool is_array() const { return mark_ != nullptr && mark_->kind == JsonMark::Kind::array; }
  bool is_scalar() const { return mark_ != nullptr && !is_object() && !is_array(); }
  bool is_text() const { return mark_ != nullptr && mark_->kind == JsonMark::Kind::text; }

  // The member of that name in any case; of several the first that is not null or "".
  Json get(const JsonName &name) const { return is_object() ? member(name.text, name.hash) : Json(); }
  // The first of the names that is there.
  Json any(std::initializer_list<JsonName> names) const;
  // A scalar as text: strings as they are, numbers and booleans as JSON writes them, all else "".
  std::string_view text() const;
  std::string_view text(const JsonName &name) const { return get(name).text(); }
  // A whole number, or text that is one.
  std::optional<std::int64_t> number() const;
  // true, "true", "True", 1.
  bool truth() const;
  // Itself when it is an object or array; when it is text that holds JSON, what it holds.
  Json unpacked() const;
  // Its JSON text, minified.
  std::string_view raw() const;
  // False where no two members of the object have one name but for its case.
  bool has_doubles() const;
  // A number that objects whose names have the same hashes in the same order share, and no others of this
  // process; 0 where it has no members, or too many of them.
  std::uint64_t shape() const;
  // False where no member, null ones included, has a name of that hash. Of objects of one shape it says the
  // same.
  bool may_have(std::uint32_t hash) const;

  // Calls each(value) for the elements of an array; a single object counts as an array of one.
  template <typename Each>
  void for_each(Each &&each) const {
    if (is_object()) {
      each(*this);
      return;
    }
    if (!is_array()) return;
    JsonMark *one = mark_ + 1;
    for (std::uint32_t i = 0; i < mark_->count; ++i, one += one->next)
      if (one->kind != JsonMark::Kind::null) each(Json(arena_, one));
  }
  // Calls each(index, value) for the elements of an array, with an empty value for null.
  template <typename Each>
  void for_elements(Each &&each) const {
    if (!is_array()) return;
    JsonMark *one = mark_ + 1;
    for (std::uint32_t i = 0; i < mark_->count; ++i, one += one->next)
      each(i, one->kind == JsonMark::Kind::null ? Json() : Json(arena_, one));
  }
  // Calls each(name, value) for the members of an object, in order; nulls are left out.
  template <typename Each>
  void for_members(Each &&each) const {
    if (!is_object()) return;
    JsonMark *one = mark_ + 1;
    for (std::uint32_t i = 0; i < mark_->count; ++i, one += one->next)
      if (one->kind != JsonMark::Kind::null) each(name_of(*one), Json(arena_, one));
  }
  // The element of an array; empty where there is none. An object is its own first element.
  Json at(std::size_t index) const;

 private:
  friend class JsonArena;
  Json(JsonArena *arena, JsonMark *mark) : arena_(arena), mark_(mark) {}
  Json member(std::string_view name, std::uint32_t hash) const;
  std::size_t compact_length() const;
  std::string_view name_of(JsonMark &mark) const;
  JsonArena *arena_ = nullptr;
  JsonMark *mark_ = nullptr;
};

class JsonArena {
 public:
  // Parses one JSON text and forgets what was parsed before; the text must live as long as the record. An
  // error says what is wrong, never what it holds.
  base::Result<Json> parse(std::string_view text);
  base::Result<Json> parse(std::string &&text);  // keeps the text itself
  // Parses a JSON text found inside the current record; empty where it is none.
  Json parse_inner(std::string_view text);
  Json parse_inner(std::string &&text);
  std::string_view keep(std::string text);  // lives as long as the record

 private:
  friend class Json;
  void forget();
  base::Result<Json> parse_marks(std::string_view text);
  std::string_view unescaped(std::string_view text);
  std::uint32_t index_of(JsonMark &object);
  std::uint32_t new_shape();

  JsonNames expected_;
  JsonMarks marks_;
  std::vector<std::unique_ptr<JsonMarks>> inner_;
  std::size_t inner_used_ = 0;
  std::deque<std::string> kept_;
  // Where escapes were decoded: blocks that are written again for the next record.
  struct Block {
    std::unique_ptr<char[]> bytes;
    std::size_t size = 0;
    std::size_t used = 0;
  };
  std::vector<Block> blocks_;
  std::size_t block_ = 0;  // that is being filled
  // The records of a log have the same names in the same order, and so one table of them serves all.
  struct Shape {
    std::vector<std::uint32_t> hashes;  // of the names, in order
    std::vector<std::uint16_t> slots;   // 1 + place in that order, by hash; 0 where empty
    bool same_hashes = false;           // two names have one hash
    std::uint64_t number = 0;           // Json::shape()
  };
  std::vector<Shape> shapes_;
  std::array<std::uint32_t, 256> shape_at_{};  // 1 + index of a shape, by its names
  std::vector<std::uint32_t> names_;           // hashes of the object that is being looked at
  std::vector<std::uint32_t> tables_;  // objects: the shape, then each member's distance from the object
};

}  // namespace dislodge::log

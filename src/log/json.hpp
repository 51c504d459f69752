#pragma once
// JSON as logs hold it: names in any case, numbers as text, objects inside strings. A value is borrowed from
// its arena and valid until the arena reads the next record.
//
//   JsonArena arena;
//   if (const auto record = arena.parse(line)) record->get("properties").get("userId").text();
// Whatever is missing or of another kind reads as empty, so that chains need no checks. No function recurses.

#include <simdjson.h>

#include <cstdint>
#include <deque>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace dislodge::log {

class JsonArena;

class Json {
 public:
  Json() = default;

  explicit operator bool() const { return arena_ != nullptr; }  // there, and not null
  bool is_object() const { return arena_ != nullptr && element_.is_object(); }
  bool is_array() const { return arena_ != nullptr && element_.is_array(); }
  bool is_scalar() const { return arena_ != nullptr && !element_.is_object() && !element_.is_array(); }
  bool is_text() const { return arena_ != nullptr && element_.is_string(); }

  // The member of that name in any case; of several the first that is not null or "".
  Json get(std::string_view name) const;
  // The first of the names that is there.
  Json any(std::initializer_list<std::string_view> names) const;
  // A scalar as text: strings as they are, numbers and booleans as JSON writes them, all else "".
  std::string_view text() const;
  std::string_view text(std::string_view name) const { return get(name).text(); }
  // A whole number, or text that is one.
  std::optional<std::int64_t> number() const;
  // true, "true", "True", 1.
  bool truth() const;
  // Itself when it is an object or array; when it is text that holds JSON, what it holds.
  Json unpacked() const;
  // Its JSON text, minified.
  std::string_view raw() const;

  // Calls each(value) for the elements of an array; a single object counts as an array of one.
  template <typename Each>
  void for_each(Each &&each) const {
    if (is_object()) {
      each(*this);
      return;
    }
    if (!is_array()) return;
    for (const simdjson::dom::element one : simdjson::dom::array(element_.get_array().value_unsafe()))
      if (!one.is_null()) each(Json(arena_, one));
  }
  // Calls each(name, value) for the members of an object, in order; nulls are left out.
  template <typename Each>
  void for_members(Each &&each) const {
    if (!is_object()) return;
    for (const auto &[name, value] : simdjson::dom::object(element_.get_object().value_unsafe()))
      if (!value.is_null()) each(name, Json(arena_, value));
  }
  // The element of an array; empty where there is none.
  Json at(std::size_t index) const;

 private:
  friend class JsonArena;
  Json(JsonArena *arena, simdjson::dom::element element) : arena_(arena), element_(element) {}
  JsonArena *arena_ = nullptr;
  simdjson::dom::element element_;
};

class JsonArena {
 public:
  // Parses one JSON text and forgets what was parsed before. `room` says how many readable bytes follow the
  // text: with enough of them it is parsed where it lies. An error says what is wrong, never what it holds.
  base::Result<Json> parse(std::string_view text, std::size_t room = 0);
  // Parses a JSON text found inside the current record; empty where it is none.
  Json parse_inner(std::string_view text);
  std::string_view keep(std::string text);  // lives as long as the record

 private:
  simdjson::dom::parser parser_;
  std::vector<std::unique_ptr<simdjson::dom::parser>> inner_;
  std::size_t inner_used_ = 0;
  std::deque<std::string> kept_;
};

}  // namespace dislodge::log

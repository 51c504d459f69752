#pragma once
// Writes JSON into a string: UTF-8, keys in the order given, unknown is null, invalid UTF-8 becomes U+FFFD.
//
//   JsonWriter json;
//   json.object([&] { json.field("schema", 1); json.field("item", path); json.field("line", nullptr); });

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace dislodge::base {

class JsonWriter {
 public:
  template <typename Body>
  void object(Body &&body) {
    nest('{', '}', body);
  }
  template <typename Body>
  void array(Body &&body) {
    nest('[', ']', body);
  }
  void key(std::string_view name) {
    separate();
    quote(name);
    text_ += ':';
    fresh_ = true;
  }

  void value(std::nullptr_t) {
    separate();
    text_ += "null";
  }
  void value(bool v) {
    separate();
    text_ += v ? "true" : "false";
  }
  void value(std::int64_t v) {
    separate();
    text_ += std::to_string(v);
  }
  void value(std::uint64_t v) {
    separate();
    text_ += std::to_string(v);
  }
  void value(int v) { value(static_cast<std::int64_t>(v)); }
  void value(unsigned v) { value(static_cast<std::uint64_t>(v)); }
  void value(double v);
  void value(std::string_view v) {
    separate();
    quote(v);
  }
  void value(const std::string &v) { value(std::string_view(v)); }
  void value(const char *v) { value(std::string_view(v)); }
  // RFC 3339; the open ends of time are null.
  void value(Time t);
  template <typename T>
  void value(const std::optional<T> &v) {
    if (v)
      value(*v);
    else
      value(nullptr);
  }

  template <typename T>
  void field(std::string_view name, const T &v) {
    key(name);
    value(v);
  }
  template <typename Body>
  void object_field(std::string_view name, Body &&body) {
    key(name);
    object(body);
  }
  template <typename Body>
  void array_field(std::string_view name, Body &&body) {
    key(name);
    array(body);
  }
  template <typename List>
  void list_field(std::string_view name, const List &items) {
    array_field(name, [&] {
      for (const auto &item : items) value(item);
    });
  }
  // Text that is JSON already.
  void raw(std::string_view json) {
    separate();
    text_ += json;
  }

  const std::string &text() const { return text_; }
  std::string take() {
    fresh_ = true;
    return std::move(text_);
  }

 private:
  template <typename Body>
  void nest(char open, char close, Body &&body) {
    separate();
    text_ += open;
    fresh_ = true;
    body();
    text_ += close;
    fresh_ = false;
  }
  void separate() {
    if (!fresh_) text_ += ',';
    fresh_ = false;
  }
  void quote(std::string_view v);

  std::string text_;
  bool fresh_ = true;  // nothing has been written at this place yet, so no comma
};

// Unknown is null, never absent and never an empty text (docs/json.md).
inline void optional_text(JsonWriter &json, std::string_view key, std::string_view value) {
  if (value.empty())
    json.field(key, nullptr);
  else
    json.field(key, value);
}

}  // namespace dislodge::base

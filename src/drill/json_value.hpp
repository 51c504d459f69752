#pragma once
// Reads JSON for grading: the answers that a drill wrote and the JSON lines that a case prints. A reader of
// its own, since the drill shares nothing with what it grades (RFC 8259).
//
//   DISLODGE_TRY_ASSIGN(const JsonValue answers, parse_json(text));
//   for (const JsonValue &secret : answers["secrets"].items()) use(secret["name"].text());

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace dislodge::drill {

class JsonValue {
 public:
  enum class Type { null, boolean, number, text, list, object };

  Type type() const { return type_; }
  bool is_null() const { return type_ == Type::null; }
  bool truth() const { return type_ == Type::boolean && number_ != 0; }
  double number(double otherwise = 0) const { return type_ == Type::number ? number_ : otherwise; }
  const std::string &text() const { return text_; }               // empty where it is no text
  const std::vector<JsonValue> &items() const { return items_; }  // empty where it is no list
  const JsonValue &operator[](std::string_view key) const;        // null where there is none
  const std::map<std::string, JsonValue, std::less<>> &members() const { return members_; }
  std::vector<std::string> texts() const;  // of a list: its texts

 private:
  friend class JsonParser;
  Type type_ = Type::null;
  double number_ = 0;
  std::string text_;
  std::vector<JsonValue> items_;
  std::map<std::string, JsonValue, std::less<>> members_;
};

// One value and nothing after it; at most kJsonDepth deep. An error names the byte.
base::Result<JsonValue> parse_json(std::string_view text);
// One value a line; empty lines are passed over. An error names the line.
base::Result<std::vector<JsonValue>> parse_json_lines(std::string_view text);

inline constexpr int kJsonDepth = 64;

}  // namespace dislodge::drill

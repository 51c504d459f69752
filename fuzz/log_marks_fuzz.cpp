// The walk over JSON against simdjson: what one reads, the other reads, and the same.

#include <simdjson.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "log/json.hpp"

namespace {

using dislodge::log::Json;

void same(const Json &ours, simdjson::dom::element theirs, int depth) {
  if (depth > 40) return;
  switch (theirs.type()) {
    case simdjson::dom::element_type::OBJECT: {
      if (!ours.is_object()) __builtin_trap();
      auto member = simdjson::dom::object(theirs.get_object().value_unsafe()).begin();
      const auto end = simdjson::dom::object(theirs.get_object().value_unsafe()).end();
      ours.for_members([&](std::string_view name, const Json &value) {
        while (member != end && member.value().is_null()) ++member;
        if (!(member != end) || member.key() != name) __builtin_trap();
        same(value, member.value(), depth + 1);
        if (!ours.get(name)) __builtin_trap();
        ++member;
      });
      (void)ours.has_doubles();
      break;
    }
    case simdjson::dom::element_type::ARRAY: {
      if (!ours.is_array()) __builtin_trap();
      std::size_t i = 0;
      for (const simdjson::dom::element one : simdjson::dom::array(theirs.get_array().value_unsafe())) {
        if (i < 20 && !one.is_null()) same(ours.at(i), one, depth + 1);
        ++i;
      }
      break;
    }
    case simdjson::dom::element_type::STRING:
      if (!ours.is_text() || ours.text() != theirs.get_string().value_unsafe()) __builtin_trap();
      (void)ours.unpacked().get("a");
      break;
    case simdjson::dom::element_type::INT64:
      if (ours.number() != theirs.get_int64().value_unsafe()) __builtin_trap();
      break;
    case simdjson::dom::element_type::BOOL:
      if (ours.truth() != theirs.get_bool().value_unsafe()) __builtin_trap();
      break;
    default:
      break;
  }
  (void)ours.raw();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  const std::string text(reinterpret_cast<const char *>(data), size);
  dislodge::log::JsonArena arena;
  const auto ours = arena.parse(std::string_view(text));
  simdjson::dom::parser parser;
  simdjson::dom::element theirs;
  if (parser.parse(text).get(theirs) != simdjson::SUCCESS) return 0;
  // Both limit depth, at different places of the same number.
  if (!ours) {
    if (ours.error().message.find("deep") == std::string::npos) __builtin_trap();
    return 0;
  }
  if (theirs.is_null()) return 0;
  same(*ours, theirs, 0);
  return 0;
}

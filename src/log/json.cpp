#include "log/json.hpp"

#include <charconv>

#include "base/encode.hpp"

namespace dislodge::log {

namespace {

using simdjson::dom::element_type;

// How many JSON texts inside one record are parsed: a record has a dozen at most, an attack has millions.
constexpr std::size_t kInnerMax = 1000;

}  // namespace

Json Json::get(std::string_view name) const {
  Json empty_text;
  if (!is_object()) return {};
  for (const auto &[key, value] : simdjson::dom::object(element_.get_object().value_unsafe())) {
    if (key.size() != name.size() || !base::equal_ignoring_case(key, name) || value.is_null()) continue;
    if (value.is_string() && value.get_string().value_unsafe().empty()) {
      if (!empty_text) empty_text = Json(arena_, value);
      continue;
    }
    return Json(arena_, value);
  }
  return empty_text;
}

Json Json::any(std::initializer_list<std::string_view> names) const {
  Json empty_text;
  for (const std::string_view name : names) {
    const Json value = get(name);
    if (!value) continue;
    if (!value.is_text() || !value.text().empty()) return value;
    if (!empty_text) empty_text = value;
  }
  return empty_text;
}

std::string_view Json::text() const {
  if (arena_ == nullptr) return {};
  switch (element_.type()) {
    case element_type::STRING:
      return element_.get_string().value_unsafe();
    case element_type::INT64:
      return arena_->keep(std::to_string(element_.get_int64().value_unsafe()));
    case element_type::UINT64:
      return arena_->keep(std::to_string(element_.get_uint64().value_unsafe()));
    case element_type::DOUBLE:
      return raw();
    case element_type::BOOL:
      return element_.get_bool().value_unsafe() ? "true" : "false";
    default:
      return {};
  }
}

std::optional<std::int64_t> Json::number() const {
  if (arena_ == nullptr) return std::nullopt;
  if (element_.type() == element_type::INT64) return element_.get_int64().value_unsafe();
  if (element_.type() == element_type::DOUBLE) {
    const double value = element_.get_double().value_unsafe();
    if (value >= -1e15 && value <= 1e15) return static_cast<std::int64_t>(value);
    return std::nullopt;
  }
  if (!is_text()) return std::nullopt;
  const std::string_view digits = base::trim(text());
  std::int64_t value = 0;
  const auto [end, wrong] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (wrong != std::errc() || end != digits.data() + digits.size() || digits.empty()) return std::nullopt;
  return value;
}

bool Json::truth() const {
  const std::string_view value = text();
  return base::equal_ignoring_case(value, "true") || value == "1";
}

Json Json::unpacked() const {
  if (!is_text()) return *this;
  return arena_->parse_inner(text());
}

std::string_view Json::raw() const {
  if (arena_ == nullptr) return {};
  return arena_->keep(simdjson::minify(element_));
}

Json Json::at(std::size_t index) const {
  if (is_object() && index == 0) return *this;
  if (!is_array()) return {};
  for (const simdjson::dom::element one : simdjson::dom::array(element_.get_array().value_unsafe())) {
    if (index-- != 0) continue;
    return one.is_null() ? Json() : Json(arena_, one);
  }
  return {};
}

base::Result<Json> JsonArena::parse(std::string_view text, std::size_t room) {
  inner_used_ = 0;
  kept_.clear();
  simdjson::dom::element element;
  auto wrong = parser_.parse(text.data(), text.size(), room < simdjson::SIMDJSON_PADDING).get(element);
  if (wrong == simdjson::UTF8_ERROR) {  // one bad byte in a name is no reason to lose the record
    const std::string_view mended = keep(base::to_valid_utf8(text));
    wrong = parser_.parse(mended.data(), mended.size(), true).get(element);
  }
  if (wrong != simdjson::SUCCESS)
    return base::fail(base::ErrorKind::damaged,
                      std::string("is no valid JSON: ") + simdjson::error_message(wrong));
  return Json(this, element);
}

Json JsonArena::parse_inner(std::string_view text) {
  const std::string_view inner = base::trim(text);
  if (inner.empty() || (inner.front() != '{' && inner.front() != '[') || inner_used_ >= kInnerMax) return {};
  if (inner_used_ == inner_.size()) inner_.push_back(std::make_unique<simdjson::dom::parser>());
  simdjson::dom::parser &parser = *inner_[inner_used_++];
  simdjson::dom::element element;
  if (parser.parse(inner.data(), inner.size(), true).get(element) != simdjson::SUCCESS) return {};
  return Json(this, element);
}

std::string_view JsonArena::keep(std::string text) {
  kept_.push_back(std::move(text));
  return kept_.back();
}

}  // namespace dislodge::log

#include "mail/mapi.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/encode.hpp"
#include "evidence/charset.hpp"
#include "evidence/zip_directory.hpp"

namespace dislodge::mail {

using evidence::le16;
using evidence::le32;
using evidence::le64;

namespace {

// FILETIME of 1970-01-01.
constexpr std::uint64_t kEpoch = 116'444'736'000'000'000ull;
constexpr std::uint64_t kNever = 0x7FFF'0000'0000'0000ull;

}  // namespace

void MapiBag::add(std::uint16_t id, std::uint16_t type, std::string value) {
  properties_.push_back({id, type, std::move(value)});
}

const MapiProperty *MapiBag::find(std::uint16_t id) const {
  for (const MapiProperty &property : properties_)
    if (property.id == id) return &property;
  return nullptr;
}

std::string MapiBag::text_of(const MapiProperty &property) const {
  std::string_view value = property.value;
  std::string out;
  if (property.type == kMapiUnicode) {
    out = evidence::to_utf8(value.substr(0, value.size() & ~std::size_t{1}), "utf-16le").view();
  } else if (property.type == kMapiString8 || property.type == kMapiBinary) {
    out = evidence::to_utf8(value, charset_).view();
  } else {
    return {};
  }
  out.erase(std::remove(out.begin(), out.end(), '\0'), out.end());
  return out;
}

std::string MapiBag::text(std::uint16_t id) const {
  const MapiProperty *property = find(id);
  return property == nullptr ? std::string() : text_of(*property);
}

std::optional<std::int64_t> MapiBag::number(std::uint16_t id) const {
  const MapiProperty *property = find(id);
  if (property == nullptr) return std::nullopt;
  const std::string_view value = property->value;
  if (value.size() >= 8) return static_cast<std::int64_t>(le64(value, 0));
  if (value.size() >= 4) return static_cast<std::int32_t>(le32(value, 0));
  if (value.size() >= 2) return static_cast<std::int16_t>(le16(value, 0));
  if (value.size() == 1) return static_cast<unsigned char>(value[0]);
  return std::nullopt;
}

base::Time MapiBag::time(std::uint16_t id) const {
  const MapiProperty *property = find(id);
  if (property == nullptr || property->type != kMapiTime || property->value.size() < 8) return base::kTimeMin;
  return time_of_filetime(le64(property->value, 0));
}

std::string_view MapiBag::bytes(std::uint16_t id) const {
  const MapiProperty *property = find(id);
  return property == nullptr ? std::string_view{} : std::string_view(property->value);
}

std::string MapiBag::take(std::uint16_t id) {
  for (MapiProperty &property : properties_)
    if (property.id == id) return std::move(property.value);
  return {};
}

base::Time time_of_filetime(std::uint64_t filetime) {
  if (filetime < kEpoch || filetime >= kNever) return base::kTimeMin;
  return base::Time{static_cast<std::int64_t>((filetime - kEpoch) / 10)};
}

void MapiNames::read(std::string_view entries, std::string_view strings) {
  for (std::size_t at = 0; at + 8 <= entries.size(); at += 8) {
    const std::uint32_t value = le32(entries, at);
    const bool named = (le16(entries, at + 4) & 1) != 0;
    const unsigned index = le16(entries, at + 6);
    if (index >= 0x8000) continue;
    const auto id = static_cast<std::uint16_t>(0x8000 + index);
    if (!named) {
      names_[id] = fmt::format("property lid 0x{:04X}", value);
      continue;
    }
    if (value > strings.size() || strings.size() - value < 4) continue;
    const std::uint32_t length = std::min<std::uint32_t>(le32(strings, value), 512);
    const std::string_view name = strings.substr(value + 4, length & ~1u);
    names_[id] = base::to_valid_utf8(evidence::to_utf8(name, "utf-16le").view());
  }
}

std::string MapiNames::name_of(std::uint16_t id) const {
  const auto found = names_.find(id);
  return found == names_.end() ? fmt::format("property 0x{:04X}", id) : found->second;
}

std::string join_many(std::string_view value, std::uint16_t type) {
  if (value.size() < 4) return {};
  const std::size_t count = std::min<std::size_t>(le32(value, 0), (value.size() - 4) / 4);
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t begin = le32(value, 4 + 4 * i);
    const std::size_t end = i + 1 < count ? le32(value, 8 + 4 * i) : value.size();
    if (begin > value.size() || end < begin) continue;
    // Offsets that overlap must not multiply the value.
    if (out.size() > value.size() * 2) break;
    out += value.substr(begin, end - begin);
    if (i + 1 < count) out += type == kMapiUnicode ? std::string_view("\n\0", 2) : std::string_view("\n");
  }
  return out;
}

}  // namespace dislodge::mail

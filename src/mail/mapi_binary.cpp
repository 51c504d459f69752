#include "mail/mapi_binary.hpp"

#include <algorithm>
#include <array>

#include "base/encode.hpp"
#include "evidence/zip_directory.hpp"

namespace dislodge::mail {
namespace {

constexpr std::size_t kWideRun = 5;    // characters
constexpr std::size_t kNarrowRun = 6;  // bytes
constexpr std::size_t kValueMax = 4u << 20;

// Identifiers, keys and hashes ([MS-OXPROPS]), and what is read as body or attachment. Sorted.
constexpr std::array<std::uint16_t, 35> kElsewhere = {
    0x003B, 0x003F, 0x0041, 0x0043, 0x0051, 0x0052, 0x0053, 0x0071, 0x0C19, 0x0C1D, 0x0E4B, 0x0FF6,
    0x0FF8, 0x0FF9, 0x0FFA, 0x0FFF, 0x1009, 0x1013, 0x300B, 0x3010, 0x3013, 0x3014, 0x3019, 0x3701,
    0x3702, 0x3709, 0x370A, 0x3712, 0x5D0A, 0x5FF7, 0x65E0, 0x65E1, 0x65E2, 0x65E3, 0x67F1};

bool narrow(char c) {
  return (c >= 0x20 && c < 0x7F) || c == '\t';
}

// Letters of Latin, Greek and Cyrillic: pairs of arbitrary bytes are mostly Chinese.
bool wide(unsigned unit) {
  return (unit >= 0x20 && unit < 0x7F) || (unit >= 0xA0 && unit < 0x0250) ||
         (unit >= 0x0370 && unit < 0x0530) || unit == '\t';
}

}  // namespace

std::string text_in_binary(const MapiProperty &property) {
  std::string out;
  if (property.type != kMapiBinary || std::binary_search(kElsewhere.begin(), kElsewhere.end(), property.id))
    return out;
  const std::string_view value = std::string_view(property.value).substr(0, kValueMax);
  for (std::size_t at = 0; at < value.size();) {
    std::size_t end = at;
    while (end + 2 <= value.size() && wide(evidence::le16(value, end))) end += 2;
    if (end - at >= 2 * kWideRun) {
      for (; at < end; at += 2) base::append_utf8(out, evidence::le16(value, at));
      out += '\n';
      continue;
    }
    end = at;
    while (end < value.size() && narrow(value[end])) ++end;
    if (end - at >= kNarrowRun) {
      out += value.substr(at, end - at);
      out += '\n';
    }
    at = std::max(end, at + 1);
  }
  return out;
}

}  // namespace dislodge::mail

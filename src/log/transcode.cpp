#include "log/transcode.hpp"

#include <algorithm>

#include "base/encode.hpp"

namespace dislodge::log {

namespace {

constexpr std::uint64_t kCheckpoint = 4096;

std::uint32_t unit_at(std::string_view bytes, std::uint64_t at, Utf16 order) {
  const auto first = static_cast<unsigned char>(bytes[at]);
  const auto second = static_cast<unsigned char>(bytes[at + 1]);
  return order == Utf16::little ? static_cast<std::uint32_t>(first | second << 8)
                                : static_cast<std::uint32_t>(first << 8 | second);
}

struct CodePoint {
  std::uint32_t value;
  std::uint32_t bytes;  // in the original
};

CodePoint code_point_at(std::string_view bytes, std::uint64_t at, Utf16 order) {
  const std::uint32_t unit = unit_at(bytes, at, order);
  if (unit < 0xD800 || unit > 0xDFFF) return {unit, 2};
  if (unit < 0xDC00 && at + 4 <= bytes.size()) {
    const std::uint32_t low = unit_at(bytes, at + 2, order);
    if (low >= 0xDC00 && low <= 0xDFFF) return {0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00), 4};
  }
  return {0xFFFD, 2};
}

std::uint32_t utf8_length(std::uint32_t code_point) {
  return code_point < 0x80 ? 1 : code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
}

}  // namespace

std::optional<Utf16> looks_utf16(std::string_view bytes) {
  if (bytes.size() < 4) return std::nullopt;
  if (bytes.starts_with("\xFF\xFE")) return Utf16::little;
  if (bytes.starts_with("\xFE\xFF")) return Utf16::big;
  const std::size_t look = std::min<std::size_t>(bytes.size(), 1024) / 2 * 2;
  std::size_t zero_first = 0, zero_second = 0;
  for (std::size_t i = 0; i < look; i += 2) {
    zero_first += bytes[i] == '\0';
    zero_second += bytes[i + 1] == '\0';
  }
  const std::size_t units = look / 2;
  if (zero_second * 10 > units * 9 && zero_first == 0) return Utf16::little;
  if (zero_first * 10 > units * 9 && zero_second == 0) return Utf16::big;
  return std::nullopt;
}

Transcoded from_utf16(std::string_view bytes, Utf16 order) {
  Transcoded result;
  result.original = bytes;
  result.order = order;
  result.text.reserve(bytes.size() / 2 + 16);
  std::uint64_t at = bytes.size() >= 2 && unit_at(bytes, 0, order) == 0xFEFF ? 2 : 0;
  std::uint64_t next_checkpoint = 0;
  while (at + 2 <= bytes.size()) {
    if (result.text.size() >= next_checkpoint) {
      result.to_original.add(result.text.size(), at);
      next_checkpoint = result.text.size() + kCheckpoint;
    }
    const CodePoint point = code_point_at(bytes, at, order);
    base::append_utf8(result.text, point.value);
    at += point.bytes;
  }
  return result;
}

// From the checkpoint before, walking the original: within a run one byte of text is not one of the original.
std::uint64_t Transcoded::original_offset(std::uint64_t offset) const {
  const auto &runs = to_original.runs();
  auto after =
      std::upper_bound(runs.begin(), runs.end(), offset,
                       [](std::uint64_t value, const base::OffsetMap::Run &run) { return value < run.text; });
  if (after == runs.begin()) return 0;
  --after;
  std::uint64_t text_at = after->text;
  std::uint64_t at = after->source;
  while (text_at < offset && at + 2 <= original.size()) {
    const CodePoint point = code_point_at(original, at, order);
    text_at += utf8_length(point.value);
    at += point.bytes;
  }
  return at;
}

}  // namespace dislodge::log

#include "evidence/tar_header.hpp"

#include <algorithm>

namespace dislodge::evidence {

namespace {

std::string_view text_field(std::string_view block, std::size_t at, std::size_t size) {
  const std::string_view field = block.substr(at, size);
  return field.substr(0, field.find('\0'));
}

// Octal digits, blanks around them; GNU writes large numbers in base 256 with the top bit set.
std::optional<std::uint64_t> number_field(std::string_view block, std::size_t at, std::size_t size) {
  const std::string_view field = block.substr(at, size);
  if ((static_cast<unsigned char>(field[0]) & 0x80) != 0) {
    if (field[0] != '\x80') return std::nullopt;  // negative, or beyond all sense
    std::uint64_t value = 0;
    for (std::size_t i = 1; i < field.size(); ++i) {
      if (value >> 55 != 0) return std::nullopt;
      value = value << 8 | static_cast<unsigned char>(field[i]);
    }
    return value;
  }
  std::uint64_t value = 0;
  std::size_t i = 0;
  while (i < field.size() && field[i] == ' ') ++i;
  for (; i < field.size() && field[i] >= '0' && field[i] <= '7'; ++i)
    value = value * 8 + static_cast<unsigned>(field[i] - '0');
  if (i < field.size() && field[i] != ' ' && field[i] != '\0') return std::nullopt;
  return value;
}

}  // namespace

std::optional<TarHeader> read_tar_header(std::string_view block) {
  if (block.size() < kTarBlock) return std::nullopt;
  block = block.substr(0, kTarBlock);
  const auto declared = number_field(block, 148, 8);
  if (!declared || *declared == 0) return std::nullopt;
  // The checksum's own eight bytes count as blanks. Old writers summed signed characters.
  std::int64_t plain = 8 * ' ';
  std::int64_t with_sign = 8 * ' ';
  for (std::size_t i = 0; i < kTarBlock; ++i) {
    if (i >= 148 && i < 156) continue;
    plain += static_cast<unsigned char>(block[i]);
    with_sign += static_cast<signed char>(block[i]);
  }
  const auto wanted = static_cast<std::int64_t>(*declared);
  if (wanted != plain && wanted != with_sign) return std::nullopt;
  const auto size = number_field(block, 124, 12);
  if (!size) return std::nullopt;
  TarHeader header;
  header.block = block;
  header.size = *size;
  header.type = block[156];
  header.name = text_field(block, 0, 100);
  header.link = text_field(block, 157, 100);
  header.gnu = block.substr(257, 8) == std::string_view("ustar  \0", 8);
  if (block.substr(257, 5) == "ustar" && !header.gnu) {
    const std::string_view prefix = text_field(block, 345, 155);
    if (!prefix.empty()) header.name = std::string(prefix) + "/" + header.name;
  }
  return header;
}

bool is_tar_header(std::string_view bytes) {
  const auto header = read_tar_header(bytes);
  if (!header) return false;
  constexpr std::string_view kTypes("01234567\0LKxgSDMVNAE", 20);
  return kTypes.find(header->type) != std::string_view::npos &&
         (!header->name.empty() || header->type == 'g');
}

}  // namespace dislodge::evidence

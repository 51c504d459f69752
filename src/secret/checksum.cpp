#include "secret/checksum.hpp"

#include <array>
#include <bit>
#include <vector>

namespace dislodge::secret {
namespace {

constexpr std::string_view kBech32Digits = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

int base64_value(char c, Alphabet alphabet) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == (alphabet == Alphabet::standard ? '+' : '-')) return 62;
  if (c == (alphabet == Alphabet::standard ? '/' : '_')) return 63;
  return -1;
}

std::uint32_t little_endian(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value |= std::uint32_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
  return value;
}

void marvin_block(std::uint32_t &a, std::uint32_t &b) {
  b ^= a;
  a = std::rotl(a, 20);
  a += b;
  b = std::rotl(b, 9);
  b ^= a;
  a = std::rotl(a, 27);
  a += b;
  b = std::rotl(b, 19);
}

std::uint32_t bech32_polymod(const std::vector<std::uint32_t> &values) {
  constexpr std::array<std::uint32_t, 5> kGenerators = {0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD,
                                                        0x2A1462B3};
  std::uint32_t check = 1;
  for (const std::uint32_t value : values) {
    const std::uint32_t top = check >> 25;
    check = ((check & 0x1FFFFFF) << 5) ^ value;
    for (std::size_t i = 0; i < kGenerators.size(); ++i)
      if ((top >> i & 1) != 0) check ^= kGenerators[i];
  }
  return check;
}

}  // namespace

std::optional<std::string> strict_base64(std::string_view text, Alphabet alphabet) {
  const std::size_t end = text.find_last_not_of('=') + 1;  // npos + 1 is 0
  const std::size_t padding = text.size() - end;
  if (padding > 2 || end % 4 == 1 || (padding != 0 && text.size() % 4 != 0)) return std::nullopt;
  std::string bytes;
  bytes.reserve(end / 4 * 3 + 2);
  std::uint32_t bits = 0;
  int held = 0;
  for (std::size_t i = 0; i < end; ++i) {
    const int value = base64_value(text[i], alphabet);
    if (value < 0) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes += static_cast<char>(bits >> held & 0xFF);
    }
  }
  return bytes;
}

std::optional<std::string> base32_bytes(std::string_view text) {
  std::string bytes;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    std::uint32_t value = 0;
    if (c >= 'A' && c <= 'Z')
      value = static_cast<std::uint32_t>(c - 'A');
    else if (c >= 'a' && c <= 'z')
      value = static_cast<std::uint32_t>(c - 'a');
    else if (c >= '2' && c <= '7')
      value = static_cast<std::uint32_t>(c - '2' + 26);
    else
      return std::nullopt;
    bits = bits << 5 | value;
    held += 5;
    if (held >= 8) {
      held -= 8;
      bytes += static_cast<char>(bits >> held & 0xFF);
    }
  }
  return bytes;
}

std::uint32_t marvin32(std::string_view bytes, std::string_view seed) {
  std::uint64_t key = 0;
  for (const char c : seed) key = key << 8 | static_cast<unsigned char>(c);
  auto a = static_cast<std::uint32_t>(key);
  auto b = static_cast<std::uint32_t>(key >> 32);
  const std::size_t whole = bytes.size() / 4 * 4;
  for (std::size_t i = 0; i < whole; i += 4) {
    a += little_endian(bytes, i);
    marvin_block(a, b);
  }
  std::uint32_t last = 0;
  for (std::size_t i = whole; i < bytes.size(); ++i)
    last |= std::uint32_t{static_cast<unsigned char>(bytes[i])} << (8 * (i - whole));
  last |= 0x80u << (8 * (bytes.size() - whole));
  a += last;
  marvin_block(a, b);
  marvin_block(a, b);
  return a ^ b;
}

std::string in_digits(std::uint64_t number, std::string_view digits, std::size_t width) {
  std::string text;
  for (; number != 0; number /= digits.size()) text.insert(text.begin(), digits[number % digits.size()]);
  if (text.size() < width) text.insert(0, width - text.size(), digits[0]);
  return text;
}

bool bech32_holds(std::string_view text) {
  const std::size_t one = text.rfind('1');
  if (one == std::string_view::npos || one == 0 || text.size() - one < 7) return false;
  std::vector<std::uint32_t> values;
  for (const char c : text.substr(0, one)) values.push_back(static_cast<unsigned char>(c) >> 5);
  values.push_back(0);
  for (const char c : text.substr(0, one)) values.push_back(static_cast<unsigned char>(c) & 31);
  for (const char c : text.substr(one + 1)) {
    const std::size_t digit = kBech32Digits.find(c);
    if (digit == std::string_view::npos) return false;
    values.push_back(static_cast<std::uint32_t>(digit));
  }
  return bech32_polymod(values) == 1;
}

}  // namespace dislodge::secret

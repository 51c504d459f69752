#include "drill/random.hpp"

#include <bit>

#include "base/hash.hpp"

namespace dislodge::drill {

Random::Random(std::uint64_t seed, std::string_view purpose) {
  const base::Sha256 digest =
      base::sha256("dislodge drill/" + std::to_string(seed) + "/" + std::string(purpose));
  for (std::size_t i = 0; i < digest.size(); ++i) state_[i / 8] |= std::uint64_t{digest[i]} << (8 * (i % 8));
}

std::uint64_t Random::next() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::uint64_t Random::below(std::uint64_t bound) {
  if (bound < 2) return 0;
  const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;  // rejection keeps every value equally likely
  std::uint64_t value = next();
  while (value >= limit) value = next();
  return value % bound;
}

std::int64_t Random::between(std::int64_t low, std::int64_t high) {
  return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low + 1)));
}

std::string Random::bytes(std::size_t count) {
  std::string out(count, '\0');
  for (char &byte : out) byte = static_cast<char>(next() >> 56);
  return out;
}

std::string Random::text(std::size_t count, std::string_view alphabet) {
  std::string out(count, ' ');
  for (char &letter : out) letter = alphabet[static_cast<std::size_t>(below(alphabet.size()))];
  return out;
}

std::string Random::digits(std::size_t count) {
  std::string out = text(count, "0123456789");
  if (out[0] == '0') out[0] = '7';
  return out;
}

std::string Random::uuid() {
  std::string id = hex(36);
  for (const std::size_t dash : {8u, 13u, 18u, 23u}) id[dash] = '-';
  id[14] = '4';
  id[19] = "89ab"[below(4)];
  return id;
}

std::string cat(std::initializer_list<std::string_view> pieces) {
  std::string out;
  for (const std::string_view piece : pieces) out += piece;
  return out;
}

}  // namespace dislodge::drill

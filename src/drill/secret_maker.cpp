#include "drill/secret_maker.hpp"

#include <sodium.h>

#include <array>
#include <bit>
#include <cstdint>

#include "base/encode.hpp"
#include "base/hash.hpp"

namespace dislodge::drill {
namespace {

constexpr std::array<std::string_view, 32> kWords = {
    "Harbor",  "Tide",   "Anchor", "Copper", "Winter", "Falcon", "Maple",  "Granite",
    "Lantern", "Orchid", "Pebble", "Saddle", "Timber", "Violet", "Walnut", "Zephyr",
    "Barley",  "Cinder", "Dapple", "Ember",  "Ferry",  "Gravel", "Heron",  "Ivory",
    "Juniper", "Kettle", "Mallet", "Nickel", "Osprey", "Quarry", "Ripple", "Summit"};

std::uint32_t marvin32(std::string_view bytes, std::uint64_t seed) {
  auto p0 = static_cast<std::uint32_t>(seed);
  auto p1 = static_cast<std::uint32_t>(seed >> 32);
  const auto mix = [&] {
    p1 ^= p0;
    p0 = std::rotl(p0, 20) + p1;
    p1 = std::rotl(p1, 9) ^ p0;
    p0 = std::rotl(p0, 27) + p1;
    p1 = std::rotl(p1, 19);
  };
  std::uint32_t word = 0;
  std::size_t held = 0;
  for (const char byte : bytes) {
    word |= std::uint32_t{static_cast<unsigned char>(byte)} << (8 * held);
    if (++held < 4) continue;
    p0 += word;
    mix();
    word = 0;
    held = 0;
  }
  p0 += word | (0x80u << (8 * held));
  mix();
  mix();
  return p0 ^ p1;
}

std::string hmac_sha256(std::string_view key, std::string_view message) {  // RFC 2104
  std::string inner(64, '\x36');
  std::string outer(64, '\x5c');
  for (std::size_t i = 0; i < key.size(); ++i) {
    inner[i] = static_cast<char>(inner[i] ^ key[i]);
    outer[i] = static_cast<char>(outer[i] ^ key[i]);
  }
  inner += message;
  outer += base::as_bytes(base::sha256(inner));
  return std::string(base::as_bytes(base::sha256(outer)));
}

std::string wire_number(std::uint32_t value) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
  return out;
}

std::string wire_string(std::string_view bytes) {
  return wire_number(static_cast<std::uint32_t>(bytes.size())) + std::string(bytes);
}

}  // namespace

std::string make_password(Random &random) {
  const std::string_view first = random.pick(kWords);
  std::string_view second = random.pick(kWords);
  while (second == first) second = random.pick(kWords);
  static constexpr std::array<std::string_view, 4> kJoints = {"!", "-", "_", "%"};
  std::string out(first);
  out += random.pick(kJoints);
  out += second;
  out += random.digits(4);
  if (random.chance(50)) out += "!";
  return out;
}

std::string make_github_token(Random &random) {
  static constexpr std::string_view kDigits =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  const std::string body = random.text(30, kBase62);
  std::uint32_t rest = base::crc32(body);
  std::string check(6, '0');
  for (std::size_t i = 6; i-- > 0; rest /= 62) check[i] = kDigits[rest % 62];
  return "ghp_" + body + check;
}

std::string make_entra_client_secret(Random &random) {
  // The vendor's alphabet also has "." and "~"; a hint that starts with a dot would look like a typing slip.
  static const std::string alphabet = std::string(kBase62) + "._-";
  return cat({random.text(3, kBase62), "8Q~", random.text(34, alphabet)});
}

std::string make_slack_bot_token(Random &random) {
  return cat({"xoxb-", random.digits(12), "-", random.digits(13), "-", random.text(24, kBase62)});
}

std::string make_sendgrid_key(Random &random) {
  static const std::string alphabet = std::string(kBase62) + "_-";
  return cat({"SG.", random.text(22, alphabet), ".", random.text(43, alphabet)});
}

std::string make_storage_account_key(Random &random) {
  std::string key = random.bytes(57);
  key += *base::from_base64("+ASt");
  const std::uint32_t check = marvin32(key, 0x44656661756c7430);  // "Default0"
  for (int shift = 0; shift < 32; shift += 8) key += static_cast<char>(check >> shift);
  return base::to_base64(key);
}

AwsKeyPair make_aws_key_pair(Random &random, std::string_view account) {
  static constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  // 80 bits: one set bit, 40 bits of account number, the rest random.
  std::uint64_t number = 0;
  for (const char digit : account) number = number * 10 + static_cast<std::uint64_t>(digit - '0');
  const std::uint64_t high = (std::uint64_t{1} << 47) | (number << 7) | random.below(128);
  std::string bytes;
  for (int shift = 40; shift >= 0; shift -= 8) bytes += static_cast<char>(high >> shift);
  bytes += random.bytes(4);
  AwsKeyPair pair;
  pair.key_id = "AKIA";
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const char byte : bytes) {
    held = (held << 8) | static_cast<unsigned char>(byte);
    for (bits += 8; bits >= 5; bits -= 5) pair.key_id += kBase32[(held >> (bits - 5)) & 31];
  }
  pair.secret = base::to_base64(random.bytes(30));
  return pair;
}

std::string make_jwt(Random &random, std::string_view claims_json) {
  using base::Base64Alphabet;
  std::string token = base::to_base64(R"({"alg":"HS256","typ":"JWT"})", Base64Alphabet::url, false) + "." +
                      base::to_base64(claims_json, Base64Alphabet::url, false);
  const std::string signature = hmac_sha256(random.bytes(32), token);
  return token + "." + base::to_base64(signature, Base64Alphabet::url, false);
}

SshKey make_ssh_key(Random &random, std::string_view comment) {
  const std::string seed = random.bytes(32);
  std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> public_bytes{};
  std::array<unsigned char, crypto_sign_SECRETKEYBYTES> secret_bytes{};
  crypto_sign_seed_keypair(public_bytes.data(), secret_bytes.data(),
                           reinterpret_cast<const unsigned char *>(seed.data()));
  const std::string blob = wire_string("ssh-ed25519") + wire_string(base::as_bytes(public_bytes));

  const auto check = wire_number(static_cast<std::uint32_t>(random.next()));
  std::string secret_part =
      check + check + blob + wire_string(base::as_bytes(secret_bytes)) + wire_string(comment);
  for (char pad = 1; secret_part.size() % 8 != 0; ++pad) secret_part += pad;
  const std::string key = std::string("openssh-key-v1\0", 15) + wire_string("none") + wire_string("none") +
                          wire_string("") + wire_number(1) + wire_string(blob) + wire_string(secret_part);

  SshKey made;
  made.private_key = "-----BEGIN OPENSSH PRIVATE KEY-----\n";
  const std::string encoded = base::to_base64(key);
  for (std::size_t at = 0; at < encoded.size(); at += 70) made.private_key += encoded.substr(at, 70) + "\n";
  made.private_key += "-----END OPENSSH PRIVATE KEY-----\n";
  made.public_key = "ssh-ed25519 " + base::to_base64(blob) + " " + std::string(comment);
  made.fingerprint =
      "SHA256:" + base::to_base64(base::as_bytes(base::sha256(blob)), base::Base64Alphabet::standard, false);
  return made;
}

}  // namespace dislodge::drill

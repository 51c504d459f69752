#include "secret/openpgp_key.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <cstdint>
#include <limits>

#include "base/encode.hpp"
#include "base/hash.hpp"
#include "base/time.hpp"
#include "secret/hints.hpp"

namespace dislodge::secret {
namespace {

constexpr std::size_t kPacketsMax = 4096;  // of one key ring that are looked at
constexpr std::size_t kUserIdsMax = 8;

constexpr unsigned kSignature = 2;
constexpr unsigned kSecretKey = 5;
constexpr unsigned kUserId = 13;

class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : rest_(bytes) {}
  std::uint64_t number(std::size_t size) {
    std::uint64_t value = 0;
    for (const char c : take(size)) value = value << 8 | static_cast<unsigned char>(c);
    return value;
  }
  std::string_view take(std::size_t size) {
    if (size > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const std::string_view out = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return out;
  }
  std::string_view number_of_bits() {  // a multiprecision integer, without its length
    const auto bits = static_cast<std::size_t>(number(2));
    return take((bits + 7) / 8);
  }
  std::string_view rest() const { return rest_; }
  bool ok() const { return ok_; }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

struct Packet {
  unsigned tag = 0;
  std::string_view body;
};

// One packet; lengths in parts are for data only and end the reading.
std::optional<Packet> next_packet(Bytes &in) {
  const auto head = static_cast<unsigned>(in.number(1));
  if (!in.ok() || (head & 0x80) == 0) return std::nullopt;
  Packet out;
  std::uint64_t length = 0;
  if ((head & 0x40) != 0) {
    out.tag = head & 0x3F;
    const std::uint64_t first = in.number(1);
    if (first < 192)
      length = first;
    else if (first < 224)
      length = ((first - 192) << 8) + in.number(1) + 192;
    else if (first == 255)
      length = in.number(4);
    else
      return std::nullopt;
  } else {
    out.tag = head >> 2 & 0x0F;
    if ((head & 3) == 3) return std::nullopt;
    length = in.number(std::size_t{1} << (head & 3));
  }
  if (length > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  out.body = in.take(static_cast<std::size_t>(length));
  if (!in.ok()) return std::nullopt;
  return out;
}

std::string upper_hex(std::string_view bytes) {
  std::string hex = base::to_hex(bytes);
  std::transform(hex.begin(), hex.end(), hex.begin(),
                 [](char c) { return c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c; });
  return hex;
}

std::string digest(const EVP_MD *algorithm, std::string_view bytes) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), out, &size, algorithm, nullptr) != 1) return {};
  return {reinterpret_cast<const char *>(out), size};
}

std::string big_endian(std::uint64_t value, int bytes) {
  std::string out;
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i));
  return out;
}

// What the algorithm is, and moves over the public numbers.
std::optional<std::string> pass_public(Bytes &in, unsigned algorithm) {
  switch (algorithm) {
    case 1:
    case 2:
    case 3: {
      const std::string_view modulus = in.number_of_bits();
      in.number_of_bits();
      return "RSA " + std::to_string(modulus.size() * 8);
    }
    case 16:
    case 20:
      for (int i = 0; i < 3; ++i) in.number_of_bits();
      return "ElGamal";
    case 17: {
      const std::string_view prime = in.number_of_bits();
      for (int i = 0; i < 3; ++i) in.number_of_bits();
      return "DSA " + std::to_string(prime.size() * 8);
    }
    case 18:
    case 19:
    case 22: {
      const std::string_view curve = in.take(static_cast<std::size_t>(in.number(1)));
      in.number_of_bits();
      if (algorithm == 18) in.take(static_cast<std::size_t>(in.number(1)));
      return algorithm == 22 && curve.size() == 9 ? "Ed25519" : "EC";
    }
    case 25:
      in.take(32);
      return "X25519";
    case 26:
      in.take(56);
      return "X448";
    case 27:
      in.take(32);
      return "Ed25519";
    case 28:
      in.take(57);
      return "Ed448";
    default:
      return std::nullopt;
  }
}

std::string time_text(std::uint64_t seconds) {
  return base::format_time(base::Time{static_cast<std::int64_t>(seconds) * 1'000'000});
}

// Seconds after which the key expires, as a signature's hashed subpackets say; 0 where they do not.
std::uint64_t lifetime(std::string_view signature) {
  Bytes in(signature);
  const std::uint64_t version = in.number(1);
  if (version != 4 && version != 6) return 0;
  const std::uint64_t type = in.number(1);
  if ((type < 0x10 || type > 0x13) && type != 0x1F) return 0;
  in.take(2);
  Bytes hashed(in.take(static_cast<std::size_t>(in.number(version == 6 ? 4 : 2))));
  while (hashed.ok() && !hashed.rest().empty()) {
    std::uint64_t length = hashed.number(1);
    if (length >= 192 && length < 255)
      length = ((length - 192) << 8) + hashed.number(1) + 192;
    else if (length == 255)
      length = hashed.number(4);
    Bytes one(hashed.take(static_cast<std::size_t>(length)));
    if ((one.number(1) & 0x7F) == 9) return one.number(4);
  }
  return 0;
}

}  // namespace

std::optional<OpenPgpKey> read_openpgp_key(std::string_view packets) {
  Bytes in(packets);
  const auto first = next_packet(in);
  if (!first || first->tag != kSecretKey) return std::nullopt;
  OpenPgpKey key;
  Bytes body(first->body);
  const std::uint64_t version = body.number(1);
  const std::uint64_t created = body.number(4);
  if (version < 3 || version == 5 || version > 6) return std::nullopt;
  std::uint64_t days = 0;
  if (version == 3) days = body.number(2);
  const auto algorithm = static_cast<unsigned>(body.number(1));
  if (version == 6) body.number(4);  // how long the public part is
  const std::string_view numbers = body.rest();
  const auto described = pass_public(body, algorithm);
  if (!described || !body.ok()) return std::nullopt;
  key.algorithm = *described;
  key.public_half = first->body.substr(0, first->body.size() - body.rest().size());
  // How the secret half is protected (RFC 9580 section 3.7.2.1); 0 is not at all.
  const std::uint64_t usage = body.number(1);
  if (!body.ok()) return std::nullopt;
  key.encrypted = usage != 0;
  if (usage >= 253 && usage <= 255) {
    if (version == 6) body.number(1);
    body.number(1);  // cipher
    if (usage == 253) body.number(1);
    if (version == 6) body.number(1);
    // GnuPG's own: 101, "GNU", and 1 (no secret half) or 2 (on a card).
    key.stub = body.number(1) == 101;
  }
  if (version == 3) {
    Bytes modulus(numbers);
    const std::string_view n = modulus.number_of_bits();
    const std::string_view e = modulus.number_of_bits();
    if (n.size() < 8) return std::nullopt;
    key.key_id = upper_hex(n.substr(n.size() - 8));
    key.fingerprint = upper_hex(digest(EVP_md5(), std::string(n) + std::string(e)));
  } else {
    const std::string hashed = (version == 4 ? "\x99" + big_endian(key.public_half.size(), 2)
                                             : "\x9B" + big_endian(key.public_half.size(), 4)) +
                               key.public_half;
    const std::string print = digest(version == 4 ? EVP_sha1() : EVP_sha256(), hashed);
    if (print.size() < 20) return std::nullopt;
    key.fingerprint = upper_hex(print);
    key.key_id = version == 4 ? key.fingerprint.substr(24) : key.fingerprint.substr(0, 16);
  }
  std::uint64_t seconds = days * 86'400;
  for (std::size_t count = 0; count < kPacketsMax; ++count) {
    const auto packet = next_packet(in);
    if (!packet || packet->tag == kSecretKey) break;
    if (packet->tag == kUserId && key.user_ids.size() < kUserIdsMax)
      key.user_ids.push_back(base::to_valid_utf8(packet->body));
    // The last of the certifications counts.
    if (packet->tag == kSignature)
      if (const std::uint64_t said = lifetime(packet->body); said > 0) seconds = said;
  }
  if (seconds > 0) key.expires = time_text(created + seconds);
  return key;
}

std::string openpgp_description(const OpenPgpKey &key) {
  return key.algorithm + " OpenPGP key" +
         (key.stub        ? ", on a card"
          : key.encrypted ? ", encrypted"
                          : "") +
         ", " + key.key_id;
}

std::vector<Hint> openpgp_hints(const OpenPgpKey &key) {
  std::vector<Hint> hints;
  add_hint(hints, HintKind::key_id, key.fingerprint);
  add_hint(hints, HintKind::expires, key.expires);
  for (const std::string &id : key.user_ids) {
    add_hint(hints, HintKind::subject, id);
    const std::size_t open = id.rfind('<');
    const std::size_t close = id.rfind('>');
    const std::string_view address = open != std::string::npos && close != std::string::npos && close > open
                                         ? std::string_view(id).substr(open + 1, close - open - 1)
                                         : std::string_view(id);
    if (address.find('@') != std::string_view::npos && address.find(' ') == std::string_view::npos)
      add_hint(hints, HintKind::user, address);
  }
  return hints;
}

}  // namespace dislodge::secret

// RSA keys and self-signed certificates from a drill's own random numbers. OpenSSL's key generators draw from
// the system; here only its big-number arithmetic is used, so that the same seed gives the same key.

#include <openssl/bn.h>

#include <algorithm>
#include <memory>

#include "base/encode.hpp"
#include "base/hash.hpp"
#include "drill/secret_maker.hpp"

namespace dislodge::drill {
namespace {

struct BnFree {
  void operator()(BIGNUM *number) const { BN_free(number); }
  void operator()(BN_CTX *context) const { BN_CTX_free(context); }
};
using Number = std::unique_ptr<BIGNUM, BnFree>;
using Context = std::unique_ptr<BN_CTX, BnFree>;

Number make_number() {
  return Number(BN_new());
}

std::string bytes_of(const BIGNUM *number) {
  std::string out(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
  BN_bn2bin(number, reinterpret_cast<unsigned char *>(out.data()));
  return out;
}

// DER (X.690): each function gives one whole value.
std::string der(unsigned char tag, std::string_view content) {
  std::string out(1, static_cast<char>(tag));
  if (content.size() < 128) {
    out += static_cast<char>(content.size());
  } else {
    std::string length;
    for (std::size_t rest = content.size(); rest > 0; rest >>= 8)
      length.insert(length.begin(), static_cast<char>(rest));
    out += static_cast<char>(0x80 | length.size());
    out += length;
  }
  return out + std::string(content);
}
std::string sequence(std::string_view content) {
  return der(0x30, content);
}
std::string integer(std::string bytes) {
  // As short as DER wants it (X.690, 8.3.2): a random number may begin with zeros.
  bytes.erase(0, std::min(bytes.find_first_not_of('\0'), bytes.size() - 1));
  if (bytes.empty() || (static_cast<unsigned char>(bytes[0]) & 0x80) != 0) bytes.insert(bytes.begin(), '\0');
  return der(0x02, bytes);
}
std::string integer(const Number &number) {
  return integer(bytes_of(number.get()));
}
std::string bit_string(std::string_view content) {
  return der(0x03, std::string(1, '\0') + std::string(content));
}
std::string oid(std::string_view encoded) {
  return der(0x06, encoded);
}

const std::string kRsaEncryption = oid("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01");
const std::string kSha256WithRsa = oid("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b");
const std::string kNull(std::string("\x05\x00", 2));

std::string distinguished_name(std::string_view organisation, std::string_view name) {
  const auto attribute = [](std::string_view type, std::string_view value) {
    return der(0x31, sequence(oid(type) + der(0x0C, value)));
  };
  return sequence(attribute("\x55\x04\x0a", organisation) + attribute("\x55\x04\x03", name));
}

std::string pem(std::string_view label, std::string_view bytes) {
  std::string out = "-----BEGIN " + std::string(label) + "-----\n";
  const std::string encoded = base::to_base64(bytes);
  for (std::size_t at = 0; at < encoded.size(); at += 64) out += encoded.substr(at, 64) + "\n";
  return out + "-----END " + std::string(label) + "-----\n";
}

Number make_prime(Random &random, const BIGNUM *exponent, BN_CTX *context) {
  std::string bytes = random.bytes(128);
  bytes[0] = static_cast<char>(bytes[0] | '\xC0');  // two top bits, so that the product has all 2,048
  bytes[127] = static_cast<char>(bytes[127] | 1);
  Number candidate(BN_bin2bn(reinterpret_cast<const unsigned char *>(bytes.data()), 128, nullptr));
  const Number less_one = make_number();
  const Number divisor = make_number();
  for (;; BN_add_word(candidate.get(), 2)) {
    if (BN_check_prime(candidate.get(), context, nullptr) != 1) continue;
    BN_copy(less_one.get(), candidate.get());
    BN_sub_word(less_one.get(), 1);
    BN_gcd(divisor.get(), less_one.get(), exponent, context);
    if (BN_is_one(divisor.get())) return candidate;
  }
}

}  // namespace

CertifiedKey make_certified_key(Random &random, std::string_view name, std::string_view organisation) {
  const Context context(BN_CTX_new());
  const Number e = make_number();
  BN_set_word(e.get(), 65537);
  Number p = make_prime(random, e.get(), context.get());
  Number q = make_prime(random, e.get(), context.get());
  if (BN_cmp(p.get(), q.get()) < 0) std::swap(p, q);

  const Number n = make_number(), p1 = make_number(), q1 = make_number(), phi = make_number();
  BN_mul(n.get(), p.get(), q.get(), context.get());
  BN_copy(p1.get(), p.get());
  BN_sub_word(p1.get(), 1);
  BN_copy(q1.get(), q.get());
  BN_sub_word(q1.get(), 1);
  BN_mul(phi.get(), p1.get(), q1.get(), context.get());
  const Number d(BN_mod_inverse(nullptr, e.get(), phi.get(), context.get()));
  const Number dp = make_number(), dq = make_number();
  BN_mod(dp.get(), d.get(), p1.get(), context.get());
  BN_mod(dq.get(), d.get(), q1.get(), context.get());
  const Number inverse(BN_mod_inverse(nullptr, q.get(), p.get(), context.get()));

  const std::string algorithm = sequence(kRsaEncryption + kNull);
  const std::string private_key =
      sequence(integer(std::string(1, '\0')) + integer(n) + integer(e) + integer(d) + integer(p) +
               integer(q) + integer(dp) + integer(dq) + integer(inverse));
  const std::string public_key = sequence(integer(n) + integer(e));

  const std::string subject = distinguished_name(organisation, name);
  const std::string validity = sequence(der(0x17, "240306090000Z") + der(0x17, "290305090000Z"));
  const std::string signature_algorithm = sequence(kSha256WithRsa + kNull);
  const std::string to_sign =
      sequence(der(0xA0, integer(std::string(1, '\x02'))) + integer(random.bytes(15)) + signature_algorithm +
               subject + validity + subject + sequence(algorithm + bit_string(public_key)));

  // RSASSA-PKCS1-v1_5 needs no random numbers: 00 01 FF.. 00 DigestInfo.
  const std::string digest_info = sequence(sequence(oid("\x60\x86\x48\x01\x65\x03\x04\x02\x01") + kNull) +
                                           der(0x04, base::as_bytes(base::sha256(to_sign))));
  std::string padded = std::string("\x00\x01", 2) + std::string(256 - 3 - digest_info.size(), '\xFF') +
                       std::string(1, '\0') + digest_info;
  const Number message(BN_bin2bn(reinterpret_cast<const unsigned char *>(padded.data()), 256, nullptr));
  const Number signature = make_number();
  BN_mod_exp(signature.get(), message.get(), d.get(), n.get(), context.get());
  std::string signed_bytes = bytes_of(signature.get());
  signed_bytes.insert(0, 256 - signed_bytes.size(), '\0');

  CertifiedKey made;
  made.private_key =
      pem("PRIVATE KEY", sequence(integer(std::string(1, '\0')) + algorithm + der(0x04, private_key)));
  made.certificate = pem("CERTIFICATE", sequence(to_sign + signature_algorithm + bit_string(signed_bytes)));
  return made;
}

}  // namespace dislodge::drill

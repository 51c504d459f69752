#include "secret/der.hpp"

#include <array>
#include <bit>

#include "base/encode.hpp"
#include "base/hash.hpp"

namespace dislodge::secret {
namespace {

using std::string_view_literals::operator""sv;

// Object identifiers, content bytes only (RFC 3279, RFC 5480, RFC 8410).
constexpr auto kOidRsa = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"sv;
constexpr auto kOidDsa = "\x2a\x86\x48\xce\x38\x04\x01"sv;
constexpr auto kOidEc = "\x2a\x86\x48\xce\x3d\x02\x01"sv;
constexpr auto kOidEd25519 = "\x2b\x65\x70"sv;
constexpr auto kOidX25519 = "\x2b\x65\x6e"sv;
constexpr auto kOidEd448 = "\x2b\x65\x71"sv;

struct Curve {
  std::string_view ssh;
  std::string_view oid;
  std::string_view name;
};
constexpr std::array kCurves = {
    Curve{"nistp256", "\x2a\x86\x48\xce\x3d\x03\x01\x07"sv, "EC P-256"},
    Curve{"nistp384", "\x2b\x81\x04\x00\x22"sv, "EC P-384"},
    Curve{"nistp521", "\x2b\x81\x04\x00\x23"sv, "EC P-521"},
    Curve{"", "\x2b\x81\x04\x00\x0a"sv, "EC secp256k1"},
};

std::string bits(std::string_view content) {
  return der(kDerBits, std::string(1, '\0') + std::string(content));
}

std::size_t bit_length(std::string_view integer) {
  while (!integer.empty() && integer[0] == '\0') integer.remove_prefix(1);
  if (integer.empty()) return 0;
  return (integer.size() - 1) * 8 + static_cast<std::size_t>(std::bit_width(
                                        static_cast<unsigned>(static_cast<unsigned char>(integer[0]))));
}

struct Spki {
  std::string_view oid;
  std::string_view parameters_oid;  // of EC keys
  std::string_view parameters;      // of DSA keys
  std::string_view key;
};

std::optional<Spki> parse_spki(std::string_view bytes) {
  DerReader outer(bytes);
  DerReader inner(outer.next(kDerSequence));
  DerReader algorithm(inner.next(kDerSequence));
  Spki spki;
  spki.oid = algorithm.next(kDerOid);
  if (algorithm.has(kDerOid))
    spki.parameters_oid = algorithm.next(kDerOid);
  else if (algorithm.has(kDerSequence))
    spki.parameters = algorithm.next(kDerSequence);
  spki.key = inner.next(kDerBits);
  if (!outer.ok() || !inner.ok() || spki.oid.empty() || spki.key.empty()) return std::nullopt;
  spki.key.remove_prefix(1);  // the count of unused bits
  return spki;
}

}  // namespace

std::string_view DerReader::next(unsigned char tag) {
  const auto fail = [this] {
    ok_ = false;
    rest_ = {};
    return std::string_view{};
  };
  if (!ok_ || rest_.size() < 2 || static_cast<unsigned char>(rest_[0]) != tag) return fail();
  std::size_t head = 2;
  std::size_t size = static_cast<unsigned char>(rest_[1]);
  if (size >= 0x80) {
    const std::size_t count = size & 0x7F;
    if (count == 0 || count > 4 || rest_.size() < 2 + count) return fail();
    size = 0;
    for (std::size_t i = 0; i < count; ++i) size = size << 8 | static_cast<unsigned char>(rest_[2 + i]);
    head += count;
  }
  if (rest_.size() - head < size) return fail();
  const std::string_view content = rest_.substr(head, size);
  rest_.remove_prefix(head + size);
  return content;
}

std::string der(unsigned char tag, std::string_view content) {
  std::string out(1, static_cast<char>(tag));
  if (content.size() < 0x80) {
    out += static_cast<char>(content.size());
  } else {
    std::string length;
    for (std::size_t size = content.size(); size != 0; size >>= 8)
      length.insert(length.begin(), static_cast<char>(size & 0xFF));
    out += static_cast<char>(0x80 | length.size());
    out += length;
  }
  out += content;
  return out;
}

std::uint32_t SshReader::number() {
  if (rest_.size() < 4) {
    ok_ = false;
    rest_ = {};
    return 0;
  }
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(rest_[i]);
  rest_.remove_prefix(4);
  return value;
}

std::string_view SshReader::text() {
  const std::uint32_t size = number();
  if (size > rest_.size()) {
    ok_ = false;
    rest_ = {};
    return {};
  }
  const std::string_view value = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return value;
}

std::string ssh_text(std::string_view bytes) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(bytes.size() >> shift & 0xFF);
  out += bytes;
  return out;
}

std::optional<std::string> spki_from_ssh(std::string_view blob) {
  SshReader in(blob);
  std::string_view type = in.text();
  // Security keys wrap an ordinary public key.
  if (type == "sk-ssh-ed25519@openssh.com") type = "ssh-ed25519";
  if (type == "sk-ecdsa-sha2-nistp256@openssh.com") type = "ecdsa-sha2-nistp256";
  if (type == "ssh-rsa") {
    const std::string_view e = in.text();
    const std::string_view n = in.text();
    if (!in.ok() || e.empty() || n.empty()) return std::nullopt;
    const std::string key = der(kDerSequence, der(kDerInteger, n) + der(kDerInteger, e));
    return der(kDerSequence, der(kDerSequence, der(kDerOid, kOidRsa) + der(kDerNull, "")) + bits(key));
  }
  if (type == "ssh-ed25519") {
    const std::string_view key = in.text();
    if (!in.ok() || key.size() != 32) return std::nullopt;
    return der(kDerSequence, der(kDerSequence, der(kDerOid, kOidEd25519)) + bits(key));
  }
  if (type == "ssh-dss") {
    const std::string_view p = in.text();
    const std::string_view q = in.text();
    const std::string_view g = in.text();
    const std::string_view y = in.text();
    if (!in.ok() || y.empty()) return std::nullopt;
    const std::string parameters =
        der(kDerSequence, der(kDerInteger, p) + der(kDerInteger, q) + der(kDerInteger, g));
    return der(kDerSequence,
               der(kDerSequence, der(kDerOid, kOidDsa) + parameters) + bits(der(kDerInteger, y)));
  }
  constexpr std::string_view kEcdsa = "ecdsa-sha2-";
  if (type.starts_with(kEcdsa)) {
    const std::string_view name = in.text();
    const std::string_view point = in.text();
    if (!in.ok() || name != type.substr(kEcdsa.size()) || point.empty()) return std::nullopt;
    for (const Curve &curve : kCurves)
      if (curve.ssh == name)
        return der(kDerSequence,
                   der(kDerSequence, der(kDerOid, kOidEc) + der(kDerOid, curve.oid)) + bits(point));
  }
  return std::nullopt;
}

std::optional<std::string> ssh_from_spki(std::string_view bytes) {
  const auto spki = parse_spki(bytes);
  if (!spki) return std::nullopt;
  if (spki->oid == kOidEd25519) return ssh_text("ssh-ed25519") + ssh_text(spki->key);
  if (spki->oid == kOidRsa) {
    DerReader outer(spki->key);
    DerReader key(outer.next(kDerSequence));
    const std::string_view n = key.next(kDerInteger);
    const std::string_view e = key.next(kDerInteger);
    if (!key.ok()) return std::nullopt;
    return ssh_text("ssh-rsa") + ssh_text(e) + ssh_text(n);
  }
  if (spki->oid == kOidDsa) {
    DerReader parameters(spki->parameters);
    const std::string_view p = parameters.next(kDerInteger);
    const std::string_view q = parameters.next(kDerInteger);
    const std::string_view g = parameters.next(kDerInteger);
    DerReader key(spki->key);
    const std::string_view y = key.next(kDerInteger);
    if (!parameters.ok() || !key.ok()) return std::nullopt;
    return ssh_text("ssh-dss") + ssh_text(p) + ssh_text(q) + ssh_text(g) + ssh_text(y);
  }
  if (spki->oid == kOidEc) {
    for (const Curve &curve : kCurves)
      if (curve.oid == spki->parameters_oid && !curve.ssh.empty())
        return ssh_text("ecdsa-sha2-" + std::string(curve.ssh)) + ssh_text(curve.ssh) + ssh_text(spki->key);
  }
  return std::nullopt;
}

std::string ssh_fingerprint(std::string_view ssh_blob) {
  return "SHA256:" +
         base::to_base64(base::as_bytes(base::sha256(ssh_blob)), base::Base64Alphabet::standard, false);
}

std::string describe_spki(std::string_view bytes) {
  const auto spki = parse_spki(bytes);
  if (!spki) return {};
  if (spki->oid == kOidEd25519) return "Ed25519";
  if (spki->oid == kOidX25519) return "X25519";
  if (spki->oid == kOidEd448) return "Ed448";
  if (spki->oid == kOidRsa) {
    DerReader outer(spki->key);
    DerReader key(outer.next(kDerSequence));
    return "RSA " + std::to_string(bit_length(key.next(kDerInteger)));
  }
  if (spki->oid == kOidDsa) {
    DerReader parameters(spki->parameters);
    return "DSA " + std::to_string(bit_length(parameters.next(kDerInteger)));
  }
  for (const Curve &curve : kCurves)
    if (spki->oid == kOidEc && curve.oid == spki->parameters_oid) return std::string(curve.name);
  return spki->oid == kOidEc ? "EC" : "";
}

}  // namespace dislodge::secret

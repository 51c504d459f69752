#pragma once
// Just enough DER (X.690) and SSH wire format (RFC 4251) to turn public keys into each other. Bounds are
// checked; nothing recurses.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dislodge::secret {

// Reads one element after the other from the inside of a DER value.
class DerReader {
 public:
  explicit DerReader(std::string_view bytes) : rest_(bytes) {}
  // The content of the next element if it has this tag; else the reader fails for good.
  std::string_view next(unsigned char tag);
  bool has(unsigned char tag) const {
    return ok_ && !rest_.empty() && static_cast<unsigned char>(rest_[0]) == tag;
  }
  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

inline constexpr unsigned char kDerInteger = 0x02;
inline constexpr unsigned char kDerBits = 0x03;
inline constexpr unsigned char kDerOctets = 0x04;
inline constexpr unsigned char kDerNull = 0x05;
inline constexpr unsigned char kDerOid = 0x06;
inline constexpr unsigned char kDerSequence = 0x30;

std::string der(unsigned char tag, std::string_view content);

// Reads the strings and numbers of an SSH message.
class SshReader {
 public:
  explicit SshReader(std::string_view bytes) : rest_(bytes) {}
  std::uint32_t number();
  std::string_view text();
  bool ok() const { return ok_; }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

std::string ssh_text(std::string_view bytes);

// A public key as OpenSSH writes it on one line (decoded) and as SubjectPublicKeyInfo: RSA, DSA, ECDSA,
// Ed25519, and the "sk-" forms of the latter two. Nothing for what the other side has no form of.
std::optional<std::string> spki_from_ssh(std::string_view blob);
std::optional<std::string> ssh_from_spki(std::string_view spki);

// "SHA256:..." as ssh-keygen -l prints it.
std::string ssh_fingerprint(std::string_view ssh_blob);

// "RSA 2048", "EC P-256", "Ed25519"; empty where the algorithm is unknown.
std::string describe_spki(std::string_view spki);

}  // namespace dislodge::secret

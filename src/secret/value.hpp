#pragma once
// From the bytes that a rule matched to the value that they stand for: escapes undone, the password taken out
// of a Basic header, the public half of a private key in its place.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "secret/sighting.hpp"

namespace dislodge::secret {

struct SecretValue {
  std::string value;        // never empty
  std::string user;         // the name that the value itself carries
  std::string description;  // what may be shown instead of a mask: "RSA 2048"
  bool latent = false;      // ciphertext
  std::string locked;       // of an encrypted private key: what its passphrase opens
  std::vector<Hint> hints;
};

// The values of one text. Quickest where they are asked for in order of place: what decides how a value is to
// be read may stand kilobytes away, and is looked for once.
class SecretValues {
 public:
  explicit SecretValues(std::string_view text) : text_(text) {}
  // The secret is text[begin, end), of a match that begins at match_begin.
  SecretValue of(std::size_t begin, std::size_t end, std::size_t match_begin, std::string_view kind);

 private:
  bool in_kubernetes_secret(std::size_t at);
  bool names_kubernetes_secret(std::size_t low, std::size_t high);

  std::string_view text_;
  // Of [from_, to_) it is known where a Secret of Kubernetes is named last; npos: nowhere.
  std::size_t from_ = 0;
  std::size_t to_ = 0;
  std::size_t last_ = std::string_view::npos;
};

}  // namespace dislodge::secret

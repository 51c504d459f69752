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

// The secret is text[begin, end), of a match that begins at match_begin.
SecretValue secret_value(std::string_view text, std::size_t begin, std::size_t end, std::size_t match_begin,
                         std::string_view kind);

}  // namespace dislodge::secret

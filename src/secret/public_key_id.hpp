#pragma once
// Ids and fingerprints of public keys. They stand behind the word "key" in every guide to a package archive
// ("gpg --keyserver keys.example --recv-key E084DAB9") and in what package managers print, look random, and
// are made to be published.

#include <string_view>

namespace dislodge::secret {

// `name` in lower case. RFC 9580, 5.5.4: ids have eight bytes, of old four; fingerprints twenty or
// thirty-two.
bool is_public_key_id(std::string_view name, std::string_view value);

}  // namespace dislodge::secret

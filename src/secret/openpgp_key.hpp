#pragma once
// OpenPGP secret keys (transferable secret keys, RFC 9580 and RFC 4880, versions 3, 4 and 6): whose they are,
// until when they hold, and whether a passphrase protects them. Nothing is decrypted.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "secret/key_material.hpp"

namespace dislodge::secret {

struct OpenPgpKey {
  std::string fingerprint;            // upper-case hex; of version 4 the last 16 digits are the key id
  std::string key_id;                 // upper-case hex, 16 digits
  std::string public_half;            // body of the public-key packet: what the fingerprint is made of
  std::string algorithm;              // "RSA 2048", "Ed25519"
  std::vector<std::string> user_ids;  // "Marta Brisk <marta@brisk.example>"
  std::string expires;                // RFC 3339; empty where it never does, or nothing says so
  bool encrypted = false;             // a passphrase protects it
  bool stub = false;                  // the secret half lies elsewhere (a smart card): nothing is lost
};

// The first key of the packets (binary; the body of an armored block). Nothing where they begin with no
// secret key.
std::optional<OpenPgpKey> read_openpgp_key(std::string_view packets);

// What may be shown of it: "Ed25519 OpenPGP key, encrypted, AA08774321FEC5F3".
std::string openpgp_description(const OpenPgpKey &key);
std::vector<Hint> openpgp_hints(const OpenPgpKey &key);

}  // namespace dislodge::secret

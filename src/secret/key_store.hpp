#pragma once
// Key material in files of its own: PKCS#12, Java key stores, DER keys, password databases. A key that the
// empty password opens is a private key in clear; any other is latent, with what its container shows of the
// public half. Sources: RFC 7292, RFC 5958, OpenJDK's JavaKeyStore, KeePass file signatures.

#include <cstddef>

#include "base/result.hpp"
#include "evidence/item.hpp"
#include "secret/scanner.hpp"

namespace dislodge::secret {

struct KeyFileReport {
  std::size_t found = 0;  // sightings
  bool locked = false;    // at least one key waits for its passphrase: the item is read, its keys are not
};

// For items of type pem, key_store and certificate. An error says that the bytes break their format (damaged)
// or are of a store that is not read (unsupported). A certificate alone is no secret: nothing is found in it.
base::Result<KeyFileReport> scan_key_file(const evidence::ItemView &item, Scanner &scanner, FoundSink &sink);

}  // namespace dislodge::secret

#pragma once
// Sighting: a secret seen at a place in a record. It never carries the value: that leaves the scanner beside
// it, to be sealed at once by whoever receives it.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "base/wire.hpp"
#include "evidence/record.hpp"

namespace dislodge::secret {

// What stood beside a secret or inside it, from which its owner and the principal it authenticates are told.
enum class HintKind : std::uint8_t {
  user,             // a user name or address beside it
  host,             // a host name, or the host of a URL
  url,              // the whole URL without its password
  domain,           // a registrable domain
  account,          // AWS account, GCP project, Snowflake account, storage account name
  key_id,           // the public identifier of the same credential: AKIA..., Entra key id
  tenant,           // Entra tenant id
  application,      // client or application id
  prefix,           // first characters of the value as Entra's `hint` shows them (3); public by nature there
  ssh_fingerprint,  // "SHA256:..." of the public half
  thumbprint,       // SHA-1 of the certificate, upper-case hex, as Entra shows it
  thumbprint_sha256,
  subject,
  issuer,   // of a certificate or token
  expires,  // RFC 3339
  // A user name (a `user` too) that belongs to it beyond doubt: in its URL, named by the sentence, or on its
  // own line. Whoever signs a message stands near it as well, but never so.
  login,
  // On passwords alone. A word of the sentence that may be the name of an account: it counts where a
  // directory knows it, and says nothing otherwise.
  mention,
  greeted,  // the name by which the message, or the one that is quoted, greets whose password it is: "Hi
            // Carla"
};
std::string_view name_of(HintKind kind);

struct Hint {
  HintKind kind = HintKind::user;
  std::string value;
};

enum class Closing : std::uint8_t { none, signature, disclaimer };
// "signature", "disclaimer"; empty for none.
std::string_view name_of(Closing closing);

struct Sighting {
  std::string kind;  // "github-token", "password", "private-key" ... (rules/secrets)
  std::string rule;  // rule id
  std::string item;
  std::uint64_t line = 1;    // 1-based, in the item's bytes or its extracted text
  std::uint64_t column = 1;  // 1-based, in bytes
  std::uint64_t offset = 0;  // 0-based
  std::uint64_t length = 0;  // bytes
  evidence::Space space = evidence::Space::item;
  std::string mask;         // at most 4 characters and at most a quarter of the value
  double confidence = 0;    // 0..1 that it is a secret
  std::uint32_t value = 0;  // index of the distinct value within the unit; equal values have equal indexes
  evidence::RecordId record = evidence::kNoRecord;
  std::uint32_t quote_depth = 0;    // 0: written here; more: in text quoted from elsewhere
  Closing closing = Closing::none;  // in a signature or disclaimer, which stand under many messages
  bool identifier = false;          // not secret itself: a public identifier such as an AWS key id
  bool latent = false;              // ciphertext: an encrypted key or archive that waits for its passphrase
  std::vector<Hint> hints;
  std::string rejected;  // why it is not counted; empty: it is

  void encode(base::WireWriter &out) const;
  static Sighting decode(base::WireReader &in);
};

// The first hint of a kind, or "".
std::string_view hint(const Sighting &sighting, HintKind kind);

// What may be shown of a value: at most 4 characters and at most a quarter of it, the rest as "…" with the
// length class. A prefix is shown only where the kind's prefix is public ("AKIA…").
std::string mask_of(std::string_view value, std::string_view public_prefix = {});

}  // namespace dislodge::secret

#pragma once
// Package: what one party is given about its stolen correspondence: a manifest with a line a message, and the
// notice. It holds messages between us and them only; what names others, and mail of custodians that a person
// must look at first (legal staff), is withheld and counted with the reason. Nothing leaves without two named
// people, and no value of a secret is in it. The receiving side checks the signature and compares the
// manifest with its own mail (reconcile).
//
//   DISLODGE_TRY_ASSIGN(const Package package, package_for(party, mail, us, options));
//   write(package.manifest); write(sign(package.manifest));

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "disclose/parties.hpp"

namespace dislodge::disclose {

struct PackageOptions {
  std::vector<std::string> released_by;  // two different people
  // Addresses (of legal staff) whose mail is held back until a person has looked at it: what lies in their
  // mailboxes, and what they are on.
  std::vector<std::string> held_custodians;
  bool only_secrets = false;  // a manifest of the messages that hold secrets of theirs, and no others
};

struct Withheld {
  std::string why;
  std::uint64_t messages = 0;
};

struct Package {
  std::string organisation;
  std::string manifest;  // JSON lines: a head, then a line a message, by (sent, message id)
  std::uint64_t messages = 0;
  std::vector<Withheld> withheld;
};

// A usage error unless two different people release it, or where the party has no message and no secret.
base::Result<Package> package_for(const Party &party, const std::vector<Correspondence> &mail,
                                  const identity::Ourselves &us, const PackageOptions &options);

// What a manifest from elsewhere says beside our own mail.
struct Reconciled {
  std::string from;                    // who made it, as its head says
  std::uint64_t listed = 0, held = 0;  // messages listed; of them in our mail
  std::vector<std::string> missing;    // listed, not in our mail (at most kMissingKept)
  std::uint64_t missing_count = 0;
  std::vector<std::string> with_secrets;  // ids of listed messages that hold secrets, which are in our mail
  std::uint64_t extra = 0;                // ours with them in the same span that the manifest does not list
};
inline constexpr std::size_t kMissingKept = 1000;

// A usage error names the line that is no manifest's.
base::Result<Reconciled> reconcile(std::string_view manifest, const std::vector<Correspondence> &mail);

}  // namespace dislodge::disclose

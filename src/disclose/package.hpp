#pragma once
// Package: what one party is given about its stolen correspondence: a manifest with a line a message, the
// messages themselves where they are wanted, and the notice. It holds messages between us and them only. Of a
// message that quotes or names others, or in which a secret of somebody else stands, that part is withheld
// and the rest given; what cannot be parted so, and mail of custodians that a person must look at first
// (legal staff), is withheld whole; each with the reason. Nothing leaves without two named people. No value
// of a secret is in the manifest; a message is given as it was, so it is sealed to the recipient. The
// receiving side checks the signature, each message against the manifest, and the manifest against its own
// mail (reconcile).
//
//   DISLODGE_TRY_ASSIGN(Selection selection, select_messages(party, mail, us, options));
//   for (...) selection.rows[i].content = look(...);            // where the messages are given
//   const Package package = package_of(selection, party, us, options);
//   write(package.manifest); write(sign(package.manifest));

#include <map>
#include <optional>
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
  // Domains that a named person says are the same organisation (a proposed group or their own knowledge).
  std::vector<std::string> also = {};
  std::string also_confirmed_by = {};
};

struct Withheld {
  std::string why;
  std::uint64_t messages = 0;
};

// A part that is withheld of a message that is given otherwise.
struct WithheldPart {
  std::string part;  // section of the message ("1.2"), or the name of a field of its header
  std::string why;
  std::uint64_t bytes = 0, lines = 0;
  std::string commitment;  // as of a whole message
};

// What became of a message's content.
struct Content {
  std::string sha256, media_type;  // of what is given
  std::uint64_t bytes = 0;
  std::string withheld;  // why it is not given; empty: it is
  // Of what is withheld: SHA-256 over a salt and the SHA-256 of the message, so that what is shown later can
  // be held against what was there, and nobody can guess it from here.
  std::string commitment;
  std::vector<WithheldPart> parts = {};  // withheld, where the rest is given
};

// A message between us and them, with all the places where we hold it.
struct PackageRow {
  const Correspondence *message = nullptr;
  std::string id;  // of the message, or its item where it has none
  bool seen = false;
  std::string subject;          // as it may be told
  std::set<std::string> kinds;  // of secrets of theirs in it
  std::vector<const Correspondence *> copies;
  std::optional<Content> content;
  std::vector<std::string> others;  // whom its content names besides; for who reviews it
};

struct Selection {
  std::vector<PackageRow> rows;  // by (sent, id)
  std::uint64_t others = 0, legal = 0;
};
// A usage error unless two different people release it, or where the party has no message and no secret.
base::Result<Selection> select_messages(const Party &party, const std::vector<Correspondence> &mail,
                                        const identity::Ourselves &us, const PackageOptions &options);

// Why a message cannot be given as it is; empty where nothing speaks against it. `others`: whom it names
// besides us and them; `not_given`: why secrets in it must not be given (why_not_given).
std::string held_back(const std::vector<std::string> &others, bool unread_part,
                      const std::set<std::string> &not_given);
// Why a secret of this owner ("" for unknown) must not be given to the party; empty where it may: it is ours,
// or theirs (by `also`, too).
std::string why_not_given(const std::string &owner, const Party &party, const identity::Ourselves &us,
                          const std::vector<std::string> &also);

struct Package {
  std::string organisation;
  std::string manifest;  // JSON lines: a head, then a line a message, by (sent, message id)
  std::uint64_t messages = 0, given = 0;
  std::uint64_t in_part = 0;  // of those given
  std::vector<Withheld> withheld;
};
Package package_of(const Selection &selection, const Party &party, const identity::Ourselves &us,
                   const PackageOptions &options);

// Both: the manifest alone. A usage error unless two different people release it, or where the party has no
// message and no secret.
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

// A message's content as a manifest lists it.
struct ListedContent {
  std::string message_id, sha256, media_type;
  std::vector<std::string> withheld_parts = {};  // why
};
// By the number of its line ("n"); a usage error as of reconcile().
base::Result<std::map<std::uint64_t, ListedContent>> contents_of(std::string_view manifest);

// A usage error names the line that is no manifest's.
base::Result<Reconciled> reconcile(std::string_view manifest, const std::vector<Correspondence> &mail);

}  // namespace dislodge::disclose

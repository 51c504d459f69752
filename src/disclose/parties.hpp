#pragma once
// Parties: the organisations whose mail or secrets the intruder could read, by registrable domain, with what
// must be told to each. Which domains belong together is a vote (groups.hpp) that is shown with its margin
// and changes nothing: a party is one domain until a named person says otherwise, and people release a
// package.

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "detect/detection.hpp"
#include "identity/fact.hpp"
#include "identity/owner.hpp"
#include "identity/secret_fact.hpp"

namespace dislodge::disclose {

// A message of an exposed mailbox, as the engine knows it from its records.
struct Correspondence {
  std::string item;
  std::string message_id;
  std::string resource;  // mailbox that holds it
  base::Time sent = base::kTimeMin;
  std::vector<std::string> people;  // addresses, author first; lower case
  bool exposed = true;              // the intruder could read it
  bool seen_accessed = false;       // an event names it
  std::string subject = {};
  std::int64_t evidence = 0;                   // id of the evidence that holds it
  std::vector<std::string> affiliations = {};  // what its author says to belong to (evidence/record.hpp)
};

struct PartySecret {
  std::string secret;  // id
  std::string kind;
  std::string mask;                 // never more than the mask
  std::vector<std::string> places;  // "exec.mbox!/17:line 12", at most kPlacesKept
  std::size_t place_count = 0;
  std::string why;  // why it is theirs
};
inline constexpr std::size_t kPlacesKept = 20;

struct PartyUse {
  std::string secret, principal;
  base::Time time;
  bool succeeded = false;
  std::string outcome;
};

// Another domain that seems to be the same organisation.
struct PartyGroup {
  std::string organisation;  // the other party
  std::string name;          // what both say to belong to, as most write it
  double votes = 0;          // of this party's votes, those for that name
  double margin = 0;  // by which it leads the next name, as a share of all votes on both sides (the lesser)
  std::string why;    // "certificates of 2 people, signatures of 3 people"
};

struct Party {
  std::string organisation;                                  // registrable domain
  std::vector<std::string> domains;                          // as they write them, sorted
  std::vector<std::string> people;                           // addresses seen, sorted
  std::uint64_t messages = 0;                                // exchanged with us in exposed mailboxes
  std::uint64_t messages_seen_accessed = 0;                  // of them, those that an event names
  base::Time first = base::kTimeMax, last = base::kTimeMin;  // of these messages
  std::vector<PartySecret> secrets;
  std::vector<PartyUse> uses;
  std::vector<std::string> to_do;  // what they should do, most urgent first
  std::vector<PartyGroup> groups;  // a proposal, by margin; releases nothing
  bool free_mail = false;          // persons at a mail provider, not an organisation
  // Addresses that the intruder can read as far as the evidence shows: never notify there.
  std::vector<std::string> channels_read;
};

struct PartyInput {
  const std::vector<Correspondence> &mail;
  const std::vector<identity::SecretFact> &secrets;  // with owners told
  const std::vector<detect::Detection> &detections;
  const identity::Ourselves &us;
  // Mailbox addresses that the intruder reads or may read, by reach.
  const std::set<std::string, std::less<>> &read_mailboxes;
  // secret id -> mask
  const std::map<std::string, std::string> &masks;
};

// Those with secrets first, then by messages exposed, then by name. Our own organisation is none.
std::vector<Party> parties_of(const PartyInput &input);

}  // namespace dislodge::disclose

#pragma once
// Picture: everything that the passes made of the case, in memory: what commands print, reports say and the
// page shows. Made by engine/investigate.cpp from the case file alone; no evidence is read for it.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "detect/detection.hpp"
#include "detect/tips.hpp"
#include "disclose/duties.hpp"
#include "disclose/parties.hpp"
#include "engine/store.hpp"
#include "evict/plan.hpp"
#include "identity/bindings.hpp"
#include "identity/changes.hpp"
#include "identity/fact.hpp"
#include "identity/secret_fact.hpp"
#include "log/coverage.hpp"
#include "log/event.hpp"
#include "reach/reach.hpp"
#include "reach/unseen.hpp"

namespace dislodge::engine {

struct LedgerTotals {
  std::uint64_t handed_in = 0, read = 0,
                unread = 0;   // bytes of evidence; read + unread + pending = handed in
  std::uint64_t pending = 0;  // not reached yet by a run
  std::uint64_t unread_items = 0;
  std::uint64_t unread_within =
      0;  // bytes of those of them that lie in what was read, such as a picture in a mail
  std::uint64_t not_held = 0, not_exported = 0;  // stolen or exposed, but not in the evidence
  // Messages that a message trace or a load file names and that were not handed in: nothing shows that the
  // intruder read them.
  std::uint64_t named_not_held = 0;
  std::uint64_t linked_files = 0;  // with cloud services, linked from mail and not handed in
  bool partial() const { return pending > 0; }
  unsigned percent_read() const {
    return handed_in == 0 ? 100 : static_cast<unsigned>((read + unread) * 100 / handed_in);
  }
};

// How surely a message was stolen, by the log (DESIGN: three grades of stolen).
struct Stolen {
  std::uint64_t seen_accessed = 0;  // an event names it
  // In a folder that was synchronised, received by then. Where an export does not say in which folder its
  // messages lay, all that were there by then count.
  std::uint64_t in_accessed_folder = 0;
  std::uint64_t folder_unknown = 0;  // of these
  std::uint64_t could_be_read = 0;   // in a mailbox that could be read
  bool throttled = false;            // the log stopped naming messages while the intruder was in it
};

// A record says that an action is in effect, and a log shows that it is not (engine/in_effect.hpp).
struct Contradiction {
  std::string action;     // evict::key_of
  std::string principal;  // whose credential or account
  base::Time since;       // when it was said to take effect
  base::Time first;       // of the events that speak against it
  std::string evidence;   // log:line of the first
  std::string says;
};

struct Picture {
  std::vector<EvidenceRow> evidence;
  std::map<std::int64_t, std::string> custodians;  // evidence id -> as declared, else as inferred
  LedgerTotals totals;
  std::vector<evidence::LedgerRow> ledger;  // rows of evidence, then not held and not exported
  std::vector<StoredRecord> records;
  SightingTable sightings;
  std::vector<identity::SecretFact> secrets;  // sorted by id
  std::map<std::string, std::string> masks;   // secret id -> mask
  log::EventTable events;
  std::vector<log::Coverage> coverage;
  identity::Facts facts;
  std::vector<detect::Detection> detections;
  std::vector<detect::Session> sessions;
  std::vector<detect::CannotSay> cannot_say;
  std::vector<identity::Change> changes;
  std::map<std::string, Stolen> stolen;  // by mailbox address
  std::vector<std::string> our_domains;
  std::vector<identity::Unbound> unbound;    // secrets that open nobody we know, with the reason
  std::vector<std::string> notes;            // what was inferred, and how to say otherwise
  base::Time first_access = base::kTimeMax;  // earliest act of the intruder that an event shows
  reach::Reach reach;
  std::vector<reach::Unseen> unseen;  // what could have been left behind, and no evidence shows or excludes
  evict::Plan plan;
  std::vector<Contradiction>
      contradicted;  // records of actions that a log speaks against: they count as failed
  std::vector<disclose::Party> parties;
  std::vector<disclose::Duty> duties;
  std::vector<detect::TipReport> tips;  // what others say, beside what the evidence has of it
  // Realms ("entra", "aws", "exchange") and tenants ("entra/<tenant>") of which an export says who holds
  // which right.
  std::set<std::string> directories;

  const identity::SecretFact *secret(std::string_view id) const;
  // The name a person knows a thing by: a principal's or resource's name, a secret's kind and mask.
  std::string name_of(std::string_view id) const;
  // The names of the first `most`, with a comma between; those that share one are told apart by what they
  // are.
  std::string names_of(const std::vector<std::string> &ids, std::size_t most) const;
  std::map<std::string, std::size_t, std::less<>> principal_index;  // id -> facts.principals
};

}  // namespace dislodge::engine

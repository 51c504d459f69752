#pragma once
// From sightings to secrets: one SecretFact a distinct value with all its places, each with the resource that
// holds it, since when it lay there, who wrote to whom, and what stood beside it.

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/store.hpp"
#include "identity/fact.hpp"
#include "identity/link.hpp"
#include "identity/secret_fact.hpp"
#include "log/event.hpp"

namespace dislodge::engine {

// Which resource each piece of evidence is the content of.
struct Held {
  std::map<std::int64_t, std::string> resource;   // evidence id -> resource id
  std::map<std::int64_t, std::string> custodian;  // as declared, else inferred; for people
  std::vector<std::string> inferred;              // sentences that say what was inferred and why
};

// Items that say who holds which right, by the evidence of facts: listings are no more stolen than logs are.
std::vector<std::string> listings_in(const identity::Facts &facts);

// The evidence that is a log and nothing else: a file in which `files`, the items that events were read from,
// lie, packed or not, and which holds no message, document or secret beside them. A log testifies about the
// intruder; that they read it too has to be said. Sorted ids.
std::vector<std::int64_t> logs_among(const std::vector<EvidenceRow> &evidence,
                                     const std::vector<StoredRecord> &records, const SightingTable &sightings,
                                     const std::vector<std::string> &files);

// Message id -> the mailbox in which a log saw it read, where it is one.
using MailboxesRead = std::unordered_map<std::string, std::string>;
MailboxesRead mailboxes_read(const log::EventTable &events);

// Declared custodians first; a mailbox without one belongs to whose mailbox the log saw its messages in, else
// to the one address that most of them go to or come from. Resources that no directory knows are added to the
// facts; each gets held_in.
Held hold_evidence(const std::vector<EvidenceRow> &evidence, const std::vector<StoredRecord> &records,
                   identity::Facts &facts, const std::vector<std::int64_t> &logs = {},
                   const MailboxesRead &reads = {});

// Sorted by id; places sorted by item and line. Rejected candidates and public identifiers are no secrets.
std::vector<identity::SecretFact> assemble_secrets(const SightingTable &sightings,
                                                   const std::vector<StoredRecord> &records, const Held &held,
                                                   const SecretLengths &lengths);

// Exposure of evidence: as stated with --exposed; else, for mail and files, possible from before its oldest
// item until now. A repository or log that was handed in is not thereby exposed: reach says whether it could
// be read.
void add_exposures(const std::vector<EvidenceRow> &evidence, const Held &held, identity::Facts &facts);

}  // namespace dislodge::engine

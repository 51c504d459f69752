#pragma once
// What passes need besides the evidence: the rules as text, what people declared, ticked and decided, and
// small conversions between the stages' types. investigate.cpp reads better without them.

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/embedded_rules.hpp"
#include "casefile/case.hpp"
#include "detect/stolen_secret.hpp"
#include "disclose/parties.hpp"
#include "engine/investigate.hpp"
#include "engine/picture.hpp"
#include "evict/action.hpp"
#include "evict/plan.hpp"
#include "identity/changes.hpp"
#include "identity/rights.hpp"
#include "identity/sweeps.hpp"
#include "log/coverage.hpp"

namespace dislodge::engine {

// Every file under rules/: the built-in ones, or those of --rules DIR.
struct RuleTexts {
  std::vector<std::string> storage;  // paths and texts of a folder
  std::vector<base::EmbeddedRule> files;
};
base::Result<RuleTexts> load_rule_texts(const Options &options);

// The declarations of logs, by the files of the table.
// `rows`: of each piece of evidence, as its reader counted them. `ledger`: a file of which a row says that a
// part was not read is not whole, whoever declared it.
std::vector<log::DeclaredFile> declared_files(const std::vector<EvidenceRow> &evidence,
                                              const log::EventTable &events,
                                              const std::map<std::int64_t, std::uint64_t> &rows,
                                              const std::vector<evidence::LedgerRow> &ledger);

// Names and masks, once facts and secrets are there.
void index_picture(Picture &picture);
// Ids of the things that have this name (a person's address, a secret's first digits), the one that is meant
// first: what is reached is asked for more often than what is not, a person before their mailbox, and the
// account of a directory before an account elsewhere that gives the same address.
std::vector<std::string> things_named(const Picture &picture, std::string_view name);
// An id, or the id of the one thing that this name means; a name that means none, or several alike, stays as
// it is.
std::string resolve_name(const Picture &picture, std::string_view thing);

// Adds those whose id is new; keeps the order by first, kind and id.
void merge_detections(std::vector<detect::Detection> &all, std::vector<detect::Detection> more);
detect::KnownSince known_since(const reach::Reach &reach);
base::Time first_access(const std::vector<detect::Detection> &detections);
identity::Attribution attribution_of(const std::vector<detect::Detection> &detections,
                                     const std::vector<detect::Session> &sessions);

// Credentials that could have been set without a trace, by what the logs and exports of the case testify.
std::vector<reach::Unseen> unseen_credentials(const Picture &picture, const identity::Rights &rights,
                                              const std::vector<identity::Sweep> &sweeps);
// One line about them, for people.
std::string unseen_text(const reach::Unseen &unseen);

// What the verdict does not cover: everything that no export, log or reading tells us.
std::vector<std::string> not_covered(const Picture &picture);

}  // namespace dislodge::engine

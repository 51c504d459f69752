#pragma once
// Where eviction starts from: the program with what only planning needs (an unknown principal behind every
// secret that opens nobody we know; the new secret of every rotation, with the channels through which it
// would travel), what the intruder holds if nothing is done, what could be done, and the static program of
// the cut.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "evict/apply.hpp"
#include "evict/candidate.hpp"
#include "evict/horn.hpp"
#include "evict/plan.hpp"
#include "evict/renewed.hpp"
#include "reach/solve.hpp"

namespace dislodge::evict {

// The secret that takes the place of another at a principal. Its edges hold at no time until a plan says
// when.
struct Replacement {
  reach::NodeId old_secret = 0, new_secret = 0, principal = 0;
  reach::EdgeId binding = reach::kNone;
  std::vector<reach::NodeId> channels;    // where the old one was sighted
  std::vector<reach::EdgeId> deliveries;  // one a channel
};

class Situation {
 public:
  static base::Result<std::unique_ptr<Situation>> make(const reach::Reach &reach, const Actions &actions,
                                                       const PlanOptions &options);
  Situation(const Situation &) = delete;
  Situation &operator=(const Situation &) = delete;

  const PlanOptions &options() const { return options_; }
  const reach::Program &program() const { return program_; }
  const reach::Solver &solver() const { return *solver_; }
  const reach::Solution &without_plan() const { return without_plan_; }
  const Relevant &relevant() const { return relevant_; }
  const EdgeIndex &index() const { return *index_; }
  const std::vector<Candidate> &candidates() const { return candidates_; }

  bool forbidden(CandidateId id) const { return id < forbidden_.size() && forbidden_[id]; }
  // Wishes that fit nothing that could be done here.
  const std::vector<std::string> &unmet_wishes() const { return unmet_wishes_; }

  bool alive(reach::EdgeId edge) const { return edge < alive_.size() && alive_[edge]; }
  bool is_thing(reach::NodeId node) const;  // a principal or resource that the intruder must not hold
  bool is_goal(reach::NodeId node) const;   // of these, what must be freed: all but where people named some
  bool is_theirs(std::string_view principal) const { return theirs_.contains(principal); }
  std::string_view party_of(std::string_view principal) const;
  // Replacements made by an action: of one binding, or of a secret wherever it opens.
  std::vector<const Replacement *> replacements(const Candidate &candidate) const;
  const std::vector<Replacement> &all_replacements() const { return replacements_; }
  const std::vector<reach::MissingEvidence> &missing() const { return missing_; }
  const std::vector<reach::NodeId> &known_secrets() const { return known_secrets_; }

  // The static program with the given candidates as what may stop its clauses.
  Horn horn(const std::vector<char> &usable) const;
  // The same at the end of a plan: facts that have run out by then do not count, what lingers is what the
  // intruder got while the plan was carried out, and the new secrets that travel are facts for ever.
  Horn horn_at_end(const std::vector<char> &usable, base::Time end, const reach::Solution &with_plan,
                   const std::vector<const Replacement *> &deliveries) const;
  Atom atom(reach::NodeId node) const { return atom_[node]; }  // kNone where it does not matter
  reach::NodeId node(Atom atom) const { return node_of_atom_[atom]; }

 private:
  Situation(const Actions &actions, const PlanOptions &options) : actions_(actions), options_(options) {}
  base::Result<void> build(const reach::Reach &reach);
  void add_unknown_principals(const reach::Solution &possible);
  void add_replacements(const reach::Solution &possible);
  void close_explained_exposures(const reach::Program &before, const reach::Solver &solver);
  void number_atoms();
  void heed_wishes();
  Horn horn(const std::vector<char> &usable, base::Time at, const reach::Solution *with_plan,
            const std::vector<const Replacement *> &deliveries) const;

  const Actions &actions_;
  const PlanOptions &options_;
  reach::Program program_;
  std::unique_ptr<reach::Solver> solver_;
  reach::Solution without_plan_;
  Relevant relevant_;
  std::vector<Renewed> renewed_;
  std::vector<char> alive_;  // per edge
  std::unique_ptr<EdgeIndex> index_;
  std::vector<Candidate> candidates_;
  std::vector<char> forbidden_;  // per candidate; empty: none is
  std::vector<std::string> unmet_wishes_;
  std::vector<Replacement> replacements_;
  std::multimap<reach::NodeId, std::size_t> replacements_of_;  // by old secret
  std::map<std::string, std::string, std::less<>> theirs_;     // principal -> party
  std::vector<reach::NodeId> known_secrets_;                   // possibly known, in order of id
  std::vector<reach::MissingEvidence> missing_;
  std::vector<Atom> atom_;
  std::vector<reach::NodeId> node_of_atom_;
  std::vector<char> protect_;  // per node, where only some are to be freed
};

inline constexpr std::string_view kUnknownPrincipal = "principal:unknown/";

}  // namespace dislodge::evict

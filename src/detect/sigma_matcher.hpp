#pragma once
// Sigma rules compiled together, and the watcher that runs them over records as log/ reads them.
//
//   DISLODGE_TRY_ASSIGN(const SigmaMatcher matcher, SigmaMatcher::make(read_sigma(files), aliases));
//   SigmaWatcher watcher(matcher);                 // one a thread
//   options.watcher = &watcher;                    // of log::read_log
//
// A rule that matches leaves the extra "rule" with its id on the event, and "at:FIELD" for each field that a
// correlation needs. A rule is evaluated only where its guard holds (sigma_guards.hpp) or, where it has none,
// where a literal without which it cannot match stands in the record's bytes, for which all such rules share
// one scan (Hyperscan); each field is read once a record.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "detect/sigma_rule.hpp"
#include "log/reader.hpp"

namespace dislodge::detect {

class SigmaMatcher {
 public:
  // Rules that do not compile become problems of the set.
  static base::Result<SigmaMatcher> make(SigmaSet set, const SigmaAliases &aliases);
  SigmaMatcher(SigmaMatcher &&) noexcept;
  SigmaMatcher &operator=(SigmaMatcher &&) noexcept;
  ~SigmaMatcher();

  const SigmaSet &set() const;
  std::size_t with_witness() const;  // rules that most records need not be held against

  struct State;
  const State &state() const { return *state_; }

 private:
  explicit SigmaMatcher(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

class SigmaWatcher : public log::RecordWatcher {
 public:
  // Which rules are evaluated for a record: those that may match, or, to hold the others against, all.
  enum class Candidates : std::uint8_t { likely, all };
  explicit SigmaWatcher(const SigmaMatcher &matcher, Candidates candidates = Candidates::likely);
  ~SigmaWatcher() override;
  void saw(const log::Json &record, std::string_view raw, log::EventBuilder &event) override;
  std::uint64_t evaluations() const { return evaluations_; }  // of rules, for measuring

 private:
  struct Scratch;
  void scan(std::string_view raw);
  bool evaluate(std::size_t rule);
  bool node(std::size_t rule, std::uint32_t node);
  bool selection(std::size_t rule, std::uint32_t selection);

  const SigmaMatcher::State &state_;
  std::unique_ptr<Scratch> scratch_;
  Candidates candidates_;
  std::uint64_t evaluations_ = 0;
};

}  // namespace dislodge::detect

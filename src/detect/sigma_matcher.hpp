#pragma once
// Sigma rules compiled together, and the watcher that runs them over records as log/ reads them.
//
//   DISLODGE_TRY_ASSIGN(const SigmaMatcher matcher, SigmaMatcher::make(read_sigma(files), aliases));
//   SigmaWatcher watcher(matcher);                 // one a thread
//   options.watcher = &watcher;                    // of log::read_log
//
// A rule that matches leaves the extra "rule" with its id on the event, and "at:FIELD" for each field that a
// correlation needs. All rules share one scan of the record's bytes (Hyperscan) for literals without which
// they cannot match, and each field is read once a record, so that most records cost the scan alone.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "detect/sigma_fields.hpp"
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
  std::size_t with_witness() const;  // rules that most records rule out by the scan alone

  struct State;
  const State &state() const { return *state_; }

 private:
  explicit SigmaMatcher(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

class SigmaWatcher : public log::RecordWatcher {
 public:
  explicit SigmaWatcher(const SigmaMatcher &matcher);
  ~SigmaWatcher() override;
  void saw(const log::Json &record, std::string_view raw, log::EventBuilder &event) override;
  std::uint64_t evaluations() const { return evaluations_; }  // of rules, for measuring

 private:
  struct Scratch;
  bool evaluate(std::size_t rule);
  bool node(std::size_t rule, std::uint32_t node);
  bool selection(std::size_t rule, std::uint32_t selection);

  const SigmaMatcher::State &state_;
  FieldReader fields_;
  std::unique_ptr<Scratch> scratch_;
  std::uint64_t evaluations_ = 0;
};

}  // namespace dislodge::detect

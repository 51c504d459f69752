#pragma once
// What people decide about disclosure, and what the case itself says about the facts that reports ask for.
// Decisions are rows of the case and entries of the journal; an entry keeps what the case showed when it was
// made, so that "on which facts" can be answered later.

#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "casefile/case.hpp"
#include "disclose/duties.hpp"
#include "engine/inputs.hpp"
#include "engine/picture.hpp"

namespace dislodge::engine {

// What the case shows on the facts that fields of reports ask for (Field::fact): nature, scope, timing,
// cause, indicators, measures, open-items. Only what it has something on.
std::map<std::string, std::string> known_facts(const Picture &picture);

// A decision: a clock fact ("determined-material"), a report that was handed in ("filed:REGIME"), a delay
// that an authority granted ("delay-authorised:REGIME", reason "30 days: ..."), a field of a report
// ("field:REGIME/FIELD", reason as field_reason() writes it).
// `shown`: known_facts() at this moment, kept with it.
base::Result<void> record_decision(casefile::Case &the_case, const std::map<std::string, std::string> &shown,
                                   const std::string &fact, base::Time at, const std::string &who,
                                   const std::string &reason);
std::string field_reason(const disclose::FieldAnswer &answer);

base::Result<disclose::CaseFacts> case_facts_of(casefile::Case &the_case, const Picture &picture,
                                                const disclose::DutyRules &rules);
base::Result<std::vector<disclose::Duty>> duties_of(casefile::Case &the_case, const Picture &picture,
                                                    const RuleTexts &texts);

// The decision record, from the journal.
struct Decision {
  std::string fact, who, reason;
  std::string at;                            // when it was decided or known
  std::string recorded;                      // when it was entered
  std::map<std::string, std::string> shown;  // what the case showed then
  std::vector<std::string> changed;          // names of the facts that the case shows differently now
};
base::Result<std::vector<Decision>> decisions_of(casefile::Case &the_case, const Picture &picture);

}  // namespace dislodge::engine

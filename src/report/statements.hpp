#pragma once
// Statements: what the case says, as numbered sentences, each with its grade, its evidence and the limits of
// what the logs could show. The HTML report prints them; the numbers are stable within one state of the case,
// and `basis` changes when a fact that the sentence relies on changes, so that a sentence that was told to
// somebody can be compared with what is known later.

#include <string>
#include <vector>

#include "engine/picture.hpp"

namespace dislodge::report {

struct Statement {
  std::string number;  // "3.2": question and place
  std::string says;
  std::string grade;  // confirmed, possible, unknown, or inventory (a count of what was handed in)
  std::vector<std::string> evidence;  // item:line or log:line, at most kEvidenceShown
  std::string limits;                 // what keeps it from saying more; may be empty
  std::string basis;                  // 16 hex digits over sentence, grade and evidence
};
inline constexpr std::size_t kEvidenceShown = 5;

// In the order of the six questions. Never empty: what is not known is a statement too.
std::vector<Statement> statements(const engine::Picture &picture);

}  // namespace dislodge::report

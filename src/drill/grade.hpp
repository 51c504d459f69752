#pragma once
// Grades a run on a drill: what a case says, in the JSON lines that its commands print, against answers.json.
// Each part has precision and recall, and every miss says what was expected and what was found.
//
//   DISLODGE_TRY_ASSIGN(const Grading grading, grade(answers_text, said));
//   for (const Score &score : grading.scores) ...;  grading.perfect()

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace dislodge::drill {

// What the case says: the output of its commands with --json.
struct CaseSays {
  std::string secrets, reach, detections, ledger, coverage, plan, parties;
  // Whether anybody told since when the evidence was exposed. Where nobody did, a possible time may be
  // earlier than the truth: the case cannot know better.
  bool exposure_told = false;
};

struct Score {
  std::string part;  // secrets, reach, uses, plan, parties
  std::size_t right = 0, said = 0, expected = 0,
              found = 0;  // precision: right of said; recall: found of expected
  std::vector<std::string> misses;
  double precision() const {
    return said == 0 ? 1.0 : static_cast<double>(right) / static_cast<double>(said);
  }
  double recall() const {
    return expected == 0 ? 1.0 : static_cast<double>(found) / static_cast<double>(expected);
  }
  bool perfect() const { return right == said && found == expected && misses.empty(); }
};

struct Grading {
  std::vector<Score> scores;
  double cost = 0, least_cost = 0;  // of the plan beyond its obligations; what the drill's own search needs
  std::size_t left = 0;             // who is left after the plan, by the drill's own simulator
  bool perfect() const;
};

// An error where a text is no JSON or the answers are of another schema.
base::Result<Grading> grade(std::string_view answers, const CaseSays &said);

// The prices that the drill sets for actions: what `plan --costs` takes, one "action,cost" a line.
base::Result<std::string> prices(std::string_view answers);

std::string grading_text(const Grading &grading);
std::string grading_json(const Grading &grading);

}  // namespace dislodge::drill

#pragma once
// Statements: what the case says, as numbered sentences, each with its grade, its evidence and the limits of
// what the logs could show. The HTML report prints them; the numbers are stable within one state of the case,
// and `basis` changes when a fact that the sentence relies on changes, so that a sentence that was told to
// somebody can be compared with what is known later.

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "engine/picture.hpp"

namespace dislodge::report {

struct Statement {
  std::string number;  // "3.2": question and place; moves when statements are added
  std::string
      subject;  // what it is about, the same in every state of the case: "secret:...", "detection:..."
  std::string says;
  std::string grade;  // confirmed, possible, unknown, or inventory (a count of what was handed in)
  std::vector<std::string> evidence;  // item:line or log:line, at most kEvidenceShown
  std::string limits;                 // what keeps it from saying more; may be empty
  std::string basis;                  // 16 hex digits over sentence, grade and evidence
};
inline constexpr std::size_t kEvidenceShown = 5;

// What was told to somebody, as the journal keeps it, beside what the case says now.
struct Told {
  std::string subject, says, basis;  // as it was told
  std::string to, by, at;
  enum class State { holds, changed, gone } state = State::holds;
  std::string now;  // what the case says today, where it changed
};

// The six questions, as the reports head them.
inline constexpr std::array<std::string_view, 6> kQuestions = {
    "What was stolen",         "Which secrets were in it, whose they are, what they open",
    "How the intruder got in", "What they can reach, since when, and why we say so",
    "How to get them out",     "Whom to tell, about what, by when",
};

// What a verdict does not cover, for a first page: points that differ in their beginning alone ("a@b:
// readable by the intruder, not handed in") become one, with the first kNamed of them.
inline constexpr std::size_t kNamed = 3;
std::vector<std::string> gathered(const std::vector<std::string> &points);

// In the order of the six questions. Never empty: what is not known is a statement too.
std::vector<Statement> statements(const engine::Picture &picture);

// The same after a change of the plan or the clocks alone: what the first four questions say is taken over.
std::vector<Statement> statements_after(const engine::Picture &picture, const std::vector<Statement> &before);

// `journal`: entries as casefile/journal.hpp keeps them; those that are no "tell" are passed over.
std::vector<Told> told(const std::vector<Statement> &statements, const std::vector<std::string> &journal);
// The details of a "tell" entry.
std::string tell_details(const Statement &statement, std::string_view to, std::string_view by,
                         std::string_view at);

}  // namespace dislodge::report

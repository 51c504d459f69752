#pragma once
// Files that leave the case: the report in HTML and Markdown, and everything as lines and tables, in a folder
// of their own. There are two tracks, and a folder holds one of them: *factual* (what the evidence shows; the
// default) and *counsel's* (decisions, who made them on which facts, clocks with their earliest arguable
// times, what was told and no longer holds, mail held back), labelled privileged. A label does not make
// privilege; keeping the tracks apart is what a lawyer needs to claim it.
//
// Two rules hold for all of them: no value of a secret, and what identifies people is in clear, so the report
// says on its first page what it would give a thief.

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "engine/decisions.hpp"
#include "engine/picture.hpp"
#include "evict/action.hpp"
#include "report/actors.hpp"
#include "report/statements.hpp"

namespace dislodge::report {

std::string markdown(const engine::Picture &picture);

// "the names of 3 people, ...": what the report names, for its first page.
std::string gives_a_thief(const engine::Picture &picture);

// What reports need of rules/.
struct Knowledge {
  evict::Actions actions;
  std::vector<Actor> actors;
};
base::Result<Knowledge> load_knowledge(std::span<const base::EmbeddedRule> files);

// Names of the files written, relative to the folder. A usage error where the folder holds counsel's track.
base::Result<std::vector<std::string>> write_report(const engine::Picture &picture,
                                                    const Knowledge &knowledge,
                                                    const std::filesystem::path &folder);

struct Counsel {
  std::vector<engine::Decision> decisions;
  std::vector<Told> told;
  std::vector<std::string> readers;  // to whom this copy goes
};
std::string counsel_markdown(const engine::Picture &picture, const Counsel &counsel);
std::string counsel_html(const engine::Picture &picture, const Counsel &counsel);
// A usage error where the folder holds the factual track.
base::Result<std::vector<std::string>> write_counsel_report(const engine::Picture &picture,
                                                            const Counsel &counsel,
                                                            const std::filesystem::path &folder);

}  // namespace dislodge::report

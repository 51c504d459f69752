#pragma once
// What the page shows of one state of the case, made ready: its lists as JSON lines (docs/json.md, or the
// page's own where a row of the page is more than a row of a command) and its few whole answers. Immutable;
// what did not change is shared with the state before.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/progress.hpp"
#include "engine/picture.hpp"
#include "report/statements.hpp"
#include "serve/json_list.hpp"

namespace dislodge::serve {

struct Views {
  std::map<std::string, std::shared_ptr<const JsonList>, std::less<>>
      lists;                                  // by name: "secrets", "plan" ...
  std::string overview, lanes, flow, waves;   // JSON
  std::map<std::size_t, std::string> graphs;  // of reach, by how many things: serve/graph.hpp
  std::shared_ptr<const std::vector<report::Statement>> statements;  // kept with the picture

  // Makes the indexes and orders that the page asks for, before it does; takes seconds where lists are long.
  void prepare() const;
};

// What a change touches: everything, or what hangs on the plan, on the clocks, on the journal.
enum class Touched : std::uint8_t { everything, plan, duties, journal };

// `before`: the state that this one follows; null for the first, which takes `everything`.
// `journal`: the entries' JSON, oldest first. `timings`: of the passes that made the picture.
std::shared_ptr<const Views> make_views(const engine::Picture &picture, const base::Timings &timings,
                                        const std::vector<std::string> &journal, const Views *before,
                                        Touched touched);

// The lists that are the page's own, a line a row.
// A secret a row: id, kind, mask, owner, confidence, latent, places, place, first_seen, opens[], grade,
// since, action_id, wave, state, uses.
std::string held_secrets_json(const engine::Picture &picture);
// Reach without the proofs: id, type, kind, name, grade, since, possible_since, intervals, says, steps.
std::string reach_rows_json(const engine::Picture &picture);
// What was starred, tagged or remarked upon, by the journal, last first: thing, name, star, tags[],
// comments[{at, who, text}], at.
std::string marks_json(const engine::Picture &picture, const std::vector<std::string> &journal);
// Decisions on clock facts, and what was told to whom, by the journal.
std::string decisions_json(const std::vector<std::string> &journal);
std::string told_json(const std::vector<report::Statement> &statements,
                      const std::vector<std::string> &journal);
// The plan as a whole:
// {"schema":1,"verdict":...,"closed":bool,"cost":n,"bound":n,"method":...,"steps":{actions, done,
// claimed},"preparations":{...},"leaks":[...], "growth":[...],"waves":[{wave, starts, in_effect, complete,
// actions, in_effect_count, claimed, failed, still_held, visible, breaks[]}]}
std::string waves_json(const evict::Plan &plan);
// Bytes and counts in and out of each stage.
std::string flow_json(const engine::Picture &picture, const base::Timings &timings);

}  // namespace dislodge::serve

#pragma once
// The proof of one thing as a drawing: its steps as nodes, laid out by the time from which each holds and by
// the order of the steps, so that the page only draws. The list twin is reach/why.hpp's text.

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "engine/picture.hpp"

namespace dislodge::serve {

// More than this nobody reads, and a browser without a graphics card draws it slowly: of a longer proof the
// steps next to the thing are shown, and `cut` says how many are left out.
inline constexpr std::size_t kGraphNodesMax = 500;

// {"schema":1,"id":...,"grade":...,"columns":n,"rows":n,"cut":n,
//  "nodes":[{"step":1,"id":...,"type":...,"name":...,"rule":...,"says":...,"evidence":...,"since":...,
//            "until":...,"column":0,"row":0}],
//  "edges":[[from step, to step]],"before":{grade, columns, ...} or null: how it was possible even before
//  what events show}
// A usage error where the id is not within reach.
base::Result<std::string> graph_json(const engine::Picture &picture, std::string_view id);

// How the intruder came to a thing and what follows from it; of no thing (an empty id): the proofs of what
// opens most. At most `things` things, chosen by reach/layout.hpp and laid out here in columns from cause to
// consequence, a tall column folded into several; many leaves that hang on one thing in the same way are one
// thing without an id, with its members. Each with all its times at both grades, so that the page can go
// along them without asking again.
// {"schema":1,"id":...,"columns":n,"rows":n,"left_out":n,
//  "things":[{"id":...,"type":...,"name":...,"grade":...,"possible":[[from,until]],"confirmed":[[from,until]],
//             "asked":bool,"count":1,"members":[{"id":...,"name":...}],"column":0,"row":0}],
//  "steps":[{"from":0,"to":1,"rule":...,"says":...,"evidence":...,"since":...}]}
base::Result<std::string> reach_graph_json(const engine::Picture &picture, std::string_view id,
                                           std::size_t things);

// Everything that has a time, in lanes on one axis: the intruder's acts, what could be read, secrets known,
// log coverage with its gaps, waves. Each lane at most kLaneBarsMax bars, the longest first; `left_out`
// counts the rest.
inline constexpr std::size_t kLaneBarsMax = 300;
std::string lanes_json(const engine::Picture &picture);

}  // namespace dislodge::serve

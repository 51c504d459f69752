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
//  "edges":[[from step, to step]]}
// A usage error where the id is not within reach.
base::Result<std::string> graph_json(const engine::Picture &picture, std::string_view id);

// Everything that has a time, in lanes on one axis: the intruder's acts, what could be read, secrets known,
// log coverage with its gaps, waves. Each lane at most kLaneBarsMax bars, the longest first; `left_out`
// counts the rest.
inline constexpr std::size_t kLaneBarsMax = 300;
std::string lanes_json(const engine::Picture &picture);

}  // namespace dislodge::serve

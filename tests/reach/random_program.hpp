#pragma once
// Random small programs, for tests that hold the engine against something simpler.

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "reach/reach.hpp"

namespace dislodge::reach {

using base::Interval;
using base::kTimeMax;
using base::kTimeMin;
using base::Time;

// Random small programs: few nodes, so that rings and joint premises meet.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  int below(int n) { return static_cast<int>(engine_() % static_cast<unsigned>(n)); }

  Interval interval() {
    Time from = below(4) == 0 ? kTimeMin : Time{1 + below(8)};
    Time until = below(3) == 0 ? kTimeMax : Time{1 + below(10)};
    if (until <= from) until = from == kTimeMin ? kTimeMax : Time{from.us + 1 + below(4)};
    return {from, until};
  }

  EdgeSpec edge(int nodes) {
    EdgeSpec spec;
    spec.conclusion = static_cast<NodeId>(below(nodes));
    const int joint = below(10) < 6 ? 1 : below(10) < 7 ? 2 : 3;
    for (int i = 0; i < joint; ++i) spec.premises.push_back(static_cast<NodeId>(below(nodes)));
    spec.valid = below(2) ? Interval{} : interval();
    const int lingers = below(10);
    spec.linger_us = lingers < 5 ? 0 : lingers < 9 ? 1 + below(3) : kForever;
    if (spec.linger_us > 0 && below(2)) spec.stop = Time{1 + below(14)};
    for (int i = below(3); i > 0; --i) spec.attested.push_back(interval());
    return spec;
  }

  EdgeSpec seed(int nodes) {
    EdgeSpec spec = edge(nodes);
    spec.premises.clear();
    return spec;
  }

  void fill(Program &program) {
    const int nodes = 2 + below(5);
    for (int i = 0; i < nodes; ++i) {
      program.add(below(4) == 0 ? NodeType::secret : NodeType::principal,
                  std::string(1, static_cast<char>('a' + i)));
    }
    for (int i = 1 + below(3); i > 0; --i) program.add(seed(nodes));
    for (int i = 1 + below(9); i > 0; --i) program.add(edge(nodes));
  }

 private:
  std::mt19937_64 engine_;
};

inline std::string show(const Program &program) {
  std::string text;
  for (const Edge &edge : program.edges) {
    text += std::string(program.id(edge.conclusion)) + " <-";
    for (const NodeId premise : program.premises(edge)) text += " " + std::string(program.id(premise));
    const auto time = [](Time t) {
      return t == kTimeMin ? std::string("-inf") : t == kTimeMax ? std::string("inf") : std::to_string(t.us);
    };
    text += " [" + time(edge.valid.from) + "," + time(edge.valid.until) + ") linger " +
            (edge.linger_us == kForever ? "forever" : std::to_string(edge.linger_us)) + " stop " +
            time(edge.stop) + "\n";
  }
  return text;
}

}  // namespace dislodge::reach

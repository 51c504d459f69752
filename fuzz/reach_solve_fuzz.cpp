// Reads bytes as a small program of reach and holds the solution to its promises: it ends; premises are
// settled before conclusions; a node's intervals are in order and disjoint; what is confirmed is possible;
// and every label follows from its premises.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "reach/solve.hpp"

namespace {

using namespace dislodge;  // NOLINT: this is a program of one function

class Bytes {
 public:
  Bytes(const std::uint8_t *data, std::size_t size) : data_(data), size_(size) {}
  unsigned next(unsigned n) { return at_ < size_ ? data_[at_++] % n : 0; }
  bool empty() const { return at_ >= size_; }

 private:
  const std::uint8_t *data_;
  std::size_t size_, at_ = 0;
};

base::Interval interval(Bytes &in) {
  const unsigned from = in.next(16), length = in.next(16);
  const base::Time begin = from == 0 ? base::kTimeMin : base::Time{from};
  const base::Time end = length == 0 ? base::kTimeMax : base::Time{static_cast<std::int64_t>(from) + length};
  return {begin, end};
}

// Rings are widened instead of counted out: programs of this size never take more labels than this.
constexpr std::size_t kMostLabels = 20'000;

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  if (size > 512) return 0;
  Bytes in(data, size);
  reach::Program program;
  const unsigned nodes = 1 + in.next(8);
  for (unsigned i = 0; i < nodes; ++i) {
    program.add(in.next(4) == 0 ? reach::NodeType::secret : reach::NodeType::principal, std::to_string(i));
  }
  while (!in.empty()) {
    reach::EdgeSpec edge;
    edge.conclusion = in.next(nodes);
    for (unsigned premises = in.next(4); premises > 0; --premises) edge.premises.push_back(in.next(nodes));
    edge.valid = interval(in);
    const unsigned linger = in.next(8);
    edge.linger_us = linger == 7 ? reach::kForever : linger;
    if (in.next(2)) edge.stop = base::Time{in.next(32)};
    if (in.next(2)) edge.attested.push_back(interval(in));
    program.add(edge);
  }
  const reach::Solution confirmed = reach::solve(program, reach::Grade::confirmed);
  const reach::Solution possible = reach::solve(program, reach::Grade::possible);
  for (const reach::Solution *solution : {&confirmed, &possible}) {
    require(solution->labels.size() < kMostLabels);
    for (reach::LabelId id = 0; id < solution->labels.size(); ++id) {
      const reach::Label &label = solution->labels[id];
      require(label.interval.from < label.interval.until);
      require(label.edge < program.edges.size() && program.edges[label.edge].conclusion == label.node);
      require(solution->premises(id).size() == program.edges[label.edge].premise_count);
      for (const reach::LabelId premise : solution->premises(id)) {
        require(premise < id);
        require(solution->labels[premise].interval.from <= label.interval.from);
      }
    }
    for (reach::NodeId node = 0; node < nodes; ++node) {
      base::Time end = base::kTimeMin;
      bool first = true;
      for (const reach::LabelId id : solution->of_node(node)) {
        require(first || end <= solution->labels[id].interval.from);
        end = solution->labels[id].interval.until;
        first = false;
      }
    }
  }
  for (reach::NodeId node = 0; node < nodes; ++node) {
    require(possible.intervals(node).covers(confirmed.intervals(node)));
  }
  return 0;
}

#include "secret/gate.hpp"

#include <algorithm>

#include "base/wire.hpp"

namespace dislodge::secret {
namespace {

constexpr std::size_t kPositionsMax = 500;
constexpr std::size_t kFollowsMax = 8000;
constexpr std::size_t kCopiesMax = 64;   // of a piece that is asked for so many times
constexpr std::size_t kOptionalMax = 8;  // of further copies; with more there may be any number
constexpr std::uint16_t kEdgeSet = 0;    // of the set numbers: the beginning of the text, no byte
constexpr std::uint16_t kFirstSet = 1;

// Pieces of a pattern as positions, of which each takes a byte (Glushkov's construction).
class Builder {
 public:
  explicit Builder(bool backwards) : backwards_(backwards) {}

  struct Fragment {
    std::vector<std::uint16_t> first;
    std::vector<std::uint16_t> last;
    bool empty = true;  // it may match nothing
  };

  Fragment build(const PatternNode &node, std::size_t least, std::size_t most) {
    const std::size_t wanted = std::min(least, kCopiesMax);
    const bool endless = most == PatternNode::kNoEnd || most - wanted > kOptionalMax;
    Fragment all;
    for (std::size_t i = 0; i < wanted && !too_large_; ++i) all = joined(std::move(all), build(node));
    if (endless && !too_large_) {
      Fragment loop = build(node);
      connect(loop.last, loop.first);
      loop.empty = true;
      return joined(std::move(all), std::move(loop));
    }
    for (std::size_t i = wanted; i < most && !too_large_; ++i) {
      Fragment one = build(node);
      one.empty = true;
      all = joined(std::move(all), std::move(one));
    }
    return all;
  }

  Fragment build(const PatternNode &node) {
    using Kind = PatternNode::Kind;
    Fragment out;
    if (too_large_) return out;
    switch (node.kind) {
      case Kind::set:
        return position(number_of(node.set));
      case Kind::begin:
        return position(kEdgeSet);
      case Kind::assertion:
        return out;
      case Kind::either:
        out.empty = false;
        for (const PatternNode &child : node.children) {
          Fragment one = build(child);
          out.first.insert(out.first.end(), one.first.begin(), one.first.end());
          out.last.insert(out.last.end(), one.last.begin(), one.last.end());
          out.empty = out.empty || one.empty;
        }
        return out;
      case Kind::concat:
        if (backwards_)
          for (auto child = node.children.rbegin(); child != node.children.rend(); ++child)
            out = joined(std::move(out), build(*child));
        else
          for (const PatternNode &child : node.children) out = joined(std::move(out), build(child));
        return out;
      case Kind::repeat:
        return build(node.children.front(), node.least, node.most);
    }
    return out;
  }

  Fragment joined(Fragment left, Fragment right) {
    connect(left.last, right.first);
    if (left.empty) left.first.insert(left.first.end(), right.first.begin(), right.first.end());
    if (right.empty) right.last.insert(right.last.end(), left.last.begin(), left.last.end());
    left.last = std::move(right.last);
    left.empty = left.empty && right.empty;
    return left;
  }

  bool too_large() const { return too_large_; }

  std::string encode(const Fragment &whole) const {
    base::WireWriter out;
    out.list(sets_, [&](const ByteSet &set) {
      for (const std::uint64_t word : set.words()) out.number(word);
    });
    const auto positions = [&](const std::vector<std::uint16_t> &list) {
      out.list(list, [&](std::uint16_t one) { out.number(one); });
    };
    out.list(set_of_, [&](std::uint16_t set) { out.number(set); });
    positions(whole.last);
    out.list(follow_, positions);
    positions(whole.first);
    return out.take();
  }

 private:
  std::uint16_t number_of(const ByteSet &set) {
    const auto found = std::find(sets_.begin(), sets_.end(), set);
    const auto number = static_cast<std::uint16_t>(found - sets_.begin());
    if (found == sets_.end()) sets_.push_back(set);
    return static_cast<std::uint16_t>(number + kFirstSet);
  }
  Fragment position(std::uint16_t set) {
    const auto number = static_cast<std::uint16_t>(set_of_.size());
    set_of_.push_back(set);
    follow_.emplace_back();
    too_large_ = too_large_ || set_of_.size() > kPositionsMax;
    return {{number}, {number}, false};
  }
  void connect(const std::vector<std::uint16_t> &from, const std::vector<std::uint16_t> &to) {
    follows_ += from.size() * to.size();
    too_large_ = too_large_ || follows_ > kFollowsMax;
    if (too_large_) return;
    for (const std::uint16_t one : from) follow_[one].insert(follow_[one].end(), to.begin(), to.end());
  }

  bool backwards_;
  bool too_large_ = false;
  std::size_t follows_ = 0;
  std::vector<ByteSet> sets_;
  std::vector<std::uint16_t> set_of_;
  std::vector<std::vector<std::uint16_t>> follow_;
};

}  // namespace

std::string gate_program(const PatternRest *rest, bool backwards) {
  Builder builder(backwards);
  Builder::Fragment whole;
  for (; rest != nullptr && !builder.too_large(); rest = rest->next.get()) {
    const PatternNode &node = *rest->node;
    whole = builder.joined(std::move(whole), rest->copies ? builder.build(node.children.front(), 0, node.most)
                                                          : builder.build(node));
  }
  if (whole.empty || builder.too_large()) return {};
  return builder.encode(whole);
}

GateFirst gate_first(std::string_view program) {
  base::WireReader in(program);
  std::vector<ByteSet> sets;
  const auto read_set = [&] {
    std::array<std::uint64_t, 4> words{};
    for (std::uint64_t &word : words) word = in.number();
    sets.push_back(ByteSet::of(words));
  };
  in.list(read_set);
  std::vector<std::uint64_t> set_of;
  in.list([&] { set_of.push_back(in.number()); });
  in.list([&] { in.number(); });
  in.list([&] { in.list([&] { in.number(); }); });
  GateFirst out;
  in.list([&] {
    const std::uint64_t position = in.number();
    if (position >= set_of.size()) return;
    const std::uint64_t set = set_of[position];
    if (set == kEdgeSet)
      out.edge = true;
    else if (set - kFirstSet < sets.size())
      out.bytes.add(sets[set - kFirstSet]);
  });
  return out;
}

Gate::Gate(std::string_view program) {
  base::WireReader in(program);
  in.list([&] {
    std::array<std::uint64_t, 4> words{};
    for (std::uint64_t &word : words) word = in.number();
    sets_.push_back(ByteSet::of(words));
  });
  in.list([&] {
    const std::uint64_t set = in.number();
    set_of_.push_back(static_cast<std::uint16_t>(set <= sets_.size() ? set : 0));
  });
  last_.resize(set_of_.size());
  const auto position = [&](auto &&take) {
    const std::uint64_t one = in.number();
    if (one < set_of_.size()) take(static_cast<std::uint16_t>(one));
  };
  in.list([&] { position([&](std::uint16_t one) { last_[one] = true; }); });
  in.list([&] {
    std::vector<std::uint16_t> &follow = follow_.emplace_back();
    in.list([&] { position([&](std::uint16_t one) { follow.push_back(one); }); });
  });
  follow_.resize(set_of_.size());
  // Before the first byte one is at a position of its own.
  std::vector<std::uint16_t> &first = follow_.emplace_back();
  in.list([&] { position([&](std::uint16_t one) { first.push_back(one); }); });

  // Bytes that lie in the same sets are one: each set parts the classes that there are.
  class_count_ = 1;
  for (const ByteSet &set : sets_) {
    std::array<std::array<std::uint16_t, 2>, kEdge> parted{};  // plus one; 0: not met yet
    std::size_t count = 0;
    for (std::size_t c = 0; c < kEdge; ++c) {
      std::uint16_t &number = parted[classes_[c]][set.has(static_cast<unsigned char>(c)) ? 1 : 0];
      if (number == 0) number = static_cast<std::uint16_t>(++count);
      classes_[c] = static_cast<std::uint8_t>(number - 1);
    }
    class_count_ = count;
  }
  // With 256 of them the edge has no number of its own.
  many_classes_ = class_count_ >= kEdge;
  classes_[kEdge] = static_cast<std::uint8_t>(std::min<std::size_t>(class_count_, kEdge - 1));
  ++class_count_;
  const auto start = numbers_.emplace(State{static_cast<std::uint16_t>(set_of_.size())}, kFirstState).first;
  states_.push_back(&start->first);
  next_.resize(class_count_);
}

std::uint16_t Gate::learn(std::uint16_t state, std::size_t symbol) {
  State reached;
  bool through = false;
  for (const std::uint16_t from : *states_[state - kFirstState]) {
    for (const std::uint16_t to : follow_[from]) {
      const std::uint16_t set = set_of_[to];
      const bool takes =
          set == kEdgeSet ? symbol == kEdge
                          : symbol != kEdge && sets_[set - kFirstSet].has(static_cast<unsigned char>(symbol));
      if (!takes) continue;
      through = through || last_[to];
      reached.push_back(to);
    }
  }
  std::uint16_t number = kDead;
  if (through) {
    number = kThrough;
  } else if (!reached.empty()) {
    std::sort(reached.begin(), reached.end());
    reached.erase(std::unique(reached.begin(), reached.end()), reached.end());
    const auto found = numbers_.find(reached);
    if (found != numbers_.end()) {
      number = found->second;
    } else if (states_.size() >= kStatesMax) {
      return kThrough;
    } else {
      number = static_cast<std::uint16_t>(kFirstState + states_.size());
      states_.push_back(&numbers_.emplace(std::move(reached), number).first->first);
      next_.resize(states_.size() * class_count_);
    }
  }
  next_[static_cast<std::size_t>(state - kFirstState) * class_count_ + classes_[symbol]] = number;
  return number;
}

bool Gate::may_follow(std::string_view text, std::size_t at, std::size_t most) {
  std::uint16_t state = kFirstState;
  const std::size_t end = std::min(text.size(), at + most);
  for (; at < end; ++at) {
    state = step(state, static_cast<unsigned char>(text[at]));
    if (state <= kThrough) return state == kThrough;
  }
  return false;
}

bool Gate::may_precede(std::string_view text, std::size_t at, std::size_t most) {
  std::uint16_t state = kFirstState;
  const std::size_t begin = at - std::min(at, most);
  for (; at > begin; --at) {
    state = step(state, static_cast<unsigned char>(text[at - 1]));
    if (state <= kThrough) return state == kThrough;
  }
  return at == 0 && (many_classes_ || step(state, kEdge) == kThrough);
}

}  // namespace dislodge::secret

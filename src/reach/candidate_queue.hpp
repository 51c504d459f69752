#pragma once
// What waits to be settled, least first: by start, steps, edge and premises. None that is pushed is less than
// what was popped last in start and steps, so this is a radix heap (Ahuja, Mehlhorn, Orlin, Tarjan 1990) over
// the three numbers as one of 128 bits: what lies ahead stands unsorted in buckets by the highest bit in
// which its key differs from `base_`, a bucket of smaller number being earlier as a whole, and what comes
// next in a small heap that fits the nearest cache. Steps belong to the key since much begins at one time:
// all that follows from a foothold at once.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "reach/reach.hpp"

namespace dislodge::reach {

struct Candidate {
  static constexpr std::uint32_t kWaits = 0x80000000u;  // of `piece`: it stands on its node's staircase

  base::Time start, end;
  std::uint32_t steps = 0;
  EdgeId edge = kNone;
  std::uint32_t piece = 0;
  std::uint32_t premise = kNone;  // a label, or kAnd | index into the lists, or kNone for a seed
  NodeId node = 0;                // the edge's conclusion
};

// What decides among candidates for one node and start.
inline bool less_proof(const Candidate &a, const Candidate &b) {
  const std::uint64_t one = std::uint64_t{a.steps} << 32 | a.edge,
                      other = std::uint64_t{b.steps} << 32 | b.edge;
  if (one != other) return one < other;
  if (a.premise != b.premise) return a.premise < b.premise;
  return (a.piece & ~Candidate::kWaits) < (b.piece & ~Candidate::kWaits);
}

class CandidateQueue {
 public:
  // Makes the next one front() unless there is none; then false.
  bool ready() { return !front_.empty() || refill(); }
  bool near() const { return !front_.empty(); }  // front() is known without looking into the buckets
  const Candidate &front() const { return front_.front(); }

  void push(const Candidate &one) {
    const Key key(one);
    if (!started_ || bound_ < key) {
      put(key, one);
      return;
    }
    push_front(one);
    if (front_.size() > kFrontMax && Key(front_.front()) < bound_) spill();
  }

  Candidate pop() {
    const Candidate first = front_.front(), last = front_.back();
    front_.pop_back();
    Candidate *const items = front_.data();
    const std::size_t count = front_.size();
    std::size_t at = 0;
    while (4 * at + 1 < count) {
      const std::size_t begin = 4 * at + 1, end = std::min(begin + 4, count);
      std::size_t least = begin;
      for (std::size_t child = begin + 1; child < end; ++child) {
        if (earlier(items[child], items[least])) least = child;
      }
      if (!earlier(items[least], last)) break;
      items[at] = items[least];
      at = least;
    }
    if (count > 0) items[at] = last;
    return first;
  }

 private:
  static constexpr std::size_t kFront = 48, kFrontMax = 4 * kFront;
  static constexpr std::size_t kKept = 1 << 16;  // places that an empty bucket may keep

  struct Key {
    std::uint64_t start = 0, proof = 0;
    Key() = default;
    // Starts sort as times do, beginning with the open end in the past.
    explicit Key(const Candidate &one)
        : start(static_cast<std::uint64_t>(one.start.us) ^ (std::uint64_t{1} << 63)),
          proof(std::uint64_t{one.steps} << 32 | one.edge) {}
    friend bool operator==(const Key &, const Key &) = default;
    friend bool operator<(const Key &a, const Key &b) {
      return a.start != b.start ? a.start < b.start : a.proof < b.proof;
    }
  };

  static bool earlier(const Candidate &a, const Candidate &b) {
    return a.start != b.start ? a.start < b.start : less_proof(a, b);
  }

  // Four children a node: half as deep as with two, and those compared lie beside each other.
  void push_front(const Candidate &one) {
    std::size_t at = front_.size();
    front_.push_back(one);
    while (at > 0) {
      const std::size_t parent = (at - 1) / 4;
      if (!earlier(one, front_[parent])) break;
      front_[at] = front_[parent];
      at = parent;
    }
    front_[at] = one;
  }

  std::size_t bucket_of(const Key &key) const {
    if (key.start != base_.start)
      return 128 - static_cast<std::size_t>(std::countl_zero(key.start ^ base_.start));
    return 64 -
           static_cast<std::size_t>(std::countl_zero(key.proof ^ base_.proof));  // 0 where they are equal
  }

  void put(const Key &key, const Candidate &one) {
    const std::size_t bucket = bucket_of(key);
    buckets_[bucket].push_back(one);
    filled_[bucket / 64] |= std::uint64_t{1} << bucket % 64;
  }

  // What was taken from the buckets was few but far apart, and much came in between: back into finer buckets,
  // together with what was pushed behind it into the bucket that it came from.
  void spill() {
    spread_.swap(front_);
    std::vector<Candidate> &behind = buckets_[loaded_];
    spread_.insert(spread_.end(), behind.begin(), behind.end());
    behind.clear();
    filled_[loaded_ / 64] &= ~(std::uint64_t{1} << loaded_ % 64);
    base_ = Key(spread_.front());
    for (const Candidate &one : spread_) put(Key(one), one);
    spread_.clear();
    refill();
  }

  bool refill() {
    for (;;) {
      std::size_t word = 0;
      while (word < std::size(filled_) && filled_[word] == 0) ++word;
      if (word == std::size(filled_)) return false;
      const std::size_t least = word * 64 + static_cast<std::size_t>(std::countr_zero(filled_[word]));
      filled_[word] &= filled_[word] - 1;
      std::vector<Candidate> &bucket = buckets_[least];
      Key first(bucket.front()), last = first;
      for (const Candidate &one : bucket) {
        const Key key(one);
        if (key < first) first = key;
        if (last < key) last = key;
      }
      if (bucket.size() <= kFront || first == last) {
        for (const Candidate &one : bucket) push_front(one);
        bucket.clear();
        bound_ = last;
        loaded_ = least;
        started_ = true;
        return true;
      }
      // All of it shares its higher bits with the new base, so it falls into smaller buckets.
      spread_.swap(bucket);
      base_ = first;
      for (const Candidate &one : spread_) put(Key(one), one);
      spread_.clear();
      if (spread_.capacity() > kKept) std::vector<Candidate>().swap(spread_);
    }
  }

  std::vector<Candidate> front_, spread_, buckets_[129];
  std::uint64_t filled_[3] = {};  // which buckets are not empty
  std::size_t loaded_ = 0;        // the bucket that front_ came from
  Key base_, bound_;
  bool started_ = false;
};

}  // namespace dislodge::reach

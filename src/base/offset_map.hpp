#pragma once
// Where a byte of extracted text came from. Text that was converted, stripped of tags or unwrapped keeps a
// list of runs; inside a run text and source advance together. Exact at run starts and inside runs.

#include <algorithm>
#include <cstdint>
#include <vector>

namespace dislodge::base {

class OffsetMap {
 public:
  struct Run {
    std::uint64_t text = 0;    // offset in the text at which the run starts
    std::uint64_t source = 0;  // offset in the source at which it starts
  };

  // An empty map is the identity: text is the source.
  bool identity() const { return runs_.empty(); }
  // Runs must be added in rising order of text. One that continues the last is dropped.
  void add(std::uint64_t text, std::uint64_t source) {
    if (!runs_.empty()) {
      const Run &last = runs_.back();
      if (text - last.text == source - last.source) return;
      if (last.text == text) {
        runs_.back().source = source;
        return;
      }
    }
    runs_.push_back(Run{text, source});
  }
  std::uint64_t source_of(std::uint64_t text) const {
    if (runs_.empty()) return text;
    auto after = std::upper_bound(runs_.begin(), runs_.end(), text,
                                  [](std::uint64_t value, const Run &run) { return value < run.text; });
    if (after == runs_.begin()) return text;
    --after;
    return after->source + (text - after->text);
  }
  const std::vector<Run> &runs() const { return runs_; }

 private:
  std::vector<Run> runs_;
};

}  // namespace dislodge::base

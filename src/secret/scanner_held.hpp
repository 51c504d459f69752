#pragma once
// What the scanner found in text within a text (escapes, encodings, lines that were cut), before it is
// settled what of the text itself it takes the place of. For the files of the scanner alone.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "secret/scanner_candidate.hpp"
#include "secret/text_range.hpp"

namespace dislodge::secret {

// What was found in text within the text, until it is known what of the text itself it takes the place of.
class Scanner::Held : public FoundSink {
 public:
  explicit Held(const RuleSet &rules) : rules_(&rules) {}

  // From here on, what is found stands in [begin, end) of the text. `formats`: only what has a format counts,
  // since the rest is named already.
  void at(std::size_t begin, std::size_t end, bool formats) {
    begin_ = begin;
    end_ = end;
    formats_ = formats;
    stretches_ = nullptr;
  }
  // The same for stretches of which each finding says by its offset in the item where it stands.
  void at(const evidence::TextView &view, const std::vector<TextRange> &stretches) {
    at(0, 0, true);
    stretches_ = &stretches;
    view_ = &view;
  }
  void found(Found found) override {
    const Sighting &s = found.sighting;
    const Rule *rule = rules_->find(s.rule);
    const bool format = rule != nullptr && rule->family != "generic";
    if (formats_ && (!format || !s.rejected.empty())) return;
    if (format && s.rejected.empty() && !s.identifier) {
      if (stretches_ != nullptr)
        places_.push_back(stretch_of(s.offset, s.length));
      else
        places_.push_back({begin_, end_});
    }
    found_.push_back(std::move(found));
  }
  // Turns down what models and generic rules say of the places.
  void settle(std::vector<Candidate> &candidates) const {
    for (const TextRange &place : places_)
      for (Candidate &one : candidates)
        if (one.rejected.empty() && one.begin < place.end && one.end > place.begin && !has_format(one))
          one.rejected = "named by what it decodes to";
  }
  // What stands in the item itself first, unless `seen` knows it: only then may other items come between.
  template <typename Seen>
  std::size_t give(std::string_view item, FoundSink &sink, Seen &&seen) {
    const auto itself = [&](const Found &one) { return one.sighting.item == item; };
    std::stable_partition(found_.begin(), found_.end(), itself);
    std::size_t count = 0;
    for (Found &one : found_) {
      if (itself(one) && seen(one)) continue;
      count += one.sighting.rejected.empty() ? 1 : 0;
      sink.found(std::move(one));
    }
    return count;
  }

  static bool has_format(const Candidate &one) {
    return one.rule != nullptr && one.rule->family != "generic";
  }

 private:
  // In the text, the part of a stretch that a finding takes up.
  TextRange stretch_of(std::uint64_t offset, std::uint64_t length) const {
    for (const TextRange &one : *stretches_) {
      const auto source = [&](std::size_t at) {
        return view_->map != nullptr ? view_->map->source_of(at) : at;
      };
      if (source(one.begin) > offset || source(one.end) <= offset) continue;
      TextRange out = one;
      while (out.begin + 1 < out.end && source(out.begin + 1) <= offset) ++out.begin;
      out.end = std::min<std::size_t>(out.end, out.begin + static_cast<std::size_t>(length));
      return out;
    }
    return {0, 0};
  }

  const RuleSet *rules_;
  std::vector<Found> found_;
  std::vector<TextRange> places_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool formats_ = false;
  const std::vector<TextRange> *stretches_ = nullptr;
  const evidence::TextView *view_ = nullptr;
};

}  // namespace dislodge::secret

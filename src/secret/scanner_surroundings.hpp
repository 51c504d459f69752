#pragma once
// What stands beside each secret of a text: its hints, and the text around it with every secret masked. Where
// nobody asks for them (ScanOptions::surroundings) they are not made: among many secrets they cost more than
// finding them. For the files of the scanner alone.

#include <cstddef>
#include <vector>

#include "secret/context.hpp"
#include "secret/hint_patterns.hpp"
#include "secret/scanner_candidate.hpp"
#include "secret/value.hpp"

namespace dislodge::secret {

inline constexpr std::size_t kContextReach = 4096;  // the longest candidate that may begin before a context
// Bytes within which another candidate's value may turn up in a hint.
inline constexpr std::size_t kNeighbours = 600;

class Scanner::Surroundings {
 public:
  // Of candidates that are settled, in order of place; they and the view must outlive it.
  Surroundings(const evidence::TextView &view, const std::vector<Candidate> &candidates)
      : view_(view), text_(view.text), all_(candidates), words_(view.text) {}

  // Adds to a finding what stands around candidate `one`. Takes the hints that its value gave by itself.
  void tell(std::size_t one, SecretValue &value, Found &found);

 private:
  void drop_values_of_others(std::size_t one, std::string_view value, Sighting &sighting) const;
  std::vector<TextSpan> spans_near(std::size_t one) const;

  const evidence::TextView &view_;
  std::string_view text_;
  const std::vector<Candidate> &all_;
  HintWords words_;
};

}  // namespace dislodge::secret

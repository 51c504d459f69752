#include "secret/assignment.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "secret/assignment_features.hpp"
#include "secret/matcher.hpp"

namespace dislodge::secret {
namespace {

constexpr std::array<const char *, 8> kTriggers = {
    "pass", "pwd", "(?:^|[^a-z])pw", "secret", "token", "key", "auth", "cred",
};

constexpr std::array<double, kAssignmentFeatures> kWeights = {
#include "secret/assignment_weights.inc"
};
const std::array<double, kAssignmentFeatures> *weights_in_use = &kWeights;

}  // namespace

std::span<const char *const> assignment_triggers() {
  return kTriggers;
}

double assignment_confidence(const AssignmentFeatures &features) {
  double sum = 0;
  for (std::size_t i = 0; i < kAssignmentFeatures; ++i) sum += (*weights_in_use)[i] * features[i];
  return 0.97 / (1.0 + std::exp(-sum));  // a name alone never makes certainty
}

void use_assignment_weights(const std::array<double, kAssignmentFeatures> *weights) {
  weights_in_use = weights != nullptr ? weights : &kWeights;
}

void find_assignments(std::string_view text, std::string_view item, std::span<const TriggerHit> hits,
                      std::uint32_t first_trigger, std::vector<AssignmentCandidate> &out,
                      std::vector<TextRange> *far) {
  const std::size_t first = out.size();
  const FileKind file = file_kind_of(item);
  std::size_t read_to = 0;  // the end of the name that was read last: its other words say nothing new
  AssignmentFeatures features{};
  for (const TriggerHit &hit : hits) {
    if (hit.trigger < first_trigger || hit.end <= read_to) continue;
    AssignmentCandidate candidate;
    const bool found = read_assignment(text, hit.end, candidate);
    read_to = std::max(candidate.name_end, hit.end);
    if (far != nullptr && std::max(candidate.looked_to, candidate.end) > hit.end + kAssignmentNear)
      far->push_back({candidate.name_begin, candidate.name_end});
    if (!found || !assignment_features(text, file, candidate, features)) continue;
    candidate.confidence = assignment_confidence(features);
    out.push_back(candidate);
  }
  const auto from = out.begin() + static_cast<std::ptrdiff_t>(first);
  std::sort(from, out.end(), [](const AssignmentCandidate &a, const AssignmentCandidate &b) {
    if (a.begin != b.begin) return a.begin < b.begin;
    if (a.confidence != b.confidence) return a.confidence > b.confidence;
    return a.end < b.end;
  });
  out.erase(std::unique(from, out.end(),
                        [](const AssignmentCandidate &a, const AssignmentCandidate &b) {
                          return a.begin == b.begin;
                        }),
            out.end());
}

}  // namespace dislodge::secret

#include "engine/listing_times.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "base/encode.hpp"

namespace dislodge::engine {

bool is_directory_export(const EvidenceRow &row) {
  if (!row.collection) return false;
  const std::string source = base::lower(row.collection->source);
  for (const std::string_view one :
       {"directory", "azurehound", "sharphound", "bloodhound", "roadrecon", "roadtools", "opengraph",
        "aws-iam", "aws-authorization-details", "okta-users"})
    if (source == one) return true;
  return false;
}

namespace {

// Of the evidence that a place stands in: "export.zip!/apps.json:line 12" stands in the export itself, in a
// member of it, or under its folder.
identity::ListingTime by_root(std::map<std::string, base::Time, std::less<>> times) {
  return [times = std::move(times)](std::string_view place) {
    auto found = times.upper_bound(place);
    if (found == times.begin()) return base::kTimeMin;
    --found;
    return place.starts_with(found->first) ? found->second : base::kTimeMin;
  };
}

}  // namespace

identity::ListingTime listing_times(const std::vector<EvidenceRow> &evidence) {
  // A directory export testifies about the moment at which it was taken.
  std::map<std::string, base::Time, std::less<>> exports;
  for (const EvidenceRow &row : evidence) {
    if (!is_directory_export(row) || row.collection->collected_at == base::kTimeMin) continue;
    exports.emplace(row.root, row.collection->collected_at);
  }
  return by_root(std::move(exports));
}

void add_shut_when_handed_in(const std::vector<EvidenceRow> &evidence, const identity::Facts &facts,
                             std::vector<identity::Disabled> &disabled) {
  const identity::ListingTime listed = listing_times(evidence);
  std::map<std::string, base::Time, std::less<>> added;
  for (const EvidenceRow &row : evidence) added.emplace(row.root, row.added);
  const identity::ListingTime handed_in = by_root(std::move(added));
  std::set<std::string, std::less<>> known;
  for (const identity::Disabled &one : disabled) known.insert(one.principal);
  for (const identity::Principal &p : facts.principals) {
    const auto enabled = p.attributes.find("enabled");
    if (enabled == p.attributes.end() || enabled->second != "false" || known.contains(p.id)) continue;
    const base::Time at = handed_in(p.evidence);
    if (at == base::kTimeMin || listed(p.evidence) != base::kTimeMin) continue;
    disabled.push_back({p.id, base::IntervalSet({at, base::kTimeMax}), base::kTimeMax, p.evidence});
  }
}

}  // namespace dislodge::engine

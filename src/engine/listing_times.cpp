#include "engine/listing_times.hpp"

#include <map>
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

identity::ListingTime listing_times(const std::vector<EvidenceRow> &evidence) {
  // A directory export testifies about the moment at which it was taken.
  std::map<std::string, base::Time, std::less<>> exports;
  for (const EvidenceRow &row : evidence) {
    if (!is_directory_export(row) || row.collection->collected_at == base::kTimeMin) continue;
    exports.emplace(row.root, row.collection->collected_at);
  }
  return [exports](std::string_view place) {
    // "export.zip!/apps.json:line 12" stands in the export itself, in a member of it, or under its folder.
    auto found = exports.upper_bound(place);
    if (found == exports.begin()) return base::kTimeMin;
    --found;
    return place.starts_with(found->first) ? found->second : base::kTimeMin;
  };
}

}  // namespace dislodge::engine

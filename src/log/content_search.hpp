#pragma once
// What a search over content (eDiscovery, Purview) or an export of it was about, in records of the unified
// audit log. They write the locations and the query beside the operation, as parameters of the cmdlet that
// ran, or as that cmdlet's command line. All three become "new:" extras under the cmdlet's own names, as
// Exchange's cmdlets have them:
//
//   new:Name, new:SearchName, new:ExchangeLocation (one extra a location), new:ContentMatchQuery
//
// Source: learn.microsoft.com/purview/ediscovery-search-for-activities-in-the-audit-log;
// learn.microsoft.com/powershell/module/exchange/new-compliancesearch.

#include "log/builder.hpp"
#include "log/json.hpp"

namespace dislodge::log {

// Does nothing for operations that neither search nor export.
void read_content_search(const Json &data, EventBuilder &out);

}  // namespace dislodge::log

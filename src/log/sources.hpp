#pragma once
// The sources that log/ reads, one file each. A source says whether a record is its own, by the names in it,
// and turns it into an event. The predicates exclude one another, so the order in which they are asked does
// not matter.
//
// A record may be native, in an envelope of Azure Monitor ("properties"), flat as Log Analytics has it
// (objects as text), or a row of a CSV with its headings as names.

#include <span>
#include <string_view>

#include "base/result.hpp"
#include "log/builder.hpp"
#include "log/json.hpp"

namespace dislodge::log {

struct SourceReader {
  Source source;
  bool (*is)(const Json &record);
  base::Result<void> (*read)(const Json &record, EventBuilder &out);
};

// Every source of records, registry.cpp.
std::span<const SourceReader> source_readers();

// entra_signin.cpp
bool is_entra_signin(const Json &record);
base::Result<void> read_entra_signin(const Json &record, EventBuilder &out);
// entra_audit.cpp
bool is_entra_audit(const Json &record);
base::Result<void> read_entra_audit(const Json &record, EventBuilder &out);
// entra_risk.cpp: Identity Protection's risk detections and risky users.
bool is_entra_risk(const Json &record);
base::Result<void> read_entra_risk(const Json &record, EventBuilder &out);
// m365_audit.cpp: AuditData by itself or inside what Search-UnifiedAuditLog, Purview or Graph put around it.
bool is_m365_audit(const Json &record);
base::Result<void> read_m365_audit(const Json &record, EventBuilder &out);
// exchange_audit.cpp: Search-MailboxAuditLog and Search-AdminAuditLog.
bool is_exchange_audit(const Json &record);
base::Result<void> read_exchange_audit(const Json &record, EventBuilder &out);
// message_trace.cpp
bool is_message_trace(const Json &record);
base::Result<void> read_message_trace(const Json &record, EventBuilder &out);
// graph_activity.cpp
bool is_graph_activity(const Json &record);
base::Result<void> read_graph_activity(const Json &record, EventBuilder &out);
// azure_activity.cpp: what was done to Azure resources, and their own logs.
bool is_azure_activity(const Json &record);
base::Result<void> read_azure_activity(const Json &record, EventBuilder &out);
// defender.cpp: tables of Microsoft Defender's advanced hunting.
bool is_defender(const Json &record);
base::Result<void> read_defender(const Json &record, EventBuilder &out);
// okta.cpp
bool is_okta(const Json &record);
base::Result<void> read_okta(const Json &record, EventBuilder &out);
// github.cpp: audit log and webhook deliveries.
bool is_github(const Json &record);
base::Result<void> read_github(const Json &record, EventBuilder &out);
// gitlab.cpp: audit events, and the request logs of an own server.
bool is_gitlab(const Json &record);
base::Result<void> read_gitlab(const Json &record, EventBuilder &out);
// aws_cloudtrail.cpp
bool is_aws_cloudtrail(const Json &record);
base::Result<void> read_aws_cloudtrail(const Json &record, EventBuilder &out);
// google_workspace.cpp
bool is_google_workspace(const Json &record);
base::Result<void> read_google_workspace(const Json &record, EventBuilder &out);
// google_cloud.cpp
bool is_google_cloud(const Json &record);
base::Result<void> read_google_cloud(const Json &record, EventBuilder &out);
// salesforce.cpp: event log files, login history.
bool is_salesforce(const Json &record);
base::Result<void> read_salesforce(const Json &record, EventBuilder &out);
// windows.cpp: event records as evtx_dump, Chainsaw, Hayabusa, Winlogbeat, NXLog, PowerShell and Log
// Analytics write them.
bool is_windows(const Json &record);
base::Result<void> read_windows(const Json &record, EventBuilder &out);
// duo.cpp, onelogin.cpp, auth0.cpp
bool is_duo(const Json &record);
base::Result<void> read_duo(const Json &record, EventBuilder &out);
bool is_onelogin(const Json &record);
base::Result<void> read_onelogin(const Json &record, EventBuilder &out);
bool is_auth0(const Json &record);
base::Result<void> read_auth0(const Json &record, EventBuilder &out);
// ocsf.cpp, ecs.cpp: what other products made of their logs. Where the original is inside, it is read
// instead.
bool is_ocsf(const Json &record);
base::Result<void> read_ocsf(const Json &record, EventBuilder &out);
bool is_ecs(const Json &record);
base::Result<void> read_ecs(const Json &record, EventBuilder &out);

}  // namespace dislodge::log

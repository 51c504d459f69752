// The table of sources.

#include "log/sources.hpp"
#include "log/syslog.hpp"

namespace dislodge::log {

std::span<const SourceReader> source_readers() {
  static constexpr SourceReader kReaders[] = {
      {Source::m365_audit, is_m365_audit, read_m365_audit},
      {Source::entra_signin, is_entra_signin, read_entra_signin},
      {Source::entra_audit, is_entra_audit, read_entra_audit},
      {Source::graph_activity, is_graph_activity, read_graph_activity},
      {Source::entra_risk, is_entra_risk, read_entra_risk},
      {Source::message_trace, is_message_trace, read_message_trace},
      {Source::exchange_audit, is_exchange_audit, read_exchange_audit},
      {Source::defender, is_defender, read_defender},
      {Source::aws_cloudtrail, is_aws_cloudtrail, read_aws_cloudtrail},
      {Source::windows, is_windows, read_windows},
      {Source::okta, is_okta, read_okta},
      {Source::google_cloud, is_google_cloud, read_google_cloud},
      {Source::google, is_google_workspace, read_google_workspace},
      {Source::salesforce, is_salesforce, read_salesforce},
      {Source::onelogin, is_onelogin, read_onelogin},
      {Source::auth0, is_auth0, read_auth0},
      {Source::duo, is_duo, read_duo},
      {Source::ocsf, is_ocsf, read_ocsf},
      {Source::syslog, is_journal, read_journal},
      {Source::ecs, is_ecs, read_ecs},
      {Source::azure_activity, is_azure_activity, read_azure_activity},
      {Source::gitlab, is_gitlab, read_gitlab},
      {Source::github, is_github, read_github},
  };
  return kReaders;
}

}  // namespace dislodge::log

#include "detect/sigma_logsource.hpp"

namespace dislodge::detect {

namespace {

using log::Source;

struct Channel {
  std::string_view service, channel;
};
constexpr Channel kChannels[] = {
    {"security", "Security"},
    {"system", "System"},
    {"application", "Application"},
    {"sysmon", "Microsoft-Windows-Sysmon/Operational"},
    {"powershell", "Microsoft-Windows-PowerShell/Operational"},
    {"powershell-classic", "Windows PowerShell"},
    {"taskscheduler", "Microsoft-Windows-TaskScheduler/Operational"},
    {"windefend", "Microsoft-Windows-Windows Defender/Operational"},
    {"ntlm", "Microsoft-Windows-NTLM/Operational"},
    {"dns-server", "DNS Server"},
    {"bits-client", "Microsoft-Windows-Bits-Client/Operational"},
    {"codeintegrity-operational", "Microsoft-Windows-CodeIntegrity/Operational"},
    {"firewall-as", "Microsoft-Windows-Windows Firewall With Advanced Security/Firewall"},
    {"terminalservices-localsessionmanager",
     "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational"},
    {"wmi", "Microsoft-Windows-WMI-Activity/Operational"},
};
struct Category {
  std::string_view category;
  std::vector<std::string_view> ids;
};
const Category kCategories[] = {
    {"process_creation", {"1", "4688"}},
    {"file_change", {"2"}},
    {"network_connection", {"3", "5156"}},
    {"process_termination", {"5"}},
    {"driver_load", {"6"}},
    {"image_load", {"7"}},
    {"create_remote_thread", {"8"}},
    {"raw_access_thread", {"9"}},
    {"process_access", {"10"}},
    {"file_event", {"11"}},
    {"registry_add", {"12"}},
    {"registry_delete", {"12"}},
    {"registry_set", {"13"}},
    {"registry_rename", {"14"}},
    {"registry_event", {"12", "13", "14"}},
    {"create_stream_hash", {"15"}},
    {"pipe_created", {"17", "18"}},
    {"wmi_event", {"19", "20", "21"}},
    {"dns_query", {"22"}},
    {"file_delete", {"23", "26"}},
    {"clipboard_capture", {"24"}},
    {"process_tampering", {"25"}},
    {"file_block", {"27", "28"}},
    {"file_executable_detected", {"29"}},
    {"ps_module", {"4103"}},
    {"ps_script", {"4104"}},
    {"ps_classic_start", {"400"}},
    {"ps_classic_provider_start", {"600"}},
    {"ps_classic_script", {"800"}},
};

}  // namespace

std::uint32_t sources_of(const SigmaLogsource &logsource) {
  const std::string_view product = logsource.product, service = logsource.service;
  std::uint32_t sources = bit_of(Source::generic);
  if (product == "azure") {
    if (service == "signinlogs" || service == "riskdetection")
      sources |= bit_of(Source::entra_signin) | bit_of(Source::entra_risk);
    else if (service == "auditlogs" || service == "pim")
      sources |= bit_of(Source::entra_audit);
    else if (service == "activitylogs")
      sources |= bit_of(Source::azure_activity);
    else
      sources |= bit_of(Source::entra_signin) | bit_of(Source::entra_audit) | bit_of(Source::graph_activity);
  } else if (product == "m365") {
    sources |= bit_of(Source::m365_audit) | bit_of(Source::exchange_audit) | bit_of(Source::message_trace);
  } else if (product == "okta") {
    sources |= bit_of(Source::okta);
  } else if (product == "github") {
    sources |= bit_of(Source::github);
  } else if (product == "gitlab") {
    sources |= bit_of(Source::gitlab);
  } else if (product == "aws") {
    sources |= bit_of(Source::aws_cloudtrail);
  } else if (product == "gcp" || product == "google_workspace") {
    sources |= bit_of(Source::google) | bit_of(Source::google_cloud);
  } else if (product == "salesforce") {
    sources |= bit_of(Source::salesforce);
  } else if (product == "windows") {
    sources |= bit_of(Source::windows) | bit_of(Source::ecs);
  } else if (product == "linux") {
    sources |= bit_of(Source::sshd) | bit_of(Source::syslog);
  } else if (product == "any") {
    sources = ~0u;
  }
  return sources;
}

std::vector<std::string_view> channels_of(const SigmaLogsource &logsource) {
  std::vector<std::string_view> out;
  if (logsource.product != "windows") return out;
  for (const Channel &one : kChannels)
    if (logsource.service == one.service) out.push_back(one.channel);
  return out;
}

std::vector<std::string_view> event_ids_of(const SigmaLogsource &logsource) {
  std::vector<std::string_view> out;
  if (logsource.product != "windows") return out;
  for (const Category &one : kCategories)
    if (logsource.category == one.category) out.insert(out.end(), one.ids.begin(), one.ids.end());
  return out;
}

}  // namespace dislodge::detect

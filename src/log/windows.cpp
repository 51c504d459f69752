// Windows event records, in the shapes that exporters give them: evtx_dump and Chainsaw ({"Event": {"System",
// "EventData"}}), Hayabusa (rule and details beside), Winlogbeat ("winlog"), NXLog and flat JSON as in the
// Mordor data sets, PowerShell's ConvertTo-Json, and Log Analytics' SecurityEvent and Event tables.
// Source: learn.microsoft.com/windows/security/threat-protection/auditing (one page an event id).

#include <algorithm>
#include <array>
#include <string>

#include "base/encode.hpp"
#include "log/fields.hpp"
#include "log/sources.hpp"
#include "log/windows_codes.hpp"
#include "log/winevent_values.hpp"

namespace dislodge::log {

namespace {

constexpr std::size_t kDocumentsMax = 10'000;  // events of an aggregate of Chainsaw

// Where the parts of a record are.
struct Parts {
  Json record;  // the outer one
  Json system;  // Event.System, or the record
  Json data;    // Event.EventData, winlog.event_data, or the record
};

// {"Event": {...}} by itself or in what Chainsaw puts around it, of which an aggregate holds several.
Json event_of(const Json &record, std::size_t which = 0) {
  // ECS has an "event" too: only this one has a system.
  if (const Json event = record.get("Event"); event.get("System").is_object()) return event;
  Json data = record.get("document").get("data");
  if (!data) data = record.get("documents").at(which).get("data");
  if (const Json event = data.get("Event"); event.is_object()) return event;
  return {};
}

Parts parts_of(const Json &record, std::size_t which) {
  if (const Json event = event_of(record, which)) {
    Json data = event.any({"EventData", "UserData"}).unpacked();
    // UserData holds one object named after its provider.
    if (event.get("UserData").is_object() && !event.get("EventData")) {
      Json inner;
      data.for_members([&](std::string_view, const Json &value) {
        if (!inner && value.is_object()) inner = value;
      });
      if (inner) data = inner;
    }
    return {record, event.get("System"), data};
  }
  if (const Json winlog = record.get("winlog"); winlog.is_object()) {
    Json data = winlog.any({"event_data", "user_data"});
    return {record, winlog, data ? data : winlog};
  }
  for (const std::string_view name : {"event_data", "EventData", "ExtraEventData", "AllFieldInfo", "Details"})
    if (const Json data = record.get(name).unpacked(); data.is_object()) return {record, record, data};
  return {record, record, record};
}

// Values of attributes: 4624, "4624", {"#text": 4624}, {"Value": 4624}.
std::string_view plain(const Json &value) {
  if (value.is_object()) return value.any({"#text", "Value", "text"}).text();
  return value.text();
}

std::string_view system_text(const Parts &parts, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    const std::string_view text = base::trim(plain(at(parts.system, name)));
    if (!text.empty()) return text;
  }
  return {};
}

std::optional<std::int64_t> event_id(const Parts &parts) {
  for (const std::string_view name :
       {"EventID", "event_id", "Id", "EventId", "winlog.event_id", "EventCode"}) {
    const Json value = at(parts.system, name);
    const Json scalar = value.is_object() ? value.any({"#text", "Value"}) : value;
    if (const auto number = scalar.number(); number && *number >= 0 && *number < 65536) return number;
    // A finding of Hayabusa over several events has all their numbers, as "4625 ¦ 4771".
    std::int64_t first = 0;
    const std::string_view text = scalar.text();
    for (std::size_t i = 0; i < text.size() && i < 5 && text[i] >= '0' && text[i] <= '9'; ++i)
      first = first * 10 + (text[i] - '0');
    if (first > 0 && first < 65536 && text.find("\xC2\xA6") != std::string_view::npos) return first;
  }
  return std::nullopt;
}

// A field of the event's data. Some names are followed by "_string" or a type in Log Analytics; Hayabusa
// abbreviates; a list of Data elements is given by position only and has no names.
std::string_view field(const Parts &parts, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    std::string_view text = base::trim(plain(parts.data.get(name)));
    if (text.empty()) text = base::trim(plain(parts.record.get(std::string(name) + "_string")));
    if (text.empty() || text == "-" || text == "N/A" || text == "%%1793") continue;
    return text;
  }
  return {};
}

// Details of Hayabusa as one text: "Type: 3 - NETWORK ¦ TgtUser: x ¦ SrcIP: y".
std::string_view in_details(std::string_view details, std::string_view name) {
  std::size_t at_name = 0;
  while ((at_name = details.find(name, at_name)) != std::string_view::npos) {
    const std::size_t after = at_name + name.size();
    const bool whole = at_name == 0 || details[at_name - 1] == ' ';
    if (whole && details.substr(after, 2) == ": ") {
      std::string_view rest = details.substr(after + 2);
      return base::trim(rest.substr(0, std::min(rest.find("\xC2\xA6"), rest.find(" | "))));
    }
    at_name = after;
  }
  return {};
}

struct Reading {
  Parts parts;
  std::string_view details;  // Hayabusa's text, or empty
  std::string_view of(std::initializer_list<std::string_view> names,
                      std::initializer_list<std::string_view> short_names = {}) const {
    if (const std::string_view text = field(parts, names); !text.empty()) return text;
    for (const std::string_view name : short_names) {
      std::string_view text =
          details.empty() ? base::trim(plain(parts.data.get(name))) : in_details(details, name);
      if (text.empty()) {
        const Json extra = parts.record.get("ExtraFieldInfo");
        text = extra.is_object() ? base::trim(extra.text(name)) : in_details(extra.text(), name);
      }
      if (!text.empty() && text != "-" && text != "n/a") return text;
    }
    return {};
  }
};

std::string account(std::string_view domain, std::string_view user) {
  if (user.empty() || user.find('\\') != std::string_view::npos || user.find('@') != std::string_view::npos ||
      domain.empty())
    return std::string(user);
  return std::string(domain) + '\\' + std::string(user);
}

// Who is put into a group: the name of its entry in the directory, else of the identifier where that is one
// of those that every computer has (MS-DTYP 2.4.2.4).
std::string member_name(const Reading &in, std::string_view domain) {
  constexpr std::pair<std::string_view, std::string_view> kWellKnown[] = {{"S-1-1-0", "Everyone"},
                                                                          {"S-1-5-7", "ANONYMOUS LOGON"},
                                                                          {"S-1-5-11", "Authenticated Users"},
                                                                          {"S-1-5-18", "SYSTEM"},
                                                                          {"S-1-5-19", "LOCAL SERVICE"},
                                                                          {"S-1-5-20", "NETWORK SERVICE"},
                                                                          {"S-1-5-32-545", "builtin\\Users"}};
  const std::string_view name = in.of({"MemberName"});
  if (name.starts_with("CN=") || name.starts_with("cn=")) {
    std::string out;
    for (std::size_t i = 3; i < name.size() && name[i] != ','; ++i) {
      if (name[i] == '\\' && i + 1 < name.size()) ++i;
      out += name[i];
    }
    return account(base::equal_ignoring_case(domain, "Builtin") ? std::string_view() : domain, out);
  }
  if (!name.empty()) return std::string(name);
  const std::string_view sid = in.of({"MemberSid"}, {"MemberSid"});
  for (const auto &[known, called] : kWellKnown)
    if (sid == known) return std::string(called);
  if (sid.starts_with("S-1-5-21-") && sid.ends_with("-501")) return "Guest";
  if (sid.starts_with("S-1-5-21-") && sid.ends_with("-500")) return "Administrator";
  return std::string(sid);
}

void read_logon(const Reading &in, std::int64_t id, EventBuilder &out) {
  Event &event = out.event();
  const std::string_view type_text = in.of({"LogonType"}, {"Type"});
  const int type = logon_type_of(type_text);
  out.set(&Event::client, logon_type_name(type));
  out.extra("logon-type", std::to_string(type));
  event.event_class = type == 2 || type == 7 || type == 10 || type == 11 || type == 13 || id == 4648
                          ? EventClass::interactive_signin
                          : EventClass::noninteractive_signin;
  if (id == 4625) {
    const std::string_view status = in.of({"Status"});
    const std::string_view sub = in.of({"SubStatus"}, {"SubStatus"});
    event.code = static_cast<std::int32_t>(status_code(sub) != 0 ? status_code(sub) : status_code(status));
    // Timelines may leave the status out: that it failed is sure, and most fail on the password.
    event.outcome =
        event.code == 0 ? Outcome::wrong_secret : outcome_of_ntstatus(static_cast<std::uint32_t>(event.code));
    out.extra("status", status);
    out.extra("sub-status", sub);
    out.extra("reason", in.of({"FailureReason"}));
  } else {
    event.outcome = Outcome::ok;
  }
  if (id == 4648) out.extra("explicit", "true");
}

void read_kerberos(const Reading &in, std::int64_t id, EventBuilder &out) {
  Event &event = out.event();
  event.event_class = id == 4769 || id == 4770 ? EventClass::key_use : EventClass::noninteractive_signin;
  const std::string_view status = in.of({"Status", "FailureCode", "ResultCode"}, {"Status"});
  event.code = static_cast<std::int32_t>(status_code(status));
  event.outcome = outcome_of_kerberos(static_cast<std::uint32_t>(event.code), id == 4771);
  out.set(&Event::client, "Kerberos");
  out.extra("status", status);
  out.extra("encryption", in.of({"TicketEncryptionType"}, {"TicketEncryptionType"}));
  out.extra("pre-authentication", in.of({"PreAuthType"}, {"PreAuthType"}));
  out.extra("service", in.of({"ServiceName"}, {"Svc"}));
}

void read_common(const Reading &in, EventBuilder &out) {
  const std::string_view process = in.of({"ProcessName", "NewProcessName", "Image"}, {"Proc"});
  out.extra("process", process);
  out.extra("parent-process", in.of({"ParentProcessName", "ParentImage"}, {"ParentCmdline"}));
  out.extra("command-line", in.of({"CommandLine", "ProcessCommandLine"}, {"Cmdline"}).substr(0, 4000));
  out.extra("workstation", in.of({"WorkstationName", "Workstation"}, {"SrcComp"}));
  out.extra("service", in.of({"ServiceName", "ServiceFileName"}, {"Svc"}));
  out.extra("logon-id", in.of({"TargetLogonId", "SubjectLogonId"}, {"LID"}));
  out.extra("privileges", in.of({"PrivilegeList"}));
  out.extra("object", in.of({"ObjectName", "ObjectDN", "RelativeTargetName"}, {"ObjDN"}));
  out.extra("object-type", in.of({"ObjectType", "ObjectClass"}));
  out.extra("properties", in.of({"Properties"}).substr(0, 4000));
  out.extra("access-mask", in.of({"AccessMask"}));
  out.extra("share", in.of({"ShareName"}, {"ShareName"}));
  out.extra("attribute", in.of({"AttributeLDAPDisplayName"}, {"AttrLDAPName"}));
  out.extra("new:value", in.of({"AttributeValue"}).substr(0, 2000));
  out.extra("group", in.of({"TargetSid"}).empty() ? std::string_view() : in.of({"TargetUserName"}));
  out.extra("member", in.of({"MemberName", "MemberSid"}, {"MemberSid"}));
  out.extra("logon-process", in.of({"LogonProcessName"}));
  out.extra("authentication-package", in.of({"AuthenticationPackageName", "PackageName"}, {"AuthPkg"}));
  out.extra("task", in.of({"TaskName"}));
  // AD FS gives an activity id that joins its events.
  out.extra("instance", in.of({"InstanceId"}));
}

// Hayabusa's short names of channels (its config/channel_abbreviations.txt): a record's number counts within
// its channel, and it is the same record in the log itself.
std::string_view channel_of(std::string_view shown) {
  static constexpr std::pair<std::string_view, std::string_view> kShort[] = {
      {"App", "Application"},
      {"Sec", "Security"},
      {"Sys", "System"},
      {"Sysmon", "Microsoft-Windows-Sysmon/Operational"},
      {"PwSh", "Microsoft-Windows-PowerShell/Operational"},
      {"PwShClassic", "Windows PowerShell"},
      {"DNS-Svr", "DNS Server"},
      {"Defender", "Microsoft-Windows-Windows Defender/Operational"},
      {"TaskSch", "Microsoft-Windows-TaskScheduler/Operational"},
      {"RDP-LSM", "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational"},
      {"RDP-RCM", "Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational"},
      {"WinRM", "Microsoft-Windows-WinRM/Operational"},
      {"WMI", "Microsoft-Windows-WMI-Activity/Operational"},
      {"NTLM", "Microsoft-Windows-NTLM/Operational"},
      {"BitsCli", "Microsoft-Windows-Bits-Client/Operational"},
      {"Firewall", "Microsoft-Windows-Windows Firewall With Advanced Security/Firewall"},
  };
  for (const auto &[name, channel] : kShort)
    if (shown == name) return channel;
  return shown;
}

// Hayabusa's profiles for Timesketch have other names for the time and the rule (its config/profiles.yaml).
bool is_for_timesketch(const Json &record) {
  return record.text("timestamp_desc") == "hayabusa";
}

// The first of what a finding over several events lists, as "dc1 ¦ dc2".
std::string_view first_listed(std::string_view text) {
  return base::trim(text.substr(0, text.find(" \xC2\xA6 ")));
}

// What another program found in the event: which program, which rule, how grave, and as which techniques.
// detect/rule_hits.cpp tells it with that name. Chainsaw writes tags as lists, Hayabusa as lists or as one
// text.
void read_finding(const Json &record, EventBuilder &out) {
  std::string_view rule = text_at(record, {"RuleTitle"});
  if (rule.empty() && is_for_timesketch(record)) rule = text_at(record, {"message"});
  std::string_view by = "Hayabusa";
  if (rule.empty() && record.any({"document", "documents"}) && record.get("group")) {
    rule = text_at(record, {"name"});
    by = "Chainsaw";
  }
  if (rule.empty()) return;
  out.extra("found-by", by);
  out.extra("found-rule", rule);
  out.extra("found-level", text_at(record, {"Level", "level"}));
  const auto techniques_in = [&](std::string_view text) {
    for (std::size_t at = 0; at + 5 <= text.size(); ++at) {
      if ((text[at] != 'T' && text[at] != 't') || (at > 0 && text[at - 1] != '.' && text[at - 1] != ' '))
        continue;
      std::size_t end = at + 1;
      while (end < text.size() && ((text[end] >= '0' && text[end] <= '9') || text[end] == '.')) ++end;
      if (end - at < 5) continue;
      out.extra("found-technique", "T" + std::string(text.substr(at + 1, end - at - 1)));
      at = end;
    }
  };
  const Json tags = record.any({"MitreTags", "tags"});
  if (tags.is_text()) techniques_in(tags.text());
  tags.for_each([&](const Json &tag) { techniques_in(tag.text()); });
}

}  // namespace

bool is_windows(const Json &record) {
  if (!record.is_object() ||
      record.any({"RecordType", "class_uid", "eventSource", "EVENT_TYPE", "protoPayload"}))
    return false;
  if (const Json event = event_of(record)) return event.get("System").is_object();
  if (const Json winlog = record.get("winlog"); winlog.is_object()) return true;
  const bool numbered =
      record.any({"EventID", "event_id", "EventCode"}) || (record.get("Id") && record.get("LogName"));
  if (!numbered) return false;
  return !!record.any({"Channel", "log_name", "LogName", "Computer", "Hostname", "computer_name",
                       "MachineName", "SourceName", "provider_name", "ProviderName", "EventSourceName",
                       "EventLog", "Provider"});
}

namespace {

base::Result<void> read_one(const Json &record, std::size_t which, EventBuilder &out) {
  Reading in{parts_of(record, which), {}};
  const Parts &parts = in.parts;
  if (const Json details = record.get("Details"); details.is_text()) in.details = details.text();
  const std::string_view shown =
      system_text(parts, {"TimeCreated.#attributes.SystemTime", "TimeCreated.SystemTime",
                          "TimeCreated_attributes.SystemTime", "TimeCreated.@SystemTime"});
  if (shown.empty() || !out.set_time(shown))
    DISLODGE_TRY(
        set_time_at(out, record,
                    {"@timestamp", "EventTime", "TimeGenerated", "UtcTime", "TimeCreated", "SystemTime",
                     "Timestamp", "datetime", "EventReceivedTime", "timestamp", "_time"}));
  Event &event = out.event();
  const std::int64_t id = event_id(parts).value_or(0);
  const std::string_view provider = system_text(
      parts, {"Provider.#attributes.Name", "Provider_attributes.Name", "Provider.Name", "Provider.@Name",
              "provider_name", "ProviderName", "SourceName", "EventSourceName", "source_name", "Source"});
  const std::string_view channel =
      first_listed(system_text(parts, {"Channel", "channel", "log_name", "LogName", "EventLog"}));
  std::string_view computer =
      first_listed(system_text(parts, {"Computer", "computer_name", "MachineName", "Hostname", "host.name"}));
  if (computer.empty()) computer = record.text("Hostname");
  out.set_lower(&Event::resource_name, computer);
  // Whose log: the domain of the computer, as its full name tells.
  const std::size_t dot = computer.find('.');
  std::string_view tenant = out.declared_tenant();
  if (tenant.empty() && dot != std::string_view::npos) tenant = computer.substr(dot + 1);
  if (tenant.empty()) tenant = computer;
  out.set_lower(&Event::tenant, tenant);
  const std::string_view number = system_text(
      parts, {"EventRecordID", "record_id", "RecordNumber", "RecordID", "RecordId", "EventRecordId"});
  if (!number.empty())
    out.set(&Event::native_id,
            base::lower(computer) + '/' + base::lower(channel_of(channel)) + '/' + std::string(number));
  else
    out.set(&Event::native_id, text_at(record, {"EventOriginId"}));
  const EventKind kind = event_kind(static_cast<std::uint32_t>(id), provider, channel_of(channel));
  out.set(&Event::operation, kind.name.empty() ? "event " + std::to_string(id) : std::string(kind.name));
  out.extra("event-id", std::to_string(id));
  out.extra("channel", channel);
  out.extra("provider", provider);
  event.event_class = kind.event_class;

  const std::string_view target_user =
      in.of({"TargetUserName", "TargetUser", "AccountName"}, {"TgtUser", "User"});
  std::string_view target_domain = in.of({"TargetDomainName", "TargetDomain"}, {"TgtDomain"});
  const std::string_view subject_user =
      in.of({"SubjectUserName", "SubjectAccount", "User"}, {"SrcUser", "User"});
  const std::string_view subject_domain = in.of({"SubjectDomainName"}, {"SrcDomain"});
  // Where an account was locked, this field is the computer from which it was tried; the domain is that of
  // the controller which locked it.
  if (id == 4740) {
    out.extra("workstation", target_domain);
    target_domain = subject_domain;
  }
  std::string_view actor_user = subject_user, actor_domain = subject_domain;
  std::string_view actor_sid = in.of({"SubjectUserSid", "UserSid"}, {"SrcSID"});
  if (kind.actor_is_target || actor_user.empty()) {
    if (kind.actor_is_target || kind.event_class != EventClass::admin_change) {
      actor_user = target_user;
      actor_domain = target_domain;
      actor_sid = in.of({"TargetUserSid", "TargetSid"}, {"TgtSID"});
    }
  }
  const std::string actor_name = account(actor_domain, actor_user);
  out.set_lower(&Event::actor_name, actor_name);
  out.set(&Event::actor_id, actor_sid == "S-1-0-0" ? std::string_view() : actor_sid);
  const bool machine = actor_user.ends_with('$');
  const bool system = actor_sid == "S-1-5-18" || actor_sid == "S-1-5-19" || actor_sid == "S-1-5-20" ||
                      base::equal_ignoring_case(actor_user, "ANONYMOUS LOGON");
  out.set(&Event::actor_type, machine || system ? "system" : "user");
  if (kind.actor_is_target && !subject_user.empty() && subject_user != actor_user)
    out.extra("subject", base::lower(account(subject_domain, subject_user)));
  const bool of_group = id == 4728 || id == 4729 || id == 4732 || id == 4733 || id == 4756 || id == 4757;
  if (of_group) {
    // Whom it is done to is the member; the group is what they get.
    const std::string member = member_name(in, target_domain);
    out.set(&Event::target_name, base::lower(member));
    out.set(&Event::target_id, in.of({"MemberSid"}));
    out.set(&Event::target_type, "user");
    out.extra("group-sid", in.of({"TargetSid"}));
  } else if (!kind.actor_is_target && !target_user.empty()) {
    out.set(&Event::target_name, base::lower(account(target_domain, target_user)));
    out.set(&Event::target_id, in.of({"TargetSid", "TargetUserSid"}));
  } else if (id == 4769) {
    // Whose hash the ticket can be cracked for.
    const std::string_view service = in.of({"ServiceName"}, {"Svc"});
    if (!service.ends_with('$') && !base::equal_ignoring_case(service, "krbtgt")) {
      const std::string_view realm = target_user.substr(std::min(target_user.find('@'), target_user.size()));
      out.set(&Event::target_name,
              base::lower(service.find('/') != std::string_view::npos
                              ? std::string(service)
                              : account(realm.empty() ? target_domain : realm.substr(1), service)));
      out.set(&Event::target_id, in.of({"ServiceSid"}));
    }
  }
  out.extra("domain", actor_domain);

  out.set_address(
      in.of({"IpAddress", "SourceNetworkAddress", "ClientAddress", "SourceAddress", "SourceIp", "ClientIP"},
            {"SrcIP"}));
  if (out.get(&Event::address) == "local" || out.get(&Event::address) == "127.0.0.1" ||
      out.get(&Event::address) == "::1")
    out.extra("local", "true");
  out.extra("port", in.of({"IpPort", "SourcePort"}, {"SrcPort"}));

  if (id == 4624 || id == 4625 || id == 4648)
    read_logon(in, id, out);
  else if (id == 4768 || id == 4769 || id == 4770 || id == 4771)
    read_kerberos(in, id, out);
  else if (id == 4776) {
    event.event_class = EventClass::noninteractive_signin;
    const std::string_view status = in.of({"Status"}, {"Status"});
    event.code = static_cast<std::int32_t>(status_code(status));
    event.outcome = outcome_of_ntstatus(static_cast<std::uint32_t>(event.code));
    out.set(&Event::client, "NTLM");
    out.extra("status", status);
  } else if (kind.event_class != EventClass::other || id != 0) {
    event.outcome = kind.outcome;
  }
  out.set_id(&Event::correlation, in.of({"LogonGuid"}, {"LGUID"}));
  if (!out.is_set(&Event::correlation))
    out.set_id(&Event::correlation,
               system_text(parts, {"Correlation.#attributes.ActivityID", "activity_id", "ActivityID"}));
  out.set(&Event::session, in.of({"TargetLogonId"}, {"TgtLID", "LID"}));
  const bool signin = event.event_class == EventClass::interactive_signin ||
                      event.event_class == EventClass::noninteractive_signin;
  if (signin && !out.is_set(&Event::actor_name) && !out.is_set(&Event::address) && is_get_winevent(record))
    return fail(base::ErrorKind::damaged,
                "it holds neither the event's values nor an English message: export it with "
                "\"wevtutil epl\", or with \"ConvertTo-Json -Depth 4\"");
  read_common(in, out);
  read_finding(record, out);
  return {};
}

}  // namespace

base::Result<void> read_windows(const Json &record, EventBuilder &out) {
  DISLODGE_TRY(read_one(record, 0, out));
  for (std::size_t i = 1; i < kDocumentsMax && event_of(record, i) && record.get("documents"); ++i) {
    out.begin_sibling();
    DISLODGE_TRY(read_one(record, i, out));
  }
  return {};
}

}  // namespace dislodge::log

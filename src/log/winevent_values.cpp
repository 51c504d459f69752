#include "log/winevent_values.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/encode.hpp"
#include "base/json_writer.hpp"

namespace dislodge::log {

namespace {

using Values = std::vector<std::pair<std::string, std::string>>;  // name, value

// Names of an event's values in order; later versions of an event add to the end. S stands for who did it:
// four values that begin with its SID.
struct Layout {
  int id;
  std::string_view names;
};
constexpr Layout kLayouts[] = {
    {1102, "S"},
    {4624,
     "S TargetUserSid TargetUserName TargetDomainName TargetLogonId LogonType LogonProcessName "
     "AuthenticationPackageName WorkstationName LogonGuid TransmittedServices LmPackageName KeyLength "
     "ProcessId ProcessName IpAddress IpPort"},
    {4625,
     "S TargetUserSid TargetUserName TargetDomainName Status FailureReason SubStatus LogonType "
     "LogonProcessName AuthenticationPackageName WorkstationName TransmittedServices LmPackageName KeyLength "
     "ProcessId ProcessName IpAddress IpPort"},
    {4634, "TargetUserSid TargetUserName TargetDomainName TargetLogonId LogonType"},
    {4647, "TargetUserSid TargetUserName TargetDomainName TargetLogonId"},
    {4648,
     "S LogonGuid TargetUserName TargetDomainName TargetLogonGuid TargetServerName TargetInfo ProcessId "
     "ProcessName IpAddress IpPort"},
    {4662, "S ObjectServer ObjectType ObjectName OperationType HandleId AccessList AccessMask Properties"},
    {4672, "S PrivilegeList"},
    {4688,
     "S NewProcessId NewProcessName TokenElevationType ProcessId CommandLine TargetUserSid TargetUserName "
     "TargetDomainName TargetLogonId ParentProcessName"},
    {4697, "S ServiceName ServiceFileName ServiceType ServiceStartType ServiceAccount"},
    {4698, "S TaskName TaskContent"},
    {4720, "TargetUserName TargetDomainName TargetSid S PrivilegeList"},
    {4722, "TargetUserName TargetDomainName TargetSid S"},
    {4723, "TargetUserName TargetDomainName TargetSid S PrivilegeList"},
    {4724, "TargetUserName TargetDomainName TargetSid S"},
    {4725, "TargetUserName TargetDomainName TargetSid S"},
    {4726, "TargetUserName TargetDomainName TargetSid S PrivilegeList"},
    {4728, "MemberName MemberSid TargetUserName TargetDomainName TargetSid S PrivilegeList"},
    {4729, "MemberName MemberSid TargetUserName TargetDomainName TargetSid S PrivilegeList"},
    {4732, "MemberName MemberSid TargetUserName TargetDomainName TargetSid S PrivilegeList"},
    {4733, "MemberName MemberSid TargetUserName TargetDomainName TargetSid S PrivilegeList"},
    {4738, "Dummy TargetUserName TargetDomainName TargetSid S PrivilegeList"},
    {4740, "TargetUserName TargetDomainName TargetSid S"},
    {4756, "MemberName MemberSid TargetUserName TargetDomainName TargetSid S PrivilegeList"},
    {4757, "MemberName MemberSid TargetUserName TargetDomainName TargetSid S PrivilegeList"},
    {4767, "TargetUserName TargetDomainName TargetSid S"},
    {4768,
     "TargetUserName TargetDomainName TargetSid ServiceName ServiceSid TicketOptions Status "
     "TicketEncryptionType PreAuthType IpAddress IpPort"},
    {4769,
     "TargetUserName TargetDomainName ServiceName ServiceSid TicketOptions TicketEncryptionType IpAddress "
     "IpPort Status LogonGuid TransmittedServices"},
    {4770,
     "TargetUserName TargetDomainName ServiceName ServiceSid TicketOptions TicketEncryptionType IpAddress "
     "IpPort"},
    {4771, "TargetUserName TargetSid ServiceName TicketOptions Status PreAuthType IpAddress IpPort"},
    {4776, "PackageName TargetUserName Workstation Status"},
    {5136,
     "OpCorrelationID AppCorrelationID S DSName DSType ObjectDN ObjectGUID ObjectClass "
     "AttributeLDAPDisplayName AttributeSyntaxOID AttributeValue OperationType"},
    {5140, "S ObjectType IpAddress IpPort ShareName ShareLocalPath AccessMask AccessList"},
    {5145, "S ObjectType IpAddress IpPort ShareName ShareLocalPath RelativeTargetName AccessMask AccessList"},
};
constexpr std::string_view kSubject = "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId";

template <typename Each>
void each_name(std::string_view names, Each &&each) {
  while (!names.empty()) {
    const std::string_view name = names.substr(0, names.find(' '));
    names.remove_prefix(std::min(names.size(), name.size() + 1));
    if (name == "S")
      each_name(kSubject, each);
    else
      each(name);
  }
}

// PowerShell writes as numbers what all others write in hexadecimal: codes (as negative ones), ids of logons,
// kinds of encryption.
std::string as_others_write(std::string_view name, std::string_view value) {
  const bool hexadecimal = name.ends_with("Status") || name.ends_with("LogonId") ||
                           name == "TicketEncryptionType" || name == "TicketOptions" || name == "AccessMask";
  std::int64_t number = 0;
  const auto [end, wrong] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (!hexadecimal || wrong != std::errc() || end != value.data() + value.size()) return std::string(value);
  const std::uint64_t bits =
      number < 0 ? static_cast<std::uint32_t>(number) : static_cast<std::uint64_t>(number);
  char text[17];
  const auto written = std::to_chars(text, text + sizeof text, bits, 16);
  return "0x" + std::string(text, written.ptr);
}

// A value by itself, or {"Value": ...} as objects become; a SID is an object once more.
std::string_view value_of(const Json &property) {
  Json value = property;
  for (int depth = 0; depth < 3 && value.is_object(); ++depth) value = value.get("Value");
  return base::trim(value.text());
}

Values in_order(int id, const Json &properties) {
  Values out;
  std::string_view names;
  for (const Layout &one : kLayouts)
    if (one.id == id) names = one.names;
  std::vector<std::string_view> all;
  properties.for_each([&](const Json &property) { all.push_back(value_of(property)); });
  std::size_t at = 0;
  each_name(names, [&](std::string_view name) {
    if (at >= all.size()) return;
    const std::string_view value = all[at++];
    // Beyond its depth ConvertTo-Json writes the name of the type.
    if (!value.empty() && !value.starts_with("System.Diagnostics."))
      out.emplace_back(std::string(name), as_others_write(name, value));
  });
  return out;
}

// Whose "Account Name" it is, by the heading above it.
std::string_view party_of(std::string_view heading) {
  if (heading == "Subject") return "Subject";
  if (heading == "Member") return "Member";
  if (heading == "Group") return "Group";
  return "Target";
}

// The sentences of an event in English: headings at the margin, "Label:<tabs>value" below them.
Values in_message(int id, std::string_view message) {
  struct Label {
    std::string_view label, name;
  };
  constexpr Label kLabels[] = {{"Logon Type", "LogonType"},
                               {"Status", "Status"},
                               {"Sub Status", "SubStatus"},
                               {"Failure Code", "Status"},
                               {"Result Code", "Status"},
                               {"Error Code", "Status"},
                               {"Failure Reason", "FailureReason"},
                               {"Workstation Name", "WorkstationName"},
                               {"Source Workstation", "Workstation"},
                               {"Source Network Address", "IpAddress"},
                               {"Network Address", "IpAddress"},
                               {"Client Address", "IpAddress"},
                               {"Source Address", "IpAddress"},
                               {"Source Port", "IpPort"},
                               {"Client Port", "IpPort"},
                               {"Port", "IpPort"},
                               {"Logon Account", "TargetUserName"},
                               {"Supplied Realm Name", "TargetDomainName"},
                               {"User ID", "TargetSid"},
                               {"Service Name", "ServiceName"},
                               {"Service ID", "ServiceSid"},
                               {"Service File Name", "ServiceFileName"},
                               {"Ticket Encryption Type", "TicketEncryptionType"},
                               {"Pre-Authentication Type", "PreAuthType"},
                               {"Logon GUID", "LogonGuid"},
                               {"Logon Process", "LogonProcessName"},
                               {"Authentication Package", "AuthenticationPackageName"},
                               {"Target Server Name", "TargetServerName"},
                               {"New Process Name", "NewProcessName"},
                               {"Process Name", "ProcessName"},
                               {"Creator Process Name", "ParentProcessName"},
                               {"Process Command Line", "CommandLine"},
                               {"Privileges", "PrivilegeList"},
                               {"Task Name", "TaskName"},
                               {"Share Name", "ShareName"},
                               {"Relative Target Name", "RelativeTargetName"},
                               {"Object Name", "ObjectName"},
                               {"Object Type", "ObjectType"},
                               {"Properties", "Properties"},
                               {"Accesses", "AccessList"},
                               {"Access Mask", "AccessMask"}};
  Values out;
  std::string heading;
  const auto add = [&](std::string name, std::string_view value) {
    for (const auto &[known, said] : out)
      if (known == name) return;
    out.emplace_back(std::move(name), std::string(value));
  };
  while (!message.empty()) {
    const std::string_view line = message.substr(0, message.find_first_of("\r\n"));
    message.remove_prefix(std::min(message.size(), line.size() + 1));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view label = base::trim(line.substr(0, colon));
    const std::string_view value = base::trim(line.substr(colon + 1));
    if (value.empty()) {
      heading = label;
      continue;
    }
    if (value == "-") continue;
    const std::string party(party_of(heading));
    if (label == "Security ID") {
      if (party == "Group")
        add("TargetSid", value);
      else if (party == "Member")
        add("MemberSid", value);
      else if (party == "Subject")
        add("SubjectUserSid", value);
      else {
        add("TargetUserSid", value);
        add("TargetSid", value);
      }
    } else if (label == "Account Name") {
      add(party == "Member" ? "MemberName" : party + "UserName", value);
    } else if (label == "Account Domain" && party != "Member") {
      // Where an account was locked, that field is the computer below.
      add(id == 4740 && party == "Target" ? "AccountDomain" : party + "DomainName", value);
    } else if (label == "Group Name") {
      add("TargetUserName", value);
    } else if (label == "Group Domain") {
      add("TargetDomainName", value);
    } else if (label == "Caller Computer Name") {
      add("TargetDomainName", value);
    } else if (label == "Logon ID") {
      add(party + "LogonId", base::lower(value));
    } else {
      for (const Label &one : kLabels)
        if (label == one.label) add(std::string(one.name), value);
    }
  }
  return out;
}

}  // namespace

bool is_get_winevent(const Json &record) {
  return record.get("LogName") && record.get("Id") && record.any({"ProviderName", "ProviderId"}) &&
         record.any({"Properties", "Message"});
}

std::string windows_of_get_winevent(const Json &record) {
  const int id = static_cast<int>(record.get("Id").number().value_or(0));
  const bool security = record.text("LogName") == "Security";
  // Numbers are those of a provider: a value's place is known of this one.
  Values values;
  if (security) {
    values = in_order(id, record.get("Properties").unpacked());
    if (values.empty()) values = in_message(id, record.text("Message"));
  }
  if (values.empty()) return {};
  base::JsonWriter json;
  const auto field = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) json.field(name, value);
  };
  json.object([&] {
    json.object_field("Event", [&] {
      json.object_field("System", [&] {
        field("EventID", record.get("Id").text());
        field("Channel", record.get("LogName").text());
        field("Computer", record.get("MachineName").text());
        field("EventRecordID", record.get("RecordId").text());
        json.object_field("Provider", [&] { field("Name", record.get("ProviderName").text()); });
        json.object_field("TimeCreated", [&] {
          const Json time = record.get("TimeCreated");
          field("SystemTime", time.is_object() ? time.any({"value", "DateTime"}).text() : time.text());
        });
      });
      json.object_field("EventData", [&] {
        for (const auto &[name, value] : values) field(name, value);
      });
    });
  });
  return json.take();
}

}  // namespace dislodge::log

#include "log/windows_codes.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "base/encode.hpp"

namespace dislodge::log {

namespace {

struct Known {
  std::uint32_t id;
  EventKind kind;
};

constexpr auto kChange = EventClass::admin_change;
constexpr auto kKey = EventClass::key_use;
constexpr auto kOther = EventClass::other;
constexpr auto kFile = EventClass::file_access;
constexpr auto kNet = EventClass::noninteractive_signin;

// Channel "Security". Sorted by id.
constexpr Known kSecurity[] = {
    {1100, {"event log stopped", kChange, Outcome::ok, false}},
    {1102, {"security log cleared", kChange, Outcome::ok, false}},
    {4608, {"Windows started", kOther, Outcome::ok, false}},
    {4616, {"system time changed", kChange, Outcome::ok, false}},
    {4624, {"logon", kNet, Outcome::ok, true}},
    {4625, {"logon failed", kNet, Outcome::wrong_secret, true}},
    {4634, {"logoff", kOther, Outcome::ok, true}},
    {4647, {"logoff by user", kOther, Outcome::ok, true}},
    {4648, {"logon with explicit credentials", EventClass::interactive_signin, Outcome::ok, true}},
    {4656, {"object handle requested", kFile, Outcome::none, false}},
    {4657, {"registry value changed", kChange, Outcome::ok, false}},
    {4661, {"directory object handle requested", kOther, Outcome::none, false}},
    {4662, {"directory object accessed", EventClass::api_call, Outcome::ok, false}},
    {4663, {"object accessed", kFile, Outcome::ok, false}},
    {4670, {"object permissions changed", kChange, Outcome::ok, false}},
    {4672, {"special privileges assigned", kOther, Outcome::ok, false}},
    {4673, {"privileged service called", kOther, Outcome::none, false}},
    {4688, {"process created", kOther, Outcome::ok, false}},
    {4689, {"process ended", kOther, Outcome::ok, false}},
    {4692, {"data protection master key backed up", kKey, Outcome::ok, false}},
    {4694, {"data protected", kKey, Outcome::ok, false}},
    {4695, {"protected data opened", kKey, Outcome::ok, false}},
    {4697, {"service installed", kChange, Outcome::ok, false}},
    {4698, {"scheduled task created", kChange, Outcome::ok, false}},
    {4699, {"scheduled task deleted", kChange, Outcome::ok, false}},
    {4700, {"scheduled task enabled", kChange, Outcome::ok, false}},
    {4701, {"scheduled task disabled", kChange, Outcome::ok, false}},
    {4702, {"scheduled task updated", kChange, Outcome::ok, false}},
    {4704, {"user right assigned", kChange, Outcome::ok, false}},
    {4706, {"domain trust created", kChange, Outcome::ok, false}},
    {4713, {"Kerberos policy changed", kChange, Outcome::ok, false}},
    {4716, {"domain trust changed", kChange, Outcome::ok, false}},
    {4719, {"audit policy changed", kChange, Outcome::ok, false}},
    {4720, {"user created", kChange, Outcome::ok, false}},
    {4722, {"user enabled", kChange, Outcome::ok, false}},
    {4723, {"password change attempted", kChange, Outcome::ok, false}},
    {4724, {"password reset", kChange, Outcome::ok, false}},
    {4725, {"user disabled", kChange, Outcome::ok, false}},
    {4726, {"user deleted", kChange, Outcome::ok, false}},
    {4727, {"global group created", kChange, Outcome::ok, false}},
    {4728, {"member added to global group", kChange, Outcome::ok, false}},
    {4729, {"member removed from global group", kChange, Outcome::ok, false}},
    {4731, {"local group created", kChange, Outcome::ok, false}},
    {4732, {"member added to local group", kChange, Outcome::ok, false}},
    {4733, {"member removed from local group", kChange, Outcome::ok, false}},
    {4735, {"local group changed", kChange, Outcome::ok, false}},
    {4737, {"global group changed", kChange, Outcome::ok, false}},
    {4738, {"user changed", kChange, Outcome::ok, false}},
    {4739, {"domain policy changed", kChange, Outcome::ok, false}},
    {4740, {"user locked out", EventClass::alert, Outcome::blocked, true}},
    {4741, {"computer account created", kChange, Outcome::ok, false}},
    {4742, {"computer account changed", kChange, Outcome::ok, false}},
    {4743, {"computer account deleted", kChange, Outcome::ok, false}},
    {4756, {"member added to universal group", kChange, Outcome::ok, false}},
    {4757, {"member removed from universal group", kChange, Outcome::ok, false}},
    {4765, {"SID history added", kChange, Outcome::ok, false}},
    {4766, {"SID history refused", kChange, Outcome::error, false}},
    {4767, {"user unlocked", kChange, Outcome::ok, false}},
    {4768, {"Kerberos ticket granted", kNet, Outcome::ok, true}},
    {4769, {"Kerberos service ticket requested", kKey, Outcome::ok, true}},
    {4770, {"Kerberos service ticket renewed", kKey, Outcome::ok, true}},
    {4771, {"Kerberos pre-authentication failed", kNet, Outcome::wrong_secret, true}},
    {4776, {"NTLM credentials checked", kNet, Outcome::ok, true}},
    {4778, {"session reconnected", kOther, Outcome::ok, true}},
    {4779, {"session disconnected", kOther, Outcome::ok, true}},
    {4780, {"administrators' access list applied", kChange, Outcome::ok, false}},
    {4781, {"account renamed", kChange, Outcome::ok, false}},
    {4794, {"directory restore password set", kChange, Outcome::ok, false}},
    {4798, {"user's groups listed", kOther, Outcome::ok, false}},
    {4799, {"group's members listed", kOther, Outcome::ok, false}},
    {4820, {"Kerberos ticket refused by policy", kNet, Outcome::blocked, true}},
    {4885, {"certificate audit filter changed", kChange, Outcome::ok, false}},
    {4886, {"certificate requested", kKey, Outcome::ok, false}},
    {4887, {"certificate issued", kKey, Outcome::ok, false}},
    {4888, {"certificate request denied", kKey, Outcome::blocked, false}},
    {4899, {"certificate template changed", kChange, Outcome::ok, false}},
    {4900, {"certificate template security changed", kChange, Outcome::ok, false}},
    {4904, {"event source registered", kOther, Outcome::ok, false}},
    {4907, {"auditing of object changed", kChange, Outcome::ok, false}},
    {4964, {"special group logon", kNet, Outcome::ok, true}},
    {5136, {"directory object changed", kChange, Outcome::ok, false}},
    {5137, {"directory object created", kChange, Outcome::ok, false}},
    {5138, {"directory object restored", kChange, Outcome::ok, false}},
    {5139, {"directory object moved", kChange, Outcome::ok, false}},
    {5140, {"share accessed", kFile, Outcome::ok, false}},
    {5141, {"directory object deleted", kChange, Outcome::ok, false}},
    {5145, {"shared file checked", kFile, Outcome::none, false}},
    {5156, {"connection allowed", kOther, Outcome::ok, false}},
    {5157, {"connection blocked", kOther, Outcome::blocked, false}},
    {5376, {"credential manager backed up", kKey, Outcome::ok, false}},
    {5379, {"credential manager read", kKey, Outcome::ok, false}},
};
static_assert(std::is_sorted(std::begin(kSecurity), std::end(kSecurity),
                             [](const Known &a, const Known &b) { return a.id < b.id; }));

constexpr Known kFederation[] = {
    {299, {"AD FS token issued", kKey, Outcome::ok, false}},
    {307, {"AD FS configuration changed", kChange, Outcome::ok, false}},
    {342, {"AD FS token refused", kNet, Outcome::wrong_secret, true}},
    {411, {"AD FS token check failed", kNet, Outcome::wrong_secret, true}},
    {412, {"AD FS token checked", kKey, Outcome::ok, false}},
    {500, {"AD FS claims issued", kKey, Outcome::ok, false}},
    {501, {"AD FS caller claims", kKey, Outcome::ok, false}},
    {510, {"AD FS details", kOther, Outcome::none, false}},
    {1200, {"AD FS token issued", kKey, Outcome::ok, true}},
    {1201, {"AD FS token refused", kNet, Outcome::error, true}},
    {1202, {"AD FS credentials accepted", EventClass::interactive_signin, Outcome::ok, true}},
    {1203, {"AD FS credentials refused", EventClass::interactive_signin, Outcome::wrong_secret, true}},
    {1206, {"AD FS signed out", kOther, Outcome::ok, true}},
};

constexpr Known kSystem[] = {
    {104, {"event log cleared", kChange, Outcome::ok, false}},
    {7036, {"service changed state", kOther, Outcome::ok, false}},
    {7040, {"service start type changed", kChange, Outcome::ok, false}},
    {7045, {"service installed", kChange, Outcome::ok, false}},
};

constexpr Known kPowerShell[] = {
    {400, {"PowerShell engine started", kOther, Outcome::ok, false}},
    {4103, {"PowerShell pipeline executed", kOther, Outcome::ok, false}},
    {4104, {"PowerShell script block", kOther, Outcome::ok, false}},
};

template <std::size_t N>
EventKind find(const Known (&kinds)[N], std::uint32_t id) {
  const auto found = std::lower_bound(std::begin(kinds), std::end(kinds), id,
                                      [](const Known &one, std::uint32_t value) { return one.id < value; });
  return found != std::end(kinds) && found->id == id ? found->kind : EventKind{};
}

}  // namespace

EventKind event_kind(std::uint32_t id, std::string_view provider, std::string_view channel) {
  const auto says = [&](std::string_view word) { return base::contains_ignoring_case(provider, word); };
  if (says("AD FS") || says("ADFS")) return find(kFederation, id);
  if (says("PowerShell") || base::contains_ignoring_case(channel, "PowerShell")) return find(kPowerShell, id);
  const bool system = base::equal_ignoring_case(channel, "System") ||
                      base::equal_ignoring_case(channel, "Sys") || says("Service Control Manager") ||
                      (id == 104 && says("Eventlog"));
  if (system) return find(kSystem, id);
  const bool security = channel.empty() || base::equal_ignoring_case(channel, "Security") ||
                        base::equal_ignoring_case(channel, "Sec") || says("Security-Auditing") ||
                        base::equal_ignoring_case(channel, "ForwardedEvents");
  return security ? find(kSecurity, id) : EventKind{};
}

std::uint32_t status_code(std::string_view text) {
  text = base::trim(text);
  // "0xC000006D - STATUS_LOGON_FAILURE": the number ends at a blank.
  text = text.substr(0, text.find(' '));
  int radix = 10;
  if (text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
    text.remove_prefix(2);
    radix = 16;
  }
  std::int64_t value = 0;
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), value, radix);
  if (wrong != std::errc() || end != text.data() + text.size()) return 0;
  return static_cast<std::uint32_t>(value);  // negative numbers are the same 32 bits
}

// Source: [MS-ERREF] 2.3.1.
Outcome outcome_of_ntstatus(std::uint32_t status) {
  switch (status) {
    case 0:
      return Outcome::ok;
    case 0xC0000064:  // no such user
    case 0xC000006A:  // wrong password
    case 0xC000006D:  // bad user name or password
      return Outcome::wrong_secret;
    case 0xC0000070:  // workstation not allowed
    case 0xC000006F:  // outside allowed hours
    case 0xC0000071:  // password expired
    case 0xC0000193:  // account expired
    case 0xC0000224:  // password must be changed
    case 0xC000015B:  // logon type not granted
    case 0xC000006E:  // account restriction
      return Outcome::right_secret_stopped;
    case 0xC0000072:  // disabled
    case 0xC0000234:  // locked out
    case 0xC0000413:  // authentication firewall
      return Outcome::blocked;
    default:
      return Outcome::error;
  }
}

Outcome outcome_of_kerberos(std::uint32_t result, bool pre_authentication) {
  switch (result) {
    case 0:
      return pre_authentication ? Outcome::wrong_secret : Outcome::ok;
    case 0x6:  // no such client
      return Outcome::wrong_secret;
    case 0x18:  // pre-authentication failed: the password was wrong
      return Outcome::wrong_secret;
    case 0x12:  // disabled, locked or expired
      return Outcome::blocked;
    case 0x17:  // password expired
      return Outcome::right_secret_stopped;
    case 0x19:  // pre-authentication required: the first half of every exchange
      return Outcome::interrupted;
    default:
      return Outcome::error;
  }
}

int logon_type_of(std::string_view text) {
  text = base::trim(text);
  int value = 0;
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), value);
  return wrong == std::errc() && value >= 0 && value < 100 ? value : 0;
}

std::string_view logon_type_name(int type) {
  constexpr std::string_view kNames[] = {"system",
                                         "",
                                         "interactive",
                                         "network",
                                         "batch",
                                         "service",
                                         "",
                                         "unlock",
                                         "network clear text",
                                         "new credentials",
                                         "remote interactive",
                                         "cached interactive",
                                         "cached remote interactive",
                                         "cached unlock"};
  return type >= 0 && static_cast<std::size_t>(type) < std::size(kNames) ? kNames[type] : std::string_view();
}

}  // namespace dislodge::log

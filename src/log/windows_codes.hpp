#pragma once
// Numbers of Windows' security log: what event ids, status codes, Kerberos results and logon types mean.

#include <cstdint>
#include <string_view>

#include "log/event.hpp"

namespace dislodge::log {

struct EventKind {
  std::string_view name;  // "logon", "kerberos ticket requested"; empty where the id is not known
  EventClass event_class = EventClass::other;
  Outcome outcome = Outcome::none;
  bool actor_is_target = false;  // the one who acts stands in TargetUserName, not SubjectUserName
};
// Ids are numbers of a provider: those known here are of the security log, AD FS, certificate services, Task
// Scheduler, System (services, cleared logs) and PowerShell.
EventKind event_kind(std::uint32_t id, std::string_view provider, std::string_view channel);

// "0xC000006A", "%%2313", "3221225578", "0x0": as a number; 0 where it is none.
std::uint32_t status_code(std::string_view text);
Outcome outcome_of_ntstatus(std::uint32_t status);
// Results of RFC 4120, 7.5.9. `pre_authentication`: event 4771, where 0x18 is a wrong password.
Outcome outcome_of_kerberos(std::uint32_t result, bool pre_authentication);

// "3", "3 - Network", "3 - NETWORK": 3; 0 where it is none.
int logon_type_of(std::string_view text);
std::string_view logon_type_name(int type);

}  // namespace dislodge::log

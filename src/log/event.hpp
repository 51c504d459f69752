#pragma once
// Event: one line of a log, normalised and compact. Strings are ids of the table's pool, so an event costs
// about 150 bytes whatever it says. What has no field of its own stays in `extras` or, lazily, in the
// original.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/intern.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "base/wire.hpp"

namespace dislodge::log {

enum class Source : std::uint8_t {
  entra_signin,
  entra_audit,
  m365_audit,
  message_trace,
  graph_activity,
  exchange_audit,
  okta,
  github,
  gitlab,
  aws_cloudtrail,
  google,
  salesforce,
  windows,
  sshd,
  entra_risk,
  azure_activity,
  defender,
  google_cloud,
  duo,
  onelogin,
  auth0,
  ocsf,
  ecs,
  syslog,
  generic,
};
std::string_view name_of(Source source);

// The class of events within a source: coverage is judged a class.
enum class EventClass : std::uint8_t {
  interactive_signin,
  noninteractive_signin,
  service_principal_signin,
  managed_identity_signin,
  directory_audit,
  mail_access,
  mail_admin,
  file_access,
  api_call,      // a call of a programming interface: Graph, AWS, Google Cloud, Azure
  admin_change,  // settings, users and rights of a system other than Entra
  code_access,   // repositories: cloned, fetched, pushed, downloaded
  message_flow,  // message trace
  key_use,       // Kerberos tickets, tokens issued, secrets read from a vault
  alert,         // what another product concluded
  other,
};
std::string_view name_of(EventClass event_class);

// What an authentication came to. right_secret_stopped: the secret was right, but MFA, a policy or an expired
// password stopped it: for us the secret is known to the one who tried.
enum class Outcome : std::uint8_t {
  none,
  ok,
  wrong_secret,
  right_secret_stopped,
  blocked,
  interrupted,
  error
};
std::string_view name_of(Outcome outcome);

struct Event {
  base::Time time;
  Source source = Source::generic;
  EventClass event_class = EventClass::other;
  Outcome outcome = Outcome::none;
  std::int32_t code = 0;          // native result code, as Entra's 50126
  std::uint32_t file = 0;         // index into EventTable::files
  std::uint64_t line = 0;         // 1-based line of the file on which the record begins
  std::uint32_t column = 1;       // 1: the first record of its line; else its byte in that line, 1-based
  std::uint64_t offset = 0;       // byte offset of the record in the file
  std::uint32_t length = 0;       // bytes of the record
  base::StringId native_id = 0;   // the source's own id: duplicates share it
  base::StringId operation = 0;   // native name, trimmed: "MailItemsAccessed"
  base::StringId tenant = 0;      // lower case
  base::StringId actor_id = 0;    // object id, lower case
  base::StringId actor_name = 0;  // user principal name, lower case
  base::StringId actor_type = 0;  // "user", "service-principal", "application", "system"
  base::StringId target_id = 0;
  base::StringId target_name = 0;
  base::StringId target_type = 0;
  base::StringId application_id = 0;  // lower case
  base::StringId application_name = 0;
  base::StringId resource_id = 0;
  base::StringId resource_name = 0;
  base::StringId address = 0;  // without port
  base::StringId network = 0;  // autonomous system number or name
  base::StringId country = 0;
  base::StringId agent = 0;   // user agent or ClientInfoString
  base::StringId client = 0;  // clientAppUsed or protocol
  base::StringId session = 0;
  base::StringId token = 0;  // unique token identifier: stitches sign-in, Graph activity and mail access
  base::StringId correlation = 0;
  base::StringId key_id = 0;      // credential key id, lower case
  base::StringId mailbox = 0;     // address whose mail was touched
  std::uint32_t extra_begin = 0;  // into EventTable::extras
  std::uint32_t extra_count = 0;
};

// A further property. An event's extras keep the order in which they were added; a key may stand several
// times.
//   sign-ins       "authentication-requirement", "protocol", "user-type", "credential-type", "thumbprint",
//                  "app-owner-tenant", "home-tenant", "resource-tenant", "resource-principal", "risk"
//   mail access    "access-type" (Bind, Sync), "throttled" (true), "operation-count", "folder" and after it
//   the
//                  "message-id"s that were read in that folder (without angle brackets), "app-only" (true)
//   changes        "old:<property>" and "new:<property>" (decoded once), "key-added", "key-removed",
//                  "key-kept" (ids of keys: set, taken away, left),
//                  "key-description", "app-role", "permissions", "consent-type", "role", "target-app-id",
//                  "grantee" (object id that receives a role or consent), "target" ("type id name" of each
//                  target after the first)
//   windows        "event-id", "logon-type", "status", "sub-status", "workstation", "process", "service",
//                  "logon-id", "encryption", "group", "member", "object", "properties", "domain"
//   api calls      "method", "uri", "status", "roles", "scopes", "access-key-type", "read-only", "mfa"
//   code           "hashed-token" (as the source writes it), "access-type", "scopes", "transport"
//   any            "also:<name>": the other value of a name that stands twice in different case; "reason"
struct Extra {
  base::StringId key = 0;
  base::StringId value = 0;
};

struct EventTable {
  base::StringPool pool;
  std::vector<Event> events;
  std::vector<Extra> extras;
  std::vector<std::string> files;  // item paths of the logs

  std::string_view text(base::StringId id) const { return pool.text(id); }
  std::string_view extra(const Event &event, std::string_view key) const;  // first value, or ""
  std::vector<std::string_view> extras_of(const Event &event, std::string_view key) const;
  std::string source_of(const Event &event) const;  // "ual-northwind.csv:line 120", for evidence
  // The index of a file in `files`, added when it is not there.
  std::uint32_t file_index(std::string_view item);

  void append(const EventTable &other);  // re-interns
  // Orders the table, whatever order its parts came in: names tenants that records left out where the other
  // logs tell them (tenant.cpp), sorts by (time, file, offset), and drops duplicates: same source, native id
  // and content. Returns how many fell. Idempotent.
  std::size_t settle();

  void encode(base::WireWriter &out) const;
  static base::Result<EventTable> decode(std::string_view bytes);
};

// Fills in the tenant of events that name none, a file at a time: Graph's sign-in and audit records do not
// say whose log they stand in. The objects named in the file vote with the tenants under which other files
// name them; a file is settled only if nine tenths of its votes agree. settle() calls it.
void fill_tenants(EventTable &table);

}  // namespace dislodge::log

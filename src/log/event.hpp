#pragma once
// Event: one line of a log, normalised and compact. Strings are ids of the table's pool, so an event costs about
// 150 bytes whatever it says. What has no field of its own stays in `extras` or, lazily, in the original.

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
  entra_signin, entra_audit, m365_audit, message_trace, graph_activity, exchange_audit,
  okta, github, gitlab, aws_cloudtrail, google, salesforce, windows, sshd, generic,
};
std::string_view name_of(Source source);

// The class of events within a source: coverage is judged a class.
enum class EventClass : std::uint8_t {
  interactive_signin, noninteractive_signin, service_principal_signin, managed_identity_signin,
  directory_audit, mail_access, mail_admin, file_access, other,
};
std::string_view name_of(EventClass event_class);

// What an authentication came to. right_secret_stopped: the secret was right, but MFA, a policy or an expired
// password stopped it: for us the secret is known to the one who tried.
enum class Outcome : std::uint8_t { none, ok, wrong_secret, right_secret_stopped, blocked, interrupted, error };
std::string_view name_of(Outcome outcome);

struct Event {
  base::Time time;
  Source source = Source::generic;
  EventClass event_class = EventClass::other;
  Outcome outcome = Outcome::none;
  std::int32_t code = 0;               // native result code, as Entra's 50126
  std::uint32_t file = 0;              // index into EventTable::files
  std::uint64_t line = 0;              // 1-based record number within the file
  std::uint64_t offset = 0;            // byte offset of the record in the file
  std::uint32_t length = 0;            // bytes of the record
  base::StringId native_id = 0;        // the source's own id: duplicates share it
  base::StringId operation = 0;        // native name, trimmed: "MailItemsAccessed"
  base::StringId tenant = 0;           // lower case
  base::StringId actor_id = 0;         // object id, lower case
  base::StringId actor_name = 0;       // user principal name, lower case
  base::StringId actor_type = 0;       // "user", "service-principal", "application", "system"
  base::StringId target_id = 0;
  base::StringId target_name = 0;
  base::StringId target_type = 0;
  base::StringId application_id = 0;   // lower case
  base::StringId application_name = 0;
  base::StringId resource_id = 0;
  base::StringId resource_name = 0;
  base::StringId address = 0;          // without port
  base::StringId network = 0;          // autonomous system number or name
  base::StringId country = 0;
  base::StringId agent = 0;            // user agent or ClientInfoString
  base::StringId client = 0;           // clientAppUsed or protocol
  base::StringId session = 0;
  base::StringId token = 0;            // unique token identifier: stitches sign-in, Graph activity and mail access
  base::StringId correlation = 0;
  base::StringId key_id = 0;           // credential key id, lower case
  base::StringId mailbox = 0;          // address whose mail was touched
  std::uint32_t extra_begin = 0;       // into EventTable::extras
  std::uint32_t extra_count = 0;
};

// A further property. Keys in use: "message-id", "folder", "access-type" (Bind, Sync), "throttled" (true),
// "authentication-requirement", "protocol", "app-role", "permissions", "key-description", "consent-type",
// "role", and a directory change's "old:<property>" and "new:<property>".
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

  void append(const EventTable &other);  // re-interns
  // Sorts by (time, file, line) and drops duplicates by source, native id and content. Returns how many fell.
  std::size_t settle();

  void encode(base::WireWriter &out) const;
  static base::Result<EventTable> decode(std::string_view bytes);
};

}  // namespace dislodge::log

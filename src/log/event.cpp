#include "log/event.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <tuple>
#include <utility>

#include "base/encode.hpp"
#include "base/hash.hpp"
#include "log/event_strings.hpp"
#include "log/names.hpp"
#include "log/record_identity.hpp"
#include "log/stitch.hpp"

namespace dislodge::log {

namespace {

using base::StringId;

// How much a record says. What others found in it is no part of it: that is joined (add_findings).
std::size_t richness(const EventTable &table, const Event &event) {
  std::size_t said = 0;
  for (const auto field : kEventStrings) said += event.*field != 0;
  for (std::uint32_t i = 0; i < event.extra_count; ++i)
    said += !table.text(table.extras[event.extra_begin + i].key).starts_with("found-");
  return said;
}

// What other programs found in an event stays with the record that stays.
void add_findings(const EventTable &table, const Event &event, std::vector<Extra> &out) {
  for (std::uint32_t i = 0; i < event.extra_count; ++i) {
    const Extra &extra = table.extras[event.extra_begin + i];
    if (table.text(extra.key).starts_with("found-")) out.push_back(extra);
  }
}

void join_extras(EventTable &table, Event &event, const std::vector<Extra> &more) {
  if (more.empty()) return;
  const auto begin = static_cast<std::uint32_t>(table.extras.size());
  for (std::uint32_t i = 0; i < event.extra_count; ++i)
    table.extras.push_back(Extra(table.extras[event.extra_begin + i]));
  table.extras.insert(table.extras.end(), more.begin(), more.end());
  event.extra_begin = begin;
  event.extra_count = static_cast<std::uint32_t>(table.extras.size()) - begin;
}

bool stands_before(const Event &a, const Event &b) {
  return std::tie(a.time, a.file, a.offset, a.line) < std::tie(b.time, b.file, b.offset, b.line);
}

}  // namespace

std::string_view name_of(Source source) {
  switch (source) {
    case Source::entra_signin:
      return "entra-signin";
    case Source::entra_audit:
      return "entra-audit";
    case Source::m365_audit:
      return "m365-audit";
    case Source::message_trace:
      return "message-trace";
    case Source::graph_activity:
      return "graph-activity";
    case Source::exchange_audit:
      return "exchange-audit";
    case Source::okta:
      return "okta";
    case Source::github:
      return "github";
    case Source::gitlab:
      return "gitlab";
    case Source::aws_cloudtrail:
      return "aws-cloudtrail";
    case Source::google:
      return "google";
    case Source::salesforce:
      return "salesforce";
    case Source::windows:
      return "windows";
    case Source::sshd:
      return "sshd";
    case Source::entra_risk:
      return "entra-risk";
    case Source::azure_activity:
      return "azure-activity";
    case Source::defender:
      return "defender";
    case Source::google_cloud:
      return "google-cloud";
    case Source::duo:
      return "duo";
    case Source::onelogin:
      return "onelogin";
    case Source::auth0:
      return "auth0";
    case Source::ocsf:
      return "ocsf";
    case Source::ecs:
      return "ecs";
    case Source::syslog:
      return "syslog";
    case Source::generic:
      break;
  }
  return "generic";
}

std::optional<Source> source_named(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(Source::generic); ++i)
    if (base::equal_ignoring_case(name_of(static_cast<Source>(i)), name)) return static_cast<Source>(i);
  return std::nullopt;
}

std::optional<EventClass> class_named(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(EventClass::other); ++i)
    if (base::equal_ignoring_case(name_of(static_cast<EventClass>(i)), name))
      return static_cast<EventClass>(i);
  return std::nullopt;
}

std::string_view name_of(EventClass event_class) {
  switch (event_class) {
    case EventClass::interactive_signin:
      return "interactive-signin";
    case EventClass::noninteractive_signin:
      return "noninteractive-signin";
    case EventClass::service_principal_signin:
      return "service-principal-signin";
    case EventClass::managed_identity_signin:
      return "managed-identity-signin";
    case EventClass::directory_audit:
      return "directory-audit";
    case EventClass::mail_access:
      return "mail-access";
    case EventClass::mail_admin:
      return "mail-admin";
    case EventClass::file_access:
      return "file-access";
    case EventClass::api_call:
      return "api-call";
    case EventClass::admin_change:
      return "admin-change";
    case EventClass::code_access:
      return "code-access";
    case EventClass::message_flow:
      return "message-flow";
    case EventClass::key_use:
      return "key-use";
    case EventClass::alert:
      return "alert";
    case EventClass::other:
      break;
  }
  return "other";
}

std::string_view name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::none:
      break;
    case Outcome::ok:
      return "ok";
    case Outcome::wrong_secret:
      return "wrong-secret";
    case Outcome::right_secret_stopped:
      return "right-secret-stopped";
    case Outcome::blocked:
      return "blocked";
    case Outcome::interrupted:
      return "interrupted";
    case Outcome::error:
      return "error";
  }
  return "none";
}

std::string_view EventTable::extra(const Event &event, std::string_view key) const {
  const StringId id = pool.find(key);
  if (id == 0) return {};
  for (std::uint32_t i = 0; i < event.extra_count; ++i) {
    const Extra &one = extras[event.extra_begin + i];
    if (one.key == id) return text(one.value);
  }
  return {};
}

std::vector<std::string_view> EventTable::extras_of(const Event &event, std::string_view key) const {
  std::vector<std::string_view> values;
  const StringId id = pool.find(key);
  if (id == 0) return values;
  for (std::uint32_t i = 0; i < event.extra_count; ++i) {
    const Extra &one = extras[event.extra_begin + i];
    if (one.key == id) values.push_back(text(one.value));
  }
  return values;
}

std::string EventTable::source_of(const Event &event) const {
  std::string place = event.file < files.size() ? files[event.file] : std::string();
  place += ":line " + std::to_string(event.line);
  if (event.column > 1) place += " column " + std::to_string(event.column);
  return place;
}

std::uint32_t EventTable::file_index(std::string_view item) {
  // Tables are built file by file, so it is nearly always the last.
  const auto found = std::find(files.rbegin(), files.rend(), item);
  if (found != files.rend()) return static_cast<std::uint32_t>(files.rend() - found - 1);
  files.emplace_back(item);
  return static_cast<std::uint32_t>(files.size() - 1);
}

void EventTable::append(const EventTable &other) {
  std::vector<StringId> ids(other.pool.size());
  for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = pool.intern(other.text(static_cast<StringId>(i)));
  std::vector<std::uint32_t> file_ids;
  for (const std::string &file : other.files) file_ids.push_back(file_index(file));
  const auto extra_base = static_cast<std::uint32_t>(extras.size());
  extras.reserve(extras.size() + other.extras.size());
  for (const Extra &extra : other.extras) extras.push_back({ids[extra.key], ids[extra.value]});
  events.reserve(events.size() + other.events.size());
  for (Event event : other.events) {
    for (const auto field : kEventStrings) event.*field = ids[event.*field];
    if (event.file < file_ids.size()) event.file = file_ids[event.file];
    event.extra_begin += extra_base;
    events.push_back(event);
  }
}

void append_used(EventTable &table, const EventTable &other) {
  std::vector<StringId> ids(other.pool.size(), UINT32_MAX);
  const auto id_of = [&](StringId id) {
    if (ids[id] == UINT32_MAX) ids[id] = table.pool.intern(other.text(id));
    return ids[id];
  };
  for (Event event : other.events) {
    for (const auto field : kEventStrings) event.*field = id_of(event.*field);
    event.file = table.file_index(other.files[event.file]);
    const std::uint32_t begin = event.extra_begin;
    event.extra_begin = static_cast<std::uint32_t>(table.extras.size());
    for (std::uint32_t i = 0; i < event.extra_count; ++i)
      table.extras.push_back({id_of(other.extras[begin + i].key), id_of(other.extras[begin + i].value)});
    table.events.push_back(event);
  }
}

std::size_t EventTable::settle() {
  fill_tenants(*this);
  // Files in name order, so that equal times order alike whichever file was read first.
  std::vector<std::uint32_t> order(files.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(),
            [&](std::uint32_t a, std::uint32_t b) { return files[a] < files[b]; });
  std::vector<std::string> sorted_files;
  std::vector<std::uint32_t> place(files.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    place[order[i]] = i;
    sorted_files.push_back(std::move(files[order[i]]));
  }
  files = std::move(sorted_files);
  for (Event &event : events)
    if (event.file < place.size()) event.file = place[event.file];

  std::sort(events.begin(), events.end(), stands_before);

  // Of two records of one event the one that says more stays, and of equals the first. The table is large, so
  // it is done in place, by digests of 16 bytes.
  struct Identity {
    std::array<std::uint64_t, 2> digest{};
    std::uint32_t index = 0;
    auto operator<=>(const Identity &) const = default;
  };
  const RecordIdentity identity(*this);
  std::vector<Identity> identities(events.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    const base::Sha256 digest = base::sha256(identity.of(events[i]));
    std::memcpy(identities[i].digest.data(), digest.data(), sizeof identities[i].digest);
    identities[i].index = static_cast<std::uint32_t>(i);
  }
  std::sort(identities.begin(), identities.end());
  std::vector<bool> falls(events.size());
  std::size_t fell = 0;
  const bool findings = pool.find("found-rule") != 0;
  for (std::size_t begin = 0; begin < identities.size();) {
    std::size_t end = begin + 1;
    std::uint32_t stays = identities[begin].index;
    for (; end < identities.size() && identities[end].digest == identities[begin].digest; ++end) {
      std::uint32_t other = identities[end].index;
      if (richness(*this, events[other]) > richness(*this, events[stays])) std::swap(other, stays);
      falls[other] = true;
      ++fell;
    }
    if (findings && end - begin > 1) {
      std::vector<Extra> all;
      for (std::size_t i = begin; i < end; ++i)
        if (identities[i].index != stays) add_findings(*this, events[identities[i].index], all);
      join_extras(*this, events[stays], all);
    }
    begin = end;
  }
  if (fell != 0) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < events.size(); ++i)
      if (!falls[i]) events[kept++] = events[i];
    events.resize(kept);
  }
  stitch_hosts(*this);
  name_actors(*this);
  return fell;
}

void EventTable::encode(base::WireWriter &out) const {
  out.number(pool.size());
  for (std::size_t i = 0; i < pool.size(); ++i) out.text(pool.text(static_cast<StringId>(i)));
  out.texts(files);
  out.list(extras, [&](const Extra &extra) {
    out.number(extra.key);
    out.number(extra.value);
  });
  out.list(events, [&](const Event &event) {
    out.time(event.time);
    out.number(static_cast<std::uint64_t>(event.source));
    out.number(static_cast<std::uint64_t>(event.event_class));
    out.number(static_cast<std::uint64_t>(event.outcome));
    out.integer(event.code);
    out.number(event.file);
    out.number(event.line);
    out.number(event.column);
    out.number(event.offset);
    out.number(event.length);
    for (const auto field : kEventStrings) out.number(event.*field);
    out.number(event.extra_begin);
    out.number(event.extra_count);
  });
}

base::Result<EventTable> EventTable::decode(std::string_view bytes) {
  base::WireReader in(bytes);
  EventTable table;
  bool sound = true;
  const std::uint64_t strings = in.number();
  for (std::uint64_t i = 0; i < strings && in.ok(); ++i) sound = table.pool.intern(in.text()) == i && sound;
  table.files = in.texts();
  const auto id = [&] {
    const std::uint64_t value = in.number();
    if (value >= table.pool.size()) sound = false;
    return value < table.pool.size() ? static_cast<StringId>(value) : 0;
  };
  in.list([&] {
    Extra extra;
    extra.key = id();
    extra.value = id();
    table.extras.push_back(extra);
  });
  in.list([&] {
    Event event;
    event.time = in.time();
    const std::uint64_t source = in.number();
    const std::uint64_t event_class = in.number();
    const std::uint64_t outcome = in.number();
    sound = sound && source <= static_cast<std::uint64_t>(Source::generic) &&
            event_class <= static_cast<std::uint64_t>(EventClass::other) &&
            outcome <= static_cast<std::uint64_t>(Outcome::error);
    event.source = static_cast<Source>(source);
    event.event_class = static_cast<EventClass>(event_class);
    event.outcome = static_cast<Outcome>(outcome);
    event.code = static_cast<std::int32_t>(in.integer());
    event.file = static_cast<std::uint32_t>(in.number());
    event.line = in.number();
    event.column = static_cast<std::uint32_t>(in.number());
    event.offset = in.number();
    event.length = static_cast<std::uint32_t>(in.number());
    for (const auto field : kEventStrings) event.*field = id();
    const std::uint64_t extra_begin = in.number();
    const std::uint64_t extra_count = in.number();
    sound = sound && event.file < table.files.size() && extra_begin <= table.extras.size() &&
            extra_count <= table.extras.size() - extra_begin;
    event.extra_begin = static_cast<std::uint32_t>(extra_begin);
    event.extra_count = static_cast<std::uint32_t>(extra_count);
    if (sound) table.events.push_back(event);
  });
  DISLODGE_TRY(in.finish("events"));
  if (!sound) return base::fail(base::ErrorKind::internal, "events: a message between processes is damaged");
  return table;
}

}  // namespace dislodge::log

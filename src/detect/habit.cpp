#include "detect/habit.hpp"

#include <algorithm>

#include "detect/passes.hpp"
#include "detect/sigma_matcher.hpp"
#include "log/front_end.hpp"
#include "log/trace.hpp"

namespace dislodge::detect {

namespace {

using base::StringId;
using log::Event;
using log::EventClass;

constexpr std::size_t kKnownDays = 3;
constexpr std::int64_t kKnownSince = 7 * base::kDay;
// A machine: so many events on so many days from so few networks by so few programs.
constexpr std::size_t kMachineEvents = 40;
constexpr std::size_t kMachineDays = 7;
constexpr std::size_t kMachineNetworks = 2;
constexpr std::size_t kMachinePrograms = 2;

}  // namespace

bool is_signin(const Event &event) {
  return event.event_class == EventClass::interactive_signin ||
         event.event_class == EventClass::noninteractive_signin ||
         event.event_class == EventClass::service_principal_signin ||
         event.event_class == EventClass::managed_identity_signin;
}

bool Habit::known(base::Time at) const {
  return days >= kKnownDays && at.us - first.us >= kKnownSince;
}

bool Habit::machine() const {
  return !person && events >= kMachineEvents && days >= kMachineDays && network_count <= kMachineNetworks &&
         programs.size() <= kMachinePrograms;
}

bool Habit::knows(const Place &place) const {
  return networks.count(place.half) != 0 || (place.system != 0 && networks.count(place.system) != 0);
}

Traits::Traits(const View &view) : view_(view) {
  protocol_ = view.table().pool.find("protocol");
  rule_key_ = view.table().pool.find("rule");
  rows_key_ = view.table().pool.find("rows");
  transfer_ = view.table().pool.find("transfer");
  message_key_ = view.table().pool.find("message-id");
  mail_key_ = view.table().pool.find("mail");
  // Sign-ins name the network of an address; audit records of the same address do not.
  for (const Event &event : view.table().events)
    if (event.network != 0 && event.address != 0) systems_.try_emplace(event.address, event.network);
  if (view.options().sigma == nullptr) return;
  for (const SigmaRule &rule : view.options().sigma->set().rules)
    if (rule.own) rules_[rule.id] = &*rule.own;
}

std::uint32_t Traits::id_of(const std::string &text) {
  return names_.emplace(text, static_cast<std::uint32_t>(names_.size()) + 1).first->second;
}

Place Traits::place_of(const Event &event) {
  const auto known = places_.find(event.address);
  if (known != places_.end()) return known->second;
  Place place;
  place.half = id_of(network_of(view_, 0, event.address));
  const auto system = systems_.find(event.address);
  if (system != systems_.end()) place.system = id_of("AS " + std::string(view_.text(system->second)));
  return places_.emplace(event.address, place).first->second;
}

bool Traits::placed(const Event &event) {
  if (event.address == 0) return false;
  if (event.source != log::Source::m365_audit && event.source != log::Source::exchange_audit &&
      event.source != log::Source::graph_activity)
    return true;
  const auto known = front_ends_.find(event.address);
  if (known != front_ends_.end()) return !known->second;
  const bool front = log::is_front_end(view_.text(event.address));
  front_ends_.emplace(event.address, front);
  return !front;
}

std::uint32_t Traits::program_of(const Event &event) {
  if (event.agent == 0) return 0;
  const auto known = programs_.find(event.agent);
  if (known != programs_.end()) return known->second;
  return programs_.emplace(event.agent, id_of("program " + log::program_of(view_.text(event.agent))))
      .first->second;
}

std::uint64_t Traits::rows_of(const Event &event) const {
  for (std::uint32_t i = 0; i < event.extra_count; ++i) {
    const log::Extra &extra = view_.table().extras[event.extra_begin + i];
    if (extra.key != rows_key_) continue;
    std::uint64_t rows = 0;
    for (const char c : view_.text(extra.value)) {
      if (c < '0' || c > '9' || rows > UINT32_MAX) break;
      rows = rows * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return rows;
  }
  return 0;
}

std::uint64_t Traits::messages_of(const Event &event) const {
  const bool mail = event.event_class == EventClass::mail_access;
  if (!mail && event.event_class != EventClass::api_call) return 0;
  std::uint64_t named = 0;
  bool reads_mail = mail;
  for (std::uint32_t i = 0; i < event.extra_count; ++i) {
    const StringId key = view_.table().extras[event.extra_begin + i].key;
    named += key == message_key_ ? 1 : 0;
    reads_mail = reads_mail || key == mail_key_;
  }
  return reads_mail ? std::max<std::uint64_t>(named, 1) : 0;
}

bool Traits::shows_person(const Event &event) const {
  if (view_.text(event.actor_type) != "user") return false;
  const std::string_view agent = view_.text(event.agent);
  return agent.empty() || agent.starts_with("Mozilla/") || agent.starts_with("Client=") ||
         event.event_class == EventClass::interactive_signin;
}

void Traits::learn(Habit &habit, EventIndex index) {
  const Event &event = view_.event(index);
  habit.first = std::min(habit.first, event.time);
  habit.last = std::max(habit.last, event.time);
  const std::int64_t day = event.time.us / base::kDay;
  if (day != habit.last_day) {
    ++habit.days;
    habit.last_day = day;
    habit.files_today = 0;
    habit.rows_today = 0;
    habit.messages_today = 0;
    habit.repositories_today.clear();
  }
  ++habit.events;
  if (placed(event)) {
    const Place place = place_of(event);
    const bool known = habit.knows(place);
    habit.networks.insert(place.half);
    if (place.system != 0) habit.networks.insert(place.system);
    habit.network_count += known ? 0 : 1;
  }
  if (event.country != 0) habit.countries.insert(event.country);
  if (const std::uint32_t program = program_of(event)) habit.programs.insert(program);
  habit.person = habit.person || (!habit.application && shows_person(event));
  if (event.session != 0) habit.sessions[event.session] = event.time;
  if (event.mailbox != 0) habit.mailboxes.insert(event.mailbox);
  if (event.event_class == EventClass::code_access) {
    habit.repositories.insert(event.resource_name);
    habit.repositories_today.insert(event.resource_name);
    habit.repositories_a_day = std::max(habit.repositories_a_day, habit.repositories_today.size());
  }
  if (event.event_class == EventClass::file_access)
    habit.files_a_day = std::max(habit.files_a_day, ++habit.files_today);
  habit.messages_today += messages_of(event);
  habit.messages_a_day = std::max(habit.messages_a_day, habit.messages_today);
  if (rows_key_ != 0) {
    habit.rows_today += rows_of(event);
    habit.rows_a_day = std::max(habit.rows_a_day, habit.rows_today);
  }
  each(
      event, [&](const SigmaOwn &own, bool) { habit.kinds.insert(own.kind); },
      [&](std::string_view way) { habit.ways.insert(way); });
}

}  // namespace dislodge::detect

#include "engine/everyday.hpp"

#include <algorithm>

#include "base/encode.hpp"
#include "base/one_of.hpp"
#include "log/operation.hpp"
#include "log/trace.hpp"

namespace dislodge::engine {

namespace {

// Whatever lets in, gives a right, moves mail or hides something has to be claimed, whoever does it how
// often.
bool gives_nothing(std::string_view what) {
  return base::one_of(what, {"user", "group", "device", "directory", "mailbox", "service-principal"});
}

bool is_change(const log::Event &event) {
  return event.event_class == log::EventClass::directory_audit ||
         event.event_class == log::EventClass::mail_admin;
}

// What makes a new account, lets one in or takes away what protects it, by its own name.
bool is_telling(std::string_view operation) {
  for (const std::string_view word :
       {"add ", "invite", "restore", "enable", "create", "new-", "delete", "remove"})
    if (operation.starts_with(word)) return true;
  return false;
}

}  // namespace

std::string Everyday::key_of(const log::EventTable &events, const log::Event &event) {
  std::set<std::string_view> properties;
  for (std::uint32_t i = 0; i < event.extra_count; ++i) {
    const std::string_view name = events.text(events.extras[event.extra_begin + i].key);
    if (name.starts_with("new:")) properties.insert(name.substr(4));
  }
  std::string key(events.text(event.actor_id != 0 ? event.actor_id : event.actor_name));
  key += '\n' + log::canonical_operation(events.text(event.operation));
  for (const std::string_view name : properties) key.append("\n").append(name);
  return key;
}

Everyday::Everyday(const Picture &picture, base::Time since) {
  const log::EventTable &events = picture.events;
  for (const log::Event &event : events.events) {
    if (!is_change(event) || is_telling(log::canonical_operation(events.text(event.operation)))) continue;
    std::string key = key_of(events, event);
    std::string network(log::half_of_address(events.text(event.address)));
    if (event.time >= since) {
      done_.emplace(events.source_of(event), Done{std::move(key), std::move(network)});
      continue;
    }
    Habit &habit = habits_[std::move(key)];
    habit.days.insert(event.time.us / base::kDay);
    habit.networks.insert(std::move(network));
  }
}

std::size_t Everyday::days(const identity::Change &change) const {
  const auto done = done_.find(change.evidence);
  if (done == done_.end()) return 0;
  const auto habit = habits_.find(done->second.habit);
  return habit == habits_.end() ? 0 : habit->second.days.size();
}

bool Everyday::is(const identity::Change &change) const {
  if (!gives_nothing(change.what) || days(change) < kHabitDays) return false;
  const Done &done = done_.at(change.evidence);
  return habits_.at(done.habit).networks.contains(done.network);
}

}  // namespace dislodge::engine

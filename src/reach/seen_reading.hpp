#pragma once
// What the intruder was seen to read, by the events of detections that are theirs, for the readers of
// code_read.hpp and files_read.hpp.

#include <map>
#include <string>
#include <string_view>
#include <tuple>

#include "detect/detection.hpp"
#include "identity/fact.hpp"
#include "log/event.hpp"

namespace dislodge::reach {

// The first time that a thing was read, and the place of the record that says so.
struct SeenReading {
  base::Time time;
  std::string evidence;
};

// Keeps the earlier of two readings of one key.
template <typename Key>
void keep_first(std::map<Key, SeenReading> &first, const Key &key, SeenReading one) {
  const auto [at, fresh] = first.try_emplace(key, one);
  if (!fresh && std::tie(one.time, one.evidence) < std::tie(at->second.time, at->second.evidence))
    at->second = std::move(one);
}

inline bool is_theirs(const detect::Detection &detection) {
  return detection.intruder && detection.grade != detect::Grade::excluded;
}

// Calls each(event, reading, confirmed) for the events of detections that are the intruder's, as far as
// is_reading(event) holds, in the order of the detections.
template <typename IsReading, typename Each>
void each_seen_reading(const log::EventTable &events, const std::vector<detect::Detection> &detections,
                       IsReading &&is_reading, Each &&each) {
  // Only what detections name is looked for: of a log's readings these are few.
  std::map<std::tuple<std::string_view, std::uint64_t, std::uint32_t>, const log::Event *> named;
  for (const detect::Detection &detection : detections) {
    if (!is_theirs(detection)) continue;
    for (const detect::EventReference &one : detection.events)
      named.emplace(std::tuple(std::string_view(one.source), one.line, one.column), nullptr);
  }
  if (named.empty()) return;
  for (const log::Event &event : events.events) {
    if (!is_reading(event)) continue;
    const auto found = named.find({std::string_view(events.files[event.file]), event.line, event.column});
    if (found != named.end() && found->second == nullptr) found->second = &event;
  }
  for (const detect::Detection &detection : detections) {
    if (!is_theirs(detection)) continue;
    const bool confirmed = detection.grade == detect::Grade::confirmed;
    for (const detect::EventReference &reference : detection.events) {
      const log::Event *event = named.at({reference.source, reference.line, reference.column});
      if (event != nullptr) each(*event, SeenReading{event->time, reference.place()}, confirmed);
    }
  }
}

// Adds a resource to settled facts, in its order, where nobody knows it.
void add_unknown_resource(identity::Facts &facts, identity::Resource resource);

}  // namespace dislodge::reach

#include "reach/code_read.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "base/encode.hpp"
#include "identity/ids.hpp"

namespace dislodge::reach {
namespace {

using log::Event;
using log::Source;

// "acme/infra", as the log of its host names it; "" where it does not say whose.
std::string path_of(const log::EventTable &events, const Event &event) {
  std::string path = base::lower(events.text(event.resource_name));
  if (path.find('/') == std::string::npos) {
    const std::string_view owner = events.text(event.tenant);
    if (path.empty() || owner.empty()) return {};
    path = base::lower(owner) + '/' + path;
  }
  return path;
}

class Repositories {
 public:
  explicit Repositories(const identity::Facts &facts) {
    for (const identity::Resource &one : facts.resources) {
      // "resource:git.acme.example/group/project" is what a custodian may say of an own server's.
      const std::size_t slash = one.id.find('/');
      if (slash == std::string::npos || one.id.starts_with("resource:github/")) continue;
      if (one.kind != "repository" && one.kind != "host") continue;
      const auto [at, fresh] = by_path_.try_emplace(one.id.substr(slash + 1), one.id);
      if (!fresh && !at->second.starts_with("resource:gitlab/")) continue;
      at->second = one.id;
    }
  }

  std::string id(Source source, const std::string &path) const {
    if (source == Source::github) return identity::repository_id(path);
    const auto known = by_path_.find(path);
    return known != by_path_.end() ? known->second : "resource:gitlab/" + path;
  }

 private:
  std::map<std::string, std::string> by_path_;
};

}  // namespace

void add_code_read(const log::EventTable &events, const std::vector<detect::Detection> &detections,
                   identity::Facts &facts) {
  std::map<std::tuple<std::string_view, std::uint64_t, std::uint32_t>, const Event *> readings;
  for (const Event &event : events.events) {
    if (event.event_class != log::EventClass::code_access || event.resource_name == 0) continue;
    if (event.source != Source::github && event.source != Source::gitlab) continue;
    if (event.outcome != log::Outcome::ok && event.outcome != log::Outcome::none) continue;
    // What was pushed was theirs, and is not read by it.
    if (base::contains_ignoring_case(events.text(event.operation), "push")) continue;
    readings.emplace(std::tuple(std::string_view(events.files[event.file]), event.line, event.column),
                     &event);
  }
  if (readings.empty()) return;
  struct Reading {
    base::Time time;
    std::string path, evidence;
  };
  const Repositories repositories(facts);
  std::map<std::pair<std::string, bool>, Reading> first;  // repository, confirmed
  for (const detect::Detection &detection : detections) {
    if (!detection.intruder || detection.grade == detect::Grade::excluded) continue;
    const bool confirmed = detection.grade == detect::Grade::confirmed;
    for (const detect::EventReference &reference : detection.events) {
      const auto found = readings.find({reference.source, reference.line, reference.column});
      if (found == readings.end()) continue;
      const std::string path = path_of(events, *found->second);
      if (path.empty()) continue;
      Reading one{found->second->time, path, reference.place()};
      const auto [at, fresh] =
          first.try_emplace({repositories.id(found->second->source, path), confirmed}, one);
      if (!fresh && std::tie(one.time, one.evidence) < std::tie(at->second.time, at->second.evidence))
        at->second = std::move(one);
    }
  }
  for (const auto &[key, one] : first) {
    facts.exposures.push_back({key.first, {one.time, one.time + 1}, key.second, "", one.evidence});
    const auto at = std::lower_bound(
        facts.resources.begin(), facts.resources.end(), key.first,
        [](const identity::Resource &resource, const std::string &id) { return resource.id < id; });
    if (at == facts.resources.end() || at->id != key.first)
      facts.resources.insert(at, {key.first, "repository", one.path, "", one.evidence});
  }
}

}  // namespace dislodge::reach

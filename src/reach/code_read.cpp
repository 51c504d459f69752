#include "reach/code_read.hpp"

#include <map>
#include <utility>

#include "base/encode.hpp"
#include "identity/ids.hpp"
#include "reach/seen_reading.hpp"

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
  const Repositories repositories(facts);
  std::map<std::pair<std::string, bool>, SeenReading> first;  // repository, confirmed
  each_seen_reading(
      events, detections,
      [&](const Event &event) {
        if (event.event_class != log::EventClass::code_access || event.resource_name == 0) return false;
        if (event.source != Source::github && event.source != Source::gitlab) return false;
        if (event.outcome != log::Outcome::ok && event.outcome != log::Outcome::none) return false;
        // What was pushed was theirs, and is not read by it.
        return !base::contains_ignoring_case(events.text(event.operation), "push");
      },
      [&](const Event &event, SeenReading one, bool confirmed) {
        const std::string path = path_of(events, event);
        if (path.empty()) return;
        keep_first(first, std::pair(repositories.id(event.source, path), confirmed), std::move(one));
      });
  for (const auto &[key, one] : first) {
    const std::string &id = key.first;
    facts.exposures.push_back({id, {one.time, one.time + 1}, key.second, "", one.evidence});
    add_unknown_resource(facts, {id, "repository", id.substr(id.find('/') + 1), "", one.evidence});
  }
}

}  // namespace dislodge::reach

#include "reach/files_read.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "base/encode.hpp"
#include "log/operation.hpp"

namespace dislodge::reach {
namespace {

using log::Event;

// Of one site so many files are named; a whole library that was taken is one thing all the same.
constexpr std::size_t kFilesNamedMax = 1'000;

std::string_view address_of(const log::EventTable &events, const Event &event) {
  for (const base::StringId id : {event.target_name, event.target_id, event.resource_name, event.resource_id})
    if (const std::string_view text = events.text(id); text.find("://") != std::string_view::npos)
      return text;
  return {};
}

// "https://x.sharepoint.example/sites/fin/Shared Documents/a.xlsx": the site is
// "x.sharepoint.example/sites/fin". Sites lie under a path of two parts (/sites/NAME, /teams/NAME,
// /personal/NAME), of other hosts the host is one.
std::string site_of(std::string_view address) {
  const std::string lowered = base::lower(address);
  const std::size_t begin = lowered.find("://") + 3;
  const std::size_t host = std::min(lowered.find('/', begin), lowered.size());
  std::size_t end = host;
  for (const std::string_view kind : {"/sites/", "/teams/", "/personal/"})
    if (lowered.compare(host, kind.size(), kind) == 0)
      end = std::min(lowered.find('/', host + kind.size()), lowered.size());
  return lowered.substr(begin, end - begin);
}

}  // namespace

void add_files_read(const log::EventTable &events, const std::vector<detect::Detection> &detections,
                    identity::Facts &facts) {
  std::map<std::tuple<std::string_view, std::uint64_t, std::uint32_t>, const Event *> readings;
  std::set<std::pair<std::string_view, std::uint64_t>> told;
  for (const detect::Detection &detection : detections) {
    if (!detection.intruder || detection.grade == detect::Grade::excluded) continue;
    for (const detect::EventReference &one : detection.events) told.emplace(one.source, one.line);
  }
  for (const Event &event : events.events) {
    if (!log::reads_file(events, event) || address_of(events, event).empty()) continue;
    const std::string_view file = events.files[event.file];
    if (told.contains({file, event.line}))
      readings.emplace(std::tuple(file, event.line, event.column), &event);
  }
  if (readings.empty()) return;
  struct Reading {
    base::Time time;
    std::string evidence;
  };
  std::map<std::string, std::map<std::pair<std::string, bool>, Reading>> sites;  // file, confirmed
  for (const detect::Detection &detection : detections) {
    if (!detection.intruder || detection.grade == detect::Grade::excluded) continue;
    const bool confirmed = detection.grade == detect::Grade::confirmed;
    for (const detect::EventReference &reference : detection.events) {
      const auto found = readings.find({reference.source, reference.line, reference.column});
      if (found == readings.end()) continue;
      const std::string_view address = address_of(events, *found->second);
      auto &files = sites[site_of(address)];
      const std::pair key(base::lower(address), confirmed);
      if (files.size() >= kFilesNamedMax && !files.contains(key)) continue;
      Reading one{found->second->time, reference.place()};
      const auto [at, fresh] = files.try_emplace(key, one);
      if (!fresh && std::tie(one.time, one.evidence) < std::tie(at->second.time, at->second.evidence))
        at->second = std::move(one);
    }
  }
  for (const auto &[site, files] : sites) {
    const std::string id = "resource:site/" + site;
    for (const auto &[key, one] : files) {
      const base::Interval moment{one.time, one.time + 1};
      facts.exposures.push_back({id, moment, false, "", one.evidence});
      facts.exposures.push_back({id, moment, key.second, key.first, one.evidence});
    }
    const auto at = std::lower_bound(
        facts.resources.begin(), facts.resources.end(), id,
        [](const identity::Resource &resource, const std::string &other) { return resource.id < other; });
    if (at == facts.resources.end() || at->id != id)
      facts.resources.insert(at, {id, "site", site, "", files.begin()->second.evidence});
  }
}

}  // namespace dislodge::reach

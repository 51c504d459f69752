#include "reach/files_read.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "base/encode.hpp"
#include "log/operation.hpp"
#include "reach/seen_reading.hpp"

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
  std::map<std::string, std::map<std::pair<std::string, bool>, SeenReading>> sites;  // file, confirmed
  each_seen_reading(
      events, detections,
      [&](const Event &event) {
        return log::reads_file(events, event) && !address_of(events, event).empty();
      },
      [&](const Event &event, SeenReading one, bool confirmed) {
        const std::string_view address = address_of(events, event);
        auto &files = sites[site_of(address)];
        const std::pair key(base::lower(address), confirmed);
        if (files.size() >= kFilesNamedMax && !files.contains(key)) return;
        keep_first(files, key, std::move(one));
      });
  for (const auto &[site, files] : sites) {
    const std::string id = "resource:site/" + site;
    for (const auto &[key, one] : files) {
      const base::Interval moment{one.time, one.time + 1};
      facts.exposures.push_back({id, moment, false, "", one.evidence});
      facts.exposures.push_back({id, moment, key.second, key.first, one.evidence});
    }
    add_unknown_resource(facts, {id, "site", site, "", files.begin()->second.evidence});
  }
}

}  // namespace dislodge::reach

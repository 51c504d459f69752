#include "identity/given_elsewhere.hpp"

#include <algorithm>

#include "base/encode.hpp"
#include "identity/given_rights_book.hpp"
#include "identity/ids.hpp"
#include "log/operation.hpp"

namespace dislodge::identity {

using base::lower;
using log::Event;
using log::Source;

void add_given_elsewhere(const log::EventTable &events, Facts &facts) {
  using Reader = void (*)(GivenRights &, const Event &, std::string_view);
  const auto reader_of = [](Source source) -> Reader {
    switch (source) {
      case Source::github:
      case Source::gitlab:
        return given_in_code;
      case Source::aws_cloudtrail:
        return given_in_aws;
      case Source::okta:
      case Source::google:
      case Source::google_cloud:
      case Source::windows:
        return given_in_directories;
      default:
        return nullptr;
    }
  };
  // Of most logs the everyday events are the many; those that give a right are changes. Of readings of code,
  // the first of an account in a repository stand for all.
  constexpr std::size_t kReadingsKept = 200;
  std::vector<std::uint32_t> order;
  using Reading = std::tuple<base::StringId, base::StringId, base::StringId, base::StringId>;
  std::map<Reading, std::vector<std::uint32_t>> readings;  // tenant, who, repository
  for (std::uint32_t i = 0; i < events.events.size(); ++i) {
    const Event &event = events.events[i];
    if (reader_of(event.source) == nullptr) continue;
    if (event.outcome == log::Outcome::error || event.outcome == log::Outcome::blocked) continue;
    if (event.event_class == log::EventClass::admin_change)
      order.push_back(i);
    else if (event.event_class == log::EventClass::code_access && event.resource_name != 0 &&
             event.actor_name != 0)
      readings[{event.tenant, event.actor_id, event.actor_name, event.resource_name}].push_back(i);
  }
  if (order.empty() && readings.empty()) return;
  const auto earlier = [&](std::uint32_t a, std::uint32_t b) {
    return events.events[a].time < events.events[b].time;
  };
  std::stable_sort(order.begin(), order.end(), earlier);
  facts.settle();
  GivenRights book(events, facts);
  std::unordered_map<base::StringId, std::string> operations;
  for (const std::uint32_t i : order) {
    const Event &event = events.events[i];
    const auto [at, fresh] = operations.try_emplace(event.operation);
    if (fresh) at->second = log::canonical_operation(events.text(event.operation));
    reader_of(event.source)(book, event, at->second);
  }
  for (auto &[what, list] : readings) {
    std::stable_sort(list.begin(), list.end(), earlier);
    list.resize(std::min(list.size(), kReadingsKept));
    read_in_code(book, list);
  }
  book.finish();
}

}  // namespace dislodge::identity

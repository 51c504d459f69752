#include "reach/watched.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "identity/history.hpp"
#include "identity/ids.hpp"

namespace dislodge::reach {
namespace {

using base::Interval;
using base::IntervalSet;
using base::Time;

constexpr std::string_view kMailbox = "resource:exchange/";
constexpr std::int64_t kDaysMax = 3'660;  // of one declaration; beyond, what is longer ago stays possible

std::int64_t day_of(Time time) {
  const std::int64_t days = time.us / base::kDay;
  return time.us % base::kDay < 0 ? days - 1 : days;
}

}  // namespace

IntervalSet days_testified(const log::Coverage &coverage, std::string_view mailbox) {
  IntervalSet set;
  if (!coverage.declared || coverage.declared_range.empty()) return set;
  const std::int64_t first = day_of(coverage.declared_range.from),
                     last = day_of(coverage.declared_range.until);
  if (coverage.declared_range.from == base::kTimeMin || coverage.declared_range.until == base::kTimeMax ||
      last - first > kDaysMax)
    return set;
  for (std::int64_t day = first; day <= last; ++day) {
    const Interval one =
        base::intersect({Time{day * base::kDay}, Time{(day + 1) * base::kDay}}, coverage.declared_range);
    if (!one.empty() && log::supports_excluded(coverage, one, mailbox)) set.add(one);
  }
  return set;
}

std::vector<Watched> watched_mailboxes(const log::EventTable &events,
                                       const std::vector<log::Coverage> &coverage,
                                       const identity::Facts &facts) {
  struct Log {
    const log::Coverage *row;
    IntervalSet any;
  };
  std::unordered_map<std::string, Log> logs;  // by tenant
  for (const log::Coverage &row : coverage) {
    if (row.source != log::Source::m365_audit || row.event_class != log::EventClass::mail_access) continue;
    // People read their mail every day: a log in which nobody ever does has no such auditing.
    if (row.events == 0) continue;
    Log one{&row, days_testified(row, {})};
    // Throttling of one mailbox says nothing of the others, so they are asked one by one below.
    if (!one.any.empty() || !row.throttled_mailboxes.empty()) logs.emplace(row.tenant, std::move(one));
  }
  std::vector<Watched> list;
  if (logs.empty()) return list;
  std::unordered_map<std::string, std::size_t> index;
  for (const identity::Resource &resource : facts.resources) {
    if (resource.kind != "mailbox" || !resource.id.starts_with(kMailbox)) continue;
    const std::string_view rest = std::string_view(resource.id).substr(kMailbox.size());
    const std::string tenant(rest.substr(0, rest.find('/')));
    const auto log = logs.find(tenant);
    if (log == logs.end()) continue;
    const log::Coverage &row = *log->second.row;
    const std::string address(rest.substr(rest.rfind('/') + 1));
    IntervalSet complete = row.throttled_mailboxes.empty() ? log->second.any : days_testified(row, address);
    if (complete.empty()) continue;
    Watched one;
    one.resource = resource.id;
    one.tenant = tenant;
    one.why = fmt::format("the log of mail access{} is declared complete for {}",
                          row.files.empty() ? "" : " (" + row.files.front() + ")",
                          base::format_interval(row.declared_range));
    one.complete = std::move(complete);
    index.emplace(one.resource, list.size());
    list.push_back(std::move(one));
  }
  // Reading by an application is told by the application's id, by a user by theirs.
  std::unordered_map<std::string, std::string> services;
  for (const identity::Principal &p : facts.principals) {
    const auto app = p.attributes.find("app-id");
    if (p.kind == identity::PrincipalKind::service_principal && app != p.attributes.end())
      services.emplace(p.tenant + "\n" + app->second, p.id);
  }
  for (const log::Event &event : events.events) {
    if (event.event_class != log::EventClass::mail_access) continue;
    const std::string tenant(events.text(event.tenant));
    const auto found = index.find(identity::mailbox_id(tenant, events.text(event.mailbox)));
    if (found == index.end()) continue;
    const std::int64_t day = day_of(event.time);
    const Interval when{Time{day * base::kDay}, Time{(day + 1) * base::kDay}};
    Watched &one = list[found->second];
    std::string who;
    if (events.extra(event, "app-only") == "true") {
      const auto service = services.find(tenant + "\n" + std::string(events.text(event.application_id)));
      if (service != services.end()) who = service->second;
    } else {
      who = identity::actor_of(events, event);
    }
    one.seen[who].add(when);
  }
  // The same of one mailbox: it may not be audited where others are.
  std::erase_if(list, [](const Watched &one) { return one.seen.empty(); });
  std::sort(list.begin(), list.end(),
            [](const Watched &a, const Watched &b) { return a.resource < b.resource; });
  return list;
}

}  // namespace dislodge::reach

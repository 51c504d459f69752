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

GivenRights::GivenRights(const log::EventTable &events, Facts &facts)
    : events_(events), facts_(facts), accounts_(facts) {}

void GivenRights::learn_groups() const {
  groups_.emplace("", "");
  for (const Principal &p : facts_.principals) {
    if (p.kind != PrincipalKind::group && p.kind != PrincipalKind::tenant) continue;
    const std::size_t slash = p.id.find('/');
    if (slash == std::string::npos || p.id.starts_with("principal:entra/")) continue;
    const std::string realm = p.id.substr(10, slash - 10) + '\n';
    const auto add = [&](std::string_view name) {
      if (name.empty()) return;
      const auto [at, fresh] = groups_.try_emplace(realm + lower(name), p.id);
      if (!fresh && at->second != p.id) at->second.clear();
    };
    add(p.name);
    add(std::string_view(p.id).substr(slash + 1));
    for (const std::string &name : p.names) add(name);
  }
}

std::string GivenRights::group(std::string_view realm, std::string_view name) const {
  if (name.empty()) return {};
  if (groups_.empty()) learn_groups();
  const auto found = groups_.find(std::string(realm) + '\n' + lower(name));
  return found == groups_.end() ? std::string() : found->second;
}

// What a listing says of a holder is ended by events as what events gave is.
void GivenRights::learn_listed(const std::string &from) {
  if (!holders_.insert(from).second) return;
  if (listed_.empty()) {
    listed_[""];
    for (std::uint32_t i = 0; i < facts_.grants.size(); ++i)
      if (!facts_.grants[i].from.starts_with("principal:entra/")) listed_[facts_.grants[i].from].push_back(i);
  }
  const auto found = listed_.find(from);
  if (found == listed_.end()) return;
  for (const std::uint32_t i : found->second) {
    const Grant &grant = facts_.grants[i];
    rights_[{grant.from, grant.to, grant.kind}];
  }
}

void GivenRights::give(std::string_view kind, const std::string &from, const std::string &to,
                       const Event &event) {
  if (from.empty() || to.empty() || from == to) return;
  auto &periods = rights_[{from, to, std::string(kind)}];
  if (!periods.empty() && !periods.back().end_known) return;
  Period one;
  one.valid.from = event.time;
  one.start_known = true;
  one.evidence = events_.source_of(event);
  periods.push_back(std::move(one));
}

void GivenRights::end(std::vector<Period> &periods, const Event &event) {
  if (periods.empty()) periods.push_back({});
  Period &last = periods.back();
  if (last.end_known) return;
  last.valid.until = event.time;
  last.end_known = true;
  const std::string evidence = events_.source_of(event);
  last.evidence += last.evidence.empty() ? evidence : "; " + evidence;
}

void GivenRights::take(std::string_view kind, const std::string &from, const std::string &to,
                       const Event &event) {
  if (from.empty() || to.empty()) return;
  learn_listed(from);
  if (!kind.empty()) {
    end(rights_[{from, to, std::string(kind)}], event);
    return;
  }
  for (auto at = rights_.lower_bound({from, to, ""});
       at != rights_.end() && std::get<0>(at->first) == from && std::get<1>(at->first) == to; ++at)
    end(at->second, event);
}

void GivenRights::take_within(const std::string &from, std::string_view prefix, const Event &event) {
  if (from.empty()) return;
  learn_listed(from);
  for (auto at = rights_.lower_bound({from, std::string(prefix), ""});
       at != rights_.end() && std::get<0>(at->first) == from && std::get<1>(at->first).starts_with(prefix);
       ++at)
    end(at->second, event);
}

void GivenRights::give_named(std::string_view name, std::string_view kind, const std::string &from,
                             const std::string &to, const Event &event, std::string_view whose) {
  give(kind, from, to, event);
  named_[{std::string(whose.empty() ? std::string_view(from) : whose), std::string(name)}].push_back(
      {from, to, std::string(kind)});
}

void GivenRights::take_named(const std::string &whose, std::string_view name, const Event &event) {
  const auto found = named_.find({whose, std::string(name)});
  if (found == named_.end()) return;
  for (const auto &[from, to, kind] : found->second) take(kind, from, to, event);
  named_.erase(found);
}

void GivenRights::used(std::string_view kind, const std::string &from, const std::string &to,
                       const Event &event, std::vector<base::Interval> times) {
  if (from.empty() || to.empty() || from == to) return;
  learn_listed(from);
  const std::string evidence = events_.source_of(event);
  // Any right on the thing may have been the one that was used; only where none is known is there another.
  auto at = rights_.lower_bound({from, to, ""});
  if (at == rights_.end() || std::get<0>(at->first) != from || std::get<1>(at->first) != to)
    at = rights_.try_emplace({from, to, std::string(kind)}).first;
  if (at->second.empty()) {
    at->second.push_back({});
    at->second.back().evidence = evidence;
  }
  at->second.back().used = std::move(times);
}

void GivenRights::moment(std::string_view kind, const std::string &from, const std::string &to,
                         const Event &event) {
  if (from.empty() || to.empty() || from == to) return;
  Grant one;
  one.kind = kind;
  one.from = from;
  one.to = to;
  one.valid = {event.time, event.time + 1};
  one.start_known = one.end_known = true;
  one.used = {one.valid};
  one.evidence = events_.source_of(event);
  one.id = grant_id(kind, from, to, base::format_time(event.time));
  moments_.push_back(std::move(one));
}

Principal *GivenRights::principal(const std::string &id, PrincipalKind kind, std::string_view name,
                                  const Event &event) {
  if (id.empty() || facts_.principal(id) != nullptr) return nullptr;
  Principal &one = principals_[id];
  if (!one.id.empty()) return nullptr;
  one.id = id;
  one.kind = kind;
  one.name = name;
  one.evidence = events_.source_of(event);
  return &one;
}

void GivenRights::resource(const std::string &id, std::string_view kind, std::string_view name,
                           const Event &event) {
  Resource &one = resources_[id];
  if (!one.id.empty()) return;
  one.id = id;
  one.kind = kind;
  one.name = name;
  one.evidence = events_.source_of(event);
}

void GivenRights::set_of(const std::string &set, std::string_view kind, std::string_view prefix) {
  sets_.try_emplace(set, kind, prefix);
}

void GivenRights::finish() {
  std::vector<Grant> added = std::move(moments_);
  for (auto &[key, periods] : rights_) {
    const auto &[from, to, kind] = key;
    for (std::size_t i = 0; i < periods.size(); ++i) {
      Grant one;
      one.kind = kind;
      one.from = from;
      one.to = to;
      one.valid = periods[i].valid;
      one.start_known = periods[i].start_known;
      one.end_known = periods[i].end_known;
      one.evidence = periods[i].evidence;
      one.used = periods[i].used;
      // The last one is what a listing may know as well.
      one.id = grant_id(kind, from, to,
                        i + 1 == periods.size() ? std::string() : base::format_time(one.valid.from));
      added.push_back(std::move(one));
    }
  }
  for (auto &[id, one] : resources_) facts_.resources.push_back(std::move(one));
  for (auto &[id, one] : principals_) facts_.principals.push_back(std::move(one));
  for (const auto &[set, what] : sets_) {
    const auto &[kind, prefix] = what;
    const auto contain = [&](const std::string &id, const std::string &evidence) {
      if (id == set || !id.starts_with(prefix) || id.ends_with("/*")) return;
      Grant one;
      one.kind = kind;
      one.from = set;
      one.to = id;
      one.id = grant_id(kind, set, id);
      one.evidence = evidence;
      added.push_back(std::move(one));
    };
    if (prefix.starts_with("resource:"))
      for (const Resource &one : facts_.resources) contain(one.id, one.evidence);
    else
      for (const Principal &one : facts_.principals) contain(one.id, one.evidence);
  }
  facts_.grants.insert(facts_.grants.end(), std::make_move_iterator(added.begin()),
                       std::make_move_iterator(added.end()));
  facts_.settle();
}

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

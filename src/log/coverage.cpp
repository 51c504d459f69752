#include "log/coverage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <map>
#include <set>
#include <tuple>

#include "base/encode.hpp"
#include "log/builder.hpp"
#include "log/coverage_counter.hpp"
#include "log/names.hpp"

namespace dislodge::log {

namespace {

using base::Interval;
using base::IntervalSet;
using base::Time;

using GroupKey = std::tuple<Source, std::string, EventClass>;

// Counts at which exports stop: a file of exactly so many rows may have been cut there.
// Sources: Search-UnifiedAuditLog -ResultSize (default 100, at most 5,000 a call, 50,000 a session);
// Purview's export (50,000) and its first page (150); Entra portal downloads (5,000, now 100,000 and 250,000
// for audit); Graph's page ($top 1,000); Log Analytics' query limits (10,000 once, 30,000 in the portal,
// 500,000 by API); message trace (1,000 a page, 5,000 a call); others: the page or download limits that
// rules/collect names with their sources.
struct Cap {
  Source source;
  std::uint64_t rows;
};
constexpr Cap kCaps[] = {
    {Source::m365_audit, 100},
    {Source::m365_audit, 150},
    {Source::m365_audit, 1000},
    {Source::m365_audit, 5000},
    {Source::m365_audit, 50'000},
    {Source::entra_signin, 1000},
    {Source::entra_signin, 5000},
    {Source::entra_signin, 10'000},
    {Source::entra_signin, 30'000},
    {Source::entra_signin, 100'000},
    {Source::entra_audit, 1000},
    {Source::entra_audit, 5000},
    {Source::entra_audit, 10'000},
    {Source::entra_audit, 30'000},
    {Source::entra_audit, 250'000},
    {Source::message_trace, 1000},
    {Source::message_trace, 5000},
    {Source::message_trace, 50'000},
    {Source::graph_activity, 1000},
    {Source::graph_activity, 10'000},
    {Source::graph_activity, 30'000},
    {Source::graph_activity, 500'000},
    {Source::exchange_audit, 1000},
    {Source::exchange_audit, 5000},
    {Source::exchange_audit, 250'000},
    {Source::okta, 100},
    {Source::okta, 1000},
    {Source::okta, 200'000},
    {Source::github, 100},
    {Source::gitlab, 100},
    {Source::aws_cloudtrail, 50},
    {Source::google, 1000},
    {Source::google, 100'000},
    {Source::google_cloud, 1000},
    {Source::salesforce, 20'000},
    {Source::duo, 1000},
    {Source::onelogin, 50},
    {Source::auth0, 100},
    {Source::auth0, 1000},
    {Source::azure_activity, 1000},
    {Source::defender, 10'000},
    {Source::defender, 30'000},
    {Source::defender, 100'000},
    {Source::entra_risk, 500},
};

bool at_cap(Source source, std::uint64_t rows) {
  return std::any_of(std::begin(kCaps), std::end(kCaps),
                     [&](const Cap &cap) { return cap.source == source && cap.rows == rows; });
}

std::string with_commas(std::uint64_t value) {
  std::string text = std::to_string(value);
  for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, ",");
  return text;
}

// Which classes a declared query asks for. An unfiltered call for sign-ins gives interactive ones only
// (Graph's default), so only classes that are named count there; other sources give every class.
std::vector<EventClass> classes_asked(Source source, std::string_view query) {
  const auto names = [&](std::string_view word) { return base::contains_ignoring_case(query, word); };
  std::vector<EventClass> classes;
  if (source == Source::entra_signin) {
    if (names("nonInteractiveUser") || names("noninteractive"))
      classes.push_back(EventClass::noninteractive_signin);
    if (names("servicePrincipal") || names("service-principal"))
      classes.push_back(EventClass::service_principal_signin);
    if (names("managedIdentity") || names("managed-identity"))
      classes.push_back(EventClass::managed_identity_signin);
    if (names("interactiveUser") || classes.empty()) classes.push_back(EventClass::interactive_signin);
  } else if (source == Source::entra_audit) {
    classes = {EventClass::directory_audit};
  } else if (source == Source::m365_audit) {
    const bool one_operation = names("MailItemsAccessed") || names("-Operations") || names("RecordType");
    if (!one_operation || names("MailItemsAccessed") || names("ExchangeItemAggregated"))
      classes.push_back(EventClass::mail_access);
    if (!one_operation || names("ExchangeAdmin")) classes.push_back(EventClass::mail_admin);
    if (!one_operation || names("AzureActiveDirectory")) classes.push_back(EventClass::directory_audit);
  }
  return classes;
}

// A query that leaves out events of the class itself: by user, address, application, mailbox, words.
bool query_filters(std::string_view query) {
  std::string text = base::lower(query);
  for (const std::string_view harmless :
       {"noninteractiveuser", "interactiveuser", "serviceprincipal", "service-principal"})
    for (std::size_t at = text.find(harmless); at != std::string::npos; at = text.find(harmless))
      text.erase(at, harmless.size());
  for (const std::string_view word :
       {"user", "upn", "ipaddress", "-ip", "appid", "clientapp", "freetext", "objectid", "mailbox", "site",
        "actor", "status", "errorcode", "resulttype", "@"})
    if (text.find(word) != std::string::npos) return true;
  return false;
}

// What switches a log off, and on again: the unified audit log by a parameter, a trail of AWS by calls of its
// own. A trail that was stopped may be one of several; what only it recorded is missing all the same.
enum class Switch : std::uint8_t { none, off, on };

Switch switch_of(const EventTable &table, const Event &event) {
  const std::string_view operation = table.text(event.operation);
  const auto is = [&](std::initializer_list<std::string_view> names) {
    return std::any_of(names.begin(), names.end(),
                       [&](std::string_view one) { return base::equal_ignoring_case(operation, one); });
  };
  if (event.source == Source::m365_audit && is({"Set-AdminAuditLogConfig"})) {
    const std::string_view on = table.extra(event, "new:UnifiedAuditLogIngestionEnabled");
    if (base::equal_ignoring_case(on, "false")) return Switch::off;
    if (base::equal_ignoring_case(on, "true")) return Switch::on;
  }
  if (event.source == Source::aws_cloudtrail && event.outcome == Outcome::ok) {
    if (is({"StopLogging", "DeleteTrail", "StopEventDataStoreIngestion", "DeleteEventDataStore"}))
      return Switch::off;
    if (is({"StartLogging", "StartEventDataStoreIngestion", "RestoreEventDataStore"})) return Switch::on;
  }
  return Switch::none;
}

// From then until it is on again it testifies to nothing.
void add_switched_off(const EventTable &table, Source source, const std::string &tenant,
                      std::vector<Gap> &gaps) {
  struct Off {
    Time since;
    std::string why;
  };
  std::map<std::string, Off> off;  // by what was switched
  for (const Event &event : table.events) {
    if (event.source != source || table.text(event.tenant) != tenant) continue;
    const Switch what = switch_of(table, event);
    if (what == Switch::none) continue;
    const std::string trail(source == Source::aws_cloudtrail ? table.text(event.target_name) : "");
    if (what == Switch::off) {
      std::string why = trail.empty() ? "auditing" : "the trail " + trail;
      why += " was switched off by " + std::string(table.text(event.actor_name));
      off.try_emplace(trail, Off{event.time, std::move(why)});
    } else if (const auto known = off.find(trail); known != off.end()) {
      gaps.push_back({{known->second.since, event.time}, known->second.why});
      off.erase(known);
    }
  }
  for (auto &[trail, one] : off) gaps.push_back({{one.since, base::kTimeMax}, std::move(one.why)});
}

// Where a log is led to a store of the responders and that was ended, what came through there ends too.
void note_ended_exports(const EventTable &table, Coverage &row) {
  if (row.source != Source::google_cloud) return;
  for (const Event &event : table.events)
    if (event.source == row.source && table.text(event.tenant) == row.tenant &&
        event.outcome == Outcome::ok && table.text(event.operation).ends_with("ConfigServiceV2.DeleteSink"))
      row.notes.push_back(fmt::format(
          "the export {} of this log was deleted by {} at {}: what was "
          "collected through it ends there",
          table.text(event.target_name), table.text(event.actor_name), base::format_time(event.time)));
}

struct Group {
  Coverage coverage;
  std::set<std::string> files;
  Pulse pulse;
  std::vector<std::pair<std::string, Time>> throttled;
};

std::vector<Gap> gaps_in(const Pulse &pulse, std::string_view what, const Interval &span) {
  std::vector<Gap> gaps;
  for (const Silence &silence : unusual_silences(pulse, span))
    gaps.push_back(
        {silence.interval, "no " + std::string(what) + " for " +
                               format_duration(silence.interval.until.us - silence.interval.from.us) +
                               " where the longest silence of an ordinary period is " +
                               format_duration(silence.usual_us)});
  return gaps;
}

void add_gap(std::vector<Gap> &gaps, Gap gap) {
  for (const Gap &known : gaps)
    if (known.interval.from <= gap.interval.from && gap.interval.until <= known.interval.until) return;
  gaps.push_back(std::move(gap));
}

void add_throttling(Coverage &coverage, std::string mailbox, Time from) {
  const Interval silent{from, from + base::kDay};
  for (Throttling &known : coverage.throttling) {
    if (known.mailbox != mailbox || silent.from > known.interval.until) continue;
    known.interval.until = std::max(known.interval.until, silent.until);
    return;
  }
  coverage.throttling.push_back({std::move(mailbox), silent});
}

// What the declarations say about a row: the range that they cover together, and what speaks against
// completeness.
void apply_declarations(Group &group, const std::map<std::string, const DeclaredFile *> &declared,
                        const std::map<std::string, std::uint64_t> &events_of_file,
                        const std::set<std::string> &continuing) {
  Coverage &row = group.coverage;
  IntervalSet ranges;
  bool all_declared = !group.files.empty(), all_complete = true;
  for (const std::string &file : group.files) {
    const auto counted = events_of_file.find(file);
    std::uint64_t rows = counted == events_of_file.end() ? 0 : counted->second;
    const auto found = declared.find(file);
    if (found != declared.end() && found->second->records) rows = *found->second->records;
    // A page that names the next one is as long as pages are.
    if (at_cap(row.source, rows) && continuing.count(file) == 0) {
      row.notes.push_back(file + ": " + with_commas(rows) + " rows: a known cap, so there may be more");
      all_complete = false;
    }
    if (found == declared.end()) {
      all_declared = false;
      continue;
    }
    const evidence::Collection &collection = found->second->collection;
    ranges.add({collection.from, collection.until});
    if (row.collected_at == base::kTimeMin)
      row.collected_at = collection.collected_at;
    else if (collection.collected_at != base::kTimeMin)
      row.collected_at = std::min(row.collected_at, collection.collected_at);
    if (query_filters(collection.query)) {
      row.filtered = true;
      row.notes.push_back(file + ": collected with a filter: " + collection.query);
    }
    if (!found->second->unread.empty()) {
      all_complete = false;
      row.notes.push_back(file + ": not all of it was read: " + found->second->unread);
    }
    if (!collection.complete) {
      all_complete = false;
      row.notes.push_back(file + ": its declaration does not say that it is complete");
    }
    if (collection.expected_rows && *collection.expected_rows != rows) {
      if (rows < *collection.expected_rows) all_complete = false;
      row.notes.push_back(file + ": " + with_commas(*collection.expected_rows) + " rows declared, " +
                          with_commas(rows) + " read");
    }
  }
  row.declared = all_declared;
  row.complete = all_declared && all_complete;
  if (!ranges.empty()) row.declared_range = {ranges.first(), ranges.last()};
  for (std::size_t i = 0; i + 1 < ranges.items().size(); ++i)
    add_gap(row.gaps, {{ranges.items()[i].until, ranges.items()[i + 1].from},
                       "no collection was declared for this time"});
}

// Exports that lack whole classes of sign-ins are the rule: the obvious call gives interactive ones only.
void note_missing_classes(std::vector<Coverage> &rows) {
  std::map<std::string, std::set<EventClass>> seen;
  std::set<std::string> told;  // once a tenant
  for (const Coverage &row : rows)
    if (row.source == Source::entra_signin && (row.events > 0 || row.declared))
      seen[row.tenant].insert(row.event_class);
  for (Coverage &row : rows) {
    if (row.source != Source::entra_signin || !told.insert(row.tenant).second) continue;
    const std::set<EventClass> &classes = seen[row.tenant];
    std::string missing;
    for (const EventClass wanted : {EventClass::interactive_signin, EventClass::noninteractive_signin,
                                    EventClass::service_principal_signin})
      if (classes.count(wanted) == 0) missing += (missing.empty() ? "" : ", ") + std::string(name_of(wanted));
    if (missing.empty()) continue;
    if (classes.size() == 1 && classes.count(EventClass::interactive_signin) != 0)
      row.notes.push_back("interactive sign-ins only; not held: " + missing);
    else
      row.notes.push_back("not held: " + missing);
  }
}

}  // namespace

std::vector<Coverage> coverage_of(const EventTable &table, const std::vector<DeclaredFile> &declared) {
  CoverageCounter counter;
  counter.add(table);
  return counter.rows(table, declared);
}

void CoverageCounter::add(const EventTable &table) {
  // Neighbours are alike: what was looked up last is compared first.
  struct Known {
    Source source = Source::generic;
    EventClass event_class = EventClass::other;
    base::StringId tenant = 0;
    std::uint32_t file = 0;
    Count *count = nullptr;
    std::uint64_t *of_file = nullptr;
  };
  std::map<std::tuple<Source, base::StringId, EventClass, std::uint32_t>, Known> known;
  const Known *last = nullptr;
  const bool throttling = table.pool.find("throttled") != 0;
  const bool paged = table.pool.find(kPageContinues) != 0;
  for (const Event &event : table.events) {
    if (last == nullptr || last->source != event.source || last->event_class != event.event_class ||
        last->tenant != event.tenant || last->file != event.file) {
      Known &place = known[{event.source, event.tenant, event.event_class, event.file}];
      if (place.count == nullptr) {
        const std::string &file = table.files[event.file];
        place = {event.source, event.event_class, event.tenant, event.file, nullptr, nullptr};
        place.count = &counts_[{event.source, std::string(table.text(event.tenant)), event.event_class,
                                event.tenant == 0 ? file : std::string()}];
        place.of_file = &place.count->files[file];
      }
      last = &place;
    }
    ++events_;
    ++last->count->events;
    ++*last->of_file;
    if (paged && !table.extra(event, kPageContinues).empty()) continuing_.insert(table.files[event.file]);
    if (event.time.us == 0) continue;  // it does not say when
    last->count->pulse.add(event.time);
    if (throttling && !table.extra(event, "throttled").empty())
      last->count->throttled.emplace_back(table.text(event.mailbox), event.time);
  }
}

void CoverageCounter::leave_out(const std::string &log) {
  for (auto &[key, count] : counts_)
    std::erase_if(count.files, [&](const auto &file) {
      return name_of(std::get<0>(key)) == log || (!log.empty() && file.first.find(log) != std::string::npos);
    });
  std::erase_if(counts_, [](const auto &count) { return count.second.files.empty(); });
}

std::set<std::string> CoverageCounter::files() const {
  std::set<std::string> files;
  for (const auto &[key, count] : counts_)
    for (const auto &[file, events] : count.files) files.insert(file);
  return files;
}

std::vector<Coverage> CoverageCounter::rows(const EventTable &table,
                                            const std::vector<DeclaredFile> &declared) const {
  std::map<std::string, std::string> tenant_of;  // of files whose records name none
  {
    std::vector<base::StringId> tenants(table.files.size());
    for (const Event &event : table.events)
      if (event.tenant != 0) tenants[event.file] = event.tenant;
    for (std::size_t i = 0; i < tenants.size(); ++i) tenant_of[table.files[i]] = table.text(tenants[i]);
  }
  std::map<GroupKey, Group> groups;
  std::map<std::pair<Source, std::string>, Pulse> whole_source;
  // Of pages in files of their own all but the last name a next one.
  std::set<std::pair<Source, std::string>> ended;
  std::map<std::string, std::uint64_t> events_of_file;
  for (const auto &[key, count] : counts_) {
    const auto &[source, named, event_class, file] = key;
    const auto filled = tenant_of.find(file);
    const std::string tenant = named.empty() && filled != tenant_of.end() ? filled->second : named;
    Group &group = groups[{source, tenant, event_class}];
    Coverage &row = group.coverage;
    row.events += count.events;
    for (const auto &[one, events] : count.files) {
      group.files.insert(one);
      events_of_file[one] += events;
      if (continuing_.count(one) == 0) ended.emplace(source, tenant);
    }
    group.pulse.add(count.pulse);
    whole_source[{source, tenant}].add(count.pulse);
    group.throttled.insert(group.throttled.end(), count.throttled.begin(), count.throttled.end());
  }
  for (auto &[key, group] : groups) {
    std::sort(group.throttled.begin(), group.throttled.end(), [](const auto &a, const auto &b) {
      return std::tie(a.second, a.first) < std::tie(b.second, b.first);
    });
    for (auto &[mailbox, time] : group.throttled) add_throttling(group.coverage, std::move(mailbox), time);
    const auto cells = group.pulse.cells();
    if (cells.empty()) continue;
    group.coverage.first = cells.front().first;
    group.coverage.last = cells.back().last;
  }

  std::map<std::string, const DeclaredFile *> declaration_of;
  for (const DeclaredFile &file : declared) {
    declaration_of[file.item] = &file;
    const auto source = source_named(file.collection.source);
    if (!source) continue;
    // What was asked for and did not occur is covered all the same.
    for (const EventClass asked : classes_asked(*source, file.collection.query))
      groups[{*source, base::lower(file.collection.tenant), asked}].files.insert(file.item);
  }

  // A log that begins long after the time for which it was declared, or ends long before, is silent there as
  // it may be silent in between: a download that broke off leaves the newest or the oldest.
  std::map<std::pair<Source, std::string>, Interval> spans;
  for (const auto &[key, group] : groups) {
    const auto &[source, tenant, event_class] = key;
    for (const std::string &file : group.files) {
      const auto found = declaration_of.find(file);
      if (found == declaration_of.end()) continue;
      const evidence::Collection &collection = found->second->collection;
      Time until = collection.until;
      if (collection.collected_at != base::kTimeMin)
        until = std::min(until, collection.collected_at - kLateArrival);
      Interval &span =
          spans.try_emplace({source, tenant}, Interval{base::kTimeMax, base::kTimeMin}).first->second;
      if (collection.from != base::kTimeMin) span.from = std::min(span.from, collection.from);
      if (until != base::kTimeMax) span.until = std::max(span.until, until);
    }
  }
  const auto span_of = [&](Source source, const std::string &tenant) {
    const auto found = spans.find({source, tenant});
    return found == spans.end() ? Interval{base::kTimeMax, base::kTimeMin} : found->second;
  };

  std::map<std::pair<Source, std::string>, std::vector<Gap>> source_gaps;
  for (const auto &[key, pulse] : whole_source)
    source_gaps[key] = gaps_in(pulse, "event of this log", span_of(key.first, key.second));

  std::vector<Coverage> rows;
  for (auto &[key, group] : groups) {
    Coverage &row = group.coverage;
    std::tie(row.source, row.tenant, row.event_class) = key;
    row.files.assign(group.files.begin(), group.files.end());
    row.gaps = source_gaps[{row.source, row.tenant}];
    for (Gap &gap : gaps_in(group.pulse, std::string(name_of(row.event_class)) + " event",
                            span_of(row.source, row.tenant)))
      add_gap(row.gaps, std::move(gap));
    add_switched_off(table, row.source, row.tenant, row.gaps);
    note_ended_exports(table, row);
    apply_declarations(group, declaration_of, events_of_file, continuing_);
    if (ended.count({row.source, row.tenant}) == 0)
      for (const std::string &file : group.files) {
        if (continuing_.count(file) == 0) continue;
        row.notes.push_back(file + ": its last page names a next page that is not held, so there is more");
        row.complete = false;
      }
    std::sort(row.gaps.begin(), row.gaps.end(), [](const Gap &a, const Gap &b) {
      return std::tie(a.interval.from, a.interval.until, a.why) <
             std::tie(b.interval.from, b.interval.until, b.why);
    });
    std::sort(row.throttling.begin(), row.throttling.end(), [](const Throttling &a, const Throttling &b) {
      return std::tie(a.mailbox, a.interval.from) < std::tie(b.mailbox, b.interval.from);
    });
    for (const Throttling &one : row.throttling)
      if (row.throttled_mailboxes.empty() || row.throttled_mailboxes.back() != one.mailbox)
        row.throttled_mailboxes.push_back(one.mailbox);
    rows.push_back(std::move(row));
  }
  note_missing_classes(rows);
  return rows;
}

std::string why_not_excluded(const Coverage &coverage, const Interval &interval, std::string_view mailbox) {
  const auto overlaps = [&](const Interval &other) { return !base::intersect(interval, other).empty(); };
  for (const Gap &gap : coverage.gaps)
    if (overlaps(gap.interval)) return "gap " + base::format_interval(gap.interval) + ": " + gap.why;
  for (const Throttling &one : coverage.throttling)
    if ((mailbox.empty() || one.mailbox == mailbox) && overlaps(one.interval))
      return "reading of " + one.mailbox + " was throttled " + base::format_interval(one.interval);
  if (!coverage.declared) return "not declared: what a file holds does not show what was left out";
  if (!coverage.complete) return coverage.notes.empty() ? "not declared complete" : coverage.notes.front();
  if (coverage.filtered) return coverage.notes.empty() ? "collected with a filter" : coverage.notes.front();
  if (interval.from < coverage.declared_range.from || coverage.declared_range.until < interval.until)
    return "declared for " + base::format_interval(coverage.declared_range) + " only";
  if (coverage.collected_at == base::kTimeMin)
    return "when it was collected is not declared, and events arrive late";
  if (coverage.collected_at - kLateArrival < interval.until)
    return "collected at " + base::format_time(coverage.collected_at) + ", before late events had arrived";
  return {};
}

bool supports_excluded(const Coverage &coverage, const Interval &interval, std::string_view mailbox) {
  return why_not_excluded(coverage, interval, mailbox).empty();
}

const Coverage *find_coverage(const std::vector<Coverage> &rows, Source source, std::string_view tenant,
                              EventClass event_class) {
  for (const Coverage &row : rows)
    if (row.source == source && row.tenant == tenant && row.event_class == event_class) return &row;
  return nullptr;
}

}  // namespace dislodge::log

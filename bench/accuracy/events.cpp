// What log/ and detect/ make of files that are no part of this project: exports of other tenants, samples of
// other products, data sets with labels. Nothing is asserted; scripts and people read the figures.
//
//   accuracy_events read FILE...        a line a file: what it is, how many of its records became events, how
//                                       much was not read and why, and which fields the events have
//   accuracy_events show FILE...        every event, with its fields
//   accuracy_events detect FILE...      the files together as one tenant's: detections, false alarms a
//   thousand accuracy_events labelled FILE...    lines of {"test": name, "expected": true or false, "log":
//   {...}}: which
//                                       single events say something to the rules, beside the label
//
// Packed files are to be unpacked first; anything else goes in as it was exported.

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "base/embedded_rules.hpp"
#include "detect/detect.hpp"
#include "detect/joined.hpp"
#include "detect/sigma_matcher.hpp"
#include "evidence/sink.hpp"
#include "identity/history.hpp"
#include "identity/link.hpp"
#include "identity/rights.hpp"
#include "log/reader.hpp"

namespace {

using namespace dislodge;
using log::Event;

class CountingSink : public evidence::Sink {
 public:
  evidence::RecordId record(evidence::Record) override { return 0; }
  std::size_t text(const evidence::TextView &) override { return 0; }
  std::size_t child(const evidence::ItemView &) override { return 0; }
  void unread(evidence::Unread part) override { parts.push_back(std::move(part)); }
  const base::Limits &limits() const override { return limits_; }
  std::vector<evidence::Unread> parts;

 private:
  base::Limits limits_;
};

struct FieldName {
  const char *name;
  base::StringId Event::*field;
};
constexpr FieldName kFields[] = {
    {"id", &Event::native_id},        {"op", &Event::operation},       {"tenant", &Event::tenant},
    {"actor", &Event::actor_name},    {"actor-id", &Event::actor_id},  {"target", &Event::target_name},
    {"target-id", &Event::target_id}, {"app", &Event::application_id}, {"resource", &Event::resource_id},
    {"address", &Event::address},     {"network", &Event::network},    {"country", &Event::country},
    {"agent", &Event::agent},         {"client", &Event::client},      {"session", &Event::session},
    {"token", &Event::token},         {"key", &Event::key_id},         {"mailbox", &Event::mailbox},
};

std::string contents(const std::string &path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

const identity::Rights &rights() {
  static const identity::Rights kRights = identity::load_rights(base::embedded_rules()).value();
  return kRights;
}

struct Reading {
  log::EventTable table;
  log::ReadCounts counts;
  std::vector<evidence::Unread> unread;
  std::string error;
};

Reading read(const std::string &bytes, const std::string &path, detect::SigmaWatcher *watcher) {
  Reading out;
  CountingSink sink;
  evidence::ItemView item;
  item.path = path;
  item.bytes = bytes;
  log::ReadOptions options;
  options.watcher = watcher;
  auto counts = log::read_log(item, out.table, sink, options);
  if (counts)
    out.counts = std::move(*counts);
  else
    out.error = counts.error().message;
  out.unread = std::move(sink.parts);
  return out;
}

void show_event(const log::EventTable &table, const Event &event) {
  std::string line =
      fmt::format("  {}:{} {} {} {} {}", event.line, event.column, base::format_time(event.time),
                  log::name_of(event.source), log::name_of(event.event_class), log::name_of(event.outcome));
  if (event.code != 0) line += fmt::format(" code={}", event.code);
  for (const FieldName &one : kFields)
    if (event.*one.field != 0) line += fmt::format(" {}={}", one.name, table.text(event.*one.field));
  for (std::uint32_t i = 0; i < event.extra_count; ++i) {
    const log::Extra &extra = table.extras[event.extra_begin + i];
    line += fmt::format(" [{}={}]", table.text(extra.key), table.text(extra.value).substr(0, 80));
  }
  fmt::print("{}\n", line);
}

void read_files(const std::vector<std::string> &paths, bool show) {
  for (const std::string &path : paths) {
    const std::string bytes = contents(path);
    const auto source = log::recognise(bytes);
    if (!source) {
      fmt::print("{:<16} {:>7} {:>7} {}\n", "NOT RECOGNISED", "", "", path);
      continue;
    }
    const Reading got = read(bytes, path, nullptr);
    std::string fields;
    const double count = static_cast<double>(got.table.events.size());
    for (const FieldName &one : kFields) {
      const auto set = std::count_if(got.table.events.begin(), got.table.events.end(),
                                     [&](const Event &event) { return event.*one.field != 0; });
      if (set != 0) fields += fmt::format(" {}:{:.0f}", one.name, 100 * static_cast<double>(set) / count);
    }
    std::map<std::string, std::size_t> sources;
    for (const Event &event : got.table.events)
      ++sources[fmt::format("{}/{}", log::name_of(event.source), log::name_of(event.event_class))];
    std::string kinds;
    for (const auto &[name, number] : sources) kinds += fmt::format(" {}={}", name, number);
    fmt::print("{:<16} {:>7} {:>7} {}{} |{}\n", log::name_of(*source), got.counts.records,
               got.table.events.size(), path, kinds, fields);
    if (!got.error.empty()) fmt::print("    ERROR {}\n", got.error);
    for (const std::string &note : got.counts.notes) fmt::print("    note: {}\n", note);
    for (std::size_t i = 0; i < std::min<std::size_t>(got.unread.size(), 5); ++i)
      fmt::print("    unread {} B: {}\n", got.unread[i].bytes, got.unread[i].reason);
    if (got.unread.size() > 5) fmt::print("    and {} more unread\n", got.unread.size() - 5);
    if (show)
      for (const Event &event : got.table.events) show_event(got.table, event);
  }
}

void detect_in(const std::vector<std::string> &paths) {
  const detect::DetectOptions &options = detect::builtin_options();
  detect::SigmaWatcher watcher(*options.sigma);
  log::EventTable table;
  for (const std::string &path : paths) table.append(read(contents(path), path, &watcher).table);
  table.settle();
  identity::Facts facts;
  identity::add_history(table, rights(), facts);
  identity::link_facts(facts, rights());
  auto found = detect::detect(table, facts, options);
  detect::join_acts(found, detect::load_general_kinds(base::embedded_rules()).value());
  std::map<std::string, std::size_t> kinds;
  for (const detect::Detection &one : found) {
    ++kinds[one.kind];
    fmt::print("{} {}{} {:.2f} x{} {}\n", base::format_time(one.first), one.kind,
               one.intruder ? " INTRUDER" : "", one.confidence, one.event_count, one.says);
    if (!one.because.empty() && one.intruder) fmt::print("      because {}\n", one.because);
  }
  const double events = static_cast<double>(table.events.size());
  fmt::print("{} events, {} detections, {:.3f} a thousand:", table.events.size(), found.size(),
             events == 0 ? 0 : 1000 * static_cast<double>(found.size()) / events);
  for (const auto &[kind, count] : kinds) fmt::print(" {}={}", kind, count);
  fmt::print("\n");
}

// The rules that one record finds, with their kinds; rules that only matter to an intruder's own acts apart.
void labelled(const std::vector<std::string> &paths) {
  const detect::DetectOptions &options = detect::builtin_options();
  std::map<std::string, const detect::SigmaRule *> rules;
  for (const detect::SigmaRule &rule : options.sigma->set().rules) rules[rule.id] = &rule;
  std::size_t wanted = 0, found = 0, wanted_change = 0, unwanted = 0, plain = 0, lost = 0;
  for (const std::string &path : paths) {
    const std::string bytes = contents(path);
    log::JsonArena arena;
    for (std::size_t at = 0; at < bytes.size();) {
      std::size_t end = bytes.find('\n', at);
      if (end == std::string::npos) end = bytes.size();
      const auto line = arena.parse(std::string_view(bytes).substr(at, end - at));
      at = end + 1;
      if (!line) continue;
      const bool expected = line->get("expected").truth();
      const std::string test(line->text("test")), rule_name(line->text("rule"));
      const std::string record(line->get("log").raw());
      detect::SigmaWatcher watcher(*options.sigma);
      Reading got = read(record, path, &watcher);
      if (got.table.events.empty()) ++lost;
      got.table.settle();
      identity::Facts facts;
      identity::add_history(got.table, rights(), facts);
      identity::link_facts(facts, rights());
      std::set<std::string> told, changes;
      for (const detect::Detection &one : detect::detect(got.table, facts, options)) told.insert(one.kind);
      for (const Event &event : got.table.events)
        for (const std::string_view id : got.table.extras_of(event, "rule"))
          if (const auto rule = rules.find(std::string(id)); rule != rules.end())
            changes.insert(rule->second->id);
      (expected ? wanted : plain) += 1;
      if (expected && !told.empty()) ++found;
      if (expected && told.empty() && !changes.empty()) ++wanted_change;
      if (!expected && !told.empty()) ++unwanted;
      const char *mark = expected ? (!told.empty()      ? "found "
                                     : !changes.empty() ? "change"
                                                        : "MISSED")
                                  : (!told.empty() ? "ALARM " : "quiet ");
      fmt::print("{} {} | {} | told: {} | rules: {}{}\n", mark, rule_name, test, fmt::join(told, ","),
                 fmt::join(changes, ","), got.table.events.empty() ? " | NO EVENT" : "");
    }
  }
  fmt::print("expected {}: {} told, {} known as changes, {} unknown; not expected {}: {} told; {} no event\n",
             wanted, found, wanted_change, wanted - found - wanted_change, plain, unwanted, lost);
}

}  // namespace

int main(int argc, char **argv) {
  const std::vector<std::string> paths(argv + std::min(argc, 2), argv + argc);
  const std::string mode = argc > 1 ? argv[1] : "";
  if (mode == "read" || mode == "show")
    read_files(paths, mode == "show");
  else if (mode == "detect")
    detect_in(paths);
  else if (mode == "labelled")
    labelled(paths);
  else
    return fmt::print(stderr, "accuracy_events read|show|detect|labelled FILE...\n"), 2;
  return 0;
}

#pragma once
// Coverage of logs that are too many to hold at once. What coverage is: log/coverage.hpp.

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "log/coverage.hpp"
#include "log/rhythm.hpp"

namespace dislodge::log {

// The same over tables that come one after another and are not kept. Memory follows the minutes that have
// events, not the events (log/rhythm.hpp).
//
//   CoverageCounter counter;
//   for each table: counter.add(table);
//   std::vector<Coverage> rows = counter.rows(kept, declared);
class CoverageCounter {
 public:
  void add(const EventTable &table);
  std::uint64_t events() const { return events_; }
  std::set<std::string> files() const;
  // As if a log were not held: a source by its name, or files by a part of theirs.
  void leave_out(const std::string &log);
  // `kept`: settled; it tells the tenants of files whose records name none, and holds every change of
  // settings.
  std::vector<Coverage> rows(const EventTable &kept, const std::vector<DeclaredFile> &declared) const;

 private:
  struct Count {
    std::uint64_t events = 0;
    Pulse pulse;
    std::map<std::string, std::uint64_t> files;
    std::vector<std::pair<std::string, base::Time>> throttled;  // mailbox, when
  };
  // File: where the records name no tenant; "" else.
  using Key = std::tuple<Source, std::string, EventClass, std::string>;
  std::map<Key, Count> counts_;
  std::set<std::string> continuing_;  // files whose last page names a next one
  std::uint64_t events_ = 0;
};

}  // namespace dislodge::log

#pragma once
// Makes events as the readers of log/ do, for tests.

#include <initializer_list>
#include <string>
#include <utility>

#include "log/event.hpp"

namespace dislodge::identity {

class EventMaker {
 public:
  explicit EventMaker(std::string file = "ual.csv") { table.files.push_back(std::move(file)); }
  log::Event &add(log::EventClass event_class, std::string_view time, std::string_view operation,
                  std::initializer_list<std::pair<std::string_view, std::string_view>> extras = {}) {
    log::Event event;
    event.time = *base::parse_time(time);
    event.event_class = event_class;
    event.outcome = log::Outcome::ok;
    event.operation = table.pool.intern(operation);
    event.line = table.events.size() + 2;
    event.extra_begin = static_cast<std::uint32_t>(table.extras.size());
    for (const auto &[key, value] : extras)
      table.extras.push_back({table.pool.intern(key), table.pool.intern(value)});
    event.extra_count = static_cast<std::uint32_t>(extras.size());
    table.events.push_back(event);
    return table.events.back();
  }
  base::StringId id(std::string_view text) { return table.pool.intern(text); }
  log::EventTable table;
};

}  // namespace dislodge::identity

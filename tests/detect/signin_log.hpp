#pragma once
// A log of Entra sign-ins of one tenant, told one by one, and what detection makes of it.

#include <string>
#include <string_view>
#include <vector>

#include "detect/detect.hpp"

namespace dislodge::detect {

class SigninLog {
 public:
  // Valid until the next one.
  log::Event &signin(base::Time time, const std::string &name, const std::string &address, int code,
                     const std::string &agent) {
    log::Event &event = this->event(time, name);
    event.source = log::Source::entra_signin;
    event.event_class = log::EventClass::interactive_signin;
    event.code = code;
    event.outcome = code == 0        ? log::Outcome::ok
                    : code == 50053  ? log::Outcome::blocked
                    : code == 500121 ? log::Outcome::right_secret_stopped
                                     : log::Outcome::wrong_secret;
    event.address = table.pool.intern(address);
    event.agent = table.pool.intern(agent);
    return event;
  }
  log::Event &event(base::Time time, const std::string &name) {
    log::Event event;
    event.time = time;
    event.file = table.file_index("s.json");
    event.line = event.offset = ++line_;
    event.tenant = table.pool.intern("t");
    event.actor_name = table.pool.intern(name);
    event.actor_id = table.pool.intern("id-" + name);
    event.actor_type = table.pool.intern("user");
    table.events.push_back(event);
    return table.events.back();
  }
  std::vector<Detection> found(std::string_view kind) {
    table.settle();
    std::vector<Detection> all = detect(table, {}, builtin_options());
    std::erase_if(all, [&](const Detection &one) { return one.kind != kind; });
    return all;
  }
  log::EventTable table;

 private:
  std::uint64_t line_ = 0;
};

}  // namespace dislodge::detect

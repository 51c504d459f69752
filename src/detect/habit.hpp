#pragma once
// What a subject (an account, an application, a key or token) is seen to do: its habit, and the traits of
// events of which habits are made. unusual_use.cpp says what for.
//
//   Traits traits(view);
//   traits.learn(habit, index);
//   if (!habit.knows(traits.place_of(event))) ...

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/time.hpp"
#include "detect/sigma_rule.hpp"
#include "detect/view.hpp"

namespace dislodge::detect {

struct Place {
  std::uint32_t half = 0;    // the first half of the address
  std::uint32_t system = 0;  // the autonomous system, where some record of the address names it
};

// What a subject is seen to do.
struct Habit {
  base::Time first = base::kTimeMax, last = base::kTimeMin;
  std::int64_t last_day = INT64_MIN;
  std::size_t days = 0, events = 0;
  std::set<std::uint32_t> networks;  // halves and systems
  std::size_t network_count = 0;
  std::set<base::StringId> countries;
  std::set<std::uint32_t> programs;
  std::set<std::string_view> kinds;  // of rules
  std::set<std::string_view> ways;   // of signing in that need little
  std::set<base::StringId> mailboxes, repositories;
  std::map<base::StringId, base::Time> sessions;  // when each was last seen
  std::size_t files_a_day = 0, files_today = 0;
  std::size_t repositories_a_day = 0;
  std::set<base::StringId> repositories_today;
  std::uint64_t rows_a_day = 0, rows_today = 0;
  std::uint64_t messages_a_day = 0, messages_today = 0;

  // People sit before browsers and mail programs, and a person may well have one for weeks.
  bool person = false, application = false;

  bool known(base::Time at) const;  // has a past: three days, the first a week before
  bool machine() const;             // has had one program and one or two networks for weeks
  bool knows(const Place &place) const;
};

bool is_signin(const log::Event &event);

class Traits {
 public:
  explicit Traits(const View &view);

  Place place_of(const log::Event &event);
  // False where the address says nothing of who acted: none, or a front end of the service.
  bool placed(const log::Event &event);
  std::uint32_t program_of(const log::Event &event);  // 0: not told
  std::uint64_t rows_of(const log::Event &event) const;
  std::uint64_t messages_of(const log::Event &event) const;  // that it read; a synchronisation is one
  void learn(Habit &habit, EventIndex index);

  // Kinds of the rules that an event met, as kind(rule's own, whether it is a sign-in), and the ways of
  // signing in that need little, as way(name).
  template <typename Kind, typename Way>
  void each(const log::Event &event, Kind &&kind, Way &&way) const {
    const bool signin = is_signin(event);
    for (std::uint32_t i = 0; i < event.extra_count; ++i) {
      const log::Extra &extra = view_.table().extras[event.extra_begin + i];
      if (extra.key == rule_key_) {
        const auto rule = rules_.find(view_.text(extra.value));
        if (rule != rules_.end()) kind(*rule->second, signin);
        if (view_.text(extra.value) == "entra-legacy-protocol") way("a password alone");
      } else if ((extra.key == protocol_ || extra.key == transfer_) && signin) {
        const std::string_view text = view_.text(extra.value);
        if (text.starts_with("deviceCode"))
          way("a device code");
        else if (text == "ropc")
          way("a password alone");
      }
    }
  }

 private:
  std::uint32_t id_of(const std::string &text);
  bool shows_person(const log::Event &event) const;

  const View &view_;
  std::map<std::string, const SigmaOwn *, std::less<>> rules_;
  base::StringId protocol_ = 0, rule_key_ = 0, rows_key_ = 0, transfer_ = 0, message_key_ = 0, mail_key_ = 0;
  std::unordered_map<std::string, std::uint32_t> names_;
  std::unordered_map<base::StringId, base::StringId> systems_;
  std::unordered_map<base::StringId, Place> places_;
  std::unordered_map<base::StringId, bool> front_ends_;
  std::unordered_map<base::StringId, std::uint32_t> programs_;
};

}  // namespace dislodge::detect

// Code that was carried off: an account that reads, within a day, very many repositories that it had never
// read before. Who works on code reads what they read yesterday; who mirrors or builds everything does so
// every day, and is measured by that. A new colleague fetches a dozen repositories on the first day, so an
// account without a past is told only where it reads more than people do.
//
// Source: MITRE ATT&CK T1213.003; the reports of code theft with stolen tokens of 2022 and 2023.

#include <algorithm>
#include <deque>
#include <map>
#include <set>

#include "detect/passes.hpp"

namespace dislodge::detect {

namespace {

using base::StringId;
using log::Event;

constexpr std::size_t kNewMin = 8;        // repositories never read before, within a day, and
constexpr std::size_t kTimesUsual = 2;    // so many times what the account read on any day before,
constexpr std::size_t kKnownDays = 3;     // if it read on so many days
constexpr std::size_t kWithoutPast = 30;  // else so many repositories, within
constexpr std::int64_t kQuick = base::kHour;

struct Reading {
  EventIndex index = 0;
  StringId repository = 0;
};

struct Reader {
  std::set<StringId> known;  // repositories that it has read
  std::map<std::int64_t, std::set<StringId>> by_day;
  std::deque<Reading> fresh;        // first readings of the last day
  std::vector<EventIndex> told;     // of the stretch that is being told
  std::size_t usual = 0, days = 0;  // before that stretch
};

class CodeReaders {
 public:
  CodeReaders(const View &view, const Attribution &attribution, std::vector<Detection> &out)
      : view_(view), attribution_(attribution), out_(out) {}

  void run() {
    for (EventIndex i = 0; i < view_.size(); ++i) {
      const Event &event = view_.event(i);
      if (event.event_class != log::EventClass::code_access || event.resource_name == 0 ||
          event.outcome == log::Outcome::error || is_push(event))
        continue;
      const StringId account = event.actor_name != 0 ? event.actor_name : event.actor_id;
      if (account != 0) take(readers_[{event.tenant, account}], i);
    }
    for (auto &[account, reader] : readers_) tell(reader);
  }

 private:
  bool is_push(const Event &event) const {
    return view_.text(event.operation).find("push") != std::string_view::npos;
  }

  void take(Reader &reader, EventIndex index) {
    const Event &event = view_.event(index);
    const std::int64_t day = event.time.us / base::kDay;
    if (!reader.told.empty() && event.time.us - view_.event(reader.told.back()).time.us > base::kDay)
      tell(reader);
    const bool fresh = reader.known.insert(event.resource_name).second;
    if (fresh) {
      reader.fresh.push_back({index, event.resource_name});
      while (event.time.us - view_.event(reader.fresh.front().index).time.us > base::kDay)
        reader.fresh.pop_front();
      if (!reader.told.empty())
        reader.told.push_back(index);
      else
        judge(reader, event.time);
    }
    reader.by_day[day].insert(event.resource_name);
  }

  void judge(Reader &reader, base::Time now) {
    const std::int64_t begin = view_.event(reader.fresh.front().index).time.us / base::kDay;
    reader.usual = reader.days = 0;
    for (const auto &[day, repositories] : reader.by_day) {
      if (day >= begin) break;
      ++reader.days;
      reader.usual = std::max(reader.usual, repositories.size());
    }
    std::size_t quick = 0;
    for (const Reading &one : reader.fresh)
      quick += now.us - view_.event(one.index).time.us <= kQuick ? 1 : 0;
    const bool known = reader.days >= kKnownDays;
    if (known ? reader.fresh.size() < std::max(kNewMin, kTimesUsual * reader.usual) : quick < kWithoutPast)
      return;
    for (const Reading &one : reader.fresh) reader.told.push_back(one.index);
  }

  void tell(Reader &reader) {
    if (reader.told.empty()) return;
    const Event &event = view_.event(reader.told.front());
    Detection one = make_detection(view_, "repository-cloned", reader.told);
    add_unique(one.principals, view_.actor(event));
    attribute(one, attribution_, reader.told);
    if (!one.intruder) {
      one.confidence = reader.days >= kKnownDays ? 0.6 : 0.4;
      one.because = reader.days >= kKnownDays ? "on no day before it had read more than " +
                                                    counted(reader.usual, "repository", "repositories") +
                                                    ", and these it had never read"
                                              : "nothing shows what the account read before";
    }
    const std::string name =
        event.actor_name != 0 ? std::string(view_.text(event.actor_name)) : view_.name_of(view_.actor(event));
    one.says = name + " read " + counted(reader.told.size(), "repository", "repositories") +
               " that it had not read before, between " + spoken(one.first) + " and " + spoken(one.last);
    out_.push_back(std::move(one));
    reader.told.clear();
    reader.fresh.clear();
  }

  const View &view_;
  const Attribution &attribution_;
  std::vector<Detection> &out_;
  std::map<std::pair<StringId, StringId>, Reader> readers_;  // tenant, account
};

}  // namespace

void tell_code_reading(const View &view, const Attribution &attribution, std::vector<Detection> &out) {
  CodeReaders(view, attribution, out).run();
}

}  // namespace dislodge::detect

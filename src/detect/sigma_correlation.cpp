#include "detect/sigma_correlation.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <set>
#include <unordered_map>

namespace dislodge::detect {

namespace {

constexpr std::size_t kHitEventsMax = 10'000;  // of one hit; more are counted by those that came first

bool holds(const SigmaCorrelation::Bound &bound, double value) {
  using Kind = SigmaCorrelation::Bound::Kind;
  switch (bound.kind) {
    case Kind::gt:
      return value > bound.value;
    case Kind::gte:
      return value >= bound.value;
    case Kind::lt:
      return value < bound.value;
    case Kind::lte:
      return value <= bound.value;
    case Kind::eq:
      return value == bound.value;
    default:
      return value != bound.value;
  }
}

bool holds(const std::vector<SigmaCorrelation::Bound> &bounds, double value) {
  return std::all_of(bounds.begin(), bounds.end(),
                     [&](const SigmaCorrelation::Bound &bound) { return holds(bound, value); });
}

// One event on its way into a correlation.
struct Step {
  base::Time time;
  std::size_t rule = 0;            // which of the correlation's rules it is of
  std::vector<EventIndex> events;  // one, or those of a correlation's hit
  std::string value;               // of the counted field
  double number = 0;
};

// The smaller part of the values and the larger, cut at the wanted rank.
class Percentile {
 public:
  explicit Percentile(double percent) : share_(percent / 100) {}
  void add(double value) {
    if (!low_.empty() && value <= *low_.rbegin())
      low_.insert(value);
    else
      high_.insert(value);
    balance();
  }
  void remove(double value) {
    if (const auto found = low_.find(value); found != low_.end())
      low_.erase(found);
    else if (const auto other = high_.find(value); other != high_.end())
      high_.erase(other);
    balance();
  }
  double value() const { return low_.empty() ? 0 : *low_.rbegin(); }

 private:
  // Nearest rank: the value at position ceil(share * n), at least the first.
  void balance() {
    const std::size_t all = low_.size() + high_.size();
    const auto wanted =
        std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil(share_ * static_cast<double>(all))));
    while (low_.size() < std::min(wanted, all)) {
      low_.insert(*high_.begin());
      high_.erase(high_.begin());
    }
    while (low_.size() > std::min(wanted, all)) {
      const auto last = std::prev(low_.end());
      high_.insert(*last);
      low_.erase(last);
    }
  }
  double share_;
  std::multiset<double> low_, high_;
};

// The window of one group.
class Window {
 public:
  explicit Window(const SigmaCorrelation &rule)
      : rule_(rule), percentile_(rule.percentile), steps_of_(rule.rules.size()), chain_(rule.rules.size()) {}

  // True when the correlation begins to hold with this step; the events are then in `hit`, and later steps
  // while it holds are added to the same one by the caller.
  bool add(Step step) {
    const base::Time now = step.time;
    while (!steps_.empty() && now.us - steps_.front().time.us > rule_.timespan_us) leave();
    enter(step);
    steps_.push_back(std::move(step));
    const bool is = rule_.type == CorrelationType::temporal_ordered ? ordered() : measured();
    const bool begins = is && !held_;
    held_ = is;
    // A chain that is complete begins anew.
    if (rule_.type == CorrelationType::temporal_ordered && is) {
      chain_events_ = chain_.back().events;
      for (Chain &one : chain_) one = {};
      held_ = false;
      return true;
    }
    return begins;
  }
  bool held() const { return held_; }

  std::vector<EventIndex> events() const {
    if (rule_.type == CorrelationType::temporal_ordered) return chain_events_;
    std::vector<EventIndex> out;
    for (const Step &step : steps_)
      if (out.size() < kHitEventsMax) out.insert(out.end(), step.events.begin(), step.events.end());
    return out;
  }

 private:
  struct Chain {
    base::Time start = base::kTimeMin;
    bool there = false;
    std::vector<EventIndex> events;
  };

  void enter(const Step &step) {
    ++steps_of_[step.rule];
    distinct_rules_ += steps_of_[step.rule] == 1;
    switch (rule_.type) {
      case CorrelationType::value_count:
        ++values_[step.value];
        break;
      case CorrelationType::value_sum:
      case CorrelationType::value_avg:
        sum_ += step.number;
        break;
      case CorrelationType::value_percentile:
        percentile_.add(step.number);
        break;
      case CorrelationType::temporal_ordered:
        extend(step);
        break;
      default:
        break;
    }
  }

  void leave() {
    const Step &step = steps_.front();
    --steps_of_[step.rule];
    distinct_rules_ -= steps_of_[step.rule] == 0;
    switch (rule_.type) {
      case CorrelationType::value_count:
        if (const auto found = values_.find(step.value); --found->second == 0) values_.erase(found);
        break;
      case CorrelationType::value_sum:
      case CorrelationType::value_avg:
        sum_ -= step.number;
        break;
      case CorrelationType::value_percentile:
        percentile_.remove(step.number);
        break;
      default:
        break;
    }
    steps_.pop_front();
  }

  // The latest beginning from which the rules up to each were seen in order.
  void extend(const Step &step) {
    const std::size_t i = step.rule;
    // An event that matches two rules of the chain comes as two steps; it may take one place only.
    if (i == 0) {
      chain_[0] = {step.time, true, step.events};
      return;
    }
    const Chain &before = chain_[i - 1];
    if (!before.there || before.events.back() == step.events.front()) return;
    if (step.time.us - before.start.us > rule_.timespan_us) return;
    chain_[i] = before;
    chain_[i].events.insert(chain_[i].events.end(), step.events.begin(), step.events.end());
  }
  bool ordered() const { return chain_.back().there; }

  bool measured() const {
    const double count = static_cast<double>(steps_.size());
    switch (rule_.type) {
      case CorrelationType::event_count:
        return holds(rule_.bounds, count);
      case CorrelationType::value_count:
        return holds(rule_.bounds, static_cast<double>(values_.size()));
      case CorrelationType::value_sum:
        return holds(rule_.bounds, sum_);
      case CorrelationType::value_avg:
        return holds(rule_.bounds, count == 0 ? 0 : sum_ / count);
      case CorrelationType::value_percentile:
        return holds(rule_.bounds, percentile_.value());
      default:
        return rule_.bounds.empty() ? distinct_rules_ == rule_.rules.size()
                                    : holds(rule_.bounds, static_cast<double>(distinct_rules_));
    }
  }

  const SigmaCorrelation &rule_;
  std::deque<Step> steps_;
  std::unordered_map<std::string, std::size_t> values_;
  double sum_ = 0;
  Percentile percentile_;
  std::vector<std::size_t> steps_of_;
  std::size_t distinct_rules_ = 0;
  std::vector<Chain> chain_;
  std::vector<EventIndex> chain_events_;
  bool held_ = false;
};

void unique_events(std::vector<EventIndex> &events) {
  std::sort(events.begin(), events.end());
  events.erase(std::unique(events.begin(), events.end()), events.end());
}

class Correlator {
 public:
  Correlator(const log::EventTable &table, const SigmaSet &set, std::map<std::string, std::uint64_t> *dropped)
      : table_(table), dropped_(dropped) {
    for (const SigmaRule &rule : set.rules) {
      ids_[rule.id] = rule.id;
      if (!rule.name.empty()) ids_[rule.name] = rule.id;
    }
    for (SigmaHit &hit : rule_hits(table)) hits_[hit.rule].push_back(std::move(hit));
  }

  void run(const SigmaCorrelation &rule, std::vector<SigmaHit> &out) {
    ids_[rule.id] = rule.id;
    if (!rule.name.empty()) ids_[rule.name] = rule.id;
    struct Input {
      const SigmaHit *hit;
      std::size_t rule;
    };
    std::vector<Input> inputs;
    for (std::size_t i = 0; i < rule.rules.size(); ++i)
      for (const SigmaHit &hit : hits_[ids_[rule.rules[i]]]) inputs.push_back({&hit, i});
    std::stable_sort(inputs.begin(), inputs.end(), [](const Input &a, const Input &b) {
      // Later steps of a chain first, so that one event is no two steps.
      if (a.hit->time != b.hit->time) return a.hit->time < b.hit->time;
      if (a.hit->events.front() != b.hit->events.front())
        return a.hit->events.front() < b.hit->events.front();
      return a.rule > b.rule;
    });
    std::map<std::vector<std::string>, Window> windows;
    std::map<std::vector<std::string>, std::size_t> open;  // group -> its hit in `mine`, while it holds
    std::vector<SigmaHit> mine;
    for (const Input &input : inputs) {
      std::vector<std::string> group;
      bool whole = true;
      for (const std::string &field : rule.group_by) {
        group.push_back(value_of(*input.hit, field));
        whole = whole && !group.back().empty();
      }
      Step step{input.hit->time, input.rule, input.hit->events, {}, 0};
      if (!rule.fields.empty()) {
        // Several fields count as one value made of all.
        for (const std::string &field : rule.fields) step.value += value_of(*input.hit, field) + '\n';
        whole = whole && step.value.size() > rule.fields.size();
        step.number = std::strtod(step.value.c_str(), nullptr);
      }
      if (!whole) {
        if (dropped_ != nullptr) ++(*dropped_)[rule.id];
        continue;
      }
      Window &window = windows.try_emplace(group, rule).first->second;
      const base::Time now = step.time;
      const std::vector<EventIndex> events = step.events;
      if (window.add(std::move(step))) {
        SigmaHit hit{rule.id, now, window.events(), {}};
        unique_events(hit.events);
        for (std::size_t i = 0; i < group.size(); ++i) hit.group[rule.group_by[i]] = group[i];
        if (window.held()) open[group] = mine.size();
        mine.push_back(std::move(hit));
      } else if (const auto known = open.find(group); known != open.end()) {
        if (!window.held()) {
          open.erase(known);
        } else {
          auto &list = mine[known->second].events;
          if (list.size() < kHitEventsMax) list.insert(list.end(), events.begin(), events.end());
        }
      }
    }
    for (SigmaHit &hit : mine) {
      unique_events(hit.events);
      out.push_back(hit);
    }
    hits_[rule.id] = std::move(mine);
  }

 private:
  std::string value_of(const SigmaHit &hit, const std::string &field) const {
    if (const auto found = hit.group.find(field); found != hit.group.end()) return found->second;
    return std::string(table_.extra(table_.events[hit.events.front()], "at:" + field));
  }

  const log::EventTable &table_;
  std::map<std::string, std::uint64_t> *dropped_;
  std::map<std::string, std::string, std::less<>> ids_;  // name or id -> id
  std::map<std::string, std::vector<SigmaHit>> hits_;
};

}  // namespace

std::vector<SigmaHit> rule_hits(const log::EventTable &table) {
  std::vector<SigmaHit> out;
  for (EventIndex i = 0; i < table.events.size(); ++i)
    for (const std::string_view rule : table.extras_of(table.events[i], "rule"))
      out.push_back({std::string(rule), table.events[i].time, {i}, {}});
  return out;
}

std::vector<SigmaHit> correlate(const log::EventTable &table, const SigmaSet &set,
                                std::map<std::string, std::uint64_t> *dropped) {
  std::vector<SigmaHit> out;
  Correlator correlator(table, set, dropped);
  for (const SigmaCorrelation &rule : set.correlations) correlator.run(rule, out);
  return out;
}

}  // namespace dislodge::detect

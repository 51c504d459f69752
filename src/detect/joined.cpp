#include "detect/joined.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>

#include "base/toml.hpp"

namespace dislodge::detect {

namespace {

constexpr std::int64_t kSameMoment = 5 * base::kSecond;
constexpr int kAnyRule = 2;

using Place = std::tuple<std::string_view, std::uint64_t, std::uint32_t>;

Place place_of(const EventReference &event) {
  return {event.source, event.line, event.column};
}

bool share_principal(const Detection &a, const Detection &b) {
  return std::any_of(a.principals.begin(), a.principals.end(), [&](const std::string &one) {
    return std::find(b.principals.begin(), b.principals.end(), one) != b.principals.end();
  });
}

// Every event of `inner` is one of `outer`'s. Of a list that was cut, time and principal speak.
bool within(const Detection &inner, const Detection &outer) {
  if (inner.events.empty() || inner.event_count > outer.event_count) return false;
  std::set<Place> places;
  for (const EventReference &event : outer.events) places.insert(place_of(event));
  const bool listed = std::all_of(inner.events.begin(), inner.events.end(), [&](const EventReference &event) {
    return places.count(place_of(event)) != 0;
  });
  if (listed) return true;
  return outer.event_count > outer.events.size() && inner.first >= outer.first && inner.last <= outer.last &&
         places.count(place_of(inner.events.front())) != 0 && share_principal(inner, outer);
}

void add(std::vector<std::string> &list, const std::vector<std::string> &more) {
  for (const std::string &one : more)
    if (std::find(list.begin(), list.end(), one) == list.end()) list.push_back(one);
}

template <typename T>
void append(std::vector<T> &list, const std::vector<T> &more) {
  list.insert(list.end(), more.begin(), more.end());
}

void absorb(Detection &kept, const Detection &gone, bool any_rule) {
  add(kept.techniques, gone.techniques);
  if (any_rule) kept.says += " (also: " + gone.says + ")";
  kept.confidence = std::max(kept.confidence, gone.confidence);
  if (gone.grade == Grade::confirmed) kept.grade = Grade::confirmed;
  append(kept.footholds, gone.footholds);
  append(kept.planted, gone.planted);
  append(kept.mail_read, gone.mail_read);
  append(kept.uses, gone.uses);
}

class Joiner {
 public:
  Joiner(std::vector<Detection> &found, const GeneralKinds &general) : found_(found), general_(general) {
    for (std::size_t i = 0; i < found_.size(); ++i) {
      for (const EventReference &event : found_[i].events) by_place_[place_of(event)].push_back(i);
      by_time_.emplace(found_[i].first.us, i);
    }
  }

  void run() {
    // The most general first, so that what they go into may itself go into something more particular.
    std::vector<std::size_t> order(found_.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      const int general_a = general(found_[a]), general_b = general(found_[b]);
      return std::tuple(-general_a, found_[a].confidence, found_[a].event_count) <
             std::tuple(-general_b, found_[b].confidence, found_[b].event_count);
    });
    std::vector<char> gone(found_.size(), 0);
    for (const std::size_t index : order)
      if (const auto into = better(index, gone)) {
        // Two rules that found the same are two findings in one line: neither's name is lost.
        absorb(found_[*into], found_[index],
               general(found_[index]) == kAnyRule &&
                   found_[*into].says.find(found_[index].says) == std::string::npos);
        gone[index] = 1;
      }
    std::size_t next = 0;
    for (std::size_t i = 0; i < found_.size(); ++i)
      if (gone[i] == 0) {
        if (next != i) found_[next] = std::move(found_[i]);
        ++next;
      }
    found_.resize(next);
  }

 private:
  int general(const Detection &one) const {
    const auto known = general_.find(one.kind);
    return known == general_.end() ? 0 : known->second;
  }

  // Where a detection goes, if another says the same: the most particular, then the surest.
  std::optional<std::size_t> better(std::size_t index, const std::vector<char> &gone) const {
    const Detection &one = found_[index];
    std::set<std::size_t> near;
    if (!one.events.empty())
      if (const auto at = by_place_.find(place_of(one.events.front())); at != by_place_.end())
        near.insert(at->second.begin(), at->second.end());
    if (general(one) > 0)
      for (auto at = by_time_.lower_bound(one.first.us - kSameMoment);
           at != by_time_.end() && at->first <= one.first.us + kSameMoment; ++at)
        near.insert(at->second);
    std::optional<std::size_t> best;
    for (const std::size_t other : near) {
      if (other == index || gone[other] != 0 || !same_act(one, index, found_[other], other)) continue;
      const auto rank = [&](std::size_t i) { return std::pair(-general(found_[i]), found_[i].confidence); };
      if (!best || rank(other) > rank(*best)) best = other;
    }
    return best;
  }

  bool same_act(const Detection &one, std::size_t index, const Detection &other,
                std::size_t other_index) const {
    // Whose it was must not be lost.
    if (one.intruder && !other.intruder) return false;
    const int how = general(one), other_how = general(other);
    if (how < other_how) return false;
    if (how == other_how) {
      if (one.kind != other.kind || !within(one, other)) return false;
      // Of two that say the same of the same events, the surer stays.
      return one.event_count < other.event_count || one.confidence < other.confidence ||
             (one.confidence == other.confidence && index > other_index);
    }
    if (within(one, other)) return true;
    const std::int64_t apart = one.first.us - other.first.us;
    return one.intruder == other.intruder && apart <= kSameMoment && -apart <= kSameMoment &&
           share_principal(one, other);
  }

  std::vector<Detection> &found_;
  const GeneralKinds &general_;
  std::map<Place, std::vector<std::size_t>> by_place_;
  std::multimap<std::int64_t, std::size_t> by_time_;
};

}  // namespace

base::Result<GeneralKinds> load_general_kinds(std::span<const base::EmbeddedRule> files) {
  GeneralKinds out;
  for (const base::EmbeddedRule &file : files) {
    if (file.path.find("detections/") == std::string_view::npos || !file.path.ends_with(".toml")) continue;
    DISLODGE_TRY_ASSIGN(const toml::table document, base::parse_toml(file.text, file.path));
    const toml::array *kinds = document["kind"].as_array();
    if (kinds == nullptr) continue;
    for (const toml::node &one : *kinds) {
      const toml::table *kind = one.as_table();
      if (kind == nullptr) continue;
      const auto how = (*kind)["general"].value<int>();
      const auto name = (*kind)["kind"].value<std::string>();
      if (how && name) out[*name] = *how;
    }
  }
  return out;
}

void join_acts(std::vector<Detection> &found, const GeneralKinds &general) {
  Joiner(found, general).run();
}

}  // namespace dislodge::detect

#include "reach/unseen.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <unordered_map>

#include "base/time.hpp"
#include "identity/ids.hpp"
#include "identity/places.hpp"
#include "reach/program.hpp"
#include "reach/watched.hpp"

namespace dislodge::reach {
namespace {

using base::Interval;
using base::IntervalSet;
using base::Time;
using identity::Effect;

// In the order of their bits.
constexpr std::array<std::string_view, 9> kSlots = {"password",  "factor",     "app-password",
                                                    "ssh-key",   "app-secret", "certificate",
                                                    "federated", "access-key", "token"};

std::uint32_t bit_of(std::string_view slot) {
  const auto found = std::find(kSlots.begin(), kSlots.end(), slot);
  return found == kSlots.end() ? 0 : 1u << (found - kSlots.begin());
}

std::uint32_t bits_of(std::initializer_list<std::string_view> slots) {
  std::uint32_t bits = 0;
  for (const std::string_view slot : slots) bits |= bit_of(slot);
  return bits;
}

// What whoever controls a principal can set on it.
std::uint32_t settable(std::string_view kind, std::string_view realm) {
  if (kind == "user" || kind == "account") {
    if (realm == "entra") return bits_of({"password", "factor", "app-password"});
    if (realm == "aws") return bits_of({"password", "access-key", "factor"});
    return bits_of({"password"});
  }
  if (kind == "application" || kind == "service-principal" || kind == "service_principal")
    return bits_of({"app-secret", "certificate", "federated"});
  return 0;
}

struct Entry {
  Interval when{base::kTimeMax, base::kTimeMin};
  std::uint32_t slots = 0;
  std::set<NodeId> by;
};

class Finder {
 public:
  Finder(const Reach &reach, const identity::Facts &facts, const identity::Rights &rights,
         const Witness &witness)
      : reach_(reach), program_(reach.program), facts_(facts), rights_(rights), witness_(witness) {}

  std::vector<Unseen> find() {
    collect();
    if (entries_.empty()) return {};
    for (const identity::Sweep &sweep : witness_.sweeps) {
      if (bit_of(sweep.what) == 0) continue;
      Time &last = swept_[{sweep.principal, sweep.what}];
      last = std::max(last, sweep.time);
    }
    for (const identity::Credential &one : facts_.credentials) held_[one.principal] |= bit_of(one.slot);
    std::map<std::string, Unseen> places;
    std::map<std::string, std::set<NodeId>> by;
    for (const auto &[node, entry] : entries_) {
      const std::string id(program_.id(node));
      const std::string place = identity::place_of(id);
      Unseen &one = places[place];
      bool open = false;
      for (std::size_t i = 0; i < kSlots.size(); ++i) {
        if ((entry.slots & (1u << i)) == 0) continue;
        if (cleared(id, place, kSlots[i], entry.when)) {
          ++one.cleared;
          continue;
        }
        open = true;
        one.slots.push_back({id, std::string(kSlots[i]), entry.when});
      }
      if (!open) continue;
      one.when = one.principals++ == 0 ? entry.when
                                       : Interval{std::min(one.when.from, entry.when.from),
                                                  std::max(one.when.until, entry.when.until)};
      by[place].insert(entry.by.begin(), entry.by.end());
    }
    std::vector<Unseen> list;
    for (auto &[place, one] : places) {
      if (one.slots.empty()) continue;
      one.place = place;
      const NodeId node = program_.find(NodeType::principal, place);
      one.name = node != kNone                          ? std::string(program_.name(node))
                 : place.find('/') == std::string::npos ? std::string(realm_of(place + "/"))
                                                        : place;
      for (const NodeId holder : by[place]) {
        if (one.by.size() < kByKept) one.by.emplace_back(program_.name(holder));
      }
      one.by_count = by[place].size();
      std::sort(one.slots.begin(), one.slots.end(), [](const UnseenSlot &a, const UnseenSlot &b) {
        return std::tie(a.principal, a.slot) < std::tie(b.principal, b.slot);
      });
      list.push_back(std::move(one));
    }
    return list;
  }

 private:
  // Every principal on which the intruder, as somebody else, could set something.
  void collect() {
    for (EdgeId id = 0; id < program_.edges.size(); ++id) {
      const Edge &edge = program_.edges[id];
      if (edge.rule != Rule::mint && edge.rule != Rule::control) continue;
      if (edge.fact != FactKind::grant || edge.premise_count == 0) continue;
      const Node &to = program_.nodes[edge.conclusion];
      if (to.type != NodeType::principal || to.detail != 0) continue;
      const NodeId holder = program_.premises(edge).front();
      if (!reach_.possible.holds(holder) || program_.id(holder) == kIntruder) continue;
      const std::uint32_t slots = slots_of(edge, holder);
      if (slots == 0) continue;
      IntervalSet when(edge.valid);
      for (const NodeId premise : program_.premises(edge))
        when = when.intersect(reach_.possible.intervals(premise));
      if (when.empty()) continue;
      Entry &entry = entries_[edge.conclusion];
      entry.when.from = std::min(entry.when.from, when.first());
      entry.when.until = std::max(entry.when.until, when.last());
      entry.slots |= slots;
      if (entry.by.size() <= kByKept * 4) entry.by.insert(holder);
    }
  }

  std::uint32_t slots_of(const Edge &edge, NodeId holder) const {
    const std::uint32_t able =
        settable(program_.kind(edge.conclusion), realm_of(program_.id(edge.conclusion)));
    const identity::Right *right = rights_.find(program_.text(edge.detail));
    if (right == nullptr || able == 0) return 0;
    switch (right->effect) {
      case Effect::mint: {
        std::uint32_t bits = 0;
        for (const std::string &slot : right->slots) bits |= bit_of(slot);
        return bits & able;
      }
      case Effect::control:
        return right->family == "own" ? 0 : able;
      case Effect::contains:  // who acts as the tenant may set anything in it
        return program_.kind(holder) == "tenant" ? able : 0;
      default:
        return 0;
    }
  }

  bool cleared(const std::string &principal, const std::string &place, std::string_view slot,
               const Interval &when) const {
    const auto swept = swept_.find({principal, std::string(slot)});
    if (swept != swept_.end() && swept->second >= when.until) return true;
    // A log that the intruder could have stopped, acting as the tenant itself, testifies to nothing then.
    if (const auto logged = witness_.logged.find(place); logged != witness_.logged.end()) {
      IntervalSet rest(when);
      rest = rest.subtract(logged->second);
      const NodeId tenant = program_.find(NodeType::principal, place);
      if (rest.empty() &&
          (tenant == kNone || reach_.possible.intervals(tenant).intersect(IntervalSet(when)).empty()))
        return true;
    }
    const identity::Principal *known = facts_.principal(principal);
    if (known == nullptr || !witness_.listed || witness_.listed(known->evidence) < when.until) return false;
    if (slot == "app-secret" || slot == "certificate") {
      const auto held = held_.find(principal);
      return held == held_.end() || (held->second & bit_of(slot)) == 0;
    }
    if (slot == "password") {
      const auto changed = known->attributes.find("last-password-change");
      if (changed == known->attributes.end()) return false;
      const auto time = base::parse_time(changed->second);
      return time && *time < when.from;
    }
    return false;
  }

  static std::string_view realm_of(std::string_view id) {
    const std::size_t colon = id.find(':');
    if (colon == std::string_view::npos) return {};
    return id.substr(colon + 1, id.find('/') - colon - 1);
  }

  const Reach &reach_;
  const Program &program_;
  const identity::Facts &facts_;
  const identity::Rights &rights_;
  const Witness &witness_;
  std::map<NodeId, Entry> entries_;
  std::map<std::pair<std::string, std::string>, Time> swept_;
  std::unordered_map<std::string, std::uint32_t> held_;  // principal -> slots in which a listing shows one
};

}  // namespace

Witness witness_of(const std::vector<log::Coverage> &coverage, std::vector<identity::Sweep> sweeps) {
  Witness witness;
  witness.sweeps = std::move(sweeps);
  for (const log::Coverage &row : coverage) {
    if (row.event_class != log::EventClass::directory_audit || row.tenant.empty()) continue;
    if (row.source != log::Source::entra_audit) continue;
    const IntervalSet days = days_testified(row, {});
    if (days.empty()) continue;
    IntervalSet &all = witness.logged[identity::entra_principal(row.tenant, row.tenant)];
    for (const Interval &one : days.items()) all.add(one);
  }
  return witness;
}

std::vector<Unseen> unseen_credentials(const Reach &reach, const identity::Facts &facts,
                                       const identity::Rights &rights, const Witness &witness) {
  return Finder(reach, facts, rights, witness).find();
}

Program with_unseen(const Program &program, const std::vector<Unseen> &unseen) {
  Program grown = program.clone();
  for (const Unseen &place : unseen) {
    for (const UnseenSlot &slot : place.slots) {
      if (slot.slot == "factor") continue;  // opens nothing by itself
      NodeId node = grown.find(NodeType::authenticated, slot.principal);
      if (node == kNone) node = grown.find(NodeType::principal, slot.principal);
      if (node == kNone) continue;
      grown.add({.rule = Rule::mint,
                 .fact = FactKind::planted,
                 .conclusion = node,
                 .valid = {slot.when.from, base::kTimeMax},
                 .subject = slot.slot,
                 .object = slot.principal,
                 .detail = slot.slot,
                 .says = "a credential that nobody saw could have been set"});
    }
  }
  return grown;
}

}  // namespace dislodge::reach

#include "drill/world.hpp"

#include <algorithm>
#include <functional>
#include <set>

namespace dislodge::drill {
namespace {

std::string knows(std::string_view secret) {
  return "knows:" + std::string(secret);
}
std::string opened(const std::string &principal) {
  return "opened:" + principal;
}
std::string session(const std::string &principal) {
  return "session:" + principal;
}

void write_stops(base::JsonWriter &json, std::string_view name, const std::vector<Stop> &stops) {
  json.array_field(name, [&] {
    for (const Stop &stop : stops) {
      json.object([&] {
        json.field("action", stop.action);
        json.field("target", stop.target);
        if (!stop.fact.empty()) json.field("fact", stop.fact);
      });
    }
  });
}

std::vector<Stop> read_stops(const JsonValue &list) {
  std::vector<Stop> stops;
  for (const JsonValue &one : list.items())
    stops.push_back({one["action"].text(), one["target"].text(), one["fact"].text()});
  return stops;
}

}  // namespace

void World::know(std::string_view secret) {
  step({}, {knows(secret)}, {}, "known");
}

void World::opens(std::string_view secret, const std::string &principal, bool theirs) {
  const std::string target = "secret:" + std::string(secret);
  step({knows(secret)}, {opened(principal)},
       {theirs ? Stop{"party-must-rotate", target, ""} : Stop{"rotate-secret", principal, target},
        {"find-owner-and-rotate", target, ""},
        {"replace-credentials", principal, ""},
        {"remove-app-credential", principal, "all"},
        {"delete-user", principal, ""},
        {"delete-service-principal", principal, ""}},
       "the secret opens it");
}

void World::account(const std::string &principal, bool sessions) {
  const std::vector<Stop> disabled = {{"disable-account", principal, ""}, {"delete-user", principal, ""}};
  step({opened(principal)}, {principal}, disabled, "who has signed in acts");
  must_free(principal);
  if (!sessions) return;
  step({opened(principal)}, {session(principal)}, disabled, "signing in opens a session");
  steps.back().lingers = true;
  steps.back().ended_by = {{"revoke-sessions", principal, ""}};
  step({session(principal)}, {principal}, disabled, "who has a session acts");
}

void World::service(const std::string &principal) {
  step({opened(principal)}, {principal},
       {{"disable-service-principal", principal, ""}, {"delete-service-principal", principal, ""}},
       "who has its credential acts");
  must_free(principal);
}

void World::lies_in(std::string_view secret, const std::string &resource) {
  step({resource}, {knows(secret)}, {}, "it lies there");
  for (Delivery &one : deliveries) {
    if (one.secret != secret) continue;
    one.channels.push_back(resource);
    return;
  }
  deliveries.push_back({std::string(secret), {resource}});
}

void World::step(std::vector<std::string> from, std::vector<std::string> to, std::vector<Stop> stopped_by,
                 std::string why) {
  steps.push_back({std::move(from), std::move(to), std::move(stopped_by), false, {}, std::move(why)});
}

void World::must_free(const std::string &atom) {
  if (std::find(free.begin(), free.end(), atom) == free.end()) free.push_back(atom);
}

bool World::means(const Stop &stop, const TakenAction &action) const {
  if (stop.action != action.what.action) return false;
  const auto is_secret = [&](const std::string &name) {
    const auto ids = name.starts_with("secret:") ? secret_ids.find(name.substr(7)) : secret_ids.end();
    return ids != secret_ids.end() && ids->second.contains(action.secret);
  };
  if (stop.fact.starts_with("secret:")) {
    if (!is_secret(stop.fact)) return false;
  } else if (stop.fact == "all" ? !action.what.fact.empty()
                                : !stop.fact.empty() && stop.fact != action.what.fact) {
    return false;
  }
  if (stop.target == action.what.target || stop.target == action.principal) return true;
  return is_secret(stop.target);
}

double World::cost_of(const std::string &action, double otherwise) const {
  const auto found = costs.find(action);
  return found == costs.end() ? otherwise : found->second;
}

std::vector<std::string> World::left_after(const std::vector<TakenAction> &plan) const {
  int last = 0;
  for (const TakenAction &one : plan) last = std::max(last, one.wave);
  std::vector<char> stopped(steps.size(), 0);
  std::set<std::string> lingering, known, held;
  const auto settle = [&] {
    held = known;
    held.insert(lingering.begin(), lingering.end());
    for (bool more = true; more;) {
      more = false;
      for (std::size_t i = 0; i < steps.size(); ++i) {
        const WorldStep &one = steps[i];
        if (stopped[i] || !std::all_of(one.from.begin(), one.from.end(),
                                       [&](const std::string &atom) { return held.contains(atom); }))
          continue;
        for (const std::string &atom : one.to) {
          more |= held.insert(atom).second;
          if (one.lingers) lingering.insert(atom);
          if (atom.starts_with("knows:")) known.insert(atom);
        }
      }
    }
  };
  settle();
  for (int wave = 1; wave <= last; ++wave) {
    const std::vector<char> before = stopped;
    for (const TakenAction &action : plan) {
      if (action.wave != wave) continue;
      for (std::size_t i = 0; i < steps.size(); ++i) {
        for (const Stop &stop : steps[i].stopped_by) stopped[i] |= means(stop, action);
        for (const Stop &stop : steps[i].ended_by) {
          if (!means(stop, action)) continue;
          for (const std::string &atom : steps[i].to) lingering.erase(atom);
        }
      }
    }
    settle();
    // A new secret that goes through a channel which is still read is known again: what its step opened stays
    // open.
    bool leaked = false;
    for (const TakenAction &action : plan) {
      if (action.wave != wave || action.by_hand || action.secret.empty()) continue;
      for (const Delivery &delivery : deliveries) {
        const auto ids = secret_ids.find(delivery.secret);
        if (ids == secret_ids.end() || !ids->second.contains(action.secret)) continue;
        if (std::none_of(delivery.channels.begin(), delivery.channels.end(),
                         [&](const std::string &channel) { return held.contains(channel); }))
          continue;
        for (std::size_t i = 0; i < steps.size(); ++i) {
          const auto &from = steps[i].from;
          if (before[i] || !stopped[i] ||
              std::find(from.begin(), from.end(), knows(delivery.secret)) == from.end())
            continue;
          stopped[i] = 0;
          leaked = true;
        }
      }
    }
    if (leaked) settle();
  }
  std::vector<std::string> left;
  for (const std::string &atom : free) {
    if (held.contains(atom)) left.push_back(atom);
  }
  return left;
}

std::set<std::string> World::held() const {
  std::set<std::string> held;
  for (bool more = true; more;) {
    more = false;
    for (const WorldStep &one : steps) {
      if (!std::all_of(one.from.begin(), one.from.end(),
                       [&](const std::string &text) { return held.contains(text); }))
        continue;
      for (const std::string &text : one.to) more |= held.insert(text).second;
    }
  }
  return held;
}

namespace {

// The same without time, for the cheapest set: what lingers is there from the start until it is ended.
struct Clause {
  std::vector<std::size_t> body;
  std::size_t head = 0;
  std::vector<std::size_t> stops;  // numbers of actions
};

class Optimum {
 public:
  Optimum(std::vector<Clause> clauses, std::vector<std::size_t> goals, std::size_t atoms,
          std::vector<double> costs)
      : clauses_(std::move(clauses)), goals_(std::move(goals)), atoms_(atoms), costs_(std::move(costs)) {}

  double run() {
    std::vector<char> chosen(costs_.size(), 0);
    search(chosen, 0);
    return best_;
  }

 private:
  // The actions that stop a proof of some goal; nullptr-like empty list with `none` where no goal follows.
  bool proof(const std::vector<char> &chosen, std::vector<std::size_t> &actions) const {
    std::vector<std::size_t> by(atoms_, SIZE_MAX);
    for (bool more = true; more;) {
      more = false;
      for (std::size_t i = 0; i < clauses_.size(); ++i) {
        const Clause &clause = clauses_[i];
        if (by[clause.head] != SIZE_MAX) continue;
        if (std::any_of(clause.stops.begin(), clause.stops.end(),
                        [&](std::size_t stop) { return chosen[stop]; }))
          continue;
        if (!std::all_of(clause.body.begin(), clause.body.end(),
                         [&](std::size_t atom) { return by[atom] != SIZE_MAX; }))
          continue;
        by[clause.head] = i;
        more = true;
      }
    }
    for (const std::size_t goal : goals_) {
      if (by[goal] == SIZE_MAX) continue;
      std::set<std::size_t> seen{goal}, found;
      std::vector<std::size_t> queue{goal};
      for (std::size_t i = 0; i < queue.size(); ++i) {
        const Clause &clause = clauses_[by[queue[i]]];
        found.insert(clause.stops.begin(), clause.stops.end());
        for (const std::size_t atom : clause.body) {
          if (seen.insert(atom).second) queue.push_back(atom);
        }
      }
      actions.assign(found.begin(), found.end());
      return true;
    }
    return false;
  }

  // Proofs that share no action: each needs one of its own.
  double bound(std::vector<char> chosen) const {
    double sum = 0;
    std::vector<std::size_t> actions;
    while (proof(chosen, actions)) {
      if (actions.empty()) return -1;
      double least = costs_[actions.front()];
      for (const std::size_t one : actions) {
        least = std::min(least, costs_[one]);
        chosen[one] = 1;
      }
      sum += least;
    }
    return sum;
  }

  void search(std::vector<char> &chosen, double cost) {
    std::vector<std::size_t> actions;
    if (best_ >= 0 && cost >= best_) return;
    if (!proof(chosen, actions)) {
      best_ = cost;
      return;
    }
    if (!seen_.insert(chosen).second) return;
    const double more = bound(chosen);
    if (more < 0 || (best_ >= 0 && cost + more >= best_)) return;
    std::stable_sort(actions.begin(), actions.end(),
                     [&](std::size_t a, std::size_t b) { return costs_[a] < costs_[b]; });
    for (const std::size_t one : actions) {
      chosen[one] = 1;
      search(chosen, cost + costs_[one]);
      chosen[one] = 0;
    }
  }

  std::vector<Clause> clauses_;
  std::vector<std::size_t> goals_;
  std::size_t atoms_;
  std::vector<double> costs_;
  std::set<std::vector<char>> seen_;
  double best_ = -1;
};

}  // namespace

double World::least_cost(const std::vector<TakenAction> &taken) const {
  std::map<std::string, std::size_t> atom_numbers;
  const auto atom = [&](const std::string &text) {
    return atom_numbers.emplace(text, atom_numbers.size()).first->second;
  };
  std::map<Stop, std::size_t> numbers;
  std::vector<double> prices;
  bool already = false;
  const auto stops = [&](const std::vector<Stop> &list) {
    already = false;
    std::vector<std::size_t> out;
    for (const Stop &stop : list) {
      already |= std::any_of(taken.begin(), taken.end(),
                             [&](const TakenAction &action) { return means(stop, action); });
      const auto price = costs.find(stop.action);
      if (price == costs.end()) continue;  // not for sale
      const auto [at, fresh] = numbers.emplace(stop, numbers.size());
      if (fresh) prices.push_back(price->second);
      out.push_back(at->second);
    }
    return out;
  };
  std::vector<Clause> clauses;
  for (const WorldStep &one : steps) {
    Clause clause;
    for (const std::string &text : one.from) clause.body.push_back(atom(text));
    clause.stops = stops(one.stopped_by);
    const bool stopped = already;
    std::vector<std::size_t> ends = stops(one.ended_by);
    const bool ended = already;
    for (const std::string &text : one.to) {
      clause.head = atom(text);
      if (!stopped) clauses.push_back(clause);
      if (one.lingers && !ended) clauses.push_back({{}, clause.head, ends});
    }
  }
  // What is known by now stays known, whatever is closed.
  for (const std::string &text : held()) {
    if (text.starts_with("knows:")) clauses.push_back({{}, atom(text), {}});
  }
  std::vector<std::size_t> goals;
  for (const std::string &text : free) goals.push_back(atom(text));
  return Optimum(std::move(clauses), std::move(goals), atom_numbers.size(), std::move(prices)).run();
}

void World::write(base::JsonWriter &json) const {
  json.object_field("world", [&] {
    json.array_field("steps", [&] {
      for (const WorldStep &one : steps) {
        json.object([&] {
          json.list_field("from", one.from);
          json.list_field("to", one.to);
          write_stops(json, "stopped_by", one.stopped_by);
          json.field("lingers", one.lingers);
          write_stops(json, "ended_by", one.ended_by);
          json.field("why", one.why);
        });
      }
    });
    json.array_field("deliveries", [&] {
      for (const Delivery &one : deliveries) {
        json.object([&] {
          json.field("secret", one.secret);
          json.list_field("channels", one.channels);
        });
      }
    });
    json.list_field("free", free);
    json.object_field("costs", [&] {
      for (const auto &[action, cost] : costs) json.field(action, cost);
    });
  });
}

World World::read(const JsonValue &value) {
  World world;
  for (const JsonValue &one : value["steps"].items()) {
    world.steps.push_back({one["from"].texts(), one["to"].texts(), read_stops(one["stopped_by"]),
                           one["lingers"].truth(), read_stops(one["ended_by"]), one["why"].text()});
  }
  for (const JsonValue &one : value["deliveries"].items())
    world.deliveries.push_back({one["secret"].text(), one["channels"].texts()});
  world.free = value["free"].texts();
  for (const auto &[action, cost] : value["costs"].members()) world.costs[action] = cost.number();
  return world;
}

}  // namespace dislodge::drill

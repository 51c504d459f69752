#pragma once
// The breach of tests/reach/fixture.hpp as eviction meets it: the rules, plans from a day on, and what was
// handed in.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <stdexcept>

#include "../reach/fixture.hpp"
#include "evict/plan.hpp"
#include "reach/solve.hpp"

namespace dislodge::evict::breach {

using namespace reach::fixture;  // NOLINT: the fixture is these tests' world

inline const Actions &actions() {
  static const Actions kActions = [] {
    auto loaded = load_actions(base::embedded_rules());
    if (!loaded) throw std::runtime_error(loaded.error().message);
    return *std::move(loaded);
  }();
  return kActions;
}

inline PlanOptions from_day(int n) {
  PlanOptions options;
  options.start = day(n);
  return options;
}

// Everything was handed in, so that a verdict can close.
inline identity::Facts held_facts() {
  identity::Facts all = facts();
  for (identity::Resource &one : all.resources) one.held_in = "held";
  return all;
}

inline const PlannedAction *find(const Plan &plan, std::string_view action, std::string_view target) {
  for (const PlannedAction &one : plan.actions) {
    if (one.action == action && one.target == target) return &one;
  }
  return nullptr;
}

inline PlannedAction planned(int wave, std::string_view action, std::string_view target,
                             std::string_view principal = {}, std::string_view secret = {}) {
  PlannedAction one;
  one.wave = wave;
  one.action = action;
  one.target = target;
  one.principal = principal;
  one.secret = secret;
  return one;
}

inline std::set<std::string> things(const std::vector<Leak> &leaks) {
  std::set<std::string> ids;
  for (const Leak &leak : leaks) ids.insert(leak.thing);
  return ids;
}

inline detect::Detection app_credential(std::string_view key) {
  detect::Detection one;
  one.id = "detection:9";
  one.kind = "app-credential-added";
  one.first = one.last = day(11);
  one.grade = detect::Grade::confirmed;
  one.intruder = true;
  one.says = "a secret was added";
  one.planted = {{std::string(kApp), "app-secret", std::string(key), day(11), ""}};
  return one;
}

}  // namespace dislodge::evict::breach

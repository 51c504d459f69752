// The cut and the skip-one check on synthetic tenants of the size that docs/eviction.md names: 160,000
// actions and 470,000 clauses. The unit beside every time is one pass of the closure over the same clauses,
// which any method must do at least once; skip-one is set beside running the closure anew for each action.
//   evict_bench [SCALE]    1: the full size; 0.1: a tenth

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>
#include <string>
#include <vector>

#include "evict/horn.hpp"
#include "evict/skip.hpp"

namespace {

using dislodge::evict::Atom;
using dislodge::evict::CandidateId;
using dislodge::evict::Clause;
using dislodge::evict::Closure;
using dislodge::evict::Horn;

// Seconds of processor time, which all of this uses on one core: other work on the machine does not count.
struct Clock {
  static double now() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }
};
double since(double begin) {
  return Clock::now() - begin;
}

struct Tenant {
  Horn horn;
  std::vector<double> costs;
};

// Principals, groups, containers and secrets: membership, grants, occurrences of secrets, reset rights. A
// twentieth of the secrets is known. `joint`: percent of bindings that need a second secret. `wide`: actions
// on the whole tenant. `everything`: all principals are to be freed, else one in a hundred.
Tenant make_tenant(double scale, unsigned joint, unsigned wide, bool everything) {
  std::mt19937_64 random(20260301);
  const auto people = static_cast<Atom>(30'000 * scale);
  const Atom groups = people / 3, containers = people, secrets = 4 * people;
  const Atom group = people, container = group + groups, secret = container + containers;
  Tenant tenant;
  tenant.horn.atoms = secret + secrets;
  tenant.horn.goal.assign(tenant.horn.atoms, 0);
  const auto below = [&](Atom bound) { return static_cast<Atom>(random() % bound); };
  const auto action = [&](double cost) {
    tenant.costs.push_back(cost);
    return static_cast<CandidateId>(tenant.costs.size() - 1);
  };
  const auto clause = [&](std::vector<Atom> body, Atom head, std::vector<CandidateId> killers) {
    std::sort(killers.begin(), killers.end());
    tenant.horn.clauses.push_back({std::move(body), head, std::move(killers)});
  };
  std::vector<CandidateId> disable, tenant_wide;
  for (Atom p = 0; p < people; ++p) disable.push_back(action(4));
  for (unsigned i = 0; i < wide; ++i) tenant_wide.push_back(action(200));
  for (Atom s = 0; s < secrets; ++s) {
    if (below(20) == 0) clause({}, secret + s, {});
    const Atom p = below(people);
    std::vector<CandidateId> killers = {action(1 + below(3)), disable[p]};
    if (wide > 0 && below(10) == 0) killers.push_back(tenant_wide[below(wide)]);
    if (below(100) < joint)
      clause({secret + s, secret + below(secrets)}, p, std::move(killers));
    else
      clause({secret + s}, p, std::move(killers));
  }
  for (Atom i = 0; i < people / 2; ++i) {
    const Atom from = below(people), to = below(people);
    clause({from}, to, {action(2), disable[to]});
  }
  for (Atom i = 0; i < 5 * people; ++i) clause({below(people)}, group + below(groups), {});
  for (Atom i = 0; i < 2 * people / 10; ++i)
    clause({group + below(groups)}, container + below(containers), {action(2)});
  for (Atom i = 0; i < people / 2; ++i) clause({below(people)}, container + below(containers), {action(2)});
  for (Atom i = 0; i < 4 * people; ++i) clause({container + below(containers)}, secret + below(secrets), {});
  for (Atom p = 0; p < people; ++p) tenant.horn.goal[p] = everything || p % 100 == 0;
  tenant.horn.index();
  return tenant;
}

void run(const char *name, double scale, unsigned joint, unsigned wide, bool everything, double bar) {
  const Tenant tenant = make_tenant(scale, joint, wide, everything);
  Closure closure(tenant.horn);
  const std::vector<char> nothing(tenant.costs.size(), 0);
  const auto pass = Clock::now();
  closure.run(nothing);
  const double unit = since(pass);
  std::size_t goals = 0;
  for (const Atom atom : closure.order()) goals += tenant.horn.goal[atom] != 0;
  const auto begin = Clock::now();
  const auto cut = dislodge::evict::cheapest_cut(tenant.horn, tenant.costs, {});
  const double seconds = since(begin);
  std::vector<char> chosen(tenant.costs.size(), 0);
  for (const CandidateId id : cut.chosen) chosen[id] = 1;
  closure.run(chosen);
  std::size_t left = 0;
  for (const Atom atom : closure.order()) left += tenant.horn.goal[atom] != 0;
  const double gap = cut.cost > 0 ? 100 * (cut.cost - cut.bound) / cut.cost : 0;
  std::printf(
      "%-28s %7zu clauses %7zu actions %6zu to free: cost %.0f, gap %.2f %%, %s, %.2f s = %.0f closures "
      "(bar %.0f s: %s)%s\n",
      name, tenant.horn.clauses.size(), tenant.costs.size(), goals, cut.cost, gap, cut.method, seconds,
      seconds / unit, bar, seconds <= bar && gap <= 1 ? "held" : "MISSED",
      left > cut.uncuttable.size() ? " NOT FREED" : "");
  std::fflush(stdout);
  if (!everything) return;
  // Skip-one for 1,500 actions of that plan.
  std::vector<CandidateId> some = cut.chosen;
  if (some.size() > 1500) some.resize(1500);
  const auto skip = Clock::now();
  const auto skipped = dislodge::evict::skip_each(tenant.horn, cut.chosen, tenant.costs.size());
  const double ours = since(skip) * static_cast<double>(some.size()) / static_cast<double>(cut.chosen.size());
  const auto naive = Clock::now();
  std::size_t tried = 0;
  for (const CandidateId id : some) {
    if (tried++ == 20) break;
    chosen[id] = 0;
    closure.run(chosen);
    chosen[id] = 1;
  }
  const double anew =
      since(naive) / static_cast<double>(std::min<std::size_t>(tried, 20)) * static_cast<double>(some.size());
  std::printf(
      "  skip-one of %zu actions: %.2f s; the closure anew for each: %.1f s, %.0f times as long (bar 5 s: "
      "%s)\n",
      some.size(), ours, anew, ours > 0 ? anew / ours : 0.0, ours <= 5 ? "held" : "MISSED");
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char **argv) {
  const double scale = argc > 1 ? std::atof(argv[1]) : 1.0;
  run("full eviction, no joint", scale, 0, 0, true, 10);
  run("tier 0, no joint", scale, 0, 0, false, 30);
  run("full eviction", scale, 10, 2, true, 10);
  run("tier 0", scale, 10, 2, false, 30);
}

#include "evict/master.hpp"

#include <Cbc_C_Interface.h>

#include <algorithm>
#include <cmath>
#include <memory>

namespace dislodge::evict {

HittingSet hit(const std::vector<std::vector<std::uint32_t>> &sets, const std::vector<double> &costs) {
  HittingSet result;
  if (sets.empty()) {
    result.solved = true;
    return result;
  }
  // Columns are the members in use, by number; rows are the sets.
  std::vector<std::uint32_t> members;
  for (const auto &set : sets) members.insert(members.end(), set.begin(), set.end());
  std::sort(members.begin(), members.end());
  members.erase(std::unique(members.begin(), members.end()), members.end());
  const auto column = [&](std::uint32_t member) {
    return static_cast<int>(std::lower_bound(members.begin(), members.end(), member) - members.begin());
  };
  std::vector<std::vector<int>> rows_of(members.size());
  for (std::size_t row = 0; row < sets.size(); ++row) {
    for (const std::uint32_t member : sets[row])
      rows_of[static_cast<std::size_t>(column(member))].push_back(static_cast<int>(row));
  }
  std::vector<CoinBigIndex> begin{0};
  std::vector<int> index;
  for (const auto &rows : rows_of) {
    index.insert(index.end(), rows.begin(), rows.end());
    begin.push_back(static_cast<CoinBigIndex>(index.size()));
  }
  const std::vector<double> ones(index.size(), 1.0);
  const std::vector<double> zero(members.size(), 0.0), one(members.size(), 1.0);
  std::vector<double> objective;
  for (const std::uint32_t member : members) objective.push_back(costs[member]);
  const std::vector<double> row_lower(sets.size(), 1.0);
  const std::vector<double> row_upper(sets.size(), static_cast<double>(members.size()));

  const std::unique_ptr<Cbc_Model, void (*)(Cbc_Model *)> model(Cbc_newModel(), Cbc_deleteModel);
  Cbc_setLogLevel(model.get(), 0);
  Cbc_setParameter(model.get(), "log", "0");
  Cbc_setParameter(model.get(), "slog", "0");
  // The relaxation of these programs is integral nearly always (docs/eviction.md): what a
  // solver does to tighten it costs more than the few nodes that it would save.
  for (const char *off : {"preprocess", "cuts", "heuristicsOnOff"}) Cbc_setParameter(model.get(), off, "off");
  Cbc_loadProblem(model.get(), static_cast<int>(members.size()), static_cast<int>(sets.size()), begin.data(),
                  index.data(), ones.data(), zero.data(), one.data(), objective.data(), row_lower.data(),
                  row_upper.data());
  for (int i = 0; i < static_cast<int>(members.size()); ++i) Cbc_setInteger(model.get(), i);
  Cbc_setObjSense(model.get(), 1.0);
  Cbc_solve(model.get());
  const double *solution = Cbc_getColSolution(model.get());
  if (solution == nullptr || Cbc_isProvenInfeasible(model.get())) return result;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (solution[i] < 0.5) continue;
    result.chosen.push_back(members[i]);
    result.cost += costs[members[i]];
  }
  result.bound = Cbc_isProvenOptimal(model.get()) ? result.cost : Cbc_getBestPossibleObjValue(model.get());
  result.solved = true;
  return result;
}

}  // namespace dislodge::evict

#include "engine/raised_limits.hpp"

#include <algorithm>
#include <initializer_list>
#include <set>
#include <utility>

#include "engine/readers.hpp"

namespace dislodge::engine {

using base::Result;
using casefile::Case;
using evidence::LedgerState;

namespace {

constexpr std::string_view kSetMeta = "limits";            // by somebody
constexpr std::string_view kLastReadMeta = "limits-read";  // all, as evidence was read last

bool is_any(std::string_view one, std::initializer_list<std::string_view> others) {
  return std::find(others.begin(), others.end(), one) != others.end();
}

}  // namespace

Result<void> keep_limits(Case &the_case, const std::vector<std::string> &settings) {
  if (settings.empty()) return {};
  DISLODGE_TRY_ASSIGN(std::string kept, the_case.meta(kSetMeta));
  for (const std::string &setting : settings) {
    base::Limits limits;
    DISLODGE_TRY(base::set_limit(limits, setting));
    kept = base::with_setting(kept, setting);
  }
  return the_case.set_meta(kSetMeta, kept);
}

Result<base::Limits> kept_limits(Case &the_case, const base::Limits &given) {
  DISLODGE_TRY_ASSIGN(const std::string kept, the_case.meta(kSetMeta));
  base::Limits limits = given;
  base::set_limits(limits, kept);
  if (given.ocr_images_max == 0) limits.ocr_images_max = 0;
  return limits;
}

bool may_read_otherwise(std::string_view state, std::string_view reason, std::string_view remedy,
                        const std::vector<std::string_view> &raised) {
  const auto any_of_raised = [&](std::initializer_list<std::string_view> names) {
    return std::any_of(raised.begin(), raised.end(),
                       [&](std::string_view one) { return is_any(one, names); });
  };
  // "too-large: ...; damaged: ...": of several reasons the state is that of the first, and from some length
  // on no more are named (UnitReader::unread).
  constexpr std::size_t kReasonsCut = 400;
  if (reason.find("; ") != reason.npos || reason.size() >= kReasonsCut) return true;
  if (reason.find("(--no-ocr)") != reason.npos) return any_of_raised({"ocr_images_max"});
  // Most rows name their limit.
  bool names_any = false;
  for (const std::string_view name : base::limit_names()) {
    if (reason.find(name) == reason.npos && remedy.find(name) == remedy.npos) continue;
    if (std::find(raised.begin(), raised.end(), name) != raised.end()) return true;
    names_any = true;
  }
  const std::string_view cause =
      state == name_of(LedgerState::read_in_part) ? reason.substr(0, reason.find(':')) : state;
  const auto because = [&](LedgerState one) { return cause == name_of(one); };
  if (because(LedgerState::encrypted)) return any_of_raised({"unlock_rounds_max"});
  if (because(LedgerState::crashed) || because(LedgerState::timed_out))
    return any_of_raised({"worker_memory_bytes", "worker_seconds_per_item", "ocr_seconds_per_image"});
  if (!because(LedgerState::too_large) && !because(LedgerState::too_deep)) return false;
  // These two stand behind others: a ratio is judged beyond the grace, and what does not fit a worker is too
  // large.
  return !names_any || any_of_raised({"expansion_grace_bytes", "worker_memory_bytes"});
}

Result<void> take_over_unlimited(Case &the_case, const base::Limits &limits, std::string_view rules_digest) {
  const std::string now = base::all_settings(limits);
  DISLODGE_TRY_ASSIGN(const std::string last, the_case.meta(kLastReadMeta));
  if (last == now) return {};
  base::Limits before;
  base::set_limits(before, last);
  const base::LimitChange change = base::change_of(before, limits);
  // Of pieces of a parameter beyond the limit no row tells.
  const bool all_told =
      std::find(change.raised.begin(), change.raised.end(), "parameter_pieces_max") == change.raised.end();
  if (!last.empty() && !change.lowered && all_told) {
    std::set<std::pair<std::int64_t, std::string>> again;
    DISLODGE_TRY_ASSIGN(
        auto query,
        the_case.database().prepare(
            "SELECT evidence, unit, state, reason, remedy FROM ledger WHERE state <> 'read' AND unit <> ''"));
    while (true) {
      DISLODGE_TRY_ASSIGN(const bool more, query.step());
      if (!more) break;
      if (may_read_otherwise(query.text(2), query.text(3), query.text(4), change.raised))
        again.emplace(query.integer(0), query.text(1));
    }
    // The key of a unit is "READERS" or "READERS+DIGEST of what was tried to open it" (reopen.hpp).
    const std::string old_key = readers_digest(rules_digest, before);
    const std::string new_key = readers_digest(rules_digest, limits);
    DISLODGE_TRY_ASSIGN(const auto units, load_units(the_case, false));
    casefile::Transaction transaction(the_case.database());
    DISLODGE_TRY(transaction.begin());
    DISLODGE_TRY_ASSIGN(auto take_over, the_case.database().prepare(
                                            "UPDATE unit SET key = ?2 || substr(key, length(?1) + 1)"
                                            " WHERE evidence = ?3 AND id = ?4 AND state IN ('done', 'failed')"
                                            " AND (key = ?1 OR key LIKE ?1 || '+%')"));
    for (const UnitRow &unit : units) {
      if (again.contains({unit.evidence, unit.id})) continue;
      take_over.bind_all(old_key, new_key, unit.evidence, unit.id);
      DISLODGE_TRY(take_over.run());
    }
    DISLODGE_TRY(transaction.commit());
  }
  return the_case.set_meta(kLastReadMeta, now);
}

}  // namespace dislodge::engine

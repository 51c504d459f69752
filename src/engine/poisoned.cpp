#include "engine/poisoned.hpp"

#include <fmt/format.h>

#include "engine/unit_reader.hpp"

namespace dislodge::engine {

using base::Result;
using casefile::Case;
using evidence::LedgerState;

Result<std::map<std::string, LedgerState>> poisoned_items(Case &the_case, const UnitRow &unit,
                                                          std::string_view readers) {
  std::map<std::string, LedgerState> items;
  // The key of a unit is "READERS" or "READERS+DIGEST of what was tried to open it" (reopen.hpp).
  DISLODGE_TRY_ASSIGN(auto query,
                      the_case.database().prepare(
                          "SELECT l.item, l.reason FROM ledger l JOIN unit u ON u.evidence = l.evidence AND"
                          " u.id = l.unit WHERE l.evidence = ?1 AND l.unit = ?2 AND l.reason IN (?4, ?5) AND"
                          " (u.key = ?3 OR u.key LIKE ?3 || '+%')"));
  query.bind_all(unit.evidence, unit.id, readers, kReaderHung, kReaderCrashed);
  while (true) {
    DISLODGE_TRY_ASSIGN(const bool more, query.step());
    if (!more) return items;
    items.emplace(query.text(0),
                  query.text(1) == kReaderHung ? LedgerState::timed_out : LedgerState::crashed);
  }
}

Result<void> keep_failed(Case &the_case, const UnitRow &unit, std::string_view key) {
  DISLODGE_TRY_ASSIGN(auto update,
                      the_case.database().prepare(
                          "UPDATE unit SET key = ? WHERE evidence = ? AND id = ? AND state = 'failed'"));
  update.bind_all(key, unit.evidence, unit.id);
  return update.run();
}

Result<void> reopen_poisoned(Case &the_case) {
  DISLODGE_TRY_ASSIGN(auto reopen,
                      the_case.database().prepare(
                          "UPDATE unit SET state = 'pending', key = '' WHERE state = 'failed' OR EXISTS"
                          " (SELECT 1 FROM ledger l WHERE l.evidence = unit.evidence AND l.unit = unit.id"
                          " AND l.reason IN (?, ?))"));
  reopen.bind_all(kReaderHung, kReaderCrashed);
  return reopen.run();
}

}  // namespace dislodge::engine

#include "engine/store.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>

#include "base/encode.hpp"
#include "base/files.hpp"
#include "base/hash.hpp"
#include "base/item_path.hpp"
#include "base/json_writer.hpp"
#include "base/text_order.hpp"
#include "engine/recogniser.hpp"
#include "engine/tips_pass.hpp"
#include "evidence/recognise.hpp"

namespace dislodge::engine {

using base::ErrorKind;
using base::Result;
using casefile::Case;

namespace {

constexpr std::int64_t kRecordsReserved = 1 << 24;    // before they are counted
constexpr std::uint64_t kBlockBytesMax = 4ull << 30;  // of one unit's events or facts, unpacked

std::string compress(std::string_view bytes) {
  std::string packed(ZSTD_compressBound(bytes.size()), '\0');
  const std::size_t size = ZSTD_compress(packed.data(), packed.size(), bytes.data(), bytes.size(), 3);
  packed.resize(ZSTD_isError(size) != 0 ? 0 : size);
  return packed;
}

constexpr const char *kDamagedBlock =
    "case.db: a block of what was read is damaged: restore the case folder from a copy, or make a new case "
    "from the same "
    "evidence, which is not touched by this";

// Not cleared before they are written: that would touch every page twice.
struct Bytes {
  std::unique_ptr<char[]> data;
  std::size_t size = 0;
};

Result<Bytes> decompress(std::string_view packed) {
  const unsigned long long size = ZSTD_getFrameContentSize(packed.data(), packed.size());
  if (size > kBlockBytesMax) return base::fail(ErrorKind::damaged, kDamagedBlock);
  Bytes bytes{std::make_unique_for_overwrite<char[]>(size), static_cast<std::size_t>(size)};
  const std::size_t done = ZSTD_decompress(bytes.data.get(), bytes.size, packed.data(), packed.size());
  if (ZSTD_isError(done) != 0 || done != size) return base::fail(ErrorKind::damaged, kDamagedBlock);
  return bytes;
}

constexpr std::string_view kEvidenceColumns =
    "id, root, path, size, sha256, type, custodian, collection, exposed_from, exposed_until, exposure_said, "
    "added";

Result<EvidenceRow> evidence_row(casefile::Statement &query) {
  EvidenceRow row;
  row.id = query.integer(0);
  row.root = query.text(1);
  row.path = query.text(2);
  row.size = static_cast<std::uint64_t>(query.integer(3));
  row.sha256 = query.text(4);
  row.type = query.text(5);
  row.custodian = query.text(6);
  if (const std::string toml = query.text(7); !toml.empty()) {
    DISLODGE_TRY_ASSIGN(row.collection, evidence::parse_collection(
                                            toml, row.root + std::string(evidence::kCollectionSuffix)));
  }
  if (!query.is_null(8)) row.exposed.from = query.time(8);
  if (!query.is_null(9)) row.exposed.until = query.time(9);
  row.exposure_said = query.integer(10) != 0;
  row.added = query.time(11);
  return row;
}

}  // namespace

Result<void> refresh_units(Case &the_case, std::string_view key) {
  DISLODGE_TRY_ASSIGN(
      auto stale,
      the_case.database().prepare("UPDATE unit SET state = 'pending' WHERE state IN ('done', 'failed') AND"
                                  // What was tried to open it stands behind the key (reopen.hpp).
                                  " key <> ? AND key NOT LIKE ? || '+%'"));
  stale.bind_all(key, key);
  return stale.run();
}

Result<std::vector<std::string>> ValueJoiner::join(const std::vector<UnitValue> &values) {
  std::vector<std::string> ids;
  DISLODGE_TRY_ASSIGN(auto insert, case_.database().prepare(
                                       "INSERT OR IGNORE INTO secret (id, sealed, length) VALUES (?, ?, ?)"));
  for (const UnitValue &value : values) {
    auto known = ids_.find(value.run_hash);
    if (known == ids_.end()) {
      DISLODGE_TRY_ASSIGN(const base::SecretBytes clear, case_.keys().open(value.sealed));
      known = ids_.emplace(value.run_hash, case_.keys().fingerprint(clear.view())).first;
      insert.bind(1, known->second).bind_blob(2, value.sealed).bind(3, value.length);
      DISLODGE_TRY(insert.run());
    }
    ids.push_back(known->second);
  }
  return ids;
}

namespace {

// What an earlier reading of the unit left.
Result<void> forget_unit(casefile::Database &database, const UnitRow &unit) {
  for (const std::string_view table : {"ledger", "sighting", "context", "record", "block"}) {
    DISLODGE_TRY_ASSIGN(auto statement, database.prepare(fmt::format(
                                            "DELETE FROM {} WHERE evidence = ? AND unit = ?", table)));
    statement.bind_all(unit.evidence, unit.id);
    DISLODGE_TRY(statement.run());
  }
  return {};
}

Result<void> insert_ledger(casefile::Database &database, const UnitRow &unit,
                           const std::vector<evidence::LedgerRow> &rows) {
  DISLODGE_TRY_ASSIGN(
      auto insert,
      database.prepare(
          "INSERT INTO ledger (evidence, unit, item, parent, state, reason, remedy, size, read, items)"
          " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  for (const evidence::LedgerRow &row : rows) {
    insert.bind_all(unit.evidence, unit.id, row.item, row.parent, evidence::name_of(row.state),
                    base::to_valid_utf8(row.reason), row.remedy, row.size, row.read, row.items);
    DISLODGE_TRY(insert.run());
  }
  return {};
}

Result<void> finish_unit(casefile::Database &database, const UnitRow &unit, std::string_view key,
                         std::string_view state) {
  DISLODGE_TRY_ASSIGN(
      auto update,
      database.prepare(
          "UPDATE unit SET state = ?, key = ?, attempts = attempts + 1 WHERE evidence = ? AND id = ?"));
  update.bind_all(state, key, unit.evidence, unit.id);
  return update.run();
}

std::string_view kind_name(evidence::RecordKind kind) {
  switch (kind) {
    case evidence::RecordKind::message:
      return "message";
    case evidence::RecordKind::document:
      return "document";
    case evidence::RecordKind::blob:
      return "blob";
  }
  return "";
}

}  // namespace

Result<void> store_result(Case &the_case, const UnitRow &unit, std::string_view key, const UnitResult &result,
                          ValueJoiner &joiner) {
  casefile::Database &database = the_case.database();
  casefile::Transaction transaction(database);
  DISLODGE_TRY(transaction.begin());
  DISLODGE_TRY_ASSIGN(const auto secrets, joiner.join(result.values));
  DISLODGE_TRY(store_joined(the_case, unit, key, result, secrets));
  return transaction.commit();
}

Result<void> store_joined(Case &the_case, const UnitRow &unit, std::string_view key, const UnitResult &result,
                          const std::vector<std::string> &secrets) {
  casefile::Database &database = the_case.database();
  DISLODGE_TRY(forget_unit(database, unit));
  DISLODGE_TRY(insert_ledger(database, unit, result.ledger));

  std::vector<std::int64_t> record_rows;
  DISLODGE_TRY_ASSIGN(auto record, database.prepare("INSERT INTO record (evidence, unit, item, kind, "
                                                    "message_id, sent, body) VALUES (?, ?, ?, ?, ?, ?, ?)"));
  for (const evidence::Record &each : result.records) {
    base::WireWriter body;
    each.encode(body);
    record.bind_all(unit.evidence, unit.id, each.item, kind_name(each.kind), each.message_id, each.sent);
    record.bind_blob(7, body.bytes());
    DISLODGE_TRY(record.run());
    record_rows.push_back(database.last_row());
  }
  DISLODGE_TRY_ASSIGN(auto sighting,
                      database.prepare("INSERT INTO sighting (evidence, unit, secret, record, item, line, "
                                       "offset, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"));
  for (const secret::Sighting &each : result.sightings) {
    base::WireWriter body;
    each.encode(body);
    sighting.bind_all(unit.evidence, unit.id, secrets[each.value]);
    if (each.record == evidence::kNoRecord)
      sighting.bind_null(4);
    else
      sighting.bind(4, record_rows[each.record]);
    sighting.bind(5, each.item).bind(6, each.line).bind(7, each.offset).bind_blob(8, body.bytes());
    DISLODGE_TRY(sighting.run());
  }
  DISLODGE_TRY_ASSIGN(auto context, database.prepare("INSERT INTO context (evidence, unit, secret, item, "
                                                     "offset, body) VALUES (?, ?, ?, ?, ?, ?)"));
  for (std::size_t i = 0; i < result.contexts.size(); ++i) {
    if (result.contexts[i].empty()) continue;
    const secret::Sighting &each = result.sightings[i];
    context.bind_all(unit.evidence, unit.id, secrets[each.value], each.item, each.offset, result.contexts[i]);
    DISLODGE_TRY(context.run());
  }
  DISLODGE_TRY_ASSIGN(
      auto block,
      database.prepare("INSERT INTO block (evidence, unit, kind, count, body) VALUES (?, ?, ?, ?, ?)"));
  const auto keep_block = [&](std::string_view kind, std::uint64_t count,
                              const std::string &bytes) -> Result<void> {
    if (bytes.empty()) return {};
    block.bind_all(unit.evidence, unit.id, kind, count);
    block.bind_blob(5, compress(bytes));
    return block.run();
  };
  DISLODGE_TRY(keep_block("events", result.log_records, result.events));
  DISLODGE_TRY(keep_block("facts", result.fact_count, result.facts));
  return finish_unit(database, unit, key, "done");
}

Result<void> store_failure(Case &the_case, const EvidenceRow &evidence, const UnitRow &unit,
                           const base::Error &error) {
  casefile::Database &database = the_case.database();
  casefile::Transaction transaction(database);
  DISLODGE_TRY(transaction.begin());
  DISLODGE_TRY(forget_unit(database, unit));
  evidence::LedgerRow row;
  row.item = evidence.root;
  row.state =
      error.kind == ErrorKind::internal ? evidence::LedgerState::crashed : evidence::state_of(error.kind);
  row.reason = error.message;
  row.remedy =
      error.kind == ErrorKind::io
          ? "make the file readable at " + evidence.path.string() + " and investigate again"
          : "look at it with other tools in an isolated place; investigate --retry tries it once more";
  row.size = unit.end - unit.begin;
  DISLODGE_TRY(insert_ledger(database, unit, {row}));
  DISLODGE_TRY(finish_unit(database, unit, "", "failed"));
  return transaction.commit();
}

Result<std::vector<EvidenceRow>> load_evidence(Case &the_case) {
  std::vector<EvidenceRow> rows;
  DISLODGE_TRY_ASSIGN(auto query, the_case.database().prepare(fmt::format(
                                      "SELECT {} FROM evidence ORDER BY root, sha256", kEvidenceColumns)));
  while (true) {
    DISLODGE_TRY_ASSIGN(const bool more, query.step());
    if (!more) break;
    DISLODGE_TRY_ASSIGN(EvidenceRow row, evidence_row(query));
    rows.push_back(std::move(row));
  }
  DISLODGE_TRY_ASSIGN(auto again, the_case.database().prepare(
                                      "SELECT evidence, exposed_from, exposed_until FROM exposed_again"
                                      " ORDER BY evidence, exposed_from, exposed_until"));
  std::map<std::int64_t, std::vector<base::Interval>> intervals;
  while (true) {
    DISLODGE_TRY_ASSIGN(const bool more, again.step());
    if (!more) break;
    base::Interval one;
    if (!again.is_null(1)) one.from = again.time(1);
    if (!again.is_null(2)) one.until = again.time(2);
    intervals[again.integer(0)].push_back(one);
  }
  for (EvidenceRow &row : rows) {
    if (const auto found = intervals.find(row.id); found != intervals.end())
      row.exposed_again = std::move(found->second);
  }
  return rows;
}

Result<std::vector<UnitRow>> load_units(Case &the_case, bool pending_only) {
  std::vector<UnitRow> rows;
  DISLODGE_TRY_ASSIGN(auto query,
                      the_case.database().prepare(
                          std::string("SELECT u.id, u.evidence, u.begin, u.until, u.state, u.attempts FROM "
                                      "unit u JOIN evidence e ON e.id = u.evidence ") +
                          (pending_only ? "WHERE u.state = 'pending' " : "") +
                          // New mail stands at the end of a mailbox.
                          "ORDER BY u.priority, e.root, e.sha256,"
                          " CASE WHEN e.type = 'mbox' THEN -u.begin ELSE u.begin END"));
  while (true) {
    DISLODGE_TRY_ASSIGN(const bool more, query.step());
    if (!more) return rows;
    rows.push_back(UnitRow{query.text(0), query.integer(1), static_cast<std::uint64_t>(query.integer(2)),
                           static_cast<std::uint64_t>(query.integer(3)), query.text(4),
                           static_cast<std::uint32_t>(query.integer(5))});
  }
}

Result<SightingTable> load_sightings(Case &the_case) {
  // SQLite would sort ten million of them with their bodies.
  SightingTable table;
  DISLODGE_TRY_ASSIGN(auto query, the_case.database().prepare(
                                      "SELECT evidence, secret, record, body FROM sighting ORDER BY rowid"));
  while (true) {
    DISLODGE_TRY_ASSIGN(const bool more, query.step());
    if (!more) break;
    DISLODGE_TRY(
        table.add(query.integer(0), query.view(1), query.is_null(2) ? 0 : query.integer(2), query.view(3)));
  }
  table.sort();
  return table;
}

Result<std::map<std::pair<std::string, std::uint64_t>, std::string>> load_contexts(Case &the_case,
                                                                                   std::string_view secret,
                                                                                   std::size_t most) {
  std::map<std::pair<std::string, std::uint64_t>, std::string> contexts;
  DISLODGE_TRY_ASSIGN(auto query,
                      the_case.database().prepare("SELECT item, offset, body FROM context WHERE secret = ? "
                                                  "ORDER BY item, offset LIMIT ?"));
  query.bind_all(secret, static_cast<std::uint64_t>(most));
  while (true) {
    DISLODGE_TRY_ASSIGN(const bool more, query.step());
    if (!more) return contexts;
    contexts.emplace(std::pair(query.text(0), static_cast<std::uint64_t>(query.integer(1))), query.text(2));
  }
}

Result<std::vector<StoredRecord>> load_records(Case &the_case) {
  std::vector<StoredRecord> rows;
  std::vector<std::uint32_t> runs;  // of a piece of evidence each, sorted as they come
  const auto item = [](const StoredRecord &row) { return std::string_view(row.record.item); };
  const auto earlier = [](const StoredRecord &a, const StoredRecord &b) -> std::weak_ordering {
    return a.id <=> b.id;
  };
  const auto sort_run = [&] {
    if (!runs.empty()) base::sort_by_text(std::span(rows).subspan(runs.back()), item, earlier);
  };
  // What a case had before counts too, so this is what there is at most; what is not used is never touched.
  DISLODGE_TRY_ASSIGN(const auto most, the_case.database().integer("SELECT max(id) FROM record"));
  rows.reserve(static_cast<std::size_t>(std::clamp<std::int64_t>(most.value_or(0), 0, kRecordsReserved)));
  DISLODGE_TRY_ASSIGN(auto query,
                      the_case.database().prepare("SELECT id, evidence, body FROM record ORDER BY id"));
  while (true) {
    DISLODGE_TRY_ASSIGN(const bool more, query.step());
    if (!more) break;
    if (rows.size() >= UINT32_MAX) return base::fail(ErrorKind::limit, "case file: more than 2^32 records");
    const std::int64_t evidence = query.integer(1);
    if (rows.empty() || rows.back().evidence != evidence) {
      sort_run();
      runs.push_back(static_cast<std::uint32_t>(rows.size()));
    }
    base::WireReader in(query.view(2));
    rows.push_back({query.integer(0), evidence, evidence::Record::decode(in)});
    DISLODGE_TRY(in.finish("case file: record"));
  }
  sort_run();
  std::vector<std::uint32_t> order = base::order_of_sorted_runs(
      static_cast<std::uint32_t>(rows.size()), runs, [&](std::uint32_t i) { return item(rows[i]); },
      [&](std::uint32_t a, std::uint32_t b) { return earlier(rows[a], rows[b]); });
  base::put_in_order(rows, std::move(order));
  return rows;
}

Result<std::vector<evidence::LedgerRow>> load_ledger(Case &the_case) {
  std::vector<evidence::LedgerRow> rows;
  DISLODGE_TRY_ASSIGN(auto query,
                      the_case.database().prepare("SELECT item, parent, state, reason, remedy, size, read, "
                                                  "items FROM ledger ORDER BY item, state, size"));
  while (true) {
    DISLODGE_TRY_ASSIGN(const bool more, query.step());
    if (!more) return rows;
    evidence::LedgerRow row;
    row.item = query.text(0);
    row.parent = query.text(1);
    const std::string state = query.text(2);
    for (int i = 0; i <= static_cast<int>(evidence::LedgerState::not_exported); ++i)
      if (evidence::name_of(static_cast<evidence::LedgerState>(i)) == state)
        row.state = static_cast<evidence::LedgerState>(i);
    row.reason = query.text(3);
    row.remedy = query.text(4);
    row.size = static_cast<std::uint64_t>(query.integer(5));
    row.read = static_cast<std::uint64_t>(query.integer(6));
    row.items = static_cast<std::uint64_t>(query.integer(7));
    rows.push_back(std::move(row));
  }
}

Result<void> load_blocks(Case &the_case, std::string_view kind,
                         const std::function<Result<void>(const Block &)> &each) {
  DISLODGE_TRY_ASSIGN(
      auto query, the_case.database().prepare(
                      "SELECT b.evidence, b.body, b.count FROM block b JOIN evidence e ON e.id = b.evidence"
                      " JOIN unit u ON u.evidence = b.evidence AND u.id = b.unit"
                      " WHERE b.kind = ? ORDER BY e.root, e.sha256, u.begin"));
  query.bind(1, kind);
  while (true) {
    DISLODGE_TRY_ASSIGN(const bool more, query.step());
    if (!more) return {};
    DISLODGE_TRY_ASSIGN(const Bytes body, decompress(query.view(1)));
    DISLODGE_TRY(each({query.integer(0), static_cast<std::uint64_t>(query.integer(2)),
                       std::string_view(body.data.get(), body.size)}));
  }
}

void SecretLengths::add(std::string_view secret, std::uint64_t length) {
  const base::StringId id = ids_.intern(secret);
  if (lengths_.size() <= id) lengths_.resize(id + 1, 0);
  lengths_[id] = length;
}

std::uint64_t SecretLengths::of(std::string_view secret) const {
  const base::StringId id = ids_.find(secret);
  return id < lengths_.size() ? lengths_[id] : 0;
}

Result<SecretLengths> load_secret_lengths(Case &the_case) {
  SecretLengths lengths;
  DISLODGE_TRY_ASSIGN(auto query, the_case.database().prepare("SELECT id, length FROM secret"));
  while (true) {
    DISLODGE_TRY_ASSIGN(const bool more, query.step());
    if (!more) return lengths;
    lengths.add(query.view(0), static_cast<std::uint64_t>(query.integer(1)));
  }
}

}  // namespace dislodge::engine

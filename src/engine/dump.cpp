#include "engine/dump.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "base/hash.hpp"
#include "base/json_writer.hpp"
#include "engine/store.hpp"

namespace dislodge::engine {

using base::JsonWriter;
using base::Result;

Result<std::string> dump(casefile::Case &the_case, bool canonical) {
  std::vector<std::string> lines;
  std::map<std::int64_t, std::string> roots;
  DISLODGE_TRY_ASSIGN(const auto evidence, load_evidence(the_case));
  for (const EvidenceRow &row : evidence) {
    roots[row.id] = row.root + "@" + row.sha256;
    JsonWriter json;
    json.object([&] {
      json.field("table", "evidence");
      json.field("root", row.root);
      json.field("sha256", row.sha256);
      json.field("size", row.size);
      json.field("type", row.type);
      json.field("custodian", row.custodian);
      json.field("exposed_from", row.exposed.from);
      json.field("exposed_until", row.exposed.until);
      json.field("exposure_said", row.exposure_said);
      if (!row.exposed_again.empty()) {
        json.array_field("exposed_again", [&] {
          for (const base::Interval &one : row.exposed_again) json.value(base::format_interval(one));
        });
      }
      json.field("declared", row.collection.has_value());
      if (!canonical) json.field("path", row.path.native());
    });
    lines.push_back(json.take());
  }
  DISLODGE_TRY_ASSIGN(const auto units, load_units(the_case, false));
  for (const UnitRow &row : units) {
    JsonWriter json;
    json.object([&] {
      json.field("table", "unit");
      json.field("evidence", roots[row.evidence]);
      json.field("unit", row.id);
      json.field("state", row.state);
    });
    lines.push_back(json.take());
  }
  DISLODGE_TRY_ASSIGN(const auto ledger, load_ledger(the_case));
  for (const evidence::LedgerRow &row : ledger) {
    JsonWriter json;
    json.object([&] {
      json.field("table", "ledger");
      json.field("item", row.item);
      json.field("parent", row.parent);
      json.field("state", evidence::name_of(row.state));
      json.field("reason", row.reason);
      json.field("size", row.size);
      json.field("read", row.read);
      json.field("items", row.items);
    });
    lines.push_back(json.take());
  }
  DISLODGE_TRY_ASSIGN(const auto records, load_records(the_case));
  std::map<std::int64_t, std::string> record_items;
  for (const StoredRecord &row : records) {
    record_items[row.id] = row.record.item;
    base::WireWriter body;
    row.record.encode(body);
    JsonWriter json;
    json.object([&] {
      json.field("table", "record");
      json.field("evidence", roots[row.evidence]);
      json.field("item", row.record.item);
      json.field("content", base::to_hex(base::sha256(body.bytes())));
    });
    lines.push_back(json.take());
  }
  DISLODGE_TRY_ASSIGN(const auto lengths, load_secret_lengths(the_case));
  DISLODGE_TRY_ASSIGN(const auto sightings, load_sightings(the_case));
  for (const StoredSighting &row : sightings) {
    base::WireWriter hints;
    for (const secret::Hint &hint : row.sighting.hints) {
      hints.number(static_cast<std::uint64_t>(hint.kind));
      hints.text(hint.value);
    }
    JsonWriter json;
    json.object([&] {
      json.field("table", "sighting");
      json.field("evidence", roots[row.evidence]);
      json.field("secret", row.secret);
      json.field("secret_length", lengths.of(row.secret));
      json.field("record", record_items[row.record]);
      json.field("item", row.sighting.item);
      json.field("kind", row.sighting.kind);
      json.field("rule", row.sighting.rule);
      json.field("line", row.sighting.line);
      json.field("column", row.sighting.column);
      json.field("offset", row.sighting.offset);
      json.field("length", row.sighting.length);
      json.field("confidence", row.sighting.confidence);
      json.field("quote_depth", row.sighting.quote_depth);
      json.field("hints", base::to_hex(base::sha256(hints.bytes())));
    });
    lines.push_back(json.take());
  }
  for (const std::string_view kind : {"events", "facts"}) {
    DISLODGE_TRY(load_blocks(the_case, kind, [&](const Block &block) -> Result<void> {
      JsonWriter json;
      json.object([&] {
        json.field("table", kind);
        json.field("evidence", roots[block.evidence]);
        json.field("count", block.count);
        json.field("content", base::to_hex(base::sha256(block.body)));
      });
      lines.push_back(json.take());
      return {};
    }));
  }
  DISLODGE_TRY_ASSIGN(auto decisions,
                      the_case.database().prepare("SELECT fact, at, who, reason FROM decision ORDER BY id"));
  while (true) {
    DISLODGE_TRY_ASSIGN(const bool more, decisions.step());
    if (!more) break;
    JsonWriter json;
    json.object([&] {
      json.field("table", "decision");
      json.field("fact", decisions.text(0));
      json.field("at", decisions.time(1));
      json.field("who", decisions.text(2));
      json.field("reason", decisions.text(3));
    });
    lines.push_back(json.take());
  }
  DISLODGE_TRY_ASSIGN(auto tips, the_case.database().prepare(
                                     "SELECT key, value FROM meta WHERE key GLOB 'tip*:*' ORDER BY key"));
  while (true) {
    DISLODGE_TRY_ASSIGN(const bool more, tips.step());
    if (!more) break;
    JsonWriter json;
    json.object([&] {
      json.field("table", "tip");
      json.field("key", tips.text(0));
      json.field("content", base::to_hex(base::sha256(tips.text(1))));
    });
    lines.push_back(json.take());
  }
  if (canonical) std::sort(lines.begin(), lines.end());
  std::string text;
  for (const std::string &line : lines) {
    text += line;
    text += '\n';
  }
  return text;
}

}  // namespace dislodge::engine

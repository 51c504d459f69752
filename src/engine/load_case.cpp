#include "engine/load_case.hpp"

#include <optional>
#include <thread>

namespace dislodge::engine {

using base::Result;
using casefile::Case;

namespace {

// Rows of sightings below which a second connection costs more than it saves.
constexpr std::int64_t kWorthTwo = 100'000;

Result<void> load_seen(Case &the_case, CaseContent &content) {
  DISLODGE_TRY_ASSIGN(content.sightings, load_sightings(the_case));
  DISLODGE_TRY_ASSIGN(content.lengths, load_secret_lengths(the_case));
  return {};
}

Result<void> load_told(Case &the_case, CaseContent &content) {
  DISLODGE_TRY_ASSIGN(content.records, load_records(the_case));
  return load_blocks(the_case, "facts", [&](const Block &block) -> Result<void> {
    DISLODGE_TRY_ASSIGN(identity::Facts facts, identity::Facts::decode(block.body));
    content.fact_bytes += block.body.size();
    content.facts.append(std::move(facts));
    return {};
  });
}

}  // namespace

Result<CaseContent> load_case(Case &the_case, int threads) {
  CaseContent content;
  if (threads == 0) {
    DISLODGE_TRY_ASSIGN(const auto rows, the_case.database().integer("SELECT max(rowid) FROM sighting"));
    threads = rows.value_or(0) < kWorthTwo ? 1 : 2;
  }
  if (threads == 1) {
    DISLODGE_TRY(load_told(the_case, content));
    DISLODGE_TRY(load_seen(the_case, content));
    return content;
  }
  DISLODGE_TRY_ASSIGN(const auto again, the_case.again(Case::Access::read));
  std::optional<Result<void>> seen;
  std::jthread beside([&] { seen = load_seen(*again, content); });
  const Result<void> told = load_told(the_case, content);
  beside.join();
  DISLODGE_TRY(told);
  DISLODGE_TRY(*seen);
  return content;
}

}  // namespace dislodge::engine

#pragma once
// Gathering: one table of the events of all logs for the passes that follow, of bounded size however many
// events there are. A case of some hundred thousand events is kept as it is. Of a larger one the table keeps
//
//   - every change, alert, failed try and rule's hit, and every event about those whom `words` or `names`
//     name;
//   - of everything else the first event of each day among those that say the same (who, from where, by which
//     program, on what, with which result), without the ids that no two events share.
//
// That is what the passes ask of everyday events: which place, program and habit is whose, since when, on how
// many days. Where even that is too much, the day becomes longer and the first two kinds are thinned alike
// (Gathered::level, decision 16). Coverage counts every event all the same.
//
// Which people and programs matter is known only after detection, so it runs again with them in `words` until
// there is nobody new (engine/investigate.cpp).
//
//   DISLODGE_TRY_ASSIGN(Gathered all, gather([&](const EachTable &each) { return each(table); }, {}));

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "log/coverage_counter.hpp"
#include "log/event.hpp"

namespace dislodge::log {

using EachTable = std::function<base::Result<void>(const EventTable &)>;
// Hands over every table of the case, the same ones in the same order each time.
using TableSource = std::function<base::Result<void>(const EachTable &)>;

struct GatherOptions {
  std::size_t whole_max = 1'500'000;  // events: as many are kept as they are
  std::size_t kept_max = 1'500'000;   // of a larger case; about 600 B each with their strings
  // Ids, names, addresses, sessions (as events write them) of whom every event is kept. One that is in more
  // than word_events_max events is no longer heeded.
  std::set<std::string> words;
  // The same for texts that are not listed: an address in a network, a part of a user agent. Asked once for
  // each text of a table.
  std::function<bool(std::string_view)> names = nullptr;
  std::size_t word_events_max = 300'000;
};

struct Gathered {
  EventTable table;                    // settled
  CoverageCounter coverage;            // of every event; in a table that is not whole, of duplicates too
  std::uint64_t events = 0;            // handed in, duplicates included
  bool whole = true;                   // the table holds each of them
  int level = 0;                       // how far the table was thinned: 0 for days, up to kGatherLevelMax
  std::uint64_t dropped = 0;           // events beyond the last level: counted and not looked at
  std::set<std::string> common_words;  // too common to keep all of theirs
};
inline constexpr int kGatherLevelMax = 4;
std::string_view spoken_period(int level);  // "each day", "three days", ...

base::Result<Gathered> gather(const TableSource &source, const GatherOptions &options);

}  // namespace dislodge::log

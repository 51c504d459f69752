// What is detected in a table that was thinned (log/gather.hpp) is what is detected in all events.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "detect/detect.hpp"
#include "detect/words.hpp"
#include "drawn.hpp"
#include "log/gather.hpp"
#include "tenant_generator.hpp"

namespace dislodge::detect {
namespace {

// As engine/investigate.cpp does it.
std::vector<Detection> in_thinned(const log::EventTable &all, std::size_t kept_max, bool &whole) {
  const log::TableSource source = [&](const log::EachTable &each) -> base::Result<void> {
    // In pieces of a few hundred events, not in order of time.
    for (std::size_t piece = 0; piece < 20; ++piece) {
      log::EventTable part;
      part.append(all);
      std::erase_if(part.events, [&](const log::Event &event) { return event.line * 7 % 20 != piece; });
      DISLODGE_TRY(each(part));
    }
    return {};
  };
  std::set<std::string> words;
  std::vector<Detection> found;
  for (int round = 0; round < 4; ++round) {
    log::GatherOptions options;
    options.whole_max = options.kept_max = kept_max;
    options.words = words;
    const auto gathered = log::gather(source, options);
    EXPECT_TRUE(gathered);
    whole = gathered->whole;
    EXPECT_LE(gathered->table.events.size(), kept_max);
    found = detect(gathered->table, {}, builtin_options());
    const std::size_t known = words.size();
    words.merge(words_about(found, {}));
    if (words.size() == known) break;
  }
  return found;
}

std::vector<std::string> told(const std::vector<Detection> &found) {
  std::vector<std::string> lines;
  for (const Detection &one : found)
    lines.push_back(one.kind + ' ' + std::to_string(one.event_count) + ' ' + one.says +
                    (one.intruder ? " theirs" : ""));
  return lines;
}

TEST(Gathered, AThinnedMonthTellsTheSameCampaignsAndFalls) {
  for (const Program program : {Program::old_browser_ropc, Program::rotating_agents, Program::imap})
    for (const std::uint32_t seed : test::drawn({41u, 42u})) {
      TenantOptions options;
      options.seed = seed;
      options.users = 110;
      options.failures_a_day = 60;
      options.campaign_tries_a_day = 3;
      options.program = program;
      options.campaign_succeeds = true;
      const log::EventTable all = TenantGenerator(options).make().table;
      bool whole = true;
      const auto thinned = in_thinned(all, all.events.size() * 3 / 4, whole);
      EXPECT_FALSE(whole);
      EXPECT_EQ(told(thinned), told(detect(all, {}, builtin_options())))
          << static_cast<int>(program) << ' ' << seed;
    }
}

// Where it is thinned to what hardly holds anything, nothing is made up.
TEST(Gathered, AQuietMonthStaysQuiet) {
  TenantOptions options;
  options.seed = 43;
  options.users = 110;
  options.failures_a_day = 60;
  const log::EventTable all = TenantGenerator(options).make().table;
  bool whole = true;
  for (const Detection &one : in_thinned(all, all.events.size() / 2, whole))
    if (one.kind == "spray" || one.intruder) ADD_FAILURE() << one.says;
}

}  // namespace
}  // namespace dislodge::detect

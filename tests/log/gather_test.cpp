#include "log/gather.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace dislodge::log {
namespace {

constexpr base::Time kStart{1'700'006'400'000'000};  // midnight

// Tables as units of a case hand them over: sign-ins of people who sign in every ten minutes.
struct Office {
  int people = 20, days = 10, a_day = 50, tables = 7;
  int changes_a_day = 3, slips_a_day = 2;

  std::vector<EventTable> make() const {
    std::vector<EventTable> out(static_cast<std::size_t>(tables));
    std::size_t next = 0;
    for (int day = 0; day < days; ++day)
      for (int i = 0; i < a_day; ++i)
        for (int person = 0; person < people; ++person) {
          EventTable &table = out[next++ % out.size()];
          const base::Time time = kStart + day * base::kDay + (i * people + person) * 10 * base::kSecond;
          Event &event = add(table, time, person, EventClass::noninteractive_signin, next);
          if (i < slips_a_day && person == 0) event.outcome = Outcome::wrong_secret;
          if (i < changes_a_day && person == 1) {
            event.event_class = EventClass::directory_audit;
            event.operation = table.pool.intern("Update user");
          }
        }
    return out;
  }

  static Event &add(EventTable &table, base::Time time, int person, EventClass event_class, std::size_t id) {
    Event event;
    event.time = time;
    event.source = Source::entra_signin;
    event.event_class = event_class;
    event.outcome = Outcome::ok;
    event.file = table.file_index("signins-" + std::to_string(id % 7) + ".json");
    event.line = event.offset = id;
    event.actor_id = table.pool.intern("person-" + std::to_string(person));
    event.address = table.pool.intern("192.0.2." + std::to_string(person));
    event.tenant = table.pool.intern("tenant");
    event.token = table.pool.intern("token-" + std::to_string(id));
    event.native_id = table.pool.intern("id-" + std::to_string(id));
    table.events.push_back(event);
    return table.events.back();
  }
};

Gathered gathered(const std::vector<EventTable> &tables, const GatherOptions &options) {
  auto all = gather(
      [&](const EachTable &each) -> base::Result<void> {
        for (const EventTable &table : tables) DISLODGE_TRY(each(table));
        return {};
      },
      options);
  EXPECT_TRUE(all);
  return std::move(*all);
}

GatherOptions small(std::size_t whole, std::size_t kept) {
  GatherOptions options;
  options.whole_max = whole;
  options.kept_max = kept;
  return options;
}

TEST(Gather, FewEventsAreKeptAsTheyAre) {
  const auto tables = Office{}.make();
  EventTable plain;
  for (const EventTable &table : tables) plain.append(table);
  plain.settle();
  const Gathered all = gathered(tables, small(100'000, 100'000));
  EXPECT_TRUE(all.whole);
  ASSERT_EQ(all.table.events.size(), plain.events.size());
  for (std::size_t i = 0; i < plain.events.size(); ++i) {
    EXPECT_EQ(all.table.events[i].time, plain.events[i].time);
    EXPECT_EQ(all.table.text(all.table.events[i].token), plain.text(plain.events[i].token));
  }
}

TEST(Gather, OfEverydayEventsTheFirstOfADayIsKeptWithoutTheIdsOfOne) {
  const Office office;
  const Gathered all = gathered(office.make(), small(1000, 4000));
  EXPECT_FALSE(all.whole);
  EXPECT_EQ(all.events, 10'000u);
  EXPECT_EQ(all.level, 0);
  std::set<std::pair<std::string, std::int64_t>> days;
  std::size_t ordinary = 0;
  for (const Event &event : all.table.events) {
    if (event.event_class != EventClass::noninteractive_signin || event.outcome != Outcome::ok) continue;
    ++ordinary;
    days.emplace(all.table.text(event.actor_id), event.time.us / base::kDay);
    EXPECT_EQ(event.token, 0u);
    const std::int64_t into_day = event.time.us % base::kDay;
    EXPECT_LE(into_day, 4 * office.people * 10 * base::kSecond) << "not the first of its day";
  }
  EXPECT_EQ(ordinary, 200u);
  EXPECT_EQ(days.size(), 200u);
}

TEST(Gather, ChangesAndFailedTriesAreKeptEachAndAsTheyAre) {
  const Gathered all = gathered(Office{}.make(), small(1000, 4000));
  std::size_t changes = 0, slips = 0;
  for (const Event &event : all.table.events) {
    changes += event.event_class == EventClass::directory_audit;
    slips += event.outcome == Outcome::wrong_secret;
    if (event.event_class == EventClass::directory_audit) {
      EXPECT_NE(event.token, 0u);
    }
  }
  EXPECT_EQ(changes, 30u);
  EXPECT_EQ(slips, 20u);
}

TEST(Gather, OfThoseWhoAreNamedEveryEventIsKept) {
  GatherOptions options = small(1000, 4000);
  options.words = {"person-7"};
  const Gathered all = gathered(Office{}.make(), options);
  std::size_t theirs = 0;
  for (const Event &event : all.table.events)
    if (all.table.text(event.actor_id) == "person-7") {
      ++theirs;
      EXPECT_NE(event.token, 0u);
    }
  EXPECT_EQ(theirs, 500u);
  EXPECT_TRUE(all.common_words.empty());

  options.word_events_max = 100;
  const Gathered common = gathered(Office{}.make(), options);
  EXPECT_THAT(common.common_words, testing::ElementsAre("person-7"));
  EXPECT_LT(common.table.events.size(), all.table.events.size());
}

TEST(Gather, CoverageCountsEveryEventAsIfNoneWereThinned) {
  const auto tables = Office{}.make();
  const Gathered whole = gathered(tables, small(100'000, 100'000));
  const Gathered thinned = gathered(tables, small(1000, 4000));
  const auto a = coverage_of(whole.table, {});
  const auto b = thinned.coverage.rows(thinned.table, {});
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].events, b[i].events);
    EXPECT_EQ(a[i].first, b[i].first);
    EXPECT_EQ(a[i].last, b[i].last);
    EXPECT_EQ(a[i].files, b[i].files);
    EXPECT_EQ(a[i].gaps.size(), b[i].gaps.size());
  }
}

// Whatever comes, the table stays as small as it must, and the oldest of each kind stays.
TEST(Gather, EventsThatAreAllUnlikeAreThinnedUntilTheyFit) {
  std::vector<EventTable> tables(20);
  std::size_t next = 0;
  for (EventTable &table : tables)
    for (int i = 0; i < 1000; ++i) {
      Event &event = Office::add(table, kStart + static_cast<std::int64_t>(next) * base::kMinute, i % 50,
                                 EventClass::api_call, next);
      event.address =
          table.pool.intern("10.0." + std::to_string(next / 250) + '.' + std::to_string(next % 250));
      ++next;
    }
  const Gathered all = gathered(tables, small(500, 500));
  EXPECT_LE(all.table.events.size(), 500u);
  EXPECT_EQ(all.events, 20'000u);
  EXPECT_GE(all.level, 3);
  EXPECT_EQ(all.dropped, 0u);
  std::set<std::string> people;
  for (const Event &event : all.table.events) people.emplace(all.table.text(event.actor_id));
  EXPECT_EQ(people.size(), 50u);

  for (EventTable &table : tables)
    for (Event &event : table.events) event.actor_id = event.address;  // everybody once
  const Gathered strangers = gathered(tables, small(500, 500));
  EXPECT_LE(strangers.table.events.size(), 500u);
  EXPECT_GT(strangers.dropped, 0u);
}

// A tip may name a network or a part of a program's name: no word that could be listed.
TEST(Gather, WhatIsNamedWithoutBeingListedIsKeptWholly) {
  GatherOptions options = small(1000, 4000);
  options.names = [](std::string_view text) { return text == "192.0.2.7" || text == "person-9"; };
  const Gathered all = gathered(Office{}.make(), options);
  EXPECT_FALSE(all.whole);
  std::map<std::string, std::size_t> kept;
  for (const Event &event : all.table.events)
    if (event.token != 0) ++kept[std::string(all.table.text(event.actor_id))];
  EXPECT_EQ(kept["person-7"], 500u);
  EXPECT_EQ(kept["person-9"], 500u);
  EXPECT_EQ(kept["person-8"], 0u);
}

// Of somebody who is everywhere that cannot be: then it is said.
TEST(Gather, WhatIsNamedAndTooCommonIsSaid) {
  GatherOptions options = small(1000, 400);
  options.names = [](std::string_view text) { return text == "tenant" || text.starts_with("192.0.2."); };
  options.word_events_max = 50;
  const Gathered all = gathered(Office{}.make(), options);
  EXPECT_FALSE(all.common_words.empty());
  EXPECT_LE(all.table.events.size(), 400u);
}

}  // namespace
}  // namespace dislodge::log

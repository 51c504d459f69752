#include "detect/spray.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tenant_generator.hpp"

namespace dislodge::detect {
namespace {

std::vector<Detection> found_in(const log::EventTable &table, std::string_view kind = "spray") {
  std::vector<Detection> found = detect(table, {}, builtin_options());
  std::erase_if(found, [&](const Detection &one) { return one.kind != kind; });
  return found;
}

TenantOptions small(std::uint32_t seed) {
  TenantOptions options;
  options.seed = seed;
  options.users = 110;
  options.failures_a_day = 60;
  return options;
}

TEST(Spray, OrdinaryMonthsHaveNone) {
  for (std::uint32_t seed = 1; seed <= 8; ++seed)
    for (const Detection &one : found_in(TenantGenerator(small(seed)).make().table))
      ADD_FAILURE() << seed << ": " << one.says;
}

// Two tries a day, each from a new address, among sixty everyday failures.
TEST(Spray, SlowCampaignsAreFoundWhateverTheProgram) {
  for (const Program program : {Program::old_browser_ropc, Program::common_agent_ropc, Program::imap,
                                Program::rotating_agents, Program::ordinary_browser})
    for (std::uint32_t seed = 11; seed <= 12; ++seed) {
      TenantOptions options = small(seed);
      options.campaign_tries_a_day = 2;
      options.program = program;
      const Tenant tenant = TenantGenerator(options).make();
      const auto found = found_in(tenant.table);
      ASSERT_EQ(found.size(), 1u) << static_cast<int>(program) << " " << seed;
      EXPECT_GE(found[0].event_count, tenant.campaign_tries * 9 / 10) << found[0].says;
      EXPECT_LE(found[0].event_count, tenant.campaign_tries * 12 / 10) << found[0].says;
      EXPECT_FALSE(found[0].intruder) << "nothing succeeded";
    }
}

TEST(Spray, ASuccessByTheSameProgramIsTheirs) {
  TenantOptions options = small(21);
  options.campaign_tries_a_day = 3;
  options.campaign_succeeds = true;
  const Tenant tenant = TenantGenerator(options).make();
  const auto sprays = found_in(tenant.table);
  ASSERT_EQ(sprays.size(), 1u);
  EXPECT_TRUE(sprays[0].intruder);
  const auto fallen = found_in(tenant.table, "success-after-spray");
  ASSERT_EQ(fallen.size(), 1u) << fallen.size();
  EXPECT_THAT(fallen[0].principals, testing::ElementsAre("principal:entra/t/id-legacy@t.example"));
  EXPECT_TRUE(fallen[0].intruder);
  ASSERT_FALSE(fallen[0].footholds.empty());
  EXPECT_EQ(fallen[0].footholds[0].interval.from, fallen[0].first);
}

TEST(Spray, TwoTenantsOneCampaign) {
  TenantOptions options = small(31);
  options.campaign_tries_a_day = 2;
  Tenant first = TenantGenerator(options).make();
  options.seed = 32;
  Tenant second = TenantGenerator(options).make();
  for (log::Event &event : second.table.events) event.tenant = second.table.pool.intern("u");
  second.table.files = {"other.json"};
  first.table.append(second.table);
  first.table.settle();
  const auto found = found_in(first.table);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_GE(found[0].event_count, first.campaign_tries + second.campaign_tries);
}

// One sign-in a row: who, from where, with which agent and code, at which minute.
class Log {
 public:
  void add(int minute, const std::string &name, const std::string &address, const std::string &agent,
           int code, const std::string &application = "office") {
    log::Event event;
    event.time = base::time_of({2025, 9, 1}) + minute * base::kMinute;
    event.source = log::Source::entra_signin;
    event.event_class = log::EventClass::interactive_signin;
    event.code = code;
    event.outcome = code == 0 ? log::Outcome::ok : log::Outcome::wrong_secret;
    event.file = table.file_index("s.json");
    event.line = event.offset = table.events.size() + 1;
    event.tenant = table.pool.intern("t");
    event.actor_name = table.pool.intern(name);
    event.actor_id = table.pool.intern("id-" + name);
    event.actor_type = table.pool.intern("user");
    event.agent = table.pool.intern(agent);
    event.client = table.pool.intern("Browser");
    event.application_id = table.pool.intern(application);
    event.address = table.pool.intern(address);
    table.events.push_back(event);
  }
  void working_week() {
    for (int day = 0; day < 5; ++day)
      for (int i = 0; i < 12; ++i)
        add(day * 1440 + 480 + i * 7, "p" + std::to_string(i),
            i % 2 ? "192.0.2.1" : "203.0.113." + std::to_string(i), "Edge/140", 0);
  }
  log::EventTable table;
};

TEST(Spray, TenAccountsFromOneAddressInAMinute) {
  Log log;
  log.working_week();
  for (int i = 0; i < 10; ++i)
    log.add(5000 + i, "p" + std::to_string(i), "198.51.100.9", "python-requests/2.31", 50126);
  log.add(5012, "p3", "198.51.100.9", "python-requests/2.31", 0);
  log.table.settle();
  const auto found = found_in(log.table);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].event_count, 10u) << "from the first try on";
  EXPECT_TRUE(found[0].intruder);
  const auto fallen = found_in(log.table, "success-after-spray");
  ASSERT_EQ(fallen.size(), 1u);
  EXPECT_THAT(fallen[0].principals, testing::ElementsAre("principal:entra/t/id-p3"));
}

// Their program is the accounts' own; the place and the haste tell.
TEST(Spray, AnOrdinaryBrowserFromOneStrangeAddress) {
  Log log;
  log.working_week();
  for (int i = 0; i < 10; ++i) log.add(5000 + i, "p" + std::to_string(i), "198.51.100.9", "Edge/140", 50126);
  log.add(5012, "p3", "198.51.100.9", "Edge/140", 0);
  log.add(5013, "p4", "198.51.100.9", "Edge/140", 0);
  log.table.settle();
  const auto found = found_in(log.table);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].event_count, 10u);
}

// Over a day, where nobody ever signed in.
TEST(Spray, ThreeAccountsInADayFromAPlaceWhereNobodyIs) {
  Log log;
  log.working_week();
  for (int i = 0; i < 3; ++i)
    log.add(5000 + i * 200, "p" + std::to_string(i), "198.51.100.9", "python-requests/2.31", 50126);
  log.table.settle();
  EXPECT_EQ(found_in(log.table).size(), 1u);
}

// A log that holds next to no success says nothing of what is ordinary.
TEST(Spray, ARotatingProxyInATenantThatHardlySignsIn) {
  Log log;
  log.add(1, "admin", "192.0.2.1", "Edge/140", 0);
  for (int i = 0; i < 10; ++i)
    log.add(50 + i / 3, "p" + std::to_string(i), std::to_string(70 + i * 3) + ".9.8.7", "Chrome/76", 50126);
  log.table.settle();
  const auto found = found_in(log.table);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].event_count, 10u);
}

// Three telephones of one make try an old password, day after day, at times in the same minutes.
TEST(Spray, TelephonesWithAnOldPassword) {
  Log log;
  log.working_week();
  for (int day = 0; day < 20; ++day)
    for (int i = 0; i < 3; ++i)
      for (int again = 0; again < 4; ++again)
        log.add(day * 1440 + 500 + (day == 0 ? i * 120 : 0) + again * 15 + i, "p" + std::to_string(i),
                std::to_string(80 + day) + "." + std::to_string(i) + ".1." + std::to_string(again + 1),
                "Phone/2", 50126);
  log.table.settle();
  EXPECT_EQ(found_in(log.table).size(), 0u);
}

TEST(Spray, TenAddressesInASmallTenant) {
  Log log;
  log.working_week();
  for (int i = 0; i < 10; ++i)
    log.add(5000 + i * 240, "p" + std::to_string(i % 6), std::to_string(70 + i * 3) + ".9.8.7", "Chrome/76",
            50126);
  log.table.settle();
  EXPECT_EQ(found_in(log.table).size(), 1u);
}

TEST(Spray, AnOfficeWhosePasswordsFailForAnHour) {
  Log log;
  log.working_week();
  for (int i = 0; i < 12; ++i)
    for (int again = 0; again < 4; ++again)
      log.add(5000 + i * 3 + again, "p" + std::to_string(i), "192.0.2.1", "Edge/140", 50126);
  log.table.settle();
  EXPECT_EQ(found_in(log.table).size(), 0u);
}

TEST(Spray, AFamilyBehindOneAddress) {
  Log log;
  log.working_week();
  for (int i = 0; i < 3; ++i) {
    log.add(5000 + i, "p" + std::to_string(i), "203.0.113.200", "Edge/140", 50126);
    log.add(5010 + i, "p" + std::to_string(i), "203.0.113.200", "Edge/140", 0);
  }
  log.table.settle();
  EXPECT_EQ(found_in(log.table).size(), 0u);
}

TEST(Spray, AForgottenScannerFailsForYears) {
  Log log;
  log.working_week();
  for (int day = 0; day < 60; ++day)
    for (int i = 0; i < 5; ++i)
      log.add(day * 1440 + i * 60, "scanner" + std::to_string(i), "192.0.2." + std::to_string(100 + i), "",
              50126);
  log.table.settle();
  EXPECT_EQ(found_in(log.table).size(), 0u);
}

// Thirty tries on six accounts that sleep, each from its own address, over two weeks.
Log sleeping_accounts_tried() {
  Log log;
  for (int week = 0; week < 5; ++week)
    for (int day = 0; day < 5; ++day)
      for (int i = 0; i < 12; ++i)
        log.add((week * 7 + day) * 1440 + 480 + i * 7, "p" + std::to_string(i),
                i % 2 ? "192.0.2.1" : "203.0.113." + std::to_string(i), "Edge/140", 0);
  for (int i = 0; i < 30; ++i)
    log.add(14400 + i * 700, "sleeper" + std::to_string(i % 6), std::to_string(60 + i) + ".2.3.4",
            "Chrome/119", 50126, "powershell");
  return log;
}

// Whoever won the password goes on with another program from there. That is no habit of the account's owner.
TEST(Spray, TheSecondSignInDoesNotHideTheFirst) {
  Log log = sleeping_accounts_tried();
  log.add(36000, "sleeper3", "120.2.3.4", "Chrome/119", 0, "powershell");
  log.add(36019, "sleeper3", "120.2.3.4", "Chrome/119", 0, "portal");
  log.table.settle();
  const auto fallen = found_in(log.table, "success-after-spray");
  ASSERT_EQ(fallen.size(), 1u);
  EXPECT_TRUE(fallen[0].intruder);
  EXPECT_THAT(fallen[0].principals, testing::ElementsAre("principal:entra/t/id-sleeper3"));
  EXPECT_EQ(fallen[0].footholds.size(), 2u) << "both were theirs";
}

// The portal first, on an account that had slept: the place is not its own for that.
TEST(Spray, ASleeperIsNotAtHomeWhereItWoke) {
  Log log = sleeping_accounts_tried();
  log.add(35990, "sleeper3", "120.2.3.4", "Chrome/119", 0, "portal");
  log.add(36000, "sleeper3", "120.2.3.4", "Chrome/119", 0, "powershell");
  log.table.settle();
  ASSERT_EQ(found_in(log.table, "success-after-spray").size(), 1u);
}

// Nor are three days from there a habit, or a week of other programs.
TEST(Spray, DaysAfterTheFallMakeNoHabit) {
  Log log = sleeping_accounts_tried();
  for (int day = 0; day < 5; ++day) {
    log.add(36000 + day * 1440, "sleeper3", "120.2.3.4", "Chrome/119", 0, "powershell");
    log.add(36030 + day * 1440, "sleeper3", "120.2.3.4", "Chrome/119", 0, "portal");
  }
  log.table.settle();
  const auto fallen = found_in(log.table, "success-after-spray");
  ASSERT_EQ(fallen.size(), 1u);
  EXPECT_TRUE(fallen[0].intruder);
}

// An administrator who takes up the very program, from where they always are, is nobody's victim.
TEST(Spray, WhoIsAtHomeMayUseTheProgramToo) {
  Log log = sleeping_accounts_tried();
  for (int day = 0; day < 5; ++day)
    log.add(26000 + day * 1440, "p4", "203.0.113.4", "Chrome/119", 0, "powershell");
  log.table.settle();
  EXPECT_THAT(found_in(log.table, "success-after-spray"), testing::IsEmpty());
}

// A scanner of weaknesses asks for the same three names that nobody has, each night of the log; whoever asks
// for people, or comes for a week, is none.
TEST(Spray, AScannerOfEveryNightIsNone) {
  const auto month = [](const std::vector<std::string> &names, int from, int until) {
    Log log;
    for (int week = 0; week < 5; ++week)
      for (int day = 0; day < 5; ++day)
        for (int i = 0; i < 12; ++i)
          log.add((week * 7 + day) * 1440 + 480 + i * 7, "p" + std::to_string(i),
                  i % 2 ? "192.0.2.1" : "203.0.113." + std::to_string(i), "Edge/140", 0);
    for (int day = from; day < until; ++day)
      for (std::size_t i = 0; i < names.size(); ++i)
        log.add(day * 1440 + 60 + static_cast<int>(i), names[i], "20.10.30.40", "Qualys", 50126);
    log.table.settle();
    return found_in(log.table).size();
  };
  EXPECT_EQ(month({"admin", "test", "guest"}, 0, 33), 0u);
  EXPECT_GE(month({"p1", "p2", "p3"}, 0, 33), 1u) << "somebody has these names";
  EXPECT_GE(month({"admin", "test", "guest"}, 20, 27), 1u) << "a week is a campaign";
}

TEST(Spray, EmptyAndTinyLogs) {
  Log log;
  EXPECT_EQ(found_in(log.table).size(), 0u);
  log.add(1, "a", "1.2.3.4", "x", 50126);
  EXPECT_EQ(found_in(log.table).size(), 0u);
}

}  // namespace
}  // namespace dislodge::detect

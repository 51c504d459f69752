// A spray of ten is told by its third try: every prefix of three and more gives an alert that holds them, in
// tenants that live, whatever the shape. One try, or two, are a slip.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "detect/spray.hpp"
#include "drawn.hpp"
#include "tenant_generator.hpp"

namespace dislodge::detect {
namespace {

constexpr int kTries = 10;
constexpr base::Time kBegin = base::Time{1'757'900'000'000'000};  // in the generated month, a Monday

struct Shape {
  const char *name;
  bool one_address;
  std::int64_t between;  // microseconds from try to try
  const char *agent;
  const char *client;
  const char *application;
  std::int32_t code;
};

constexpr Shape kShapes[] = {
    {"one address within minutes", true, 20 * base::kSecond, "python-requests/2.31", "Other clients",
     "aad-powershell", 50126},
    {"one address, a try an hour", true, base::kHour, "python-requests/2.31", "Other clients",
     "aad-powershell", 50126},
    {"one address, an everyday browser", true, 2 * base::kMinute, "Mozilla/5.0 Edg/140", "Browser",
     "outlook-web", 50126},
    {"one address by IMAP", true, base::kMinute, "BAV2ROPC", "IMAP4", "exchange", 50126},
    {"one address, locked", true, base::kMinute, "python-requests/2.31", "Other clients", "aad-powershell",
     50053},
    {"a new address a try, an own program", false, base::kMinute, "fasthttp", "Other clients",
     "aad-powershell", 50126},
};

void add_try(log::EventTable &table, const Shape &shape, int i) {
  log::Event event;
  event.time = kBegin + i * shape.between;
  event.source = log::Source::entra_signin;
  event.event_class = log::EventClass::interactive_signin;
  event.code = shape.code;
  event.outcome = shape.code == 50053 ? log::Outcome::blocked : log::Outcome::wrong_secret;
  event.file = table.file_index("spray.json");
  event.line = event.offset = static_cast<std::uint64_t>(i) + 1;
  event.tenant = table.pool.intern("t");
  event.actor_name = table.pool.intern("user" + std::to_string(3 + 7 * i) + "@t.example");
  event.actor_id = table.pool.intern("id-user" + std::to_string(3 + 7 * i) + "@t.example");
  event.actor_type = table.pool.intern("user");
  event.agent = table.pool.intern(shape.agent);
  event.client = table.pool.intern(shape.client);
  event.application_id = table.pool.intern(shape.application);
  event.address =
      table.pool.intern(shape.one_address ? "203.0.113.77" : "203.0.113." + std::to_string(100 + i));
  table.events.push_back(event);
}

std::size_t alerts(const log::EventTable &table, int tries) {
  std::size_t holding = 0;
  for (const Detection &one : detect(table, {}, builtin_options())) {
    if (one.kind != "spray") continue;
    std::size_t of_spray = 0;
    for (const EventReference &event : one.events) of_spray += event.source == "spray.json";
    EXPECT_EQ(of_spray, one.event_count) << one.says;
    holding += of_spray == static_cast<std::size_t>(tries);
  }
  return holding;
}

TEST(SprayPrefix, EveryPrefixFromTheThirdTryOnIsToldWhole) {
  TenantOptions options;
  options.users = 80;
  options.days = 20;
  options.failures_a_day = 25;
  for (const std::uint32_t seed : test::drawn({3u, 4u})) {
    options.seed = seed;
    for (const Shape &shape : kShapes) {
      log::EventTable growing = TenantGenerator(options).make().table;
      for (int tries = 1; tries <= kTries; ++tries) {
        add_try(growing, shape, tries - 1);
        log::EventTable table;
        table.append(growing);
        table.settle();
        EXPECT_EQ(alerts(table, tries), tries < 3 ? 0u : 1u)
            << shape.name << ", try " << tries << ", seed " << seed;
      }
    }
  }
}

}  // namespace
}  // namespace dislodge::detect

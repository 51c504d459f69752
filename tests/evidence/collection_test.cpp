#include "evidence/collection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dislodge::evidence {
namespace {

using testing::HasSubstr;

std::string error_of(std::string_view toml) {
  const auto parsed = parse_collection(toml, "a.collection.toml");
  EXPECT_FALSE(parsed);
  return parsed ? "" : parsed.error().message;
}

TEST(Collection, ReadsEveryField) {
  const auto parsed = parse_collection(R"([collection]
source = "m365-audit"
tenant = "t-1"
custodian = "helen.marsh@northwind.example"
collected_by = "ir@northwind.example"
collected_at = 2025-11-10T09:00:00+01:00
from = 2025-09-01
until = "2025-11-10T00:00:00Z"
query = "UserIds=helen"
expected_rows = 12000
complete = true
)",
                                       "x");
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->source, "m365-audit");
  EXPECT_EQ(parsed->tenant, "t-1");
  EXPECT_EQ(parsed->custodian, "helen.marsh@northwind.example");
  EXPECT_EQ(parsed->collected_by, "ir@northwind.example");
  EXPECT_EQ(parsed->query, "UserIds=helen");
  EXPECT_EQ(base::format_time(parsed->collected_at), "2025-11-10T08:00:00Z");
  EXPECT_EQ(base::format_time(parsed->from), "2025-09-01T00:00:00Z");
  EXPECT_EQ(base::format_time(parsed->until), "2025-11-10T00:00:00Z");
  EXPECT_EQ(parsed->expected_rows, 12000u);
  EXPECT_TRUE(parsed->complete);
}

TEST(Collection, WhatIsMissingIsUnknown) {
  const auto parsed = parse_collection("[collection]\nsource = \"mailbox\"\n", "x");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->from, base::kTimeMin);
  EXPECT_EQ(parsed->until, base::kTimeMax);
  EXPECT_FALSE(parsed->expected_rows);
  EXPECT_FALSE(parsed->complete);
}

TEST(Collection, UnknownKeysAreNamedWithTheirLine) {
  const std::string error = error_of("[collection]\nsource = \"x\"\ncustodain = \"y\"\n");
  EXPECT_THAT(error, HasSubstr("a.collection.toml:3"));
  EXPECT_THAT(error, HasSubstr("custodain"));
}

TEST(Collection, ErrorsSayWhatIsWrong) {
  EXPECT_THAT(error_of("[collection\n"), HasSubstr("a.collection.toml:1"));
  EXPECT_THAT(error_of("[other]\n"), HasSubstr("other"));
  EXPECT_THAT(error_of(""), HasSubstr("[collection]"));
  EXPECT_THAT(error_of("[collection]\nfrom = 7\n"), HasSubstr("from must be a time"));
  EXPECT_THAT(error_of("[collection]\ncomplete = \"yes\"\n"), HasSubstr("true or false"));
  EXPECT_THAT(error_of("[collection]\nexpected_rows = -1\n"), HasSubstr("expected_rows"));
  EXPECT_THAT(error_of("[collection]\nfrom = 2025-01-02\nuntil = 2025-01-01\n"), HasSubstr("earlier"));
}

}  // namespace
}  // namespace dislodge::evidence

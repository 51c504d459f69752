#include "engine/sightings.hpp"

#include <gtest/gtest.h>

#include "base/wire.hpp"

namespace dislodge::engine {
namespace {

StoredSighting seen(std::string item, std::uint64_t offset, std::string secret) {
  StoredSighting row;
  row.evidence = 3;
  row.secret = std::move(secret);
  row.record = 12;
  row.sighting.item = std::move(item);
  row.sighting.offset = offset;
  return row;
}

StoredSighting whole() {
  StoredSighting row = seen("a.mbox!/17!/2", 1ull << 40, "00112233445566778899aabbccddeeff");
  row.sighting.kind = "password";
  row.sighting.rule = "prose";
  row.sighting.mask = "O\xE2\x80\xA6 (8-15)";
  row.sighting.rejected = "a placeholder";
  row.sighting.line = 1ull << 33;
  row.sighting.column = 300;
  row.sighting.length = 17;
  row.sighting.space = evidence::Space::text;
  row.sighting.confidence = 0.734;
  row.sighting.quote_depth = 2;
  row.sighting.closing = secret::Closing::disclaimer;
  row.sighting.identifier = true;
  row.sighting.latent = true;
  row.sighting.hints = {{secret::HintKind::user, "kim@acme.example"}, {secret::HintKind::host, "db1"}};
  return row;
}

std::string encoded(const StoredSighting &row) {
  base::WireWriter out;
  out.number(static_cast<std::uint64_t>(row.evidence));
  out.number(static_cast<std::uint64_t>(row.record));
  out.text(row.secret);
  row.sighting.encode(out);
  return out.take();
}

TEST(Sightings, ARowComesBackAsItWentIn) {
  const SightingTable table = {seen("a", 0, "s"), whole()};
  EXPECT_EQ(encoded(table[1]), encoded(whole()));
  const SightingTable::Row row = table.row(1);
  EXPECT_EQ(row.secret, "00112233445566778899aabbccddeeff");
  EXPECT_EQ(row.sighting.item, "a.mbox!/17!/2");
  EXPECT_EQ(row.sighting.rejected, "a placeholder");
  EXPECT_EQ(row.sighting.closing, secret::Closing::disclaimer);
  ASSERT_EQ(row.sighting.hints().size(), 2u);
  EXPECT_EQ(row.sighting.hints()[1].value, "db1");
}

TEST(Sightings, WhatIsReplacedTakesThePlaceAndLeavesTheOthers) {
  SightingTable table = {seen("a", 0, "s"), whole(), seen("b", 1, "t")};
  StoredSighting other = table[1];
  other.sighting.kind = "token";
  other.sighting.hints.clear();
  const SightingTable::Row before = table.row(1);
  table.replace(1, other);
  EXPECT_EQ(before.sighting.kind, "password") << "what was borrowed stays";
  EXPECT_EQ(encoded(table[1]), encoded(other));
  EXPECT_EQ(table.size(), 3u);
  EXPECT_EQ(table.row(0).sighting.item, "a");
  EXPECT_EQ(table.row(2).secret, "t");
}

TEST(Sightings, RowsBeyondABlockAndLongerThanOne) {
  SightingTable table;
  const std::string longest(3 << 20, 'x');
  for (int i = 0; i < 20'000; ++i) table.push_back(seen("item " + std::to_string(i), 0, "s"));
  table.push_back(seen(longest, 0, "s"));
  table.push_back(seen("last", 7, "s"));
  EXPECT_EQ(table.row(0).sighting.item, "item 0");
  EXPECT_EQ(table.row(19'999).sighting.item, "item 19999");
  EXPECT_EQ(table.row(20'000).sighting.item, longest);
  const SightingTable moved = std::move(table);
  EXPECT_EQ(moved.row(20'001).sighting.offset, 7u);
}

TEST(Sightings, ADamagedBodyIsAnError) {
  base::WireWriter body;
  whole().sighting.encode(body);
  SightingTable table;
  for (std::size_t cut = 0; cut < body.bytes().size(); ++cut)
    EXPECT_FALSE(table.add(1, "s", 0, std::string_view(body.bytes()).substr(0, cut))) << cut;
  EXPECT_FALSE(table.add(1, "s", 0, body.bytes() + "x"));
  EXPECT_TRUE(table.empty());
  EXPECT_TRUE(table.add(1, "s", 0, body.bytes()));
}

}  // namespace
}  // namespace dislodge::engine

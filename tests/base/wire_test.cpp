#include "base/wire.hpp"

#include <gtest/gtest.h>

#include "base/encode.hpp"
#include "base/hash.hpp"
#include "base/json_writer.hpp"

namespace dislodge::base {
namespace {

TEST(Wire, RoundTrips) {
  WireWriter out;
  for (const std::uint64_t value : {0ull, 1ull, 127ull, 128ull, ~0ull}) out.number(value);
  for (const std::int64_t value : {INT64_MIN, -1l, 0l, INT64_MAX}) out.integer(value);
  out.text("grün");
  out.real(0.25);
  out.texts({"a", "", "b"});
  WireReader in(out.bytes());
  for (const std::uint64_t value : {0ull, 1ull, 127ull, 128ull, ~0ull}) EXPECT_EQ(in.number(), value);
  for (const std::int64_t value : {INT64_MIN, -1l, 0l, INT64_MAX}) EXPECT_EQ(in.integer(), value);
  EXPECT_EQ(in.text(), "grün");
  EXPECT_EQ(in.real(), 0.25);
  EXPECT_EQ(in.texts(), (std::vector<std::string>{"a", "", "b"}));
  EXPECT_TRUE(in.finish("test"));
}

TEST(Wire, HostileInputBreaksItOnceAndForAll) {
  WireWriter out;
  out.number(1u << 30);  // a count or a length that the rest cannot hold
  WireReader list(out.bytes());
  int calls = 0;
  list.list([&] { ++calls; });
  EXPECT_EQ(calls, 0);
  EXPECT_FALSE(list.ok());
  WireReader text(out.bytes());
  EXPECT_EQ(text.text(), "");
  EXPECT_FALSE(text.ok());
  WireReader endless(std::string_view("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"));
  endless.number();
  EXPECT_FALSE(endless.ok());
}

TEST(Encode, Base64BothWays) {
  for (std::size_t size = 0; size < 70; ++size) {
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(i * 37 + size);
    EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
    EXPECT_EQ(from_base64(to_base64(bytes, Base64Alphabet::url, false)), bytes);
  }
  EXPECT_FALSE(from_base64("a"));
  EXPECT_FALSE(from_base64("ab*d"));
}

TEST(Encode, Utf8) {
  EXPECT_TRUE(valid_utf8("grün 한국어 \xF0\x9F\x94\x91"));
  EXPECT_FALSE(valid_utf8("\xC0\xAF"));
  EXPECT_FALSE(valid_utf8("\xED\xA0\x80"));
  EXPECT_FALSE(valid_utf8("\xF4\x90\x80\x80"));
  EXPECT_EQ(to_valid_utf8("a\xFFz"), "a\xEF\xBF\xBDz");
}

TEST(Json, EscapesAndSeparates) {
  JsonWriter json;
  json.object([&] {
    json.field("a", "q\"\\\n\x01");
    json.field("none", nullptr);
    json.list_field("list", std::vector<std::string>{"x", "y"});
    json.object_field("o", [&] { json.field("t", kTimeMax); });
  });
  EXPECT_EQ(json.text(),
            "{\"a\":\"q\\\"\\\\\\n\\u0001\",\"none\":null,\"list\":[\"x\",\"y\"],\"o\":{\"t\":null}}");
}

TEST(Hash, KnownVectors) {
  EXPECT_EQ(to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(sha1("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(crc32("123456789"), 0xCBF43926u);
  Sha256Stream stream;
  stream.add("a");
  stream.add("bc");
  EXPECT_EQ(stream.finish(), sha256("abc"));
}

}  // namespace
}  // namespace dislodge::base

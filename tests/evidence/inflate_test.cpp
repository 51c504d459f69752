#include "evidence/inflate.hpp"

#include <gtest/gtest.h>
#include <libdeflate.h>
#include <zstd.h>

#include "evidence/unzstd.hpp"
#include "zip_writer.hpp"

namespace dislodge::evidence {
namespace {

constexpr std::uint64_t kPlenty = 1ull << 30;

std::string sample(std::size_t size) {
  std::string out;
  for (std::uint32_t i = 0; out.size() < size; ++i)
    out += "entry " + std::to_string(i * 2654435761u) + (i % 7 == 0 ? "\n" : "; ");
  out.resize(size);
  return out;
}

TEST(Inflate, GivesBackWhatWasPackedAtEveryLevelAndSize) {
  Inflater inflater;
  for (const std::size_t size : {0, 1, 5, 1000, 70'000, 500'000}) {
    const std::string content = sample(size);
    for (const int level : {0, 1, 6, 12}) {
      const std::string packed = deflate(content, level);
      for (const std::uint64_t expected : {std::uint64_t{0}, std::uint64_t{size}, std::uint64_t{size / 2}}) {
        const Inflated out = inflater.raw(packed + "behind", expected, kPlenty);
        EXPECT_EQ(out.end, InflateEnd::complete);
        EXPECT_EQ(out.consumed, packed.size());
        EXPECT_EQ(out.bytes, content);
      }
      // The decoder of our own: with a small cap it is the only one used.
      if (size < 100'000) {
        const Inflated slow = inflater.raw(packed, 0, 110'000);
        EXPECT_EQ(slow.end, InflateEnd::complete);
        EXPECT_EQ(slow.bytes, content);
        EXPECT_EQ(slow.consumed, packed.size());
      }
    }
  }
}

TEST(Inflate, ACutStreamGivesEveryByteBeforeTheCut) {
  Inflater inflater;
  const std::string content = sample(300'000);
  const std::string packed = deflate(content, 6);
  std::size_t last = 0;
  for (std::size_t cut = 100; cut < packed.size(); cut += packed.size() / 13) {
    const Inflated out = inflater.raw(std::string_view(packed).substr(0, cut), content.size(), kPlenty);
    EXPECT_EQ(out.end, InflateEnd::truncated);
    EXPECT_EQ(out.bytes, content.substr(0, out.bytes.size()));
    EXPECT_GE(out.bytes.size(), last);
    last = out.bytes.size();
  }
  EXPECT_GT(last, content.size() / 2);
}

TEST(Inflate, TheCapHolds) {
  Inflater inflater;
  const std::string content(3 << 20, 'a');
  const std::string packed = deflate(content);
  for (const std::uint64_t cap :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{70'000}, std::uint64_t{1 << 20}}) {
    const Inflated out = inflater.raw(packed, content.size(), cap);
    EXPECT_EQ(out.end, InflateEnd::limit);
    EXPECT_LE(out.bytes.size(), cap);
    EXPECT_GE(out.bytes.size() + 65'536, cap);
  }
}

TEST(Inflate, ZlibChecksItsHeaderAndSum) {
  libdeflate_compressor *compressor = libdeflate_alloc_compressor(6);
  const std::string content = sample(5000);
  std::string packed(10'000, '\0');
  packed.resize(
      libdeflate_zlib_compress(compressor, content.data(), content.size(), packed.data(), packed.size()));
  libdeflate_free_compressor(compressor);
  Inflater inflater;
  Inflated out = inflater.zlib(packed, 0, kPlenty);
  EXPECT_EQ(out.end, InflateEnd::complete);
  EXPECT_EQ(out.bytes, content);
  EXPECT_EQ(out.consumed, packed.size());
  std::string bad = packed;
  bad.back() = static_cast<char>(bad.back() ^ 1);
  out = inflater.zlib(bad, 0, kPlenty);
  EXPECT_EQ(out.end, InflateEnd::damaged);
  EXPECT_EQ(out.bytes, content);  // all there all the same
  bad = packed;
  bad[0] = 'x' + 1;
  EXPECT_EQ(inflater.zlib(bad, 0, kPlenty).end, InflateEnd::damaged);
  std::string exact(content.size(), '\0');
  std::size_t consumed = 0;
  EXPECT_TRUE(inflater.zlib_exact(packed, exact.data(), exact.size(), consumed));
  EXPECT_EQ(exact, content);
  EXPECT_EQ(consumed, packed.size());
  EXPECT_FALSE(inflater.zlib_exact(packed, exact.data(), exact.size() - 1, consumed));
}

TEST(Inflate, Deflate64ReadsItsLongMatchesAndDistances) {
  // By hand: a fixed block with the literal 'a', a match of the last length code (16 extra bits: 3 + 65,000)
  // at distance 1, and the end.
  std::string packed;
  std::uint64_t bits = 0;
  int held = 0;
  const auto put = [&](std::uint32_t value, int count) {
    bits |= static_cast<std::uint64_t>(value) << held;
    for (held += count; held >= 8; held -= 8, bits >>= 8) packed += static_cast<char>(bits);
  };
  const auto code = [&](std::uint32_t value, int count) {
    for (int i = count - 1; i >= 0; --i) put(value >> i & 1, 1);
  };
  put(1, 1);
  put(1, 2);
  code(0x30 + 'a', 8);
  code(0xC0 + 285 - 280, 8);
  put(65'000, 16);
  code(0, 5);
  code(0, 7);
  put(0, 7);
  Inflater inflater;
  const Inflated out = inflater.deflate64(packed, kPlenty);
  EXPECT_EQ(out.end, InflateEnd::complete);
  EXPECT_EQ(out.bytes, std::string(65'004, 'a'));
}

TEST(Inflate, NoiseEndsQuietly) {
  Inflater inflater;
  std::uint32_t seed = 9;
  for (int round = 0; round < 2000; ++round) {
    std::string noise;
    for (int i = 0; i < 200; ++i) {
      seed = seed * 1664525 + 1013904223;
      noise += static_cast<char>(seed >> 24);
    }
    EXPECT_LE(inflater.raw(noise, 0, 1 << 20).consumed, noise.size());
    EXPECT_LE(inflater.deflate64(noise, 1 << 20).consumed, noise.size());
  }
}

TEST(Unzstd, ReadsFramesInARowWithinACap) {
  const std::string content = sample(400'000);
  std::string packed(ZSTD_compressBound(content.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), content.data(), content.size(), 3));
  Unzstd unzstd;
  Inflated out = unzstd.unpack(packed + packed + "tail", 0, kPlenty);
  EXPECT_EQ(out.end, InflateEnd::complete);
  EXPECT_EQ(out.bytes, content + content);
  EXPECT_EQ(out.consumed, packed.size() * 2);
  out = unzstd.unpack(packed, content.size(), 1000);
  EXPECT_EQ(out.end, InflateEnd::limit);
  EXPECT_EQ(out.bytes, content.substr(0, 1000));
  out = unzstd.unpack(std::string_view(packed).substr(0, packed.size() - 1), 0, kPlenty);
  EXPECT_EQ(out.end, InflateEnd::truncated);
  out = unzstd.unpack("not zstd at all", 0, kPlenty);
  EXPECT_EQ(out.end, InflateEnd::damaged);
}

}  // namespace
}  // namespace dislodge::evidence

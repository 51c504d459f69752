#include "log/shape.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dislodge::log {
namespace {

struct Split {
  std::vector<std::string> records;
  std::vector<RecordSpan> spans;
  std::vector<BadSpan> bad;
  SplitResult result;
};

Split split(std::string_view bytes, SplitOptions options = {}) {
  Split out;
  out.result = split_json(
      bytes, options,
      [&](const RecordSpan &span) {
        out.records.emplace_back(bytes.substr(span.offset, span.length));
        out.spans.push_back(span);
      },
      [&](const BadSpan &bad) { out.bad.push_back(bad); });
  return out;
}

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Shape, OneRecordALine) {
  const Split out = split("{\"a\":1}\n{\"b\":\"x}{\"}\r\n\n{\"c\":3}");
  EXPECT_THAT(out.records, ElementsAre("{\"a\":1}", "{\"b\":\"x}{\"}", "{\"c\":3}"));
  EXPECT_EQ(out.spans[1].line, 2u);
  EXPECT_EQ(out.spans[2].line, 4u);
  EXPECT_EQ(out.spans[2].offset, 22u);
  EXPECT_TRUE(out.bad.empty());
}

TEST(Shape, ArrayOfIndentedRecords) {
  const Split out = split("[\n  {\n    \"a\": \"]\"\n  },\n  {\n    \"b\": [1, 2]\n  }\n]\n");
  ASSERT_EQ(out.records.size(), 2u);
  EXPECT_EQ(out.spans[0].line, 2u);
  EXPECT_EQ(out.spans[1].line, 5u);
  EXPECT_EQ(out.spans[1].column, 1u);
  EXPECT_TRUE(out.bad.empty());
}

TEST(Shape, ConcatenatedArraysWithMarksBetween) {
  const Split out =
      split("\xEF\xBB\xBF[{\"a\":1},{\"a\":2}]\r\n\r\n\xEF\xBB\xBF[{\"a\":3}]\n{\"a\":4}\n{\"a\":5}\n");
  EXPECT_THAT(out.records, ElementsAre("{\"a\":1}", "{\"a\":2}", "{\"a\":3}", "{\"a\":4}", "{\"a\":5}"));
  EXPECT_EQ(out.spans[1].column, 13u);
  EXPECT_TRUE(out.bad.empty());
}

TEST(Shape, GraphPagesAndTheNextPageThatIsMissing) {
  const Split out = split(
      "{\"@odata.context\":\"x\",\"value\":[{\"a\":1},{\"a\":2}],\"@odata.nextLink\":\"y\"}\n"
      "{\"@odata.context\":\"x\",\"value\":[{\"a\":3}],\"@odata.nextLink\":\"z\"}");
  EXPECT_THAT(out.records, ElementsAre("{\"a\":1}", "{\"a\":2}", "{\"a\":3}"));
  EXPECT_EQ(out.result.pages, 2u);
  EXPECT_TRUE(out.result.last_page_continues);
}

TEST(Shape, RecordsInEnvelopesOfEventHubs) {
  const Split out =
      split("{\"records\":[{\"a\":1}]}\n{\"Records\": [ {\"a\":2} , {\"a\":3}]}\n{\"records\":[]}\n");
  EXPECT_EQ(out.records.size(), 3u);
  EXPECT_TRUE(out.bad.empty());
}

TEST(Shape, AMemberNamedValueIsNoPage) {
  const Split out = split("{\"value\":\"x\",\"a\":{\"value\":[{\"b\":1}]}}\n{\"value\":[1,2]}\n");
  EXPECT_EQ(out.records.size(), 2u);
  EXPECT_EQ(out.result.pages, 0u);
}

TEST(Shape, HalfALineAtTheEndIsTold) {
  const Split out = split("{\"a\":1}\n{\"b\":\"hal");
  EXPECT_EQ(out.records.size(), 1u);
  ASSERT_EQ(out.bad.size(), 1u);
  EXPECT_EQ(out.bad[0].line, 2u);
  EXPECT_EQ(out.bad[0].length, 9u);
  EXPECT_THAT(out.bad[0].reason, HasSubstr("file ends"));
}

TEST(Shape, HalfALineInTheMiddleCostsItselfOnly) {
  for (const char *half : {"{\"b\":\"hal", "{\"b\":", "{\"b\":{\"c\":[", "no json at all"}) {
    const Split out = split("{\"a\":1}\n" + std::string(half) + "\n{\"c\":3}\n{\"d\":4}\n");
    EXPECT_THAT(out.records, ElementsAre("{\"a\":1}", "{\"c\":3}", "{\"d\":4}")) << half;
    ASSERT_EQ(out.bad.size(), 1u) << half;
    EXPECT_EQ(out.bad[0].line, 2u) << half;
  }
}

TEST(Shape, HalfAFirstLine) {
  for (const char *half : {"{\"b\":\"hal", "{\"b\":", "{\"b\":{\"c\":["}) {
    const Split out = split(std::string(half) + "\n{\"c\":3}\n{\"d\":4}\n");
    EXPECT_THAT(out.records, ElementsAre("{\"c\":3}", "{\"d\":4}")) << half;
    EXPECT_EQ(out.bad.size(), 1u) << half;
  }
}

TEST(Shape, APageThatIsCutOff) {
  const Split out = split("{\"value\":[{\"a\":1},{\"a\":2},{\"a\":\"ha");
  EXPECT_EQ(out.records.size(), 2u);
  EXPECT_FALSE(out.bad.empty());
  const Split between = split("[{\"a\":1},{\"a\":2},");
  EXPECT_EQ(between.records.size(), 2u);
  ASSERT_EQ(between.bad.size(), 1u);
  EXPECT_THAT(between.bad[0].reason, HasSubstr("cut off"));
}

TEST(Shape, AnEndlessLineIsTooLarge) {
  SplitOptions options;
  options.limits.line_bytes_max = 1000;
  const Split out = split("{\"a\":1}\n{\"b\":\"" + std::string(5000, 'x') + "\"}\n{\"c\":3}\n", options);
  EXPECT_THAT(out.records, ElementsAre("{\"a\":1}", "{\"c\":3}"));
  ASSERT_EQ(out.bad.size(), 1u);
  EXPECT_EQ(out.bad[0].state, evidence::LedgerState::too_large);
  EXPECT_EQ(out.bad[0].length, 5008u);
  const Split first = split("{\"b\":\"" + std::string(5000, 'x') + "\"}\n{\"c\":3}\n", options);
  EXPECT_EQ(first.records.size(), 1u);
  EXPECT_EQ(first.bad.at(0).state, evidence::LedgerState::too_large);
}

TEST(Shape, DeepNestingNeedsNoStack) {
  const std::string deep(200'000, '[');
  const Split out = split("{\"a\":" + deep + std::string(200'000, ']') + "}\n{\"b\":1}\n");
  EXPECT_EQ(out.records.size(), 2u);
  split(deep);
  split("{\"a\":" + deep);
}

// Cut anywhere, ranges give each record to exactly one of them, with the same line numbers.
TEST(Shape, RangesOwnTheLinesThatBeginInThem) {
  std::string text;
  for (int i = 0; i < 40; ++i)
    text += "{\"n\":" + std::to_string(i) + ",\"t\":\"" + std::string(static_cast<std::size_t>(i % 7), 'x') +
            "\"}\n";
  const Split whole = split(text);
  for (std::size_t step = 1; step < 90; ++step) {
    std::vector<std::string> records;
    std::vector<std::uint64_t> lines;
    for (std::size_t begin = 0; begin < text.size(); begin += step) {
      SplitOptions options;
      options.begin = begin;
      options.end = begin + step;
      for (const Split &part = split(text, options); const RecordSpan &span : part.spans) {
        records.push_back(text.substr(span.offset, span.length));
        lines.push_back(span.line);
      }
    }
    ASSERT_EQ(records, whole.records) << step;
    for (std::size_t i = 0; i < lines.size(); ++i) ASSERT_EQ(lines[i], i + 1);
  }
}

// Whatever comes, it ends, and what is given lies inside the bytes and is not given twice.
TEST(Shape, GarbageIsSurvived) {
  std::uint64_t state = 7;
  const std::string_view alphabet = "{}[]\",:\\\n ab1";
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (int i = 0; i < 60; ++i) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      text += alphabet[(state >> 33) % alphabet.size()];
    }
    const Split out = split(text);
    std::uint64_t last = 0;
    for (const RecordSpan &span : out.spans) {
      ASSERT_GE(span.offset, last) << text;
      last = span.offset + span.length;
      ASSERT_LE(last, text.size()) << text;
    }
  }
}

}  // namespace
}  // namespace dislodge::log

#include "serve/json_list.hpp"

#include <gmock/gmock.h>

#include "base/json_writer.hpp"

namespace dislodge::serve {
namespace {

std::string line(std::string_view item, std::string_view state, std::uint64_t size) {
  base::JsonWriter json;
  json.object([&] {
    json.field("schema", 1);
    json.field("item", item);
    json.field("state", state);
    json.field("reason", nullptr);
    json.field("size", size);
    json.field("whole", size > 5);
  });
  return json.take() + "\n";
}

ListQuery query(const Parameters &parameters) {
  const auto made = ListQuery::from(parameters);
  EXPECT_TRUE(made) << made.error().message;
  return made.value_or(ListQuery{});
}

std::string refused(const Parameters &parameters) {
  const auto made = ListQuery::from(parameters);
  return made ? "" : made.error().message;
}

TEST(JsonList, GivesPagesInOrderAndCountsAll) {
  std::string lines;
  for (std::uint64_t i = 0; i < 10; ++i) lines += line("i" + std::to_string(i), "read", i);
  const JsonList list(lines);
  const ListPage page = list.page(query({{"offset", "8"}, {"limit", "5"}}));
  const std::string last = line("i9", "read", 9);
  EXPECT_EQ(page.json, "[" + line("i8", "read", 8).substr(0, line("i8", "read", 8).size() - 1) + "," +
                           last.substr(0, last.size() - 1) + "]");
  EXPECT_EQ(page.total, 10u);
  EXPECT_EQ(page.matching, 10u);
  EXPECT_EQ(list.page(query({{"offset", "10"}})).json, "[]");
  EXPECT_EQ(list.page(query({{"offset", "9223372036854775807"}})).json, "[]");
  EXPECT_EQ(JsonList("").page({}).json, "[]");
}

TEST(JsonList, FiltersByWordsOfTheValuesWhateverTheirCase) {
  const JsonList list(line("exec.mbox!/17", "read", 1) + line("EXEC.mbox!/18", "damaged", 2) +
                      line("other", "read", 3));
  EXPECT_EQ(list.page(query({{"q", "Exec.MBOX"}})).matching, 2u);
  EXPECT_EQ(list.page(query({{"q", " exec \t damaged "}})).matching, 1u);
  // Names of fields and the schema are not searched, else every row would match.
  EXPECT_EQ(list.page(query({{"q", "state"}})).matching, 0u);
  EXPECT_EQ(list.page(query({{"q", "schema"}})).matching, 0u);
  const ListPage second = list.page(query({{"q", "exec"}, {"offset", "1"}, {"limit", "1"}}));
  EXPECT_EQ(second.matching, 2u);
  EXPECT_THAT(second.json, testing::HasSubstr("EXEC.mbox!/18"));
  EXPECT_THAT(second.json, testing::Not(testing::HasSubstr("/17")));
}

TEST(JsonList, FindsWhatJsonEscapes) {
  const JsonList list(line("C:\\mail \"draft\"", "read", 1) + line("Grüße", "read", 1));
  EXPECT_EQ(list.page(query({{"q", "c:\\mail"}})).matching, 1u);
  EXPECT_EQ(list.page(query({{"q", "\"draft\""}})).matching, 1u);
  EXPECT_EQ(list.page(query({{"q", "Grüße"}})).matching, 1u);
}

TEST(JsonList, FiltersByWholeFields) {
  const JsonList list(line("a", "read", 1) + line("b", "read-in-part", 12) +
                      line("\"state\":\"read\"", "damaged", 123));
  EXPECT_EQ(list.page(query({{"where", "state:read"}})).matching, 1u);
  EXPECT_EQ(list.page(query({{"where", "size:12"}})).matching, 1u);
  EXPECT_EQ(list.page(query({{"where", "whole:true"}})).matching, 2u);
  EXPECT_EQ(list.page(query({{"where", "reason:null"}})).matching, 3u);
  EXPECT_EQ(list.page(query({{"where", "state:read"}, {"where", "item:a"}})).matching, 1u);
  EXPECT_EQ(list.page(query({{"where", "state:read"}, {"where", "item:b"}})).matching, 0u);
  EXPECT_EQ(list.page(query({{"where", "item:\"state\":\"read\""}})).matching, 1u);
  EXPECT_EQ(list.page(query({{"where", "sta:read"}})).matching, 0u);
}

TEST(JsonList, RefusesParametersThatMeanNothing) {
  for (const char *bad : {"", "-1", "1x", "99999999999999999999", " 1"})
    EXPECT_NE(refused({{"offset", bad}}), "") << bad;
  EXPECT_EQ(refused({{"limit", "0"}}), "limit takes a number from 1 to 1000");
  EXPECT_NE(refused({{"limit", "1001"}}), "");
  EXPECT_NE(refused({{"where", "state"}}), "");
  EXPECT_NE(refused({{"where", ":read"}}), "");
  EXPECT_NE(refused({{"q", std::string(1001, 'a')}}), "");
  Parameters many;
  for (int i = 0; i < 9; ++i) many.emplace("where", "a:b");
  EXPECT_NE(refused(many), "");
  EXPECT_EQ(refused({{"else", "x"}}), "");
}

TEST(JsonList, ReadsBrokenLinesWithoutHarm) {
  for (const char *broken : {"{", "\"", "\"\\", "{\"a\":\"\\u", "{\"a\":-", "\"a\":", "{\"schema\":1,"})
    EXPECT_EQ(JsonList(broken).page(query({{"q", "zz"}})).matching, 0u) << broken;
}

TEST(JsonList, FiltersByTimeAndKeepsWhatHasNone) {
  const JsonList list(
      R"({"schema":1,"item":"early","time":"2023-11-20T00:00:00Z"})"
      "\n"
      R"({"schema":1,"item":"spans","first":"2023-11-01T00:00:00Z","last":"2024-01-01T00:00:00Z"})"
      "\n"
      R"({"schema":1,"item":"holds on","since":"2023-10-01T00:00:00Z"})"
      "\n"
      R"({"schema":1,"item":"late","time":"2024-02-01T00:00:00Z"})"
      "\n"
      R"({"schema":1,"item":"timeless","time":null})"
      "\n");
  const auto names = [&](const Parameters &parameters) {
    const std::string json = list.page(query(parameters)).json;
    std::string out;
    for (const char *name : {"early", "spans", "holds on", "late", "timeless"})
      if (json.find(name) != json.npos) out += std::string(name) + ",";
    return out;
  };
  EXPECT_EQ(names({{"from", "2023-12-01"}, {"until", "2023-12-02"}}), "spans,holds on,timeless,");
  EXPECT_EQ(names({{"until", "2023-11-20T00:00:00Z"}}), "spans,holds on,timeless,");  // half-open
  EXPECT_EQ(names({{"from", "2023-11-20T00:00:00Z"}}), "early,spans,holds on,late,timeless,");
  EXPECT_EQ(names({{"from", ""}, {"until", ""}}), "early,spans,holds on,late,timeless,");
  EXPECT_THAT(refused({{"from", "yesterday"}}), testing::HasSubstr("from takes a time"));
}

TEST(JsonList, SortsByAnyFieldWithWhatHasNoneLast) {
  const JsonList list(
      "{\"schema\":1,\"name\":\"b\",\"count\":10}\n{\"schema\":1,\"name\":\"A\",\"count\":9}\n"
      "{\"schema\":1,\"name\":null,\"count\":100}\n{\"schema\":1,\"name\":{\"organisation\":\"c\"},\"count\":"
      "2}\n");
  const auto counts = [&](const std::string &sort, const std::string &q = "") {
    const std::string json = list.page(*ListQuery::from({{"sort", sort}, {"q", q}})).json;
    std::string out;
    for (std::size_t at = 0; (at = json.find("\"count\":", at)) != json.npos; ++at)
      out += json.substr(at + 8, json.find('}', at) - at - 8) + " ";
    return out;
  };
  EXPECT_EQ(counts("count"), "2 9 10 100 ");
  EXPECT_EQ(counts("-count"), "100 10 9 2 ");
  EXPECT_EQ(counts("name"), "9 10 2 100 ");
  EXPECT_EQ(counts("-name"), "2 10 9 100 ");
  EXPECT_EQ(counts("nothing"), "10 9 100 2 ");
  EXPECT_EQ(counts("-count", "1"), "100 10 ");
}

}  // namespace
}  // namespace dislodge::serve

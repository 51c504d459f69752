#include "serve/json_list.hpp"

#include <gmock/gmock.h>

#include <algorithm>

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

TEST(JsonList, CountsWhatEachFilterWouldShow) {
  const JsonList list(line("exec.mbox!/17", "read", 1) + line("exec.mbox!/18", "damaged", 2) +
                      line("other", "read", 9));
  const std::vector<std::pair<std::string, std::string>> asked{
      {"state", "read"}, {"state", "damaged"}, {"state", "crashed"}, {"whole", "true"}};
  EXPECT_THAT(list.counts({}, asked), testing::ElementsAre(2u, 1u, 0u, 1u));
  EXPECT_THAT(list.counts(query({{"q", "exec"}}), asked), testing::ElementsAre(1u, 1u, 0u, 0u));
  // What is chosen now is left aside: the others say what choosing them instead would show.
  EXPECT_THAT(list.counts(query({{"where", "state:damaged"}}), asked), testing::ElementsAre(2u, 1u, 0u, 1u));
}

TEST(JsonList, FindsAValueWhereverInTheRowItsFieldStands) {
  const JsonList list(R"({"schema":1,"id":"a","from":[{"id":"b"},{"id":"b"}],"says":"\"id\":\"c\""})"
                      "\n"
                      R"({"schema":1,"id":"b","from":[]})"
                      "\n"
                      R"({"schema":1,"id":12,"from":[]})"
                      "\n"
                      R"({"schema":1,"id":"12","from":[]})"
                      "\n");
  const auto matching = [&](const char *where) { return list.page(query({{"where", where}})).matching; };
  EXPECT_EQ(matching("id:a"), 1u);
  EXPECT_EQ(matching("id:b"), 2u);  // a row that has it twice is one row
  EXPECT_EQ(matching("id:c"), 0u);  // text is no field
  EXPECT_EQ(matching("id:12"), 2u);
}

// Whatever is asked for together, the rows are those that each alone would leave, in the order asked for.
TEST(JsonList, AllFiltersTogetherGiveWhatEachLeaves) {
  const auto row = [](std::uint64_t i) {
    return line((i % 3 == 0 ? "exec" : "other") + std::to_string(i) + "x", i % 2 == 1 ? "damaged" : "read",
                i * 7 % 100);
  };
  std::string lines;
  std::vector<std::uint64_t> wanted;
  for (std::uint64_t i = 0; i < 500; ++i) {
    lines += row(i);
    if (i % 3 == 0 && i % 10 == 7) wanted.push_back(i);
  }
  std::stable_sort(wanted.begin(), wanted.end(), [](auto a, auto b) { return a * 7 % 100 > b * 7 % 100; });
  std::string rows;
  for (const std::uint64_t i : wanted)
    rows += (rows.empty() ? "" : ",") + row(i).substr(0, row(i).size() - 1);
  const JsonList list(lines);
  list.prepare({"state"}, {"size"});
  const Parameters asked{{"q", "7x EXEC"}, {"where", "state:damaged"}, {"sort", "-size"}, {"limit", "1000"}};
  EXPECT_EQ(list.page(query(asked)).json, "[" + rows + "]");
  EXPECT_EQ(list.page(query(asked)).matching, wanted.size());  // and when asked again
}

}  // namespace
}  // namespace dislodge::serve

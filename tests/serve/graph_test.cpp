#include "serve/graph.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include "reach/solve.hpp"

namespace dislodge::serve {
namespace {

using testing::HasSubstr;

// A mailbox that was exposed, the secrets in it, and principals that they authenticate, in a chain.
engine::Picture chain(int length) {
  engine::Picture made;
  reach::Program program;
  reach::NodeId before = program.add(reach::NodeType::resource, "resource:mailbox/a", "ceo@example");
  reach::EdgeSpec exposure;
  exposure.rule = reach::Rule::exposure;
  exposure.fact = reach::FactKind::exposure;
  exposure.conclusion = before;
  exposure.valid = {base::Time{1'700'000'000'000'000}, base::kTimeMax};
  exposure.evidence = "ceo.mbox";
  program.add(exposure);
  std::string last;
  for (int i = 0; i < length; ++i) {
    last = "principal:x/" + std::to_string(i);
    reach::EdgeSpec step;
    step.rule = reach::Rule::control;
    step.conclusion = program.add(reach::NodeType::principal, last, "p" + std::to_string(i));
    step.premises = {before};
    program.add(step);
    before = step.conclusion;
  }
  made.reach.confirmed = reach::solve(program, reach::Grade::confirmed);
  made.reach.possible = reach::solve(program, reach::Grade::possible);
  made.reach.program = std::move(program);
  reach::ReachRow row;
  row.id = last;
  row.type = "principal";
  row.name = "p";
  row.grade = reach::Grade::possible;
  row.since = exposure.valid.from;
  row.intervals = base::IntervalSet(exposure.valid);
  made.reach.rows.push_back(row);
  return made;
}

TEST(Graph, ArrowsPointFromEvidenceToTheThing) {
  const engine::Picture picture = chain(4);
  const auto text = graph_json(picture, picture.reach.rows[0].id);
  ASSERT_TRUE(text) << text.error().message;
  simdjson::dom::parser parser;
  const simdjson::dom::element graph = parser.parse(*text);
  EXPECT_EQ(uint64_t(graph["cut"]), 0u);
  std::map<uint64_t, uint64_t> column;
  for (const simdjson::dom::element node : graph["nodes"]) column[node["step"]] = node["column"];
  EXPECT_EQ(column.size(), 5u);
  std::size_t edges = 0;
  for (const simdjson::dom::element edge : graph["edges"]) {
    EXPECT_LT(column.at(edge.at(0)), column.at(edge.at(1)));
    ++edges;
  }
  EXPECT_EQ(edges, 4u);
  EXPECT_THAT(*text, HasSubstr("ceo.mbox"));
}

TEST(Graph, ALongProofIsCutAtTheEvidence) {
  const engine::Picture picture = chain(700);
  const auto text = graph_json(picture, picture.reach.rows[0].id);
  ASSERT_TRUE(text);
  simdjson::dom::parser parser;
  const simdjson::dom::element graph = parser.parse(*text);
  EXPECT_EQ(uint64_t(graph["cut"]), 701 - kGraphNodesMax);
  EXPECT_EQ(simdjson::dom::array(graph["nodes"]).size(), kGraphNodesMax);
}

TEST(Graph, WhatIsNotReachedIsSaid) {
  const auto text = graph_json(chain(1), "principal:x/elsewhere");
  ASSERT_FALSE(text);
  EXPECT_THAT(text.error().message, HasSubstr("not within"));
}

TEST(Lanes, HoldTheActsConfirmedFirstAndCountTheRest) {
  engine::Picture picture = chain(1);
  for (int i = 0; i < 400; ++i) picture.reach.rows.push_back(picture.reach.rows[0]);
  picture.reach.rows.back().grade = reach::Grade::confirmed;
  picture.reach.rows.back().name = "seen";
  detect::Detection act;
  act.id = "detection:1";
  act.intruder = true;
  act.grade = detect::Grade::confirmed;
  act.says = "they signed in";
  act.first = act.last = base::Time{1'700'000'000'000'000};
  picture.detections.push_back(act);
  const std::string text = lanes_json(picture);
  simdjson::dom::parser parser;
  const simdjson::dom::element lanes = parser.parse(text);
  const simdjson::dom::element acts = lanes["lanes"].at(0), acting = lanes["lanes"].at(1);
  EXPECT_EQ(std::string_view(acts["bars"].at(0)["says"]), "they signed in");
  EXPECT_EQ(std::string_view(acting["bars"].at(0)["grade"]), "confirmed");
  EXPECT_EQ(uint64_t(acting["left_out"]), 401 - kLaneBarsMax);
}

}  // namespace
}  // namespace dislodge::serve

#include "serve/graph.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <map>
#include <set>

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

// A mailbox that was exposed with so many passwords, each of which opens an account of its own.
engine::Picture wide(int passwords) {
  engine::Picture made;
  reach::Program program;
  const reach::NodeId mailbox = program.add(reach::NodeType::resource, "resource:mailbox/a", "ceo@example");
  reach::EdgeSpec exposure;
  exposure.rule = reach::Rule::exposure;
  exposure.fact = reach::FactKind::exposure;
  exposure.conclusion = mailbox;
  exposure.valid = {base::Time{1'700'000'000'000'000}, base::kTimeMax};
  program.add(exposure);
  for (int i = 0; i < passwords; ++i) {
    reach::EdgeSpec learn, opens;
    learn.rule = reach::Rule::learn;
    learn.conclusion = program.add(reach::NodeType::secret, "secret:" + std::to_string(i), "password");
    learn.premises = {mailbox};
    program.add(learn);
    opens.rule = reach::Rule::authenticate;
    opens.conclusion =
        program.add(reach::NodeType::principal, "principal:x/" + std::to_string(i), "p" + std::to_string(i));
    opens.premises = {learn.conclusion};
    program.add(opens);
  }
  made.reach.confirmed = reach::solve(program, reach::Grade::confirmed);
  made.reach.possible = reach::solve(program, reach::Grade::possible);
  made.reach.program = std::move(program);
  return made;
}

TEST(ReachGraph, TakesAllPlacesThatItHasAndCountsTheRest) {
  const engine::Picture picture = wide(1500);
  for (const std::size_t asked_for : {60u, 500u, 9000u}) {
    const auto text = reach_graph_json(picture, "", asked_for);
    ASSERT_TRUE(text) << text.error().message;
    simdjson::dom::parser parser;
    const simdjson::dom::element graph = parser.parse(*text);
    const std::size_t most = std::min(asked_for, kGraphNodesMax);
    const simdjson::dom::array things(graph["things"]);
    EXPECT_LE(things.size(), most);
    EXPECT_GE(things.size(), most * 9 / 10) << asked_for;
    std::uint64_t told = uint64_t(graph["left_out"]);
    std::set<std::pair<uint64_t, uint64_t>> places;
    for (const simdjson::dom::element thing : things) {
      told += uint64_t(thing["count"]);
      places.emplace(thing["column"], thing["row"]);
    }
    EXPECT_EQ(places.size(), things.size()) << "two things in one place";
    // Each mailbox, password and account is drawn, stands among those drawn as one, or is counted.
    EXPECT_EQ(told, 1u + 2 * 1500u) << asked_for;
  }
}

TEST(ReachGraph, AProofThatIsLongerThanThereIsRoomForIsCutAtItsBeginning) {
  const engine::Picture picture = chain(700);
  const auto text = reach_graph_json(picture, picture.reach.rows[0].id, 500);
  ASSERT_TRUE(text) << text.error().message;
  simdjson::dom::parser parser;
  const simdjson::dom::element graph = parser.parse(*text);
  EXPECT_LE(simdjson::dom::array(graph["things"]).size(), kGraphNodesMax);
  EXPECT_GT(simdjson::dom::array(graph["things"]).size(), kGraphNodesMax - 4);
  EXPECT_GT(uint64_t(graph["left_out"]), 0u);
  EXPECT_THAT(*text, HasSubstr("principal:x/699"));
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

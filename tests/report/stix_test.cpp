#include "report/stix.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <map>
#include <regex>
#include <set>

#include "picture_fixture.hpp"

namespace dislodge::report {
namespace {

using testing::HasSubstr;
using testing::Not;

// The parts of the published schemas (common/bundle, common/core and one a type) that our objects use.
TEST(Stix, ObjectsHaveWhatTheirSchemasRequire) {
  const std::string text = stix(hostile_picture());
  simdjson::dom::parser parser;
  const simdjson::dom::element bundle = parser.parse(text);
  EXPECT_EQ(std::string_view(bundle["type"]), "bundle");
  const std::regex id(
      "^[a-z][a-z0-9-]+--[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$");
  const std::regex time("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$");
  const std::map<std::string_view, std::vector<std::string_view>> required = {
      {"identity", {"name", "identity_class"}},
      {"indicator", {"pattern", "pattern_type", "valid_from"}},
      {"attack-pattern", {"name"}},
      {"course-of-action", {"name"}},
      {"relationship", {"relationship_type", "source_ref", "target_ref"}},
      {"grouping", {"context", "object_refs"}}};
  std::set<std::string> ids;
  std::vector<std::string> references;
  for (const simdjson::dom::element object : bundle["objects"]) {
    const std::string_view type = object["type"];
    ASSERT_EQ(required.count(type), 1u) << type;
    for (const std::string_view key : required.at(type))
      EXPECT_FALSE(object[key].error()) << type << " " << key;
    const std::string own{std::string_view(object["id"])};
    EXPECT_TRUE(std::regex_match(own, id)) << own;
    EXPECT_TRUE(own.starts_with(std::string(type) + "--"));
    EXPECT_TRUE(ids.insert(own).second) << own;
    EXPECT_EQ(std::string_view(object["spec_version"]), "2.1");
    for (const char *key : {"created", "modified"})
      EXPECT_TRUE(std::regex_match(std::string(std::string_view(object[key])), time));
    if (type == "relationship") {
      references.emplace_back(std::string_view(object["source_ref"]));
      references.emplace_back(std::string_view(object["target_ref"]));
    }
    if (type == "grouping")
      for (const simdjson::dom::element member : object["object_refs"])
        references.emplace_back(std::string_view(member));
  }
  for (const std::string &reference : references) EXPECT_EQ(ids.count(reference), 1u) << reference;
}

TEST(Stix, AddressesAreIndicatorsAndNothingElseIs) {
  const std::string text = stix(hostile_picture());
  EXPECT_THAT(text, HasSubstr("[ipv4-addr:value = '198.51.100.7']"));
  EXPECT_THAT(text, HasSubstr("[ipv6-addr:value = '2001:db8::5']"));
  EXPECT_THAT(text, Not(HasSubstr("OR '1'")));
  EXPECT_THAT(text, HasSubstr("2023-11-14T22:13:20.250Z"));
  EXPECT_EQ(text, stix(hostile_picture()));
}

TEST(Stix, HoldsNoPlaceNoMaskAndNoName) {
  const std::string text = stix(hostile_picture());
  for (const char *inside : {"mail.mbox", "Wi…", "legacy-test", "@SUM"})
    EXPECT_THAT(text, Not(HasSubstr(inside)));
}

TEST(Stix, DeterministicIds) {
  EXPECT_EQ(stix_uuid("a"), stix_uuid("a"));
  EXPECT_NE(stix_uuid("a"), stix_uuid("b"));
}

TEST(Navigator, LayerHoldsEachTechniqueOnce) {
  simdjson::dom::parser parser;
  const std::string text = navigator_layer(hostile_picture());
  const simdjson::dom::element layer = parser.parse(text);
  EXPECT_EQ(std::string_view(layer["domain"]), "enterprise-attack");
  EXPECT_EQ(std::string_view(layer["versions"]["layer"]), "4.5");
  std::set<std::string_view> techniques;
  for (const simdjson::dom::element one : layer["techniques"]) {
    EXPECT_TRUE(techniques.insert(std::string_view(one["techniqueID"])).second);
    EXPECT_EQ(int64_t(one["score"]), 100);
  }
  EXPECT_EQ(techniques.size(), 2u);
}

}  // namespace
}  // namespace dislodge::report

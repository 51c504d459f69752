#include "report/exchange.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "base/embedded_rules.hpp"
#include "picture_fixture.hpp"
#include "report/actors.hpp"
#include "report/files.hpp"
#include "report/stix.hpp"

namespace dislodge::report {
namespace {

using testing::HasSubstr;
using testing::Not;

// A real consumer, where it is installed: a module of Python and what is done with the file. Exit code 77 of
// the script says that the module is absent.
void read_by(const std::string &module, const std::string &text, const std::string &script) {
  const auto folder = std::filesystem::temp_directory_path() / ("exchange-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "file") << text;
  std::ofstream(folder / "read.py") << "import sys\ntry:\n  import " << module
                                    << "\nexcept ImportError:\n  sys.exit(77)\n"
                                    << "text = open(sys.argv[1], encoding='utf-8').read()\n"
                                    << script;
  const int status =
      std::system(("python3 " + (folder / "read.py").string() + " " + (folder / "file").string()).c_str());
  std::filesystem::remove_all(folder);
  if (WEXITSTATUS(status) == 77 || WEXITSTATUS(status) == 127)
    GTEST_SKIP() << "the consumer is not installed: pip install " << module;
  EXPECT_EQ(status, 0) << module << " refuses it";
}

engine::Picture picture() {
  engine::Picture made = hostile_picture();
  identity::Binding binding;
  binding.secret = made.secrets.front().id;
  binding.principal = "principal:entra/t/u";
  made.facts.bindings.push_back(binding);
  return made;
}

const Knowledge &knowledge() {
  static const Knowledge kKnowledge = load_knowledge(base::embedded_rules()).value();
  return kKnowledge;
}

TEST(Misp, NoPasswordEverAndEveryCredentialSaysWhoWasTold) {
  const std::string text = misp_event(picture());
  simdjson::dom::parser parser;
  const simdjson::dom::element event = parser.parse(text)["Event"];
  EXPECT_EQ(std::string_view(event["distribution"]), "0");
  for (const simdjson::dom::element object : event["Object"]) {
    std::set<std::string> relations;
    for (const simdjson::dom::element attribute : object["Attribute"])
      relations.emplace(std::string_view(attribute["object_relation"]));
    EXPECT_EQ(relations.count("password"), 0u);
    EXPECT_EQ(relations.count("notification"), 1u);
    EXPECT_EQ(relations.count("username"), 1u);  // the template asks for a user or a password
  }
  EXPECT_THAT(text, HasSubstr("\"value\":\"198.51.100.7\""));
  EXPECT_THAT(text, Not(HasSubstr("OR '1'")));
  EXPECT_THAT(text, Not(HasSubstr("mail.mbox")));
  EXPECT_THAT(text, Not(HasSubstr("Wi…")));
  EXPECT_EQ(text, misp_event(picture()));
}

TEST(Misp, IsReadByPyMisp) {
  read_by("pymisp", misp_event(picture()),
          "import json\nevent = pymisp.MISPEvent()\nevent.from_dict(**json.loads(text)['Event'])\n"
          "assert len(event.attributes) == 2, event.attributes\nassert len(event.objects) == 1\n"
          "json.loads(event.to_json())\n");
}

TEST(Stix, IsReadByStix2) {
  read_by("stix2", stix(picture()),
          "bundle = stix2.parse(text, allow_custom=False)\nassert len(bundle.objects) > 3\n"
          "assert any(o.type == 'indicator' for o in bundle.objects)\n");
}

// schema.ocsf.io/1.5.0: what both classes and their objects require.
TEST(Ocsf, FindingsHaveWhatTheirClassesRequire) {
  const std::string text = ocsf_findings(picture());
  simdjson::dom::parser parser;
  std::size_t lines = 0;
  for (std::size_t begin = 0; begin < text.size(); ++lines) {
    const std::size_t end = text.find('\n', begin);
    const simdjson::dom::element row = parser.parse(text.data() + begin, end - begin);
    begin = end + 1;
    const std::int64_t class_uid = row["class_uid"];
    EXPECT_EQ(class_uid, lines == 0 ? 2005 : 2004);
    EXPECT_EQ(std::int64_t(row["category_uid"]), 2);
    EXPECT_EQ(std::int64_t(row["type_uid"]), class_uid * 100 + std::int64_t(row["activity_id"]));
    for (const char *key : {"time", "severity_id"}) EXPECT_FALSE(row[key].error()) << key;
    EXPECT_FALSE(row.at_pointer("/metadata/product/name").error());
    EXPECT_EQ(std::string_view(row.at_pointer("/metadata/version")), "1.5.0");
    if (class_uid == 2005) {
      EXPECT_FALSE(row["finding_info_list"].error());
    } else {
      EXPECT_FALSE(row.at_pointer("/finding_info/uid").error());
      EXPECT_FALSE(row.at_pointer("/finding_info/title").error());
    }
  }
  EXPECT_EQ(lines, 2u);
}

// github.com/cisagov/playbook-ng, shared/src/playbook/schema.ts: every key required, none besides.
TEST(PlaybookNg, HasTheKeysOfTheSchemaAndNoOthers) {
  engine::Picture made = picture();
  made.plan.actions.clear();
  const evict::Action *counter = nullptr;
  for (const evict::Action &one : knowledge().actions.all())
    if (!one.counter.empty() && counter == nullptr) counter = &one;
  ASSERT_NE(counter, nullptr);
  evict::PlannedAction planned;
  planned.action = counter->id;
  planned.name = counter->name;
  made.plan.actions.push_back(planned);
  simdjson::dom::parser parser;
  const std::string text = playbook_ng(made, knowledge().actions);
  const simdjson::dom::object book = parser.parse(text);
  const std::set<std::string_view> keys = {"dataset_id",    "dataset_version", "title",   "template_used",
                                           "version",       "created",         "updated", "spec_version",
                                           "tech_to_items", "ignored_items"};
  std::set<std::string_view> found;
  for (const auto &[key, value] : book) found.insert(key);
  EXPECT_EQ(found, keys);
  const simdjson::dom::object map = book["tech_to_items"];
  EXPECT_FALSE(map["unmapped"].error());
  std::size_t items = 0;
  for (const auto &[technique, value] : map) {
    EXPECT_TRUE(technique == "unmapped" || technique.starts_with("T1")) << technique;
    const std::string_view confidence = value["confidence"];
    EXPECT_TRUE(confidence == "none" || confidence == "suspected" || confidence == "confirmed");
    for (const simdjson::dom::element item : value["items"]) {
      EXPECT_TRUE(std::string_view(item["id"]).starts_with("CM"));
      EXPECT_FALSE(std::string_view(item["version"]).empty());
      ++items;
    }
  }
  EXPECT_GT(items, 0u);
}

TEST(Sarif, TheCasesSightingsWithoutValues) {
  simdjson::dom::parser parser;
  const std::string text = sarif(picture());
  const simdjson::dom::element root = parser.parse(text);
  EXPECT_EQ(std::string_view(root["version"]), "2.1.0");
  const simdjson::dom::element result = root.at_pointer("/runs/0/results/0");
  EXPECT_EQ(std::int64_t(result.at_pointer("/locations/0/physicalLocation/region/startLine")), 7);
  EXPECT_EQ(std::string_view(result.at_pointer("/partialFingerprints/dislodgeSecret~1v1")).size(), 32u);
}

TEST(Actors, ProfilesAreDataAndALayerSaysThatALikenessIsNoAttribution) {
  ASSERT_FALSE(knowledge().actors.empty());
  for (const Actor &actor : knowledge().actors) {
    for (const std::string &technique : actor.techniques)
      EXPECT_TRUE(technique.starts_with("T1")) << technique;
    EXPECT_FALSE(actor.as_of.empty());
  }
  const Likeness found = likeness(picture(), knowledge().actors.front());
  EXPECT_THAT(found.both, testing::ElementsAre("T1078.004", "T1110.003"));
  EXPECT_TRUE(found.case_only.empty());
  const std::string layer = actor_layer(picture(), knowledge().actors.front());
  EXPECT_THAT(layer, HasSubstr("no attribution"));
  EXPECT_THAT(layer, HasSubstr("\"layer\":\"4.5\""));
  const base::EmbeddedRule bad{"rules/actors/x.toml", "[[actor]]\nid = \"x\"\n"};
  EXPECT_THAT(load_actors(std::span(&bad, 1)).error().message, HasSubstr("actor \"x\""));
}

}  // namespace
}  // namespace dislodge::report

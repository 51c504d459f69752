#include "engine/first_things.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>

#include "base/files.hpp"
#include "base/secure.hpp"
#include "base/wire.hpp"
#include "engine/add.hpp"
#include "identity/fact.hpp"

namespace dislodge::engine {
namespace {

namespace fs = std::filesystem;

class FirstThingsTest : public testing::Test {
 protected:
  void SetUp() override {
    base::harden_process();
    std::string name = (fs::temp_directory_path() / "dislodge-first-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    casefile::Unlock unlock;
    unlock.key_file = base::SecretBytes::random(32);
    auto made = casefile::Case::create(folder_ / "case", unlock);
    ASSERT_TRUE(made) << made.error().message;
    case_ = std::move(*made);
  }
  void TearDown() override { fs::remove_all(folder_); }

  void add(const std::string &item, evidence::ItemType type, int days_old) {
    evidence::EvidenceFile file;
    file.path = folder_ / ("file" + std::to_string(++files_));
    ASSERT_TRUE(base::write_file(file.path, "x"));
    fs::last_write_time(file.path, fs::file_time_type::clock::now() - std::chrono::days(days_old));
    file.item = item;
    file.type = type;
    file.size = 1;
    file.sha256[0] = static_cast<unsigned char>(files_);
    const auto ids = insert_evidence(*case_, {file});
    ASSERT_TRUE(ids) << ids.error().message;
    ids_[item] = ids->at(0);
  }
  // Roots in the order in which they are to be read.
  std::vector<std::string> order(bool logs = false) const {
    const auto units = logs ? units_of_logs(*case_) : load_units(*case_, true);
    EXPECT_TRUE(units);
    std::vector<std::string> roots;
    for (const UnitRow &unit : *units)
      for (const auto &[root, id] : ids_)
        if (id == unit.evidence) roots.push_back(root);
    return roots;
  }

  fs::path folder_;
  std::unique_ptr<casefile::Case> case_;
  std::map<std::string, std::int64_t> ids_;
  int files_ = 0;
};

TEST_F(FirstThingsTest, LogsThenKeepersOfKeysThenNewMailThenTheRest) {
  add("repo.bundle", evidence::ItemType::git_bundle, 0);
  add("scan.png", evidence::ItemType::image, 0);
  add("mailboxes/amy.mbox", evidence::ItemType::mbox, 400);
  add("mailboxes/zoe.mbox", evidence::ItemType::mbox, 3);
  add("mailboxes/it-support.pst", evidence::ItemType::pst, 900);
  add("logs/signins.json", evidence::ItemType::json, 900);
  EXPECT_THAT(order(),
              testing::ElementsAre("logs/signins.json", "mailboxes/it-support.pst", "mailboxes/zoe.mbox",
                                   "mailboxes/amy.mbox", "repo.bundle", "scan.png"));
  EXPECT_THAT(order(true), testing::ElementsAre("logs/signins.json"));
}

TEST_F(FirstThingsTest, WhomADirectoryNamesGoesAheadOfOtherMail) {
  add("azurehound.json", evidence::ItemType::json, 0);
  add("mailboxes/amy.zeta.mbox", evidence::ItemType::mbox, 1);
  add("mailboxes/lena.brandt.mbox", evidence::ItemType::mbox, 90);
  add("mailboxes/brandt.mbox", evidence::ItemType::mbox, 2);
  add("mailboxes/omar.dba.head.mbox", evidence::ItemType::mbox, 99);
  identity::Facts facts;
  const auto person = [&](const std::string &id, const std::string &upn, const std::string &title,
                          const std::string &name = "") {
    identity::Principal one;
    one.id = id;
    one.kind = identity::PrincipalKind::user;
    one.names = {upn};
    one.name = name;
    if (!title.empty()) one.attributes["title"] = title;
    facts.principals.push_back(one);
  };
  person("principal:entra/t/1", "lena.brandt@x.example", "");
  person("principal:entra/t/2", "amy.zeta@x.example", "Accountant");
  person("principal:entra/t/3", "rita.voss@x.example", "Head of IT");
  // Who has a role by a group, and whose mailbox is called by the full name.
  person("principal:entra/t/4", "nh7@x.example", "Clerk", "Nils Holm");
  add("mailboxes/rita.voss.mbox", evidence::ItemType::mbox, 500);
  add("mailboxes/Nils Holm.pst", evidence::ItemType::pst, 600);
  identity::Grant role;
  role.kind = "AZHasRole";
  role.from = "principal:entra/t/1";
  role.to = "principal:entra/t/role";
  facts.grants.push_back(role);
  role.from = "principal:entra/t/group";
  facts.grants.push_back(role);
  role.kind = "AZMemberOf";
  role.from = "principal:entra/t/4";
  role.to = "principal:entra/t/group";
  facts.grants.push_back(role);
  UnitResult result;
  base::WireWriter out;
  facts.encode(out);
  result.facts = out.take();
  result.fact_count = 7;
  ValueJoiner joiner(*case_);
  const auto units = units_of_logs(*case_);
  ASSERT_TRUE(units);
  ASSERT_EQ(units->size(), 1u);
  ASSERT_TRUE(store_result(*case_, units->at(0), "key", result, joiner));
  ASSERT_TRUE(put_administrators_first(*case_));
  EXPECT_THAT(order(), testing::ElementsAre("mailboxes/lena.brandt.mbox", "mailboxes/omar.dba.head.mbox",
                                            "mailboxes/rita.voss.mbox", "mailboxes/Nils Holm.pst",
                                            "mailboxes/amy.zeta.mbox", "mailboxes/brandt.mbox"));
}

}  // namespace
}  // namespace dislodge::engine

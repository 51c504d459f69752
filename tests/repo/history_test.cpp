#include "repo/history.hpp"

#include <gtest/gtest.h>

namespace dislodge::repo {
namespace {

// A small world of trees and commits by name, without packs.
class HistoryTest : public testing::Test {
 protected:
  ObjectId id(const std::string &name) { return hasher_.raw(name); }
  static std::string raw(const ObjectId &object) {
    return {reinterpret_cast<const char *>(object.bytes.data()), 20};
  }
  // Entries "blob" or "folder/".
  void tree(History &history, const std::string &name, const std::vector<std::string> &entries) {
    std::string content;
    for (const std::string &entry : entries) {
      const bool folder = entry.ends_with('/');
      const std::string target = folder ? entry.substr(0, entry.size() - 1) : entry;
      content += (folder ? "40000 " : "100644 ") + target + '\0' + raw(id(target));
    }
    history.add_tree(id(name), content);
  }
  void commit(History &history, const std::string &name, const std::string &root,
              const std::vector<std::string> &parents, std::int64_t time, std::int64_t authored = 0) {
    CommitView view;
    view.tree = id(root);
    for (const std::string &parent : parents) view.parents.push_back(id(parent));
    view.committer.time = view.author.time = base::Time{time};
    if (authored != 0) view.author.time = base::Time{authored};
    history.add_commit(id(name), view);
  }
  ObjectHasher hasher_{HashKind::sha1};
};

TEST_F(HistoryTest, FirstByTimeAndCountOfIntroductions) {
  History history(HashKind::sha1);
  commit(history, "c1", "t1", {}, 100);
  commit(history, "c2", "t2", {"c1"}, 200);
  commit(history, "c3", "t1", {"c2"}, 300);     // taken out
  commit(history, "c4", "t2", {"c3"}, 400);     // and in again
  commit(history, "other", "t2", {"c1"}, 150);  // another branch, earlier
  commit(history, "merge", "t2", {"c2", "other"}, 500);
  history.ask({id("secret"), id("never")});
  tree(history, "t1", {"readme"});
  tree(history, "t2", {"deep/", "readme"});
  tree(history, "deep", {"deeper/"});
  tree(history, "deeper", {"secret"});
  const auto found = history.introductions();
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].commit, id("other"));
  EXPECT_EQ(found[0].time, base::Time{150});
  EXPECT_EQ(found[0].count, 3u);  // c2, c4, other; not the merge
  EXPECT_EQ(found[1].count, 0u);
  EXPECT_TRUE(history.holds(id("deep"), 0));
  EXPECT_FALSE(history.holds(id("t1"), 0));
  EXPECT_FALSE(history.holds(id("unknown"), 0));
}

TEST_F(HistoryTest, SinceWhenByTheEarlierDateOfAllCommitsThatBroughtIt) {
  History history(HashKind::sha1);
  commit(history, "c1", "t1", {}, 100);
  commit(history, "rebased", "t2", {"c1"}, 300, 120);
  commit(history, "other", "t2", {"c1"}, 200);
  commit(history, "cut off", "t3", {"not held"}, 400);
  history.ask({id("secret"), id("shallow")});
  tree(history, "t1", {"readme"});
  tree(history, "t2", {"readme", "secret"});
  tree(history, "t3", {"shallow"});
  const auto found = history.introductions();
  EXPECT_EQ(found[0].time, base::Time{200});
  EXPECT_EQ(found[0].since, base::Time{120});
  EXPECT_EQ(found[1].time, base::Time{400});
  EXPECT_EQ(found[1].since, base::kTimeMin);
}

TEST_F(HistoryTest, ARenameIntroducesNothing) {
  History history(HashKind::sha1);
  commit(history, "c1", "old", {}, 1);
  commit(history, "c2", "new", {"c1"}, 2);
  history.ask({id("secret")});
  tree(history, "old", {"secret"});
  tree(history, "new", {"moved/"});
  tree(history, "moved", {"secret"});
  EXPECT_EQ(history.introductions()[0].count, 1u);
}

TEST_F(HistoryTest, MissingTreesAndParentsAreSurvived) {
  History history(HashKind::sha1);
  commit(history, "c2", "t", {"not here"}, 5);
  commit(history, "c3", "not here either", {"c2"}, 6);
  history.ask({id("secret")});
  tree(history, "t", {"gone/", "secret"});
  const auto found = history.introductions();
  EXPECT_EQ(found[0].commit, id("c2"));
  EXPECT_EQ(found[0].count, 1u);
}

TEST_F(HistoryTest, RingsAndDepthEnd) {
  History history(HashKind::sha1);
  commit(history, "c", "r0", {}, 1);
  history.ask({id("secret")});
  tree(history, "r0", {"r1/"});
  tree(history, "r1", {"r0/", "d0/"});
  // Far deeper than any stack of calls.
  for (int i = 0; i < 100'000; ++i)
    tree(history, "d" + std::to_string(i), {"d" + std::to_string(i + 1) + "/"});
  tree(history, "d100000", {"secret"});
  EXPECT_EQ(history.introductions()[0].count, 1u);
}

}  // namespace
}  // namespace dislodge::repo

#include "repo/repository.hpp"

#include <gmock/gmock.h>

#include "../evidence/recording_sink.hpp"
#include "evidence/intake.hpp"
#include "git_fixture.hpp"

namespace dislodge::repo {
namespace {

using evidence::item_of;
using evidence::LedgerState;
using evidence::PersonRole;
using evidence::Record;
using evidence::RecordingSink;
using testing::HasSubstr;

std::string long_text(int seed, int lines) {
  std::string out;
  for (int i = 0; i < lines; ++i)
    out += "line " + std::to_string(i) + " of " + std::to_string((i * 7919 + seed * 104729) % 1000003) + "\n";
  return out;
}

class RepositoryTest : public GitTest {
 protected:
  // History with deltas, renames, deletions, a merge, a tag, and a secret that came and went.
  void make_history() {
    init();
    std::string text = long_text(1, 400);
    put("src/big.txt", text);
    put("README", "hello\n");
    commit("start");
    for (int i = 0; i < 12; ++i) {
      text.insert(text.size() / 2, "inserted " + std::to_string(i * 31) + "\n");
      put("src/big.txt", text);
      if (i == 4) put("conf/deep/er/app.yml", "password: SWORDFISH\n");
      if (i == 6) sh("git mv conf/deep/er/app.yml conf/app.yml");
      if (i == 8) sh("git rm -q conf/app.yml");
      commit("change " + std::to_string(i));
    }
    sh("git checkout -q -b side HEAD~5");
    put("side.txt", "only here SWORDFISH 2\n");
    commit("side work, the key is SWORDFISH 3");
    sh("git checkout -q main");
    at_time("git merge -q --no-ff -m 'merge side' side");
    at_time("git tag -a v1 -m 'release SWORDFISH 4'");
    put("late.txt", "password: SWORDFISH\n");  // the same blob once more, two months later in another place
    commit("again");
  }

  static RecordingSink sink_that_finds(const std::string &needle) {
    RecordingSink sink;
    sink.on_child = [needle](const evidence::ItemView &item) {
      return item.bytes.find(needle) != std::string_view::npos ? std::size_t{1} : std::size_t{0};
    };
    return sink;
  }

  std::set<std::string> child_ids(const RecordingSink &sink, const std::string &item) {
    std::set<std::string> out;
    for (const auto &child : sink.children)
      if (child.path.size() == item.size() + 2 + 40 || child.path.size() == item.size() + 2 + 64)
        out.insert(child.path.substr(item.size() + 2));
    return out;
  }

  // What git itself says of a blob: the commits in which it appears as a new side, the earliest first.
  std::vector<std::string> introducers(const std::string &blob) {
    std::vector<std::pair<long, std::string>> found;
    for (const std::string &line :
         lines(sh("git log --all -m --find-object=" + blob + " --format='%ct %H'"))) {
      const std::string id = line.substr(line.find(' ') + 1);
      if (holds(id, blob)) {
        bool in_parent = false;
        std::istringstream parents(sh("git show -s --format=%P " + id));
        for (std::string parent; parents >> parent;) in_parent = in_parent || holds(parent, blob);
        if (!in_parent) found.emplace_back(std::stol(line), id);
      }
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    std::vector<std::string> out;
    for (const auto &[time, id] : found) out.push_back(id);
    return out;
  }
  bool holds(const std::string &commit, const std::string &blob) {
    return sh("git ls-tree -r " + commit).find(blob) != std::string::npos;
  }

  void expect_history_as_git_says(const RecordingSink &sink) {
    std::size_t compared = 0;
    for (const Record &record : sink.records) {
      const std::string id = record.item.substr(record.item.find("!/") + 2);
      if (sh("git cat-file -t " + id) != "blob") continue;
      const auto expected = introducers(id);
      ASSERT_FALSE(expected.empty()) << id;
      EXPECT_EQ(record.commit, expected.front()) << id;
      EXPECT_EQ(record.commits, expected.size()) << id;
      EXPECT_EQ(sh("git rev-parse " + record.commit + ":'" + record.path + "'"), id);
      EXPECT_EQ(record.committed.us / 1'000'000, std::stol(sh("git show -s --format=%ct " + record.commit)));
      ++compared;
    }
    EXPECT_GT(compared, 0u);
  }

  // The folder as the engine hands it over.
  void read_folder(const fs::path &folder, RecordingSink &sink) {
    auto taken = evidence::intake(folder);
    ASSERT_TRUE(taken) << taken.error().message;
    const evidence::EvidenceFile *repository = nullptr;
    for (const auto &file : *taken)
      if (file.kind == evidence::EvidenceKind::repository) repository = &file;
    ASSERT_NE(repository, nullptr);
    std::vector<base::MappedFile> mapped;
    std::vector<RepositoryFile> files;
    for (const auto &file : repository->files) {
      mapped.push_back(std::move(*base::MappedFile::open(repository->path / file.name)));
      files.push_back({file.name, mapped.back().bytes()});
    }
    ASSERT_TRUE(read_repository(item_of("repo", ""), files, sink));
    EXPECT_LE(sink.unread_bytes(), repository->size);
  }
};

TEST_F(RepositoryTest, ABundleGivesEveryBlobOnceWithItsHistory) {
  make_history();
  sh("git gc -q --aggressive --prune=now && git bundle create -q ../all.bundle --all");
  const std::string bundle = outside("all.bundle");
  RecordingSink sink = sink_that_finds("SWORDFISH");
  ASSERT_TRUE(read_bundle(item_of("all.bundle", bundle), sink));
  EXPECT_EQ(child_ids(sink, "all.bundle"), blobs());
  EXPECT_EQ(sink.children.size(), blobs().size());
  for (const auto &child : sink.children)
    EXPECT_EQ(child.bytes,
              sh("git cat-file blob " + child.path.substr(12)) + (child.bytes.ends_with('\n') ? "\n" : ""));
  EXPECT_TRUE(sink.unreads.empty()) << sink.unreads[0].reason;
  expect_history_as_git_says(sink);
  ASSERT_EQ(sink.records.size(), 2u);
  const std::string secret = sh("git rev-parse main:late.txt");
  for (const Record &record : sink.records) {
    if (record.item != "all.bundle!/" + secret) continue;
    EXPECT_EQ(record.path, "conf/deep/er/app.yml");
    EXPECT_EQ(record.commits, 2u);
    ASSERT_EQ(record.people.size(), 2u);
    EXPECT_EQ(record.people[0].role, PersonRole::author);
    EXPECT_EQ(record.people[0].name, "Ann Example");
    EXPECT_EQ(record.people[0].address, "ann@x.example");
  }
}

TEST_F(RepositoryTest, MessagesOfCommitsAndTagsAreText) {
  make_history();
  sh("git bundle create -q ../all.bundle --all");
  const std::string bundle = outside("all.bundle");
  RecordingSink sink;
  ASSERT_TRUE(read_bundle(item_of("b", bundle), sink));
  const std::string tag = sh("git rev-parse v1");
  const std::string side = sh("git rev-parse side");
  bool tag_seen = false;
  bool commit_seen = false;
  for (const auto &text : sink.texts) {
    tag_seen = tag_seen || (text.item == "b!/" + tag && text.text == "release SWORDFISH 4\n");
    if (text.item == "b!/" + side) {
      commit_seen = true;
      EXPECT_EQ(text.text, "side work, the key is SWORDFISH 3\n");
      // Its place counts in the commit object.
      EXPECT_EQ(sh("git cat-file commit " + side).substr(text.source, 9), "side work");
    }
  }
  EXPECT_TRUE(tag_seen);
  EXPECT_TRUE(commit_seen);
  EXPECT_EQ(sink.texts.size(), std::stoul(sh("git rev-list --all --count")) + 1);
}

TEST_F(RepositoryTest, AFolderWithLooseObjectsAndPacksIsOneRepository) {
  make_history();
  sh("git gc -q --prune=now");
  put("new.txt", "password: SWORDFISH loose\n");
  commit("loose now");
  put("staged.txt", "SWORDFISH staged, never committed\n");
  sh("git add staged.txt && git config remote.origin.url https://ann:hunter2@git.example/x.git");
  RecordingSink sink = sink_that_finds("SWORDFISH");
  read_folder(root_ / "work/.git", sink);
  EXPECT_EQ(child_ids(sink, "repo"), blobs());
  EXPECT_THAT(sink.bytes_of("repo!/config"), HasSubstr("hunter2"));
  EXPECT_NE(sink.find("repo!/logs/HEAD"), nullptr);
  EXPECT_EQ(sink.find("repo!/refs/heads/main"), nullptr);
  EXPECT_EQ(sink.find("repo!/index"), nullptr);
  EXPECT_TRUE(sink.unreads.empty()) << sink.unreads[0].reason;
  const std::string staged = sh("git hash-object staged.txt");
  bool staged_seen = false;
  for (const Record &record : sink.records) {
    if (record.item != "repo!/" + staged) continue;
    staged_seen = true;
    EXPECT_EQ(record.commit, "");  // no commit has it
    EXPECT_EQ(record.commits, 0u);
  }
  EXPECT_TRUE(staged_seen);
  std::erase_if(sink.records, [&](const Record &record) { return record.commits == 0; });
  expect_history_as_git_says(sink);
}

TEST_F(RepositoryTest, ObjectsThatNothingReachesAreRead) {
  make_history();
  put("gone.txt", "SWORDFISH gone\n");
  commit("a mistake");
  sh("git reset -q --hard HEAD~1");
  RecordingSink sink = sink_that_finds("SWORDFISH gone");
  read_folder(root_ / "work/.git", sink);
  ASSERT_EQ(sink.records.size(), 1u);
  EXPECT_EQ(sink.records[0].path, "gone.txt");
  EXPECT_EQ(sink.records[0].commits, 1u);
}

TEST_F(RepositoryTest, ThePackMayUseReferenceDeltasAndLieAlone) {
  make_history();
  sh("git -c repack.useDeltaBaseOffset=false repack -q -a -d -f");
  const std::string pack = packed();
  RecordingSink sink = sink_that_finds("SWORDFISH");
  ASSERT_TRUE(read_pack(item_of("p", pack), sink));
  EXPECT_EQ(child_ids(sink, "p"), blobs());
  EXPECT_TRUE(sink.unreads.empty()) << sink.unreads[0].reason;
  expect_history_as_git_says(sink);
}

TEST_F(RepositoryTest, AThinBundleSaysWhatItLacks) {
  make_history();
  sh("git bundle create -q ../thin.bundle main~3..main");
  const std::string bundle = outside("thin.bundle");
  RecordingSink sink;
  ASSERT_TRUE(read_bundle(item_of("thin", bundle), sink));
  ASSERT_FALSE(sink.unreads.empty());
  EXPECT_EQ(sink.unreads[0].state, LedgerState::not_held);
  EXPECT_THAT(sink.unreads[0].reason, HasSubstr("presupposed"));
  for (const auto &part : sink.unreads) EXPECT_FALSE(part.remedy.empty());
  // The thin pack stands on objects that the repository has: together they are whole.
  const std::string pack = bundle.substr(bundle.find("PACK"));
  sh("git branch base main~3 && git bundle create -q ../base.bundle base");
  const std::string base_bundle = outside("base.bundle");
  const std::string base_pack = base_bundle.substr(base_bundle.find("PACK"));
  RecordingSink both;
  const std::vector<RepositoryFile> files = {{"objects/pack/a.pack", pack},
                                             {"objects/pack/b.pack", base_pack}};
  ASSERT_TRUE(read_repository(item_of("repo", ""), files, both));
  EXPECT_TRUE(both.unreads.empty()) << both.unreads[0].reason;
  EXPECT_NE(both.find("repo!/" + sh("git rev-parse main:src/big.txt")), nullptr);
}

TEST_F(RepositoryTest, Sha256RepositoriesAreRead) {
  init("--object-format=sha256");
  put("a.txt", "SWORDFISH\n");
  put("b.txt", long_text(2, 50));
  commit("one");
  put("b.txt", long_text(2, 50) + "more\n");
  commit("two");
  sh("git gc -q --aggressive && git bundle create -q ../s.bundle --all");
  const std::string bundle = outside("s.bundle");
  RecordingSink sink = sink_that_finds("SWORDFISH");
  ASSERT_TRUE(read_bundle(item_of("s", bundle), sink));
  EXPECT_EQ(child_ids(sink, "s"), blobs());
  EXPECT_TRUE(sink.unreads.empty());
  expect_history_as_git_says(sink);
  RecordingSink folder = sink_that_finds("SWORDFISH");
  read_folder(root_ / "work/.git", folder);
  EXPECT_EQ(child_ids(folder, "repo"), blobs());
  RecordingSink lone;
  const std::string pack = packed();
  ASSERT_TRUE(read_pack(item_of("p", pack), lone));
  EXPECT_EQ(child_ids(lone, "p"), blobs());
}

TEST_F(RepositoryTest, ABadChecksumIsDamageAndEverythingIsStillRead) {
  make_history();
  sh("git bundle create -q ../all.bundle --all");
  std::string bundle = outside("all.bundle");
  bundle.back() = static_cast<char>(bundle.back() ^ 1);
  RecordingSink sink;
  ASSERT_TRUE(read_bundle(item_of("b", bundle), sink));
  EXPECT_EQ(child_ids(sink, "b"), blobs());
  ASSERT_EQ(sink.unreads.size(), 1u);
  EXPECT_EQ(sink.unreads[0].state, LedgerState::damaged);
  EXPECT_THAT(sink.unreads[0].reason, HasSubstr("checksum"));
  EXPECT_THAT(sink.unreads[0].remedy, HasSubstr("git fsck"));
}

TEST_F(RepositoryTest, ADamagedObjectCostsWhatStandsOnItAndNoMore) {
  init();
  for (int i = 0; i < 40; ++i) put("f" + std::to_string(i), long_text(i, 60 + i));
  commit("many files without common text");
  sh("git -c pack.window=0 gc -q && git bundle create -q ../all.bundle --all");
  std::string bundle = outside("all.bundle");
  const std::size_t middle = bundle.size() / 2;
  for (std::size_t i = 0; i < 8; ++i) bundle[middle + i] = static_cast<char>(bundle[middle + i] ^ 0x5A);
  RecordingSink sink;
  ASSERT_TRUE(read_bundle(item_of("b", bundle), sink));
  const auto expected = blobs();
  const auto got = child_ids(sink, "b");
  EXPECT_GE(got.size() + 2, expected.size());
  EXPECT_LT(got.size(), expected.size());
  EXPECT_TRUE(sink.any_unread(LedgerState::damaged));
  EXPECT_GT(sink.unread_bytes(), 0u);
  EXPECT_LT(sink.unread_bytes(), bundle.size() / 4);
}

TEST_F(RepositoryTest, ATruncatedBundleGivesWhatIsThere) {
  make_history();
  sh("git bundle create -q ../all.bundle --all");
  const std::string bundle = outside("all.bundle");
  std::size_t most = 0;
  for (std::size_t size = bundle.size() / 3; size < bundle.size(); size += bundle.size() / 17) {
    RecordingSink sink;
    const std::string cut = bundle.substr(0, size);
    ASSERT_TRUE(read_bundle(item_of("b", cut), sink));
    EXPECT_FALSE(sink.unreads.empty());
    EXPECT_LE(sink.unread_bytes(), size);
    most = std::max(most, child_ids(sink, "b").size());
  }
  EXPECT_GT(most, 0u);
  RecordingSink none;
  EXPECT_FALSE(read_bundle(item_of("b", bundle.substr(0, 60)), none));
  EXPECT_FALSE(read_bundle(item_of("b", "# v2 git bundle\n"), none));
  EXPECT_FALSE(read_bundle(item_of("b", "no bundle"), none));
}

TEST_F(RepositoryTest, EveryByteFlipIsSurvived) {
  init();
  put("a", "password SWORDFISH\n" + long_text(3, 30));
  commit("one");
  put("a", "password SWORDFISH\n" + long_text(3, 30) + "tail\n");
  commit("two");
  sh("git gc -q --aggressive && git bundle create -q ../all.bundle --all");
  const std::string bundle = outside("all.bundle");
  for (std::size_t at = 0; at < bundle.size(); ++at) {
    std::string bad = bundle;
    bad[at] = static_cast<char>(bad[at] ^ (1 << (at % 8)));
    RecordingSink sink = sink_that_finds("SWORDFISH");
    if (read_bundle(item_of("b", bad), sink)) {
      EXPECT_LE(sink.unread_bytes(), bad.size());
    }
  }
}

TEST_F(RepositoryTest, BytesBehindThePackAreHandedOn) {
  init();
  put("a", "x\n");
  commit("one");
  sh("git bundle create -q ../all.bundle --all");
  const std::string bundle = outside("all.bundle");
  RecordingSink sink;
  ASSERT_TRUE(read_bundle(item_of("b", bundle + "a message behind"), sink));
  EXPECT_EQ(sink.bytes_of("b!/~gap@" + std::to_string(bundle.size())), "a message behind");
  EXPECT_TRUE(sink.unreads.empty());
}

TEST_F(RepositoryTest, ShallowPartialAndAlternatesAreNoted) {
  RecordingSink sink;
  const std::vector<RepositoryFile> files = {{"HEAD", "ref: refs/heads/main\n"},
                                             {"objects/info/alternates", "/srv/git/base.git/objects\n"},
                                             {"shallow", "0123456789012345678901234567890123456789\n"},
                                             {"objects/pack/p.promisor", ""}};
  ASSERT_TRUE(read_repository(item_of("repo", ""), files, sink));
  ASSERT_EQ(sink.unreads.size(), 3u);
  for (const auto &part : sink.unreads) {
    EXPECT_EQ(part.state, LedgerState::not_held);
    EXPECT_EQ(part.bytes, 0u);
    EXPECT_FALSE(part.child.empty());
  }
  EXPECT_THAT(sink.unreads[0].reason, HasSubstr("/srv/git/base.git"));
}

TEST_F(RepositoryTest, ALooseObjectAloneIsRead) {
  init();
  put("a", "loose content\n");
  commit("one");
  const std::string id = sh("git rev-parse HEAD:a");
  const std::string object = file(".git/objects/" + id.substr(0, 2) + "/" + id.substr(2));
  RecordingSink sink;
  ASSERT_TRUE(read_loose_object(item_of("o", object), sink));
  EXPECT_EQ(sink.bytes_of("o!/" + id), "loose content\n");
  RecordingSink cut;
  ASSERT_TRUE(read_loose_object(item_of("o", object.substr(0, object.size() - 6)), cut));
  EXPECT_FALSE(cut.unreads.empty());
  RecordingSink none;
  EXPECT_FALSE(read_loose_object(item_of("o", "nothing"), none));
}

TEST_F(RepositoryTest, AnObjectPastTheLimitIsReadUpToIt) {
  init();
  put("big", long_text(5, 3000));
  put("small", "small\n");
  commit("one");
  sh("git gc -q && git bundle create -q ../all.bundle --all");
  const std::string bundle = outside("all.bundle");
  RecordingSink sink;
  sink.limits_.object_bytes_max = 10'000;
  ASSERT_TRUE(read_bundle(item_of("b", bundle), sink));
  EXPECT_EQ(sink.bytes_of("b!/" + sh("git rev-parse HEAD:small")), "small\n");
  EXPECT_TRUE(sink.any_unread(LedgerState::too_large));
  bool part = false;
  for (const auto &child : sink.children)
    part = part || (child.path.find("~object@") != std::string::npos && !child.bytes.empty());
  EXPECT_TRUE(part);
}

TEST_F(RepositoryTest, ExpansionIsBounded) {
  init();
  for (int i = 0; i < 12; ++i) {
    put("zeros", std::string(1 << 20, '\0') + std::to_string(i));
    commit(std::to_string(i));
  }
  sh("git gc -q --aggressive && git bundle create -q ../all.bundle --all");
  const std::string bundle = outside("all.bundle");
  RecordingSink sink;
  sink.limits_.expansion_ratio_max = 2;
  sink.limits_.expansion_grace_bytes = 8 << 20;
  sink.keep_bytes = false;
  ASSERT_TRUE(read_bundle(item_of("b", bundle), sink));
  EXPECT_LE(sink.child_bytes, 9u << 20);
  EXPECT_TRUE(sink.any_unread(LedgerState::too_large));
}

}  // namespace
}  // namespace dislodge::repo

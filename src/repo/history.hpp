#pragma once
// Which commit brought a blob, asked only for blobs in which something was found. A commit introduces a blob
// if its tree holds it and the tree of none of its parents does: so a rename does not, and a merge does only
// where it adds something of its own. The first is the one with the earliest committer time.
//
//   history.add_commit(id, commit);  ...          // all commits, while the packs are read
//   history.ask(hits);                            // then the blobs in question
//   history.add_tree(id, bytes);  ...             // each tree once, in any order
//   for (const Introduction &i : history.introductions()) ...                 // parallel to hits
//
// Trees are not kept: of each only its folders (4 bytes each) and the hits right in it. Parents that are
// missing (shallow clones) count as absent, so the oldest commit held introduces what it holds.

#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "repo/id_table.hpp"
#include "repo/object.hpp"

namespace dislodge::repo {

struct Introduction {
  ObjectId commit;  // zero: no commit held has the blob
  base::Time time = base::kTimeMin;
  std::uint32_t count = 0;  // commits that introduced it
  // It was not in the repository before, by the earlier of the dates of author and committer of all commits
  // that introduced it (a rebase dates the committer anew, and anybody may write any date). kTimeMin where
  // that cannot be said: the history of one of them is not held (shallow clones), or it has no date.
  base::Time since = base::kTimeMin;
};

class History {
 public:
  explicit History(HashKind kind) : kind_(kind) {}

  void add_commit(const ObjectId &id, const CommitView &commit);
  void ask(const std::vector<ObjectId> &hits);
  void add_tree(const ObjectId &id, std::string_view content);
  std::vector<Introduction> introductions();
  // After introductions(): whether a folder holds a hit, at any depth.
  bool holds(const ObjectId &tree, std::uint32_t hit) const;
  std::size_t commits() const { return commits_.size(); }
  bool complete() const { return !limit_passed_; }  // false: too much to keep in memory, and nothing is said

 private:
  struct Commit {
    ObjectId id;
    std::uint32_t tree = IdNumbers::kNone;
    std::uint64_t parents_begin = 0;  // in parents_
    std::uint32_t parents = 0;
    base::Time time = base::kTimeMin;
    base::Time earlier = base::kTimeMin;  // of author and committer
  };
  struct Tree {
    std::uint64_t folders_begin = 0;  // in folders_
    std::uint32_t folders = 0;
    std::uint32_t set = 0;  // of hits beneath it; first those right in it
    bool known = false;
    bool summed = false;
  };

  std::uint32_t tree_number(const ObjectId &id);
  std::uint32_t intern(std::vector<std::uint32_t> hits);  // sorted, distinct
  std::uint32_t unite(std::uint32_t a, std::uint32_t b);
  void sum_up(std::uint32_t tree);

  HashKind kind_;
  std::vector<Commit> commits_;
  std::vector<std::uint64_t> parents_;  // prefixes of ids
  IdNumbers tree_numbers_;
  std::vector<Tree> trees_;
  std::vector<std::uint32_t> folders_;
  std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> hits_by_prefix_;
  std::vector<ObjectId> hits_;
  std::vector<std::uint64_t> filter_;                    // a bit for each 20-bit start of a hit's id
  std::vector<std::vector<std::uint32_t>> sets_ = {{}};  // set 0 is empty
  std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> sets_by_hash_;
  std::unordered_map<std::uint64_t, std::uint32_t> unions_;  // (a, b) -> a ∪ b
  std::uint64_t set_elements_ = 0;
  bool limit_passed_ = false;
};

}  // namespace dislodge::repo

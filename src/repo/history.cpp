#include "repo/history.hpp"

#include <algorithm>

namespace dislodge::repo {

namespace {

constexpr std::uint64_t kFoldersMax = 128ull << 20;     // 512 MiB of them
constexpr std::uint64_t kSetElementsMax = 64ull << 20;  // hits in all sets together
constexpr std::uint64_t kFilterBits = 1 << 20;

std::uint64_t hash_of(const std::vector<std::uint32_t> &hits) {
  std::uint64_t hash = 0x9E3779B97F4A7C15ull;
  for (const std::uint32_t hit : hits) hash = (hash ^ hit) * 0x100000001B3ull + (hash >> 29);
  return hash;
}

}  // namespace

void History::add_commit(const ObjectId &id, const CommitView &commit) {
  Commit added;
  added.id = id;
  if (commit.tree) added.tree = tree_number(*commit.tree);
  added.parents_begin = parents_.size();
  added.parents = static_cast<std::uint32_t>(commit.parents.size());
  added.time = commit.committer.time;
  added.earlier = std::min(commit.author.time, commit.committer.time);
  for (const ObjectId &parent : commit.parents) parents_.push_back(parent.prefix());
  commits_.push_back(added);
}

std::uint32_t History::tree_number(const ObjectId &id) {
  const std::uint32_t number = tree_numbers_.number(id.prefix());
  if (number >= trees_.size()) trees_.resize(number + 1);
  return number;
}

void History::ask(const std::vector<ObjectId> &hits) {
  hits_ = hits;
  filter_.assign(kFilterBits / 64, 0);
  for (std::uint32_t i = 0; i < hits.size(); ++i) {
    const std::uint64_t prefix = hits[i].prefix();
    hits_by_prefix_[prefix].push_back(i);
    const std::uint64_t bit = prefix % kFilterBits;
    filter_[bit / 64] |= 1ull << (bit % 64);
  }
}

void History::add_tree(const ObjectId &id, std::string_view content) {
  const std::uint32_t number = tree_number(id);
  if (trees_[number].known || limit_passed_) return;
  trees_[number].known = true;
  trees_[number].folders_begin = folders_.size();
  std::vector<std::uint32_t> direct;
  TreeReader reader(content, kind_);
  for (TreeEntry entry; reader.next(entry);) {
    if (entry.submodule) continue;
    if (entry.folder) {
      folders_.push_back(tree_number(entry.id));
      continue;
    }
    const std::uint64_t bit = entry.id.prefix() % kFilterBits;
    if ((filter_[bit / 64] >> (bit % 64) & 1) == 0) continue;
    const auto found = hits_by_prefix_.find(entry.id.prefix());
    if (found == hits_by_prefix_.end()) continue;
    for (const std::uint32_t hit : found->second)
      if (hits_[hit] == entry.id) direct.push_back(hit);
  }
  if (folders_.size() > kFoldersMax) limit_passed_ = true;
  std::sort(direct.begin(), direct.end());
  direct.erase(std::unique(direct.begin(), direct.end()), direct.end());
  Tree &tree = trees_[number];
  tree.folders = static_cast<std::uint32_t>(folders_.size() - tree.folders_begin);
  tree.set = intern(std::move(direct));
}

std::uint32_t History::intern(std::vector<std::uint32_t> hits) {
  if (hits.empty()) return 0;
  std::vector<std::uint32_t> &same_hash = sets_by_hash_[hash_of(hits)];
  for (const std::uint32_t set : same_hash)
    if (sets_[set] == hits) return set;
  if (set_elements_ + hits.size() > kSetElementsMax) {
    limit_passed_ = true;
    return 0;
  }
  set_elements_ += hits.size();
  sets_.push_back(std::move(hits));
  same_hash.push_back(static_cast<std::uint32_t>(sets_.size() - 1));
  return same_hash.back();
}

std::uint32_t History::unite(std::uint32_t a, std::uint32_t b) {
  if (a == b || b == 0) return a;
  if (a == 0) return b;
  if (a > b) std::swap(a, b);
  const auto [at, fresh] = unions_.try_emplace(static_cast<std::uint64_t>(a) << 32 | b, 0);
  if (!fresh) return at->second;
  std::vector<std::uint32_t> both;
  std::set_union(sets_[a].begin(), sets_[a].end(), sets_[b].begin(), sets_[b].end(),
                 std::back_inserter(both));
  const std::uint32_t set = intern(std::move(both));
  at->second = set;
  return set;
}

// Gives a tree and all beneath it the set of hits that they hold, each once.
void History::sum_up(std::uint32_t root) {
  struct Step {
    std::uint32_t tree;
    std::uint32_t next;
  };
  std::vector<Step> stack;
  if (!trees_[root].summed) stack.push_back({root, 0});
  while (!stack.empty()) {
    Step &step = stack.back();
    Tree &tree = trees_[step.tree];
    tree.summed = true;  // at once, so that a ring (no real tree has one) ends
    if (step.next < tree.folders) {
      const std::uint32_t folder = folders_[tree.folders_begin + step.next++];
      if (!trees_[folder].summed) stack.push_back({folder, 0});
      continue;
    }
    std::uint32_t set = tree.set;
    for (std::uint32_t i = 0; i < tree.folders; ++i)
      set = unite(set, trees_[folders_[tree.folders_begin + i]].set);
    tree.set = set;
    stack.pop_back();
  }
}

std::vector<Introduction> History::introductions() {
  std::vector<Introduction> out(hits_.size());
  std::unordered_map<std::uint64_t, std::uint32_t> commit_by_prefix;
  commit_by_prefix.reserve(commits_.size());
  for (std::uint32_t i = 0; i < commits_.size(); ++i) {
    commit_by_prefix.emplace(commits_[i].id.prefix(), i);
    if (commits_[i].tree != IdNumbers::kNone) sum_up(commits_[i].tree);
  }
  if (limit_passed_)
    return out;  // a set that is missing would name a later commit: none is better than wrong
  const auto set_of = [&](const Commit &commit) {
    return commit.tree == IdNumbers::kNone ? 0 : trees_[commit.tree].set;
  };
  for (const Commit &commit : commits_) {
    const std::uint32_t mine = set_of(commit);
    if (mine == 0) continue;
    std::uint32_t theirs = 0;
    bool same = false, whole = true;
    for (std::uint32_t p = 0; p < commit.parents && !same; ++p) {
      const auto parent = commit_by_prefix.find(parents_[commit.parents_begin + p]);
      if (parent == commit_by_prefix.end()) {
        whole = false;
        continue;
      }
      const std::uint32_t set = set_of(commits_[parent->second]);
      same = set == mine;
      theirs = unite(theirs, set);
    }
    if (same) continue;
    std::vector<std::uint32_t> fresh;
    std::set_difference(sets_[mine].begin(), sets_[mine].end(), sets_[theirs].begin(), sets_[theirs].end(),
                        std::back_inserter(fresh));
    if (limit_passed_) return std::vector<Introduction>(hits_.size());
    for (const std::uint32_t hit : fresh) {
      Introduction &introduction = out[hit];
      const base::Time since = whole ? commit.earlier : base::kTimeMin;
      introduction.since = introduction.count == 0 ? since : std::min(introduction.since, since);
      ++introduction.count;
      // Equal times are told apart by id, so that the answer never depends on the order of reading.
      if (introduction.count == 1 ||
          std::pair(commit.time, commit.id) < std::pair(introduction.time, introduction.commit)) {
        introduction.commit = commit.id;
        introduction.time = commit.time;
      }
    }
  }
  return out;
}

bool History::holds(const ObjectId &tree, std::uint32_t hit) const {
  const std::uint32_t number = tree_numbers_.find(tree.prefix());
  if (number == IdNumbers::kNone) return false;
  const std::vector<std::uint32_t> &set = sets_[trees_[number].set];
  return std::binary_search(set.begin(), set.end(), hit);
}

}  // namespace dislodge::repo

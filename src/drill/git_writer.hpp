#pragma once
// Builds a small git repository in memory and writes it as a bundle (v2): loose history in, pack with deltas
// out. Formats: gitformat-pack(5), gitformat-bundle(5). Later versions of a file become OFS_DELTA or
// REF_DELTA objects.

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.hpp"

namespace dislodge::drill {

struct GitAuthor {
  std::string name;
  std::string mail;
};

class GitWriter {
 public:
  using Files = std::map<std::string, std::string>;  // path → content

  // Records a commit and moves the branch to it. `merged` is a second parent, or "". Returns the commit's id.
  std::string commit(const std::string &branch, const Files &files, const GitAuthor &author, base::Time time,
                     std::string_view message, const std::string &merged = "");
  void fork(const std::string &branch, const std::string &from) { branches_[branch] = branches_.at(from); }
  void drop(const std::string &branch) { branches_.erase(branch); }
  const std::string &head(const std::string &branch) const { return branches_.at(branch); }
  void tag(const std::string &name, const std::string &commit, const GitAuthor &tagger, base::Time time,
           std::string_view message);

  struct Blob {
    std::string id;
    std::string bytes;
  };
  const std::vector<Blob> &blobs() const { return blobs_; }
  std::string bundle() const;

 private:
  struct Object {
    int type = 0;  // 1 commit, 2 tree, 3 blob, 4 tag
    std::string id;
    std::string bytes;
    std::size_t earlier = SIZE_MAX;  // an object that it may be a delta of
  };
  std::string add(int type, std::string bytes, std::size_t earlier = SIZE_MAX);
  std::string add_tree(const Files &files, const std::string &prefix);

  std::vector<Object> objects_;
  std::map<std::string, std::size_t> by_id_;
  std::map<std::string, std::size_t> last_at_path_;  // blob index of the newest version of each path
  std::map<std::string, std::string> branches_;
  std::map<std::string, std::string> tags_;
  std::vector<Blob> blobs_;
};

}  // namespace dislodge::drill

#pragma once
// Git objects: their ids, and what commits, trees and tags say (gitformat-*; Documentation/gitformat-pack and
// hash-function-transition of git). Parsing borrows from the object's bytes and never fails: a field that is
// not there is empty.

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace dislodge::repo {

enum class HashKind : std::uint8_t { sha1, sha256 };
inline std::size_t hash_size(HashKind kind) {
  return kind == HashKind::sha1 ? 20 : 32;
}

enum class ObjectType : std::uint8_t {
  none = 0,
  commit = 1,
  tree = 2,
  blob = 3,
  tag = 4
};  // as packs number them
std::string_view name_of(ObjectType type);
ObjectType object_type_of(std::string_view name);  // none where it is no type

struct ObjectId {
  std::array<unsigned char, 32> bytes{};  // SHA-1 leaves the last 12 zero
  HashKind kind = HashKind::sha1;

  std::string hex() const;
  // For tables: ids are hashes, so their first bytes spread well. Never the only proof that two ids are
  // equal.
  std::uint64_t prefix() const {
    std::uint64_t value = 0;
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
  bool zero() const { return bytes == std::array<unsigned char, 32>{}; }
  friend auto operator<=>(const ObjectId &, const ObjectId &) = default;
};
ObjectId object_id_of(std::string_view raw, HashKind kind);      // raw has hash_size bytes
std::optional<ObjectId> object_id_of_hex(std::string_view hex);  // 40 or 64 digits

// Bytes of an object, uninitialised at first.
class ObjectBuffer {
 public:
  ObjectBuffer() = default;
  explicit ObjectBuffer(std::size_t size)
      : data_(std::make_unique_for_overwrite<char[]>(size + 1)), size_(size) {}
  char *data() { return data_.get(); }
  std::size_t size() const { return size_; }
  std::string_view view() const { return {data_.get(), size_}; }

 private:
  std::unique_ptr<char[]> data_;
  std::size_t size_ = 0;
};

// Computes ids: the hash over "TYPE SIZE\0" and the content. Keeps its context; not thread-safe.
class ObjectHasher {
 public:
  explicit ObjectHasher(HashKind kind);
  ~ObjectHasher();
  ObjectHasher(const ObjectHasher &) = delete;
  ObjectHasher &operator=(const ObjectHasher &) = delete;
  HashKind kind() const { return kind_; }
  ObjectId id(ObjectType type, std::string_view content);
  ObjectId raw(std::string_view bytes);  // of bytes as they are: a pack's trailer

 private:
  struct State;
  std::unique_ptr<State> state_;
  HashKind kind_;
};

struct Signature {
  std::string_view name;
  std::string_view address;
  base::Time time = base::kTimeMin;
};

struct CommitView {
  std::optional<ObjectId> tree;
  std::vector<ObjectId> parents;  // at most kParentsMax
  Signature author;
  Signature committer;
  std::string_view encoding;
  std::string_view message;  // to the end of the object
};
inline constexpr std::size_t kParentsMax = 4096;
CommitView parse_commit(std::string_view content);
// The message of a tag lies behind the first empty line too; its tagger stands as author.
CommitView parse_tag(std::string_view content);

struct TreeEntry {
  std::string_view name;
  ObjectId id;
  bool folder = false;
  bool submodule = false;  // a commit of another repository
};

// Reads a tree entry by entry: "MODE NAME\0" and the raw id.
class TreeReader {
 public:
  TreeReader(std::string_view content, HashKind kind) : rest_(content), kind_(kind) {}
  bool next(TreeEntry &entry);  // false at the end, or where the tree is damaged

 private:
  std::string_view rest_;
  HashKind kind_;
};

}  // namespace dislodge::repo

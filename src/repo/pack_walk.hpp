#pragma once
// Resolves the objects of a pack depth-first over its delta trees, so that each object is decoded once. A
// base is freed before its heaviest child is entered, so at most log2(objects) bases are held at once; what
// would pass the memory budget is reported too large.
//
//   PackWalk walk(pack, limits);
//   walk.run(WalkTypes::content, [&](const WalkedObject &object) { ... });   // blobs, commits, tags
//   walk.run_on(base_id, type, bytes, each);                                 // deltas whose base lies
//   elsewhere walk.run(WalkTypes::trees, each);

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "repo/pack.hpp"

namespace dislodge::repo {

struct WalkedObject {
  ObjectId id;
  ObjectType type = ObjectType::none;
  std::string_view bytes;
  std::uint32_t entry = kNoEntry;
  bool claimed = false;  // the id is what the index says
};
using ObjectCallback = std::function<void(const WalkedObject &)>;

enum class WalkTypes : std::uint8_t { content, trees };

class PackWalk {
 public:
  PackWalk(Pack &pack, const base::Limits &limits);

  // Blobs are not hashed: their ids are what the index of the pack says. Hashing costs more than all else of
  // reading a history; who calls for this hashes what matters.
  void believe_index() { believes_ = pack_.indexed() && ref_children_.empty(); }

  // Each object of these types that is reachable from a base within the pack and not done yet.
  void run(WalkTypes types, const ObjectCallback &each);
  // Deltas of the pack that stand on an object from elsewhere, and what stands on them.
  void run_on(const ObjectId &base, ObjectType type, std::string_view bytes, const ObjectCallback &each);
  // Ids that pending deltas name as their base, each once.
  std::vector<ObjectId> missing_bases() const;

  // The entry of an id resolved so far, kNoEntry where there is none; and an entry's bytes, by its own chain.
  std::uint32_t find(const ObjectId &id);
  std::optional<std::pair<ObjectType, ObjectBuffer>> decode(std::uint32_t entry);

  // Bytes behind the data of entries that the index took for theirs.
  std::uint64_t slack() const { return slack_; }
  bool budget_passed() const { return budget_passed_; }  // expansion_ratio_max ended the walk

 private:
  struct Frame {
    ObjectBuffer bytes;
    ObjectType type = ObjectType::none;
    std::uint32_t depth = 0;
    std::uint32_t entry = kNoEntry;
    std::uint32_t next_offset_child = kNoEntry;
    std::size_t next_ref_child = 0;  // [next, end) of ref_children_
    std::size_t end_ref_child = 0;
  };

  void descend(ObjectBuffer root, std::string_view root_bytes, ObjectType type, std::uint32_t entry,
               const ObjectId &id, const ObjectCallback &each);
  Frame frame_of(ObjectBuffer bytes, ObjectType type, std::uint32_t depth, std::uint32_t entry,
                 const ObjectId &id) const;
  std::uint32_t next_child(Frame &frame);
  std::optional<ObjectBuffer> inflate(std::uint32_t entry);
  std::optional<ObjectBuffer> apply(std::uint32_t entry, std::string_view base, std::uint64_t held);
  ObjectId finish(std::uint32_t entry, ObjectType type, std::string_view bytes, const ObjectCallback &each);

  Pack &pack_;
  const base::Limits &limits_;
  evidence::Inflater inflater_;
  ObjectHasher hasher_;
  std::vector<std::pair<ObjectId, std::uint32_t>> ref_children_;  // (base, delta), sorted
  std::vector<std::uint64_t> prefixes_;                           // of each entry's id, once done
  std::vector<std::uint32_t> by_prefix_;  // done entries, sorted by prefix; built when asked
  std::size_t indexed_ = 0;               // how many were done when it was built
  std::size_t done_ = 0;
  ObjectBuffer delta_;  // scratch for instructions
  std::uint64_t decoded_ = 0;
  std::uint64_t decoded_max_ = 0;
  std::uint64_t slack_ = 0;
  bool budget_passed_ = false;
  bool believes_ = false;
};

}  // namespace dislodge::repo

#pragma once
// The packs and loose objects of one repository, read together. Emits what is in them; looks up single
// objects afterwards, for commits and paths of the blobs that matter.

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "evidence/sink.hpp"
#include "repo/history.hpp"
#include "repo/loose.hpp"
#include "repo/pack_walk.hpp"

namespace dislodge::repo {

class ObjectStore {
 public:
  // `item` is the bundle, pack, or repository of which everything is a part; both must outlive the store.
  ObjectStore(const evidence::ItemView &item, HashKind kind, evidence::Sink &sink);

  // `label` names the file in messages and paths, "" where the item itself is it; `offset` is where the pack
  // begins in it. Bytes are borrowed.
  // `index`: the index that lies beside it, if one does.
  void add_pack(std::string_view bytes, std::string_view label, std::uint64_t offset,
                std::string_view index = {});
  void add_loose(std::string_view bytes, std::string_view label);

  // Reads everything: blobs to sink.child, messages to sink.text, damage to sink.unread, records at the end.
  void read();

 private:
  struct PackSource {
    std::string label;
    std::uint64_t offset = 0;
    std::unique_ptr<Pack> pack;
    std::unique_ptr<PackWalk> walk;
    bool sound = true;
    bool misnamed = false;  // its index gives an object another's id
  };
  struct LooseSource {
    std::string_view bytes;
    std::string label;
    ObjectType type = ObjectType::none;
  };

  void read_loose_objects(bool trees);
  void resolve_external_bases(const ObjectCallback &each);
  void on_content(const WalkedObject &object, std::size_t pack);
  bool on_blob(const ObjectId &id, std::string_view bytes);
  void on_claimed_blob(const ObjectId &claimed, std::string_view bytes, PackSource &source);
  void on_message(const ObjectId &id, ObjectType type, std::string_view content);
  void read_trees();
  void report(PackSource &source);
  void report_damage(PackSource &source);
  void partial_object(std::string_view bytes, std::uint64_t at, std::uint64_t end, HashKind kind);
  void emit_records();
  void emit_part(std::string_view step, std::string_view bytes);
  std::string path_of(const ObjectId &commit_tree, std::uint32_t hit);
  std::optional<std::pair<ObjectType, ObjectBuffer>> find(const ObjectId &id,
                                                          std::size_t except_pack = SIZE_MAX);
  const ObjectBuffer *tree(const ObjectId &id);
  std::string child_path(const ObjectId &id) const;
  std::string place(const PackSource &source, std::uint64_t at) const;

  const evidence::ItemView &item_;
  HashKind kind_;
  evidence::Sink &sink_;
  ObjectHasher hasher_;
  evidence::Inflater inflater_;
  std::deque<PackSource> packs_;
  std::vector<LooseSource> loose_;
  std::unordered_multimap<std::uint64_t, std::uint32_t> loose_by_prefix_;
  IdSet seen_;
  History history_;
  std::vector<ObjectId> hits_;  // blobs with sightings
  std::vector<std::pair<std::size_t, std::uint32_t>>
      late_trees_;  // (pack, entry) met before the hits were known
  std::unordered_map<std::uint64_t, std::pair<ObjectId, ObjectBuffer>> tree_cache_;
  std::uint64_t tree_cache_bytes_ = 0;
};

}  // namespace dislodge::repo

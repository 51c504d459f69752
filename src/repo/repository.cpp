#include "repo/repository.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/encode.hpp"
#include "base/item_path.hpp"
#include "repo/bundle.hpp"
#include "repo/object_store.hpp"

namespace dislodge::repo {

using evidence::ItemView;
using evidence::LedgerState;
using evidence::Sink;
using namespace std::string_view_literals;

namespace {

// Files that hold only ids, offsets and paths, told by their first bytes: pack indexes, reverse indexes,
// bitmaps, modification times, multi-pack indexes, commit graphs, the staging index and its shared part.
bool is_structure(std::string_view bytes) {
  for (const std::string_view magic :
       {"\377tOc"sv, "RIDX"sv, "BITM"sv, "MTME"sv, "MIDX"sv, "CGPH"sv, "DIRC"sv})
    if (bytes.starts_with(magic)) return true;
  return false;
}

// References, packed or not: nothing but ids and names.
bool is_reference(std::string_view bytes) {
  if (bytes.size() > (64u << 20)) return false;
  while (!bytes.empty()) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    std::string_view line = base::trim(bytes.substr(0, end));
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
    if (line.starts_with("ref: refs/") || line.starts_with("# pack-refs with:") || line.empty()) continue;
    if (line.starts_with('^')) line.remove_prefix(1);
    const std::size_t space = std::min(line.find(' '), line.size());
    if (!object_id_of_hex(line.substr(0, space))) return false;
    if (space < line.size() && !line.substr(space + 1).starts_with("refs/")) return false;
  }
  return true;
}

bool is_reference_name(std::string_view name) {
  return name.starts_with("refs/") || name == "packed-refs" || name == "shallow" ||
         name.find('/') == std::string_view::npos;
}

// extensions.objectFormat in the repository's config.
HashKind hash_kind_of(std::span<const RepositoryFile> files) {
  for (const RepositoryFile &file : files) {
    if (file.name != "config") continue;
    std::string_view rest = file.bytes.substr(0, 1 << 20);
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      const std::string_view line = base::trim(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (line.size() < 12 || !base::equal_ignoring_case(line.substr(0, 12), "objectformat")) continue;
      if (base::contains_ignoring_case(line, "sha256")) return HashKind::sha256;
    }
  }
  return HashKind::sha1;
}

// The bytes of the index that lies beside a pack.
std::string_view index_of(const RepositoryFile &pack, std::span<const RepositoryFile> files) {
  if (!pack.name.ends_with(".pack")) return {};
  const std::string wanted = std::string(pack.name.substr(0, pack.name.size() - 5)) + ".idx";
  for (const RepositoryFile &file : files)
    if (file.name == wanted) return file.bytes;
  return {};
}

void emit_file(const ItemView &item, const RepositoryFile &file, Sink &sink) {
  const std::string path = base::join_item(item.path, base::escape_step(file.name));
  ItemView child;
  child.path = path;
  child.bytes = file.bytes;
  child.name = file.name;
  child.depth = item.depth + 1;
  sink.child(child);
}

void not_held(const ItemView &item, std::string_view file, std::string reason, std::string remedy,
              Sink &sink) {
  sink.unread({.bytes = 0,
               .state = LedgerState::not_held,
               .reason = std::move(reason),
               .remedy = std::move(remedy),
               .child = base::join_item(item.path, base::escape_step(file))});
}

// Objects that this repository uses and that were not handed in with it.
void note_what_is_elsewhere(const ItemView &item, const RepositoryFile &file, Sink &sink) {
  if (file.name == "objects/info/alternates" && !base::trim(file.bytes).empty())
    not_held(item, file.name,
             fmt::format("objects are borrowed from {}",
                         base::to_valid_utf8(base::trim(file.bytes.substr(0, 4096)))),
             "hand in the repository that it names as well", sink);
  if (file.name == "shallow" && !base::trim(file.bytes).empty())
    not_held(item, file.name, "the clone is shallow: history before its oldest commits is not here",
             "run `git fetch --unshallow` on a copy, or hand in the original repository", sink);
  if (file.name.ends_with(".promisor"))
    not_held(item, file.name, "the clone is partial: objects that its filter left out are not here",
             "hand in the original repository", sink);
}

}  // namespace

void note_linked_worktree(const ItemView &item, Sink &sink) {
  constexpr std::string_view kMark = "gitdir:";
  constexpr std::size_t kLongest = 4096;  // of a path
  if (!item.bytes.starts_with(kMark) || item.bytes.size() > kLongest) return;
  const std::string_view name = item.name.empty() ? item.path : item.name;
  if (name != ".git" && !name.ends_with("/.git")) return;
  sink.unread({.bytes = 0,
               .state = LedgerState::not_held,
               .reason = fmt::format("the files of a linked worktree or submodule: its repository lies at {}",
                                     base::to_valid_utf8(base::trim(item.bytes.substr(kMark.size())))),
               .remedy = "hand in the repository that it names: its history is not here",
               .child = base::join_item(item.path, "repository")});
}

base::Result<void> read_repository(const ItemView &item, std::span<const RepositoryFile> files, Sink &sink) {
  ObjectStore store(item, hash_kind_of(files), sink);
  for (const RepositoryFile &file : files) {
    note_what_is_elsewhere(item, file, sink);
    if (file.bytes.empty()) continue;
    if (file.name.starts_with("objects/")) {
      if (read_pack_header(file.bytes)) {
        store.add_pack(file.bytes, file.name, 0, index_of(file, files));
        continue;
      }
      // A temporary file of an interrupted push is an object as well.
      const bool temporary = file.name.find("tmp_obj_") != std::string_view::npos;
      if (loose_id_of(file.name) || temporary) {
        store.add_loose(file.bytes, file.name);
        continue;
      }
      const bool old_index = file.name.ends_with(".idx");  // version 1 has no signature
      if (is_structure(file.bytes) || old_index || file.name == "objects/info/packs") continue;
    } else if (is_structure(file.bytes) || (is_reference_name(file.name) && is_reference(file.bytes))) {
      continue;
    }
    emit_file(item, file, sink);
  }
  store.read();
  return {};
}

base::Result<void> read_bundle(const ItemView &item, Sink &sink) {
  DISLODGE_TRY_ASSIGN(const BundleHead head, read_bundle_head(item.bytes));
  const std::string_view pack =
      item.bytes.substr(std::min<std::size_t>(static_cast<std::size_t>(head.pack), item.bytes.size()));
  if (!read_pack_header(pack))
    return base::fail(
        base::ErrorKind::damaged,
        fmt::format("no pack begins at byte {} of the bundle; ask for the file again", head.pack));
  if (!head.prerequisites.empty())
    not_held(item, "prerequisites",
             fmt::format("the bundle continues a history that is not in it: {} earlier commits are "
                         "presupposed, among them {}",
                         head.prerequisites.size(), head.prerequisites.front().hex()),
             "hand in a bundle of all history (`git bundle create FILE --all`)", sink);
  if (!head.filter.empty())
    not_held(item, "filter",
             fmt::format("the bundle is partial: its filter is {}",
                         base::to_valid_utf8(head.filter.substr(0, 200))),
             "hand in a bundle without a filter", sink);
  ObjectStore store(item, head.kind, sink);
  store.add_pack(pack, {}, head.pack);
  store.read();
  return {};
}

base::Result<void> read_pack(const ItemView &item, Sink &sink) {
  if (!read_pack_header(item.bytes))
    return base::fail(base::ErrorKind::damaged, "the pack's header is damaged; ask for the file again");
  // A pack does not say which hash it uses: the trailer tells.
  HashKind kind = HashKind::sha1;
  if (item.bytes.size() > kPackHeader + 32) {
    ObjectHasher hasher(HashKind::sha256);
    const std::size_t body = item.bytes.size() - 32;
    if (hasher.raw(item.bytes.substr(0, body)) == object_id_of(item.bytes.substr(body), HashKind::sha256))
      kind = HashKind::sha256;
  }
  ObjectStore store(item, kind, sink);
  store.add_pack(item.bytes, {}, 0);
  store.read();
  return {};
}

base::Result<void> read_loose_object(const ItemView &item, Sink &sink) {
  evidence::Inflater inflater;
  ObjectHasher hasher(HashKind::sha1);
  const LooseObject object = read_loose(item.bytes, inflater, hasher, sink.limits());
  if (object.type == ObjectType::none)
    return base::fail(base::ErrorKind::damaged,
                      "this is no loose object, or its start is damaged; ask for the file again");
  ObjectStore store(item, HashKind::sha1, sink);
  store.add_loose(item.bytes, "object");
  store.read();
  if (object.state == LedgerState::read && object.consumed < item.bytes.size()) {
    const std::string path = base::join_item(item.path, fmt::format("~gap@{}", object.consumed));
    ItemView rest;
    rest.path = path;
    rest.bytes = item.bytes.substr(static_cast<std::size_t>(object.consumed));
    rest.depth = item.depth + 1;
    sink.child(rest);
  }
  return {};
}

}  // namespace dislodge::repo

#pragma once
// Git in whatever form it was handed in: a repository's folder, a bundle, a lone pack or a loose object. Each
// blob is read once, by object id, whatever the number of commits that hold it; commit and path are looked up
// only for blobs in which something was found.
//
//   read_repository(item, files, sink);   // the engine maps the files of an EvidenceFile of kind repository
//   read_bundle(item, sink); read_pack(item, sink); read_loose_object(item, sink);
//
// Emitted: each blob as child "<item>!/<oid>"; commit and tag messages as text of "<item>!/<oid>"; then, for
// each blob with sightings beneath it, one record of kind blob with its first commit (repo/history.hpp).
// Other files of a repository (config, reflogs, hooks) become children by name. An object that cannot be
// decoded, whether its bytes are damaged or its delta base is missing, is reported unread with its packed
// bytes.

#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.hpp"
#include "evidence/sink.hpp"

namespace dislodge::repo {

// A file of the repository's folder. Borrowed.
struct RepositoryFile {
  std::string_view name;  // relative to the folder, '/' between parts
  std::string_view bytes;
};

// `item` names the repository (path, depth); its bytes are those of `files` together.
base::Result<void> read_repository(const evidence::ItemView &item, std::span<const RepositoryFile> files,
                                   evidence::Sink &sink);

// The ".git" file of a linked worktree or submodule: its repository lies elsewhere, and the ledger says
// where. Does nothing for any other file.
void note_linked_worktree(const evidence::ItemView &item, evidence::Sink &sink);

base::Result<void> read_bundle(const evidence::ItemView &item, evidence::Sink &sink);
base::Result<void> read_pack(const evidence::ItemView &item, evidence::Sink &sink);
base::Result<void> read_loose_object(const evidence::ItemView &item, evidence::Sink &sink);

}  // namespace dislodge::repo

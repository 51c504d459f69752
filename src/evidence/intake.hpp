#pragma once
// Intake: what was handed in, file by file: hashed, recognised, declared. Nothing is copied or changed.
//
//   auto evidence = intake("export/", [](const IntakeStep &step) { ... });
//   for (const EvidenceFile &file : *evidence) for (const Unit &unit : cut_units(file, limits)) ...
//
// A folder that is a git repository (bare, or the .git of a worktree) is one piece of evidence of kind
// `repository`: its packs, objects and refs mean nothing apart. "<name>.collection.toml" beside a file or
// folder declares it (evidence/collection.hpp) and is no evidence itself; files inherit from the nearest
// folder above.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/hash.hpp"
#include "base/result.hpp"
#include "evidence/collection.hpp"
#include "evidence/item.hpp"
#include "evidence/ledger.hpp"

namespace dislodge::evidence {

// Whether it is what somebody else says (detect/tips.hpp): a table of messages may be a log as well.
enum class Told : std::uint8_t { nothing, perhaps, surely };

enum class EvidenceKind : std::uint8_t { file, repository };

struct FileInRepository {
  std::string name;  // relative to the repository's folder, as on disk: "objects/pack/pack-1f2e....pack"
  std::uint64_t size = 0;
  base::Sha256 sha256{};
};

struct EvidenceFile {
  EvidenceKind kind = EvidenceKind::file;
  std::filesystem::path path;  // on disk
  std::string item;            // root of item paths: relative to the parent of the added path, escaped
  std::uint64_t size = 0;      // bytes; of a repository the sum over its files
  // SHA-256 of the bytes; of a repository SHA-256 over "NAME\0" and the 32 bytes of each file, sorted by
  // name.
  base::Sha256 sha256{};
  ItemType type = ItemType::unknown;  // unknown for a repository
  bool divisible = false;             // may be read in ranges (evidence/recognise.hpp)
  Told tip = Told::nothing;
  std::optional<Collection> collection;
  std::vector<FileInRepository> files;  // of a repository only, sorted by name
};

struct IntakeStep {
  std::string_view item;    // the file being hashed
  std::uint64_t bytes = 0;  // hashed since the last step
  bool file_done = false;
};

// What a file is, told from its content by a process that may be lost to it.
struct Recognised {
  ItemType type = ItemType::unknown;
  bool divisible = false;
  Told tip = Told::nothing;  // asked by the engine's recogniser alone
};
using Recogniser =
    std::function<base::Result<Recognised>(const std::filesystem::path &path, std::string_view name)>;
// In this process: for evidence that is trusted, as a test's is. The engine asks a sandboxed worker instead
// (engine/recogniser.hpp).
base::Result<Recognised> recognise_here(const std::filesystem::path &path, std::string_view name);

// What is to be known of one file before anything else. `member`: it belongs to a repository, so its type is
// not asked for.
struct Examined {
  std::uint64_t size = 0;  // bytes
  base::Sha256 sha256{};
  Recognised recognised;
};
// Examines the file at `path`. `item` is unique among all files of an intake, members of repositories
// included: where machines share the hashing, it says which has done this one (engine/inventory.hpp).
using Examiner = std::function<base::Result<Examined>(const std::filesystem::path &path,
                                                      std::string_view item, bool member)>;
// Reads the whole file: SHA-256, and unless it is a member, its type. `progress` and `recogniser` must
// outlive the examiner.
Examiner examine_here(const std::function<void(const IntakeStep &)> &progress, const Recogniser &recogniser);

// Told of what lies in a folder and is not taken in: a symbolic link, a device, what may not be read, a case
// of ours. The row has no bytes, since nothing of it was handed in.
using LeftOut = std::function<void(LedgerRow row)>;

// Walks a file or folder (symbolic links within it are not followed; the one that is named is), sorted
// bytewise by item path. Without `left_out` what cannot be opened is an error that names it and stops the
// intake: evidence must not be missed silently. What was named itself is always an error.
base::Result<std::vector<EvidenceFile>> intake_with(const std::filesystem::path &path,
                                                    const Examiner &examiner, const LeftOut &left_out = {});
// The same, each file examined on this machine.
base::Result<std::vector<EvidenceFile>> intake(const std::filesystem::path &path,
                                               const std::function<void(const IntakeStep &)> &progress = {},
                                               const Recogniser &recogniser = recognise_here,
                                               const LeftOut &left_out = {});

// HEAD, objects/ and refs/ or packed-refs, as git itself tells a repository (setup.c, is_git_directory).
bool is_repository(const std::filesystem::path &folder);

}  // namespace dislodge::evidence

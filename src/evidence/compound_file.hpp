#pragma once
// A compound file ([MS-CFB], also OLE2 or structured storage): the container of .msg, .doc, .xls, .ppt, .msi
// and of encrypted OOXML. Opened from bytes that may be cut, cyclic or forged: chains are followed with a
// bound, a broken one gives what lies before the break, and entries that the tree does not reach are kept and
// marked.
//
//   DISLODGE_TRY_ASSIGN(const CompoundFile file, CompoundFile::open(bytes, limits));
//   if (const auto entry = file.find(CompoundFile::kRoot, "WordDocument")) {
//     std::string owned;
//     const CompoundStream stream = file.read(*entry, owned);     // stream.bytes, stream.whole
//   }
//
// Borrows the bytes. Memory: the allocation tables (four bytes a sector) and the directory. Reading is const
// and may be done from several threads. A forged file may give the same sectors to many streams: who reads
// all of them bounds the sum (`limits.archive_bytes_max`).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "base/result.hpp"

namespace dislodge::evidence {

using CompoundId = std::uint32_t;  // an index into entries()

struct CompoundEntry {
  std::string name;  // UTF-8, controls kept: "\x05SummaryInformation"
  bool storage = false;
  bool orphan = false;     // not reached from the root: deleted, or hidden on purpose; its parent is the root
  CompoundId parent = 0;   // the root is its own parent
  std::uint64_t size = 0;  // of a stream, as declared
  std::uint32_t first = 0;                // first sector of its chain
  std::string_view class_id;              // 16 bytes
  std::vector<CompoundId> children = {};  // in the order of the directory
};

struct CompoundStream {
  std::string_view bytes;  // in the file where its sectors lie in a row, else in the caller's string
  bool whole = true;       // false: the chain breaks off, or the file does, before the declared size
};

class CompoundFile {
 public:
  static constexpr CompoundId kRoot = 0;

  // Fails where there is no header or no directory at all. `limits.members_max` bounds the entries,
  // `limits.member_bytes_max` a stream.
  static base::Result<CompoundFile> open(std::string_view bytes, const base::Limits &limits);

  const std::vector<CompoundEntry> &entries() const { return entries_; }
  // The child of that name, in any case of ASCII letters.
  std::optional<CompoundId> find(CompoundId storage, std::string_view name) const;
  // Its bytes, at most member_bytes_max.
  CompoundStream read(CompoundId stream, std::string &owned) const;
  // "Root/child/grandchild" without the root's own name; empty for the root.
  std::string path_of(CompoundId entry) const;

  // Stretches of the file that no stream and no table holds: deleted content lies there. In order.
  std::vector<std::pair<std::uint64_t, std::uint64_t>> unused() const;
  // What is wrong with the file's own structure, in words; empty where nothing is.
  const std::string &damage() const { return damage_; }

 private:
  CompoundFile() = default;
  bool read_tables(const base::Limits &limits);
  void read_directory(const base::Limits &limits);
  void link_tree();
  void note(std::string_view what);
  std::uint64_t offset_of(std::uint32_t sector) const {
    return (static_cast<std::uint64_t>(sector) + 1) << sector_shift_;
  }
  std::string_view sector(std::uint32_t number) const;
  // The sectors of a chain, at most `most`; `whole` is set to whether it ended as it should.
  std::vector<std::uint32_t> chain(const std::vector<std::uint32_t> &table, std::uint32_t first,
                                   std::uint64_t most, bool &whole) const;

  std::string_view bytes_;
  unsigned sector_shift_ = 9;
  unsigned mini_shift_ = 6;
  std::uint64_t mini_cutoff_ = 4096;
  std::uint64_t stream_max_ = 0;
  bool version_4_ = false;
  std::vector<std::uint32_t> fat_;
  std::vector<std::uint32_t> mini_fat_;
  std::vector<std::uint32_t> mini_stream_;  // sectors that hold the mini stream
  std::vector<std::uint32_t> table_sectors_;
  std::vector<CompoundEntry> entries_;
  struct Link {
    std::uint32_t left = 0, right = 0, child = 0;
  };
  std::vector<Link> links_;                // of the directory as written, by slot
  std::vector<std::uint32_t> slot_;        // entry -> slot
  std::vector<std::uint32_t> slot_entry_;  // slot -> entry, or none
  std::string damage_;
};

}  // namespace dislodge::evidence

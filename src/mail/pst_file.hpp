#pragma once
// The lowest layer of a PST or OST ([MS-PST] 2.2, the NDB layer; the 4 KiB-page form of Outlook 2013 and
// later after the format notes of the libpff project): pages, blocks and the two trees that lead to them. A
// node has an id, a block of data, and a tree of subnodes; a block has an id and lies somewhere in the file.
//
//   DISLODGE_TRY_ASSIGN(PstFile file, PstFile::open(bytes, limits));
//   for (const PstNode &node : file.nodes()) { PstData data = file.data(node.data); ... }
//
// The trees are read as far as they are sound. Where a block is not found through them, the whole file is
// searched once for pages and blocks that carry their own id, place, length and checksum, so that a cut or
// overwritten tree does not take down what it led to. Every walk is iterative and bounded.
//
// Borrows the bytes. Memory: 40 bytes a node, 24 bytes a block that only the search found.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "evidence/inflate.hpp"
#include "mail/pst_cipher.hpp"

namespace dislodge::mail {

enum class PstForm : std::uint8_t { ansi, unicode, unicode_4k };

// Kinds of node: the lower five bits of its id ([MS-PST] 2.2.2.1).
enum : std::uint32_t {
  kPstFolder = 0x02,
  kPstSearchFolder = 0x03,
  kPstMessage = 0x04,
  kPstAttachment = 0x05,
  kPstAssociated = 0x08,
  kPstNames = 0x61,        // whole id: the names of named properties
  kPstRecipients = 0x692,  // whole ids of subnodes of a message
};

struct PstNode {
  std::uint32_t id = 0;
  std::uint32_t parent = 0;
  std::uint64_t data = 0;
  std::uint64_t sub = 0;
  std::uint64_t version = 0;  // id of the page that says so: a later page has a greater one
  bool current = true;        // false: from a page that the tree no longer reaches
};

struct PstBlock {
  std::uint64_t id = 0;
  std::uint64_t offset = 0;
  std::uint32_t stored = 0;  // bytes in the file
  std::uint32_t size = 0;    // the same unless it is deflated
};

// The blocks of one data tree, decrypted and inflated. A missing one is empty, so that places stay right.
struct PstData {
  std::vector<std::string> blocks;
  bool whole = true;
  std::uint64_t damaged_bytes = 0;  // in the file, of blocks that are there and broken
  std::string joined() const;
};

struct PstSubnode {
  std::uint32_t id = 0;
  std::uint64_t data = 0;
  std::uint64_t sub = 0;
};

class PstFile {
 public:
  // Fails only where the first bytes are no PST's. `limits.member_bytes_max` bounds one data tree.
  static base::Result<PstFile> open(std::string_view bytes, const base::Limits &limits);

  PstForm form() const { return form_; }
  PstCipher cipher() const { return cipher_; }
  std::string_view bytes() const { return bytes_; }

  // All nodes: those of the tree, and older ones that only unreferenced pages still name. By rising id.
  const std::vector<PstNode> &nodes() const { return nodes_; }
  const PstNode *node(std::uint32_t id) const;
  bool trees_whole() const { return damage_.empty(); }
  const std::string &damage() const { return damage_; }  // in words; empty where both trees are sound

  PstData data(std::uint64_t block_id) const;
  // Sorted by id. `whole` is cleared where a part of the list is missing.
  std::vector<PstSubnode> subnodes(std::uint64_t block_id, bool &whole) const;

  // Where a block lies: through the tree, else by the search.
  std::optional<PstBlock> find_block(std::uint64_t id) const;
  // Its content as stored in place (checked against its trailer), decrypted and inflated.
  bool read_block(const PstBlock &block, std::string &out) const;

  // What the search found: every sound block, whether or not a tree leads to it; in file order. Searches the
  // file each time, and calls `each` with the block. Returns the number of blocks.
  template <typename Each>
  void each_block(Each &&each) const {
    std::uint64_t at = 0;
    PstBlock block;
    while (next_block(at, block)) each(block);
  }

  static bool is_internal(std::uint64_t id) { return (id & 2) != 0; }
  unsigned id_bytes() const { return form_ == PstForm::ansi ? 4 : 8; }
  std::uint64_t id_at(std::string_view bytes, std::size_t at) const;

 private:
  struct Page {
    std::string_view entries;
    std::size_t count = 0;
    std::size_t entry_size = 0;
    unsigned level = 0;
    std::uint64_t id = 0;
  };
  PstFile() = default;
  void note(std::string_view what);
  std::size_t page_size() const { return form_ == PstForm::unicode_4k ? 4096 : 512; }
  // A page of a tree, of type 0x80 (blocks) or 0x81 (nodes); `checked` also compares its checksum.
  std::optional<Page> page_at(std::uint64_t offset, unsigned type, bool checked) const;
  void walk_nodes(std::uint64_t root);
  void add_nodes(const Page &page, bool current);
  bool walk_blocks_whole(std::uint64_t root);
  void search_nodes();
  void search_blocks() const;
  std::optional<PstBlock> block_of_tree(std::uint64_t id) const;
  bool block_entry(const Page &page, std::size_t index, PstBlock &block) const;
  // The first sound block whose end lies behind `at`; moves `at` to that end.
  bool next_block(std::uint64_t &at, PstBlock &block) const;
  bool trailer_at(std::uint64_t end, PstBlock &block) const;
  void gather(std::uint64_t id, unsigned depth, std::uint64_t &budget, PstData &out) const;

  std::string_view bytes_;
  PstForm form_ = PstForm::unicode;
  PstCipher cipher_ = PstCipher::none;
  std::uint64_t data_max_ = 0;
  std::uint64_t block_root_ = 0;
  std::vector<PstNode> nodes_;
  std::vector<std::uint64_t> pages_seen_;
  std::string damage_;
  // Filled when a block is asked for that the tree does not lead to.
  mutable bool searched_ = false;
  mutable std::vector<PstBlock> found_;
  mutable std::unique_ptr<evidence::Inflater> inflater_;
};

}  // namespace dislodge::mail

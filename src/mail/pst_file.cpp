#include "mail/pst_file.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "evidence/zip_directory.hpp"

namespace dislodge::mail {

using evidence::le16;
using evidence::le32;
using evidence::le64;

namespace {

constexpr unsigned kBlockPages = 0x80;
constexpr unsigned kNodePages = 0x81;
constexpr unsigned kTreeDepthMax = 12;           // of a file of 2^64 bytes it would be 9
constexpr std::uint32_t kListBytesMax = 65'536;  // of a list of blocks or subnodes

std::uint8_t byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}

}  // namespace

std::string PstData::joined() const {
  std::string out;
  std::size_t size = 0;
  for (const std::string &block : blocks) size += block.size();
  out.reserve(size);
  for (const std::string &block : blocks) out += block;
  return out;
}

std::uint64_t PstFile::id_at(std::string_view bytes, std::size_t at) const {
  return form_ == PstForm::ansi ? le32(bytes, at) : le64(bytes, at);
}

void PstFile::note(std::string_view what) {
  if (damage_.find(what) != std::string::npos) return;
  if (!damage_.empty()) damage_ += "; ";
  damage_ += what;
}

base::Result<PstFile> PstFile::open(std::string_view bytes, const base::Limits &limits) {
  if (bytes.size() < 12 || !bytes.starts_with("!BDN"))
    return base::fail(base::ErrorKind::damaged,
                      "byte 0: no header of a PST; get the file again from where it came");
  PstFile file;
  file.bytes_ = bytes;
  file.data_max_ = limits.member_bytes_max;
  file.inflater_ = std::make_unique<evidence::Inflater>();
  // [MS-PST] 2.2.2.6: 14 and 15 ANSI, from 21 on Unicode, 36 with pages of 4 KiB.
  const unsigned version = le16(bytes, 10);
  file.form_ = version >= 36 ? PstForm::unicode_4k : version >= 21 ? PstForm::unicode : PstForm::ansi;
  const bool ansi = file.form_ == PstForm::ansi;
  const std::size_t header = ansi ? 0x1CE : 0x202;
  if (bytes.size() < header) {
    file.note("the header is cut");
    return file;
  }
  const unsigned method = byte_at(bytes, header - 1);
  if (method > 2 && method != 0x10) file.note(fmt::format("unknown encryption method {}", method));
  file.cipher_ = static_cast<PstCipher>(method);
  if (file.cipher_ == PstCipher::protected_by_windows)
    return base::fail(base::ErrorKind::encrypted,
                      "protected by Windows Information Protection; export it again from Outlook under the "
                      "account that owns it, or decrypt it with the organisation's recovery certificate");
  const std::uint64_t node_root = ansi ? le32(bytes, 0xBC) : le64(bytes, 0xE0);
  file.block_root_ = ansi ? le32(bytes, 0xC4) : le64(bytes, 0xF0);
  file.walk_nodes(node_root);
  if (!file.walk_blocks_whole(file.block_root_)) file.note("the tree of blocks is damaged");
  file.search_nodes();
  return file;
}

std::optional<PstFile::Page> PstFile::page_at(std::uint64_t offset, unsigned type, bool checked) const {
  const std::size_t size = page_size();
  if (offset == 0 || offset > bytes_.size() || bytes_.size() - offset < size) return std::nullopt;
  const std::string_view page = bytes_.substr(static_cast<std::size_t>(offset), size);
  Page out;
  std::size_t trailer = 0;
  std::uint32_t sum = 0;
  switch (form_) {
    case PstForm::ansi:
      trailer = 500;
      out.count = byte_at(page, 496);
      out.entry_size = byte_at(page, 498);
      out.level = byte_at(page, 499);
      out.id = le32(page, trailer + 4);
      sum = le32(page, trailer + 8);
      out.entries = page.substr(0, 496);
      break;
    case PstForm::unicode:
      trailer = 496;
      out.count = byte_at(page, 488);
      out.entry_size = byte_at(page, 490);
      out.level = byte_at(page, 491);
      sum = le32(page, trailer + 4);
      out.id = le64(page, trailer + 8);
      out.entries = page.substr(0, 488);
      break;
    case PstForm::unicode_4k:
      trailer = 4072;
      out.count = le16(page, 4056);
      out.entry_size = byte_at(page, 4060);
      out.level = byte_at(page, 4061);
      sum = le32(page, trailer + 4);
      out.id = le64(page, trailer + 8);
      out.entries = page.substr(0, 4056);
      break;
  }
  if (byte_at(page, trailer) != type || byte_at(page, trailer + 1) != type) return std::nullopt;
  // Entries that are shorter than their kind would be read beyond themselves.
  const std::size_t id = id_bytes();
  const std::size_t least = out.level > 0 ? 3 * id : type == kBlockPages ? 2 * id + 4 : 3 * id + 4;
  if (out.entry_size < least || out.count * out.entry_size > out.entries.size()) return std::nullopt;
  if (checked && (pst_signature(offset, out.id) != le16(page, trailer + 2) ||
                  pst_checksum(page.substr(0, trailer)) != sum))
    return std::nullopt;
  return out;
}

void PstFile::add_nodes(const Page &page, bool current) {
  const std::size_t id = id_bytes();
  for (std::size_t i = 0; i < page.count; ++i) {
    const std::size_t at = i * page.entry_size;
    PstNode node;
    node.id = le32(page.entries, at);
    node.data = id_at(page.entries, at + id);
    node.sub = id_at(page.entries, at + 2 * id);
    node.parent = le32(page.entries, at + 3 * id);
    node.version = page.id;
    node.current = current;
    nodes_.push_back(node);
  }
}

void PstFile::walk_nodes(std::uint64_t root) {
  struct Step {
    std::uint64_t offset;
    unsigned level;
  };
  std::vector<Step> pending{{root, kTreeDepthMax}};
  const std::uint64_t pages_max = bytes_.size() / page_size() + 1;
  while (!pending.empty() && pages_seen_.size() <= pages_max) {
    const Step step = pending.back();
    pending.pop_back();
    const auto page = page_at(step.offset, kNodePages, true);
    // Levels fall towards the leaves: a ring cannot.
    if (!page || page->level >= step.level) {
      note("the tree of nodes is damaged");
      continue;
    }
    pages_seen_.push_back(step.offset);
    if (page->level == 0) {
      add_nodes(*page, true);
      continue;
    }
    for (std::size_t i = page->count; i-- > 0;)
      pending.push_back({id_at(page->entries, i * page->entry_size + 2 * id_bytes()), page->level});
  }
  std::sort(pages_seen_.begin(), pages_seen_.end());
}

bool PstFile::walk_blocks_whole(std::uint64_t root) {
  std::vector<std::pair<std::uint64_t, unsigned>> pending{{root, kTreeDepthMax}};
  std::uint64_t left = bytes_.size() / page_size() + 1;
  bool whole = true;
  while (!pending.empty() && left-- > 0) {
    const auto [offset, level] = pending.back();
    pending.pop_back();
    const auto page = page_at(offset, kBlockPages, true);
    if (!page || page->level >= level) {
      whole = false;
      continue;
    }
    if (page->level == 0) continue;
    for (std::size_t i = 0; i < page->count; ++i)
      pending.emplace_back(id_at(page->entries, i * page->entry_size + 2 * id_bytes()), page->level);
  }
  return whole && pending.empty();
}

// Pages that the tree does not reach: what was deleted since, or what a damaged tree lost.
void PstFile::search_nodes() {
  const std::size_t size = page_size();
  for (std::uint64_t offset = size; offset + size <= bytes_.size(); offset += size) {
    const std::size_t trailer = size == 4096 ? 4072 : form_ == PstForm::ansi ? 500 : 496;
    if (byte_at(bytes_, static_cast<std::size_t>(offset) + trailer) != kNodePages) continue;
    if (std::binary_search(pages_seen_.begin(), pages_seen_.end(), offset)) continue;
    const auto page = page_at(offset, kNodePages, true);
    if (page && page->level == 0) add_nodes(*page, false);
  }
  // Of each node the current entry, else the newest.
  std::sort(nodes_.begin(), nodes_.end(), [](const PstNode &a, const PstNode &b) {
    if (a.id != b.id) return a.id < b.id;
    if (a.current != b.current) return a.current;
    if (a.version != b.version) return a.version > b.version;
    return a.data > b.data;
  });
  nodes_.erase(std::unique(nodes_.begin(), nodes_.end(),
                           [](const PstNode &a, const PstNode &b) { return a.id == b.id; }),
               nodes_.end());
}

const PstNode *PstFile::node(std::uint32_t id) const {
  const auto found =
      std::lower_bound(nodes_.begin(), nodes_.end(), id,
                       [](const PstNode &node, std::uint32_t value) { return node.id < value; });
  return found != nodes_.end() && found->id == id ? &*found : nullptr;
}

bool PstFile::block_entry(const Page &page, std::size_t index, PstBlock &block) const {
  const std::size_t at = index * page.entry_size;
  const std::size_t id = id_bytes();
  block.id = id_at(page.entries, at) & ~1ull;
  block.offset = id_at(page.entries, at + id);
  block.stored = le16(page.entries, at + 2 * id);
  block.size = form_ == PstForm::unicode_4k ? le16(page.entries, at + 2 * id + 2) : block.stored;
  return block.offset != 0 && block.offset < bytes_.size() && bytes_.size() - block.offset >= block.stored;
}

std::optional<PstBlock> PstFile::block_of_tree(std::uint64_t id) const {
  id &= ~1ull;
  std::uint64_t offset = block_root_;
  unsigned level = kTreeDepthMax;
  while (true) {
    const auto page = page_at(offset, kBlockPages, false);
    if (!page || page->level >= level || page->count == 0) return std::nullopt;
    level = page->level;
    // The last entry whose key is not greater.
    std::size_t low = 0;
    std::size_t high = page->count;
    while (low < high) {
      const std::size_t middle = (low + high) / 2;
      if ((id_at(page->entries, middle * page->entry_size) & ~1ull) <= id)
        low = middle + 1;
      else
        high = middle;
    }
    if (low == 0) return std::nullopt;
    if (level > 0) {
      offset = id_at(page->entries, (low - 1) * page->entry_size + 2 * id_bytes());
      continue;
    }
    PstBlock block;
    if (!block_entry(*page, low - 1, block) || block.id != id) return std::nullopt;
    return block;
  }
}

bool PstFile::trailer_at(std::uint64_t end, PstBlock &block) const {
  const std::size_t trailer = form_ == PstForm::ansi ? 12 : form_ == PstForm::unicode ? 16 : 24;
  const std::uint64_t align = form_ == PstForm::unicode_4k ? 512 : 64;
  const auto at = static_cast<std::size_t>(end) - trailer;
  const unsigned stored = le16(bytes_, at);
  const std::uint64_t total = (stored + trailer + align - 1) / align * align;
  if (stored == 0 || total > end) return false;
  block.offset = end - total;
  block.stored = stored;
  const std::uint32_t sum = le32(bytes_, at + (form_ == PstForm::ansi ? 8 : 4));
  block.id = (form_ == PstForm::ansi ? le32(bytes_, at + 4) : le64(bytes_, at + 8));
  block.size = form_ == PstForm::unicode_4k ? le32(bytes_, at + 18) : stored;
  if (block.size == 0 || block.size > kListBytesMax) block.size = stored;
  if (block.id == 0 || pst_signature(block.offset, block.id) != le16(bytes_, at + 2)) return false;
  if (pst_checksum(bytes_.substr(static_cast<std::size_t>(block.offset), stored)) != sum) return false;
  block.id &= ~1ull;
  return true;
}

bool PstFile::next_block(std::uint64_t &at, PstBlock &block) const {
  const std::uint64_t align = form_ == PstForm::unicode_4k ? 512 : 64;
  for (std::uint64_t end = at / align * align + align; end <= bytes_.size(); end += align) {
    if (!trailer_at(end, block)) continue;
    at = end;
    return true;
  }
  at = bytes_.size();
  return false;
}

void PstFile::search_blocks() const {
  searched_ = true;
  each_block([&](const PstBlock &block) {
    const auto known = block_of_tree(block.id);
    if (!known || known->offset != block.offset) found_.push_back(block);
  });
  std::stable_sort(found_.begin(), found_.end(),
                   [](const PstBlock &a, const PstBlock &b) { return a.id < b.id; });
}

std::optional<PstBlock> PstFile::find_block(std::uint64_t id) const {
  id &= ~1ull;
  if (id == 0) return std::nullopt;
  if (const auto block = block_of_tree(id)) return block;
  if (!searched_) search_blocks();
  const auto found =
      std::upper_bound(found_.begin(), found_.end(), id,
                       [](std::uint64_t value, const PstBlock &block) { return value < block.id; });
  if (found == found_.begin() || std::prev(found)->id != id) return std::nullopt;
  return *std::prev(found);
}

bool PstFile::read_block(const PstBlock &block, std::string &out) const {
  out.clear();
  if (block.offset > bytes_.size() || bytes_.size() - block.offset < block.stored) return false;
  const std::string_view stored = bytes_.substr(static_cast<std::size_t>(block.offset), block.stored);
  const std::size_t trailer = form_ == PstForm::ansi ? 12 : form_ == PstForm::unicode ? 16 : 24;
  const std::uint64_t align = form_ == PstForm::unicode_4k ? 512 : 64;
  const std::uint64_t end = block.offset + (block.stored + trailer + align - 1) / align * align;
  PstBlock own;
  // The trailer must agree: else the block was overwritten, and the tree does not know.
  if (end > bytes_.size() || !trailer_at(end, own) || own.offset != block.offset || own.id != block.id)
    return false;
  if (form_ == PstForm::unicode_4k && block.size != block.stored) {
    const evidence::Inflated inflated = inflater_->zlib(stored, block.size, kListBytesMax);
    out = inflated.bytes;
    if (inflated.end != evidence::InflateEnd::complete) return false;
  } else {
    out = stored;
  }
  if (!is_internal(block.id)) decrypt_pst(cipher_, static_cast<std::uint32_t>(block.id), out);
  return true;
}

void PstFile::gather(std::uint64_t id, unsigned depth, std::uint64_t &budget, PstData &out) const {
  const auto block = find_block(id);
  std::string bytes;
  if (!block || !read_block(*block, bytes)) {
    out.whole = false;
    if (block) out.damaged_bytes += block->stored;
    out.blocks.emplace_back();
    return;
  }
  if (!is_internal(id)) {
    if (bytes.size() > budget) {
      bytes.resize(static_cast<std::size_t>(budget));
      out.whole = false;
    }
    budget -= bytes.size();
    out.blocks.push_back(std::move(bytes));
    return;
  }
  // A list of blocks, or a list of such lists ([MS-PST] 2.2.2.8.3.2): levels 1 and 2.
  if (bytes.size() < 8 || byte_at(bytes, 0) != 1 || byte_at(bytes, 1) > depth || depth == 0) {
    out.whole = false;
    out.blocks.emplace_back();
    return;
  }
  const std::size_t count = std::min<std::size_t>(le16(bytes, 2), (bytes.size() - 8) / id_bytes());
  const unsigned below = byte_at(bytes, 1) - (byte_at(bytes, 1) > 0 ? 1u : 0u);
  for (std::size_t i = 0; i < count && budget > 0; ++i)
    gather(id_at(bytes, 8 + i * id_bytes()), below, budget, out);
}

PstData PstFile::data(std::uint64_t block_id) const {
  PstData out;
  if (block_id == 0) return out;
  std::uint64_t budget = std::min<std::uint64_t>(data_max_, bytes_.size() * 64 + 65'536);
  gather(block_id, 2, budget, out);
  return out;
}

std::vector<PstSubnode> PstFile::subnodes(std::uint64_t block_id, bool &whole) const {
  std::vector<PstSubnode> out;
  if (block_id == 0) return out;
  std::vector<std::uint64_t> pending{block_id};
  bool top = true;
  std::string bytes;
  // An upper list names lower ones only, so two rounds are all there is.
  std::size_t lists = 0;
  while (!pending.empty() && lists++ < kListBytesMax) {
    const std::uint64_t id = pending.back();
    pending.pop_back();
    const auto block = find_block(id);
    if (!block || !is_internal(id) || !read_block(*block, bytes) || bytes.size() < 4 ||
        byte_at(bytes, 0) != 2) {
      whole = false;
      continue;
    }
    const std::size_t width = id_bytes();
    const std::size_t head = form_ == PstForm::ansi ? 4 : 8;
    const unsigned level = byte_at(bytes, 1);
    const std::size_t entry = level == 0 ? 3 * width : 2 * width;
    const std::size_t room = bytes.size() > head ? (bytes.size() - head) / entry : 0;
    const std::size_t count = std::min<std::size_t>(le16(bytes, 2), room);
    if (level > 0 && !top) {
      whole = false;
      continue;
    }
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t at = head + i * entry;
      if (level > 0)
        pending.push_back(id_at(bytes, at + width));
      else
        out.push_back({le32(bytes, at), id_at(bytes, at + width), id_at(bytes, at + 2 * width)});
    }
    top = false;
  }
  std::sort(out.begin(), out.end(), [](const PstSubnode &a, const PstSubnode &b) { return a.id < b.id; });
  return out;
}

}  // namespace dislodge::mail

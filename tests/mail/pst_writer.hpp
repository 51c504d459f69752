#pragma once
// Writes small PST and OST files for tests, in all three forms and with every cipher: messages in one folder,
// with recipients, attachments and attached items. Trees have leaf pages and one root page, which lie where
// the test wants them: at the front, or behind everything as after a rewrite.

#include <libdeflate.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mail/pst_cipher.hpp"
#include "mail/pst_file.hpp"

namespace dislodge::test {

using mail::PstCipher;
using mail::PstForm;

struct PstValue {
  std::uint16_t id = 0;
  std::uint16_t type = 0;
  std::string bytes;
};

inline PstValue pst_text(std::uint16_t id, std::string_view ascii) {
  std::string wide;
  for (const char c : ascii) wide += std::string(1, c) + '\0';
  return {id, 0x001F, wide};
}
inline PstValue pst_number(std::uint16_t id, std::uint32_t value) {
  std::string bytes;
  for (int i = 0; i < 4; ++i) bytes += static_cast<char>(value >> 8 * i);
  return {id, 0x0003, bytes};
}

struct PstWritten {
  std::uint64_t data = 0;
  std::uint64_t sub = 0;
};

struct PstAttached {
  std::vector<PstValue> values;
  PstWritten item{};  // an attached item: its bag and subnodes
};

class PstWriter {
 public:
  explicit PstWriter(PstForm form = PstForm::unicode, PstCipher cipher = PstCipher::permute)
      : form_(form), cipher_(cipher), bytes_(0x4400, '\0') {}

  // A property bag with what belongs to it.
  PstWritten message(const std::vector<PstValue> &values,
                     const std::vector<std::vector<PstValue>> &recipients = {},
                     const std::vector<PstAttached> &attachments = {}) {
    std::vector<mail::PstSubnode> subnodes;
    PstWritten out;
    out.data = bag(values, subnodes);
    if (!recipients.empty()) subnodes.push_back({mail::kPstRecipients, table(recipients), 0});
    std::uint32_t number = 0x8025;
    for (const PstAttached &attached : attachments) {
      std::vector<mail::PstSubnode> inner;
      std::vector<PstValue> own = attached.values;
      if (attached.item.data != 0) {
        const std::uint32_t id = number + 0x10000;
        inner.push_back({(id & ~31u) | 4, attached.item.data, attached.item.sub});
        PstValue object{0x3701, 0x000D, {}};
        put(object.bytes, (id & ~31u) | 4, 4);
        put(object.bytes, 0, 4);
        own.push_back(object);
      }
      const std::uint64_t data = bag(own, inner);
      subnodes.push_back({number, data, inner.empty() ? 0 : subnode_list(inner)});
      number += 32;
    }
    if (!subnodes.empty()) out.sub = subnode_list(subnodes);
    return out;
  }

  void node(std::uint32_t id, PstWritten written, std::uint32_t parent) {
    nodes_.push_back({id, parent, written.data, written.sub});
  }
  std::uint32_t folder(std::uint32_t number, std::string_view name, std::uint32_t parent) {
    const std::uint32_t id = number << 5 | 2;
    node(id, message({pst_text(0x3001, name)}), parent == 0 ? id : parent);
    return id;
  }
  // Takes a node out of the next tree. Pages written before stay in the file, as they do in a real one.
  void forget(std::uint32_t id) {
    nodes_.erase(
        std::remove_if(nodes_.begin(), nodes_.end(), [&](const Node &node) { return node.id == id; }),
        nodes_.end());
  }
  std::uint64_t size() const { return bytes_.size(); }

  // The whole file, with the trees behind all blocks. May be called again after changes.
  std::string write() {
    const std::uint64_t nodes = tree(0x81);
    const std::uint64_t blocks = tree(0x80);
    std::string header = "!BDN";
    put(header, 0, 4);
    header += "SM";
    put(header, form_ == PstForm::ansi ? 15 : form_ == PstForm::unicode ? 23 : 36, 2);
    bytes_.replace(0, header.size(), header);
    const bool ansi = form_ == PstForm::ansi;
    const unsigned width = ansi ? 4 : 8;
    set(ansi ? 0xBC : 0xE0, nodes, width);
    set(ansi ? 0xC4 : 0xF0, blocks, width);
    set(ansi ? 0x1CD : 0x201, static_cast<std::uint64_t>(cipher_), 1);
    return bytes_;
  }

 private:
  struct Node {
    std::uint32_t id, parent;
    std::uint64_t data, sub;
  };
  struct Block {
    std::uint64_t id, offset;
    std::size_t stored, size;
  };

  unsigned width() const { return form_ == PstForm::ansi ? 4 : 8; }
  static void put(std::string &to, std::uint64_t value, unsigned bytes) {
    for (unsigned i = 0; i < bytes; ++i) to += static_cast<char>(value >> 8 * i);
  }
  void set(std::size_t at, std::uint64_t value, unsigned bytes) {
    for (unsigned i = 0; i < bytes; ++i) bytes_[at + i] = static_cast<char>(value >> 8 * i);
  }

  std::uint64_t block(std::string bytes, bool internal) {
    next_id_ += 4;
    const std::uint64_t id = next_id_ | (internal ? 2u : 0u);
    const std::size_t size = bytes.size();
    if (!internal) mail::encrypt_pst(cipher_, static_cast<std::uint32_t>(id), bytes);
    if (form_ == PstForm::unicode_4k && !internal && size > 1000) {
      libdeflate_compressor *compressor = libdeflate_alloc_compressor(6);
      std::string packed(libdeflate_zlib_compress_bound(compressor, size), '\0');
      packed.resize(libdeflate_zlib_compress(compressor, bytes.data(), size, packed.data(), packed.size()));
      libdeflate_free_compressor(compressor);
      bytes = packed;
    }
    const std::size_t align = form_ == PstForm::unicode_4k ? 512 : 64;
    const std::size_t trailer = form_ == PstForm::ansi ? 12 : form_ == PstForm::unicode ? 16 : 24;
    const std::uint64_t offset = bytes_.size();
    const std::size_t stored = bytes.size();
    const std::uint32_t sum = mail::pst_checksum(bytes);
    bytes.resize((stored + trailer + align - 1) / align * align - trailer);
    put(bytes, stored, 2);
    put(bytes, mail::pst_signature(offset, id), 2);
    if (form_ == PstForm::ansi) {
      put(bytes, id, 4);
      put(bytes, sum, 4);
    } else {
      put(bytes, sum, 4);
      put(bytes, id, 8);
      if (form_ == PstForm::unicode_4k) {
        put(bytes, 2, 2);
        put(bytes, size, 2);
        put(bytes, 0, 4);
      }
    }
    bytes_ += bytes;
    blocks_.push_back({id, offset, stored, size});
    return id;
  }

  // Data of any size: one block, or a list of blocks.
  std::uint64_t data(const std::string &bytes) {
    constexpr std::size_t kMost = 8000;
    if (bytes.size() <= kMost) return block(bytes, false);
    std::string ids;
    std::size_t count = 0;
    for (std::size_t at = 0; at < bytes.size(); at += kMost, ++count)
      put(ids, block(bytes.substr(at, kMost), false), width());
    std::string list("\1\1", 2);
    put(list, count, 2);
    put(list, bytes.size(), 4);
    return block(list + ids, true);
  }

  std::uint64_t subnode_list(const std::vector<mail::PstSubnode> &subnodes) {
    std::string list("\2\0", 2);
    put(list, subnodes.size(), 2);
    if (form_ != PstForm::ansi) put(list, 0, 4);
    for (const mail::PstSubnode &subnode : subnodes) {
      put(list, subnode.id, width());
      put(list, subnode.data, width());
      put(list, subnode.sub, width());
    }
    return block(list, true);
  }

  std::uint32_t heap_id(std::size_t index) const { return static_cast<std::uint32_t>(index) << 5; }

  static std::string heap(unsigned client, std::uint32_t root, const std::vector<std::string> &items) {
    std::string out;
    put(out, 0, 2);
    put(out, 0xEC, 1);
    put(out, client, 1);
    put(out, root, 4);
    put(out, 0, 4);
    std::string map;
    put(map, items.size(), 2);
    put(map, 0, 2);
    for (const std::string &item : items) {
      put(map, out.size(), 2);
      out += item;
    }
    put(map, out.size(), 2);
    if (out.size() % 2 != 0) out += '\0';
    const std::size_t at = out.size();
    out[0] = static_cast<char>(at);
    out[1] = static_cast<char>(at >> 8);
    return out + map;
  }

  std::uint64_t bag(const std::vector<PstValue> &values, std::vector<mail::PstSubnode> &subnodes) {
    std::vector<std::string> items(2);
    items[0] = std::string("\xB5\2\6\0", 4);
    put(items[0], heap_id(2), 4);
    for (const PstValue &value : values) {
      put(items[1], value.id, 2);
      put(items[1], value.type, 2);
      const bool small = value.type == 0x0003 || value.type == 0x000B || value.type == 0x0002;
      if (small) {
        std::string bytes = value.bytes;
        bytes.resize(4);
        items[1] += bytes;
      } else if (value.bytes.size() > 1000) {
        next_subnode_ += 32;
        subnodes.push_back({next_subnode_, data(value.bytes), 0});
        put(items[1], next_subnode_, 4);
      } else {
        items.push_back(value.bytes);
        put(items[1], heap_id(items.size()), 4);
      }
    }
    return block(heap(0xBC, heap_id(1), items), false);
  }

  // Recipients: a row id, numbers in the row, texts in the heap.
  std::uint64_t table(const std::vector<std::vector<PstValue>> &rows) {
    std::vector<PstValue> columns{{0x67F2, 0x0003, {}}};
    for (const PstValue &value : rows[0]) columns.push_back({value.id, value.type, {}});
    const std::size_t flags_at = columns.size() * 4;
    const std::size_t row_size = flags_at + (columns.size() + 7) / 8;
    std::vector<std::string> items(2);
    std::string &info = items[0];
    put(info, 0x7C, 1);
    put(info, columns.size(), 1);
    put(info, flags_at, 2);
    put(info, flags_at, 2);
    put(info, flags_at, 2);
    put(info, row_size, 2);
    put(info, 0, 4);
    put(info, heap_id(2), 4);
    put(info, 0, 4);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      put(info, columns[i].type, 2);
      put(info, columns[i].id, 2);
      put(info, 4 * i, 2);
      put(info, 4, 1);
      put(info, i, 1);
    }
    // `info` and `cells` must not be held over push_back.
    std::string cells;
    std::uint32_t number = 0;
    for (const std::vector<PstValue> &row : rows) {
      put(cells, number++, 4);
      for (const PstValue &value : row) {
        if (value.type == 0x0003) {
          cells += value.bytes;
        } else {
          items.push_back(value.bytes);
          put(cells, heap_id(items.size()), 4);
        }
      }
      for (std::size_t i = 0; i < row_size - flags_at; ++i) cells += '\xFF';
    }
    items[1] = cells;
    return block(heap(0x7C, heap_id(1), items), false);
  }

  std::uint64_t page(unsigned type, unsigned level, unsigned entry, const std::string &entries) {
    const std::size_t size = form_ == PstForm::unicode_4k ? 4096 : 512;
    bytes_.resize((bytes_.size() + size - 1) / size * size);
    const std::uint64_t offset = bytes_.size();
    next_id_ += 4;
    const std::uint64_t id = next_id_;
    const std::size_t count = entries.size() / entry;
    std::string out = entries;
    if (form_ == PstForm::unicode_4k) {
      out.resize(4056);
      put(out, count, 2);
      put(out, count, 2);
      put(out, entry, 1);
      put(out, level, 1);
      out.resize(4072);
    } else {
      out.resize(form_ == PstForm::ansi ? 496 : 488);
      put(out, count, 1);
      put(out, count, 1);
      put(out, entry, 1);
      put(out, level, 1);
      out.resize(form_ == PstForm::ansi ? 500 : 496);
    }
    const std::uint32_t sum = mail::pst_checksum(out);
    put(out, type, 1);
    put(out, type, 1);
    put(out, mail::pst_signature(offset, id), 2);
    if (form_ == PstForm::ansi) put(out, id, 4);
    put(out, sum, 4);
    if (form_ != PstForm::ansi) put(out, id, 8);
    out.resize(size);
    bytes_ += out;
    return offset;
  }

  // Leaf pages of ten entries, under one root page.
  std::uint64_t tree(unsigned type) {
    std::vector<std::pair<std::uint64_t, std::string>> entries;
    if (type == 0x81) {
      std::vector<Node> sorted = nodes_;
      std::sort(sorted.begin(), sorted.end(), [](const Node &a, const Node &b) { return a.id < b.id; });
      for (const Node &node : sorted) {
        std::string entry;
        put(entry, node.id, width());
        put(entry, node.data, width());
        put(entry, node.sub, width());
        put(entry, node.parent, 4);
        if (form_ != PstForm::ansi) put(entry, 0, 4);
        entries.emplace_back(node.id, entry);
      }
    } else {
      for (const Block &block : blocks_) {
        std::string entry;
        put(entry, block.id, width());
        put(entry, block.offset, width());
        put(entry, block.stored, 2);
        if (form_ == PstForm::unicode_4k) put(entry, block.size, 2);
        put(entry, 2, 2);
        if (form_ == PstForm::unicode) put(entry, 0, 4);
        if (form_ == PstForm::unicode_4k) put(entry, 0, 2);
        entries.emplace_back(block.id, entry);
      }
    }
    std::string roots;
    for (std::size_t at = 0; at < entries.size(); at += 10) {
      std::string leaf;
      for (std::size_t i = at; i < std::min(at + 10, entries.size()); ++i) leaf += entries[i].second;
      const std::uint64_t offset = page(type, 0, static_cast<unsigned>(entries[0].second.size()), leaf);
      put(roots, entries[at].first, width());
      put(roots, next_id_, width());
      put(roots, offset, width());
    }
    return page(type, 1, 3 * width(), roots);
  }

  PstForm form_;
  PstCipher cipher_;
  std::string bytes_;
  std::vector<Node> nodes_;
  std::vector<Block> blocks_;
  std::uint64_t next_id_ = 0x100;
  std::uint32_t next_subnode_ = 0x1003F;
};

}  // namespace dislodge::test

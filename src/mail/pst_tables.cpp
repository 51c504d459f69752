#include "mail/pst_tables.hpp"

#include <algorithm>

#include "evidence/zip_directory.hpp"

namespace dislodge::mail {

using evidence::le16;
using evidence::le32;

namespace {

constexpr unsigned kHeapSignature = 0xEC;
constexpr unsigned kBagClient = 0xBC;
constexpr unsigned kTableClient = 0x7C;
constexpr unsigned kTreeType = 0xB5;
constexpr unsigned kTreeLevelsMax = 8;
constexpr std::uint32_t kRowIds = 0x67F2;  // the row's own id, first column of every table

std::uint8_t byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}

// Size of a value that lies in the row or behind an id; 0: as long as it is.
std::size_t fixed_size(std::uint16_t type) {
  switch (type) {
    case 0x0002:
      return 2;
    case 0x000B:
      return 1;
    case 0x0003:
    case 0x0004:
    case 0x000A:
      return 4;
    case 0x0005:
    case 0x0006:
    case 0x0007:
    case 0x0014:
    case 0x0040:
      return 8;
    case 0x0048:
      return 16;
    default:
      return 0;
  }
}

class Heap {
 public:
  Heap(const PstFile &file, const PstData &data, const std::vector<PstSubnode> &subnodes)
      : file_(file), data_(data), subnodes_(subnodes), wide_(file.form() == PstForm::unicode_4k) {}

  unsigned client() const {
    if (data_.blocks.empty() || data_.blocks[0].size() < 12 || byte_at(data_.blocks[0], 2) != kHeapSignature)
      return 0;
    return byte_at(data_.blocks[0], 3);
  }
  std::uint32_t root() const { return le32(data_.blocks[0], 4); }

  // The bytes of an allocation; empty where it is not there.
  std::string_view item(std::uint32_t id) const {
    if (id == 0 || (id & 0x1F) != 0) return {};
    // The 4 KiB form has blocks of up to 64 KiB and takes three bits more for the index.
    const std::size_t block = wide_ ? id >> 19 : id >> 16;
    const std::size_t index = wide_ ? (id >> 5) & 0x3FFF : (id >> 5) & 0x7FF;
    if (block >= data_.blocks.size() || index == 0) return {};
    const std::string_view bytes = data_.blocks[block];
    if (bytes.size() < 2) return {};
    const std::size_t map = le16(bytes, 0);
    const std::size_t at = map + 4 + 2 * (index - 1);
    if (map + 4 > bytes.size() || index > le16(bytes, map) || at + 4 > bytes.size()) return {};
    const std::size_t begin = le16(bytes, at);
    const std::size_t end = le16(bytes, at + 2);
    if (begin >= end || end > bytes.size()) return {};
    return bytes.substr(begin, end - begin);
  }

  const PstSubnode *subnode(std::uint32_t id) const { return find_subnode(subnodes_, id); }

  // A value behind an id of either kind.
  std::string value(std::uint32_t id, std::uint64_t &budget, bool &whole) const {
    if (id == 0) return {};
    std::string out;
    if ((id & 0x1F) == 0) {
      out = item(id);
    } else if (const PstSubnode *found = subnode(id)) {
      const PstData data = file_.data(found->data);
      whole = whole && data.whole;
      out = data.joined();
    } else {
      whole = false;
    }
    if (out.size() > budget) {
      out.resize(static_cast<std::size_t>(budget));
      whole = false;
    }
    budget -= out.size();
    return out;
  }

  // Calls `each` with every record (key and value) of the tree at `id`, in order.
  template <typename Each>
  void tree(std::uint32_t id, std::size_t key_size, bool &whole, Each &&each) const {
    const std::string_view header = item(id);
    if (header.size() < 8 || byte_at(header, 0) != kTreeType || byte_at(header, 1) != key_size) {
      whole = false;
      return;
    }
    const std::size_t record = key_size + byte_at(header, 2);
    const unsigned levels = byte_at(header, 3);
    if (levels > kTreeLevelsMax || record == key_size) {
      whole = false;
      return;
    }
    std::vector<std::pair<std::uint32_t, unsigned>> pending{{le32(header, 4), levels}};
    std::size_t left = 0;
    for (const std::string &block : data_.blocks) left += block.size();
    while (!pending.empty()) {
      const auto [at, level] = pending.back();
      pending.pop_back();
      if (at == 0) continue;
      const std::string_view bytes = item(at);
      if (bytes.empty() || bytes.size() > left) {  // nothing there, or a ring has used all there is
        whole = false;
        continue;
      }
      left -= bytes.size();
      if (level == 0) {
        for (std::size_t i = 0; i + record <= bytes.size(); i += record) each(bytes.substr(i, record));
        continue;
      }
      const std::size_t step = key_size + 4;
      for (std::size_t i = bytes.size() / step; i-- > 0;)
        pending.emplace_back(le32(bytes, i * step + key_size), level - 1);
    }
  }

 private:
  const PstFile &file_;
  const PstData &data_;
  const std::vector<PstSubnode> &subnodes_;
  bool wide_;
};

// Values as the bag wants them: lists joined, strings without their zero.
void put(MapiBag &bag, std::uint16_t id, std::uint16_t type, std::string value) {
  if ((type & kMapiMany) != 0) {
    const auto single = static_cast<std::uint16_t>(type & ~kMapiMany);
    if (fixed_size(single) == 0) value = join_many(value, single);
    type = fixed_size(single) == 0 ? single : std::uint16_t{kMapiBinary};
  }
  bag.add(id, type, std::move(value));
}

}  // namespace

const PstSubnode *find_subnode(const std::vector<PstSubnode> &subnodes, std::uint32_t id) {
  const auto found =
      std::lower_bound(subnodes.begin(), subnodes.end(), id,
                       [](const PstSubnode &node, std::uint32_t value) { return node.id < value; });
  return found != subnodes.end() && found->id == id ? &*found : nullptr;
}

bool begins_pst_bag(std::string_view first_block) {
  return first_block.size() >= 12 && byte_at(first_block, 2) == kHeapSignature &&
         byte_at(first_block, 3) == kBagClient;
}

MapiBag read_pst_bag(const PstFile &file, const PstData &data, const std::vector<PstSubnode> &subnodes,
                     bool &whole) {
  MapiBag bag;
  const Heap heap(file, data, subnodes);
  whole = whole && data.whole;
  if (heap.client() != kBagClient) {
    whole = false;
    return bag;
  }
  std::uint64_t budget = std::min<std::uint64_t>(file.bytes().size() * 64 + 65'536, 1ull << 30);
  heap.tree(heap.root(), 2, whole, [&](std::string_view record) {
    if (record.size() < 8) return;
    const std::uint16_t id = le16(record, 0);
    const std::uint16_t type = le16(record, 2);
    const std::uint32_t value = le32(record, 4);
    const std::size_t fixed = (type & kMapiMany) != 0 ? 0 : fixed_size(type);
    if (fixed > 0 && fixed <= 4)
      bag.add(id, type, std::string(record.substr(4, fixed)));
    else
      put(bag, id, type, heap.value(value, budget, whole));
  });
  return bag;
}

std::vector<std::uint32_t> subnodes_named_by(const PstFile &file, const PstData &data) {
  std::vector<std::uint32_t> out;
  const std::vector<PstSubnode> none;
  const Heap heap(file, data, none);
  if (heap.client() != kBagClient) return out;
  bool whole = true;
  heap.tree(heap.root(), 2, whole, [&](std::string_view record) {
    if (record.size() < 8) return;
    const std::uint16_t type = le16(record, 2);
    const std::uint32_t value = le32(record, 4);
    const std::size_t fixed = (type & kMapiMany) != 0 ? 0 : fixed_size(type);
    if ((fixed == 0 || fixed > 4) && (value & 0x1F) != 0) out.push_back(value);
  });
  return out;
}

std::vector<MapiBag> read_pst_table(const PstFile &file, const PstData &data,
                                    const std::vector<PstSubnode> &subnodes, std::size_t most, bool &whole) {
  std::vector<MapiBag> rows;
  const Heap heap(file, data, subnodes);
  whole = whole && data.whole;
  if (heap.client() != kTableClient) {
    whole = false;
    return rows;
  }
  const std::string_view info = heap.item(heap.root());
  if (info.size() < 22 || byte_at(info, 0) != kTableClient) {
    whole = false;
    return rows;
  }
  const std::size_t columns = std::min<std::size_t>(byte_at(info, 1), (info.size() - 22) / 8);
  const std::size_t flags_at = le16(info, 6);
  const std::size_t row_size = le16(info, 8);
  const std::uint32_t rows_id = le32(info, 14);
  if (row_size == 0 || flags_at > row_size || rows_id == 0) return rows;
  // Rows do not cross from block to block.
  PstData stored;
  if ((rows_id & 0x1F) == 0) {
    stored.blocks.emplace_back(heap.item(rows_id));
  } else if (const PstSubnode *found = heap.subnode(rows_id)) {
    stored = file.data(found->data);
    whole = whole && stored.whole;
  } else {
    whole = false;
  }
  std::uint64_t budget = std::min<std::uint64_t>(file.bytes().size() * 64 + 65'536, 1ull << 30);
  for (const std::string &block : stored.blocks) {
    for (std::size_t at = 0; at + row_size <= block.size(); at += row_size) {
      if (rows.size() >= most) {
        whole = false;
        return rows;
      }
      const std::string_view row = std::string_view(block).substr(at, row_size);
      MapiBag bag;
      for (std::size_t i = 0; i < columns; ++i) {
        const std::size_t column = 22 + 8 * i;
        const std::uint16_t type = le16(info, column);
        const std::uint16_t id = le16(info, column + 2);
        const std::size_t offset = le16(info, column + 4);
        const std::size_t width = byte_at(info, column + 6);
        const std::size_t bit = byte_at(info, column + 7);
        if (offset + width > row_size || flags_at + bit / 8 >= row_size) continue;
        if ((byte_at(row, flags_at + bit / 8) & 1u << (7 - bit % 8)) == 0) continue;
        const std::string_view cell = row.substr(offset, width);
        if (id == kRowIds || (fixed_size(type) > 0 && fixed_size(type) <= width))
          bag.add(id, type, std::string(cell));
        else if (width >= 4)
          put(bag, id, type, heap.value(le32(cell, 0), budget, whole));
      }
      rows.push_back(std::move(bag));
    }
  }
  return rows;
}

}  // namespace dislodge::mail

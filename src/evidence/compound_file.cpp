#include "evidence/compound_file.hpp"

#include <algorithm>

#include "base/encode.hpp"
#include "evidence/byte_ranges.hpp"
#include "evidence/zip_directory.hpp"

namespace dislodge::evidence {
namespace {

// [MS-CFB] 2.1: sector numbers from here on are no sectors.
constexpr std::uint32_t kLastSector = 0xFFFFFFFA;
constexpr std::uint32_t kEndOfChain = 0xFFFFFFFE;
constexpr std::uint32_t kNone = 0xFFFFFFFF;
constexpr std::size_t kHeaderBytes = 512;
constexpr std::size_t kEntryBytes = 128;
constexpr std::size_t kDifatInHeader = 109;

std::string utf8_of_utf16(std::string_view bytes) {
  std::string out;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    std::uint32_t unit = le16(bytes, i);
    if (unit >= 0xD800 && unit < 0xDC00 && i + 3 < bytes.size()) {
      const std::uint32_t low = le16(bytes, i + 2);
      if (low >= 0xDC00 && low < 0xE000) {
        unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
        i += 2;
      }
    }
    if (unit == 0) break;
    base::append_utf8(out, unit);
  }
  return out;
}

}  // namespace

base::Result<CompoundFile> CompoundFile::open(std::string_view bytes, const base::Limits &limits) {
  if (bytes.size() < kHeaderBytes || !bytes.starts_with("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"))
    return base::fail(base::ErrorKind::damaged,
                      "byte 0: no header of a compound file; get the file again from where it came");
  CompoundFile file;
  file.bytes_ = bytes;
  file.stream_max_ = limits.member_bytes_max;
  file.version_4_ = le16(bytes, 26) >= 4;
  file.sector_shift_ = le16(bytes, 30);
  file.mini_shift_ = le16(bytes, 32);
  // Version 3 has sectors of 512 bytes, version 4 of 4096; what says otherwise is read by what is usual.
  if (file.sector_shift_ < 7 || file.sector_shift_ > 16) {
    file.note("sector size out of range");
    file.sector_shift_ = file.version_4_ ? 12 : 9;
  }
  if (file.mini_shift_ < 4 || file.mini_shift_ >= file.sector_shift_) {
    file.note("mini sector size out of range");
    file.mini_shift_ = 6;
  }
  file.mini_cutoff_ = le32(bytes, 56) == 0 ? 4096 : le32(bytes, 56);
  if (!file.read_tables(limits))
    return base::fail(base::ErrorKind::damaged,
                      "byte 76: the allocation table lies outside the file; get the file again from where it "
                      "came");
  file.read_directory(limits);
  if (file.entries_.empty())
    return base::fail(base::ErrorKind::damaged,
                      "byte 48: the directory lies outside the file; get the file again from where it came");
  file.link_tree();
  return file;
}

void CompoundFile::note(std::string_view what) {
  if (damage_.find(what) != std::string::npos || damage_.size() > 300) return;
  if (!damage_.empty()) damage_ += "; ";
  damage_ += what;
}

std::string_view CompoundFile::sector(std::uint32_t number) const {
  const std::uint64_t at = offset_of(number);
  if (number >= kLastSector || at >= bytes_.size()) return {};
  return bytes_.substr(static_cast<std::size_t>(at), std::size_t{1} << sector_shift_);
}

bool CompoundFile::read_tables(const base::Limits &) {
  const std::size_t per_sector = (std::size_t{1} << sector_shift_) / 4;
  const std::uint64_t sectors = (bytes_.size() >> sector_shift_) + 1;
  const std::uint64_t tables_needed = sectors / per_sector + 2;
  std::vector<std::uint32_t> table_sectors;
  std::vector<bool> seen(static_cast<std::size_t>(sectors) + 1);
  const auto take = [&](std::uint32_t number) {
    if (number >= kLastSector || table_sectors.size() > tables_needed) return;
    if (number >= sectors || seen[number]) {
      note("the allocation table refers outside the file or to itself");
      if (number < sectors) return;
    } else {
      seen[number] = true;
    }
    table_sectors.push_back(number);
  };
  for (std::size_t i = 0; i < kDifatInHeader; ++i) take(le32(bytes_, 76 + 4 * i));
  std::uint32_t difat = le32(bytes_, 68);
  for (std::uint64_t steps = 0; difat < kLastSector && steps <= sectors; ++steps) {
    const std::string_view block = sector(difat);
    if (block.size() < 8) {
      note("the list of allocation tables is cut");
      break;
    }
    table_sectors_.push_back(difat);
    const std::size_t count = block.size() / 4;
    for (std::size_t i = 0; i + 1 < count; ++i) take(le32(block, 4 * i));
    difat = le32(block, 4 * (count - 1));
    if (table_sectors.size() > tables_needed) break;
  }
  for (const std::uint32_t number : table_sectors) {
    const std::string_view block = sector(number);
    const std::size_t begin = fat_.size();
    fat_.resize(begin + per_sector, kNone);
    for (std::size_t i = 0; i < block.size() / 4; ++i) fat_[begin + i] = le32(block, 4 * i);
    if (block.size() / 4 < per_sector) note("an allocation table is cut");
    table_sectors_.push_back(number);
  }
  return !fat_.empty();
}

std::vector<std::uint32_t> CompoundFile::chain(const std::vector<std::uint32_t> &table, std::uint32_t first,
                                               std::uint64_t most, bool &whole) const {
  std::vector<std::uint32_t> out;
  // A chain without a ring has no more links than the table has entries.
  most = std::min<std::uint64_t>(most, table.size());
  std::uint32_t at = first;
  while (at < table.size() && out.size() < most) {
    out.push_back(at);
    at = table[at];
  }
  whole = at == kEndOfChain || out.size() == most;
  return out;
}

void CompoundFile::read_directory(const base::Limits &limits) {
  bool whole = true;
  const std::vector<std::uint32_t> sectors = chain(fat_, le32(bytes_, 48), fat_.size(), whole);
  std::vector<bool> seen(fat_.size());
  std::string directory;
  for (const std::uint32_t number : sectors) {
    if (seen[number]) {
      note("the directory runs in a ring");
      break;
    }
    seen[number] = true;
    const std::string_view block = sector(number);
    if (block.empty()) break;
    table_sectors_.push_back(number);
    directory += block;
    if (block.size() < (std::size_t{1} << sector_shift_)) {
      note("the directory is cut");
      break;
    }
    if (directory.size() / kEntryBytes > limits.members_max) {
      note("the directory has more entries than the limit members_max");
      break;
    }
  }
  const std::size_t slots = directory.size() / kEntryBytes;
  links_.resize(slots);
  slot_entry_.assign(slots, kNone);
  for (std::size_t slot = 0; slot < slots; ++slot) {
    const std::string_view raw = std::string_view(directory).substr(slot * kEntryBytes, kEntryBytes);
    const auto type = static_cast<unsigned char>(raw[66]);
    if (slot != 0 && type != 1 && type != 2) continue;
    if (slot == 0 && type != 5) note("the first entry is not the root");
    CompoundEntry entry;
    entry.name = utf8_of_utf16(raw.substr(0, std::clamp<std::size_t>(le16(raw, 64), 2, 64) - 2));
    entry.storage = slot == 0 || type == 1;
    entry.first = le32(raw, 116);
    // Version 3 writers leave rubbish in the upper half ([MS-CFB] 2.6.1).
    entry.size = version_4_ ? le64(raw, 120) : le32(raw, 120);
    links_[slot] = {le32(raw, 68), le32(raw, 72), le32(raw, 76)};
    slot_entry_[slot] = static_cast<std::uint32_t>(entries_.size());
    slot_.push_back(static_cast<std::uint32_t>(slot));
    // The class id as a view of the file, not of the gathered directory.
    const std::uint64_t at = (slot * kEntryBytes) >> sector_shift_;
    const std::uint64_t offset = offset_of(sectors[static_cast<std::size_t>(at)]) +
                                 (slot * kEntryBytes) % (std::size_t{1} << sector_shift_) + 80;
    entry.class_id = bytes_.substr(static_cast<std::size_t>(offset), 16);
    entries_.push_back(std::move(entry));
  }
  if (entries_.empty()) return;
  mini_stream_ = chain(fat_, entries_[0].first, (entries_[0].size >> sector_shift_) + 1, whole);
  bool mini_whole = true;
  for (const std::uint32_t number : chain(fat_, le32(bytes_, 60), fat_.size(), mini_whole)) {
    const std::string_view block = sector(number);
    if (block.empty() || mini_fat_.size() > (bytes_.size() >> mini_shift_)) break;
    table_sectors_.push_back(number);
    for (std::size_t i = 0; i + 4 <= block.size(); i += 4) mini_fat_.push_back(le32(block, i));
  }
}

// Children hang in a red-black tree of siblings; it is walked with a stack of its own, each entry once.
void CompoundFile::link_tree() {
  std::vector<bool> placed(entries_.size());
  placed[kRoot] = true;
  std::vector<std::pair<std::uint32_t, CompoundId>> pending;  // slot, parent
  pending.emplace_back(links_[0].child, kRoot);
  while (!pending.empty()) {
    const auto [slot, parent] = pending.back();
    pending.pop_back();
    if (slot >= links_.size()) {
      if (slot != kNone) note("an entry refers outside the directory");
      continue;
    }
    const std::uint32_t id = slot_entry_[slot];
    if (id == kNone || placed[id]) {
      note(id == kNone ? "an entry refers to a free one" : "an entry is referred to twice");
      continue;
    }
    placed[id] = true;
    entries_[id].parent = parent;
    pending.emplace_back(links_[slot].left, parent);
    pending.emplace_back(links_[slot].right, parent);
    if (entries_[id].storage) pending.emplace_back(links_[slot].child, id);
  }
  for (CompoundId id = 0; id < entries_.size(); ++id) {
    if (id != kRoot) entries_[entries_[id].parent].children.push_back(id);
    if (!placed[id]) entries_[id].orphan = true;
  }
}

std::optional<CompoundId> CompoundFile::find(CompoundId storage, std::string_view name) const {
  if (storage >= entries_.size()) return std::nullopt;
  std::optional<CompoundId> orphan;
  for (const CompoundId child : entries_[storage].children) {
    if (!base::equal_ignoring_case(entries_[child].name, name)) continue;
    if (!entries_[child].orphan) return child;
    if (!orphan) orphan = child;
  }
  return orphan;
}

CompoundStream CompoundFile::read(CompoundId stream, std::string &owned) const {
  owned.clear();
  if (stream >= entries_.size()) return {{}, false};
  const CompoundEntry &entry = entries_[stream];
  if (entry.storage || entry.size == 0) return {};
  const bool mini = entry.size < mini_cutoff_;
  const unsigned shift = mini ? mini_shift_ : sector_shift_;
  const std::uint64_t size = std::min<std::uint64_t>({entry.size, stream_max_, bytes_.size()});
  bool whole = true;
  const std::vector<std::uint32_t> sectors =
      chain(mini ? mini_fat_ : fat_, entry.first, (size + (1ull << shift) - 1) >> shift, whole);
  // In a row in the file: no copy.
  bool row = !mini && !sectors.empty();
  for (std::size_t i = 1; row && i < sectors.size(); ++i) row = sectors[i] == sectors[i - 1] + 1;
  if (row) {
    const std::uint64_t at = offset_of(sectors[0]);
    if (at >= bytes_.size()) return {{}, false};
    const std::uint64_t have = std::min<std::uint64_t>(size, sectors.size() << shift);
    const std::string_view view = bytes_.substr(static_cast<std::size_t>(at), static_cast<std::size_t>(have));
    return {view, view.size() == entry.size};
  }
  for (const std::uint32_t number : sectors) {
    std::string_view block;
    if (mini) {
      // A mini sector lies within one sector, since both sizes are powers of two.
      const std::uint64_t at = static_cast<std::uint64_t>(number) << mini_shift_;
      const std::uint64_t index = at >> sector_shift_;
      if (index >= mini_stream_.size()) break;
      const std::string_view within = sector(mini_stream_[static_cast<std::size_t>(index)]);
      const std::size_t from = static_cast<std::size_t>(at & ((1ull << sector_shift_) - 1));
      if (from >= within.size()) break;
      block = within.substr(from, std::size_t{1} << mini_shift_);
    } else {
      block = sector(number);
      if (block.empty()) break;
    }
    owned += block.substr(0, static_cast<std::size_t>(size - owned.size()));
    if (block.size() < (std::size_t{1} << shift)) break;
  }
  return {owned, owned.size() == entry.size};
}

std::string CompoundFile::path_of(CompoundId entry) const {
  // Parents were set along a tree, so this ends.
  std::vector<CompoundId> steps;
  for (; entry != kRoot && entry < entries_.size(); entry = entries_[entry].parent) steps.push_back(entry);
  std::string out;
  for (; !steps.empty(); steps.pop_back()) {
    if (!out.empty()) out += '/';
    out += entries_[steps.back()].name;
  }
  return out;
}

std::vector<std::pair<std::uint64_t, std::uint64_t>> CompoundFile::unused() const {
  ByteRanges used;
  used.add(0, 1ull << sector_shift_);
  const auto claim = [&](std::uint32_t number) {
    used.add(offset_of(number), offset_of(number) + (1ull << sector_shift_));
  };
  for (const std::uint32_t number : table_sectors_) claim(number);
  for (const std::uint32_t number : mini_stream_) claim(number);
  std::vector<bool> claimed(fat_.size());
  for (const CompoundEntry &entry : entries_) {
    if (entry.storage || entry.size < mini_cutoff_) continue;
    bool whole = true;
    const std::uint64_t most = (std::min<std::uint64_t>(entry.size, bytes_.size()) >> sector_shift_) + 1;
    for (const std::uint32_t number : chain(fat_, entry.first, most, whole)) {
      if (claimed[number]) break;  // shared with another stream, or a ring
      claimed[number] = true;
      claim(number);
    }
  }
  return used.gaps(bytes_.size());
}

}  // namespace dislodge::evidence

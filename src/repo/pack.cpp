#include "repo/pack.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace dislodge::repo {

using evidence::Inflated;
using evidence::InflateEnd;
using evidence::LedgerState;

namespace {

// Longest head: ten bytes of size, and a base's offset of ten or id of 32.
constexpr std::uint64_t kHeadMax = 10 + 32;
constexpr std::size_t kDamageMax = 10'000;  // stretches kept apart; further ones join the last

}  // namespace

Pack::Pack(std::string_view bytes, HashKind kind, const base::Limits &limits, std::string_view index)
    : bytes_(bytes), kind_(kind), limits_(limits) {
  const auto header = read_pack_header(bytes);
  end_ = bytes.size();
  if (!header) return;
  valid_ = true;
  declared_ = header->objects;
  if (read_index(index)) {
    link_deltas();
    return;
  }
  // The count is a claim: memory is taken for what the bytes can hold.
  entries_.reserve(std::min<std::size_t>(declared_, bytes.size() / 12 + 1));
  std::uint64_t at = kPackHeader;
  while (at < bytes_.size() && bytes_.size() - at > hash_size(kind_) && entries_.size() < kNoEntry - 1) {
    // Where the count is reached the trailer should follow; in a bundle other bytes may lie behind it.
    if (entries_.size() == declared_ && trailer_at(at)) break;
    if (!read_entry(at)) break;
  }
  if (!checksum_holds_ && bytes_.size() >= kPackHeader + hash_size(kind_))
    trailer_at(bytes_.size() - hash_size(kind_));
  scratch_ = ObjectBuffer();
  link_deltas();
}

// Takes the entries from the index. False, and nothing is changed, where it does not hold.
bool Pack::read_index(std::string_view index) {
  if (index.empty()) return false;
  index_ = PackIndex::read(index, bytes_, kind_);
  const std::uint64_t end = bytes_.size() - std::min<std::uint64_t>(bytes_.size(), hash_size(kind_));
  if (!index_ || index_->entries().size() >= kNoEntry || !trailer_at(end)) {
    index_.reset();
    return false;
  }
  const std::vector<PackIndex::Entry> &list = index_->entries();
  entries_.reserve(list.size());
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::uint64_t at = list[i].offset;
    const std::uint64_t packed = (i + 1 < list.size() ? list[i + 1].offset : end) - at;
    const auto head = read_entry_head(bytes_, at, kind_);
    // What needs a second look (an object that is too large, a head that lies) is left to the reading.
    if (!head || head->length >= packed ||
        head->size > std::min<std::uint64_t>(limits_.object_bytes_max, UINT32_MAX) ||
        head->size > packed * 1032 + 64) {
      entries_.clear();
      index_.reset();
      checksum_holds_ = false;
      end_ = bytes_.size();
      return false;
    }
    add_entry(at, *head, packed);
    entries_.back().row = list[i].row;
  }
  index_->forget_entries();
  return true;
}

// A trailer at `at`: the hash over all before it.
bool Pack::trailer_at(std::uint64_t at) {
  const std::size_t size = hash_size(kind_);
  if (bytes_.size() - at < size) return false;
  ObjectHasher hasher(kind_);
  const auto begin = static_cast<std::size_t>(at);
  if (hasher.raw(bytes_.substr(0, begin)) != object_id_of(bytes_.substr(begin, size), kind_)) return false;
  checksum_holds_ = true;
  end_ = at + size;
  return true;
}

// Reads the entry at `at` and moves behind it; past damage, to the next entry that is sound. False at the
// end.
bool Pack::read_entry(std::uint64_t &at) {
  const auto head = read_entry_head(bytes_, at, kind_);
  const std::uint64_t left = bytes_.size() - at;
  // Deflate expands at most 1,032 to 1, so a head that promises more is no head.
  if (!head || head->size > std::min<std::uint64_t>(limits_.object_bytes_max, UINT32_MAX) ||
      head->size > left * 1032 + 64) {
    const std::uint64_t begin = at;
    const bool large = head && head->type <= 4 && head->size <= left * 1032 + 64;
    if (!skip_damage(at)) at = bytes_.size();
    if (large && damage_.back().begin == begin && damage_.back().end == at) {
      damage_.back().state = LedgerState::too_large;
      damage_.back().reason = fmt::format("an object of {} bytes passes object_bytes_max ({})", head->size,
                                          limits_.object_bytes_max);
    }
    return at < bytes_.size();
  }
  const std::string_view data = bytes_.substr(static_cast<std::size_t>(at + head->length));
  if (scratch_.size() < head->size)
    scratch_ = ObjectBuffer(std::max<std::size_t>(static_cast<std::size_t>(head->size), 256 << 10));
  std::size_t consumed = 0;
  if (!inflater_.zlib_exact(data, scratch_.data(), static_cast<std::size_t>(head->size), consumed))
    return skip_damage(at);
  add_entry(at, *head, head->length + consumed);
  at += head->length + consumed;
  return true;
}

bool Pack::add_entry(std::uint64_t at, const EntryHead &head, std::uint64_t packed) {
  PackEntry entry;
  entry.offset = at;
  entry.packed = static_cast<std::uint32_t>(std::min<std::uint64_t>(packed, UINT32_MAX));
  entry.size = static_cast<std::uint32_t>(std::min<std::uint64_t>(head.size, UINT32_MAX));
  entry.head = static_cast<std::uint8_t>(head.length);
  entry.kind = head.type;
  if (head.type == kOfsDelta) {
    const auto found =
        std::lower_bound(entries_.begin(), entries_.end(), head.base_offset,
                         [](const PackEntry &e, std::uint64_t offset) { return e.offset < offset; });
    // A base within damage is no entry: the delta stays pending and is reported with it.
    if (found != entries_.end() && found->offset == head.base_offset)
      entry.base = static_cast<std::uint32_t>(found - entries_.begin());
  }
  entries_.push_back(entry);
  return true;
}

// From a place where no entry can be read to the next one. A zlib header is two bytes that are easy to find;
// what it inflates to must have exactly the size that the head before it gives.
bool Pack::skip_damage(std::uint64_t &at) {
  const std::uint64_t begin = at;
  std::uint64_t found = bytes_.size();
  const std::uint64_t last =
      bytes_.size() > hash_size(kind_) ? bytes_.size() - hash_size(kind_) : bytes_.size();
  const std::uint64_t search_max = std::max(limits_.archive_bytes_max, limits_.expansion_grace_bytes);
  for (std::size_t z = static_cast<std::size_t>(begin) + 1; z + 2 < bytes_.size(); ++z) {
    z = bytes_.find('\x78', z);
    if (z == std::string_view::npos || z + 2 >= bytes_.size() || searched_ > search_max) break;
    if ((0x7800u + static_cast<unsigned char>(bytes_[z + 1])) % 31 != 0 || (bytes_[z + 1] & 0x20) != 0)
      continue;
    const Inflated out = inflater_.zlib(bytes_.substr(z), 0, limits_.object_bytes_max);
    searched_ += out.bytes.size() + 64;
    if (out.end != InflateEnd::complete) continue;
    EntryHead head;
    const std::uint64_t start = entry_before(z, begin + 1, out.bytes.size(), head);
    if (start == 0) continue;
    found = start;
    break;
  }
  const bool at_end = found == bytes_.size();
  const std::uint64_t end = at_end ? std::max(begin, last) : found;
  PackDamage damage{
      begin, end, LedgerState::damaged,
      at_end && entries_.size() + 1 >= declared_
          ? fmt::format("the object at byte {} is damaged or cut short", begin)
      : at_end ? fmt::format("the pack is damaged or cut short at byte {}: {} of {} objects were found",
                             begin, entries_.size(), declared_)
               : fmt::format("damaged between bytes {} and {}; reading goes on behind", begin, end)};
  if (damage_.size() < kDamageMax)
    damage_.push_back(std::move(damage));
  else
    damage_.back().end = end;
  at = found;
  return !at_end;
}

// The start of the head that ends at `data` and announces `size` bytes; 0 where there is none.
std::uint64_t Pack::entry_before(std::uint64_t data, std::uint64_t from, std::uint64_t size,
                                 EntryHead &head) const {
  for (std::uint64_t length = 1; length <= kHeadMax && data >= from + length; ++length) {
    const auto candidate = read_entry_head(bytes_, data - length, kind_);
    if (!candidate || candidate->length != length || candidate->size != size) continue;
    head = *candidate;
    return data - length;
  }
  return 0;
}

ObjectId Pack::base_id_of(const PackEntry &entry) const {
  return object_id_of(
      bytes_.substr(static_cast<std::size_t>(entry.offset) + entry.head - hash_size(kind_), hash_size(kind_)),
      kind_);
}

void Pack::link_deltas() {
  // A base stands before its deltas, so one pass from the end sums up the weights.
  for (std::size_t i = entries_.size(); i-- > 0;) {
    const PackEntry &entry = entries_[i];
    if (entry.base == kNoEntry) continue;
    PackEntry &base = entries_[entry.base];
    base.weight = base.weight > UINT32_MAX - entry.weight ? UINT32_MAX : base.weight + entry.weight;
  }
  for (std::uint32_t i = 0; i < entries_.size(); ++i) {
    PackEntry &entry = entries_[i];
    if (entry.base == kNoEntry) continue;
    PackEntry &base = entries_[entry.base];
    entry.next_sibling = base.first_child;
    base.first_child = i;
  }
  for (PackEntry &entry : entries_) {
    if (entry.first_child == kNoEntry || entries_[entry.first_child].next_sibling == kNoEntry) continue;
    std::uint32_t heaviest = entry.first_child;
    std::uint32_t before_heaviest = kNoEntry;
    std::uint32_t last = kNoEntry;
    for (std::uint32_t child = entry.first_child, before = kNoEntry; child != kNoEntry;
         before = child, child = entries_[child].next_sibling) {
      if (entries_[child].weight > entries_[heaviest].weight) {
        heaviest = child;
        before_heaviest = before;
      }
      last = child;
    }
    if (heaviest == last) continue;
    // The walk frees a base before it goes into its last child: with the heaviest there, few bases are held
    // at once.
    (before_heaviest == kNoEntry ? entry.first_child : entries_[before_heaviest].next_sibling) =
        entries_[heaviest].next_sibling;
    entries_[last].next_sibling = heaviest;
    entries_[heaviest].next_sibling = kNoEntry;
  }
}

}  // namespace dislodge::repo

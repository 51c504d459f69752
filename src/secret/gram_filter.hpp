#pragma once
// Finds the places of a text where an anchor (secret/anchor.hpp) may stand. Each anchor is known by a gram,
// four bytes in a row with case folded; a table of 32 KiB has two bits for every gram, in one word of it, and
// each place of the text is one look there, sixteen at once where the processor can. Places that pass are
// looked up by the gram itself, and the anchor's bytes are compared.
//
//   GramFilter filter;
//   filter.add(7, anchor);  ...  filter.seal();
//   filter.scan(text, [&](std::uint32_t id, std::size_t begin, std::size_t end) { ... });
//
// Anchors without a rare gram are found by a pair of characters, each such pair being another pass. Hits come
// in no order. Immutable once sealed.

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "base/wire.hpp"
#include "secret/pattern_tree.hpp"
#include "secret/text_masks.hpp"

namespace dislodge::secret {

struct Anchor;

// Case is folded by setting one bit, in texts and anchors alike: "[" and "{" become one as well, which costs
// a comparison now and then.
inline unsigned char fold_byte(unsigned char c) {
  return c | 0x20;
}
inline constexpr std::size_t kFoldedValues = 128;

class GramFilter {
 public:
  void add(std::uint32_t id, const Anchor &anchor);
  void seal();
  // The sealed filter as bytes, for the same build of this program on the same kind of machine: arrays as
  // they lie in memory, since making them takes longer than all else of a start.
  void encode(base::WireWriter &out) const;
  static GramFilter decode(base::WireReader &in);
  bool sound() const {
    return ranks_.size() == passes_.size() && passes_.size() > kBits / 8 &&
           commons_.size() == slots_.size() && !slots_.empty() && blooms_.size() == kBloomWords;
  }

  // Of a gram times kFactor: the word of the table, and the two bits in it.
  static constexpr std::uint32_t kFactor = 2654435761u;
  static constexpr unsigned kBloomShift = 19;
  static constexpr unsigned kFirstBit = 14;
  static constexpr unsigned kSecondBit = 9;
  static constexpr std::size_t kBloomWords = 1u << (32 - kBloomShift);
  static std::uint32_t bloom_bits(std::uint32_t product) {
    return 1u << (product >> kFirstBit & 31) | 1u << (product >> kSecondBit & 31);
  }

  template <typename Hit>
  void scan(std::string_view text, Hit &&hit) const {
    scan(text, 0, text.size(), hit);
  }
  // Anchors that lie in a stretch of the text or reach into it, and perhaps one or two beside it.
  template <typename Hit>
  void scan(std::string_view text, std::size_t begin, std::size_t end, Hit &&hit) const {
    begin -= std::min(begin, kReach);
    text = text.substr(0, std::min(text.size(), end + kReach));
    // Blocks stay in the processor's cache between the looks at them.
    std::array<Place, kBlock + kSlack> places;
    for (std::size_t at = begin; at < text.size(); at += kBlock) {
      for (const Pair &pair : pairs_)
        for (const std::size_t place : find_pairs(text.substr(at, kBlock + 1), pair.first, pair.second))
          for (const std::uint32_t number : pair.entries) compare(text, at + place, entries_[number], hit);
      const std::size_t count = find_grams(text, at, places.data());
      for (std::size_t i = 0; i < count; ++i) look(text, at + places[i].at, places[i].slot, hit);
    }
  }

 private:
  static constexpr std::uint32_t kEnd = UINT32_MAX;
  static constexpr std::size_t kBits = 1 << 18;
  static constexpr std::size_t kBlock = 4096;  // places a look
  static constexpr std::size_t kSlack = 64;
  static constexpr std::size_t kReach = 32;  // bytes; an anchor has fewer

  struct Entry {
    std::uint32_t ids = 0;    // of ids_, closed by kEnd
    std::uint32_t bytes = 0;  // of sets_, `size` of them
    std::uint16_t size = 0;
    std::uint16_t gram = 0;
    // Eight of its bytes in one comparison, those that are one letter in either case or one character.
    std::uint16_t quick = 0;  // where they begin
    bool at_begin = false;
    std::uint8_t filled = 0;  // so that no byte of it is undefined
    std::uint64_t mask = 0;
    std::uint64_t value = 0;
  };
  // One for each bit of the table that is set; further grams of the same bit hang behind it.
  struct Slot {
    std::uint32_t gram = 0;
    std::uint32_t list = 0;  // of lists_, closed by kEnd
    std::uint32_t next = kEnd;
  };

  static std::uint32_t hash_of(std::uint32_t gram) { return gram * kFactor >> 14; }
  // What all anchors of a gram have in common around it, in one comparison of eight bytes.
  struct Common {
    std::int64_t from = 0;  // where the eight begin, after the gram's place
    std::uint64_t mask = 0;
    std::uint64_t value = 0;
  };
  struct Place {
    std::uint32_t at = 0;
    std::uint32_t slot = 0;
  };
  std::uint32_t slot_of(std::uint32_t hash) const;
  // The places in [at, at + kBlock), less `at`, of which a gram of ours may begin.
  std::size_t find_grams(std::string_view text, std::size_t at, Place *places) const;

  template <typename Hit>
  void look(std::string_view text, std::size_t at, std::uint32_t number_of_slot, Hit &hit) const {
    std::uint32_t gram = 0;
    std::memcpy(&gram, text.data() + at, std::min<std::size_t>(sizeof gram, text.size() - at));
    gram |= 0x20202020u;
    const Slot *slot = slots_.data() + number_of_slot;
    while (slot->gram != gram) {
      if (slot->next == kEnd) return;
      slot = slots_.data() + slot->next;
    }
    for (const std::uint32_t *number = lists_.data() + slot->list; *number != kEnd; ++number) {
      compare(text, at, entries_.data()[*number], hit);
    }
  }
  // Compares the bytes of an anchor whose gram or pair stands at a place.
  template <typename Hit>
  void compare(std::string_view text, std::size_t at, const Entry &entry, Hit &hit) const {
    if (at < entry.gram) return;
    const std::size_t begin = at - entry.gram;
    const std::size_t left = text.size() - begin;
    if (left >= entry.quick + sizeof(std::uint64_t)) {
      std::uint64_t eight = 0;
      std::memcpy(&eight, text.data() + begin + entry.quick, sizeof eight);
      if ((eight & entry.mask) != entry.value) return;
    }
    if (entry.size > left || (entry.at_begin && begin != 0)) return;
    if (!stands(text.data() + begin, entry)) return;
    for (const std::uint32_t *id = ids_.data() + entry.ids; *id != kEnd; ++id)
      hit(*id, begin, begin + entry.size);
  }
  bool stands(const char *bytes, const Entry &entry) const {
    const std::uint16_t *numbers = set_numbers_.data() + entry.bytes;
    const ByteSet *sets = sets_.data();
    for (std::size_t i = 0; i < entry.size; ++i)
      if (!sets[numbers[i]].has(static_cast<unsigned char>(bytes[i]))) return false;
    return true;
  }

  std::vector<Entry> entries_;  // those of equal bytes are one
  std::vector<std::uint32_t> ids_;
  std::vector<ByteSet> sets_;  // each once
  std::vector<std::uint16_t> set_numbers_;
  std::vector<Slot> slots_;            // in the order of the bits, then the further ones
  std::vector<Common> commons_;        // of each slot
  std::vector<std::uint32_t> lists_;   // entries of each gram, closed by kEnd
  std::vector<std::uint32_t> blooms_;  // the table
  std::vector<std::uint8_t> passes_;   // which hashes have a slot: kBits of them
  std::vector<std::uint32_t> ranks_;   // bits set before each byte of passes_

  // A set that is one character, or one letter in either case, as a mask and what must be left under it; else
  // the mask is 0.
  struct Single {
    std::uint64_t mask = 0;
    std::uint64_t value = 0;
  };
  static Single single(const ByteSet &set);
  std::vector<Single> singles_;  // of each of sets_

  struct Pair {
    unsigned char first = 0;
    unsigned char second = 0;
    std::vector<std::uint32_t> entries;
  };
  std::vector<Pair> pairs_;

  struct Added {
    Entry entry;
    std::vector<std::uint16_t> bytes;  // of sets_
    std::vector<std::uint32_t> ids;
    bool pair = false;
  };
  // Until sealed; by gram, flag and bytes.
  std::map<std::vector<std::uint32_t>, Added> added_;
  std::map<ByteSet, std::uint16_t> set_places_;
  void quicken(Entry &entry) const;
  Common common_of(std::uint32_t list) const;
  void grams_of(const Added &one, std::uint32_t number,
                std::vector<std::pair<std::uint32_t, std::uint32_t>> &out) const;
};

}  // namespace dislodge::secret

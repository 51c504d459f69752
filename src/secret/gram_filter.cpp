#include "secret/gram_filter.hpp"

#include <algorithm>
#include <map>
#include <type_traits>
#include <unordered_map>

#include "secret/anchor.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace dislodge::secret {
namespace {

constexpr std::size_t kEight = sizeof(std::uint64_t);

std::uint32_t gram_at(const char *bytes) {
  std::uint32_t gram = 0;
  std::memcpy(&gram, bytes, sizeof gram);
  return gram | 0x20202020u;
}

// Looks at `count` places, of which each has four bytes in the text.
std::size_t pass_plainly(const char *text, std::size_t count, const std::uint32_t *blooms,
                         std::uint32_t *places) {
  std::size_t found = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t product = gram_at(text + i) * GramFilter::kFactor;
    const std::uint32_t bits = GramFilter::bloom_bits(product);
    places[found] = static_cast<std::uint32_t>(i);
    found += static_cast<std::size_t>((blooms[product >> GramFilter::kBloomShift] & bits) == bits);
  }
  return found;
}

#if defined(__x86_64__)
constexpr std::size_t kLanes = 16;
constexpr std::size_t kStep = 4 * kLanes;
constexpr std::size_t kReadAhead = 32;  // bytes that a load takes behind its first place

__attribute__((target("avx512f,avx512bw,avx512vbmi"))) std::size_t pass_wide(const char *text,
                                                                             std::size_t count,
                                                                             const std::uint32_t *blooms,
                                                                             std::uint32_t *places) {
  alignas(64) std::array<std::uint8_t, 64> order{};
  for (std::size_t lane = 0; lane < kLanes; ++lane)
    for (std::size_t byte = 0; byte < 4; ++byte)
      order[lane * 4 + byte] = static_cast<std::uint8_t>(lane + byte);
  const __m512i index = _mm512_load_si512(order.data());
  const __m512i fold = _mm512_set1_epi8(0x20);
  const __m512i factor = _mm512_set1_epi32(static_cast<int>(GramFilter::kFactor));
  const __m512i one = _mm512_set1_epi32(1);
  std::size_t found = 0;
  for (std::size_t at = 0; at < count; at += kStep) {
    std::uint64_t mask = 0;
    for (std::size_t part = 0; part < 4; ++part) {
      const char *from = text + at + part * kLanes;
      const __m512i bytes =
          _mm512_castsi256_si512(_mm256_loadu_si256(reinterpret_cast<const __m256i *>(from)));  // NOLINT
      const __m512i grams = _mm512_or_si512(_mm512_permutexvar_epi8(index, bytes), fold);
      const __m512i products = _mm512_mullo_epi32(grams, factor);
      const __m512i words =
          _mm512_i32gather_epi32(_mm512_srli_epi32(products, GramFilter::kBloomShift), blooms, 4);
      const __m512i bits =
          _mm512_or_si512(_mm512_rolv_epi32(one, _mm512_srli_epi32(products, GramFilter::kFirstBit)),
                          _mm512_rolv_epi32(one, _mm512_srli_epi32(products, GramFilter::kSecondBit)));
      const std::uint64_t passed = _mm512_cmpeq_epi32_mask(_mm512_and_si512(words, bits), bits);
      mask |= passed << (part * kLanes);
    }
    for (; mask != 0; mask &= mask - 1)
      places[found++] = static_cast<std::uint32_t>(at + static_cast<std::size_t>(std::countr_zero(mask)));
  }
  return found;
}

bool wide_registers() {
  static const bool kHas = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                           __builtin_cpu_supports("avx512vbmi");
  return kHas;
}
#endif

unsigned char first_folded(const ByteSet &set) {
  unsigned c = 0;
  while (c < 255 && !set.has(static_cast<unsigned char>(c))) ++c;
  return fold_byte(static_cast<unsigned char>(c));
}

// The bits set in a byte.
constexpr std::array<std::uint8_t, 256> bit_counts() {
  std::array<std::uint8_t, 256> counts{};
  for (std::size_t i = 1; i < counts.size(); ++i)
    counts[i] = static_cast<std::uint8_t>(counts[i / 2] + i % 2);
  return counts;
}
constexpr std::array<std::uint8_t, 256> kBitCounts = bit_counts();

}  // namespace

std::uint32_t GramFilter::slot_of(std::uint32_t hash) const {
  const unsigned below = passes_[hash / 8] & ((1u << (hash % 8)) - 1);
  return ranks_[hash / 8] + kBitCounts[below];
}

std::size_t GramFilter::find_grams(std::string_view text, std::size_t at, Place *places) const {
  std::array<std::uint32_t, kBlock + kSlack> passed;
  const std::size_t size = std::min(kBlock, text.size() - at);
  const char *from = text.data() + at;
  std::size_t done = 0;
  std::size_t count = 0;
  const std::size_t behind = text.size() - at;  // bytes that may be read
#if defined(__x86_64__)
  if (wide_registers() && behind > kReadAhead) {
    done = std::min(size, behind - kReadAhead) / kStep * kStep;
    count = pass_wide(from, done, blooms_.data(), passed.data());
  }
#endif
  const std::size_t whole = behind >= kGramBytes ? std::min(size, behind - kGramBytes + 1) : 0;
  if (whole > done) {
    const std::size_t more = pass_plainly(from + done, whole - done, blooms_.data(), passed.data() + count);
    for (std::size_t i = 0; i < more; ++i) passed[count + i] += static_cast<std::uint32_t>(done);
    count += more;
    done = whole;
  }
  // Most that passed have another gram with the same hash. No branch: it would be guessed wrongly.
  std::size_t found = 0;
  const Slot *slots = slots_.data();
  const std::uint32_t *places_passed = passed.data();
  const std::uint8_t *passes = passes_.data();
  const std::uint32_t *ranks = ranks_.data();
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t place = places_passed[i];
    const std::uint32_t gram = gram_at(from + place);
    const std::uint32_t hash = hash_of(gram);
    const unsigned below = passes[hash / 8] & ((1u << (hash % 8)) - 1);
    const std::uint32_t number = ranks[hash / 8] + kBitCounts.data()[below];
    const Slot &slot = slots[number];  // there is one behind the last
    places[found] = {place, number};
    // The two bits may be other grams'; its own says whether there is a slot.
    const bool has = (passes[hash / 8] >> (hash % 8) & 1) != 0;
    found += static_cast<std::size_t>(has & ((slot.gram == gram) | (slot.next != kEnd)));
  }
  // Of those that are left, most have other bytes around the gram.
  const Common *commons = commons_.data();
  count = found;
  found = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Common &common = commons[places[i].slot];
    std::uint64_t eight = common.value;
    const auto begin = static_cast<std::int64_t>(at + places[i].at) + common.from;
    if (begin >= 0 && static_cast<std::size_t>(begin) + kEight <= text.size())
      std::memcpy(&eight, text.data() + begin, sizeof eight);
    places[found] = places[i];
    found += static_cast<std::size_t>((eight & common.mask) == common.value);
  }
  // The last places of the text have fewer bytes than a gram: what is missing counts as zeros.
  for (; done < size; ++done) {
    std::uint32_t gram = 0;
    std::memcpy(&gram, from + done, std::min<std::size_t>(sizeof gram, behind - done));
    const std::uint32_t hash = hash_of(gram | 0x20202020u);
    if ((passes_[hash / 8] >> (hash % 8) & 1) != 0)
      places[found++] = {static_cast<std::uint32_t>(done), slot_of(hash)};
  }
  return found;
}

namespace {

template <typename Element>
void write_array(base::WireWriter &out, const std::vector<Element> &array) {
  static_assert(std::is_trivially_copyable_v<Element>);
  out.text({reinterpret_cast<const char *>(array.data()), array.size() * sizeof(Element)});
}

template <typename Element>
void read_array(base::WireReader &in, std::vector<Element> &array) {
  const std::string_view bytes = in.text();
  array.resize(bytes.size() / sizeof(Element));
  if (!array.empty()) std::memcpy(array.data(), bytes.data(), array.size() * sizeof(Element));
}

}  // namespace

void GramFilter::encode(base::WireWriter &out) const {
  write_array(out, entries_);
  write_array(out, ids_);
  write_array(out, sets_);
  write_array(out, set_numbers_);
  write_array(out, slots_);
  write_array(out, commons_);
  write_array(out, lists_);
  write_array(out, passes_);
  write_array(out, blooms_);
  write_array(out, ranks_);
  out.list(pairs_, [&](const Pair &pair) {
    out.number(pair.first);
    out.number(pair.second);
    write_array(out, pair.entries);
  });
}

GramFilter GramFilter::decode(base::WireReader &in) {
  GramFilter filter;
  read_array(in, filter.entries_);
  read_array(in, filter.ids_);
  read_array(in, filter.sets_);
  read_array(in, filter.set_numbers_);
  read_array(in, filter.slots_);
  read_array(in, filter.commons_);
  read_array(in, filter.lists_);
  read_array(in, filter.passes_);
  read_array(in, filter.blooms_);
  read_array(in, filter.ranks_);
  in.list([&] {
    Pair pair;
    pair.first = static_cast<unsigned char>(in.number());
    pair.second = static_cast<unsigned char>(in.number());
    read_array(in, pair.entries);
    filter.pairs_.push_back(std::move(pair));
  });
  return filter;
}

void GramFilter::add(std::uint32_t id, const Anchor &anchor) {
  std::vector<std::uint32_t> key = {static_cast<std::uint32_t>(anchor.gram),
                                    (anchor.at_begin ? 1u : 0u) + (anchor.pair ? 2u : 0u)};
  std::vector<std::uint16_t> bytes;
  for (const ByteSet &set : anchor.bytes) {
    const auto [place, fresh] = set_places_.try_emplace(set, static_cast<std::uint16_t>(sets_.size()));
    if (fresh) {
      sets_.push_back(set);
      singles_.push_back(single(set));
    }
    bytes.push_back(place->second);
    key.push_back(place->second);
  }
  Added &one = added_[key];
  one.entry.size = static_cast<std::uint16_t>(bytes.size());
  one.entry.gram = static_cast<std::uint16_t>(anchor.gram);
  one.entry.at_begin = anchor.at_begin;
  one.bytes = std::move(bytes);
  one.pair = anchor.pair;
  if (one.ids.empty() || one.ids.back() != id) one.ids.push_back(id);
}

GramFilter::Single GramFilter::single(const ByteSet &set) {
  std::array<unsigned, 2> members{};
  std::size_t count = 0;
  for (unsigned c = 0; c < 256; ++c) {
    if (!set.has(static_cast<unsigned char>(c))) continue;
    if (count == members.size()) return {};
    members[count++] = c;
  }
  if (count == 1) return {0xFF, members[0]};
  if (count == 2 && (members[0] ^ members[1]) == 0x20) return {0xDF, members[0] & 0xDFu};
  return {};
}

// Chooses the eight bytes: as many as possible that are one character, above all such that the gram has not
// told.
void GramFilter::quicken(Entry &entry) const {
  std::size_t best = 0;
  for (std::size_t from = 0; from == 0 || from + kEight <= entry.size; ++from) {
    std::uint64_t mask = 0;
    std::uint64_t value = 0;
    std::size_t told = 0;
    for (std::size_t i = 0; i < kEight && from + i < entry.size; ++i) {
      const Single &one = singles_[set_numbers_[entry.bytes + from + i]];
      if (one.mask == 0) continue;
      mask |= one.mask << (8 * i);
      value |= one.value << (8 * i);
      const bool in_gram = from + i >= entry.gram && from + i < entry.gram + kGramBytes;
      told += in_gram ? 1 : 4;
    }
    if (told <= best) continue;
    best = told;
    entry.quick = static_cast<std::uint16_t>(from);
    entry.mask = mask;
    entry.value = value;
  }
}

GramFilter::Common GramFilter::common_of(std::uint32_t list) const {
  Common out;
  int best = 0;
  for (std::int64_t from = -static_cast<std::int64_t>(kEight); from <= 4; ++from) {
    std::uint64_t mask = ~0ull;
    std::uint64_t value = 0;
    bool first = true;
    for (const std::uint32_t *number = &lists_[list]; *number != kEnd; ++number) {
      const Entry &entry = entries_[*number];
      std::uint64_t its_mask = 0;
      std::uint64_t its_value = 0;
      for (std::size_t i = 0; i < kEight; ++i) {
        const std::int64_t place = entry.gram + from + static_cast<std::int64_t>(i);
        if (place < 0 || place >= entry.size) continue;
        const Single &one = singles_[set_numbers_[entry.bytes + static_cast<std::size_t>(place)]];
        its_mask |= one.mask << (8 * i);
        its_value |= one.value << (8 * i);
      }
      mask &= its_mask;
      if (first) value = its_value;
      mask &= ~(value ^ its_value);
      first = false;
    }
    const int told = std::popcount(mask);
    if (told <= best) continue;
    best = told;
    out.from = from;
    out.mask = mask;
    out.value = value & mask;
  }
  return out;
}

// The grams that an anchor is known by.
void GramFilter::grams_of(const Added &one, std::uint32_t number,
                          std::vector<std::pair<std::uint32_t, std::uint32_t>> &out) const {
  std::array<std::vector<unsigned char>, kGramBytes> values;
  for (std::size_t i = 0; i < kGramBytes; ++i) {
    std::array<bool, 256> in{};
    const std::size_t place = one.entry.gram + i;
    for (unsigned c = 0; c < 256; ++c)
      if (place >= one.bytes.size() || sets_[one.bytes[place]].has(static_cast<unsigned char>(c)))
        in[fold_byte(static_cast<unsigned char>(c))] = true;
    for (unsigned c = 0; c < 256; ++c)
      if (in[c]) values[i].push_back(static_cast<unsigned char>(c));
  }
  for (const std::uint32_t a : values[0])
    for (const std::uint32_t b : values[1])
      for (const std::uint32_t c : values[2])
        for (const std::uint32_t d : values[3]) out.emplace_back(a | b << 8 | c << 16 | d << 24, number);
}

void GramFilter::seal() {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> grams;
  for (const auto &[key, one] : added_) {
    const auto number = static_cast<std::uint32_t>(entries_.size());
    Entry entry = one.entry;
    entry.ids = static_cast<std::uint32_t>(ids_.size());
    ids_.insert(ids_.end(), one.ids.begin(), one.ids.end());
    ids_.push_back(kEnd);
    entry.bytes = static_cast<std::uint32_t>(set_numbers_.size());
    set_numbers_.insert(set_numbers_.end(), one.bytes.begin(), one.bytes.end());
    quicken(entry);
    entries_.push_back(entry);
    if (!one.pair) {
      grams_of(one, number, grams);
      continue;
    }
    const unsigned char first = first_folded(sets_[one.bytes[entry.gram]]);
    const unsigned char second = first_folded(sets_[one.bytes[entry.gram + 1u]]);
    auto known = std::find_if(pairs_.begin(), pairs_.end(),
                              [&](const Pair &pair) { return pair.first == first && pair.second == second; });
    if (known == pairs_.end()) known = pairs_.insert(pairs_.end(), Pair{first, second, {}});
    known->entries.push_back(number);
  }
  added_.clear();
  set_places_.clear();
  // In the order of their bits, so that a bit's rank is its slot.
  std::sort(grams.begin(), grams.end(), [](const auto &a, const auto &b) {
    const std::uint32_t first = hash_of(a.first);
    const std::uint32_t second = hash_of(b.first);
    return first != second ? first < second : a < b;
  });
  passes_.assign(kBits / 8 + 1, 0);
  blooms_.assign(kBloomWords, 0);
  std::vector<Slot> further;
  std::vector<std::pair<std::size_t, std::size_t>> links;  // a slot, and its next in `further`
  std::map<std::vector<std::uint32_t>, std::uint32_t> lists;
  std::vector<std::uint32_t> list;
  std::uint32_t last = kEnd;
  for (std::size_t i = 0; i < grams.size();) {
    const std::uint32_t gram = grams[i].first;
    const std::uint32_t hash = hash_of(gram);
    const std::uint32_t product = gram * kFactor;
    blooms_[product >> kBloomShift] |= bloom_bits(product);
    Slot slot;
    slot.gram = gram;
    // The grams of one anchor mostly lead to it alone: they share its list.
    list.clear();
    for (; i < grams.size() && grams[i].first == gram; ++i) list.push_back(grams[i].second);
    const auto [known, fresh] = lists.try_emplace(list, static_cast<std::uint32_t>(lists_.size()));
    if (fresh) {
      lists_.insert(lists_.end(), list.begin(), list.end());
      lists_.push_back(kEnd);
    }
    slot.list = known->second;
    if (hash != last) {
      passes_[hash / 8] = static_cast<std::uint8_t>(passes_[hash / 8] | 1u << (hash % 8));
      slots_.push_back(slot);
      last = hash;
    } else {
      // Behind the first of its bit, before those that hang there already.
      further.push_back(slot);
      links.emplace_back(slots_.size() - 1, further.size() - 1);
    }
  }
  const std::size_t first = slots_.size();
  for (const auto &[slot, next] : links) {
    further[next].next = slots_[slot].next;
    slots_[slot].next = static_cast<std::uint32_t>(first + next);
  }
  slots_.insert(slots_.end(), further.begin(), further.end());
  std::unordered_map<std::uint32_t, Common> by_list;
  for (const Slot &slot : slots_) {
    const auto [known, fresh] = by_list.try_emplace(slot.list);
    if (fresh) known->second = common_of(slot.list);
    commons_.push_back(slot.next == kEnd ? known->second : Common());
  }
  // What is asked of a gram without a slot finds one that is none.
  slots_.push_back({});
  commons_.push_back({});
  ranks_.resize(passes_.size());
  std::uint32_t rank = 0;
  for (std::size_t i = 0; i < passes_.size(); ++i) {
    ranks_[i] = rank;
    rank += kBitCounts[passes_[i]];
  }
}

}  // namespace dislodge::secret

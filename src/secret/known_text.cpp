#include "secret/known_text.hpp"

#include <sodium.h>

#include <algorithm>
#include <cstring>

namespace dislodge::secret {

namespace {

constexpr std::size_t kPartMin = 384;   // bytes before a cut
constexpr std::size_t kPartMax = 2048;  // from here on the next line end is one
constexpr std::uint64_t kCutOneIn = 3;  // of the line ends between, so that parts have some 500 bytes
constexpr std::size_t kBucket = 8;
constexpr std::size_t kSlotsMin = 1u << 12;
constexpr std::uint64_t kTextBegins = 0x5851F42D4C957F2Du;
constexpr std::uint64_t kTextEnds = 0x14057B7EF767814Fu;

std::uint64_t load(const char *bytes, std::size_t size) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes, size);
  return value;
}

}  // namespace

KnownText::KnownText() {
  randombytes_buf(&seed_, sizeof seed_);
  seed_ |= 1;
}

std::uint64_t KnownText::mixed(std::uint64_t a, std::uint64_t b) const {
  const auto product = static_cast<unsigned __int128>(a ^ seed_) * (b ^ seed_ * 0x9E3779B97F4A7C15u);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t KnownText::hash_of(std::string_view bytes) const {
  const char *at = bytes.data();
  std::size_t left = bytes.size();
  // Four lanes, so that one multiplication need not wait for the other.
  std::array<std::uint64_t, 4> lanes{bytes.size(), 1, 2, 3};
  for (; left >= 64; at += 64, left -= 64)
    for (std::size_t i = 0; i < lanes.size(); ++i)
      lanes[i] = mixed(lanes[i] ^ load(at + 16 * i, 8), load(at + 16 * i + 8, 8));
  std::uint64_t hash = mixed(mixed(lanes[0], lanes[1]), mixed(lanes[2], lanes[3]));
  for (; left >= 16; at += 16, left -= 16) hash = mixed(hash ^ load(at, 8), load(at + 8, 8));
  const std::size_t first = std::min<std::size_t>(left, 8);
  return mixed(hash ^ load(at, first), load(at + first, left - first));
}

KnownText::Shared KnownText::shared_with_before(std::string_view text, std::uint64_t kind) const {
  if (before_.empty() || kind != kind_before_) return {};
  constexpr std::size_t kStep = 256;
  const std::size_t most = std::min(text.size(), before_.size());
  Shared out;
  while (out.head + kStep <= most &&
         std::memcmp(text.data() + out.head, before_.data() + out.head, kStep) == 0)
    out.head += kStep;
  while (out.head < most && text[out.head] == before_[out.head]) ++out.head;
  const char *const end = text.data() + text.size();
  const char *const end_before = before_.data() + before_.size();
  const std::size_t left = most - out.head;
  while (out.tail + kStep <= left &&
         std::memcmp(end - out.tail - kStep, end_before - out.tail - kStep, kStep) == 0)
    out.tail += kStep;
  while (out.tail < left && end[-1 - static_cast<std::ptrdiff_t>(out.tail)] ==
                                end_before[-1 - static_cast<std::ptrdiff_t>(out.tail)])
    ++out.tail;
  return out;
}

// Only what differs is copied, and what stands behind it moved.
void KnownText::keep_for_next(std::string_view text, std::uint64_t kind, const Shared &shared) {
  kind_before_ = kind;
  if (text.size() > kKnownBeforeMax) {
    before_.clear();
    return;
  }
  before_.replace(shared.head, before_.size() - shared.head - shared.tail,
                  text.substr(shared.head, text.size() - shared.head - shared.tail));
}

void KnownText::cut(std::string_view text, const Shared &shared) {
  parts_before_.swap(parts_);
  parts_.clear();
  std::size_t begin = 0;
  std::size_t next = 0;  // of the parts before
  const std::vector<Part> &old = parts_before_;
  if (shared.head > 0) {
    // A cut is made of what stands in front of it; the last one may be no more than the end of the text.
    for (; next + 1 < old.size() && old[next].end <= shared.head; ++next) {
      const bool taken = old[next].known && old[next].end + kKnownContext <= shared.head;
      parts_.push_back({.end = old[next].end, .hash = old[next].hash, .known = taken, .taken = taken});
      begin = old[next].end;
    }
  }
  const std::size_t tail = text.size() - shared.tail;  // where it begins
  while (begin < text.size()) {
    if (shared.tail > 0 && begin >= tail) {
      // From a cut on that the text before has as well, all further cuts are its own.
      const std::size_t there = before_.size() - (text.size() - begin);
      while (next < old.size() && old[next].end < there) ++next;
      if (next < old.size() && old[next].end == there) {
        for (++next; next < old.size(); ++next) {
          const bool taken = old[next].known && begin >= tail + kKnownContext;
          begin = old[next].end + text.size() - before_.size();
          parts_.push_back({.end = begin, .hash = old[next].hash, .known = taken, .taken = taken});
        }
        break;
      }
    }
    std::size_t end = text.size();
    for (std::size_t at = begin + kPartMin; at < text.size();) {
      const void *found = std::memchr(text.data() + at, '\n', text.size() - at);
      if (found == nullptr) break;
      at = static_cast<std::size_t>(static_cast<const char *>(found) - text.data()) + 1;
      // What decides are the sixteen bytes in front, which lie within the part.
      const std::uint64_t said = mixed(load(text.data() + at - 16, 8), load(text.data() + at - 8, 8));
      if (said % kCutOneIn != 0 && at - begin < kPartMax) continue;
      end = at;
      break;
    }
    parts_.push_back({.end = end, .hash = hash_of(text.substr(begin, end - begin))});
    begin = end;
  }
}

const std::vector<TextRange> &KnownText::fresh(std::string_view text, std::uint64_t kind) {
  const Shared shared = shared_with_before(text, kind);
  cut(text, shared);
  keep_for_next(text, kind, shared);
  const std::uint64_t begins = mixed(kind, kTextBegins);
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    if (parts_[i].taken) continue;
    std::uint64_t key = mixed(begins, parts_[i].hash);
    const std::size_t begin = i > 0 ? parts_[i - 1].end : 0;
    for (std::size_t j = i;;) {
      if (j == 0) {
        key = mixed(key, kTextBegins);
        break;
      }
      key = mixed(key, parts_[--j].hash);
      if (begin - (j > 0 ? parts_[j - 1].end : 0) >= kKnownContext) break;
    }
    for (std::size_t j = i;;) {
      if (++j == parts_.size()) {
        key = mixed(key, kTextEnds);
        break;
      }
      key = mixed(key, parts_[j].hash);
      if (parts_[j].end - parts_[i].end >= kKnownContext) break;
    }
    parts_[i].key = key != 0 ? key : 1;
    // Each look is into memory of its own: they are begun together.
    if (!slots_.empty())
      __builtin_prefetch(&slots_[static_cast<std::size_t>(parts_[i].key) & (slots_.size() - kBucket)]);
  }
  for (Part &part : parts_) {
    part.known = part.taken || contains(part.key);
    part.fresh = !part.known;
  }
  join_fresh();
  return fresh_;
}

void KnownText::join_fresh() {
  fresh_.clear();
  std::size_t begin = 0;
  for (const Part &part : parts_) {
    if (part.fresh || part.wanted) {
      if (!fresh_.empty() && fresh_.back().end == begin)
        fresh_.back().end = part.end;
      else
        fresh_.push_back({begin, part.end});
    }
    begin = part.end;
  }
}

bool KnownText::widen(std::size_t begin, std::size_t end) {
  bool any = false;
  for (std::size_t i = part_of(begin); i < parts_.size(); ++i) {
    any = any || !(parts_[i].fresh || parts_[i].wanted);
    parts_[i].wanted = true;
    if (parts_[i].end >= end) break;
  }
  if (any) join_fresh();
  return any;
}

std::size_t KnownText::part_of(std::size_t at) const {
  const auto part = std::upper_bound(parts_.begin(), parts_.end(), at,
                                     [](std::size_t place, const Part &one) { return place < one.end; });
  return static_cast<std::size_t>(part - parts_.begin());
}

void KnownText::tell(std::size_t begin, std::size_t end) {
  for (std::size_t i = part_of(begin); i < parts_.size(); ++i) {
    parts_[i].told = true;
    if (parts_[i].end >= end) break;
  }
}

void KnownText::tell_if_cut(std::size_t begin, std::size_t end) {
  const std::size_t part = part_of(begin);
  if (part < parts_.size() && parts_[part].end < end) tell(begin, end);
}

void KnownText::learn() {
  for (Part &part : parts_) {
    if (!part.fresh || part.told) continue;
    insert(part.key);
    part.known = true;
  }
}

bool KnownText::contains(std::uint64_t key) const {
  if (slots_.empty()) return false;
  const std::size_t bucket = static_cast<std::size_t>(key) & (slots_.size() - kBucket);
  for (std::size_t i = 0; i < kBucket; ++i)
    if (slots_[bucket + i] == key) return true;
  return false;
}

void KnownText::insert(std::uint64_t key) {
  if (held_ * 2 >= slots_.size() && slots_.size() < most_) grow();
  const std::size_t bucket = static_cast<std::size_t>(key) & (slots_.size() - kBucket);
  for (std::size_t i = 0; i < kBucket; ++i) {
    if (slots_[bucket + i] == key) return;
    if (slots_[bucket + i] != 0) continue;
    slots_[bucket + i] = key;
    ++held_;
    return;
  }
  // Full: the one that has been here longest gives way.
  std::copy(slots_.begin() + static_cast<std::ptrdiff_t>(bucket) + 1,
            slots_.begin() + static_cast<std::ptrdiff_t>(bucket + kBucket),
            slots_.begin() + static_cast<std::ptrdiff_t>(bucket));
  slots_[bucket + kBucket - 1] = key;
}

void KnownText::grow() {
  std::vector<std::uint64_t> before(std::max(kSlotsMin, slots_.size() * 2));
  before.swap(slots_);
  held_ = 0;
  for (const std::uint64_t key : before)
    if (key != 0) insert(key);
}

}  // namespace dislodge::secret

#include "file/strings.hpp"

#include "base/encode.hpp"
#include "evidence/charset.hpp"

namespace dislodge::file {
namespace {

constexpr std::size_t kFlush = 4u << 20;

bool printable(unsigned char c) {
  return (c >= 0x20 && c < 0x7F) || c == '\t' || c == '\r' || c == '\n';
}

// Finds strings and hands them over, each on a line of its own, with its place.
class Strings {
 public:
  Strings(const evidence::ItemView &item, std::string_view part, evidence::RecordId within,
          std::size_t shortest, evidence::Sink &sink)
      : item_(item),
        part_(part),
        base_(static_cast<std::size_t>(part.data() - item.bytes.data())),
        within_(within),
        shortest_(shortest),
        sink_(sink) {}

  // Returns how many bytes of the part are in strings.
  std::uint64_t run() {
    const std::string_view bytes = part_;
    std::size_t at = 0;
    while (at < bytes.size()) {
      const auto c = static_cast<unsigned char>(bytes[at]);
      std::size_t used = 0;
      if (printable(c)) {
        if (at + 1 < bytes.size() && bytes[at + 1] == '\0') used = wide(at, false);
        if (used == 0) used = narrow(at);
      } else if (c == 0 && at + 1 < bytes.size() && printable(static_cast<unsigned char>(bytes[at + 1]))) {
        used = wide(at, true);
      } else if (c >= 0xC2) {
        used = narrow(at);
      }
      at += used == 0 ? 1 : used;
      if (text_.size() >= kFlush) flush();
    }
    flush();
    return covered_;
  }

 private:
  // ASCII and UTF-8. Returns the bytes used, also for a run too short to count, so that none is looked at
  // twice.
  std::size_t narrow(std::size_t begin) {
    const std::string_view bytes = part_;
    std::size_t at = begin;
    std::size_t characters = 0;
    while (at < bytes.size() && at - begin < kFlush) {
      const auto c = static_cast<unsigned char>(bytes[at]);
      if (printable(c)) {
        // UTF-16 text begins in the middle of what looks like a run.
        if (at > begin && at + 5 < bytes.size() && bytes[at + 1] == '\0' && bytes[at + 3] == '\0' &&
            bytes[at + 5] == '\0' && printable(static_cast<unsigned char>(bytes[at + 2])) &&
            printable(static_cast<unsigned char>(bytes[at + 4])))
          break;
        ++at;
      } else if (c >= 0xC2) {
        const std::size_t length = evidence::valid_utf8_prefix(bytes.substr(at, c >= 0xF0   ? 4
                                                                                : c >= 0xE0 ? 3
                                                                                            : 2));
        if (length < 2) break;
        at += length;
      } else {
        break;
      }
      ++characters;
    }
    if (characters >= shortest_) {
      put_start(begin);
      text_ += bytes.substr(begin, at - begin);
      covered_ += at - begin;
    }
    return at - begin;
  }

  // UTF-16 in Latin script. Returns 0 where there is no string long enough.
  std::size_t wide(std::size_t begin, bool big) {
    const std::string_view bytes = part_;
    std::size_t at = begin;
    while (at + 1 < bytes.size() && at - begin < kFlush) {
      const auto low = static_cast<unsigned char>(bytes[at + (big ? 1 : 0)]);
      const auto high = static_cast<unsigned char>(bytes[at + (big ? 0 : 1)]);
      if (high != 0 || (!printable(low) && low < 0xA0)) break;
      at += 2;
    }
    if ((at - begin) / 2 < shortest_) return 0;
    put_start(begin);
    for (std::size_t i = begin; i < at; i += 2) {
      map_.add(text_.size(), base_ + i);
      base::append_utf8(text_, static_cast<unsigned char>(bytes[i + (big ? 1 : 0)]));
    }
    covered_ += at - begin;
    return at - begin;
  }

  void put_start(std::size_t source) {
    if (!text_.empty()) text_ += '\n';
    map_.add(text_.size(), base_ + source);
  }

  void flush() {
    if (text_.empty()) return;
    evidence::TextView view;
    view.item = item_.path;
    view.text = text_;
    view.map = &map_;
    view.source = item_.bytes;
    view.within = within_;
    view.name = item_.name;
    sink_.text(view);
    text_.clear();
    map_ = {};
  }

  const evidence::ItemView &item_;
  std::string_view part_;
  std::size_t base_;  // where the part lies in the item
  evidence::RecordId within_;
  std::size_t shortest_;
  evidence::Sink &sink_;
  std::string text_;
  base::OffsetMap map_;
  std::uint64_t covered_ = 0;
};

}  // namespace

std::uint64_t emit_strings(const evidence::ItemView &item, std::string_view part, evidence::RecordId within,
                           std::size_t shortest, evidence::Sink &sink) {
  return Strings(item, part, within, shortest, sink).run();
}

}  // namespace dislodge::file

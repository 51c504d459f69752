#include "mail/mbox.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include "base/encode.hpp"
#include "base/item_path.hpp"
#include "evidence/charset.hpp"
#include "evidence/mail_signature.hpp"
#include "mail/find.hpp"
#include "mail/message.hpp"

namespace dislodge::mail {
namespace {

struct Separator {
  std::uint64_t at = 0;
  std::uint64_t length = 0;  // 0: none found
};

// The first separator that begins in [from, end).
Separator next_separator(std::string_view bytes, std::uint64_t from, std::uint64_t end) {
  end = std::min<std::uint64_t>(end, bytes.size());
  if (from == 0 && end > 0) {
    const std::uint64_t start = bytes.starts_with("\xEF\xBB\xBF") ? 3 : 0;
    if (const std::size_t length = evidence::mbox_separator_length(bytes, start)) return {start, length};
    from = 1;
  }
  while (from < end) {
    // The line end before the separator may lie just before `from`.
    const std::uint64_t window = std::min<std::uint64_t>(end + 4, bytes.size());
    const std::size_t found = find_bytes(bytes.substr(0, window), "\nFrom ", from - 1);
    if (found == std::string_view::npos) {
      // The last candidates begin before `end` and reach behind the window.
      for (std::uint64_t at = std::max<std::uint64_t>(from, end > 5 ? end - 5 : 1); at < end; ++at)
        if (bytes[at - 1] == '\n')
          if (const std::size_t length = evidence::mbox_separator_length(bytes, at)) return {at, length};
      return {};
    }
    const auto at = static_cast<std::uint64_t>(found) + 1;
    if (at >= end) return {};
    if (const std::size_t length = evidence::mbox_separator_length(bytes, at)) return {at, length};
    from = at + 1;
  }
  return {};
}

// What lies before the first separator is no message by this format: text, to be scanned as such.
void emit_preamble(const evidence::ItemView &item, std::string_view preamble, evidence::Sink &sink) {
  if (base::trim(preamble).empty()) return;
  std::uint64_t offset = 0;
  while (!preamble.empty()) {
    const std::size_t size = evidence::piece_end(preamble, evidence::kConversionPiece, evidence::Wide::none);
    const auto utf8 = evidence::to_utf8(preamble.substr(0, size));
    base::OffsetMap map;
    if (utf8.map() == nullptr)
      map.add(0, offset);
    else
      for (const auto &run : utf8.map()->runs()) map.add(run.text, run.source + offset);
    sink.text({.item = item.path,
               .text = utf8.view(),
               .map = &map,
               .source = item.bytes,
               .within = item.within,
               .name = item.name});
    preamble.remove_prefix(size);
    offset += size;
  }
}

// A Mac's of old: lines that end with a carriage return alone. The same with line feeds, every byte in its
// place; empty where there is nothing to be done.
std::string with_line_feeds(std::string_view bytes) {
  constexpr std::size_t kMost = 256u << 20;
  if (bytes.empty() || bytes.size() > kMost) return {};
  if (std::memchr(bytes.data(), '\n', bytes.size()) != nullptr || bytes.find('\r') == std::string_view::npos)
    return {};
  std::string out(bytes);
  std::replace(out.begin(), out.end(), '\r', '\n');
  return out;
}

// The lines between messages are text of the mbox itself: many as one, each where it stands.
class Separators {
 public:
  Separators(const evidence::ItemView &item, evidence::Sink &sink) : item_(item), sink_(sink) {}

  void add(std::string_view line, std::uint64_t at) {
    if (lines_.size() >= kGathered) flush();
    places_.add(lines_.size(), at);
    lines_ += line;
    if (!lines_.ends_with('\n')) lines_ += '\n';
  }
  void flush() {
    if (lines_.empty()) return;
    const auto utf8 = evidence::to_utf8(lines_);
    const base::OffsetMap map = evidence::compose_maps(&places_, utf8.map(), utf8.view().size());
    sink_.text({.item = item_.path,
                .text = utf8.view(),
                .map = &map,
                .source = item_.bytes,
                .within = item_.within,
                .name = item_.name,
                .prose = false});
    lines_.clear();
    places_ = {};
  }

 private:
  static constexpr std::size_t kGathered = 1u << 20;

  const evidence::ItemView &item_;
  evidence::Sink &sink_;
  std::string lines_;
  base::OffsetMap places_;
};

}  // namespace

base::Result<void> read_mbox(const evidence::ItemView &item, evidence::Sink &sink) {
  return read_mbox_range(item, {0, item.bytes.size(), 1}, sink);
}

base::Result<void> read_mbox_range(const evidence::ItemView &item, const MboxRange &range,
                                   evidence::Sink &sink) {
  if (const std::string lines = with_line_feeds(item.bytes); !lines.empty()) {
    evidence::ItemView same = item;
    same.bytes = lines;
    return read_mbox_range(
        same, {range.begin, std::min<std::uint64_t>(range.end, lines.size()), range.first_number}, sink);
  }
  const std::string_view bytes = item.bytes;
  Separators between(item, sink);
  Separator current = next_separator(bytes, range.begin, range.end);
  if (range.begin == 0)
    emit_preamble(item, bytes.substr(0, current.length == 0 ? bytes.size() : current.at), sink);
  std::uint64_t number = range.first_number;
  // Such a file is never cut into ranges (evidence::divisible): a length is known from its header only.
  const bool counted = range.begin == 0 && range.end >= bytes.size() && evidence::mbox_counts_lengths(bytes);
  while (current.length != 0 && current.at < range.end) {
    const std::uint64_t begin = current.at + current.length;
    std::uint64_t search = begin;
    if (counted)
      if (const std::size_t end = evidence::mbox_counted_end(bytes, static_cast<std::size_t>(begin)); end > 0)
        search = end;
    const Separator next = next_separator(bytes, search, bytes.size());
    std::string_view message =
        bytes.substr(begin, next.length == 0 ? std::string_view::npos : next.at - begin);
    // The blank line before a separator belongs to the separator.
    if (message.ends_with("\r\n\r\n"))
      message.remove_suffix(2);
    else if (message.ends_with("\n\n"))
      message.remove_suffix(1);
    between.add(bytes.substr(current.at, current.length), current.at);
    const std::string path = base::join_item(item.path, std::to_string(number));
    evidence::ItemView child;
    child.path = path;
    child.bytes = message;
    child.type = evidence::ItemType::message;
    child.media_type = kMessageFromMbox;
    child.depth = item.depth + 1;
    child.within = item.within;
    sink.child(child);
    ++number;
    current = next;
  }
  between.flush();
  return {};
}

std::vector<std::uint64_t> separators(std::string_view bytes, std::uint64_t begin, std::uint64_t end) {
  std::vector<std::uint64_t> out;
  for (Separator found = next_separator(bytes, begin, end); found.length != 0;
       found = next_separator(bytes, found.at + found.length, end))
    out.push_back(found.at);
  return out;
}

std::uint64_t count_messages(std::string_view bytes, std::uint64_t begin, std::uint64_t end) {
  std::uint64_t count = 0;
  for (Separator found = next_separator(bytes, begin, end); found.length != 0;
       found = next_separator(bytes, found.at + found.length, end))
    ++count;
  return count;
}

std::vector<MboxRange> mbox_ranges(std::string_view bytes, std::uint64_t unit) {
  std::vector<MboxRange> ranges;
  unit = std::max<std::uint64_t>(unit, 1);
  std::uint64_t number = 1;
  for (std::uint64_t begin = 0; begin < bytes.size() || ranges.empty(); begin += unit) {
    const std::uint64_t end = std::min<std::uint64_t>(bytes.size(), begin + unit);
    ranges.push_back({begin, end, number});
    if (end == bytes.size()) break;
    number += count_messages(bytes, begin, end);
  }
  return ranges;
}

ByteRange owned_bytes(std::string_view bytes, const MboxRange &range) {
  const auto at_or_end = [&](std::uint64_t from) {
    const Separator found = next_separator(bytes, from, bytes.size());
    return found.length == 0 ? static_cast<std::uint64_t>(bytes.size()) : found.at;
  };
  return {range.begin == 0 ? 0 : at_or_end(range.begin),
          range.end >= bytes.size() ? bytes.size() : at_or_end(range.end)};
}

}  // namespace dislodge::mail

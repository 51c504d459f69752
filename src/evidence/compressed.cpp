#include "evidence/compressed.hpp"

#include <fmt/format.h>
#include <libdeflate.h>

#include <algorithm>
#include <string>

#include "base/encode.hpp"
#include "base/item_path.hpp"
#include "evidence/inflate.hpp"
#include "evidence/item_name.hpp"
#include "evidence/unzstd.hpp"
#include "evidence/zip_directory.hpp"

namespace dislodge::evidence {

namespace {

constexpr std::string_view kAskAgain = "ask for the file again";

// The name of what is inside: "auth.log.gz" holds "auth.log", "mail.tgz" holds "mail.tar".
std::string inner_name(std::string_view name, std::string_view suffix) {
  name = name.substr(name.find_last_of('/') == std::string_view::npos ? 0 : name.find_last_of('/') + 1);
  if (name.size() > 4 && base::equal_ignoring_case(name.substr(name.size() - 4), ".tgz"))
    return std::string(name.substr(0, name.size() - 4)) + ".tar";
  if (name.size() > suffix.size() &&
      base::equal_ignoring_case(name.substr(name.size() - suffix.size()), suffix))
    return std::string(name.substr(0, name.size() - suffix.size()));
  return {};
}

void emit_child(const ItemView &item, std::string_view step, std::string_view name, std::string_view bytes,
                Sink &sink) {
  const std::string path = base::join_item(item.path, step);
  ItemView child;
  child.path = path;
  child.bytes = bytes;
  child.name = name;
  child.depth = item.depth + 1;
  child.within = item.within;
  sink.child(child);
}

// What may come out of a stream: the archive's limit, and the ratio once the grace is passed.
std::uint64_t output_cap(std::uint64_t packed, const base::Limits &limits, std::string &limit) {
  const std::uint64_t ratio = limits.expansion_ratio_max;
  const std::uint64_t by_ratio =
      std::max(packed > UINT64_MAX / std::max<std::uint64_t>(ratio, 1) ? UINT64_MAX : packed * ratio,
               limits.expansion_grace_bytes);
  const std::uint64_t cap = std::min({by_ratio, limits.member_bytes_max, limits.archive_bytes_max});
  limit = cap == limits.member_bytes_max    ? fmt::format("member_bytes_max ({})", cap)
          : cap == limits.archive_bytes_max ? fmt::format("archive_bytes_max ({})", cap)
                                            : fmt::format("expansion_ratio_max ({})", ratio);
  return cap;
}

struct GzipHeader {
  std::size_t length = 0;
  std::string_view name;
  std::string_view comment;
};

// RFC 1952 2.3. False where no header begins or it is cut.
bool read_gzip_header(std::string_view bytes, GzipHeader &header) {
  if (bytes.size() < 10 || !bytes.starts_with("\x1F\x8B\x08")) return false;
  const auto flags = static_cast<unsigned char>(bytes[3]);
  if ((flags & 0xE0) != 0) return false;
  std::size_t at = 10;
  if ((flags & 4) != 0) {
    if (bytes.size() < at + 2) return false;
    at += 2 + le16(bytes, at);
  }
  const auto text = [&](std::string_view &field) {
    const std::size_t end = at < bytes.size() ? bytes.find('\0', at) : std::string_view::npos;
    if (end == std::string_view::npos) return false;
    field = bytes.substr(at, end - at);
    at = end + 1;
    return true;
  };
  if ((flags & 8) != 0 && !text(header.name)) return false;
  if ((flags & 16) != 0 && !text(header.comment)) return false;
  if ((flags & 2) != 0) at += 2;
  if (at > bytes.size()) return false;
  header.length = at;
  return true;
}

}  // namespace

base::Result<void> read_gzip(const ItemView &item, Sink &sink) {
  std::string_view rest = item.bytes;
  GzipHeader first;
  if (!read_gzip_header(rest, first))
    return base::fail(base::ErrorKind::damaged, fmt::format("the gzip header is damaged; {}", kAskAgain));
  std::string name(first.name.substr(0, 4096));
  if (name.empty())
    name = inner_name(item.name.empty() ? base::unescape_step(item.path) : std::string(item.name), ".gz");
  const std::string step = name.empty() ? "data" : base::escape_step(name);

  std::string limit;
  const std::uint64_t cap = output_cap(item.bytes.size(), sink.limits(), limit);
  Inflater inflater;
  std::string joined;  // holds the output only where there is more than one stream
  std::string_view out;
  Unread problem;
  bool bad = false;
  std::size_t streams = 0;
  while (!bad && !rest.empty()) {
    GzipHeader header;
    if (!read_gzip_header(rest, header)) break;
    const std::string_view packed = rest.substr(header.length);
    // The trailer's size is the last stream's; for others it is wrong and costs time only.
    const std::uint64_t expected = packed.size() >= 8 ? le32(item.bytes, item.bytes.size() - 4) : 0;
    const Inflated got = inflater.raw(packed, expected, cap - out.size());
    if (streams == 0) {
      out = got.bytes;
    } else {
      joined += got.bytes;
      out = joined;
    }
    ++streams;
    const std::size_t used = header.length + static_cast<std::size_t>(got.consumed);
    if (got.end == InflateEnd::limit) {
      problem = {.bytes = packed.size(),
                 .state = LedgerState::too_large,
                 .reason = fmt::format("{} unpacks to more than {} allows; its first {} bytes are read", step,
                                       limit, out.size()),
                 .remedy = "raise the limit with --limit and read it again",
                 .child = {}};
      bad = true;
      rest = {};
    } else if (got.end != InflateEnd::complete || rest.size() - used < 8) {
      const bool truncated = got.end != InflateEnd::damaged;
      problem = {.bytes = rest.size() - used,
                 .state = truncated ? LedgerState::read_in_part : LedgerState::damaged,
                 .reason = fmt::format("{} {} at byte {}; {} bytes could be unpacked", step,
                                       truncated ? "is cut short" : "is damaged",
                                       item.bytes.size() - rest.size() + used, out.size()),
                 .remedy = std::string(kAskAgain),
                 .child = {}};
      bad = true;
      rest = {};
    } else {
      const std::uint32_t crc = le32(rest, used);
      if (libdeflate_crc32(0, got.bytes.data(), got.bytes.size()) != crc && problem.reason.empty())
        problem = {.bytes = 0,
                   .state = LedgerState::damaged,
                   .reason = fmt::format("{}: its CRC-32 differs; it is read as it is", step),
                   .remedy = std::string(kAskAgain),
                   .child = {}};
      rest.remove_prefix(used + 8);
      // The buffer of the first stream is about to be used again.
      if (streams == 1 && !rest.empty()) out = joined = out;
    }
  }
  // What the stream itself calls it; else it is called after the item, whose name has been read.
  if (!first.name.empty()) emit_name(item.path, name, item.within, sink);
  emit_child(item, step, name, out, sink);
  if (!problem.reason.empty()) sink.unread(std::move(problem));
  if (!first.comment.empty() && base::valid_utf8(first.comment)) {
    base::OffsetMap map;
    map.add(0, static_cast<std::uint64_t>(first.comment.data() - item.bytes.data()));
    TextView view;
    view.item = item.path;
    view.text = first.comment;
    view.map = &map;
    view.source = item.bytes;
    view.within = item.within;
    sink.text(view);
  }
  // gunzip ignores what follows the streams; it may be padding, or something put there.
  if (rest.find_first_not_of('\0') != std::string_view::npos)
    emit_child(item, fmt::format("~gap@{}", item.bytes.size() - rest.size()), {}, rest, sink);
  return {};
}

base::Result<void> read_zstd(const ItemView &item, Sink &sink) {
  std::string limit;
  const std::uint64_t cap = output_cap(item.bytes.size(), sink.limits(), limit);
  Unzstd unzstd;
  const Inflated got = unzstd.unpack(item.bytes, 0, cap);
  if (got.end == InflateEnd::damaged && got.bytes.empty())
    return base::fail(base::ErrorKind::damaged,
                      fmt::format("the zstd stream is damaged from its start; {}", kAskAgain));
  std::string name =
      inner_name(item.name.empty() ? base::unescape_step(item.path) : std::string(item.name), ".zst");
  const std::string step = name.empty() ? "data" : base::escape_step(name);
  emit_child(item, step, name, got.bytes, sink);
  const std::string_view rest = item.bytes.substr(static_cast<std::size_t>(got.consumed));
  if (got.end == InflateEnd::complete) {
    if (rest.find_first_not_of('\0') != std::string_view::npos)
      emit_child(item, fmt::format("~gap@{}", got.consumed), {}, rest, sink);
    return {};
  }
  const bool cut = got.end == InflateEnd::truncated;
  if (got.end == InflateEnd::limit)
    sink.unread({.bytes = item.bytes.size(),
                 .state = LedgerState::too_large,
                 .reason = fmt::format("{} unpacks to more than {} allows; its first {} bytes are read", step,
                                       limit, got.bytes.size()),
                 .remedy = "raise the limit with --limit and read it again",
                 .child = {}});
  else
    sink.unread({.bytes = rest.size(),
                 .state = cut ? LedgerState::read_in_part : LedgerState::damaged,
                 .reason = fmt::format("{} {} at byte {}; {} bytes could be unpacked", step,
                                       cut ? "is cut short" : "is damaged", got.consumed, got.bytes.size()),
                 .remedy = std::string(kAskAgain),
                 .child = {}});
  return {};
}

}  // namespace dislodge::evidence

#include "evidence/archive.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "base/encode.hpp"
#include "base/item_path.hpp"
#include "evidence/item_name.hpp"
#include "evidence/rar_headers.hpp"
#include "evidence/seven_zip_crypt.hpp"

namespace dislodge::evidence {

namespace {

constexpr std::string_view kAskAgain = "ask for the file again";
constexpr std::size_t kRowsMax = 1000;  // members that are named one by one in the ledger

struct FreeArchive {
  void operator()(archive *handle) const { archive_read_free(handle); }
};
using Handle = std::unique_ptr<archive, FreeArchive>;

bool is_stream(std::string_view bytes, ItemType type) {
  return type == ItemType::bzip2 || type == ItemType::xz || bytes.starts_with("LZIP") ||
         bytes.starts_with("\x04\x22\x4D\x18") || bytes.starts_with("\x1F\x9D") || bytes.starts_with("\x5D");
}

Handle open_archive(std::string_view bytes, bool stream) {
  Handle handle(archive_read_new());
  archive *a = handle.get();
  if (a == nullptr) return handle;
  if (stream) {
    archive_read_support_filter_bzip2(a);
    archive_read_support_filter_xz(a);
    archive_read_support_filter_lzma(a);
    archive_read_support_filter_lzip(a);
    archive_read_support_filter_lz4(a);
    archive_read_support_filter_compress(a);
    archive_read_support_format_raw(a);
  } else {
    archive_read_support_filter_rpm(a);
    archive_read_support_filter_gzip(a);
    archive_read_support_filter_bzip2(a);
    archive_read_support_filter_xz(a);
    archive_read_support_filter_zstd(a);
    archive_read_support_format_7zip(a);
    archive_read_support_format_rar(a);
    archive_read_support_format_rar5(a);
    archive_read_support_format_cab(a);
    archive_read_support_format_iso9660(a);
    archive_read_support_format_cpio(a);
    archive_read_support_format_ar(a);
    archive_read_support_format_lha(a);
    archive_read_support_format_xar(a);
  }
  if (archive_read_open_memory(a, bytes.data(), bytes.size()) != ARCHIVE_OK) handle.reset();
  return handle;
}

// Whether the first member that has bytes unpacks to its end: its checksum is tested by libarchive.
bool first_member_unpacks(std::string_view bytes) {
  const Handle handle = open_archive(bytes, false);
  if (handle == nullptr) return false;
  archive_entry *entry = nullptr;
  int header = ARCHIVE_OK;
  while ((header = archive_read_next_header(handle.get(), &entry)) == ARCHIVE_OK) {
    if (archive_entry_size(entry) <= 0) continue;
    char buffer[65536];
    la_ssize_t got = 0;
    while ((got = archive_read_data(handle.get(), buffer, sizeof buffer)) > 0) {
    }
    return got == 0;
  }
  return header == ARCHIVE_EOF;  // nothing in it has bytes
}

std::string error_of(archive *a) {
  const char *text = archive_error_string(a);
  std::string said = text != nullptr ? base::to_valid_utf8(std::string_view(text)) : "the archive is damaged";
  for (char &c : said)
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  return said.substr(0, 200);
}

// "report.txt.xz" holds "report.txt", "logs.tbz2" holds "logs.tar".
std::string inner_name(std::string_view name) {
  name = name.substr(name.find_last_of('/') == std::string_view::npos ? 0 : name.find_last_of('/') + 1);
  const std::string lower = base::lower(name);
  for (const std::string_view suffix : {".tbz2", ".tbz", ".txz", ".tlz"})
    if (lower.size() > suffix.size() && lower.ends_with(suffix))
      return std::string(name.substr(0, name.size() - suffix.size())) + ".tar";
  for (const std::string_view suffix : {".bz2", ".xz", ".lzma", ".lz4", ".lz", ".z"})
    if (lower.size() > suffix.size() && lower.ends_with(suffix))
      return std::string(name.substr(0, name.size() - suffix.size()));
  return {};
}

enum class End : std::uint8_t { complete, limit, broken };

class ArchiveReader {
 public:
  ArchiveReader(const ItemView &item, Sink &sink) : item_(item), sink_(sink), limits_(sink.limits()) {}

  base::Result<void> run() {
    if (item_.type == ItemType::rar) {
      rar_ = read_rar_headers(item_.bytes);
      for (const RarMember &member : rar_.members)
        if (member.encrypted) closed_.insert(member.name);
      if (rar_.headers_encrypted)
        return base::fail(base::ErrorKind::encrypted,
                          "the rar is encrypted, names and all; unpack it with its password (unrar x -p) and "
                          "add the folder");
    }
    stream_ = is_stream(item_.bytes, item_.type);
    std::string_view bytes = item_.bytes;
    // A stream of nothing, which libarchive takes for no stream: header, end mark, checksum of nothing.
    if (item_.type == ItemType::bzip2 && bytes.size() == 14 &&
        bytes.substr(4) == std::string_view("\x17\x72\x45\x38\x50\x90\0\0\0\0", 10))
      return {};
    if (item_.type == ItemType::seven_zip && !sink_.unlock().passwords.empty()) {
      opened_ = open_seven_zip(bytes, sink_.unlock(), limits_, first_member_unpacks);
      if (opened_.state == SevenZipOpened::State::opened) bytes = opened_.archive;
    }
    handle_ = open_archive(bytes, stream_);
    if (handle_ == nullptr)
      return base::fail(base::ErrorKind::damaged, fmt::format("the archive cannot be opened; {}", kAskAgain));
    return members();
  }

 private:
  base::Result<void> members() {
    archive *a = handle_.get();
    while (true) {
      archive_entry *entry = nullptr;
      const std::uint64_t before = position();
      const int got = archive_read_next_header(a, &entry);
      if (got == ARCHIVE_EOF) break;
      if (got == ARCHIVE_RETRY && ++retries_ < 1000) continue;
      if (got < ARCHIVE_WARN) {
        if (seen_ == 0 && archive_read_has_encrypted_entries(a) == 1)
          return base::fail(base::ErrorKind::encrypted,
                            "the 7z is encrypted, names and all; " + how_to_open());
        if (seen_ == 0)
          return base::fail(base::ErrorKind::damaged, error_of(a) + "; " + std::string(kAskAgain));
        tell_rest(before, LedgerState::damaged, "broken behind its member " + last_ + ": " + error_of(a),
                  kAskAgain);
        return {};
      }
      // "raw" takes any bytes: without a filter over them they are no stream at all.
      if (stream_ && archive_filter_count(a) < 2)
        return base::fail(base::ErrorKind::damaged,
                          fmt::format("no packed stream begins in it; {}", kAskAgain));
      if (++seen_ > limits_.members_max) {
        tell_rest(before, LedgerState::too_large,
                  fmt::format("the archive passes members_max ({})", limits_.members_max),
                  "raise the limit with --limit and read it again");
        return {};
      }
      // Some writers leave the type out; folders, links and devices have no bytes of their own.
      const auto kind = archive_entry_filetype(entry);
      if (kind != AE_IFREG && kind != 0 && !stream_) continue;
      if (!member(entry, before)) return {};
    }
    if (seen_ == 0 && (stream_ || position() == 0))
      return base::fail(base::ErrorKind::damaged, fmt::format("nothing can be unpacked; {}", kAskAgain));
    if (item_.type == ItemType::rar && rar_.volume)
      unread(0, LedgerState::read_in_part, "it is one part of a split archive; members may go on in others",
             "join the parts or unpack them (unrar x) and add the folder");
    return {};
  }

  // False once nothing more can be read.
  bool member(archive_entry *entry, std::uint64_t before) {
    archive *a = handle_.get();
    std::string name = name_of(entry);
    const std::string step = step_of(name);
    last_ = step;
    const std::string path = base::join_item(item_.path, step);
    emit_name(path, name, item_.within, sink_);
    const bool sized = archive_entry_size_is_set(entry) != 0 && archive_entry_size(entry) > 0;
    const std::uint64_t declared = sized ? static_cast<std::uint64_t>(archive_entry_size(entry)) : 0;
    if (closed_.count(name) != 0 || archive_entry_is_data_encrypted(entry) != 0) {
      closed(path, step, name, declared);
      return true;
    }
    std::string limit;
    const std::uint64_t cap = this->cap(limit);
    if (cap == 0) {
      tell_rest(before, LedgerState::too_large, "the archive passes " + limit,
                "raise the limit with --limit and read it again");
      return false;
    }
    std::string bytes;
    if (declared > 0) bytes.reserve(static_cast<std::size_t>(std::min(declared, cap)));
    const End end = unpack(bytes, cap);
    unpacked_ += bytes.size();
    const std::string error = end == End::broken ? error_of(a) : std::string();
    if (end == End::complete || !bytes.empty()) {
      ItemView child;
      child.path = path;
      child.bytes = bytes;
      child.name = name;
      child.depth = item_.depth + 1;
      child.within = item_.within;
      sink_.child(child);
    }
    if (end == End::complete) return true;
    const std::string what =
        fmt::format("{} of {} bytes of {} could be unpacked", bytes.size(),
                    declared > 0 ? fmt::to_string(declared) : std::string("unknown"), step);
    if (end == End::limit) {
      // The rest of a stream is behind the cut; of an archive, the rest of this member.
      if (stream_)
        tell_rest(0, LedgerState::too_large, fmt::format("{}: more than {} allows", what, limit),
                  "raise the limit with --limit and read it again");
      else
        row(bytes.empty() ? path : "", declared, packed_since(before), LedgerState::too_large,
            fmt::format("{}: more than {} allows", what, limit),
            "raise the limit with --limit and read it again");
      return !stream_;
    }
    // libarchive cannot go on behind a damaged member of some formats; the next header tells.
    // A packer that it lacks spoils what lies behind in the same stream, which it then calls damaged.
    for (const std::string_view word : {"nsupported", "not supported", "codec ID"})
      unsupported_ = unsupported_ || error.find(word) != std::string::npos;
    const bool unsupported = unsupported_;
    if (stream_)
      tell_rest(position(), bytes.empty() ? LedgerState::damaged : LedgerState::read_in_part,
                what + ": " + error, kAskAgain);
    else
      row(bytes.empty() ? path : "", declared, packed_since(before),
          unsupported ? LedgerState::unsupported : LedgerState::damaged, what + ": " + error,
          unsupported   ? "unpack it with its own program and add the folder"
          : rar_.volume ? "join all parts of the archive, or unpack them (unrar x), and add the folder"
                        : kAskAgain);
    return !stream_;
  }

  void closed(const std::string &path, const std::string &step, const std::string &name,
              std::uint64_t declared) {
    std::uint64_t packed = 0;
    for (const RarMember &member : rar_.members)
      if (member.name == name && member.encrypted) packed = std::max(packed, member.packed);
    // A 7z does not say which of its bytes are a member's: its share of the unpacked size stands for it.
    if (packed == 0) packed = std::min<std::uint64_t>(declared, item_.bytes.size());
    row(path, declared, packed, LedgerState::encrypted, fmt::format("member {} is encrypted", step),
        item_.type == ItemType::rar ? "unpack it with its password (unrar x -p) and add the folder"
                                    : how_to_open());
  }

  std::string how_to_open() const {
    if (opened_.out_of_rounds)
      return fmt::format(
          "{} passwords were tried, up to unlock_rounds_max; put the right one first in the "
          "--password-file",
          opened_.tried);
    return opened_.tried > 0
               ? fmt::format("none of {} passwords fits; supply its own with --password-file", opened_.tried)
               : std::string("supply its password with --password-file");
  }

  End unpack(std::string &bytes, std::uint64_t cap) {
    archive *a = handle_.get();
    char buffer[65536];
    while (true) {
      const la_ssize_t got = archive_read_data(a, buffer, sizeof buffer);
      if (got == 0) return End::complete;
      if (got == ARCHIVE_RETRY && ++retries_ < 1000) continue;
      if (got < 0) return got == ARCHIVE_WARN ? End::complete : End::broken;
      if (bytes.size() + static_cast<std::size_t>(got) > cap) {
        bytes.append(buffer, static_cast<std::size_t>(cap - bytes.size()));
        return End::limit;
      }
      bytes.append(buffer, static_cast<std::size_t>(got));
    }
  }

  std::uint64_t cap(std::string &limit) const {
    const std::uint64_t ratio = limits_.expansion_ratio_max;
    const std::uint64_t size = item_.bytes.size();
    const std::uint64_t by_ratio =
        std::max(size > UINT64_MAX / std::max<std::uint64_t>(ratio, 1) ? UINT64_MAX : size * ratio,
                 limits_.expansion_grace_bytes);
    const std::uint64_t all = std::min(by_ratio, limits_.archive_bytes_max);
    const std::uint64_t left = all > unpacked_ ? all - unpacked_ : 0;
    // The buffer doubles as it grows, beside what libarchive holds.
    const std::uint64_t most = std::min(limits_.member_bytes_max, limits_.worker_memory_bytes / 3);
    limit = most < left ? fmt::format("member_bytes_max ({})", most)
            : by_ratio < limits_.archive_bytes_max
                ? fmt::format("expansion_ratio_max ({})", ratio)
                : fmt::format("archive_bytes_max ({})", limits_.archive_bytes_max);
    return std::min(left, most);
  }

  // How far libarchive has come in the archive's bytes.
  std::uint64_t position() const {
    const la_int64_t at = archive_filter_bytes(handle_.get(), -1);
    return std::min<std::uint64_t>(at < 0 ? 0 : static_cast<std::uint64_t>(at), item_.bytes.size());
  }
  std::uint64_t packed_since(std::uint64_t before) const {
    const std::uint64_t now = position();
    return now > before ? now - before : 0;
  }

  void tell_rest(std::uint64_t from, LedgerState state, std::string reason, std::string_view remedy) {
    const std::uint64_t rest = item_.bytes.size() - std::min<std::uint64_t>(from, item_.bytes.size());
    unread(std::max<std::uint64_t>(rest, 1), state, std::move(reason), remedy);
  }

  // `child` empty: the member was read in part and has a row of its own already.
  void row(std::string child, std::uint64_t declared, std::uint64_t packed, LedgerState state,
           std::string reason, std::string_view remedy) {
    if (++rows_ > kRowsMax) child.clear();
    unread(packed, state, std::move(reason), remedy, std::move(child), declared);
  }

  void unread(std::uint64_t bytes, LedgerState state, std::string reason, std::string_view remedy,
              std::string child = {}, std::uint64_t child_size = 0) {
    Unread part;
    part.bytes = std::min<std::uint64_t>(bytes, item_.bytes.size() - told_);
    told_ += part.bytes;
    part.state = state;
    part.reason = std::move(reason);
    part.remedy = std::string(remedy);
    part.child = std::move(child);
    part.child_size = child_size;
    sink_.unread(std::move(part));
  }

  std::string name_of(archive_entry *entry) const {
    if (stream_)
      return inner_name(item_.name.empty() ? base::unescape_step(item_.path) : std::string(item_.name));
    // A name that is not in this process's character set is there as UTF-8 only.
    const char *name = archive_entry_pathname_utf8(entry);
    if (name == nullptr) name = archive_entry_pathname(entry);
    return name == nullptr ? std::string() : std::string(name);
  }
  std::string step_of(const std::string &name) {
    std::string step = !name.empty() ? base::escape_step(name)
                       : stream_     ? std::string("data")
                                     : fmt::format("~member@{}", seen_);
    if (const std::uint32_t nth = ++steps_[std::hash<std::string>{}(step)]; nth > 1)
      step += fmt::format("#{}", nth);
    return step;
  }

  const ItemView &item_;
  Sink &sink_;
  const base::Limits &limits_;
  Handle handle_;
  RarHeaders rar_;
  SevenZipOpened opened_;
  std::set<std::string> closed_;  // names of encrypted members of a rar
  bool stream_ = false;
  std::uint64_t seen_ = 0;
  std::uint64_t unpacked_ = 0;
  std::uint64_t told_ = 0;  // bytes told as unread
  std::size_t rows_ = 0;
  int retries_ = 0;
  bool unsupported_ = false;  // some member is packed in a way that libarchive does not know
  std::string last_ = "(none)";
  std::unordered_map<std::size_t, std::uint32_t> steps_;  // hash of step -> how often
};

// ------------------------------------------------------------------------------------ zip's rare methods

// Two stretches of memory as one file: a header of our own and the packed data where it lies.
struct Pieces {
  std::string_view pieces[2];
  int next = 0;
};

la_ssize_t next_piece(archive *, void *state, const void **out) {
  auto &pieces = *static_cast<Pieces *>(state);
  if (pieces.next >= 2) return 0;
  const std::string_view piece = pieces.pieces[pieces.next++];
  *out = piece.data();
  return static_cast<la_ssize_t>(piece.size());
}

}  // namespace

base::Result<void> read_archive(const ItemView &item, Sink &sink) {
  return ArchiveReader(item, sink).run();
}

bool RareZipMethods::knows(std::uint16_t method) {
  return method == 12 || method == 14 || method == 95 || method == 98;
}

Inflated RareZipMethods::unpack(const ZipEntry &entry, std::string_view packed, std::uint64_t cap) {
  buffer_.clear();
  if (packed.empty() || packed.size() >= UINT32_MAX || entry.unpacked >= UINT32_MAX)
    return {{}, 0, InflateEnd::damaged};
  std::string header("PK\x03\x04", 4);
  const auto number = [&](std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) header += static_cast<char>(value >> (8 * i));
  };
  number(63, 2);                // version needed
  number(entry.flags & 2u, 2);  // LZMA: an end mark is used
  number(entry.method, 2);
  number(0, 4);  // time
  number(entry.crc, 4);
  number(packed.size(), 4);
  number(entry.unpacked, 4);
  number(1, 2);  // length of the name
  number(0, 2);
  header += 'x';
  Pieces pieces{{header, packed}, 0};
  const Handle handle(archive_read_new());
  archive *a = handle.get();
  archive_entry *member = nullptr;
  if (a == nullptr || archive_read_support_format_zip_streamable(a) != ARCHIVE_OK ||
      archive_read_open(a, &pieces, nullptr, next_piece, nullptr) != ARCHIVE_OK ||
      archive_read_next_header(a, &member) < ARCHIVE_WARN)
    return {{}, 0, InflateEnd::damaged};
  buffer_.reserve(static_cast<std::size_t>(std::min(entry.unpacked, cap)));
  char chunk[65536];
  while (true) {
    const la_ssize_t got = archive_read_data(a, chunk, sizeof chunk);
    if (got == 0) return {buffer_, packed.size(), InflateEnd::complete};
    // A wrong checksum is told by the caller, who takes it of the bytes.
    if (got < 0)
      return {buffer_, 0, buffer_.size() == entry.unpacked ? InflateEnd::complete : InflateEnd::damaged};
    if (buffer_.size() + static_cast<std::size_t>(got) > cap) {
      buffer_.append(chunk, static_cast<std::size_t>(cap - buffer_.size()));
      return {buffer_, 0, InflateEnd::limit};
    }
    buffer_.append(chunk, static_cast<std::size_t>(got));
  }
}

}  // namespace dislodge::evidence

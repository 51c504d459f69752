#include "evidence/zip.hpp"

#include <fmt/format.h>
#include <libdeflate.h>

#include <algorithm>
#include <unordered_map>

#include "base/encode.hpp"
#include "base/item_path.hpp"
#include "evidence/archive.hpp"
#include "evidence/byte_ranges.hpp"
#include "evidence/inflate.hpp"
#include "evidence/item_name.hpp"
#include "evidence/unzstd.hpp"
#include "evidence/zip_crypt.hpp"
#include "evidence/zip_directory.hpp"

namespace dislodge::evidence {

namespace {

// Stretches between members, and rows for members past a limit, that are named one by one before the rest is
// taken together: a bomb must not flood the ledger.
constexpr std::size_t kGapsMax = 1000;
// Documents and logs expand less than this; a member within it is read though the archive's ratio is used up.
constexpr std::uint64_t kOrdinaryRatio = 100;
constexpr std::string_view kDescriptor = "PK\x07\x08";
constexpr std::string_view kLocal = "PK\x03\x04";

constexpr std::uint16_t kStored = 0;
constexpr std::uint16_t kDeflate = 8;
constexpr std::uint16_t kDeflate64 = 9;
constexpr std::uint16_t kZstd = 93;
constexpr std::uint16_t kZstdOld = 20;

std::string method_name(std::uint16_t method) {
  switch (method) {
    case 1:
      return "shrink";
    case 2:
    case 3:
    case 4:
    case 5:
      return "reduce";
    case 6:
      return "implode";
    case 10:
      return "DCL implode";
    case 96:
      return "JPEG";
    case 97:
      return "WavPack";
    default:
      return "an unknown method";
  }
}

bool all_zero(std::string_view bytes) {
  return bytes.find_first_not_of('\0') == std::string_view::npos;
}

class ZipReader {
 public:
  ZipReader(std::string_view zip, const base::Limits &limits,
            const std::function<bool(const ZipMember &)> &each, const Unlock *unlock)
      : zip_(zip), limits_(limits), each_(each), crypt_(unlock) {}

  base::Result<void> run() {
    const auto directory = read_zip_directory(zip_, limits_.members_max);
    if (directory) {
      ranges_.add(directory->begin, directory->end);
      ranges_.add(directory->tail_begin, directory->tail_end);
      split_ = directory->split;
      if (!read_directory(*directory)) return {};
    }
    // What the directory leaves unexplained: hidden or left-over members, and bytes that belong to nothing.
    for (const auto &[begin, end] : ranges_.gaps(zip_.size()))
      if (!read_gap(begin, end)) return {};
    if (!emit_rest()) return {};
    if (!directory && members_ == 0)
      return base::fail(
          base::ErrorKind::damaged,
          "neither a directory nor a member of a zip archive can be found; ask for the file again");
    return {};
  }

 private:
  // All of these return false once the caller has had enough.

  bool read_directory(const ZipDirectory &directory) {
    for (const ZipEntry &entry : directory.entries) {
      const auto local = read_local_header(zip_, entry.header);
      if (!local) {
        if (!missing_header(entry)) return false;
        continue;
      }
      const std::uint64_t end = std::min<std::uint64_t>(
          zip_.size(), local->data + std::min(entry.packed, zip_.size() - local->data));
      ranges_.add(entry.header, local->data);
      if (!read_member(entry, local->data, end, entry.packed > end - local->data)) return false;
      claim_descriptor(entry, end);
      if (!entry.comment.empty() && !comment(entry.comment)) return false;
    }
    if (directory.entries.size() >= limits_.members_max && directory.declared > directory.entries.size()) {
      // The rest of the directory is a gap like any other, where local headers would be found again.
      const std::uint64_t fresh = ranges_.add(0, zip_.size());
      const std::uint64_t left = directory.declared - directory.entries.size();
      rest_members_ += left;
      rest_bytes_ += fresh;
      rest_limit_ = fmt::format("members_max ({})", limits_.members_max);
    }
    return directory.comment.empty() || comment(directory.comment);
  }

  bool missing_header(const ZipEntry &entry) {
    ++members_;
    ZipMember member = describe(entry, entry.header);
    member.state = LedgerState::damaged;
    reason_ = split_ || entry.disk != 0
                  ? fmt::format("member {}: its data lies in another part of a split archive", step_)
                  : fmt::format("member {}: its data is not where the directory says (byte {})", step_,
                                entry.header);
    member.reason = reason_;
    member.remedy = split_ || entry.disk != 0 ? "join all parts of the archive and add it again"
                                              : "ask for the archive again";
    return each_(member);
  }

  ZipMember describe(const ZipEntry &entry, std::uint64_t offset) {
    step_ = entry.name.empty() ? fmt::format("~member@{}", entry.header) : base::escape_step(entry.name);
    // The count is kept by hash: names can be as many as limits_.members_max, and a clash costs only a "#2".
    if (const std::uint32_t nth = ++seen_[std::hash<std::string>{}(step_)]; nth > 1)
      step_ += fmt::format("#{}", nth);
    ZipMember member;
    member.name = entry.name;
    member.step = step_;
    member.offset = offset;
    member.declared_size = entry.unpacked;
    return member;
  }

  // One member with its data in [begin, end).
  bool read_member(const ZipEntry &entry, std::uint64_t begin, std::uint64_t end, bool cut) {
    ++members_;
    const std::uint64_t fresh = ranges_.add(begin, end);
    distinct_packed_ += fresh;
    sound_ = true;
    // A folder; some writers deflate its nothing into two to five bytes.
    if (entry.name.ends_with('/') && entry.unpacked == 0 && end - begin <= 5) return true;
    if (exhausted(fresh)) return true;
    ZipMember member = describe(entry, begin);
    member.packed_size = packed_own_ = fresh;
    consumed_ = 0;
    const std::string_view packed =
        zip_.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
    unpack(entry, packed, cut, member);
    member.unread_size = std::min<std::uint64_t>(fresh, packed.size() - consumed_);
    sound_ = member.state == LedgerState::read || member.state == LedgerState::encrypted;
    return each_(member);
  }

  // True once the archive's budget is spent: what follows is counted and reported together.
  bool exhausted(std::uint64_t packed) {
    if (members_ > limits_.members_max)
      rest_limit_ = fmt::format("members_max ({})", limits_.members_max);
    else if (budget(packed) == 0)
      rest_limit_ = budget_limit();
    else
      return false;
    ++rest_members_;
    rest_bytes_ += packed;
    return true;
  }

  std::uint64_t ratio_bound() const {
    const std::uint64_t ratio = limits_.expansion_ratio_max;
    const std::uint64_t bound = distinct_packed_ > UINT64_MAX / std::max<std::uint64_t>(ratio, 1)
                                    ? UINT64_MAX
                                    : distinct_packed_ * ratio;
    return std::max(bound, limits_.expansion_grace_bytes);
  }
  // Unpacked bytes that may still come out of the archive, for a member that occupies so many bytes of its
  // own.
  std::uint64_t budget(std::uint64_t packed) const {
    const auto left = [&](std::uint64_t bound) { return bound > unpacked_ ? bound - unpacked_ : 0; };
    const std::uint64_t ordinary =
        std::min(packed, limits_.archive_bytes_max / kOrdinaryRatio) * kOrdinaryRatio;
    return std::min(left(limits_.archive_bytes_max), std::max(left(ratio_bound()), ordinary));
  }
  std::string budget_limit() const {
    if (ratio_bound() < limits_.archive_bytes_max)
      return fmt::format("expansion_ratio_max ({})", limits_.expansion_ratio_max);
    return fmt::format("archive_bytes_max ({})", limits_.archive_bytes_max);
  }

  void unpack(const ZipEntry &entry, std::string_view packed, bool cut, ZipMember &member) {
    if (entry.encrypted()) {
      const bool tried = crypt_.can_try(entry);
      if (tried && open_encrypted(entry, packed, cut, member)) return;
      static constexpr int kBits[] = {0, 128, 192, 256};
      const std::string cipher = entry.aes_strength >= 1 && entry.aes_strength <= 3
                                     ? fmt::format("AES-{}", kBits[entry.aes_strength])
                                 : (entry.flags & 64) != 0 ? "PKWARE strong encryption"
                                                           : "ZipCrypto";
      member.state = LedgerState::encrypted;
      const std::string_view result = !tried               ? ""
                                      : crypt_.exhausted() ? "; too many passwords for so many members"
                                                           : "; no password that was given opens it";
      tell(member, fmt::format("member {} is encrypted ({}){}", step_, cipher, result),
           "supply the archive password with --password-file");
      return;
    }
    const std::uint64_t cap = std::min(limits_.member_bytes_max, budget(packed_own_));
    switch (entry.method) {
      case kStored:
        return unpack_stored(packed, cut, cap, entry, member);
      case kDeflate:
        return finish(inflater_.raw(packed, entry.unpacked, cap), entry, packed, cut, cap, member);
      case kDeflate64:
        return finish(inflater_.deflate64(packed, cap), entry, packed, cut, cap, member);
      case kZstd:
      case kZstdOld:
        return finish(unzstd_.unpack(packed, entry.unpacked, cap), entry, packed, cut, cap, member);
      default:
        if (RareZipMethods::knows(entry.method))
          return finish(rare_.unpack(entry, packed, cap), entry, packed, cut, cap, member);
        break;
    }
    member.state = LedgerState::unsupported;
    tell(member,
         fmt::format("member {} is packed by {} (zip method {}), which is not read", step_,
                     method_name(entry.method), entry.method),
         "unpack the archive with 7z or unzip and add the folder");
  }

  // With ZipCrypto only the CRC of what comes out tells the right password, so each that its one-byte check
  // lets through is unpacked with.
  bool open_encrypted(const ZipEntry &entry, std::string_view packed, bool cut, ZipMember &member) {
    ZipEntry clear = entry;
    clear.flags = static_cast<std::uint16_t>(clear.flags & ~1u);
    clear.aes_strength = 0;
    const bool unsure = entry.aes_strength == 0 && entry.crc == 0 && entry.method == kStored;
    const std::uint64_t before = unpacked_;
    ZipMember attempt;
    const bool opened = !unsure && crypt_.open(entry, packed, [&](std::string_view plain) {
      attempt = member;
      unpacked_ = before;
      consumed_ = 0;
      plain_.assign(plain);
      unpack(clear, plain_, cut, attempt);
      return attempt.state == LedgerState::read || attempt.state == LedgerState::too_large;
    });
    if (!opened) {
      unpacked_ = before;
      consumed_ = 0;
      return false;
    }
    member = attempt;
    consumed_ = std::min<std::uint64_t>(packed.size(), consumed_ + zip_crypt_overhead(entry));
    if (member.state == LedgerState::read) consumed_ = packed.size();
    return true;
  }

  void unpack_stored(std::string_view packed, bool cut, std::uint64_t cap, const ZipEntry &entry,
                     ZipMember &member) {
    // Stored bytes that nobody else claimed are no expansion, so only those read again count.
    const std::uint64_t again = packed.size() - std::min<std::uint64_t>(packed.size(), member.packed_size);
    if (again > cap) {
      finish({packed.substr(0, static_cast<std::size_t>(cap)), 0, InflateEnd::limit}, entry, packed, cut, cap,
             member);
      return;
    }
    finish({packed, packed.size(), InflateEnd::complete}, entry, packed, cut, cap, member);
    unpacked_ -= packed.size() - again;
  }

  void finish(const Inflated &out, const ZipEntry &entry, std::string_view packed, bool cut,
              std::uint64_t cap, ZipMember &member) {
    unpacked_ += out.bytes.size();
    member.bytes = out.bytes;
    consumed_ = out.consumed;
    if (out.end == InflateEnd::limit) {
      // A decoder may give back a little less than its cap; what is left would only feed the next bomb.
      if (cap < limits_.member_bytes_max)
        unpacked_ = std::max(unpacked_, std::min(ratio_bound(), limits_.archive_bytes_max));
      member.state = LedgerState::too_large;
      const std::string limit =
          cap == limits_.member_bytes_max ? fmt::format("member_bytes_max ({})", cap) : budget_limit();
      tell(member,
           fmt::format("member {} unpacks to more than {} allows; its first {} bytes are read", step_, limit,
                       out.bytes.size()),
           "raise the limit with --limit and read it again");
      return;
    }
    if (cut || out.end == InflateEnd::truncated) {
      member.state = LedgerState::read_in_part;
      tell(member,
           fmt::format("member {} is cut short; {} of {} bytes could be unpacked", step_, out.bytes.size(),
                       entry.unpacked),
           "ask for the archive again");
      return;
    }
    if (out.end == InflateEnd::damaged) {
      member.state = LedgerState::read_in_part;
      tell(member,
           fmt::format("member {} is damaged at packed byte {} of {}; {} bytes could be unpacked", step_,
                       out.consumed, packed.size(), out.bytes.size()),
           "ask for the archive again");
      return;
    }
    // AE-2 archives leave the CRC out; a descriptor's CRC is in the directory.
    if (libdeflate_crc32(0, out.bytes.data(), out.bytes.size()) != entry.crc && entry.crc != 0) {
      member.state = LedgerState::damaged;
      consumed_ = packed.size();
      tell(member, fmt::format("member {}: its CRC-32 differs; it is read as it is", step_),
           "ask for the archive again");
    }
  }

  void tell(ZipMember &member, std::string reason, std::string_view remedy) {
    reason_ = std::move(reason);
    member.reason = reason_;
    member.remedy = remedy;
  }

  // The descriptor behind the data (APPNOTE 4.3.9), with or without its signature, in 4- or 8-byte sizes.
  std::uint64_t descriptor_length(const ZipEntry &entry, std::uint64_t at) const {
    const std::string_view rest =
        zip_.substr(std::min<std::size_t>(static_cast<std::size_t>(at), zip_.size()));
    if (rest.starts_with(kDescriptor)) {
      if (rest.size() >= 24 && le64(rest, 8) == entry.packed && le64(rest, 16) == entry.unpacked &&
          entry.packed != 0)
        return 24;
      return std::min<std::size_t>(rest.size(), 16);
    }
    if (rest.size() >= 12 && le32(rest, 0) == entry.crc &&
        le32(rest, 4) == static_cast<std::uint32_t>(entry.packed)) {
      return rest.size() >= 20 && le64(rest, 4) == entry.packed && le64(rest, 12) == entry.unpacked ? 20 : 12;
    }
    return 0;
  }
  void claim_descriptor(const ZipEntry &entry, std::uint64_t at) {
    if (entry.has_descriptor()) ranges_.add(at, at + descriptor_length(entry, at));
  }

  bool comment(std::string_view text) {
    ZipMember member;
    member.part = ZipPart::comment;
    member.bytes = text;
    member.offset = static_cast<std::uint64_t>(text.data() - zip_.data());
    return each_(member);
  }

  // Bytes that no directory entry explains: local headers in them are members, directory headers are
  // structure, and what is left is handed on raw.
  bool read_gap(std::uint64_t begin, std::uint64_t end) {
    std::uint64_t raw = begin;  // where bytes that belong to nothing begin
    std::uint64_t at = begin;
    while (at < end) {
      const std::size_t found =
          zip_.substr(0, static_cast<std::size_t>(end)).find("PK", static_cast<std::size_t>(at));
      if (found == std::string_view::npos) break;
      at = found;
      std::uint64_t next = 0;
      std::uint64_t resume = 0;
      if (const auto local = read_local_header(zip_, at); local && plausible(*local) && local->data <= end) {
        if (!raw_gap(raw, at)) return false;
        if (!recover(*local, end, next, resume)) return false;
      } else if (const std::uint64_t length = structure_length(zip_, at); length != 0) {
        if (!raw_gap(raw, at)) return false;
        next = resume = std::min(end, at + length);
      } else {
        ++at;
        continue;
      }
      ranges_.add(at, next);
      raw = std::max(raw, next);
      at = resume;
    }
    return raw_gap(raw, end);
  }

  // A member known from its local header only. `next` is where it ends; `resume`, where to look for further
  // ones, lies before that if the member is not sound, since a false header must not hide true ones.
  bool recover(const LocalHeader &local, std::uint64_t end, std::uint64_t &next, std::uint64_t &resume) {
    ZipEntry entry = local.entry;
    const bool size_known = !entry.has_descriptor() || entry.packed != 0;
    bool cut = false;
    std::uint64_t data_end = end;
    if (size_known) {
      cut = entry.packed > end - local.data;
      data_end = cut ? end : local.data + entry.packed;
    } else if (entry.method == kStored || entry.encrypted()) {
      data_end = next_header(local.data, end);
      if (data_end - local.data >= 16 &&
          zip_.substr(static_cast<std::size_t>(data_end) - 16, 4) == kDescriptor)
        data_end -= 16;
      entry.packed = entry.unpacked = data_end - local.data;
      entry.crc = 0;
    }
    if (!size_known) entry.crc = 0;
    if (size_known || entry.method == kStored || entry.encrypted()) {
      if (!read_member(entry, local.data, data_end, cut)) return false;
    } else if (!recover_unsized(entry, local.data, end, data_end)) {
      return false;
    }
    next = data_end;
    if (entry.has_descriptor()) next = std::min(end, next + descriptor_length(entry, next));
    resume = next;
    if (!sound_) resume = std::min(next, local.data + (entry.method == kStored ? 0 : consumed_));
    return true;
  }

  // Sizes unknown: the compressed stream itself says where it ends.
  bool recover_unsized(ZipEntry &entry, std::uint64_t begin, std::uint64_t end, std::uint64_t &data_end) {
    ++members_;
    if (exhausted(0)) {
      data_end = next_header(begin, end);
      rest_bytes_ += ranges_.add(begin, data_end);
      return true;
    }
    ZipMember member = describe(entry, begin);
    consumed_ = 0;
    packed_own_ = end - begin;
    distinct_packed_ += end - begin;  // for the ratio while it is unpacked: its end is not known yet
    const std::uint64_t other = distinct_packed_ - (end - begin);
    unpack(entry, zip_.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)), false,
           member);
    const bool whole = member.state == LedgerState::read || member.state == LedgerState::damaged;
    data_end = whole && consumed_ != 0 ? begin + consumed_ : next_header(begin + consumed_, end);
    entry.packed = data_end - begin;
    entry.unpacked = member.bytes.size();
    if (whole) entry.crc = libdeflate_crc32(0, member.bytes.data(), member.bytes.size());
    member.packed_size = ranges_.add(begin, data_end);
    member.unread_size =
        std::min(member.packed_size, data_end - begin - std::min(consumed_, data_end - begin));
    distinct_packed_ = other + member.packed_size;
    sound_ = true;  // its end was found, or the next header
    return each_(member);
  }

  std::uint64_t next_header(std::uint64_t from, std::uint64_t end) const {
    const std::string_view zip = zip_.substr(0, static_cast<std::size_t>(end));
    for (std::size_t at = static_cast<std::size_t>(from); (at = zip.find("PK", at)) != std::string_view::npos;
         ++at) {
      if (const auto local = read_local_header(zip, at); local && plausible(*local)) return at;
      if (structure_length(zip, at) >= 20) return at;
    }
    return end;
  }

  bool raw_gap(std::uint64_t begin, std::uint64_t end) {
    if (begin >= end) return true;
    const std::string_view bytes =
        zip_.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
    if (all_zero(bytes)) return true;
    if (++gaps_ > kGapsMax) {
      ++rest_gaps_;
      rest_bytes_ += bytes.size();
      return true;
    }
    step_ = fmt::format("~gap@{}", begin);
    ZipMember member;
    member.part = ZipPart::gap;
    member.step = step_;
    member.bytes = bytes;
    member.offset = begin;
    member.packed_size = bytes.size();
    member.declared_size = bytes.size();
    return each_(member);
  }

  bool emit_rest() {
    if (rest_members_ == 0 && rest_gaps_ == 0) return true;
    ZipMember member;
    member.part = ZipPart::rest;
    member.packed_size = rest_bytes_;
    member.state = LedgerState::too_large;
    if (rest_members_ != 0)
      tell(member,
           fmt::format("{} further members are not read: the archive passes {}", rest_members_, rest_limit_),
           "raise the limit with --limit and read it again");
    else
      tell(member, fmt::format("{} further stretches between members are not read", rest_gaps_),
           "unpack the archive and add the folder");
    return each_(member);
  }

  std::string_view zip_;
  const base::Limits &limits_;
  const std::function<bool(const ZipMember &)> &each_;
  Inflater inflater_;
  Unzstd unzstd_;
  RareZipMethods rare_;
  ZipCrypt crypt_;
  std::string plain_;  // of the encrypted member being read
  ByteRanges ranges_;
  std::unordered_map<std::size_t, std::uint32_t> seen_;  // hash of step -> how often
  bool split_ = false;
  std::uint64_t members_ = 0;
  std::uint64_t gaps_ = 0;
  std::uint64_t distinct_packed_ = 0;
  std::uint64_t unpacked_ = 0;
  std::uint64_t packed_own_ = 0;  // of the member being unpacked: bytes that no earlier part occupied
  std::uint64_t consumed_ = 0;    // of them by its decoder
  bool sound_ = true;             // it was what its header says
  std::uint64_t rest_members_ = 0;
  std::uint64_t rest_gaps_ = 0;
  std::uint64_t rest_bytes_ = 0;
  std::string rest_limit_;
  std::string step_;
  std::string reason_;
};

void read_archive_comment(const ItemView &item, std::string_view comment, std::uint64_t offset, Sink &sink) {
  const std::string text = base::to_valid_utf8(comment);
  base::OffsetMap map;
  map.add(0, offset);
  TextView view;
  view.item = item.path;
  view.text = text;
  view.map = &map;
  view.source = item.bytes;
  view.within = item.within;
  sink.text(view);
}

}  // namespace

base::Result<void> for_each_member(std::string_view zip_bytes, const base::Limits &limits,
                                   const std::function<bool(const ZipMember &)> &each, const Unlock *unlock) {
  return ZipReader(zip_bytes, limits, each, unlock).run();
}

Unread unread_of(const ZipMember &member, std::string path) {
  Unread unread;
  unread.bytes = member.unread_size;
  unread.state = member.state;
  unread.reason = member.reason;
  unread.remedy = member.remedy;
  if (!path.empty()) unread.child_size = member.declared_size;
  unread.child = std::move(path);
  return unread;
}

base::Result<void> read_zip(const ItemView &item, Sink &sink) {
  const auto each = [&](const ZipMember &member) {
    if (member.part == ZipPart::comment) {
      read_archive_comment(item, member.bytes, member.offset, sink);
      return true;
    }
    const std::string path = member.part == ZipPart::rest ? "" : base::join_item(item.path, member.step);
    if (!path.empty() && member.part != ZipPart::gap) emit_name(path, member.name, item.within, sink);
    const bool nothing = member.bytes.empty() && member.state != LedgerState::read &&
                         member.state != LedgerState::read_in_part;
    if (member.part != ZipPart::rest && !nothing) {
      ItemView child;
      child.path = path;
      child.bytes = member.bytes;
      child.name = member.name;
      child.depth = item.depth + 1;
      child.within = item.within;
      // What could not be made out as a zip here would be no zip on another try either: its strings are read.
      if (member.part == ZipPart::gap && member.bytes.starts_with("PK")) child.type = ItemType::executable;
      sink.child(child);
    }
    if (member.state == LedgerState::read) return true;
    sink.unread(unread_of(member, nothing ? path : std::string()));
    return true;
  };
  return for_each_member(item.bytes, sink.limits(), each, &sink.unlock());
}

}  // namespace dislodge::evidence

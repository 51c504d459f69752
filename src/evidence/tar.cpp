#include "evidence/tar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "base/item_path.hpp"
#include "evidence/item_name.hpp"
#include "evidence/tar_header.hpp"

namespace dislodge::evidence {

namespace {

// A name by pax or GNU extension; longer ones are cut, since a name is data and not a path.
constexpr std::size_t kNameMax = 64 << 10;

std::uint64_t padded(std::uint64_t size) {
  return (size + kTarBlock - 1) / kTarBlock * kTarBlock;
}

bool all_zero(std::string_view bytes) {
  return bytes.find_first_not_of('\0') == std::string_view::npos;
}

class TarReader {
 public:
  TarReader(const ItemView &item, Sink &sink) : item_(item), sink_(sink), tar_(item.bytes) {}

  base::Result<void> run() {
    bool ended = false;
    while (at_ < tar_.size()) {
      const std::string_view block = tar_.substr(at_, kTarBlock);
      if (all_zero(block)) {
        // Two zero blocks end an archive; `cat a.tar b.tar` has another one behind them.
        ended = true;
        at_ += block.size();
        continue;
      }
      auto header = read_tar_header(block);
      if (!header) {
        if (!resynchronise(ended)) break;
        continue;
      }
      ended = false;
      if (++members_ > sink_.limits().members_max) {
        sink_.unread(
            {.bytes = tar_.size() - at_,
             .state = LedgerState::too_large,
             .reason = fmt::format("the archive has more members than members_max ({}) allows; those from "
                                   "byte {} on are not read",
                                   sink_.limits().members_max, at_),
             .remedy = "raise the limit with --limit and read it again",
             .child = {}});
        break;
      }
      member(*header);
    }
    if (members_ == 0)
      return base::fail(base::ErrorKind::damaged,
                        "no header of a tar archive can be found; ask for the file again");
    return {};
  }

 private:
  void member(TarHeader &header) {
    const std::size_t header_at = at_;
    at_ += kTarBlock;
    if (pax_size_) header.size = *pax_size_;
    std::uint64_t size = header.size;
    // Links, folders and devices have a size at times, and no data.
    const bool has_data = header.type == '0' || header.type == '\0' || header.type == '7' ||
                          header.type == 'S' || header.type == 'x' || header.type == 'g' ||
                          header.type == 'X' || header.type == 'L' || header.type == 'K' ||
                          header.type == 'D' || header.type == 'M' || header.type == 'V' ||
                          header.type == 'N' || header.type == 'A' || header.type == 'E';
    if (!has_data) size = 0;
    if (header.type == 'S') pass_sparse_maps(header);
    const std::string_view data = tar_.substr(
        std::min(at_, tar_.size()), static_cast<std::size_t>(std::min<std::uint64_t>(size, tar_.size())));
    const bool cut = data.size() < size;
    const std::uint64_t next = at_ + padded(size);
    at_ = next < at_ || next > tar_.size() ? tar_.size() : static_cast<std::size_t>(next);
    switch (header.type) {
      case 'L':
        long_name_ = std::string(data.substr(0, std::min(data.find('\0'), kNameMax)));
        return;
      case 'K':
        return;  // a long link target: no bytes behind it
      case 'x':
      case 'X':
        pax(data);
        return;
      case 'g':
        return;
      default:
        break;
    }
    const std::string name = !long_name_.empty() ? long_name_ : header.name;
    long_name_.clear();
    pax_size_.reset();
    if (!has_data || header.type == 'D' || header.type == 'V' || (size == 0 && name.ends_with('/'))) return;
    std::string step = name.empty() ? fmt::format("~member@{}", header_at) : base::escape_step(name);
    if (const std::uint32_t nth = ++seen_[std::hash<std::string>{}(step)]; nth > 1)
      step += fmt::format("#{}", nth);
    child(step, data, name);
    if (cut)
      sink_.unread(
          {.bytes = 0,
           .state = LedgerState::read_in_part,
           .reason = fmt::format("member {} is cut short; {} of {} bytes are there", step, data.size(), size),
           .remedy = "ask for the archive again",
           .child = {}});
  }

  void child(std::string_view step, std::string_view bytes, std::string_view name) {
    const std::string path = base::join_item(item_.path, step);
    ItemView view;
    view.path = path;
    view.bytes = bytes;
    view.name = name;
    view.depth = item_.depth + 1;
    view.within = item_.within;
    emit_name(path, name, item_.within, sink_);
    sink_.child(view);
  }

  // GNU's old sparse format: the map goes on in further blocks, each saying whether one more follows. The
  // file is read as stored, its holes left out: they hold nothing.
  void pass_sparse_maps(const TarHeader &header) {
    bool more = header.gnu && header.block[482] != '\0';
    while (more && at_ + kTarBlock <= tar_.size()) {
      more = tar_[at_ + 504] != '\0';
      at_ += kTarBlock;
    }
  }

  // pax records: "27 path=some/long/name\n", the number counting the whole record.
  void pax(std::string_view data) {
    while (!data.empty()) {
      std::size_t digits = 0;
      std::size_t length = 0;
      while (digits < data.size() && digits < 9 && data[digits] >= '0' && data[digits] <= '9')
        length = length * 10 + static_cast<std::size_t>(data[digits++] - '0');
      if (digits == 0 || digits >= data.size() || data[digits] != ' ' || length <= digits + 1 ||
          length > data.size())
        return;
      const std::string_view record = data.substr(digits + 1, length - digits - 2);
      data.remove_prefix(length);
      const std::size_t equals = record.find('=');
      if (equals == std::string_view::npos) continue;
      const std::string_view key = record.substr(0, equals);
      const std::string_view value = record.substr(equals + 1);
      if (key == "path" || key == "GNU.sparse.name") long_name_ = std::string(value.substr(0, kNameMax));
      if (key == "size") {
        std::uint64_t size = 0;
        for (const char c : value.substr(0, 18))
          if (c >= '0' && c <= '9') size = size * 10 + static_cast<unsigned>(c - '0');
        pax_size_ = size;
      }
    }
  }

  // Where a header should be there is none: on to the next block that is one. What lies between is handed on
  // if it follows the end of the archive, else it is damage.
  bool resynchronise(bool ended) {
    const std::size_t begin = at_;
    while (at_ < tar_.size() && !read_tar_header(tar_.substr(at_, kTarBlock)))
      at_ += std::min(kTarBlock, tar_.size() - at_);
    const std::string_view bytes = tar_.substr(begin, at_ - begin);
    if (members_ == 0 && at_ >= tar_.size()) return false;
    if (!all_zero(bytes)) {
      child(fmt::format("~gap@{}", begin), bytes, {});
      if (!ended)
        sink_.unread(
            {.bytes = 0,
             .state = LedgerState::damaged,
             .reason = fmt::format("bytes {} to {} should begin with a header and do not; they are read as "
                                   "they are",
                                   begin, at_),
             .remedy = "ask for the archive again",
             .child = {}});
    }
    return at_ < tar_.size();
  }

  const ItemView &item_;
  Sink &sink_;
  std::string_view tar_;
  std::size_t at_ = 0;
  std::uint64_t members_ = 0;
  std::string long_name_;
  std::optional<std::uint64_t> pax_size_;
  std::unordered_map<std::size_t, std::uint32_t> seen_;  // hash of step -> how often
};

}  // namespace

base::Result<void> read_tar(const ItemView &item, Sink &sink) {
  return TarReader(item, sink).run();
}

}  // namespace dislodge::evidence

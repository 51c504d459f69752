// Compound files of Office 97-2003, and whatever else is one: installers, macro projects, embedded objects.

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "base/encode.hpp"
#include "base/item_path.hpp"
#include "evidence/compound_file.hpp"
#include "evidence/recognise.hpp"
#include "evidence/zip_directory.hpp"
#include "file/document.hpp"
#include "file/office_binary.hpp"
#include "file/office_crypt.hpp"
#include "file/readers.hpp"
#include "file/strings.hpp"
#include "file/vba.hpp"

namespace dislodge::file {
namespace {

using evidence::CompoundEntry;
using evidence::CompoundFile;
using evidence::CompoundId;
using evidence::ItemType;
using evidence::le16;
using evidence::le32;
using evidence::LedgerState;

constexpr std::string_view kAskAgain = "ask for the file again";
constexpr std::string_view kSaveOpen =
    "save it without a password, or in the format of Office 2007, and add it again";

// Streams of structure, which every document has: their strings are read, and nobody misses the rest.
bool is_structure(std::string_view name) {
  for (const std::string_view each : {"0Table", "1Table",
                                      "\x01"
                                      "CompObj",
                                      "\x01Ole", "\x03ObjInfo",
                                      "\x03"
                                      "EPRINT",
                                      "\x03LinkInfo", "Current User", "_VBA_PROJECT", "dir", "PROJECTwm",
                                      "\x06"
                                      "DataSpaces",
                                      "Version", "DataSpaceMap", "Primary", "StrongEncryptionDataSpace"})
    if (name == each) return true;
  return name.starts_with("__SRP_") || name.starts_with(
                                           "\x01"
                                           "CompObj");
}

class OleReader {
 public:
  OleReader(const evidence::ItemView &item, const CompoundFile &file, evidence::RecordId within,
            evidence::Sink &sink)
      : item_(item), file_(file), within_(within), sink_(sink), out_(item, within, sink) {}

  base::Result<void> run() {
    const auto info = file_.find(CompoundFile::kRoot, "EncryptionInfo");
    const auto package = file_.find(CompoundFile::kRoot, "EncryptedPackage");
    if (info && package) return encrypted_package(*info, *package);
    for (CompoundId id = 1; id < file_.entries().size(); ++id) {
      const CompoundEntry &entry = file_.entries()[id];
      if (entry.storage || entry.size == 0) continue;
      if (spent_ > sink_.limits().archive_bytes_max) {
        unread(entry.size, LedgerState::too_large,
               fmt::format("its streams pass archive_bytes_max ({})", sink_.limits().archive_bytes_max),
               "raise the limit with --limit and read it again");
        continue;
      }
      std::string owned;
      const auto stream = file_.read(id, owned);
      spent_ += stream.bytes.size();
      if (!stream.whole)
        unread(entry.size > stream.bytes.size() ? entry.size - stream.bytes.size() : 0, LedgerState::damaged,
               fmt::format("the stream {} breaks off", file_.path_of(id)), kAskAgain);
      if (!stream.bytes.empty()) this->stream(id, entry, stream.bytes);
    }
    out_.finish();
    for (const auto &[begin, end] : file_.unused())
      emit_strings(item_,
                   item_.bytes.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)),
                   within_, kBinaryRun, sink_);
    if (!file_.damage().empty()) unread(0, LedgerState::read_in_part, file_.damage(), kAskAgain);
    return {};
  }

 private:
  base::Result<void> encrypted_package(CompoundId info, CompoundId package) {
    std::string owned_info;
    std::string owned_package;
    const auto clear =
        decrypt_office(file_.read(info, owned_info).bytes, file_.read(package, owned_package).bytes,
                       sink_.unlock(), sink_.limits().unlock_rounds_max);
    if (!clear) return tl::unexpected(clear.error());
    const std::string path = base::join_item(item_.path, "EncryptedPackage");
    child(path, *clear, item_.name);
    return {};
  }

  void stream(CompoundId id, const CompoundEntry &entry, std::string_view bytes) {
    const std::string name = base::lower(entry.name);
    if (name == "worddocument") {
      std::string owned[2];
      std::string_view tables[2];
      for (int i = 0; i < 2; ++i)
        if (const auto table = file_.find(entry.parent, i == 0 ? "0Table" : "1Table"))
          tables[i] = file_.read(*table, owned[i]).bytes;
      told(append_word(bytes, tables[0], tables[1], out_), "Word", bytes);
    } else if (name == "workbook" || name == "book") {
      std::string rest;
      told(append_excel(bytes, out_, rest), "Excel", bytes);
      out_.finish();
      strings(id, rest);
    } else if (name == "powerpoint document") {
      std::vector<SlideObject> objects;
      told(append_powerpoint(bytes, sink_.limits().member_bytes_max, out_, objects), "PowerPoint", bytes);
      out_.finish();
      for (const SlideObject &object : objects)
        child(path_of(id, fmt::format("~object@{}", object.offset)), object.bytes, "");
    } else if (entry.name.starts_with('\x05')) {
      append_properties(bytes, out_);
    } else if (name == "\x01ole10native") {
      native(id, bytes);
    } else if (std::string source = vba_source(bytes); !source.empty()) {
      child(path_of(id), source, entry.name + ".bas");
    } else if (is_structure(entry.name)) {
      strings(id, bytes);
    } else if (name == "pictures" || name == "data") {
      pictures(id, bytes);
    } else {
      child(path_of(id), bytes, entry.name);
    }
  }

  void told(OfficeText how, std::string_view program, std::string_view bytes) {
    out_.line();
    switch (how) {
      case OfficeText::read:
        return;
      case OfficeText::cut:
        unread(0, LedgerState::read_in_part, fmt::format("the {} text ends before it should", program),
               kAskAgain);
        return;
      case OfficeText::damaged:
        unread(bytes.size(), LedgerState::damaged, fmt::format("no {} text can be found in it", program),
               kAskAgain);
        return;
      case OfficeText::encrypted:
        unread(bytes.size(), LedgerState::encrypted,
               fmt::format("a {} document encrypted with a password, in the format of Office 97", program),
               kSaveOpen);
        return;
    }
  }

  // A file that was dropped into a document: label, path, temporary path, bytes ([MS-OLEDS] 2.3.6).
  void native(CompoundId id, std::string_view bytes) {
    std::size_t at = 6;
    std::string label;
    const auto text = [&](std::string *out) {
      const std::size_t end = bytes.find('\0', std::min(at, bytes.size()));
      if (end == std::string_view::npos) return false;
      if (out != nullptr) *out = std::string(bytes.substr(at, end - at));
      at = end + 1;
      return true;
    };
    bool whole = bytes.size() > 6 && le16(bytes, 4) == 2 && text(&label) && text(nullptr);
    at += 4;
    whole = whole && at + 4 <= bytes.size();
    if (whole) {
      const std::uint64_t length = le32(bytes, at);
      at += 4;
      whole = length <= bytes.size() - at;
      if (whole) at += static_cast<std::size_t>(length);
    }
    whole = whole && at + 4 <= bytes.size();
    if (!whole) {
      child(path_of(id), bytes.substr(std::min<std::size_t>(4, bytes.size())), "");
      return;
    }
    const std::uint64_t size = le32(bytes, at);
    child(path_of(id), bytes.substr(at + 4, static_cast<std::size_t>(size)), base::to_valid_utf8(label));
  }

  // Pictures lie one behind the other, each behind a header; their formats are found by their first bytes.
  void pictures(CompoundId id, std::string_view bytes) {
    std::vector<std::size_t> begins;
    for (const std::string_view magic :
         {std::string_view("\x89PNG\r\n\x1A\n"), std::string_view("\xFF\xD8\xFF\xE0"),
          std::string_view("\xFF\xD8\xFF\xE1")})
      for (std::size_t at = bytes.find(magic); at != std::string_view::npos && begins.size() < 10'000;
           at = bytes.find(magic, at + magic.size()))
        begins.push_back(at);
    std::sort(begins.begin(), begins.end());
    strings(id, bytes.substr(0, begins.empty() ? bytes.size() : begins.front()));
    for (std::size_t i = 0; i < begins.size(); ++i) {
      const std::size_t end = i + 1 < begins.size() ? begins[i + 1] : bytes.size();
      child(path_of(id, fmt::format("~picture@{}", begins[i])), bytes.substr(begins[i], end - begins[i]), "");
    }
  }

  // Strings of bytes that are no item of their own.
  void strings(CompoundId id, std::string_view bytes) {
    if (bytes.empty()) return;
    const std::string path = path_of(id);
    evidence::ItemView part = item_;
    part.path = path;
    part.bytes = bytes;
    emit_strings(part, bytes, within_, kBinaryRun, sink_);
  }

  void child(const std::string &path, std::string_view bytes, std::string_view name) {
    evidence::ItemView child;
    child.path = path;
    child.bytes = bytes;
    child.name = name;
    child.depth = item_.depth + 1;
    child.within = within_;
    sink_.child(child);
  }

  std::string path_of(CompoundId id, std::string_view more = {}) {
    std::string step = base::escape_step(file_.path_of(id));
    if (!more.empty()) step += "/" + std::string(more);
    if (const int nth = ++steps_[step]; nth > 1) step += fmt::format("#{}", nth);
    return base::join_item(item_.path, step);
  }

  void unread(std::uint64_t bytes, LedgerState state, std::string reason, std::string_view remedy) {
    evidence::Unread part;
    part.bytes = std::min<std::uint64_t>(bytes, item_.bytes.size() - unread_);
    unread_ += part.bytes;
    part.state = state;
    part.reason = std::move(reason);
    part.remedy = std::string(remedy);
    sink_.unread(std::move(part));
  }

  const evidence::ItemView &item_;
  const CompoundFile &file_;
  evidence::RecordId within_;
  evidence::Sink &sink_;
  ExtractedText out_;
  std::uint64_t spent_ = 0;
  std::uint64_t unread_ = 0;
  std::unordered_map<std::string, int> steps_;
};

}  // namespace

base::Result<void> read_ole(const evidence::ItemView &item, evidence::Sink &sink) {
  const auto file = CompoundFile::open(item.bytes, sink.limits());
  if (!file) {
    // Its strings at least; the rest is told as unread.
    evidence::ItemView strings = item;
    strings.type = ItemType::ole;
    return read_binary(strings, sink);
  }
  return OleReader(item, *file, record_of(item, sink), sink).run();
}

}  // namespace dislodge::file

// Bytes that no reader knows, and pictures: their strings.

#include <fmt/format.h>

#include <array>

#include "base/encode.hpp"
#include "evidence/charset.hpp"
#include "file/document.hpp"
#include "file/readers.hpp"

namespace dislodge::file {
namespace {

using evidence::ItemType;

constexpr std::size_t kBinaryRun = 6;    // shortest string, in characters; strings(1) takes 4
constexpr std::size_t kPictureRun = 16;  // compressed pictures are full of short ones by chance
constexpr std::size_t kFlush = 4u << 20;

bool printable(unsigned char c) {
  return (c >= 0x20 && c < 0x7F) || c == '\t' || c == '\r' || c == '\n';
}

// Finds strings and hands them over, each on a line of its own, with its place.
class Strings {
 public:
  Strings(const evidence::ItemView &item, evidence::RecordId within, std::size_t shortest,
          evidence::Sink &sink)
      : item_(item), within_(within), shortest_(shortest), sink_(sink) {}

  // Returns how many bytes of the item are in strings.
  std::uint64_t run() {
    const std::string_view bytes = item_.bytes;
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
    const std::string_view bytes = item_.bytes;
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
    const std::string_view bytes = item_.bytes;
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
      map_.add(text_.size(), i);
      base::append_utf8(text_, static_cast<unsigned char>(bytes[i + (big ? 1 : 0)]));
    }
    covered_ += at - begin;
    return at - begin;
  }

  void put_start(std::size_t source) {
    if (!text_.empty()) text_ += '\n';
    map_.add(text_.size(), source);
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
  evidence::RecordId within_;
  std::size_t shortest_;
  evidence::Sink &sink_;
  std::string text_;
  base::OffsetMap map_;
  std::uint64_t covered_ = 0;
};

struct Advice {
  ItemType type;
  std::string_view what;
  std::string_view remedy;
};
constexpr std::array kAdvice = {
    Advice{ItemType::image, "a picture: text in it is not read", "look at it, or add its text as a file"},
    Advice{ItemType::audio_video, "sound or film: not read", "listen to it, or add a transcript"},
    Advice{ItemType::ole, "an Office 97 or Outlook file: only its strings were read",
           "save it as .docx, .xlsx, .pptx or .eml and add that"},
    Advice{ItemType::pst, "an Outlook data file: only its strings were read",
           "export it to mbox or .eml and add that"},
    Advice{ItemType::tnef, "winmail.dat: only its strings were read",
           "unpack it (tnef) and add what is in it"},
    Advice{ItemType::sqlite, "a database: only its strings were read",
           "export its tables as CSV and add them"},
    Advice{ItemType::evtx, "a Windows event log: only its strings were read",
           "export it as XML or CSV and add that"},
    Advice{ItemType::executable, "a program: only its strings were read",
           "nothing, unless it was built in-house"},
    Advice{ItemType::git_index, "an index of a git repository: only its strings were read",
           "add the whole repository or a bundle of it"},
};

void tell_rest(const evidence::ItemView &item, std::uint64_t covered, evidence::Sink &sink) {
  if (covered >= item.bytes.size()) return;
  evidence::Unread rest;
  rest.bytes = item.bytes.size() - covered;
  rest.state = evidence::LedgerState::unsupported;
  rest.reason = "binary: only its strings were read";
  rest.remedy = "convert it to a format that is read (text, mbox, zip, PDF, Office) and add that";
  for (const Advice &advice : kAdvice) {
    if (advice.type != item.type) continue;
    rest.reason = advice.what;
    rest.remedy = advice.remedy;
  }
  // An encrypted Office document is an OLE file with a stream of this name ([MS-OFFCRYPTO] 2.3.4.4), in
  // UTF-16.
  static constexpr std::string_view kEncryptedPackage("E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e", 31);
  if (item.type == ItemType::ole && item.bytes.find(kEncryptedPackage) != std::string_view::npos) {
    rest.state = evidence::LedgerState::encrypted;
    rest.reason = "an Office document encrypted with a password";
    rest.remedy = "save it without a password and add it again";
  }
  sink.unread(std::move(rest));
}

}  // namespace

base::Result<void> read_binary(const evidence::ItemView &item, evidence::Sink &sink) {
  if (item.bytes.empty()) return {};
  const bool picture = item.type == ItemType::audio_video;
  tell_rest(item, Strings(item, record_of(item, sink), picture ? kPictureRun : kBinaryRun, sink).run(), sink);
  return {};
}

base::Result<void> read_image(const evidence::ItemView &item, evidence::Sink &sink) {
  if (item.bytes.empty()) return {};
  evidence::ItemView picture = item;
  picture.type = ItemType::image;
  tell_rest(picture, Strings(item, record_of(item, sink), kPictureRun, sink).run(), sink);
  return {};
}

}  // namespace dislodge::file

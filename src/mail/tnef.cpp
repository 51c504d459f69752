#include "mail/tnef.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/item_path.hpp"
#include "evidence/zip_directory.hpp"
#include "mail/mapi_reading.hpp"
#include "mail/outlook_rtf.hpp"

namespace dislodge::mail {
namespace {

using evidence::le16;
using evidence::le32;
using evidence::le64;

constexpr std::uint32_t kSignature = 0x223E9F78;
constexpr unsigned kItemsNestedMax = 24;
constexpr std::size_t kHead = 6;         // signature and key
constexpr std::size_t kObjectHead = 16;  // the interface id in front of an object

// Attributes ([MS-OXTNEF] 2.1.3.3.1): the lower half names them, the upper is their type.
enum : std::uint16_t {
  kFrom = 0x8000,
  kSubject = 0x8004,
  kDateSent = 0x8005,
  kDateReceived = 0x8006,
  kMessageClass = 0x8008,
  kMessageId = 0x8009,
  kBody = 0x800C,
  kAttachmentData = 0x800F,
  kAttachmentTitle = 0x8010,
  kTransportName = 0x9001,
  kAttachmentBegins = 0x9002,
  kProperties = 0x9003,
  kRecipients = 0x9004,
  kAttachmentProperties = 0x9005,
  kCodepage = 0x9007,
};

std::string without_zero(std::string_view text) {
  return std::string(text.substr(0, std::min(text.find('\0'), text.size())));
}

class Parser {
 public:
  Parser(const base::Limits &limits, MapiProblems &problems) : limits_(limits), problems_(problems) {}

  void stream(std::string_view bytes, MapiMessage &out, unsigned depth) {
    if (bytes.size() < kHead || le32(bytes, 0) != kSignature) {
      problems_.damaged.push_back("it does not begin as TNEF does");
      return;
    }
    std::size_t at = kHead;
    MapiAttachment *attachment = nullptr;
    std::int64_t codepage = 0;
    while (at < bytes.size()) {
      if (bytes.size() - at < 11) {
        // Mail leaves its line end behind it.
        if (bytes.find_first_not_of(std::string_view("\r\n \t\0", 5), at) == std::string_view::npos) break;
        problems_.damaged.push_back(fmt::format("it breaks off at byte {}", at));
        break;
      }
      const auto id = static_cast<std::uint16_t>(le32(bytes, at + 1));
      const std::uint32_t length = le32(bytes, at + 5);
      at += 9;
      const std::string_view value = bytes.substr(at, length);
      if (value.size() < length)
        problems_.damaged.push_back(fmt::format("it breaks off at byte {}", bytes.size()));
      at += value.size() + 2;  // and a checksum, which broken writers get wrong
      switch (id) {
        case kCodepage:
          if (value.size() >= 4) codepage = le32(value, 0);
          break;
        case kSubject:
          out.bag.add(kMapiSubject, kMapiString8, without_zero(value));
          break;
        case kBody:
          out.bag.add(kMapiBody, kMapiString8, without_zero(value));
          break;
        case kMessageId:
          out.bag.add(kMapiMessageId, kMapiString8, without_zero(value));
          break;
        case kMessageClass:
          out.bag.add(kMapiMessageClass, kMapiString8, without_zero(value));
          break;
        case kFrom:
          from(value, out.bag);
          break;
        case kProperties:
          properties(value, out.bag, nullptr, depth);
          break;
        case kRecipients:
          recipients(value, out);
          break;
        case kAttachmentBegins:
          if (out.attachments.size() < limits_.mime_parts_max) attachment = &out.attachments.emplace_back();
          break;
        case kAttachmentData:
          if (attachment != nullptr) attachment->data = value;
          break;
        case kAttachmentTitle:
        case kTransportName:
          if (attachment != nullptr) attachment->bag.add(kMapiAttachFile, kMapiString8, without_zero(value));
          break;
        case kAttachmentProperties:
          if (attachment != nullptr) properties(value, attachment->bag, attachment, depth);
          break;
        default:
          break;
      }
    }
    if (!out.bag.has(kMapiMessageCodepage) && codepage != 0) {
      std::string number;
      for (int i = 0; i < 4; ++i) number += static_cast<char>(codepage >> 8 * i);
      out.bag.add(kMapiMessageCodepage, kMapiInt32, number);
    }
    settle_charset(out);
  }

 private:
  // A list of properties; returns where it ends.
  std::size_t properties(std::string_view bytes, MapiBag &bag, MapiAttachment *attachment, unsigned depth,
                         std::size_t begin = 0) {
    std::size_t at = begin;
    const auto need = [&](std::size_t size) { return at <= bytes.size() && bytes.size() - at >= size; };
    const auto padded = [](std::size_t size) { return (size + 3) / 4 * 4; };
    if (!need(4)) return bytes.size();
    const std::uint32_t count = le32(bytes, at);
    at += 4;
    for (std::uint32_t i = 0; i < count; ++i) {
      if (!need(4)) break;
      const std::uint16_t type = le16(bytes, at);
      std::uint16_t id = le16(bytes, at + 2);
      at += 4;
      if (id >= 0x8000) {  // a named property: its set, then a number or a name
        if (!need(24)) break;
        const std::uint32_t kind = le32(bytes, at + 16);
        const std::uint32_t size = le32(bytes, at + 20);
        at += 24;
        if (kind == 1) at += padded(size);
      }
      const auto single = static_cast<std::uint16_t>(type & ~kMapiMany);
      const bool many = (type & kMapiMany) != 0;
      const bool variable =
          single == kMapiString8 || single == kMapiUnicode || single == kMapiBinary || single == kMapiObject;
      std::uint32_t values = 1;
      if (many || variable) {
        if (!need(4)) break;
        values = le32(bytes, at);
        at += 4;
      }
      std::string joined;
      bool whole = true;
      for (std::uint32_t v = 0; v < values && whole; ++v) {
        std::size_t size = single == kMapiInt16 || single == kMapiBoolean                                ? 2
                           : single == kMapiGuid                                                         ? 16
                           : single == kMapiInt64 || single == kMapiTime || (single >= 5 && single <= 7) ? 8
                                                                                                         : 4;
        if (variable) {
          if (!need(4)) {
            whole = false;
            break;
          }
          size = le32(bytes, at);
          at += 4;
        }
        if (!need(1)) {
          whole = false;
          break;
        }
        std::string_view value = bytes.substr(at, size);
        whole = value.size() == size;
        at += padded(value.size());
        if (single == kMapiObject && attachment != nullptr) {
          object(value, *attachment, depth);
          continue;
        }
        if (single == kMapiString8) value = value.substr(0, std::min(value.find('\0'), value.size()));
        if (single == kMapiUnicode)
          while (value.size() >= 2 && value.substr(value.size() - 2) == std::string_view("\0\0", 2))
            value.remove_suffix(2);
        if (v > 0 && variable)
          joined += single == kMapiUnicode ? std::string_view("\n\0", 2) : std::string_view("\n");
        joined += value;
      }
      if (!whole) problems_.damaged.push_back("its properties break off");
      if (id == kMapiAttachData && attachment != nullptr) {
        if (single == kMapiBinary) attachment->data = joined;
      } else {
        bag.add(id, many && !variable ? std::uint16_t{kMapiBinary} : single, std::move(joined));
      }
      if (!whole) break;
    }
    return at;
  }

  // An attached item is TNEF again; another object is taken as it is.
  void object(std::string_view value, MapiAttachment &attachment, unsigned depth) {
    if (value.size() < kObjectHead) return;
    const std::string_view body = value.substr(kObjectHead);
    if (body.size() >= kHead && le32(body, 0) == kSignature) {
      if (depth >= kItemsNestedMax) {
        problems_.damaged.push_back("an attached item is nested deeper than the limit");
        return;
      }
      if (!attachment.nested.empty()) return;
      attachment.nested.emplace_back();
      stream(body, attachment.nested[0], depth + 1);
    } else {
      attachment.data = body;
    }
  }

  void recipients(std::string_view bytes, MapiMessage &out) {
    if (bytes.size() < 4) return;
    const std::uint32_t rows = le32(bytes, 0);
    std::size_t at = 4;
    for (std::uint32_t i = 0; i < rows && at < bytes.size() && out.recipients.size() < limits_.headers_max;
         ++i) {
      MapiBag bag;
      at = properties(bytes, bag, nullptr, 0, at);
      out.recipients.push_back(std::move(bag));
    }
  }

  // Four lengths, then the name and the address ("SMTP:ada@a.example").
  static void from(std::string_view value, MapiBag &bag) {
    if (value.size() < 8) return;
    const std::size_t name_size = le16(value, 4);
    const std::string name = without_zero(value.substr(8, name_size));
    std::string address;
    if (8 + name_size < value.size()) address = without_zero(value.substr(8 + name_size));
    if (const std::size_t colon = address.find(':'); colon != std::string::npos) address.erase(0, colon + 1);
    bag.add(kMapiSenderName, kMapiString8, name);
    bag.add(kMapiSenderEmail, kMapiString8, address);
  }

  const base::Limits &limits_;
  MapiProblems &problems_;
};

class Emitter {
 public:
  Emitter(const evidence::ItemView &item, evidence::Sink &sink, MapiProblems &problems)
      : item_(item), sink_(sink), problems_(problems) {}

  void run(MapiMessage &message) {
    body(message.bag);
    std::uint64_t number = 1;
    for (MapiAttachment &attachment : message.attachments) {
      const std::string path = base::join_item(item_.path, std::to_string(++number));
      if (!attachment.nested.empty()) {
        MapiWriting how;
        how.limits = &sink_.limits();
        const std::string bytes = rfc5322_of(attachment.nested[0], how, problems_.damaged);
        child(path, bytes, "", "message/rfc822", evidence::ItemType::message);
      } else {
        if (attachment.data.empty()) note_link(attachment.bag, problems_);
        child(path, attachment.data, attachment_name(attachment.bag), "", evidence::ItemType::unknown);
      }
    }
    tell_problems(item_.path, problems_, sink_);
  }

 private:
  void body(MapiBag &bag) {
    const std::string path = base::join_item(item_.path, "1");
    if (const std::string plain = bag.text(kMapiBody); !plain.empty())
      child(path, plain, "", "text/plain; charset=utf-8", evidence::ItemType::text);
    if (const std::string html = bag.text(kMapiHtml); !html.empty())
      child(path + ".html", html, "", "text/html; charset=utf-8", evidence::ItemType::html);
    if (bag.bytes(kMapiRtf).empty()) return;
    bool whole = true;
    const auto rtf = unpack_rtf(bag.bytes(kMapiRtf), sink_.limits().member_bytes_max, whole);
    if (!rtf || !whole) problems_.damaged.push_back("the body in compressed RTF is damaged or breaks off");
    if (!rtf) return;
    const auto wrapped = unwrap_rtf(*rtf);
    if (!wrapped)
      child(path + ".rtf", *rtf, "", "application/rtf", evidence::ItemType::rtf);
    else
      child(path + (wrapped->html ? ".html" : ".txt"), wrapped->text, "",
            wrapped->html ? "text/html; charset=utf-8" : "text/plain; charset=utf-8",
            wrapped->html ? evidence::ItemType::html : evidence::ItemType::text);
  }

  void child(const std::string &path, std::string_view bytes, const std::string &name,
             std::string_view media_type, evidence::ItemType type) {
    evidence::ItemView view;
    view.path = path;
    view.bytes = bytes;
    view.name = name;
    view.media_type = media_type;
    view.type = bytes.empty() ? evidence::ItemType::empty : type;
    view.depth = item_.depth + 1;
    view.within = item_.within;
    sink_.child(view);
  }

  const evidence::ItemView &item_;
  evidence::Sink &sink_;
  MapiProblems &problems_;
};

}  // namespace

base::Result<void> read_tnef(const evidence::ItemView &item, evidence::Sink &sink) {
  MapiProblems problems;
  MapiMessage message;
  Parser(sink.limits(), problems).stream(item.bytes, message, 0);
  if (item.within == evidence::kNoRecord)
    read_in_place(item, message, MapiNames(), problems, sink);
  else
    Emitter(item, sink, problems).run(message);
  return {};
}

}  // namespace dislodge::mail

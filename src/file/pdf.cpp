// PDF: pages in their order, then what else holds text.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/encode.hpp"
#include "base/item_path.hpp"
#include "evidence/byte_ranges.hpp"
#include "evidence/charset.hpp"
#include "file/document.hpp"
#include "file/pdf_content.hpp"
#include "file/pdf_document.hpp"
#include "file/readers.hpp"
#include "file/xml_text.hpp"

namespace dislodge::file {
namespace {

using evidence::LedgerState;
using Kind = PdfValue::Kind;

constexpr std::size_t kPagesMax = 100'000;
constexpr std::size_t kStringsMax = 64 << 10;  // bytes of one string that is told; longer ones are not text

bool one_of(std::string_view word, std::string_view words) {
  for (std::size_t at = words.find(word); at != std::string_view::npos; at = words.find(word, at + 1))
    if ((at == 0 || words[at - 1] == ' ') &&
        (at + word.size() == words.size() || words[at + word.size()] == ' '))
      return true;
  return false;
}

// Keys whose strings are keys, digests and names of fonts, not text.
constexpr std::string_view kNoText =
    "ID O U OE UE Perms Registry Ordering CharSet FontFamily DA DS Lang Cert ByteRange Panose CheckSum IDS "
    "Base "
    "StructParents FontName CIDSet";

// Whether decoded bytes are text that a person or program wrote.
bool is_texty(std::string_view bytes) {
  const std::string_view head = bytes.substr(0, 4096);
  if (head.size() < 4) return false;
  std::size_t odd = 0;
  for (const char c : head)
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t') ++odd;
  return odd * 50 < head.size() && evidence::valid_utf8_prefix(head) + 4 >= head.size();
}

bool is_font_program_or_map(std::string_view bytes) {
  const std::string_view head = bytes.substr(0, 2000);
  return head.starts_with("%!PS-AdobeFont") || head.starts_with("%!FontType") ||
         head.find("begincmap") != std::string_view::npos || head.find("/CIDInit") != std::string_view::npos;
}

class PdfReader {
 public:
  PdfReader(const evidence::ItemView &item, evidence::RecordId within, PdfDocument &document,
            evidence::Sink &sink)
      : item_(item),
        within_(within),
        document_(document),
        sink_(sink),
        out_(item, within, sink),
        content_(document, out_) {}

  void run() {
    pages();
    find_attachments();
    for (const PdfObject &object : document_.objects()) {
      strings(object);
      if (object.has_stream) stream(object);
    }
    // What hangs on a trailer directly, without being an object.
    for (const PdfValue &trailer : document_.trailers()) {
      const PdfValue *info = trailer.find("Info");
      if (info != nullptr && info->is(Kind::dictionary)) tell_strings(*info, nullptr);
    }
    out_.finish();
    account();
  }

 private:
  // ---- pages

  void pages() {
    std::vector<const PdfObject *> order;
    std::set<std::uint32_t> seen;
    for (const PdfValue &trailer : document_.trailers()) {
      const PdfValue &root = document_.get(trailer, "Root");
      const PdfValue *top = root.find("Pages");
      if (top == nullptr) continue;
      std::vector<const PdfValue *> open{top};  // depth first, the first child on top
      while (!open.empty() && order.size() < kPagesMax) {
        const PdfObject *node = document_.object_of(*open.back());
        open.pop_back();
        if (node == nullptr || !seen.insert(node->number).second) continue;
        const PdfValue &kids = document_.get(node->value, "Kids");
        if (kids.is(Kind::array))
          for (std::size_t i = kids.items.size(); i-- > 0;) open.push_back(&kids.items[i]);
        else
          order.push_back(node);
      }
    }
    // Pages that the tree does not reach: deleted, or of a damaged file.
    for (const PdfObject &object : document_.objects())
      if (const PdfValue *type = object.value.find("Type");
          type != nullptr && type->is_name("Page") &&
          (document_.object(object.number) != &object || seen.insert(object.number).second))
        order.push_back(&object);
    for (const PdfObject *page : order) this->page(*page);
  }

  void page(const PdfObject &page) {
    std::string content;
    std::vector<std::string_view> raw;
    const PdfValue *contents = page.value.find("Contents");
    if (contents != nullptr) {
      std::vector<const PdfValue *> parts;
      const PdfValue &resolved = document_.resolve(*contents);
      if (resolved.is(Kind::array))
        for (const PdfValue &part : resolved.items) parts.push_back(&part);
      else
        parts.push_back(contents);
      for (const PdfValue *part : parts) {
        const PdfObject *object = document_.object_of(*part);
        if (object == nullptr || !object->has_stream || content.size() > (512u << 20)) continue;
        used_.insert(object->number);
        raw.push_back(object->stream);
        content += document_.decode(*object).bytes;
        content += '\n';
      }
    }
    const std::uint64_t glyphs = content_.glyphs();
    const std::uint64_t unknown = content_.unknown_glyphs();
    content_.run(std::move(content), inherited(page.value, "Resources"));
    // Fonts that do not say which characters they draw: the page is text for the eye only.
    if ((content_.unknown_glyphs() - unknown) * 4 > content_.glyphs() - glyphs) {
      unmapped_.insert(unmapped_.end(), raw.begin(), raw.end());
      ++unmapped_pages_;
    }
  }

  const PdfValue &inherited(const PdfValue &page, std::string_view key) const {
    static const PdfValue nothing;
    const PdfValue *node = &page;
    for (int i = 0; i < 64; ++i) {
      const PdfValue &value = document_.get(*node, key);
      if (!value.is(Kind::null)) return value;
      const PdfValue &parent = document_.get(*node, "Parent");
      if (!parent.is(Kind::dictionary)) break;
      node = &parent;
    }
    return nothing;
  }

  // ---- strings of objects: annotations, form fields, bookmarks, links, document information, scripts

  void strings(const PdfObject &object) {
    if (object.value.find("FontDescriptor") != nullptr || object.value.find("FontName") != nullptr) return;
    tell_strings(object.value, &object);
  }

  void tell_strings(const PdfValue &value, const PdfObject *owner) {
    // A walk without recursion, in reading order.
    struct Step {
      const PdfValue *value;
      std::string_view key;
    };
    std::vector<Step> open{{&value, {}}};
    while (!open.empty()) {
      const Step step = open.back();
      open.pop_back();
      if (step.value->is(Kind::string)) {
        tell_string(*step.value, step.key, owner);
      } else if (step.value->is(Kind::array)) {
        for (std::size_t i = step.value->items.size(); i-- > 0;)
          open.push_back({&step.value->items[i], step.key});
      } else if (step.value->is(Kind::dictionary)) {
        // The bytes of a signature, and what is encrypted with the document's keys.
        const bool signature = step.value->find("ByteRange") != nullptr;
        for (std::size_t i = step.value->keys.size(); i-- > 0;) {
          const std::string_view key = step.value->keys[i];
          if (one_of(key, kNoText) || (signature && key == "Contents")) continue;
          open.push_back({&step.value->items[i], key});
        }
      }
    }
  }

  void tell_string(const PdfValue &value, std::string_view key, const PdfObject *owner) {
    if (value.raw.size() < 3 || value.raw.size() > kStringsMax) return;
    const std::string bytes =
        owner == nullptr ? pdf_string_bytes(value) : document_.string_bytes(*owner, value);
    const std::string text = pdf_text(bytes);
    // Binary strings have control characters.
    const auto odd = std::count_if(text.begin(), text.end(), [](char c) {
      return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t';
    });
    if (text.empty() || odd * 10 > static_cast<long>(text.size())) return;
    out_.line();
    if (!key.empty()) {
      out_.add(base::to_valid_utf8(pdf_name(key)));
      out_.add(": ");
    }
    out_.add(text);
    out_.line();
  }

  // ---- streams that are no page

  void find_attachments() {
    for (const PdfObject &object : document_.objects()) {
      const PdfValue &files = document_.get(object.value, "EF");
      if (!files.is(Kind::dictionary)) continue;
      std::string name;
      for (const std::string_view key : {"UF", "F"}) {
        const PdfValue &value = document_.get(object.value, key);
        if (value.is(Kind::string) && name.empty()) name = pdf_text(document_.string_bytes(object, value));
      }
      for (const PdfValue &file : files.items)
        if (const PdfObject *stream = document_.object_of(file)) attachments_[stream->number] = name;
    }
  }

  void stream(const PdfObject &object) {
    const bool current = document_.object(object.number) == &object;
    if (current && (used_.count(object.number) != 0 || content_.forms_run().count(object.number) != 0))
      return;
    const PdfValue &type = document_.get(object.value, "Type");
    const PdfValue &subtype = document_.get(object.value, "Subtype");
    if (type.is_name("XRef") || type.is_name("ObjStm")) return;
    if (type.is_name("EmbeddedFile") || attachments_.count(object.number) != 0) {
      attachment(object);
      return;
    }
    if (subtype.is_name("Image")) {
      picture(object);
      return;
    }
    // Fonts, colours and functions hold no text.
    for (const std::string_view key : {"Length1", "FunctionType", "ShadingType", "N", "Alternate"})
      if (object.value.find(key) != nullptr && !subtype.is_name("Form")) return;
    if (one_of(subtype.is(Kind::name) ? subtype.raw : std::string_view("-"), "Type1C CIDFontType0C OpenType"))
      return;
    Filtered decoded = document_.decode(object);
    if (!decoded.stopped_at.empty() || decoded.bytes.empty() || is_font_program_or_map(decoded.bytes)) return;
    if (subtype.is_name("Form")) {
      content_.run(std::move(decoded.bytes), document_.get(object.value, "Resources"));
      return;
    }
    const std::string_view head = base::trim(std::string_view(decoded.bytes).substr(0, 200));
    if (subtype.is_name("XML") || head.starts_with('<')) {
      append_xml_text(decoded.bytes, out_, nullptr);
      return;
    }
    // A page of an older version, whose page object is gone.
    if (decoded.bytes.find("BT") != std::string::npos && decoded.bytes.find("Tf") != std::string::npos) {
      static const PdfValue nothing;
      content_.run(std::move(decoded.bytes), nothing);
      return;
    }
    if (!is_texty(decoded.bytes) || is_drawing(decoded.bytes)) return;
    out_.line();
    out_.add(evidence::to_utf8(decoded.bytes).view());
    out_.line();
  }

  // A content stream without text: numbers and operators.
  static bool is_drawing(std::string_view bytes) {
    const std::string_view head = bytes.substr(0, 4096);
    const auto numeric = std::count_if(head.begin(), head.end(), [](char c) {
      return (c >= '0' && c <= '9') || c == '.' || c == '-' || c == ' ' || c == '\n' || c == '\r';
    });
    return static_cast<std::size_t>(numeric) * 10 > head.size() * 7;
  }

  void attachment(const PdfObject &object) {
    const Filtered decoded = document_.decode(object);
    const auto named = attachments_.find(object.number);
    const std::string name = named == attachments_.end() ? std::string() : named->second;
    std::string step = base::escape_step(name.empty() ? fmt::format("object {}", object.number) : name);
    const int count = ++steps_[step];
    if (count > 1) step += fmt::format("#{}", count);
    const std::string path = base::join_item(item_.path, step);
    if (decoded.stopped_at == "Crypt") {
      sink_.unread({.bytes = 0,
                    .state = LedgerState::encrypted,
                    .reason = "an attached file that is encrypted, in a document that is not",
                    .remedy = "supply its password with --password-file",
                    .child = path,
                    .child_size = object.stream.size()});
      return;
    }
    evidence::ItemView child;
    child.path = path;
    child.bytes = decoded.bytes;
    child.name = name;
    child.depth = item_.depth + 1;
    child.within = within_;
    sink_.child(child);
  }

  void picture(const PdfObject &object) {
    if (document_.get(object.value, "ImageMask").number != 0) return;  // a stencil or a glyph
    const Filtered decoded = document_.decode(object);
    if (decoded.stopped_at == "DCTDecode" || decoded.stopped_at == "JPXDecode" ||
        decoded.stopped_at == "DCT") {
      const auto at = static_cast<std::uint64_t>(object.stream.data() - item_.bytes.data());
      const std::string path = base::join_item(
          item_.path, base::decoded_view_step(decoded.stopped_at == "JPXDecode" ? "jp2" : "jpeg", at));
      evidence::ItemView child;
      child.path = path;
      child.bytes = decoded.bytes;
      child.depth = item_.depth + 1;
      child.within = within_;
      sink_.child(child);
      return;
    }
    std::string made = decoded.stopped_at.empty() ? pnm_of(object, decoded.bytes)
                       : decoded.stopped_at == "CCITTFaxDecode" || decoded.stopped_at == "CCF"
                           ? fax_of(object, decoded.bytes)
                           : std::string();
    if (made.empty()) {
      pictures_.push_back(object.stream);
      return;
    }
    // A file that picture readers know, made around the samples.
    const auto at = static_cast<std::uint64_t>(object.stream.data() - item_.bytes.data());
    const std::string path = base::join_item(item_.path, base::decoded_view_step("picture", at));
    evidence::ItemView child;
    child.path = path;
    child.bytes = made;
    child.type = evidence::ItemType::image;
    child.depth = item_.depth + 1;
    child.within = within_;
    sink_.child(child);
  }

  std::uint64_t size_of(const PdfObject &object, std::string_view name, std::string_view brief) const {
    for (const std::string_view key : {name, brief})
      if (const PdfValue &value = document_.get(object.value, key);
          value.is(Kind::number) && value.number > 0 && value.number < 1e6)
        return static_cast<std::uint64_t>(value.number);
    return 0;
  }

  // Samples in grey, colour or black and white as a portable map; empty for what else there is (palettes,
  // four inks, sixteen bits).
  std::string pnm_of(const PdfObject &object, std::string_view samples) const {
    const std::uint64_t width = size_of(object, "Width", "W");
    const std::uint64_t height = size_of(object, "Height", "H");
    const std::uint64_t bits = size_of(object, "BitsPerComponent", "BPC");
    const PdfValue *space = &document_.get(object.value, "ColorSpace");
    std::uint64_t components = 0;
    if (space->is(Kind::array) && !space->items.empty()) {
      const PdfValue &kind = document_.resolve(space->items[0]);
      if (kind.is_name("ICCBased") && space->items.size() > 1) {
        const PdfObject *profile = document_.object_of(space->items[1]);
        if (profile != nullptr) {
          const PdfValue &count = document_.get(profile->value, "N");
          components = count.is(Kind::number) && (count.number == 1 || count.number == 3)
                           ? static_cast<std::uint64_t>(count.number)
                           : 0;
        }
      }
      if (kind.is_name("CalRGB")) components = 3;
      if (kind.is_name("CalGray")) components = 1;
    }
    if (space->is_name("DeviceRGB") || space->is_name("RGB")) components = 3;
    if (space->is_name("DeviceGray") || space->is_name("G")) components = 1;
    if (width == 0 || height == 0 || components == 0) return {};
    const std::uint64_t row = bits == 8                      ? width * components
                              : bits == 1 && components == 1 ? (width + 7) / 8
                                                             : 0;
    if (row == 0 || samples.size() < row) return {};
    const std::uint64_t rows = std::min<std::uint64_t>(height, samples.size() / row);
    std::string out = bits == 8 ? fmt::format("P{}\n{} {}\n255\n", components == 3 ? 6 : 5, width, rows)
                                : fmt::format("P4\n{} {}\n", width, rows);
    const std::size_t head = out.size();
    out += samples.substr(0, static_cast<std::size_t>(row * rows));
    // In a bit map 1 is black, in PDF white.
    if (bits == 1)
      for (std::size_t i = head; i < out.size(); ++i) out[i] = static_cast<char>(~out[i]);
    return out;
  }

  // A fax page as TIFF (compression 3 or 4).
  std::string fax_of(const PdfObject &object, std::string_view packed) const {
    const std::uint64_t height = size_of(object, "Height", "H");
    const PdfValue *parameters = &document_.get(object.value, "DecodeParms");
    if (parameters->is(Kind::array) && !parameters->items.empty())
      parameters = &document_.resolve(parameters->items.back());
    const auto parameter = [&](std::string_view key, double otherwise) {
      const PdfValue &value = document_.get(*parameters, key);
      return value.is(Kind::number) || value.is(Kind::boolean) ? static_cast<double>(value.number)
                                                               : otherwise;
    };
    const double k = parameter("K", 0);
    const double columns = parameter("Columns", 1728);
    if (height == 0 || columns < 1 || columns > 100'000 || packed.size() > UINT32_MAX) return {};
    std::string out("II*\0\x08\0\0\0", 8);
    const auto number = [&](std::uint64_t value, int bytes) {
      for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
    };
    const std::pair<std::uint16_t, std::uint64_t> tags[] = {{256, static_cast<std::uint64_t>(columns)},
                                                            {257, height},
                                                            {258, 1},
                                                            {259, k < 0 ? 4u : 3u},
                                                            {262, parameter("BlackIs1", 0) != 0 ? 1u : 0u},
                                                            {273, 8 + 2 + 9 * 12 + 4},
                                                            {278, height},
                                                            {279, packed.size()},
                                                            {292, k > 0 ? 1u : 0u}};
    number(std::size(tags), 2);
    for (const auto &[tag, value] : tags) {
      number(tag, 2);
      number(4, 2);  // LONG
      number(1, 4);
      number(value, 4);
    }
    number(0, 4);
    out += packed;
    return out;
  }

  // ---- what was not read

  void account() {
    evidence::ByteRanges told;  // a stream may be damaged and a picture: its bytes are told once
    const auto tell = [&](const std::vector<std::string_view> &streams, LedgerState state, std::string reason,
                          std::string_view remedy) {
      evidence::Unread unread;
      for (const std::string_view stream : streams) {
        const auto begin = static_cast<std::uint64_t>(stream.data() - item_.bytes.data());
        unread.bytes += told.add(begin, begin + stream.size());
      }
      if (unread.bytes == 0) return;
      unread.state = state;
      unread.reason = std::move(reason);
      unread.remedy = remedy;
      sink_.unread(std::move(unread));
    };
    tell(pictures_, LedgerState::unsupported,
         fmt::format("{} pictures: text in them is not read", pictures_.size()),
         "look at them, or add their text as a file");
    tell(unmapped_, LedgerState::unsupported,
         fmt::format("{} pages whose fonts do not say which characters they show", unmapped_pages_),
         "print the pages to a picture and read them by eye or OCR");
    tell(document_.limited(), LedgerState::too_large, "streams that unpack beyond a limit: read up to it",
         "raise the limits member_bytes_max and expansion_ratio_max with --limit");
    tell(document_.damaged(), LedgerState::damaged,
         "streams that break off or are damaged: read as far as they go", "ask for the file again");
    if (!document_.too_many()) return;
    evidence::Unread unread;
    unread.state = LedgerState::too_large;
    unread.reason = "more objects than are kept in memory: the last ones were not read";
    unread.remedy = "split the document and add the pieces";
    sink_.unread(std::move(unread));
  }

  const evidence::ItemView &item_;
  evidence::RecordId within_;
  PdfDocument &document_;
  evidence::Sink &sink_;
  ExtractedText out_;
  PdfContent content_;
  std::set<std::uint32_t> used_;
  std::map<std::uint32_t, std::string> attachments_;
  std::map<std::string, int> steps_;
  std::vector<std::string_view> pictures_;
  std::vector<std::string_view> unmapped_;  // contents of pages
  std::uint64_t unmapped_pages_ = 0;
};

}  // namespace

base::Result<void> read_pdf(const evidence::ItemView &item, evidence::Sink &sink) {
  PdfDocument document(item.bytes, sink.limits());
  if (!document.load(sink.unlock()))
    return base::fail(base::ErrorKind::encrypted,
                      "the PDF is encrypted and neither the empty password nor one that was given opens it; "
                      "supply its password with --password-file");
  if (document.objects().empty())
    return base::fail(base::ErrorKind::damaged,
                      "no object of a PDF can be found in it; ask for the file again");
  PdfReader(item, record_of(item, sink), document, sink).run();
  return {};
}

}  // namespace dislodge::file

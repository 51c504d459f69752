// Pictures: what they say of themselves, and what can be read in them.

#include <fmt/format.h>

#include <algorithm>

#include "base/encode.hpp"
#include "evidence/byte_ranges.hpp"
#include "evidence/charset.hpp"
#include "evidence/inflate.hpp"
#include "file/document.hpp"
#include "file/readers.hpp"
#include "file/strings.hpp"

namespace dislodge::file {
namespace {

using evidence::LedgerState;

constexpr std::size_t kTextMax = 1u << 20;  // of one unpacked text chunk
constexpr std::size_t kTagsMax = 2000;

std::uint32_t number(std::string_view bytes, std::size_t at, int size, bool big) {
  std::uint32_t value = 0;
  for (int i = 0; i < size; ++i) {
    const std::size_t place = at + static_cast<std::size_t>(big ? i : size - 1 - i);
    value = value << 8 | (place < bytes.size() ? static_cast<unsigned char>(bytes[place]) : 0);
  }
  return value;
}

void line(std::string_view name, std::string_view value, ExtractedText &out) {
  const std::string_view text = base::trim(value.substr(0, value.find('\0')));
  if (text.empty()) return;
  out.line();
  out.add(base::to_valid_utf8(name));
  out.add(": ");
  out.add(base::to_valid_utf8(text));
  out.line();
}

// tEXt, zTXt and iTXt (PNG 1.2, 11.3.4).
void png_texts(std::string_view png, ExtractedText &out, evidence::ByteRanges &told) {
  evidence::Inflater inflater;
  std::size_t at = 8;
  while (at + 12 <= png.size()) {
    const std::size_t size = number(png, at, 4, true);
    const std::string_view type = png.substr(at + 4, 4);
    const std::string_view body = png.substr(at + 8, std::min(size, png.size() - at - 8));
    const std::size_t zero = body.find('\0');
    if (type == "IDAT") told.add(at, at + 8 + body.size());  // packed: strings in it are chance
    if (zero != std::string_view::npos && (type == "tEXt" || type == "zTXt" || type == "iTXt")) {
      told.add(at, at + 8 + body.size());
      const std::string_view key = body.substr(0, zero);
      std::string_view text = body.substr(zero + 1);
      bool packed = type == "zTXt";
      if (type == "zTXt") text = text.substr(std::min<std::size_t>(1, text.size()));
      if (type == "iTXt" && text.size() >= 2) {
        packed = text[0] == '\1';
        text.remove_prefix(2);
        // Language and translated keyword.
        for (int i = 0; i < 2; ++i)
          text.remove_prefix(std::min(text.find('\0'), text.size()) +
                             (text.find('\0') != std::string_view::npos ? 1 : 0));
      }
      if (packed) text = inflater.zlib(text, 0, kTextMax).bytes;
      if (type == "iTXt")
        line(key, text, out);
      else
        line(key, evidence::to_utf8(text, "iso-8859-1").view(), out);
    }
    if (size > png.size() - at - 12) return;
    at += size + 12;
  }
}

// Text tags of EXIF (TIFF 6.0 directories): ASCII, and Windows' XP tags in UTF-16.
void exif_texts(std::string_view tiff, ExtractedText &out) {
  if (tiff.size() < 8) return;
  const bool big = tiff.starts_with("MM");
  std::vector<std::uint32_t> open{number(tiff, 4, 4, big)};
  std::vector<std::uint32_t> seen;
  std::size_t tags = 0;
  while (!open.empty() && seen.size() < 32) {
    const std::uint32_t at = open.back();
    open.pop_back();
    if (at == 0 || at + 2ull > tiff.size() || std::find(seen.begin(), seen.end(), at) != seen.end()) continue;
    seen.push_back(at);
    const std::uint32_t count = number(tiff, at, 2, big);
    for (std::uint32_t i = 0; i < count && ++tags < kTagsMax; ++i) {
      const std::size_t entry = at + 2ull + 12ull * i;
      if (entry + 12 > tiff.size()) break;
      const std::uint32_t tag = number(tiff, entry, 2, big);
      const std::uint32_t type = number(tiff, entry + 2, 2, big);
      const std::uint32_t size = number(tiff, entry + 4, 4, big);
      const std::size_t place = size <= 4 ? entry + 8 : number(tiff, entry + 8, 4, big);
      if (tag == 0x8769 || tag == 0x8825) {
        open.push_back(number(tiff, entry + 8, 4, big));
        continue;
      }
      if (place >= tiff.size() || (type != 1 && type != 2 && type != 7)) continue;
      std::string_view value = tiff.substr(place, size);
      switch (tag) {
        case 0x010E:
          line("Description", value, out);
          break;
        case 0x013B:
          line("Artist", value, out);
          break;
        case 0x8298:
          line("Copyright", value, out);
          break;
        case 0x9286:  // eight bytes say the character set
          line("Comment", value.size() > 8 ? value.substr(8) : std::string_view(), out);
          break;
        case 0x9C9B:
        case 0x9C9C:
        case 0x9C9D:
        case 0x9C9E:
        case 0x9C9F:
          line("Properties", evidence::to_utf8(value.substr(0, value.size() / 2 * 2), "utf-16le").view(),
               out);
          break;
        default:
          if (type == 2 && value.size() > 3) line(fmt::format("Tag {}", tag), value, out);
      }
    }
    open.push_back(number(tiff, at + 2ull + 12ull * count, 4, big));
  }
}

// Comments and EXIF among the segments of a JPEG.
void jpeg_texts(std::string_view jpeg, ExtractedText &out, evidence::ByteRanges &told) {
  std::size_t at = 2;
  while (at + 4 <= jpeg.size() && jpeg[at] == '\xFF') {
    const auto marker = static_cast<unsigned char>(jpeg[at + 1]);
    if (marker == 0xDA || marker == 0xD9) return;
    const std::size_t size = number(jpeg, at + 2, 2, true);
    if (size < 2) return;
    const std::string_view body = jpeg.substr(at + 4, size - 2);
    const bool exif = marker == 0xE1 && body.starts_with(std::string_view("Exif\0\0", 6));
    if (marker == 0xFE) line("Comment", body, out);
    if (exif) exif_texts(body.substr(6), out);
    if (exif || marker == 0xFE) told.add(at, at + 4 + body.size());
    at += 2 + size;
  }
}

void scan_read(const evidence::ItemView &item, std::string_view text, evidence::RecordId within, bool by_ocr,
               evidence::Sink &sink) {
  if (base::trim(text).empty()) return;
  evidence::TextView view;
  view.item = item.path;
  view.text = text;
  view.space = evidence::Space::text;
  view.within = within;
  view.name = item.name;
  view.ocr = by_ocr;
  sink.text(view);
}

}  // namespace

base::Result<void> read_image(const evidence::ItemView &item, evidence::Sink &sink, Ocr *ocr) {
  if (item.bytes.empty()) return {};
  const evidence::RecordId within = record_of(item, sink);
  ExtractedText metadata(item, within, sink);
  evidence::ByteRanges told;
  if (item.bytes.starts_with("\x89PNG")) png_texts(item.bytes, metadata, told);
  if (item.bytes.starts_with("\xFF\xD8")) jpeg_texts(item.bytes, metadata, told);
  if (item.bytes.starts_with("II*") || item.bytes.starts_with(std::string_view("MM\0*", 4)))
    exif_texts(item.bytes, metadata);
  metadata.finish();
  // XMP and what no tag names.
  for (const auto &[begin, end] : told.gaps(item.bytes.size()))
    emit_strings(item,
                 item.bytes.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)),
                 within, kPictureRun, sink);

  evidence::Unread unread;
  unread.bytes = item.bytes.size();
  unread.state = LedgerState::unsupported;
  unread.remedy = "look at it, or add its text as a file";
  const Ocr::Reading got = ocr != nullptr ? ocr->read(item.bytes)
                                          : Ocr::Reading{.state = Ocr::State::off, .text = {}, .codes = {}};
  scan_read(item, got.codes, within, false, sink);
  scan_read(item, got.text, within, true, sink);
  switch (got.state) {
    case Ocr::State::read:
      return {};
    case Ocr::State::off:
      unread.reason = "a picture: text in it is not read (--no-ocr)";
      break;
    case Ocr::State::missing:
      unread.reason = "a picture: text in it is not read, since tesseract is not installed";
      unread.remedy = "install tesseract-ocr and investigate again, or look at it";
      break;
    case Ocr::State::spent:
      unread.state = LedgerState::too_large;
      unread.reason = fmt::format("a picture behind the {} that OCR reads of one unit (ocr_images_max)",
                                  sink.limits().ocr_images_max);
      break;
    case Ocr::State::too_large:
      unread.state = LedgerState::too_large;
      unread.reason =
          fmt::format("a picture of more than image_pixels_max ({}) pixels", sink.limits().image_pixels_max);
      break;
    case Ocr::State::timed_out:
      unread.state = LedgerState::timed_out;
      unread.reason = fmt::format("a picture whose text was not read to its end in {} s",
                                  sink.limits().ocr_seconds_per_image);
      break;
    case Ocr::State::unsupported:
      unread.reason = "a picture in a format that is not decoded: text in it is not read";
      break;
  }
  sink.unread(std::move(unread));
  return {};
}

base::Result<void> read_image(const evidence::ItemView &item, evidence::Sink &sink) {
  return read_image(item, sink, nullptr);
}

}  // namespace dislodge::file

// PowerPoint 97 and later ([MS-PPT]): one stream of records; text lies in atoms.

#include <algorithm>

#include "base/encode.hpp"
#include "evidence/charset.hpp"
#include "evidence/inflate.hpp"
#include "evidence/zip_directory.hpp"
#include "file/office_binary.hpp"

namespace dislodge::file {
namespace {

using evidence::le16;
using evidence::le32;

constexpr std::uint16_t kTextChars = 0x0FA0;
constexpr std::uint16_t kTextBytes = 0x0FA8;
constexpr std::uint16_t kString = 0x0FBA;
constexpr std::uint16_t kObjectStorage = 0x1011;
constexpr std::uint16_t kCryptSession = 0x2F14;
constexpr std::size_t kObjectsMax = 10'000;

void add_text(std::string_view utf8, ExtractedText &out) {
  for (const char c : utf8) {
    if (c == '\r' || c == '\v' || c == '\n')
      out.line();
    else if (static_cast<unsigned char>(c) >= 0x20 || c == '\t')
      out.add(c);
  }
  out.line();
}

}  // namespace

OfficeText append_powerpoint(std::string_view stream, std::uint64_t object_bytes_max, ExtractedText &out,
                             std::vector<SlideObject> &objects) {
  std::size_t at = 0;
  bool any = false;
  std::uint64_t unpacked = 0;
  evidence::Inflater inflater;
  while (at + 8 <= stream.size()) {
    const std::uint16_t version = le16(stream, at);
    const std::uint16_t type = le16(stream, at + 2);
    const std::uint64_t size = le32(stream, at + 4);
    const std::size_t record = at;
    at += 8;
    // A container's records follow one another; walking through them needs no stack.
    if ((version & 0x0F) == 0x0F) {
      if (type == kCryptSession) return OfficeText::encrypted;
      any = true;
      continue;
    }
    const bool cut = size > stream.size() - at;
    const std::string_view body = stream.substr(at, static_cast<std::size_t>(size));
    if (type == kTextChars || type == kString) {
      add_text(evidence::to_utf8(body.substr(0, body.size() / 2 * 2), "utf-16le").view(), out);
    } else if (type == kTextBytes) {
      add_text(evidence::to_utf8(body, "iso-8859-1").view(), out);
    } else if (type == kObjectStorage && objects.size() < kObjectsMax && unpacked < object_bytes_max) {
      SlideObject object;
      object.offset = record;
      // Instance 1: packed by zlib behind its size.
      if ((version >> 4) == 1 && body.size() > 4)
        object.bytes = inflater.zlib(body.substr(4), le32(body, 0), object_bytes_max - unpacked).bytes;
      else
        object.bytes = body;
      unpacked += object.bytes.size();
      if (!object.bytes.empty()) objects.push_back(std::move(object));
    }
    if (cut) return any ? OfficeText::cut : OfficeText::damaged;
    at += static_cast<std::size_t>(size);
  }
  return any ? OfficeText::read : OfficeText::damaged;
}

}  // namespace dislodge::file

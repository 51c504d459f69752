// Property sets ([MS-OLEPS]): title, author, company, comments, and what people define themselves.

#include <algorithm>
#include <map>

#include "base/encode.hpp"
#include "evidence/charset.hpp"
#include "evidence/zip_directory.hpp"
#include "file/office_binary.hpp"

namespace dislodge::file {
namespace {

using evidence::le16;
using evidence::le32;

constexpr std::size_t kPropertiesMax = 10'000;
constexpr std::uint32_t kCodePage = 1;
constexpr std::uint32_t kDictionary = 0;

struct Named {
  std::uint32_t id;
  std::string_view summary;   // of \5SummaryInformation
  std::string_view document;  // of \5DocumentSummaryInformation, first section
};
constexpr Named kNames[] = {{2, "Title", "Category"},  {3, "Subject", ""},     {4, "Author", ""},
                            {5, "Keywords", ""},       {6, "Comments", ""},    {7, "Template", ""},
                            {8, "Last author", ""},    {14, "", "Manager"},    {15, "", "Company"},
                            {18, "Application", ""},   {21, "", "Links base"}, {26, "", "Content type"},
                            {27, "", "Content status"}};
// First four bytes of the format id of the summary.
constexpr std::uint32_t kSummary = 0xF29F85E0;
constexpr std::uint32_t kDocumentSummary = 0xD5CDD502;

std::string utf8_of(std::string_view bytes, std::uint32_t code_page) {
  bytes = bytes.substr(0, bytes.find('\0'));
  const std::string charset =
      code_page == 65001 || code_page == 0 ? std::string() : "windows-" + std::to_string(code_page);
  return std::string(evidence::to_utf8(bytes, charset).view());
}

std::string wide_utf8(std::string_view bytes) {
  std::string out(evidence::to_utf8(bytes.substr(0, bytes.size() / 2 * 2), "utf-16le").view());
  return out.substr(0, out.find('\0'));
}

}  // namespace

void append_properties(std::string_view stream, ExtractedText &out) {
  if (stream.size() < 28 || le16(stream, 0) != 0xFFFE) return;
  const std::uint32_t sections = std::min<std::uint32_t>(le32(stream, 24), 16);
  for (std::uint32_t s = 0; s < sections && 28 + 20 * (s + 1) <= stream.size(); ++s) {
    const std::uint32_t format = le32(stream, 28 + 20 * s);
    const std::uint64_t begin = le32(stream, 28 + 20 * s + 16);
    if (begin + 8 > stream.size()) continue;
    const std::string_view section = stream.substr(static_cast<std::size_t>(begin));
    const std::size_t count =
        std::min<std::size_t>({le32(section, 4), kPropertiesMax, (section.size() - 8) / 8});
    std::uint32_t code_page = 1252;
    std::map<std::uint32_t, std::string> names;
    // Code page and names first: they say how to read the others.
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t id = le32(section, 8 + 8 * i);
      const std::uint64_t at = le32(section, 12 + 8 * i);
      if (at + 8 > section.size()) continue;
      if (id == kCodePage) code_page = le16(section, static_cast<std::size_t>(at) + 4);
    }
    for (std::size_t i = 0; i < count; ++i) {
      if (le32(section, 8 + 8 * i) != kDictionary) continue;
      std::uint64_t at = le32(section, 12 + 8 * i);
      if (at + 4 > section.size()) continue;
      const std::size_t entries =
          std::min<std::size_t>(le32(section, static_cast<std::size_t>(at)), kPropertiesMax);
      at += 4;
      for (std::size_t e = 0; e < entries && at + 8 <= section.size(); ++e) {
        const std::uint32_t id = le32(section, static_cast<std::size_t>(at));
        std::uint64_t length = le32(section, static_cast<std::size_t>(at) + 4);
        at += 8;
        const bool wide = code_page == 1200;
        if (wide) length = length * 2;
        if (length > section.size() - at) break;
        const std::string_view name =
            section.substr(static_cast<std::size_t>(at), static_cast<std::size_t>(length));
        names[id] = wide ? wide_utf8(name) : utf8_of(name, code_page);
        at += wide ? (length + 3) / 4 * 4 : length;
      }
    }
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t id = le32(section, 8 + 8 * i);
      const std::uint64_t place = le32(section, 12 + 8 * i);
      if (id == kDictionary || id == kCodePage || place + 8 > section.size()) continue;
      const auto at = static_cast<std::size_t>(place);
      const std::uint32_t type = le32(section, at);
      const std::uint64_t length = le32(section, at + 4);
      std::string value;
      if (type == 0x1E && length <= section.size() - at - 8)
        value = utf8_of(section.substr(at + 8, static_cast<std::size_t>(length)), code_page);
      else if (type == 0x1F && length <= (section.size() - at - 8) / 2)
        value = wide_utf8(section.substr(at + 8, static_cast<std::size_t>(length * 2)));
      if (base::trim(value).empty()) continue;
      std::string name;
      for (const Named &each : kNames)
        if (each.id == id)
          name = format == kSummary ? each.summary : format == kDocumentSummary ? each.document : "";
      if (const auto own = names.find(id); own != names.end()) name = own->second;
      out.line();
      if (!name.empty()) {
        out.add(name);
        out.add(": ");
      }
      for (char &c : value)
        if (static_cast<unsigned char>(c) < 0x20) c = ' ';
      out.add(value);
      out.line();
    }
  }
}

}  // namespace dislodge::file

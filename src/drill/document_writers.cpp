#include "drill/document_writers.hpp"

#include <cstdint>

#include "base/hash.hpp"
#include "drill/deflate_writer.hpp"

namespace dislodge::drill {
namespace {

std::string little(std::uint64_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
  return out;
}

std::string big32(std::uint32_t value) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
  return out;
}

std::string xml_escape(std::string_view text) {
  std::string out;
  for (const char byte : text) {
    if (byte == '&')
      out += "&amp;";
    else if (byte == '<')
      out += "&lt;";
    else if (byte == '>')
      out += "&gt;";
    else
      out += byte;
  }
  return out;
}

}  // namespace

std::string write_zip(const std::vector<ZipMember> &members, base::Time modified) {
  const base::Date date = base::date_of(modified);
  const std::int64_t seconds = (modified.us - base::time_of(date).us) / base::kSecond;
  const auto dos_time =
      static_cast<std::uint64_t>((seconds / 3600) << 11 | (seconds / 60 % 60) << 5 | (seconds % 60) / 2);
  const auto dos_date = static_cast<std::uint64_t>((date.year - 1980) << 9 | date.month << 5 | date.day);
  std::string out;
  std::string directory;
  for (const ZipMember &member : members) {
    const std::string packed = deflate(member.bytes);
    const bool stored = packed.size() >= member.bytes.size();
    const std::string &data = stored ? member.bytes : packed;
    const std::string common = little(20, 2) + little(0x0800, 2) + little(stored ? 0 : 8, 2) +
                               little(dos_time, 2) + little(dos_date, 2) +
                               little(base::crc32(member.bytes), 4) + little(data.size(), 4) +
                               little(member.bytes.size(), 4) + little(member.path.size(), 2) + little(0, 2);
    directory += "PK\x01\x02" + little(0x0314, 2) + common + little(0, 6) + little(0x81A40000u, 4) +
                 little(out.size(), 4) + member.path;
    out += "PK\x03\x04" + common + member.path + data;
  }
  const std::string end = "PK\x05\x06" + little(0, 4) + little(members.size(), 2) +
                          little(members.size(), 2) + little(directory.size(), 4) + little(out.size(), 4) +
                          little(0, 2);
  return out + directory + end;
}

std::string write_docx(const std::vector<std::string> &paragraphs, base::Time modified) {
  static constexpr std::string_view kHead = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
  std::string body;
  for (const std::string &paragraph : paragraphs) {
    body += "<w:p><w:r><w:t xml:space=\"preserve\">" + xml_escape(paragraph) + "</w:t></w:r></w:p>";
  }
  const std::string head(kHead);
  return write_zip(
      {{"[Content_Types].xml",
        head + "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"
               "<Default Extension=\"rels\" "
               "ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
               "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
               "<Override PartName=\"/word/document.xml\" ContentType=\"application/"
               "vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/></Types>"},
       {"_rels/.rels",
        head + "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
               "<Relationship Id=\"rId1\" "
               "Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
               "officeDocument\" Target=\"word/document.xml\"/></Relationships>"},
       {"word/document.xml",
        head +
            "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>" +
            body + "<w:sectPr><w:pgSz w:w=\"11906\" w:h=\"16838\"/></w:sectPr></w:body></w:document>"}},
      modified);
}

std::string write_pdf(std::string_view title, const std::vector<std::vector<std::string>> &pages) {
  std::vector<std::string> objects;  // number = index + 1
  const auto literal = [](std::string_view text) {
    std::string out = "(";
    for (const char byte : text) {
      if (byte == '(' || byte == ')' || byte == '\\') out += '\\';
      out += byte;
    }
    return out + ")";
  };
  std::string kids;
  for (std::size_t i = 0; i < pages.size(); ++i) kids += std::to_string(5 + 2 * i) + " 0 R ";
  objects.push_back("<< /Type /Catalog /Pages 2 0 R >>");
  objects.push_back("<< /Type /Pages /Count " + std::to_string(pages.size()) + " /Kids [ " + kids + "] >>");
  objects.push_back("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>");
  objects.push_back("<< /Title " + literal(title) + " /Producer (Northwind Office) >>");
  for (std::size_t i = 0; i < pages.size(); ++i) {
    std::string content = "BT\n/F1 11 Tf\n14 TL\n56 780 Td\n";
    for (const std::string &line : pages[i]) content += literal(line) + " Tj\nT*\n";
    content += "ET\n";
    const std::string packed = zlib_compress(content);
    objects.push_back(
        "<< /Type /Page /Parent 2 0 R /MediaBox [ 0 0 595 842 ] /Resources << /Font << /F1 3 0 R >> >> "
        "/Contents " +
        std::to_string(6 + 2 * i) + " 0 R >>");
    objects.push_back("<< /Length " + std::to_string(packed.size()) + " /Filter /FlateDecode >>\nstream\n" +
                      packed + "\nendstream");
  }
  std::string out = "%PDF-1.4\n%\xE2\xE3\xCF\xD3\n";
  std::string table = "0000000000 65535 f \n";
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const std::string at = std::to_string(out.size());
    table += std::string(10 - at.size(), '0') + at + " 00000 n \n";
    out += std::to_string(i + 1) + " 0 obj\n" + objects[i] + "\nendobj\n";
  }
  const std::string start = std::to_string(out.size());
  const std::string count = std::to_string(objects.size() + 1);
  out += "xref\n0 " + count + "\n" + table + "trailer\n<< /Size " + count +
         " /Root 1 0 R /Info 4 0 R >>\nstartxref\n" + start + "\n%%EOF\n";
  return out;
}

std::string write_png(unsigned width, unsigned height, unsigned hue) {
  const auto chunk = [](std::string_view type, std::string_view data) {
    const std::string body = std::string(type) + std::string(data);
    return big32(static_cast<std::uint32_t>(data.size())) + body + big32(base::crc32(body));
  };
  std::string rows;
  for (unsigned y = 0; y < height; ++y) {
    rows += '\0';  // filter: none
    for (unsigned x = 0; x < width; ++x) {
      rows += static_cast<char>((hue + 255 * x / width) & 0xFF);
      rows += static_cast<char>((hue * 3 + 160 * y / height + x * y) & 0xFF);
      rows += static_cast<char>((hue * 7 + x * 5 + y * 3) & 0xFF);
    }
  }
  return "\x89PNG\r\n\x1a\n" +
         chunk("IHDR", big32(width) + big32(height) + std::string("\x08\x02\x00\x00\x00", 5)) +
         chunk("IDAT", zlib_compress(rows)) + chunk("IEND", "");
}

}  // namespace dislodge::drill

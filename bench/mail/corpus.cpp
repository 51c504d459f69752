#include "mail/corpus.hpp"

#include <fmt/format.h>
#include <iconv.h>
#include <libdeflate.h>

#include <cstring>
#include <map>
#include <random>
#include <stdexcept>

#include "mail/languages.hpp"

namespace dislodge::bench {
namespace {

std::vector<std::string_view> words_of(std::string_view list) {
  std::vector<std::string_view> words;
  while (!list.empty()) {
    const std::size_t blank = list.find(' ');
    if (blank != 0) words.push_back(list.substr(0, blank));
    if (blank == std::string_view::npos) break;
    list.remove_prefix(blank + 1);
  }
  return words;
}

// std::mt19937_64 gives the same numbers everywhere; the standard's distributions do not.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t below(std::uint64_t limit) { return engine_() % limit; }
  bool percent(unsigned share) { return below(100) < share; }
  // Frequent words are frequent: small indexes come more often.
  std::size_t skewed(std::size_t limit) { return below(below(limit) + 1); }
  std::string bytes(std::size_t size) {
    std::string out(size, '\0');
    std::size_t at = 0;
    for (; at + 8 <= size; at += 8) {
      const std::uint64_t word = engine_();
      std::memcpy(out.data() + at, &word, 8);
    }
    for (; at < size; ++at) out[at] = static_cast<char>(engine_());
    return out;
  }
  std::string hex(std::size_t digits) {
    std::string out;
    while (out.size() < digits) out += fmt::format("{:016x}", engine_());
    return out.substr(0, digits);
  }

 private:
  std::mt19937_64 engine_;
};

std::string to_charset(std::string_view utf8, std::string_view charset) {
  if (charset == "UTF-8") return std::string(utf8);
  static std::map<std::string_view, iconv_t> handles;
  iconv_t &handle = handles[charset];
  if (handle == nullptr) handle = iconv_open(fmt::format("{}//IGNORE", charset).c_str(), "UTF-8");
  if (handle == reinterpret_cast<iconv_t>(-1)) throw std::runtime_error("iconv lacks a charset");
  iconv(handle, nullptr, nullptr, nullptr, nullptr);
  std::string in(utf8);
  std::string out(in.size() * 2 + 64, '\0');
  char *from = in.data();
  char *to = out.data();
  std::size_t left = in.size();
  std::size_t room = out.size();
  iconv(handle, &from, &left, &to, &room);
  iconv(handle, nullptr, nullptr, &to, &room);
  out.resize(static_cast<std::size_t>(to - out.data()));
  return out;
}

std::string base64(std::string_view bytes, std::size_t width) {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve(bytes.size() * 4 / 3 + bytes.size() / 40 + 8);
  std::size_t column = 0;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t bits = 0;
    const std::size_t left = std::min<std::size_t>(3, bytes.size() - at);
    for (std::size_t i = 0; i < 3; ++i)
      bits = bits << 8 | (i < left ? static_cast<unsigned char>(bytes[at + i]) : 0u);
    for (std::size_t i = 0; i < 4; ++i) out += i <= left ? kDigits[bits >> (18 - 6 * i) & 63] : '=';
    column += 4;
    if (width != 0 && column >= width) {
      out += '\n';
      column = 0;
    }
  }
  if (width != 0 && column > 0) out += '\n';
  return out;
}

std::string quoted_printable(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  std::size_t column = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto c = static_cast<unsigned char>(bytes[i]);
    if (c == '\n') {
      out += '\n';
      column = 0;
      continue;
    }
    const bool at_end = i + 1 == bytes.size() || bytes[i + 1] == '\n';
    const bool plain = (c > 32 && c < 127 && c != '=') || ((c == ' ' || c == '\t') && !at_end);
    const std::size_t width = plain ? 1 : 3;
    if (column + width > 75) {
      out += "=\n";
      column = 0;
    }
    if (plain)
      out += static_cast<char>(c);
    else
      out += fmt::format("={:02X}", c);
    column += width;
  }
  return out;
}

class Zip {
 public:
  void add(std::string_view name, std::string_view bytes) {
    libdeflate_compressor *compressor = libdeflate_alloc_compressor(4);
    std::string packed(libdeflate_deflate_compress_bound(compressor, bytes.size()), '\0');
    packed.resize(
        libdeflate_deflate_compress(compressor, bytes.data(), bytes.size(), packed.data(), packed.size()));
    libdeflate_free_compressor(compressor);
    const std::uint32_t crc = libdeflate_crc32(0, bytes.data(), bytes.size());
    const std::size_t offset = out_.size();
    const auto head = [&](std::string &to) {
      number(to, 20, 2);
      number(to, 0, 2);
      number(to, 8, 2);
      number(to, 0x58210000, 4);
      number(to, crc, 4);
      number(to, packed.size(), 4);
      number(to, bytes.size(), 4);
      number(to, name.size(), 2);
      number(to, 0, 2);
    };
    out_ += "PK\x03\x04";
    head(out_);
    out_ += name;
    out_ += packed;
    directory_ += "PK\x01\x02";
    number(directory_, 20, 2);
    head(directory_);
    number(directory_, 0, 2);
    number(directory_, 0, 4);
    number(directory_, 0, 4);
    number(directory_, offset, 4);
    directory_ += name;
    ++count_;
  }
  std::string take() {
    const std::size_t offset = out_.size();
    out_ += directory_;
    out_ += "PK\x05\x06";
    number(out_, 0, 4);
    number(out_, count_, 2);
    number(out_, count_, 2);
    number(out_, directory_.size(), 4);
    number(out_, offset, 4);
    number(out_, 0, 2);
    return std::move(out_);
  }

 private:
  static void number(std::string &to, std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) to += static_cast<char>(value >> (8 * i));
  }
  std::string out_, directory_;
  std::size_t count_ = 0;
};

class Writer {
 public:
  explicit Writer(std::uint64_t seed) : random_(seed) {
    for (std::size_t i = 0; i < kLanguages.size(); ++i) words_[i] = words_of(kLanguages[i].words);
  }

  Random &random() { return random_; }

  static std::size_t language(std::string_view name) {
    for (std::size_t i = 0; i < kLanguages.size(); ++i)
      if (kLanguages[i].name == name) return i;
    return 0;
  }

  std::string sentence(std::size_t language, std::size_t words) {
    std::string out;
    for (std::size_t i = 0; i < words; ++i) {
      if (i > 0) out += kLanguages[language].blank;
      // Numbers, names of things and addresses stand in every language.
      const std::uint64_t odd = random_.below(40);
      if (odd == 0)
        out += fmt::format("{}", random_.below(100000));
      else if (odd == 1)
        out += fmt::format("{}-{}", words_[0][random_.skewed(words_[0].size())], random_.below(1000));
      else
        out += words_[language][random_.skewed(words_[language].size())];
    }
    out += kLanguages[language].stop;
    return out;
  }

  // Lines of at most about 72 columns, paragraphs apart.
  std::string prose(std::size_t language, std::size_t bytes) {
    std::string out;
    std::size_t line = 0;
    while (out.size() < bytes) {
      const std::string next = sentence(language, 5 + random_.below(14));
      for (std::size_t at = 0; at < next.size();) {
        std::size_t stop = next.find(' ', at);
        if (stop == std::string::npos) {
          stop = std::min(next.size(), at + 48);
          while (stop < next.size() && (static_cast<unsigned char>(next[stop]) & 0xC0) == 0x80) ++stop;
        }
        if (line + (stop - at) > 72) {
          out += '\n';
          line = 0;
        }
        out.append(next, at, stop - at);
        line += stop - at;
        at = stop;
        if (at < next.size() && next[at] == ' ') {
          out += line == 0 ? "" : " ";
          ++line;
          ++at;
        }
      }
      if (random_.percent(18)) {
        out += "\n\n";
        line = 0;
      } else {
        out += kLanguages[language].blank;
        ++line;
      }
    }
    out += '\n';
    return out;
  }

  std::string html(std::size_t language, std::string_view text, std::string_view charset) {
    std::string out = fmt::format(
        "<html xmlns:o=\"urn:schemas-microsoft-com:office:office\" "
        "xmlns:w=\"urn:schemas-microsoft-com:office:word\">\n<head>\n<meta http-equiv=\"Content-Type\" "
        "content=\"text/html; charset={}\">\n<style><!--\n/* Style Definitions */\np.MsoNormal, "
        "li.MsoNormal, div.MsoNormal\n\t{{margin:0cm;\n\tfont-size:11.0pt;\n\tfont-family:\"Calibri\","
        "sans-serif;}}\na:link, span.MsoHyperlink\n\t{{mso-style-priority:99;\n\tcolor:#0563C1;\n\t"
        "text-decoration:underline;}}\n.MsoChpDefault\n\t{{mso-style-type:export-only;\n\t"
        "font-family:\"Calibri\",sans-serif;}}\n@page WordSection1\n\t{{size:612.0pt 792.0pt;\n\t"
        "margin:70.85pt 70.85pt 70.85pt 70.85pt;}}\n--></style>\n</head>\n<body lang=\"{}\" "
        "link=\"#0563C1\" vlink=\"#954F72\">\n<div class=\"WordSection1\">\n",
        charset, kLanguages[language].name);
    while (!text.empty()) {
      const std::size_t end = text.find("\n\n");
      const std::string_view paragraph = text.substr(0, end);
      out += "<p class=\"MsoNormal\"><span lang=\"EN-US\" style=\"mso-fareast-language:EN-US\">";
      for (const char c : paragraph) {
        if (c == '<')
          out += "&lt;";
        else if (c == '>')
          out += "&gt;";
        else if (c == '&')
          out += "&amp;";
        else
          out += c;
      }
      out += "<o:p></o:p></span></p>\n<p class=\"MsoNormal\"><o:p>&nbsp;</o:p></p>\n";
      if (random_.percent(12))
        out += fmt::format(
            "<p class=\"MsoNormal\"><a "
            "href=\"https://portal.harborline.example/documents/{}/view?tab=1&amp;ref="
            "mail\">document {}</a></p>\n",
            random_.hex(24), random_.below(1000));
      if (end == std::string_view::npos) break;
      text.remove_prefix(end + 2);
    }
    out += "</div>\n</body>\n</html>\n";
    return out;
  }

  std::string docx(std::size_t bytes) {
    std::string document =
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<w:document "
        "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>";
    while (document.size() < bytes) {
      document +=
          "<w:p w:rsidR=\"00A77B3E\" w:rsidRDefault=\"00A77B3E\"><w:pPr><w:pStyle "
          "w:val=\"BodyText\"/></w:pPr>";
      for (std::uint64_t runs = 1 + random_.below(3); runs > 0; --runs)
        document += fmt::format(
            "<w:r><w:rPr><w:rFonts w:ascii=\"Calibri\" w:hAnsi=\"Calibri\"/><w:lang w:val=\"en-GB\"/></w:rPr>"
            "<w:t xml:space=\"preserve\">{} </w:t></w:r>",
            sentence(0, 6 + random_.below(20)));
      document += "</w:p>";
    }
    document += "</w:body></w:document>";
    Zip zip;
    zip.add(
        "[Content_Types].xml",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Types "
        "xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"xml\" "
        "ContentType=\"application/xml\"/><Override PartName=\"/word/document.xml\" "
        "ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/>"
        "</Types>");
    zip.add("word/document.xml", document);
    zip.add("docProps/core.xml",
            "<?xml version=\"1.0\"?><cp:coreProperties "
            "xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\"/>");
    return zip.take();
  }

  std::string pdf(std::size_t bytes) {
    std::string out = "%PDF-1.5\n%\xE2\xE3\xCF\xD3\n";
    std::vector<std::size_t> offsets;
    const auto object = [&](std::string_view body) {
      offsets.push_back(out.size());
      out += fmt::format("{} 0 obj\n{}\nendobj\n", offsets.size(), body);
    };
    const std::size_t pages = 1 + bytes / 3000;
    object("<< /Type /Catalog /Pages 2 0 R >>");
    std::string kids;
    for (std::size_t i = 0; i < pages; ++i) kids += fmt::format("{} 0 R ", 4 + 2 * i);
    object(fmt::format("<< /Type /Pages /Count {} /Kids [{}] >>", pages, kids));
    object("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>");
    for (std::size_t i = 0; i < pages; ++i) {
      object(
          fmt::format("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R "
                      ">> >> /Contents {} 0 R >>",
                      5 + 2 * i));
      std::string content = "BT /F1 10 Tf 14 TL 56 780 Td\n";
      for (int line = 0; line < 52; ++line)
        content += fmt::format("({}) Tj T*\n", sentence(0, 8 + random_.below(6)));
      content += "ET\n";
      libdeflate_compressor *compressor = libdeflate_alloc_compressor(4);
      std::string packed(libdeflate_zlib_compress_bound(compressor, content.size()), '\0');
      packed.resize(
          libdeflate_zlib_compress(compressor, content.data(), content.size(), packed.data(), packed.size()));
      libdeflate_free_compressor(compressor);
      object(
          fmt::format("<< /Length {} /Filter /FlateDecode >>\nstream\n{}\nendstream", packed.size(), packed));
    }
    const std::size_t table = out.size();
    out += fmt::format("xref\n0 {}\n0000000000 65535 f \n", offsets.size() + 1);
    for (const std::size_t offset : offsets) out += fmt::format("{:010} 00000 n \n", offset);
    out +=
        fmt::format("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{}\n%%EOF\n", offsets.size() + 1, table);
    return out;
  }

  struct Attachment {
    std::string bytes, name, type;
  };
  // Pictures and other files that are compressed already are half of what people attach.
  Attachment attachment() {
    const std::uint64_t kind = random_.below(100);
    const std::uint64_t size = 4000 + random_.below(30'000) * (1 + random_.below(12));
    const std::string stem =
        fmt::format("{}-{}", words_[0][random_.below(words_[0].size())], random_.below(999));
    if (kind < 45)
      return {"\xFF\xD8\xFF\xE0" + std::string("\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0", 16) +
                  random_.bytes(size) + "\xFF\xD9",
              stem + ".jpg", "image/jpeg"};
    if (kind < 68)
      return {docx(size * 4), stem + ".docx",
              "application/vnd.openxmlformats-officedocument.wordprocessingml.document"};
    if (kind < 88) return {pdf(size), stem + ".pdf", "application/pdf"};
    if (kind < 94) {
      std::string table = "date;customer;amount;comment\n";
      while (table.size() < size)
        table +=
            fmt::format("2025-{:02}-{:02};C{:06};{}.{:02};{}\n", 1 + random_.below(12), 1 + random_.below(28),
                        random_.below(1000000), random_.below(90000), random_.below(100), sentence(0, 4));
      return {table, stem + ".csv", "text/csv"};
    }
    return {random_.bytes(size), stem + ".bin", "application/octet-stream"};
  }

  struct Person {
    std::string name, address;
    std::size_t language;
  };
  Person person(std::size_t language) {
    const auto &list = words_[language];
    std::string name(list[random_.below(list.size())]);
    name += ' ';
    name += list[random_.below(list.size())];
    static constexpr std::string_view kDomains[] = {"northwind.example", "harborline.example",
                                                    "cascadia-cold.example", "kielcargo.example"};
    return {name,
            fmt::format("{}.{}@{}", words_[0][random_.below(words_[0].size())], random_.below(300),
                        kDomains[random_.below(4)]),
            language};
  }

  // As an encoded word, in pieces of whole characters; plain where it is ASCII.
  std::string header_words(std::string_view utf8, std::string_view charset, std::string_view iconv_name) {
    bool ascii = true;
    for (const char c : utf8) ascii = ascii && static_cast<unsigned char>(c) < 0x80;
    if (ascii) return std::string(utf8);
    std::string out;
    const bool q = iconv_name == "UTF-8" ? random_.percent(40) : iconv_name.starts_with("ISO-8859");
    while (!utf8.empty()) {
      std::size_t size = std::min<std::size_t>(utf8.size(), q ? 18 : 36);
      while (size < utf8.size() && (static_cast<unsigned char>(utf8[size]) & 0xC0) == 0x80) --size;
      const std::string bytes = to_charset(utf8.substr(0, size), iconv_name);
      utf8.remove_prefix(size);
      if (!out.empty()) out += "\n ";
      if (q) {
        out += fmt::format("=?{}?Q?", charset);
        for (const char c : bytes) {
          if (c == ' ')
            out += '_';
          else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
            out += c;
          else
            out += fmt::format("={:02X}", static_cast<unsigned char>(c));
        }
        out += "?=";
      } else {
        out += fmt::format("=?{}?B?{}?=", charset, base64(bytes, 0));
      }
    }
    return out;
  }

  std::string mailbox(const Person &who, std::string_view charset, std::string_view iconv_name) {
    const std::string name = header_words(who.name, charset, iconv_name);
    if (name == who.name) return fmt::format("\"{}\" <{}>", name, who.address);
    return fmt::format("{} <{}>", name, who.address);
  }

  std::string date(std::uint64_t n) {
    static constexpr std::string_view kDays[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    return fmt::format("{}, {:02} {} 2025 {:02}:{:02}:{:02} {}", kDays[n % 7], 1 + n % 28,
                       kMonths[n / 28 % 12], n % 24, n % 60, n * 7 % 60,
                       n % 3 == 0   ? "+0200"
                       : n % 3 == 1 ? "-0700"
                                    : "+0000");
  }

  std::string id() {
    return fmt::format("<{}.{}@mail.northwind.example>", random_.hex(16), random_.below(99999));
  }

  // What servers add on the way, about 1.5 kB small, 3.5 kB as Exchange does it.
  std::string trace(std::uint64_t n, bool exchange) {
    std::string out = fmt::format(
        "Return-Path: <bounce-{}@harborline.example>\nDelivered-To: user{}@northwind."
        "example\n",
        n, n % 90);
    for (std::uint64_t hop = 0; hop < (exchange ? 4u : 2u); ++hop)
      out += fmt::format(
          "Received: from mx{}.harborline.example (mx{}.harborline.example [203.0.113.{}])\n\tby "
          "in{}.northwind.example (Postfix) with ESMTPS id {}\n\tfor <user{}@northwind.example>; {}\n",
          hop, hop, random_.below(250), hop, random_.hex(12), n % 90, date(n));
    out += fmt::format(
        "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=harborline.example;\n\ts=selector1; "
        "h=from:to:subject:date:message-id:mime-version:content-type;\n\tbh={};\n\tb={}\n\t {}\n\t {}==\n",
        base64(random_.bytes(32), 0), random_.hex(64), random_.hex(64), random_.hex(42));
    out +=
        "Authentication-Results: mx.northwind.example; spf=pass smtp.mailfrom=harborline.example;\n\t"
        "dkim=pass header.d=harborline.example; dmarc=pass action=none header.from=harborline.example\n";
    if (exchange) {
      out += fmt::format(
          "ARC-Seal: i=1; a=rsa-sha256; s=arcselector10001; d=microsoft.com; cv=none;\n b={}\n {}==\n"
          "X-MS-Exchange-Organization-SCL: 1\nX-MS-Exchange-CrossTenant-Id: {}\n"
          "X-MS-Exchange-CrossTenant-OriginalArrivalTime: {} (UTC)\n"
          "X-MS-Exchange-Transport-CrossTenantHeadersStamped: AM0PR01MB{}\n"
          "X-Microsoft-Antispam: BCL:0;ARA:13230040|366016|1800799024|38070700018|{};\n"
          "X-Microsoft-Antispam-Message-Info: {}\n {}\n {}\n {}\n {}\n {}\n {}\n"
          "Thread-Topic: {}\nThread-Index: {}\nX-Originating-IP: [203.0.113.{}]\n",
          random_.hex(60), random_.hex(70), random_.hex(32), date(n), random_.below(9999),
          random_.below(99999), random_.hex(74), random_.hex(74), random_.hex(74), random_.hex(74),
          random_.hex(74), random_.hex(74), random_.hex(40), sentence(0, 4), base64(random_.bytes(22), 0),
          random_.below(250));
    }
    return out;
  }

  // A body in a charset and transfer encoding, behind its own header lines.
  std::string body(std::string_view text, std::string_view type, std::string_view charset,
                   std::string_view iconv_name, unsigned how) {
    const std::string bytes = to_charset(text, iconv_name);
    std::string out = fmt::format("Content-Type: {}; charset=\"{}\"\n", type, charset);
    if (iconv_name == "ISO-2022-JP" && how != 2) return out + "Content-Transfer-Encoding: 7bit\n\n" + bytes;
    if (how == 0) return out + "Content-Transfer-Encoding: 8bit\n\n" + bytes;
    if (how == 1) return out + "Content-Transfer-Encoding: quoted-printable\n\n" + quoted_printable(bytes);
    return out + "Content-Transfer-Encoding: base64\n\n" + base64(bytes, 76);
  }

  std::string message(MailKind kind, std::uint64_t n, bool secrets) {
    const bool heavy = kind == MailKind::attachment_heavy;
    CharsetShare set = kCharsets[0];
    std::uint64_t pick = random_.below(1000);
    for (const CharsetShare &share : kCharsets) {
      set = share;
      if (pick < share.share) break;
      pick -= share.share;
    }
    if (heavy && random_.percent(80)) set = {"en", "us-ascii", "UTF-8", 0};
    const std::size_t spoken = language(set.language);
    const Person from = person(spoken);
    const Person to = person(spoken);
    const Person copy = person(0);
    std::string text = prose(spoken, heavy ? 400 + random_.below(3000) : 150 + random_.below(1100));
    if (secrets && n % 200 == 17)
      text +=
          fmt::format("\nthe password for svc-backup is {}{}!{}\n", "Tr", random_.hex(8), random_.below(99));
    text += fmt::format("\n-- \n{}\n{}\nTel. +49 431 {}\n", from.name,
                        kLanguages[spoken].name == "en" ? "Harborline" : "Kiel", random_.below(10000000));
    if (!last_.empty() && last_language_ == spoken && random_.percent(heavy ? 40 : 60)) {
      text += fmt::format("\nOn {}, {} <{}> wrote:\n> ", date(n - 1), to.name, to.address);
      for (const char c : last_) {
        text += c;
        if (c == '\n') text += "> ";
      }
      text += '\n';
    }
    last_ = text.substr(0, text.find("\n-- \n"));
    last_language_ = spoken;
    // Nothing of mbox's quoting is to be measured.
    for (std::size_t at = 0; (at = text.find("\nFrom ", at)) != std::string::npos;) text[at + 1] = 'f';

    std::string out = trace(n, heavy);
    out += fmt::format("Message-ID: {}\n", id());
    if (random_.percent(50)) out += fmt::format("In-Reply-To: {}\nReferences: {} {}\n", id(), id(), id());
    out += fmt::format("Date: {}\nFrom: {}\nTo: {}", date(n), mailbox(from, set.charset, set.iconv),
                       mailbox(to, set.charset, set.iconv));
    for (std::uint64_t more = random_.below(3); more > 0; --more)
      out += fmt::format(",\n {}", mailbox(person(spoken), set.charset, set.iconv));
    if (random_.percent(40)) out += fmt::format("\nCc: {}", mailbox(copy, set.charset, set.iconv));
    out += fmt::format("\nSubject: {}\nMIME-Version: 1.0\n",
                       header_words(sentence(spoken, 3 + random_.below(4)), set.charset, set.iconv));

    if (!recent_.empty() && random_.percent(20)) return out + recent_[random_.below(recent_.size())];
    // 8-bit, quoted-printable or base64, as the scripts' senders choose.
    const bool latin = spoken <= language("pl") || spoken == language("tr");
    const unsigned how = static_cast<unsigned>(set.charset == "us-ascii" ? random_.below(3)
                                               : latin ? (random_.percent(60) ? 1 : random_.below(3))
                                                       : (random_.percent(55) ? 2 : random_.below(3)));
    const bool alternative = heavy ? random_.percent(70) : random_.percent(40);
    std::string content;
    if (alternative) {
      const std::string boundary = fmt::format("----=_NextPart_{}", random_.hex(24));
      content = fmt::format("Content-Type: multipart/alternative;\n\tboundary=\"{}\"\n\n--{}\n", boundary,
                            boundary);
      content += body(text, "text/plain", set.charset, set.iconv, how);
      content += fmt::format("\n--{}\n", boundary);
      content += body(html(spoken, text, set.charset), "text/html", set.charset, set.iconv, how);
      content += fmt::format("\n--{}--\n", boundary);
    } else {
      content = body(text, "text/plain", set.charset, set.iconv, how);
    }
    if (heavy && random_.percent(34)) {
      const std::string boundary = fmt::format("_004_{}_", random_.hex(28));
      std::string mixed = fmt::format(
          "Content-Type: multipart/mixed;\n boundary=\"{}\"\n\nThis is a multi-part message in MIME "
          "format.\n--{}\n{}\n",
          boundary, boundary, content);
      for (std::uint64_t i = random_.percent(25) ? 2 : 1; i > 0; --i) {
        const Attachment file = attachment();
        mixed += fmt::format(
            "--{}\nContent-Type: {};\n\tname=\"{}\"\nContent-Description: {}\nContent-Disposition: "
            "attachment;\n\t"
            "filename=\"{}\"; size={};\n\tcreation-date=\"{}\"\nContent-Transfer-Encoding: base64\n\n{}\n",
            boundary, file.type, file.name, file.name, file.name, file.bytes.size(), date(n),
            base64(file.bytes, 76));
      }
      content = mixed + fmt::format("--{}--\n", boundary);
    }
    if (recent_.size() < 40)
      recent_.push_back(content);
    else
      recent_[n % recent_.size()] = content;
    out += content;
    return out;
  }

 private:
  Random random_;
  std::array<std::vector<std::string_view>, kLanguages.size()> words_;
  std::vector<std::string> recent_;  // what stands behind the headers
  std::string last_;
  std::size_t last_language_ = 0;
};

}  // namespace

MailCorpus make_mail(MailKind kind, std::size_t bytes, bool secrets, std::uint64_t seed) {
  Writer writer(seed);
  MailCorpus corpus;
  corpus.mbox.reserve(bytes + (4u << 20));
  for (std::uint64_t n = 1; corpus.mbox.size() < bytes; ++n) {
    corpus.mbox += fmt::format("From bounce-{}@harborline.example Thu Jan {:2} {:02}:{:02}:{:02} 2025\n", n,
                               1 + n % 28, n % 24, n % 60, n % 60);
    const std::size_t begin = corpus.mbox.size();
    corpus.mbox += writer.message(kind, n, secrets);
    corpus.messages.push_back({begin, corpus.mbox.size()});
    corpus.mbox += '\n';
  }
  return corpus;
}

std::string make_docx(std::size_t bytes, std::uint64_t seed) {
  return Writer(seed).docx(bytes);
}

std::string make_html(std::size_t bytes, std::uint64_t seed) {
  Writer writer(seed);
  std::string out;
  while (out.size() < bytes) out += writer.html(0, writer.prose(0, 20'000), "utf-8");
  return out;
}

std::string make_pdf(std::size_t bytes, std::uint64_t seed) {
  return Writer(seed).pdf(bytes);
}

}  // namespace dislodge::bench

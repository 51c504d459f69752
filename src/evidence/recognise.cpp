#include "evidence/recognise.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/bulk.hpp"
#include "evidence/charset.hpp"
#include "evidence/inflate.hpp"
#include "evidence/mail_signature.hpp"
#include "evidence/tar_header.hpp"
#include "evidence/text_kind.hpp"
#include "evidence/zip_directory.hpp"

namespace dislodge::evidence {

using namespace std::string_view_literals;

namespace {

constexpr std::size_t kSample = 64 << 10;
constexpr std::size_t kLineSample = 1 << 20;  // a first line longer than this makes a file one unit
constexpr std::size_t kPdfWithin = 1024;      // what readers of PDF accept (ISO 32000-1 annex H.3.4.1)
constexpr std::size_t kZipNames = 4096;

unsigned char byte(std::string_view bytes, std::size_t at) {
  return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0;
}
std::string_view part(std::string_view bytes, std::size_t at, std::size_t size) {
  return at < bytes.size() ? bytes.substr(at, size) : std::string_view{};
}

struct Magic {
  std::size_t at;
  std::string_view bytes;
  ItemType type;
};

// Signatures of four bytes and more, which no text begins with.
constexpr Magic kMagics[] = {
    {0, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv, ItemType::ole},
    {0, "# v2 git bundle\n"sv, ItemType::git_bundle},
    {0, "# v3 git bundle\n"sv, ItemType::git_bundle},
    {0, "PACK\0\0\0\2"sv, ItemType::git_pack},
    {0, "PACK\0\0\0\3"sv, ItemType::git_pack},
    {0, "\xFFtOc\0\0\0\2"sv, ItemType::git_index},
    {0, "MIDX\1"sv, ItemType::git_index},
    {0, "CGPH\1"sv, ItemType::git_index},
    {0, "RIDX\0\0\0\1"sv, ItemType::git_index},
    {0, "BITM\0\1"sv, ItemType::git_index},
    {0, "DIRC\0\0\0"sv, ItemType::git_index},
    {0,
     "\xFD"
     "7zXZ\0"sv,
     ItemType::xz},
    {0, "\x28\xB5\x2F\xFD"sv, ItemType::zstd},
    {0, "7z\xBC\xAF\x27\x1C"sv, ItemType::seven_zip},
    {0, "Rar!\x1A\x07"sv, ItemType::rar},
    {0, "MSCF\0\0\0\0"sv, ItemType::archive},
    {0x8001, "CD001"sv, ItemType::archive},
    {0, "!<arch>\n"sv, ItemType::archive},
    {0, "xar!\0"sv, ItemType::archive},
    {0, "\xED\xAB\xEE\xDB"sv, ItemType::archive},  // rpm
    {0, "LZIP\1"sv, ItemType::archive},
    {0, "\x04\x22\x4D\x18"sv, ItemType::archive},  // lz4
    {2, "-lh5-"sv, ItemType::archive},
    {2, "-lh6-"sv, ItemType::archive},
    {2, "-lh7-"sv, ItemType::archive},
    {0, "SQLite format 3\0"sv, ItemType::sqlite},
    {0, "ElfFile\0"sv, ItemType::evtx},
    {0, "\x78\x9F\x3E\x22"sv, ItemType::tnef},
    {0, "\xFE\xED\xFE\xED\0\0\0"sv, ItemType::key_store},  // JKS
    {0, "\xCE\xCE\xCE\xCE\0\0\0"sv, ItemType::key_store},  // JCEKS
    {0, "\x03\xD9\xA2\x9A"sv, ItemType::key_store},        // KeePass 1 and 2
    {8, "KBXf"sv, ItemType::key_store},                    // GnuPG keybox
    {0, "\x89PNG\r\n\x1A\n"sv, ItemType::image},
    {0, "\xFF\xD8\xFF"sv, ItemType::image},
    {0, "GIF87a"sv, ItemType::image},
    {0, "GIF89a"sv, ItemType::image},
    {0, "II*\0"sv, ItemType::image},
    {0, "MM\0*"sv, ItemType::image},
    {0, "8BPS\0\1"sv, ItemType::image},
    {0, "\xD7\xCD\xC6\x9A"sv, ItemType::image},  // placeable WMF
    {40, " EMF"sv, ItemType::image},
    {0, "\0\0\0\x0CjP  \r\n"sv, ItemType::image},  // JPEG 2000
    {0, "OggS\0"sv, ItemType::audio_video},
    {0, "fLaC\0"sv, ItemType::audio_video},
    {0, "ID3\2"sv, ItemType::audio_video},
    {0, "ID3\3"sv, ItemType::audio_video},
    {0, "ID3\4"sv, ItemType::audio_video},
    {0, "\x1A\x45\xDF\xA3"sv, ItemType::audio_video},                  // Matroska, WebM
    {0, "\x30\x26\xB2\x75\x8E\x66\xCF\x11"sv, ItemType::audio_video},  // ASF
    {0, "FLV\1"sv, ItemType::audio_video},
    {0, "\0\0\1\xBA"sv, ItemType::audio_video},
    {0, "#!AMR"sv, ItemType::audio_video},
    {0,
     "\x7F"
     "ELF"sv,
     ItemType::executable},
    {0, "\xFE\xED\xFA\xCE"sv, ItemType::executable},
    {0, "\xFE\xED\xFA\xCF"sv, ItemType::executable},
    {0, "\xCE\xFA\xED\xFE"sv, ItemType::executable},
    {0, "\xCF\xFA\xED\xFE"sv, ItemType::executable},
    {0, "\xCA\xFE\xBA\xBE\0"sv, ItemType::executable},  // universal Mach-O, Java class
};

ItemType by_magic(std::string_view bytes) {
  for (const Magic &magic : kMagics)
    if (byte(bytes, magic.at) == static_cast<unsigned char>(magic.bytes.front()) &&
        part(bytes, magic.at, magic.bytes.size()) == magic.bytes)
      return magic.type;
  // PST, OST and address book: the client's own signature follows the checksum ([MS-PST] 2.2.2.6).
  if (const std::string_view client = part(bytes, 8, 2);
      bytes.starts_with("!BDN") && (client == "SM" || client == "SO" || client == "AB"))
    return ItemType::pst;
  if (bytes.starts_with("\x1F\x8B\x08"sv) && byte(bytes, 3) < 0x20) return ItemType::gzip;
  // cpio: a header of 110 octal or hexadecimal digits.
  if ((bytes.starts_with("070701") || bytes.starts_with("070702")) && bytes.size() > 110 &&
      bytes.substr(0, 110).find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos)
    return ItemType::archive;
  // Unix compress: 9 to 16 bits, block mode.
  if (bytes.starts_with("\x1F\x9D") && (byte(bytes, 2) & 0x60) == 0 && (byte(bytes, 2) & 0x1F) >= 9 &&
      (byte(bytes, 2) & 0x1F) <= 16)
    return ItemType::archive;
  // lzma_alone has no signature: usual properties, a dictionary of a power of two, a size known or not.
  if (bytes.starts_with("\x5D\0\0"sv) && bytes.size() > 13 && le32(bytes, 1) >= (1u << 12) &&
      (le32(bytes, 1) & (le32(bytes, 1) - 1)) == 0 &&
      (le64(bytes, 5) == UINT64_MAX || le64(bytes, 5) < (1ull << 40)))
    return ItemType::archive;
  if (bytes.starts_with("BZh") && byte(bytes, 3) >= '1' && byte(bytes, 3) <= '9' &&
      (part(bytes, 4, 6) == "1AY&SY" || part(bytes, 4, 6) == "\x17\x72\x45\x38\x50\x90"))
    return ItemType::bzip2;
  // A skippable frame of zstd, with another frame behind it.
  if ((byte(bytes, 0) & 0xF0) == 0x50 && part(bytes, 1, 3) == "\x2A\x4D\x18" && bytes.size() >= 8) {
    const std::uint64_t next = 8ull + le32(bytes, 4);
    if (next < bytes.size() && part(bytes, static_cast<std::size_t>(next), 4) == "\x28\xB5\x2F\xFD")
      return ItemType::zstd;
  }
  if (bytes.starts_with("RIFF") && bytes.size() >= 12) {
    if (part(bytes, 8, 4) == "WEBP") return ItemType::image;
    if (part(bytes, 8, 4) == "WAVE" || part(bytes, 8, 4) == "AVI ") return ItemType::audio_video;
  }
  if (part(bytes, 4, 4) == "ftyp" && byte(bytes, 0) == 0) {
    const std::string_view brand = part(bytes, 8, 4);
    const bool still = brand == "heic" || brand == "heix" || brand == "mif1" || brand == "avif";
    return still ? ItemType::image : ItemType::audio_video;
  }
  if (bytes.starts_with("BM") && bytes.size() >= 26 && le32(bytes, 6) == 0 && le32(bytes, 10) < 4096)
    return ItemType::image;
  if (bytes.starts_with("\0\0\1\0"sv) && byte(bytes, 4) > 0 && byte(bytes, 5) == 0 && bytes.size() > 22 &&
      byte(bytes, 9) == 0)
    return ItemType::image;  // icon
  if (bytes.starts_with("MZ") && bytes.size() >= 64) {
    const std::uint32_t header = le32(bytes, 60);
    if (part(bytes, header, 4) == "PE\0\0"sv || part(bytes, header, 2) == "NE" || header == 0)
      return ItemType::executable;
  }
  return ItemType::unknown;
}

// OpenPGP in binary that begins with a secret key (RFC 9580): the packet's head, a version, a time since
// 1995, an algorithm.
bool is_openpgp_secret_key(std::string_view bytes) {
  std::size_t at = 0;
  switch (byte(bytes, 0)) {
    case 0x94:
      at = 2;
      break;
    case 0x95:
      at = 3;
      break;
    case 0x96:
      at = 5;
      break;
    case 0xC5:
      at = byte(bytes, 1) < 192 ? 2 : byte(bytes, 1) < 224 ? 3 : byte(bytes, 1) == 255 ? 6 : 0;
      break;
    default:
      break;
  }
  constexpr unsigned k1995 = 0x2F;  // the first byte of a time in seconds
  const unsigned version = byte(bytes, at);
  const unsigned algorithm = byte(bytes, at + (version == 3 ? 7 : 5));
  return at > 0 && bytes.size() > at + 40 && (version == 3 || version == 4 || version == 6) &&
         byte(bytes, at + 1) >= k1995 && algorithm > 0 &&
         (algorithm <= 3 || (algorithm >= 16 && algorithm <= 28));
}

// DER (X.690) as certificates and key stores have it: a sequence whose length fits the bytes.
ItemType by_der(std::string_view bytes) {
  if (byte(bytes, 0) != 0x30 || bytes.size() < 16) return ItemType::unknown;
  // Enters a sequence, or passes a value, and gives the offset of what follows its header.
  const auto header = [&](std::size_t at, std::uint64_t &length) -> std::size_t {
    const unsigned first = byte(bytes, at + 1);
    length = first;
    if (first < 0x80) return at + 2;
    const unsigned count = first & 0x7F;
    length = 0;
    if (count == 0 || count > 4) return count == 0 ? at + 2 : bytes.size();
    for (unsigned i = 0; i < count; ++i) length = length << 8 | byte(bytes, at + 2 + i);
    return at + 2 + count;
  };
  std::uint64_t length = 0;
  const std::size_t inner = header(0, length);
  const bool indefinite = byte(bytes, 1) == 0x80;  // BER, as some PKCS#12 writers use it
  if (!indefinite && inner + length != bytes.size()) return ItemType::unknown;
  constexpr auto kPkcs7 = "\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07"sv;
  if (part(bytes, inner, kPkcs7.size()) == kPkcs7) return ItemType::certificate;
  if (part(bytes, inner, 3) == "\x02\x01\x03"sv && byte(bytes, inner + 3) == 0x30) {
    std::uint64_t safe = 0;
    if (part(bytes, header(inner + 3, safe), kPkcs7.size()) == kPkcs7) return ItemType::key_store;  // PKCS#12
  }
  // Private keys: PKCS#1, SEC 1 and PKCS#8 begin with a version; encrypted PKCS#8 with an algorithm of
  // PKCS#5.
  const std::string_view version = part(bytes, inner, 3);
  if ((version == "\x02\x01\x00"sv && (byte(bytes, inner + 3) == 0x30 || byte(bytes, inner + 3) == 0x02)) ||
      (version == "\x02\x01\x01"sv && byte(bytes, inner + 3) == 0x04))
    return ItemType::key_store;
  if (byte(bytes, inner) == 0x30) {
    std::uint64_t body = 0;
    const std::size_t within = header(inner, body);
    if (part(bytes, within, 9) == "\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01"sv && byte(bytes, within + 9) == 5)
      return ItemType::key_store;
    // tbsCertificate: [0] version, or straight the serial number in a version 1 certificate.
    if (part(bytes, within, 2) == "\xA0\x03"sv) return ItemType::certificate;
    std::uint64_t serial = 0;
    if (byte(bytes, within) == 0x02) {
      const std::size_t after = header(within, serial);
      if (serial <= 20 && byte(bytes, after + static_cast<std::size_t>(serial)) == 0x30)
        return ItemType::certificate;
    }
  }
  return ItemType::unknown;
}

// A loose object is a zlib stream that begins "blob 12\0" (gitformat-loose).
bool is_loose_object(std::string_view bytes) {
  if (byte(bytes, 0) != 0x78 || (byte(bytes, 0) * 256 + byte(bytes, 1)) % 31 != 0) return false;
  Inflater inflater;
  const Inflated out = inflater.zlib(bytes.substr(0, 4096), 0, 32);
  const std::size_t zero = out.bytes.find('\0');
  if (zero == std::string_view::npos) return false;
  const std::string_view head = out.bytes.substr(0, zero);
  const std::size_t space = head.find(' ');
  if (space == std::string_view::npos) return false;
  const std::string_view type = head.substr(0, space);
  const std::string_view size = head.substr(space + 1);
  return (type == "blob" || type == "tree" || type == "commit" || type == "tag") && !size.empty() &&
         size.find_first_not_of("0123456789") == std::string_view::npos;
}

ItemType zip_kind(std::string_view bytes) {
  bool types = false;
  bool office = false;
  bool mimetype = false;
  bool manifest = false;
  bool content = false;
  bool described = false;
  bool relations = false;
  bool main_part = false;
  const auto look = [&](std::string_view name) {
    mimetype = mimetype || name == "mimetype";
    described = described || name == "styles.xml" || name == "meta.xml";
    relations = relations || name == "_rels/.rels";
    const std::string_view last = name.substr(name.rfind('/') + 1);
    for (const std::string_view part : {"workbook.xml", "workbook.bin", "document.xml", "presentation.xml"})
      main_part = main_part || last == part;
    manifest = manifest || name == "META-INF/manifest.xml";
    content = content || name == "content.xml";
    types = types || name == "[Content_Types].xml";
    for (const std::string_view folder : {"word/", "xl/", "ppt/", "visio/"})
      office = office || name.starts_with(folder);
  };
  if (const auto first = read_local_header(bytes, bytes.starts_with("PK00") ? 4 : 0)) {
    constexpr std::string_view kOdf = "application/vnd.oasis.opendocument";
    if (first->entry.name == "mimetype" && first->entry.method == 0 &&
        part(bytes, static_cast<std::size_t>(first->data), kOdf.size()) == kOdf)
      return ItemType::odf;
  }
  const auto directory = read_zip_directory(bytes, kZipNames);
  if (directory) {
    for (const ZipEntry &entry : directory->entries) look(entry.name);
  } else {
    // Cut short: the local headers in the sample must do.
    const std::string_view sample = bytes.substr(0, kSample);
    for (std::size_t at = 0; (at = sample.find("PK\x03\x04", at)) != std::string_view::npos; at += 4)
      if (const auto local = read_local_header(sample, at)) look(local->entry.name);
  }
  // Some writers of ODF do not put the type first, where it belongs, or leave it out; the manifest tells it
  // from any other archive. Parts of Office are where the relations say, which need not be the usual folder.
  if (manifest && content && (mimetype || described)) return ItemType::odf;
  return types && (office || (relations && main_part)) ? ItemType::ooxml : ItemType::zip;
}

// UTF-16 as 8-bit text: what is not Latin-1 becomes a letter, which is all that recognition needs.
std::string narrowed(std::string_view bytes, bool big_endian) {
  std::string out;
  out.reserve(bytes.size() / 2);
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    const unsigned char low = byte(bytes, big_endian ? i + 1 : i);
    const unsigned char high = byte(bytes, big_endian ? i : i + 1);
    if (i == 0 && ((high == 0xFE && low == 0xFF))) continue;  // byte order mark
    out += high != 0 || low >= 0x80 ? 'x' : static_cast<char>(low);
  }
  return out;
}

// UTF-32 and EBCDIC: their lines can be read by whoever reads text, and no reader of a format knows them.
ItemType as_plain_text(std::string_view sample, std::string_view name) {
  constexpr std::size_t kSeen = 16 << 10;
  const auto utf8 = to_utf8(sample.substr(0, kSeen));
  return kind_of_text(utf8.view(), false, name) == ItemType::html ? ItemType::html : ItemType::text;
}

}  // namespace

TextEncoding text_encoding(std::string_view bytes) {
  const std::string_view sample = bytes.substr(0, kSample);
  switch (wide_of(sample)) {
    case Wide::utf16_little:
      return TextEncoding::utf16le;
    case Wide::utf16_big:
      return TextEncoding::utf16be;
    case Wide::utf32_little:
    case Wide::utf32_big:
      return TextEncoding::utf32;
    case Wide::none:
      break;
  }
  const std::size_t controls = base::count_controls(sample);
  const std::size_t valid = valid_utf8_prefix(sample);
  // The sample may end within a character of up to four bytes.
  const bool utf8 = valid == sample.size() || (sample.size() < bytes.size() && valid + 3 >= sample.size());
  if (!utf8 && looks_like_ebcdic(sample)) return TextEncoding::ebcdic;
  // A few controls are found in real text (form feeds, a hole in a log); in binary every tenth byte is one.
  if (controls * (utf8 ? 100 : 500) > sample.size()) return TextEncoding::binary;
  return utf8 ? TextEncoding::utf8 : TextEncoding::eight_bit;
}

ItemType recognise(std::string_view bytes, std::string_view name) {
  if (bytes.empty()) return ItemType::empty;
  if (const ItemType type = by_magic(bytes); type != ItemType::unknown && type != ItemType::executable)
    return type;
  if (bytes.starts_with("PK\x03\x04") || bytes.starts_with("PK\x05\x06") ||
      bytes.starts_with("PK00PK\x03\x04") || bytes.starts_with("PK\x07\x08PK\x03\x04"))
    return zip_kind(bytes);
  if (is_tar_header(bytes)) return ItemType::tar;
  if (const ItemType type = by_der(bytes); type != ItemType::unknown) return type;
  if (is_openpgp_secret_key(bytes)) return ItemType::key_store;
  if (is_loose_object(bytes)) return ItemType::git_loose;
  if (bytes.starts_with("%PDF-")) return ItemType::pdf;

  const std::string_view sample = bytes.substr(0, kSample);
  const TextEncoding encoding = text_encoding(bytes);
  ItemType type = ItemType::unknown;
  if (encoding == TextEncoding::utf16le || encoding == TextEncoding::utf16be)
    type = kind_of_text(narrowed(sample, encoding == TextEncoding::utf16be), sample.size() == bytes.size(),
                        name);
  else if (encoding == TextEncoding::utf32 || encoding == TextEncoding::ebcdic)
    type = as_plain_text(sample, name);
  else if (encoding != TextEncoding::binary)
    type = kind_of_text(sample, sample.size() == bytes.size(), name);
  else if (const ItemType mail = kind_of_text(sample, false, {});
           mail == ItemType::mbox || mail == ItemType::message)
    type = mail;  // a header in front of raw binary parts

  // A PDF may have bytes before it, but a mail that quotes one has not.
  if ((type == ItemType::unknown || type == ItemType::text) &&
      sample.substr(0, kPdfWithin).find("%PDF-") != std::string_view::npos)
    return ItemType::pdf;
  if (type != ItemType::unknown) return type;
  // Self-extracting and otherwise prefixed archives end as every zip does.
  if (const auto directory = read_zip_directory(bytes, 1); directory && !directory->entries.empty())
    return ItemType::zip;
  return by_magic(bytes);
}

std::optional<ItemType> type_named(std::string_view name) {
  for (int number = 0; number <= static_cast<int>(ItemType::evtx); ++number)
    if (name_of(static_cast<ItemType>(number)) == name) return static_cast<ItemType>(number);
  return std::nullopt;
}

bool divisible(ItemType type, std::string_view bytes) {
  if (wide_of(bytes.substr(0, kSample)) != Wide::none) return false;
  // Where lengths count, a separator is one by what stands before it.
  if (type == ItemType::mbox) return !mbox_counts_lengths(bytes);
  return type == ItemType::csv || (type == ItemType::json && looks_like_json_lines(bytes));
}

bool looks_like_json_lines(std::string_view bytes) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  return json_shape(bytes.substr(0, kLineSample)) == JsonShape::lines;
}

}  // namespace dislodge::evidence

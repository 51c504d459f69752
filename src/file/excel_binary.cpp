// Excel 95 to 2003: BIFF 5 and 8 ([MS-XLS]), a stream of records.

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/encode.hpp"
#include "evidence/charset.hpp"
#include "evidence/code_pages.hpp"
#include "evidence/zip_directory.hpp"
#include "file/office_binary.hpp"
#include "file/sheet_header.hpp"

namespace dislodge::file {
namespace {

using evidence::le16;
using evidence::le32;
using evidence::le64;

enum : std::uint16_t {
  kFormula = 0x0006,
  kHeader = 0x0014,
  kFooter = 0x0015,
  kNote = 0x001C,
  kFilePass = 0x002F,
  kContinue = 0x003C,
  kCodePage = 0x0042,
  kBoundSheet = 0x0085,
  kMulRk = 0x00BD,
  kConnection = 0x00CD,  // SXString: pieces of connections and queries
  kRString = 0x00D6,
  kSst = 0x00FC,
  kLabelSst = 0x00FD,
  kTextObject = 0x01B6,
  kHyperlink = 0x01B8,
  kNumber = 0x0203,
  kLabel = 0x0204,
  kString = 0x0207,
  kRk = 0x027E,
  kBof = 0x0809,
};

constexpr std::size_t kStringsMax = 10'000'000;
constexpr std::uint64_t kStringBytesMax = 256u << 20;
constexpr std::size_t kRestMax = 64u << 20;

struct Record {
  std::uint16_t type = 0;
  std::vector<std::string_view> parts;  // its body and those of the CONTINUE records behind it
};

// Characters that may go on in a CONTINUE record, where a new flag byte says how wide they are.
class Characters {
 public:
  explicit Characters(const std::vector<std::string_view> &parts) : parts_(parts) {}
  bool at_end() {
    while (part_ < parts_.size() && at_ >= parts_[part_].size()) next();
    return part_ >= parts_.size();
  }
  bool number(int bytes, std::uint32_t &value) {
    value = 0;
    for (int i = 0; i < bytes; ++i) {
      if (at_end()) return false;
      value |= static_cast<std::uint32_t>(static_cast<unsigned char>(parts_[part_][at_++])) << (8 * i);
    }
    return true;
  }
  void skip(std::uint64_t bytes) {
    while (bytes > 0 && !at_end()) {
      const std::uint64_t step = std::min<std::uint64_t>(bytes, parts_[part_].size() - at_);
      at_ += static_cast<std::size_t>(step);
      bytes -= step;
    }
  }
  // `count` characters as UTF-8; fewer where the record ends.
  std::string text(std::uint32_t count, bool wide) {
    std::string units;  // UTF-16LE
    while (count > 0 && part_ < parts_.size()) {
      if (at_ >= parts_[part_].size()) {
        next();
        if (part_ >= parts_.size()) break;
        if (parts_[part_].empty()) continue;
        wide = (parts_[part_][at_++] & 1) != 0;
        continue;
      }
      if (!wide) {
        units += parts_[part_][at_++];
        units += '\0';
      } else {
        if (parts_[part_].size() - at_ < 2) {
          at_ = parts_[part_].size();
          continue;
        }
        units += parts_[part_].substr(at_, 2);
        at_ += 2;
      }
      --count;
    }
    return std::string(evidence::to_utf8(units, "utf-16le").view());
  }

 private:
  void next() {
    ++part_;
    at_ = 0;
  }
  const std::vector<std::string_view> &parts_;
  std::size_t part_ = 0;
  std::size_t at_ = 0;
};

class ExcelReader {
 public:
  ExcelReader(std::string_view stream, ExtractedText &out, std::string &rest)
      : stream_(stream), out_(out), rest_(rest) {}

  OfficeText run() {
    if (stream_.size() < 8 || (le16(stream_, 0) & 0x00FF) != (kBof & 0x00FF)) return OfficeText::damaged;
    std::size_t at = 0;
    while (at + 4 <= stream_.size()) {
      Record record;
      record.type = le16(stream_, at);
      bool cut = take(at, record);
      while (!cut && at + 4 <= stream_.size() && le16(stream_, at) == kContinue) cut = take(at, record);
      if (record.type == kFilePass) return OfficeText::encrypted;
      read(record);
      if (cut) {
        end_row();
        return OfficeText::cut;
      }
    }
    end_row();
    // Strings that no cell shows: left from deleted ones.
    for (std::size_t i = 0; i < strings_.size(); ++i)
      if (!used_[i]) line(strings_[i]);
    return OfficeText::read;
  }

 private:
  bool take(std::size_t &at, Record &record) {
    const std::size_t size = le16(stream_, at + 2);
    at += 4;
    record.parts.push_back(stream_.substr(at, size));
    const bool cut = size > stream_.size() - at;
    at = std::min(stream_.size(), at + size);
    return cut;
  }

  void read(const Record &record) {
    const std::string_view body = record.parts.front();
    switch (record.type) {
      case kBof:
        // That of the workbook counts: some writers of Excel 5 files call their sheets' streams version 6.
        if (body.size() >= 2 && !versioned_) biff8_ = le16(body, 0) >= 0x0600;
        versioned_ = true;
        end_row();
        return;
      case kCodePage:
        if (body.size() >= 2) code_page_ = le16(body, 0);
        return;
      case kSst:
        shared_strings(record);
        return;
      case kLabelSst:
        if (body.size() >= 10 && le32(body, 6) < strings_.size()) {
          used_[le32(body, 6)] = true;
          cell(body, strings_[le32(body, 6)]);
        }
        return;
      case kLabel:
      case kRString:
        if (body.size() >= 8) cell(body, string_at(record, 6));
        return;
      case kString:  // what the formula before it gives
        put(string_at(record, 0));
        return;
      case kNumber:
        if (body.size() >= 14) cell(body, value_text(std::bit_cast<double>(le64(body, 6))));
        return;
      case kRk:
        if (body.size() >= 10) cell(body, rk_text(le32(body, 6)));
        return;
      case kMulRk:
        for (std::size_t at = 4; at + 6 <= body.size() - (body.size() >= 2 ? 2 : 0); at += 6)
          cell(body, rk_text(le32(body, at + 2)));
        return;
      case kFormula:
        // A string result follows in a record of its own; strings within the formula are found below.
        if (body.size() >= 14) {
          if (le16(body, 12) != 0xFFFF)
            cell(body, value_text(std::bit_cast<double>(le64(body, 6))));
          else
            row(body);
        }
        keep(record);
        return;
      case kBoundSheet:
        if (body.size() >= 8) {
          end_row();
          line(short_string(body.substr(6)));
        }
        return;
      case kHeader:
      case kFooter:
        end_row();
        line(without_header_codes(string_at(record, 0)));
        return;
      case kConnection:
        end_row();
        line(string_at(record, 0));
        return;
      case kTextObject:
        text_object(record);
        return;
      case kHyperlink:
        end_row();
        keep(record);
        return;
      default:
        keep(record);
    }
  }

  void shared_strings(const Record &record) {
    Characters in(record.parts);
    std::uint32_t total = 0;
    std::uint32_t unique = 0;
    if (!in.number(4, total) || !in.number(4, unique)) return;
    std::uint64_t bytes = 0;
    while (!in.at_end() && strings_.size() < std::min<std::size_t>(unique, kStringsMax) &&
           bytes < kStringBytesMax) {
      strings_.push_back(rich_string(in));
      bytes += strings_.back().size() + sizeof(std::string);
    }
    used_.resize(strings_.size());
  }

  // XLUnicodeRichExtendedString.
  std::string rich_string(Characters &in) const {
    std::uint32_t count = 0;
    std::uint32_t flags = 0;
    std::uint32_t runs = 0;
    std::uint32_t extra = 0;
    if (!in.number(2, count) || !in.number(1, flags)) return {};
    if ((flags & 8) != 0) in.number(2, runs);
    if ((flags & 4) != 0) in.number(4, extra);
    std::string text = in.text(count, (flags & 1) != 0);
    in.skip(4ull * runs + extra);
    return text;
  }

  // A string with a length of two bytes, at an offset of the record.
  std::string string_at(const Record &record, std::size_t at) const {
    if (record.parts.front().size() < at + 2) return {};
    std::vector<std::string_view> parts = record.parts;
    parts.front().remove_prefix(at);
    if (biff8_) {
      Characters in(parts);
      return rich_string(in);
    }
    const std::size_t size = le16(parts.front(), 0);
    return narrow(parts.front().substr(2, size));
  }
  // A string with a length of one byte.
  std::string short_string(std::string_view body) const {
    if (body.size() < 2) return {};
    const std::size_t count = static_cast<unsigned char>(body[0]);
    if (!biff8_) return narrow(body.substr(1, count));
    const bool wide = (body[1] & 1) != 0;
    const std::string_view text = body.substr(2, wide ? 2 * count : count);
    if (wide) return std::string(evidence::to_utf8(text.substr(0, text.size() / 2 * 2), "utf-16le").view());
    return std::string(evidence::to_utf8(text, "iso-8859-1").view());
  }
  std::string narrow(std::string_view bytes) const {
    const std::string charset =
        code_page_ == 0 || code_page_ == 1200 || code_page_ == 0x8001
            ? "windows-1252"
            : evidence::charset_of_codepage(code_page_ == 0x8000 ? 10000 : code_page_);
    return std::string(evidence::to_utf8(bytes, charset).view());
  }

  // The characters of a text box or comment are in the CONTINUE behind it: flag byte, then text.
  void text_object(const Record &record) {
    if (record.parts.size() < 2 || record.parts[0].size() < 12) return;
    const std::uint32_t count = le16(record.parts[0], 10);
    std::vector<std::string_view> parts(record.parts.begin() + 1, record.parts.end());
    if (parts[0].empty()) return;
    end_row();
    if (!biff8_) {
      line(narrow(parts[0].substr(0, count)));
      return;
    }
    const bool wide = (parts[0][0] & 1) != 0;
    parts[0].remove_prefix(1);
    Characters in(parts);
    line(in.text(count, wide));
  }

  static std::string value_text(double value) {
    if (!std::isfinite(value)) return {};
    if (std::floor(value) == value && std::fabs(value) < 1e15)
      return fmt::format("{}", static_cast<std::int64_t>(value));
    return fmt::format("{:.12g}", value);
  }
  static std::string rk_text(std::uint32_t rk) {
    double value = (rk & 2) != 0 ? static_cast<double>(static_cast<std::int32_t>(rk) >> 2)
                                 : std::bit_cast<double>(std::uint64_t{rk & 0xFFFFFFFC} << 32);
    if ((rk & 1) != 0) value /= 100;
    return value_text(value);
  }

  void row(std::string_view body) {
    const int now = le16(body, 0);
    if (now != row_) end_row();
    row_ = now;
  }
  void cell(std::string_view body, std::string_view text) {
    row(body);
    put(text);
  }
  void put(std::string_view text) {
    if (!out_.at_line_start()) out_.add('\t');
    plain(text);
  }
  void end_row() {
    out_.line();
    row_ = -1;
  }
  void line(std::string_view text) {
    if (base::trim(text).empty()) return;
    out_.line();
    for (const char c : text) {
      if (c == '\n' || c == '\r')
        out_.line();
      else
        plain({&c, 1});
    }
    out_.line();
  }
  // A cell of several lines stays in its row.
  void plain(std::string_view text) {
    for (const char c : text) out_.add(static_cast<unsigned char>(c) < 0x20 ? ' ' : c);
  }
  void keep(const Record &record) {
    for (const std::string_view part : record.parts)
      if (part.size() >= 6 && rest_.size() < kRestMax) {
        rest_ += part;
        rest_ += std::string_view("\0\0", 2);
      }
  }

  std::string_view stream_;
  ExtractedText &out_;
  std::string &rest_;
  bool biff8_ = true;
  bool versioned_ = false;
  std::uint32_t code_page_ = 0;
  int row_ = -1;
  std::vector<std::string> strings_;
  std::vector<bool> used_;
};

}  // namespace

OfficeText append_excel(std::string_view workbook, ExtractedText &out, std::string &rest) {
  return ExcelReader(workbook, out, rest).run();
}

}  // namespace dislodge::file

#include "detect/sigma_pattern.hpp"

#include <arpa/inet.h>
#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>

#include "base/encode.hpp"
#include "base/time.hpp"

namespace dislodge::detect {

namespace {

using base::ErrorKind;
using base::fail;
using base::Result;

char folded(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

std::optional<double> number_in(std::string_view text) {
  text = base::trim(text);
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// 16 bytes; IPv4 as ::ffff:a.b.c.d.
std::optional<std::string> address_bytes(std::string_view text) {
  if (text.size() >= INET6_ADDRSTRLEN) return std::nullopt;
  const std::string copy(text);
  std::string out(16, '\0');
  if (inet_pton(AF_INET6, copy.c_str(), out.data()) == 1) return out;
  out.replace(10, 2, "\xff\xff");
  if (inet_pton(AF_INET, copy.c_str(), out.data() + 12) == 1) return out;
  return std::nullopt;
}

std::string utf16(std::string_view text, bool big_endian) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    std::uint32_t point = static_cast<unsigned char>(text[i]);
    std::size_t length = point < 0x80 ? 1 : point < 0xE0 ? 2 : point < 0xF0 ? 3 : 4;
    if (i + length > text.size()) length = 1;
    if (length > 1) point &= 0xFFu >> (length + 1);
    for (std::size_t k = 1; k < length; ++k)
      point = point << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3Fu);
    i += length;
    const auto put = [&](std::uint32_t unit) {
      const char low = static_cast<char>(unit & 0xFF), high = static_cast<char>(unit >> 8 & 0xFF);
      out += big_endian ? high : low;
      out += big_endian ? low : high;
    };
    if (point >= 0x10000) {
      put(0xD800 + (point - 0x10000) / 0x400);
      put(0xDC00 + (point - 0x10000) % 0x400);
    } else {
      put(point);
    }
  }
  return out;
}

// The text as it stands in base64 whatever precedes it: at each of three offsets, without the characters that
// its neighbours share.
std::vector<std::string> base64_offsets(const std::string &text) {
  std::vector<std::string> out;
  for (std::size_t offset = 0; offset < 3; ++offset) {
    const std::string coded = base::to_base64(std::string(offset, ' ') + text);
    constexpr std::size_t kStart[] = {0, 2, 3};
    constexpr std::size_t kCut[] = {0, 3, 2};
    const std::size_t cut = kCut[(text.size() + offset) % 3];
    if (coded.size() > kStart[offset] + cut)
      out.push_back(coded.substr(kStart[offset], coded.size() - kStart[offset] - cut));
  }
  return out;
}

// A dash that begins an option may be any of Windows' dashes or a slash.
std::vector<std::string> dashes(const std::string &text) {
  constexpr std::string_view kDashes[] = {"-", "/", "\xE2\x80\x93", "\xE2\x80\x94", "\xE2\x80\x95"};
  const auto is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  std::vector<std::string> out = {text};
  for (const std::string_view dash : kDashes) {
    std::string one;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const bool option = (text[i] == '-' || text[i] == '/') && (i == 0 || !is_word(text[i - 1])) &&
                          i + 1 < text.size() && is_word(text[i + 1]);
      if (option)
        one += dash;
      else
        one += text[i];
    }
    if (std::find(out.begin(), out.end(), one) == out.end()) out.push_back(std::move(one));
  }
  return out;
}

}  // namespace

bool equal_folded(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (folded(text[i]) != lower[i]) return false;
  return true;
}

// A backslash escapes *, ? and itself; before anything else it is a backslash.
SigmaPattern SigmaPattern::glob(const SigmaItem &item, std::string_view text, bool wild) {
  SigmaPattern out;
  out.cased_ = item.has(Modifier::cased);
  out.open_begin_ = item.field.empty() || item.has(Modifier::contains) || item.has(Modifier::endswith);
  out.open_end_ = item.field.empty() || item.has(Modifier::contains) || item.has(Modifier::startswith);
  if (text.empty() && !out.open_begin_ && !out.open_end_) {
    out.kind_ = Kind::empty;
    return out;
  }
  out.parts_.emplace_back();
  bool any = false;
  const auto put = [&](char c, bool is_wild) {
    out.parts_.back().bytes += out.cased_ ? c : folded(c);
    out.parts_.back().wild += static_cast<char>(is_wild);
    any = any || is_wild;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && wild && i + 1 < text.size() &&
        (text[i + 1] == '*' || text[i + 1] == '?' || text[i + 1] == '\\')) {
      put(text[++i], false);
    } else if (wild && text[i] == '*') {
      if (i == 0)
        out.open_begin_ = true;
      else if (i + 1 == text.size())
        out.open_end_ = true;
      else if (!out.parts_.back().bytes.empty())
        out.parts_.emplace_back();
    } else {
      put(text[i], wild && text[i] == '?');
    }
  }
  if (!any)
    for (Part &part : out.parts_) part.wild.clear();
  if (out.parts_.size() > 1 && out.parts_.back().bytes.empty()) out.parts_.pop_back();
  return out;
}

Result<SigmaPattern> SigmaPattern::special(const SigmaItem &item, const std::string &text) {
  SigmaPattern out;
  if (item.has(Modifier::re)) {
    out.kind_ = Kind::regex;
    RE2::Options options;
    options.set_log_errors(false);
    options.set_case_sensitive(!item.has(Modifier::re_i));
    options.set_dot_nl(item.has(Modifier::re_s));
    options.set_one_line(false);
    options.set_max_mem(8 << 20);
    out.regex_ = std::make_shared<re2::RE2>(item.has(Modifier::re_m) ? "(?m)" + text : text, options);
    if (!out.regex_->ok())
      return fail(ErrorKind::usage,
                  "the regular expression of " + item.field + " is not supported: " + out.regex_->error());
    return out;
  }
  if (item.has(Modifier::cidr)) {
    out.kind_ = Kind::network;
    const std::size_t slash = text.find('/');
    const auto bytes = address_bytes(std::string_view(text).substr(0, slash));
    const bool v4 = text.find(':') == std::string::npos;
    int prefix = v4 ? 32 : 128;
    bool ok = bytes.has_value();
    if (slash != std::string::npos) {
      const char *begin = text.data() + slash + 1, *end = text.data() + text.size();
      const auto read = std::from_chars(begin, end, prefix);
      ok = ok && read.ec == std::errc() && read.ptr == end && prefix >= 0 && prefix <= (v4 ? 32 : 128);
    }
    if (!ok) return fail(ErrorKind::usage, "\"" + text + "\" is no network");
    out.network_ = *bytes;
    out.prefix_ = v4 ? prefix + 96 : prefix;
    return out;
  }
  const bool part_of_date = item.has(Modifier::minute) || item.has(Modifier::hour) ||
                            item.has(Modifier::day) || item.has(Modifier::week) ||
                            item.has(Modifier::month) || item.has(Modifier::year);
  out.kind_ = part_of_date ? Kind::date : Kind::number;
  for (const Modifier modifier : item.modifiers)
    if ((modifier >= Modifier::lt && modifier <= Modifier::gte && !part_of_date) ||
        (modifier >= Modifier::minute && modifier <= Modifier::year))
      out.modifier_ = modifier;
  const auto number = number_in(text);
  if (!number) return fail(ErrorKind::usage, "\"" + text + "\" of " + item.field + " is no number");
  out.number_ = *number;
  return out;
}

std::size_t SigmaPattern::bytes() const {
  std::size_t sum = sizeof *this + network_.size();
  for (const Part &part : parts_) sum += sizeof part + part.bytes.size() + part.wild.size();
  // RE2 compiles forwards at once and backwards at need, sixteen bytes an instruction and what finds them.
  if (regex_) sum += 4096 + 40 * static_cast<std::size_t>(regex_->ProgramSize());
  return sum;
}

Result<std::vector<std::vector<SigmaPattern>>> SigmaPattern::of(const SigmaItem &item, std::size_t &room) {
  std::vector<std::vector<SigmaPattern>> out;
  std::size_t taken = 0;
  const auto too_much = [&item] {
    return fail(ErrorKind::limit, "the values of " + (item.field.empty() ? "the keywords" : item.field) +
                                      " come to too much under its modifiers");
  };
  const auto is_special = [&](Modifier modifier) {
    return modifier == Modifier::re || modifier == Modifier::cidr ||
           (modifier >= Modifier::lt && modifier <= Modifier::year);
  };
  const bool special_kind = std::any_of(item.modifiers.begin(), item.modifiers.end(), is_special);
  for (const SigmaValue &value : item.values) {
    std::vector<SigmaPattern> alternatives;
    if (value.kind == SigmaValue::Kind::null) {
      SigmaPattern null;
      null.kind_ = Kind::null;
      alternatives.push_back(std::move(null));
    } else if (special_kind) {
      DISLODGE_TRY_ASSIGN(SigmaPattern one, special(item, value.text));
      alternatives.push_back(std::move(one));
    } else {
      // Transformations apply in the order in which they are written.
      std::vector<std::string> texts = {value.text};
      bool wild = true;
      for (const Modifier modifier : item.modifiers) {
        std::vector<std::string> next;
        std::size_t size = 0;
        for (const std::string &text : texts) {
          size += 3 * text.size() + 3 * sizeof text;  // a step makes at most six of one, of twice its length
          if (taken + size > kSigmaItemBytesMax) return too_much();
          switch (modifier) {
            case Modifier::utf16le:
              next.push_back(utf16(text, false));
              break;
            case Modifier::utf16be:
              next.push_back(utf16(text, true));
              break;
            case Modifier::utf16:
              next.push_back("\xFF\xFE" + utf16(text, false));
              break;
            case Modifier::base64:
              next.push_back(base::to_base64(text));
              wild = false;
              break;
            case Modifier::base64offset:
              for (std::string &one : base64_offsets(text)) next.push_back(std::move(one));
              wild = false;
              break;
            case Modifier::windash:
              for (std::string &one : dashes(text)) next.push_back(std::move(one));
              break;
            default:
              next.push_back(text);
          }
        }
        texts = std::move(next);
      }
      for (const std::string &text : texts) alternatives.push_back(glob(item, text, wild));
    }
    for (const SigmaPattern &one : alternatives) taken += one.bytes();
    if (taken > kSigmaItemBytesMax || taken > room) return too_much();
    out.push_back(std::move(alternatives));
  }
  room -= taken;
  return out;
}

bool SigmaPattern::part_at(const Part &part, std::string_view text, std::size_t at) const {
  for (std::size_t i = 0; i < part.bytes.size(); ++i) {
    if (!part.wild.empty() && part.wild[i] != 0) continue;
    const char c = cased_ ? text[at + i] : folded(text[at + i]);
    if (c != part.bytes[i]) return false;
  }
  return true;
}

// The first place in [from, last] where the part stands; npos where it does not.
std::size_t SigmaPattern::find_part(const Part &part, std::string_view text, std::size_t from,
                                    std::size_t last) const {
  if (part.bytes.empty()) return from;
  const bool wild_first = !part.wild.empty() && part.wild[0] != 0;
  const char first = part.bytes[0];
  for (std::size_t at = from; at <= last; ++at) {
    if (!wild_first && (cased_ ? text[at] : folded(text[at])) != first) continue;
    if (part_at(part, text, at)) return at;
  }
  return std::string_view::npos;
}

bool SigmaPattern::matches_text(std::string_view text) const {
  std::size_t least = 0;
  for (const Part &part : parts_) least += part.bytes.size();
  if (text.size() < least) return false;
  std::size_t at = 0, end = text.size();
  std::size_t first = 0, count = parts_.size();
  if (count == 1 && !open_begin_ && !open_end_)
    return text.size() == parts_[0].bytes.size() && part_at(parts_[0], text, 0);
  if (!open_begin_) {
    if (!part_at(parts_[0], text, 0)) return false;
    at = parts_[0].bytes.size();
    first = 1;
  }
  if (!open_end_ && first < count) {
    const Part &last = parts_[count - 1];
    if (last.bytes.size() > end - at || !part_at(last, text, end - last.bytes.size())) return false;
    end -= last.bytes.size();
    --count;
  }
  // What lies between two stars may stand anywhere: the leftmost place leaves the most room.
  for (std::size_t i = first; i < count; ++i) {
    const Part &part = parts_[i];
    if (part.bytes.size() > end - at) return false;
    const std::size_t found = find_part(part, text, at, end - part.bytes.size());
    if (found == std::string_view::npos) return false;
    at = found + part.bytes.size();
  }
  return true;
}

bool SigmaPattern::matches_number(std::string_view text) const {
  const auto value = number_in(text);
  if (!value) return false;
  switch (modifier_) {
    case Modifier::lt:
      return *value < number_;
    case Modifier::lte:
      return *value <= number_;
    case Modifier::gt:
      return *value > number_;
    default:
      return *value >= number_;
  }
}

bool SigmaPattern::matches_network(std::string_view text) const {
  text = base::trim(text);
  const auto bytes = address_bytes(text);
  if (!bytes) return false;
  const auto whole = static_cast<std::size_t>(prefix_ / 8);
  if (std::memcmp(bytes->data(), network_.data(), whole) != 0) return false;
  if (prefix_ % 8 == 0) return true;
  const int shift = 8 - prefix_ % 8;
  return (static_cast<unsigned char>((*bytes)[whole]) >> shift) ==
         (static_cast<unsigned char>(network_[whole]) >> shift);
}

bool SigmaPattern::matches_date(std::string_view text) const {
  const auto time = base::parse_time(text);
  if (!time) return false;
  const std::string written = base::format_time(*time);  // 2024-01-12T07:00:00Z
  if (written.size() < 17) return false;
  const auto part = [&](std::size_t at, std::size_t length) {
    return number_in(std::string_view(written).substr(at, length)).value_or(-1);
  };
  switch (modifier_) {
    case Modifier::minute:
      return part(14, 2) == number_;
    case Modifier::hour:
      return part(11, 2) == number_;
    case Modifier::day:
      return part(8, 2) == number_;
    case Modifier::month:
      return part(5, 2) == number_;
    case Modifier::week: {
      // ISO 8601: the week that holds this week's Thursday. Day 0 of the epoch was a Thursday.
      const std::int64_t day = (time->us - (time->us % base::kDay + base::kDay) % base::kDay) / base::kDay;
      const std::int64_t thursday = day - ((day + 3) % 7 + 7) % 7 + 3;
      const std::string in = base::format_time(base::Time{thursday * base::kDay});
      const auto start = base::parse_time(in.substr(0, 4) + "-01-01T00:00:00Z");
      return start && (thursday - start->us / base::kDay) / 7 + 1 == static_cast<std::int64_t>(number_);
    }
    default:
      return part(0, 4) == number_;
  }
}

bool SigmaPattern::matches(const FieldValue &value) const {
  if (kind_ == Kind::null) return value.is_null;
  if (value.is_null) return false;
  switch (kind_) {
    case Kind::empty:
      return value.text.empty();
    case Kind::regex:
      return re2::RE2::PartialMatch(re2::StringPiece(value.text.data(), value.text.size()), *regex_);
    case Kind::network:
      return matches_network(value.text);
    case Kind::number:
      return matches_number(value.text);
    case Kind::date:
      return matches_date(value.text);
    default:
      return matches_text(value.text);
  }
}

bool SigmaPattern::is_whole() const {
  if (kind_ == Kind::empty) return true;
  return kind_ == Kind::text && parts_.size() == 1 && parts_[0].wild.empty() && !open_begin_ && !open_end_;
}

std::string SigmaPattern::literal() const {
  std::string best;
  if (kind_ != Kind::text) return best;
  for (const Part &part : parts_) {
    std::string run;
    for (std::size_t i = 0; i <= part.bytes.size(); ++i) {
      if (i < part.bytes.size() && (part.wild.empty() || part.wild[i] == 0)) {
        run += part.bytes[i];
        continue;
      }
      if (run.size() > best.size()) best = run;
      run.clear();
    }
  }
  return best;
}

std::string SigmaPattern::witness() const {
  if (kind_ != Kind::text) return {};
  std::string best;
  for (const Part &part : parts_) {
    std::string run;
    for (std::size_t i = 0; i <= part.bytes.size(); ++i) {
      const char c = i < part.bytes.size() ? folded(part.bytes[i]) : '"';
      const bool wild = i < part.bytes.size() && !part.wild.empty() && part.wild[i] != 0;
      const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == ' ' || c == '.' ||
                         c == '_' || c == '-' || c == ':' || c == '@';
      if (plain && !wild) {
        run += c;
        continue;
      }
      if (run.size() > best.size()) best = run;
      run.clear();
    }
  }
  return best.size() >= kWitnessMin ? best.substr(0, 40) : std::string();
}

}  // namespace dislodge::detect

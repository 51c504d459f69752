#include "log/evtx.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <utility>
#include <vector>

#include "base/encode.hpp"
#include "base/time.hpp"
#include "log/event_node.hpp"

namespace dislodge::log {

namespace {

using evidence::LedgerState;
using namespace std::string_view_literals;

constexpr std::size_t kFileHeader = 4096;
constexpr std::size_t kChunk = 65536;
constexpr std::size_t kChunkHeader = 512;
constexpr std::uint32_t kRecordMagic = 0x00002A2A;
constexpr std::size_t kRecordHead = 24;
constexpr int kDepthMax = 24;                 // fragments within fragments
constexpr std::size_t kNodesMax = 20'000;     // elements of a record
constexpr std::size_t kStepsMax = 200'000;    // tokens of a record, templates included
constexpr std::size_t kTextMax = 4ull << 20;  // bytes of text of a record
constexpr std::size_t kValuesMax = 4096;      // substitutions of a template

std::string utf8_of(std::string_view utf16) {
  std::string out;
  for (std::size_t i = 0; i + 1 < utf16.size(); i += 2) {
    const auto unit = [&](std::size_t at) {
      return static_cast<std::uint32_t>(static_cast<unsigned char>(utf16[at])) |
             static_cast<std::uint32_t>(static_cast<unsigned char>(utf16[at + 1])) << 8;
    };
    std::uint32_t point = unit(i);
    if (point >= 0xD800 && point < 0xDC00 && i + 3 < utf16.size() && unit(i + 2) >= 0xDC00 &&
        unit(i + 2) < 0xE000) {
      point = 0x10000 + ((point - 0xD800) << 10) + (unit(i + 2) - 0xDC00);
      i += 2;
    }
    base::append_utf8(out, point);
  }
  return out;
}

struct Value {
  std::uint8_t type = 0;
  std::size_t offset = 0;  // in the chunk
  std::size_t size = 0;
};

// The binary XML of one record. Everything is bounded by the chunk; false at the first thing that is not.
class BinaryXml {
 public:
  explicit BinaryXml(std::string_view chunk) : chunk_(chunk) {}

  bool read(std::size_t begin, std::size_t end) {
    nodes_.assign(1, {});
    steps_ = 0;
    text_bytes_ = 0;
    return fragment(begin, end, nullptr, 0, 0);
  }

  std::string json() const { return event_json(nodes_); }

 private:
  template <typename Number>
  bool number(std::size_t &at, std::size_t end, Number &out) const {
    if (at > end || end - at < sizeof(Number)) return false;
    std::memcpy(&out, chunk_.data() + at, sizeof(Number));
    at += sizeof(Number);
    return true;
  }

  // A name stands where it is first used; later uses point back to it.
  bool name(std::size_t &at, std::size_t end, std::string &out) const {
    std::uint32_t offset = 0;
    if (!number(at, end, offset)) return false;
    std::size_t place = offset;
    std::size_t limit = chunk_.size();
    const bool here = offset == at;
    std::uint32_t next = 0;
    std::uint16_t hash = 0;
    std::uint16_t length = 0;
    if (!number(place, limit, next) || !number(place, limit, hash) || !number(place, limit, length))
      return false;
    const std::size_t bytes = static_cast<std::size_t>(length) * 2;
    if (limit - place < bytes + 2) return false;
    out = utf8_of(chunk_.substr(place, bytes));
    if (here) at = place + bytes + 2;
    return at <= end;
  }

  bool counted_text(std::size_t &at, std::size_t end, std::string &out) const {
    std::uint16_t length = 0;
    if (!number(at, end, length)) return false;
    const std::size_t bytes = static_cast<std::size_t>(length) * 2;
    if (end - at < bytes) return false;
    out = utf8_of(chunk_.substr(at, bytes));
    at += bytes;
    return true;
  }

  bool fragment(std::size_t at, std::size_t end, const std::vector<Value> *values, std::size_t parent,
                int depth) {
    if (depth > kDepthMax || end > chunk_.size() || at > end) return false;
    std::vector<std::size_t> open{parent};
    bool in_tag = false;
    bool in_attribute = false;
    const auto add_text = [&](std::string_view text) {
      text_bytes_ += text.size();
      EventNode &node = nodes_[open.back()];
      if (in_tag && in_attribute)
        node.attributes.back().second += text;
      else
        node.text += text;
      return text_bytes_ <= kTextMax;
    };
    while (at < end) {
      if (++steps_ > kStepsMax) return false;
      const auto token = static_cast<std::uint8_t>(chunk_[at++]);
      switch (token & 0x1F) {
        case 0x00:  // end
          return true;
        case 0x01: {  // <name
          std::uint16_t dependency = 0;
          std::uint32_t size = 0;
          EventNode node;
          if (!number(at, end, dependency) || !number(at, end, size) || !name(at, end, node.name))
            return false;
          if ((token & 0x40) != 0) {
            std::uint32_t attributes = 0;
            if (!number(at, end, attributes)) return false;
          }
          if (nodes_.size() >= kNodesMax || open.size() > 256) return false;
          nodes_.push_back(std::move(node));
          nodes_[open.back()].children.push_back(nodes_.size() - 1);
          open.push_back(nodes_.size() - 1);
          in_tag = true;
          in_attribute = false;
          break;
        }
        case 0x02:  // >
          in_tag = in_attribute = false;
          break;
        case 0x03:  // />
        case 0x04:  // </name>
          if (open.size() < 2) return false;
          open.pop_back();
          in_tag = in_attribute = false;
          break;
        case 0x05: {
          std::uint8_t type = 0;
          std::string text;
          if (!number(at, end, type) || type != 1 || !counted_text(at, end, text) || !add_text(text))
            return false;
          break;
        }
        case 0x06: {
          std::string attribute;
          if (!name(at, end, attribute) || !in_tag) return false;
          nodes_[open.back()].attributes.emplace_back(std::move(attribute), std::string());
          if (nodes_[open.back()].attributes.size() > 256) return false;
          in_attribute = true;
          break;
        }
        case 0x07: {
          std::string text;
          if (!counted_text(at, end, text) || !add_text(text)) return false;
          break;
        }
        case 0x08: {
          std::uint16_t point = 0;
          if (!number(at, end, point)) return false;
          std::string text;
          base::append_utf8(text, point);
          if (!add_text(text)) return false;
          break;
        }
        case 0x09: {
          std::string entity;
          if (!name(at, end, entity)) return false;
          const std::string_view text = entity == "amp"    ? "&"sv
                                        : entity == "lt"   ? "<"sv
                                        : entity == "gt"   ? ">"sv
                                        : entity == "quot" ? "\""sv
                                        : entity == "apos" ? "'"sv
                                                           : ""sv;
          if (!add_text(text)) return false;
          break;
        }
        case 0x0A: {
          std::string target;
          if (!name(at, end, target)) return false;
          break;
        }
        case 0x0B: {
          std::string text;
          if (!counted_text(at, end, text)) return false;
          break;
        }
        case 0x0C:
          if (!template_instance(at, end, open.back(), depth)) return false;
          break;
        case 0x0D:
        case 0x0E: {
          std::uint16_t index = 0;
          std::uint8_t type = 0;
          if (!number(at, end, index) || !number(at, end, type)) return false;
          if (values == nullptr || index >= values->size()) break;  // nothing was given for it
          const Value &value = (*values)[index];
          if (value.type == 0x21) {
            if (!fragment(value.offset, value.offset + value.size, nullptr, open.back(), depth + 1))
              return false;
          } else if (!add_text(text_of(value))) {
            return false;
          }
          break;
        }
        case 0x0F:
          if (end - at < 3) return false;
          at += 3;
          break;
        default:
          return false;
      }
    }
    return true;
  }

  bool template_instance(std::size_t &at, std::size_t end, std::size_t parent, int depth) {
    std::uint8_t unknown = 0;
    std::uint32_t id = 0;
    std::uint32_t offset = 0;
    if (!number(at, end, unknown) || !number(at, end, id) || !number(at, end, offset)) return false;
    std::size_t place = offset;
    const bool here = offset == at;
    std::uint32_t next = 0;
    std::uint32_t size = 0;
    if (!number(place, chunk_.size(), next)) return false;
    place += 16;  // its GUID
    if (!number(place, chunk_.size(), size) || chunk_.size() - place < size) return false;
    if (here) at = place + size;
    std::uint32_t count = 0;
    if (!number(at, end, count) || count > kValuesMax) return false;
    std::vector<Value> values(count);
    for (Value &value : values) {
      std::uint16_t bytes = 0;
      std::uint8_t pad = 0;
      if (!number(at, end, bytes) || !number(at, end, value.type) || !number(at, end, pad)) return false;
      value.size = bytes;
    }
    for (Value &value : values) {
      if (at > end || end - at < value.size) return false;
      value.offset = at;
      at += value.size;
    }
    return fragment(place, place + size, &values, parent, depth + 1);
  }

  std::string text_of(const Value &value) const {
    const std::string_view bytes = chunk_.substr(value.offset, value.size);
    if ((value.type & 0x80) != 0) return list_of(value.type & 0x7F, bytes);
    return text_of(value.type, bytes);
  }

  static std::string list_of(std::uint8_t type, std::string_view bytes) {
    if (type != 1) return hex(bytes);
    std::string out;
    for (const char c : utf8_of(bytes)) out += c == '\0' ? ' ' : c;
    return std::string(base::trim(out));
  }

  static std::string hex(std::string_view bytes) {
    constexpr char kDigits[] = "0123456789ABCDEF";
    std::string out;
    for (const char c : bytes.substr(0, 4096)) {
      out += kDigits[static_cast<unsigned char>(c) >> 4];
      out += kDigits[static_cast<unsigned char>(c) & 15];
    }
    return out;
  }

  template <typename Number>
  static Number plain(std::string_view bytes) {
    Number out{};
    std::memcpy(&out, bytes.data(), std::min(sizeof out, bytes.size()));
    return out;
  }

  static std::string hex_number(std::uint64_t value) {
    char buffer[24];
    const int length = std::snprintf(buffer, sizeof buffer, "0x%llx", static_cast<unsigned long long>(value));
    return {buffer, static_cast<std::size_t>(length)};
  }

  // Hundreds of nanoseconds since 1601.
  static std::string filetime(std::uint64_t ticks) {
    constexpr std::uint64_t kTo1970 = 116'444'736'000'000'000ull;
    if (ticks < kTo1970 || ticks > kTo1970 + 200'000'000'000'000'000ull) return {};
    return base::format_time(base::Time{static_cast<std::int64_t>((ticks - kTo1970) / 10)});
  }

  static std::string sid(std::string_view bytes) {
    if (bytes.size() < 8) return {};
    std::uint64_t authority = 0;
    for (std::size_t i = 2; i < 8; ++i) authority = authority << 8 | static_cast<unsigned char>(bytes[i]);
    std::string out =
        "S-" + std::to_string(static_cast<unsigned char>(bytes[0])) + '-' + std::to_string(authority);
    for (std::size_t i = 8; i + 4 <= bytes.size(); i += 4)
      out += '-' + std::to_string(plain<std::uint32_t>(bytes.substr(i)));
    return out;
  }

  static std::string guid(std::string_view bytes) {
    if (bytes.size() < 16) return {};
    char buffer[40];
    const auto byte = [&](std::size_t i) {
      return static_cast<unsigned>(static_cast<unsigned char>(bytes[i]));
    };
    const int length =
        std::snprintf(buffer, sizeof buffer, "%08X-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X",
                      plain<std::uint32_t>(bytes), plain<std::uint16_t>(bytes.substr(4)),
                      plain<std::uint16_t>(bytes.substr(6)), byte(8), byte(9), byte(10), byte(11), byte(12),
                      byte(13), byte(14), byte(15));
    return {buffer, static_cast<std::size_t>(length)};
  }

  static std::string text_of(std::uint8_t type, std::string_view bytes) {
    switch (type) {
      case 0x00:
        return {};
      case 0x01: {
        std::string text = utf8_of(bytes);
        while (!text.empty() && text.back() == '\0') text.pop_back();
        return text;
      }
      case 0x02:
        return base::to_valid_utf8(bytes.substr(0, bytes.find('\0')));
      case 0x03:
        return std::to_string(plain<std::int8_t>(bytes));
      case 0x04:
        return std::to_string(plain<std::uint8_t>(bytes));
      case 0x05:
        return std::to_string(plain<std::int16_t>(bytes));
      case 0x06:
        return std::to_string(plain<std::uint16_t>(bytes));
      case 0x07:
        return std::to_string(plain<std::int32_t>(bytes));
      case 0x08:
        return std::to_string(plain<std::uint32_t>(bytes));
      case 0x09:
        return std::to_string(plain<std::int64_t>(bytes));
      case 0x0A:
        return std::to_string(plain<std::uint64_t>(bytes));
      case 0x0B:
        return std::to_string(plain<float>(bytes));
      case 0x0C:
        return std::to_string(plain<double>(bytes));
      case 0x0D:
        return plain<std::uint32_t>(bytes) != 0 ? "true" : "false";
      case 0x0F:
        return guid(bytes);
      case 0x10:
      case 0x14:
      case 0x15:
        return hex_number(plain<std::uint64_t>(bytes));
      case 0x11:
        return filetime(plain<std::uint64_t>(bytes));
      case 0x13:
        return sid(bytes);
      default:
        return hex(bytes);
    }
  }

  std::string_view chunk_;
  std::vector<EventNode> nodes_;
  std::size_t steps_ = 0;
  std::size_t text_bytes_ = 0;
};

template <typename Number>
Number number_at(std::string_view bytes, std::size_t at) {
  Number out{};
  std::memcpy(&out, bytes.data() + at, sizeof out);
  return out;
}

}  // namespace

bool is_evtx(std::string_view bytes) {
  return bytes.starts_with("ElfFile\0"sv);
}

void read_evtx(std::string_view bytes, const EvtxRecord &record, const BadSeen &bad) {
  std::uint64_t ordinal = 0;
  const auto lose = [&](std::size_t offset, std::size_t length, const char *why) {
    BadSpan span;
    span.offset = offset;
    span.length = length;
    span.line = ordinal + 1;
    span.state = LedgerState::damaged;
    span.reason = why;
    bad(span);
  };
  for (std::size_t start = kFileHeader; start < bytes.size(); start += kChunk) {
    const std::string_view chunk = bytes.substr(start, kChunk);
    if (chunk.find_first_not_of('\0') == std::string_view::npos) continue;  // not used yet
    if (chunk.size() < kChunkHeader || !chunk.starts_with("ElfChnk\0"sv)) {
      lose(start, chunk.size(), "a block of the event log does not begin as one");
      continue;
    }
    BinaryXml xml(chunk);
    const std::size_t free = number_at<std::uint32_t>(chunk, 0x30);
    const std::size_t end = free >= kChunkHeader && free <= chunk.size() ? free : chunk.size();
    std::size_t at = kChunkHeader;
    while (at + kRecordHead <= end && number_at<std::uint32_t>(chunk, at) == kRecordMagic) {
      const std::size_t size = number_at<std::uint32_t>(chunk, at + 4);
      if (size < kRecordHead + 4 || size > chunk.size() - at) {
        lose(start + at, end - at, "a record does not fit its block");
        break;
      }
      if (!xml.read(at + kRecordHead, at + size - 4)) {
        lose(start + at, size, "the binary XML of the record is damaged");
      } else {
        RecordSpan span;
        span.offset = start + at;
        span.length = size;
        span.line = ordinal + 1;
        record(span, xml.json());
      }
      ++ordinal;
      at += size;
    }
  }
}

}  // namespace dislodge::log

#include "file/pdf_filter.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "file/pdf_value.hpp"

namespace dislodge::file {
namespace {

std::string ascii_hex(std::string_view in) {
  PdfValue value;
  const std::string wrapped = "<" + std::string(in.substr(0, in.find('>')));
  value.raw = wrapped;
  return pdf_string_bytes(value);
}

std::string ascii_85(std::string_view in) {
  std::string out;
  std::uint32_t group = 0;
  int count = 0;
  const auto emit = [&](int bytes) {
    for (int i = 0; i < bytes; ++i) out += static_cast<char>(group >> (24 - 8 * i));
    group = 0;
    count = 0;
  };
  for (const char c : in) {
    if (c == '~') break;
    if (c == 'z' && count == 0) {
      out.append(4, '\0');
    } else if (c >= '!' && c <= 'u') {
      group = group * 85 + static_cast<std::uint32_t>(c - '!');
      if (++count == 5) emit(4);
    }
  }
  if (count > 1) {
    const int bytes = count - 1;
    for (; count < 5; ++count) group = group * 85 + 84;
    emit(bytes);
  }
  return out;
}

std::string run_length(std::string_view in, std::uint64_t cap) {
  std::string out;
  for (std::size_t i = 0; i < in.size() && out.size() < cap;) {
    const auto length = static_cast<unsigned char>(in[i++]);
    if (length == 128) break;
    if (length < 128) {
      out += in.substr(i, length + 1u);
      i += length + 1u;
    } else if (i < in.size()) {
      out.append(257u - length, in[i++]);
    }
  }
  return out;
}

// LZW as in TIFF: codes of 9 to 12 bits, 256 clears, 257 ends.
std::string lzw(std::string_view in, bool early, std::uint64_t cap, bool &damaged) {
  struct Entry {
    std::uint16_t prefix;
    std::uint16_t length;
    char last;
    char first;
  };
  std::vector<Entry> table(4096);
  for (unsigned i = 0; i < 256; ++i) table[i] = {0, 1, static_cast<char>(i), static_cast<char>(i)};
  std::string out;
  unsigned next = 258;
  unsigned width = 9;
  unsigned bits = 0;
  std::uint32_t buffer = 0;
  int previous = -1;
  for (std::size_t i = 0; i < in.size() && out.size() < cap;) {
    while (bits < width && i < in.size()) {
      buffer = buffer << 8 | static_cast<unsigned char>(in[i++]);
      bits += 8;
    }
    if (bits < width) break;
    const unsigned code = buffer >> (bits - width) & ((1u << width) - 1);
    bits -= width;
    if (code == 256) {
      next = 258;
      width = 9;
      previous = -1;
      continue;
    }
    if (code == 257) break;
    if (code > next || (code == next && previous < 0)) {
      damaged = true;
      break;
    }
    const unsigned source = code == next ? static_cast<unsigned>(previous) : code;
    if (source >= 256 && source < 258) {
      damaged = true;
      break;
    }
    const std::size_t start = out.size();
    const std::size_t length = table[source].length;
    out.resize(start + length);
    unsigned walk = source;
    for (std::size_t k = length; k-- > 0;) {
      out[start + k] = table[walk].last;
      walk = table[walk].prefix;
    }
    if (code == next) out += table[source].first;
    if (previous >= 0 && next < 4096) {
      const Entry &before = table[static_cast<unsigned>(previous)];
      table[next] = {static_cast<std::uint16_t>(previous), static_cast<std::uint16_t>(before.length + 1),
                     out[start], before.first};
      ++next;
    }
    previous = static_cast<int>(code);
    const unsigned limit = next + (early ? 1 : 0);
    width = limit >= 2048 ? 12 : limit >= 1024 ? 11 : limit >= 512 ? 10 : 9;
  }
  return out;
}

void undo_predictor(std::string &data, const PdfFilter &filter) {
  const auto colors = static_cast<std::size_t>(std::clamp(filter.colors, 1, 32));
  const auto bits = static_cast<std::size_t>(std::clamp(filter.bits, 1, 16));
  const auto columns = static_cast<std::size_t>(std::clamp(filter.columns, 1, 1 << 20));
  const std::size_t pixel = std::max<std::size_t>(1, colors * bits / 8);
  const std::size_t row = (colors * bits * columns + 7) / 8;
  if (filter.predictor == 2) {
    if (bits != 8) return;  // occurs in pictures only
    for (std::size_t start = 0; start + row <= data.size(); start += row)
      for (std::size_t i = pixel; i < row; ++i)
        data[start + i] = static_cast<char>(data[start + i] + data[start + i - pixel]);
    return;
  }
  if (filter.predictor < 10) return;
  std::string out;
  out.reserve(data.size());
  std::string above(row, '\0');
  std::string line(row, '\0');
  for (std::size_t at = 0; at + 1 < data.size(); at += row + 1) {
    const auto kind = static_cast<unsigned char>(data[at]);
    const std::size_t length = std::min(row, data.size() - at - 1);
    for (std::size_t i = 0; i < length; ++i) {
      const int left = i >= pixel ? static_cast<unsigned char>(line[i - pixel]) : 0;
      const int up = static_cast<unsigned char>(above[i]);
      const int corner = i >= pixel ? static_cast<unsigned char>(above[i - pixel]) : 0;
      int predicted = 0;
      switch (kind) {
        case 1:
          predicted = left;
          break;
        case 2:
          predicted = up;
          break;
        case 3:
          predicted = (left + up) / 2;
          break;
        case 4: {
          const int estimate = left + up - corner;
          const int a = std::abs(estimate - left);
          const int b = std::abs(estimate - up);
          const int c = std::abs(estimate - corner);
          predicted = a <= b && a <= c ? left : b <= c ? up : corner;
          break;
        }
        default:
          break;
      }
      line[i] = static_cast<char>(static_cast<unsigned char>(data[at + 1 + i]) + predicted);
    }
    out.append(line, 0, length);
    above = line;
  }
  data = std::move(out);
}

}  // namespace

Filtered apply_filters(std::string_view raw, const std::vector<PdfFilter> &filters, std::uint64_t cap,
                       evidence::Inflater &inflater) {
  Filtered out;
  bool first = true;
  for (const PdfFilter &filter : filters) {
    const std::string_view in = first ? raw : std::string_view(out.bytes);
    std::string next;
    if (filter.name == "FlateDecode" || filter.name == "Fl") {
      auto inflated = inflater.zlib(in, 0, cap);
      if (inflated.bytes.empty() && inflated.end != evidence::InflateEnd::complete && in.size() > 2) {
        // The two bytes of the zlib header are damaged, or were never written.
        inflated = inflater.raw(in.substr(2), 0, cap);
        if (inflated.bytes.empty()) inflated = inflater.raw(in, 0, cap);
      }
      out.damaged = out.damaged || inflated.end == evidence::InflateEnd::damaged ||
                    inflated.end == evidence::InflateEnd::truncated;
      out.limited = out.limited || inflated.end == evidence::InflateEnd::limit;
      next = inflated.bytes;
      undo_predictor(next, filter);
    } else if (filter.name == "LZWDecode" || filter.name == "LZW") {
      next = lzw(in, filter.early_change, cap, out.damaged);
      undo_predictor(next, filter);
    } else if (filter.name == "ASCIIHexDecode" || filter.name == "AHx") {
      next = ascii_hex(in);
    } else if (filter.name == "ASCII85Decode" || filter.name == "A85") {
      next = ascii_85(in);
    } else if (filter.name == "RunLengthDecode" || filter.name == "RL") {
      next = run_length(in, cap);
    } else if (filter.name == "Crypt") {
      continue;
    } else {
      if (first) out.bytes = std::string(in);
      out.stopped_at = filter.name;
      return out;
    }
    out.bytes = std::move(next);
    first = false;
  }
  if (first) out.bytes = std::string(raw);
  return out;
}

}  // namespace dislodge::file

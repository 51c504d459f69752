#include "mail/transfer.hpp"

#include <algorithm>
#include <cstring>

#include "mail/find.hpp"

namespace dislodge::mail {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char folded = static_cast<char>(c | 32);
  return folded >= 'a' && folded <= 'f' ? folded - 'a' + 10 : -1;
}

// The line that starts at `at` without its end; `at` moves to the next.
std::string_view take_line(std::string_view text, std::size_t &at) {
  const std::size_t end = text.find('\n', at);
  std::string_view line = text.substr(at, end == std::string_view::npos ? end : end - at);
  at = end == std::string_view::npos ? text.size() : end + 1;
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

// Bytes that a uuencoded line stands for; -1 where the line cannot be one.
int uu_length(std::string_view line) {
  if (line.empty()) return -1;
  const int declared = (line[0] - ' ') & 63;
  if (line[0] < ' ' || line[0] > '`') return -1;
  const auto needed = static_cast<std::size_t>((declared + 2) / 3 * 4);
  // Blanks at the end are often lost in transport, and a checksum character may follow.
  if (line.size() - 1 > needed + 2) return -1;
  for (const char c : line.substr(1))
    if (c < ' ' || c > '`') return -1;
  if (declared > 0 && line.size() < 2) return -1;
  return declared;
}

// Gateways of Japan turned "\\" into the sign of the Yen, of Latin-1 or of UTF-8.
std::string_view with_backslashes(std::string_view line, std::string &storage) {
  if (line.find('\xA5') == std::string_view::npos) return line;
  storage.clear();
  for (const char c : line) {
    if (c != '\xA5') {
      storage += c;
      continue;
    }
    if (!storage.empty() && storage.back() == '\xC2') storage.pop_back();
    storage += '\\';
  }
  return storage;
}

bool uu_begin(std::string_view line, std::string_view &name) {
  if (!line.starts_with("begin ")) return false;
  std::size_t at = 6;
  while (at < line.size() && line[at] >= '0' && line[at] <= '7') ++at;
  const std::size_t digits = at - 6;
  if (digits < 3 || digits > 4 || at + 1 >= line.size() || line[at] != ' ') return false;
  name = line.substr(at + 1);
  return true;
}

void uu_line(std::string_view line, std::string &out) {
  const auto length = static_cast<std::size_t>(uu_length(line));
  const std::size_t start = out.size();
  const auto value = [&](std::size_t i) {
    return i < line.size() ? static_cast<unsigned>(line[i] - ' ') & 63u : 0u;
  };
  for (std::size_t at = 1; out.size() - start < length; at += 4) {
    const unsigned bits = value(at) << 18 | value(at + 1) << 12 | value(at + 2) << 6 | value(at + 3);
    out += static_cast<char>(bits >> 16);
    out += static_cast<char>(bits >> 8);
    out += static_cast<char>(bits);
  }
  out.resize(start + length);
}

}  // namespace

std::size_t decode_q_words_to(std::string_view text, char *to) {
  char *const begin = to;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '=' && at + 2 < text.size()) {
      const int value = hex_value(text[at + 1]) << 4 | hex_value(text[at + 2]);
      if (value >= 0) {
        *to++ = static_cast<char>(value);
        at += 2;
        continue;
      }
    }
    *to++ = c == '_' ? ' ' : c;
  }
  return static_cast<std::size_t>(to - begin);
}

void decode_q_words(std::string_view text, std::string &out) {
  const std::size_t before = out.size();
  out.resize(before + text.size());
  out.resize(before + decode_q_words_to(text, out.data() + before));
}

std::vector<UuBlock> find_uuencoded(std::string_view text) {
  std::vector<UuBlock> blocks;
  std::size_t at = 0;
  while (at < text.size()) {
    if (at != 0 || !text.starts_with("begin ")) {
      const std::size_t next = find_bytes(text, "\nbegin ", at == 0 ? 0 : at - 1);
      if (next == std::string_view::npos) break;
      at = next + 1;
    }
    UuBlock block;
    block.begin = at;
    std::size_t line_at = at;
    if (!uu_begin(take_line(text, line_at), block.name)) {
      at = line_at;
      continue;
    }
    block.end = line_at;
    std::size_t data_lines = 0;
    std::string storage;
    while (line_at < text.size()) {
      std::size_t next = line_at;
      const std::string_view line = with_backslashes(take_line(text, next), storage);
      if (line == "end") {
        block.end = next;
        block.complete = true;
        break;
      }
      // A blank line is one of length 0 whose blanks were lost, if "end" follows.
      if (!line.empty() && uu_length(line) < 0) break;
      if (!line.empty()) ++data_lines;
      line_at = next;
      block.end = next;
    }
    if (data_lines > 0) blocks.push_back(block);
    at = std::max(block.end, at + 1);
  }
  return blocks;
}

void decode_uuencoded(std::string_view block, std::string &out) {
  std::size_t at = 0;
  std::string storage;
  while (at < block.size()) {
    const std::string_view line = with_backslashes(take_line(block, at), storage);
    std::string_view name;
    if (line == "end") break;
    if (line.empty() || uu_begin(line, name) || uu_length(line) <= 0) continue;
    uu_line(line, out);
  }
}

std::vector<YencBlock> find_yenc(std::string_view text) {
  std::vector<YencBlock> blocks;
  std::size_t at = 0;
  while (true) {
    if (at > 0 || !text.starts_with("=ybegin ")) {
      const std::size_t next = find_bytes(text, "\n=ybegin ", at == 0 ? 0 : at - 1);
      if (next == std::string_view::npos) return blocks;
      at = next + 1;
    }
    YencBlock block;
    block.begin = at;
    std::size_t line_at = at;
    const std::string_view first = take_line(text, line_at);
    // The name is last and may hold blanks; without the two numbers it is prose about yEnc.
    const std::size_t name = first.find(" name=");
    const bool sound = name != std::string_view::npos && first.find(" line=") != std::string_view::npos &&
                       first.find(" size=") != std::string_view::npos;
    if (!sound) {
      at = std::max(line_at, at + 1);
      continue;
    }
    block.name = first.substr(name + 6);
    const std::size_t end = find_bytes(text, "\n=yend", line_at == 0 ? 0 : line_at - 1);
    block.complete = end != std::string_view::npos;
    block.end = text.size();
    if (block.complete) {
      std::size_t after = end + 1;
      take_line(text, after);
      block.end = after;
    }
    blocks.push_back(block);
    at = std::max(block.end, at + 1);
    if (at >= text.size()) return blocks;
  }
}

void decode_yenc(std::string_view block, std::string &out) {
  std::size_t at = 0;
  while (at < block.size()) {
    std::string_view line = take_line(block, at);
    if (line.starts_with("=ybegin ") || line.starts_with("=ypart ")) continue;
    if (line.starts_with("=yend")) return;
    // NNTP doubles a dot at the start of a line; a plain one there would be "..".
    if (line.starts_with("..")) line.remove_prefix(1);
    for (std::size_t i = 0; i < line.size(); ++i) {
      auto value = static_cast<unsigned char>(line[i]);
      if (value == '=' && i + 1 < line.size()) value = static_cast<unsigned char>(line[++i]) - 64;
      out += static_cast<char>(static_cast<unsigned char>(value - 42));
    }
  }
}

}  // namespace dislodge::mail

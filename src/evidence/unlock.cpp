#include "evidence/unlock.hpp"

#include <algorithm>

#include "base/secure.hpp"
#include "evidence/charset.hpp"

namespace dislodge::evidence {

namespace {

// The code points of UTF-8; U+FFFD for what is none.
std::vector<char32_t> code_points(std::string_view utf8) {
  std::vector<char32_t> out;
  for (std::size_t at = 0; at < utf8.size();) {
    const auto c = static_cast<unsigned char>(utf8[at]);
    const std::size_t length = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    if (length == 1) {
      out.push_back(c);
    } else if (valid_utf8_prefix(utf8.substr(at, length)) == length) {
      char32_t point = c & (0xFF >> (length + 1));
      for (std::size_t i = 1; i < length; ++i)
        point = point << 6 | (static_cast<unsigned char>(utf8[at + i]) & 0x3F);
      out.push_back(point);
    } else {
      out.push_back(0xFFFD);
      ++at;
      continue;
    }
    at += length;
  }
  return out;
}

void add_new(std::vector<std::string> &to, const std::vector<std::string> &from) {
  for (const std::string &each : from)
    if (std::find(to.begin(), to.end(), each) == to.end()) to.push_back(each);
}

}  // namespace

void Unlock::append(const Unlock &other) {
  add_new(passwords, other.passwords);
  add_new(keys, other.keys);
}

void Unlock::wipe() {
  for (std::string &each : passwords) base::wipe(each);
  for (std::string &each : keys) base::wipe(each);
  passwords.clear();
  keys.clear();
}

std::vector<std::string> passwords_of(std::string_view file) {
  std::vector<std::string> out;
  if (file.starts_with("\xEF\xBB\xBF")) file.remove_prefix(3);
  while (!file.empty()) {
    const std::size_t end = std::min(file.find('\n'), file.size());
    std::string_view line = file.substr(0, end);
    file.remove_prefix(std::min(end + 1, file.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty() && std::find(out.begin(), out.end(), line) == out.end()) out.emplace_back(line);
  }
  return out;
}

std::vector<std::string> spellings_of(std::string_view password) {
  std::vector<std::string> out{std::string(password)};
  std::string latin;
  bool other = false;
  for (const char32_t point : code_points(password)) {
    if (point > 0xFF) return out;
    other = other || point > 0x7F;
    latin += static_cast<char>(point);
  }
  if (other) out.push_back(std::move(latin));
  return out;
}

std::string utf16le_of(std::string_view utf8) {
  std::string out;
  const auto unit = [&](char32_t value) {
    out += static_cast<char>(value & 0xFF);
    out += static_cast<char>(value >> 8 & 0xFF);
  };
  for (const char32_t point : code_points(utf8)) {
    if (point < 0x10000) {
      unit(point);
    } else {
      unit(0xD800 + ((point - 0x10000) >> 10));
      unit(0xDC00 + ((point - 0x10000) & 0x3FF));
    }
  }
  return out;
}

}  // namespace dislodge::evidence

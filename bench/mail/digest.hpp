#pragma once
// What a reader made of a message, in one line, so that readers in other languages can be held against ours
// before their times are compared:
//
//   subject \x1f Date in seconds \x1f From, To and Cc addresses \x1f their names \x1f texts \x1f attachments
//
// A text or attachment is the FNV-1a hash of its bytes in hex; blanks and line ends of texts do not count,
// since readers differ in which of them belong to the text. mail_parser_peer/ and gmime_peer.cpp write
// the same.

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace dislodge::bench {

inline std::uint64_t fnv1a(std::string_view bytes, bool skip_blanks) {
  std::uint64_t hash = 0xcbf29ce484222325ull;
  for (const char c : bytes) {
    if (skip_blanks && (c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\0')) continue;
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ull;
  }
  return hash;
}

struct MessageDigest {
  std::string subject, addresses, names, texts, attachments;
  std::int64_t date = 0;

  static void text(std::string &to, std::string_view bytes) {
    to += fmt::format("{:016x},", fnv1a(bytes, true));
  }
  static void attachment(std::string &to, std::string_view bytes) {
    to += fmt::format("{}:{:016x},", bytes.size(), fnv1a(bytes, false));
  }
  std::string line() const {
    std::string out =
        fmt::format("{}\x1f{}\x1f{}\x1f{}\x1f{}\x1f{}", subject, date, addresses, names, texts, attachments);
    for (char &c : out)
      if (c == '\n' || c == '\r') c = ' ';
    return out + '\n';
  }
};

}  // namespace dislodge::bench

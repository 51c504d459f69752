#pragma once
// Transfer encodings other than base64 (base64.hpp) and quoted-printable (quoted_printable.hpp): the Q words
// of headers, uuencode (POSIX) and yEnc, as broken as they occur. Decoding never fails; what is no escape
// stays as it is.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mail/quoted_printable.hpp"

namespace dislodge::mail {

// The "Q" encoding of header words (RFC 2047 section 4.2): as above, and "_" is a blank.
void decode_q_words(std::string_view text, std::string &out);
std::size_t decode_q_words_to(std::string_view text, char *to);  // text.size() bytes of room

// One uuencoded file within a text.
struct UuBlock {
  std::size_t begin = 0;  // of the "begin" line
  std::size_t end = 0;    // behind the "end" line, or where the block breaks off
  std::string_view name;
  bool complete = false;  // it has an "end" line
};
// Blocks with a valid first line of data, in order. `text` is searched once.
std::vector<UuBlock> find_uuencoded(std::string_view text);
void decode_uuencoded(std::string_view block,
                      std::string &out);  // from its "begin" line, or data lines alone

// One file, or part of one, in yEnc (yenc.org, "yEnc - Efficient encoding for Usenet and eMail", 1.3).
struct YencBlock {
  std::size_t begin = 0;  // of the "=ybegin" line
  std::size_t end = 0;    // behind the "=yend" line, or where the text ends
  std::string_view name;
  bool complete = false;
};
std::vector<YencBlock> find_yenc(std::string_view text);
void decode_yenc(std::string_view block, std::string &out);  // from its "=ybegin" line

}  // namespace dislodge::mail

#pragma once
// The structure of a MIME message: its parts, nested messages, and the bytes between them. One pass over the
// bytes, no recursion, nothing copied and nothing decoded: everything is a view into the message.
// Delimiters are looked for once, against all open boundaries, the innermost first; an outer one closes what
// is open within. Parts that pass a limit end as one part that says so.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.hpp"
#include "mail/headers.hpp"

namespace dislodge::mail {

enum class Cut : std::uint8_t { none, too_deep, too_many };

struct Part {
  std::string section;        // as in IMAP: "1.2"
  std::uint32_t message = 0;  // index of the message that it is a part of
  std::string_view header;    // the part's own, as written
  std::string_view body;      // still encoded
  ParameterField type;        // value "text/plain" where none is declared
  ParameterField disposition;
  std::string encoding;        // content-transfer-encoding, lower case
  std::string other_encoding;  // a second, different one: both are tried
  std::string name;            // file name, UTF-8
  std::string description;     // access-type and the like of message/external-body; content-description
  bool typed = false;          // a content type was declared
  bool of_encrypted = false;   // a part of multipart/encrypted
  Cut cut = Cut::none;
};

// A message: the outer one is the first, nested ones follow in order.
struct MessageEntity {
  std::string section;  // empty for the outer one
  HeaderBlock headers;
  ParameterField declared;  // the type of the part that holds it: message/rfc822, or message/partial
};

struct Structure {
  std::vector<MessageEntity> messages;
  std::vector<Part> parts;
  std::vector<std::string_view> loose;         // preambles and epilogues, in order: text that somebody wrote
  std::vector<std::string_view> part_headers;  // in order

  void reuse();
};

// `into` is empty, and may have memory already.
void read_structure(std::string_view message, const base::Limits &limits, Structure &into);

}  // namespace dislodge::mail

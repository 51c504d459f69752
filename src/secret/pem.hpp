#pragma once
// PEM blocks as they are found in the wild: wrapped, quoted with "> ", escaped into one line of JSON, added
// by a diff. Source: RFC 7468, RFC 1421 (headers), RFC 4880 (armour).

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace dislodge::secret {

struct PemBlock {
  std::string label;       // "RSA PRIVATE KEY"
  std::string body;        // decoded
  bool encrypted = false;  // DEK-Info, or the label says so
  std::size_t begin = 0;   // offsets in the text that was searched
  std::size_t end = 0;     // after the END line; where there is none, after the last base64 line
};

// The first block at or after `from`, or nothing. A block whose body is no base64 has an empty body.
// The body of one block is at most 1 MiB of text.
std::optional<PemBlock> next_pem(std::string_view text, std::size_t from = 0);

// The base64 between the lines of one block, without what mail, JSON and diffs put there.
std::string pem_base64(std::string_view block);

// True where the bytes are one DER SEQUENCE whose length is exactly theirs.
bool is_der_sequence(std::string_view bytes);

}  // namespace dislodge::secret

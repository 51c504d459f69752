#pragma once
// An mbox: messages one after the other, each behind a "From " line (mboxo, mboxrd, mboxcl, mboxcl2,
// Takeout). Separators are recognised by what they are (evidence/mail_signature.hpp); a Content-Length counts
// only in a file of that kind and only where it leads to a separator. Each message is a child item `mbox!/N`,
// N from 1 in file order, whose bytes are borrowed from the file; ">From " lines in it are unquoted when its
// parts are decoded, with exact offsets.
//
// A big file is read in ranges, each by another worker:
//
//   for (const MboxRange &range : mbox_ranges(bytes, limits.unit_bytes)) ... read_mbox_range(item, range,
//   sink);
//
// A range owns the messages whose separator line begins in it, also where they end behind it.

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "evidence/item.hpp"
#include "evidence/sink.hpp"

namespace dislodge::mail {

struct MboxRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t first_number = 1;  // of the first message that begins in [begin, end)
};

base::Result<void> read_mbox(const evidence::ItemView &item, evidence::Sink &sink);

// `item.bytes` is the whole file. Bytes before the first separator of the file belong to the range that has
// byte 0; they are scanned as text. A range without a separator emits nothing.
base::Result<void> read_mbox_range(const evidence::ItemView &item, const MboxRange &range,
                                   evidence::Sink &sink);

// How many messages begin in [begin, end). Runs at memory speed; `bytes` is the whole file.
std::uint64_t count_messages(std::string_view bytes, std::uint64_t begin, std::uint64_t end);

// Where they begin: offsets of their separator lines.
std::vector<std::uint64_t> separators(std::string_view bytes, std::uint64_t begin, std::uint64_t end);

// Cuts a file into ranges of `unit` bytes, with the message number of each. Reads the file once.
std::vector<MboxRange> mbox_ranges(std::string_view bytes, std::uint64_t unit);

// The bytes that a range accounts for: from its first separator (or byte 0) to the first one behind it. The
// owned stretches of all ranges are the file.
struct ByteRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};
ByteRange owned_bytes(std::string_view bytes, const MboxRange &range);

}  // namespace dislodge::mail

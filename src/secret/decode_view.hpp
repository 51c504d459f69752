#pragma once
// Text inside text: runs of base64 or hex that decode to something readable, packed by gzip or zlib or not,
// to be scanned as items of their own ("path!/~base64@offset", "path!/~hex@offset").

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/offset_map.hpp"

namespace dislodge::secret {

struct EncodedRun {
  std::size_t begin = 0;
  std::size_t end = 0;
};

inline constexpr std::size_t kEncodedRunMin =
    40;  // characters; shorter ones hold nothing that a rule would miss

inline constexpr std::uint64_t kUnpackedMax = 4u << 20;  // bytes of what was packed within base64

// Runs of base64 characters, in order. Lines of 44 characters and more that continue each other are one run.
std::vector<EncodedRun> find_base64_runs(std::string_view text);
// The same, where it is known already in which places kEncodedRunMin letters begin.
std::vector<EncodedRun> join_base64_runs(std::string_view text, const std::vector<std::size_t> &begins);

struct DecodedText {
  std::string_view encoding = "base64";  // or "hex"
  std::string bytes;                     // as decoded
  std::string
      text;  // UTF-8 where the bytes are UTF-16 (PowerShell's -EncodedCommand); else empty: bytes are it
  base::OffsetMap map;  // text to bytes
};

// Decodes a run (either alphabet, line breaks and "> " marks skipped). Nothing where the result is not mostly
// printable text.
std::optional<DecodedText> decode_base64_run(std::string_view run);
// Such a run that is all hexadecimal digits is tried as these first.
std::optional<DecodedText> decode_run(std::string_view run);

}  // namespace dislodge::secret

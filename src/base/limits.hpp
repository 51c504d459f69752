#pragma once
// Every limit has a name, a unit and a default. What passes one is cut, read up to the cut, and listed in the
// ledger with the limit's name as reason: nothing is dropped silently.

#include <cstdint>
#include <string>

namespace dislodge::base {

struct Limits {
  // Containers
  std::uint32_t nesting_depth_max = 12;               // containers within containers (bulk_extractor: 12)
  std::uint32_t members_max = 1'000'000;              // entries of one archive
  std::uint64_t member_bytes_max = 1ull << 30;        // unpacked bytes of one member
  std::uint64_t archive_bytes_max = 4ull << 30;       // unpacked bytes of one archive
  std::uint64_t expansion_ratio_max = 1000;           // unpacked to packed, judged only after
  std::uint64_t expansion_grace_bytes = 64ull << 20;  // this many unpacked bytes
  // Encrypted containers and documents: rounds of hashing spent on one item in trying passwords; at the
  // hundred thousand rounds of an Office document that is 500 passwords, half a minute
  std::uint64_t unlock_rounds_max = 50'000'000;
  // Pictures
  std::uint32_t ocr_images_max = 2000;           // of one unit, read by OCR; 0: none (--no-ocr)
  std::uint32_t ocr_seconds_per_image = 30;      // what is not read by then stays unread
  std::uint64_t image_pixels_max = 100'000'000;  // of one picture
  // Mail
  std::uint32_t mime_depth_max = 64;             // multiparts and nested messages (rspamd: 64)
  std::uint32_t mime_parts_max = 100'000;        // parts of one message
  std::uint64_t header_bytes_max = 16ull << 20;  // header block of one message
  std::uint32_t headers_max = 10'000;            // fields that are structured; all bytes are scanned
  std::uint32_t parameter_pieces_max = 1000;     // RFC 2231 continuations of one parameter
  // Text and logs
  std::uint64_t line_bytes_max = 64ull << 20;  // one line of a log or table
  std::uint64_t unit_bytes = 256ull << 20;     // size of the ranges into which big files are cut
  // Repositories
  std::uint64_t object_bytes_max = 1ull << 30;  // one git object, unpacked
  std::uint32_t delta_chain_max = 4096;         // git itself writes at most 4095
  // Workers
  std::uint64_t worker_memory_bytes = 1ull << 30;
  std::uint32_t worker_seconds_per_item = 120;  // on one item without coming to the next

  // Identifies the set: a result under other limits is another result.
  std::string digest() const;
};

}  // namespace dislodge::base

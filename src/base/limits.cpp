#include "base/limits.hpp"

#include <fmt/format.h>

#include "base/hash.hpp"

namespace dislodge::base {

std::string Limits::digest() const {
  const std::string all = fmt::format(
      "{} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {}", nesting_depth_max, members_max,
      member_bytes_max, archive_bytes_max, expansion_ratio_max, expansion_grace_bytes, mime_depth_max,
      mime_parts_max, header_bytes_max, headers_max, parameter_pieces_max, line_bytes_max, object_bytes_max,
      delta_chain_max, unlock_rounds_max, ocr_images_max, ocr_seconds_per_image, image_pixels_max,
      worker_memory_bytes, worker_seconds_per_item);
  return to_hex(sha256(all)).substr(0, 16);
}

}  // namespace dislodge::base

#include "file/vba.hpp"

#include <algorithm>

#include "evidence/zip_directory.hpp"

namespace dislodge::file {
namespace {

constexpr std::size_t kChunk = 4096;
constexpr std::size_t kSourceMax = 16u << 20;

}  // namespace

std::string vba_decompress(std::string_view container, std::size_t cap) {
  std::string out;
  if (!container.starts_with('\x01')) return out;
  std::size_t at = 1;
  while (at + 2 <= container.size() && out.size() < cap) {
    const std::uint16_t header = evidence::le16(container, at);
    if ((header >> 12 & 7) != 3) break;
    const std::size_t end = std::min<std::size_t>(container.size(), at + (header & 0x0FFF) + 3);
    at += 2;
    const std::size_t begin = out.size();
    if ((header & 0x8000) == 0) {
      out += container.substr(at, std::min<std::size_t>(kChunk, container.size() - at));
      at = std::min(container.size(), at + kChunk);
      continue;
    }
    while (at < end && out.size() - begin < kChunk) {
      const auto flags = static_cast<unsigned char>(container[at++]);
      for (int bit = 0; bit < 8 && at < end; ++bit) {
        if ((flags >> bit & 1) == 0) {
          out += container[at++];
          continue;
        }
        if (at + 2 > end) return out;
        const std::uint16_t token = evidence::le16(container, at);
        at += 2;
        // As many bits for the offset as the output of this chunk needs, at least four.
        const std::size_t done = out.size() - begin;
        int bits = 4;
        while ((std::size_t{1} << bits) < done) ++bits;
        const std::size_t length = (token & (0xFFFFu >> bits)) + 3u;
        const std::size_t offset = (token >> (16 - bits)) + 1u;
        if (offset > done) return out;
        for (std::size_t i = 0; i < length && out.size() - begin < kChunk; ++i)
          out += out[out.size() - offset];
      }
    }
    at = end;
  }
  return out;
}

std::string vba_source(std::string_view stream) {
  // Signature, two bytes of chunk header, one of flags without a copy in the first eight.
  for (std::size_t at = stream.find("Attribut"); at != std::string_view::npos;
       at = stream.find("Attribut", at + 1)) {
    if (at < 4 || stream[at - 4] != '\x01' || stream[at - 1] != '\0') continue;
    return vba_decompress(stream.substr(at - 4), kSourceMax);
  }
  return {};
}

}  // namespace dislodge::file

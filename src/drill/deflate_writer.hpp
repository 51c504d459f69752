#pragma once
// Deflate (RFC 1951) and its zlib wrapper (RFC 1950): hash-chain matching, one block of fixed Huffman codes.
// Compresses worse than a library, but gives the same bytes whatever library version is installed.

#include <string>
#include <string_view>

namespace dislodge::drill {

std::string deflate(std::string_view bytes);
std::string zlib_compress(std::string_view bytes);

}  // namespace dislodge::drill

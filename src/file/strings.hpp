#pragma once
// The strings of bytes that no reader knows: runs of ASCII and UTF-8, and of UTF-16 in Latin script in both
// byte orders, each on a line of its own, with its place in the item.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "evidence/item.hpp"
#include "evidence/sink.hpp"

namespace dislodge::file {

inline constexpr std::size_t kBinaryRun = 6;    // shortest string, in characters; strings(1) takes 4
inline constexpr std::size_t kPictureRun = 16;  // compressed pictures are full of short ones by chance

// Hands the strings of `part` (bytes of the item) to the sink and returns how many of its bytes are in them.
// With `every_byte` no stretch is passed over 61 bytes at a time because it can hold none: for tests.
std::uint64_t emit_strings(const evidence::ItemView &item, std::string_view part, evidence::RecordId within,
                           std::size_t shortest, evidence::Sink &sink, bool every_byte = false);

}  // namespace dislodge::file

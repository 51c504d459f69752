#pragma once
// Source text of VBA macros: [MS-OVBA] 2.4.1, the compression of module streams.

#include <string>
#include <string_view>

namespace dislodge::file {

// The source in a module stream; empty where there is none. Where it begins is told by the project's `dir`
// stream, but every source begins with "Attribut", which is found without it, in damaged projects too.
std::string vba_source(std::string_view stream);

// One compressed container from its signature byte on, at most `cap` bytes of output.
std::string vba_decompress(std::string_view container, std::size_t cap);

}  // namespace dislodge::file

#pragma once
// The 512-byte header of tar (POSIX.1-1988 ustar; GNU and V7 differ in the fields behind the link name).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dislodge::evidence {

inline constexpr std::size_t kTarBlock = 512;

struct TarHeader {
  std::string name;  // with the ustar prefix joined
  std::string_view link;
  std::uint64_t size = 0;
  char type = '0';
  bool gnu = false;
  std::string_view block;  // the header itself
};

// Nothing unless there are 512 bytes whose checksum (signed or unsigned sum) is right.
std::optional<TarHeader> read_tar_header(std::string_view block);

// As above, and it has a name and a known type: what a file that is a tar archive begins with.
bool is_tar_header(std::string_view bytes);

}  // namespace dislodge::evidence

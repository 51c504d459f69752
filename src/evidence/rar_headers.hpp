#pragma once
// The headers of rar archives, versions 4 and 5 (rarlab.com/technote.htm), for what libarchive does not say:
// which members are encrypted, and whether the archive is one volume of several.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dislodge::evidence {

struct RarMember {
  std::string name;  // as stored
  std::uint64_t packed = 0;
  std::uint64_t unpacked = 0;
  bool encrypted = false;
};

struct RarHeaders {
  std::vector<RarMember> members;
  bool headers_encrypted = false;  // not even the names can be read
  bool volume = false;             // one of several parts
  std::uint64_t end = 0;           // behind the last header or member that could be walked
};

RarHeaders read_rar_headers(std::string_view rar);

}  // namespace dislodge::evidence

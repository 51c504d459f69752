#include "evidence/units.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace dislodge::evidence {

std::vector<Unit> cut_units(const EvidenceFile &file, const base::Limits &limits) {
  std::vector<Unit> units;
  if (!file.divisible || limits.unit_bytes == 0) {
    units.push_back({file.sha256, 0, file.size});
    return units;
  }
  std::uint64_t begin = 0;
  do {
    const std::uint64_t end = file.size - begin > limits.unit_bytes ? begin + limits.unit_bytes : file.size;
    units.push_back({file.sha256, begin, end});
    begin = end;
  } while (begin < file.size);
  return units;
}

std::string unit_id(const Unit &unit) {
  return fmt::format("{}:{}-{}", base::to_hex(unit.sha256), unit.begin, unit.end);
}

std::uint32_t part_of(std::string_view name, std::uint32_t parts) {
  const base::Sha256 digest = base::sha256(name);
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value = value << 8 | digest[i];
  return static_cast<std::uint32_t>(value % std::max<std::uint32_t>(parts, 1));
}

std::uint32_t shard_of(const Unit &unit, std::uint32_t shards) {
  return part_of(unit_id(unit), shards);
}

}  // namespace dislodge::evidence

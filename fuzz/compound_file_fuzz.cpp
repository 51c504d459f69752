// Compound files: opening, every stream, every path, and the stretches that nothing holds.

#include <cstdlib>

#include "evidence/compound_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
  using namespace dislodge;
  const std::string_view bytes(reinterpret_cast<const char *>(data), size);
  base::Limits limits;
  limits.members_max = 10'000;
  const auto file = evidence::CompoundFile::open(bytes, limits);
  if (!file) return 0;
  std::string owned;
  for (evidence::CompoundId id = 0; id < file->entries().size(); ++id) {
    const auto &entry = file->entries()[id];
    const auto stream = file->read(id, owned);
    if (stream.bytes.size() > size || (stream.whole && !entry.storage && stream.bytes.size() != entry.size))
      std::abort();
    file->path_of(id);
    if (!file->find(entry.parent, entry.name) && id != evidence::CompoundFile::kRoot) std::abort();
  }
  std::uint64_t last = 0;
  for (const auto &[begin, end] : file->unused()) {
    if (begin < last || end <= begin || end > size) std::abort();
    last = end;
  }
  return 0;
}

// Recognition of any bytes, whose first byte chooses a name.
#include "evidence/recognise.hpp"

#include <array>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  using namespace dislodge;
  if (size == 0) return 0;
  constexpr std::array<std::string_view, 4> kNames = {"", "a.csv", "b.json", "c.html"};
  const std::string_view bytes(reinterpret_cast<const char *>(data) + 1, size - 1);
  const evidence::ItemType type = evidence::recognise(bytes, kNames[data[0] % kNames.size()]);
  if (evidence::name_of(type).empty() || bytes.empty() != (type == evidence::ItemType::empty)) std::abort();
  (void)evidence::divisible(type, bytes);
  return 0;
}

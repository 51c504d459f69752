// Facts from another process: what decodes must encode to something that decodes to the same.
#include <cstdint>
#include <cstdlib>

#include "identity/fact.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  using namespace dislodge;
  auto facts = identity::Facts::decode({reinterpret_cast<const char *>(data), size});
  if (!facts) return 0;
  base::WireWriter once, twice;
  facts->encode(once);
  const auto again = identity::Facts::decode(once.bytes());
  if (!again) std::abort();
  again->encode(twice);
  if (once.bytes() != twice.bytes()) std::abort();
  facts->settle();
  return 0;
}

// Records and ledger rows as a hostile worker might write them: what is read must come back when written
// again.
#include <cstdint>
#include <cstdlib>

#include "evidence/ledger.hpp"
#include "evidence/record.hpp"

namespace {

template <typename Thing>
void round_trip(std::string_view bytes) {
  dislodge::base::WireReader in(bytes);
  const Thing thing = Thing::decode(in);
  if (!in.ok()) return;
  dislodge::base::WireWriter once;
  thing.encode(once);
  dislodge::base::WireReader again(once.bytes());
  const Thing back = Thing::decode(again);
  if (!again.finish("again")) std::abort();
  dislodge::base::WireWriter twice;
  back.encode(twice);
  if (once.bytes() != twice.bytes()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char *>(data), size);
  round_trip<dislodge::evidence::Record>(bytes);
  round_trip<dislodge::evidence::LedgerRow>(bytes);
  return 0;
}

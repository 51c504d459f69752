// Logs in any JSON wrapping: splitting, recognising, every source, ranges, the wire.

#include <cstdint>
#include <string_view>

#include "evidence/sink.hpp"
#include "log/coverage.hpp"
#include "log/reader.hpp"

namespace {

class CountingSink : public dislodge::evidence::Sink {
 public:
  dislodge::evidence::RecordId record(dislodge::evidence::Record) override { return 0; }
  std::size_t text(const dislodge::evidence::TextView &) override { return 0; }
  std::size_t child(const dislodge::evidence::ItemView &) override { return 0; }
  void unread(dislodge::evidence::Unread part) override { bytes += part.bytes; }
  const dislodge::base::Limits &limits() const override { return limits_; }
  std::uint64_t bytes = 0;

 private:
  dislodge::base::Limits limits_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  using namespace dislodge;
  const std::string_view bytes(reinterpret_cast<const char *>(data), size);
  (void)log::recognise(bytes);
  evidence::ItemView item;
  item.path = "a.json";
  item.bytes = bytes;
  log::EventTable table;
  CountingSink sink;
  const auto counts = log::read_log(item, table, sink);
  if (counts && (sink.bytes != counts->bytes_unread || sink.bytes > size)) __builtin_trap();
  log::ReadOptions half;
  half.begin = size / 2;
  (void)log::read_log(item, table, sink, half);
  base::WireWriter out;
  table.encode(out);
  if (!log::EventTable::decode(out.bytes())) __builtin_trap();
  (void)log::EventTable::decode(bytes);
  table.settle();
  (void)log::coverage_of(table, {});
  return 0;
}

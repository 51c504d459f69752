// Syslog: any bytes as lines, and every line's message as something a program said.

#include <cstdint>
#include <string_view>

#include "evidence/sink.hpp"
#include "log/reader.hpp"
#include "log/syslog.hpp"

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
  (void)log::parse_syslog_line(bytes);
  (void)log::year_in(bytes);
  evidence::ItemView item;
  item.path = "auth.log-2024";
  item.bytes = bytes;
  log::EventTable table;
  CountingSink sink;
  const auto counts = log::read_log(item, table, sink);
  if (counts && (sink.bytes != counts->bytes_unread || sink.bytes > size)) __builtin_trap();
  log::EventBuilder builder(table, "a", "");
  for (const char *program : {"sshd", "sudo", "useradd", ""}) {
    builder.begin({}, log::Source::syslog);
    log::read_syslog_message("host", program, bytes, builder);
    builder.commit();
  }
  table.settle();
  return 0;
}

// Logs in any shape: splitting, recognising, every source, ranges, the wire; and every text as a line of
// syslog and as something a program said.

#include <cstdint>
#include <string_view>

#include "log/coverage.hpp"
#include "log/reader.hpp"
#include "log/syslog.hpp"
#include "reader_sink.hpp"

namespace {

using namespace dislodge;

void read_as(std::string_view name, std::string_view bytes) {
  (void)log::recognise(bytes);
  evidence::ItemView item;
  item.path = name;
  item.bytes = bytes;
  log::EventTable table;
  {
    fuzz::ReaderSink sink(bytes.size());
    const auto counts = log::read_log(item, table, sink);
    if (counts && counts->bytes_unread != sink.bytes_unread()) __builtin_trap();
  }
  fuzz::ReaderSink sink(bytes.size());
  log::ReadOptions half;
  half.begin = bytes.size() / 2;
  (void)log::read_log(item, table, sink, half);
  base::WireWriter out;
  table.encode(out);
  if (!log::EventTable::decode(out.bytes())) __builtin_trap();
  table.settle();
  (void)log::coverage_of(table, {});
}

void read_as_lines(std::string_view bytes) {
  (void)log::parse_syslog_line(bytes);
  (void)log::year_in(bytes);
  log::EventTable table;
  log::EventBuilder builder(table, "a", "");
  for (const char *program : {"sshd", "sudo", "useradd", ""}) {
    builder.begin({}, log::Source::syslog);
    log::read_syslog_message("host", program, "1", bytes, builder);
    builder.commit();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char *>(data), size);
  // A name with a year makes dates without one readable.
  read_as("auth.log-2024", bytes);
  read_as_lines(bytes);
  (void)log::EventTable::decode(bytes);
  return 0;
}

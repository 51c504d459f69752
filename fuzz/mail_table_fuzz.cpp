// Tickets and mail in CSV, and load files in CSV and XML. Any charset comes to these readers.

#include "checking_sink.hpp"
#include "mail/load_file.hpp"
#include "mail/tables.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char *>(data), size);
  (void)dislodge::mail::recognises_table(bytes);
  (void)dislodge::mail::recognises_load_file(bytes);
  dislodge::fuzz::read_checked(dislodge::mail::read_load_file, data, size);
  return dislodge::fuzz::read_checked(dislodge::mail::read_table_messages, data, size);
}

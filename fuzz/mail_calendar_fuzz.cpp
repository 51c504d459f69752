// Calendars and address cards with what their values hold. Any charset comes to this reader.

#include "checking_sink.hpp"
#include "mail/calendar.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
  return dislodge::fuzz::read_checked(dislodge::mail::read_calendar, data, size);
}

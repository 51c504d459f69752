#pragma once
// Lines of syslog: what sshd, sudo and their relatives say about who came in. RFC 3164 ("Jan 12 07:08:09 host
// sshd[1]: ..."), the same with an ISO time, RFC 5424, and journald's JSON.

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "log/builder.hpp"
#include "log/json.hpp"

namespace dislodge::log {

struct SyslogLine {
  std::optional<base::Time> time;  // nothing where the year is missing
  int month = 0, day = 0;          // where the year is missing
  std::int64_t time_of_day_us = 0;
  std::string_view host, program, process, message;  // process: its number
};

// Nothing where the line has no head that is known.
std::optional<SyslogLine> parse_syslog_line(std::string_view line);

// Whether most of the first lines are syslog's.
bool looks_syslog(std::string_view head);

// Dates without a year: the year of the last line stands in the name of the file (or is given); lines before
// it belong to the year before where their month is later.
class YearOfLines {
 public:
  explicit YearOfLines(std::optional<int> last_year) : year_(last_year) {}
  void add(const SyslogLine &line);  // in the order of the file, all lines, before the first date_of()
  void restart() { month_ = 0; }
  std::optional<base::Time> time_of(const SyslogLine &line);  // in the same order

 private:
  std::optional<int> year_;
  int turns_ = 0;  // how often the year turned in the file
  int month_ = 0;
};

// "auth.log-20240112", "2024/auth.log": the last year of this century in a path.
std::optional<int> year_in(std::string_view path);

// Fills the event from the line; its time is set already. `process` is the number of the process that wrote
// it, "" where it is not known: that of sshd tells one session from another.
void read_syslog_message(std::string_view host, std::string_view program, std::string_view process,
                         std::string_view message, EventBuilder &out);

// journalctl -o json.
bool is_journal(const Json &record);
base::Result<void> read_journal(const Json &record, EventBuilder &out);

}  // namespace dislodge::log

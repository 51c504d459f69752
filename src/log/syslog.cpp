#include "log/syslog.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/encode.hpp"
#include "log/fields.hpp"

namespace dislodge::log {

namespace {

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::size_t kRepeatedMax = 100;  // of one line; rsyslog and journald fold no more
constexpr std::size_t kMessageMax =
    1000;  // bytes of a message that are kept beside what it is understood to say

bool digit(char c) {
  return c >= '0' && c <= '9';
}

std::optional<int> two_digits(std::string_view text, std::size_t at) {
  if (text.size() < at + 2 || !digit(text[at + 1])) return std::nullopt;
  if (text[at] == ' ') return text[at + 1] - '0';
  if (!digit(text[at])) return std::nullopt;
  return (text[at] - '0') * 10 + (text[at + 1] - '0');
}

std::string_view word(std::string_view &rest) {
  while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  const std::string_view one = rest.substr(0, rest.find(' '));
  rest.remove_prefix(one.size());
  while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  return one;
}

// "Jan 12 07:08:09": month, day, time of day.
bool old_date(std::string_view &rest, SyslogLine &line) {
  if (rest.size() < 15 || rest[3] != ' ' || rest[6] != ' ' || rest[9] != ':' || rest[12] != ':') return false;
  const auto month = std::find(kMonths.begin(), kMonths.end(), rest.substr(0, 3));
  const auto day = two_digits(rest, 4);
  const auto hour = two_digits(rest, 7);
  const auto minute = two_digits(rest, 10);
  const auto second = two_digits(rest, 13);
  if (month == kMonths.end() || !day || !hour || !minute || !second) return false;
  if (*day < 1 || *day > 31 || *hour > 23 || *minute > 59 || *second > 60) return false;
  line.month = static_cast<int>(month - kMonths.begin()) + 1;
  line.day = *day;
  line.time_of_day_us = ((*hour * 60 + *minute) * 60 + *second) * base::kSecond;
  rest.remove_prefix(15);
  return true;
}

// What a message says, taken apart by the words around names and addresses.
std::string_view after(std::string_view text, std::string_view mark) {
  const std::size_t found = text.find(mark);
  if (found == std::string_view::npos) return {};
  std::string_view rest = text.substr(found + mark.size());
  return rest.substr(0, rest.find_first_of(" ,;"));
}

void read_sshd(std::string_view message, EventBuilder &out) {
  Event &event = out.event();
  event.source = Source::sshd;
  const auto begins = [&](std::string_view start) { return message.substr(0, start.size()) == start; };
  std::string_view rest = message;
  if (begins("Accepted ") || begins("Failed ")) {
    const bool ok = begins("Accepted ");
    word(rest);
    const std::string_view method = word(rest);
    std::string_view user = after(message, " for ");
    if (user == "invalid") user = after(message, " invalid user ");
    event.event_class = EventClass::interactive_signin;
    // A key that was offered and refused is no guess: clients offer all they have.
    event.outcome = ok                                          ? Outcome::ok
                    : method == "publickey" || method == "none" ? Outcome::error
                                                                : Outcome::wrong_secret;
    out.set(&Event::operation, std::string(ok ? "accepted " : "failed ") + std::string(method));
    out.set(&Event::client, method);
    out.set(&Event::actor_name, user);
    out.set_address(after(message, " from "));
    out.extra("port", after(message, " port "));
    const std::string_view print = after(message, "SHA256:");
    if (!print.empty()) out.set(&Event::key_id, "SHA256:" + std::string(print));
    if (message.find("invalid user") != std::string_view::npos) out.extra("reason", "no such user");
    return;
  }
  if (begins("Invalid user ") || begins("Illegal user ")) {
    event.event_class = EventClass::interactive_signin;
    event.outcome = Outcome::wrong_secret;
    out.set(&Event::operation, "invalid user");
    out.set(&Event::actor_name, after(message, " user "));
    out.set_address(after(message, " from "));
    return;
  }
  if (message.find("authenticating user ") != std::string_view::npos) {
    event.outcome = Outcome::interrupted;
    out.set(&Event::operation, "left before authentication");
    std::string_view who = message.substr(message.find("authenticating user ") + 20);
    out.set(&Event::actor_name, word(who));
    out.set_address(word(who));
    return;
  }
  if (begins("error: maximum authentication attempts") || begins("maximum authentication attempts")) {
    event.event_class = EventClass::interactive_signin;
    event.outcome = Outcome::blocked;
    out.set(&Event::operation, "too many attempts");
    std::string_view user = after(message, " for ");
    if (user == "invalid") user = after(message, " invalid user ");
    out.set(&Event::actor_name, user);
    out.set_address(after(message, " from "));
    return;
  }
  out.set(&Event::operation, begins("Connection ")     ? "connection"
                             : begins("Disconnected ") ? "disconnected"
                             : begins("Received ")     ? "disconnected"
                                                       : "sshd");
  out.set_address(after(message, " from "));
  if (out.get(&Event::address) == "user") out.set_address({});
}

void read_session(std::string_view message, EventBuilder &out) {
  std::string_view user = after(message, " for user ");
  user = user.substr(0, user.find('('));
  out.set(&Event::operation,
          message.find("opened") != std::string_view::npos ? "session opened" : "session closed");
  out.set(&Event::actor_name, user);
  out.event().outcome = Outcome::ok;
}

void read_sudo(std::string_view message, EventBuilder &out) {
  Event &event = out.event();
  event.event_class = EventClass::admin_change;
  out.set(&Event::operation, "sudo");
  const std::size_t colon = message.find(" : ");
  out.set(&Event::actor_name, message.substr(0, std::min(colon, message.size())));
  out.set(&Event::target_name, after(message, " USER="));
  out.set(&Event::target_type, "user");
  const std::size_t command = message.find("COMMAND=");
  if (command != std::string_view::npos) out.extra("command-line", message.substr(command + 8));
  event.outcome = message.find("incorrect password") != std::string_view::npos ? Outcome::wrong_secret
                  : message.find("NOT in sudoers") != std::string_view::npos   ? Outcome::blocked
                                                                               : Outcome::ok;
}

}  // namespace

std::optional<SyslogLine> parse_syslog_line(std::string_view line) {
  SyslogLine out;
  std::string_view rest = line;
  bool numbered = false;
  if (rest.starts_with('<')) {  // priority
    const std::size_t close = rest.find('>');
    if (close == std::string_view::npos || close > 4) return std::nullopt;
    rest.remove_prefix(close + 1);
    if (rest.starts_with("1 ")) {
      numbered = true;
      rest.remove_prefix(2);
    }
  }
  if (!old_date(rest, out)) {
    std::string_view copy = rest;
    const std::string_view first = word(copy);
    if (first.size() < 19 || first[4] != '-' || first[10] != 'T') return std::nullopt;
    out.time = base::parse_time(first);
    if (!out.time) return std::nullopt;
    rest = copy;
  }
  out.host = word(rest);
  if (numbered) {  // RFC 5424: APP-NAME PROCID MSGID STRUCTURED-DATA MSG
    out.program = word(rest);
    out.process = word(rest);
    if (out.process == "-") out.process = {};
    word(rest);
    if (rest.starts_with('[')) {
      std::size_t end = 0;
      bool quoted = false;
      while (end < rest.size() &&
             (quoted || rest[end] != ']' || (end + 1 < rest.size() && rest[end + 1] == '['))) {
        if (rest[end] == '\\')
          ++end;
        else if (rest[end] == '"')
          quoted = !quoted;
        ++end;
      }
      rest.remove_prefix(std::min(rest.size(), end + 1));
    } else {
      word(rest);
    }
    out.message = base::trim(rest);
    return out;
  }
  // "sshd[123]: " or "kernel: "; a message without a program is taken whole.
  const std::size_t colon = rest.find(": ");
  const std::string_view tag = rest.substr(0, std::min(rest.find_first_of("[ "), colon));
  if (colon == std::string_view::npos || rest.substr(0, colon).find(' ') != std::string_view::npos) {
    out.message = rest;
    return out;
  }
  out.program = tag;
  if (const std::string_view number = rest.substr(tag.size(), colon - tag.size());
      number.size() > 2 && number.front() == '[' && number.back() == ']')
    out.process = number.substr(1, number.size() - 2);
  out.message = rest.substr(colon + 2);
  return out;
}

bool looks_syslog(std::string_view head) {
  std::size_t lines = 0;
  std::size_t fit = 0;
  while (!head.empty() && lines < 40) {
    const std::size_t end = head.find('\n');
    const std::string_view line = base::trim(head.substr(0, std::min<std::size_t>(end, 4096)));
    head.remove_prefix(end == std::string_view::npos ? head.size() : end + 1);
    if (line.empty()) continue;
    ++lines;
    const auto parsed = parse_syslog_line(line);
    if (parsed && (!parsed->program.empty() || parsed->message.find("last message repeated") == 0)) ++fit;
  }
  return fit > 0 && fit * 5 >= lines * 4;
}

void YearOfLines::add(const SyslogLine &line) {
  if (line.month == 0) return;
  // Lines a little out of order do not turn the year: December to January does.
  if (month_ >= 11 && line.month <= 2) ++turns_;
  month_ = line.month;
}

std::optional<base::Time> YearOfLines::time_of(const SyslogLine &line) {
  if (line.time) return line.time;
  if (!year_ || line.month == 0) return std::nullopt;
  if (month_ >= 11 && line.month <= 2 && turns_ > 0) --turns_;
  month_ = line.month;
  const base::Date date{*year_ - turns_, line.month, line.day};
  if (!base::valid_date(date)) return std::nullopt;
  return base::time_of(date) + line.time_of_day_us;
}

std::optional<int> year_in(std::string_view path) {
  std::optional<int> found;
  for (std::size_t i = 0; i + 4 <= path.size(); ++i) {
    const bool starts = i == 0 || !digit(path[i - 1]);
    if (!starts || path[i] != '2' || path[i + 1] != '0' || !digit(path[i + 2]) || !digit(path[i + 3]))
      continue;
    std::size_t run = 4;
    while (i + run < path.size() && digit(path[i + run])) ++run;
    if (run == 4 || run == 6 || run == 8 || run >= 14)
      found = 2000 + (path[i + 2] - '0') * 10 + (path[i + 3] - '0');
  }
  return found;
}

void read_syslog_message(std::string_view host, std::string_view program, std::string_view process,
                         std::string_view message, EventBuilder &out) {
  // "message repeated 3 times: [ Failed password for ann from ...]": the line before it, so many times more.
  if (constexpr std::string_view kRepeated = "message repeated "; message.starts_with(kRepeated)) {
    std::size_t times = 0;
    std::string_view rest = message.substr(kRepeated.size());
    for (; !rest.empty() && digit(rest.front()) && times < kRepeatedMax; rest.remove_prefix(1))
      times = times * 10 + static_cast<std::size_t>(rest.front() - '0');
    if (constexpr std::string_view kOpen = " times: ["; rest.starts_with(kOpen) && rest.ends_with(']')) {
      rest = base::trim(rest.substr(kOpen.size(), rest.size() - kOpen.size() - 1));
      if (rest.starts_with(kRepeated)) times = 0;  // nobody folds what is folded
      while (rest.starts_with(kRepeated)) rest.remove_prefix(1);
      const base::Time time = out.event().time;
      for (std::size_t i = 0; i < std::clamp<std::size_t>(times, 1, kRepeatedMax); ++i) {
        if (i > 0) out.begin_sibling();
        out.event().time = time;
        read_syslog_message(host, program, process, rest, out);
        // Alike to the letter, they would count as one event that two files hold.
        out.set(&Event::native_id, std::string(host) + '/' + std::string(process) + '/' +
                                       base::format_time(time) + '/' + std::to_string(i + 1));
      }
      return;
    }
  }
  out.event().source = Source::syslog;
  out.set_lower(&Event::tenant, out.declared_tenant().empty() ? host : out.declared_tenant());
  out.set_lower(&Event::resource_name, host);
  out.set(&Event::actor_type, "user");
  out.extra("message", message.substr(0, kMessageMax));
  out.extra("program", program);
  if (message.starts_with("pam_unix(") && message.find("session ") != std::string_view::npos)
    read_session(message, out);
  else if (program.starts_with("sshd"))
    read_sshd(message, out);
  else if (program == "sudo")
    read_sudo(message, out);
  else if (program == "useradd" || program == "usermod" || program == "groupadd" || program == "gpasswd" ||
           program == "passwd" || program == "chpasswd" || program == "userdel") {
    out.event().event_class = EventClass::admin_change;
    out.event().outcome = Outcome::ok;
    out.set(&Event::operation, program);
    std::string_view name = after(message, "name=");
    if (name.empty()) name = after(message, " for ");
    // "add 'mallory' to group 'sudo'"
    if (name.empty() && message.find("add '") != std::string_view::npos) {
      name = after(message, "add '");
      name = name.substr(0, name.find('\''));
      std::string_view group = after(message, "group '");
      out.extra("group", group.substr(0, group.find('\'')));
    }
    out.set(&Event::target_name, name);
    out.set(&Event::target_type, "user");
    // Root alone may do this; passwd(1) is also how people change their own.
    if (program != "passwd") out.set(&Event::actor_name, "root");
    out.extra("uid", after(message, "UID="));
  } else {
    out.set(&Event::operation, program.empty() ? std::string_view("message") : program);
  }
  // One process of sshd is one connection. Numbers come again after weeks: the day tells them apart, and
  // log/stitch.hpp gives the session to what follows.
  if (!program.starts_with("sshd") || process.empty()) return;
  out.extra("pid", process);
  if (out.get(&Event::operation).starts_with("accepted "))
    out.set(&Event::session, base::lower(host) + " sshd " + std::string(process) + ' ' +
                                 base::format_time(out.event().time).substr(0, 10));
}

bool is_journal(const Json &record) {
  return record.is_object() && record.get("__REALTIME_TIMESTAMP") && record.get("MESSAGE");
}

base::Result<void> read_journal(const Json &record, EventBuilder &out) {
  DISLODGE_TRY(set_time_at(out, record, {"_SOURCE_REALTIME_TIMESTAMP", "__REALTIME_TIMESTAMP"}));
  out.set(&Event::native_id, record.text("__CURSOR"));
  read_syslog_message(record.text("_HOSTNAME"), text_at(record, {"SYSLOG_IDENTIFIER", "_COMM"}),
                      text_at(record, {"SYSLOG_PID", "_PID"}), record.text("MESSAGE"), out);
  return {};
}

}  // namespace dislodge::log

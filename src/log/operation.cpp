#include "log/operation.hpp"

#include "base/encode.hpp"

namespace dislodge::log {

std::string_view trimmed_operation(std::string_view name) {
  name = base::trim(name);
  while (!name.empty()) {
    if (name.back() == '.' || name.back() == ' ')
      name.remove_suffix(1);
    else if (name.ends_with("\xC2\xA0"))
      name.remove_suffix(2);
    else
      break;
  }
  return name;
}

std::string canonical_operation(std::string_view name) {
  name = trimmed_operation(name);
  std::string out;
  out.reserve(name.size());
  for (std::size_t i = 0; i < name.size(); ++i) {
    // U+2010 .. U+2015 are the dashes.
    if (name.substr(i, 2) == "\xE2\x80" && i + 2 < name.size() &&
        static_cast<unsigned char>(name[i + 2]) >= 0x90 && static_cast<unsigned char>(name[i + 2]) <= 0x95) {
      out += '-';
      i += 2;
    } else if (name.substr(i, 2) == "\xC2\xA0") {
      out += ' ';
      ++i;
    } else if (name[i] != ' ' || out.empty() || out.back() != ' ') {
      out += name[i];
    }
  }
  return base::lower(out);
}

bool reads_file(const EventTable &table, const Event &event) {
  if (event.event_class != EventClass::file_access) return false;
  const std::string operation = base::lower(table.text(event.operation));
  for (const std::string_view word : {"upload", "modif", "delet", "renam", "shar", "creat", "add", "remov",
                                      "move", "put", "checkin", "lock"})
    if (operation.find(word) != std::string::npos) return false;
  return event.outcome != Outcome::error && event.outcome != Outcome::blocked;
}

}  // namespace dislodge::log

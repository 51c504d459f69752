#include "log/fields.hpp"

#include <cctype>
#include <string>

#include "base/encode.hpp"
#include "log/no_date.hpp"

namespace dislodge::log {

namespace {

bool skipped(char c) {
  return c == '_' || c == ' ' || c == '-';
}

char folded(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// A member whose whole name is the path.
Json flat(const Json &record, std::string_view path) {
  if (const Json exact = record.get(path)) return exact;
  Json found;
  record.for_members([&](std::string_view name, const Json &value) {
    if (!found && same_name(name, path)) found = value;
  });
  return found;
}

Json inside(const Json &value) {
  const Json open = value.unpacked();
  return open.is_array() ? open.at(0) : open;
}

bool says_nothing(std::string_view text) {
  return text.empty() || text == "-" || text == "null" || text == "N/A" || text == "n/a";
}

}  // namespace

Json entra_body(const Json &record) {
  const Json properties = record.get("properties").unpacked();
  return properties.is_object() ? properties : record;
}

std::string_view tenant_in_path(std::string_view resource) {
  constexpr std::string_view kStart = "/tenants/";
  if (resource.size() < kStart.size() ||
      !base::equal_ignoring_case(resource.substr(0, kStart.size()), kStart))
    return {};
  resource.remove_prefix(kStart.size());
  return resource.substr(0, resource.find('/'));
}

bool same_name(std::string_view a, std::string_view b) {
  std::size_t i = 0;
  std::size_t j = 0;
  while (true) {
    while (i < a.size() && skipped(a[i])) ++i;
    while (j < b.size() && skipped(b[j])) ++j;
    if (i == a.size() || j == b.size()) return i == a.size() && j == b.size();
    if (folded(a[i++]) != folded(b[j++])) return false;
  }
}

Json at(const Json &record, std::string_view path) {
  Json here = record;
  while (true) {
    if (const Json whole = flat(here, path)) return whole;
    // The longest head that is an object of its own.
    std::size_t dot = path.rfind('.');
    Json next;
    while (dot != std::string_view::npos && !next) {
      next = inside(flat(here, path.substr(0, dot)));
      if (next.is_object()) break;
      next = Json();
      dot = dot == 0 ? std::string_view::npos : path.rfind('.', dot - 1);
    }
    if (!next) return {};
    here = next;
    path = path.substr(dot + 1);
  }
}

std::string_view text_at(const Json &record, std::initializer_list<std::string_view> paths) {
  for (const std::string_view path : paths) {
    Json value = at(record, path);
    if (value.is_array()) value = value.at(0);
    const std::string_view text = base::trim(value.text());
    if (!says_nothing(text)) return text;
  }
  return {};
}

base::Result<void> set_time_at(EventBuilder &out, const Json &record,
                               std::initializer_list<std::string_view> paths) {
  bool undecided = false;
  bool written = false;
  for (const std::string_view path : paths) {
    const std::string_view text = text_at(record, {path});
    if (text.empty()) continue;
    // Another may say more.
    if (const auto time = parse_export_time(text, std::nullopt); time && stands_for_none(*time)) continue;
    if (out.set_time(text)) return {};
    undecided = undecided || needs_order(text);
    written = true;
  }
  if (!written && out.accepts_untimed()) {
    out.extra("time-unknown", "true");
    return {};
  }
  return base::fail(base::ErrorKind::damaged, undecided
                                                  ? "the order of day and month in its date is not known"
                                                  : "there is no time that can be read");
}

Outcome outcome_of_word(std::string_view word) {
  const std::string text = base::lower(base::trim(word));
  const auto is_one_of = [&](std::initializer_list<std::string_view> words) {
    for (const std::string_view one : words)
      if (text == one) return true;
    return false;
  };
  if (is_one_of({"success", "succeeded", "successful", "ok", "allow", "allowed", "true", "accept", "accepted",
                 "start", "started", "created", "updated", "deleted"}))
    return Outcome::ok;
  if (is_one_of({"deny", "denied", "blocked", "block", "forbidden", "unauthorized"})) return Outcome::blocked;
  if (is_one_of({"failure", "failed", "fail", "false", "error", "unknown error", "timeout", "rejected"}))
    return Outcome::error;
  if (is_one_of({"interrupted", "challenge", "deferred", "abandoned"})) return Outcome::interrupted;
  return Outcome::none;
}

void extras_of_members(EventBuilder &out, const Json &object, std::string_view prefix, int most) {
  const Json open = object.unpacked();
  int count = 0;
  open.for_members([&](std::string_view name, const Json &value) {
    if (count++ >= most || !value.is_scalar()) return;
    out.extra(std::string(prefix) + std::string(name), value.text());
  });
}

}  // namespace dislodge::log

#include "mail/calendar_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/encode.hpp"
#include "base/item_path.hpp"
#include "mail/base64.hpp"
#include "mail/quoted_printable.hpp"
#include "mail/reflow.hpp"

namespace dislodge::mail {
namespace {

using Form = CalendarValue::Form;

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kHeadMax = 16u << 10;  // bytes of a property before its value; RFC 5545 names none

// "ATTACH;FMTTYPE=text/plain;ENCODING=BASE64:" without its folds, and where the value behind it begins.
struct Head {
  std::string name;                                             // upper case
  std::vector<std::pair<std::string, std::string>> parameters;  // names in upper case
  std::size_t value = 0;

  std::string_view get(std::string_view key) const {
    for (const auto &[known, value_of] : parameters)
      if (known == key) return value_of;
    return {};
  }
};

std::string upper(std::string_view text) {
  std::string out(text);
  for (char &c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c & ~32);
  return out;
}

std::optional<Head> read_head(std::string_view bytes, std::size_t begin) {
  Head head;
  std::string key, value;
  bool quoted = false;
  enum class In : std::uint8_t { the_name, the_key, the_value } in = In::the_name;
  const auto close = [&] {
    // vCard 2.1 writes the value alone: "PHOTO;JPEG;BASE64".
    if (in == In::the_key) head.parameters.emplace_back("", upper(base::trim(key)));
    if (in == In::the_value) head.parameters.emplace_back(upper(base::trim(key)), value);
    key.clear();
    value.clear();
    in = In::the_key;
  };
  for (std::size_t at = begin; at < bytes.size() && at - begin < kHeadMax; ++at) {
    const char c = bytes[at];
    if (c == '\r' || c == '\n') {
      std::size_t next = at + (bytes.substr(at, 2) == "\r\n" ? 2 : 1);
      if (next >= bytes.size() || (bytes[next] != ' ' && bytes[next] != '\t')) return std::nullopt;
      at = next;  // the blank of the fold
      continue;
    }
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ':' && !quoted) {
      close();
      head.name = upper(head.name);
      if (const std::size_t dot = head.name.find('.'); dot != kNone) head.name.erase(0, dot + 1);  // a group
      head.value = at + 1;
      return head;
    } else if (c == ';' && !quoted) {
      if (in == In::the_name)
        in = In::the_key;
      else
        close();
    } else if (c == '=' && in == In::the_key && !quoted) {
      in = In::the_value;
    } else {
      (in == In::the_name ? head.name : in == In::the_key ? key : value) += c;
    }
  }
  return std::nullopt;
}

// Behind the last line of a value: a line that begins with a blank goes on, and in quoted-printable of vCard
// 2.1 the line after one that ends in "=".
std::size_t value_end(std::string_view bytes, std::size_t begin, bool quoted_printable) {
  std::size_t at = begin;
  while (at < bytes.size()) {
    const std::size_t found = bytes.find('\n', at);
    if (found == kNone) return bytes.size();
    const std::size_t next = found + 1;
    std::size_t stop = found;
    if (stop > at && bytes[stop - 1] == '\r') --stop;
    const bool folded = next < bytes.size() && (bytes[next] == ' ' || bytes[next] == '\t') &&
                        !base::trim(bytes.substr(next, bytes.find('\n', next) - next)).empty();
    const bool soft = quoted_printable && stop > at && bytes[stop - 1] == '=';
    if (!folded && !soft) return stop;
    at = next;
  }
  return bytes.size();
}

std::string declared_name(const Head &head) {
  for (const std::string_view key : {"X-FILENAME", "FILENAME", "X-APPLE-FILENAME", "X-LABEL", "X-FILE-NAME"})
    if (const std::string_view name = head.get(key); !name.empty()) return base::to_valid_utf8(name);
  return {};
}

std::string declared_type(const Head &head) {
  std::string_view type = head.get("FMTTYPE");
  if (type.empty()) type = head.get("MEDIATYPE");
  if (type.empty() && head.get("TYPE").find('/') != kNone) type = head.get("TYPE");
  return base::lower(type);
}

std::optional<CalendarValue> value_of(std::string_view bytes, const Head &head) {
  CalendarValue value;
  value.begin = head.value;
  value.name = declared_name(head);
  value.media_type = declared_type(head);
  const std::string encoding = upper(head.get("ENCODING"));
  const auto alone = [&](std::string_view word) {
    return std::any_of(head.parameters.begin(), head.parameters.end(),
                       [&](const auto &one) { return one.first.empty() && one.second == word; });
  };
  if (encoding == "BASE64" || encoding == "B" || alone("BASE64")) {
    value.end = value_end(bytes, value.begin, false);
    return value;
  }
  if (encoding == "QUOTED-PRINTABLE" || alone("QUOTED-PRINTABLE")) {
    value.form = Form::quoted_printable;
    value.end = value_end(bytes, value.begin, true);
    return value;
  }
  if (base::equal_ignoring_case(bytes.substr(value.begin, 5), "data:")) {
    value.end = value_end(bytes, value.begin, false);
    const std::size_t comma = bytes.substr(0, value.end).find(',', value.begin);
    if (comma == kNone || comma - value.begin > kHeadMax) return std::nullopt;
    const std::string said = base::lower(bytes.substr(value.begin + 5, comma - value.begin - 5));
    value.form = said.ends_with(";base64") ? Form::base64 : Form::percent;
    if (value.media_type.empty()) value.media_type = said.substr(0, said.find_first_of(";\r\n"));
    value.begin = comma + 1;
    return value;
  }
  if (head.name == "X-ALT-DESC" || value.media_type == "text/html") {
    value.form = Form::html;
    value.media_type = "text/html";
    value.end = value_end(bytes, value.begin, false);
    return value;
  }
  return std::nullopt;
}

std::string unfolded(std::string_view raw) {
  auto plain = reflow(raw, {.unfold = true});
  return plain ? std::move(plain->text) : std::string(raw);
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '%')
      if (const auto byte = base::from_hex(text.substr(at + 1, 2)); byte && byte->size() == 1) {
        out += *byte;
        at += 2;
        continue;
      }
    out += text[at];
  }
  return out;
}

std::string decoded(std::string_view raw, Form form) {
  std::string out;
  switch (form) {
    case Form::base64:
      decode_base64(raw, out);
      break;
    case Form::quoted_printable:
      decode_quoted_printable(raw, out);
      break;
    case Form::percent:
      out = percent_decoded(unfolded(raw));
      break;
    case Form::html:
      out = unfolded(raw);
      break;
  }
  return out;
}

std::string_view step_of(Form form) {
  static constexpr std::array<std::string_view, 4> kNames = {"base64", "percent", "quoted-printable", "html"};
  return kNames[static_cast<std::size_t>(form)];
}

}  // namespace

bool is_calendar_type(std::string_view media_type) {
  return media_type == "text/calendar" || media_type == "text/vcard" || media_type == "text/x-vcard" ||
         media_type == "text/directory";
}

std::vector<CalendarValue> find_calendar_values(std::string_view bytes, std::size_t most) {
  std::vector<CalendarValue> values;
  for (std::size_t at = 0; at < bytes.size() && values.size() < most;) {
    std::size_t next = bytes.find('\n', at);
    next = next == kNone ? bytes.size() : next + 1;
    const bool property = bytes[at] != ' ' && bytes[at] != '\t' && bytes[at] != '\r' && bytes[at] != '\n';
    if (const auto head = property ? read_head(bytes, at) : std::nullopt)
      if (auto value = value_of(bytes, *head)) {
        next = std::max(next, value->end);
        if (value->end > value->begin) values.push_back(std::move(*value));
      }
    at = next;
  }
  return values;
}

void emit_calendar_values(std::string_view bytes, std::string_view path, std::uint32_t depth,
                          evidence::RecordId within, evidence::Sink &sink) {
  const std::size_t most = static_cast<std::size_t>(sink.limits().members_max);
  const std::vector<CalendarValue> values = find_calendar_values(bytes, most);
  for (const CalendarValue &value : values) {
    const std::string content = decoded(bytes.substr(value.begin, value.end - value.begin), value.form);
    if (content.empty()) continue;
    const std::string child =
        base::join_item(path, base::decoded_view_step(step_of(value.form), value.begin));
    evidence::ItemView view;
    view.path = child;
    view.bytes = content;
    view.name = value.name;
    view.media_type = value.media_type;
    view.depth = depth + 1;
    view.within = within;
    if (value.form == Form::html) view.type = evidence::ItemType::html;
    sink.child(view);
  }
  if (values.size() == most)
    sink.unread({.bytes = 0,
                 .state = evidence::LedgerState::too_large,
                 .reason = fmt::format("more than {} attachments: of the rest the lines were read", most),
                 .remedy = "raise the limit members_max with --limit",
                 .child = {},
                 .child_size = 0});
}

}  // namespace dislodge::mail

#include "log/builder.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/ascii.hpp"
#include "base/encode.hpp"
#include "log/json_marks.hpp"
#include "log/no_date.hpp"

namespace dislodge::log {

namespace {

constexpr std::string_view kZeroGuid = "00000000-0000-0000-0000-000000000000";

// "[KeyIdentifier=GUID,KeyType=Password,KeyUsage=Verify,DisplayName=x]": one a credential, several in a list.
struct KeyDescription {
  std::string id;    // lower case
  std::string text;  // between the brackets
};

std::vector<KeyDescription> keys_in(std::string_view text) {
  constexpr std::string_view kName = "KeyIdentifier=";
  std::vector<KeyDescription> keys;
  for (std::size_t at = text.find(kName); at != std::string_view::npos; at = text.find(kName, at + 1)) {
    const std::string_view rest = text.substr(at + kName.size());
    const std::string_view id = rest.substr(0, rest.find_first_of(",]\""));
    if (id.empty()) continue;
    const std::string_view whole = text.substr(at);
    keys.push_back({base::lower(id), std::string(whole.substr(0, whole.find(']')))});
  }
  return keys;
}

// ASCII letters in lower case, eight bytes at a time: ids are all that most events hold.
void to_lower(std::string_view text, char *to) {
  constexpr std::uint64_t kOnes = 0x0101010101010101ull, kHigh = 0x80 * kOnes;
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, 8);
    const std::uint64_t low = word & ~kHigh;
    const std::uint64_t from_a = low + (0x80 - 'A') * kOnes, past_z = low + (0x80 - 'Z' - 1) * kOnes;
    word |= ((from_a ^ past_z) & ~word & kHigh) >> 2;
    std::memcpy(to + at, &word, 8);
  }
  for (; at < text.size(); ++at)
    to[at] = text[at] >= 'A' && text[at] <= 'Z' ? static_cast<char>(text[at] + 32) : text[at];
}

bool holds(const std::vector<KeyDescription> &keys, const std::string &id) {
  return std::any_of(keys.begin(), keys.end(), [&](const KeyDescription &key) { return key.id == id; });
}

}  // namespace

bool is_guid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !base::is_hex_digit(text[i])) return false;
  }
  return true;
}

std::string_view guid_in(std::string_view text) {
  if (is_guid(text)) return text;
  const std::size_t underline = text.rfind('_');
  if (underline != std::string_view::npos && is_guid(text.substr(underline + 1)))
    return text.substr(underline + 1);
  return {};
}

std::string clean_address(std::string_view text) {
  text = base::trim(text);
  if (text.empty() || text == "null" || text == "<null>") return {};
  if (text.front() == '[') {
    const std::size_t close = text.find(']');
    if (close != std::string_view::npos) text = text.substr(1, close - 1);
  } else if (const std::size_t colon = text.rfind(':'); colon != std::string_view::npos) {
    const bool one_colon = text.find(':') == colon;
    const std::size_t dot = text.rfind('.');
    if (one_colon || (dot != std::string_view::npos && dot < colon)) text = text.substr(0, colon);
  }
  if (const std::size_t zone = text.find('%'); zone != std::string_view::npos) text = text.substr(0, zone);
  if (text.size() > 7 && base::equal_ignoring_case(text.substr(0, 7), "::ffff:") &&
      text.find('.') != std::string_view::npos)
    text = text.substr(7);
  // One spelling for one IPv6 address (RFC 5952 is what the C library writes).
  if (text.find(':') != std::string_view::npos && text.size() < INET6_ADDRSTRLEN) {
    unsigned char bytes[16];
    char written[INET6_ADDRSTRLEN];
    if (inet_pton(AF_INET6, std::string(text).c_str(), bytes) == 1 &&
        inet_ntop(AF_INET6, bytes, written, sizeof written) != nullptr)
      return written;
  }
  return base::lower(text);
}

void EventBuilder::begin(const RecordSpan &span, Source source) {
  event_ = Event{};
  span_ = span;
  first_event_ = table_.events.size();
  first_extra_ = table_.extras.size();
  if (!file_) {
    file_ = table_.file_index(item_);
    begin_ = span.offset;
    events_before_ = table_.events.size();
    extras_before_ = table_.extras.size();
  }
  event_.source = source;
  event_.file = *file_;
  event_.line = span.line;
  event_.column = span.column;
  event_.offset = span.offset;
  event_.length = static_cast<std::uint32_t>(std::min<std::uint64_t>(span.length, UINT32_MAX));
  event_.extra_begin = static_cast<std::uint32_t>(table_.extras.size());
}

// What follows in the file will be like what came before it. Tables that grow by doubling are copied again
// and again, and memory that is new each time costs more than the copying.
void EventBuilder::make_room() {
  constexpr std::size_t kGrowthMost = 8;  // times what there is: the first records may be unlike the rest
  const std::uint64_t done = span_.offset + span_.length;
  if (done >= end_ || done <= begin_) return;
  const double more = 1.05 * static_cast<double>(end_ - done) / static_cast<double>(done - begin_);
  const auto widen = [&](auto &table, std::size_t before) {
    const std::size_t size = table.size();
    const auto wanted = static_cast<std::size_t>(more * static_cast<double>(size - before));
    table.reserve(size + std::clamp(wanted, size / 2, size * kGrowthMost));
  };
  widen(table_.events, events_before_);
  widen(table_.extras, extras_before_);
}

void EventBuilder::commit() {
  constexpr std::size_t kSample = 64;  // events from which the rest is guessed
  if (table_.events.size() == table_.events.capacity() && table_.events.size() >= events_before_ + kSample)
    make_room();
  event_.extra_count = static_cast<std::uint32_t>(table_.extras.size()) - event_.extra_begin;
  table_.events.push_back(event_);
}

void EventBuilder::extend_last(std::string_view key, std::string_view value) {
  if (!file_ || table_.events.empty() || table_.events.back().file != *file_) return;
  Event &last = table_.events.back();
  if (last.extra_begin + last.extra_count != table_.extras.size()) return;
  table_.extras.push_back({table_.pool.intern(key), table_.pool.intern(value)});
  ++last.extra_count;
}

void EventBuilder::discard() {
  table_.extras.resize(first_extra_);
  table_.events.resize(first_event_);
}

void EventBuilder::begin_sibling() {
  commit();
  const std::size_t event = first_event_;
  const std::size_t extra = first_extra_;
  begin(span_, event_.source);
  first_event_ = event;
  first_extra_ = extra;
}

bool EventBuilder::set_time(std::string_view text) {
  auto time = parse_export_time(text, order_);
  if (!time) time = parse_epoch(text);
  if (!time) return false;
  if (stands_for_none(*time)) {
    if (!accept_untimed_) return false;
    event_.time = base::Time{};
    extra("time-unknown", "true");
    return true;
  }
  event_.time = *time;
  return true;
}

base::StringId EventBuilder::pooled(base::StringId &last, std::string_view text) {
  if (text.empty()) return 0;
  if (last == 0 || !same_bytes(table_.pool.text(last), text)) last = table_.pool.intern(text);
  return last;
}

base::StringId &EventBuilder::last_of(base::StringId Event::*field) {
  const auto distance =
      reinterpret_cast<const char *>(&(event_.*field)) - reinterpret_cast<const char *>(&event_);
  return last_[static_cast<std::size_t>(distance) / sizeof(base::StringId)];
}

void EventBuilder::set(base::StringId Event::*field, std::string_view text) {
  event_.*field = pooled(last_of(field), base::trim(text));
}

void EventBuilder::set_lower(base::StringId Event::*field, std::string_view text) {
  text = base::trim(text);
  char small[128];
  if (text.size() > sizeof small) {
    event_.*field = pooled(last_of(field), base::lower(text));
    return;
  }
  to_lower(text, small);
  event_.*field = pooled(last_of(field), {small, text.size()});
}

void EventBuilder::set_id(base::StringId Event::*field, std::string_view text) {
  text = base::trim(text);
  set_lower(field, text == kZeroGuid || text == "null" ? std::string_view() : text);
}

void EventBuilder::set_address(std::string_view text) {
  if (last_address_id_ == 0 || last_address_ != text) {
    last_address_ = text;
    last_address_id_ = table_.pool.intern(clean_address(text));
  }
  event_.address = last_address_id_;
}

void EventBuilder::extra(std::string_view key, std::string_view value) {
  value = base::trim(value);
  if (value.empty()) return;
  ExtraKey &known = extra_keys_[(reinterpret_cast<std::uintptr_t>(key.data()) >> 3) % extra_keys_.size()];
  if (known.at != key.data() || table_.pool.text(known.key) != key)
    known = {key.data(), table_.pool.intern(key), 0};
  table_.extras.push_back({known.key, pooled(known.last, value)});
}

// Values of changed properties are JSON inside a JSON string, at times twice: text loses its quotes, a list
// of one text becomes that text, all else stays as JSON.
std::string EventBuilder::unwrapped(std::string_view value) {
  std::string text(base::trim(value));
  for (int layer = 0; layer < 3 && text.size() >= 2 && text.front() == '"' && text.back() == '"'; ++layer) {
    const Json inner = arena_.parse_inner('[' + text + ']').at(0);
    if (!inner.is_text()) break;
    text = std::string(base::trim(inner.text()));
  }
  if (text.starts_with("[")) {
    const Json list = arena_.parse_inner(text);
    const Json one = list.at(0);
    if (!list.at(1) && one.is_scalar()) return std::string(one.text());
  }
  return text;
}

void EventBuilder::note_keys(const std::string &old_value, const std::string &new_value) {
  const auto before = keys_in(old_value);
  const auto after = keys_in(new_value);
  for (const KeyDescription &key : after) {
    if (holds(before, key.id)) {
      extra("key-kept", key.id);
      continue;
    }
    if (event_.key_id == 0) set_id(&Event::key_id, key.id);
    extra("key-added", key.id);
    extra("key-description", key.text);
  }
  for (const KeyDescription &key : before)
    if (!holds(after, key.id)) extra("key-removed", key.id);
}

// "[] => [[Id: .., ConsentType: AllPrincipals, Scope:  full_access_as_app, CreatedDateTime: ...]]; ": what
// stands after the arrow is what holds now.
void EventBuilder::note_consent(std::string_view permissions) {
  if (const std::size_t arrow = permissions.find("=>"); arrow != std::string_view::npos)
    permissions = permissions.substr(arrow + 2);
  const auto values_of = [&](std::string_view name, std::string_view as) {
    for (std::size_t at = permissions.find(name); at != std::string_view::npos;
         at = permissions.find(name, at + 1)) {
      const std::string_view rest = permissions.substr(at + name.size());
      extra(as, rest.substr(0, rest.find_first_of(",]")));
    }
  };
  values_of("Scope:", "permissions");
  values_of("ConsentType:", "consent-type");
}

void EventBuilder::change(std::string_view name, std::string_view old_value, std::string_view new_value) {
  name = base::trim(name);
  if (name.empty()) return;
  const std::string before = unwrapped(old_value);
  const std::string after = unwrapped(new_value);
  extra("old:" + std::string(name), before);
  extra("new:" + std::string(name), after);
  const auto is = [&](std::string_view known) { return base::equal_ignoring_case(name, known); };
  if (is("KeyDescription"))
    note_keys(before, after);
  else if (is("AppRole.Value"))
    extra("app-role", after);
  else if (is("DelegatedPermissionGrant.Scope"))
    extra("permissions", after);
  else if (is("DelegatedPermissionGrant.ConsentType"))
    extra("consent-type", after);
  else if (is("ConsentAction.Permissions"))
    note_consent(after);
  else if (is("Role.DisplayName"))
    extra("role", after);
  else if (is("ServicePrincipal.ObjectID") || is("User.ObjectID"))
    extra("grantee", base::lower(after));
  else if (is("ServicePrincipal.AppId"))
    extra("grantee-app-id", base::lower(after));
  else if (is("AppId") || is("AppPrincipalId"))
    extra("target-app-id", base::lower(after));
  else if (is("TargetId.ServicePrincipalNames")) {
    // Names of the target: its application id is the one that is a GUID by itself.
    std::string_view rest = after;
    while (!rest.empty()) {
      const std::string_view one = base::trim(rest.substr(0, rest.find(';')));
      if (is_guid(one)) {
        extra("target-app-id", base::lower(one));
        break;
      }
      const std::size_t next = rest.find(';');
      rest = next == std::string_view::npos ? std::string_view() : rest.substr(next + 1);
    }
  }
}

void EventBuilder::keep_doubles(const Json &record) {
  if (!record.has_doubles()) return;
  struct Member {
    std::string_view name;
    Json value;
  };
  std::vector<Member> members;
  record.for_members([&](std::string_view name, const Json &value) { members.push_back({name, value}); });
  constexpr std::size_t kMembersMax = 500;  // the comparison is quadratic
  const std::size_t count = std::min(members.size(), kMembersMax);
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t j = i + 1; j < count; ++j) {
      if (members[i].name.size() != members[j].name.size() ||
          !base::equal_ignoring_case(members[i].name, members[j].name))
        continue;
      const std::string_view first = members[i].value.raw();
      const std::string_view second = members[j].value.raw();
      if (first != second)
        extra("also:" + base::lower(members[j].name),
              members[j].value.is_text() ? members[j].value.text() : second);
    }
}

}  // namespace dislodge::log

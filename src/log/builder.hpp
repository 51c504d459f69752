#pragma once
// EventBuilder: what every source needs to turn a record into an event: interning, cleaning of addresses and
// ids, extras, and taking an event back when the record turns out to be none.
//
//   builder.begin(span);  builder.set(&Event::operation, name);  builder.extra("folder", path);
//   builder.commit();

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "log/event.hpp"
#include "log/json.hpp"
#include "log/local_date.hpp"
#include "log/shape.hpp"

namespace dislodge::log {

class EventBuilder {
 public:
  EventBuilder(EventTable &table, std::string_view item, std::string_view tenant)
      : table_(table), item_(item), tenant_(tenant) {}

  void begin(const RecordSpan &span, Source source);
  void commit();
  void discard();  // takes back the extras of an event that was begun

  Event &event() { return event_; }
  JsonArena &arena() { return arena_; }
  std::string_view item() const { return item_; }
  std::string_view declared_tenant() const { return tenant_; }
  void set_date_order(std::optional<DateOrder> order) { order_ = order; }

  // The event's time. False where the text is no time, or one whose order of day and month is not known.
  bool set_time(std::string_view text);
  void set(base::StringId Event::*field, std::string_view text);
  void set_lower(base::StringId Event::*field, std::string_view text);
  void set_id(base::StringId Event::*field, std::string_view text);  // lower case; the zero GUID is no id
  void set_address(std::string_view text);
  bool is_set(base::StringId Event::*field) const { return event_.*field != 0; }
  std::string_view get(base::StringId Event::*field) const { return table_.text(event_.*field); }
  void extra(std::string_view key, std::string_view value);  // "" is left out
  // A changed property: "old:" and "new:" with their JSON wrapping removed, and what is known about it.
  void change(std::string_view name, std::string_view old_value, std::string_view new_value);
  // Names that differ only in case and stand for different values: both are kept.
  void keep_doubles(const Json &record);

 private:
  std::string unwrapped(std::string_view value);
  void note_keys(const std::string &old_value, const std::string &new_value);
  void note_consent(std::string_view permissions);

  EventTable &table_;
  std::string item_;
  std::string tenant_;
  std::optional<std::uint32_t> file_;
  std::optional<DateOrder> order_;
  Event event_;
  JsonArena arena_;
  std::string buffer_;
};

// An address as exports write it ("1.2.3.4:62589", "[2001:db8::1]:443", "::ffff:1.2.3.4") in one form,
// without port; what is no address stays, in lower case; "null" and "<null>" are nothing.
std::string clean_address(std::string_view text);

// 8-4-4-4-12 hex digits.
bool is_guid(std::string_view text);
// The GUID after a prefix such as "ServicePrincipal_", or the text itself where it is one, else "".
std::string_view guid_in(std::string_view text);

}  // namespace dislodge::log

#pragma once
// EventBuilder: what every source needs to turn a record into an event: interning, cleaning of addresses and
// ids, extras, and taking an event back when the record turns out to be none.
//
//   builder.begin(span);  builder.set(&Event::operation, name);  builder.extra("folder", path);
//   builder.commit();

#include <array>
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

// Extra of a file's last event, where the last page of the file names a next one that is not in it.
inline constexpr std::string_view kPageContinues = "page-continues";

class EventBuilder {
 public:
  EventBuilder(EventTable &table, std::string_view item, std::string_view tenant)
      : table_(table), item_(item), tenant_(tenant) {}

  void begin(const RecordSpan &span, Source source);
  void commit();
  void discard();  // takes back what was begun and, of the same record, what was committed
  // One record may hold several events: commits what was begun and begins another at the same place.
  void begin_sibling();

  // Where the records that follow end in the file, so that there is room for their events at once.
  void expect_until(std::uint64_t end) { end_ = end; }

  // Events of the current record that are committed.
  std::size_t committed() const { return table_.events.size() - first_event_; }

  Event &event() { return event_; }
  JsonArena &arena() { return arena_; }
  std::string_view item() const { return item_; }
  std::string_view declared_tenant() const { return tenant_; }
  void set_date_order(std::optional<DateOrder> order) { order_ = order; }

  // Records without any time are refused, unless whoever reads says that time does not matter.
  void accept_untimed(bool accept) { accept_untimed_ = accept; }
  bool accepts_untimed() const { return accept_untimed_; }

  // The event's time: a date, or a count since 1970 whose unit its size tells. False where the text is no
  // time, or one whose order of day and month is not known.
  bool set_time(std::string_view text);
  void set(base::StringId Event::*field, std::string_view text);
  void set_lower(base::StringId Event::*field, std::string_view text);
  void set_id(base::StringId Event::*field, std::string_view text);  // lower case; the zero GUID is no id
  void set_address(std::string_view text);
  bool is_set(base::StringId Event::*field) const { return event_.*field != 0; }
  std::string_view get(base::StringId Event::*field) const { return table_.text(event_.*field); }
  void extra(std::string_view key, std::string_view value);  // "" is left out
  // Adds an extra to the event that was committed last, by this builder; does nothing where there is none.
  void extend_last(std::string_view key, std::string_view value);
  // Calls each(key, value) for the extras that the event has so far.
  template <typename Each>
  void for_extras(Each &&each) const {
    for (std::size_t i = event_.extra_begin; i < table_.extras.size(); ++i)
      each(table_.text(table_.extras[i].key), table_.text(table_.extras[i].value));
  }
  // A changed property: "old:" and "new:" with their JSON wrapping removed, and what is known about it.
  void change(std::string_view name, std::string_view old_value, std::string_view new_value);
  // Names that differ only in case and stand for different values: both are kept.
  void keep_doubles(const Json &record);

 private:
  // The id of a text; texts of one field follow one another, so the last one is compared first.
  base::StringId pooled(base::StringId &last, std::string_view text);
  base::StringId &last_of(base::StringId Event::*field);
  void make_room();
  std::string unwrapped(std::string_view value);
  void note_keys(const std::string &old_value, const std::string &new_value);
  void note_consent(std::string_view permissions);

  EventTable &table_;
  std::string item_;
  std::string tenant_;
  std::optional<std::uint32_t> file_;
  std::optional<DateOrder> order_;
  bool accept_untimed_ = false;
  std::uint64_t end_ = 0;
  std::uint64_t begin_ = 0;        // of the first record
  std::size_t events_before_ = 0;  // of the file
  std::size_t extras_before_ = 0;
  RecordSpan span_;
  std::size_t first_event_ = 0;  // of the record: index in the table
  std::size_t first_extra_ = 0;
  Event event_;
  JsonArena arena_;
  std::string buffer_;
  std::array<base::StringId, sizeof(Event) / sizeof(base::StringId)> last_{};
  // Names of extras are literals: where one lies tells which it is. The text is compared all the same.
  struct ExtraKey {
    const char *at = nullptr;
    base::StringId key = 0;
    base::StringId last = 0;  // value
  };
  std::array<ExtraKey, 256> extra_keys_{};
  std::string last_address_;  // as written
  base::StringId last_address_id_ = 0;
};

// An address as exports write it ("1.2.3.4:62589", "[2001:db8::1]:443", "::ffff:1.2.3.4") in one form,
// without port; what is no address stays, in lower case; "null" and "<null>" are nothing.
std::string clean_address(std::string_view text);

// 8-4-4-4-12 hex digits.
bool is_guid(std::string_view text);
// The GUID after a prefix such as "ServicePrincipal_", or the text itself where it is one, else "".
std::string_view guid_in(std::string_view text);

}  // namespace dislodge::log

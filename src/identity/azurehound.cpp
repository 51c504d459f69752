#include "identity/azurehound.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <string>

#include "base/encode.hpp"
#include "base/words.hpp"
#include "identity/azure_resources.hpp"
#include "identity/azurehound_records.hpp"
#include "identity/directory_json.hpp"
#include "identity/json_cursor.hpp"

namespace dislodge::identity::azurehound {
namespace {

using simdjson::dom::element;

constexpr std::size_t kLookBytes = 64u << 10;

class Reader {
 public:
  Reader(const evidence::ItemView &item, Facts &out, evidence::Sink &sink, const FactSpill &spill)
      : item_(item), out_(out), sink_(sink), spill_(spill), lines_(item.bytes), records_(known_, out) {}

  base::Result<void> read() {
    JsonCursor first(item_.bytes);
    walk(first, &Reader::look_ahead);
    JsonCursor at(item_.bytes);
    walk(at, &Reader::record);
    if (at.broken()) {
      sink_.unread({.bytes = item_.bytes.size() - std::min(last_whole_, item_.bytes.size()),
                    .state = evidence::LedgerState::damaged,
                    .reason = fmt::format("the JSON breaks off or is damaged after line {}",
                                          lines_.line_of(last_whole_)),
                    .remedy = "export the directory again; what stands before was read",
                    .child = {},
                    .child_size = 0});
    }
    finish();
    return {};
  }

 private:
  using Each = void (Reader::*)(std::string_view kind, std::string_view data, std::size_t bytes,
                                std::size_t offset);

  void walk(JsonCursor &at, Each each) {
    if (at.peek() == '[') {
      if (at.enter_array()) each_record(at, each);
    } else {
      read_objects(at, each);
    }
  }

  // One object {"data":[...]}, or one {"kind":..,"data":{..}} after the other.
  void read_objects(JsonCursor &at, Each each) {
    while (!at.broken() && at.peek() == '{') {
      const std::size_t begin = at.position();
      at.enter_object();
      std::string_view kind, data;
      while (at.next_member()) {
        if (at.key() == "data" && at.peek() == '[') {
          at.enter_array();
          each_record(at, each);
        } else if (at.key() == "data") {
          data = at.take();
        } else if (at.key() == "kind") {
          kind = at.take();
        } else {
          at.take();
        }
      }
      if (at.broken()) return;
      if (!kind.empty() && !data.empty()) (this->*each)(bare(kind), data, at.position() - begin, begin);
      last_whole_ = at.position();
      if (at.peek() == ',') return;
    }
  }

  void each_record(JsonCursor &at, Each each) {
    while (at.next_element()) {
      const std::size_t begin = (at.peek(), at.position());
      const std::string_view whole = at.take();
      if (at.broken()) return;
      JsonCursor inside(whole);
      std::string_view kind, data;
      if (inside.enter_object()) {
        while (inside.next_member()) {
          const std::string_view key = inside.key();
          const std::string_view value = inside.take();
          if (key == "kind") kind = value;
          if (key == "data") data = value;
        }
      }
      if (kind.empty() || data.empty()) {
        if (each == &Reader::record) damaged(whole.size(), begin, "a record without kind or data");
      } else {
        (this->*each)(bare(kind), data, whole.size(), begin);
      }
      last_whole_ = at.position();
    }
  }

  void damaged(std::size_t bytes, std::size_t offset, std::string_view why) {
    ++damaged_;
    damaged_bytes_ += bytes;
    if (damaged_why_.empty()) damaged_why_ = fmt::format("line {}: {}", lines_.line_of(offset), why);
  }

  static std::string_view bare(std::string_view text) {
    return text.size() >= 2 && text.front() == '"' ? text.substr(1, text.size() - 2) : text;
  }

  // The first walk: whose directory it is, and what later records need to know of it.
  void look_ahead(std::string_view kind, std::string_view data, std::size_t, std::size_t) {
    const bool tenant = kind == "AZTenant", service = kind == "AZServicePrincipal";
    const bool wanted =
        tenant || service || (kind == "AZUser" && !known_.users_tell_enabled) || known_.tenant.empty();
    element parsed;
    if (!wanted || data.size() > kRecordBytesMax || !parse(data, parsed) || !parsed.is_object()) return;
    if (tenant && flag_of(parsed, "collected")) {
      std::string_view id = text_of(parsed, "tenantId");
      if (id.empty()) id = text_of(parsed, "id");  // "/tenants/GUID"
      if (const auto slash = id.rfind('/'); slash != std::string_view::npos) id.remove_prefix(slash + 1);
      if (!id.empty()) known_.tenant = base::lower(id);
    }
    if (known_.tenant.empty() && !tenant) known_.tenant = base::lower(text_of(parsed, "tenantId"));
    if (kind == "AZUser") known_.users_tell_enabled |= flag_of(parsed, "accountEnabled");
    if (!service) return;
    known_.services_tell_enabled |= flag_of(parsed, "accountEnabled");
    element roles;
    simdjson::dom::array items;
    if (!child_of(parsed, "appRoles", roles) || roles.get(items) != simdjson::SUCCESS) return;
    for (const element role : items) {
      const std::string_view value = text_of(role, "value");
      if (!value.empty())
        known_.role_names.emplace(
            base::lower(text_of(parsed, "id")) + "\n" + base::lower(text_of(role, "id")), value);
    }
  }

  void record(std::string_view kind, std::string_view data, std::size_t bytes, std::size_t offset) {
    if (spill_) spill_();
    records_.at(fmt::format("{}:line {}", item_.path, lines_.line_of(offset)));
    if (const DirectoryList *list = directory_list(kind)) {
      if (!read_list(data, list->list, [&](const element &head, const element &entry) {
            records_.list_entry(*list, head, entry);
          })) {
        damaged(bytes, offset, "a record that does not parse");
      }
      return;
    }
    if (kind == "AZRoleAssignment") {
      if (!read_list(data, "roleAssignments", [&](const element &head, const element &entry) {
            records_.role_assignment(head, entry);
          })) {
        damaged(bytes, offset, "a record that does not parse");
      }
      return;
    }
    if (const AccessList *list = access_list(kind)) {
      if (!read_list(data, list->list, [&](const element &head, const element &entry) {
            records_.access_entry(*list, head, entry);
          })) {
        damaged(bytes, offset, "a record that does not parse");
      }
      return;
    }
    if (!Records::reads(kind)) {
      auto &skipped = skipped_[std::string(kind.substr(0, 100))];
      ++skipped.first;
      skipped.second += bytes;
      return;
    }
    element parsed;
    if (data.size() > kRecordBytesMax) {
      damaged(bytes, offset, "a record of more than 4 MiB");
      return;
    }
    if (!parse(data, parsed) || !parsed.is_object()) {
      damaged(bytes, offset, "a record that does not parse");
      return;
    }
    records_.read(kind, parsed);
  }

  bool parse(std::string_view text, element &out) { return parse_value(parser_, text, out); }

  // Calls each(head, entry) for the elements of one list of a record. A long record is never built whole: its
  // head (everything but the list) and each element are parsed alone.
  bool read_list(std::string_view data, std::string_view list,
                 const std::function<void(const element &, const element &)> &each) {
    if (data.size() <= kRecordBytesMax) {
      element head, items;
      simdjson::dom::array entries;
      if (!parse(data, head) || !head.is_object()) return false;
      if (!child_of(head, list, items)) return true;  // an empty list is written null or left out
      if (items.get(entries) != simdjson::SUCCESS) return false;
      for (const element entry : entries) each(head, entry);
      return true;
    }
    std::string head_text = "{";
    std::string_view items;
    JsonCursor at(data);
    if (!at.enter_object()) return false;
    while (at.next_member()) {
      const std::string_view key = at.key();
      const std::string_view value = at.take();
      if (key == list) {
        items = value;
      } else if (value.size() < 4096) {
        if (head_text.size() > 1) head_text += ',';
        head_text += '"';
        head_text += key;
        head_text += "\":";
        head_text += value;
      }
    }
    head_text += '}';
    if (at.broken()) return false;
    simdjson::dom::parser head_parser;
    element head, entry;
    if (!parse_value(head_parser, head_text, head)) return false;
    JsonCursor entries(items);
    bool whole = entries.enter_array();
    while (entries.next_element()) {
      const std::string_view one = entries.take();
      if (entries.broken()) break;
      if (one.size() <= kRecordBytesMax && parse(one, entry))
        each(head, entry);
      else
        whole = false;
      if (spill_) spill_();
    }
    return whole && !entries.broken();
  }

  void finish() {
    for (const auto &[kind, count] : skipped_) {
      sink_.unread(
          {.bytes = count.second,
           .state = evidence::LedgerState::unsupported,
           .reason = fmt::format("{} of kind {}: kind not read", base::counted(count.first, "record"), kind),
           .remedy = "nothing here opens mail, files or accounts that we model; look at them by hand",
           .child = {},
           .child_size = 0});
    }
    if (damaged_ > 0) {
      sink_.unread({.bytes = damaged_bytes_,
                    .state = evidence::LedgerState::damaged,
                    .reason = fmt::format("{} damaged, the first at {}", base::counted(damaged_, "record"),
                                          damaged_why_),
                    .remedy = "export the directory again",
                    .child = {},
                    .child_size = 0});
    }
  }

  const evidence::ItemView &item_;
  Facts &out_;
  evidence::Sink &sink_;
  const FactSpill &spill_;
  LineCounter lines_;
  simdjson::dom::parser parser_;
  Known known_;
  Records records_;
  std::size_t last_whole_ = 0;
  std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> skipped_;  // kind -> records, bytes
  std::uint64_t damaged_ = 0, damaged_bytes_ = 0;
  std::string damaged_why_;
};

}  // namespace

bool recognises_directory(std::string_view bytes) {
  const std::string_view head = bytes.substr(0, kLookBytes);
  JsonCursor at(head);
  const char first = at.peek();
  if (first != '{' && first != '[') return false;
  const auto has_kind = [](std::string_view text) {
    for (std::size_t found = text.find("\"kind\""); found != std::string_view::npos;
         found = text.find("\"kind\"", found + 1)) {
      std::string_view rest = base::trim(text.substr(found + 6));
      if (!rest.starts_with(':')) continue;
      rest = base::trim(rest.substr(1));
      if (rest.starts_with("\"AZ")) return true;
    }
    return false;
  };
  if (head.find("\"data\"") != std::string_view::npos && has_kind(head)) return true;
  // An export of nothing, and one whose first record is longer than what we look at.
  const std::string_view tail = bytes.substr(bytes.size() - std::min(bytes.size(), kLookBytes));
  const std::size_t meta = tail.rfind("\"meta\"");
  return head.find("\"data\"") != std::string_view::npos && meta != std::string_view::npos &&
         tail.find("\"azure\"", meta) != std::string_view::npos;
}

base::Result<void> read_directory(const evidence::ItemView &item, Facts &out, evidence::Sink &sink,
                                  const FactSpill &spill) {
  return Reader(item, out, sink, spill).read();
}

}  // namespace dislodge::identity::azurehound

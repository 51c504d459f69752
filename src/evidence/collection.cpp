#include "evidence/collection.hpp"

#include "base/toml.hpp"

namespace dislodge::evidence {

namespace {

using base::ErrorKind;
using base::fail;

std::string at(std::string_view file, const toml::node &node) {
  return std::string(file) + ":" + std::to_string(node.source().begin.line);
}

// A TOML date-time; a local one has no zone and is read as UTC, a date alone is its midnight.
std::optional<base::Time> time_of_node(const toml::node &node) {
  if (const auto *value = node.as_date_time()) {
    const toml::date_time &when = value->get();
    const base::Date date{when.date.year, when.date.month, when.date.day};
    base::Time time =
        base::time_of(date, when.time.hour, when.time.minute, when.time.second, when.time.nanosecond / 1000);
    if (when.offset) time = time - when.offset->minutes * base::kMinute;
    return time;
  }
  if (const auto *value = node.as_date()) {
    const toml::date &date = value->get();
    return base::time_of(base::Date{date.year, date.month, date.day});
  }
  if (const auto *value = node.as_string()) return base::parse_time(value->get());
  return std::nullopt;
}

base::Result<void> set_field(Collection &collection, std::string_view key, const toml::node &node,
                             std::string_view file) {
  const std::pair<std::string_view, std::string *> texts[] = {{"source", &collection.source},
                                                              {"tenant", &collection.tenant},
                                                              {"custodian", &collection.custodian},
                                                              {"collected_by", &collection.collected_by},
                                                              {"query", &collection.query}};
  for (const auto &[name, target] : texts) {
    if (key != name) continue;
    const auto *value = node.as_string();
    if (value == nullptr)
      return fail(ErrorKind::usage, at(file, node) + ": " + std::string(key) + " must be text in quotes");
    *target = value->get();
    return {};
  }
  const std::pair<std::string_view, base::Time *> times[] = {
      {"collected_at", &collection.collected_at}, {"from", &collection.from}, {"until", &collection.until}};
  for (const auto &[name, target] : times) {
    if (key != name) continue;
    const auto time = time_of_node(node);
    if (!time)
      return fail(ErrorKind::usage,
                  at(file, node) + ": " + std::string(key) + " must be a time such as 2025-11-10T08:00:00Z");
    *target = *time;
    return {};
  }
  if (key == "expected_rows") {
    const auto *value = node.as_integer();
    if (value == nullptr || value->get() < 0)
      return fail(ErrorKind::usage, at(file, node) + ": expected_rows must be a count of rows, 0 or more");
    collection.expected_rows = static_cast<std::uint64_t>(value->get());
    return {};
  }
  if (key == "complete") {
    const auto *value = node.as_boolean();
    if (value == nullptr) return fail(ErrorKind::usage, at(file, node) + ": complete must be true or false");
    collection.complete = value->get();
    return {};
  }
  return fail(ErrorKind::usage,
              at(file, node) + ": [collection] has no key \"" + std::string(key) +
                  "\"; known are source, tenant, custodian, collected_by, collected_at, from, "
                  "until, query, expected_rows, complete");
}

}  // namespace

base::Result<Collection> parse_collection(std::string_view toml_text, std::string_view file) {
  DISLODGE_TRY_ASSIGN(const toml::table document, base::parse_toml(toml_text, file));
  const toml::table *table = nullptr;
  for (const auto &[key, node] : document) {
    if (key.str() != "collection" || !node.is_table())
      return fail(ErrorKind::usage, at(file, node) + ": \"" + std::string(key.str()) +
                                        "\" is not known here; a declaration holds one table, [collection]");
    table = node.as_table();
  }
  if (table == nullptr)
    return fail(ErrorKind::usage,
                std::string(file) + ": there is no [collection] table; write one with at least a source");
  Collection collection;
  for (const auto &[key, node] : *table) DISLODGE_TRY(set_field(collection, key.str(), node, file));
  if (collection.from >= collection.until)
    return fail(ErrorKind::usage, at(file, *table) + ": from must be earlier than until");
  return collection;
}

}  // namespace dislodge::evidence

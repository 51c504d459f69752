#include "log/collect.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "base/encode.hpp"
#include "base/json_writer.hpp"
#include "base/toml.hpp"
#include "log/names.hpp"

namespace dislodge::log {

namespace {

using base::ErrorKind;
using base::fail;

constexpr std::string_view kDirectory = "directory:";

base::Result<Export> export_of(const toml::table &table, std::string_view file) {
  const std::string place = std::string(file) + ":" + std::to_string(table.source().begin.line);
  Export one;
  const std::pair<std::string_view, std::string *> texts[] = {
      {"id", &one.id},           {"system", &one.system},     {"title", &one.title},
      {"source", &one.source},   {"class", &one.event_class}, {"kept", &one.kept},
      {"command", &one.command}, {"proves", &one.proves},     {"cannot", &one.cannot},
      {"caps", &one.caps},       {"as-of", &one.as_of}};
  for (const auto &[key, node] : table) {
    const std::string_view name = key.str();
    const auto text = std::find_if(std::begin(texts), std::end(texts),
                                   [&](const auto &pair) { return pair.first == name; });
    if (text != std::end(texts)) {
      const auto *value = node.as_string();
      if (value == nullptr)
        return fail(ErrorKind::usage, place + ": " + std::string(name) + " must be text in quotes");
      *text->second = base::trim(value->get());
    } else if (name == "days") {
      const auto *value = node.as_integer();
      if (value == nullptr || value->get() < 0 || value->get() > 36'500)
        return fail(ErrorKind::usage, place + ": days must be a number from 0 to 36,500");
      one.days = static_cast<int>(value->get());
    } else if (name == "sources") {
      const auto *list = node.as_array();
      if (list == nullptr) return fail(ErrorKind::usage, place + ": sources must be a list");
      for (const toml::node &item : *list)
        if (const auto *value = item.as_string()) one.sources.push_back(value->get());
    } else {
      return fail(ErrorKind::usage,
                  place + ": " + std::string(name) + " is no key of an export (rules/collect/README.md)");
    }
  }
  for (const auto &[name, text] : texts)
    if (text->empty() && name != "class" && name != "caps")
      return fail(ErrorKind::usage, place + ": " + std::string(name) + " is missing");
  if (one.sources.empty()) return fail(ErrorKind::usage, place + ": sources is missing");
  const bool directory = one.source.starts_with(kDirectory) && one.source.size() > kDirectory.size();
  if (!directory && !source_named(one.source))
    return fail(ErrorKind::usage, place + ": " + one.source + " is no source of logs");
  if (!one.event_class.empty() && !class_named(one.event_class))
    return fail(ErrorKind::usage, place + ": " + one.event_class + " is no class of events");
  return one;
}

}  // namespace

base::Result<std::vector<Export>> load_exports(
    const std::vector<std::pair<std::string_view, std::string_view>> &files) {
  std::vector<Export> exports;
  std::set<std::string> ids;
  for (const auto &[file, text] : files) {
    DISLODGE_TRY_ASSIGN(const toml::table document, base::parse_toml(text, file));
    const toml::array *list = document["export"].as_array();
    if (list == nullptr) continue;
    for (const toml::node &node : *list) {
      const toml::table *table = node.as_table();
      if (table == nullptr) return fail(ErrorKind::usage, std::string(file) + ": an export is a table");
      DISLODGE_TRY_ASSIGN(Export one, export_of(*table, file));
      if (!ids.insert(one.id).second)
        return fail(ErrorKind::usage, std::string(file) + ": " + one.id + " stands twice");
      exports.push_back(std::move(one));
    }
  }
  std::sort(exports.begin(), exports.end(), [](const Export &a, const Export &b) {
    return std::tie(a.days, a.system, a.id) < std::tie(b.days, b.system, b.id);
  });
  return exports;
}

std::vector<const Export *> still_missing(const std::vector<Export> &exports,
                                          const std::vector<Coverage> &held,
                                          const std::set<std::string> &directories) {
  std::vector<const Export *> missing;
  for (const Export &one : exports) {
    if (one.source.starts_with(kDirectory)) {
      if (directories.count(one.source.substr(kDirectory.size())) == 0) missing.push_back(&one);
      continue;
    }
    const bool there = std::any_of(held.begin(), held.end(), [&](const Coverage &row) {
      return name_of(row.source) == one.source &&
             (one.event_class.empty() || name_of(row.event_class) == one.event_class) &&
             (row.events > 0 || row.declared);
    });
    if (!there) missing.push_back(&one);
  }
  return missing;
}

std::string to_json(const Export &one) {
  base::JsonWriter json;
  json.object([&] {
    json.field("schema", 1);
    json.field("id", one.id);
    json.field("system", one.system);
    json.field("source", one.source);
    base::optional_text(json, "class", one.event_class);
    json.field("title", one.title);
    json.field("days", static_cast<std::int64_t>(one.days));
    json.field("kept", one.kept);
    json.field("command", one.command);
    json.field("proves", one.proves);
    json.field("cannot", one.cannot);
    base::optional_text(json, "caps", one.caps);
    json.list_field("sources", one.sources);
    json.field("as_of", one.as_of);
  });
  return json.take();
}

std::string when_lost(const Export &one) {
  if (one.source.starts_with(kDirectory)) return "with each change: it says what holds when it is made";
  if (one.days == 0) return "never kept unless it was sent elsewhere";
  if (one.days == 1) return "after a day";
  return "after " + std::to_string(one.days) + " days";
}

}  // namespace dislodge::log

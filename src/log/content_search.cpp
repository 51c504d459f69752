#include "log/content_search.hpp"

#include <string>

#include "base/encode.hpp"

namespace dislodge::log {

namespace {

// A command line is cut by whoever logs it; more parameters than any cmdlet takes are none.
constexpr int kParametersMax = 60;

void each_location(std::string_view name, const Json &value, EventBuilder &out) {
  const Json list = value.unpacked();
  if (list.is_array()) {
    list.for_each([&](const Json &one) {
      std::string_view address = one.text();
      if (address.empty()) address = one.any({"Address", "Name", "Id"}).text();
      out.change(name, {}, address);
    });
    return;
  }
  out.change(name, {}, value.text());
}

// -Name "q1" -ExchangeLocation "All","a@b.example" -Force
void read_command_line(std::string_view line, EventBuilder &out) {
  std::size_t at = 0;
  for (int count = 0; count < kParametersMax; ++count) {
    while (at < line.size() && line[at] != '-') ++at;
    const std::size_t name_begin = ++at;
    if (name_begin >= line.size()) return;
    while (at < line.size() && line[at] != ' ' && line[at] != ':') ++at;
    const std::string_view name = line.substr(name_begin, at - name_begin);
    // Its value lasts to the next blank and dash that stand outside quotes.
    const std::size_t value_begin = at;
    char quote = 0;
    for (; at < line.size(); ++at) {
      if (quote != 0) {
        if (line[at] == quote) quote = 0;
      } else if (line[at] == '"' || line[at] == '\'') {
        quote = line[at];
      } else if (line[at] == '-' && at > value_begin && line[at - 1] == ' ') {
        break;
      }
    }
    std::string value;
    for (const char c : base::trim(line.substr(value_begin, at - value_begin)))
      if (c != '"' && c != '\'') value += c;
    if (!value.empty() && value.front() == ':') value.erase(0, 1);
    out.change(name, {}, value.empty() ? std::string_view("True") : std::string_view(value));
  }
}

}  // namespace

void read_content_search(const Json &data, EventBuilder &out) {
  const std::string operation(out.get(&Event::operation));
  const auto has = [&](std::string_view word) { return base::contains_ignoring_case(operation, word); };
  if (!has("search") && !has("export") && !has("ediscovery")) return;
  const Json parameters = data.get("Parameters").unpacked();
  if (parameters.is_array())
    parameters.for_each([&](const Json &one) { out.change(one.text("Name"), {}, one.text("Value")); });
  else
    read_command_line(data.text("Parameters"), out);
  each_location("ExchangeLocation", data.any({"ExchangeLocations", "ExchangeLocation"}), out);
  each_location("ExchangeLocationExclusion", data.any({"ExcludeExchangeLocations"}), out);
  out.change("ContentMatchQuery", {}, data.any({"Query", "ContentMatchQuery"}).text());
  out.change("SearchName", {}, data.any({"SearchName"}).text());
}

}  // namespace dislodge::log

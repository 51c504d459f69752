#include "identity/format_list.hpp"

#include <algorithm>
#include <cctype>
#include <cstdint>

#include <fmt/format.h>

#include "base/encode.hpp"

namespace dislodge::identity {
namespace {

constexpr std::size_t kNameBytesMax = 80;
constexpr std::size_t kPropertiesMax = 500;  // of one object
constexpr std::size_t kLinesLooked = 40;     // before the first object

std::string_view next_line(std::string_view &rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t") == std::string_view::npos;
}

// Where the colon of "Name   : value" stands; npos where the line is no property.
std::size_t colon_of(std::string_view line) {
  if (line.empty() || std::isalpha(static_cast<unsigned char>(line.front())) == 0)
    return std::string_view::npos;
  const std::size_t colon = line.find(" :");
  if (colon == std::string_view::npos || colon + 1 > kNameBytesMax) return std::string_view::npos;
  const std::string_view name = base::trim(line.substr(0, colon));
  const bool is_name = std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == ' ' || c == '.' || c == '@';
  });
  const bool parted = colon + 2 == line.size() || line[colon + 2] == ' ';
  return is_name && parted ? colon + 1 : std::string_view::npos;
}

}  // namespace

bool is_format_list(std::string_view bytes) {
  std::size_t before = std::string_view::npos;
  for (std::size_t i = 0; i < kLinesLooked && !bytes.empty(); ++i) {
    const std::size_t colon = colon_of(next_line(bytes));
    if (colon != std::string_view::npos && colon == before) return true;
    before = colon;
  }
  return false;
}

void format_list_rows(std::string_view bytes, std::string_view path,
                      const std::function<bool(const Row &)> &each) {
  Row row;
  std::size_t colon = std::string_view::npos;
  std::uint64_t number = 0;
  const auto give = [&] {
    const bool go_on = row.columns.size() < 2 || each(row);
    row = Row();
    colon = std::string_view::npos;
    return go_on;
  };
  while (!bytes.empty()) {
    const std::string_view line = next_line(bytes);
    ++number;
    if (is_blank(line)) {
      if (!give()) return;
      continue;
    }
    const std::size_t at = colon_of(line);
    if (at != std::string_view::npos && (row.columns.empty() || at == colon)) {
      if (row.columns.empty()) row.evidence = fmt::format("{}:line {}", path, number);
      colon = at;
      std::string name = base::lower(base::trim(line.substr(0, at)));
      std::replace(name.begin(), name.end(), ' ', '_');
      if (row.columns.size() < kPropertiesMax)
        row.columns.emplace_back(std::move(name), std::string(base::trim(line.substr(at + 1))));
    } else if (!row.columns.empty() && line.size() > colon && is_blank(line.substr(0, colon + 1))) {
      row.columns.back().second += base::trim(line);  // a value is broken wherever the window ended
    } else if (!give()) {
      return;
    }
  }
  give();
}

}  // namespace dislodge::identity

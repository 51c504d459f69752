#include "engine/exposure_file.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/encode.hpp"
#include "base/time.hpp"

namespace dislodge::engine {

using base::ErrorKind;

namespace {

// The fields of one line (RFC 4180 without line breaks in quotes).
std::vector<std::string> fields_of(std::string_view line, char separator) {
  std::vector<std::string> out(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"') {
      if (quoted && i + 1 < line.size() && line[i + 1] == '"')
        out.back() += line[++i];
      else
        quoted = !quoted;
    } else if (line[i] == separator && !quoted) {
      out.emplace_back();
    } else {
      out.back() += line[i];
    }
  }
  for (std::string &field : out) field = std::string(base::trim(field));
  return out;
}

}  // namespace

base::Result<std::vector<ExposureRule>> parse_exposure_file(std::string_view csv, std::string_view name) {
  std::vector<ExposureRule> rules;
  const auto wrong = [&](std::size_t line, std::string_view what) {
    return base::fail(ErrorKind::usage, fmt::format("{}:{}: {}", name, line, what));
  };
  if (csv.starts_with("\xEF\xBB\xBF")) csv.remove_prefix(3);
  std::size_t what_at = SIZE_MAX;
  std::size_t from_at = SIZE_MAX;
  std::size_t until_at = SIZE_MAX;
  char separator = ',';
  std::size_t number = 0;
  while (!csv.empty()) {
    const std::size_t end = std::min(csv.find('\n'), csv.size());
    const std::string_view line = base::trim(csv.substr(0, end));
    csv.remove_prefix(std::min(end + 1, csv.size()));
    ++number;
    if (line.empty() || line.front() == '#') continue;
    if (what_at == SIZE_MAX) {
      if (line.find(';') != std::string_view::npos && line.find(',') == std::string_view::npos)
        separator = ';';
      const auto names = fields_of(line, separator);
      for (std::size_t i = 0; i < names.size(); ++i) {
        const std::string column = base::lower(names[i]);
        if (column == "mailbox" || column == "path" || column == "folder" || column == "custodian")
          what_at = i;
        if (column == "from" || column == "exposed_from") from_at = i;
        if (column == "until" || column == "to" || column == "exposed_until") until_at = i;
      }
      if (what_at == SIZE_MAX || (from_at == SIZE_MAX && until_at == SIZE_MAX))
        return wrong(number, "the first line names the columns: mailbox,from,until");
      continue;
    }
    const auto fields = fields_of(line, separator);
    ExposureRule rule;
    rule.line = number;
    if (what_at >= fields.size() || fields[what_at].empty()) return wrong(number, "no mailbox or path");
    rule.what = base::lower(fields[what_at]);
    while (rule.what.size() > 1 && rule.what.back() == '/') rule.what.pop_back();
    const auto time = [&](std::size_t at, base::Time &to) {
      if (at >= fields.size() || fields[at].empty()) return true;
      const auto parsed = base::parse_time(fields[at]);
      if (parsed) to = *parsed;
      return parsed.has_value();
    };
    if (!time(from_at, rule.interval.from) || !time(until_at, rule.interval.until))
      return wrong(number, "write times as 2023-11-27T00:00:00Z or 2023-11-27, or leave them empty");
    if (rule.interval.empty()) return wrong(number, "the exposure ends before it begins");
    rules.push_back(std::move(rule));
  }
  if (rules.empty()) return base::fail(ErrorKind::usage, fmt::format("{}: names no mailbox or path", name));
  return rules;
}

std::vector<const ExposureRule *> exposures_of(const std::vector<ExposureRule> &rules, std::string_view item,
                                               std::string_view custodian) {
  const std::string path = base::lower(item);
  const std::string who = base::lower(custodian);
  std::vector<const ExposureRule *> best;
  std::size_t score = 0;
  for (const ExposureRule &rule : rules) {
    std::size_t fit = 0;
    if (!who.empty() && rule.what == who) {
      fit = 1'000'000;
    } else if (path == rule.what || path.starts_with(rule.what + "/")) {
      fit = 10'000 + rule.what.size();
    } else if (const std::size_t at = path.find("/" + rule.what);
               at != std::string::npos &&
               (at + 1 + rule.what.size() == path.size() || path[at + 1 + rule.what.size()] == '/')) {
      fit = 1'000 + rule.what.size();
    } else if (rule.what.find('@') != std::string::npos) {
      // "alice@example.org.pst": the address stands by itself in the name.
      const std::size_t place = path.find(rule.what);
      const auto word = [&](std::size_t i) {
        return i < path.size() && ((path[i] >= 'a' && path[i] <= 'z') || (path[i] >= '0' && path[i] <= '9'));
      };
      if (place != std::string::npos && (place == 0 || !word(place - 1)) && !word(place + rule.what.size()))
        fit = 10;
    }
    if (fit == 0 || fit < score) continue;
    if (fit > score) best.clear();
    score = fit;
    best.push_back(&rule);
  }
  return best;
}

}  // namespace dislodge::engine

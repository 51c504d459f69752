#include "secret/rule_database.hpp"

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "secret/relaxed.hpp"

namespace dislodge::secret {

std::string platform_name() {
  hs_platform_info_t info{};
  hs_populate_platform(&info);
  return std::string(hs_version()) + "/" + std::to_string(info.tune) + "/" +
         std::to_string(info.cpu_features);
}

std::string loosened(std::string_view pattern) {
  for (;;) {
    if (pattern.starts_with("\\b")) {
      pattern.remove_prefix(2);
      continue;
    }
    if (pattern.starts_with("(?:^|[")) {
      const std::size_t end = class_end(pattern, 5);
      if (end != std::string_view::npos && end < pattern.size() && pattern[end] == ')' &&
          (end + 1 >= pattern.size() ||
           std::string_view("?*+{").find(pattern[end + 1]) == std::string_view::npos)) {
        pattern.remove_prefix(end + 1);
        continue;
      }
    }
    const std::size_t end = class_end(pattern, 0);
    if (end == std::string_view::npos || end >= pattern.size()) break;
    std::size_t after = end;
    std::string least;
    if (pattern[end] == '*' || pattern[end] == '?') {
      after = end + 1;
      least = "0";
    } else if (pattern[end] == '+') {
      after = end + 1;
      least = "1";
    } else if (pattern[end] == '{') {
      const std::size_t close = pattern.find('}', end);
      const std::size_t comma = pattern.find(',', end);
      if (close == std::string_view::npos || comma > close) break;
      least = pattern.substr(end + 1, comma - end - 1);
      after = close + 1;
    } else {
      break;
    }
    if (after < pattern.size() && pattern[after] == '?') ++after;  // lazy or greedy, the ends are the same
    const std::string_view rest = pattern.substr(after);
    if (rest.empty() || rest.front() == '|') break;
    if (least != "0") return std::string(pattern.substr(0, end)) + "{" + least + "}" + std::string(rest);
    pattern = rest;
  }
  return std::string(pattern);
}

base::Result<std::size_t> width_of_pattern(const std::string &pattern, std::string_view what,
                                           std::size_t limit) {
  hs_expr_info_t *info = nullptr;
  hs_compile_error_t *error = nullptr;
  if (hs_expression_info(pattern.c_str(), 0, &info, &error) != HS_SUCCESS) {
    const std::string message = error != nullptr ? error->message : "out of memory";
    hs_free_compile_error(error);
    return base::fail(base::ErrorKind::usage,
                      std::string(what) + ": Hyperscan does not take the pattern: " + message);
  }
  const std::size_t width = std::min<std::size_t>(info->max_width, limit);  // UINT_MAX: without bound
  std::free(info);  // NOLINT: as hs.h asks where no allocator was set
  return width;
}

base::Result<std::string> compile_database(std::span<const Expression> expressions, const RuleSet &rules) {
  if (expressions.empty()) return std::string();
  std::vector<const char *> patterns;
  std::vector<unsigned> flags;
  std::vector<unsigned> ids;
  for (const Expression &one : expressions) {
    patterns.push_back(one.pattern.c_str());
    flags.push_back(one.flags);
    ids.push_back(one.id);
  }
  hs_database_t *raw = nullptr;
  hs_compile_error_t *error = nullptr;
  if (hs_compile_multi(patterns.data(), flags.data(), ids.data(), static_cast<unsigned>(patterns.size()),
                       HS_MODE_BLOCK, nullptr, &raw, &error) != HS_SUCCESS) {
    const std::string message = error != nullptr ? error->message : "out of memory";
    const int place = error != nullptr ? error->expression : -1;
    hs_free_compile_error(error);
    const unsigned id = place >= 0 ? expressions[static_cast<std::size_t>(place)].id : UINT32_MAX;
    return base::fail(base::ErrorKind::usage,
                      (id < rules.rules.size() ? "rule " + rules.rules[id].id : std::string("the rules")) +
                          ": Hyperscan does not compile: " + message);
  }
  const Database database(raw);
  char *bytes = nullptr;
  std::size_t size = 0;
  if (hs_serialize_database(database.get(), &bytes, &size) != HS_SUCCESS)
    return base::fail(base::ErrorKind::internal, "the compiled rules cannot be serialised");
  const std::unique_ptr<char, decltype(&std::free)> owned(bytes, &std::free);
  return std::string(bytes, size);
}

}  // namespace dislodge::secret

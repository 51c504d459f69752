#pragma once
// The limits by their names, as rows of the ledger name them and as they are set: "--limit members_max=2M".

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.hpp"
#include "base/result.hpp"

namespace dislodge::base {

// Those that can be set: all but the size of units, by which evidence has been cut.
std::span<const std::string_view> limit_names();

// "NAME=NUMBER"; K, M, G or T behind it is a power of 1024. An error (usage) names the limits that there are.
Result<void> set_limit(Limits &limits, std::string_view setting);

// What was set, a "NAME=NUMBER" a line, each name once and the last of a name standing; for set_limits().
// REQUIRES: set_limit() takes `more`.
std::string with_setting(std::string_view settings, std::string_view more);
// Sets each line's limit; a line that names none is passed over, as one of another version.
void set_limits(Limits &limits, std::string_view settings);
// Every limit as such lines.
std::string all_settings(const Limits &limits);

struct LimitChange {
  std::vector<std::string_view> raised;
  bool lowered = false;  // any
};
LimitChange change_of(const Limits &before, const Limits &now);

}  // namespace dislodge::base

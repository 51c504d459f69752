#pragma once
// Which of our sources a rule's logsource means, and of Windows' records which.

#include <cstdint>
#include <string_view>
#include <vector>

#include "detect/sigma_rule.hpp"
#include "log/event.hpp"

namespace dislodge::detect {

constexpr std::uint32_t bit_of(log::Source source) {
  return 1u << static_cast<unsigned>(source);
}
inline constexpr std::size_t kSources = static_cast<std::size_t>(log::Source::generic) + 1;

// Where records of a logsource come from, a bit a source. What no reader knows may come from anywhere.
std::uint32_t sources_of(const SigmaLogsource &logsource);

// Windows keeps services in channels, and categories in event ids. Empty: any.
std::vector<std::string_view> channels_of(const SigmaLogsource &logsource);
std::vector<std::string_view> event_ids_of(const SigmaLogsource &logsource);

}  // namespace dislodge::detect

#pragma once
// What the texts of commands share: text of evidence made safe for a terminal, moments, spans and lists.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/intervals.hpp"

namespace dislodge::reach {
struct ReachRow;
}

namespace dislodge::report {

// Characters, not bytes: what a terminal shows of UTF-8.
std::size_t width_of(std::string_view text);
// At most `limit` characters. Control characters would let evidence speak to the terminal.
std::string printable(std::string_view text, std::size_t limit);
// For people: of lines longer than kLineShown bytes, which a name as long as its maker likes can make, the
// beginning and the end, with how much is between. JSON has the whole.
inline constexpr std::size_t kLineShown = 1500;
std::string fitted(std::string_view text);
// Whole seconds; "always" and "never" for the open ends.
std::string moment(base::Time time);
std::string span(const base::Interval &interval);
// When an interval ends, as it is told: what held at a moment (an event) ends within its microsecond, which
// is that moment.
base::Time told_end(const base::Interval &interval);
// When the last of it ends at any grade: what is no longer confirmed may be held all the same.
base::Time held_until(const reach::ReachRow &row);
// "a, b and 3 more"
std::string joined(const std::vector<std::string> &items, std::size_t most = 4);

}  // namespace dislodge::report

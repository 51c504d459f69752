#include "base/formula.hpp"

namespace dislodge::base {

bool begins_formula(std::string_view cell) {
  const std::size_t first = cell.find_first_not_of(' ');
  if (first == std::string_view::npos) return false;
  cell.remove_prefix(first);
  if (std::string_view("=+-@\t\r").find(cell.front()) != std::string_view::npos) return true;
  // U+FF1D, U+FF0B, U+FF0D, U+FF20
  for (const std::string_view wide : {"\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0"})
    if (cell.starts_with(wide)) return true;
  return false;
}

}  // namespace dislodge::base

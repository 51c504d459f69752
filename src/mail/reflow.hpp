#pragma once
// Undoing what mail does to lines of plain text, with a map back: the ">" that an mbox puts before "From ",
// the soft line ends of format=flowed (RFC 3676), the folds and escapes of calendars and address cards (RFC
// 5545 sections 3.1 and 3.3.11).

#include <optional>
#include <string>
#include <string_view>

#include "base/offset_map.hpp"

namespace dislodge::mail {

struct Reflow {
  bool from_quoted = false;  // one ">" is taken from lines that begin ">From ", ">>From " ...
  bool flowed = false;
  bool delete_space = false;  // DelSp=yes
  bool unfold = false;        // a line that begins with a blank continues the one before; "\n" ends one
};

struct ReflowedText {
  std::string text;
  base::OffsetMap map;  // text offset -> offset in what was given
};

// Nothing where the text stays as it is, so that it need not be copied.
std::optional<ReflowedText> reflow(std::string_view text, const Reflow &how);

}  // namespace dislodge::mail

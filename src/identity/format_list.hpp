#pragma once
// What PowerShell prints of objects one property a line (Format-List, and whatever has more than four): names
// padded to one width, a colon, the value, which goes on in the next line behind as many blanks. Objects are
// told apart by empty lines.
//
//   Identity     : helen
//   AccessRights : {FullAccess, ReadPermission}

#include <functional>
#include <string_view>

#include "identity/rows.hpp"

namespace dislodge::identity {

bool is_format_list(std::string_view bytes);  // looks at the first lines
// Lines that belong to no object are passed by: headings, transcripts. False from each() ends the walk.
void format_list_rows(std::string_view bytes, std::string_view path,
                      const std::function<bool(const Row &)> &each);

}  // namespace dislodge::identity

#pragma once
// What PowerShell's Export-Clixml writes ([MS-PSRP] 2.2.5): any objects, logs and directories among them, as
// XML in UTF-16 or UTF-8. They are handed on as one child of JSON lines, an object a line, as ConvertTo-Json
// would have written them: whoever knows the columns of the export then reads it as any other.
//
//   if (is_clixml(item.bytes)) return read_clixml(item, sink);   // child: item!/objects.jsonl
//
// An object that stands for one value (an enumeration) becomes that value's name. Passwords that are kept as
// secure strings come out in clear where they were written outside of Windows, which seals nothing; those
// that are sealed to a Windows account (DPAPI) are rows of the ledger, encrypted.

#include <string_view>

#include "base/result.hpp"
#include "evidence/sink.hpp"

namespace dislodge::evidence {

inline constexpr unsigned kClixmlDepthMax = 64;  // objects within objects; PowerShell writes two unless asked

bool is_clixml(std::string_view bytes);  // looks at its beginning
base::Result<void> read_clixml(const ItemView &item, Sink &sink);

}  // namespace dislodge::evidence

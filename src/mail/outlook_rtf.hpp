#pragma once
// RTF as Outlook keeps message bodies in it: compressed ([MS-OXRTFCP]), and often only a wrapper around the
// HTML or plain text that was sent ([MS-OXRTFEX]).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dislodge::mail {

// Unpacks at most `most` bytes. Nothing where the bytes are no compressed RTF; what is cut or damaged gives
// what comes before the break, and clears `whole`.
std::optional<std::string> unpack_rtf(std::string_view packed, std::uint64_t most, bool &whole);

struct WrappedBody {
  bool html = false;  // else plain text
  std::string text;   // UTF-8
};
// The HTML or text that the RTF wraps; nothing where it wraps none and is a text of its own.
std::optional<WrappedBody> unwrap_rtf(std::string_view rtf);

}  // namespace dislodge::mail

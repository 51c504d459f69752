#pragma once
// Says of what was found in a message's text whether it stands in a signature or a disclaimer
// (mail/closings.hpp). It is asked only where something was found: most texts hold nothing, and telling
// closings costs as much as decoding.

#include <span>

#include "evidence/record.hpp"
#include "secret/sighting.hpp"

namespace dislodge::engine {

// `found` in `text`, which a message's author wrote, as text or as HTML.
void mark_closings(const evidence::TextView &text, std::span<secret::Sighting> found);

}  // namespace dislodge::engine

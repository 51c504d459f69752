#pragma once
// A sighting as it lies encoded: the same as Sighting, with its texts borrowed. Of ten million sightings most
// are only asked for their kind or item.
//
//   base::WireReader in(bytes); const SightingView seen = SightingView::decode(in);   // while `bytes` stay

#include <string_view>
#include <vector>

#include "base/wire.hpp"
#include "secret/sighting.hpp"

namespace dislodge::secret {

struct SightingView {
  std::string_view kind, rule, item;
  std::uint64_t line = 1, column = 1, offset = 0, length = 0;
  evidence::Space space = evidence::Space::item;
  std::string_view mask;
  double confidence = 0;
  std::uint32_t value = 0;
  evidence::RecordId record = evidence::kNoRecord;
  std::uint32_t quote_depth = 0;
  Closing closing = Closing::none;
  bool identifier = false, latent = false;
  std::string_view rejected;

  std::vector<Hint> hints() const;
  Sighting whole() const;
  static SightingView decode(base::WireReader &in);

 private:
  base::WireReader hints_{{}};  // where they begin
};

}  // namespace dislodge::secret

#pragma once
// Drills: synthetic breaches with known answers, to practise on and to test the rest of Dislodge with.
// write_drill() writes DIR/evidence/ (what responders would be handed, in the formats they have) and
// DIR/answers.json (what is true; docs/schemas/answers.schema.json). The same kind, seed and size give the
// same bytes on every machine: no clock, no locale, no library's random distributions or compressor.
//
// The drill grades the rest, so it shares nothing with it but base/: its writers of MIME, zip, PDF, git
// packs, logs and directories are its own, and foreign readers check them (git fsck, Python's email,
// OpenSSL).

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace dislodge::drill {

struct KindInfo {
  std::string name;  // as given to --kind
  std::string says;  // one line for a person
};

// Scales background traffic and logs; the story and its secrets stay the same.
enum class Size { small, medium, large, huge };
base::Result<Size> parse_size(std::string_view text);
std::string_view name_of(Size size);

struct DrillOptions {
  std::string kind = "legacy-app";
  std::uint64_t seed = 1;
  Size size = Size::small;
  std::filesystem::path folder;
};

std::vector<KindInfo> kinds();

// Writes the drill. A folder that already holds evidence is refused, so that two drills never mix.
base::Result<void> write_drill(const DrillOptions &options);

}  // namespace dislodge::drill

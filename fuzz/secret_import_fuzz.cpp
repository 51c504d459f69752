// Rules of other tools, whole: the first byte chooses TOML or YAML. What loads must load again from what we
// write.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "secret/import.hpp"
#include "secret/rule.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  if (size < 1 || size > 4096) return 0;
  const std::string_view text(reinterpret_cast<const char *>(data) + 1, size - 1);
  const auto import = dislodge::secret::import_rule_text(text, (data[0] & 1) != 0 ? "x.yml" : "x.toml");
  if (!import || import->rules.empty()) return 0;
  const std::string ours = import->toml();
  const dislodge::secret::RuleFile file{"imported", ours};
  if (!dislodge::secret::load_rules({&file, 1})) std::abort();
  return 0;
}

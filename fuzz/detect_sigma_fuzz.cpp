// Rule files as people download them: whatever they hold, they load or are refused with a reason, and what
// loads compiles and runs over a record.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "detect/sigma_check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  using namespace dislodge;
  const std::string_view text(reinterpret_cast<const char *>(data), size);
  const base::EmbeddedRule file{"rules/detections/fuzz.yml", text};
  const detect::SigmaPlaceholders placeholders = {{"admins", {"root", "admin*"}}};
  auto matcher = detect::SigmaMatcher::make(detect::read_sigma({&file, 1}, placeholders), {});
  if (!matcher) return 0;
  detect::rules_found(
      *matcher, {"", "aws", "cloudtrail"},
      R"({"eventName":"CreateUser","eventSource":"iam.amazonaws.com","a":[{"Name":"x","Value":1}]})");
  return 0;
}

// verify: whether the eviction held, by logs that were handed in after it.

#include "engine/verify.hpp"
#include "engine/canaries.hpp"

#include "cli/session.hpp"
#include "engine/inputs.hpp"
#include "report/text_parts.hpp"

namespace dislodge::cli {

int run_verify(const VerifyArguments &arguments) {
  engine::VerifyOptions options;
  if (!arguments.since.empty()) {
    const auto since = base::parse_time(arguments.since);
    if (!since)
      return report_error(
          {base::ErrorKind::usage, "--since " + arguments.since + ": write a time as 2026-03-01T08:00:00Z"});
    options.since = *since;
  }
  const auto access =
      arguments.canaries.empty() ? casefile::Case::Access::read : casefile::Case::Access::write;
  return with_picture(arguments, access, [&](casefile::Case &the_case, const engine::Picture &picture) {
    if (auto kept = engine::keep_canaries(the_case, arguments.canaries); !kept)
      return report_error(kept.error());
    const auto canaries = engine::kept_canaries(the_case);
    if (!canaries) return report_error(canaries.error());
    for (const std::string &canary : *canaries)
      options.canaries.push_back(engine::resolve_name(picture, canary));
    const auto found = engine::verify(picture, options);
    if (!found) return report_error(found.error());
    print(arguments.json ? engine::verification_json(*found)
                         : report::fitted(engine::verification_text(picture, *found)));
    return found->reopened() ? kFindings : kDone;
  });
}

}  // namespace dislodge::cli

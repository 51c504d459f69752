// claim: what a named person says of a finding or a change; without one, the claims that stand.

#include "cli/claim.hpp"

#include <fmt/format.h>

#include "base/json_writer.hpp"
#include "cli/partial.hpp"
#include "cli/session.hpp"
#include "engine/claims.hpp"

namespace dislodge::cli {

using base::ErrorKind;
using engine::Whose;

namespace {

int list(const ClaimArguments &arguments, casefile::Case &the_case) {
  const auto claims = engine::claims_of(the_case);
  if (!claims) return report_error(claims.error());
  for (const engine::Claim &one : *claims) {
    if (arguments.json) {
      base::JsonWriter json;
      json.object([&] {
        json.field("schema", 1);
        json.field("thing", one.thing);
        json.field("whose", engine::name_of(one.whose));
        json.field("who", one.who);
        json.field("reason", one.reason);
        json.field("at", one.at);
      });
      print_line(json.text());
    } else {
      print_line(fmt::format("{} {}: {} says so ({})", one.thing,
                             one.whose == Whose::ours ? "is ours" : "is the intruder's", one.who,
                             one.reason));
    }
  }
  if (claims->empty() && !arguments.json) print_line("Nobody has claimed anything.");
  return kDone;
}

}  // namespace

int run_claim(const ClaimArguments &arguments) {
  const int said = int(arguments.ours) + int(arguments.intruder) + int(arguments.open);
  if (arguments.thing.empty()) {
    if (said > 0)
      return report_error({ErrorKind::usage,
                           "a claim is of something: the id of a finding (dislodge detections "
                           "--json), or the evidence of a change (dislodge timeline)"});
    auto the_case = open_case(arguments, casefile::Case::Access::read);
    if (!the_case) return report_error(the_case.error());
    if (auto told = say_partial(**the_case); !told) return report_error(told.error());
    return list(arguments, **the_case);
  }
  if (said != 1)
    return report_error(
        {ErrorKind::usage, "whose is it? Give --ours, --intruder, or --open to take a claim back"});
  return with_picture(
      arguments, casefile::Case::Access::write,
      [&](casefile::Case &the_case, const engine::Picture &picture) {
        engine::Claim claim;
        claim.thing = arguments.thing;
        claim.whose = arguments.ours ? Whose::ours : arguments.intruder ? Whose::intruder : Whose::open;
        claim.who = arguments.who;
        claim.reason = arguments.reason;
        const auto done = engine::record_claim(the_case, picture, claim);
        if (!done) return report_error(done.error());
        print_line(
            fmt::format("{}: recorded for {}. Reach and plan are derived with it.", claim.thing, claim.who));
        return kDone;
      });
}

}  // namespace dislodge::cli

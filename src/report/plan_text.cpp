// The plan as `dislodge plan` prints it.

#include <fmt/format.h>

#include <algorithm>

#include "base/words.hpp"
#include "report/text.hpp"
#include "report/text_parts.hpp"

namespace dislodge::report {

using engine::Picture;

namespace {

constexpr std::size_t kLeaksShown = 40;

std::string wave_head(const evict::Plan &plan, int number) {
  std::string out = fmt::format("wave {}", number);
  for (const evict::Wave &wave : plan.waves) {
    if (wave.number != number) continue;
    out += fmt::format(": {}, begins {}, complete {}; ", base::counted(wave.actions, "action"),
                       base::format_time(wave.starts), base::format_time(wave.complete));
    out += number == 0
               ? std::string("nothing of it shows to the intruder")
               : fmt::format("the intruder {} see it; {} left then", wave.visible ? "can" : "cannot",
                             wave.still_held == 0 ? std::string("nothing that they hold is")
                                                  : base::counted(wave.still_held, "thing that they hold is",
                                                                  "things that they hold are"));
  }
  return out + "\n";
}

// What somebody recorded of an action, as they said it: where it does not count, with the reason.
std::string record_text(const Picture &picture, const evict::Plan &plan, const evict::PlannedAction &action) {
  if (action.said_by.empty()) return {};
  const std::string said =
      action.said_evidence.empty() ? action.said_by : action.said_by + ": " + action.said_evidence;
  for (const engine::Contradiction &one : picture.contradicted)
    if (one.action == evict::key_of(action) && action.state == evict::ActionState::failed)
      return fmt::format("        recorded as in effect since {}, says {}; the log says that it is not: {}\n",
                         moment(one.since), said, one.says);
  if (action.state == evict::ActionState::in_effect || action.since == base::kTimeMin)
    return fmt::format("        {}, says {}\n", evict::name_of(action.state), said);
  std::string because = "what it ended can have come back since";
  for (const std::string &id : action.after)
    for (const evict::PlannedAction &before : plan.actions)
      if (before.id == id && before.state != evict::ActionState::in_effect)
        because = fmt::format("{}, which comes before it, is {}", id, evict::name_of(before.state));
  return fmt::format("        recorded as in effect since {}, says {}; to be done again: {}\n",
                     moment(action.since), said, because);
}

std::string action_text(const Picture &picture, const evict::Plan &plan, const evict::PlannedAction &action) {
  std::string out;
  out += fmt::format("  {:<5} {:<24} {}  [{}]\n", action.id, action.action,
                     printable(action.target_name.empty() ? action.target : action.target_name, 70),
                     evict::name_of(action.state));
  if (!action.name.empty()) out += fmt::format("        {} ({})\n", action.name, action.who);
  out += fmt::format("        why: {}\n", action.why);
  for (std::size_t i = 0; i < action.after.size(); ++i)
    out += fmt::format("        after {}: {}\n", action.after[i],
                       i < action.after_why.size() ? action.after_why[i] : "");
  if (!action.placed.empty()) out += fmt::format("        in this wave: {}\n", action.placed);
  if (!action.cuts.empty()) out += fmt::format("        cuts: {}\n", joined(action.cuts, 6));
  if (!action.does_not_cut.empty())
    out += fmt::format("        does not cut: {}\n", joined(action.does_not_cut, 6));
  if (!action.delivery.empty()) out += fmt::format("        the new secret travels: {}\n", action.delivery);
  if (!action.destroys_evidence.empty())
    out +=
        fmt::format("        destroys: {}; first: {}\n", joined(action.destroys_evidence), action.save_first);
  if (!action.breaks.empty()) out += fmt::format("        breaks: {}\n", joined(action.breaks));
  if (action.wave > 0 && action.visible_to_intruder) out += "        the intruder can see it\n";
  if (action.wave > 0) out += fmt::format("        complete by {}\n", base::format_time(action.effective_by));
  if (!action.command.empty()) out += fmt::format("        command: {}\n", action.command);
  if (!action.go_back.empty()) out += fmt::format("        to go back: {}\n", action.go_back);
  if (!action.abort_when.empty()) out += fmt::format("        stop when: {}\n", action.abort_when);
  if (!action.leaks_if_skipped.empty()) {
    const std::uint64_t shown = std::min<std::uint64_t>(4, action.leaks_if_skipped.size());
    const std::uint64_t rest = action.leaks_if_skipped_count - shown;
    out += fmt::format("        left out, the intruder keeps {}{}\n",
                       picture.names_of(action.leaks_if_skipped, 4),
                       rest == 0 ? "" : fmt::format(" and {} more", rest));
  } else if (action.wave > 0 && action.others_in_path > 0) {
    out += fmt::format("        left out, nothing leaks: {} other action{} in that path\n",
                       action.others_in_path, action.others_in_path == 1 ? " stands" : "s stand");
  }
  out += record_text(picture, plan, action);
  return out;
}

}  // namespace

std::string plan_text(const Picture &picture, const evict::Plan &plan) {
  const auto done = [](const evict::PlannedAction &one) {
    return one.state == evict::ActionState::in_effect && one.role != evict::Role::prepare;
  };
  std::string out;
  int number = -1;
  for (const evict::PlannedAction &action : plan.actions) {
    if (done(action)) continue;
    if (action.wave != number) out += wave_head(plan, number = action.wave);
    out += action_text(picture, plan, action);
  }
  if (std::any_of(plan.actions.begin(), plan.actions.end(), done)) out += "in effect already\n";
  for (const evict::PlannedAction &action : plan.actions)
    if (done(action))
      out += fmt::format("  {:<5} {:<24} {}  [since {}, says {}: {}]\n", action.id, action.action,
                         printable(action.target_name.empty() ? action.target : action.target_name, 70),
                         moment(action.since), action.said_by, action.said_evidence);
  if (plan.method == evict::kByHand)
    out += fmt::format("made by hand; it costs {:.4g} beyond its obligations\n", plan.cost);
  else
    out += fmt::format("cost of the cut {:.4g}, proven lower bound {:.4g}, by {} in {:.3f} s\n", plan.cost,
                       plan.bound, plan.method, plan.seconds);
  if (plan.swaps_tried > 0)
    out += fmt::format("order: {} of {} adjacent changes would leak\n", plan.swaps.size(), plan.swaps_tried);
  for (const evict::Swap &swap : plan.swaps)
    out += fmt::format("  {} one wave {}: the intruder keeps {}{}\n", swap.action,
                       swap.earlier ? "earlier" : "later", picture.names_of(swap.leaks, 2),
                       swap.leaks.size() <= 2 ? "" : fmt::format(" and {} more", swap.leaks.size() - 2));
  for (const std::string &growth : plan.growth) out += "grows: " + growth + "\n";
  for (const std::string &remark : plan.remarks) out += "note: " + remark + "\n";
  for (std::size_t i = 0; i < plan.leaks.size() && i < kLeaksShown; ++i)
    out += fmt::format("leak after {}: {}: {}\n", plan.leaks[i].after_wave,
                       picture.names_of({plan.leaks[i].thing}, 1), plan.leaks[i].why);
  if (plan.leaks.size() > kLeaksShown)
    out += fmt::format("and {} (--json lists them)\n",
                       base::counted(plan.leaks.size() - kLeaksShown, "more leak"));
  for (const std::string &dead : plan.not_needed) out += "nothing to do for " + dead + "\n";
  out += plan.verdict.says + "\n";
  for (const std::string &open : plan.verdict.does_not_cover) out += "  does not cover: " + open + "\n";
  return out;
}

}  // namespace dislodge::report

// The report as one Markdown file: the six questions in order, each answered by the same numbered statements
// as in the HTML file, and the tables that people tick off.

#include <fmt/format.h>

#include <map>

#include "base/encode.hpp"
#include "report/files.hpp"
#include "report/statements.hpp"
#include "report/text.hpp"
#include "report/text_parts.hpp"
#include "report/timeline.hpp"

namespace dislodge::report {

using engine::Picture;

namespace {

// Evidence must not speak Markdown or HTML: a subject that is a link stays text. What has a meaning at the
// start of a line alone is never there.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : base::to_valid_utf8(text)) {
    if (c == '\n' || c == '\r' || c == '\t')
      out += ' ';
    else if (std::string_view("\\`*_[]<>|").find(c) != std::string_view::npos)
      (out += '\\') += c;
    else if (static_cast<unsigned char>(c) >= 0x20)
      out += c;
  }
  return out;
}

// A sentence ends with a full stop.
std::string ended(std::string text) {
  if (!text.empty() && std::string_view(".!?").find(text.back()) == std::string_view::npos) text += '.';
  return text;
}

std::string code(std::string_view text) {
  std::string out = "`";
  for (const char c : base::to_valid_utf8(text))
    out += c == '`' || static_cast<unsigned char>(c) < 0x20 ? '\'' : c;
  return out + "`";
}

std::string when(base::Time time) {
  if (time == base::kTimeMin) return "always";
  if (time == base::kTimeMax) return "open";
  return base::format_time(time);
}

void section(std::string &out, std::string_view title) {
  out += fmt::format("\n## {}\n\n", title);
}

void say(std::string &out, const std::vector<Statement> &all, char question) {
  for (const Statement &one : all) {
    if (one.number.front() != question) continue;
    out += fmt::format("- **{}** {} [{}]", one.number, ended(plain(fitted(one.says))), one.grade);
    if (!one.limits.empty()) out += " " + ended(plain(fitted(one.limits)));
    if (!one.evidence.empty()) {
      out += " Evidence:";
      for (std::size_t i = 0; i < one.evidence.size(); ++i)
        out += (i == 0 ? " " : ", ") + code(one.evidence[i]);
      out += ".";
    }
    out += "\n";
  }
}

void unread(std::string &out, const Picture &picture) {
  bool any = false;
  for (const evidence::LedgerRow &row : picture.ledger) {
    if (row.state == evidence::LedgerState::read) continue;
    if (!any) out += "\n| state | item | reason | remedy |\n| --- | --- | --- | --- |\n";
    any = true;
    out += fmt::format("| {} | {} | {} | {} |\n", evidence::name_of(row.state), code(row.item),
                       plain(row.reason), plain(row.remedy));
  }
}

void plan(std::string &out, const Picture &picture) {
  int wave = -1;
  for (const evict::PlannedAction &action : picture.plan.actions) {
    if (action.wave != wave) {
      wave = action.wave;
      out += fmt::format("\n### Wave {}\n\n", wave);
    }
    const bool done = action.state == evict::ActionState::in_effect;
    out += fmt::format("- [{}] **{}** {}: {}: {}", done ? "x" : " ", action.id,
                       plain(action.name.empty() ? action.action : action.name),
                       plain(action.target_name.empty() ? action.target : action.target_name),
                       ended(plain(action.why)));
    if (action.state != evict::ActionState::open && !done)
      out += fmt::format(" **{}**.", evict::name_of(action.state));
    const auto list = [&](std::string_view label, const std::vector<std::string> &items) {
      if (items.empty()) return;
      out += fmt::format(" {}:", label);
      for (std::size_t i = 0; i < items.size() && i < 6; ++i) out += (i == 0 ? " " : "; ") + plain(items[i]);
      out += ".";
    };
    list("Does not cut", action.does_not_cut);
    list("Breaks", action.breaks);
    list("Destroys", action.destroys_evidence);
    if (!action.save_first.empty()) out += " First: " + plain(action.save_first) + ".";
    if (!action.after.empty()) list("After", action.after);
    out += "\n";
  }
  out += fmt::format("\nCost of the cut: {:.0f}; proven lower bound: {:.0f}.\n", picture.plan.cost,
                     picture.plan.bound);
}

void parties(std::string &out, const Picture &picture) {
  if (picture.parties.empty()) return;
  out +=
      "\n| party | messages | secrets of theirs | uses seen | to do first |\n| --- | --- | --- | --- | --- "
      "|\n";
  for (const disclose::Party &party : picture.parties) {
    std::string kinds;
    for (const disclose::PartySecret &secret : party.secrets)
      kinds += (kinds.empty() ? "" : ", ") + plain(secret.kind);
    out += fmt::format("| {} | {} | {} | {} | {} |\n", plain(party.organisation), party.messages,
                       kinds.empty() ? "none" : kinds, party.uses.size(),
                       party.to_do.empty() ? "" : plain(party.to_do.front()));
  }
}

}  // namespace

std::string markdown(const Picture &picture) {
  std::string out = "# Report of an intrusion\n\n";
  if (picture.totals.partial())
    out += fmt::format("**partial: {} % read.** Nothing here is excluded or closed.\n\n",
                       picture.totals.percent_read());
  out += fmt::format("**Verdict:** {}\n\n", ended(plain(picture.plan.verdict.says)));
  out += fmt::format("**As of:** {}, from what was handed in until then.\n\n",
                     when(base::Time{base::now().us / base::kSecond * base::kSecond}));
  out += "**What this file would give a thief:** " + plain(gives_a_thief(picture)) + "\n\n";
  out +=
      "**Grades:** confirmed: an event shows it. Possible: nothing in the evidence excludes it. Unknown: the "
      "evidence cannot say. Inventory: counted in what was handed in. All times are UTC.\n";
  if (!picture.plan.verdict.does_not_cover.empty()) {
    out += "\nThe verdict does not cover (all of it under question 5):\n\n";
    for (const std::string &open : gathered(picture.plan.verdict.does_not_cover))
      out += "- " + plain(open) + "\n";
  }
  for (const std::string &note : picture.notes) out += "\nInferred: " + plain(note) + "\n";
  const std::vector<Statement> all = statements(picture);
  for (char question = '1'; question <= '6'; ++question) {
    section(out, fmt::format("{}. {}", question, kQuestions[static_cast<std::size_t>(question - '1')]));
    say(out, all, question);
    if (question == '1') unread(out, picture);
    if (question == '5') plan(out, picture);
    if (question == '6') parties(out, picture);
  }
  section(out, "Timeline");
  for (const TimelineEntry &entry : timeline(picture))
    out += fmt::format("- {} {}\n", when(entry.time), plain(entry.says));
  return out;
}

}  // namespace dislodge::report

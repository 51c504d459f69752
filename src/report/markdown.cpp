// The report as one Markdown file: the six questions in order, each statement with its evidence and grade.

#include <fmt/format.h>

#include <map>

#include "base/encode.hpp"
#include "report/files.hpp"
#include "report/text.hpp"
#include "report/timeline.hpp"

namespace dislodge::report {

using engine::Picture;

namespace {

// Evidence must not speak Markdown or HTML: a subject that is a link stays text.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : base::to_valid_utf8(text)) {
    if (c == '\n' || c == '\r' || c == '\t')
      out += ' ';
    else if (std::string_view("\\`*_{}[]<>()#+!|").find(c) != std::string_view::npos)
      (out += '\\') += c;
    else if (static_cast<unsigned char>(c) >= 0x20)
      out += c;
  }
  return out;
}

std::string code(std::string_view text) {
  std::string out = "`";
  for (const char c : base::to_valid_utf8(text))
    out += c == '`' || static_cast<unsigned char>(c) < 0x20 ? '\'' : c;
  return out + "`";
}

std::string moment(base::Time time) {
  if (time == base::kTimeMin) return "always";
  if (time == base::kTimeMax) return "open";
  return base::format_time(time);
}

void section(std::string &out, std::string_view title) {
  out += fmt::format("\n## {}\n\n", title);
}

void stolen(std::string &out, const Picture &picture) {
  section(out, "1. What was stolen");
  out +=
      "| mailbox | seen accessed | in a synchronised folder | held and could be read |\n| --- | --- | --- | "
      "--- |\n";
  for (const auto &[mailbox, counts] : picture.stolen)
    out += fmt::format("| {} | {} | {} | {} |\n", plain(mailbox), counts.seen_accessed,
                       counts.in_accessed_folder, counts.could_be_read);
  const engine::LedgerTotals &totals = picture.totals;
  out += fmt::format(
      "\nHanded in: {}. Read: {}. Unread: {} in {} items. Stolen but not held: {} messages. Read but not "
      "exported: {} mailboxes.\n",
      bytes_text(totals.handed_in), bytes_text(totals.read), bytes_text(totals.unread), totals.unread_items,
      totals.not_held, totals.not_exported);
  bool any = false;
  for (const evidence::LedgerRow &row : picture.ledger) {
    if (row.state == evidence::LedgerState::read) continue;
    if (!any) out += "\n| state | item | reason | remedy |\n| --- | --- | --- | --- |\n";
    any = true;
    out += fmt::format("| {} | {} | {} | {} |\n", evidence::name_of(row.state), code(row.item),
                       plain(row.reason), plain(row.remedy));
  }
}

void secrets(std::string &out, const Picture &picture) {
  section(out,
          fmt::format("2. The {} secrets in it, whose they are, what they open", picture.secrets.size()));
  out +=
      "| id | kind | mask | owner | opens | first place | places |\n| --- | --- | --- | --- | --- | --- | "
      "--- |\n";
  for (const identity::SecretFact &secret : picture.secrets) {
    const auto mask = picture.masks.find(secret.id);
    std::string opens;
    for (const identity::Binding &binding : picture.facts.bindings)
      if (binding.secret == secret.id)
        opens += (opens.empty() ? "" : "; ") + plain(picture.name_of(binding.principal)) + " (" +
                 plain(binding.why) + ")";
    out += fmt::format(
        "| {} | {} | {} | {} | {} | {} | {} |\n", code(secret.id.substr(7, 12)), plain(secret.kind),
        mask == picture.masks.end() ? "" : plain(mask->second),
        secret.owner.empty() ? "unknown" : plain(secret.owner) + " (" + plain(secret.owner_why) + ")",
        opens.empty() ? "nobody we know: find the owner" : opens,
        secret.places.empty() ? "" : code(fmt::format("{}:{}", secret.places[0].item, secret.places[0].line)),
        secret.places.size());
  }
}

void intrusion(std::string &out, const Picture &picture) {
  section(out, "3. How the intruder got in, and what they did");
  for (const detect::Detection &detection : picture.detections) {
    out += fmt::format("- **{}** {} ({}, {}): {}", moment(detection.first), plain(detection.kind),
                       detect::name_of(detection.grade),
                       detection.intruder ? "the intruder's" : "whose is not known", plain(detection.says));
    if (!detection.because.empty()) out += " Because: " + plain(detection.because) + ".";
    if (!detection.events.empty())
      out += fmt::format(
          " Evidence: {}{}.",
          code(fmt::format("{}:line {}", detection.events.front().source, detection.events.front().line)),
          detection.event_count > 1 ? fmt::format(" and {} more", detection.event_count - 1) : "");
    out += "\n";
  }
  if (picture.detections.empty()) out += "Cannot say: no log that was handed in shows it.\n";
  if (!picture.cannot_say.empty()) {
    out += "\nWhat the logs cannot say:\n\n";
    for (const detect::CannotSay &unknown : picture.cannot_say)
      out += fmt::format("- {}: {} to {}: {}\n",
                         plain(picture.name_of(unknown.secret.empty() ? unknown.principal : unknown.secret)),
                         moment(unknown.interval.from), moment(unknown.interval.until), plain(unknown.why));
  }
}

void reached(std::string &out, const Picture &picture) {
  section(out, "4. What they can reach, since when, and why we say so");
  out +=
      "Possible means that nothing in the evidence excludes it. `dislodge why CASE THING` gives the whole "
      "chain.\n\n";
  out += "| grade | type | name | since | last step |\n| --- | --- | --- | --- | --- |\n";
  for (const reach::ReachRow &row : picture.reach.rows)
    out += fmt::format("| {} | {} | {} | {} | {} |\n", detect::name_of(row.grade), row.type, plain(row.name),
                       moment(row.since), row.because.empty() ? "" : plain(row.because.back().says));
  if (!picture.reach.missing.empty()) {
    out += "\nMissing evidence, by what it could open:\n\n";
    for (const reach::MissingEvidence &missing : picture.reach.missing)
      out += fmt::format("- {} (since {}): {}\n", plain(missing.name), moment(missing.since),
                         plain(missing.why));
  }
}

void plan(std::string &out, const Picture &picture) {
  section(out, "5. How to get them out, in which order");
  int wave = -1;
  for (const evict::PlannedAction &action : picture.plan.actions) {
    if (action.wave != wave) {
      wave = action.wave;
      out += fmt::format("\n### Wave {}\n\n", wave);
    }
    out += fmt::format("- [ ] **{}** {} {}: {}", action.id, plain(action.action),
                       plain(action.target_name.empty() ? action.target : action.target_name),
                       plain(action.why));
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
  for (const evict::Leak &leak : picture.plan.leaks)
    out +=
        fmt::format("- leak after {}: {}: {}\n", plain(leak.after_wave), plain(leak.thing), plain(leak.why));
}

void told(std::string &out, const Picture &picture) {
  section(out, "6. Whom to tell, about what, by when");
  out += "| party | messages | secrets of theirs | uses seen | to do |\n| --- | --- | --- | --- | --- |\n";
  for (const disclose::Party &party : picture.parties) {
    std::string kinds;
    for (const disclose::PartySecret &secret : party.secrets)
      kinds += (kinds.empty() ? "" : ", ") + plain(secret.kind);
    out += fmt::format("| {} | {} | {} | {} | {} |\n", plain(party.organisation), party.messages, kinds,
                       party.uses.size(), party.to_do.empty() ? "" : plain(party.to_do.front()));
  }
  out += "\n| regime | to | status |\n| --- | --- | --- |\n";
  for (const disclose::Duty &duty : picture.duties)
    out += fmt::format("| {} | {} | {} |\n", plain(duty.regime), plain(duty.to), plain(duty.status));
}

}  // namespace

std::string markdown(const Picture &picture) {
  std::string out = "# Report of an intrusion\n\n";
  if (picture.totals.partial())
    out += fmt::format("**partial: {} % read.** Nothing here is excluded or closed.\n\n",
                       picture.totals.percent_read());
  out += fmt::format("**Verdict:** {}\n\n", plain(picture.plan.verdict.says));
  if (!picture.plan.verdict.does_not_cover.empty()) {
    out += "It does not cover:\n\n";
    for (const std::string &open : picture.plan.verdict.does_not_cover) out += "- " + plain(open) + "\n";
  }
  out += "\nWhat this file would give a thief: " + plain(gives_a_thief(picture)) + "\n";
  for (const std::string &note : picture.notes) out += "\nInferred: " + plain(note) + "\n";
  stolen(out, picture);
  secrets(out, picture);
  intrusion(out, picture);
  reached(out, picture);
  plan(out, picture);
  told(out, picture);
  section(out, "Timeline");
  for (const TimelineEntry &entry : timeline(picture))
    out += fmt::format("- {} {}\n", moment(entry.time), plain(entry.says));
  return out;
}

}  // namespace dislodge::report

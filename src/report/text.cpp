#include "report/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/encode.hpp"
#include "base/words.hpp"
#include "engine/inputs.hpp"
#include "identity/closed.hpp"
#include "report/bindings.hpp"
#include "report/text_parts.hpp"
#include "report/timeline.hpp"

namespace dislodge::report {

using engine::Picture;

std::string bytes_text(std::uint64_t bytes) {
  static constexpr const char *kUnits[] = {"B", "kB", "MB", "GB", "TB", "PB"};
  double value = static_cast<double>(bytes);
  int unit = 0;
  for (; value >= 1000 && unit < 5; ++unit) value /= 1000;
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, kUnits[unit]);
}

std::string table(const std::vector<std::string> &heads, const std::vector<std::vector<std::string>> &rows,
                  std::size_t cell_max) {
  std::vector<std::vector<std::string>> cells;
  cells.push_back(heads);
  for (const auto &row : rows) {
    cells.emplace_back();
    for (const std::string &cell : row) cells.back().push_back(printable(cell, cell_max));
  }
  std::vector<std::size_t> widths(heads.size());
  for (const auto &row : cells)
    for (std::size_t i = 0; i < row.size() && i < widths.size(); ++i)
      widths[i] = std::max(widths[i], width_of(row[i]));
  std::string out;
  for (const auto &row : cells) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      out += row[i];
      if (i + 1 < row.size()) out.append(widths[i] - width_of(row[i]) + 2, ' ');
    }
    out += '\n';
  }
  return out;
}

std::string secrets_text(const Picture &picture) {
  std::vector<std::vector<std::string>> rows;
  const BindingsBySecret bindings(picture);
  std::map<std::string_view, std::set<std::string_view>> closed;  // password -> what it was seen to open
  for (const identity::Unlock &unlock : picture.facts.unlocks)
    if (identity::is_closed(unlock.cipher))
      closed[unlock.key].insert(identity::item_of_closed(unlock.cipher));
  for (const identity::SecretFact &secret : picture.secrets) {
    const auto mask = picture.masks.find(secret.id);
    std::string opens;
    for (const identity::Binding *binding : bindings.of(secret.id))
      opens += (opens.empty() ? "" : ", ") + picture.name_of(binding->principal);
    if (const auto found = closed.find(secret.id); found != closed.end())
      for (const std::string_view item : found->second)
        opens += (opens.empty() ? "" : ", ") + std::string(item);
    rows.push_back(
        {secret.id.substr(7, 12), secret.kind, mask == picture.masks.end() ? "" : mask->second,
         secret.owner.empty() ? "unknown" : secret.owner, opens.empty() ? "owner to be found" : opens,
         std::to_string(secret.places.size()),
         secret.places.empty() ? "" : fmt::format("{}:{}", secret.places[0].item, secret.places[0].line)});
  }
  return table({"id", "kind", "mask", "owner", "opens", "places", "first place"}, rows);
}

std::string detections_text(const Picture &picture) {
  std::vector<std::vector<std::string>> rows;
  for (const detect::Detection &detection : picture.detections)
    rows.push_back({moment(detection.first), detection.kind, std::string(detect::name_of(detection.grade)),
                    detection.intruder ? "intruder" : "unknown", std::to_string(detection.event_count),
                    detection.says});
  return table({"first", "kind", "grade", "whose", "events", "says"}, rows, 100);
}

std::string sessions_text(const Picture &picture) {
  std::vector<std::vector<std::string>> rows;
  for (const detect::Session &session : picture.sessions) {
    if (!session.intruder) continue;
    rows.push_back({moment(session.first), moment(session.last), picture.name_of(session.principal),
                    joined(session.addresses, 2), std::to_string(session.events), session.because});
  }
  std::string out = table({"first", "last", "principal", "addresses", "events", "because"}, rows, 70);
  return out + fmt::format("{}, {} of them the intruder's (all with --json)\n",
                           base::counted(picture.sessions.size(), "session"), rows.size());
}

std::string coverage_text(const Picture &picture) {
  std::vector<std::vector<std::string>> rows;
  for (const log::Coverage &coverage : picture.coverage)
    rows.push_back({std::string(log::name_of(coverage.source)),
                    std::string(log::name_of(coverage.event_class)), coverage.tenant,
                    std::to_string(coverage.events), coverage.events == 0 ? "-" : moment(coverage.first),
                    coverage.events == 0 ? "-" : moment(coverage.last),
                    coverage.complete   ? "complete"
                    : coverage.declared ? "declared"
                                        : "not declared",
                    coverage.gaps.empty() ? ""
                                          : fmt::format("{} gap{}", coverage.gaps.size(),
                                                        coverage.gaps.size() == 1 ? "" : "s")});
  std::string out =
      table({"source", "class", "tenant", "events", "first", "last", "collection", "gaps"}, rows, 40);
  for (const log::Coverage &coverage : picture.coverage) {
    for (const log::Gap &gap : coverage.gaps)
      out += fmt::format("gap: {} {} {}: {}: {}\n", log::name_of(coverage.source),
                         log::name_of(coverage.event_class), coverage.tenant, span(gap.interval), gap.why);
    for (const std::string &mailbox : coverage.throttled_mailboxes)
      out += fmt::format("throttled: {}: from then on reading is possible, not excluded\n", mailbox);
    for (const std::string &note : coverage.notes)
      out += fmt::format("note: {} {}: {}\n", log::name_of(coverage.source), coverage.tenant, note);
  }
  for (const detect::CannotSay &unknown : picture.cannot_say)
    out += fmt::format("cannot say: {}: {}: {}\n",
                       picture.name_of(unknown.secret.empty() ? unknown.principal : unknown.secret),
                       span(unknown.interval), unknown.why);
  return out;
}

std::string ledger_text(const Picture &picture, bool unread_only) {
  std::vector<std::vector<std::string>> rows;
  for (const evidence::LedgerRow &row : picture.ledger) {
    if (unread_only && row.state == evidence::LedgerState::read) continue;
    rows.push_back({std::string(evidence::name_of(row.state)), row.item, bytes_text(row.size),
                    bytes_text(row.read), row.reason, row.remedy});
  }
  std::string out = table({"state", "item", "size", "read", "reason", "remedy"}, rows, 70);
  const engine::LedgerTotals &totals = picture.totals;
  return out +
         fmt::format(
             "{} handed in: {} read, {} unread in {}, {} not reached yet; {} stolen but not held, {} not "
             "exported, {} named by a trace or a load file only\n",
             bytes_text(totals.handed_in), bytes_text(totals.read), bytes_text(totals.unread),
             base::counted(totals.unread_items, "item"), bytes_text(totals.pending),
             base::counted(totals.not_held, "message"),
             base::counted(totals.not_exported, "mailbox", "mailboxes"), totals.named_not_held);
}

std::string reach_text(const Picture &picture) {
  std::vector<std::vector<std::string>> rows;
  for (const reach::ReachRow &row : picture.reach.rows) {
    const base::Time until = held_until(row);
    rows.push_back({std::string(detect::name_of(row.grade)), row.type, row.name, moment(row.since),
                    until == base::kTimeMax ? "" : moment(until), row.id});
  }
  std::string out = table({"grade", "type", "name", "since", "until", "id"}, rows, 80);
  for (const reach::Unseen &one : picture.unseen)
    out += "cannot exclude: " + engine::unseen_text(one) + " (dislodge reach --unseen)\n";
  for (const reach::MissingEvidence &missing : picture.reach.missing)
    out += fmt::format("missing evidence: {} (since {}): {}\n", missing.name, moment(missing.since),
                       missing.why);
  return out;
}

std::string parties_text(const Picture &picture) {
  std::vector<std::vector<std::string>> rows;
  for (const disclose::Party &party : picture.parties)
    rows.push_back({party.organisation, std::to_string(party.messages), std::to_string(party.secrets.size()),
                    std::to_string(party.uses.size()), party.to_do.empty() ? "" : party.to_do.front()});
  std::string out =
      table({"organisation", "messages", "secrets", "uses seen", "first thing to do"}, rows, 90);
  for (const disclose::Party &party : picture.parties)
    for (const disclose::PartyGroup &group : party.groups)
      if (party.organisation < group.organisation)
        out += fmt::format(
            "perhaps one organisation: {} and {}: {} ({}; margin {:.2f}); nothing follows until a person "
            "says so (package --also)\n",
            party.organisation, group.organisation, group.name, group.why, group.margin);
  return out;
}

std::string timeline_text(const Picture &picture) {
  std::vector<std::vector<std::string>> rows;
  for (const TimelineEntry &entry : timeline(picture))
    rows.push_back({moment(entry.time), entry.what, entry.says, entry.evidence});
  return table({"time", "what", "says", "evidence"}, rows, 100);
}

std::string status_text(const Picture &picture) {
  std::string out = summary(picture);
  for (const std::string &note : picture.notes) out += "note: " + note + "\n";
  return out;
}

namespace {

// "8 passwords, 3 github-token ..." by falling count.
std::string counts_by(const std::map<std::string, std::size_t> &counts, std::size_t most) {
  std::vector<std::pair<std::string, std::size_t>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto &a, const auto &b) { return a.second > b.second; });
  std::string out;
  for (std::size_t i = 0; i < sorted.size() && i < most; ++i)
    out += fmt::format("{}{} {}", i == 0 ? "" : ", ", sorted[i].second, sorted[i].first);
  if (sorted.size() > most) out += fmt::format(", {} other kinds", sorted.size() - most);
  return out;
}

}  // namespace

std::string summary(const Picture &picture) {
  std::string out;
  const engine::LedgerTotals &totals = picture.totals;
  const auto add = [&](std::string line) { out += printable(line, 150) + "\n"; };
  if (totals.partial())
    add(fmt::format("partial: {} % read; nothing here is excluded or closed", totals.percent_read()));

  out += "What was stolen\n";
  std::uint64_t seen = 0, synchronised = 0, could = 0;
  std::vector<std::string> mailboxes;
  for (const auto &[mailbox, stolen] : picture.stolen) {
    seen += stolen.seen_accessed;
    synchronised += stolen.in_accessed_folder;
    could += stolen.could_be_read;
    if (stolen.seen_accessed > 0) mailboxes.push_back(mailbox);
  }
  add(fmt::format("  {} seen accessed in {}{}; {}{} held could be read", base::counted(seen, "message"),
                  base::counted(mailboxes.size(), "mailbox", "mailboxes"),
                  mailboxes.empty() ? "" : " (" + joined(mailboxes, 3) + ")", base::counted(could, "message"),
                  seen > 0 ? " more" : ""));
  add(fmt::format(
      "  {}{} named by the log {} not held; {} read but not exported",
      synchronised == 0
          ? std::string()
          : fmt::format("{} in folders that were synchronised, so take {} for read; ",
                        base::counted(synchronised, "message"), base::choice(synchronised, "it", "them")),
      totals.not_held, base::choice(totals.not_held, "is", "are"),
      base::counted(totals.not_exported, "mailbox was", "mailboxes were")));

  std::map<std::string, std::size_t> kinds, owners;
  std::size_t unbound = 0;
  for (const identity::SecretFact &secret : picture.secrets) {
    ++kinds[secret.kind];
    ++owners[secret.owner.empty() ? "owner unknown" : secret.owner];
  }
  for (const evict::PlannedAction &action : picture.plan.actions)
    if (action.action == "find-owner-and-rotate") ++unbound;
  out += fmt::format("Secrets in it: {}\n", picture.secrets.size());
  add("  kinds: " + counts_by(kinds, 6));
  add("  whose: " + counts_by(owners, 5) +
      (unbound > 0 ? fmt::format("; {} open nobody we know: find owner and rotate", unbound) : ""));

  out += "How they got in\n";
  std::size_t shown = 0;
  for (const detect::Detection *act : key_acts(picture, 8)) {
    add(fmt::format("  {}  {}", moment(act->first), act->says));
    ++shown;
  }
  if (shown == 0) add("  cannot say: " + no_acts_because(picture));

  std::map<std::string, std::map<std::string, std::size_t>> reached;
  std::map<std::string, std::size_t> ended;
  for (const reach::ReachRow &row : picture.reach.rows) {
    ++reached[std::string(detect::name_of(row.grade))][row.type];
    ended[std::string(detect::name_of(row.grade))] += held_until(row) < base::now();
  }
  out += "What they can reach (dislodge why CASE THING explains each)\n";
  for (const char *grade : {"confirmed", "possible"}) {
    auto &by_type = reached[grade];
    add(fmt::format(
        "  {}: {}, {}, {}{}", grade, base::counted(by_type["principal"], "principal"),
        base::counted(by_type["secret"], "secret"), base::counted(by_type["resource"], "resource"),
        ended[grade] == 0 ? std::string() : fmt::format("; {} of these no longer", ended[grade])));
  }
  if (auto &by_type = reached["excluded"]; !by_type.empty())
    add(fmt::format(
        "  excluded by logs that are declared complete, though what was stated of exposure would "
        "allow it: {}, {}, {}",
        base::counted(by_type["principal"], "principal"), base::counted(by_type["secret"], "secret"),
        base::counted(by_type["resource"], "resource")));
  if (!picture.reach.missing.empty())
    add(fmt::format(
        "  missing evidence: {} not handed in, first {}",
        base::counted(picture.reach.missing.size(), "thing they could read is", "things they could read are"),
        picture.reach.missing.front().name));

  out += "What could not be read, and what cannot be said\n";
  add(fmt::format(
      "  {} of {} read, {} unread; {} could not be read{}", bytes_text(totals.read),
      bytes_text(totals.handed_in), bytes_text(totals.unread), base::counted(totals.unread_items, "item"),
      totals.unread_within > 0 ? fmt::format(", {} in what was read", bytes_text(totals.unread_within))
                               : ""));
  if (totals.named_not_held > 0)
    add(fmt::format("  {} that message traces or load files name {} not handed in",
                    base::counted(totals.named_not_held, "message"),
                    base::choice(totals.named_not_held, "was", "were")));
  std::map<std::string, std::size_t> doubts;
  for (const detect::CannotSay &one : picture.cannot_say) ++doubts[one.why];
  if (!doubts.empty())
    add(fmt::format("  cannot say what {} did: {}",
                    base::counted(picture.cannot_say.size(), "secret or account", "secrets and accounts"),
                    counts_by(doubts, 3)));

  out += fmt::format("The plan: {}, cost of the cut {:.0f} (bound {:.0f})\n",
                     base::counted(picture.plan.actions.size(), "action"), picture.plan.cost,
                     picture.plan.bound);
  std::map<int, std::map<std::string, std::size_t>> waves;
  for (const evict::PlannedAction &action : picture.plan.actions) ++waves[action.wave][action.action];
  shown = 0;
  for (const auto &[wave, actions] : waves) {
    if (++shown > 5) {
      add("  and " + base::counted(waves.size() - 5, "more wave"));
      break;
    }
    add(fmt::format("  wave {}: {}", wave, counts_by(actions, 4)));
  }

  std::vector<std::string> parties;
  for (const disclose::Party &party : picture.parties)
    if (!party.secrets.empty())
      parties.push_back(fmt::format("{} ({}, {})", party.organisation,
                                    base::counted(party.secrets.size(), "secret"),
                                    base::counted(party.messages, "message")));
  add(fmt::format("Whom to tell: {}; with secrets of theirs: {}",
                  base::counted(picture.parties.size(), "party", "parties"),
                  parties.empty() ? "none" : joined(parties, 3)));

  out += "Clocks\n";
  std::size_t waiting = 0, unverified = 0;
  for (const disclose::Duty &duty : picture.duties) {
    if (duty.running)
      add(fmt::format("  {}: {}", duty.regime, duty.status));
    else if (duty.status.rfind("not started", 0) == 0 && ++waiting <= 1)
      add(fmt::format("  {}: {}", duty.regime, duty.status));
    else if (duty.status.rfind("unverified", 0) == 0)
      ++unverified;
  }
  if (waiting > 1)
    add(fmt::format("  {} for a decision; {} unverified: ask counsel",
                    base::counted(waiting - 1, "more waits", "more wait"),
                    base::counted(unverified, "regime is", "regimes are")));

  add("Verdict: " + picture.plan.verdict.says);
  shown = 0;
  for (const std::string &open : picture.plan.verdict.does_not_cover)
    if (++shown <= 2) add("  does not cover: " + open);
  if (picture.plan.verdict.does_not_cover.size() > 2)
    add(fmt::format("  and {} more (dislodge plan)", picture.plan.verdict.does_not_cover.size() - 2));
  return out;
}

}  // namespace dislodge::report

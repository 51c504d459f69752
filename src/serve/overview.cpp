#include "serve/overview.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <set>

#include "base/json_writer.hpp"
#include "base/words.hpp"
#include "report/text.hpp"
#include "report/text_parts.hpp"
#include "report/timeline.hpp"

namespace dislodge::serve {

using base::JsonWriter;
using engine::Picture;

namespace {

constexpr std::size_t kDetectionsShown = 12, kKindsShown = 6, kPointsShown = 20;

struct Answer {
  std::string says;
  std::optional<std::uint64_t> count;
  std::string grade;  // empty: a count, not a statement about what happened
  std::string view;
  base::Time time = base::kTimeMin;  // kTimeMin: none
};

void write(JsonWriter &json, std::string_view key, const std::vector<Answer> &answers) {
  json.array_field(key, [&] {
    for (const Answer &answer : answers)
      json.object([&] {
        json.field("says", answer.says);
        json.field("count", answer.count);
        base::optional_text(json, "grade", answer.grade);
        json.field("time", answer.time);
        json.field("view", answer.view);
      });
  });
}

std::string counts_by(const std::map<std::string, std::size_t> &counts) {
  std::vector<std::pair<std::string, std::size_t>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto &a, const auto &b) { return a.second > b.second; });
  std::string out;
  for (std::size_t i = 0; i < sorted.size() && i < kKindsShown; ++i)
    out += fmt::format("{}{} {}", i == 0 ? "" : ", ", sorted[i].second, sorted[i].first);
  if (sorted.size() > kKindsShown) out += fmt::format(", {} other", sorted.size() - kKindsShown);
  return out;
}

std::vector<Answer> stolen(const Picture &picture) {
  std::uint64_t seen = 0, folder = 0, could = 0, mailboxes = 0;
  for (const auto &[mailbox, counts] : picture.stolen) {
    seen += counts.seen_accessed;
    folder += counts.in_accessed_folder;
    could += counts.could_be_read;
    mailboxes += counts.seen_accessed > 0 ? 1 : 0;
  }
  std::vector<Answer> answers;
  answers.push_back({fmt::format("{} seen accessed, in {}", base::choice(seen, "message", "messages"),
                                 base::counted(mailboxes, "mailbox", "mailboxes")),
                     seen, "confirmed", "#/timeline"});
  if (folder > 0)
    answers.push_back({"messages in folders that were synchronised", folder, "possible", "#/timeline"});
  answers.push_back({fmt::format("{}{} held could be read", seen > 0 ? "more " : "",
                                 base::choice(could, "message", "messages")),
                     could, "possible", "#/reach?where=type:resource"});
  answers.push_back({picture.totals.not_held == 1 ? "message named by the log is not held"
                                                  : "messages named by the log are not held",
                     picture.totals.not_held, "confirmed", "#/evidence/ledger?where=state:not-held"});
  if (picture.totals.named_not_held > 0)
    answers.push_back({std::string(base::choice(picture.totals.named_not_held,
                                                "message that a trace or a load file names is not held",
                                                "messages that traces or load files name are not held")),
                       picture.totals.named_not_held, "possible", "#/evidence/ledger?where=state:not-held"});
  answers.push_back({picture.totals.not_exported == 1 ? "mailbox was read but not exported"
                                                      : "mailboxes were read but not exported",
                     picture.totals.not_exported, "confirmed", "#/evidence/ledger?where=state:not-exported"});
  return answers;
}

std::vector<Answer> secrets(const Picture &picture) {
  std::map<std::string, std::size_t> kinds, owners;
  for (const identity::SecretFact &secret : picture.secrets) {
    ++kinds[secret.kind];
    ++owners[secret.owner.empty() ? "owner unknown" : secret.owner];
  }
  std::vector<Answer> answers;
  answers.push_back({"different secrets: " + counts_by(kinds), picture.secrets.size(), "", "#/secrets"});
  answers.push_back({"owners: " + counts_by(owners), owners.size(), "", "#/secrets"});
  std::uint64_t ownerless = 0;
  for (const evict::PlannedAction &action : picture.plan.actions)
    ownerless += action.action == "find-owner-and-rotate" ? 1 : 0;
  if (ownerless > 0)
    answers.push_back({"open nobody we know: find owner and rotate", ownerless, "",
                       "#/plan?where=action:find-owner-and-rotate"});
  return answers;
}

std::vector<Answer> intrusion(const Picture &picture) {
  std::vector<Answer> answers;
  for (const detect::Detection *act : report::key_acts(picture, kDetectionsShown))
    answers.push_back({act->says, act->event_count, std::string(detect::name_of(act->grade)),
                       fmt::format("#/timeline/detections?row={}", act->id), act->first});
  if (answers.empty())
    answers.push_back({"cannot say: " + report::no_acts_because(picture), {}, "", "#/evidence/coverage"});
  return answers;
}

std::vector<Answer> reached(const Picture &picture) {
  std::map<std::pair<std::string, std::string>, std::uint64_t> counts;
  std::uint64_t ended = 0;
  for (const reach::ReachRow &row : picture.reach.rows) {
    ++counts[{std::string(detect::name_of(row.grade)), row.type}];
    ended += row.grade != detect::Grade::excluded && report::held_until(row) < base::now() ? 1 : 0;
  }
  std::vector<Answer> answers;
  for (const char *grade : {"confirmed", "possible"})
    for (const auto &[type, says] :
         {std::pair("principal", "principals they can act as"), std::pair("secret", "secrets they can know"),
          std::pair("resource", "resources they can read")})
      answers.push_back({says, counts[{grade, type}], grade,
                         fmt::format("#/reach?where=grade:{}&where=type:{}", grade, type)});
  if (ended > 0) answers.push_back({"of these no longer", ended, "", "#/reach"});
  if (!picture.reach.missing.empty())
    answers.push_back({std::string(base::choice(picture.reach.missing.size(), "thing they could read is",
                                                "things they could read are")) +
                           " not handed in, first " + picture.reach.missing.front().name,
                       picture.reach.missing.size(), "", "#/evidence/missing"});
  return answers;
}

std::vector<Answer> plan(const Picture &picture) {
  std::set<int> waves;
  std::uint64_t done = 0, claimed = 0, failed = 0;
  for (const evict::PlannedAction &action : picture.plan.actions) {
    waves.insert(action.wave);
    done += action.state == evict::ActionState::in_effect ? 1 : 0;
    claimed += action.state == evict::ActionState::claimed ? 1 : 0;
    failed +=
        action.state == evict::ActionState::failed || action.state == evict::ActionState::rolled_back ? 1 : 0;
  }
  std::vector<Answer> answers;
  answers.push_back({fmt::format("{} in {}; cost of the cut {:.0f}, proven lower bound {:.0f}",
                                 base::choice(picture.plan.actions.size(), "action", "actions"),
                                 base::counted(waves.size(), "wave"), picture.plan.cost, picture.plan.bound),
                     picture.plan.actions.size(), "", "#/plan"});
  answers.push_back({"in effect, by evidence", done, "", "#/plan?where=state:in-effect"});
  if (claimed > 0)
    answers.push_back(
        {"claimed: somebody's word, counted as not done", claimed, "", "#/plan?where=state:claimed"});
  if (failed > 0) answers.push_back({"failed or rolled back", failed, "", "#/plan?where=state:failed"});
  answers.push_back({picture.plan.leaks.size() == 1 ? "leak found by the check" : "leaks found by the check",
                     picture.plan.leaks.size(), "", "#/plan"});
  return answers;
}

std::vector<Answer> told(const Picture &picture) {
  std::uint64_t with_secrets = 0, running = 0, waiting = 0;
  for (const disclose::Party &party : picture.parties) with_secrets += party.secrets.empty() ? 0 : 1;
  for (const disclose::Duty &duty : picture.duties) {
    running += duty.running ? 1 : 0;
    waiting += !duty.running && duty.status.starts_with("not started") ? 1 : 0;
  }
  return {
      {picture.parties.size() == 1 ? "party whose mail or secrets are touched"
                                   : "parties whose mail or secrets are touched",
       picture.parties.size(), "", "#/parties"},
      {"of them with secrets of theirs", with_secrets, "", "#/parties"},
      {running == 1 ? "clock runs" : "clocks run", running, "", "#/duties"},
      {waiting == 1 ? "clock waits for a decision" : "clocks wait for a decision", waiting, "", "#/duties"}};
}

std::vector<Answer> rests_on(const Picture &picture) {
  const engine::LedgerTotals &totals = picture.totals;
  std::vector<Answer> answers;
  answers.push_back(
      {fmt::format("{} of evidence: {} of {} read, {} unread in {}, {} not reached yet",
                   base::choice(picture.evidence.size(), "piece", "pieces"), report::bytes_text(totals.read),
                   report::bytes_text(totals.handed_in), report::bytes_text(totals.unread),
                   base::counted(totals.unread_items, "item"), report::bytes_text(totals.pending)),
       picture.evidence.size(), "", "#/evidence/ledger"});
  std::uint64_t gaps = 0;
  for (const log::Coverage &coverage : picture.coverage) gaps += coverage.gaps.size();
  answers.push_back(
      {"log sources held, by tenant and class", picture.coverage.size(), "", "#/evidence/coverage"});
  answers.push_back({gaps == 1 ? "gap in them" : "gaps in them", gaps, "", "#/evidence/gaps"});
  if (!picture.cannot_say.empty())
    answers.push_back({"things the logs cannot say, first: " + picture.cannot_say.front().why,
                       picture.cannot_say.size(), "", "#/evidence/gaps"});
  return answers;
}

}  // namespace

std::string overview_json(const Picture &picture) {
  JsonWriter json;
  json.object([&] {
    json.field("schema", 1);
    json.field("partial", picture.totals.partial());
    json.field("percent", picture.totals.percent_read());
    json.field("first_access", picture.first_access);
    json.array_field("questions", [&] {
      const auto question = [&](const char *ask, const std::vector<Answer> &answers) {
        json.object([&] {
          json.field("ask", ask);
          write(json, "answers", answers);
        });
      };
      question("What was stolen?", stolen(picture));
      question("Which secrets are in it, and whose?", secrets(picture));
      question("How did they get in, and what did they do?", intrusion(picture));
      question("What can they reach?", reached(picture));
      question("How do we get them out?", plan(picture));
      question("Whom must we tell, about what, by when?", told(picture));
    });
    write(json, "rests_on", rests_on(picture));
    json.array_field("clocks", [&] {
      for (const disclose::Duty &duty : picture.duties)
        if (duty.running || duty.status.starts_with("not started"))
          json.object([&] {
            json.field("regime", duty.regime);
            json.field("name", duty.name);
            json.field("status", duty.status);
            json.field("running", duty.running);
          });
    });
    json.object_field("verdict", [&] {
      json.field("closed", picture.plan.verdict.closed);
      json.field("says", picture.plan.verdict.says);
      const auto &open = picture.plan.verdict.does_not_cover;
      json.list_field(
          "does_not_cover",
          std::vector<std::string>(open.begin(), open.begin() + std::min(open.size(), kPointsShown)));
      json.field("does_not_cover_count", static_cast<std::uint64_t>(open.size()));
    });
    json.list_field("notes", picture.notes);
  });
  return json.take();
}

std::string uncovered_json(const Picture &picture) {
  std::string out;
  for (const std::string &point : picture.plan.verdict.does_not_cover) {
    JsonWriter json;
    json.object([&] {
      json.field("schema", 1);
      json.field("point", point);
    });
    out += json.take() + "\n";
  }
  return out;
}

std::string missing_json(const Picture &picture) {
  std::string out;
  for (const reach::MissingEvidence &missing : picture.reach.missing) {
    JsonWriter json;
    json.object([&] {
      json.field("schema", 1);
      json.field("resource", missing.resource);
      json.field("name", missing.name);
      json.field("kind", missing.kind);
      json.field("why", missing.why);
      json.field("since", missing.since);
      json.field("opens", missing.opens);
    });
    out += json.take() + "\n";
  }
  return out;
}

}  // namespace dislodge::serve

#include "report/files.hpp"

#include <fmt/format.h>

#include <set>

#include "base/files.hpp"
#include "base/visible.hpp"
#include "reach/opengraph.hpp"
#include "report/csv.hpp"
#include "report/disclosure.hpp"
#include "report/exchange.hpp"
#include "report/html.hpp"
#include "report/json_lines.hpp"
#include "report/stix.hpp"
#include "report/timesketch.hpp"
#include "report/tips.hpp"

namespace dislodge::report {

namespace {

using Files = std::vector<std::pair<std::string, std::string>>;

// A file that goes its own way must say that it is of a partial run, and tables and bundles for other
// programs have no place to say it: their names do.
constexpr std::string_view kPartial = "partial-";

base::Result<std::vector<std::string>> write_all(const Files &files, const std::filesystem::path &folder,
                                                 const char *foreign, const char *says, bool partial) {
  if (base::is_there(folder / foreign))
    return base::fail(base::ErrorKind::usage,
                      fmt::format("{}: {} lies here; the two tracks are never mixed: choose another folder",
                                  folder.string(), says));
  DISLODGE_TRY(base::make_folders(folder));
  std::vector<std::string> names;
  for (const auto &[plain_name, text] : files) {
    // The report itself says it on its first page.
    const bool says_so = plain_name.ends_with(".md") || plain_name.ends_with(".html");
    const std::string name = partial && !says_so ? std::string(kPartial) + plain_name : plain_name;
    // What the folder holds of an earlier run, partial or not, is out of date.
    std::error_code ignored;
    for (const std::string &old : {plain_name, std::string(kPartial) + plain_name})
      std::filesystem::remove(folder / old, ignored);
    // Markdown is read in terminals and editors, where names that an attacker chose would act.
    const bool plain_text = std::string_view(name).ends_with(".md");
    DISLODGE_TRY(base::write_file(folder / name, plain_text ? base::visible(text) : text, 0600));
    names.emplace_back(name);
  }
  return names;
}

}  // namespace

std::string gives_a_thief(const engine::Picture &picture) {
  std::set<std::string> places;
  for (const identity::SecretFact &secret : picture.secrets)
    for (const identity::SecretPlace &place : secret.places) places.insert(place.item);
  std::size_t people = 0, things = 0;
  for (const reach::ReachRow &row : picture.reach.rows) {
    if (row.grade == detect::Grade::excluded) continue;
    people += row.type == "principal";
    things += row.type == "resource";
  }
  const auto count = [](std::size_t number, std::string_view one, std::string_view many) {
    return fmt::format("{} {}", number, number == 1 ? one : many);
  };
  return fmt::format(
      "It names {} that they could act as and {} that they could read, {} where secrets lie, {} and the "
      "order of {} "
      "of the plan. It holds no value of a secret and no text of a message. Keep it off the compromised "
      "network.",
      count(people, "account", "accounts"),
      count(things, "mailbox, repository or other store", "mailboxes, repositories and other stores"),
      count(places.size(), "place", "places"), count(picture.parties.size(), "other party", "other parties"),
      count(picture.plan.actions.size(), "action", "actions"));
}

base::Result<Knowledge> load_knowledge(std::span<const base::EmbeddedRule> files) {
  Knowledge knowledge;
  DISLODGE_TRY_ASSIGN(knowledge.actions, evict::load_actions(files));
  DISLODGE_TRY_ASSIGN(knowledge.actors, load_actors(files));
  return knowledge;
}

base::Result<std::vector<std::string>> write_report(const engine::Picture &picture,
                                                    const Knowledge &knowledge,
                                                    const std::filesystem::path &folder) {
  Files files = {{"report.html", html(picture)},
                 {"report.md", markdown(picture)},
                 {"secrets.jsonl", secrets_json(picture)},
                 {"detections.jsonl", detections_json(picture)},
                 {"sessions.jsonl", sessions_json(picture)},
                 {"timeline.jsonl", timeline_json(picture)},
                 {"coverage.jsonl", coverage_json(picture)},
                 {"ledger.jsonl", ledger_json(picture)},
                 {"reach.jsonl", reach_json(picture)},
                 {"plan.jsonl", plan_json(picture.plan)},
                 {"parties.jsonl", parties_json(picture)},
                 {"duties.jsonl", factual_duties_json(picture)},
                 {"status.jsonl", status_json(picture)},
                 {"statements.jsonl", statements_json(statements(picture))},
                 {"secrets.csv", secrets_csv(picture)},
                 {"plan.csv", plan_csv(picture.plan)},
                 {"ledger.csv", ledger_csv(picture)},
                 {"reach.csv", reach_csv(picture)},
                 {"parties.csv", parties_csv(picture)},
                 {"duties.csv", duties_csv(picture)},
                 {"timesketch.jsonl", timesketch_jsonl(picture)},
                 {"stix.json", stix(picture)},
                 {"misp.json", misp_event(picture)},
                 {"ocsf.jsonl", ocsf_findings(picture)},
                 {"secrets.sarif", sarif(picture)},
                 {"opengraph.json", reach::opengraph_json(picture.reach)},
                 {"playbook-ng.json", playbook_ng(picture, knowledge.actions)},
                 {"navigator.json", navigator_layer(picture)}};
  if (!picture.tips.empty()) files.emplace_back("tips.jsonl", tips_json(picture));
  for (const Actor &actor : knowledge.actors)
    files.emplace_back("navigator-" + actor.id + ".json", actor_layer(picture, actor));
  return write_all(files, folder, "counsel.html", "counsel's track", picture.totals.partial());
}

base::Result<std::vector<std::string>> write_counsel_report(const engine::Picture &picture,
                                                            const Counsel &counsel,
                                                            const std::filesystem::path &folder) {
  return write_all({{"counsel.html", counsel_html(picture, counsel)},
                    {"counsel.md", counsel_markdown(picture, counsel)},
                    {"decisions.jsonl", decisions_json(counsel.decisions)},
                    {"duties.jsonl", duties_json(picture)}},
                   folder, "report.html", "the factual track", picture.totals.partial());
}

}  // namespace dislodge::report

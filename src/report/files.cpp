#include "report/files.hpp"

#include "base/files.hpp"
#include "report/csv.hpp"
#include "report/html.hpp"
#include "report/json_lines.hpp"
#include "report/stix.hpp"
#include "report/timesketch.hpp"

namespace dislodge::report {

base::Result<std::vector<std::string>> write_report(const engine::Picture &picture,
                                                    const std::filesystem::path &folder) {
  DISLODGE_TRY(base::make_folders(folder));
  const std::pair<const char *, std::string> files[] = {
      {"report.html", html(picture)},
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
      {"duties.jsonl", duties_json(picture)},
      {"status.jsonl", status_json(picture)},
      {"statements.jsonl", statements_json(picture)},
      {"secrets.csv", secrets_csv(picture)},
      {"plan.csv", plan_csv(picture.plan)},
      {"ledger.csv", ledger_csv(picture)},
      {"reach.csv", reach_csv(picture)},
      {"parties.csv", parties_csv(picture)},
      {"duties.csv", duties_csv(picture)},
      {"timesketch.jsonl", timesketch_jsonl(picture)},
      {"stix.json", stix(picture)},
      {"navigator.json", navigator_layer(picture)},
  };
  std::vector<std::string> names;
  for (const auto &[name, text] : files) {
    DISLODGE_TRY(base::write_file(folder / name, text, 0600));
    names.emplace_back(name);
  }
  return names;
}

}  // namespace dislodge::report

#include "report/csv.hpp"

#include <fmt/format.h>

#include "base/encode.hpp"
#include "base/formula.hpp"
#include "base/visible.hpp"
#include "report/bindings.hpp"

namespace dislodge::report {
namespace {

using engine::Picture;

std::string moment(base::Time time) {
  return time == base::kTimeMin || time == base::kTimeMax ? "" : base::format_time(time);
}

std::string joined(const std::vector<std::string> &items) {
  std::string out;
  for (const std::string &item : items) out += (out.empty() ? "" : "; ") + item;
  return out;
}

}  // namespace

std::string csv_cell(std::string_view text) {
  std::string clean = base::visible(base::to_valid_utf8(text));
  // A leading space hides a formula from a naive check and not from a spreadsheet.
  if (base::begins_formula(clean)) clean.insert(clean.begin(), '\'');
  if (clean.find_first_of(",\"\r\n") == std::string::npos) return clean;
  std::string out = "\"";
  for (const char c : clean) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

std::string csv_row(const std::vector<std::string> &cells) {
  std::string out;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) out += ',';
    out += csv_cell(cells[i]);
  }
  return out + "\r\n";
}

std::string secrets_csv(const Picture &picture) {
  std::string out = csv_row({"id", "kind", "mask", "owner", "owner_evidence", "opens", "item", "line",
                             "column", "confidence", "latent"});
  const BindingsBySecret bindings(picture);
  for (const engine::StoredSighting &row : picture.sightings) {
    if (row.sighting.identifier || !row.sighting.rejected.empty()) continue;
    const std::string id = "secret:" + row.secret;
    const identity::SecretFact *fact = picture.secret(id);
    std::vector<std::string> opens;
    for (const identity::Binding *binding : bindings.of(id))
      opens.push_back(picture.name_of(binding->principal));
    out += csv_row({row.secret, row.sighting.kind, row.sighting.mask, fact == nullptr ? "" : fact->owner,
                    fact == nullptr ? "" : fact->owner_why, joined(opens), row.sighting.item,
                    std::to_string(row.sighting.line), std::to_string(row.sighting.column),
                    fmt::format("{:.2f}", row.sighting.confidence), row.sighting.latent ? "yes" : "no"});
  }
  return out;
}

std::string plan_csv(const evict::Plan &plan) {
  std::string out = csv_row({"wave", "action_id", "action", "name", "target", "who", "after", "starts",
                             "effective_by", "why", "does_not_cut", "breaks", "save_first",
                             "leaks_if_skipped", "command", "state", "done_by", "done_at", "evidence"});
  for (const evict::PlannedAction &action : plan.actions) {
    out += csv_row({std::to_string(action.wave), action.id, action.action, action.name,
                    action.target_name.empty() ? action.target : action.target_name, action.who,
                    joined(action.after), moment(action.starts), moment(action.effective_by), action.why,
                    joined(action.does_not_cut), joined(action.breaks), action.save_first,
                    std::to_string(action.leaks_if_skipped_count), action.command,
                    std::string(evict::name_of(action.state)), "", "", ""});
  }
  return out;
}

std::string ledger_csv(const Picture &picture) {
  std::string out = csv_row({"state", "item", "reason", "remedy", "size", "read"});
  for (const evidence::LedgerRow &row : picture.ledger) {
    if (row.state == evidence::LedgerState::read) continue;
    out += csv_row({std::string(evidence::name_of(row.state)), row.item, row.reason, row.remedy,
                    std::to_string(row.size), std::to_string(row.read)});
  }
  return out;
}

std::string parties_csv(const Picture &picture) {
  std::string out = csv_row({"organisation", "domains", "messages", "messages_seen_accessed", "first", "last",
                             "secret_kind", "mask", "places", "first_place", "why", "uses_seen", "to_do"});
  for (const disclose::Party &party : picture.parties) {
    std::vector<std::string> head = {party.organisation,
                                     joined(party.domains),
                                     std::to_string(party.messages),
                                     std::to_string(party.messages_seen_accessed),
                                     moment(party.first),
                                     moment(party.last)};
    const auto row = [&](const disclose::PartySecret *secret) {
      std::vector<std::string> cells = head;
      if (secret == nullptr) {
        cells.insert(cells.end(), 5, "");
      } else {
        cells.insert(cells.end(), {secret->kind, secret->mask, std::to_string(secret->place_count),
                                   secret->places.empty() ? "" : secret->places.front(), secret->why});
      }
      cells.push_back(std::to_string(party.uses.size()));
      cells.push_back(joined(party.to_do));
      out += csv_row(cells);
    };
    if (party.secrets.empty()) row(nullptr);
    for (const disclose::PartySecret &secret : party.secrets) row(&secret);
  }
  return out;
}

std::string duties_csv(const Picture &picture) {
  std::string out = csv_row({"regime", "name", "to", "applies", "trigger", "trigger_time", "due_utc",
                             "due_local", "status", "missing", "source"});
  for (const disclose::Duty &duty : picture.duties) {
    out += csv_row({duty.regime, duty.name, duty.to, duty.applies, duty.trigger,
                    duty.trigger_time ? moment(*duty.trigger_time) : "", duty.due ? moment(*duty.due) : "",
                    duty.due_local ? fmt::format("{} {} {}", duty.due_local->date, duty.due_local->time,
                                                 duty.due_local->zone)
                                   : "",
                    duty.status, joined(duty.missing), duty.source});
  }
  return out;
}

std::string reach_csv(const Picture &picture) {
  std::string out = csv_row({"grade", "type", "name", "id", "since", "last_step", "evidence"});
  for (const reach::ReachRow &row : picture.reach.rows) {
    out += csv_row({std::string(detect::name_of(row.grade)), row.type, row.name, row.id, moment(row.since),
                    row.because.empty() ? "" : row.because.back().says,
                    row.because.empty() ? "" : joined(row.because.back().evidence)});
  }
  return out;
}

}  // namespace dislodge::report

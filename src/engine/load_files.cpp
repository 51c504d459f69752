#include "engine/load_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "base/item_path.hpp"
#include "mail/load_file.hpp"

namespace dislodge::engine {

namespace {

bool is_load_row(const StoredRecord &row) {
  return row.record.kind == evidence::RecordKind::document && row.record.media_type == mail::kLoadFileRow;
}

std::string_view last_part(std::string_view path) {
  const std::size_t slash = path.find_last_of('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

void add_to(evidence::Record &message, const evidence::Record &row) {
  if (message.folder.empty()) message.folder = row.folder;
  if (message.subject.empty()) message.subject = row.subject;
  if (message.sent == base::kTimeMin && row.sent != base::kTimeMin) {
    message.sent = row.sent;
    message.sent_text = row.sent_text;
  }
  if (message.received == base::kTimeMin) message.received = row.received;
  for (const evidence::Person &custodian : row.people) {
    const bool known =
        std::any_of(message.people.begin(), message.people.end(), [&](const evidence::Person &person) {
          return person.role == custodian.role && person.address == custodian.address &&
                 person.name == custodian.name;
        });
    if (!known) message.people.push_back(custodian);
  }
}

}  // namespace

std::vector<evidence::LedgerRow> join_load_files(Picture &picture) {
  std::vector<evidence::LedgerRow> missing;
  const auto first_row = std::stable_partition(picture.records.begin(), picture.records.end(),
                                               [](const StoredRecord &row) { return !is_load_row(row); });
  const std::vector<StoredRecord> rows(std::make_move_iterator(first_row),
                                       std::make_move_iterator(picture.records.end()));
  picture.records.erase(first_row, picture.records.end());
  if (rows.empty()) return missing;

  std::unordered_multimap<std::string, evidence::Record *> by_id;
  std::unordered_multimap<std::string, evidence::Record *> by_name;
  for (StoredRecord &message : picture.records) {
    if (message.record.kind != evidence::RecordKind::message) continue;
    if (!message.record.message_id.empty()) by_id.emplace(message.record.message_id, &message.record);
    by_name.emplace(last_part(base::unescape_step(message.record.item)), &message.record);
  }
  std::set<std::string> told;
  for (const StoredRecord &row : rows) {
    bool found = false;
    if (!row.record.message_id.empty()) {
      const auto [begin, end] = by_id.equal_range(row.record.message_id);
      for (auto at = begin; at != end; ++at) add_to(*at->second, row.record);
      found = begin != end;
    }
    if (!found && !row.record.name.empty()) {
      const auto [begin, end] = by_name.equal_range(std::string(last_part(row.record.name)));
      for (auto at = begin; at != end; ++at)
        if (base::unescape_step(at->second->item).ends_with(row.record.name)) {
          add_to(*at->second, row.record);
          found = true;
        }
    }
    if (found || row.record.message_id.empty() || !told.insert(row.record.message_id).second) continue;
    evidence::LedgerRow row_of_ledger;
    row_of_ledger.item = "message:" + row.record.message_id;
    row_of_ledger.parent = row.record.item;
    row_of_ledger.state = evidence::LedgerState::not_held;
    row_of_ledger.reason = "the load file of an export names it, but it is not in the mail handed in";
    row_of_ledger.remedy = "hand in the rest of the export: every part of it, not the load file alone";
    missing.push_back(std::move(row_of_ledger));
  }
  return missing;
}

void tell_missing(const std::vector<evidence::LedgerRow> &rows, Picture &picture) {
  std::set<std::string> known;
  for (const evidence::LedgerRow &row : picture.ledger)
    if (row.item.starts_with("message:")) known.insert(row.item);
  for (const evidence::LedgerRow &row : rows) {
    if (!known.insert(row.item).second) continue;
    picture.ledger.push_back(row);
    picture.totals.named_not_held += std::max<std::uint64_t>(row.items, 1);
  }
}

}  // namespace dislodge::engine

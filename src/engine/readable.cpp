#include "engine/readable.hpp"

#include <algorithm>

#include "base/encode.hpp"

namespace dislodge::engine {

ReadableMail::ReadableMail(const Picture &picture) {
  std::map<std::string_view, const reach::ReachRow *> reached;
  for (const reach::ReachRow &row : picture.reach.rows)
    if (row.type == "resource" && row.grade != detect::Grade::excluded) reached.emplace(row.id, &row);
  const auto add = [&](std::string mailbox, const base::IntervalSet &when) {
    base::IntervalSet &all = mailboxes_[std::move(mailbox)];
    for (const base::Interval &one : when.items()) all.add(one);
  };
  for (const identity::Resource &resource : picture.facts.resources) {
    const auto row = reached.find(resource.id);
    if (row == reached.end()) continue;
    if (resource.kind == "mailbox" && resource.name.find('@') != std::string::npos)
      add(base::lower(resource.name), row->second->possible_intervals);
    if (resource.id.starts_with("resource:exchange/") && resource.id.find('@') != std::string::npos)
      add(resource.id.substr(resource.id.rfind('/') + 1), row->second->possible_intervals);
  }
  for (const EvidenceRow &row : picture.evidence) {
    base::IntervalSet &when = evidence_[row.id];
    when.add(row.exposed);
    for (const base::Interval &again : row.exposed_again) when.add(again);
  }
}

const base::IntervalSet &ReadableMail::of(std::string_view mailbox) const {
  static const base::IntervalSet kNone;
  const auto found = mailboxes_.find(mailbox);
  return found == mailboxes_.end() ? kNone : found->second;
}

std::set<std::string, std::less<>> ReadableMail::mailboxes() const {
  std::set<std::string, std::less<>> all;
  for (const auto &[mailbox, when] : mailboxes_) all.insert(mailbox);
  return all;
}

bool ReadableMail::lay_there(const StoredRecord &message, std::string_view mailbox) const {
  const auto stated = evidence_.find(message.evidence);
  if (mailbox.empty() && stated == evidence_.end()) return true;
  const base::IntervalSet &when = mailbox.empty() ? stated->second : of(mailbox);
  if (when.empty()) return mailbox.empty();
  const base::Time there =
      message.record.received != base::kTimeMin ? message.record.received : message.record.sent;
  return there == base::kTimeMin || there < when.last();
}

base::Interval ReadableMail::span() const {
  base::Interval all{base::kTimeMax, base::kTimeMin};
  for (const auto &[mailbox, when] : mailboxes_) {
    if (when.empty()) continue;
    all.from = std::min(all.from, when.first());
    all.until = std::max(all.until, when.last());
  }
  if (all.from > all.until) return {base::kTimeMin, base::kTimeMax};
  return all;
}

}  // namespace dislodge::engine

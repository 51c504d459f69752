#include "engine/held_mail.hpp"

#include <algorithm>

#include "base/encode.hpp"

namespace dislodge::engine {

std::string bare_id(std::string_view id) {
  if (id.size() > 1 && id.front() == '<' && id.back() == '>') id = id.substr(1, id.size() - 2);
  return std::string(id);
}

std::map<std::int64_t, std::string> custodians_of(const Picture &picture) {
  std::map<std::int64_t, std::string> custodians;
  for (const EvidenceRow &row : picture.evidence) custodians[row.id] = base::lower(row.custodian);
  for (const auto &[id, inferred] : picture.custodians)
    if (!inferred.empty()) custodians[id] = base::lower(inferred);
  return custodians;
}

std::vector<std::string> mailboxes_of(const StoredRecord &row,
                                      const std::map<std::int64_t, std::string> &custodians) {
  const auto found = custodians.find(row.evidence);
  if (found != custodians.end() && !found->second.empty()) return {found->second};
  std::vector<std::string> mailboxes;
  for (const evidence::Person &person : row.record.people)
    if (person.role == evidence::PersonRole::delivered_to && !person.address.empty() &&
        std::find(mailboxes.begin(), mailboxes.end(), person.address) == mailboxes.end())
      mailboxes.push_back(person.address);
  if (mailboxes.empty()) mailboxes.emplace_back();
  return mailboxes;
}

}  // namespace dislodge::engine

#include "engine/correspondence.hpp"

#include <set>

#include "base/encode.hpp"
#include "disclose/groups.hpp"
#include "engine/readable.hpp"

namespace dislodge::engine {
namespace {

// Ids of messages that an event shows the intruder open, without angle brackets.
std::set<std::string> accessed_by_intruder(const Picture &picture) {
  std::set<std::string> accessed;
  for (const detect::Detection &detection : picture.detections)
    for (const detect::MailRead &read : detection.mail_read) {
      if (!detection.intruder || read.message_id.empty()) continue;
      std::string id = read.message_id;
      if (id.size() > 1 && id.front() == '<') id = id.substr(1, id.size() - 2);
      accessed.insert(std::move(id));
    }
  return accessed;
}

}  // namespace

std::vector<disclose::Correspondence> correspondence_of(const Picture &picture) {
  const ReadableMail readable(picture);
  const std::set<std::string> accessed = accessed_by_intruder(picture);
  std::map<std::int64_t, std::string> custodian;
  for (const EvidenceRow &row : picture.evidence) custodian[row.id] = base::lower(row.custodian);
  // Messages that somebody says were stolen from them: exposed, wherever ours lie.
  std::set<std::string> told;
  for (const identity::Exposure &exposure : picture.facts.exposures)
    if (!exposure.message_id.empty()) told.insert(exposure.message_id);
  std::vector<disclose::Correspondence> mail;
  for (const StoredRecord &row : picture.records) {
    if (row.record.kind != evidence::RecordKind::message) continue;
    disclose::Correspondence message;
    message.item = row.record.item;
    message.message_id = row.record.message_id;
    message.resource = custodian[row.evidence];
    message.sent = row.record.sent;
    message.subject = row.record.subject;
    message.evidence = row.evidence;
    message.affiliations = row.record.affiliations;
    for (const evidence::Person &person : row.record.people) {
      if (person.address.empty()) continue;
      if (person.role == evidence::PersonRole::from)
        message.people.insert(message.people.begin(), person.address);
      else
        message.people.push_back(person.address);
    }
    message.seen_accessed = accessed.count(row.record.message_id) != 0;
    message.exposed = message.seen_accessed || readable.lay_there(row, message.resource) ||
                      told.count(row.record.message_id) != 0;
    mail.push_back(std::move(message));
  }
  return mail;
}

identity::Ourselves ourselves_of(const Picture &picture) {
  std::vector<std::string> custodians;
  for (const EvidenceRow &row : picture.evidence) custodians.push_back(base::lower(row.custodian));
  identity::Ourselves us = identity::ourselves(picture.facts, custodians);
  // Whose mailboxes were handed in is told from their messages where nobody said it.
  us.domains.insert(picture.our_domains.begin(), picture.our_domains.end());
  identity::add_served_names(us);
  if (us.primary.empty() && !us.domains.empty()) us.primary = *us.domains.begin();
  return us;
}

std::vector<std::string> legal_custodians(const Picture &picture) {
  std::set<std::string> found;
  const auto says_legal = [](std::string_view text) {
    for (const std::string_view word :
         {"legal", "counsel", "attorney", "lawyer", "privacy", "data protection", "rechtsabteilung",
          "juristi", "justiti", "juridique", "legale"})
      if (base::contains_ignoring_case(text, word)) return true;
    return false;
  };
  for (const identity::Principal &principal : picture.facts.principals) {
    if (principal.kind != identity::PrincipalKind::user) continue;
    bool legal = false;
    for (const char *key : {"department", "title", "job-title", "jobtitle"})
      if (const auto value = principal.attributes.find(key); value != principal.attributes.end())
        legal |= says_legal(value->second);
    if (!legal) continue;
    for (const std::string &name : principal.names)
      if (name.find('@') != std::string::npos) found.insert(base::lower(name));
  }
  for (const StoredRecord &row : picture.records) {
    for (const evidence::Person &person : row.record.people) {
      const std::string_view local = std::string_view(person.address).substr(0, person.address.find('@'));
      for (const std::string_view name :
           {"legal", "counsel", "generalcounsel", "general.counsel", "privacy", "dpo"})
        if (local == name) found.insert(person.address);
    }
  }
  return {found.begin(), found.end()};
}

std::vector<disclose::Party> parties_of(const Picture &picture) {
  const std::vector<disclose::Correspondence> mail = correspondence_of(picture);
  const identity::Ourselves us = ourselves_of(picture);
  std::vector<disclose::Party> parties = disclose::parties_of(
      {mail, picture.secrets, picture.detections, us, ReadableMail(picture).mailboxes(), picture.masks});
  disclose::propose_groups(mail, us, parties);
  return parties;
}

std::vector<std::string> mailboxes_they_read(const Picture &picture) {
  std::set<std::string> read;
  for (const auto &[mailbox, stolen] : picture.stolen)
    if (mailbox.find('@') != std::string::npos) read.insert(base::lower(mailbox));
  for (const reach::ReachRow &row : picture.reach.rows)
    if (row.type == "resource" && row.grade != detect::Grade::excluded &&
        row.name.find('@') != std::string::npos)
      read.insert(base::lower(row.name));
  return {read.begin(), read.end()};
}

}  // namespace dislodge::engine

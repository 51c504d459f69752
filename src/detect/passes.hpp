#pragma once
// The passes of detect(), each in its own file. Each appends what it finds.

#include <set>
#include <string>
#include <vector>

#include "base/words.hpp"
#include "detect/attribution.hpp"
#include "detect/guessing.hpp"
#include "detect/spray.hpp"
#include "detect/unusual_use.hpp"
#include "detect/view.hpp"

namespace dislodge::detect {

// spray_told.cpp: the campaigns, and the accounts that fell to them.
void tell_sprays(const View &view, const std::vector<Campaign> &campaigns, const Attribution &attribution,
                 std::vector<Detection> &out);
// An account whose right secret a campaign's program gave: `events` in order, all of that account. Used for
// what happened long after or elsewhere, too.
Detection fallen_account(const View &view, const Campaign &campaign, const std::vector<EventIndex> &events,
                         const Attribution &attribution);
// credentials.cpp: keys, applications and users that were added.
void tell_credentials(const View &view, const Attribution &attribution, std::vector<Detection> &out);
// consent.cpp: consents and application roles.
void tell_consents(const View &view, const Attribution &attribution, std::vector<Detection> &out);
// mailbox.cpp: applications that read mail.
void tell_mailboxes(const View &view, const Attribution &attribution, std::vector<Detection> &out);
// guessing.cpp: many passwords on one account; accounts that were locked.
void tell_guessing(const View &view, const std::vector<Guessing> &found, const Attribution &attribution,
                   std::vector<Detection> &out);
void tell_lockouts(const View &view, const std::vector<Campaign> &campaigns, const Attribution &attribution,
                   std::vector<Detection> &out);
// taken.cpp: files that the intruder read, and mail that they sent.
void tell_taken(const View &view, const Attribution &attribution, std::vector<Detection> &out);
// code_reading.cpp: accounts that read very many repositories that they had not read before.
void tell_code_reading(const View &view, const Attribution &attribution, std::vector<Detection> &out);
// stolen_session.cpp: sessions that somebody else goes on with.
struct StolenSession {
  std::string account;
  base::StringId session = 0;
  EventIndex root = 0;              // the sign-in with which it began
  std::set<base::StringId> places;  // addresses of who took it
  std::vector<EventIndex> theirs;   // sign-ins from there, in order of time
};
std::vector<StolenSession> find_stolen_sessions(const View &view);
void add_session_seeds(const View &view, const std::vector<StolenSession> &stolen,
                       std::vector<Attribution::Seed> &seeds);
void tell_stolen_sessions(const View &view, const std::vector<StolenSession> &found,
                          const Attribution &attribution, std::vector<Detection> &out);
// chains.cpp: where attribution begins when no spray was seen.
std::vector<Attribution::Seed> chain_seeds(const View &view);
// rule_hits.cpp: what the Sigma rules found.
void tell_rules(const View &view, const Attribution &attribution, std::vector<Detection> &out);

// One change may stand in the directory's log and in the unified one: changes of one act by one actor on one
// target within two minutes are one. Each in order of time.
struct ChangeGroup {
  std::string actor;
  std::string target;  // for consents and roles: who receives them
  std::vector<EventIndex> events;
};
// Who receives what a consent gives.
std::string grantee_of(const View &view, const log::Event &event);
std::vector<ChangeGroup> grouped_changes(const View &view, Act act);

// Marks a detection as the intruder's where one of its events is, with the reason, grade and confidence.
void attribute(Detection &detection, const Attribution &attribution, const std::vector<EventIndex> &events);

// Messages and folders that a mail event names, as the intruder's reading.
void add_mail_read(const View &view, EventIndex index, std::vector<MailRead> &out);

void add_unique(std::vector<std::string> &list, std::string value);  // "" is left out
// The autonomous system where the log knows it, else the first half of the address.
std::string network_of(const View &view, base::StringId network, base::StringId address);
using base::counted;
// The sentence of a kind with its places filled.
std::string sentence(const View &view, std::string_view kind,
                     const std::map<std::string, std::string> &values);

}  // namespace dislodge::detect

#include "disclose/parties.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/encode.hpp"
#include "identity/ids.hpp"

namespace dislodge::disclose {
namespace {

using identity::domain_of_address;
using identity::registrable_domain;

struct Draft {
  Party party;
  std::set<std::string> domains, people;
};

}  // namespace

std::vector<Party> parties_of(const PartyInput &input) {
  std::map<std::string, Draft> drafts;
  const auto draft = [&](const std::string &organisation) -> Draft & {
    Draft &one = drafts[organisation];
    one.party.organisation = organisation;
    return one;
  };

  // A message held twice (in two mailboxes, or as copy) is one message to its party.
  std::map<std::string, std::set<std::string>> counted, seen;
  for (const Correspondence &message : input.mail) {
    if (!message.exposed) continue;
    const std::string key = message.message_id.empty() ? message.item : message.message_id;
    std::set<std::string> organisations;
    for (const std::string &address : message.people) {
      const std::string_view domain = domain_of_address(address);
      std::string organisation = registrable_domain(domain);
      if (organisation.empty() || input.us.ours(organisation)) continue;
      // Persons at a mail provider are parties of their own: the provider is none.
      const bool person = identity::is_free_mail(organisation);
      if (person) organisation = base::lower(address);
      Draft &one = draft(organisation);
      one.party.free_mail = person;
      one.domains.insert(base::lower(domain));
      one.people.insert(base::lower(address));
      organisations.insert(organisation);
    }
    for (const std::string &organisation : organisations) {
      Draft &one = drafts[organisation];
      if (counted[organisation].insert(key).second) ++one.party.messages;
      if (message.seen_accessed && seen[organisation].insert(key).second) ++one.party.messages_seen_accessed;
      if (message.sent != base::kTimeMin) {
        one.party.first = std::min(one.party.first, message.sent);
        one.party.last = std::max(one.party.last, message.sent);
      }
    }
  }

  std::map<std::string, std::string> owner_of;
  for (const identity::SecretFact &secret : input.secrets) {
    if (secret.owner.empty() || input.us.ours(secret.owner)) continue;
    Draft &one = draft(secret.owner);
    owner_of[secret.id] = secret.owner;
    PartySecret theirs;
    theirs.secret = secret.id;
    theirs.kind = secret.kind;
    const auto mask = input.masks.find(secret.id);
    if (mask != input.masks.end()) theirs.mask = mask->second;
    theirs.place_count = secret.places.size();
    for (const identity::SecretPlace &place : secret.places) {
      if (theirs.places.size() == kPlacesKept) break;
      theirs.places.push_back(fmt::format("{}:line {}", place.item, place.line));
    }
    theirs.why = secret.owner_why;
    one.party.secrets.push_back(std::move(theirs));
  }
  for (const detect::Detection &detection : input.detections) {
    for (const detect::SecretUse &use : detection.uses) {
      const auto owner = owner_of.find(use.secret);
      if (owner == owner_of.end()) continue;
      drafts[owner->second].party.uses.push_back(
          {use.secret, use.principal, use.time, use.succeeded, use.outcome});
    }
  }

  std::vector<Party> list;
  for (auto &[organisation, one] : drafts) {
    Party &party = one.party;
    party.domains.assign(one.domains.begin(), one.domains.end());
    party.people.assign(one.people.begin(), one.people.end());
    for (const std::string &address : party.people) {
      if (input.read_mailboxes.count(address) != 0) party.channels_read.push_back(address);
    }
    std::sort(party.secrets.begin(), party.secrets.end(),
              [](const PartySecret &a, const PartySecret &b) { return a.secret < b.secret; });
    std::stable_sort(party.uses.begin(), party.uses.end(),
                     [](const PartyUse &a, const PartyUse &b) { return a.time < b.time; });
    const auto worked =
        std::count_if(party.uses.begin(), party.uses.end(), [](const PartyUse &u) { return u.succeeded; });
    if (worked > 0)
      party.to_do.emplace_back(
          "treat the accounts that were used as held by the intruder: end their sessions and look through "
          "their logs from the first use on");
    for (const PartySecret &secret : party.secrets) {
      party.to_do.push_back(
          fmt::format("replace the {} {} and have the old one refused everywhere", secret.kind, secret.mask));
    }
    if (!party.secrets.empty())
      party.to_do.emplace_back(
          "look through the sign-ins of these credentials since they were mailed, and tell us what you see");
    if (party.messages > 0)
      party.to_do.emplace_back(
          "judge what the correspondence tells about you; the list of messages is available through us, out "
          "of band");
    list.push_back(std::move(party));
  }
  std::stable_sort(list.begin(), list.end(), [](const Party &a, const Party &b) {
    const auto key = [](const Party &p) {
      return std::tuple(p.secrets.empty(), -static_cast<std::int64_t>(p.messages));
    };
    return key(a) != key(b) ? key(a) < key(b) : a.organisation < b.organisation;
  });
  return list;
}

}  // namespace dislodge::disclose

#pragma once
// RealmAccounts: who is meant by the name or id that a log of Okta, AWS, GitHub, GitLab, Google or Windows
// gives. Listings of those systems know the same account by another id; found here, what the log shows and
// what the listing says are about one principal.

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "identity/fact.hpp"
#include "log/event.hpp"

namespace dislodge::identity {

// "okta", "aws", ... for sources outside of Entra, whose ids are no object ids of a tenant; "" for the
// others.
std::string_view realm_of(log::Source source);

class RealmAccounts {
 public:
  // Built from settled facts, which must outlive it.
  explicit RealmAccounts(const Facts &facts);
  // The principal whom an event's actor is: as a listing knows them, else an id made of what the log says. ""
  // where the event is of Entra's world or names nobody.
  std::string actor(const log::EventTable &table, const log::Event &event) const;
  // The same for whom an event changed: a user, or a role of AWS; "" where it changed something else.
  std::string target(const log::EventTable &table, const log::Event &event) const;

 private:
  std::string account(log::Source source, std::string_view tenant, std::string_view id, std::string_view name,
                      std::string_view arn) const;
  std::string listed(std::string_view realm, std::string_view tenant, std::string_view name) const;

  const Facts &facts_;
  std::unordered_map<std::string, std::vector<std::uint32_t>> by_name_;  // realm, line feed, name
};

}  // namespace dislodge::identity

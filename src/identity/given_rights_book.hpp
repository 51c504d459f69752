#pragma once
// What the parts of given_elsewhere share: GivenRights, a book of rights by time, and the things that they
// are on.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "identity/fact.hpp"
#include "identity/realm_accounts.hpp"
#include "identity/right_periods.hpp"
#include "log/event.hpp"

namespace dislodge::identity {

class GivenRights {
 public:
  GivenRights(const log::EventTable &events, Facts &facts);

  // A right holds from an event on, until it is taken; told twice, it is one.
  void give(std::string_view kind, const std::string &from, const std::string &to, const log::Event &event);
  // Ends the rights of one kind; of every kind where it is "".
  void take(std::string_view kind, const std::string &from, const std::string &to, const log::Event &event);
  // Ends every right of a holder whose thing begins with `prefix`.
  void take_within(const std::string &from, std::string_view prefix, const log::Event &event);
  // Ends those of them alone that events gave; what a listing has stays.
  void take_given(const std::string &from, std::string_view prefix, const log::Event &event);
  // Whether any right of the holder on that thing is known.
  bool knows(const std::string &from, const std::string &to);
  // Rights that came under a name (a policy's) and go with it; it is a name of `whose`, by default the
  // holder's.
  void give_named(std::string_view name, std::string_view kind, const std::string &from,
                  const std::string &to, const log::Event &event, std::string_view whose = {});
  void take_named(const std::string &whose, std::string_view name, const log::Event &event);
  // A right was used: it was held then, and nobody knows since when.
  void used(std::string_view kind, const std::string &from, const std::string &to, const log::Event &event,
            std::vector<base::Interval> times);
  // A right of one moment: a key was made.
  void moment(std::string_view kind, const std::string &from, const std::string &to, const log::Event &event);

  // Add what `facts` does not have; null where it has it, or it was added before.
  Principal *principal(const std::string &id, PrincipalKind kind, std::string_view name,
                       const log::Event &event);
  // The key of a principal that is one, by the fingerprint of its public half; its slot says where it is
  // shut.
  void key(const std::string &principal, const std::string &fingerprint, std::string_view name,
           std::string_view slot, const log::Event &event);
  void resource(const std::string &id, std::string_view kind, std::string_view name, const log::Event &event);
  // Everything that belongs to a set, once all events are seen: resources whose id begins with `prefix`.
  void set_of(const std::string &set, std::string_view kind, std::string_view prefix);

  // Facts as they were before any event: listings.
  const Facts &facts() const { return facts_; }
  const log::EventTable &events() const { return events_; }
  const RealmAccounts &accounts() const { return accounts_; }
  std::string_view text(base::StringId id) const { return events_.text(id); }
  std::string_view extra(const log::Event &event, std::string_view key) const {
    return events_.extra(event, key);
  }
  // The group of a realm that has this id or name; "" where none or several do.
  std::string group(std::string_view realm, std::string_view name) const;

  void finish();  // writes into the facts

 private:
  using Key = std::tuple<std::string, std::string, std::string>;  // from, to, kind

  // Of the rights of one holder those on things whose ids begin so; each(periods).
  template <typename Each>
  void each_within(const std::string &from, std::string_view prefix, Each each);
  void learn_listed(const std::string &from);
  void learn_groups() const;

  const log::EventTable &events_;
  Facts &facts_;
  RealmAccounts accounts_;
  std::map<Key, RightPeriods> rights_;
  std::map<std::pair<std::string, std::string>, std::vector<Key>> named_;  // whose, name
  std::vector<Grant> moments_;
  std::set<std::string> holders_;  // whose listed rights are among rights_
  // Made at first need: a directory may have millions of both.
  std::unordered_map<std::string_view, std::vector<std::uint32_t>> listed_;  // holder -> grants of facts_
  mutable std::unordered_map<std::string, std::string> groups_;              // realm, line feed, name -> id
  std::map<std::string, Principal> principals_;
  std::map<std::string, Resource> resources_;
  std::map<std::string, Credential> credentials_;
  std::map<std::string, std::pair<std::string, std::string>> sets_;  // set -> kind, prefix
};

// Each says nothing of events that are not its own. `operation` is canonical.
void given_in_code(GivenRights &book, const log::Event &event, std::string_view operation);
// Repositories that somebody was seen to read: `events` are of one account and one repository, in order of
// time.
void read_in_code(GivenRights &book, const std::vector<std::uint32_t> &events);
void given_in_aws(GivenRights &book, const log::Event &event, std::string_view operation);
void given_in_directories(GivenRights &book, const log::Event &event, std::string_view operation);

}  // namespace dislodge::identity

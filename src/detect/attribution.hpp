#pragma once
// Whose was it? From the sign-ins that a spray or guessing won, and from other evidence of an attack
// (basis.cpp), the intruder's hand is followed through the logs: by
// session and token, by credentials that they planted and that were then used, by accounts and applications
// that they made, and by what the principals they held did. Each step keeps its reason. An address alone is
// never one: the administrator who cleans up and the intruder may share it.

#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "detect/elsewhere.hpp"
#include "detect/spray.hpp"
#include "detect/view.hpp"

namespace dislodge::detect {

// A principal that the intruder held.
struct Hold {
  base::Time since = base::kTimeMax;
  std::string because;
  bool made = false;      // the intruder made it: nobody else uses it
  bool possible = false;  // what says so was itself concluded, not seen
};

// A credential that the intruder set, by key id.
struct PlantedKey {
  base::Time since;
  std::string principal;    // on whom
  std::string application;  // application id, where known
  std::string because;
  bool possible = false;  // the hand that set it is concluded, not seen
};

class Attribution {
 public:
  // A sign-in that is known to be the intruder's from elsewhere.
  struct Seed {
    EventIndex index;
    std::string because;
    bool possible = false;  // nobody was seen: it is concluded from what was done
    base::StringId shared =
        0;  // the session in which the owner was too: it says nothing of whose an event is
    std::string principal = {};  // who acted, where the record names somebody else; empty: the actor
  };
  // Events that are `ours`, as a named person says, are never the intruder's.
  Attribution(const View &view, const std::vector<Campaign> &campaigns, const std::vector<Seed> &given = {},
              const std::set<EventIndex> &ours = {});

  bool intruder(EventIndex index) const { return reasons_.count(index) != 0; }
  // Why, or "".
  const std::string &because(EventIndex index) const;
  // True where the reason is that nobody else was seen, not that somebody was; and for all that follows from
  // it.
  bool by_absence(EventIndex index) const { return by_absence_.count(index) != 0; }

  // Every event of theirs, in order of time.
  std::vector<EventIndex> events() const;

  const Hold *hold(const std::string &principal) const;
  const std::map<std::string, Hold> &holds() const { return holds_; }
  const PlantedKey *planted_key(std::string_view key_id) const;
  bool made_application(std::string_view application) const {
    return made_applications_.count(std::string(application)) != 0;
  }
  // Sign-ins of the intruder as this principal, in order of time.
  std::vector<EventIndex> signins_as(const std::string &principal) const;
  // User agents that the intruder's own sign-ins showed.
  const std::set<base::StringId> &agents() const { return agents_; }

 private:
  struct Verdict {
    std::string because;  // empty: not the intruder's
    bool absence = false;
  };
  void seed(const std::vector<Campaign> &campaigns);
  // One pass over all events; without `conclude`, only verdicts that rest on what was seen. False: nothing
  // new.
  bool round(bool conclude);
  bool mark(EventIndex index, std::string because, bool absence = false);
  void consequences(EventIndex index);
  void hold_principal(const std::string &principal, base::Time since, std::string because, bool made,
                      bool possible);
  Verdict judge_user_signin(EventIndex index) const;
  Verdict judge_service_signin(EventIndex index) const;
  // An application of a tenant in which the intruder held somebody, from where it had never come before.
  Verdict from_a_held_tenant(EventIndex index) const;
  Verdict judge_act(EventIndex index) const;
  Verdict judge_other(EventIndex index) const;
  Verdict by_neighbours(const std::string &principal, EventIndex index) const;
  const EventIndex *their_signin_at(const std::string &principal, EventIndex index) const;
  // attribution_elsewhere.cpp: systems other than Entra.
  bool round_elsewhere(bool conclude);
  void consequences_elsewhere(EventIndex index);
  Verdict judge_elsewhere(const std::string &principal, const Hold &hold, EventIndex index) const;
  bool was_at(const std::string &principal, const log::Event &event) const;
  Verdict judge_on_host(const std::string &principal, EventIndex index) const;
  void index_signins();
  // Whether this session or address was the principal's own before the intruder came.
  bool owners_own(const std::string &principal, const Hold &hold, const log::Event &event) const;
  // Whether somebody used an application an hour before a time.
  bool known_before(std::string_view application, base::Time time) const;

  const View &view_;
  std::map<EventIndex, std::string> reasons_;
  std::set<EventIndex> by_absence_;
  std::map<std::string, Hold> holds_;
  std::map<std::string, std::string, std::less<>> held_tenants_;  // tenant -> who of it was held first
  std::map<std::string, PlantedKey, std::less<>> keys_;
  struct Thread {  // a session or token
    std::string principal, because;
    bool possible = false;
  };
  struct Made {
    std::string because;
    bool possible = false;
  };
  std::map<std::string, Made> made_applications_;           // by application id
  std::map<std::string, std::vector<EventIndex>> signins_;  // successful, by principal
  std::map<base::StringId, Thread> threads_;
  std::set<base::StringId> addresses_;  // of the intruder's sign-ins
  std::vector<EventIndex> others_;      // neither sign-ins nor changes nor mail
  // Of principals that were held: session or address -> when their record first shows it.
  struct Known {
    std::unordered_map<base::StringId, base::Time> sessions, addresses;
  };
  mutable std::map<std::string, Known> known_;
  std::set<base::StringId> shared_;  // sessions that the owner has too
  std::set<EventIndex> ours_;
  std::set<base::StringId> agents_;
  std::map<std::string, std::set<base::StringId>> agents_as_;  // principal -> agents of the intruder
  // application and address -> first sign-in
  std::map<std::pair<base::StringId, base::StringId>, base::Time> came_from_;
  std::set<base::StringId> service_logs_;  // tenants whose service sign-ins are held

  // ---- elsewhere ----
  struct Place {  // where the intruder was as a principal
    base::Time first, last;
  };
  struct Taken {  // a password that they set, or rights that they took, and from where
    base::Time time;
    base::StringId address = 0;
    bool owner_there = false;  // the account had been at that address before
  };
  std::unique_ptr<Elsewhere> elsewhere_;  // made with their first event there
  std::vector<EventIndex> marked_;        // of them, in the order in which they were found
  std::size_t followed_ = 0;              // of marked_
  std::map<std::string, std::map<base::StringId, Place>> places_;
  std::map<std::string, std::vector<Taken>> reset_, taken_;
};

}  // namespace dislodge::detect

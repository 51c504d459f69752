#pragma once
// The world of a drill: how the intruder's holdings follow from one another, and what stops each step. It is
// written from the story, not from the evidence, and simulated here: the drill's own judge of a plan, which
// shares neither code nor rules with what makes plans.
//
// Atoms are texts: a principal's or resource's id, "knows:NAME" for a secret of the answers, "opened:ID" for
// having authenticated, "session:ID" for what lingers. To know is to know for ever.

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_writer.hpp"
#include "drill/json_value.hpp"

namespace dislodge::drill {

// An action on a target. `fact` narrows it to one thing of the target, or to one secret ("secret:NAME");
// "all" asks for an action that names none.
struct Stop {
  std::string action, target, fact;
  friend auto operator<=>(const Stop &, const Stop &) = default;
};

struct WorldStep {
  std::vector<std::string> from;  // all of them; empty: from the start
  std::vector<std::string> to;    // each of them
  std::vector<Stop> stopped_by;   // any of them
  bool lingers = false;           // what follows lasts although the step is stopped, until it is ended
  std::vector<Stop> ended_by;
  std::string why;
};

// A secret that is replaced is learned again where it is delivered through a channel that is still read.
struct Delivery {
  std::string secret;                 // name in the answers
  std::vector<std::string> channels;  // resources
};

// As a plan takes it, reduced to what the drill judges.
struct TakenAction {
  int wave = 0;
  Stop what;
  std::string secret;  // id, or ""
  std::string principal;
  bool by_hand = true;
};

class World {
 public:
  std::vector<WorldStep> steps;
  std::vector<Delivery> deliveries;
  std::vector<std::string> free;        // must not be held at the end
  std::map<std::string, double> costs;  // of an action
  // Secret ids that a run gave to the names of the answers; targets "secret:NAME" mean them.
  std::map<std::string, std::set<std::string>> secret_ids;

  // Who enters, and how; see world.cpp for what stops each of these.
  void know(std::string_view secret);  // from the start
  void opens(std::string_view secret, const std::string &principal, bool theirs = false);
  void account(const std::string &principal, bool sessions);  // opened → acts, and what lingers
  void service(const std::string &principal);                 // a service principal: no refresh tokens
  void lies_in(std::string_view secret, const std::string &resource);  // who reads learns
  void step(std::vector<std::string> from, std::vector<std::string> to, std::vector<Stop> stopped_by,
            std::string why);
  void must_free(const std::string &atom);

  // What is held after the last wave, and what of `free` is among it.
  std::vector<std::string> left_after(const std::vector<TakenAction> &plan) const;
  // Everything that follows from the start where nothing is done.
  std::set<std::string> held() const;
  // The least cost of further actions after which nothing of `free` is held, in the best order. `taken` cost
  // nothing. Negative where it cannot be done.
  double least_cost(const std::vector<TakenAction> &taken) const;
  double cost_of(const std::string &action, double otherwise) const;

  void write(base::JsonWriter &json) const;
  static World read(const JsonValue &value);

 private:
  bool means(const Stop &stop, const TakenAction &action) const;
};

}  // namespace dislodge::drill

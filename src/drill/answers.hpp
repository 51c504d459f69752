#pragma once
// What is true about a drill, gathered while it is written, and answers.json
// (docs/schemas/answers.schema.json). Places of secrets are found by looking for each value in every item
// that may hold one, so that no copy is forgotten; items are as a reader of the evidence would name and
// decode them.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "drill/drill.hpp"
#include "drill/organisation.hpp"
#include "drill/world.hpp"

namespace dislodge::drill {

struct Place {
  std::string item;
  bool extracted = false;  // offsets are in text taken out of a document
  std::uint64_t line = 1, offset = 0, length = 0;
  std::string resource;  // mailbox or repository that holds the item
  std::string message_id;
  base::Time present_from;
};

struct PlantedSecret {
  std::string name;
  std::string kind;
  std::string value;
  std::vector<std::string>
      companions;                    // user name, key id, certificate: neither required nor wrong to report
  std::optional<std::string> owner;  // organisation's domain
  std::optional<std::string> principal;
  std::vector<std::string> also;  // other ids under which the same principal may be named
  std::string obligation = "rotate";
  // Filled in at the end.
  std::vector<Place> places;
  std::vector<Place> companion_places;
  base::Time known_since, possible_since;
  bool confirmed = false;
  std::string stolen;  // seen-accessed, in-accessed-folder, could-be-read, through-repository, not-exposed
  bool dead = false;   // replaced since: nothing is left to rotate
  std::vector<std::string> principals_too;  // further accounts that take the same value
};

struct Decoy {
  std::string what;
  std::string value;
  std::vector<Place> places;
};

struct KnownPrincipal {
  std::string id, name, why;
  bool confirmed = false;
  base::Time since, possible_since;
  std::vector<std::string> also;
};

struct Reading {
  std::string resource;
  bool confirmed = false;
  base::Time since;
  std::vector<std::string> message_ids;
  std::vector<std::string> folders;  // synchronised whole
};

struct SecretUsed {
  std::string secret, principal, result;
  base::Time time;
  std::string address;
};

struct ExpectedDetection {
  std::string kind;
  base::Time first, last;
  std::vector<std::string> principals, addresses, applications;
};

struct MissingMessage {
  std::string message_id, mailbox;
};

struct Uncertain {
  std::string source, principal, why;
  base::Time from, until;
};

struct MustCut {
  std::string target, why;
  std::vector<std::string> any_of;  // action kinds, one of which must be in the plan
  bool obliged = false;             // in any plan whatever the cut needs, so it costs nothing
};

struct LookAlike {
  std::string operation, says;
  base::Time time;
};

struct Answers {
  std::string kind;
  std::uint64_t seed = 0;
  std::string size;
  std::string organisation;
  std::vector<std::string> domains;
  base::Time first_access, first_seen, last_seen, logs_from, logs_until;
  std::vector<PlantedSecret> secrets;
  std::vector<Decoy> decoys;
  std::vector<KnownPrincipal> principals;
  std::vector<std::string> principals_optional;  // reaching them is neither required nor wrong
  std::vector<std::string> principals_not_reached;
  std::vector<Reading> readings;
  std::vector<SecretUsed> uses;
  std::vector<ExpectedDetection> detections;
  std::vector<LookAlike> look_alikes;
  std::vector<MissingMessage> not_held;
  std::vector<std::string> not_exported;
  std::vector<Uncertain> cannot_say;
  std::vector<KnownPrincipal> footholds;
  std::vector<MustCut> must_cut;
  std::vector<ExpectedDetection> suspicions;  // must be told, and must not be called the intruder's
  std::vector<std::string> hidden;            // true, and outside of the evidence: nobody can say so from it
  World world;

  PlantedSecret &secret(std::string_view name);
  const std::string &value(std::string_view name) { return secret(name).value; }

  // Looks for every planted value in an item's bytes.
  void look_into(const std::string &item, std::string_view bytes, bool extracted, const std::string &resource,
                 const std::string &message_id, base::Time present_from);
  std::string to_json() const;
};

}  // namespace dislodge::drill

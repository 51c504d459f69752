#pragma once
// The builder behind make_program(). What directories and sightings say is in program.cpp, what detections
// and exposures say in program_events.cpp.

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "reach/bounds.hpp"
#include "reach/program.hpp"

namespace dislodge::reach {

// A session of a role lasts at most twelve hours, whatever becomes of who opened it (MaxSessionDuration,
// docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html).
inline constexpr std::int64_t kRoleSession = 12 * base::kHour;

// "principal:aws/ACCOUNT/role/ROLE"
inline bool is_aws_role(std::string_view principal) {
  return principal.starts_with("principal:aws/") && principal.find("/role/") != std::string_view::npos;
}

class Builder {
 public:
  Builder(const identity::Facts &facts, const identity::Rights &rights,
          const std::vector<detect::Detection> &detections, const ProgramOptions &options);

  Program build();

 private:
  struct Auth {
    NodeId authenticated;
    NodeId session;            // what a session of the intruder's gives at once
    NodeId in_person = 0;      // with this they act as it, and nobody's rights over it are needed
    bool renews;               // a session is prolonged without the credential: lives until revoked
    bool person = false;       // signs in and stays in, apart from what its keys and tokens do
    std::string_view renewed;  // the class of token that does it, as sweeps name it: "session:refresh"
  };

  void name_things();

  void intruder();

  NodeId secret(std::string_view id);

  // An id is a principal or a resource by what the facts say, else by its prefix.
  NodeId thing(std::string_view id);

  // The chain from authenticating to acting (see the picture in program.hpp), made at first need.
  const Auth &auth(std::string_view principal);

  // What a credential of that slot opens. Outside of Entra and AWS a token or key of a user acts by itself
  // and starts no session that would outlive it.
  NodeId opened_by(std::string_view principal, std::string_view slot);

  bool is_user(std::string_view principal) const;

  // The intruder held a session; so they had a way to get it, and what it renews lives on.
  void footholds(const detect::Detection &detection);
  // They came in by a key or token whose id the log tells: they have that, and no other credential follows.
  void came_by(const detect::Detection &detection, const detect::Foothold &foothold,
               const detect::Planted &by);

  void planted(const detect::Detection &detection);

  // A credential that the intruder set or guessed. The earliest report of one counts.
  void plant(const std::string &principal, const std::string &slot, const std::string &key, base::Time since,
             const std::string &evidence, std::string_view says, bool seen = false);

  void add_planted();
  // What somebody was seen to set is theirs where they could act as who set it.
  void add_set_credentials();
  // What lets them act as a principal without having set a credential of it first: its sessions and keys, and
  // those of the application that it runs for.
  std::vector<NodeId> in_person(const std::string &principal);
  // What was set in a slot from `since` on: until it is taken away, runs out, or goes with its account.
  base::Interval lasting(std::string_view principal, std::string_view slot, std::string_view key,
                         base::Time since) const;
  NodeId changed_setting(std::string_view place, std::string_view slot);
  // The secret that a credential of a principal is, by the id of its key; "" where none is held.
  std::string secret_of_key(std::string_view principal, std::string_view key) const;

  // Who uses a secret knows it.
  void uses(const detect::Detection &detection);

  std::vector<NodeId> mailbox(std::string_view address);

  NodeId part(NodeId resource, std::string_view detail);

  void expose(NodeId node, base::Interval when, bool confirmed, std::string_view evidence,
              std::string_view says);

  // A log that names one message confirms that message; one that names a folder confirms something of the
  // mailbox, and makes the rest possible; one that names neither confirms the whole.
  void mail_read(const detect::Detection &detection);

  void sit(NodeId box, const std::string &what, base::Time time, bool confirmed, const std::string &evidence,
           const std::string &says);

  void add_sittings();

  void exposures();

  // Reading the whole possibly teaches every secret in it; what is confirmed is only what is shown to have
  // been read: the message that an event names, or a whole that was taken at once.
  void presences();

  void unlocks();

  // What must be held besides a secret where a policy demands it.
  NodeId factor(const identity::Requirement &required);
  // A factor that nobody else has: the intruder has it once they have enrolled one of theirs.
  NodeId own_factor(std::string_view principal);

  void bindings();
  void trust_account(const identity::Grant &grant);
  bool opens(std::string_view secret, std::string_view principal) const;  // as its password
  std::string_view password_of(const identity::Binding &binding, std::string_view principal) const;

  // `own`: it is that principal's secret; else it is another account of the same person.
  void bind(const identity::Binding &binding, std::string_view principal, bool own);

  void grants();
  void domains();
  void acts_as_domain(std::string_view krbtgt, NodeId domain);

  void follow(const identity::Grant &grant, const identity::Right &right, NodeId from, NodeId to);

  void conclude(EdgeSpec &edge, identity::Effect effect, NodeId from, NodeId to,
                const std::vector<std::string> &slots = {});

  // Whoever may set a slot of q may have set it: it opens q until the slot is swept after the right ended.
  void mint(EdgeSpec &edge, const std::vector<std::string> &slots, const std::string &principal);

  // Who reads a mailbox by a right of their own: their reading is judged at that right.
  const std::vector<std::string_view> &direct_readers(const std::string &resource);

  // Half of a right that needs several at once: its holder makes a node "has this half on the target" true.
  void half(const identity::Grant &grant, const identity::Right &right, std::string_view from,
            std::string_view to);

  void joint(const std::string &composite, const std::string &to, NodeId target);

  struct PlantedFact {
    base::Time since;
    std::string evidence;
    std::string says;
    bool seen = false;
  };
  struct Sittings {
    std::vector<base::Time> times;
    std::string evidence;
    std::string says;
  };

  const identity::Facts &facts_;
  const identity::Rights &rights_;
  const std::vector<detect::Detection> &detections_;
  const ProgramOptions &options_;
  const Bounds bounds_;
  Program program_;
  std::unordered_map<std::string, identity::PrincipalKind> kinds_;
  std::unordered_map<NodeId, Auth> auths_;
  std::unordered_map<std::string, std::vector<NodeId>> mailboxes_;     // address -> resource nodes
  std::unordered_map<std::string, std::vector<std::size_t>> aliases_;  // any name -> principals
  std::unordered_set<std::string_view> messages_with_secrets_;
  std::unordered_map<std::string, std::vector<std::string_view>> direct_readers_;  // resource -> holders
  std::unordered_map<std::string_view, std::vector<std::string_view>> same_person_;
  std::unordered_map<std::string, std::vector<base::Interval>> used_;  // secret, principal -> uses
  // principal, slot, key
  std::map<std::tuple<std::string, std::string, std::string>, std::vector<PlantedFact>> planted_;
  std::unordered_map<std::string_view, const identity::Credential *> credentials_;      // by id
  std::unordered_map<std::string_view, std::vector<const identity::Binding *>> bound_;  // by principal
  struct AwsAccount {
    std::vector<std::string_view> principals;
    bool listed = false;
  };
  std::unordered_map<std::string, AwsAccount> aws_accounts_;
  std::unordered_map<std::string_view, std::string_view> synchronised_;     // in Entra -> in its domain
  std::unordered_map<std::string, std::vector<std::string_view>> runs_as_;  // by whom: its applications
  std::unordered_map<std::string, base::Time> key_ends_;  // principal, line feed, key -> when it runs out
  std::set<std::string, std::less<>> keyed_;              // who was come in as by a key or token of known id
  std::set<std::pair<std::string, std::string>> made_;    // principal and key of what they set themselves
  std::map<std::pair<NodeId, bool>, Sittings> sittings_;  // part of a mailbox, confirmed
  std::map<std::pair<std::string, std::string>, NodeId> composites_;  // composite kind, target
};

}  // namespace dislodge::reach

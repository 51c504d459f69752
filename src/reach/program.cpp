#include "reach/program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "base/encode.hpp"

namespace dislodge::reach {
namespace {

using base::Interval;
using base::Time;
using identity::PrincipalKind;

constexpr std::string_view kAll = "all";            // part of a resource: every bit of it, seen read at once
constexpr std::string_view kMessages = "messages";  // part of a mailbox: single messages that hold no secret
// Exchange aggregates the reads of two minutes into one record, so closer reads are one sitting.
constexpr std::int64_t kSitting = 2 * base::kMinute;
constexpr std::int64_t kThrottled = base::kDay;  // MailItemsAccessed is silent for a day after 1,000 binds

std::string_view bare_message_id(std::string_view id) {
  if (id.size() >= 2 && id.front() == '<' && id.back() == '>') return id.substr(1, id.size() - 2);
  return id;
}

std::string_view realm_of(std::string_view principal) {
  const auto begin = principal.find(':');
  if (begin == std::string_view::npos) return {};
  const std::string_view rest = principal.substr(begin + 1);
  return rest.substr(0, rest.find('/'));
}

std::string evidence_of(const detect::Detection &detection) {
  if (detection.events.empty()) return detection.id;
  return fmt::format("{}:line {}", detection.events.front().source, detection.events.front().line);
}

// Whether the events of a detection show the intruder, so that it supports `confirmed`.
bool attests(const detect::Detection &detection) {
  return detection.grade == detect::Grade::confirmed && detection.intruder;
}

class Builder {
 public:
  Builder(const identity::Facts &facts, const identity::Rights &rights,
          const std::vector<detect::Detection> &detections, const ProgramOptions &options)
      : facts_(facts), rights_(rights), detections_(detections), options_(options) {}

  Program build() {
    name_things();
    intruder();
    for (const detect::Detection &detection : detections_) {
      if (detection.grade == detect::Grade::excluded) continue;
      footholds(detection);
      planted(detection);
      uses(detection);
      mail_read(detection);
    }
    add_planted();
    add_sittings();
    exposures();
    presences();
    unlocks();
    bindings();
    grants();
    std::sort(program_.unknown_rights.begin(), program_.unknown_rights.end());
    return std::move(program_);
  }

 private:
  struct Auth {
    NodeId authenticated;
    NodeId session;  // what a session of the intruder's gives at once
    bool renews;     // a session is prolonged without the credential: lives until revoked
  };

  void name_things() {
    for (const identity::Presence &presence : facts_.presences) {
      if (!presence.message_id.empty()) messages_with_secrets_.insert(bare_message_id(presence.message_id));
    }
    for (const identity::Principal &principal : facts_.principals) {
      const NodeId node = program_.add(NodeType::principal, principal.id, principal.name);
      program_.nodes[node].kind = program_.pool.intern(identity::name_of(principal.kind));
      kinds_.emplace(principal.id, principal.kind);
    }
    for (const identity::Resource &resource : facts_.resources) {
      const NodeId node = program_.add(NodeType::resource, resource.id, resource.name);
      program_.nodes[node].kind = program_.pool.intern(resource.kind);
      if (resource.kind == "mailbox" || resource.id.starts_with("resource:mail/")) {
        mailboxes_[base::lower(std::string_view(resource.id).substr(resource.id.rfind('/') + 1))].push_back(
            node);
      }
    }
  }

  void intruder() {
    const NodeId node = program_.add(NodeType::principal, kIntruder, "the intruder");
    program_.nodes[node].protected_ = false;
    program_.add({.rule = Rule::foothold,
                  .fact = FactKind::foothold,
                  .conclusion = node,
                  .attested = {Interval{}},
                  .subject = kIntruder,
                  .says = "the intruder acts as themselves"});
  }

  NodeId secret(std::string_view id) {
    const auto name = options_.secret_names.find(id);
    return program_.add(NodeType::secret, id,
                        name == options_.secret_names.end() ? std::string_view() : name->second);
  }

  // An id is a principal or a resource by what the facts say, else by its prefix.
  NodeId thing(std::string_view id) {
    if (const NodeId node = program_.find(NodeType::principal, id); node != kNone) return node;
    if (const NodeId node = program_.find(NodeType::resource, id); node != kNone) return node;
    return program_.add(id.starts_with("resource:") ? NodeType::resource : NodeType::principal, id);
  }

  // The chain from authenticating to acting (see the picture in program.hpp), made at first need.
  const Auth &auth(std::string_view principal) {
    const NodeId acts = program_.add(NodeType::principal, principal);
    const auto found = auths_.find(acts);
    if (found != auths_.end()) return found->second;
    const auto known = kinds_.find(std::string(principal));
    const PrincipalKind kind = known == kinds_.end() ? PrincipalKind::other : known->second;
    const std::string_view realm = realm_of(principal);
    const bool user = kind == PrincipalKind::user;
    Auth made;
    made.authenticated = program_.add(NodeType::authenticated, principal, program_.name(acts));
    const auto token = [&](std::string_view token_class) {
      return program_.add(NodeType::token, principal, program_.name(acts), token_class);
    };
    const auto step = [&](Rule rule, FactKind fact, NodeId from, NodeId to, std::int64_t linger,
                          std::string_view detail) {
      // What a token is worth is its issuer's word, not a use: attested whenever its cause is.
      program_.add({.rule = rule,
                    .fact = fact,
                    .conclusion = to,
                    .premises = {from},
                    .linger_us = linger,
                    .attested = {Interval{}},
                    .subject = principal,
                    .detail = detail});
    };
    if (realm == "aws") {
      const NodeId session = token("session");
      step(Rule::token, FactKind::account, made.authenticated, session, options_.aws_session_us, "session");
      step(Rule::act, FactKind::session, session, acts, 0, "session");
      made.session = session;
      made.renews = false;
    } else if (realm == "entra" && !user && known != kinds_.end() && kind != PrincipalKind::other) {
      const NodeId access = token("app-access");
      step(Rule::token, FactKind::account, made.authenticated, access, options_.access_token_us,
           "app-access");
      step(Rule::act, FactKind::session, access, acts, 0, "app-access");
      made.session = access;
      made.renews = false;
    } else if (realm == "entra") {
      const NodeId refresh = token("refresh");
      const NodeId access = token("access");
      step(Rule::token, FactKind::session, made.authenticated, refresh, kForever, "refresh");
      step(Rule::token, FactKind::account, made.authenticated, access, options_.access_token_us, "access");
      step(Rule::token, FactKind::account, refresh, access, options_.access_token_us, "access");
      step(Rule::act, FactKind::session, access, acts, 0, "access");
      made.session = refresh;
      made.renews = true;
    } else if (user) {
      // A web session elsewhere (GitHub, Okta, an internal system): unless somebody ends it, it goes on.
      const NodeId session = token("session");
      step(Rule::token, FactKind::session, made.authenticated, session, kForever, "session");
      step(Rule::act, FactKind::account, session, acts, 0, "session");
      made.session = session;
      made.renews = true;
    } else {
      // A key or account whose every use shows the secret itself.
      step(Rule::act, FactKind::account, made.authenticated, acts, 0, "");
      made.session = made.authenticated;
      made.renews = false;
    }
    return auths_.emplace(acts, made).first->second;
  }

  // What a credential of that slot opens. Outside of Entra and AWS a token or key of a user acts by itself
  // and starts no session that would outlive it.
  NodeId opened_by(std::string_view principal, std::string_view slot) {
    const std::string_view realm = realm_of(principal);
    const NodeId authenticated = auth(principal).authenticated;
    const bool key = slot == "token" || slot == "access-key" || slot == "ssh-key";
    const auto known = kinds_.find(std::string(principal));
    if (!key || realm == "entra" || realm == "aws" || known == kinds_.end() ||
        known->second != PrincipalKind::user) {
      return authenticated;
    }
    const NodeId acts = program_.add(NodeType::principal, principal);
    const std::size_t before = program_.nodes.size();
    const NodeId node = program_.add(NodeType::authenticated, principal, program_.name(acts), "key");
    if (program_.nodes.size() > before) {
      program_.add({.rule = Rule::act,
                    .fact = FactKind::account,
                    .conclusion = acts,
                    .premises = {node},
                    .attested = {Interval{}},
                    .subject = principal,
                    .detail = "key"});
    }
    return node;
  }

  bool is_user(std::string_view principal) const {
    const auto known = kinds_.find(std::string(principal));
    return known == kinds_.end() || known->second == PrincipalKind::user ||
           known->second == PrincipalKind::other;
  }

  // The intruder held a session; so they had a way to get it, and what it renews lives on.
  void footholds(const detect::Detection &detection) {
    const std::string evidence = evidence_of(detection);
    const Time seen_until = detection.last + 1;
    for (const detect::Foothold &foothold : detection.footholds) {
      if (foothold.interval.empty() || foothold.principal.empty()) continue;
      const Auth &chain = auth(foothold.principal);
      Interval held = foothold.interval;
      // An application's session ends with its token; to go on they need the credential, which is an edge of
      // its own.
      if (!chain.renews) held.until = std::min(held.until, std::max(seen_until, held.from + 1));
      std::vector<Interval> attested;
      if (attests(detection)) {
        attested.push_back({held.from, std::min(held.until, std::max(seen_until, held.from + 1))});
      }
      program_.add({.rule = Rule::foothold,
                    .fact = FactKind::foothold,
                    .conclusion = chain.session,
                    .valid = held,
                    .linger_us = chain.renews ? kForever : 0,
                    .attested = attested,
                    .subject = foothold.principal,
                    .object = foothold.principal,
                    .detail = foothold.session,
                    .evidence = evidence,
                    .says = detection.says});
      const bool guessed = detection.kind == "success-after-spray";
      plant(
          foothold.principal, is_user(foothold.principal) ? "password" : "credential", "",
          foothold.interval.from, evidence,
          guessed ? detection.says : "they had a session, so they may hold a credential that opens another");
    }
  }

  void planted(const detect::Detection &detection) {
    for (const detect::Planted &one : detection.planted) {
      if (one.principal.empty()) continue;
      plant(one.principal, one.slot, one.key_id.empty() ? one.grant : base::lower(one.key_id), one.since,
            evidence_of(detection), detection.says, attests(detection));
    }
  }

  // A credential that the intruder set or guessed. The earliest report of one counts.
  void plant(const std::string &principal, const std::string &slot, const std::string &key, Time since,
             const std::string &evidence, std::string_view says, bool seen = false) {
    PlantedFact &fact = planted_[{principal, slot, key}];
    if (!fact.evidence.empty() && fact.since <= since) return;
    fact = PlantedFact{since, evidence, std::string(says), seen};
  }

  void add_planted() {
    std::unordered_map<std::string, Time> ends;
    for (const identity::Credential &credential : facts_.credentials) {
      if (!credential.key_id.empty())
        ends.emplace(credential.principal + "\n" + credential.key_id, credential.valid.until);
    }
    for (const auto &[key, fact] : planted_) {
      const auto &[principal, slot, key_id] = key;
      Interval valid{fact.since, base::kTimeMax};
      const auto end = ends.find(principal + "\n" + key_id);
      if (end != ends.end()) valid.until = std::max(end->second, valid.from);
      // Who is seen to set a credential is seen to control the principal at that moment; who creates a user
      // or grants a right is not yet seen to act as them.
      std::vector<Interval> attested;
      const bool credential = slot != "user" && slot != "consent" && slot != "app-role";
      if (fact.seen && credential) attested.push_back({fact.since, fact.since + 1});
      program_.add({.rule = Rule::planted,
                    .fact = FactKind::planted,
                    .conclusion = opened_by(principal, slot),
                    .valid = valid,
                    .attested = attested,
                    .subject = key_id,
                    .object = principal,
                    .detail = slot,
                    .evidence = fact.evidence,
                    .says = fact.says});
    }
  }

  // Who uses a secret knows it.
  void uses(const detect::Detection &detection) {
    const std::string evidence = evidence_of(detection);
    for (const detect::SecretUse &use : detection.uses) {
      // A right secret that something stopped is known as well, but nobody was signed in.
      const bool right = use.succeeded || use.outcome.starts_with("right");
      if (!right || !detection.intruder) continue;
      std::vector<Interval> attested;
      if (attests(detection)) {
        attested.push_back({use.time, use.time + 1});
        if (use.succeeded) used_[use.secret + "\n" + use.principal].push_back({use.time, use.time + 1});
      }
      program_.add({.rule = Rule::foothold,
                    .fact = FactKind::foothold,
                    .conclusion = secret(use.secret),
                    .valid = {use.time, use.time + 1},
                    .attested = attested,
                    .subject = use.secret,
                    .object = use.principal,
                    .evidence = evidence,
                    .says = detection.says});
    }
  }

  std::vector<NodeId> mailbox(std::string_view address) {
    const std::string lower = base::lower(address);
    if (const auto found = mailboxes_.find(lower); found != mailboxes_.end()) return found->second;
    if (aliases_.empty()) {
      for (std::size_t i = 0; i < facts_.principals.size(); ++i) {
        for (const std::string &name : facts_.principals[i].names) aliases_[base::lower(name)].push_back(i);
      }
      aliases_.emplace("", std::vector<std::size_t>());
    }
    std::vector<NodeId> nodes;
    if (const auto found = aliases_.find(lower); found != aliases_.end()) {
      for (const std::size_t principal : found->second) {
        for (const std::string &name : facts_.principals[principal].names) {
          const auto box = mailboxes_.find(base::lower(name));
          if (box != mailboxes_.end()) nodes.insert(nodes.end(), box->second.begin(), box->second.end());
        }
      }
      std::sort(nodes.begin(), nodes.end());
      nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
    }
    // Nobody handed in a directory that knows it: it was read all the same.
    if (nodes.empty())
      nodes.push_back(program_.add(NodeType::resource, "resource:exchange/?/" + lower, lower));
    return mailboxes_[lower] = nodes;
  }

  NodeId part(NodeId resource, std::string_view detail) {
    const std::string id(program_.id(resource));
    const std::string name(program_.name(resource));
    return program_.add(NodeType::resource, id, name, detail);
  }

  void expose(NodeId node, Interval when, bool confirmed, std::string_view evidence, std::string_view says) {
    if (when.empty()) return;
    std::vector<Interval> attested;
    if (confirmed) attested.push_back(when);
    const std::string resource(program_.id(node));
    program_.add({.rule = Rule::exposure,
                  .fact = FactKind::exposure,
                  .conclusion = node,
                  .valid = when,
                  .attested = attested,
                  .subject = resource,
                  .evidence = evidence,
                  .says = says});
  }

  // A log that names one message confirms that message; one that names a folder confirms something of the
  // mailbox, and makes the rest possible; one that names neither confirms the whole.
  void mail_read(const detect::Detection &detection) {
    if (detection.mail_read.empty()) return;
    const bool confirmed = attests(detection);
    const std::string evidence = evidence_of(detection);
    for (const detect::MailRead &read : detection.mail_read) {
      for (const NodeId box : mailbox(read.mailbox)) {
        const Interval moment{read.time, read.time + 1};
        if (!read.message_id.empty()) {
          const std::string_view message = bare_message_id(read.message_id);
          const bool secret_inside = messages_with_secrets_.contains(message);
          sit(box, secret_inside ? "message:" + std::string(message) : std::string(kMessages), read.time,
              confirmed, evidence, detection.says);
        } else if (!read.folder.empty()) {
          sit(box, "folder:" + read.folder, read.time, confirmed, evidence, detection.says);
          expose(box, moment, false, evidence, detection.says);
        } else {
          expose(box, moment, confirmed, evidence, detection.says);
          // A record that says no more than that logging stopped names nothing, so it confirms no message.
          if (confirmed && !read.throttled) expose(part(box, kAll), moment, true, evidence, detection.says);
        }
        if (read.throttled) {
          expose(box, {read.time, read.time + kThrottled}, false, evidence,
                 "the log of mail access was throttled from here on for a day");
        }
      }
    }
  }

  void sit(NodeId box, const std::string &what, Time time, bool confirmed, const std::string &evidence,
           const std::string &says) {
    Sittings &all = sittings_[{part(box, what), confirmed}];
    all.times.push_back(time);
    if (all.evidence.empty()) {
      all.evidence = evidence;
      all.says = says;
    }
  }

  void add_sittings() {
    for (auto &[key, all] : sittings_) {
      std::sort(all.times.begin(), all.times.end());
      for (std::size_t i = 0; i < all.times.size();) {
        std::size_t next = i + 1;
        while (next < all.times.size() && all.times[next].us - all.times[next - 1].us <= kSitting) ++next;
        expose(key.first, {all.times[i], all.times[next - 1] + 1}, key.second, all.evidence, all.says);
        i = next;
      }
    }
  }

  void exposures() {
    for (const identity::Exposure &exposure : facts_.exposures) {
      const NodeId resource = program_.add(NodeType::resource, exposure.resource);
      if (!exposure.message_id.empty()) {
        const std::string message = "message:" + std::string(bare_message_id(exposure.message_id));
        expose(part(resource, message), exposure.interval, exposure.confirmed, exposure.evidence, "");
        continue;
      }
      expose(resource, exposure.interval, exposure.confirmed, exposure.evidence, "");
      if (exposure.confirmed) expose(part(resource, kAll), exposure.interval, true, exposure.evidence, "");
    }
  }

  // Reading the whole possibly teaches every secret in it; what is confirmed is only what is shown to have
  // been read: the message that an event names, or a whole that was taken at once.
  void presences() {
    for (const identity::Presence &presence : facts_.presences) {
      const NodeId resource = program_.add(NodeType::resource, presence.resource);
      const NodeId known = secret(presence.secret);
      EdgeSpec learn{.rule = Rule::learn,
                     .fact = FactKind::presence,
                     .conclusion = known,
                     .premises = {resource},
                     .valid = presence.valid,
                     .subject = presence.secret,
                     .object = presence.resource,
                     .evidence = presence.evidence};
      std::vector<Interval> dated;
      if (presence.valid.from != base::kTimeMin) dated.push_back(presence.valid);
      if (presence.message_id.empty()) learn.attested = dated;
      program_.add(learn);
      if (presence.message_id.empty()) continue;
      if (const NodeId all = program_.find(NodeType::resource, presence.resource, kAll); all != kNone) {
        learn.premises = {all};
        learn.attested = dated;
        program_.add(learn);
      }
      const std::string message = "message:" + std::string(bare_message_id(presence.message_id));
      if (const NodeId one = program_.find(NodeType::resource, presence.resource, message); one != kNone) {
        // The event names the message, so it was there, whatever a sender's clock made of its date.
        learn.premises = {one};
        learn.valid = Interval{};
        learn.attested = {Interval{}};
        program_.add(learn);
      }
    }
  }

  void unlocks() {
    for (const identity::Unlock &unlock : facts_.unlocks) {
      program_.add({.rule = Rule::unlock,
                    .fact = FactKind::unlock,
                    .conclusion = secret(unlock.secret),
                    .premises = {secret(unlock.cipher), secret(unlock.key)},
                    .attested = {Interval{}},
                    .subject = unlock.key,
                    .object = unlock.secret,
                    .evidence = unlock.evidence});
    }
  }

  // A user's second factor would be a further premise; it counts only where a policy in evidence enforces it
  // on every protocol, and no source of ours states such a policy: the secret alone suffices.
  void bindings() {
    for (const identity::Binding &binding : facts_.bindings) {
      std::vector<Interval> attested = binding.used;
      const auto used = used_.find(binding.secret + "\n" + binding.principal);
      if (used != used_.end()) attested.insert(attested.end(), used->second.begin(), used->second.end());
      const NodeId authenticated = opened_by(binding.principal, binding.slot);
      program_.add({.rule = Rule::authenticate,
                    .fact = FactKind::binding,
                    .conclusion = authenticated,
                    .premises = {secret(binding.secret)},
                    .valid = binding.valid,
                    .attested = attested,
                    .subject = binding.secret,
                    .object = binding.principal,
                    .detail = binding.slot,
                    .evidence = binding.evidence,
                    .says = binding.why});
    }
  }

  void grants() {
    std::unordered_set<std::string> unknown;
    for (const identity::Grant &grant : facts_.grants) {
      const identity::Right *right = rights_.find(grant.kind);
      if (right == nullptr) {
        if (unknown.insert(grant.kind).second) program_.unknown_rights.push_back(grant.kind);
        continue;
      }
      std::string_view from = grant.from;
      std::string_view to = grant.to;
      if (right->reversed) std::swap(from, to);
      if (!right->composite.empty() && right->effect == identity::Effect::inert) {
        half(grant, *right, from, to);
        continue;
      }
      follow(grant, *right, thing(from), thing(to));
      if (right->both_ways) follow(grant, *right, thing(to), thing(from));
    }
    for (const auto &[key, node] : composites_) joint(key.first, key.second, node);
  }

  void follow(const identity::Grant &grant, const identity::Right &right, NodeId from, NodeId to) {
    if (right.effect == identity::Effect::inert || from == to) return;
    EdgeSpec edge{.fact = FactKind::grant,
                  .premises = {from},
                  .valid = grant.valid,
                  .attested = grant.used,
                  .subject = grant.id,
                  .object = grant.from,
                  .detail = grant.kind,
                  .evidence = grant.evidence};
    conclude(edge, right.effect, from, to);
  }

  void conclude(EdgeSpec &edge, identity::Effect effect, NodeId from, NodeId to) {
    const bool from_resource = program_.nodes[from].type == NodeType::resource;
    const bool to_resource = program_.nodes[to].type == NodeType::resource;
    // Of rights held by a resource only containment goes on: to read a thing is not to use its rights.
    if (from_resource && effect != identity::Effect::contains && effect != identity::Effect::act_as) return;
    edge.conclusion = to;
    edge.rule = to_resource ? Rule::read : Rule::control;
    if (effect == identity::Effect::read && !to_resource) return;  // to read about a principal opens nothing
    if (effect == identity::Effect::mint && !to_resource) {
      edge.rule = Rule::mint;
      if (options_.minted_until_swept) {
        const std::string id(program_.id(to));
        edge.conclusion = auth(id).authenticated;
        edge.linger_us = kForever;
      }
    }
    program_.add(edge);
  }

  // Half of a right that needs several at once: its holder makes a node "has this half on the target" true.
  void half(const identity::Grant &grant, const identity::Right &right, std::string_view from,
            std::string_view to) {
    const NodeId target = thing(to);
    const NodeId holder = thing(from);
    if (program_.nodes[holder].type == NodeType::resource) return;
    const NodeId node = program_.add(NodeType::token, to, program_.name(target), "right:" + right.kind);
    program_.add({.rule = Rule::control,
                  .fact = FactKind::grant,
                  .conclusion = node,
                  .premises = {holder},
                  .valid = grant.valid,
                  .attested = grant.used,
                  .subject = grant.id,
                  .object = grant.from,
                  .detail = grant.kind,
                  .evidence = grant.evidence});
    composites_.emplace(std::pair{right.composite, std::string(to)}, target);
  }

  void joint(const std::string &composite, const std::string &to, NodeId target) {
    const identity::Right *right = rights_.find(composite);
    if (right == nullptr) return;
    EdgeSpec edge{.fact = FactKind::grant, .attested = {Interval{}}, .detail = composite};
    for (const std::string &kind : right->all_of) {
      const NodeId node = program_.find(NodeType::token, to, "right:" + kind);
      if (node == kNone) return;
      edge.premises.push_back(node);
    }
    if (edge.premises.empty()) return;
    conclude(edge, right->effect, edge.premises.front(), target);
  }

  struct PlantedFact {
    Time since;
    std::string evidence;
    std::string says;
    bool seen = false;
  };
  struct Sittings {
    std::vector<Time> times;
    std::string evidence;
    std::string says;
  };

  const identity::Facts &facts_;
  const identity::Rights &rights_;
  const std::vector<detect::Detection> &detections_;
  const ProgramOptions &options_;
  Program program_;
  std::unordered_map<std::string, PrincipalKind> kinds_;
  std::unordered_map<NodeId, Auth> auths_;
  std::unordered_map<std::string, std::vector<NodeId>> mailboxes_;     // address -> resource nodes
  std::unordered_map<std::string, std::vector<std::size_t>> aliases_;  // any name -> principals
  std::unordered_set<std::string_view> messages_with_secrets_;
  std::unordered_map<std::string, std::vector<Interval>> used_;  // secret, principal -> uses
  std::map<std::tuple<std::string, std::string, std::string>, PlantedFact> planted_;  // principal, slot, key
  std::map<std::pair<NodeId, bool>, Sittings> sittings_;              // part of a mailbox, confirmed
  std::map<std::pair<std::string, std::string>, NodeId> composites_;  // composite kind, target
};

}  // namespace

Program make_program(const identity::Facts &facts, const identity::Rights &rights,
                     const std::vector<detect::Detection> &detections, const ProgramOptions &options) {
  return Builder(facts, rights, detections, options).build();
}

}  // namespace dislodge::reach

#include "reach/program_builder.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/encode.hpp"
#include "identity/closed.hpp"
#include "identity/places.hpp"
#include "identity/policies.hpp"
#include "identity/session_bindings.hpp"

namespace dislodge::reach {

using base::Interval;
using base::Time;
using identity::PrincipalKind;

namespace {

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

// Of accounts that no listing has, those of systems whose logs name people: a person's sessions outlive the
// password.
bool person_of_a_log(std::string_view principal) {
  const std::string_view realm = realm_of(principal);
  if (realm == "google") return !principal.ends_with(".gserviceaccount.com");
  return realm == "okta" || realm == "github" || realm == "gitlab" || realm == "salesforce";
}

}  // namespace

Builder::Builder(const identity::Facts &facts, const identity::Rights &rights,
                 const std::vector<detect::Detection> &detections, const ProgramOptions &options)
    : facts_(facts),
      rights_(rights),
      detections_(detections),
      options_(options),
      bounds_(options.sweeps, options.requirements, options.watched, options.disabled) {}

Program Builder::build() {
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
  domains();
  add_set_credentials();
  std::sort(program_.unknown_rights.begin(), program_.unknown_rights.end());
  return std::move(program_);
}

void Builder::name_things() {
  for (const identity::Grant &grant : facts_.grants) {
    if (grant.kind == "SyncedToEntraUser") synchronised_.emplace(grant.to, grant.from);
    if (grant.kind != "same-person" && grant.kind != "home-of-guest") continue;
    // A guest has no password but its home's.
    if (grant.kind == "same-person") same_person_[grant.from].push_back(grant.to);
    same_person_[grant.to].push_back(grant.from);
  }
  for (auto &[person, others] : same_person_) {
    std::sort(others.begin(), others.end());
    others.erase(std::unique(others.begin(), others.end()), others.end());
  }
  for (const identity::Presence &presence : facts_.presences) {
    if (!presence.message_id.empty()) messages_with_secrets_.insert(bare_message_id(presence.message_id));
  }
  for (const identity::Credential &one : facts_.credentials) {
    credentials_.emplace(one.id, &one);
    if (!one.key_id.empty()) key_ends_.emplace(one.principal + "\n" + one.key_id, one.valid.until);
  }
  for (const identity::Binding &one : facts_.bindings) bound_[one.principal].push_back(&one);
  for (const detect::Detection &detection : detections_)
    for (const detect::Planted &one : detection.planted) {
      if (one.slot.starts_with(identity::kUsed))
        keyed_.insert(one.principal);
      else if (!one.key_id.empty())
        made_.emplace(one.principal, base::lower(one.key_id));
    }
  for (const identity::Principal &principal : facts_.principals) {
    if (principal.id.starts_with(identity::kPolicy)) continue;  // acts as nobody
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

void Builder::intruder() {
  const NodeId node = program_.add(NodeType::principal, kIntruder, "the intruder");
  program_.nodes[node].protected_ = false;
  program_.add({.rule = Rule::foothold,
                .fact = FactKind::foothold,
                .conclusion = node,
                .attested = {Interval{}},
                .subject = kIntruder,
                .says = "the intruder acts as themselves"});
}

NodeId Builder::secret(std::string_view id) {
  // Something closed with a password is no secret that anybody lists or rotates.
  if (identity::is_closed(id))
    return program_.add(NodeType::token, id, identity::item_of_closed(id), "closed with a password");
  const auto name = options_.secret_names.find(id);
  return program_.add(NodeType::secret, id,
                      name == options_.secret_names.end() ? std::string_view() : name->second);
}

NodeId Builder::thing(std::string_view id) {
  if (const NodeId node = program_.find(NodeType::principal, id); node != kNone) return node;
  if (const NodeId node = program_.find(NodeType::resource, id); node != kNone) return node;
  return program_.add(id.starts_with("resource:") ? NodeType::resource : NodeType::principal, id);
}

const Builder::Auth &Builder::auth(std::string_view principal) {
  const NodeId acts = program_.add(NodeType::principal, principal);
  const auto found = auths_.find(acts);
  if (found != auths_.end()) return found->second;
  const auto known = kinds_.find(std::string(principal));
  const PrincipalKind kind = known == kinds_.end() ? PrincipalKind::other : known->second;
  const std::string_view realm = realm_of(principal);
  const bool user = kind == PrincipalKind::user || (known == kinds_.end() && person_of_a_log(principal));
  Auth made;
  made.person = user;
  made.authenticated = program_.add(NodeType::authenticated, principal, program_.name(acts));
  const auto token = [&](std::string_view token_class) {
    return program_.add(NodeType::token, principal, program_.name(acts), token_class);
  };
  const auto step = [&](Rule rule, FactKind fact, NodeId from, NodeId to, std::int64_t linger,
                        std::string_view detail) {
    // What a token is worth is its issuer's word, not a use: attested whenever its cause is.
    const auto spans = linger == 0 ? std::vector<Bounds::Span>{{Interval{}, base::kTimeMax}}
                                   : bounds_.until_swept(principal, "session:" + std::string(detail), {});
    for (const Bounds::Span &span : spans) {
      for (const Interval &valid : fact == FactKind::account ? bounds_.while_enabled(principal, span.valid)
                                                             : std::vector<Interval>{span.valid})
        program_.add({.rule = rule,
                      .fact = fact,
                      .conclusion = to,
                      .premises = {from},
                      .valid = valid,
                      .linger_us = linger,
                      .stop = span.stop,
                      .attested = {Interval{}},
                      .subject = principal,
                      .detail = detail});
    }
  };
  if (realm == "aws") {
    const NodeId session = token("session");
    step(Rule::token, FactKind::account, made.authenticated, session,
         is_aws_role(principal) ? kRoleSession : options_.aws_session_us, "session");
    step(Rule::act, FactKind::session, session, acts, 0, "session");
    made.session = made.in_person = session;
    made.renews = false;
  } else if (realm == "entra" && !user && known != kinds_.end() && kind != PrincipalKind::other) {
    const NodeId access = token("app-access");
    step(Rule::token, FactKind::account, made.authenticated, access, options_.access_token_us, "app-access");
    step(Rule::act, FactKind::session, access, acts, 0, "app-access");
    made.session = made.in_person = access;
    made.renews = false;
  } else if (realm == "entra") {
    const NodeId refresh = token("refresh");
    const NodeId access = token("access");
    step(Rule::token, FactKind::session, made.authenticated, refresh, kForever, "refresh");
    step(Rule::token, FactKind::account, made.authenticated, access, options_.access_token_us, "access");
    step(Rule::token, FactKind::account, refresh, access, options_.access_token_us, "access");
    step(Rule::act, FactKind::session, access, acts, 0, "access");
    made.session = refresh;
    made.in_person = access;
    made.renews = true;
    made.renewed = "session:refresh";
  } else if (realm == "ad") {
    // A ticket outlives the password by hours; disabling the account stops new ones only.
    const NodeId ticket = token("ticket");
    step(Rule::token, FactKind::account, made.authenticated, ticket, options_.ticket_us, "ticket");
    step(Rule::act, FactKind::session, ticket, acts, 0, "ticket");
    made.session = made.in_person = ticket;
    made.renews = false;
  } else if (user) {
    // A web session elsewhere (GitHub, Okta, an internal system): unless somebody ends it, it goes on.
    const NodeId session = token("session");
    step(Rule::token, FactKind::session, made.authenticated, session, kForever, "session");
    step(Rule::act, FactKind::account, session, acts, 0, "session");
    made.session = made.in_person = session;
    made.renews = true;
    made.renewed = "session:session";
  } else {
    // A key or account whose every use shows the secret itself.
    step(Rule::act, FactKind::account, made.authenticated, acts, 0, "");
    made.session = made.in_person = made.authenticated;
    made.renews = false;
  }
  if (const std::string role = identity::aws_role_of(principal); !role.empty()) {
    program_.add({.rule = Rule::control,
                  .fact = FactKind::session,
                  .conclusion = thing(role),
                  .premises = {acts},
                  .attested = {Interval{}},
                  .subject = principal,
                  .detail = "role",
                  .says = "a session of a role acts as the role"});
  }
  return auths_.emplace(acts, made).first->second;
}

NodeId Builder::opened_by(std::string_view principal, std::string_view slot) {
  const std::string_view realm = realm_of(principal);
  const Auth &chain = auth(principal);
  const bool key = slot == "token" || slot == "access-key" || slot == "ssh-key" || slot == "app";
  // The cookie is the session itself: no credential, and no factor, is asked.
  if (slot == identity::kSessionCookie) return chain.session;
  if (!key || realm == "entra" || realm == "aws" || !chain.person) return chain.authenticated;
  const NodeId acts = program_.add(NodeType::principal, principal);
  const std::size_t before = program_.nodes.size();
  const NodeId node = program_.add(NodeType::authenticated, principal, program_.name(acts), "key");
  if (program_.nodes.size() > before) {
    for (const Interval &valid : bounds_.while_enabled(principal, Interval{}))
      program_.add({.rule = Rule::act,
                    .fact = FactKind::account,
                    .conclusion = acts,
                    .premises = {node},
                    .valid = valid,
                    .attested = {Interval{}},
                    .subject = principal,
                    .detail = "key"});
  }
  return node;
}

void Builder::unlocks() {
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

NodeId Builder::factor(const identity::Requirement &required) {
  if (required.factor.starts_with("resource:")) return program_.add(NodeType::resource, required.factor);
  if (!required.factor.empty()) return thing(required.factor);
  return own_factor(required.principal);
}

NodeId Builder::own_factor(std::string_view principal) {
  const NodeId acts = program_.add(NodeType::principal, principal);
  return program_.add(NodeType::token, principal, program_.name(acts), "factor");
}

void Builder::bindings() {
  for (const identity::Binding &binding : facts_.bindings) {
    bind(binding, binding.principal, true);
    if (!options_.reused_passwords || binding.slot != "password") continue;
    const auto others = same_person_.find(binding.principal);
    if (others == same_person_.end()) continue;
    for (const std::string_view other : others->second)
      if (!opens(binding.secret, other)) bind(binding, other, false);
  }
}

bool Builder::opens(std::string_view secret, std::string_view principal) const {
  const auto found = bound_.find(principal);
  return found != bound_.end() &&
         std::any_of(found->second.begin(), found->second.end(), [&](const identity::Binding *one) {
           return one->secret == secret && one->slot == "password";
         });
}

// The account whose password it is that opens a synchronised one: it is changed there, and follows here.
std::string_view Builder::password_of(const identity::Binding &binding, std::string_view principal) const {
  const auto found = synchronised_.find(principal);
  return binding.slot == "password" && found != synchronised_.end() && opens(binding.secret, found->second)
             ? found->second
             : principal;
}

void Builder::bind(const identity::Binding &binding, std::string_view principal, bool own) {
  std::vector<Interval> attested;
  if (own) {
    attested = binding.used;
    const auto used = used_.find(binding.secret + "\n" + binding.principal);
    if (used != used_.end()) attested.insert(attested.end(), used->second.begin(), used->second.end());
  }
  EdgeSpec edge{.rule = Rule::authenticate,
                .fact = FactKind::binding,
                .valid = own ? binding.valid : Interval{},
                .attested = attested,
                .subject = binding.secret,
                .object = password_of(binding, principal),
                .detail = binding.slot,
                .evidence = binding.evidence,
                .says = own ? std::string_view(binding.why)
                            : std::string_view("the same person's password, who may use it here too")};
  if (binding.slot == "saml-signing" || binding.slot == "token-signing") {
    // Who holds an issuer's key writes tokens that the relying party believes; each lasts as long as it
    // says, up to the greatest age that is accepted there.
    edge.rule = Rule::trust;
    edge.conclusion = program_.add(NodeType::principal, principal);
    edge.premises = {secret(binding.secret)};
    edge.linger_us = options_.access_token_us;
    program_.add(edge);
    return;
  }
  edge.conclusion = opened_by(principal, binding.slot);
  const bool attended = binding.slot == "password";
  for (const Bounds::Guarded &part : attended ? bounds_.guarded(principal, binding.slot, edge.valid)
                                              : std::vector<Bounds::Guarded>{{edge.valid, nullptr}}) {
    EdgeSpec one = edge;
    one.valid = part.valid;
    one.premises = {secret(binding.secret)};
    if (part.factor != nullptr) one.premises.push_back(factor(*part.factor));
    program_.add(one);
  }
}

void Builder::grants() {
  // Millions of grants are of a few kinds.
  std::unordered_map<std::string_view, const identity::Right *> known;
  program_.edges.reserve(program_.edges.size() + facts_.grants.size());
  for (const identity::Grant &grant : facts_.grants) {
    const auto [kind, fresh] = known.try_emplace(grant.kind);
    if (fresh) kind->second = rights_.find(grant.kind);
    const identity::Right *right = kind->second;
    if (right == nullptr) {
      if (fresh) program_.unknown_rights.push_back(grant.kind);
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
    if (grant.kind == "aws-trusts-account") trust_account(grant);
    if (right->both_ways) follow(grant, *right, thing(to), thing(from));
  }
  for (const auto &[key, node] : composites_) joint(key.first, key.second, node);
}

// Who acts as a domain can have read every hash in it, the key of krbtgt too, and whoever holds that writes
// tickets for the domain until it was set anew twice, whatever else is cut (MITRE ATT&CK T1003.006,
// T1558.001).
void Builder::domains() {
  for (const identity::Principal &principal : facts_.principals) {
    const auto type = principal.attributes.find("type");
    if (!principal.id.starts_with("principal:ad/") || type == principal.attributes.end() ||
        type->second != "Domain")
      continue;
    const NodeId domain = thing(principal.id);
    const std::string krbtgt = identity::krbtgt_of(principal.id);
    const auto known_for_ever = [&](NodeId to, std::string_view holder, std::string_view slot,
                                    std::string_view says) {
      program_.add({.rule = Rule::planted,
                    .fact = FactKind::planted,
                    .conclusion = to,
                    .premises = {domain},
                    .linger_us = kForever,
                    .subject = slot,
                    .object = holder,
                    .detail = slot,
                    .evidence = principal.evidence,
                    .says = says});
    };
    known_for_ever(opened_by(krbtgt, "krbtgt"), krbtgt, "krbtgt",
                   "who acts as the domain can read the key of krbtgt");
    known_for_ever(changed_setting(principal.id, "every-hash"), principal.id, "every-hash",
                   "who acts as the domain can read every hash in it");
    acts_as_domain(krbtgt, domain);
  }
}

void Builder::acts_as_domain(std::string_view krbtgt, NodeId domain) {
  program_.add({.rule = Rule::control,
                .fact = FactKind::account,
                .conclusion = domain,
                .premises = {program_.add(NodeType::principal, krbtgt, "krbtgt")},
                .attested = {Interval{}},
                .subject = krbtgt,
                .detail = "krbtgt",
                .says = "who holds the key of krbtgt writes tickets for every account of the domain"});
}

void Builder::follow(const identity::Grant &grant, const identity::Right &right, NodeId from, NodeId to) {
  if (right.effect == identity::Effect::inert || from == to) return;
  EdgeSpec edge{.fact = FactKind::grant,
                .premises = {from},
                .valid = grant.valid,
                .attested = grant.used,
                .subject = grant.id,
                .object = grant.from,
                .detail = grant.kind,
                .evidence = grant.evidence};
  // Who was on the host of a certification authority can have copied its key, and forges certificates with it
  // until the authority is replaced, whatever else is cut (MITRE ATT&CK T1649).
  if (grant.kind == "GoldenCert") edge.linger_us = kForever;
  conclude(edge, right.effect, from, to, right.slots);
}

void Builder::conclude(EdgeSpec &edge, identity::Effect effect, NodeId from, NodeId to,
                       const std::vector<std::string> &slots) {
  const bool from_resource = program_.nodes[from].type == NodeType::resource;
  const bool to_resource = program_.nodes[to].type == NodeType::resource;
  // Of rights held by a resource only containment goes on: to read a thing is not to use its rights.
  if (from_resource && effect != identity::Effect::contains && effect != identity::Effect::act_as) return;
  edge.conclusion = to;
  edge.rule = to_resource ? Rule::read : Rule::control;
  if (effect == identity::Effect::read && !to_resource) return;  // to read about a principal opens nothing
  if (effect == identity::Effect::mint && !to_resource) {
    edge.rule = Rule::mint;
    if (options_.minted_until_swept && !slots.empty()) {
      mint(edge, slots, std::string(program_.id(to)));
      return;
    }
  }
  // Whoever may take a role takes a session of it, which goes on when they are shut out, and takes others.
  if (edge.rule == Rule::control && is_aws_role(program_.id(to)))
    edge.conclusion = auth(std::string(program_.id(to))).authenticated;
  const std::string resource(to_resource && bounds_.watches(program_.id(to)) ? program_.id(to)
                                                                             : std::string_view());
  if (resource.empty()) {
    program_.add(edge);
    return;
  }
  const Interval valid = edge.valid;
  const std::string holder(from_resource ? std::string_view() : program_.id(from));
  for (const Interval &part : bounds_.not_excluded(resource, holder, direct_readers(resource), valid)) {
    edge.valid = part;
    program_.add(edge);
  }
}

void Builder::mint(EdgeSpec &edge, const std::vector<std::string> &slots, const std::string &principal) {
  edge.linger_us = kForever;
  const Interval valid = edge.valid;
  for (const std::string &slot : slots) {
    edge.conclusion = slot == "factor" ? own_factor(principal) : opened_by(principal, slot);
    for (const Bounds::Span &span : bounds_.until_swept(principal, slot, valid)) {
      edge.valid = span.valid;
      edge.stop = span.stop;
      program_.add(edge);
    }
  }
}

const std::vector<std::string_view> &Builder::direct_readers(const std::string &resource) {
  if (direct_readers_.empty()) {
    direct_readers_[""];
    for (const identity::Grant &grant : facts_.grants) {
      if (grant.to.starts_with("resource:") && grant.from.starts_with("principal:"))
        direct_readers_[grant.to].push_back(grant.from);
    }
  }
  return direct_readers_[resource];
}

void Builder::half(const identity::Grant &grant, const identity::Right &right, std::string_view from,
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
  for (const std::string &composite : rights_.composites_of(right.kind))
    composites_.emplace(std::pair{composite, std::string(to)}, target);
}

void Builder::joint(const std::string &composite, const std::string &to, NodeId target) {
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

Program make_program(const identity::Facts &facts, const identity::Rights &rights,
                     const std::vector<detect::Detection> &detections, const ProgramOptions &options) {
  return Builder(facts, rights, detections, options).build();
}

}  // namespace dislodge::reach

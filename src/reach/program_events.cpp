#include "reach/program_builder.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/encode.hpp"
#include "identity/closed.hpp"
#include "identity/places.hpp"

namespace dislodge::reach {

using base::Interval;
using base::Time;
using identity::PrincipalKind;

namespace {

constexpr std::string_view kAll = "all";            // part of a resource: every bit of it, seen read at once
constexpr std::string_view kMessages = "messages";  // part of a mailbox: single messages that hold no secret
// Exchange aggregates the reads of two minutes into one record, so closer reads are one sitting.
constexpr std::int64_t kSitting = 2 * base::kMinute;
constexpr std::int64_t kThrottled = base::kDay;  // MailItemsAccessed is silent for a day after 1,000 binds

std::string_view bare_message_id(std::string_view id) {
  if (id.size() >= 2 && id.front() == '<' && id.back() == '>') return id.substr(1, id.size() - 2);
  return id;
}

std::string evidence_of(const detect::Detection &detection) {
  if (detection.events.empty()) return detection.id;
  return detection.events.front().place();
}

// Whether the events of a detection show the intruder, so that it supports `confirmed`.
bool attests(const detect::Detection &detection) {
  return detection.grade == detect::Grade::confirmed && detection.intruder;
}

}  // namespace

bool Builder::is_user(std::string_view principal) const {
  const auto known = kinds_.find(std::string(principal));
  return known == kinds_.end() || known->second == PrincipalKind::user ||
         known->second == PrincipalKind::other;
}

void Builder::footholds(const detect::Detection &detection) {
  const std::string evidence = evidence_of(detection);
  const Time seen_until = detection.last + 1;
  for (const detect::Foothold &foothold : detection.footholds) {
    if (foothold.interval.empty() || foothold.principal.empty()) continue;
    // By a key or token whose id the log tells: they have that, and no other credential follows.
    const auto by = std::find_if(detection.planted.begin(), detection.planted.end(), [&](const auto &one) {
      return one.principal == foothold.principal && one.since == foothold.interval.from &&
             one.slot.starts_with(identity::kUsed);
    });
    if (by != detection.planted.end()) {
      came_by(detection, foothold, *by);
      continue;
    }
    const Auth &chain = auth(foothold.principal);
    Interval held = foothold.interval;
    // A mailbox elsewhere, to which they send ours, is theirs: it is what it reads that is cut off.
    if (foothold.principal.starts_with("principal:mail/"))
      program_.nodes[program_.find(NodeType::principal, foothold.principal)].protected_ = false;
    // An application's session ends with its token; to go on they need the credential, which is an edge of
    // its own.
    if (!chain.renews) held.until = std::min(held.until, std::max(seen_until, held.from + 1));
    const bool role_session = !identity::aws_role_of(foothold.principal).empty();
    std::vector<Interval> attested;
    if (attests(detection)) {
      attested.push_back({held.from, std::min(held.until, std::max(seen_until, held.from + 1))});
    }
    const auto spans = chain.renews ? bounds_.until_swept(foothold.principal, chain.renewed, held)
                                    : std::vector<Bounds::Span>{{held, base::kTimeMax}};
    for (const Bounds::Span &span : spans) {
      program_.add({.rule = Rule::foothold,
                    .fact = FactKind::foothold,
                    .conclusion = chain.session,
                    .valid = span.valid,
                    .linger_us = chain.renews   ? kForever
                                 : role_session ? kRoleSession
                                                : 0,
                    .stop = span.stop,
                    .attested = attested,
                    .subject = foothold.principal,
                    .object = foothold.principal,
                    .detail = foothold.session,
                    .evidence = evidence,
                    .says = detection.says});
      // A session that was revoked goes on only if it is seen to: by what they still hold, it is an edge of
      // its own.
      if (span.stop != base::kTimeMax && span.stop >= seen_until) break;
    }
    // Roles and their sessions come of somebody else's credential, and have none of their own.
    if (role_session || is_aws_role(foothold.principal) || foothold.principal.starts_with("principal:mail/"))
      continue;
    // What follows a sign-in on a host, or within an application of Salesforce, names no key and is of the
    // same.
    const std::string_view id = foothold.principal;
    if (keyed_.contains(id) && (id.starts_with("principal:host/") || id.starts_with("principal:salesforce/")))
      continue;
    const bool guessed = detection.kind == "success-after-spray";
    plant(foothold.principal, is_user(foothold.principal) ? "password" : "credential", "",
          foothold.interval.from, evidence,
          guessed ? detection.says : "they had a session, so they may hold a credential that opens another");
    // Who is still in after it was set anew holds the new one.
    if (detection.last > foothold.interval.from)
      plant(foothold.principal, is_user(foothold.principal) ? "password" : "credential", "", detection.last,
            evidence, "they were in, so they may hold a credential that opens another session");
  }
}

void Builder::came_by(const detect::Detection &detection, const detect::Foothold &foothold,
                      const detect::Planted &by) {
  const std::string slot(identity::slot_used(by.slot)), &key = by.key_id;
  const Interval moment{foothold.interval.from, std::max(detection.last, foothold.interval.from) + 1};
  std::vector<Interval> attested;
  if (attests(detection)) attested.push_back(moment);
  program_.add({.rule = Rule::foothold,
                .fact = FactKind::foothold,
                .conclusion = opened_by(foothold.principal, slot),
                .valid = moment,
                .attested = attested,
                .subject = foothold.principal,
                .object = foothold.principal,
                .detail = foothold.session,
                .evidence = evidence_of(detection),
                .says = detection.says});
  if (made_.contains({foothold.principal, base::lower(key)})) return;  // planted, and told as that
  if (const std::string held = secret_of_key(foothold.principal, key); !held.empty()) {
    program_.add({.rule = Rule::foothold,
                  .fact = FactKind::foothold,
                  .conclusion = secret(held),
                  .valid = moment,
                  .attested = attested,
                  .subject = held,
                  .object = foothold.principal,
                  .evidence = evidence_of(detection),
                  .says = detection.says});
    return;
  }
  plant(foothold.principal, by.slot, key, by.since, evidence_of(detection), detection.says);
}

std::string Builder::secret_of_key(std::string_view principal, std::string_view key) const {
  const auto found = bound_.find(principal);
  if (found == bound_.end()) return {};
  for (const identity::Binding *binding : found->second) {
    const auto credential = credentials_.find(binding->credential);
    if (credential != credentials_.end() && (base::equal_ignoring_case(credential->second->key_id, key) ||
                                             base::equal_ignoring_case(credential->second->thumbprint, key)))
      return binding->secret;
  }
  return {};
}

void Builder::planted(const detect::Detection &detection) {
  // A guessed password is known; nobody was seen to act by it, or there would be a session.
  const bool guessed = detection.kind == "success-after-spray" || detection.kind == "success-after-guessing";
  for (const detect::Planted &one : detection.planted) {
    if (one.principal.empty() || one.slot.starts_with(identity::kUsed)) continue;
    // Ids are lower case; what is a name stays as it was written.
    const bool named = one.key_id.find(' ') != std::string::npos || one.slot == "right";
    plant(one.principal, one.slot,
          one.key_id.empty() ? one.grant
          : named            ? one.key_id
                             : base::lower(one.key_id),
          one.since, evidence_of(detection), detection.says, attests(detection) && !guessed);
  }
}

void Builder::plant(const std::string &principal, const std::string &slot, const std::string &key, Time since,
                    const std::string &evidence, std::string_view says, bool seen) {
  planted_[{principal, slot, key}].push_back({since, evidence, std::string(says), seen});
}

void Builder::add_planted() {
  for (auto &[key, facts] : planted_) {
    const auto &[principal, slot, key_id] = key;
    // Who was let in goes as a right does.
    const std::string_view kind = slot == "member" ? "right" : identity::slot_used(slot);
    std::stable_sort(facts.begin(), facts.end(),
                     [](const PlantedFact &a, const PlantedFact &b) { return a.since < b.since; });
    Time told = base::kTimeMin;
    for (const PlantedFact &fact : facts) {
      if (fact.since < told) continue;  // the same one still
      Interval valid = lasting(principal, kind, key_id, fact.since);
      // Who shut the account that they made or let in again has done what is to be done about it.
      if (slot == "user" || slot == "account") {
        const auto open = bounds_.while_enabled(principal, valid);
        valid = open.empty() ? Interval{valid.from, valid.from} : open.front();
      }
      told = valid.until;
      const bool setting = identity::is_setting(slot) || identity::is_given_right(slot);
      if (slot == "krbtgt")
        acts_as_domain(principal, thing(principal.substr(0, principal.find_last_of("-/"))));
      // Setting a credential is not yet acting by it: a sign-in confirms that, and is a foothold of its own.
      program_.add({.rule = Rule::planted,
                    .fact = FactKind::planted,
                    .conclusion = setting ? changed_setting(principal, slot) : opened_by(principal, kind),
                    .valid = valid,
                    .subject = key_id,
                    .object = principal,
                    .detail = slot,
                    .evidence = fact.evidence,
                    .says = fact.says});
    }
  }
}

Interval Builder::lasting(std::string_view principal, std::string_view slot, std::string_view key,
                          Time since) const {
  Time until = std::min(bounds_.swept_by_others(principal, slot, since, key), bounds_.deleted(principal));
  const auto end = key_ends_.find(std::string(principal) + "\n" + std::string(key));
  if (end != key_ends_.end()) until = std::min(until, end->second);
  return {since, std::max(since, until)};
}

// Whoever controls an account has to set a credential of it before they do anything as it, and that would be
// seen or is told by unseen.hpp.
std::vector<NodeId> Builder::in_person(const std::string &principal) {
  std::vector<NodeId> ways{auth(principal).in_person};
  if (const NodeId key = program_.find(NodeType::authenticated, principal, "key"); key != kNone)
    ways.push_back(key);
  if (runs_as_.empty()) {
    runs_as_[""];
    for (const identity::Grant &grant : facts_.grants) {
      const identity::Right *right = rights_.find(grant.kind);
      if (right != nullptr && right->effect == identity::Effect::act_as &&
          grant.from.starts_with("principal:"))
        runs_as_[grant.to].push_back(grant.from);
    }
  }
  if (const auto found = runs_as_.find(principal); found != runs_as_.end())
    for (const std::string_view application : found->second) ways.push_back(auth(application).in_person);
  return ways;
}

void Builder::add_set_credentials() {
  for (const detect::SetCredential &one : options_.set_credentials) {
    const std::string &principal = one.set.principal, &slot = one.set.slot;
    const std::string key =
        one.set.key_id.find(' ') != std::string::npos ? one.set.key_id : base::lower(one.set.key_id);
    if (principal.empty()) continue;
    const auto told = planted_.find({principal, slot, key});
    if (told != planted_.end() && std::any_of(told->second.begin(), told->second.end(),
                                              [&](const auto &fact) { return fact.since <= one.set.since; }))
      continue;  // the intruder's, whoever it was made as
    const Interval valid = lasting(principal, slot, key, one.set.since);
    if (valid.empty()) continue;
    // Known for ever from that moment on, if they acted as who set it: that moment is the premise.
    const NodeId known = program_.add(NodeType::token, principal, program_.name(thing(principal)),
                                      "set:" + slot + ' ' + key + '@' + one.evidence);
    for (const NodeId way : in_person(one.actor))
      program_.add({.rule = Rule::mint,
                    .fact = FactKind::presence,
                    .conclusion = known,
                    .premises = {way},
                    .valid = {one.set.since, one.set.since + 1},
                    .linger_us = kForever,
                    .subject = key,
                    .object = principal,
                    .detail = slot,
                    .evidence = one.evidence,
                    .says = one.says});
    program_.add({.rule = Rule::planted,
                  .fact = FactKind::planted,
                  .conclusion = slot == "factor" ? own_factor(principal) : opened_by(principal, slot),
                  .premises = {known},
                  .valid = valid,
                  .subject = key,
                  .object = principal,
                  .detail = slot,
                  .evidence = one.evidence,
                  .says = "whoever set it has it"});
  }
}

// A setting that they changed opens nothing, and whoever they gave a right to is nobody of theirs for it:
// both are held so that the plan puts them right.
NodeId Builder::changed_setting(std::string_view place, std::string_view slot) {
  const NodeId node = program_.add(NodeType::principal, place);
  return program_.add(NodeType::token, place, program_.name(node), "setting:" + std::string(slot));
}

void Builder::uses(const detect::Detection &detection) {
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

std::vector<NodeId> Builder::mailbox(std::string_view address) {
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
  if (nodes.empty()) nodes.push_back(program_.add(NodeType::resource, "resource:exchange/?/" + lower, lower));
  return mailboxes_[lower] = nodes;
}

NodeId Builder::part(NodeId resource, std::string_view detail) {
  const std::string id(program_.id(resource));
  const std::string name(program_.name(resource));
  return program_.add(NodeType::resource, id, name, detail);
}

void Builder::expose(NodeId node, Interval when, bool confirmed, std::string_view evidence,
                     std::string_view says) {
  if (when.empty()) return;
  std::vector<Interval> attested;
  if (confirmed) attested.push_back(when);
  const std::string resource(program_.id(node));
  const std::vector<Interval> parts =
      confirmed ? std::vector<Interval>{when} : bounds_.not_excluded(resource, "", {}, when);
  for (const Interval &part : parts) {
    program_.add({.rule = Rule::exposure,
                  .fact = FactKind::exposure,
                  .conclusion = node,
                  .valid = part,
                  .attested = attested,
                  .subject = resource,
                  .evidence = evidence,
                  .says = says});
  }
}

void Builder::mail_read(const detect::Detection &detection) {
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

void Builder::sit(NodeId box, const std::string &what, Time time, bool confirmed, const std::string &evidence,
                  const std::string &says) {
  Sittings &all = sittings_[{part(box, what), confirmed}];
  all.times.push_back(time);
  if (all.evidence.empty()) {
    all.evidence = evidence;
    all.says = says;
  }
}

void Builder::add_sittings() {
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

void Builder::exposures() {
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

// A hundred years: what was copied is kept. Not kForever, which stands for a right and says nothing at grade
// confirmed.
constexpr std::int64_t kCopyKept = 36'525 * base::kDay;

void Builder::presences() {
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
    // Who could read it has a copy, whatever becomes of the original.
    if (identity::is_closed(presence.secret)) learn.linger_us = kCopyKept;
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

}  // namespace dislodge::reach

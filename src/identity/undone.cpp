#include "identity/undone.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/encode.hpp"
#include "identity/ids.hpp"
#include "identity/places.hpp"
#include "identity/put_right.hpp"
#include "identity/realm_accounts.hpp"
#include "log/operation.hpp"

namespace dislodge::identity {
namespace {

using log::Event;

enum class Whose : std::uint8_t { target, actor, place };
// What tells it from others in its slot; `anything`: all that was set there is gone.
enum class Which : std::uint8_t { anything, target_id, target_name, key };

struct Undoing {
  std::string_view realm, operation, slot;
  Whose whose = Whose::target;
  Which which = Which::anything;
};

// Operations as logs name them, in lower case. Of Okta developer.okta.com/docs/reference/api/event-types, of
// Google developers.google.com/workspace/admin/reports/v1/appendix/activity, of AWS the IAM API reference, of
// GitHub docs.github.com (audit log events of an organisation), of GitLab docs.gitlab.com/user/compliance/
// audit_event_types, of Windows its own sentences (log/windows_codes.cpp).
constexpr Undoing kUndoings[] = {
    {"okta", "user.account.reset_password", "password"},
    {"okta", "user.account.update_password", "password"},
    {"okta", "user.account.expire_password", "password"},
    {"okta", "user.mfa.factor.deactivate", "factor"},
    {"okta", "user.mfa.factor.reset_all", "factor"},
    {"okta", "user.session.clear", "session:session"},
    {"okta", "user.authentication.universal_logout", "session:session"},
    {"okta", "user.account.privilege.revoke", "right"},
    {"okta", "group.user_membership.remove", "right"},
    {"okta", "application.user_membership.remove", "right"},
    {"okta", "system.api_token.revoke", "token", Whose::actor, Which::target_id},
    {"okta", "system.idp.lifecycle.delete", "federation", Whose::place, Which::target_name},
    {"okta", "system.idp.lifecycle.deactivate", "federation", Whose::place, Which::target_name},
    {"google", "change_password", "password"},
    {"google", "password_edit", "password", Whose::actor},
    {"google", "reset_signin_cookies", "session:session"},
    {"google", "revoke_3lo_token", "token"},
    {"google", "revoke", "token", Whose::actor},
    {"google", "revoke_admin_privilege", "right"},
    {"google", "unassign_role", "right"},
    {"google", "remove_group_member", "right"},
    {"google", "turn_off_2_step_verification", "factor"},
    {"google", "remove_api_client_access", "federation", Whose::place},
    {"google", "remove_trusted_domains", "federation", Whose::place},
    {"aws", "updateloginprofile", "password"},
    {"aws", "deleteloginprofile", "password"},
    {"aws", "detachuserpolicy", "right", Whose::target, Which::key},
    {"aws", "detachrolepolicy", "right", Whose::target, Which::key},
    {"aws", "deleteuserpolicy", "right", Whose::target, Which::key},
    {"aws", "deleterolepolicy", "right", Whose::target, Which::key},
    {"aws", "removeuserfromgroup", "right", Whose::target, Which::key},
    {"aws", "deactivatemfadevice", "factor"},
    {"aws", "deletesshpublickey", "ssh-key"},
    {"github", "org.remove_member", "right"},
    {"github", "org.remove_outside_collaborator", "right"},
    {"github", "repo.remove_member", "right"},
    {"github", "personal_access_token.access_revoked", "token"},
    {"github", "oauth_authorization.destroy", "token", Whose::actor},
    {"github", "personal_access_token.destroy", "token", Whose::actor},
    {"github", "hook.destroy", "webhook", Whose::actor},
    {"github", "public_key.delete", "ssh-key", Whose::actor},
    {"github", "deploy_key.destroy", "deploy-key", Whose::place},
    {"gitlab", "member_destroyed", "right"},
    {"gitlab", "personal_access_token_revoked", "token"},
    {"gitlab", "deploy_key_removed", "deploy-key", Whose::place},
    {"gitlab", "deploy_key_destroyed", "deploy-key", Whose::place},
    {"ad", "password reset", "password"},
    {"ad", "member removed from global group", "right"},
    {"ad", "member removed from local group", "right"},
    {"ad", "member removed from universal group", "right"},
    {"host", "passwd", "password"},
};

std::string key_of(const log::EventTable &events, const Event &event, Which which) {
  switch (which) {
    case Which::anything:
      return {};
    case Which::target_id:
      return base::lower(events.text(event.target_id));
    case Which::target_name:
      return std::string(events.text(event.target_name));
    case Which::key:
      break;
  }
  std::string_view given = events.extra(event, "target");  // "policy arn:aws:iam::aws:policy/..."
  const std::size_t blank = given.find(' ');
  return std::string(given.starts_with("policy ") ? given.substr(blank + 1) : given);
}

}  // namespace

void add_undone(const log::EventTable &events, const Facts &facts, std::vector<Sweep> &sweeps) {
  std::optional<RealmAccounts> accounts;  // made at first need
  std::unordered_multimap<std::string_view, const Undoing *> known;
  for (const Undoing &one : kUndoings) known.emplace(one.operation, &one);
  // Most events have one of few operations, and none of these.
  std::unordered_map<base::StringId, std::vector<const Undoing *>> by_operation;
  for (const Event &event : events.events) {
    if (event.outcome == log::Outcome::error || event.outcome == log::Outcome::blocked) continue;
    const auto [found, fresh] = by_operation.try_emplace(event.operation);
    if (fresh) {
      const std::string what = log::canonical_operation(events.text(event.operation));
      const auto [first, last] = known.equal_range(what);
      for (auto at = first; at != last; ++at) found->second.push_back(at->second);
    }
    for (const Undoing *one : found->second) {
      if (realm_of(event.source) != one->realm) continue;
      if (!accounts) accounts.emplace(facts);
      const std::string actor = accounts->actor(events, event);
      std::string whom = one->whose == Whose::actor ? actor : accounts->target(events, event);
      if (one->whose == Whose::place)
        whom = event.tenant == 0
                   ? place_of(actor)
                   : "principal:" + std::string(one->realm) + '/' + base::lower(events.text(event.tenant));
      // Okta names whoever revokes a token, and not whose it was: its id says which.
      const std::string key = key_of(events, event, one->which);
      if (one->realm == "okta" && one->slot == "token") whom.clear();
      if (whom.empty() && key.empty()) continue;
      // As Bounds reads it: the slot, a blank, and which of what is in it.
      sweeps.push_back({whom, std::string(one->slot) + (key.empty() ? "" : ' ' + key), event.time,
                        events.source_of(event), whom == actor});
    }
  }
  add_put_right(events, facts, sweeps);
}

}  // namespace dislodge::identity

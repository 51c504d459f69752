// Rights in Okta, Google and Active Directory. Source: developer.okta.com/docs/reference/api/event-types,
// developers.google.com/workspace/admin/reports/v1/appendix/activity,
// cloud.google.com/iam/docs/roles-overview, learn.microsoft.com (security events 4728 to 4757; well-known
// identifiers of groups).

#include "base/encode.hpp"
#include "base/one_of.hpp"
#include "identity/given_rights_book.hpp"
#include "identity/ids.hpp"
#include "identity/okta_roles.hpp"
#include "identity/places.hpp"

namespace dislodge::identity {
namespace {

using base::lower;
using base::one_of;
using log::Event;
using log::Source;

// The organisation that an event is of, with everything of it that is known.
std::string organisation(GivenRights &book, const Event &event, std::string_view realm,
                         std::string_view contains) {
  const std::string tenant = lower(book.text(event.tenant));
  std::string place;
  if (!tenant.empty()) place = "principal:" + std::string(realm) + '/' + tenant;
  const std::string who = book.accounts().actor(book.events(), event);
  if (place.empty()) place = place_of(who);
  // Listings of Okta say no organisation: "principal:okta/00u1".
  book.principal(place, PrincipalKind::tenant,
                 tenant.empty() ? "the organisation in " + std::string(realm) : tenant, event);
  book.set_of(place, contains, realm == "okta" ? "principal:okta/" : place + "/");
  return place;
}

// ---- Okta

struct OktaThings {
  std::string user, group, application, application_name, group_name;
};

// As a listing has it, else as RealmAccounts makes it of an event.
std::string okta_account(GivenRights &book, const Event &event, std::string_view id) {
  std::string listed = "principal:okta/" + lower(id);
  if (book.facts().principal(listed) != nullptr) return listed;
  const std::string_view tenant = book.text(event.tenant);
  return "principal:okta/" + (tenant.empty() ? std::string(kUnknownTenant) : lower(tenant)) + '/' + lower(id);
}

OktaThings things_of(GivenRights &book, const Event &event) {
  OktaThings things;
  const auto take = [&](std::string_view type, std::string_view id, std::string_view name) {
    if (id.empty() || id == "unknown") return;
    if (type == "User" && things.user.empty()) {
      things.user = okta_account(book, event, id);
    } else if (base::contains_ignoring_case(type, "Group") && things.group.empty()) {
      things.group = "principal:okta/" + lower(id);
      things.group_name = name;
    } else if (base::contains_ignoring_case(type, "AppInstance") && things.application.empty()) {
      things.application = "resource:okta/" + lower(id);
      things.application_name = name;
    }
  };
  take(book.text(event.target_type), book.text(event.target_id), book.text(event.target_name));
  for (std::string_view one : book.events().extras_of(event, "target")) {  // "UserGroup 00g1 Admins"
    const std::size_t first = one.find(' ');
    if (first == std::string_view::npos) continue;
    const std::size_t second = std::min(one.find(' ', first + 1), one.size());
    take(one.substr(0, first), one.substr(first + 1, second - first - 1),
         one.substr(std::min(second + 1, one.size())));
  }
  if (things.application.empty() && event.application_id != 0) {
    things.application = "resource:okta/" + lower(book.text(event.application_id));
    things.application_name = book.text(event.application_name);
  }
  if (!things.group.empty()) book.principal(things.group, PrincipalKind::group, things.group_name, event);
  return things;
}

void in_okta(GivenRights &book, const Event &event, std::string_view what) {
  const bool role = one_of(what, {"user.account.privilege.grant", "user.account.privilege.revoke",
                                  "group.privilege.grant", "group.privilege.revoke"});
  const bool member = one_of(what, {"group.user_membership.add", "group.user_membership.remove"});
  const bool assigned =
      one_of(what, {"application.user_membership.add", "application.user_membership.remove",
                    "group.application_assignment.add", "group.application_assignment.remove"});
  if (!role && !member && !assigned) return;
  const bool given = what.ends_with("add") || what.ends_with("grant");
  const OktaThings things = things_of(book, event);
  const std::string &holder = things.user.empty() ? things.group : things.user;
  if (holder.empty()) return;
  if (member) {
    if (things.user.empty() || things.group.empty()) return;
    if (given)
      book.give("Okta_MemberOf", things.user, things.group, event);
    else
      book.take("Okta_MemberOf", things.user, things.group, event);
    return;
  }
  if (assigned) {
    if (things.application.empty()) return;
    book.resource(things.application, "application", things.application_name, event);
    if (given)
      book.give("okta-assigned", holder, things.application, event);
    else
      book.take("okta-assigned", holder, things.application, event);
    return;
  }
  const std::string place = organisation(book, event, "okta", "Okta_Contains");
  const std::vector<std::string> said = okta_roles_in(book.extra(event, "role"));
  for (const std::string &type : said) {
    if (!is_known_okta_role(type)) {  // named in the verdict: no rule says what it allows
      if (given)
        book.give("Okta role " + type, holder, place, event);
      else
        book.take("Okta role " + type, holder, place, event);
      continue;
    }
    const std::string of = okta_role_principal(place, type);
    book.principal(of, PrincipalKind::role, okta_role_name(type), event);
    if (given)
      book.give(kOktaRole, holder, of, event);
    else
      book.take(kOktaRole, holder, of, event);
  }
  // Not every revocation says what it takes. Then it is what was seen given; that something else was held
  // before, it does not say.
  if (!given && said.empty()) book.take_given(holder, place + '/', event);
}

// ---- Google

// As RealmAccounts makes it of an event.
std::string google_account(GivenRights &book, const Event &event, std::string_view address) {
  const std::string_view tenant = book.text(event.tenant);
  return "principal:google/" + (tenant.empty() ? std::string(kUnknownTenant) : lower(tenant)) + '/' +
         lower(address);
}

void in_google_workspace(GivenRights &book, const Event &event, std::string_view what) {
  const auto parameter = [&](const char *name) { return book.extra(event, name); };
  std::string_view user = parameter("parameter:user_email");
  if (user.empty()) user = book.text(event.target_name);
  if (one_of(what, {"add_group_member", "remove_group_member", "add_user", "remove_user", "add_member",
                    "remove_member"})) {
    const std::string group_name = lower(parameter("parameter:group_email"));
    if (group_name.empty() || !looks_like_address(user)) return;
    const std::string group = google_account(book, event, group_name),
                      who = google_account(book, event, user);
    book.principal(group, PrincipalKind::group, group_name, event);
    if (what.starts_with("add"))
      book.give("google-member-of", who, group, event);
    else
      book.take("google-member-of", who, group, event);
    return;
  }
  const bool given = one_of(what, {"assign_role", "grant_admin_privilege"});
  if (!given && !one_of(what, {"unassign_role", "revoke_admin_privilege"})) return;
  // Of roles the super administrator's is this one; others are rights over parts, by ids that say nothing
  // here.
  const std::string role = lower(parameter("role"));
  if (what.find("role") != std::string_view::npos && role.find("_seed_admin") == std::string::npos &&
      role.find("super admin") == std::string::npos)
    return;
  if (!looks_like_address(user)) return;
  const std::string place = organisation(book, event, "google", "google-contains");
  if (given)
    book.give("google-administrator", google_account(book, event, user), place, event);
  else
    book.take("google-administrator", google_account(book, event, user), place, event);
}

// "ADD roles/owner user:x9@acme.example" on a project, a bucket, a service account.
void in_google_cloud(GivenRights &book, const Event &event) {
  const std::string project = lower(book.text(event.tenant));
  const std::string where = lower(book.text(event.target_name));
  if (project.empty()) return;
  for (const std::string_view binding : book.events().extras_of(event, "binding")) {
    const std::size_t first = binding.find(' '), second = binding.find(' ', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos) continue;
    const bool given = base::equal_ignoring_case(binding.substr(0, first), "ADD");
    if (!given && !base::equal_ignoring_case(binding.substr(0, first), "REMOVE")) continue;
    const std::string role = lower(binding.substr(first + 1, second - first - 1));
    const std::string_view member = binding.substr(second + 1);
    const std::string_view kind = member.substr(0, member.find(':'));
    if (kind != "user" && kind != "serviceAccount" && kind != "group") continue;
    const std::string who = google_account(book, event, member.substr(member.find(':') + 1));
    std::string to, right = "google-role";
    if (const std::size_t at = where.rfind("/serviceaccounts/"); at != std::string::npos) {
      // Who may make its keys or tokens acts as it.
      if (role.find("token") == std::string::npos && role.find("key") == std::string::npos &&
          role.find("serviceaccountuser") == std::string::npos && role.find("admin") == std::string::npos &&
          role != "roles/owner" && role != "roles/editor")
        continue;
      to = google_account(book, event, where.substr(at + 17));
      right = "google-acts-as";
    } else if (one_of(role, {"roles/owner", "roles/editor", "roles/resourcemanager.projectiamadmin",
                             "roles/iam.securityadmin", "roles/iam.serviceaccountadmin",
                             "roles/iam.serviceaccountkeyadmin", "roles/iam.serviceaccounttokencreator",
                             "roles/resourcemanager.organizationadmin"})) {
      to = organisation(book, event, "google", "google-contains");
      right = "google-administrator";
    } else if (role.find("viewer") != std::string::npos || role.find("admin") != std::string::npos ||
               role.find("reader") != std::string::npos || role.find("accessor") != std::string::npos) {
      to =
          "resource:google/" + project + (where.empty() || where == "projects/" + project ? "" : '/' + where);
      if (given) book.resource(to, "project", where.empty() ? project : where, event);
    } else {
      continue;
    }
    if (given)
      book.give(right, who, to, event);
    else
      book.take(right, who, to, event);
  }
}

// ---- Active Directory

void in_windows(GivenRights &book, const Event &event, std::string_view what) {
  const bool given = what.starts_with("member added to"), taken = what.starts_with("member removed from");
  if (!given && !taken) return;
  const std::string sid = lower(book.extra(event, "group-sid"));
  const std::string name(book.extra(event, "group"));
  const std::string who = book.accounts().target(book.events(), event);
  if (who.empty()) return;
  std::string group;
  if (sid.starts_with("s-1-5-21-"))
    group = "principal:ad/" + sid;
  else
    group = book.group("ad", name);
  // Groups of one machine have the same identifiers on all: which is meant is not known.
  if (group.empty()) return;
  book.principal(group, PrincipalKind::group, name, event);
  if (taken) {
    book.take("MemberOf", who, group, event);
    return;
  }
  book.give("MemberOf", who, group, event);
  // Who is in one of these may do everything in the domain, whatever a listing shows of it.
  for (const std::string_view rid : {"-512", "-518", "-519"})
    if (sid.starts_with("s-1-5-21-") && sid.ends_with(rid)) {
      const std::string domain = place_of(group);
      // Changes of global groups are logged by a domain's controllers alone.
      if (Principal *made = book.principal(domain, PrincipalKind::tenant, book.text(event.tenant), event)) {
        made->tenant = lower(book.text(event.tenant));
        made->attributes.emplace("type", "Domain");
      }
      book.give("domain-administrators", group, domain, event);
    }
}

}  // namespace

void given_in_directories(GivenRights &book, const Event &event, std::string_view operation) {
  switch (event.source) {
    case Source::okta:
      return in_okta(book, event, operation);
    case Source::google:
      return in_google_workspace(book, event, operation);
    case Source::google_cloud:
      return in_google_cloud(book, event);
    default:
      return in_windows(book, event, operation);
  }
}

}  // namespace dislodge::identity

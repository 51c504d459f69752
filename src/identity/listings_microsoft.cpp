// Listings of Exchange Online PowerShell and Microsoft Graph.

#include <fmt/format.h>

#include <algorithm>

#include "base/encode.hpp"
#include "identity/ids.hpp"
#include "identity/listing_shapes.hpp"
#include "identity/policies.hpp"

namespace dislodge::identity::listings {
namespace {

using base::lower;

bool contains(std::string_view text, std::string_view part) {
  return base::contains_ignoring_case(text, part);
}

// "NT AUTHORITY\SELF" is the owner, and the machine accounts of the service are Microsoft's.
bool is_person(std::string_view user) {
  return !user.empty() && !contains(user, "NT AUTHORITY") && !contains(user, "S-1-5-10") &&
         !base::equal_ignoring_case(user, "Default") && !base::equal_ignoring_case(user, "Anonymous");
}

std::string holder(std::string_view user) {
  return is_guid(user) ? entra_principal(kUnknownTenant, user) : named("entra", user);
}

void mailbox_permission(const Row &row, ListingWriter &out) {
  const std::string_view user = row["user"], rights = row["accessrights"];
  if (!is_person(user) || row.flag("deny") || row["identity"].empty()) return;
  for (const char *right : {"FullAccess", "ReadPermission"}) {
    if (contains(rights, right)) {
      out.grant(row, right, holder(user), named_mailbox(row["identity"]));
      break;
    }
  }
}

void folder_permission(const Row &row, ListingWriter &out) {
  const std::string_view user = row["user"].empty() ? row["user.displayname"] : row["user"];
  if (!is_person(user)) return;
  for (const char *right : {"Owner", "Editor", "Reviewer", "Author", "ReadItems"}) {
    if (!contains(row["accessrights"], right)) continue;
    std::string_view box = row["identity"];
    box = box.substr(0, box.find(':'));  // "helen@acme.example:\Inbox"
    if (!box.empty()) out.grant(row, "mailbox-folder-reader", holder(user), named_mailbox(box));
    return;
  }
}

void recipient_permission(const Row &row, ListingWriter &out) {
  if (is_person(row["trustee"]) && !row["identity"].empty())
    out.grant(row, "SendAs", holder(row["trustee"]), named_mailbox(row["identity"]));
}

// "[SMTP:thief@evil.example]", '"Thief" [SMTP:thief@evil.example]', or the address alone.
std::string address_in(std::string_view text) {
  std::size_t at = lower(text).find("smtp:");
  std::string_view found = at == std::string::npos ? text : text.substr(at + 5);
  found = found.substr(0, found.find_first_of("]>\" "));
  return looks_like_address(found) ? lower(found) : std::string();
}

void forwards(const Row &row, ListingWriter &out, std::string_view box, std::string_view column,
              std::string_view since) {
  for (const std::string_view target : row.list(column)) {
    const std::string address = address_in(target);
    if (address.empty()) continue;
    Principal &p = out.principal(row, "principal:mail/" + address, PrincipalKind::account, address);
    ListingWriter::add_name(p, address);
    Grant &grant = out.grant(row, "mailbox-forwarding", "principal:mail/" + address, named_mailbox(box));
    out.since(grant, since);
  }
}

void inbox_rule(const Row &row, ListingWriter &out) {
  std::string_view box = row["mailboxownerid"];
  if (box.empty()) box = row["mailbox"];
  if (box.empty()) box = row["identity"].substr(0, row["identity"].find('\\'));
  if (box.empty() || (row.has("enabled") && !row.flag("enabled"))) return;
  for (const char *column : {"forwardto", "redirectto", "forwardasattachmentto"})
    forwards(row, out, box, column, row["whencreated"]);
}

// Graph's messageRule stands without its mailbox; collectors add the user.
void message_rule(const Row &row, ListingWriter &out) {
  std::string_view box = row["userprincipalname"];
  if (box.empty()) box = row["mailbox"];
  if (box.empty() || (row.has("isenabled") && !row.flag("isenabled"))) return;
  for (const char *column :
       {"actions.forwardto.emailaddress.address", "actions.redirectto.emailaddress.address",
        "actions.forwardasattachmentto.emailaddress.address"})
    forwards(row, out, box, column, {});
}

void mailbox(const Row &row, ListingWriter &out) {
  const std::string_view address = row["primarysmtpaddress"];
  if (!looks_like_address(address)) return;
  for (const char *column : {"forwardingsmtpaddress", "forwardingaddress"})
    forwards(row, out, address, column, {});
  for (const std::string_view user : row.list("grantsendonbehalfto")) {
    if (is_person(user)) out.grant(row, "SendOnBehalf", holder(user), named_mailbox(address));
  }
  std::string_view object = row["externaldirectoryobjectid"];
  if (!is_guid(object)) return;
  Principal &p =
      out.principal(row, entra_principal(kUnknownTenant, object), PrincipalKind::user, row["displayname"]);
  ListingWriter::add_name(p, address);
  ListingWriter::add_name(p, object);
  ListingWriter::attribute(p, "mail", lower(address));
  ListingWriter::attribute(p, "upn", lower(row["userprincipalname"]));
  if (contains(row["recipienttypedetails"], "Shared")) ListingWriter::attribute(p, "shared", "true");
  for (std::string_view other : row.list("emailaddresses")) {
    if (lower(other.substr(0, 5)) == "smtp:") ListingWriter::add_name(p, other.substr(5));
  }
}

// One grant a scope: what it opens says rules/rights; most open nothing by themselves.
void delegated_consent(const Row &row, ListingWriter &out) {
  const std::string_view client = row["clientid"];
  if (!is_guid(client)) return;
  const bool everybody = base::equal_ignoring_case(row["consenttype"], "AllPrincipals");
  const std::string to = everybody ? all_mailboxes_id(kUnknownTenant) : named_mailbox(row["principalid"]);
  if (!everybody && row["principalid"].empty()) return;
  std::string_view scopes = row["scope"];
  while (!scopes.empty()) {
    const std::size_t end = std::min(scopes.find(' '), scopes.size());
    const std::string_view scope = scopes.substr(0, end);
    scopes.remove_prefix(std::min(end + 1, scopes.size()));
    if (scope.empty()) continue;
    Grant &grant =
        out.grant(row, "delegated:" + std::string(scope), entra_principal(kUnknownTenant, client), to);
    // expiryTime is not honoured by Entra ("currently ignored", Graph reference), so it ends nothing.
    out.since(grant, row["starttime"].empty() ? row["createddatetime"] : row["starttime"]);
  }
}

void app_role_assignment(const Row &row, ListingWriter &out) {
  const std::string role = lower(row["approleid"]);
  if (!is_guid(row["principalid"]) || !is_guid(row["resourceid"]) || !is_guid(role)) return;
  Grant &grant = out.grant(row, "app-role:" + role, entra_principal(kUnknownTenant, row["principalid"]),
                           entra_principal(kUnknownTenant, row["resourceid"]));
  out.since(grant, row["createddatetime"].empty() ? row["creationtimestamp"] : row["createddatetime"]);
}

// users?$select=..., Get-MgUser, or the portal's CSV.
void user(const Row &row, ListingWriter &out) {
  std::string_view object = row["id"];
  if (!is_guid(object)) object = row["objectid"];
  if (!is_guid(object)) object = row["object_id"];
  const std::string_view upn = row["userprincipalname"];
  if (!is_guid(object) || upn.empty()) return;
  Principal &p =
      out.principal(row, entra_principal(kUnknownTenant, object), PrincipalKind::user, row["displayname"]);
  ListingWriter::add_name(p, object);
  ListingWriter::add_name(p, upn);
  ListingWriter::attribute(p, "upn", lower(upn));
  for (const char *column : {"mail", "onpremisessecurityidentifier", "onpremisesuserprincipalname"})
    ListingWriter::add_name(p, row[column]);
  for (std::string_view other : row.list("proxyaddresses")) {
    if (lower(other.substr(0, 5)) == "smtp:") ListingWriter::add_name(p, other.substr(5));
  }
  const std::pair<const char *, const char *> columns[] = {
      {"mail", "mail"},
      {"jobtitle", "title"},
      {"department", "department"},
      {"companyname", "company"},
      {"createddatetime", "created"},
      {"usertype", "user-type"},
      {"manager.displayname", "manager"},
      {"lastpasswordchangedatetime", "last-password-change"},
      {"signinsessionsvalidfromdatetime", "sessions-valid-from"},
      {"mailnickname", "alias"},
      {"signinactivity.lastsignindatetime", "last-sign-in"}};
  for (const auto &[column, attribute] : columns) {
    const bool folded = std::string_view(attribute) == "mail" || std::string_view(attribute) == "user-type" ||
                        std::string_view(attribute) == "alias";
    ListingWriter::attribute(p, attribute, folded ? lower(row[column]) : std::string(row[column]));
  }
  if (row.has("accountenabled") && !row["accountenabled"].empty())
    ListingWriter::attribute(p, "enabled", row.flag("accountenabled") ? "true" : "false");
}

// userRegistrationDetails: which factors a user has enrolled.
void registration(const Row &row, ListingWriter &out) {
  const std::string_view object = row["id"];
  if (!is_guid(object)) return;
  Principal &p = out.principal(row, entra_principal(kUnknownTenant, object), PrincipalKind::user,
                               row["userdisplayname"]);
  ListingWriter::add_name(p, object);
  ListingWriter::add_name(p, row["userprincipalname"]);
  ListingWriter::attribute(p, "upn", lower(row["userprincipalname"]));
  std::string methods;
  for (const std::string_view method : row.list("methodsregistered")) {
    methods += methods.empty() ? "" : " ";
    methods += method;
  }
  ListingWriter::attribute(p, "factors", methods.empty() ? "none" : methods);
}

// Conditional access, as Graph lists it (identity/conditionalAccess/policies). Every condition besides users,
// applications and clients narrows the policy, those that come to Graph tomorrow included.
void conditional_access(const Row &row, ListingWriter &out) {
  const std::string_view object = row["id"];
  if (!is_guid(object)) return;
  Policy policy = ListingWriter::policy(row, kUnknownTenant, object, row["displayname"]);
  policy.enforced = base::equal_ignoring_case(row["state"], "enabled");
  const auto circle = [&](std::vector<std::string> &into, const char *column, const char *kind) {
    for (const std::string_view one : row.list(column)) {
      if (base::equal_ignoring_case(one, "all"))
        into.emplace_back("all");
      else if (contains(one, "guest"))
        into.emplace_back("guests");
      else if (!base::equal_ignoring_case(one, "none"))
        into.push_back(kind + lower(one));
    }
  };
  circle(policy.includes, "conditions.users.includeusers", "user:");
  circle(policy.includes, "conditions.users.includegroups", "group:");
  circle(policy.includes, "conditions.users.includeroles", "role:");
  circle(policy.excludes, "conditions.users.excludeusers", "user:");
  circle(policy.excludes, "conditions.users.excludegroups", "group:");
  circle(policy.excludes, "conditions.users.excluderoles", "role:");
  policy.every_application =
      base::equal_ignoring_case(row["conditions.applications.includeapplications"], "all");
  set_clients(policy, row.list("conditions.clientapptypes"));
  for (const auto &[column, value] : row.columns) {
    const std::string_view text = base::trim(value);
    if (!column.starts_with("conditions.") || column.starts_with("conditions.users.") || text.empty() ||
        column == "conditions.clientapptypes" || column == "conditions.applications.includeapplications" ||
        column.find("@odata") != std::string::npos)
      continue;
    const bool everything =
        base::equal_ignoring_case(text, "all") && (column == "conditions.locations.includelocations" ||
                                                   column == "conditions.platforms.includeplatforms");
    if (!everything && policy.narrowed.empty()) policy.narrowed = column.substr(column.find('.') + 1);
  }
  policy.any_suffices = !base::equal_ignoring_case(row["grantcontrols.operator"], "and");
  for (const std::string_view control : row.list("grantcontrols.builtincontrols")) {
    const std::string name = lower(control);
    policy.demands.push_back(name == "block" || name == "mfa"                            ? name
                             : name == "compliantdevice" || name == "domainjoineddevice" ? "device"
                                                                                         : "other");
  }
  for (const char *column : {"grantcontrols.customauthenticationfactors", "grantcontrols.termsofuse"}) {
    for (std::size_t i = row.list(column).size(); i > 0; --i) policy.demands.emplace_back("other");
  }
  if (const std::string_view strength = row["grantcontrols.authenticationstrength.id"]; !strength.empty()) {
    const bool resists =
        strength == kPhishingResistantStrength ||
        combinations_resist(row.list("grantcontrols.authenticationstrength.allowedcombinations"));
    policy.demands.push_back(resists ? "phishing-resistant" : "strength:" + lower(strength));
  }
  ListingWriter::since(policy,
                       row["modifieddatetime"].empty() ? row["createddatetime"] : row["modifieddatetime"]);
  out.keep(policy);
}

// A strength of the tenant's own (policies/authenticationStrengthPolicies), which a policy may name by its
// id.
void authentication_strength(const Row &row, ListingWriter &out) {
  if (!is_guid(row["id"]) || !combinations_resist(row.list("allowedcombinations"))) return;
  Policy strength = ListingWriter::policy(row, kUnknownTenant, row["id"], row["displayname"]);
  strength.demands = {"phishing-resistant"};
  out.keep(strength);
}

constexpr Shape kShapes[] = {
    {"mailbox folder permissions", "user|user.displayname accessrights foldername", folder_permission},
    {"mailbox permissions", "identity user accessrights", mailbox_permission},
    {"recipient permissions", "identity trustee accessrights", recipient_permission},
    {"inbox rules", "forwardto|redirectto|forwardasattachmentto mailboxownerid|mailbox|identity|ruleidentity",
     inbox_rule},
    {"message rules",
     "actions.forwardto.emailaddress.address|actions.redirectto.emailaddress.address "
     "userprincipalname|mailbox",
     message_rule},
    {"mailboxes", "primarysmtpaddress recipienttypedetails|forwardingsmtpaddress|externaldirectoryobjectid",
     mailbox},
    {"delegated consents", "clientid consenttype scope", delegated_consent},
    {"application role assignments", "approleid principalid resourceid", app_role_assignment},
    {"registered factors", "methodsregistered userprincipalname", registration},
    {"conditional access policies",
     "state conditions.applications.includeapplications|conditions.clientapptypes", conditional_access},
    {"authentication strengths", "allowedcombinations requirementssatisfied|policytype",
     authentication_strength},
    {"users", "userprincipalname id|objectid|object_id displayname", user},
};

}  // namespace

std::span<const Shape> microsoft_shapes() {
  return kShapes;
}

}  // namespace dislodge::identity::listings

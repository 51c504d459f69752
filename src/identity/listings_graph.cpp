// The directory as Microsoft Graph lists it, by REST ("@odata.context"), by Get-Mg... | ConvertTo-Json or as
// CSV: roles and who has them, groups with their members, applications, service principals. Source:
// learn.microsoft.com/graph/api/resources/{unifiedRoleAssignment, unifiedRoleEligibilityScheduleInstance,
// directoryRole, group, application, servicePrincipal, organization}.

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>
#include <vector>

#include "base/encode.hpp"
#include "base/hash.hpp"
#include "identity/directory_json.hpp"
#include "identity/ids.hpp"
#include "identity/listing_shapes.hpp"

namespace dislodge::identity::listings {
namespace {

using base::lower;

std::string here(std::string_view object) {
  return entra_principal(kUnknownTenant, object);
}

bool speaks_of(std::string_view text, std::string_view part) {
  return base::contains_ignoring_case(text, part);
}

std::string_view first_of(const Row &row, std::initializer_list<std::string_view> columns) {
  for (const std::string_view column : columns) {
    if (const std::string_view value = row[column]; !value.empty()) return value;
  }
  return {};
}

// Assignments, schedules and their instances have the same columns. Eligible is who may activate a role.
void role_assignment(const Row &row, ListingWriter &out) {
  const std::string_view role = row["roledefinitionid"], who = row["principalid"];
  if (!is_guid(role) || !is_guid(who)) {
    out.unplaced("role assignments of Azure's resources (collect them with AzureHound)");
    return;
  }
  if (const std::string_view name = row["roledefinition.displayname"];
      !name.empty())  // $expand=roleDefinition
    ListingWriter::attribute(out.principal(row, here(role), PrincipalKind::role, name), "template-id",
                             lower(row["roledefinition.templateid"]));
  const bool eligible =
      row.has("roleeligibilityscheduleid") || speaks_of(row.context, "roleEligib") ||
      (row.has("membertype") && !row.has("assignmenttype") && !speaks_of(row.context, "roleAssignment"));
  std::string_view scope = row["directoryscopeid"];
  Grant *grant = nullptr;
  if (scope.empty() || scope == "/") {
    grant = &out.grant(row, eligible ? "AZRoleEligible" : "AZHasRole", here(who), here(role));
  } else {
    // Limited to one object; link_facts() knows what the role means there.
    if (const std::size_t slash = scope.rfind('/'); slash != std::string_view::npos)
      scope.remove_prefix(slash + 1);
    grant = &out.grant(row, "AZScopedRole:" + lower(role), here(who), here(scope));
  }
  out.since(*grant, first_of(row, {"startdatetime", "scheduleinfo.startdatetime", "createddatetime"}),
            first_of(row, {"enddatetime", "scheduleinfo.expiration.enddatetime"}));
}

void role_definition(const Row &row, ListingWriter &out) {
  const std::string_view object = first_of(row, {"id", "templateid"});
  if (!is_guid(object)) return;
  Principal &p = out.principal(row, here(object), PrincipalKind::role, row["displayname"]);
  ListingWriter::add_name(p, object);
  ListingWriter::attribute(p, "template-id", lower(row["templateid"]));
}

// Only roles that somebody activated once are listed; the object's id is of this tenant, the template's of
// all.
void directory_role(const Row &row, ListingWriter &out) {
  const std::string_view role = row["roletemplateid"];
  if (!is_guid(role)) return;
  Principal &p = out.principal(row, here(role), PrincipalKind::role, row["displayname"]);
  ListingWriter::add_name(p, role);
  ListingWriter::add_name(p, row["id"]);
  ListingWriter::attribute(p, "template-id", lower(role));
  for (const std::string_view who : row.list("members.id")) {
    if (is_guid(who)) out.grant(row, "AZHasRole", here(who), here(role));
  }
}

void related(const Row &row, ListingWriter &out, std::string_view column, std::string_view kind,
             std::string_view object) {
  for (const std::string_view who : row.list(column)) {
    if (is_guid(who)) out.grant(row, kind, here(who), here(object));
  }
}

void group(const Row &row, ListingWriter &out) {
  const std::string_view object = row["id"];
  if (!is_guid(object)) return;
  Principal &p = out.principal(row, here(object), PrincipalKind::group, row["displayname"]);
  ListingWriter::add_name(p, object);
  ListingWriter::add_name(p, row["mail"]);
  ListingWriter::add_name(p, row["onpremisessecurityidentifier"]);
  ListingWriter::attribute(p, "mail", lower(row["mail"]));
  ListingWriter::attribute(p, "created", row["createddatetime"]);
  ListingWriter::attribute(p, "role-assignable", row.flag("isassignabletorole") ? "true" : "");
  related(row, out, "members.id", "AZMemberOf", object);
  related(row, out, "owners.id", "AZGroupOwner", object);
}

// The credentials of one application stand in columns of one line each. A column that is not of the same
// length says nothing of single ones.
void credentials(const Row &row, ListingWriter &out, std::string_view list, const std::string &owner) {
  const std::string at = std::string(list) + ".";
  const std::vector<std::string_view> keys = row.lines(at + "keyid");
  const auto column = [&](std::string_view name) {
    std::vector<std::string_view> lines = row.lines(at + std::string(name));
    if (lines.size() != keys.size()) lines.assign(keys.size(), std::string_view());
    return lines;
  };
  const auto hints = column("hint"), names = column("displayname"), usage = column("usage");
  const auto from = column("startdatetime"), until = column("enddatetime"),
             print = column("customkeyidentifier");
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (!is_guid(keys[i])) continue;
    // A key for signing is the tenant's SAML key of the application, not one that signs in as it.
    const std::string_view slot = list == "passwordcredentials"                 ? "app-secret"
                                  : base::equal_ignoring_case(usage[i], "Sign") ? "saml-signing"
                                                                                : "certificate";
    const std::string key = lower(keys[i]);
    Credential &one = out.credential(row, owner, slot, key);
    one.key_id = key;
    one.hint = hints[i];
    one.name = names[i];
    if (slot != "app-secret") one.thumbprint = thumbprint_of(print[i]);
    ListingWriter::since(one, from[i], until[i]);
  }
}

void application(const Row &row, ListingWriter &out) {
  const std::string_view object = row["id"];
  if (!is_guid(object)) return;
  Principal &p = out.principal(row, here(object), PrincipalKind::application, row["displayname"]);
  ListingWriter::add_name(p, object);
  ListingWriter::add_name(p, row["appid"]);
  for (const std::string_view uri : row.list("identifieruris")) ListingWriter::add_name(p, uri);
  ListingWriter::attribute(p, "app-id", lower(row["appid"]));
  ListingWriter::attribute(p, "created", row["createddatetime"]);
  ListingWriter::attribute(p, "sign-in-audience", row["signinaudience"]);
  ListingWriter::attribute(p, "publisher-domain", lower(row["publisherdomain"]));
  related(row, out, "owners.id", "AZAppOwner", object);
  for (const char *list : {"passwordcredentials", "keycredentials"})
    credentials(row, out, list, here(object));
}

void service_principal(const Row &row, ListingWriter &out) {
  const std::string_view object = row["id"];
  if (!is_guid(object)) return;
  Principal &p = out.principal(row, here(object), PrincipalKind::service_principal, row["displayname"]);
  ListingWriter::add_name(p, object);
  ListingWriter::add_name(p, row["appid"]);
  ListingWriter::attribute(p, "app-id", lower(row["appid"]));
  ListingWriter::attribute(p, "app-owner-tenant", lower(row["appownerorganizationid"]));
  ListingWriter::attribute(p, "type", row["serviceprincipaltype"]);
  ListingWriter::attribute(p, "created", row["createddatetime"]);
  if (!row["accountenabled"].empty())
    ListingWriter::attribute(p, "enabled", row.flag("accountenabled") ? "true" : "false");
  related(row, out, "owners.id", "AZServicePrincipalOwner", object);
  for (const char *list : {"passwordcredentials", "keycredentials"})
    credentials(row, out, list, here(object));
}

// The organisation is the tenant: the one listing whose id is the tenant's.
void organization(const Row &row, ListingWriter &out) {
  const std::string_view tenant = row["id"];
  if (!is_guid(tenant)) return;
  Principal &p =
      out.principal(row, entra_principal(tenant, tenant), PrincipalKind::tenant, row["displayname"]);
  ListingWriter::add_name(p, tenant);
  for (const std::string_view domain : row.list("verifieddomains.name")) ListingWriter::add_name(p, domain);
}

// GET /domains/{id}/federationConfiguration. The service that signs is a principal of its own: its keys are
// its credentials, and link_facts() knows whose tenant the domain is of.
void federation(const Row &row, ListingWriter &out) {
  std::string_view domain = row.context;  // ".../$metadata#domains('x.example')/federationConfiguration"
  if (const std::size_t open = domain.find("domains('"); open != std::string_view::npos) {
    domain.remove_prefix(open + 9);
    domain = domain.substr(0, domain.find('\''));
  } else {
    domain = row["domainid"];
  }
  const std::string issuer = lower(row["issueruri"]);
  const std::string id = "principal:adfs/" + issuer;
  Principal &p = out.principal(row, id, PrincipalKind::service_principal, issuer);
  ListingWriter::attribute(p, "type", "federation");
  ListingWriter::attribute(p, "signs-for", lower(domain));
  if (domain.empty()) out.unplaced("federations that say no domain", row.evidence);
  for (const char *column : {"signingcertificate", "nextsigningcertificate"}) {
    const auto certificate = base::from_base64(row[column]);
    if (!certificate || certificate->empty()) continue;
    const base::Sha1 digest = base::sha1(*certificate);
    std::string print = base::to_hex(digest);
    std::transform(print.begin(), print.end(), print.begin(),
                   [](unsigned char c) { return std::toupper(c); });
    Credential &one = out.credential(row, id, "certificate", print);
    one.thumbprint = print;
    one.name = column == std::string_view("signingcertificate") ? "token signing" : "next token signing";
  }
}

constexpr Shape kShapes[] = {
    {"federations", "issueruri signingcertificate", federation},
    {"role assignments", "roledefinitionid principalid", role_assignment},
    {"role definitions", "rolepermissions.allowedresourceactions|rolepermissions isbuiltin", role_definition},
    {"directory roles", "roletemplateid displayname", directory_role},
    {"organisation", "verifieddomains.name id", organization},
    {"service principals", "serviceprincipaltype appid id", service_principal},
    {"applications", "signinaudience appid id", application},
    {"groups", "securityenabled displayname id", group},
};

}  // namespace

std::span<const Shape> graph_shapes() {
  return kShapes;
}

}  // namespace dislodge::identity::listings

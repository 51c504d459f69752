// Listings of Okta's management API: users, groups, applications and who is assigned to them, administrators'
// roles, API tokens (developer.okta.com/docs/api/openapi/okta-management). What no row says by itself stands
// in its links: the organisation's host, and of an assignment both of its ends.

#include "base/encode.hpp"
#include "identity/file_named.hpp"
#include "identity/listing_shapes.hpp"
#include "identity/okta_roles.hpp"

namespace dislodge::identity::listings {
namespace {

using base::lower;

std::string account(std::string_view id) {
  return "principal:okta/" + lower(id);
}
// What an account signs in to, as the system log has it.
std::string application(std::string_view id) {
  return "resource:okta/" + lower(id);
}

// The last part of a link's path: ".../api/v1/apps/0oa1" -> "0oa1".
std::string_view end_of_link(std::string_view link) {
  while (link.ends_with('/')) link.remove_suffix(1);
  return link.substr(link.rfind('/') + 1);
}

// The host under which Okta serves the organisation, by any link of the row; "" where it has none.
std::string organisation_of(const Row &row) {
  for (const auto &[column, value] : row.columns) {
    if (!column.starts_with("_link") || !column.ends_with(".href")) continue;
    const std::size_t scheme = value.find("://");
    if (scheme == std::string::npos) continue;
    std::string host = lower(value.substr(scheme + 3, value.find_first_of("/:?\n", scheme + 3) - scheme - 3));
    // The console's own host, of the same organisation.
    for (const std::string_view okta : {".okta.com", ".oktapreview.com", ".okta-emea.com"}) {
      const std::string console = "-admin" + std::string(okta);
      if (host.ends_with(console)) host = host.substr(0, host.size() - console.size()) + std::string(okta);
    }
    return host;
  }
  return {};
}

std::string organisation(const Row &row, ListingWriter &out) {
  const std::string host = organisation_of(row);
  if (host.empty()) return {};
  const std::string id = okta_organisation(host);
  if (out.is_first(id)) {
    Principal &p = out.principal(row, id, PrincipalKind::tenant, host);
    ListingWriter::add_name(p, host);
    ListingWriter::attribute(p, "collected", "true");
  }
  return id;
}

// Whoever administers the organisation controls it.
void contained(const Row &row, ListingWriter &out, const std::string &id) {
  const std::string place = organisation(row, out);
  if (!place.empty()) out.grant(row, "Okta_Contains", place, id);
}

void okta_user(const Row &row, ListingWriter &out) {
  const std::string id = account(row["id"]);
  std::string name(row["profile.displayname"]);
  if (name.empty()) name = std::string(row["profile.firstname"]) + " " + std::string(row["profile.lastname"]);
  Principal &p = out.principal(row, id, PrincipalKind::user, base::trim(name));
  for (const char *column : {"id", "profile.login", "profile.email", "profile.secondemail"})
    ListingWriter::add_name(p, row[column]);
  const std::pair<const char *, const char *> columns[] = {
      {"profile.title", "title"},       {"profile.department", "department"},
      {"profile.manager", "manager"},   {"created", "created"},
      {"lastlogin", "last-sign-in"},    {"passwordchanged", "last-password-change"},
      {"profile.usertype", "user-type"}};
  for (const auto &[column, attribute] : columns) ListingWriter::attribute(p, attribute, row[column]);
  const std::string status = lower(row["status"]);
  ListingWriter::attribute(p, "enabled",
                           status == "deprovisioned" || status == "suspended" ? "false" : "true");
  contained(row, out, id);
  // /groups/ID/users: the group stands in the address that was asked, and so in the file's name at best.
  if (const std::string_view group = okta_id_of_file(file_of(row), "00g"); !group.empty())
    out.grant(row, "Okta_MemberOf", id, account(group));
}

void okta_group(const Row &row, ListingWriter &out) {
  const std::string id = account(row["id"]);
  Principal &p = out.principal(row, id, PrincipalKind::group, row["profile.name"]);
  ListingWriter::add_name(p, row["id"]);
  ListingWriter::attribute(p, "created", row["created"]);
  for (const std::string_view member : row.list("members"))
    out.grant(row, "Okta_MemberOf", account(member), id);
  contained(row, out, id);
  if (const std::string_view user = okta_id_of_file(file_of(row), "00u"); !user.empty())  // /users/ID/groups
    out.grant(row, "Okta_MemberOf", account(user), id);
}

void okta_application(const Row &row, ListingWriter &out) {
  const std::string id = account(row["id"]);
  out.resource(row, application(row["id"]), "application", row["label"]);
  Principal &p = out.principal(row, id, PrincipalKind::application, row["label"]);
  ListingWriter::add_name(p, row["id"]);
  ListingWriter::add_name(p, row["credentials.oauthclient.client_id"]);
  ListingWriter::attribute(p, "sign-on", row["signonmode"]);
  ListingWriter::attribute(p, "created", row["created"]);
  if (const std::string_view key = row["credentials.signing.kid"]; !key.empty()) {
    Credential &one = out.credential(row, id, "saml-signing", key);
    one.key_id = lower(key);
  }
  contained(row, out, id);
}

// /apps/ID/users and /apps/ID/groups: who signs in to an application.
void okta_assignment(const Row &row, ListingWriter &out) {
  const std::string_view holder =
      end_of_link(row["_links.user.href"].empty() ? row["_links.group.href"] : row["_links.user.href"]);
  const std::string_view app = end_of_link(row["_links.app.href"]);
  if (holder.empty() || app.empty()) return;
  out.resource(row, application(app), "application", "");
  Grant &grant = out.grant(row, "okta-assigned", account(holder), application(app));
  out.since(grant, row["created"]);
}

// /users/ID/roles and /groups/ID/roles.
void okta_role(const Row &row, ListingWriter &out) {
  std::string_view holder = end_of_link(row["_links.assignee.href"]);
  if (holder.empty()) holder = okta_id_of_file(file_of(row), "00u");
  if (holder.empty()) holder = okta_id_of_file(file_of(row), "00g");
  const std::string place = organisation(row, out);
  if (holder.empty() || place.empty()) {
    out.unplaced("roles of administrators that do not say whose they are", row.evidence);
    return;
  }
  if (lower(row["status"]) == "inactive") return;
  const std::string_view type = row["type"];
  if (!is_known_okta_role(type)) {
    out.unplaced("roles of administrators whose rights are not known, such as " + std::string(type),
                 row.evidence);
    return;
  }
  const std::string role = okta_role_principal(place, type);
  out.principal(row, role, PrincipalKind::role,
                row["label"].empty() ? std::string(type) : std::string(row["label"]));
  Grant &grant = out.grant(row, kOktaRole, account(holder), role);
  out.since(grant, row["created"]);
}

// /api-tokens: whose they are; the token's id is no part of its value.
void okta_api_token(const Row &row, ListingWriter &out) {
  Credential &one = out.credential(row, account(row["userid"]), "token", row["id"]);
  one.key_id = lower(row["id"]);
  one.name = row["name"];
  ListingWriter::since(one, row["created"], {});
  organisation(row, out);
}

constexpr Shape kShapes[] = {
    {"Okta assignments", "id _links.app.href _links.user.href|_links.group.href", okta_assignment},
    {"Okta roles", "id label type assignmenttype", okta_role},
    {"Okta API tokens", "id name userid clientname", okta_api_token},
    {"Okta users", "id profile.login", okta_user},
    {"Okta applications", "id label signonmode", okta_application},
    {"Okta groups", "id profile.name", okta_group},
};

}  // namespace

std::span<const Shape> okta_shapes() {
  return kShapes;
}

}  // namespace dislodge::identity::listings

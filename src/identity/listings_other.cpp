// Listings of GitHub, GitLab, AWS, Okta, and of people and rights written by hand.

#include <algorithm>
#include <charconv>

#include "base/encode.hpp"
#include "identity/ids.hpp"
#include "identity/listing_shapes.hpp"
#include "secret/checks.hpp"

namespace dislodge::identity::listings {
namespace {

using base::lower;

std::string repository_in(std::string_view url) {
  // https://api.github.com/repos/owner/name/keys/1
  const std::size_t at = url.find("/repos/");
  if (at == std::string_view::npos) return {};
  const std::string_view rest = url.substr(at + 7);
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return {};
  return std::string(rest.substr(0, rest.find('/', slash + 1)));
}

// A key is a principal of its own: whoever has the private half acts as it.
std::string ssh_key(const Row &row, ListingWriter &out, std::string_view public_key, std::string_view name) {
  const std::string print = ListingWriter::ssh_fingerprint(public_key);
  if (print.empty()) return {};
  const std::string id = ssh_key_principal(print);
  Principal &p = out.principal(row, id, PrincipalKind::key, name);
  ListingWriter::add_name(p, print);
  Credential &one = out.credential(row, id, "ssh-key", print);
  one.thumbprint = print;
  one.name = name;
  return id;
}

void github_user(const Row &row, ListingWriter &out) {
  const std::string login = lower(row["login"]);
  if (login.empty()) return;
  const std::string id = "principal:github/" + login;
  Principal &p =
      out.principal(row, id, PrincipalKind::user, row["name"].empty() ? row["login"] : row["name"]);
  ListingWriter::add_name(p, login);
  ListingWriter::add_name(p, row["node_id"]);
  ListingWriter::add_name(p, row["email"]);
  ListingWriter::attribute(p, "login", login);
  ListingWriter::attribute(p, "role", row["role_name"].empty() ? row["role"] : row["role_name"]);
  ListingWriter::attribute(p, "created", row["created_at"]);
  if (row.has("two_factor_authentication") || row.has("two_factor_enabled")) {
    const bool on = row.flag("two_factor_authentication") || row.flag("two_factor_enabled");
    ListingWriter::attribute(p, "factors", on ? "two-factor" : "none");
  }
  // A collaborator's rights, where the row names the repository.
  std::string repository = lower(row["repository.full_name"]);
  if (repository.empty()) repository = lower(row["repository"]);
  if (repository.find('/') == std::string::npos) {
    if (row.has("permissions.admin") || row.has("permissions.push"))
      out.unplaced("collaborators that name no repository: their right on it is not known");
    return;
  }
  out.resource(row, repository_id(repository), "repository", repository);
  out.grant(row,
            row.flag("permissions.admin")  ? "GH_AdminTo"
            : row.flag("permissions.push") ? "GH_WriteRepoContents"
                                           : "GH_ReadRepoContents",
            id, repository_id(repository));
}

void github_deploy_key(const Row &row, ListingWriter &out) {
  const std::string key = ssh_key(row, out, row["key"], row["title"]);
  std::string repository = repository_in(row["url"]);
  if (repository.empty()) repository = row["repository"];
  if (!key.empty() && repository.find('/') == std::string::npos)
    out.unplaced("deploy keys that name no repository: what they open is not known");
  if (key.empty() || repository.find('/') == std::string::npos) return;
  out.resource(row, repository_id(repository), "repository", repository);
  Grant &grant = out.grant(row, row.flag("read_only") ? "GH_ReadRepoContents" : "GH_WriteRepoContents", key,
                           repository_id(repository));
  out.since(grant, row["created_at"]);
}

// A user's key, where the export says whose.
void user_key(const Row &row, ListingWriter &out) {
  const bool gitlab = row.has("user.username");
  std::string user = lower(gitlab ? row["user.username"] : row["user.login"]);
  if (user.empty()) user = lower(row["login"]);
  if (user.empty()) user = lower(row["user"]);
  const std::string key = ssh_key(row, out, row["key"], row["title"]);
  if (user.empty() && !key.empty()) out.unplaced("keys that name no account: whom they open is not known");
  if (user.empty() || key.empty()) return;
  const std::string id = (gitlab ? "principal:gitlab/" : "principal:github/") + user;
  Principal &p = out.principal(row, id, PrincipalKind::user, user);
  ListingWriter::add_name(p, user);
  Grant &grant = out.grant(row, "key-of-account", key, id);
  out.since(grant, row["created_at"], row["expires_at"]);
}

void gitlab_member(const Row &row, ListingWriter &out) {
  const std::string name = lower(row["username"]);
  if (name.empty()) return;
  const std::string id = "principal:gitlab/" + name;
  Principal &p = out.principal(row, id, PrincipalKind::user, row["name"]);
  ListingWriter::add_name(p, name);
  ListingWriter::add_name(p, row["email"]);
  ListingWriter::attribute(p, "created", row["created_at"]);
  ListingWriter::attribute(p, "enabled", row["state"] == "active" ? "true" : "false");
  // 10 guest, 20 reporter, 30 developer, 40 maintainer, 50 owner (docs.gitlab.com/api/members).
  int level = 0;
  const std::string_view text = row["access_level"];
  std::from_chars(text.data(), text.data() + text.size(), level);
  const std::string project = lower(row["project"]);
  if (project.empty()) out.unplaced("members that name no project: their right on it is not known");
  if (project.empty() || level < 20) return;  // a guest reads no code
  const std::string to = "resource:gitlab/" + project;
  out.resource(row, to, "repository", project);
  Grant &grant = out.grant(row, "gitlab-member", id, to);
  out.since(grant, row["created_at"], row["expires_at"]);
}

void gitlab_deploy_key(const Row &row, ListingWriter &out) {
  const std::string key = ssh_key(row, out, row["key"], row["title"]);
  if (key.empty()) return;
  bool placed = false;
  for (const char *column : {"projects_with_write_access.path_with_namespace",
                             "projects_with_readonly_access.path_with_namespace", "project"}) {
    for (const std::string_view project : row.list(column)) {
      const std::string to = "resource:gitlab/" + lower(project);
      out.resource(row, to, "repository", project);
      Grant &grant = out.grant(row, "gitlab-deploy-key", key, to);
      out.since(grant, row["created_at"], row["expires_at"]);
      placed = true;
    }
  }
  if (!placed) out.unplaced("deploy keys that name no project: what they open is not known");
}

// The report names each user, not the ids of the keys: dates only (docs.aws.amazon.com, credential reports).
void aws_credentials(const Row &row, ListingWriter &out) {
  const std::string_view arn = row["arn"];  // arn:aws:iam::123456789012:user/name
  const std::size_t at = arn.find("::");
  if (at == std::string_view::npos) return;
  const std::string_view rest = arn.substr(at + 2);
  const std::string account(rest.substr(0, rest.find(':')));
  const bool root = row["user"] == "<root_account>" || arn.ends_with(":root");
  const std::string name = root ? "root" : lower(row["user"]);
  const std::string id = "principal:aws/" + account + "/" + (root ? "root" : "user/" + name);
  Principal &p =
      out.principal(row, id, PrincipalKind::user, root ? "root of " + account : std::string(row["user"]));
  ListingWriter::add_name(p, arn);
  ListingWriter::attribute(p, "created", row["user_creation_time"]);
  ListingWriter::attribute(p, "factors", row.flag("mfa_active") ? "mfa" : "none");
  const auto known = [&](std::string_view column) {
    const std::string_view value = row[column];
    return value == "N/A" || value == "no_information" || value == "not_supported" ? std::string_view()
                                                                                   : value;
  };
  ListingWriter::attribute(p, "last-sign-in", known("password_last_used"));
  ListingWriter::attribute(p, "last-password-change", known("password_last_changed"));
  if (root) out.grant(row, "aws-administrator", id, "principal:aws/" + account);
  for (const std::string number : {"1", "2"}) {
    if (!row.flag("access_key_" + number + "_active")) continue;
    Credential &one = out.credential(row, id, "access-key", "credential report, key " + number);
    one.name = "access key " + number;
    one.valid.from =
        base::parse_time(known("access_key_" + number + "_last_rotated")).value_or(base::kTimeMin);
  }
  for (const std::string number : {"1", "2"}) {  // X.509, for SOAP and old tools
    if (!row.flag("cert_" + number + "_active")) continue;
    Credential &one = out.credential(row, id, "certificate", "credential report, certificate " + number);
    one.name = "signing certificate " + number;
    one.valid.from = base::parse_time(known("cert_" + number + "_last_rotated")).value_or(base::kTimeMin);
  }
}

// aws iam list-access-keys: the account stands inside the key's id.
void aws_access_key(const Row &row, ListingWriter &out) {
  const std::string_view key = row["accesskeyid"];
  const auto account = secret::aws_account_of(key);
  if (!account || row["username"].empty()) return;
  const std::string id = "principal:aws/" + *account + "/user/" + lower(row["username"]);
  Principal &p = out.principal(row, id, PrincipalKind::user, row["username"]);
  ListingWriter::add_name(p, "arn:aws:iam::" + *account + ":user/" + std::string(row["username"]));
  Credential &one = out.credential(row, id, "access-key", key);
  one.key_id = lower(key);
  one.valid.from = base::parse_time(row["createdate"]).value_or(base::kTimeMin);
  if (lower(row["status"]) == "inactive") one.name = "inactive when listed";
}

void okta_user(const Row &row, ListingWriter &out) {
  const std::string id = "principal:okta/" + lower(row["id"]);
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
}

void okta_group(const Row &row, ListingWriter &out) {
  Principal &p =
      out.principal(row, "principal:okta/" + lower(row["id"]), PrincipalKind::group, row["profile.name"]);
  ListingWriter::add_name(p, row["id"]);
  ListingWriter::attribute(p, "created", row["created"]);
  for (const std::string_view member : row.list("members"))
    out.grant(row, "Okta_MemberOf", "principal:okta/" + lower(member), "principal:okta/" + lower(row["id"]));
}

void okta_application(const Row &row, ListingWriter &out) {
  const std::string id = "principal:okta/" + lower(row["id"]);
  Principal &p = out.principal(row, id, PrincipalKind::application, row["label"]);
  ListingWriter::add_name(p, row["id"]);
  ListingWriter::add_name(p, row["credentials.oauthclient.client_id"]);
  ListingWriter::attribute(p, "sign-on", row["signonmode"]);
  ListingWriter::attribute(p, "created", row["created"]);
  if (const std::string_view key = row["credentials.signing.kid"]; !key.empty()) {
    Credential &one = out.credential(row, id, "saml-signing", key);
    one.key_id = lower(key);
  }
}

// A right of anything on anything: kinds of rules/rights, ids or names.
void right(const Row &row, ListingWriter &out) {
  const auto id = [](std::string_view text) {
    const bool known = text.starts_with("principal:") || text.starts_with("resource:");
    return known ? lower(text) : "principal:local/" + lower(text);
  };
  const std::string_view kind = row["right"].empty() ? row["kind"] : row["right"];
  if (row["from"].empty() || row["to"].empty() || kind.empty()) {
    out.unplaced("rights that say no holder, no kind or no thing", row.evidence);
    return;
  }
  const std::string from = id(row["from"]), to = id(row["to"]);
  for (const auto &[text, name] : {std::pair(&from, row["from"]), std::pair(&to, row["to"])}) {
    if (text->starts_with("principal:local/"))
      ListingWriter::add_name(out.principal(row, *text, PrincipalKind::account, name), name);
  }
  Grant &grant = out.grant(row, kind, from, to);
  out.since(grant, row["since"], row["until"]);
  if ((!row["since"].empty() && !grant.start_known) || (!row["until"].empty() && !grant.end_known))
    out.unplaced("rights whose since or until is no date that can be read, so that they count as always held",
                 row.evidence);
}

// Who people are: an address, and what they do.
void person(const Row &row, ListingWriter &out) {
  std::string_view address = row["email"];
  if (address.empty()) address = row["mail"];
  if (!looks_like_address(address)) return;
  Principal &p = out.principal(row, named("people", address), PrincipalKind::user,
                               row["name"].empty() ? row["displayname"] : row["name"]);
  p.id = "principal:people/" + lower(address);
  ListingWriter::add_name(p, address);
  for (const std::string_view alias : row.list("aliases")) ListingWriter::add_name(p, alias);
  for (const char *column : {"title", "department", "seniority", "manager", "company", "role"})
    ListingWriter::attribute(p, column, row[column]);
}

constexpr Shape kShapes[] = {
    {"GitHub deploy keys", "key title read_only url|repository", github_deploy_key},
    {"GitLab deploy keys", "key title projects_with_write_access.path_with_namespace|can_push",
     gitlab_deploy_key},
    {"keys of users", "key title user|user.login|user.username|login", user_key},
    {"GitHub users", "login node_id", github_user},
    {"GitHub organisation members", "login role two_factor_authentication|two_factor_enabled", github_user},
    {"GitLab members", "username access_level", gitlab_member},
    {"AWS credential report", "user arn user_creation_time access_key_1_active", aws_credentials},
    {"AWS access keys", "username accesskeyid status", aws_access_key},
    {"Okta users", "id profile.login", okta_user},
    {"Okta applications", "id label signonmode", okta_application},
    {"Okta groups", "id profile.name", okta_group},
    {"rights", "from right|kind to", right},
    {"people", "email|mail name|displayname department|title", person},
};

}  // namespace

std::span<const Shape> other_shapes() {
  return kShapes;
}

}  // namespace dislodge::identity::listings

// Listings of GitHub and GitLab: accounts, members, collaborators, keys, repositories.

#include <charconv>

#include "base/encode.hpp"
#include "identity/file_named.hpp"
#include "identity/ids.hpp"
#include "identity/listing_shapes.hpp"

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

// A key is a principal of its own: whoever has the private half acts as it. The slot says where it is shut:
// at the repository, at the account, or on hosts; one key may be all of these.
std::string ssh_key(const Row &row, ListingWriter &out, std::string_view public_key, std::string_view name,
                    std::string_view slot) {
  const std::string print = ListingWriter::ssh_fingerprint(public_key);
  if (print.empty()) return {};
  const std::string id = ssh_key_principal(print);
  Principal &p = out.principal(row, id, PrincipalKind::key, name);
  ListingWriter::add_name(p, print);
  Credential &one = out.credential(row, id, slot, print);
  one.thumbprint = print;
  one.name = name;
  return id;
}

// The repository or project that rows do not name, by their file; "" where it says nothing either. Both are
// told: a file's name is somebody's word.
std::string by_file(const Row &row, ListingWriter &out, std::string_view rows, std::string_view what) {
  std::string name = repository_of_file(file_of(row));
  std::string told = std::string(rows) + " that name no " + std::string(what) + ": ";
  told += name.empty() ? "their right on it is not known"
                       : "taken for those of \"" + name.substr(name.starts_with("?/") ? 2 : 0) +
                             "\", as the file is named";
  out.unplaced(told);
  return name;
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
  // A collaborator's rights, where the row or the file names the repository.
  std::string repository = lower(row["repository.full_name"]);
  if (repository.empty()) repository = lower(row["repository"]);
  if (repository.find('/') == std::string::npos) {
    if (!row.has("permissions.admin") && !row.has("permissions.push")) return;
    repository = by_file(row, out, "collaborators", "repository");
    if (repository.empty()) return;
  }
  out.resource(row, repository_id(repository), "repository", repository);
  out.grant(row,
            row.flag("permissions.admin")  ? "GH_AdminTo"
            : row.flag("permissions.push") ? "GH_WriteRepoContents"
                                           : "GH_ReadRepoContents",
            id, repository_id(repository));
}

// Called so that whoever deletes it finds it: "deploy key 71 of brisk/shop (runner)".
std::string deploy_key_name(const Row &row, std::string_view repository) {
  std::string name = "deploy key";
  if (!row["id"].empty()) name.append(" ").append(row["id"]);
  if (!repository.empty()) name.append(" of ").append(lower(repository));
  if (!row["title"].empty()) name.append(" (").append(row["title"]).append(")");
  return name;
}

void github_deploy_key(const Row &row, ListingWriter &out) {
  std::string repository = repository_in(row["url"]);
  if (repository.empty()) repository = row["repository"];
  const std::string key =
      ssh_key(row, out, row["key"], deploy_key_name(row, repository), "github-deploy-key");
  if (key.empty()) return;
  if (repository.find('/') == std::string::npos) repository = by_file(row, out, "deploy keys", "repository");
  if (repository.empty()) return;
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
  const std::string key =
      ssh_key(row, out, row["key"], row["title"], gitlab ? "gitlab-user-key" : "github-user-key");
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
  if (level < 20) return;  // a guest reads no code
  std::string project = lower(row["project"]);
  if (project.empty()) project = by_file(row, out, "members", "project");
  if (project.empty()) return;
  const std::string to = "resource:gitlab/" + project;
  out.resource(row, to, "repository", project);
  Grant &grant = out.grant(row, "gitlab-member", id, to);
  out.since(grant, row["created_at"], row["expires_at"]);
}

void gitlab_deploy_key(const Row &row, ListingWriter &out) {
  const std::string key =
      ssh_key(row, out, row["key"], deploy_key_name(row, row["project"]), "gitlab-deploy-key");
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
  if (placed) return;
  const std::string project = by_file(row, out, "deploy keys", "project");
  if (project.empty()) return;
  const std::string to = "resource:gitlab/" + project;
  out.resource(row, to, "repository", project);
  Grant &grant = out.grant(row, "gitlab-deploy-key", key, to);
  out.since(grant, row["created_at"], row["expires_at"]);
}

// orgs/ORG/memberships/LOGIN: the one list of GitHub that says who owns the organisation, and which.
void github_membership(const Row &row, ListingWriter &out) {
  const std::string login = lower(row["user.login"]), organisation = lower(row["organization.login"]);
  if (login.empty() || organisation.empty()) return;
  const std::string id = "principal:github/" + login, to = "principal:github/" + organisation;
  ListingWriter::add_name(out.principal(row, id, PrincipalKind::user, row["user.login"]), login);
  ListingWriter::add_name(out.principal(row, to, PrincipalKind::tenant, row["organization.login"]),
                          organisation);
  if (row["state"] == "active" && row["role"] == "admin") out.grant(row, "github-owner", id, to);
}

// Repositories and projects: whoever owns the organisation reads them.
void github_repository(const Row &row, ListingWriter &out) {
  const std::string name = lower(row["full_name"]), owner = lower(row["owner.login"]);
  if (name.find('/') == std::string::npos) return;
  out.resource(row, repository_id(name), "repository", name);
  if (owner.empty() || row["owner.type"] != "Organization") return;
  const std::string organisation = "principal:github/" + owner;
  ListingWriter::add_name(out.principal(row, organisation, PrincipalKind::tenant, row["owner.login"]), owner);
  out.grant(row, "repositories-contain", organisation, repository_id(name));
}

void gitlab_project(const Row &row, ListingWriter &out) {
  const std::string name = lower(row["path_with_namespace"]);
  if (!name.empty()) out.resource(row, "resource:gitlab/" + name, "repository", name);
}

constexpr Shape kShapes[] = {
    {"GitHub deploy keys", "key title read_only url|repository", github_deploy_key},
    {"GitLab deploy keys", "key title projects_with_write_access.path_with_namespace|can_push",
     gitlab_deploy_key},
    {"keys of users", "key title user|user.login|user.username|login", user_key},
    {"GitHub memberships", "role state organization.login user.login", github_membership},
    {"GitHub repositories", "full_name private owner.login", github_repository},
    {"GitLab projects", "path_with_namespace visibility", gitlab_project},
    {"GitHub users", "login node_id", github_user},
    {"GitHub collaborators", "login permissions.push permissions.pull", github_user},
    {"GitHub organisation members", "login role two_factor_authentication|two_factor_enabled", github_user},
    {"GitLab members", "username access_level", gitlab_member},
};

}  // namespace

std::span<const Shape> code_shapes() {
  return kShapes;
}

}  // namespace dislodge::identity::listings

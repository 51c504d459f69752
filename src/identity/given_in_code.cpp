// Rights in GitHub and GitLab. Source: docs.github.com (audit log events of an organisation),
// docs.gitlab.com/user/compliance/audit_event_types.

#include "base/encode.hpp"
#include "base/one_of.hpp"
#include "identity/given_rights_book.hpp"
#include "identity/ids.hpp"

namespace dislodge::identity {
namespace {

using base::lower;
using base::one_of;
using log::Event;
using log::Source;

class InGithub {
 public:
  InGithub(GivenRights &book, const Event &event) : book_(book), event_(event) {
    org_ = lower(book.text(event.tenant));
    repository_ = lower(book.text(event.resource_name));
    if (!repository_.empty() && repository_.find('/') == std::string::npos)
      repository_ = org_.empty() ? std::string() : org_ + '/' + repository_;
    if (org_.empty()) org_ = repository_.substr(0, repository_.find('/'));
  }

  // Who reads a repository may; a public one is everybody's, and says nothing of a right.
  void seen_reading(std::vector<base::Interval> times) {
    if (book_.extra(event_, "visibility") == "public" || repository_.find('/') == std::string::npos) return;
    book_.used("GH_ReadRepoContents", book_.accounts().actor(book_.events(), event_), repository(), event_,
               std::move(times));
  }

  void read(std::string_view what) {
    if (one_of(what, {"org.add_member", "org.update_member", "business.add_admin"})) {
      member(what != "org.add_member");
    } else if (what == "org.remove_member" || what == "org.remove_outside_collaborator") {
      const std::string user = account();
      if (what == "org.remove_member") {
        book_.take("github-owner", user, organisation(), event_);
        book_.take("github-member", user, all_repositories(), event_);
        book_.take_within(user, "principal:github/" + org_ + "/", event_);
      }
      book_.take_within(user, "resource:github/" + org_ + "/", event_);
    } else if (one_of(what, {"repo.add_member", "repo.update_member"})) {
      const std::string_view right = book_.extra(event_, "permission");
      if (right != "none") book_.give(kind_of(right), account(), repository(), event_);
    } else if (what == "repo.remove_member") {
      book_.take("", account(), repository(), event_);
    } else if (what == "team.add_member" || what == "team.remove_member") {
      if (what == "team.add_member")
        book_.give("GH_MemberOf", account(), team(), event_);
      else
        book_.take("", account(), team(), event_);
    } else if (what == "team.add_repository" || what == "team.update_repository_permission") {
      book_.give(kind_of(book_.extra(event_, "permission")), team(), repository(), event_);
    } else if (what == "team.remove_repository") {
      book_.take("", team(), repository(), event_);
    } else if (one_of(what, {"deploy_key.create", "public_key.create"})) {
      // "An SSH key was added to a user account or a deploy key was added to a repository."
      const std::string key = ssh_key();
      if (key.empty()) return;
      if (repository_.empty()) {
        book_.give("key-of-account", key, whose_key(), event_);
      } else {
        const bool reads = book_.extra(event_, "read-only") == "true";
        book_.give(reads ? "GH_ReadRepoContents" : "GH_WriteRepoContents", key, repository(), event_);
      }
      // Whoever makes a key has its private half.
      book_.moment("key-made-by", book_.accounts().actor(book_.events(), event_), key, event_);
    } else if (one_of(what, {"deploy_key.destroy", "deploy_key.delete", "public_key.delete"})) {
      const std::string key = ssh_key();
      if (key.empty()) return;
      if (repository_.empty()) {
        book_.take("key-of-account", key, whose_key(), event_);
      } else {
        // What is taken was held until then, be it that nobody saw it given; whether it could write is not
        // said.
        book_.take(book_.knows(key, repository()) ? "" : "GH_WriteRepoContents", key, repository(), event_);
      }
    }
  }

 private:
  static std::string_view kind_of(std::string_view permission) {
    const std::string right = lower(permission);
    if (right == "admin") return "GH_AdminTo";
    if (one_of(right, {"write", "push", "maintain"})) return "GH_WriteRepoContents";
    return "GH_ReadRepoContents";
  }

  std::string account() const { return book_.accounts().target(book_.events(), event_); }

  // An owner has every right in the organisation; what a member may read is set for all, and is all of it
  // unless somebody turned that off (docs.github.com, base permissions: "read" is the default).
  void member(bool change) {
    const std::string user = account();
    if (user.empty() || org_.empty()) return;
    const std::string right = lower(book_.extra(event_, "permission"));
    const bool owner =
        right == "admin" || right == "owner" || book_.text(event_.operation) == "business.add_admin";
    if (owner) {
      organisation_exists();
      book_.give("github-owner", user, organisation(), event_);
      return;
    }
    if (change) book_.take("github-owner", user, organisation(), event_);
    organisation_exists();
    book_.give("github-member", user, all_repositories(), event_);
  }

  std::string organisation() const {
    const std::string listed = book_.group("github", org_);
    return listed.empty() ? "principal:github/" + org_ : listed;
  }
  std::string all_repositories() const { return "resource:github/" + org_ + "/*"; }
  void organisation_exists() {
    book_.principal(organisation(), PrincipalKind::tenant, org_, event_);
    book_.resource(all_repositories(), "repositories", "all repositories of " + org_, event_);
    book_.give("repositories-contain", organisation(), all_repositories(), event_);
    book_.set_of(all_repositories(), "repositories-contain", "resource:github/" + org_ + "/");
  }

  std::string repository() {
    if (repository_.find('/') == std::string::npos) return {};
    const std::string id = repository_id(repository_);
    book_.resource(id, "repository", repository_, event_);
    return id;
  }

  // "acme/infra" or "infra".
  std::string team() {
    std::string name = lower(book_.extra(event_, "team"));
    if (name.empty() && book_.text(event_.target_type).empty()) name = lower(book_.text(event_.target_name));
    if (name.empty()) return {};
    const std::string bare = name.substr(name.rfind('/') == std::string::npos ? 0 : name.rfind('/') + 1);
    for (const std::string &one : {name, bare})
      if (const std::string listed = book_.group("github", one); !listed.empty()) return listed;
    const std::string id = "principal:github/" + org_ + '/' + bare;
    book_.principal(id, PrincipalKind::group, "team " + bare + " of " + org_, event_);
    return id;
  }

  // The account of a key that belongs to no repository.
  std::string whose_key() const {
    const std::string of = book_.text(event_.target_type) == "user" ? account() : std::string();
    return of.empty() ? book_.accounts().actor(book_.events(), event_) : of;
  }

  std::string ssh_key() {
    std::string print(book_.extra(event_, "fingerprint"));
    const std::string_view title = book_.extra(event_, "key-title");
    if (print.empty() && book_.text(event_.target_type).empty() &&
        book_.text(event_.target_name).starts_with("SHA256:"))
      print = book_.text(event_.target_name);
    if (print.find(':') == std::string::npos && !print.empty()) print = "SHA256:" + print;
    if (!print.starts_with("SHA256:")) print.clear();  // MD5, of old logs
    std::string of = repository_;
    if (of.empty()) {
      of = whose_key();
      of.erase(0, of.find(':') + 1);
    }
    const std::string id = !print.empty()  ? ssh_key_principal(print)
                           : title.empty() ? std::string()
                                           : "principal:ssh/" + of + '/' + lower(title);
    if (id.empty()) return {};
    book_.principal(id, PrincipalKind::key,
                    (repository_.empty() ? "key " : "deploy key ") +
                        std::string(title.empty() ? std::string_view(print) : title) + " of " + of,
                    event_);
    if (!print.empty())
      book_.key(id, print, title, repository_.empty() ? "github-user-key" : "github-deploy-key", event_);
    return id;
  }

  GivenRights &book_;
  const Event &event_;
  std::string org_, repository_;
};

// "Developer", "access_level: Developer"; guests and planners read no code
// (docs.gitlab.com/user/permissions).
bool reads_code(std::string_view role) {
  for (const std::string_view one : {"guest", "planner", "minimal"})
    if (base::contains_ignoring_case(role, one)) return false;
  return true;
}

void in_gitlab(GivenRights &book, const Event &event, std::string_view what) {
  const auto says = [&](std::string_view words) { return what.find(words) != std::string_view::npos; };
  const bool given = one_of(what, {"member_created", "add user_access", "member_updated"}) ||
                     (what.starts_with("added") && (says("user access") || says("membership")));
  const bool taken = one_of(what, {"member_destroyed", "remove user_access"}) ||
                     (what.starts_with("removed") && (says("user access") || says("membership")));
  if (!given && !taken) return;
  const std::string user = book.accounts().target(book.events(), event);
  const std::string path = lower(book.text(event.resource_name));
  if (user.empty() || path.empty()) return;
  const bool group = base::equal_ignoring_case(book.extra(event, "entity-type"), "group");
  const std::string place = "resource:gitlab/" + path + (group ? "/*" : "");
  std::string_view role = book.extra(event, "role");
  if (role.empty()) role = book.extra(event, "message");
  if (role.empty()) role = what;
  if (taken) {
    book.take("gitlab-member", user, place, event);
    if (group) book.take_within(user, "resource:gitlab/" + path + "/", event);
    return;
  }
  if (!reads_code(role)) {
    if (what == "member_updated") book.take("gitlab-member", user, place, event);
    return;
  }
  book.resource(place, group ? "repositories" : "repository", group ? "all projects of " + path : path,
                event);
  if (group) book.set_of(place, "repositories-contain", "resource:gitlab/" + path + "/");
  book.give("gitlab-member", user, place, event);
}

}  // namespace

void read_in_code(GivenRights &book, const std::vector<std::uint32_t> &events) {
  std::vector<base::Interval> times;
  for (const std::uint32_t i : events) {
    const base::Time time = book.events().events[i].time;
    if (times.empty() || times.back().from != time) times.push_back({time, time + 1});
  }
  const Event &first = book.events().events[events.front()];
  if (first.source == Source::github) {
    InGithub(book, first).seen_reading(std::move(times));
    return;
  }
  const std::string path = lower(book.text(first.resource_name));
  if (first.source != Source::gitlab || path.find('/') == std::string::npos) return;
  const std::string place = "resource:gitlab/" + path;
  book.resource(place, "repository", path, first);
  book.used("gitlab-member", book.accounts().actor(book.events(), first), place, first, std::move(times));
}

void given_in_code(GivenRights &book, const Event &event, std::string_view operation) {
  if (event.source == Source::github)
    InGithub(book, event).read(operation);
  else
    in_gitlab(book, event, operation);
}

}  // namespace dislodge::identity

// Rights in AWS: groups, policies on users, groups and roles. Source:
// docs.aws.amazon.com/IAM/latest/APIReference; what AWS's own policies allow by
// docs.aws.amazon.com/aws-managed-policy/latest/reference.

#include <fmt/format.h>

#include "base/encode.hpp"
#include "evidence/deaf_sink.hpp"
#include "identity/aws_account.hpp"
#include "identity/given_rights_book.hpp"
#include "identity/ids.hpp"

namespace dislodge::identity {
namespace {

using base::lower;
using log::Event;

struct Managed {
  std::string_view name, kind, service;  // service: whose content it reads; empty: the account itself
};
constexpr Managed kManaged[] = {
    {"AdministratorAccess", "aws-administrator", ""},
    {"AdministratorAccess-Amplify", "aws-escalates", ""},
    {"IAMFullAccess", "aws-escalates", ""},
    {"PowerUserAccess", "aws-reads", "s3"},
    {"PowerUserAccess", "aws-reads", "secretsmanager"},
    {"PowerUserAccess", "aws-reads", "ssm"},
    {"PowerUserAccess", "aws-reads", "codecommit"},
    {"ReadOnlyAccess", "aws-reads", "s3"},
    {"ReadOnlyAccess", "aws-reads", "ssm"},
    {"ReadOnlyAccess", "aws-reads", "codecommit"},
    {"SecretsManagerReadWrite", "aws-reads", "secretsmanager"},
    {"AWSSecretsManagerClientReadOnlyAccess", "aws-reads", "secretsmanager"},
    {"AmazonS3FullAccess", "aws-reads", "s3"},
    {"AmazonS3ReadOnlyAccess", "aws-reads", "s3"},
    {"AmazonSSMFullAccess", "aws-reads", "ssm"},
    {"AmazonSSMReadOnlyAccess", "aws-reads", "ssm"},
    {"AWSCodeCommitFullAccess", "aws-reads", "codecommit"},
    {"AWSCodeCommitPowerUser", "aws-reads", "codecommit"},
    {"AWSCodeCommitReadOnly", "aws-reads", "codecommit"},
};

class InAws {
 public:
  InAws(GivenRights &book, const Event &event)
      : book_(book), event_(event), account_(lower(book.text(event.tenant))) {}

  void read(std::string_view what) {
    if (account_.empty()) return;
    if (what == "addusertogroup" || what == "removeuserfromgroup") {
      const std::string user = book_.accounts().target(book_.events(), event_);
      const std::string name = lower(named("group"));
      if (name.empty()) return;
      const std::string group = "principal:aws/" + account_ + "/group/" + name;
      book_.principal(group, PrincipalKind::group, name, event_);
      if (what.starts_with("add"))
        book_.give("aws-member-of", user, group, event_);
      else
        book_.take("aws-member-of", user, group, event_);
    } else if (what == "attachuserpolicy" || what == "attachrolepolicy" || what == "attachgrouppolicy") {
      policy(true);
    } else if (what == "detachuserpolicy" || what == "detachrolepolicy" || what == "detachgrouppolicy") {
      policy(false);
    } else if (what == "putuserpolicy" || what == "putrolepolicy" || what == "putgrouppolicy") {
      inline_policy();
    } else if (what == "deleteuserpolicy" || what == "deleterolepolicy" || what == "deletegrouppolicy") {
      book_.take_named(holder(), book_.extra(event_, "policy-name"), event_);
    } else if (what == "updateassumerolepolicy" || what == "createrole") {
      trust();
    }
  }

 private:
  // What the reader of an account's listing makes of an identity with this policy.
  Facts listed(std::string_view list, std::string_view identity) const {
    Facts facts;
    const std::string json =
        fmt::format(R"({{"{}":[{{"Arn":"arn:aws:iam::{}:x/x",{}}}]}})", list, account_, identity);
    const std::string place = book_.events().source_of(event_);
    evidence::ItemView item;
    item.path = place;
    item.bytes = json;
    evidence::DeafSink sink;  // what is wrong with a policy is told where a listing has it
    if (!aws::read_directory(item, facts, sink, {})) return {};
    return facts;
  }

  // A policy of that name replaces the one before.
  void inline_policy() {
    const std::string who = holder();
    const std::string_view document = book_.extra(event_, "policy-document"),
                           name = book_.extra(event_, "policy-name");
    if (who.empty() || !document.starts_with('{')) return;
    book_.take_named(who, name, event_);
    const std::string self = "principal:aws/" + account_ + "/x/x", whole = "principal:aws/" + account_;
    const Facts facts =
        listed("UserDetailList", fmt::format(R"("UserPolicyList":[{{"PolicyDocument":{}}}])", document));
    for (const Resource &one : facts.resources) book_.resource(one.id, one.kind, one.name, event_);
    for (const Grant &one : facts.grants) {
      if (one.from != self) continue;
      if (one.to == whole) {
        book_.principal(whole, PrincipalKind::tenant, "AWS account " + account_, event_);
        book_.set_of(whole, "aws-contains", whole + "/");
      }
      book_.give_named(name, one.kind, who, one.to, event_);
    }
  }

  // Who may assume a role: what is set replaces what was.
  void trust() {
    const std::string_view document = book_.extra(event_, "policy-document");
    const std::string role = "principal:aws/" + account_ + "/role/" + lower(named("role"));
    if (named("role").empty() || !document.starts_with('{')) return;
    const std::string self = "principal:aws/" + account_ + "/x/x";
    const Facts facts = listed("RoleDetailList", fmt::format(R"("AssumeRolePolicyDocument":{})", document));
    book_.take_named(role, "trust", event_);
    for (const Grant &one : facts.grants)
      if (one.to == self && one.kind != "aws-contains")
        book_.give_named("trust", one.kind, one.from, role, event_, role);
  }

  // The thing of a type among those that the call names.
  std::string_view named(std::string_view type) const {
    if (book_.text(event_.target_type) == type) return book_.text(event_.target_name);
    for (const std::string_view one : book_.events().extras_of(event_, "target"))
      if (one.starts_with(type) && one.substr(type.size()).starts_with(' '))
        return one.substr(type.size() + 1);
    return {};
  }

  std::string holder() const {
    if (book_.text(event_.target_type) == "group")
      return "principal:aws/" + account_ + "/group/" + lower(book_.text(event_.target_name));
    return book_.accounts().target(book_.events(), event_);
  }

  void policy(bool given) {
    const std::string_view arn = named("policy");
    // AWS's own have no account in their name: arn:aws:iam::aws:policy/AdministratorAccess. What others allow
    // stands in no such event.
    if (arn.find(":iam::aws:policy/") == std::string_view::npos) return;
    const std::string_view name = arn.substr(arn.rfind('/') + 1);
    const std::string who = holder();
    for (const Managed &one : kManaged) {
      if (one.name != name) continue;
      std::string to = "principal:aws/" + account_;
      if (!one.service.empty()) {
        to = fmt::format("resource:aws/{}/{}", account_, one.service);
        book_.resource(to,
                       one.service == "codecommit" ? "repository"
                       : one.service == "s3"       ? "storage"
                                                   : "vault",
                       fmt::format("{} of AWS account {}", one.service, account_), event_);
      } else {
        book_.principal(to, PrincipalKind::tenant, "AWS account " + account_, event_);
        book_.set_of(to, "aws-contains", to + "/");
      }
      if (given)
        book_.give(one.kind, who, to, event_);
      else
        book_.take(one.kind, who, to, event_);
    }
  }

  GivenRights &book_;
  const Event &event_;
  std::string account_;
};

}  // namespace

void given_in_aws(GivenRights &book, const Event &event, std::string_view operation) {
  InAws(book, event).read(operation);
}

}  // namespace dislodge::identity

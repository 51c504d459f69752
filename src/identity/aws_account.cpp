#include "identity/aws_account.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include "base/encode.hpp"
#include "base/words.hpp"
#include "identity/directory_json.hpp"
#include "identity/ids.hpp"
#include "identity/json_cursor.hpp"
#include "identity/workflows.hpp"

namespace dislodge::identity::aws {
namespace {

using base::lower;
using simdjson::dom::element;

constexpr std::size_t kLookBytes = 64u << 10;

constexpr std::string_view kLists[] = {"UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"};

// Whether an action of a statement covers an action that we ask about; * stands for any run, case does not
// count.
bool covers(std::string_view pattern, std::string_view action) {
  std::size_t p = 0, a = 0, star = std::string_view::npos, resume = 0;
  const auto same = [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y));
  };
  while (a < action.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = a;
    } else if (p < pattern.size() && (pattern[p] == '?' || same(pattern[p], action[a]))) {
      ++p;
      ++a;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      a = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

// Actions by which a principal gives itself all that the account has (Rhino Security Labs, AWS IAM privilege
// escalation; each is enough alone, or with a role to pass, which an account nearly always has).
constexpr std::string_view kEscalations[] = {
    "iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion", "iam:AttachUserPolicy", "iam:AttachGroupPolicy",
    "iam:AttachRolePolicy",    "iam:PutUserPolicy",           "iam:PutGroupPolicy",   "iam:PutRolePolicy",
    "iam:AddUserToGroup",      "iam:UpdateAssumeRolePolicy",  "iam:PassRole"};

struct Question {
  std::string_view action, grant,
      service;  // the service whose content it reads; empty: of the account itself
};
constexpr Question kReads[] = {
    {"secretsmanager:GetSecretValue", "aws-reads", "secretsmanager"},
    {"ssm:GetParameter", "aws-reads", "ssm"},
    {"s3:GetObject", "aws-reads", "s3"},
    {"codecommit:GitPull", "aws-reads", "codecommit"},
};

struct Statement {
  bool allows = true;
  std::vector<std::string> actions, not_actions, resources;
};

std::vector<std::string> texts_or_one(const element &object, std::string_view key) {
  std::vector<std::string> list;
  element value;
  std::string_view one;
  if (!child_of(object, key, value)) return list;
  if (value.get(one) == simdjson::SUCCESS) return {std::string(one)};
  for (const std::string_view text : texts_of(object, key)) list.emplace_back(text);
  return list;
}

class Reader {
 public:
  Reader(const evidence::ItemView &item, Facts &out, evidence::Sink &sink, const FactSpill &spill)
      : item_(item), out_(out), sink_(sink), spill_(spill) {}

  base::Result<void> read() {
    // Policies stand last and are named by all before, so they are read in a walk of their own.
    walk(true);
    walk(false);
    if (broken_ || damaged_ > 0) {
      sink_.unread(
          {.bytes = broken_ ? item_.bytes.size() - std::min(last_whole_, item_.bytes.size()) : damaged_bytes_,
           .state = evidence::LedgerState::damaged,
           .reason = broken_ ? fmt::format("the JSON breaks off or is damaged after byte {}", last_whole_)
                             : base::counted(damaged_, "entry", "entries") + " damaged",
           .remedy = "run aws iam get-account-authorization-details again",
           .child = {},
           .child_size = 0});
    }
    return {};
  }

 private:
  void walk(bool policies) {
    JsonCursor at(item_.bytes);
    LineCounter lines(item_.bytes);
    if (!at.enter_object()) return;
    while (at.next_member()) {
      const std::string key(at.key());
      const bool wanted = std::find(std::begin(kLists), std::end(kLists), key) != std::end(kLists) &&
                          (key == "Policies") == policies;
      if (!wanted || !at.enter_array()) {
        at.take();
        continue;
      }
      while (at.next_element()) {
        const std::size_t begin = (at.peek(), at.position());
        const std::string_view text = at.take();
        if (at.broken()) break;
        evidence_ = fmt::format("{}:line {}", item_.path, lines.line_of(begin));
        element one;
        if (text.size() > kRecordBytesMax || !parse_value(parser_, text, one) || !one.is_object()) {
          ++damaged_;
          damaged_bytes_ += text.size();
        } else if (policies) {
          policy(one);
        } else {
          identity(key, one);
          if (spill_) spill_();
        }
        last_whole_ = at.position();
      }
    }
    broken_ |= at.broken();
  }

  static std::string account_in(std::string_view arn) {  // arn:aws:iam::123456789012:user/path/name
    const std::size_t at = arn.find("::");
    if (at == std::string_view::npos) return {};
    const std::string_view rest = arn.substr(at + 2);
    return std::string(rest.substr(0, rest.find(':')));
  }
  static std::string principal_of(std::string_view arn) {
    const std::size_t at = arn.find("::");
    if (at == std::string_view::npos) return {};
    const std::string_view rest = arn.substr(at + 2);
    const std::size_t colon = rest.find(':');
    if (colon == std::string_view::npos) return {};
    const std::string_view what = rest.substr(colon + 1);
    const std::string_view account = rest.substr(0, colon);
    if (what == "root") return "principal:aws/" + std::string(account);  // the account itself
    // The path between kind and name is no part of who it is.
    const std::string_view kind = what.substr(0, what.find('/')), name = what.substr(what.rfind('/') + 1);
    return "principal:aws/" + std::string(account) + "/" + lower(kind) + "/" + lower(name);
  }

  std::vector<Statement> statements(const element &document) {
    std::vector<Statement> list;
    element all;
    if (!child_of(document, "Statement", all)) return list;
    const auto add = [&](const element &one) {
      Statement statement;
      statement.allows = text_of(one, "Effect") == "Allow";
      statement.actions = texts_or_one(one, "Action");
      statement.not_actions = texts_or_one(one, "NotAction");
      statement.resources = texts_or_one(one, "Resource");
      list.push_back(std::move(statement));
    };
    simdjson::dom::array items;
    if (all.get(items) == simdjson::SUCCESS) {
      for (const element one : items) add(one);
    } else if (all.is_object()) {
      add(all);
    }
    return list;
  }

  void policy(const element &record) {
    element versions;
    simdjson::dom::array items;
    if (!child_of(record, "PolicyVersionList", versions) || versions.get(items) != simdjson::SUCCESS) return;
    for (const element version : items) {
      element document;
      if (flag_of(version, "IsDefaultVersion") && child_of(version, "Document", document))
        policies_[std::string(text_of(record, "Arn"))] = statements(document);
    }
  }

  Grant &grant(std::string_view kind, std::string from, std::string to) {
    Grant one;
    one.kind = kind;
    one.from = std::move(from);
    one.to = std::move(to);
    one.id = grant_id(one.kind, one.from, one.to);
    one.evidence = evidence_;
    out_.grants.push_back(std::move(one));
    return out_.grants.back();
  }

  void identity(std::string_view list, const element &record) {
    const std::string_view arn = text_of(record, "Arn");
    const std::string id = principal_of(arn), account = account_in(arn);
    if (id.empty()) return;
    Principal one;
    one.id = id;
    one.kind = list == "UserDetailList"    ? PrincipalKind::user
               : list == "GroupDetailList" ? PrincipalKind::group
                                           : PrincipalKind::role;
    for (const char *key : {"UserName", "GroupName", "RoleName"}) {
      if (one.name.empty()) one.name = text_of(record, key);
    }
    one.names = {lower(arn)};
    for (const char *key : {"UserId", "GroupId", "RoleId"}) {
      if (const std::string_view native = text_of(record, key); !native.empty())
        one.names.push_back(lower(native));
    }
    one.tenant = account;
    one.evidence = evidence_;
    if (const std::string_view created = text_of(record, "CreateDate"); !created.empty())
      one.attributes.emplace("created", created);
    element last_used;
    if (child_of(record, "RoleLastUsed", last_used)) {
      if (const std::string_view used = text_of(last_used, "LastUsedDate"); !used.empty())
        one.attributes.emplace("last-sign-in", used);
    }
    out_.principals.push_back(std::move(one));
    if (accounts_.insert(account).second) {
      Principal whole;
      whole.id = "principal:aws/" + account;
      whole.kind = PrincipalKind::tenant;
      whole.name = "AWS account " + account;
      whole.names = {account, "arn:aws:iam::" + account + ":root"};
      whole.tenant = account;
      whole.evidence = evidence_;
      out_.principals.push_back(std::move(whole));
    }
    grant("aws-contains", "principal:aws/" + account, id);
    for (const std::string_view group : texts_of(record, "GroupList"))
      grant("aws-member-of", id, "principal:aws/" + account + "/group/" + lower(group));
    rights(record, id, account);
    trust(record, id);
    element profiles;
    simdjson::dom::array items;
    if (child_of(record, "InstanceProfileList", profiles) && profiles.get(items) == simdjson::SUCCESS) {
      for (const element profile : items) {
        const std::string name = lower(text_of(profile, "InstanceProfileName"));
        grant("aws-instance-runs-as", "principal:aws/" + account + "/instance-profile/" + name, id);
      }
    }
  }

  // All statements on an identity: inline and attached ones. AdministratorAccess is AWS's own and may not be
  // listed with its document.
  void rights(const element &record, const std::string &id, const std::string &account) {
    std::vector<Statement> all;
    for (const char *key : {"UserPolicyList", "GroupPolicyList", "RolePolicyList"}) {
      each(record, key, [&](const element &one) {
        element document;
        if (!child_of(one, "PolicyDocument", document)) return;
        for (Statement &statement : statements(document)) all.push_back(std::move(statement));
      });
    }
    each(record, "AttachedManagedPolicies", [&](const element &one) {
      const std::string arn(text_of(one, "PolicyArn"));
      const auto found = policies_.find(arn);
      if (found != policies_.end()) {
        all.insert(all.end(), found->second.begin(), found->second.end());
      } else if (arn.ends_with(":policy/AdministratorAccess") || arn.ends_with(":policy/IAMFullAccess")) {
        all.push_back({true, {arn.ends_with("IAMFullAccess") ? "iam:*" : "*"}, {}, {"*"}});
      }
    });
    const std::string whole = "principal:aws/" + account;
    if (allowed(all, "*:*")) {
      grant("aws-administrator", id, whole);
      return;
    }
    for (const std::string_view action : kEscalations) {
      if (!allowed(all, action)) continue;
      grant("aws-escalates", id, whole);
      break;
    }
    for (const Question &question : kReads) {
      if (!allowed(all, question.action)) continue;
      Resource content;
      content.id = fmt::format("resource:aws/{}/{}", account, question.service);
      content.kind = question.service == "codecommit" ? "repository"
                     : question.service == "s3"       ? "storage"
                                                      : "vault";
      content.name = fmt::format("{} of AWS account {}", question.service, account);
      content.evidence = evidence_;
      grant(question.grant, id, content.id);
      out_.resources.push_back(std::move(content));
    }
    static constexpr std::pair<std::string_view, std::string_view> kOnOthers[] = {
        {"iam:CreateAccessKey", "aws-sets-access-key"},
        {"iam:CreateLoginProfile", "aws-sets-password"},
        {"iam:UpdateLoginProfile", "aws-sets-password"},
        {"sts:AssumeRole", "aws-may-assume"}};
    for (const auto &[action, kind] : kOnOthers) {
      for (const std::string &resource : resources_of(all, action)) {
        // A named resource is that principal; * is everyone of the account, told as control of what it
        // contains.
        if (resource == "*") {
          if (action != "sts:AssumeRole") grant("aws-escalates", id, whole);
        } else if (const std::string target = principal_of(resource);
                   !target.empty() && target.find('*') == std::string::npos) {
          grant(kind, id, target);
        }
      }
    }
  }

  // Who may assume a role: named by its trust policy. A trust in the whole account leaves it to policies
  // there, so it opens the role to those that may assume it.
  void trust(const element &record, const std::string &id) {
    element document, all;
    simdjson::dom::array items;
    if (!child_of(record, "AssumeRolePolicyDocument", document) || !child_of(document, "Statement", all))
      return;
    const auto one = [&](const element &statement) {
      if (text_of(statement, "Effect") != "Allow") return;
      element who;
      if (!child_of(statement, "Principal", who)) return;
      std::string_view anyone;
      if (who.get(anyone) == simdjson::SUCCESS) {
        if (anyone == "*") grant("aws-trusts", "principal:aws/anyone", id);
        return;
      }
      for (const std::string &arn : texts_or_one(who, "AWS")) {
        const bool account_only = arn.find(":root") != std::string::npos || is_account(arn);
        const std::string from = is_account(arn) ? "principal:aws/" + arn : principal_of(arn);
        if (from.empty()) continue;
        grant(account_only ? "aws-trusts-account" : "aws-trusts", from, id);
      }
      for (const std::string &issuer : texts_or_one(who, "Federated")) {
        const std::string name = lower(issuer.substr(
            issuer.rfind("provider/") == std::string::npos ? 0 : issuer.rfind("provider/") + 9));
        Principal provider;
        provider.id = "principal:aws/" + account_in(issuer) + "/provider/" + name;
        provider.kind = PrincipalKind::issuer;
        provider.name = issuer;
        provider.names = {lower(issuer)};
        provider.evidence = evidence_;
        grant("aws-trusts", provider.id, id);
        out_.principals.push_back(std::move(provider));
        if (name != kGithubIssuer) continue;
        for (const std::string &subject : subjects(statement))
          if (const std::string repository = repository_of_subject(subject); !repository.empty())
            grant("workflow-trusted", repository, id);
      }
    };
    if (all.get(items) == simdjson::SUCCESS) {
      for (const element statement : items) one(statement);
    } else if (all.is_object()) {
      one(all);
    }
  }

  // Of whom a trust in an identity provider is, by the conditions on its tokens' "sub"; everybody where there
  // is none.
  static std::vector<std::string> subjects(const element &statement) {
    std::vector<std::string> list;
    simdjson::dom::object conditions, tests;
    element all;
    if (child_of(statement, "Condition", all) && all.get(conditions) == simdjson::SUCCESS) {
      for (const auto condition : conditions) {
        if (condition.key.find("String") == std::string_view::npos ||
            condition.key.find("Not") != std::string_view::npos ||
            condition.value.get(tests) != simdjson::SUCCESS)
          continue;
        for (const auto test : tests)
          if (lower(test.key).ends_with(":sub"))
            for (std::string &one : texts_or_one(condition.value, test.key)) list.push_back(std::move(one));
      }
    }
    if (list.empty()) list.emplace_back("*");
    return list;
  }

  static bool is_account(std::string_view text) {
    return text.size() == 12 && text.find_first_not_of("0123456789") == std::string_view::npos;
  }

  static bool applies(const Statement &statement, std::string_view action) {
    const auto covered = [&](const std::string &pattern) { return covers(pattern, action); };
    if (!statement.not_actions.empty())
      return std::none_of(statement.not_actions.begin(), statement.not_actions.end(), covered);
    return std::any_of(statement.actions.begin(), statement.actions.end(), covered);
  }
  static bool allowed(const std::vector<Statement> &all, std::string_view action) {
    return !resources_of(all, action).empty();
  }
  // What an action is allowed on; nothing where it is denied on everything.
  static std::set<std::string> resources_of(const std::vector<Statement> &all, std::string_view action) {
    std::set<std::string> resources;
    for (const Statement &statement : all) {
      if (!applies(statement, action)) continue;
      const bool everything =
          std::find(statement.resources.begin(), statement.resources.end(), "*") != statement.resources.end();
      if (!statement.allows && everything) return {};
      if (statement.allows) resources.insert(statement.resources.begin(), statement.resources.end());
    }
    return resources;
  }

  template <typename Each>
  static void each(const element &record, std::string_view key, Each &&visit) {
    element list;
    simdjson::dom::array items;
    if (!child_of(record, key, list) || list.get(items) != simdjson::SUCCESS) return;
    for (const element one : items) visit(one);
  }

  const evidence::ItemView &item_;
  Facts &out_;
  evidence::Sink &sink_;
  const FactSpill &spill_;
  simdjson::dom::parser parser_;
  std::string evidence_;
  std::map<std::string, std::vector<Statement>> policies_;
  std::set<std::string> accounts_;
  std::size_t last_whole_ = 0;
  std::uint64_t damaged_ = 0, damaged_bytes_ = 0;
  bool broken_ = false;
};

}  // namespace

bool recognises_directory(std::string_view bytes) {
  JsonCursor at(bytes.substr(0, kLookBytes));
  if (!at.enter_object() || !at.next_member()) return false;
  return std::find(std::begin(kLists), std::end(kLists), at.key()) != std::end(kLists);
}

base::Result<void> read_directory(const evidence::ItemView &item, Facts &out, evidence::Sink &sink,
                                  const FactSpill &spill) {
  return Reader(item, out, sink, spill).read();
}

}  // namespace dislodge::identity::aws

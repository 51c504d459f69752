#include "identity/workflows.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "base/encode.hpp"
#include "identity/ids.hpp"

namespace dislodge::identity {
namespace {

constexpr std::string_view kRepositories = "resource:github/";

// Rights that let their holder push a workflow, or a branch from which one runs.
constexpr std::array<std::string_view, 6> kWrites = {"GH_WriteRepoContents", "GH_AdminTo",
                                                     "GH_CanWriteBranch",    "GH_CanCreateBranch",
                                                     "GH_CanEditProtection", "GH_CanPwnRequest"};

struct Trust {
  std::string pattern, to, evidence;
};

// Stars stand for any run of characters, as in IAM's StringLike.
bool fits(std::string_view pattern, std::string_view text) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == text;
  if (text.substr(0, star) != pattern.substr(0, star)) return false;
  const std::string_view rest = pattern.substr(star + 1);
  for (std::size_t at = star; at <= text.size(); ++at)
    if (fits(rest, text.substr(at))) return true;
  return false;
}

}  // namespace

std::string repository_of_subject(std::string_view subject) {
  if (subject == "*") return std::string(kRepositories) + "*";
  constexpr std::string_view kRepo = "repo:";
  if (!base::lower(subject).starts_with(kRepo)) return {};
  const std::string_view rest = subject.substr(kRepo.size());
  std::string_view name = rest.substr(0, rest.find(':'));
  // More than a few stars is nobody's trust.
  if (name.empty() || std::count(name.begin(), name.end(), '*') > 4) return {};
  return std::string(kRepositories) + base::lower(name);
}

void link_workflows(const Facts &facts, std::vector<Grant> &made) {
  std::vector<Trust> trusts;
  for (const Grant &grant : facts.grants)
    if (grant.kind == "workflow-trusted") trusts.push_back({grant.from, grant.to, grant.evidence});
  for (const Credential &one : facts.credentials) {
    // "https://token.actions.githubusercontent.com repo:acme/infra:ref:refs/heads/main"
    const std::size_t blank = one.name.find(' ');
    if (one.slot != "federated" || blank == std::string::npos ||
        !base::contains_ignoring_case(std::string_view(one.name).substr(0, blank), kGithubIssuer))
      continue;
    std::string repository = repository_of_subject(std::string_view(one.name).substr(blank + 1));
    if (!repository.empty()) trusts.push_back({std::move(repository), one.principal, one.evidence});
  }
  if (trusts.empty()) return;
  std::unordered_map<std::string_view, std::vector<const Trust *>> named;
  std::vector<const Trust *> patterns;
  for (const Trust &one : trusts)
    (one.pattern.find('*') == std::string::npos ? named[one.pattern] : patterns).push_back(&one);
  const std::size_t count = facts.grants.size();
  for (std::size_t i = 0; i < count; ++i) {
    const Grant &grant = facts.grants[i];
    if (!grant.to.starts_with(kRepositories) ||
        std::find(kWrites.begin(), kWrites.end(), grant.kind) == kWrites.end())
      continue;
    const auto takes = [&](const Trust &trust) {
      Grant one = grant;
      one.kind = "workflow-takes";
      one.to = trust.to;
      one.id = grant_id(one.kind, one.from, one.to);
      one.used.clear();
      one.evidence = grant.evidence + "; " + trust.evidence;
      made.push_back(std::move(one));
    };
    if (const auto found = named.find(grant.to); found != named.end())
      for (const Trust *one : found->second) takes(*one);
    for (const Trust *one : patterns)
      if (fits(one->pattern, grant.to)) takes(*one);
  }
}

}  // namespace dislodge::identity

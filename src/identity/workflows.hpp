#pragma once
// Workflows of GitHub that another system believes: a role of AWS or an application of Entra that trusts the
// tokens which GitHub Actions issues to a repository. Whoever may write to the repository writes the
// workflow, and so acts as the role.

#include <string>
#include <string_view>
#include <vector>

#include "identity/fact.hpp"

namespace dislodge::identity {

inline constexpr std::string_view kGithubIssuer = "token.actions.githubusercontent.com";

// "resource:github/acme/infra" of the subject "repo:acme/infra:ref:refs/heads/main"; stars stay where a trust
// has them
// ("repo:acme/*"). "" for what is no such subject. docs.github.com/actions/security-for-github-actions/
// security-hardening-your-deployments/about-security-hardening-with-openid-connect
std::string repository_of_subject(std::string_view subject);

// A grant "workflow-takes" from every holder of a right to write to a repository, to what trusts its
// workflows: by grants "workflow-trusted" (repository -> role) and by federated credentials.
void link_workflows(const Facts &facts, std::vector<Grant> &made);

}  // namespace dislodge::identity

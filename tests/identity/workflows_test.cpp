#include "identity/workflows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "identity/ids.hpp"

namespace dislodge::identity {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr std::string_view kRole = "principal:aws/482913007654/role/ghdeploy";

Grant grant(std::string_view kind, std::string_view from, std::string_view to) {
  Grant one;
  one.kind = kind;
  one.from = from;
  one.to = to;
  one.id = grant_id(kind, from, to);
  one.evidence = std::string(kind) + ":line 1";
  return one;
}

std::set<std::string> takers(const Facts &facts) {
  std::vector<Grant> made;
  link_workflows(facts, made);
  std::set<std::string> all;
  for (const Grant &one : made) {
    EXPECT_EQ(one.kind, "workflow-takes");
    all.insert(one.from + " -> " + one.to);
  }
  return all;
}

TEST(Workflows, SubjectsNameARepository) {
  EXPECT_EQ(repository_of_subject("repo:Acme/Infra:ref:refs/heads/main"), "resource:github/acme/infra");
  EXPECT_EQ(repository_of_subject("repo:acme/*"), "resource:github/acme/*");
  EXPECT_EQ(repository_of_subject("*"), "resource:github/*");
  EXPECT_EQ(repository_of_subject("system:serviceaccount:prod:deployer"), "");
  EXPECT_EQ(repository_of_subject("repo:****/****"), "");
}

// By hand: dev and the deploy team may write to infra, the reader may not; site is another repository.
TEST(Workflows, WhoMayWriteTakesTheRole) {
  Facts facts;
  facts.grants = {grant("GH_AdminTo", "principal:github/dev", "resource:github/acme/infra"),
                  grant("GH_WriteRepoContents", "principal:github/team-deploy", "resource:github/acme/infra"),
                  grant("GH_ReadRepoContents", "principal:github/reader", "resource:github/acme/infra"),
                  grant("GH_AdminTo", "principal:github/web", "resource:github/acme/site"),
                  grant("workflow-trusted", "resource:github/acme/infra", kRole)};
  EXPECT_THAT(takers(facts), UnorderedElementsAre("principal:github/dev -> " + std::string(kRole),
                                                  "principal:github/team-deploy -> " + std::string(kRole)));
  facts.grants.back().from = "resource:github/acme/*";
  EXPECT_EQ(takers(facts).size(), 3u) << "a trust in every repository of the organisation";
  facts.grants.back().from = "resource:github/other/*";
  EXPECT_THAT(takers(facts), IsEmpty());
}

TEST(Workflows, FederatedCredentialsOfEntraAreTrustsToo) {
  Facts facts;
  facts.grants = {grant("GH_WriteRepoContents", "principal:github/dev", "resource:github/acme/infra")};
  Credential one;
  one.principal = "principal:entra/t/app";
  one.slot = "federated";
  one.name = "https://token.actions.githubusercontent.com repo:acme/infra:environment:prod";
  facts.credentials = {one};
  EXPECT_THAT(takers(facts), ElementsAre("principal:github/dev -> principal:entra/t/app"));
  facts.credentials[0].name = "https://oidc.example repo:acme/infra:environment:prod";
  EXPECT_THAT(takers(facts), IsEmpty());
}

}  // namespace
}  // namespace dislodge::identity

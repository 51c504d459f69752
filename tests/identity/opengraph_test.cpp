#include "identity/opengraph.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.hpp"

namespace dislodge::identity {
namespace {

using testing::HasSubstr;

const std::string kNodes = R"("nodes":[
 {"id":"O_kgDO1","kinds":["GH_Organization","GH_Base"],"properties":{"name":"northwind","login":"northwind"}},
 {"id":"U_kgDOB1","kinds":["GH_User","GH_Base"],"properties":{"name":"nw-bot","login":"NW-Bot","email":"bot@northwind.example","environment_name":"northwind"}},
 {"id":"R_kgDOK1","kinds":["GH_Repository","GH_Base"],"properties":{"name":"config","full_name":"Northwind/Config"}},
 {"id":"R_kgDOK2","kinds":["GH_Repository","GH_Base"],"properties":{"name":"notes","environment_name":"northwind"}},
 {"id":"R_kgDOK1_read","kinds":["GH_RepoRole"],"properties":{"name":"config/read"}},
 {"id":"DK_1","kinds":["GH_DeployKey"],"properties":{"title":"deploy","fingerprint":"SHA256:AbC+/d","created_at":"2024-02-12T10:31:07Z"}}])";
const std::string kEdges = R"("edges":[
 {"kind":"GH_HasRole","start":{"value":"U_kgDOB1"},"end":{"match_by":"id","value":"R_kgDOK1_read"}},
 {"kind":"GH_ReadRepoContents","start":{"value":"r_kgdok1_READ"},"end":{"value":"R_kgDOK1"},"properties":{"created_at":"2024-05-06T07:08:09Z"}},
 {"kind":"GH_CanAccess","start":{"value":"DK_1"},"end":{"value":"R_kgDOK1"},"properties":{"traversable":false}},
 {"kind":"GH_SyncedTo","start":{"match_by":"name","value":"ANN@NORTHWIND.EXAMPLE","kind":"AZUser"},"end":{"match_by":"name","value":"nw-bot"}},
 {"kind":"GH_New","start":{"match_by":"property","property_matchers":[{"key":"login","operator":"equals","value":"nw-bot"}]},"end":{"value":"unknown-node","kind":"GH_Team"}}])";

std::string graph(const std::string &inner) {
  return R"({"metadata":{"source_kind":"GH_Base"},"graph":{)" + inner + "}}";
}

TEST(OpenGraph, Recognises) {
  EXPECT_TRUE(opengraph::recognises_directory(graph(kNodes + "," + kEdges)));
  EXPECT_TRUE(opengraph::recognises_directory(R"({"graph":{"edges":[],"nodes":[]},"metadata":{}})"));
  for (const char *other : {"", "{}", R"({"graph":[]})", R"({"graph":{"a":1}})", R"({"data":[],"meta":{}})",
                            R"({"metadata":{}})", "<graph>"}) {
    EXPECT_FALSE(opengraph::recognises_directory(other)) << other;
  }
}

TEST(OpenGraph, NodesAndEdgesInAnyOrder) {
  for (const std::string &text : {graph(kNodes + "," + kEdges), graph(kEdges + "," + kNodes)}) {
    KeepingSink sink;
    const Facts facts = read_text(text, sink);
    EXPECT_TRUE(sink.parts.empty());
    const Principal *user = find_principal(facts, "principal:github/u_kgdob1");
    ASSERT_NE(user, nullptr);
    EXPECT_EQ(user->kind, PrincipalKind::user);
    EXPECT_EQ(user->name, "NW-Bot");
    EXPECT_THAT(user->names, testing::IsSupersetOf({"nw-bot", "bot@northwind.example"}));
    EXPECT_EQ(find_principal(facts, "principal:github/o_kgdo1")->kind, PrincipalKind::tenant);
    EXPECT_EQ(find_principal(facts, "principal:github/r_kgdok1_read")->kind, PrincipalKind::role);
    ASSERT_EQ(facts.resources.size(), 2u);
    EXPECT_EQ(facts.resources[0].id, "resource:github/northwind/config");
    EXPECT_EQ(facts.resources[0].kind, "repository");
    EXPECT_EQ(facts.resources[1].id, "resource:github/northwind/notes");
    EXPECT_NE(find_grant(facts, "GH_HasRole", "principal:github/u_kgdob1", "principal:github/r_kgdok1_read"),
              nullptr);
    const Grant *read = find_grant(facts, "GH_ReadRepoContents", "principal:github/r_kgdok1_read",
                                   "resource:github/northwind/config");
    ASSERT_NE(read, nullptr);
    EXPECT_TRUE(read->start_known);
    EXPECT_NE(find_grant(facts, "GH_SyncedTo", "principal:entra/?name=ann@northwind.example",
                         "principal:github/u_kgdob1"),
              nullptr);
    EXPECT_NE(find_grant(facts, "GH_New", "principal:github/u_kgdob1", "principal:github/unknown-node"),
              nullptr);
  }
}

TEST(OpenGraph, AKeyIsAPrincipalWithItsCredential) {
  const Facts facts = read_text(graph(kNodes + "," + kEdges));
  const Principal *key = find_principal(facts, "principal:github/dk_1");
  ASSERT_NE(key, nullptr);
  EXPECT_EQ(key->kind, PrincipalKind::key);
  ASSERT_EQ(facts.credentials.size(), 1u);
  EXPECT_EQ(facts.credentials[0].principal, "principal:github/dk_1");
  EXPECT_EQ(facts.credentials[0].slot, "github-deploy-key");
  EXPECT_EQ(facts.credentials[0].thumbprint, "SHA256:AbC+/d");
  EXPECT_EQ(facts.credentials[0].valid.from, *base::parse_time("2024-02-12T10:31:07Z"));
}

TEST(OpenGraph, RealmsByKind) {
  const Facts facts = read_text(graph(R"("nodes":[
   {"id":"00u1","kinds":["Okta_User"],"properties":{"name":"a"}},
   {"id":"11111111-1111-4111-8111-111111111111","kinds":["AZUser","AZBase"],"properties":{"tenantid":"22222222-2222-4222-8222-222222222222","userprincipalname":"A@X.EXAMPLE"}},
   {"id":"S-1-5-21-1-2-3-1104","kinds":["User","Base"],"properties":{"samaccountname":"ann"}},
   {"id":"v1","kinds":["Vault_Secret"],"properties":null}],"edges":[{"kind":"MemberOf","start":"S-1-5-21-1-2-3-1104","end":{"value":"S-1-5-21-1-2-3-512"}}])"));
  EXPECT_NE(find_principal(facts, "principal:okta/00u1"), nullptr);
  EXPECT_NE(
      find_principal(
          facts, "principal:entra/22222222-2222-4222-8222-222222222222/11111111-1111-4111-8111-111111111111"),
      nullptr);
  EXPECT_NE(find_principal(facts, "principal:ad/s-1-5-21-1-2-3-1104"), nullptr);
  EXPECT_NE(find_principal(facts, "principal:vault/v1"), nullptr);
  EXPECT_NE(
      find_grant(facts, "MemberOf", "principal:ad/s-1-5-21-1-2-3-1104", "principal:ad/s-1-5-21-1-2-3-512"),
      nullptr);
}

TEST(OpenGraph, DamageIsListedAndTheRestRead) {
  KeepingSink sink;
  Facts facts = read_text(
      graph(
          R"("nodes":[{"id":"a","kinds":["GH_User"]},{"kinds":[]},{"id":"b","kinds":5},{"id":"c" "x"}],"edges":[{"kind":"K"},{"kind":"K","start":{"value":"a"},"end":{"value":"b"}}])"),
      sink);
  ASSERT_EQ(sink.parts.size(), 1u);
  EXPECT_THAT(sink.parts[0].reason, HasSubstr("3 nodes or edges damaged"));
  EXPECT_EQ(facts.grants.size(), 1u);
  const std::string whole = graph(kNodes + "," + kEdges);
  KeepingSink cut;
  facts = read_text(std::string_view(whole).substr(0, whole.find("GH_CanAccess")), cut);
  EXPECT_EQ(facts.grants.size(), 2u);
  ASSERT_EQ(cut.parts.size(), 1u);
  EXPECT_THAT(cut.parts[0].reason, HasSubstr("breaks off"));
}

}  // namespace
}  // namespace dislodge::identity

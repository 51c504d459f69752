#include "identity/file_named.hpp"

#include <gtest/gtest.h>

namespace dislodge::identity {
namespace {

TEST(FileNamed, TheRepositoryStandsInTheNameOrInTheFolders) {
  const std::pair<const char *, const char *> cases[] = {
      {"collaborators-shop.json", "?/shop"},
      {"shop_collaborators.json", "?/shop"},
      {"github/shop-deploy-keys.json.gz", "?/shop"},
      {"Collaborators-Pay.Roll-api-2024-01-15.json", "?/pay.roll-api"},
      {"github/collaborators-deploy-tool.json", "?/deploy-tool"},
      {"acme/shop/deploy-keys.json", "acme/shop"},
      {"github/Acme/Shop/collaborators.json", "acme/shop"},
      {"listings.zip!/acme/shop/keys.json", "acme/shop"},
      {"listings.zip!/shop/keys.json", "?/shop"},
      {"evidence/shop/members.json", "?/shop"},
      {"collaborators.json", ""},
      {"github/collaborators-1.json", ""},
      {"github/members_2.csv", ""},
      {"", ""}};
  for (const auto &[path, expected] : cases) EXPECT_EQ(repository_of_file(path), expected) << path;
}

TEST(FileNamed, IdsOfOktaAreWholeParts) {
  EXPECT_EQ(okta_id_of_file("okta/group-00gABCDEFGHIJKLMNOPQ-users.json", "00g"), "00gABCDEFGHIJKLMNOPQ");
  EXPECT_EQ(okta_id_of_file("groups/00gABCDEFGHIJKLMNOPQ/users.json", "00g"), "00gABCDEFGHIJKLMNOPQ");
  EXPECT_EQ(okta_id_of_file("okta/00gABC-users.json", "00g"), "");
  EXPECT_EQ(okta_id_of_file("okta/x00gABCDEFGHIJKLMNOPQ.json", "00g"), "");
  EXPECT_EQ(okta_id_of_file("okta/group-00gABCDEFGHIJKLMNOPQ.json", "00u"), "");
}

TEST(FileNamed, TheFileOfARowIsItsPlaceWithoutTheLine) {
  Row row;
  row.evidence = "a:line 3/b.json:line 12";
  EXPECT_EQ(file_of(row), "a:line 3/b.json");
}

}  // namespace
}  // namespace dislodge::identity

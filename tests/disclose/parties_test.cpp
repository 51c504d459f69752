#include "disclose/parties.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "disclose/notices.hpp"

namespace dislodge::disclose {
namespace {

using testing::HasSubstr;
using testing::Not;

base::Time at(std::string_view text) {
  return *base::parse_time(text);
}

struct World {
  std::vector<Correspondence> mail;
  std::vector<identity::SecretFact> secrets;
  std::vector<detect::Detection> detections;
  identity::Ourselves us;
  std::set<std::string, std::less<>> read = {"helen@northwind.example", "marcus@harborline.example"};
  std::map<std::string, std::string> masks = {{"secret:1", "Ha\u2026 (16)"}};

  World() {
    us.domains = {"northwind.example"};
    us.primary = "northwind.example";
    const auto message = [&](std::string id, std::string sent, std::vector<std::string> people, bool seen,
                             bool exposed = true) {
      mail.push_back({"m!/" + std::to_string(mail.size()), std::move(id), "resource:exchange/t/helen",
                      at(sent), std::move(people), exposed, seen});
    };
    message("1@x", "2025-05-20", {"marcus@harborline.example", "helen@northwind.example"}, true);
    message("1@x", "2025-05-20", {"marcus@harborline.example", "helen@northwind.example"},
            false);  // a copy in another mailbox
    message("2@x", "2025-06-20",
            {"helen@northwind.example", "Ilse@edi.harborline.example", "friend@gmail.com"}, false);
    message("3@x", "2025-07-20", {"someone@other.example"}, false, false);  // not exposed
    identity::SecretFact secret;
    secret.id = "secret:1";
    secret.kind = "password";
    secret.owner = "harborline.example";
    secret.owner_why = "the account svc@harborline.example stands beside it";
    secret.places = {{"exec.mbox!/1", 7, "resource:exchange/t/helen", "1@x", at("2025-05-20"), {}, {}, 0}};
    secrets.push_back(secret);
    identity::SecretFact ours = secret;
    ours.id = "secret:2";
    ours.owner = "northwind.example";
    secrets.push_back(ours);
    identity::SecretFact nobodys = secret;
    nobodys.id = "secret:3";
    nobodys.owner = "";
    secrets.push_back(nobodys);
    detect::Detection used;
    used.uses.push_back({"secret:1", "principal:entra/h/1", at("2025-10-24T02:03:04Z"), true, "ok"});
    detections.push_back(used);
  }
  std::vector<Party> parties() const { return parties_of({mail, secrets, detections, us, read, masks}); }
};

TEST(Parties, AreOrganisationsByRegistrableDomain) {
  const std::vector<Party> list = World().parties();
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0].organisation, "harborline.example");
  EXPECT_EQ(list[0].messages, 2u);
  EXPECT_EQ(list[0].messages_seen_accessed, 1u);
  EXPECT_THAT(list[0].domains, testing::ElementsAre("edi.harborline.example", "harborline.example"));
  EXPECT_THAT(list[0].people,
              testing::ElementsAre("ilse@edi.harborline.example", "marcus@harborline.example"));
  EXPECT_EQ(list[0].first, at("2025-05-20"));
  EXPECT_EQ(list[0].last, at("2025-06-20"));
  ASSERT_EQ(list[0].secrets.size(), 1u);
  EXPECT_EQ(list[0].secrets[0].mask, "Ha\u2026 (16)");
  EXPECT_THAT(list[0].secrets[0].places, testing::ElementsAre("exec.mbox!/1:line 7"));
  ASSERT_EQ(list[0].uses.size(), 1u);
  EXPECT_TRUE(list[0].uses[0].succeeded);
  EXPECT_THAT(list[0].to_do.front(), HasSubstr("held by the intruder"));
  EXPECT_THAT(list[0].channels_read, testing::ElementsAre("marcus@harborline.example"));
  // A person at a mail provider is a party; the provider is none.
  EXPECT_EQ(list[1].organisation, "friend@gmail.com");
  EXPECT_TRUE(list[1].free_mail);
}

TEST(Notices, SayKindPlaceAndMaskAndUseNoReadChannel) {
  const Party party = World().parties()[0];
  Sender sender{"Northwind Logistics",      "Grace Okafor", "+1 555 0100",
                "northwind.example/notice", "7F3K-22",      at("2025-12-01")};
  const auto notice = notice_for(party, sender, {at("2025-10-02"), base::kTimeMax});
  ASSERT_TRUE(notice) << notice.error().message;
  EXPECT_THAT(notice->text, HasSubstr("password Ha\u2026 (16)"));
  EXPECT_THAT(notice->text, HasSubstr("in exec.mbox!/1:line 7"));
  EXPECT_THAT(notice->text, HasSubstr("used, and it worked"));
  EXPECT_THAT(notice->text, HasSubstr("7F3K-22"));
  EXPECT_THAT(notice->text, HasSubstr("from 2025-10-02"));
  EXPECT_THAT(notice->text, HasSubstr("2 messages with you are among what they could read"));
  EXPECT_THAT(notice->text, Not(HasSubstr("marcus@")));
  EXPECT_THAT(notice->forbidden_channels, testing::ElementsAre("marcus@harborline.example"));
  EXPECT_THAT(notice->missing, testing::Contains(HasSubstr("out of band")));
  sender.contact_channel = "write to Marcus@Harborline.example";
  EXPECT_THAT(notice_for(party, sender, {}).error().message, HasSubstr("the intruder can read"));
  sender.contact_channel = " ";
  EXPECT_FALSE(notice_for(party, sender, {}));
}

}  // namespace
}  // namespace dislodge::disclose

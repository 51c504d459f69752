#include "disclose/package.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dislodge::disclose {
namespace {

using testing::HasSubstr;
using testing::Not;

base::Time at(std::string_view text) {
  return *base::parse_time(text);
}

struct Mail {
  std::vector<Correspondence> list;
  identity::Ourselves us;
  Party party;

  Mail() {
    us.domains = {"northwind.example"};
    us.primary = "northwind.example";
    party.organisation = "harborline.example";
    party.domains = {"harborline.example", "edi.harborline.example"};
    add("1@x", "2025-05-20", {"marcus@harborline.example", "helen@northwind.example"}, "Deploy key", true);
    add("1@x", "2025-05-20", {"marcus@harborline.example", "helen@northwind.example"}, "Deploy key", false);
    add("2@x", "2025-06-20", {"helen@northwind.example", "ilse@edi.harborline.example"}, "Re: invoice",
        false);
    add("3@x", "2025-06-21", {"helen@northwind.example", "ilse@harborline.example", "eve@other.example"},
        "Three parties", false);
    add("4@x", "2025-06-22", {"counsel@northwind.example", "ilse@harborline.example"}, "Privileged", false);
    list.back().resource = "counsel@northwind.example";
    add("5@x", "2025-06-23", {"helen@northwind.example", "eve@other.example"}, "Not theirs", false);
    PartySecret secret;
    secret.secret = "secret:1";
    secret.kind = "private-key";
    secret.mask = "RSA 2048";
    secret.places = {"m!/0!/2:line 1"};
    party.secrets.push_back(secret);
  }
  void add(std::string id, std::string sent, std::vector<std::string> people, std::string subject,
           bool seen) {
    list.push_back({"m!/" + std::to_string(list.size()), std::move(id), "helen@northwind.example", at(sent),
                    std::move(people), true, seen, std::move(subject)});
  }
  base::Result<Package> package(std::vector<std::string> by = {"Ana", "Ben"}) const {
    return package_for(party, list, us, {std::move(by), {"counsel@northwind.example"}});
  }
};

TEST(Package, HoldsOnlyWhatIsBetweenUsAndThem) {
  const auto package = Mail().package();
  ASSERT_TRUE(package) << package.error().message;
  EXPECT_EQ(package->messages, 2u);  // a copy in another mailbox is the same message
  EXPECT_THAT(package->manifest, HasSubstr("Deploy key"));
  EXPECT_THAT(package->manifest, Not(HasSubstr("Three parties")));
  EXPECT_THAT(package->manifest, Not(HasSubstr("Privileged")));
  EXPECT_THAT(package->manifest, Not(HasSubstr("other.example")));
  ASSERT_EQ(package->withheld.size(), 2u);
  EXPECT_EQ(package->withheld[0].messages, 1u);
  EXPECT_THAT(package->withheld[0].why, HasSubstr("other parties"));
  EXPECT_THAT(package->withheld[1].why, HasSubstr("a person must look"));
}

TEST(Package, SaysGradeAndKindOfSecretPerMessage) {
  const auto package = Mail().package();
  EXPECT_THAT(package->manifest,
              HasSubstr(R"("subject":"Deploy key","grade":"confirmed","secrets":["private-key"])"));
  EXPECT_THAT(package->manifest, HasSubstr(R"("subject":"Re: invoice","grade":"possible","secrets":[])"));
}

TEST(Package, NeedsTwoDifferentPeople) {
  for (const auto &by : std::vector<std::vector<std::string>>{
           {}, {"Ana"}, {"Ana", " ana "}, {"Ana", ""}, {"Ann Lee", "ann  LEE"}}) {
    const auto package = Mail().package(by);
    ASSERT_FALSE(package);
    EXPECT_THAT(package.error().message, HasSubstr("two different people"));
  }
}

TEST(Package, ListsWhatBecameOfEachMessagesContent) {
  Mail mail;
  PackageOptions options;
  options.released_by = {"Ana", "Ben"};
  options.held_custodians = {"counsel@northwind.example"};
  auto selection = select_messages(mail.party, mail.list, mail.us, options);
  ASSERT_TRUE(selection);
  ASSERT_EQ(selection->rows.size(), 2u);
  EXPECT_EQ(selection->rows[0].copies.size(), 2u);  // of which either may be given
  selection->rows[0].content = Content{"ab12", "message/rfc822", 99, "", ""};
  selection->rows[1].content = Content{"", "", 0, "others are named in its text", "cd34"};
  const Package package = package_of(*selection, mail.party, mail.us, options);
  EXPECT_EQ(package.given, 1u);
  EXPECT_THAT(package.manifest,
              HasSubstr(R"("n":1,"content":"given","media_type":"message/rfc822","bytes":99)"));
  EXPECT_THAT(package.manifest, HasSubstr(R"("n":2,"content":"withheld","why":"others are named)"));
  EXPECT_THAT(package.manifest, HasSubstr(R"("commitment":"cd34")"));
  const auto listed = contents_of(package.manifest);
  ASSERT_TRUE(listed);
  ASSERT_EQ(listed->size(), 1u);
  EXPECT_EQ(listed->at(1).sha256, "ab12");
  EXPECT_EQ(listed->at(1).message_id, "1@x");
}

TEST(Package, ContentIsHeldBackForOthersForStrangersSecretsAndForWhatCouldNotBeRead) {
  const Mail mail;
  const auto why = [&](std::vector<std::string> others, bool unread, std::set<std::string> owners) {
    std::set<std::string> not_given;
    for (const std::string &owner : owners)
      if (std::string reason = why_not_given(owner, mail.party, mail.us, {"partner.example"});
          !reason.empty())
        not_given.insert(std::move(reason));
    return held_back(others, unread, not_given);
  };
  EXPECT_EQ(why({}, false, {"harborline.example", "northwind.example"}), "");
  EXPECT_EQ(why({}, false, {"partner.example"}), "");  // somebody knows that they are one organisation
  EXPECT_THAT(why({"other.example"}, false, {}), HasSubstr("others are named"));
  EXPECT_THAT(why({}, false, {"other.example"}), HasSubstr("somebody else"));
  EXPECT_THAT(why({}, false, {""}), HasSubstr("nobody knows whose"));
  EXPECT_THAT(why({}, true, {}), HasSubstr("could not be read"));
}

TEST(Package, APersonAtAMailProviderGetsNobodyElsesMail) {
  Mail mail;
  mail.party.organisation = "jo@gmail.com";
  mail.party.domains = {"gmail.com"};
  mail.party.free_mail = true;
  mail.party.secrets.clear();
  mail.add("6@x", "2025-07-01", {"jo@gmail.com", "helen@northwind.example"}, "Mine", false);
  mail.add("7@x", "2025-07-02", {"max@gmail.com", "helen@northwind.example"}, "Of another customer", false);
  const auto package = mail.package();
  ASSERT_TRUE(package) << package.error().message;
  EXPECT_EQ(package->messages, 1u);
  EXPECT_THAT(package->manifest, Not(HasSubstr("Of another customer")));
}

TEST(Package, WhatAPersonSaysIsOneOrganisationIsGivenTogether) {
  Mail mail;
  mail.add("8@x", "2025-07-03", {"ops@hl-logistics.example", "helen@northwind.example"}, "From the depot",
           false);
  PackageOptions options;
  options.released_by = {"Ana", "Ben"};
  options.also = {"hl-logistics.example"};
  EXPECT_FALSE(package_for(mail.party, mail.list, mail.us, options));  // nobody confirmed it
  options.also_confirmed_by = "C. Finch";
  const auto package = package_for(mail.party, mail.list, mail.us, options);
  ASSERT_TRUE(package) << package.error().message;
  EXPECT_THAT(package->manifest, HasSubstr("From the depot"));
  EXPECT_THAT(package->manifest, HasSubstr(R"("also_confirmed_by":"C. Finch")"));
}

TEST(Reconcile, TheReceiverSeesHeldMissingAndExtra) {
  const auto package = Mail().package();
  std::vector<Correspondence> theirs;
  const auto mail = [&](std::string id, std::string sent) {
    theirs.push_back({"t!/1",
                      std::move(id),
                      "",
                      at(sent),
                      {"helen@northwind.example", "ilse@harborline.example"},
                      true,
                      false,
                      ""});
  };
  mail("1@x", "2025-05-20");
  mail("9@x", "2025-06-01");  // within the span, not listed
  mail("8@x", "2026-06-01");  // outside it
  const auto result = reconcile(package->manifest, theirs);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->from, "northwind.example");
  EXPECT_EQ(result->listed, 2u);
  EXPECT_EQ(result->held, 1u);
  EXPECT_THAT(result->missing, testing::ElementsAre("2@x"));
  EXPECT_THAT(result->with_secrets, testing::ElementsAre("1@x"));
  EXPECT_EQ(result->extra, 1u);
}

TEST(Reconcile, WhatIsNoManifestIsNamedByLine) {
  EXPECT_THAT(reconcile("", {}).error().message, HasSubstr("empty"));
  EXPECT_THAT(reconcile("{\"a\":1}\n", {}).error().message, HasSubstr("line 1"));
  EXPECT_THAT(reconcile("\n{oops\n", {}).error().message, HasSubstr("line 2: is no JSON"));
  EXPECT_THAT(
      reconcile("{\"kind\":\"dislodge-manifest\",\"from\":\"a.example\"}\n{\"x\":1}\n", {}).error().message,
      HasSubstr("line 2: has no message_id"));
}

}  // namespace
}  // namespace dislodge::disclose

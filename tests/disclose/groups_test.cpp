#include "disclose/groups.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dislodge::disclose {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

struct Mail {
  std::vector<Correspondence> list;
  identity::Ourselves us;
  std::vector<Party> parties;

  Mail() {
    us.domains = {"northwind.example"};
    us.primary = "northwind.example";
  }
  void party(std::string organisation) {
    Party one;
    one.organisation = organisation;
    one.domains = {organisation};
    parties.push_back(std::move(one));
  }
  void from(std::string author, std::vector<std::string> affiliations) {
    Correspondence one;
    one.people = {std::move(author), "helen@northwind.example"};
    one.affiliations = std::move(affiliations);
    list.push_back(std::move(one));
  }
  const Party &grouped(std::size_t index) {
    propose_groups(list, us, parties);
    return parties[index];
  }
};

TEST(Groups, TwoDomainsWhosePeopleSignAsOneCompanyAreProposed) {
  Mail mail;
  mail.party("harborline.example");
  mail.party("hl-logistics.example");
  mail.from("ilse@harborline.example", {"signature:Harborline Logistics, Ltd."});
  mail.from("marcus@harborline.example", {"signature:HARBORLINE LOGISTICS LTD"});
  mail.from("ops@hl-logistics.example", {"certificate:Harborline Logistics Ltd"});
  const Party &party = mail.grouped(0);
  ASSERT_THAT(party.groups, SizeIs(1));
  EXPECT_EQ(party.groups[0].organisation, "hl-logistics.example");
  EXPECT_EQ(party.groups[0].margin, 1.0);
  EXPECT_THAT(party.groups[0].why, HasSubstr("signatures of 2 people"));
  EXPECT_THAT(party.groups[0].why, HasSubstr("certificates of 1 person"));
  ASSERT_THAT(mail.parties[1].groups, SizeIs(1));
  // A proposal changes nothing of what the party is.
  EXPECT_THAT(mail.parties[0].domains, testing::ElementsAre("harborline.example"));
}

TEST(Groups, OnePersonsSignatureIsTooLittle) {
  Mail mail;
  mail.party("harborline.example");
  mail.party("evil.example");
  for (int i = 0; i < 100; ++i) mail.from("eve@evil.example", {"signature:Harborline Logistics Ltd"});
  mail.from("ilse@harborline.example", {"signature:Harborline Logistics Ltd"});
  mail.from("marcus@harborline.example", {"signature:Harborline Logistics Ltd"});
  EXPECT_THAT(mail.grouped(0).groups, SizeIs(0));
}

TEST(Groups, ASplitVoteLeadsNowhere) {
  Mail mail;
  mail.party("shared-office.example");
  mail.party("alder.example");
  mail.from("a@shared-office.example", {"signature:Alder Ltd"});
  mail.from("b@shared-office.example", {"signature:Alder Ltd"});
  mail.from("c@shared-office.example", {"signature:Birch Ltd"});
  mail.from("d@shared-office.example", {"signature:Birch Ltd"});
  mail.from("x@alder.example", {"signature:Alder Ltd"});
  mail.from("y@alder.example", {"signature:Alder Ltd"});
  EXPECT_THAT(mail.grouped(1).groups, SizeIs(0));
}

TEST(Groups, TheSiteUnderTheirNamesJoinsItsDomain) {
  Mail mail;
  mail.party("harborline.example");
  mail.party("hl-mail.example");
  mail.from("a@hl-mail.example", {"site:harborline.example"});
  mail.from("b@hl-mail.example", {"site:www.harborline.example"});
  const Party &party = mail.grouped(1);
  ASSERT_THAT(party.groups, SizeIs(1));
  EXPECT_EQ(party.groups[0].organisation, "harborline.example");
  EXPECT_THAT(party.groups[0].why, HasSubstr("sites of 2 people"));
}

TEST(Groups, PersonsAtMailProvidersAndOurOwnPeopleDoNotVote) {
  Mail mail;
  mail.party("harborline.example");
  mail.party("someone@gmail.com");
  mail.parties[1].free_mail = true;
  mail.from("someone@gmail.com", {"certificate:Harborline Ltd"});
  mail.from("helen@northwind.example", {"certificate:Harborline Ltd"});
  mail.from("ilse@harborline.example", {"certificate:Harborline Ltd"});
  EXPECT_THAT(mail.grouped(0).groups, SizeIs(0));
}

}  // namespace
}  // namespace dislodge::disclose

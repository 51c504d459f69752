// Whose a password is, as the sentence says.
#include "secret/said_owner.hpp"

#include <gtest/gtest.h>

#include "tests_support.hpp"

namespace dislodge::secret {
namespace {

std::string owner_in(const std::string &text) {
  const auto found = test::scan(text);
  for (const Found &one : found)
    if (one.sighting.kind == "password") return test::hint_of(one, HintKind::user);
  return "nothing found";
}

TEST(SaidOwner, PronounsStandForThoseOnTheMessage) {
  EXPECT_EQ(owner_in("Hi Clara,\n\nyour new password is Qa1#marsVeno\n\nIT"), kTheRecipient);
  EXPECT_EQ(owner_in("Hallo Ines,\n\ndein neues Kennwort lautet Qh8#marsVeno\n\nIT"), kTheRecipient);
  EXPECT_EQ(owner_in("For your own account the new password is Ql2#marsVeno"), kTheRecipient);
  EXPECT_EQ(owner_in("I cannot log in. My password is Qc3#marsVeno, can you check?"), kTheAuthor);
  EXPECT_EQ(owner_in("While I am away you can use my account, the password is Qe5#marsVeno."), kTheAuthor);
}

TEST(SaidOwner, NamesRightBeforeTheWord) {
  EXPECT_EQ(owner_in("I have reset Boris Lund's password to Qb2#marsVeno, please tell him."), "Boris Lund");
  EXPECT_EQ(owner_in("For SAP use svc-sap, password: Qd4#marsVeno"), "svc-sap");
  EXPECT_EQ(owner_in("please set up the new phone: William Stone, password Qg7#marsVeno"), "William Stone");
}

TEST(SaidOwner, WhatIsNoPersonsHasNone) {
  EXPECT_EQ(owner_in("the guest wifi password is Qi9#marsVeno"), "");
  EXPECT_EQ(owner_in("Your zip password is Qk1#marsVeno"), "");
  EXPECT_EQ(owner_in("your colleague's new password is Qk1#marsVeno"), "");
  EXPECT_EQ(owner_in("the password is Qk1#marsVeno"), "");
}

TEST(SaidOwner, ANameOnTheLineIsMeantBeforeAPronoun) {
  EXPECT_EQ(owner_in("your user: kmeyer, your password: Qk1#marsVeno"), "kmeyer");
}

}  // namespace
}  // namespace dislodge::secret

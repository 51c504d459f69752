#include "engine/given_message.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encode.hpp"
#include "base/hash.hpp"

namespace dislodge::engine {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

disclose::Sides sides() {
  disclose::Sides sides;
  sides.domains = {"us.example", "them.example"};
  sides.known = {"third.example"};
  return sides;
}

std::optional<GivenMessage> give(std::string_view message, const PartsSeen &parts,
                                 const std::vector<std::string> &values = {}) {
  return without_parts(message, false, parts, sides(), values, base::Limits());
}

PartSeen others() {
  PartSeen part;
  part.others = true;
  return part;
}

constexpr std::string_view kHead =
    "Received: from relay.third.example\nFrom: Ann <ann@us.example>\nTo: Kim <kim@them.example>\nBcc: "
    "lou@third.example\nDate: Wed, 1 Oct 2025 08:00:00 +0000\nMessage-ID: <1@us.example>\nReferences: "
    "<0@them.example>\n <x@third.example> <y@mail.gmail.com>\n";

TEST(GivenMessage, TheParagraphOfOthersGoesAndTheRestStays) {
  const auto given =
      give(std::string(kHead) +
               "Subject: offer\nContent-Type: text/plain; charset=iso-8859-1\n\nHallo K\xFCm,\n\nLou "
               "(lou@third.example) pays 40.\n\nYours is 30.\n",
           {{"1", others()}});
  ASSERT_TRUE(given);
  EXPECT_THAT(given->text,
              AllOf(HasSubstr("From: Ann <ann@us.example>\n"), HasSubstr("Subject: offer\n"),
                    HasSubstr("charset=utf-8"), HasSubstr("Hallo K\xC3\xBCm,"), HasSubstr("Yours is 30.")));
  EXPECT_THAT(given->text,
              AllOf(Not(HasSubstr("third.example")), Not(HasSubstr("Received")), Not(HasSubstr("Bcc"))));
  EXPECT_THAT(given->text, HasSubstr("References: <0@them.example> <y@mail.gmail.com>\n"));
  ASSERT_EQ(given->cuts.size(), 1u);
  EXPECT_EQ(given->cuts[0].part, "1");
  EXPECT_EQ(given->cuts[0].lines, 1u);
  EXPECT_EQ(given->cuts[0].sha256, base::to_hex(base::sha256("Lou (lou@third.example) pays 40.\n")));
}

TEST(GivenMessage, AnAttachmentGoesWholeOrNotAtAll) {
  const std::string message =
      std::string(kHead) +
      "Subject: lists\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"
      "Content-Type: text/plain\n\nthe lists\n--b\nContent-Type: text/csv; "
      "name=third.csv\n\nlou@third.example\n--b\nContent-Type: application/pdf; "
      "name=yours.pdf\nContent-Transfer-Encoding: base64\n\nJVBERi0x\n--b--\n";
  const auto given = give(message, {{"2", others()}});
  ASSERT_TRUE(given);
  EXPECT_THAT(given->text, AllOf(HasSubstr("the lists"), HasSubstr("JVBERi0x"), HasSubstr("yours.pdf")));
  EXPECT_THAT(given->text, AllOf(HasSubstr("[withheld: others are named here; a part of the type text/csv"),
                                 Not(HasSubstr("third"))));
  PartSeen unread;
  unread.closed = kPartUnread;
  const auto without = give(message, {{"2", others()}, {"3", unread}});
  ASSERT_TRUE(without);
  EXPECT_THAT(without->text, Not(HasSubstr("JVBERi0x")));
  EXPECT_EQ(without->cuts.size(), 2u);
}

TEST(GivenMessage, OfTwoFormsOfOneTextThePlainOneIsCutAndThePageGoes) {
  const auto given =
      give(std::string(kHead) +
               "Subject: x\nMIME-Version: 1.0\nContent-Type: multipart/alternative; "
               "boundary=b\n\n--b\nContent-Type: text/plain\n\nyes\n\nask lou@third.example\n--b\n"
               "Content-Type: text/html\n\n<p>yes<p>ask <a "
               "href='mailto:lou@third.example'>Lou</a>\n--b--\n",
           {{"1", others()}, {"2", others()}});
  ASSERT_TRUE(given);
  EXPECT_THAT(given->text, AllOf(HasSubstr("yes"), Not(HasSubstr("mailto")), Not(HasSubstr("<p>"))));
  // A page alone is given as its text.
  const auto page = give(std::string(kHead) +
                             "Subject: x\nContent-Type: text/html\n\n<p>yes</p><p>ask "
                             "lou@third.example</p><p>no</p>\n",
                         {{"1", others()}});
  ASSERT_TRUE(page);
  EXPECT_THAT(page->text, AllOf(HasSubstr("text/plain"), HasSubstr("yes"), Not(HasSubstr("lou@"))));
}

TEST(GivenMessage, ASubjectOfOthersIsNotTold) {
  const auto given =
      give(std::string(kHead) + "Subject: Fwd: mail of lou@third.example\n\nsee you on Monday\n", {});
  ASSERT_TRUE(given);
  EXPECT_THAT(given->text,
              AllOf(HasSubstr("Subject: [withheld: others are named here]"), HasSubstr("Monday")));
  EXPECT_EQ(given->cuts.at(0).part, "subject");
}

TEST(GivenMessage, AForwardedMessageOfOthersGoesAndOneOfTheTwoStays) {
  const auto message = [](std::string_view from) {
    return std::string(kHead) +
           "Subject: fwd\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"
           "Content-Type: text/plain\n\nsee below\n--b\nContent-Type: message/rfc822\n\nReceived: from "
           "x.y.example\n"
           "From: " +
           std::string(from) + "\nTo: ann@us.example\nSubject: inner\n\nforty\n--b--\n";
  };
  const auto theirs = give(message("kim@them.example"), {{"2", others()}});
  ASSERT_TRUE(theirs);
  EXPECT_THAT(theirs->text,
              AllOf(HasSubstr("message/rfc822"), HasSubstr("forty"), Not(HasSubstr("x.y.example"))));
  const auto not_theirs = give(message("lou@third.example"), {{"2", others()}});
  ASSERT_TRUE(not_theirs);
  EXPECT_THAT(not_theirs->text,
              AllOf(Not(HasSubstr("forty")), HasSubstr("[withheld: mail of others is quoted here")));
}

TEST(GivenMessage, ASecretOfOthersTakesItsParagraphAndIsNowhereInWhatIsGiven) {
  const std::string body = "Yours: A1\n\nTheir VPN\npassword: Tr0ub4dor&3\n\nBye\n";
  PartSeen part;
  const std::size_t at = body.find("Tr0ub4dor&3");
  part.secrets.push_back({at, at + 11, std::string(disclose::kSecretOfOthers)});
  const std::string head =
      std::string(kHead) + "Subject: access\nContent-Type: text/plain; charset=utf-8\n\n";
  const auto given = give(head + body, {{"1", part}}, {"Tr0ub4dor&3"});
  ASSERT_TRUE(given);
  EXPECT_THAT(given->text, AllOf(HasSubstr("Yours: A1"), HasSubstr("Bye"), Not(HasSubstr("VPN"))));
  // The same value once more, where nobody found it: then nothing is given.
  EXPECT_FALSE(give(head + body + "\nagain Tr0ub4dor&3\n", {{"1", part}}, {"Tr0ub4dor&3"}));
}

TEST(GivenMessage, NothingIsGivenWhereNothingIsLeftOrTheHeaderNamesOthers) {
  EXPECT_FALSE(give(std::string(kHead) + "Subject: x\n\nask lou@third.example\n", {{"1", others()}}));
  EXPECT_FALSE(give("From: ann@us.example\nTo: kim@them.example, lou@third.example\n\nhello\n", {}));
  PartSeen whole;
  whole.closed = kPartUnread;
  EXPECT_FALSE(give(std::string(kHead) + "Subject: x\n\nhello\n", {{"", whole}}));
}

}  // namespace
}  // namespace dislodge::engine

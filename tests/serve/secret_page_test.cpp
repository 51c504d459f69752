// What the page of a secret shows of the messages in which it lies.
#include "serve/secret_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dislodge::serve {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kDigits = "9ffc20e2cade8ed998f47ab7b538d57d";

// A password in the body of a message with this subject, from somebody of this name.
engine::Picture mailed(std::string subject, std::string name) {
  engine::Picture picture;
  identity::SecretFact secret;
  secret.id = "secret:" + std::string(kDigits);
  secret.kind = "password";
  picture.secrets = {secret};
  engine::StoredRecord record;
  record.id = 7;
  record.record.kind = evidence::RecordKind::message;
  record.record.item = "box.mbox!/1";
  record.record.subject = std::move(subject);
  record.record.people = {{evidence::PersonRole::from, std::move(name), "help@zen.example"}};
  picture.records = {record};
  engine::StoredSighting sighting;
  sighting.secret = kDigits;
  sighting.record = 7;
  sighting.sighting.item = "box.mbox!/1!/1";
  sighting.sighting.mask = "Bi\u2026 (8-15)";
  picture.sightings = {sighting};
  return picture;
}

std::string page(const engine::Picture &picture) {
  const auto json = secret_json(picture, "secret:" + std::string(kDigits), {});
  EXPECT_TRUE(json.has_value());
  return json.value_or("");
}

TEST(SecretPage, SubjectsAndNamesShowNoPassword) {
  EXPECT_THAT(page(mailed("Your new password: Birch#4471lane", "Zen Help")),
              Not(HasSubstr("Birch#4471lane")));
  EXPECT_THAT(page(mailed("key sk_live_4eC39HqLyjWDarjtT1zdp7Q2", "Zen Help")), Not(HasSubstr("4eC39")));
  EXPECT_THAT(page(mailed("as agreed", "PW Mosaic$73pearl")), Not(HasSubstr("Mosaic$73pearl")));
  const std::string plain = page(mailed("Re: invoice 2025-0117 for Q3", "Ben Ito"));
  EXPECT_THAT(plain, HasSubstr("Re: invoice 2025-0117 for Q3"));
  EXPECT_THAT(plain, HasSubstr("Ben Ito"));
}

TEST(SecretPage, ASubjectThatIsAScriptIsSeenForWhatItIs) {
  const std::string script = page(mailed("Re: <img src=x onerror=alert(1)><script>alert(2)</script>", "Ben"));
  for (const char *part : {"img src=x onerror=alert(1)", "script", "alert(2)"})
    EXPECT_THAT(script, HasSubstr(part));
  EXPECT_THAT(page(mailed("<b>Birch#4471lane</b> key=Mosaic$73pearl", "Ben")),
              AllOf(Not(HasSubstr("4471")), Not(HasSubstr("73pearl"))));
}

TEST(SecretPage, AHeadInWhichSomethingWasFoundIsNotShown) {
  engine::Picture picture = mailed("the code word is harbour", "Zen Help");
  EXPECT_THAT(page(picture), HasSubstr("harbour"));
  engine::StoredSighting head = picture.sightings[0];
  head.sighting.item = "box.mbox!/1";
  head.sighting.rejected = "too plain";
  picture.sightings.push_back(head);
  EXPECT_THAT(page(picture), Not(HasSubstr("harbour")));
  EXPECT_THAT(page(picture), HasSubstr("help@zen.example"));
}

}  // namespace
}  // namespace dislodge::serve

#include "mail/olm.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/time.hpp"
#include "collecting_sink.hpp"

namespace dislodge::mail {
namespace {

using evidence::PersonRole;
using test::CollectingSink;

constexpr std::string_view kPath =
    "mac.olm!/Accounts/ann@a.example/com.microsoft.__Messages/Inbox/VPN/message_00003.xml";
constexpr std::string_view kMail =
    R"(<?xml version="1.0" encoding="UTF-8"?><emails elementCount="1"><email xml:space="preserve">)"
    R"(<OPFMessageCopyBody xml:space="preserve">the key is Horse&amp;7
On Monday, Bob &lt;bob@b.example&gt; wrote:
&gt; which one?</OPFMessageCopyBody>)"
    R"(<OPFMessageCopyFromAddresses xml:space="preserve"><emailAddress xml:space="preserve" )"
    R"(OPFContactEmailAddressAddress="Ann@A.example" OPFContactEmailAddressName="Ann &quot;A&quot; Lee" )"
    R"(OPFContactEmailAddressType="0"></emailAddress></OPFMessageCopyFromAddresses>)"
    R"(<OPFMessageCopyHTMLBody xml:space="preserve">&lt;html&gt;&lt;body&gt;&lt;p&gt;the k&lt;b&gt;ey&lt;/b&gt; )"
    R"(is Horse&amp;amp;7&lt;/p&gt;&lt;/body&gt;&lt;/html&gt;</OPFMessageCopyHTMLBody>)"
    R"(<OPFMessageCopyMessageID xml:space="preserve">&lt;m1@a.example&gt;</OPFMessageCopyMessageID>)"
    R"(<OPFMessageCopyReferences xml:space="preserve">&lt;r1@a.example&gt; &lt;r2@a.example&gt;</OPFMessageCopyReferences>)"
    R"(<OPFMessageCopySentTime xml:space="preserve">2024-01-12T07:08:09</OPFMessageCopySentTime>)"
    R"(<OPFMessageCopySubject xml:space="preserve">Keys &amp; doors</OPFMessageCopySubject>)"
    R"(<OPFMessageCopyToAddresses xml:space="preserve"><emailAddress OPFContactEmailAddressAddress="bob@b.example" />)"
    R"(<emailAddress OPFContactEmailAddressAddress="eve@b.example" /></OPFMessageCopyToAddresses>)"
    R"(</email></emails>)";

CollectingSink read(std::string_view xml) {
  CollectingSink sink;
  EXPECT_TRUE(read_olm(test::item_of(kPath, xml), sink));
  return sink;
}

TEST(Olm, AMessageHasItsPeopleTimesIdsAndFolder) {
  ASSERT_TRUE(recognises_olm(kMail));
  const CollectingSink sink = read(kMail);
  ASSERT_EQ(sink.records.size(), 1u);
  const evidence::Record &record = sink.records[0];
  EXPECT_EQ(record.item, std::string(kPath) + "!/1");
  EXPECT_EQ(record.folder, "Inbox/VPN");
  EXPECT_EQ(record.subject, "Keys & doors");
  EXPECT_EQ(record.message_id, "m1@a.example");
  EXPECT_THAT(record.references, testing::ElementsAre("r1@a.example", "r2@a.example"));
  EXPECT_EQ(base::format_time(record.sent), "2024-01-12T07:08:09Z");
  ASSERT_EQ(record.people.size(), 3u);
  EXPECT_EQ(record.people[0].role, PersonRole::from);
  EXPECT_EQ(record.people[0].name, "Ann \"A\" Lee");
  EXPECT_EQ(record.people[0].address, "ann@a.example");
  EXPECT_EQ(record.people[2].role, PersonRole::to);
  EXPECT_EQ(record.people[2].address, "eve@b.example");
  EXPECT_TRUE(sink.unreads.empty());
}

TEST(Olm, BodiesAreTextWithTheirPlacesInTheMessage) {
  const CollectingSink sink = read(kMail);
  const std::string_view own = kMail.substr(kMail.find("<email "));
  std::size_t plain = 0, page = 0;
  for (const auto &text : sink.texts) {
    if (text.text.find("Horse&7") == std::string::npos) continue;
    EXPECT_EQ(text.within, 0u);
    const std::uint64_t at = text.offset_of("Horse");
    EXPECT_EQ(own.substr(at, 5), "Horse") << text.text;
    if (text.text.find("On Monday") != std::string::npos) {
      ++plain;
      EXPECT_EQ(text.depth_of("Horse"), 0u);
      EXPECT_EQ(text.depth_of("which one"), 1u);
    } else {
      ++page;
      EXPECT_NE(text.text.find("the key is"), std::string::npos);
    }
  }
  EXPECT_EQ(plain, 1u);
  EXPECT_EQ(page, 1u);
}

TEST(Olm, ABodyThatIsHtmlTwiceIsReadOnce) {
  std::string xml(R"(<emails><email >)");
  for (const char *field : {"Body", "HTMLBody"})
    xml += std::string("<OPFMessageCopy") + field +
           ">&lt;html&gt;&lt;p&gt;token abcd&lt;/p&gt;</OPFMessageCopy" + field + ">";
  xml += "</email></emails>";
  ASSERT_TRUE(recognises_olm(xml));
  const CollectingSink sink = read(xml);
  std::size_t seen = 0;
  for (const auto &text : sink.texts) seen += text.text.find("token abcd") != std::string::npos;
  EXPECT_EQ(seen, 2u);  // its source and what a reader sees
}

TEST(Olm, WhatIsCutIsReadAsFarAsItGoes) {
  for (std::size_t size = kMail.find("<email "); size < kMail.size(); size += 7) {
    const CollectingSink sink = read(kMail.substr(0, size));
    ASSERT_EQ(sink.unreads.size(), 1u) << size;
    EXPECT_EQ(sink.unreads[0].state, evidence::LedgerState::damaged);
    std::size_t bytes = 0;
    for (const auto &text : sink.texts) bytes += text.text.size();
    EXPECT_GT(bytes, 0u);
  }
  EXPECT_FALSE(recognises_olm("<emails><email><subject>other mail</subject></email></emails>"));
}

}  // namespace
}  // namespace dislodge::mail

#include "evidence/clixml.hpp"

#include "recording_sink.hpp"

namespace dislodge::evidence {
namespace {

const std::string kHead =
    "<Objs Version=\"1.1.0.1\" xmlns=\"http://schemas.microsoft.com/powershell/2004/04\">\r\n";

std::string wide(std::string_view text) {
  std::string out = "\xFF\xFE";
  for (const char c : text) out += c, out += '\0';
  return out;
}

RecordingSink read(const std::string &bytes, const base::Limits &limits = {}) {
  RecordingSink sink;
  sink.limits_ = limits;
  EXPECT_TRUE(is_clixml(bytes));
  EXPECT_TRUE(read_clixml(item_of("log.xml", bytes), sink).has_value());
  return sink;
}

std::string lines_of(const RecordingSink &sink) {
  return sink.bytes_of("log.xml!/objects.jsonl");
}

// Two records of the unified audit log as Windows PowerShell 5.1 writes them.
const std::string kRecords = kHead + R"(  <Obj RefId="0">
    <TN RefId="0">
      <T>Deserialized.Microsoft.Exchange.Data.ApplicationLogic.UnifiedAuditLogEvent</T>
      <T>System.Object</T>
    </TN>
    <ToString>UnifiedAuditLogEvent</ToString>
    <Props>
      <S N="RecordType">ExchangeItem</S>
      <DT N="CreationDate">2024-01-05T10:11:12Z</DT>
      <S N="UserIds">ann@brisk.example</S>
      <S N="AuditData">{"Operation":"MailItemsAccessed","Note":"a &amp; b &lt;c&gt;_x000D__x000A_"}</S>
      <I32 N="ResultIndex">1</I32>
      <B N="IsValid">true</B>
      <Nil N="ObjectState" />
      <Obj N="Level" RefId="1">
        <TNRef RefId="1" />
        <ToString>Medium</ToString>
        <I32>2</I32>
      </Obj>
      <Obj N="Folders" RefId="2">
        <TN RefId="2"><T>System.Collections.ArrayList</T></TN>
        <LST><S>Inbox</S><S>Sent _xD83D__xDE00_</S></LST>
      </Obj>
      <Obj N="More" RefId="3">
        <DCT>
          <En><S N="Key">department</S><S N="Value">legal</S></En>
          <En><S N="Key">seats</S><I64 N="Value">12</I64></En>
        </DCT>
      </Obj>
    </Props>
    <MS><S N="RunspaceId">5f2c</S></MS>
  </Obj>
  <Obj RefId="4">
    <TNRef RefId="0" />
    <Props><S N="RecordType">AzureActiveDirectory</S><I32 N="ResultIndex">2</I32></Props>
  </Obj>
</Objs>)";

const std::string kLines =
    R"({"RecordType":"ExchangeItem","CreationDate":"2024-01-05T10:11:12Z","UserIds":"ann@brisk.example",)"
    R"("AuditData":"{\"Operation\":\"MailItemsAccessed\",\"Note\":\"a & b <c>\r\n\"}","ResultIndex":1,)"
    R"("IsValid":true,"ObjectState":null,"Level":"Medium","Folders":["Inbox","Sent 😀"],)"
    R"("More":{"department":"legal","seats":12},"RunspaceId":"5f2c"})"
    "\n"
    R"({"RecordType":"AzureActiveDirectory","ResultIndex":2})"
    "\n";

TEST(Clixml, ObjectsBecomeLinesOfJson) {
  const RecordingSink sink = read(kRecords);
  EXPECT_EQ(lines_of(sink), kLines);
  EXPECT_TRUE(sink.unreads.empty());
}

TEST(Clixml, WindowsPowerShellWritesUtf16) {
  EXPECT_EQ(lines_of(read(wide(kRecords))), kLines);
}

TEST(Clixml, AListGivenWholeIsItsObjects) {
  const RecordingSink sink = read(kHead +
                                  "<Obj RefId=\"0\"><TN RefId=\"0\"><T>System.Object[]</T></TN><LST>"
                                  "<Obj RefId=\"1\"><MS><S N=\"Name\">ann</S></MS></Obj>"
                                  "<Obj RefId=\"2\"><MS><S N=\"Name\">bob</S></MS></Obj></LST></Obj></Objs>");
  EXPECT_EQ(lines_of(sink), "{\"Name\":\"ann\"}\n{\"Name\":\"bob\"}\n");
}

TEST(Clixml, WhatIsCutIsReadToItsLastWholeObject) {
  const std::size_t cut = kRecords.find("<S N=\"RecordType\">AzureActive");
  const RecordingSink sink = read(kRecords.substr(0, cut));
  EXPECT_EQ(lines_of(sink), kLines.substr(0, kLines.find('\n') + 1));
  ASSERT_EQ(sink.unreads.size(), 1u);
  EXPECT_EQ(sink.unreads[0].state, LedgerState::damaged);
  const std::size_t whole = kRecords.find("</Obj>\n  <Obj RefId=\"4\"") + 6;
  EXPECT_EQ(sink.unreads[0].bytes, cut - whole);
  const std::string wide_cut = wide(kRecords.substr(0, cut));
  EXPECT_EQ(read(wide_cut).unreads.at(0).bytes, 2 * (cut - whole));
}

// [MS-PSRP] 2.2.5.1.24: outside of Windows nothing seals them; on Windows DPAPI does.
TEST(Clixml, SecureStringsAreOpenWhereNothingSealedThem) {
  const std::string start =
      kHead +
      "<Obj RefId=\"0\"><TN RefId=\"0\"><T>System.Management.Automation.PSCredential</T>"
      "</TN><Props><S N=\"UserName\">svc</S><SS N=\"Password\">";
  const std::string end = "</SS></Props></Obj></Objs>";
  EXPECT_EQ(lines_of(read(start + "480069002100" + end)), "{\"UserName\":\"svc\",\"Password\":\"Hi!\"}\n");
  const RecordingSink sealed = read(start + "01000000d08c9ddf0115d1118c7a00c04fc297eb0100000018a6" + end);
  EXPECT_EQ(lines_of(sealed), "{\"UserName\":\"svc\",\"Password\":null}\n");
  ASSERT_EQ(sealed.unreads.size(), 1u);
  EXPECT_EQ(sealed.unreads[0].state, LedgerState::encrypted);
  EXPECT_NE(sealed.unreads[0].reason.find("\"Password\""), std::string::npos) << sealed.unreads[0].reason;
}

TEST(Clixml, NestedBeyondTheLimitIsToldAndTheRestRead) {
  std::string deep = kHead;
  for (unsigned i = 0; i < 1000; ++i) deep += "<Obj><Props><S N=\"A\">x</S><Obj N=\"B\"><Props>";
  for (unsigned i = 0; i < 1000; ++i) deep += "</Props></Obj></Props></Obj>";
  deep += "<Obj><MS><S N=\"Name\">last</S></MS></Obj></Objs>";
  const RecordingSink sink = read(deep);
  EXPECT_TRUE(lines_of(sink).ends_with("{\"Name\":\"last\"}\n"));
  ASSERT_EQ(sink.unreads.size(), 1u);
  EXPECT_EQ(sink.unreads[0].state, LedgerState::too_deep);
}

TEST(Clixml, MoreThanTheLimitIsToldToo) {
  base::Limits limits;
  limits.member_bytes_max = 40;
  const RecordingSink sink =
      read(kHead +
               "<Obj><MS><S N=\"Name\">ann</S></MS></Obj>"
               "<Obj><MS><S N=\"Name\">a name of very many letters</S></MS></Obj></Objs>",
           limits);
  EXPECT_EQ(lines_of(sink), "{\"Name\":\"ann\"}\n");
  ASSERT_EQ(sink.unreads.size(), 1u);
  EXPECT_EQ(sink.unreads[0].state, LedgerState::too_large);
}

TEST(Clixml, OtherXmlIsNot) {
  EXPECT_FALSE(is_clixml("<Objs></Objs>"));
  EXPECT_FALSE(is_clixml("<html><Objs xmlns=\"http://schemas.microsoft.com/powershell/2004/04\">"));
}

}  // namespace
}  // namespace dislodge::evidence

// Windows events as XML, as wevtutil, the Event Viewer and PowerShell write them.

#include "log/event_xml.hpp"

#include "log_testing.hpp"

namespace dislodge::log {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::string failed_logon(int record, std::string_view prefix = "", std::string_view user = "ann") {
  std::string text =
      "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
      "<Provider Name='Microsoft-Windows-Security-Auditing' Guid='{54849625-5478-4994-a5ba-3e3b0328c30d}'/>"
      "<EventID Qualifiers=\"0\">4625</EventID><Version>0</Version><Level>0</Level>"
      "<TimeCreated SystemTime='2024-01-12T07:08:09.1234567Z'/><EventRecordID>" +
      std::to_string(record) +
      "</EventRecordID><Correlation/><Channel>Security</Channel><Computer>dc1.x.example</Computer>"
      "<Security/></System><EventData><Data Name='SubjectUserName'>-</Data><Data Name='TargetUserName'>" +
      std::string(user) +
      "</Data><Data Name='TargetDomainName'>X</Data><Data Name='Status'>0xc000006d</Data>"
      "<Data Name='SubStatus'>0xc000006a</Data><Data Name='LogonType'>3</Data>"
      "<Data Name='IpAddress'>10.0.0.9</Data></EventData></Event>";
  if (prefix.empty()) return text;
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    out += text[i];
    if (text[i] == '<' && text[i + 1] == '/') out += text[++i];
    if (text[i] == '<' || (text[i] == '/' && text[i - 1] == '<')) out += prefix;
  }
  return out;
}

void expect_failed_logon(const ReadLog &log, std::size_t at) {
  const Event &event = log.table.events.at(at);
  EXPECT_EQ(event.source, Source::windows);
  EXPECT_EQ(event.time, base::parse_time("2024-01-12T07:08:09.123456Z"));
  EXPECT_EQ(event.outcome, Outcome::wrong_secret);
  EXPECT_EQ(log.text(at, &Event::actor_name), "x\\ann");
  EXPECT_EQ(log.text(at, &Event::address), "10.0.0.9");
  EXPECT_EQ(log.text(at, &Event::resource_name), "dc1.x.example");
}

TEST(EventXml, InTheShapesOfWevtutilTheViewerAndPowerShell) {
  const std::string shapes[] = {
      failed_logon(1) + failed_logon(2),                    // wevtutil qe Security /f:xml
      failed_logon(1) + "\r\n" + failed_logon(2) + "\r\n",  // ForEach-Object { $_.ToXml() }
      "<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\n<Events>" + failed_logon(1) +
          failed_logon(2) + "</Events>",
      "\xEF\xBB\xBF<!-- saved --><ns0:Events>" + failed_logon(1, "ns0:") + failed_logon(2, "ns0:") +
          "</ns0:Events>",
  };
  for (const std::string &text : shapes) {
    EXPECT_EQ(recognise(text), Source::windows) << text;
    const ReadLog log = read_text(text, {}, "security.xml");
    ASSERT_THAT(log.table.events, SizeIs(2)) << log.error << text;
    EXPECT_THAT(log.unread, IsEmpty());
    expect_failed_logon(log, 0);
    expect_failed_logon(log, 1);
    EXPECT_NE(log.text(0, &Event::native_id), log.text(1, &Event::native_id));
  }
}

TEST(EventXml, Utf16AsWindowsRedirectsIt) {
  std::string text = "\xFF\xFE";
  for (const char c : failed_logon(1)) {
    text += c;
    text += '\0';
  }
  const ReadLog log = read_text(text, {}, "security.xml");
  ASSERT_THAT(log.table.events, SizeIs(1)) << log.error;
  expect_failed_logon(log, 0);
}

TEST(EventXml, EntitiesAndSectionsAreText) {
  const ReadLog log =
      read_text(failed_logon(1, "", "a&amp;b&#x41;") + failed_logon(2, "", "<![CDATA[c<d]]>"), {}, "s.xml");
  ASSERT_THAT(log.table.events, SizeIs(2)) << log.error;
  EXPECT_EQ(log.text(0, &Event::actor_name), "x\\a&ba");
  EXPECT_EQ(log.text(1, &Event::actor_name), "x\\c<d");
}

TEST(EventXml, OfUserDataTheMembersAreTheFields) {
  const ReadLog log = read_text(
      "<Event><System><Provider Name='Microsoft-Windows-Eventlog'/><EventID>1102</EventID>"
      "<TimeCreated "
      "SystemTime='2024-01-12T07:08:09Z'/><Channel>Security</Channel><Computer>dc1</Computer></System>"
      "<UserData><LogFileCleared "
      "xmlns='http://manifests.microsoft.com/x'><SubjectUserName>mallory</SubjectUserName>"
      "<SubjectDomainName>X</SubjectDomainName></LogFileCleared></UserData></Event>",
      {}, "s.xml");
  ASSERT_THAT(log.table.events, SizeIs(1)) << log.error;
  EXPECT_EQ(log.text(0, &Event::actor_name), "x\\mallory");
}

TEST(EventXml, AnEventThatIsCutCostsItselfOnly) {
  const std::string whole = failed_logon(1);
  const ReadLog middle = read_text(whole + whole.substr(0, 300) + failed_logon(2), {}, "s.xml");
  EXPECT_THAT(middle.table.events, SizeIs(2));
  ASSERT_THAT(middle.unread, SizeIs(1));
  EXPECT_THAT(middle.unread[0].reason, testing::AnyOf(HasSubstr("cut off"), HasSubstr("damaged")));
  EXPECT_EQ(middle.unread[0].bytes, 300u);
  const ReadLog end = read_text(whole + whole.substr(0, 300), {}, "s.xml");
  EXPECT_THAT(end.table.events, SizeIs(1));
  ASSERT_THAT(end.unread, SizeIs(1));
  EXPECT_EQ(end.unread[0].bytes, 300u);
}

TEST(EventXml, OtherXmlIsNoLog) {
  EXPECT_FALSE(is_event_xml("<Event><Title>Garden party</Title></Event>"));
  EXPECT_FALSE(is_event_xml("<html><body>Event</body></html>"));
  EXPECT_FALSE(is_event_xml("<Events></Events>"));
  EXPECT_FALSE(is_event_xml(""));
}

// The same record in the log and in a timeline that was made of it is one event, and keeps what was found in
// it.
TEST(EventXml, ARecordAndWhatHayabusaAndChainsawFoundInItAreOneEvent) {
  ReadLog log = read_text(failed_logon(77), {}, "security.xml");
  const ReadLog hayabusa = read_text(
      R"x({"Timestamp":"2024-01-12 08:08:09.123 +01:00","RuleTitle":"Logon Failure (Wrong Password)","Level":"low","Computer":"dc1.x.example","Channel":"Sec","EventID":4625,"RecordID":77,"MitreTags":["T1110","T1110.003"],"Details":{
    "Type" : "3 - NETWORK", "TgtUser" : "ann", "SrcIP" : "10.0.0.9"}
})x",
      {}, "timeline.jsonl");
  const ReadLog chainsaw = read_text(
      R"([{"group":"Sigma","kind":"aggregate","name":"Guessing","timestamp":"2024-01-12T07:08:09.123+00:00","level":"high","tags":["attack.credential-access","attack.t1110"],"documents":[)"
      R"({"kind":"evtx","path":"a.evtx","data":{"Event":{"System":{"EventID":4625,"TimeCreated_attributes":{"SystemTime":"2024-01-12T07:08:09.123456Z"},"EventRecordID":77,"Channel":"Security","Computer":"dc1.x.example"},"EventData":{"TargetUserName":"ann"}}}},)"
      R"({"kind":"evtx","path":"a.evtx","data":{"Event":{"System":{"EventID":4625,"TimeCreated_attributes":{"SystemTime":"2024-01-12T07:08:10.123456Z"},"EventRecordID":78,"Channel":"Security","Computer":"dc1.x.example"},"EventData":{"TargetUserName":"bob"}}}}]}])",
      {}, "hunt.json");
  ASSERT_THAT(chainsaw.table.events, SizeIs(2)) << "every document of an aggregate";
  log.table.append(hayabusa.table);
  log.table.append(chainsaw.table);
  log.table.settle();
  ASSERT_THAT(log.table.events, SizeIs(2));
  EXPECT_EQ(log.table.files[log.table.events[0].file], "security.xml") << "the one that says most";
  EXPECT_THAT(log.table.extras_of(log.table.events[0], "found-rule"),
              testing::UnorderedElementsAre("Logon Failure (Wrong Password)", "Guessing"));
  EXPECT_THAT(log.table.extras_of(log.table.events[0], "found-technique"),
              testing::UnorderedElementsAre("T1110", "T1110.003", "T1110"));
}

}  // namespace
}  // namespace dislodge::log

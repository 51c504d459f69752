// Events of Windows as PowerShell's Get-WinEvent gives them.

#include "log_testing.hpp"

namespace dislodge::log {
namespace {

// PowerShell gives an event's data by place, which ConvertTo-Json may leave out, and in sentences.
TEST(WineventValues, ByPlaceAndInSentences) {
  const std::string head =
      R"({"Id":4625,"ProviderName":"Microsoft-Windows-Security-Auditing","LogName":"Security","MachineName":"DC01.corp.local","RecordId":7,"TimeCreated":"\/Date(1762300000000)\/",)";
  const std::string message =
      R"("Message":"An account failed to log on.\r\n\r\nSubject:\r\n\tSecurity ID:\t\tS-1-0-0\r\n\tAccount Name:\t\t-\r\n\r\nLogon Type:\t\t\t3\r\n\r\nAccount For Which Logon Failed:\r\n\tSecurity ID:\t\tS-1-0-0\r\n\tAccount Name:\t\tjana\r\n\tAccount Domain:\t\tCORP\r\n\r\nFailure Information:\r\n\tStatus:\t\t\t0xC000006D\r\n\tSub Status:\t\t0xC000006A\r\n\r\nNetwork Information:\r\n\tWorkstation Name:\tKALI\r\n\tSource Network Address:\t10.10.7.66\r\n\tSource Port:\t\t4000\r\n")";
  const std::string values =
      R"("Properties":[{"Value":{"BinaryLength":12,"Value":"S-1-0-0"}},{"Value":"-"},{"Value":"-"},{"Value":0},{"Value":"S-1-0-0"},{"Value":"jana"},{"Value":"CORP"},{"Value":-1073741715},{"Value":"%%2313"},{"Value":-1073741718},{"Value":3},{"Value":"NtLmSsp "},{"Value":"NTLM"},{"Value":"KALI"},{"Value":"-"},{"Value":"-"},{"Value":0},{"Value":0},{"Value":"-"},{"Value":"10.10.7.66"},{"Value":"4000"}])";
  const std::string too_deep =
      R"("Properties":["System.Diagnostics.Eventing.Reader.EventProperty","System.Diagnostics.Eventing.Reader.EventProperty"])";
  for (const std::string &rest : {values + "," + message, message, values, too_deep + "," + message}) {
    const ReadLog log = read_text(head + rest + "}");
    ASSERT_EQ(log.table.events.size(), 1u) << log.error << rest;
    EXPECT_EQ(log.table.events[0].source, Source::windows);
    EXPECT_EQ(log.text(0, &Event::actor_name), "corp\\jana") << rest;
    EXPECT_EQ(log.text(0, &Event::address), "10.10.7.66");
    EXPECT_EQ(log.table.events[0].outcome, Outcome::wrong_secret);
    EXPECT_EQ(log.extra(0, "workstation"), "KALI");
    EXPECT_EQ(log.text(0, &Event::client), "network");
    EXPECT_EQ(log.text(0, &Event::native_id), "dc01.corp.local/security/7");
  }
  // In another language, and without its values, nothing says who it was: that must be told.
  const ReadLog nothing = read_text(
      head + too_deep + R"(,"Message":"Fehler beim Anmelden eines Kontos.\r\n\r\nKontoname:\t\tjana"})", {},
      "a.json");
  EXPECT_TRUE(nothing.table.events.empty());
  ASSERT_EQ(nothing.unread.size(), 1u);
  EXPECT_NE(nothing.unread[0].reason.find("wevtutil"), std::string::npos);
}

}  // namespace
}  // namespace dislodge::log

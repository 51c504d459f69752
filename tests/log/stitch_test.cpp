// What records of one log say only together.

#include "log/stitch.hpp"

#include "log_testing.hpp"

namespace dislodge::log {
namespace {

ReadLog settled(const std::string &text, const std::string &name) {
  ReadLog log = read_text(text, {}, name);
  log.table.settle();
  return log;
}

TEST(StitchHosts, SudoAndRootsToolsBelongToTheSessionOpenedLast) {
  const ReadLog log = settled(
      "2024-01-02T07:00:00Z web1 sshd[7]: Accepted publickey for ann from 203.0.113.9 port 6 ssh2: ED25519 "
      "SHA256:A\n"
      "2024-01-02T07:00:01Z web1 sshd[7]: pam_unix(sshd:session): session opened for user ann(uid=9) by "
      "(uid=0)\n"
      "2024-01-02T07:05:00Z web1 sudo:  ann : TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/bin/sh\n"
      "2024-01-02T07:06:00Z web1 useradd[9]: new user: name=eve, UID=0, GID=0, home=/root, shell=/bin/sh, "
      "from=/dev/pts/1\n"
      "2024-01-02T07:09:00Z web1 sshd[7]: pam_unix(sshd:session): session closed for user ann\n"
      "2024-01-02T09:00:00Z web1 sudo:  ann : TTY=pts/2 ; PWD=/ ; USER=root ; COMMAND=/bin/id\n",
      "auth.log");
  ASSERT_EQ(log.table.events.size(), 6u) << log.error;
  const auto session = log.table.events[0].session;
  ASSERT_NE(session, 0u);
  for (const std::size_t i : {1u, 2u, 3u, 4u}) EXPECT_EQ(log.table.events[i].session, session) << i;
  EXPECT_EQ(log.text(3, &Event::actor_name), "ann")
      << "useradd was run by whoever had taken root's rights there";
  EXPECT_EQ(log.text(3, &Event::target_name), "eve");
  EXPECT_EQ(log.table.extra(log.table.events[3], "uid"), "0");
  EXPECT_EQ(log.table.events[5].session, 0u) << "the session had ended";
}

TEST(StitchHosts, OfTwoOpenSessionsFromDifferentPlacesNeitherIsNamed) {
  const ReadLog log = settled(
      "2024-01-02T06:00:00Z web1 sshd[5]: Accepted password for bob from 203.0.113.1 port 6 ssh2\n"
      "2024-01-02T06:01:00Z web1 sshd[5]: pam_unix(sshd:session): session closed for user bob\n"
      "2024-01-02T07:00:00Z web1 sshd[7]: Accepted publickey for ann from 203.0.113.9 port 6 ssh2: ED25519 "
      "SHA256:A\n"
      "2024-01-02T07:01:00Z web1 sshd[8]: Accepted publickey for ann from 198.51.100.7 port 6 ssh2: ED25519 "
      "SHA256:A\n"
      "2024-01-02T07:05:00Z web1 sudo:  ann : TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/bin/sh\n",
      "auth.log");
  ASSERT_EQ(log.table.events.size(), 5u) << log.error;
  EXPECT_EQ(log.table.events[4].session, 0u);
}

TEST(NameActors, SalesforceCallsBearTheNameOfTheSignInsWithTheirId) {
  const ReadLog log = settled(
      "\"EVENT_TYPE\",\"TIMESTAMP_DERIVED\",\"ORGANIZATION_ID\",\"USER_ID_DERIVED\",\"USER_NAME\",\"LOGIN_"
      "STATUS\",\"ROWS_PROCESSED\"\n"
      "\"Login\",\"2024-01-02T07:00:00.000Z\",\"00D1\",\"005A\",\"ann@x.example\",\"LOGIN_NO_ERROR\",\"\"\n"
      "\"RestApi\",\"2024-01-02T07:01:00.000Z\",\"00D1\",\"005A\",\"\",\"\",\"40000\"\n",
      "events.csv");
  ASSERT_EQ(log.table.events.size(), 2u) << log.error;
  EXPECT_EQ(log.text(1, &Event::actor_name), "ann@x.example");
  EXPECT_EQ(log.table.extra(log.table.events[1], "rows"), "40000");
}

std::string windows(int id, int second, const std::string &more) {
  return "{\"EventID\":" + std::to_string(id) +
         ",\"Channel\":\"Security\",\"Computer\":\"dc1.brisk.local\",\"TimeCreated\":\"2024-01-02T07:00:0" +
         std::to_string(second) + "Z\"," + more + "}\n";
}

TEST(NameActors, OneIdentifierOfWindowsIsOneName) {
  const std::string sid = "S-1-5-21-1-2-3-500";
  const ReadLog log =
      settled(windows(4624, 1,
                      "\"LogonType\":3,\"TargetUserName\":\"Administrator\",\"TargetDomainName\":\"BRISK\","
                      "\"TargetUserSid\":\"" +
                          sid + "\"") +
                  windows(4624, 2,
                          "\"LogonType\":3,\"TargetUserName\":\"Administrator\",\"TargetDomainName\":\"brisk."
                          "local\",\"TargetUserSid\":\"" +
                              sid + "\"") +
                  windows(4625, 3,
                          "\"LogonType\":3,\"TargetUserName\":\"administrator\",\"TargetDomainName\":\"brisk."
                          "local\",\"TargetUserSid\":\"S-1-0-0\",\"Status\":\"0xc000006d\"") +
                  windows(4624, 4,
                          "\"LogonType\":3,\"TargetUserName\":\"ann\",\"TargetDomainName\":\"brisk.local\","
                          "\"TargetUserSid\":\"S-1-5-21-1-2-3-1105\""),
              "security.json");
  ASSERT_EQ(log.table.events.size(), 4u) << log.error;
  for (const std::size_t i : {0u, 1u, 2u})
    EXPECT_EQ(log.text(i, &Event::actor_name), "brisk\\administrator") << i;
  EXPECT_EQ(log.text(3, &Event::actor_name), "brisk.local\\ann");
}

// Kerberos' own records name no identifier.
TEST(NameActors, NamesWithoutAnIdentifierAreTheOneAccountOfThatDomain) {
  const ReadLog log = settled(
      windows(
          4624, 1,
          "\"LogonType\":3,\"TargetUserName\":\"user07\",\"TargetDomainName\":\"BRISK\",\"TargetUserSid\":"
          "\"S-1-5-21-1-2-3-1107\"") +
          windows(4769, 2,
                  "\"TargetUserName\":\"user07@BRISK.LOCAL\",\"TargetDomainName\":\"BRISK.LOCAL\","
                  "\"ServiceName\":"
                  "\"svc-00\",\"ServiceSid\":\"S-1-5-21-1-2-3-1200\",\"Status\":\"0x0\"") +
          windows(4769, 3,
                  "\"TargetUserName\":\"user08@BRISK.LOCAL\",\"ServiceName\":\"svc-00\",\"Status\":\"0x0\""),
      "security.json");
  ASSERT_EQ(log.table.events.size(), 3u) << log.error;
  EXPECT_EQ(log.text(1, &Event::actor_name), "brisk\\user07");
  EXPECT_EQ(log.text(1, &Event::target_name), "brisk.local\\svc-00");
  EXPECT_EQ(log.text(2, &Event::actor_name), "user08@brisk.local");
}

TEST(Windows, WhoIsPutIntoAGroupIsTheTarget) {
  const ReadLog log = settled(
      windows(4728, 1,
              "\"SubjectUserName\":\"eve\",\"SubjectDomainName\":\"BRISK\",\"TargetUserName\":\"Domain "
              "Admins\",\"TargetDomainName\":\"BRISK\",\"TargetSid\":\"S-1-5-21-1-2-3-512\",\"MemberName\":"
              "\"CN=help\\\\, desk,CN=Users,DC=brisk,DC=local\",\"MemberSid\":\"S-1-5-21-1-2-3-1200\"") +
          windows(4732, 2,
                  "\"SubjectUserName\":\"eve\",\"SubjectDomainName\":\"WS1\",\"TargetUserName\":"
                  "\"Administrators\",\"TargetDomainName\":\"Builtin\",\"TargetSid\":\"S-1-5-32-544\","
                  "\"MemberName\":\"-\",\"MemberSid\":\"S-1-5-20\""),
      "security.json");
  ASSERT_EQ(log.table.events.size(), 2u) << log.error;
  EXPECT_EQ(log.text(0, &Event::target_name), "brisk\\help, desk");
  EXPECT_EQ(log.text(0, &Event::target_id), "S-1-5-21-1-2-3-1200");
  EXPECT_EQ(log.table.extra(log.table.events[0], "group"), "Domain Admins");
  EXPECT_EQ(log.text(1, &Event::target_name), "network service");
}

}  // namespace
}  // namespace dislodge::log

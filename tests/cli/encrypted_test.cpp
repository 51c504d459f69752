// What is encrypted is listed as such, opens with a password that is supplied, and opens by itself when the
// password turns up elsewhere in the case.

#include <cctype>

#include "../evidence/archive_samples.hpp"
#include "base/encode.hpp"
#include "process.hpp"

namespace dislodge::cli_test {
namespace {

using testing::HasSubstr;
using testing::Not;

class EncryptedTest : public CaseTest {
 protected:
  void SetUp() override {
    CaseTest::SetUp();
    make_case();
    write(path("export/archive.zip"), *base::from_base64(evidence::samples::kAes256));
  }
  std::string ledger() const { return dislodge({"ledger", path("case"), "--json"}).out; }
  std::string secrets() const { return dislodge({"secrets", path("case"), "--json"}).out; }
};

TEST_F(EncryptedTest, OpensWithASuppliedPassword) {
  ASSERT_EQ(dislodge({"add", path("case"), path("export")}).code, 0);
  ASSERT_EQ(dislodge({"investigate", path("case")}).code, 0);
  EXPECT_THAT(ledger(), HasSubstr("\"state\":\"encrypted\""));
  EXPECT_THAT(secrets(), Not(HasSubstr("secret.txt")));
  write(path("passwords"), "wrong\nSommer2023\n");
  const Outcome again = dislodge({"investigate", path("case"), "--password-file", path("passwords")});
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_THAT(ledger(), Not(HasSubstr("\"state\":\"encrypted\"")));
  EXPECT_THAT(secrets(), HasSubstr("archive.zip!/secret.txt"));
  EXPECT_THAT(dump(), Not(HasSubstr("Sommer2023")));
  // It stays open: the password is kept in the case.
  const std::string before = dump();
  ASSERT_EQ(dislodge({"investigate", path("case")}).code, 0);
  EXPECT_EQ(dump(), before);
}

// A key of RSA of gpg's making, under the passphrase "Sommer2023", and a message to it.
constexpr std::string_view kSecretKey =
    "-----BEGIN PGP PRIVATE KEY BLOCK-----\n"
    "\n"
    "lQIGBGsNrxcBBADOKqw7UfpZtMsmH9QogyrZGRDB9NgXP15O0NWtWmJVwdVm0r+H\n"
    "rV/1/pjxYzS4UVEHIiaibFzxt9O7cLsnHz2hHuqLEUEGBCHJI8nYF9yr6Kf+/MKb\n"
    "Ye2KqEMam1z0gAXjbBgpxC8fjTvH+O8KhNDn7APywmJ/Cr1JQ4UghBJqJQARAQAB\n"
    "/gcDAh/fqATzESny/6RWZNVyEONpnQgWPYGicAu83bB+d1PrH/jK44T05wVvdGPI\n"
    "RpF1c3NL6b5V3U1U3OeVomX1NA9m1esPq6LF1Uqwweucw6ThDkPfvZpYc811G6sH\n"
    "ymo8XRd0+W7BoFIpK8PU/ELsF1bE2uNkmWjfuzAJF914DZ6a8BmZ0C62HYlFAaJq\n"
    "meo4s/E2VSd9BpItCCIvGDfyGHrLcrR8d6hgHTK3TaJukFzqtGV4Aim9I0iX49Xd\n"
    "DHaYqhKQNxO3GmY5D61Q2EAyugsSl+zrsLsZ+Vpg6SZ8jvMbjmJydBjXJTBbFBQt\n"
    "b7kK7jaQCElsw5HiETzt1lj4XqKEi+uaMyEJ4rbumJJ0/bxU0/VpaPAZwpkxVK9T\n"
    "IkLRy5OmgDFJeQ6x574bairKvOT+XjUSqsC5iHlkxjbpTWwyS8V5fcedVa1XnP0B\n"
    "89SXsurdZCmg7ioW7DHJlc+p6AcZcRcfd4c7FicqftzmF5Oh58U387a0DWRhbkB4\n"
    "LmV4YW1wbGWIzgQTAQoAOBYhBDvweA0fvHy6uVV5SC6wSx3UoFDjBQJrDa8XAhsP\n"
    "BQsJCAcCBhUKCQgLAgQWAgMBAh4BAheAAAoJEC6wSx3UoFDjZv4EAJpbkxaLgyQy\n"
    "hqBHVmHQCn2itCnSjdXid3QuKPW3HR1ZuNweivwJHEmsNpwvGBWgheccyfSyZRs6\n"
    "LOxZC63fsAXNl41bRS8zCoYhvpE1Qzk9zJmc0VXOM0Cb2kQxh4OCuIY5T+MBwAXs\n"
    "2wHDNVLRF6cuYrmlWOy+tW5F7tkjnyEs\n"
    "=CKex\n"
    "-----END PGP PRIVATE KEY BLOCK-----\n";
constexpr std::string_view kToThatKey =
    "-----BEGIN PGP MESSAGE-----\n"
    "\n"
    "hIwDLrBLHdSgUOMBA/0d4msR6N3P46PyfGxnu7TRo7wcaxaUBNn7IHR8Cd6CjsHK\n"
    "VB/44KRBLnM/xTcUZ323TGO3NUH/5a2DFkzHrfx1t+7G/FKIngc+V3icNDqG6yoA\n"
    "cYhHby2CVUup3AsAk6RmAWmkG0zC0kTHStfzreCM+DqtT8Gicg+5OahbpXdVx9J7\n"
    "Ab71zGW/s3AzzuPWk4+ukqfY0zMZVs5tGcdo3brj5lNKPkxnK6xrKPRKPX88Xj6p\n"
    "9p1K8AuoLSWtzb4U8+RxjQn5ruMq2808HgM71EgXdBUu04ZII2LNJoEsmmhiMgGE\n"
    "k5id52bIBn3aNtesTAQ70LNNBgcCMPeqJSYQ\n"
    "=1E+G\n"
    "-----END PGP MESSAGE-----\n";

// In the sandbox: what opens RSA wants a thread there.
TEST_F(EncryptedTest, MailToAnRsaKeyOpensWithTheKeyAndItsPassphrase) {
  write(path("export/pgp.eml"), "From: a@x.example\nSubject: p\n\n" + std::string(kToThatKey));
  write(path("export/plain.eml"), "From: a@x.example\nSubject: q\n\nhello\n");
  write(path("secret.asc"), std::string(kSecretKey));
  write(path("passwords"), "Sommer2023\n");
  ASSERT_EQ(dislodge({"add", path("case"), path("export")}).code, 0);
  ASSERT_EQ(dislodge({"investigate", path("case")}).code, 0);
  EXPECT_THAT(ledger(), HasSubstr("OpenPGP"));
  // The key alone does not open it, and says what is missing.
  ASSERT_EQ(dislodge({"investigate", path("case"), "--key", path("secret.asc")}).code, 0);
  EXPECT_THAT(ledger(), HasSubstr("supply the passphrase of the secret key"));
  // Only what waits is read again: the rest need not even be there.
  std::filesystem::remove(path("export/plain.eml"));
  ASSERT_EQ(dislodge({"investigate", path("case"), "--password-file", path("passwords")}).code, 0);
  EXPECT_THAT(ledger(), Not(HasSubstr("OpenPGP")));
  EXPECT_THAT(ledger(), Not(HasSubstr("crashed")));
  EXPECT_THAT(ledger(), Not(HasSubstr("not there any more")));
  EXPECT_THAT(secrets(), HasSubstr("stripe"));
}

TEST_F(EncryptedTest, OpensWithAPasswordThatIsFoundInTheCase) {
  ASSERT_EQ(dislodge({"add", path("case"), path("export")}).code, 0);
  ASSERT_EQ(dislodge({"investigate", path("case")}).code, 0);
  EXPECT_THAT(ledger(), HasSubstr("\"state\":\"encrypted\""));
  write(path("later/note.txt"), "Hi Anna,\n\nthe password for the archive is Sommer2023\n\nBest, Ben\n");
  ASSERT_EQ(dislodge({"add", path("case"), path("later")}).code, 0);
  ASSERT_EQ(dislodge({"investigate", path("case")}).code, 0);
  EXPECT_THAT(ledger(), Not(HasSubstr("\"state\":\"encrypted\"")));
  EXPECT_THAT(secrets(), HasSubstr("archive.zip!/secret.txt"));
}

// A mailbox of one message, as an mbox.
std::string mailbox(const std::string &date, const std::string &text, const std::string &attached = {}) {
  std::string id = date;
  std::erase_if(id, [](unsigned char c) { return std::isalnum(c) == 0; });
  std::string out =
      "From it@brisk.example Tue Mar 11 00:00:00 2025\nFrom: it@brisk.example\n"
      "To: alice@brisk.example\nSubject: archive\nDate: " +
      date + "\nMessage-ID: <" + id + "@brisk.example>\nMIME-Version: 1.0\n";
  if (attached.empty()) return out + "\n" + text + "\n";
  out += "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n" + text +
         "\n--b\nContent-Type: application/zip; name=a.zip\nContent-Disposition: attachment; filename=a.zip\n"
         "Content-Transfer-Encoding: base64\n\n";
  for (std::size_t at = 0; at < attached.size(); at += 76) out += attached.substr(at, 76) + "\n";
  return out + "--b--\n";
}

// Of the secret that lies in the archive, what reach says; empty where it is not within reach.
std::string reach_of_archived(const std::string &secrets, const std::string &reach) {
  for (const std::string &line : lines_of(secrets)) {
    if (line.find("a.mbox!/1!/2!/secret.txt") == std::string::npos) continue;
    const std::string mark = "\"fingerprint\":\"";
    const std::string id = "secret:" + line.substr(line.find(mark) + mark.size(), 32);
    for (const std::string &row : lines_of(reach))
      if (row.find("\"id\":\"" + id) != std::string::npos) return row;
  }
  return {};
}

TEST_F(EncryptedTest, WhatLiesInAnArchiveIsKnownOnceItsPasswordIs) {
  std::filesystem::create_directories(path("mail"));
  write(path("mail/a.mbox"),
        mailbox("Tue, 11 Mar 2025 00:00:00 +0000", "see attached", std::string(evidence::samples::kAes256)));
  write(path("mail/b.mbox"),
        mailbox("Fri, 21 Mar 2025 00:00:00 +0000", "the password for the archive is Sommer2023"));
  ASSERT_EQ(dislodge({"add", path("case"), path("mail"), "--custodian", "alice@brisk.example", "--exposed",
                      "2025-03-01T00:00:00Z.."})
                .code,
            0);
  ASSERT_EQ(dislodge({"investigate", path("case")}).code, 0);
  const std::string row = reach_of_archived(secrets(), dislodge({"reach", path("case"), "--json"}).out);
  EXPECT_THAT(row, HasSubstr("\"since\":\"2025-03-21T00:00:00Z\""));
  EXPECT_THAT(row, HasSubstr("is opened by its key"));
}

TEST_F(EncryptedTest, AMessageThatHoldsNothingButThePasswordOpensWhatItFollows) {
  write(path("a.mbox"), mailbox("Tue, 11 Mar 2025 00:00:00 +0000", "see attached, password follows",
                                std::string(evidence::samples::kAes256)) +
                            "\n" + mailbox("Thu, 13 Mar 2025 00:00:00 +0000", "Sommer2023"));
  ASSERT_EQ(dislodge({"add", path("case"), path("a.mbox"), "--custodian", "alice@brisk.example", "--exposed",
                      "2025-03-01T00:00:00Z.."})
                .code,
            0);
  ASSERT_EQ(dislodge({"investigate", path("case")}).code, 0);
  EXPECT_THAT(ledger(), Not(HasSubstr("\"state\":\"encrypted\"")));
  const std::string row = reach_of_archived(secrets(), dislodge({"reach", path("case"), "--json"}).out);
  EXPECT_THAT(row, HasSubstr("\"since\":\"2025-03-13T00:00:00Z\""));
}

TEST_F(EncryptedTest, AnArchiveWhosePasswordTheyNeverSawStaysClosedToThem) {
  write(path("a.mbox"),
        mailbox("Tue, 11 Mar 2025 00:00:00 +0000", "see attached", std::string(evidence::samples::kAes256)));
  write(path("b.mbox"),
        mailbox("Fri, 21 Mar 2025 00:00:00 +0000", "the password for the archive is Sommer2023"));
  ASSERT_EQ(dislodge({"add", path("case"), path("a.mbox"), "--custodian", "alice@brisk.example", "--exposed",
                      "2025-03-01T00:00:00Z.."})
                .code,
            0);
  ASSERT_EQ(
      dislodge({"add", path("case"), path("b.mbox"), "--custodian", "bob@brisk.example", "--exposed", "none"})
          .code,
      0);
  ASSERT_EQ(dislodge({"investigate", path("case")}).code, 0);
  EXPECT_THAT(secrets(), HasSubstr("a.mbox!/1!/2!/secret.txt"));
  EXPECT_EQ(reach_of_archived(secrets(), dislodge({"reach", path("case"), "--json"}).out), "");
}

TEST_F(EncryptedTest, AnExposureThatFitsNothingIsSaid) {
  write(path("exposure.csv"),
        "mailbox,from,until\nexport,2023-11-27,2024-01-13\nbob@example.org,,2024-01-13\n");
  const Outcome added =
      dislodge({"add", path("case"), path("export"), "--exposure-file", path("exposure.csv")});
  ASSERT_EQ(added.code, 0) << added.err;
  EXPECT_THAT(added.err, HasSubstr("exposure.csv:3: bob@example.org"));
  EXPECT_THAT(added.err, Not(HasSubstr("exposure.csv:2")));
  write(path("bad.csv"), "mailbox,from,until\nexport,yesterday,\n");
  const Outcome bad = dislodge({"add", path("case"), path("export"), "--exposure-file", path("bad.csv")});
  EXPECT_EQ(bad.code, 2);
  EXPECT_THAT(bad.err, HasSubstr("bad.csv:2"));
}

TEST_F(EncryptedTest, ScanTakesAPasswordFileToo) {
  const Outcome closed = run({"scan", path("export")});
  EXPECT_THAT(closed.err, HasSubstr("encrypted"));
  write(path("passwords"), "Sommer2023\n");
  const Outcome open = run({"scan", "--password-file", path("passwords"), path("export")});
  EXPECT_THAT(open.out, HasSubstr("archive.zip!/secret.txt"));
  EXPECT_THAT(open.err, Not(HasSubstr("encrypted")));
}

}  // namespace
}  // namespace dislodge::cli_test

#pragma once
// Drill kind legacy-app: a slow password spray gets an account of a forgotten test tenant; the account owns
// an old application that has rights over the corporate tenant; through it the intruder grants a new
// application access to every mailbox, reads three of them for a month, and tries what they find. (Microsoft,
// November 2023 to January 2024, in a fictional company.)
//
// The acts are fixed in order and vary by the seed in time, address, identifier and value. One file writes
// each class of evidence from this one story, so they agree:
//   legacy_app.cpp            the acts, the secrets, what follows from them
//   legacy_app_mail.cpp       the messages of the two mailboxes that are handed in
//   legacy_app_reading.cpp    what the intruder reads of them, and the mailboxes as files
//   legacy_app_repos.cpp      the two repositories
//   legacy_app_signins.cpp    sign-in logs of both tenants and of the customer
//   legacy_app_audit.cpp      unified audit logs of both tenants
//   legacy_app_directory.cpp  both directories and GitHub
//   legacy_app_answers.cpp    what follows from all of it

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "drill/answers.hpp"
#include "drill/directory_writers.hpp"
#include "drill/log_writers.hpp"
#include "drill/mail_habits.hpp"
#include "drill/organisation.hpp"
#include "drill/secret_maker.hpp"

namespace dislodge::drill {

// When what happened. Ends are exclusive.
struct Acts {
  base::Time logs_from, logs_until;
  base::Time spray_from, spray_until;
  base::Time success;         // the test account falls
  base::Time secret_added;    // on the legacy application
  base::Time legacy_sign_in;  // its service principal in the corporate tenant
  base::Time app_registered, app_certificate;
  base::Time user_created, user_sign_in, service_principal_made, consented;
  base::Time role_granted;
  base::Time reader_sign_in;  // the malicious service principal
  base::Time read_from, synced, throttled, read_until;
  base::Time deploy_tried, customer_used;
  base::Time gap_from, gap_until;            // in the test tenant's sign-in export
  base::Time admin_rotation, admin_consent;  // ordinary work that looks alike, before the intrusion
};

struct GithubNode {
  std::string login, id;
};

struct Mailbox {
  const Person *owner = nullptr;
  std::vector<Message> messages;
};

struct LegacyApp {
  std::uint64_t seed = 0;
  Size size = Size::small;
  Organisation company;
  Acts acts;
  Answers answers;

  Person planted_user;  // made by the intruder in the corporate tenant
  Application legacy, reader, billing, archive, travel, graph, exchange;
  std::string legacy_old_key, legacy_new_key, reader_key, billing_key, billing_next_key;
  std::string spray_agent, spray_app, spray_app_name;  // the fingerprint
  std::vector<std::string> hosted_ips;                 // from where the intruder works once in
  std::string aws_account;
  AwsKeyPair aws;
  SshKey deploy_key;
  CertifiedKey customer_key;
  GithubNode github_org, lab_scripts, platform_config, release_notes, website;
  GithubNode gh_legacytest, gh_labci, gh_releasebot, gh_owner, gh_developer, gh_deploy_key;

  Mailbox executive, security;
  std::string vault;                          // resource id of what the billing application may read
  std::string deleted_id;                     // read by the intruder, deleted before the export
  std::vector<std::string> counsel_ids;       // read in the mailbox that is not handed in
  std::vector<SignIn> corporate_sign_ins;     // the audit log tells the same ones
  std::map<std::string, base::Time> read_at;  // message → first access seen, any mailbox
  std::vector<MailAccess> reader_access;      // the intruder's, in time
  std::string synced_folder = "Security";

  std::string residential_ip(std::size_t number) const;  // of the spray: never the same twice
  std::string entra(const std::string &tenant, const std::string &object) const {
    return "principal:entra/" + tenant + "/" + object;
  }
  std::string corporate(const std::string &object) const { return entra(company.corporate.id, object); }
  std::string lab(const std::string &object) const { return entra(company.lab.id, object); }
  std::string mailbox(const Person &person) const {
    return "resource:exchange/" + company.corporate.id + "/" + person.mail;
  }
  std::string repository(const GithubNode &node) const;
  std::string github(const GithubNode &node) const;
  std::size_t scale() const;  // 1, 8, 64, 512
};

// The subject of what the counsel wrote to those whose mailboxes are held.
inline constexpr std::string_view kPrivileged = "Privileged and confidential: Harborline renewal";
void set_mailbox(MailAccess &access, const Person &owner);

LegacyApp make_legacy_app(std::uint64_t seed, Size size);
void write_mailboxes(LegacyApp &story);  // fills executive, security and the planted ids
void plan_reading(LegacyApp &story);     // what the intruder reads, and when
struct EvidenceFile {
  std::string path;  // below evidence/
  std::string bytes;
};
std::vector<EvidenceFile> mail_files(LegacyApp &story);
std::vector<EvidenceFile> repository_files(LegacyApp &story);
std::vector<EvidenceFile> signin_files(LegacyApp &story);
std::vector<EvidenceFile> audit_files(LegacyApp &story);
std::vector<EvidenceFile> directory_files(LegacyApp &story);
void settle_answers(LegacyApp &story);  // what follows once all evidence is written

// The declaration beside an export, TOML.
struct Declaration {
  std::string source, tenant, custodian, collected_by, query;
  base::Time collected_at, from, until;
  std::uint64_t expected_rows = 0;
  bool complete = true;
};
EvidenceFile declaration(const std::string &path, const Declaration &says);

base::Result<void> write_legacy_app(const DrillOptions &options);

}  // namespace dislodge::drill

#include "drill/legacy_app.hpp"

#include <algorithm>

#include "base/encode.hpp"
#include "base/files.hpp"

namespace dislodge::drill {
namespace {

using base::kDay;
using base::kHour;
using base::kMinute;
using base::kSecond;

Acts make_acts(std::uint64_t seed) {
  Random random(seed, "acts");
  Acts acts;
  acts.logs_from = base::time_of({2025, 9, 1});
  acts.logs_until = base::time_of({2025, 11, 10});
  const auto later = [&](base::Time from, std::int64_t low, std::int64_t high) {
    return from + random.between(low, high) * kSecond;
  };
  const auto night = [&](int month, int day) {
    return base::time_of({2025, month, day}, 1) + random.between(0, 4 * 3600 - 600) * kSecond;
  };
  acts.spray_from = night(9, 9);
  acts.spray_until = night(10, 19);
  acts.admin_rotation = base::time_of({2025, 9, 11}, 9, 14, static_cast<int>(random.below(60)));
  acts.admin_consent = base::time_of({2025, 9, 18}, 13, 40, static_cast<int>(random.below(60)));
  acts.success = night(10, 2);
  acts.secret_added = night(10, 6);
  acts.legacy_sign_in = later(acts.secret_added, 600, 1500);
  acts.app_registered = night(10, 7);
  acts.app_certificate = later(acts.app_registered, 60, 240);
  acts.user_created = later(acts.app_certificate, 600, 1200);
  acts.user_sign_in = later(acts.user_created, 240, 500);
  acts.service_principal_made = later(acts.user_sign_in, 60, 120);
  acts.consented = acts.service_principal_made + 2 * kSecond;
  acts.role_granted = later(acts.consented, 500, 900);
  acts.reader_sign_in = later(acts.role_granted, 900, 1500);
  acts.read_from = later(acts.reader_sign_in, 90, 200);
  acts.synced = night(10, 14);
  acts.throttled = night(10, 21);
  acts.deploy_tried = night(10, 22);
  acts.customer_used = night(10, 24);
  acts.read_until = night(11, 4);
  acts.gap_from = base::time_of({2025, 10, 12});
  acts.gap_until = base::time_of({2025, 10, 16});
  return acts;
}

void plant(Answers &answers, std::string name, std::string kind, std::string value,
           std::optional<std::string> owner, std::optional<std::string> principal,
           std::vector<std::string> companions = {}) {
  PlantedSecret one;
  one.name = std::move(name);
  one.kind = std::move(kind);
  one.value = std::move(value);
  one.owner = std::move(owner);
  one.principal = std::move(principal);
  one.companions = std::move(companions);
  // The rule of the plan: another's secret is theirs to rotate; ours needs a known principal, else its owner
  // is sought.
  const bool ours = !one.owner || *one.owner == "northwind.example" || *one.owner == "nwlab.example";
  one.obligation = !ours ? "party-must-rotate" : one.principal ? "rotate" : "find-owner-and-rotate";
  answers.secrets.push_back(std::move(one));
}

void make_secrets(LegacyApp &story) {
  Random random(story.seed, "secrets");
  Answers &answers = story.answers;
  const std::string ours = story.company.corporate.domain;
  const std::string theirs = story.company.customer.domain;
  plant(answers, "svc-deploy-password", "password", make_password(random), ours,
        story.corporate(story.company.person("svc-deploy").object_id), {"svc-deploy@" + ours});
  plant(answers, "harborline-integration-password", "password", make_password(random), theirs,
        story.entra(story.company.customer.id, story.company.customer_account.object_id),
        {story.company.customer_account.mail});
  answers.secret("harborline-integration-password").also = {"principal:account/" +
                                                            story.company.customer_account.mail};
  plant(answers, "cage-box-password", "password", make_password(random), std::nullopt, std::nullopt);
  plant(answers, "release-bot-token", "github-token", make_github_token(random), ours,
        story.github(story.gh_releasebot), {"nw-release-bot"});
  story.deploy_key = make_ssh_key(random, "platform-config deploy (read)");
  plant(answers, "platform-deploy-key", "ssh-private-key", story.deploy_key.private_key, ours,
        story.github(story.gh_deploy_key), {story.deploy_key.public_key});
  plant(answers, "dr-storage-key", "azure-storage-key", make_storage_account_key(random), ours,
        "principal:account/nwexamplebackup@blob.core.windows.net", {"nwexamplebackup"});
  plant(answers, "site-vpn-preshared-key", "pre-shared-key",
        cat({make_password(random), random.text(6, kBase62)}), ours, std::nullopt);
  std::string url_password = make_password(random);
  std::replace(url_password.begin(), url_password.end(), '%', '-');  // it would start an escape in a URL
  plant(answers, "erp-url-password", "url-password", url_password, ours,
        "principal:account/apireports@erp." + ours, {"apireports"});
  const std::string metrics_password = random.text(14, kBase62);
  plant(answers, "metrics-basic-auth", "basic-auth", base::to_base64("svc-metrics:" + metrics_password), ours,
        "principal:account/svc-metrics@metrics." + ours);
  plant(answers, "billing-database-password", "connection-string-password", make_password(random), ours,
        "principal:account/billing_app@nw-example-billing.database.windows.net", {"billing_app"});
  plant(answers, "ops-slack-bot-token", "slack-token", make_slack_bot_token(random), ours, std::nullopt);
  const std::string claims =
      R"({"iss":"https://portal.cascadia-cold.example/","sub":"northwind-integration",)"
      R"("aud":"orders","iat":1746090000,"exp":1935306000,"jti":")" +
      random.uuid() + "\"}";
  plant(answers, "cascadia-portal-jwt", "jwt", make_jwt(random, claims), "cascadia-cold.example",
        std::nullopt);
  story.customer_key = make_certified_key(random, "edi." + theirs, "Harborline Freight");
  plant(answers, "harborline-edi-private-key", "private-key", story.customer_key.private_key, theirs,
        std::nullopt, {story.customer_key.certificate});
  plant(answers, "kielcargo-sftp-password", "password", make_password(random), "kielcargo.example",
        "principal:account/northwind@sftp.kielcargo.example", {"northwind@sftp.kielcargo.example"});
  plant(answers, "sendgrid-key", "sendgrid-key", make_sendgrid_key(random), ours, std::nullopt);
  plant(answers, "portal-trace-bearer", "bearer-token", random.text(48, kBase62), ours, std::nullopt);
  story.aws_account = random.digits(12);
  story.aws = make_aws_key_pair(random, story.aws_account);
  plant(answers, "platform-aws-key", "aws-secret-access-key", story.aws.secret, ours,
        "principal:aws/" + story.aws_account + "/" + base::lower(story.aws.key_id), {story.aws.key_id});
  plant(answers, "billing-export-client-secret", "entra-client-secret", make_entra_client_secret(random),
        ours, story.corporate(story.billing.object_id), {story.billing.app_id});
  answers.secret("billing-export-client-secret").also = {story.corporate(story.billing.service_id)};
  plant(answers, "lab-ci-token", "github-token", make_github_token(random), ours,
        story.github(story.gh_labci), {"nw-labci"});
}

void make_decoys(LegacyApp &story) {
  Random random(story.seed, "decoys");
  const auto decoy = [&](std::string_view what, std::string value) {
    story.answers.decoys.push_back({std::string(what), std::move(value), {}});
  };
  decoy("AWS documentation example", "AKIAIOSFODNN7EXAMPLE");
  decoy("AWS documentation example", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
  decoy("masked", "********");
  decoy("placeholder", "<your-token>");
  decoy("placeholder", "${DB_PASSWORD}");
  decoy("placeholder", "changeme-before-use");
  decoy("read from the environment", "os.environ[\"NW_PASSWORD\"]");
  decoy("identifier", random.uuid());
  decoy("git object id", random.hex(40));
  decoy("SHA-256 of a file", random.hex(64));
  decoy("text of a user interface", "Forgot your password?");
  decoy("certificate request number", "REQ-" + random.digits(10));
  decoy("variables of a shell", "$GH_USER:$GH_TOKEN");
  decoy("placeholder", "#{BILLING_EXPORT_SECRET}#");
}

Application make_application(Random &random, std::string name, base::Time created) {
  Application made;
  made.name = std::move(name);
  made.app_id = random.uuid();
  made.object_id = random.uuid();
  made.service_id = random.uuid();
  made.home_service_id = random.uuid();
  made.created = created;
  return made;
}

std::string upper_digits(Random &random, std::size_t count) {
  return random.text(count, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
}

}  // namespace

std::size_t LegacyApp::scale() const {
  switch (size) {
    case Size::small:
      return 1;
    case Size::medium:
      return 8;
    case Size::large:
      return 64;
    case Size::huge:
      return 512;
  }
  return 1;
}

std::string LegacyApp::residential_ip(std::size_t number) const {
  // 100.64.0.0/10 has 2^22 addresses; an odd multiplier visits each once, the seed says where to begin.
  const std::uint32_t host = static_cast<std::uint32_t>((number * 2654435761u + seed * 40503u) & 0x3FFFFFu);
  return "100." + std::to_string(64 + (host >> 16)) + "." + std::to_string((host >> 8) & 255) + "." +
         std::to_string(host & 255);
}

std::string LegacyApp::repository(const GithubNode &node) const {
  return "resource:github/" + company.github + "/" + node.login;
}
std::string LegacyApp::github(const GithubNode &node) const {
  return "principal:github/" + base::lower(node.id);
}

LegacyApp make_legacy_app(std::uint64_t seed, Size size) {
  LegacyApp story;
  story.seed = seed;
  story.size = size;
  story.company = make_organisation(seed, size);
  story.acts = make_acts(seed);
  Random random(seed, "identifiers");
  const Acts &acts = story.acts;

  story.legacy = make_application(random, "Legacy Mail Migration", base::time_of({2019, 6, 3}, 10, 12, 31));
  story.reader = make_application(random, "Mail Sync Helper", acts.app_registered);
  story.billing = make_application(random, "Billing Export", base::time_of({2022, 2, 15}, 9, 41, 7));
  story.archive = make_application(random, "MailVault Archive", base::time_of({2023, 1, 20}, 14, 5, 52));
  story.travel = make_application(random, "Travel Desk", base::time_of({2024, 4, 9}, 8, 22, 40));
  story.graph = make_application(random, "Microsoft Graph", base::time_of({2017, 1, 9}, 8, 0, 0));
  story.graph.app_id = "00000003-0000-0000-c000-000000000000";
  story.exchange =
      make_application(random, "Office 365 Exchange Online", base::time_of({2017, 1, 9}, 8, 0, 0));
  story.exchange.app_id = "00000002-0000-0ff1-ce00-000000000000";
  for (std::string *key : {&story.legacy_old_key, &story.legacy_new_key, &story.reader_key,
                           &story.billing_key, &story.billing_next_key})
    *key = random.uuid();

  // An old browser at the command-line client of Azure AD: nobody in this company looks like that.
  story.spray_agent =
      cat({"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/",
           std::to_string(random.between(70, 84)), ".0.", random.digits(4), ".88 Safari/537.36"});
  story.spray_app = "1b730954-1685-4b74-9bfd-dac224a7b894";
  story.spray_app_name = "Azure Active Directory PowerShell";
  for (int i = 0; i < 4; ++i)
    story.hosted_ips.push_back("198.51.100." + std::to_string(60 + 40 * i + random.below(30)));

  story.planted_user.first = "Sync";
  story.planted_user.last = "Service";
  story.planted_user.mail = "sync.service@" + story.company.corporate.domain;
  story.planted_user.object_id = random.uuid();
  story.planted_user.created = acts.user_created;
  story.planted_user.password_changed = acts.user_created;
  story.planted_user.service = true;
  story.planted_user.agent = story.spray_agent;

  const auto node = [&](std::string login, std::string_view prefix) {
    return GithubNode{std::move(login), std::string(prefix) + upper_digits(random, 10)};
  };
  story.github_org = node(story.company.github, "O_kgDOC");
  story.lab_scripts = node("lab-scripts", "R_kgDOK");
  story.platform_config = node("platform-config", "R_kgDOK");
  story.release_notes = node("release-notes", "R_kgDOK");
  story.website = node("website", "R_kgDOK");
  story.gh_legacytest = node("nw-legacytest", "U_kgDOB");
  story.gh_labci = node("nw-labci", "U_kgDOB");
  story.gh_releasebot = node("nw-release-bot", "U_kgDOB");
  story.gh_owner = node("nw-gh-owner", "U_kgDOB");
  story.gh_developer = node("northcoder", "U_kgDOB");
  story.gh_deploy_key = node("platform-config deploy (read)", "DK_kwDOK");

  Answers &answers = story.answers;
  answers.kind = "legacy-app";
  answers.seed = seed;
  answers.size = name_of(size);
  answers.organisation = story.company.name;
  answers.domains = {story.company.corporate.domain, story.company.lab.domain};
  answers.first_access = acts.success;
  answers.first_seen = acts.spray_from;
  answers.logs_from = acts.logs_from;
  answers.logs_until = acts.logs_until;
  make_secrets(story);
  make_decoys(story);
  return story;
}

void set_mailbox(MailAccess &access, const Person &owner) {
  access.mailbox = owner.mail;
  access.mailbox_guid = owner.object_id.substr(0, 24) + "0b0e" + owner.object_id.substr(28);
  access.mailbox_sid = "S-1-5-21-1825954961-3338807533-2873504967-" +
                       std::to_string(4000000 + (owner.mail[0] * 977 + owner.mail[1]));
}

EvidenceFile declaration(const std::string &path, const Declaration &says) {
  const auto text = [](std::string_view value) { return "\"" + std::string(value) + "\"\n"; };
  std::string out = "[collection]\nsource = " + text(says.source) + "tenant = " + text(says.tenant) +
                    "custodian = " + text(says.custodian) + "collected_by = " + text(says.collected_by) +
                    "collected_at = " + base::format_time(says.collected_at) + "\n";
  if (says.from != base::Time{})
    out += "from = " + base::format_time(says.from) + "\nuntil = " + base::format_time(says.until) + "\n";
  out += "query = " + text(says.query) + "expected_rows = " + std::to_string(says.expected_rows) +
         "\ncomplete = " + (says.complete ? "true" : "false") + "\n";
  return {path + ".collection.toml", out};
}

base::Result<void> write_legacy_app(const DrillOptions &options) {
  LegacyApp story = make_legacy_app(options.seed, options.size);
  write_mailboxes(story);
  plan_reading(story);

  // From here on only bytes are made; every item that may hold a planted value is searched on the way.
  const auto write = [&](const std::vector<EvidenceFile> &files) -> base::Result<void> {
    for (const EvidenceFile &file : files) {
      const std::filesystem::path path = options.folder / "evidence" / file.path;
      DISLODGE_TRY(base::make_folders(path.parent_path()));
      DISLODGE_TRY(base::write_file(path, file.bytes));
    }
    return {};
  };
  DISLODGE_TRY(write(mail_files(story)));
  DISLODGE_TRY(write(repository_files(story)));
  DISLODGE_TRY(write(signin_files(story)));
  DISLODGE_TRY(write(audit_files(story)));
  DISLODGE_TRY(write(directory_files(story)));
  settle_answers(story);
  return base::write_file(options.folder / "answers.json", story.answers.to_json());
}

}  // namespace dislodge::drill

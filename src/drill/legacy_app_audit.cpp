// Unified audit logs: what the intruder changed in both tenants and what they read, in the noise of a working
// company. The test tenant's export holds directory changes only, so it cannot fill the gap in its sign-ins.

#include <algorithm>
#include <array>

#include "base/json_writer.hpp"
#include "drill/legacy_app.hpp"

namespace dislodge::drill {
namespace {

constexpr std::string_view kFullAccess = "dc890d15-9560-4a4c-9b7f-a736ec74ec40";

std::string in_quotes(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}
std::string listed(const std::vector<std::string> &values) {
  std::string out = "[";
  for (const std::string &value : values) out += (out.size() > 1 ? ",\r\n  \"" : "\r\n  \"") + value + "\"";
  return out + "\r\n]";
}
std::string key_text(const std::string &key, std::string_view type, std::string_view name) {
  return "[KeyIdentifier=" + key + ",KeyType=" + std::string(type) +
         ",KeyUsage=Verify,DisplayName=" + std::string(name) + "]";
}

class AuditLogs {
 public:
  explicit AuditLogs(LegacyApp &story)
      : story_(story), company_(story.company), acts_(story.acts), random_(story.seed, "audit") {}

  void write() {
    ordinary();
    ordinary_changes();
    logons();
    changes_by_intruder();
    for (const MailAccess &access : story_.reader_access) corporate.push_back(mail_access_record(access));
    // Pages of the search overlap: some rows come twice.
    const std::size_t count = corporate.size();
    for (std::size_t i = 0; i < count; ++i) {
      if (random_.chance(4)) corporate.push_back(corporate[i]);
    }
  }

  std::vector<AuditRecord> corporate, lab;

 private:
  DirectoryChange change(base::Time time, const std::string &tenant, std::string operation) {
    DirectoryChange one;
    one.time = time;
    one.id = random_.uuid();
    one.correlation = random_.uuid();
    one.tenant = tenant;
    one.operation = std::move(operation);
    one.agent =
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 "
        "Safari/537.36 Edg/140.0.0.0";
    return one;
  }
  static void by(DirectoryChange &one, const Person &person) {
    one.actor_id = person.object_id;
    one.actor_name = person.mail;
  }
  static void by(DirectoryChange &one, const Application &app) {
    one.actor_id = app.service_id;
    one.actor_name = app.name;
    one.actor_app_id = app.app_id;
  }
  static void to(DirectoryChange &one, std::string kind, const std::string &id, const std::string &name,
                 const std::string &app_id = "") {
    one.target_kind = std::move(kind);
    one.target_id = id;
    one.target_name = name;
    one.target_app_id = app_id;
  }

  base::Time working_time() {
    for (;;) {
      const base::Time day = acts_.logs_from + random_.between(0, 69) * base::kDay;
      if (base::weekday(base::date_of(day)) % 6 != 0 || random_.chance(10))
        return day + random_.between(6 * 3600, 18 * 3600) * base::kSecond;
    }
  }
  const Person &anyone() {
    for (;;) {
      const Person &one = random_.pick(company_.people);
      if (!one.service) return one;
    }
  }

  AuditRecord plain(const Person &person, int type, std::string operation, std::string_view workload,
                    const std::vector<std::pair<std::string, std::string>> &more) {
    AuditRecord one;
    one.time = working_time();
    one.id = random_.uuid();
    one.record_type = type;
    one.operation = std::move(operation);
    one.user = person.mail;
    base::JsonWriter json;
    json.object([&] {
      json.field("CreationTime", audit_time(one.time));
      json.field("Id", one.id);
      json.field("Operation", one.operation);
      json.field("OrganizationId", company_.corporate.id);
      json.field("RecordType", type);
      json.field("UserKey", "i:0h.f|membership|10032" + person.object_id.substr(0, 9) + "@live.example");
      json.field("UserType", 0);
      json.field("Version", 1);
      json.field("Workload", workload);
      const std::string &ip = random_.pick(company_.office_ips);
      // Exchange adds ports, and brackets around IPv6.
      json.field("ClientIP", type != 3 && type != 1
                                 ? ip
                                 : (ip.find(':') == std::string::npos ? ip : "[" + ip + "]") + ":" +
                                       std::to_string(random_.between(20000, 60000)));
      json.field("UserId", person.mail);
      for (const auto &[name, value] : more) json.field(name, value);
    });
    one.data = json.take();
    return one;
  }

  void ordinary() {
    static constexpr std::array<std::string_view, 8> kFiles = {
        "Volumes.xlsx", "Lane-costs.xlsx",     "Board-pack.pptx", "Dock-plan.docx",
        "Claims.xlsx",  "Contract-draft.docx", "Minutes.docx",    "Forecast.xlsx"};
    static constexpr std::array<std::string_view, 4> kSites = {"operations", "finance", "legal", "people"};
    const std::size_t count = 1100 * story_.scale();
    for (std::size_t i = 0; i < count; ++i) {
      const Person &person = anyone();
      const auto kind = random_.below(100);
      if (kind < 62) {
        const std::string site =
            "https://northwind.sharepoint.example/sites/" + std::string(random_.pick(kSites)) + "/";
        const std::string file(random_.pick(kFiles));
        static constexpr std::array<std::string_view, 4> kActs = {"FileAccessed", "FileAccessed",
                                                                  "FileModified", "FileDownloaded"};
        const std::string act(random_.pick(kActs));
        corporate.push_back(plain(person, 6, act, "SharePoint",
                                  {{"ObjectId", site + "Shared Documents/" + file},
                                   {"ItemType", "File"},
                                   {"SiteUrl", site},
                                   {"SourceFileName", file},
                                   {"UserAgent", person.agent},
                                   {"CorrelationId", random_.uuid()}}));
      } else if (kind < 78) {
        static constexpr std::array<std::string_view, 3> kActs = {"MoveToDeletedItems", "SoftDelete", "Move"};
        const std::string act(random_.pick(kActs));
        corporate.push_back(plain(person, 3, act, "Exchange",
                                  {{"ResultStatus", "Succeeded"},
                                   {"ClientInfoString", "Client=OWA;Action=ViaProxy"},
                                   {"MailboxOwnerUPN", person.mail},
                                   {"MailboxGuid", person.object_id}}));
      } else if (kind < 92) {
        const std::string act = random_.chance(60) ? "TeamsSessionStarted" : "MessageSent";
        corporate.push_back(plain(person, 25, act, "MicrosoftTeams",
                                  {{"ResultStatus", "Succeeded"}, {"ItemName", random_.uuid()}}));
      } else {
        own_mail(person);
      }
    }
    // The archive reads mailboxes as it has for years: an application in mail is not new by itself.
    for (std::int64_t day = 0; day < 70; day += 4) {
      for (const std::string_view user : {"helen.marsh", "daniel.kerr", "nadia.petrov"}) {
        const Person &owner = company_.person(user);
        MailAccess one;
        one.time = acts_.logs_from + day * base::kDay + 22 * base::kHour + 15 * base::kMinute +
                   random_.between(0, 1800) * base::kSecond;
        one.user = one.user_key = "ServicePrincipal_" + story_.archive.service_id;
        one.user_type = 5;
        one.app_id = story_.archive.app_id;
        one.client = "Client=WebServices;MailVault/8.1;";
        one.ip = "192.0.2.77";
        one.sync = true;
        finish(one, owner);
      }
    }
  }

  void finish(MailAccess &one, const Person &owner) {
    one.id = random_.uuid();
    one.tenant = company_.corporate.id;
    one.domain = company_.corporate.domain;
    set_mailbox(one, owner);
    corporate.push_back(mail_access_record(one));
  }

  // People read their own mail, in the browser or the desktop client.
  void own_mail(const Person &person) {
    MailAccess one;
    one.time = working_time();
    one.user = person.mail;
    one.user_key = "10032" + person.object_id.substr(0, 11);
    one.app_id = "9199bf20-a13f-4107-85dc-02114787ef48";
    one.client = random_.chance(70) ? "Client=OWA;Action=ViaProxy" : "Client=MSExchangeRPC";
    one.ip = random_.pick(company_.office_ips);
    one.session = random_.uuid();
    one.sync = one.client == "Client=MSExchangeRPC";
    const Mailbox *held = person.mail == story_.executive.owner->mail  ? &story_.executive
                          : person.mail == story_.security.owner->mail ? &story_.security
                                                                       : nullptr;
    for (int i = 0; i < 2 && !one.sync; ++i) {
      if (held == nullptr) {
        one.message_ids.push_back(
            cat({"<", random_.hex(24), ".", random_.digits(6), "@mail.", company_.corporate.domain, ">"}));
        continue;
      }
      const Message &message = random_.pick(held->messages);
      if (message.date < one.time) one.message_ids.push_back(message.id);
    }
    finish(one, person);
  }

  void ordinary_changes() {
    for (int i = 0; i < 24; ++i) {
      DirectoryChange one = change(working_time(), company_.corporate.id, "Update user.");
      by(one, company_.person(random_.chance(70) ? "tomas.lindgren" : "nadia.petrov"));
      const Person &target = anyone();
      to(one, "User", target.object_id, target.mail);
      one.properties = {{"JobTitle", listed({target.title}), "[]"},
                        {"Included Updated Properties", "JobTitle", ""}};
      corporate.push_back(directory_record(one));
    }
    for (int i = 0; i < 9; ++i) {
      DirectoryChange one = change(working_time(), company_.corporate.id, "Reset user password.");
      by(one, company_.person("tomas.lindgren"));
      const Person &target = anyone();
      to(one, "User", target.object_id, target.mail);
      corporate.push_back(directory_record(one));
    }
    // Two changes that look like the intrusion's and are the administrator's own work, before it.
    DirectoryChange rotation = change(acts_.admin_rotation, company_.corporate.id,
                                      "Update application \xE2\x80\x93 Certificates and secrets management ");
    by(rotation, company_.admin());
    to(rotation, "Application", story_.billing.object_id, story_.billing.name, story_.billing.app_id);
    const std::string kept = key_text(story_.billing_key, "Password", "billing 2022");
    const std::string added = key_text(story_.billing_next_key, "Password", "billing next");
    rotation.properties = {{"KeyDescription", listed({kept, added}), listed({kept})},
                           {"Included Updated Properties", in_quotes("KeyDescription"), ""}};
    corporate.push_back(directory_record(rotation));
    story_.answers.look_alikes.push_back(
        {"Update application \xE2\x80\x93 Certificates and secrets management ",
         "the administrator prepares the next secret of Billing Export", rotation.time});
    DirectoryChange consent = change(acts_.admin_consent, company_.corporate.id, "Consent to application.");
    by(consent, company_.admin());
    to(consent, "ServicePrincipal", story_.travel.service_id, story_.travel.name, story_.travel.app_id);
    consent.properties = {
        {"ConsentContext.IsAdminConsent", "True", ""},
        {"ConsentContext.IsAppOnly", "False", ""},
        {"ConsentContext.OnBehalfOfAll", "True", ""},
        {"ConsentAction.Permissions",
         "[] => [[Id: " + random_.text(20, kBase62) + ", ClientId: " + story_.travel.service_id +
             ", PrincipalId: , ResourceId: " + story_.graph.service_id +
             ", ConsentType: AllPrincipals, Scope: User.Read openid profile]]",
         ""},
        {"TargetId.ServicePrincipalNames", story_.travel.app_id, ""}};
    corporate.push_back(directory_record(consent));
    story_.answers.look_alikes.push_back(
        {"Consent to application.", "the administrator allows Travel Desk to sign people in", consent.time});
    story_.answers.look_alikes.push_back(
        {"MailItemsAccessed",
         "MailVault Archive synchronises mailboxes every four days since before the logs begin",
         acts_.logs_from});
    for (int i = 0; i < 22; ++i) {
      const base::Time day = acts_.logs_from + random_.between(0, 69) * base::kDay;
      DirectoryChange one =
          change(day + random_.between(25000, 60000) * base::kSecond, company_.lab.id, "Update user.");
      by(one, company_.person("lab.admin"));
      const Person &target = company_.lab_people[1 + random_.below(company_.lab_people.size() - 1)];
      to(one, "User", target.object_id, target.mail);
      one.properties = {{"Included Updated Properties", "", ""}};
      lab.push_back(directory_record(one));
    }
  }

  // The same sign-ins as in the sign-in log. Some failures carry "Success", as in life.
  void logons() {
    for (const SignIn &one : story_.corporate_sign_ins) {
      if (one.kind != "interactiveUser") continue;
      const bool says_success = random_.chance(60);
      corporate.push_back(logon_record(one, random_.uuid(), says_success));
    }
  }

  void detect(std::string kind, base::Time time, std::vector<std::string> principals,
              std::vector<std::string> applications) {
    story_.answers.detections.push_back(
        {std::move(kind), time, time, std::move(principals), {}, std::move(applications)});
  }

  void changes_by_intruder() {
    const std::string &t1 = company_.corporate.id;
    const std::string &t2 = company_.lab.id;
    const Person &fallen = company_.person("svc-legacytest");
    const std::string credentials = "Update application \xE2\x80\x93 Certificates and secrets management ";

    DirectoryChange secret = change(acts_.secret_added, t2, credentials);
    by(secret, fallen);
    secret.agent = story_.spray_agent;
    to(secret, "Application", story_.legacy.object_id, story_.legacy.name, story_.legacy.app_id);
    const std::string old_key = key_text(story_.legacy_old_key, "Password", "migration");
    secret.properties = {
        {"KeyDescription", listed({old_key, key_text(story_.legacy_new_key, "Password", "sync")}),
         listed({old_key})},
        {"Included Updated Properties", in_quotes("KeyDescription"), ""}};
    lab.push_back(directory_record(secret));
    detect("app-credential-added", secret.time,
           {story_.lab(fallen.object_id), story_.lab(story_.legacy.object_id)}, {story_.legacy.app_id});

    DirectoryChange app = change(acts_.app_registered, t2, "Add application.");
    by(app, fallen);
    app.agent = story_.spray_agent;
    to(app, "Application", story_.reader.object_id, story_.reader.name, story_.reader.app_id);
    app.properties = {{"AppId", listed({story_.reader.app_id}), "[]"},
                      {"AvailableToOtherTenants", "[\r\n  true\r\n]", "[]"},
                      {"DisplayName", listed({story_.reader.name}), "[]"},
                      {"Included Updated Properties", "AppId, AvailableToOtherTenants, DisplayName", ""}};
    lab.push_back(directory_record(app));
    detect("new-application", app.time, {story_.lab(fallen.object_id), story_.lab(story_.reader.object_id)},
           {story_.reader.app_id});

    DirectoryChange certificate = change(acts_.app_certificate, t2, credentials);
    by(certificate, fallen);
    certificate.agent = story_.spray_agent;
    to(certificate, "Application", story_.reader.object_id, story_.reader.name, story_.reader.app_id);
    certificate.properties = {
        {"KeyDescription", listed({key_text(story_.reader_key, "AsymmetricX509Cert", "CN=mailsync")}), "[]"},
        {"Included Updated Properties", in_quotes("KeyDescription"), ""}};
    lab.push_back(directory_record(certificate));
    detect("app-credential-added", certificate.time,
           {story_.lab(fallen.object_id), story_.lab(story_.reader.object_id)}, {story_.reader.app_id});

    DirectoryChange user = change(acts_.user_created, t1, "Add user.");
    by(user, story_.legacy);
    user.agent = "python-requests/2.31.0";
    to(user, "User", story_.planted_user.object_id, story_.planted_user.mail);
    user.properties = {
        {"AccountEnabled", "[\r\n  true\r\n]", "[]"},
        {"DisplayName", listed({story_.planted_user.name()}), "[]"},
        {"UserPrincipalName", listed({story_.planted_user.mail}), "[]"},
        {"UserType", listed({"Member"}), "[]"},
        {"Included Updated Properties", "AccountEnabled, DisplayName, UserPrincipalName, UserType", ""}};
    corporate.push_back(directory_record(user));
    detect("user-created-by-app", user.time,
           {story_.corporate(story_.legacy.service_id), story_.corporate(story_.planted_user.object_id)},
           {story_.legacy.app_id});

    DirectoryChange service = change(acts_.service_principal_made, t1, "Add service principal.");
    by(service, story_.planted_user);
    service.agent = story_.spray_agent;
    to(service, "ServicePrincipal", story_.reader.service_id, story_.reader.name, story_.reader.app_id);
    service.properties = {{"AccountEnabled", "[\r\n  true\r\n]", "[]"},
                          {"AppPrincipalId", listed({story_.reader.app_id}), "[]"},
                          {"DisplayName", listed({story_.reader.name}), "[]"},
                          {"TargetId.ServicePrincipalNames", story_.reader.app_id, ""}};
    corporate.push_back(directory_record(service));

    DirectoryChange consent = change(acts_.consented, t1, "Consent to application.");
    by(consent, story_.planted_user);
    consent.agent = story_.spray_agent;
    consent.correlation = service.correlation;
    to(consent, "ServicePrincipal", story_.reader.service_id, story_.reader.name, story_.reader.app_id);
    consent.properties = {
        {"ConsentContext.IsAdminConsent", "False", ""},
        {"ConsentContext.IsAppOnly", "False", ""},
        {"ConsentContext.OnBehalfOfAll", "False", ""},
        {"ConsentAction.Permissions",
         "[] => [[Id: " + random_.text(20, kBase62) + ", ClientId: " + story_.reader.service_id +
             ", PrincipalId: " + story_.planted_user.object_id + ", ResourceId: " + story_.graph.service_id +
             ", ConsentType: Principal, Scope: User.Read openid profile]]",
         ""},
        {"TargetId.ServicePrincipalNames", story_.reader.app_id, ""}};
    corporate.push_back(directory_record(consent));
    detect("consent-granted", consent.time,
           {story_.corporate(story_.planted_user.object_id), story_.corporate(story_.reader.service_id)},
           {story_.reader.app_id});

    DirectoryChange role = change(acts_.role_granted, t1, "Add app role assignment to service principal.");
    by(role, story_.legacy);
    role.agent = "python-requests/2.31.0";
    to(role, "ServicePrincipal", story_.exchange.service_id, story_.exchange.name, story_.exchange.app_id);
    role.properties = {
        {"AppRole.Id", in_quotes(kFullAccess), ""},
        {"AppRole.Value", in_quotes("full_access_as_app"), ""},
        {"AppRole.DisplayName", in_quotes("Use Exchange Web Services with full access to all mailboxes"), ""},
        {"ServicePrincipal.ObjectID", in_quotes(story_.reader.service_id), ""},
        {"ServicePrincipal.DisplayName", in_quotes(story_.reader.name), ""},
        {"ServicePrincipal.AppId", in_quotes(story_.reader.app_id), ""},
        {"TargetId.ServicePrincipalNames",
         in_quotes(story_.exchange.app_id + ";https://outlook.office365.com/"), ""}};
    corporate.push_back(directory_record(role));
    detect("app-role-granted", role.time,
           {story_.corporate(story_.legacy.service_id), story_.corporate(story_.reader.service_id)},
           {story_.reader.app_id});
  }

  LegacyApp &story_;
  const Organisation &company_;
  const Acts &acts_;
  Random random_;
};

}  // namespace

std::vector<EvidenceFile> audit_files(LegacyApp &story) {
  AuditLogs logs(story);
  logs.write();
  std::vector<EvidenceFile> files;
  const auto add = [&](const std::string &path, const std::string &tenant,
                       const std::vector<AuditRecord> &list, std::string query) {
    files.push_back({path, audit_csv(list)});
    files.push_back(declaration(path, {"m365-audit", tenant, "", "tomas.lindgren@northwind.example",
                                       std::move(query), base::time_of({2025, 11, 10}, 6, 20, 0),
                                       story.acts.logs_from, story.acts.logs_until, list.size(), true}));
  };
  add("logs/ual-northwind.csv", story.company.corporate.id, logs.corporate, "");
  add("logs/ual-nwlab.csv", story.company.lab.id, logs.lab, "RecordType AzureActiveDirectory");

  ExpectedDetection read{"mailbox-read-by-app",
                         story.reader_access.front().time,
                         story.reader_access.back().time,
                         {story.corporate(story.reader.service_id)},
                         {},
                         {story.reader.app_id}};
  for (const MailAccess &one : story.reader_access) {
    // Front ends of the service tell nothing about the intruder.
    const bool own =
        std::find(story.hosted_ips.begin(), story.hosted_ips.end(), one.ip) != story.hosted_ips.end();
    if (own && std::find(read.addresses.begin(), read.addresses.end(), one.ip) == read.addresses.end())
      read.addresses.push_back(one.ip);
  }
  std::sort(read.addresses.begin(), read.addresses.end());
  story.answers.detections.push_back(std::move(read));
  return files;
}

}  // namespace dislodge::drill

// Drills whose evidence is mail: what lay in the mailbox is known, and what was done with it lies in logs
// that nobody holds.

#include <algorithm>

#include "base/encode.hpp"
#include "base/json_writer.hpp"
#include "drill/mime_writer.hpp"
#include "drill/scene.hpp"
#include "drill/secret_maker.hpp"

namespace dislodge::drill {
namespace {

// A recording of a browser (HAR 1.2) with one request that was made in a session.
std::string recording(base::Time started, const std::string &url, const std::string &authorization,
                      const std::string &request_id) {
  base::JsonWriter har;
  har.object([&] {
    har.object_field("log", [&] {
      har.field("version", "1.2");
      har.object_field("creator", [&] {
        har.field("name", "WebInspector");
        har.field("version", "537.36");
      });
      har.array_field("entries", [&] {
        har.object([&] {
          har.field("startedDateTime", started);
          har.object_field("request", [&] {
            har.field("method", "GET");
            har.field("url", url);
            har.field("httpVersion", "HTTP/2.0");
            har.array_field("headers", [&] {
              for (const auto &[name, text] :
                   {std::pair<std::string, std::string>{"Accept", "application/json"},
                    {"Authorization", "Bearer " + authorization},
                    {"X-Request-Id", request_id}}) {
                har.object([&, n = name, t = text] {
                  har.field("name", n);
                  har.field("value", t);
                });
              }
            });
          });
          har.object_field("response", [&] { har.field("status", 500); });
        });
      });
    });
  });
  return har.take();
}

// A mail that holds a connection string of a database on premises or in a cloud.
Message database_mail(Scene &scene, std::string_view from, std::string_view to, base::Time date,
                      const std::string &host, const std::string &user, const std::string &password) {
  return scene.habits.draft(
      scene.person(from), {scene.person(to)}, "Connection of the nightly job",
      "Hi,\n\nthis is the string the nightly job uses, we want to move it to managed "
      "identity:\n\nServer=tcp:" +
          host + ",1433;Initial Catalog=main;User ID=" + user + ";Password=" + password +
          ";Encrypt=True;Connection Timeout=30;\n\nIt must not go into the repository.\n" + scene.sign(from),
      date, BodyStyle::plain_base64);
}

// What no log in evidence can tell: the principal's own log is not held.
void no_log(Scene &scene, const std::string &principal, const std::string &why) {
  scene.answers.cannot_say.push_back({"", principal, why, scene.first_access, scene.answers.logs_until});
}

}  // namespace

base::Result<void> write_har_theft(const DrillOptions &options) {
  Scene scene(options, "har-theft");
  scene.mailbox("stefan.vogel", 60);
  static constexpr std::string_view kCustomers[] = {"harborline.example", "cascadia-cold.example",
                                                    "kielcargo.example"};
  int day = 3;
  for (const std::string_view customer : kCustomers) {
    const std::string domain(customer);
    const std::string name = cat({"session-of-", customer.substr(0, customer.find('.'))});
    const base::Time date = scene.on(9, day += 4);
    const std::string claims =
        cat({R"({"iss":"https://portal.)", domain, R"(/","sub":"administrator","aud":"portal","iat":)",
             std::to_string(date.us / base::kSecond - 600), R"(,"exp":1935306000,"jti":")",
             scene.random.uuid(), "\"}"});
    scene.plant(name, "jwt", make_jwt(scene.random, claims), domain);
    Message mail = scene.habits.draft(correspondent(customer), {scene.person("stefan.vogel")},
                                      cat({"Recording of the error, case ", scene.random.digits(6)}),
                                      "Hello Stefan,\n\nhere is the recording you asked for. It is from our "
                                      "administrator's browser.\n\nRegards\n",
                                      date, BodyStyle::plain_quoted);
    MailHabits::attach(mail, {attachment("application/json", "recording.har",
                                         recording(date, "https://portal." + domain + "/api/orders?page=2",
                                                   scene.value(name), scene.random.uuid()))});
    scene.deliver("stefan.vogel", std::move(mail));
  }
  const std::string ours = scene.company.corporate.domain;
  scene.plant("session-of-portal", "bearer-token", scene.random.text(48, kBase62), ours);
  Message own = scene.habits.draft(
      scene.person("rosalind.achebe"), {scene.person("stefan.vogel")}, "Trace of the portal error",
      "As you asked: the recording of the failing request. Taken from my own session.\n" +
          scene.sign("rosalind.achebe"),
      scene.on(9, 22));
  MailHabits::attach(own, {attachment("application/json", "portal-trace.har",
                                      recording(own.date, "https://portal." + ours + "/api/tickets?page=2",
                                                scene.value("session-of-portal"), scene.random.uuid()))});
  scene.deliver("stefan.vogel", std::move(own));
  scene.answers.hidden = {"Two of the customers' sessions were replayed; only the customers' logs show it."};
  return scene.finish();
}

base::Result<void> write_signing_key(const DrillOptions &options) {
  Scene scene(options, "signing-key");
  scene.mailbox("nadia.petrov", 60);
  const std::string ours = scene.company.corporate.domain;
  const CertifiedKey key = make_certified_key(scene.random, "sts." + ours, "Northwind");
  scene.plant("token-signing-key", "private-key", key.private_key, ours, {}, {key.certificate});
  Message mail =
      scene.habits.draft(scene.person("tomas.lindgren"), {scene.person("nadia.petrov")},
                         "Signing certificate of the federation service",
                         "Nadia,\n\nthe dump of the crashed federation server had the token signing key in "
                         "clear, certificate and key "
                         "are attached so that we can compare. Partners trust it until we roll it over.\n" +
                             scene.sign("tomas.lindgren"),
                         scene.on(8, 12));
  MailHabits::attach(
      mail, {attachment("application/x-x509-ca-cert", "sts-signing.crt", key.certificate),
             attachment("application/octet-stream", "sts-signing.key", scene.value("token-signing-key"))});
  scene.deliver("nadia.petrov", std::move(mail));
  // A second way on: a database whose own log is not held.
  const std::string host = "nw-example-ledger.database.windows.net";
  const std::string account = "principal:account/ledger_app@" + host;
  scene.plant("ledger-password", "connection-string-password", make_password(scene.random), ours, account,
              {"ledger_app"});
  scene.deliver("nadia.petrov", database_mail(scene, "priya.nair", "nadia.petrov", scene.on(9, 9), host,
                                              "ledger_app", scene.value("ledger-password")));
  no_log(scene, account, "no log of sign-ins at the database is handed in");
  scene.answers.hidden = {
      "Tokens signed with the key were accepted by two partners; no issuer logs a token that it did not "
      "issue.",
      "The ledger was read with its password."};
  return scene.finish();
}

base::Result<void> write_ci_vendor(const DrillOptions &options) {
  Scene scene(options, "ci-vendor");
  scene.mailbox("omar.reyes", 60);
  const std::string ours = scene.company.corporate.domain;
  const std::string account = scene.random.digits(12);
  const AwsKeyPair aws = make_aws_key_pair(scene.random, account);
  const std::string aws_principal = "principal:aws/" + account + "/" + base::lower(aws.key_id);
  scene.plant("artifact-upload", "aws-secret-access-key", aws.secret, ours, aws_principal, {aws.key_id});
  scene.plant("notifications", "slack-token", make_slack_bot_token(scene.random), ours);
  scene.plant("campaigns", "sendgrid-key", make_sendgrid_key(scene.random), ours);
  scene.plant("release-token", "github-token", make_github_token(scene.random), ours);
  const std::string storage = "principal:account/nwexamplebuild@blob.core.windows.net";
  scene.plant("build-cache", "azure-storage-key", make_storage_account_key(scene.random), ours, storage,
              {"nwexamplebuild"});
  Message mail = scene.habits.draft(scene.person("priya.nair"), {scene.person("omar.reyes")},
                                    "Everything that was stored with the CI vendor",
                                    "Omar,\n\nthe vendor says that every variable must be taken as stolen. "
                                    "The attached file is the export of our "
                                    "contexts, as their tool writes it.\n" +
                                        scene.sign("priya.nair"),
                                    scene.on(9, 18));
  const std::string contexts =
      "# contexts of northwind-example, exported for the rotation\nAWS_ACCESS_KEY_ID=" + aws.key_id +
      "\nAWS_SECRET_ACCESS_KEY=" + scene.value("artifact-upload") +
      "\nSLACK_BOT_TOKEN=" + scene.value("notifications") + "\nSENDGRID_API_KEY=" + scene.value("campaigns") +
      "\nGITHUB_TOKEN=" + scene.value("release-token") +
      "\nBUILD_CACHE=DefaultEndpointsProtocol=https;AccountName=nwexamplebuild;AccountKey=" +
      scene.value("build-cache") + ";EndpointSuffix=core.windows.net\nDB_PASSWORD=${DB_PASSWORD}\n";
  MailHabits::attach(mail, {attachment("text/plain", "contexts.env", contexts)});
  scene.deliver("omar.reyes", std::move(mail));
  no_log(scene, aws_principal, "no CloudTrail is handed in");
  no_log(scene, storage, "no log of the storage account is handed in");
  scene.answers.hidden = {"The AWS key was used from the vendor's network a week before anybody was told."};
  return scene.finish();
}

base::Result<void> write_password_reuse(const DrillOptions &options) {
  Scene scene(options, "password-reuse");
  scene.mailbox("omar.reyes", 60);
  const std::string ours = scene.company.corporate.domain;
  const std::string password = make_password(scene.random);
  const std::string hosts[] = {"nw-example-stock.database.windows.net",
                               "nw-example-fleet.database.windows.net"};
  PlantedSecret &one = scene.plant("shared-password", "connection-string-password", password, ours,
                                   "principal:account/stock_app@" + hosts[0], {"stock_app", "fleet_app"});
  one.principals_too = {"principal:account/fleet_app@" + hosts[1]};
  scene.deliver("omar.reyes", database_mail(scene, "priya.nair", "omar.reyes", scene.on(8, 5), hosts[0],
                                            "stock_app", password));
  scene.deliver("omar.reyes", database_mail(scene, "lukas.brenner", "omar.reyes", scene.on(8, 26), hosts[1],
                                            "fleet_app", password));
  const std::string basic = "svc-gate:" + scene.random.text(14, kBase62);
  const std::string gate = "principal:account/svc-gate@gate." + ours;
  scene.plant("gate-basic-auth", "basic-auth", base::to_base64(basic), ours, gate);
  scene.deliver(
      "omar.reyes",
      scene.habits.draft(scene.person("stefan.vogel"), {scene.person("omar.reyes")}, "Gate reader",
                         "Omar,\n\nthe gate at the depot still answers on the plant network. This is what I "
                         "run:\n\n  curl -sS -H 'Authorization: Basic " +
                             scene.value("gate-basic-auth") + "' \\\n    https://gate." + ours +
                             "/api/v1/state\n\nIt answers 200.\n" + scene.sign("stefan.vogel"),
                         scene.on(9, 2), BodyStyle::plain_quoted));
  no_log(scene, "principal:account/stock_app@" + hosts[0], "no log of the database is handed in");
  no_log(scene, "principal:account/fleet_app@" + hosts[1], "no log of the database is handed in");
  no_log(scene, gate, "no log of the gate is handed in");
  return scene.finish();
}

}  // namespace dislodge::drill

// The two mailboxes that are handed in, with the planted messages.

#include <algorithm>
#include <array>

#include "base/encode.hpp"
#include "base/json_writer.hpp"
#include "drill/document_writers.hpp"
#include "drill/legacy_app.hpp"
#include "drill/mime_writer.hpp"

namespace dislodge::drill {
namespace {

using base::time_of;

class StoryMail {
 public:
  explicit StoryMail(LegacyApp &story)
      : story_(story),
        company_(story.company),
        habits_(Random(story.seed, "story mail"), story.company),
        random_(habits_.random()) {}

  void write() {
    deploy_account();
    customer_integration();
    access_handover();
    documents();
    links_and_requests();
    partner_credentials();
    security_folder();
    policies_and_decoys();
    privileged();
    story_.deleted_id = habits_.draft(person("judith.amsel"), {}, "", "", story_.acts.logs_from).id;
    for (int i = 0; i < 9; ++i)
      story_.counsel_ids.push_back(
          habits_.draft(person("grace.okafor"), {}, "", "", story_.acts.logs_from).id);
  }

 private:
  Address person(std::string_view user) const { return company_.person(user).address(); }
  std::string sign(std::string_view user) const { return habits_.signature(company_.person(user)); }
  const std::string &value(std::string_view name) { return story_.answers.value(name); }

  // A minute that depends on the seed, on a day that does not.
  base::Time on(int year, int month, int day) {
    return time_of({year, month, day}, 7) + random_.between(0, 10 * 3600 - 1) * base::kSecond;
  }

  void keep(Message message, bool executive, bool security, bool planted = true) {
    message.holds_planted = planted;
    if (executive) story_.executive.messages.push_back(message);
    if (security) story_.security.messages.push_back(message);
  }
  static Message in_folder(Message message, std::string folder) {
    message.folder = std::move(folder);
    return message;
  }

  void deploy_account() {
    const std::string account = "svc-deploy@" + company_.corporate.domain;
    static constexpr std::array<std::string_view, 3> kWords = {
        "The password for {} is ",
        "Please note the login: {}, password: ", "We set a new password on {} yesterday: "};
    std::string sentence(random_.pick(kWords));
    sentence.replace(sentence.find("{}"), 2, account);
    Message first = habits_.draft(
        person("tomas.lindgren"), {person("omar.reyes")}, "Deployment account after the reset",
        "Omar,\n\nthe deployment jobs are green again since this morning.\n" + sentence +
            value("svc-deploy-password") +
            "\nIt is in the job definition too. Nadia asked me to tell you because of the access review.\n" +
            sign("tomas.lindgren"),
        on(2025, 6, 11));
    first.cc = {person("helen.marsh")};
    keep(first, true, true);
    const Message second =
        habits_.reply(first, person("omar.reyes"),
                      "Thanks. Passwords do not belong into mail, please put it into the vault.\n\nOmar\n",
                      first.date + 3 * base::kHour);
    keep(second, true, false);
    keep(in_folder(second, "Sent Items"), false, true);
    const Message third = habits_.reply(
        second, person("helen.marsh"), "Agreed with Omar. Who owns the vault by now?\n\nHelen\n",
        second.date + 50 * base::kMinute, BodyStyle::plain_quoted, QuoteStyle::outlook);
    keep(in_folder(third, "Sent Items"), true, false);
    keep(third, false, true);
  }

  void customer_integration() {
    const std::string account = company_.customer_account.mail;
    Message first = habits_.draft(
        correspondent("harborline.example"), {person("rosalind.achebe")}, "Access for the booking interface",
        "Hello Rosalind,\n\nas discussed your side signs in to our tenant with a service account.\nUser: " +
            account + "\nPassword: " + value("harborline-integration-password") +
            "\nPlease keep it to the interface. It does not expire.\n\nKind regards\nMarcus Webb\nHarborline "
            "Freight\n",
        on(2025, 5, 20), BodyStyle::with_html);
    Message second =
        habits_.reply(first, person("rosalind.achebe"),
                      "Helen, Harborline is ready, see below. We go live on Monday.\n\nRosalind\n",
                      first.date + 5 * base::kHour, BodyStyle::with_html, QuoteStyle::outlook);
    second.to = {person("helen.marsh")};
    second.subject = "FW: Access for the booking interface";
    keep(second, true, false);
    const Message third =
        habits_.reply(second, person("helen.marsh"), "Great work. Please thank Marcus.\n\nHelen\n",
                      second.date + 40 * base::kMinute, BodyStyle::plain);
    keep(in_folder(third, "Sent Items"), true, false);
  }

  void access_handover() {
    Message keys =
        habits_.draft(person("priya.nair"), {person("judith.amsel")}, "Handover for the platform review",
                      "Judith,\n\nthe reviewers need to read the platform configuration. The archive has the "
                      "read-only deploy key and how to use it.\n" +
                          sign("priya.nair"),
                      on(2025, 8, 14));
    keys.cc = {person("helen.marsh")};
    const std::string readme =
        "Clone with\n\n    GIT_SSH_COMMAND='ssh -i deploy_key' git clone git@github.com:" + company_.github +
        "/platform-config.git\n\nThe key is read only. Checksum of this archive's source: " +
        story_.answers.decoys[9].value + "\n";
    const std::vector<ZipMember> members = {
        {"handover/README.txt", readme},
        {"handover/keys/deploy_key", value("platform-deploy-key")},
        {"handover/keys/deploy_key.pub", story_.deploy_key.public_key + "\n"},
        {"handover/inventory.csv",
         "name,owner,region\nedge-01,platform,westeurope\nedge-02,platform,northeurope\n"}};
    Part zip = attachment("application/zip", "handover.zip", write_zip(members, keys.date));
    for (const ZipMember &member : members) zip.inner.push_back({member.path, member.bytes});
    MailHabits::attach(keys, {zip});
    keep(keys, true, false);

    Message token =
        habits_.draft(person("lukas.brenner"), {person("omar.reyes")}, "Release automation: token inventory",
                      "Hi Omar,\n\nfor the inventory: the bot nw-release-bot publishes the notes with this "
                      "token, scope repo, no expiry:\n\n    " +
                          value("release-bot-token") +
                          "\n\nI can rotate it whenever you like. The last release was built from " +
                          story_.answers.decoys[8].value + ".\n" + sign("lukas.brenner"),
                      on(2025, 7, 3), BodyStyle::plain_quoted);
    keep(token, false, true);
  }

  void documents() {
    const std::vector<std::string> plan = {
        "Disaster recovery plan, version 7",
        "Owner: Head of IT. Reviewed every six months.",
        "1. Decide. The head of IT or the CFO declares a disaster.",
        "2. Restore. Nightly copies lie in the recovery account. Connect with:",
        "DefaultEndpointsProtocol=https;AccountName=nwexamplebackup;AccountKey=" + value("dr-storage-key") +
            ";EndpointSuffix=core.windows.net",
        "3. Check. Compare the counts with the morning report.",
        "4. Tell. Customers within four hours, insurers within a day."};
    Message recovery = habits_.draft(
        person("nadia.petrov"), {person("helen.marsh")}, "Disaster recovery plan v7 for signature",
        "Helen,\n\nplease sign page one. Only the chapter on restore has changed.\n" + sign("nadia.petrov"),
        on(2025, 3, 27), BodyStyle::with_html);
    Part docx = attachment("application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                           "DR-plan-v7.docx", write_docx(plan, recovery.date));
    std::string text;
    for (const std::string &paragraph : plan) text += paragraph + "\n";
    docx.inner.push_back({"", text});
    MailHabits::attach(recovery, {docx});
    keep(recovery, true, false);

    const std::vector<std::vector<std::string>> pages = {
        {"Site handover Gdansk", "Network, gates, cold store", "", "Prepared by Systems Administration"},
        {"Site to site VPN", "Peer: 192.0.2.44 (fw-gdansk)", "Phase 1: IKEv2, AES-256-GCM, group 20",
         "Pre-shared key: " + value("site-vpn-preshared-key"), "Phase 2: 10.40.0.0/16 to 10.12.0.0/16",
         "Contact: network on call"}};
    Message site =
        habits_.draft(person("tomas.lindgren"), {person("helen.marsh")}, "Gdansk handover documents",
                      "The signed handover is attached.\n" + sign("tomas.lindgren"), on(2025, 4, 16));
    Part pdf = attachment("application/pdf",
                          "Gdansk-\xC3\x9C"
                          "bergabe.pdf",
                          write_pdf("Site handover Gdansk", pages));
    text.clear();
    for (const auto &page : pages) {
      for (const std::string &line : page) text += line + "\n";
    }
    pdf.inner.push_back({"", text});
    MailHabits::attach(site, {pdf, attachment("image/png", "stamp.png", write_png(40, 20, 90))});
    keep(site, true, false);
  }

  void links_and_requests() {
    const std::string link = "https://apireports:" + value("erp-url-password") + "@erp." +
                             company_.corporate.domain + "/kpi/daily";
    Message kpi = habits_.draft(person("daniel.kerr"), {person("helen.marsh")}, "Live figures on your phone",
                                "", on(2025, 9, 25));
    kpi.text = "Helen,\n\nopen " + link + " on your phone, the board likes it.\n\nDaniel\n";
    kpi.body = multipart("alternative", {text_part(kpi.text, "utf-8", Encoding::quoted_printable),
                                         html_part("<html><body><p>Helen,</p>\n<p>open <a href=\"" + link +
                                                   "\">the live figures</a> on your phone, the board likes "
                                                   "it.</p>\n<p>Daniel</p></body></html>\n")});
    keep(kpi, true, false);

    keep(habits_.draft(
             person("stefan.vogel"), {person("omar.reyes")}, "Monitoring question",
             "Omar,\n\nthe probe fails only from the new site. This is what I run:\n\n  curl -sS -H "
             "'Authorization: Basic " +
                 value("metrics-basic-auth") + "' \\\n    https://metrics." + company_.corporate.domain +
                 "/api/v1/query?query=up\n\nIt answers 200 here and 401 there. In the documentation they "
                 "write\n  curl -H 'Authorization: Bearer <your-token>' ...\nwhich is no help.\n" +
                 sign("stefan.vogel"),
             on(2025, 8, 28), BodyStyle::plain_quoted),
         false, true);

    keep(habits_.draft(person("priya.nair"), {person("omar.reyes")}, "Billing database review",
                       "Hi Omar,\n\nthis is the string the export uses today, we want to move it to managed "
                       "identity:\n\nServer=tcp:nw-example-billing.database.windows.net,1433;Initial "
                       "Catalog=billing;User ID=billing_app;Password=" +
                           value("billing-database-password") +
                           ";Encrypt=True;Connection Timeout=30;\n\nThe template in the repository has "
                           "Password=${DB_PASSWORD}; instead.\n" +
                           sign("priya.nair"),
                       on(2025, 9, 3), BodyStyle::plain_base64),
         false, true);

    Message inner = habits_.draft(person("mei.tan"), {person("tomas.lindgren")}, "Alert bot",
                                  "Tomas, the alert bot posts with " + value("ops-slack-bot-token") +
                                      "\nIt can write to every public channel.\n\nMei\n",
                                  on(2025, 7, 22));
    Message outer = habits_.draft(person("tomas.lindgren"), {person("omar.reyes")}, "FW: Alert bot",
                                  "See attached, is that acceptable?\n\nTomas\n", inner.date + base::kHour);
    MailHabits::attach(outer, {nested_message(inner)});
    keep(outer, false, true);
  }

  void partner_credentials() {
    keep(habits_.draft(
             correspondent("cascadia-cold.example"), {person("helen.marsh")}, "Orders portal: your token",
             "Dear Helen,\n\nyour team keeps losing it, so here is the token for the orders portal once "
             "more, valid until 2031:\n\n" +
                 value("cascadia-portal-jwt") + "\n\nBest regards\nJoan Whitfield\nCascadia Cold Storage\n",
             on(2025, 5, 2), BodyStyle::plain_quoted),
         true, false);
    Message sftp = habits_.draft(
        correspondent("kielcargo.example"), {person("helen.marsh")},
        "Zugang zum \xC3\x9C"
        "bergabeserver / transfer server",
        "Dear Ms Marsh,\n\nfor the customs files please use northwind@sftp.kielcargo.example from now on. "
        "The password is " +
            value("kielcargo-sftp-password") +
            "\nFiles are kept for 30 days. Mit freundlichen Gr\xC3\xBC\xC3\x9F"
            "en aus Kiel\n\nJ\xC3\xB6rg M\xC3\xBCller\nKielcargo Logistik, B\xC3\xBCro Hafenstra\xC3\x9F"
            "e\n",
        on(2025, 2, 19), BodyStyle::plain_latin1);
    keep(sftp, true, false);
    keep(habits_.draft(
             person("rosalind.achebe"), {person("helen.marsh")}, "Customer mailing is ready",
             "Helen,\n\nthe mailing to customers can go out. Marketing set SENDGRID_API_KEY to " +
                 value("sendgrid-key") +
                 "\nin the campaign tool, so it leaves from our own domain \xE2\x80\x93 finally.\n" +
                 sign("rosalind.achebe"),
             time_of({2025, 10, 15}, 10, static_cast<int>(random_.below(60)), 12), BodyStyle::plain_base64),
         true, false);
  }

  void security_folder() {
    keep(in_folder(habits_.draft(
                       person("mei.tan"), {person("omar.reyes")}, "Walk through the Tacoma site",
                       "Omar,\n\nmost of it is fine. The old box in the cage next to the goods lift still "
                       "prints labels, nobody knows who runs it.\nThere is a note on it: the password is " +
                           value("cage-box-password") + "\nI did not try it. Can we find out whose it is?\n" +
                           sign("mei.tan"),
                       on(2025, 7, 9)),
                   story_.synced_folder),
         false, true);

    Message edi =
        habits_.draft(correspondent("harborline.example", 1), {person("omar.reyes")},
                      "EDI certificate and key for the gateway",
                      "Hello Omar,\n\nattached are key and certificate of edi.harborline.example for your "
                      "gateway, valid until 2029.\n\nRegards\nIlse Cramer\nHarborline Freight\n",
                      on(2025, 1, 29));
    MailHabits::attach(
        edi, {attachment("application/x-x509-ca-cert", "edi.crt", story_.customer_key.certificate),
              attachment("application/octet-stream", "edi.key", value("harborline-edi-private-key"))});
    keep(in_folder(edi, story_.synced_folder), false, true);

    Message trace =
        habits_.draft(person("stefan.vogel"), {person("omar.reyes")}, "Trace of the portal error",
                      "As you asked: the recording of the failing request. Taken from my own session.\n" +
                          sign("stefan.vogel"),
                      on(2025, 9, 30));
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
            har.field("startedDateTime", trace.date);
            har.object_field("request", [&] {
              har.field("method", "GET");
              har.field("url", "https://portal." + company_.corporate.domain + "/api/tickets?page=2");
              har.array_field("headers", [&] {
                for (const auto &[name, text] :
                     {std::pair<std::string, std::string>{"Accept", "application/json"},
                      {"Authorization", "Bearer " + value("portal-trace-bearer")},
                      {"X-Request-Id", story_.answers.decoys[7].value}}) {
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
    MailHabits::attach(trace, {attachment("application/json", "portal-trace.har", har.take())});
    keep(in_folder(trace, story_.synced_folder), false, true);

    for (int i = 0; i < 6; ++i) {
      const std::string text = cat({"Phishing reports: ", std::to_string(random_.between(3, 30)),
                                    "\nBlocked sign-ins: ", std::to_string(random_.between(80, 900)),
                                    "\nPatching: ", std::to_string(random_.between(91, 99)),
                                    " percent\n\nNothing that needs you.\n", sign("mei.tan")});
      Message summary =
          habits_.draft(person("mei.tan"), {person("omar.reyes")},
                        "Weekly security summary " + std::to_string(21 + i), text, on(2025, 5 + i, 23));
      keep(in_folder(std::move(summary), story_.synced_folder), false, true, false);
    }
  }

  // Texts about secrets that contain none. Reporting one of them is wrong.
  void policies_and_decoys() {
    const auto &decoys = story_.answers.decoys;
    keep(habits_.draft(person("nadia.petrov"), {person("helen.marsh"), person("omar.reyes")},
                       "Password policy from October",
                       "All,\n\nfrom October a password must have at least 14 characters, one digit and one "
                       "symbol, and must not be one of the last ten.\nYour password expires never, but it is "
                       "changed at once when we see it in a leak.\n"
                       "Never send a password by mail. The service desk never asks for your password. On "
                       "screen it shows as password: ********\n" +
                           sign("nadia.petrov"),
                       on(2025, 9, 22), BodyStyle::with_html),
         true, true);
    keep(habits_.draft(
             {"Northwind Service Desk", "servicedesk@" + company_.corporate.domain}, {person("helen.marsh")},
             "Your password was changed",
             "Hello Helen Marsh,\n\nthe password of your account was changed. If that was not you, call the "
             "service desk.\n" +
                 decoys[10].value +
                 " Use the self-service page, it asks for the code in your authenticator app.\nRequest: " +
                 decoys[11].value + "\n",
             on(2025, 9, 24), BodyStyle::plain_quoted),
         true, false);
    keep(habits_.draft(
             person("lukas.brenner"), {person("omar.reyes")}, "Secrets in examples",
             "Omar,\n\nthe scanner in the pipeline complains about our tutorial. It only has the keys of the "
             "AWS documentation:\n\n  aws_access_key_id = " +
                 decoys[0].value + "\n  aws_secret_access_key = " + decoys[1].value +
                 "\n\nand the helper reads the real one from the environment:\n\n  password = " +
                 decoys[6].value + "\n\nThe compose file ships with POSTGRES_PASSWORD: " + decoys[5].value +
                 "\nThe upload was checked: sha256 " + decoys[9].value + "\n" + sign("lukas.brenner"),
             on(2025, 8, 6)),
         false, true);
  }

  void privileged() {
    static constexpr std::array<std::string_view, 3> kLines = {
        "Our position on the indemnity is unchanged. Please do not discuss it by mail.",
        "The draft went back to their counsel this morning.", "They accepted the cap. I would sign."};
    for (std::size_t i = 0; i < kLines.size(); ++i) {
      Message one = habits_.draft(person("grace.okafor"), {person("helen.marsh")}, std::string(kPrivileged),
                                  "Helen,\n\n" + std::string(kLines[i]) + "\n" + sign("grace.okafor"),
                                  on(2025, 8, 18 + static_cast<int>(i)), BodyStyle::with_html);
      one.cc = {person("omar.reyes")};
      keep(one, true, true, false);
    }
  }

  LegacyApp &story_;
  const Organisation &company_;
  MailHabits habits_;
  Random &random_;
};

}  // namespace

void write_mailboxes(LegacyApp &story) {
  story.executive.owner = &story.company.executive();
  story.security.owner = &story.company.security();
  const base::Time from = time_of({2024, 11, 4});
  const base::Time until = time_of({2025, 11, 8});
  StoryMail(story).write();
  const auto add = [&](Mailbox &box, std::string_view purpose, std::size_t count) {
    MailHabits habits(Random(story.seed, purpose), story.company);
    for (Message &message : habits.everyday(*box.owner, count, from, until))
      box.messages.push_back(std::move(message));
    std::stable_sort(box.messages.begin(), box.messages.end(),
                     [](const Message &a, const Message &b) { return a.date < b.date; });
  };
  add(story.executive, "executive mail", 340 * story.scale());
  add(story.security, "security mail", 30 * std::min<std::size_t>(story.scale(), 16));  // a file a message
}

}  // namespace dislodge::drill

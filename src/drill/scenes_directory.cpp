// Drills with a directory or an audit log beside the mail: a token that opens a repository, an eviction that
// was nearly whole, and a list of messages without the messages.

#include <algorithm>

#include "base/encode.hpp"
#include "drill/directory_writers.hpp"
#include "drill/log_writers.hpp"
#include "drill/mime_writer.hpp"
#include "drill/scene.hpp"
#include "drill/secret_maker.hpp"

namespace dislodge::drill {
namespace {

void hand_in_directory(Scene &scene, const std::string &path, const std::string &tenant, std::string bytes,
                       std::size_t rows, std::string_view by) {
  const Declaration says{
      "directory", tenant, "",  std::string(by), "", base::time_of({2025, 11, 10}, 9, 0, 0), {},
      {},          rows,   true};
  scene.file(path, std::move(bytes), &says);
}

struct Node {
  std::string login, id;
};

}  // namespace

base::Result<void> write_cloned_repository(const DrillOptions &options) {
  Scene scene(options, "cloned-repository");
  scene.mailbox("helen.marsh", 60);
  const std::string ours = scene.company.corporate.domain;
  const auto node = [&](std::string login, std::string_view prefix) {
    return Node{std::move(login), cat({prefix, scene.random.text(10, kBase62)})};
  };
  const Node org = node(scene.company.github, "O_kgDOC"), repository = node("warehouse", "R_kgDOK"),
             key_node = node("warehouse deploy (read)", "DK_kwDOK"), owner = node("nw-gh-owner", "U_kgDOB");
  const std::string deploy = "principal:github/" + base::lower(key_node.id);

  const SshKey key = make_ssh_key(scene.random, "warehouse deploy (read)");
  scene.plant("warehouse-deploy-key", "ssh-private-key", key.private_key, ours, deploy, {key.public_key});
  const std::string account = scene.random.digits(12);
  const AwsKeyPair aws = make_aws_key_pair(scene.random, account);
  scene.plant("warehouse-aws-key", "aws-secret-access-key", aws.secret, ours,
              "principal:aws/" + account + "/" + base::lower(aws.key_id), {aws.key_id});
  const std::string host = "nw-example-warehouse.database.windows.net";
  scene.plant("warehouse-database", "connection-string-password", make_password(scene.random), ours,
              "principal:account/warehouse_app@" + host, {"warehouse_app"});

  Message mail = scene.habits.draft(
      scene.person("priya.nair"), {scene.person("helen.marsh")}, "Handover for the warehouse review",
      "Helen,\n\nthe reviewers need to read the repository. The read-only deploy key is "
      "attached.\n" +
          scene.sign("priya.nair"),
      scene.on(8, 14));
  MailHabits::attach(
      mail, {attachment("application/octet-stream", "deploy_key", scene.value("warehouse-deploy-key"))});
  scene.deliver("helen.marsh", std::move(mail));

  // The newest version is clean; the history is not.
  GitWriter git;
  const GitAuthor authors[] = {{"Priya Nair", "priya.nair@northwind.example"},
                               {"Lukas Brenner", "lukas.brenner@northwind.example"}};
  GitWriter::Files files;
  base::Time date = base::time_of({2023, 4, 3}, 8, 12, 5);
  const auto step = [&](std::string_view message) {
    git.commit("main", files, authors[scene.random.below(2)], date, message);
    date = date + scene.random.between(8, 200) * base::kHour;
  };
  files["README.md"] = "# warehouse\n\nStock and labels.\n";
  step("Start");
  files["deploy/prod.env"] = "REGION=eu-central-1\nAWS_ACCESS_KEY_ID=" + aws.key_id +
                             "\nAWS_SECRET_ACCESS_KEY=" + scene.value("warehouse-aws-key") + "\n";
  step("Upload of labels");
  files["app/appsettings.json"] =
      "{\n  \"ConnectionStrings\": {\n    \"Stock\": \"Server=tcp:" + host +
      ",1433;Initial Catalog=stock;User ID=warehouse_app;Password=" + scene.value("warehouse-database") +
      ";Encrypt=True;Connection Timeout=30;\"\n  }\n}\n";
  step("Stock database");
  files["deploy/prod.env"] = "REGION=eu-central-1\n";
  files["app/appsettings.json"] =
      "{\n  \"ConnectionStrings\": {\n    \"Stock\": \"#{STOCK_DATABASE}#\"\n  }\n}\n";
  step("Secrets come from the vault now");
  for (std::size_t i = 0; i < 20 * scene.scale() && date < base::time_of({2025, 8, 1}); ++i) {
    files["labels/" + std::to_string(i % 9) + ".zpl"] =
        cat({"^XA^FO20,20^FD", scene.random.digits(8), "^FS^XZ\n"});
    step(cat({"Label ", std::to_string(i)}));
  }
  scene.repository("warehouse", git, {deploy});

  OpenGraphWriter graph;
  const auto text = [](std::string_view value) { return OpenGraphWriter::quoted(value); };
  const OpenGraphWriter::Properties home = {{"environmentid", text(org.id)},
                                            {"environment_name", text(org.login)}};
  const auto with_home = [&](OpenGraphWriter::Properties more) {
    more.insert(more.end(), home.begin(), home.end());
    return more;
  };
  graph.node(org.id, "GH_Organization",
             with_home({{"name", text(org.login)}, {"login", text(org.login)}, {"node_id", text(org.id)}}));
  graph.node(
      owner.id, "GH_User",
      with_home({{"name", text(owner.login)}, {"login", text(owner.login)}, {"node_id", text(owner.id)}}));
  graph.node(repository.id, "GH_Repository",
             with_home({{"name", text(repository.login)},
                        {"full_name", text(org.login + "/" + repository.login)},
                        {"node_id", text(repository.id)},
                        {"owner_name", text(org.login)},
                        {"owner_node_id", text(org.id)},
                        {"private", "true"},
                        {"visibility", text("private")},
                        {"default_branch", text("main")},
                        {"html_url", text("https://github.com/" + org.login + "/" + repository.login)}}));
  graph.edge("GH_Owns", org.id, repository.id, true);
  graph.node(key_node.id, "GH_DeployKey",
             with_home({{"name", text(key_node.login)},
                        {"title", text(key_node.login)},
                        {"node_id", text(key_node.id)},
                        {"key", text(key.public_key)},
                        {"fingerprint", text(key.fingerprint)},
                        {"read_only", "true"},
                        {"verified", "true"},
                        {"enabled", "true"},
                        {"created_at", text("2024-02-12T10:31:07Z")},
                        {"added_by_login", text(owner.login)},
                        {"repository_name", text(org.login + "/" + repository.login)},
                        {"repository_id", text(repository.id)}}));
  graph.edge("GH_CanAccess", key_node.id, repository.id, false);
  graph.edge("GH_Contains", repository.id, key_node.id, false);
  graph.edge("GH_AddedDeployKey", owner.id, key_node.id, false);
  hand_in_directory(scene, "directory/github-opengraph.json", "", graph.finish("GH_Base"), 4,
                    "organisation owner token");
  scene.answers.principals_not_reached.push_back("principal:github/" + base::lower(owner.id));
  scene.answers.cannot_say.push_back(
      {"", deploy, "no audit log of GitHub is handed in", scene.first_access, scene.answers.logs_until});
  scene.answers.hidden = {"The repository was cloned on the first day."};
  return scene.finish();
}

base::Result<void> write_missed_token(const DrillOptions &options) {
  Scene scene(options, "missed-token");
  scene.mailbox("helen.marsh", 60);
  const std::string ours = scene.company.corporate.domain;
  // Three service accounts whose passwords lay in mail. Two were reset by the eviction in November, the third
  // was believed unused.
  struct Account {
    std::string_view user;
    base::Date sent;
    bool reset;
  };
  const Account accounts[] = {{"svc-deploy", {2025, 6, 11}, true},
                              {"breakglass", {2025, 7, 2}, true},
                              {"svc-backup", {2025, 7, 23}, false}};
  for (const Account &one : accounts) {
    const std::string address = cat({one.user, "@", ours});
    const std::string name = cat({one.user, "-password"});
    for (Person &person : scene.company.people) {
      if (person.mail != address) continue;
      person.password_changed =
          one.reset ? base::time_of({2025, 11, 5}, 9, static_cast<int>(scene.random.below(60)), 11)
                    : base::time_of(one.sent) - 20 * base::kHour;
    }
    PlantedSecret &secret =
        scene.plant(name, "password", make_password(scene.random), ours, scene.entra(one.user), {address});
    secret.dead = one.reset;
    scene.deliver(
        "helen.marsh",
        scene.habits.draft(
            scene.person("tomas.lindgren"), {scene.person("helen.marsh")}, cat({"Access review: ", one.user}),
            "Helen,\n\nfor the access review.\nThe password for " + address + " is " + scene.value(name) +
                "\nNadia asked me to tell you.\n" + scene.sign("tomas.lindgren"),
            base::time_of(one.sent, 9) + scene.random.between(0, 7000) * base::kSecond));
    scene.answers.cannot_say.push_back({"", scene.entra(one.user), "no log of its sign-ins is handed in",
                                        scene.first_access, scene.answers.logs_until});
  }
  scene.answers.hidden = {"svc-backup was used again a week after the eviction."};
  return scene.finish();
}

base::Result<void> write_metadata_only(const DrillOptions &options) {
  Scene scene(options, "metadata-only");
  // A vendor's key was stolen, and its tokens were accepted here: no sign-in, no consent, only the log of
  // mail access names an application that never read before. The vendor hands over that log and no mail.
  std::vector<AuditRecord> records;
  const std::string tenant = scene.company.corporate.id;
  const std::string app = scene.random.uuid(), outlook = "9199bf20-a13f-4107-85dc-02114787ef48";
  const auto access = [&](base::Time time, const Person &owner, bool theirs) {
    MailAccess one;
    one.time = base::Time{time.us - time.us % base::kSecond};
    one.id = scene.random.uuid();
    one.tenant = tenant;
    one.domain = scene.company.corporate.domain;
    set_mailbox(one, owner);
    one.user = owner.mail;
    one.user_key = owner.object_id;
    one.app_id = theirs ? app : outlook;
    one.client = theirs ? "Client=REST;Client=RESTSystem;;" : "Client=OWA;Action=ViaProxy";
    one.ip = theirs ? "198.51.100." + std::to_string(scene.random.between(20, 90)) : owner.home_ip;
    one.session = scene.random.uuid();
    one.message_ids = {cat({"<", scene.random.hex(24), "@", scene.company.corporate.domain, ">"})};
    records.push_back(mail_access_record(one));
    return one.time;
  };
  const Person &executive = scene.company.executive();
  for (std::int64_t day = 0; day < 70; ++day) {
    const base::Time morning = scene.answers.logs_from + day * base::kDay + 8 * base::kHour;
    for (std::size_t i = 0; i < 2 * std::min<std::size_t>(scene.scale(), 64); ++i) {
      for (const Person *owner : {&executive, &scene.company.security()})
        access(morning + scene.random.between(0, 8 * 3600) * base::kSecond, *owner, false);
    }
  }
  base::Time first = base::kTimeMax;
  for (int i = 0; i < 24; ++i)
    first = std::min(first, access(scene.first_access + scene.random.between(0, 20 * 86400) * base::kSecond,
                                   executive, true));
  scene.answers.suspicions.push_back({"mailbox-read-by-app", first, first, {}, {}, {}});
  // Whose the reading was nobody can say, so the mailbox may have been read by the intruder.
  scene.answers.readings.push_back(
      {"resource:exchange/" + tenant + "/" + executive.mail, false, first, {}, {}});
  std::string bytes = audit_csv(records);
  const Declaration says{"m365-audit",
                         tenant,
                         "",
                         scene.person("mei.tan").mail,
                         "Search-UnifiedAuditLog -Operations MailItemsAccessed",
                         base::time_of({2025, 11, 10}, 8, 0, 0),
                         scene.answers.logs_from,
                         scene.answers.logs_until,
                         records.size(),
                         true};
  scene.file("logs/ual-northwind.csv", std::move(bytes), &says);
  scene.answers.hidden = {
      "The reader was the intruder, with forged tokens: neither a sign-in nor a consent shows it.",
      "What the messages said: nobody handed them in."};
  return scene.finish();
}

}  // namespace dislodge::drill

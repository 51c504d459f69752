// The two repositories. platform-config is long and its secrets are gone from the newest version; lab-scripts
// is short and forgot a token in a script.

#include <array>

#include "drill/git_writer.hpp"
#include "drill/legacy_app.hpp"

namespace dislodge::drill {
namespace {

using base::time_of;

const std::array<GitAuthor, 4> kAuthors = {{{"Priya Nair", "priya.nair@northwind.example"},
                                            {"Lukas Brenner", "lukas.brenner@northwind.example"},
                                            {"Tomas Lindgren", "tomas.lindgren@northwind.example"},
                                            {"northcoder", "northcoder@users.noreply.github.com"}}};

std::string service_yaml(Random &random, std::string_view name, int version) {
  return cat({"service: ", name, "\nversion: 1.", std::to_string(version),
              "\nreplicas: ", std::to_string(random.between(2, 6)), "\nimage: registry.northwind.example/",
              name, "@sha256:", random.hex(64),
              "\nports:\n  - 8080\nlimits:\n  memory: ", std::to_string(random.between(2, 8) * 128),
              "Mi\n  cpu: ", std::to_string(random.between(1, 8) * 100),
              "m\nenvironment:\n  LOG_LEVEL: info\n  DB_PASSWORD: ${DB_PASSWORD}\n"});
}

void lab_scripts(LegacyApp &story, GitWriter &git) {
  Random random(story.seed, "lab-scripts");
  GitWriter::Files files;
  base::Time date = time_of({2023, 2, 6}, 9, 12, 40);
  files["README.md"] = "# lab-scripts\n\nScripts of the test tenant. Not for production.\n";
  git.commit("main", files, kAuthors[3], date, "First scripts");
  const auto step = [&](const GitAuthor &author, std::string_view message) {
    date = date + random.between(20, 700) * base::kHour;
    git.commit("main", files, author, date, message);
  };
  files["reset_lab.sh"] =
      "#!/bin/sh\n# Puts the lab tenant back to its first state.\nset -eu\nTENANT=nwlab.example\nfor user in "
      "tester1 tester2 demo.kiosk; do\n  echo \"reset $user@$TENANT\"\ndone\n";
  step(kAuthors[3], "Reset the lab between runs");
  files["config.py"] =
      "import os\n\nUSER = os.environ[\"NW_USER\"]\npassword = os.environ[\"NW_PASSWORD\"]\nTENANT = \"" +
      story.company.lab.id + "\"\n";
  step(kAuthors[3], "Read credentials from the environment");
  const std::string head =
      "#!/bin/sh\n# Publishes the nightly results of the lab. Runs as nw-labci.\nset -eu\nGH_USER=nw-labci\n";
  files["publish_results.sh"] = head + "GH_TOKEN=" + story.answers.value("lab-ci-token") +
                                "\ngit push \"https://$GH_USER:$GH_TOKEN@github.com/" + story.company.github +
                                "/lab-scripts.git\" results\n";
  step(kAuthors[3], "Publish the results from the lab host");
  for (int i = 0; i < 14; ++i) {
    files["cases/case_" + std::to_string(i + 1) + ".yml"] = cat(
        {"name: case ", std::to_string(i + 1), "\nuser: tester", std::to_string(1 + i % 2),
         "@nwlab.example\nexpect: ", std::to_string(random.between(1, 90)), "\nrun: ", random.uuid(), "\n"});
    step(kAuthors[i % 2 == 0 ? 3 : 2], "Case " + std::to_string(i + 1));
  }
  files["publish_results.sh"] += "echo published\n";
  step(kAuthors[3], "Say when it is done");
  files["strings.json"] =
      "{\n  \"login.password\": \"Password\",\n  \"login.password.hint\": \"At least 14 characters\",\n  "
      "\"login.forgot\": \"Forgot your password?\"\n}\n";
  step(kAuthors[2], "Texts of the login page");
  git.tag("v1", git.head("main"), kAuthors[2], date + base::kHour, "Lab as of the migration");
}

void platform_config(LegacyApp &story, GitWriter &git) {
  Random random(story.seed, "platform-config");
  GitWriter::Files files;
  base::Time date = time_of({2022, 3, 14}, 8, 45, 10);
  const auto later = [&] { return date = date + random.between(8, 300) * base::kHour; };
  static constexpr std::array<std::string_view, 9> kServices = {"booking", "tracking", "billing-export",
                                                                "labels",  "gateway",  "notifier",
                                                                "archive", "search",   "portal"};
  files["README.md"] = "# platform-config\n\nWhat runs where. Secrets belong into the vault, never here.\n";
  git.commit("main", files, kAuthors[0], date, "Start of the platform configuration");
  for (const std::string_view name : kServices) {
    files["services/" + std::string(name) + ".yml"] = service_yaml(random, name, 0);
    const GitAuthor &author = kAuthors[random.below(3)];
    git.commit("main", files, author, later(), "Add " + std::string(name));
  }
  // The secrets: added early, changed around, removed months later; the newest version is clean.
  files["env/prod.env"] = "REGION=eu-central-1\nAWS_ACCESS_KEY_ID=" + story.aws.key_id +
                          "\nAWS_SECRET_ACCESS_KEY=" + story.answers.value("platform-aws-key") +
                          "\nBUCKET=nw-platform-artifacts\n";
  git.commit("main", files, kAuthors[1], later(), "Artifact upload for the release job");
  files["exporter/appsettings.Production.json"] =
      "{\n  \"AzureAd\": {\n    \"Instance\": \"https://login.microsoftonline.com/\",\n    \"TenantId\": \"" +
      story.company.corporate.id + "\",\n    \"ClientId\": \"" + story.billing.app_id +
      "\",\n    \"ClientSecret\": \"" + story.answers.value("billing-export-client-secret") +
      "\"\n  },\n  \"Export\": {\n    \"Hour\": 3\n  }\n}\n";
  git.commit("main", files, kAuthors[0], later(), "Billing export runs from here");
  files["env/prod.env"] += "RETENTION_DAYS=30\n";
  git.commit("main", files, kAuthors[2], later(), "Keep artifacts for a month");

  git.fork("gateway-v2", "main");
  GitWriter::Files branch = files;
  for (int i = 1; i <= 4; ++i) {
    branch["services/gateway.yml"] = service_yaml(random, "gateway", 20 + i);
    git.commit("gateway-v2", branch, kAuthors[1], later(), "Gateway v2, step " + std::to_string(i));
  }
  files["docs/on-call.md"] = "# On call\n\nCall the number on the wall. Do not restart the gateway twice.\n";
  git.commit("main", files, kAuthors[2], later(), "On-call notes");
  files["services/gateway.yml"] = branch["services/gateway.yml"];
  git.commit("main", files, kAuthors[0], later(), "Merge branch 'gateway-v2'", git.head("gateway-v2"));
  git.drop("gateway-v2");
  git.tag("2022.1", git.head("main"), kAuthors[0], date, "Release 2022.1");

  files["exporter/appsettings.Production.json"] =
      "{\n  \"AzureAd\": {\n    \"Instance\": \"https://login.microsoftonline.com/\",\n    \"TenantId\": \"" +
      story.company.corporate.id + "\",\n    \"ClientId\": \"" + story.billing.app_id +
      "\",\n    \"ClientSecret\": \"#{BILLING_EXPORT_SECRET}#\"\n  },\n  \"Export\": {\n    \"Hour\": 3\n  "
      "}\n}\n";
  files["env/prod.env"] = "REGION=eu-central-1\nBUCKET=nw-platform-artifacts\nRETENTION_DAYS=30\n";
  git.commit("main", files, kAuthors[0], later(), "Secrets come from the vault now");
  const std::size_t rest = 30 * story.scale();
  for (std::size_t i = 0; i < rest; ++i) {
    const std::string_view name = random.pick(kServices);
    files["services/" + std::string(name) + ".yml"] = service_yaml(random, name, static_cast<int>(30 + i));
    // Until the logs end, however many commits there are.
    const std::int64_t left = (story.acts.logs_from.us - date.us) / static_cast<std::int64_t>(rest - i + 1);
    date = date + random.between(left / 2, left);
    date.us -= date.us % base::kSecond;
    git.commit("main", files, kAuthors[random.below(3)], date,
               "Roll " + std::string(name) + " to 1." + std::to_string(30 + i));
    if (i == rest / 2) git.tag("2024.1", git.head("main"), kAuthors[1], date, "Release 2024.1");
  }
  git.fork("hotfix-labels", "main");
  files["services/labels.yml"] = service_yaml(random, "labels", 99);
  git.commit("hotfix-labels", files, kAuthors[1], date + base::kHour, "Labels: larger print buffer");
}

}  // namespace

std::vector<EvidenceFile> repository_files(LegacyApp &story) {
  std::vector<EvidenceFile> files;
  const auto add = [&](const GithubNode &node, const GitWriter &git) {
    const std::string path = "repos/" + node.login + ".bundle";
    for (const GitWriter::Blob &blob : git.blobs()) {
      story.answers.look_into("evidence/" + path + "!/" + blob.id, blob.bytes, false, story.repository(node),
                              "", base::Time{});
    }
    files.push_back({path, git.bundle()});
    files.push_back(declaration(path, {"repository",
                                       "",
                                       "github.com/" + story.company.github + "/" + node.login,
                                       "lukas.brenner@northwind.example",
                                       "git bundle create --all",
                                       time_of({2025, 11, 9}, 15, 10, 0),
                                       {},
                                       {},
                                       git.blobs().size(),
                                       true}));
  };
  GitWriter lab;
  lab_scripts(story, lab);
  add(story.lab_scripts, lab);
  GitWriter platform;
  platform_config(story, platform);
  add(story.platform_config, platform);
  return files;
}

}  // namespace dislodge::drill

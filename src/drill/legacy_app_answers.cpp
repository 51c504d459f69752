// What follows from the story once all evidence is written: since when each secret is known, who is reached,
// what is not held, what cannot be said, and what a plan must cut. Only what the evidence shows or leaves
// open.

#include <algorithm>
#include <map>
#include <set>

#include "base/encode.hpp"
#include "drill/legacy_app.hpp"

namespace dislodge::drill {
namespace {

class Settling {
 public:
  explicit Settling(LegacyApp &story)
      : story_(story), company_(story.company), acts_(story.acts), answers_(story.answers) {}

  void run() {
    answers_.last_seen = story_.reader_access.back().time;
    secrets_in_mail();
    secrets_in_repositories();
    readings();
    principals();
    silence();
    plan();
  }

 private:
  // Where the intruder can act as the corporate tenant's administrator, at grade possible, they can read all
  // its mail: from the first access on, or from when the mail was there.
  void secrets_in_mail() {
    for (PlantedSecret &one : answers_.secrets) {
      base::Time seen = base::kTimeMax, possible = base::kTimeMax;
      bool in_folder = false;
      for (const Place &place : one.places) {
        if (!place.resource.starts_with("resource:exchange/")) continue;
        possible = std::min(possible, std::max(place.present_from, acts_.success));
        const auto read = story_.read_at.find(place.message_id);
        if (read == story_.read_at.end() || read->second >= seen) continue;
        seen = read->second;
        in_folder = seen == acts_.synced;
      }
      if (possible == base::kTimeMax) continue;
      // That its folder was synchronised names no message.
      one.confirmed = seen != base::kTimeMax && !in_folder;
      one.known_since = one.confirmed ? seen : possible;
      one.possible_since = possible;
      one.stolen = in_folder ? "in-accessed-folder" : one.confirmed ? "seen-accessed" : "could-be-read";
    }
  }

  void secrets_in_repositories() {
    for (PlantedSecret &one : answers_.secrets) {
      if (!one.stolen.empty() || one.places.empty()) continue;
      // lab-scripts is open to the account that fell; platform-config to the deploy key that lay in mail.
      const bool lab = one.places.front().resource == story_.repository(story_.lab_scripts);
      one.stolen = "through-repository";
      one.possible_since = one.known_since =
          lab ? acts_.success : answers_.secret("platform-deploy-key").possible_since;
    }
  }

  void readings() {
    std::set<std::string> held;
    for (const Mailbox *box : {&story_.executive, &story_.security}) {
      for (const Message &message : box->messages) held.insert(message.id);
    }
    for (const Person *owner : {&company_.executive(), &company_.security(), &company_.counsel()}) {
      Reading one{story_.mailbox(*owner), true, base::kTimeMax, {}, {}};
      for (const MailAccess &access : story_.reader_access) {
        if (access.mailbox != owner->mail) continue;
        one.since = std::min(one.since, access.time);
        one.message_ids.insert(one.message_ids.end(), access.message_ids.begin(), access.message_ids.end());
        if (access.sync) one.folders.push_back(access.folder);
      }
      std::sort(one.message_ids.begin(), one.message_ids.end());
      one.message_ids.erase(std::unique(one.message_ids.begin(), one.message_ids.end()),
                            one.message_ids.end());
      for (const std::string &id : one.message_ids) {
        if (!held.contains(id)) answers_.not_held.push_back({id, one.resource});
      }
      answers_.readings.push_back(std::move(one));
    }
    answers_.not_exported.push_back(story_.mailbox(company_.counsel()));
    const auto possible = [&](const GithubNode &node, base::Time since) {
      answers_.readings.push_back({story_.repository(node), false, since, {}, {}});
    };
    possible(story_.lab_scripts, acts_.success);
    possible(story_.platform_config, answers_.secret("platform-deploy-key").possible_since);
    possible(story_.release_notes, answers_.secret("release-bot-token").possible_since);
  }

  void confirmed(const std::string &id, std::string name, base::Time since, base::Time possible_since,
                 std::string why, std::vector<std::string> also = {}) {
    answers_.principals.push_back(
        {id, std::move(name), std::move(why), true, since, possible_since, std::move(also)});
  }
  void possible(const std::string &id, std::string name, base::Time since, std::string why) {
    for (const KnownPrincipal &one : answers_.principals) {
      if (one.id == id) return;
    }
    answers_.principals.push_back({id, std::move(name), std::move(why), false, since, since, {}});
  }

  void principals() {
    const Person &fallen = company_.person("svc-legacytest");
    confirmed(story_.lab(fallen.object_id), fallen.mail, acts_.success, acts_.success,
              "signed in with the spray's fingerprint");
    confirmed(story_.lab(story_.legacy.object_id), story_.legacy.name + " (application)", acts_.secret_added,
              acts_.success, "its owner, the fallen account, added a secret");
    confirmed(story_.corporate(story_.legacy.service_id), story_.legacy.name + " (service principal)",
              acts_.legacy_sign_in, acts_.success, "signed in with the added secret's key id");
    confirmed(story_.lab(story_.reader.object_id), story_.reader.name + " (application)",
              acts_.app_registered, acts_.app_registered, "registered by the fallen account");
    confirmed(story_.corporate(story_.planted_user.object_id), story_.planted_user.mail, acts_.user_sign_in,
              acts_.user_created,
              "created by the legacy application, then signed in from the intruder's address");
    confirmed(story_.corporate(story_.reader.service_id), story_.reader.name + " (service principal)",
              acts_.reader_sign_in, acts_.service_principal_made,
              "signed in with the key that the fallen account set");
    const PlantedSecret &customer = answers_.secret("harborline-integration-password");
    confirmed(*customer.principal, company_.customer_account.mail, acts_.customer_used,
              customer.possible_since, "signed in with the stolen password and the spray's fingerprint",
              customer.also);
    answers_.footholds = answers_.principals;

    // Who may assign application roles can make themselves administrator of the tenant.
    const std::string tenant_wide =
        "the legacy application holds AppRoleAssignment.ReadWrite.All in this tenant";
    for (const Person &person : company_.people)
      possible(story_.corporate(person.object_id), person.mail, acts_.success, tenant_wide);
    for (const Application *app : {&story_.billing, &story_.travel})
      possible(story_.corporate(app->object_id), app->name + " (application)", acts_.success, tenant_wide);
    for (const Application *app : {&story_.billing, &story_.travel, &story_.archive})
      possible(story_.corporate(app->service_id), app->name + " (service principal)", acts_.success,
               tenant_wide);
    possible(story_.github(story_.gh_legacytest), story_.gh_legacytest.login, acts_.success,
             "single sign-on from the fallen account");
    for (const PlantedSecret &one : answers_.secrets) {
      if (one.principal)
        possible(*one.principal, one.name, one.possible_since, "its secret may be known: " + one.name);
    }
    answers_.principals_optional.push_back(story_.lab(story_.legacy.home_service_id));
    for (const std::string_view user : {"svc-buildagent", "lab.admin", "tester1", "tester2", "demo.kiosk"})
      answers_.principals_not_reached.push_back(story_.lab(company_.person(user).object_id));
    for (const GithubNode *node : {&story_.gh_owner, &story_.gh_developer})
      answers_.principals_not_reached.push_back(story_.github(*node));
  }

  // The audit log stops naming messages of a throttled mailbox for a day.
  void silence() {
    answers_.cannot_say.push_back({"evidence/logs/ual-northwind.csv",
                                   story_.corporate(story_.reader.service_id),
                                   "mail access of " + company_.executive().mail + " was throttled",
                                   acts_.throttled, acts_.throttled + base::kDay});
  }

  void plan() {
    const Person &fallen = company_.person("svc-legacytest");
    const auto cut = [&](std::string target, std::vector<std::string> any_of, std::string why,
                         bool obliged = false) {
      answers_.must_cut.push_back({std::move(target), std::move(why), std::move(any_of), obliged});
    };
    cut(story_.lab(fallen.object_id), {"rotate-secret"},
        "the intruder knows its password and it has no second factor", true);
    cut(story_.lab(story_.legacy.object_id), {"remove-app-credential"},
        "the intruder holds the secret with key id " + story_.legacy_new_key, true);
    cut(story_.corporate(story_.legacy.service_id),
        {"disable-service-principal", "remove-app-role", "remove-app-credential"},
        "it controls the corporate tenant");
    cut(story_.corporate(story_.reader.service_id), {"remove-app-role"},
        "full_access_as_app: it reads every mailbox", true);
    cut(story_.corporate(story_.planted_user.object_id), {"disable-account"},
        "the intruder made it and knows its password", true);
    for (const std::string &place : {story_.lab(company_.lab.id), story_.corporate(company_.corporate.id)})
      cut(place, {"sweep-credentials"}, "what they left there need not be in any log", true);
    cut("principal:github", {"sweep-credentials"}, "who writes to a repository can leave a key in it", true);
    for (const PlantedSecret &one : answers_.secrets)
      cut("secret:" + one.name, {one.obligation == "rotate" ? "rotate-secret" : one.obligation},
          "it may be known", true);
    world();
  }

  // Who holds what, and what stops it.
  void world() {
    World &world = answers_.world;
    world.costs = {{"disable-account", 4},
                   {"revoke-sessions", 1},
                   {"replace-credentials", 3},
                   {"remove-app-credential", 3},
                   {"disable-service-principal", 2},
                   {"delete-service-principal", 6},
                   {"disable-application", 3},
                   {"remove-app-role", 2},
                   {"remove-owner", 1},
                   {"close-exposure", 8},
                   {"delete-user", 20}};
    // The test account: its password is guessed, and it owns the old application.
    const std::string fallen = story_.lab(company_.person("svc-legacytest").object_id);
    world.step(
        {}, {"opened:" + fallen},
        {{"rotate-secret", fallen, ""}, {"replace-credentials", fallen, ""}, {"delete-user", fallen, ""}},
        "its password was guessed");
    world.account(fallen, true);
    const std::string legacy = story_.lab(story_.legacy.object_id);
    const std::string legacy_service = story_.corporate(story_.legacy.service_id);
    world.step(
        {}, {"opened:" + legacy},
        {{"remove-app-credential", legacy, story_.legacy_new_key}, {"remove-app-credential", legacy, "all"}},
        "the intruder added a secret to it");
    world.step({fallen}, {"opened:" + legacy}, {{"remove-owner", fallen, ""}}, "its owner can add another");
    world.step({"opened:" + legacy}, {legacy, "opened:" + legacy_service},
               {{"disable-application", legacy, ""}}, "the application signs in where it is known");
    world.must_free(legacy);
    // A service principal has credentials of its own, and one that may change any application may have set
    // itself one that no export shows.
    const auto of_its_own = [&](const std::string &id) {
      world.step({}, {"opened:" + id}, {{"remove-app-credential", id, "all"}},
                 "it may have a credential of its own by now");
    };
    of_its_own(legacy_service);
    world.service(legacy_service);
    // Everything in the corporate tenant follows from it.
    std::vector<std::string> tenant;
    for (const Person &person : company_.people) tenant.push_back(story_.corporate(person.object_id));
    for (const Application *app : {&story_.billing, &story_.travel})
      tenant.push_back(story_.corporate(app->object_id));
    for (const Application *app : {&story_.billing, &story_.travel, &story_.archive})
      tenant.push_back(story_.corporate(app->service_id));
    for (const Person *owner : {&company_.executive(), &company_.security(), &company_.counsel()})
      tenant.push_back(story_.mailbox(*owner));
    const std::string all_mail = "resource:exchange/" + company_.corporate.id + "/*";
    world.step({legacy_service}, tenant, {{"remove-app-role", legacy_service, ""}},
               "it may grant itself any role of the tenant");
    world.step({legacy_service}, {all_mail}, {{"remove-app-role", legacy_service, ""}},
               "mail of everybody with it");
    for (const std::string &atom : tenant) world.must_free(atom);
    world.step({story_.corporate(story_.billing.service_id)}, {story_.vault}, {}, "it may read the vault");
    world.must_free(story_.vault);
    // The application that reads, and the user that the intruder made.
    const std::string reader = story_.lab(story_.reader.object_id);
    const std::string reader_service = story_.corporate(story_.reader.service_id);
    world.step({}, {"opened:" + reader},
               {{"remove-app-credential", reader, ""}, {"disable-application", reader, ""}},
               "the intruder registered it and set its certificate");
    world.step({"opened:" + reader}, {reader, "opened:" + reader_service},
               {{"disable-application", reader, ""}}, "the application signs in where it is known");
    world.must_free(reader);
    of_its_own(reader_service);
    world.service(reader_service);
    std::vector<std::string> boxes;
    for (const Person *owner : {&company_.executive(), &company_.security(), &company_.counsel()})
      boxes.push_back(story_.mailbox(*owner));
    world.step({reader_service}, boxes, {{"remove-app-role", reader_service, ""}}, "full_access_as_app");
    const std::string planted = story_.corporate(story_.planted_user.object_id);
    world.step({}, {planted}, {{"disable-account", planted, ""}, {"delete-user", planted, ""}},
               "the intruder made it");
    world.must_free(planted);
    // What lies in mail and repositories, and what it opens.
    std::map<std::string, std::vector<std::string>> doors;  // resource → those who read it
    for (const PlantedSecret &one : answers_.secrets) {
      world.know(one.name);
      std::set<std::string> resources;
      for (const Place &place : one.places) resources.insert(place.resource);
      for (const std::string &resource : resources) world.lies_in(one.name, resource);
      const bool theirs = one.obligation == "party-must-rotate";
      if (!one.principal) continue;
      world.opens(one.name, *one.principal, theirs);
      const bool sessions = one.kind == "password" && one.principal->starts_with("principal:entra");
      if (one.kind == "entra-client-secret")
        world.must_free(*one.principal), world.step({"opened:" + *one.principal}, {*one.principal},
                                                    {{"disable-application", *one.principal, ""}}, "it acts");
      else
        world.account(*one.principal, sessions);
    }
    const auto reads = [&](const std::string &who, const GithubNode &node) {
      world.step({who}, {story_.repository(node)}, {}, "reads the repository");
      world.must_free(story_.repository(node));
    };
    reads(story_.github(story_.gh_deploy_key), story_.platform_config);
    reads(story_.github(story_.gh_labci), story_.lab_scripts);
    reads(story_.github(story_.gh_releasebot), story_.release_notes);
    world.step({fallen}, {story_.github(story_.gh_legacytest)},
               {{"disable-account", story_.github(story_.gh_legacytest), ""}}, "single sign-on");
    world.step({story_.github(story_.gh_legacytest)}, {story_.repository(story_.lab_scripts)}, {}, "member");
    world.must_free(story_.github(story_.gh_legacytest));
  }

  LegacyApp &story_;
  const Organisation &company_;
  const Acts &acts_;
  Answers &answers_;
};

}  // namespace

void settle_answers(LegacyApp &story) {
  Settling(story).run();
}

}  // namespace dislodge::drill

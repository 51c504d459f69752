#include "drill/scene.hpp"

#include <algorithm>
#include <set>

#include "base/files.hpp"
#include "drill/directory_writers.hpp"
#include "drill/mime_writer.hpp"

namespace dislodge::drill {
namespace {

// One seed gives every kind a company of its own.
std::uint64_t seed_of(const DrillOptions &options, std::string_view kind) {
  return Random(options.seed, kind).next();
}

}  // namespace

Scene::Scene(const DrillOptions &options, std::string_view kind)
    : company(make_organisation(seed_of(options, kind), options.size)),
      random(seed_of(options, kind), "story"),
      habits(Random(seed_of(options, kind), "story mail"), company),
      options_(options) {
  first_access = base::time_of({2025, 10, 2}, 1) + random.between(0, 4 * 3600) * base::kSecond;
  answers.kind = kind;
  answers.seed = options.seed;
  answers.size = name_of(options.size);
  answers.organisation = company.name;
  answers.domains = {company.corporate.domain, company.lab.domain};
  answers.first_access = answers.first_seen = first_access;
  answers.logs_from = base::time_of({2025, 9, 1});
  answers.logs_until = answers.last_seen = base::time_of({2025, 11, 10});
  answers.world.costs = {
      {"disable-account", 4},       {"revoke-sessions", 1},           {"replace-credentials", 3},
      {"remove-app-credential", 3}, {"disable-service-principal", 2}, {"delete-service-principal", 6},
      {"disable-application", 3},   {"remove-app-role", 2},           {"close-exposure", 8},
      {"delete-user", 20}};
}

std::size_t Scene::scale() const {
  static constexpr std::size_t kScale[] = {1, 8, 64, 512};
  return kScale[static_cast<std::size_t>(options_.size)];
}

std::string Scene::entra(std::string_view user) const {
  return "principal:entra/" + company.corporate.id + "/" + company.person(user).object_id;
}

std::string Scene::box(std::string_view user) const {
  return "resource:exchange/" + company.corporate.id + "/" + company.person(user).mail;
}

base::Time Scene::on(int month, int day) {
  return base::time_of({2025, month, day}, 7) + random.between(0, 10 * 3600 - 1) * base::kSecond;
}

void Scene::mailbox(std::string_view user, std::size_t everyday) {
  Box &one = boxes_[std::string(user)];
  one.owner = &company.person(user);
  MailHabits traffic(Random(seed_of(options_, answers.kind), cat({"mail of ", user})), company);
  one.messages = traffic.everyday(*one.owner, everyday * scale(), base::time_of({2025, 1, 6}),
                                  base::time_of({2025, 11, 8}));
}

PlantedSecret &Scene::plant(std::string name, std::string kind, std::string value, std::string owner,
                            std::string principal, std::vector<std::string> companions) {
  PlantedSecret one;
  one.name = std::move(name);
  one.kind = std::move(kind);
  one.value = std::move(value);
  if (!owner.empty()) one.owner = std::move(owner);
  if (!principal.empty()) one.principal = std::move(principal);
  one.companions = std::move(companions);
  const bool ours = !one.owner || std::find(answers.domains.begin(), answers.domains.end(), *one.owner) !=
                                      answers.domains.end();
  one.obligation = !ours ? "party-must-rotate" : one.principal ? "rotate" : "find-owner-and-rotate";
  answers.secrets.push_back(std::move(one));
  return answers.secrets.back();
}

void Scene::deliver(std::string_view user, Message message, bool planted) {
  message.holds_planted = planted;
  boxes_[std::string(user)].messages.push_back(std::move(message));
}

void Scene::repository(const std::string &name, const GitWriter &git,
                       const std::vector<std::string> &readers) {
  const std::string resource = "resource:github/" + company.github + "/" + name;
  const std::string path = "repos/" + name + ".bundle";
  for (const GitWriter::Blob &blob : git.blobs())
    answers.look_into("evidence/" + path + "!/" + blob.id, blob.bytes, false, resource, "", base::Time{});
  Declaration says{"repository",
                   "",
                   "github.com/" + company.github + "/" + name,
                   person("lukas.brenner").mail,
                   "git bundle create --all",
                   base::time_of({2025, 11, 9}, 15, 10, 0),
                   {},
                   {},
                   git.blobs().size(),
                   true};
  file(path, git.bundle(), &says);
  repositories_.push_back({resource, readers});
}

void Scene::file(std::string path, std::string bytes, const Declaration *says) {
  if (says != nullptr) files_.push_back(declaration(path, *says));
  files_.push_back({std::move(path), std::move(bytes)});
}

void Scene::reached(const std::string &id, const std::string &name, base::Time since,
                    const std::string &why) {
  for (const KnownPrincipal &one : answers.principals) {
    if (one.id == id) return;
  }
  answers.principals.push_back({id, name, why, false, since, since, {}});
}

void Scene::render_mail() {
  for (auto &[user, one] : boxes_) {
    std::stable_sort(one.messages.begin(), one.messages.end(),
                     [](const Message &a, const Message &b) { return a.date < b.date; });
    const std::string path = "mail/" + user + ".mbox";
    Declaration says{"mailbox",
                     company.corporate.id,
                     one.owner->mail,
                     person("mei.tan").mail + " (eDiscovery, all folders)",
                     "",
                     base::time_of({2025, 11, 9}, 18, 30, 0),
                     {},
                     {},
                     one.messages.size(),
                     true};
    file(path, write_mbox(one.messages, "evidence/" + path, box(user), answers), &says);
  }
}

base::Time Scene::since_reading(const std::string &resource) const {
  if (resource.starts_with("resource:exchange/")) return first_access;
  base::Time earliest = base::kTimeMax;
  for (const Repository &one : repositories_) {
    if (one.resource != resource) continue;
    for (const std::string &reader : one.readers) {
      for (const KnownPrincipal &known : answers.principals)
        if (known.id == reader) earliest = std::min(earliest, known.since);
    }
  }
  return earliest;
}

void Scene::settle_secret(PlantedSecret &one) {
  base::Time known = base::kTimeMax;
  bool mail = false;
  for (const Place &place : one.places) {
    const base::Time reading = since_reading(place.resource);
    if (reading == base::kTimeMax) continue;
    const base::Time since = std::max(reading, place.present_from);
    mail |= place.resource.starts_with("resource:exchange/");
    known = std::min(known, since);
  }
  one.stolen = known == base::kTimeMax ? "not-exposed" : mail ? "could-be-read" : "through-repository";
  one.known_since = one.possible_since = known == base::kTimeMax ? first_access : known;
  if (known == base::kTimeMax) return;
  std::vector<std::string> opened = one.principals_too;
  if (one.principal) opened.insert(opened.begin(), *one.principal);
  for (const std::string &id : opened) reached(id, one.name, known, "its secret may be known: " + one.name);
}

void Scene::settle() {
  // Secrets open principals who read repositories with more secrets: until nothing new follows.
  for (std::size_t before = SIZE_MAX; before != answers.principals.size();) {
    before = answers.principals.size();
    for (PlantedSecret &one : answers.secrets) settle_secret(one);
  }
  for (const auto &[user, one] : boxes_) answers.readings.push_back({box(user), false, first_access, {}, {}});
  for (const Repository &one : repositories_) {
    const base::Time since = since_reading(one.resource);
    if (since != base::kTimeMax) answers.readings.push_back({one.resource, false, since, {}, {}});
  }
}

void Scene::plan() {
  World &world = answers.world;
  for (const auto &[user, one] : boxes_) {
    world.step({}, {box(user)}, {{"close-exposure", box(user), ""}}, "the mailbox could be read");
    world.must_free(box(user));
  }
  for (const PlantedSecret &one : answers.secrets) {
    if (one.stolen == "not-exposed") continue;
    std::set<std::string> resources;
    for (const Place &place : one.places) resources.insert(place.resource);
    for (const std::string &resource : resources) world.lies_in(one.name, resource);
    world.know(one.name);
    if (one.dead) {
      // Its sessions need not have died with it.
      if (one.principal && one.principal->starts_with("principal:entra/")) {
        world.step({}, {"session:" + *one.principal}, {}, "a session was opened before it was replaced");
        world.steps.back().ended_by =
            world.steps.back().stopped_by = {{"revoke-sessions", *one.principal, ""}};
        world.step({"session:" + *one.principal}, {*one.principal},
                   {{"disable-account", *one.principal, ""}, {"delete-user", *one.principal, ""}},
                   "who has a session acts");
        world.must_free(*one.principal);
      }
      continue;
    }
    const bool theirs = one.obligation == "party-must-rotate";
    std::vector<std::string> opened = one.principals_too;
    if (one.principal) opened.insert(opened.begin(), *one.principal);
    for (const std::string &principal : opened) {
      answers.must_cut.push_back({theirs ? "secret:" + one.name : principal,
                                  "it takes " + one.name,
                                  {theirs ? "party-must-rotate" : "rotate-secret"},
                                  true});
      world.opens(one.name, principal, theirs);
      world.account(principal, !theirs && principal.starts_with("principal:entra/"));
    }
    if (opened.empty())
      answers.must_cut.push_back({"secret:" + one.name, "it may be known", {one.obligation}, true});
  }
  for (const Repository &one : repositories_) {
    for (const std::string &reader : one.readers)
      world.step({reader}, {one.resource}, {{"remove-right", reader, ""}}, "reads the repository");
    if (!one.readers.empty()) world.must_free(one.resource);
  }
}

// The users of the corporate tenant, as AzureHound lists them.
void Scene::hand_in_users() {
  AzureHoundWriter out(company.corporate);
  out.tenant();
  for (const Person &one : company.people) out.user(one);
  const Declaration says{"directory",
                         company.corporate.id,
                         "",
                         "azurehound list (Global Reader)",
                         "",
                         base::time_of({2025, 11, 10}, 9, 0, 0),
                         {},
                         {},
                         1 + company.people.size(),
                         true};
  file("directory/azurehound-northwind.json", out.finish(), &says);
  for (const std::string_view user : {"helen.marsh", "omar.reyes", "nadia.petrov", "mei.tan"})
    answers.principals_not_reached.push_back(entra(user));
}

base::Result<void> Scene::finish() {
  hand_in_users();
  render_mail();
  settle();
  plan();
  for (const EvidenceFile &one : files_) {
    const std::filesystem::path path = options_.folder / "evidence" / one.path;
    DISLODGE_TRY(base::make_folders(path.parent_path()));
    DISLODGE_TRY(base::write_file(path, one.bytes));
  }
  return base::write_file(options_.folder / "answers.json", answers.to_json());
}

}  // namespace dislodge::drill

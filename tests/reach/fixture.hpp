#pragma once
// A small breach in facts: a test account, the application that it owns, all mail through that application,
// an app secret of a second tenant in one mail, and a repository behind a token in another.

#include <stdexcept>
#include <string>

#include "detect/detection.hpp"
#include "identity/fact.hpp"
#include "identity/rights.hpp"
#include "reach/program.hpp"

namespace dislodge::reach::fixture {

inline identity::Rights rights() {
  static constexpr base::EmbeddedRule kFile{"rules/rights/test.toml", R"(
family = "own"
[[right]]
kind = "AZOwns"
effect = "control"
source = "test"
example = "test"
[[right]]
kind = "GoldenCert"
effect = "control"
source = "test"
example = "test"
[[right]]
kind = "AZRunsAs"
effect = "act-as"
source = "test"
example = "test"
[[right]]
kind = "AZAddSecret"
effect = "mint"
slots = ["app-secret"]
source = "test"
example = "test"
[[right]]
kind = "full_access_as_app"
effect = "read"
source = "test"
example = "test"
[[right]]
kind = "repo-read"
effect = "read"
source = "test"
example = "test"
[[right]]
kind = "owns-mailbox"
effect = "read"
source = "test"
example = "test"
[[right]]
kind = "mailbox-contains"
effect = "contains"
source = "test"
example = "test"
[[right]]
kind = "GetChanges"
effect = "inert"
composite = "DCSync"
source = "test"
example = "test"
[[right]]
kind = "GetChangesAll"
effect = "inert"
composite = "DCSync"
source = "test"
example = "test"
[[right]]
kind = "DCSync"
effect = "control"
all-of = ["GetChanges", "GetChangesAll"]
source = "test"
example = "test"
)"};
  auto loaded = identity::load_rights({&kFile, 1});
  if (!loaded) throw std::runtime_error(loaded.error().message);
  return *std::move(loaded);
}

inline constexpr std::string_view kUser = "principal:entra/t/user";
inline constexpr std::string_view kApp = "principal:entra/t/app";
inline constexpr std::string_view kService = "principal:entra/t/sp";
inline constexpr std::string_view kOther = "principal:entra/t/other-app";
inline constexpr std::string_view kBot = "principal:github/acme/bot";
inline constexpr std::string_view kAllMail = "resource:exchange/t/*";
inline constexpr std::string_view kHelen = "resource:exchange/t/helen@acme.example";
inline constexpr std::string_view kBoss = "resource:exchange/t/boss@acme.example";
inline constexpr std::string_view kRepo = "resource:github/acme/infra";
inline constexpr std::string_view kAppSecret = "secret:00000000000000000000000000000001";
inline constexpr std::string_view kToken = "secret:00000000000000000000000000000002";
inline constexpr std::string_view kDeep = "secret:00000000000000000000000000000003";

inline base::Time day(int n) {
  return base::Time{n * base::kDay};
}
inline base::Interval since(int n) {
  return {day(n), base::kTimeMax};
}

inline identity::Grant grant(std::string_view kind, std::string_view from, std::string_view to) {
  identity::Grant one;
  one.kind = kind;
  one.from = from;
  one.to = to;
  one.id = "grant:" + std::string(kind) + "/" + std::string(from) + "/" + std::string(to);
  one.evidence = "directory.json:7";
  return one;
}

inline identity::Facts facts() {
  using identity::PrincipalKind;
  identity::Facts all;
  const auto principal = [&](std::string_view id, PrincipalKind kind, std::string_view name) {
    identity::Principal one;
    one.id = id;
    one.kind = kind;
    one.name = name;
    all.principals.push_back(one);
  };
  principal(kUser, PrincipalKind::user, "test account");
  principal(kApp, PrincipalKind::application, "legacy app");
  principal(kService, PrincipalKind::service_principal, "legacy app (service principal)");
  principal(kOther, PrincipalKind::application, "billing app");
  principal(kBot, PrincipalKind::key, "deploy bot");
  const auto resource = [&](std::string_view id, std::string_view kind, std::string_view held) {
    identity::Resource one;
    one.id = id;
    one.kind = kind;
    one.name = id.substr(id.rfind('/') + 1);
    one.held_in = held;
    all.resources.push_back(one);
  };
  resource(kAllMail, "mailboxes", "");
  resource(kHelen, "mailbox", "helen.mbox");
  resource(kBoss, "mailbox", "");
  resource(kRepo, "repository", "infra.bundle");
  all.grants = {grant("AZOwns", kUser, kApp),
                grant("AZRunsAs", kApp, kService),
                grant("full_access_as_app", kService, kAllMail),
                grant("mailbox-contains", kAllMail, kHelen),
                grant("mailbox-contains", kAllMail, kBoss),
                grant("repo-read", kBot, kRepo)};
  const auto binding = [&](std::string_view secret, std::string_view to, std::string_view slot) {
    identity::Binding one;
    one.secret = secret;
    one.principal = to;
    one.slot = slot;
    one.strength = 1;
    one.why = "its key id stands beside it";
    one.evidence = "directory.json:12";
    all.bindings.push_back(one);
  };
  binding(kAppSecret, kOther, "app-secret");
  binding(kToken, kBot, "token");
  const auto presence = [&](std::string_view secret, std::string_view where, int from,
                            std::string_view message) {
    identity::Presence one;
    one.secret = secret;
    one.resource = where;
    one.valid = since(from);
    one.message_id = message;
    one.evidence = "helen.mbox!/12:4";
    all.presences.push_back(one);
  };
  presence(kAppSecret, kHelen, 5, "m5@acme.example");
  presence(kToken, kHelen, 20, "m20@acme.example");
  presence(kDeep, kRepo, 1, "");
  return all;
}

inline detect::Detection spray() {
  detect::Detection one;
  one.id = "detection:1";
  one.kind = "success-after-spray";
  one.first = day(10);
  one.last = base::Time{day(10).us + base::kHour};
  one.grade = detect::Grade::confirmed;
  one.intruder = true;
  one.says = "the test account gave in to a spray";
  one.events = {{"signin.json", 42}};
  one.footholds = {{std::string(kUser), {day(10), base::kTimeMax}, "session-1"}};
  return one;
}

inline detect::Detection mail_read(std::string_view message, int at) {
  detect::Detection one;
  one.id = "detection:2";
  one.kind = "mailbox-read-by-app";
  one.first = one.last = day(at);
  one.grade = detect::Grade::confirmed;
  one.intruder = true;
  one.says = "an application read mail";
  one.events = {{"ual.csv", 9}};
  one.footholds = {{std::string(kService), {day(at), base::kTimeMax}, ""}};
  detect::MailRead read;
  read.mailbox = "helen@acme.example";
  read.message_id = message;
  read.time = day(at);
  one.mail_read = {read};
  return one;
}

}  // namespace dislodge::reach::fixture

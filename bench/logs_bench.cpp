// How fast logs become events, one core, against what simdjson needs to parse the same lines in the same run.
//
// Records are made at run time, each with its own ids, times and addresses, as long and as nested as tenants'
// exports are: Graph sign-ins as JSON lines, and unified audit records whose AuditData is JSON inside a JSON
// string. "limit" parses every line with simdjson's DOM and reads nothing from it; "memory" sums the bytes.
// Figures are CPU seconds of this thread, best of five.
//
//   logs_bench                          the readers alone, then with the built-in rules, then scaled
//   logs_bench --sigma CHECKOUT         with SigmaHQ's rules of clouds and identities too, beside ours: what
//   a
//                                       case has after `rules import`. SIGMA_CHECKOUT in the environment says
//                                       the same; without either that row is left out, and it is said
//   logs_bench --rules FOLDER           with the Sigma rules below FOLDER and no others
//   logs_bench --write FILE             writes the sign-ins that it measures, for peers (bench/peers_logs.sh)
//   logs_bench --write-audits FILE      writes the nested audit records
//   logs_bench --read FILE --rules F    measures that file instead
//   logs_bench --once FILE --rules F    reads it once with the rules and says how many events it has, so that
//                                       the process can be timed as a peer's is

#include <fmt/format.h>
#include <simdjson.h>

#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "detect/detect.hpp"
#include "detect/sigma_matcher.hpp"
#include "log/reader.hpp"

namespace {

using namespace dislodge;

double cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

template <typename Work>
double best_of_five(Work &&work) {
  double best = 1e9;
  for (int i = 0; i < 5; ++i) {
    const double begin = cpu_seconds();
    work();
    best = std::min(best, cpu_seconds() - begin);
  }
  return best;
}

class Maker {
 public:
  std::string guid() {
    return fmt::format("{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}", random_() & 0xFFFFFFFF, random_() & 0xFFFF,
                       random_() & 0xFFF, random_() & 0xFFF, random_() & 0xFFFFFFFFFFFF);
  }
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  std::string time(std::uint64_t i) {
    return base::format_time(base::Time{1'700'000'000'000'000 + static_cast<std::int64_t>(i) * 7'000'123});
  }

 private:
  std::mt19937_64 random_{std::random_device{}()};
};

std::string signins(std::size_t bytes) {
  Maker make;
  std::string users[200], apps[20];
  for (auto &user : users) user = make.guid();
  for (auto &app : apps) app = make.guid();
  const std::string tenant = make.guid();
  std::string out;
  for (std::uint64_t i = 0; out.size() < bytes; ++i) {
    const std::uint64_t user = make.below(200);
    const std::uint64_t app = make.below(20);
    out += fmt::format(
        R"({{"id":"{}","createdDateTime":"{}","userDisplayName":"User Number {}","userPrincipalName":"user{}@northwind.example","userId":"{}","appId":"{}","appDisplayName":"Application {}","ipAddress":"{}.{}.{}.{}","clientAppUsed":"Browser","userAgent":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.{} Safari/537.36","correlationId":"{}","conditionalAccessStatus":"success","originalRequestId":"{}","isInteractive":true,"tokenIssuerName":"","tokenIssuerType":"AzureAD","authenticationProtocol":"none","incomingTokenType":"none","processingTimeInMilliseconds":{},"riskDetail":"none","riskLevelAggregated":"none","riskLevelDuringSignIn":"none","riskState":"none","riskEventTypes_v2":[],"resourceDisplayName":"Microsoft Graph","resourceId":"00000003-0000-0000-c000-000000000000","resourceTenantId":"{}","homeTenantId":"{}","homeTenantName":"","authenticationMethodsUsed":[],"authenticationRequirement":"multiFactorAuthentication","signInIdentifier":"user{}@northwind.example","signInIdentifierType":null,"servicePrincipalName":null,"servicePrincipalId":"","servicePrincipalCredentialKeyId":null,"servicePrincipalCredentialThumbprint":"","userType":"member","flaggedForReview":false,"isTenantRestricted":false,"autonomousSystemNumber":{},"crossTenantAccessType":"none","uniqueTokenIdentifier":"{}","sessionId":"{}","signInEventTypes":["interactiveUser"],"status":{{"errorCode":{},"failureReason":"Other.","additionalDetails":"MFA requirement satisfied by claim in the token"}},"deviceDetail":{{"deviceId":"{}","displayName":"PC-{}","operatingSystem":"Windows10","browser":"Chrome 120.0.0","isCompliant":true,"isManaged":true,"trustType":"Azure AD joined"}},"location":{{"city":"Oslo","state":"Oslo","countryOrRegion":"NO","geoCoordinates":{{"altitude":null,"latitude":59.91,"longitude":10.75}}}},"mfaDetail":null,"appliedConditionalAccessPolicies":[{{"id":"{}","displayName":"Require multifactor authentication for everybody","enforcedGrantControls":["Mfa"],"enforcedSessionControls":[],"result":"success","conditionsSatisfied":"application,users","conditionsNotSatisfied":"none"}},{{"id":"{}","displayName":"Block legacy authentication","enforcedGrantControls":["Block"],"enforcedSessionControls":[],"result":"notApplied","conditionsSatisfied":"application,users","conditionsNotSatisfied":"clientType"}}],"authenticationContextClassReferences":[],"authenticationProcessingDetails":[{{"key":"Login Hint Present","value":"True"}},{{"key":"Is CAE Token","value":"True"}}],"networkLocationDetails":[],"authenticationDetails":[{{"authenticationStepDateTime":"{}","authenticationMethod":"Previously satisfied","authenticationMethodDetail":null,"succeeded":true,"authenticationStepResultDetail":"First factor requirement satisfied by claim in the token","authenticationStepRequirement":"Primary authentication"}}],"authenticationRequirementPolicies":[{{"requirementProvider":"multiConditionalAccess","detail":"Conditional Access"}}],"sessionLifetimePolicies":[],"privateLinkDetails":{{"policyId":"","policyName":"","resourceId":"","policyTenantId":""}}}})",
        make.guid(), make.time(i), user, user, users[user], apps[app], app, 20 + make.below(200),
        make.below(256), make.below(256), make.below(256), make.below(9), make.guid(), make.guid(),
        make.below(900), tenant, tenant, user, 1000 + make.below(60000), make.guid(), make.guid(),
        make.below(50) == 0 ? 50126 : 0, make.guid(), user, apps[0], apps[1], make.time(i));
    out += '\n';
  }
  return out;
}

std::string audits(std::size_t bytes) {
  Maker make;
  std::string out;
  const std::string tenant = make.guid();
  for (std::uint64_t i = 0; out.size() < bytes; ++i) {
    const std::uint64_t user = make.below(300);
    std::string items;
    for (std::uint64_t j = 0; j < 1 + make.below(6); ++j)
      items += fmt::format(
          R"({}{{"InternetMessageId":"<{}@northwind.example>","Id":"RgAAAAB{}","SizeInBytes":{}}})",
          j == 0 ? "" : ",", make.guid(), make.guid(), make.below(90000));
    const std::string data = fmt::format(
        R"({{"AppAccessContext":{{"AADSessionId":"{}","APIId":"00000003-0000-0000-c000-000000000000","ClientAppId":"{}","CorrelationId":"{}","UniqueTokenId":"{}","IssuedAtTime":"{}"}},"CreationTime":"{}","Id":"{}","Operation":"MailItemsAccessed","OrganizationId":"{}","RecordType":50,"ResultStatus":"Succeeded","UserKey":"10032{}","UserType":0,"Version":1,"Workload":"Exchange","ClientIP":"20.190.160.{}","UserId":"user{}@northwind.example","AppId":"00000003-0000-0000-c000-000000000000","ClientAppId":"","ClientIPAddress":"20.190.160.{}","ClientInfoString":"Client=REST;Client=RESTSystem;;","ExternalAccess":false,"InternalLogonType":0,"LogonType":0,"LogonUserSid":"S-1-5-21-1-2-3-{}","MailboxGuid":"{}","MailboxOwnerSid":"S-1-5-21-1-2-3-{}","MailboxOwnerUPN":"user{}@northwind.example","OperationProperties":[{{"Name":"MailAccessType","Value":"Bind"}},{{"Name":"IsThrottled","Value":"False"}}],"OrganizationName":"northwind.onmicrosoft.com","OriginatingServer":"AM0PR01MB0001 (15.20.4200.000)\r\n","Folders":[{{"FolderItems":[{}],"Id":"LgAAAAB{}","Path":"\\Inbox"}}],"OperationCount":1}})",
        make.guid(), make.guid(), make.guid(), make.guid(), make.time(i), make.time(i), make.guid(), tenant,
        user, make.below(256), user, make.below(256), user, make.guid(), user, user, items, make.guid());
    std::string quoted;
    for (const char c : data) {
      if (c == '"' || c == '\\') quoted += '\\';
      quoted += c;
    }
    out += fmt::format(
        R"({{"RecordType":"ExchangeItemAggregated","CreationDate":"{}","UserIds":"user{}@northwind.example","Operations":"MailItemsAccessed","AuditData":"{}","ResultIndex":{},"ResultCount":5000,"Identity":"{}","IsValid":true,"ObjectState":"Unchanged"}})",
        make.time(i), user, quoted, i, make.guid());
    out += '\n';
  }
  return out;
}

class QuietSink : public evidence::Sink {
 public:
  evidence::RecordId record(evidence::Record) override { return 0; }
  std::size_t text(const evidence::TextView &) override { return 0; }
  std::size_t child(const evidence::ItemView &) override { return 0; }
  void unread(evidence::Unread part) override { bytes += part.bytes; }
  const base::Limits &limits() const override { return limits_; }
  std::uint64_t bytes = 0;

 private:
  base::Limits limits_;
};

void read(const std::string &text, log::RecordWatcher *watcher, std::size_t &events, std::uint64_t &unread) {
  log::EventTable table;
  QuietSink sink;
  evidence::ItemView item;
  item.path = "bench.jsonl";
  item.bytes = text;
  log::ReadOptions options;
  options.watcher = watcher;
  (void)log::read_log(item, table, sink, options);
  events = table.events.size();
  unread = sink.bytes;
}

void measure(const char *name, std::string text) {
  const std::size_t size = text.size();
  volatile std::uint64_t sink_sum = 0;
  const double memory = best_of_five([&] {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i + 8 <= size; i += 8) {
      std::uint64_t word = 0;
      __builtin_memcpy(&word, text.data() + i, 8);
      sum ^= word;
    }
    sink_sum = sum;
  });
  text.reserve(size + simdjson::SIMDJSON_PADDING);
  simdjson::dom::parser parser;
  const double limit = best_of_five([&] {
    std::uint64_t good = 0;
    for (std::size_t at = 0; at < size;) {
      const std::size_t end = text.find('\n', at);
      good += parser.parse(text.data() + at, end - at, false).error() == simdjson::SUCCESS;
      at = end + 1;
    }
    sink_sum = good;
  });
  std::size_t events = 0;
  std::uint64_t unread = 0;
  const double ours = best_of_five([&] { read(text, nullptr, events, unread); });
  const double megabytes = static_cast<double>(size) / 1e6;
  fmt::print("{:<28} {:>8.1f} {:>9} {:>9.0f} {:>9.0f} {:>9.0f} {:>10.2f} {:>8}\n", name, megabytes, events,
             megabytes / ours, megabytes / limit, megabytes / memory, limit / ours, unread);
}

std::string contents(const std::filesystem::path &path) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  std::string text(in ? static_cast<std::size_t>(in.tellg()) : 0, '\0');
  in.seekg(0);
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  return text;
}

// Folders of a SigmaHQ checkout whose rules are about what the readers here read in clouds.
constexpr const char *kCloudRules[] = {"rules/cloud", "rules/identity", "rules/application/github"};

struct RuleFiles {
  std::vector<std::pair<std::string, std::string>> texts;  // by path

  void add_below(const std::filesystem::path &folder) {
    if (!std::filesystem::is_directory(folder)) return;
    for (const auto &entry : std::filesystem::recursive_directory_iterator(folder))
      if (entry.path().extension() == ".yml")
        texts.emplace_back("rules/detections/imported/" + entry.path().filename().string(),
                           contents(entry.path()));
  }
  void add_ours() {
    for (const base::EmbeddedRule &file : base::embedded_rules())
      texts.emplace_back(std::string(file.path), std::string(file.text));
  }
  detect::SigmaMatcher compiled() const {
    const detect::DetectOptions &options = detect::builtin_options();
    std::vector<base::EmbeddedRule> files;
    for (const auto &[path, text] : texts) files.push_back({path, text});
    return std::move(
        *detect::SigmaMatcher::make(detect::read_sigma(files, options.placeholders), options.aliases));
  }
};

void measure_rules(const char *name, const std::string &text, const detect::SigmaMatcher &matcher) {
  std::size_t events = 0;
  std::uint64_t unread = 0, evaluations = 0;
  const double alone = best_of_five([&] { read(text, nullptr, events, unread); });
  const double with = best_of_five([&] {
    detect::SigmaWatcher watcher(matcher);
    read(text, &watcher, events, unread);
    evaluations = watcher.evaluations();
  });
  const double megabytes = static_cast<double>(text.size()) / 1e6;
  fmt::print(
      "{:<28} {:>6} rules ({} by literals) {:>7.0f} MB/s with, {:>7.0f} without; {:.2f} evaluations an "
      "event\n",
      name, matcher.set().rules.size(), matcher.with_witness(), megabytes / with, megabytes / alone,
      static_cast<double>(evaluations) / static_cast<double>(std::max<std::size_t>(1, events)));
}

// What an event costs when there are many: a table that grows as a case's does.
void measure_scale() {
  Maker make;
  const std::string text = signins(32'000'000);
  log::EventTable table;
  QuietSink sink;
  evidence::ItemView item;
  item.bytes = text;
  const double begin = cpu_seconds();
  double last = begin;
  std::size_t before = 0;
  for (int round = 1; round <= 64; ++round) {
    const std::string path = fmt::format("bench-{}.jsonl", round);
    item.path = path;
    (void)log::read_log(item, table, sink);
    if ((round & (round - 1)) != 0) continue;
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const double now = cpu_seconds();
    fmt::print(
        "  {:>9} events: {:>5.2f} us an event since the line before, {:>6.0f} MB at most, {:>4} B an event\n",
        table.events.size(), 1e6 * (now - last) / static_cast<double>(table.events.size() - before),
        static_cast<double>(usage.ru_maxrss) / 1e3, sizeof(log::Event));
    last = now;
    before = table.events.size();
  }
}

}  // namespace

int main(int argc, char **argv) {
  std::string folder, write, write_audits, file, once;
  const char *const known = std::getenv("SIGMA_CHECKOUT");
  std::string sigma = known == nullptr ? "" : known;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--rules") == 0) folder = argv[i + 1];
    if (std::strcmp(argv[i], "--sigma") == 0) sigma = argv[i + 1];
    if (std::strcmp(argv[i], "--write") == 0) write = argv[i + 1];
    if (std::strcmp(argv[i], "--write-audits") == 0) write_audits = argv[i + 1];
    if (std::strcmp(argv[i], "--read") == 0) file = argv[i + 1];
    if (std::strcmp(argv[i], "--once") == 0) once = argv[i + 1];
  }
  if (!write.empty()) {
    std::ofstream(write, std::ios::binary) << signins(64'000'000);
    return 0;
  }
  if (!write_audits.empty()) {
    std::ofstream(write_audits, std::ios::binary) << audits(64'000'000);
    return 0;
  }
  RuleFiles ours, theirs, both;
  ours.add_ours();
  if (!folder.empty()) theirs.add_below(folder);
  const RuleFiles &chosen = folder.empty() ? ours : theirs;
  if (!once.empty()) {
    const detect::SigmaMatcher matcher = chosen.compiled();
    detect::SigmaWatcher watcher(matcher);
    std::size_t events = 0;
    std::uint64_t unread = 0;
    read(contents(once), &watcher, events, unread);
    fmt::print("{} events, {} rules, {} evaluations, {} bytes unread\n", events, matcher.set().rules.size(),
               watcher.evaluations(), unread);
    return 0;
  }
  if (!file.empty()) {
    measure_rules(file.c_str(), contents(file), chosen.compiled());
    return 0;
  }
  fmt::print("{:<28} {:>8} {:>9} {:>9} {:>9} {:>9} {:>10} {:>8}\n", "log", "MB", "events", "MB/s", "simdjson",
             "memory", "/simdjson", "unread");
  const std::string graph = signins(32'000'000), nested = audits(32'000'000);
  measure("Graph sign-ins, JSON lines", graph);
  measure("audit log, nested AuditData", nested);
  const auto with = [&](const RuleFiles &files) {
    const detect::SigmaMatcher matcher = files.compiled();
    for (const detect::SigmaProblem &problem : matcher.set().problems)
      fmt::print("  not loaded: {}: {}\n", problem.path, problem.reason);
    measure_rules("Graph sign-ins", graph, matcher);
    measure_rules("nested AuditData", nested, matcher);
  };
  with(ours);
  if (!folder.empty()) with(theirs);
  both.add_ours();
  if (!sigma.empty())
    for (const char *const part : kCloudRules) both.add_below(std::filesystem::path(sigma) / part);
  if (both.texts.size() > ours.texts.size())
    with(both);
  else
    fmt::print(
        "not measured: our rules and SigmaHQ's of clouds together; --sigma names a checkout that has them\n");
  measure_scale();
  return 0;
}

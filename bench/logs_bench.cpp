// How fast logs become events, one core, against what simdjson needs to parse the same lines in the same run.
//
// Records are made at run time, each with its own ids, times and addresses, as long and as nested as tenants'
// exports are: Graph sign-ins as JSON lines, and unified audit records whose AuditData is JSON inside a JSON
// string. "limit" parses every line with simdjson's DOM and reads nothing from it; "memory" sums the bytes.
// Figures are CPU seconds of this thread, best of five.

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <ctime>
#include <random>
#include <string>

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
  const double ours = best_of_five([&] {
    log::EventTable table;
    QuietSink sink;
    evidence::ItemView item;
    item.path = "bench.jsonl";
    item.bytes = text;
    (void)log::read_log(item, table, sink);
    events = table.events.size();
    unread = sink.bytes;
  });
  const double megabytes = static_cast<double>(size) / 1e6;
  fmt::print("{:<28} {:>8.1f} {:>9} {:>9.0f} {:>9.0f} {:>9.0f} {:>10.2f} {:>8}\n", name, megabytes, events,
             megabytes / ours, megabytes / limit, megabytes / memory, limit / ours, unread);
}

}  // namespace

int main() {
  fmt::print("{:<28} {:>8} {:>9} {:>9} {:>9} {:>9} {:>10} {:>8}\n", "log", "MB", "events", "MB/s", "simdjson",
             "memory", "/simdjson", "unread");
  measure("Graph sign-ins, JSON lines", signins(32'000'000));
  measure("audit log, nested AuditData", audits(32'000'000));
  return 0;
}

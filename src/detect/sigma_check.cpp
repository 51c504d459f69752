#include "detect/sigma_check.hpp"

#include <algorithm>
#include <utility>

#include "base/encode.hpp"
#include "evidence/deaf_sink.hpp"
#include "log/builder.hpp"

namespace dislodge::detect {

namespace {

using log::Source;

// What every record of a product has. Names and values as JSON.
using Members = std::vector<std::pair<std::string_view, std::string_view>>;

const Members &plain_record(const SigmaLogsource &logsource) {
  static const Members kAudit = {
      {"id", R"("Directory_1")"},
      {"activityDateTime", R"("2024-01-12T07:00:00Z")"},
      {"result", R"("success")"},
      {"resultReason", R"("")"},
      {"category", R"("ApplicationManagement")"},
      {"correlationId", R"("11111111-0000-4000-8000-000000000001")"},
      {"initiatedBy",
       R"({"user":{"id":"22222222-0000-4000-8000-000000000001","userPrincipalName":"admin@x.example","ipAddress":"192.0.2.7"}})"},
      {"targetResources", "[]"}};
  static const Members kSignin = {{"id", R"("33333333-0000-4000-8000-000000000001")"},
                                  {"createdDateTime", R"("2024-01-12T07:00:00Z")"},
                                  {"userId", R"("22222222-0000-4000-8000-000000000002")"},
                                  {"userPrincipalName", R"("user@x.example")"},
                                  {"appId", R"("44444444-0000-4000-8000-000000000001")"},
                                  {"ipAddress", R"("192.0.2.8")"},
                                  {"isInteractive", "true"},
                                  {"clientAppUsed", R"("Browser")"},
                                  {"status", R"({"errorCode":0})"}};
  static const Members kM365 = {{"Id", R"("55555555-0000-4000-8000-000000000001")"},
                                {"CreationTime", R"("2024-01-12T07:00:00")"},
                                {"OrganizationId", R"("66666666-0000-4000-8000-000000000001")"},
                                {"RecordType", "1"},
                                {"UserType", "2"},
                                {"UserKey", R"("10030000")"},
                                {"Workload", R"("Exchange")"},
                                {"UserId", R"("admin@x.example")"},
                                {"ResultStatus", R"("True")"},
                                {"ClientIP", R"("192.0.2.9:4711")"}};
  static const Members kOkta = {
      {"uuid", R"("77777777-0000-4000-8000-000000000001")"},
      {"published", R"("2024-01-12T07:00:00.000Z")"},
      {"version", R"("0")"},
      {"severity", R"("INFO")"},
      {"displayMessage", R"("x")"},
      {"actor", R"({"id":"00u1","type":"User","alternateId":"admin@x.example","displayName":"Admin"})"},
      {"client", R"({"ipAddress":"192.0.2.10","userAgent":{"rawUserAgent":"Mozilla/5.0"}})"},
      {"outcome", R"({"result":"SUCCESS"})"}};
  static const Members kGithub = {{"@timestamp", "1705042800000"},
                                  {"created_at", "1705042800000"},
                                  {"_document_id", R"("d1")"},
                                  {"actor", R"("admin")"},
                                  {"org", R"("x")"}};
  static const Members kAws = {
      {"eventVersion", R"("1.08")"},
      {"eventTime", R"("2024-01-12T07:00:00Z")"},
      {"eventID", R"("88888888-0000-4000-8000-000000000001")"},
      {"awsRegion", R"("eu-central-1")"},
      {"sourceIPAddress", R"("192.0.2.11")"},
      {"userAgent", R"("aws-cli/2")"},
      {"recipientAccountId", R"("111122223333")"},
      {"userIdentity",
       R"({"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/admin","accountId":"111122223333","accessKeyId":"AKIAEXAMPLE","userName":"admin"})"}};
  static const Members kNone;
  if (logsource.product == "azure" && logsource.service == "activitylogs") return kNone;
  if (logsource.product == "azure") return logsource.service == "signinlogs" ? kSignin : kAudit;
  if (logsource.product == "m365") return kM365;
  if (logsource.product == "okta") return kOkta;
  if (logsource.product == "github") return kGithub;
  if (logsource.product == "aws") return kAws;
  return kNone;
}

Source source_of(const SigmaLogsource &logsource) {
  if (logsource.product == "azure" && logsource.service == "activitylogs") return Source::azure_activity;
  if (logsource.product == "azure")
    return logsource.service == "signinlogs" ? Source::entra_signin : Source::entra_audit;
  if (logsource.product == "m365") return Source::m365_audit;
  if (logsource.product == "okta") return Source::okta;
  if (logsource.product == "github") return Source::github;
  if (logsource.product == "gitlab") return Source::gitlab;
  if (logsource.product == "aws") return Source::aws_cloudtrail;
  if (logsource.product == "gcp") return Source::google_cloud;
  if (logsource.product == "windows") return Source::windows;
  return Source::generic;
}

std::vector<std::string> found_in(const log::EventTable &table) {
  std::vector<std::string> out;
  for (const log::Event &event : table.events)
    for (const std::string_view rule : table.extras_of(event, "rule")) out.emplace_back(rule);
  return out;
}

}  // namespace

std::vector<std::string> rules_found(const SigmaMatcher &matcher, const SigmaLogsource &logsource,
                                     std::string_view record, std::string *problem) {
  log::JsonArena arena;
  const auto parsed = arena.parse(record);
  if (!parsed || !parsed->is_object()) {
    if (problem != nullptr) *problem = "an example is no JSON object";
    return {};
  }
  std::string text = "{";
  const auto add = [&](std::string_view name, std::string_view value) {
    text += (text.size() > 1 ? ",\"" : "\"") + std::string(name) + "\":" + std::string(value);
  };
  for (const auto &[name, value] : plain_record(logsource))
    if (!parsed->get(name)) add(name, value);
  parsed->for_members([&](std::string_view name, const log::Json &value) { add(name, value.raw()); });
  text += "}\n";

  SigmaWatcher watcher(matcher);
  log::EventTable table;
  if (log::recognises(text)) {
    evidence::DeafSink sink;
    evidence::ItemView item;
    item.path = "example.json";
    item.bytes = text;
    log::ReadOptions options;
    options.watcher = &watcher;
    const auto read = log::read_log(item, table, sink, options);
    if (read && read->events > 0) return found_in(table);
  }
  const auto whole = arena.parse(text);
  if (!whole) return {};
  log::EventBuilder builder(table, "example.json", "");
  log::RecordSpan span;
  span.length = text.size();
  builder.begin(span, source_of(logsource));
  builder.set(&log::Event::operation,
              whole->any({"eventType", "action", "eventName", "activityDisplayName", "Operation"}).text());
  watcher.saw(*whole, text, builder);
  builder.commit();
  return found_in(table);
}

std::vector<SigmaProblem> check_examples(const SigmaMatcher &matcher) {
  std::vector<SigmaProblem> problems;
  for (const SigmaRule &rule : matcher.set().rules) {
    if (!rule.own) continue;
    const auto run = [&](const std::vector<std::string> &examples, bool must) {
      for (std::size_t i = 0; i < examples.size(); ++i) {
        // Where a rule holds for several logs, its examples are records of the first.
        std::string why;
        const auto found = rules_found(matcher, rule.logsources.front(), examples[i], &why);
        const bool there = std::find(found.begin(), found.end(), rule.id) != found.end();
        if (!why.empty() || there != must)
          problems.push_back({rule.path, rule.id,
                              why.empty() ? std::string(must ? "does not find its example "
                                                             : "finds what it must not, example ") +
                                                std::to_string(i + 1)
                                          : why});
      }
    };
    run(rule.own->must, true);
    run(rule.own->must_not, false);
    if (rule.own->must.empty() && rule.own->kind != "discovery")
      problems.push_back({rule.path, rule.id, "has no example"});
  }
  return problems;
}

}  // namespace dislodge::detect

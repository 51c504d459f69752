// Elastic Common Schema: documents of Filebeat, Elastic Agent and exports of Kibana, nested or with dotted
// names. Where "event.original" holds the record of a source that is known, that is read instead
// (reader.cpp).
// Source: elastic.co/guide/en/ecs/current.

#include "base/encode.hpp"
#include "log/fields.hpp"
#include "log/sources.hpp"

namespace dislodge::log {

namespace {

// "azure.signinlogs", "o365.audit", "okta.system": the data set names the source.
Source source_of_dataset(std::string_view dataset) {
  struct Name {
    std::string_view start;
    Source source;
  };
  constexpr Name kNames[] = {{"azure.signinlogs", Source::entra_signin},
                             {"azure.auditlogs", Source::entra_audit},
                             {"azure.identity_protection", Source::entra_risk},
                             {"azure.graphactivitylogs", Source::graph_activity},
                             {"azure.activitylogs", Source::azure_activity},
                             {"azure.", Source::azure_activity},
                             {"o365.", Source::m365_audit},
                             {"okta.", Source::okta},
                             {"github.", Source::github},
                             {"gitlab.", Source::gitlab},
                             {"aws.cloudtrail", Source::aws_cloudtrail},
                             {"gcp.audit", Source::google_cloud},
                             {"google_workspace.", Source::google},
                             {"gsuite.", Source::google},
                             {"salesforce.", Source::salesforce},
                             {"cisco_duo.", Source::duo},
                             {"auth0.", Source::auth0},
                             {"microsoft_exchange_online_message_trace.", Source::message_trace},
                             {"m365_defender.", Source::defender},
                             {"system.security", Source::windows},
                             {"windows.", Source::windows},
                             {"system.auth", Source::sshd},
                             {"system.syslog", Source::syslog}};
  for (const Name &one : kNames)
    if (dataset.substr(0, one.start.size()) == one.start) return one.source;
  return Source::ecs;
}

bool has_category(const Json &record, std::string_view wanted) {
  bool found = false;
  const Json category = at(record, "event.category");
  if (category.is_text()) return base::equal_ignoring_case(category.text(), wanted);
  category.for_each([&](const Json &one) { found = found || base::equal_ignoring_case(one.text(), wanted); });
  return found;
}

}  // namespace

bool is_ecs(const Json &record) {
  if (!record.is_object() || record.get("winlog") || record.get("class_uid") || record.get("eventSource"))
    return false;
  if (!record.get("@timestamp")) return false;
  const bool about = at(record, "event.action") || at(record, "event.category") ||
                     at(record, "event.dataset") || at(record, "event.kind");
  return about && (at(record, "ecs.version") || at(record, "event.dataset") || at(record, "event.category") ||
                   at(record, "source.ip") || at(record, "user.name"));
}

base::Result<void> read_ecs(const Json &record, EventBuilder &out) {
  DISLODGE_TRY(set_time_at(out, record, {"@timestamp", "event.created", "event.ingested"}));
  Event &event = out.event();
  const std::string_view dataset = text_at(record, {"event.dataset", "data_stream.dataset", "event.module"});
  event.source = source_of_dataset(dataset);
  std::string_view operation = text_at(record, {"event.action", "event.code"});
  if (operation.empty()) operation = text_at(record, {"event.type", "event.category"});
  out.set(&Event::operation, operation);
  if (has_category(record, "authentication"))
    event.event_class = EventClass::interactive_signin;
  else if (has_category(record, "iam") || has_category(record, "configuration"))
    event.event_class = EventClass::admin_change;
  else if (has_category(record, "email"))
    event.event_class = EventClass::message_flow;
  else if (has_category(record, "file"))
    event.event_class = EventClass::file_access;
  else if (has_category(record, "api") || has_category(record, "web"))
    event.event_class = EventClass::api_call;
  if (text_at(record, {"event.kind"}) == "alert") event.event_class = EventClass::alert;
  event.outcome = outcome_of_word(text_at(record, {"event.outcome"}));
  const bool login = event.event_class == EventClass::interactive_signin;
  if (login && event.outcome == Outcome::error) event.outcome = Outcome::wrong_secret;
  out.extra("reason", text_at(record, {"event.reason", "error.message"}));
  out.set(&Event::native_id, text_at(record, {"event.id", "_id"}));
  std::string_view tenant = text_at(
      record, {"organization.id", "cloud.account.id", "azure.tenant_id", "o365.audit.OrganizationId"});
  if (tenant.empty()) tenant = out.declared_tenant();
  out.set_lower(&Event::tenant, tenant);
  out.set(&Event::actor_type, "user");
  out.set(&Event::actor_id, text_at(record, {"user.id"}));
  out.set_lower(&Event::actor_name,
                text_at(record, {"user.email", "user.name", "client.user.name", "related.user"}));
  out.set(&Event::target_id, text_at(record, {"user.target.id", "group.id", "user.target.group.id"}));
  out.set(&Event::target_name,
          text_at(record, {"user.target.email", "user.target.name", "group.name", "file.path"}));
  out.set_address(text_at(record, {"source.ip", "client.ip"}));
  out.set(&Event::network, text_at(record, {"source.as.number", "source.as.organization.name"}));
  out.set(&Event::country, text_at(record, {"source.geo.country_iso_code", "source.geo.country_name"}));
  out.set(&Event::agent, text_at(record, {"user_agent.original"}));
  out.set(&Event::client, text_at(record, {"network.protocol", "user_agent.name"}));
  out.set(&Event::application_name, text_at(record, {"service.name", "event.provider"}));
  out.set(&Event::resource_name, text_at(record, {"host.hostname", "host.name", "cloud.service.name"}));
  out.set(&Event::session, text_at(record, {"session.id", "transaction.id"}));
  out.set(&Event::correlation, text_at(record, {"trace.id"}));
  out.extra("dataset", dataset);
  out.extra("process", text_at(record, {"process.name", "process.executable"}));
  out.extra("uri", text_at(record, {"url.original", "url.full"}));
  out.extra("method", text_at(record, {"http.request.method"}));
  out.extra("status", text_at(record, {"http.response.status_code"}));
  return {};
}

}  // namespace dislodge::log

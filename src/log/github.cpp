// GitHub: the audit log (API, streaming, web export as JSON and CSV; Git events only where streaming or
// include=git asked for them), and deliveries of webhooks.
// Source: docs.github.com/organizations/keeping-your-organization-secure/reviewing-the-audit-log.

#include <string>

#include "base/encode.hpp"
#include "log/fields.hpp"
#include "log/sources.hpp"

namespace dislodge::log {

namespace {

bool is_delivery(const Json &record) {
  return (record.get("repository").is_object() || record.get("organization").is_object()) &&
         (record.any({"sender", "pusher", "commits", "workflow_run", "workflow_job", "pull_request", "ref",
                      "action", "changes", "alert"}));
}

EventClass class_of(std::string_view action) {
  if (action.starts_with("git.") || action == "repo.download_zip" || action.starts_with("repo.download"))
    return EventClass::code_access;
  if (action.starts_with("user.login") || action.starts_with("user.failed_login") ||
      action.starts_with("user.two_factor_") || action.starts_with("org.sso_response") ||
      action.starts_with("business.sso_response") || action == "external_identity.authenticate")
    return EventClass::interactive_signin;
  if (action.starts_with("workflows.") || action.starts_with("pull_request") || action.starts_with("push") ||
      action.starts_with("issue"))
    return EventClass::other;
  if (action.starts_with("api.")) return EventClass::api_call;
  return EventClass::admin_change;
}

base::Result<void> read_delivery(const Json &record, EventBuilder &out) {
  DISLODGE_TRY(set_time_at(
      out, record,
      {"created_at", "updated_at", "workflow_run.updated_at", "workflow_job.completed_at",
       "workflow_job.started_at", "pull_request.updated_at", "head_commit.timestamp", "repository.pushed_at",
       "commits.timestamp", "at_sign_timestamp", "p_event_time", "p_parse_time"}));
  out.event().event_class = EventClass::other;
  std::string_view what = "push";
  for (const std::string_view kind : {"workflow_job", "workflow_run", "pull_request", "alert", "issue"})
    if (record.get(kind)) {
      what = kind;
      break;
    }
  const std::string_view action = text_at(record, {"action"});
  out.set(&Event::operation,
          action.empty() ? std::string(what) : std::string(what) + '.' + std::string(action));
  out.set(&Event::actor_type, "user");
  out.set_lower(&Event::actor_name, text_at(record, {"sender.login", "pusher.name"}));
  out.set(&Event::actor_id, text_at(record, {"sender.id"}));
  out.set_lower(&Event::tenant, text_at(record, {"organization.login", "repository.owner.login"}));
  out.set(&Event::resource_name, text_at(record, {"repository.full_name", "repository.name"}));
  out.set(&Event::resource_id, text_at(record, {"repository.id"}));
  out.event().outcome =
      outcome_of_word(text_at(record, {"workflow_run.conclusion", "workflow_job.conclusion"}));
  out.extra("ref", text_at(record, {"ref", "workflow_run.head_branch"}));
  return {};
}

}  // namespace

bool is_github(const Json &record) {
  if (!record.is_object() || record.get("eventSource") || record.get("EventID") || record.get("ecs") ||
      record.get("protoPayload") || record.get("class_uid"))
    return false;
  if (is_delivery(record)) return true;
  const std::string_view action = record.text("action");
  const std::size_t dot = action.find('.');
  if (dot == std::string_view::npos || dot == 0 || action.find(' ') != std::string_view::npos ||
      action.find('/') != std::string_view::npos)
    return false;
  if (record.get("isotimestamp") || record.get("controller") || record.get("meta.caller_id")) return false;
  return !!record.any({"actor", "org", "repo", "repository", "user", "business", "_document_id", "created_at",
                       "operation_type", "actor_ip", "org_id", "actor_id", "actor_location"});
}

base::Result<void> read_github(const Json &record, EventBuilder &out) {
  const std::string_view action = record.text("action");
  if (is_delivery(record) && action.find('.') == std::string_view::npos) return read_delivery(record, out);
  DISLODGE_TRY(set_time_at(
      out, record,
      {"@timestamp", "created_at", "at_sign_timestamp", "timestamp", "p_event_time", "p_parse_time"}));
  Event &event = out.event();
  out.set(&Event::operation, action);
  event.event_class = class_of(action);
  if (event.event_class == EventClass::interactive_signin) {
    const bool failed = base::contains_ignoring_case(action, "fail");
    event.outcome = failed ? Outcome::wrong_secret : Outcome::ok;
    // The code of the second factor is asked for after the password was right.
    if (action.starts_with("user.two_factor_challenge_failure"))
      event.outcome = Outcome::right_secret_stopped;
    if (action.starts_with("user.two_factor_requested")) event.outcome = Outcome::interrupted;
  } else {
    event.outcome = outcome_of_word(text_at(record, {"conclusion", "result"}));
    if (event.outcome == Outcome::none) event.outcome = Outcome::ok;
  }
  out.set(&Event::native_id, text_at(record, {"_document_id", "request_id"}));
  std::string_view tenant = text_at(record, {"org", "business", "enterprise"});
  if (tenant.empty()) tenant = out.declared_tenant();
  out.set_lower(&Event::tenant, tenant);
  const bool app = record.get("actor_is_bot").truth() ||
                   base::contains_ignoring_case(record.text("programmatic_access_type"), "GitHub App");
  out.set(&Event::actor_type, app ? "application" : "user");
  out.set(&Event::actor_id, text_at(record, {"actor_id"}));
  out.set_lower(&Event::actor_name, text_at(record, {"actor", "external_identity_nameid"}));
  out.set_address(text_at(record, {"actor_ip"}));
  out.set(&Event::country, text_at(record, {"actor_location.country_code"}));
  out.set(&Event::agent, text_at(record, {"user_agent"}));
  out.set(&Event::client, text_at(record, {"transport_protocol_name", "programmatic_access_type"}));
  out.set(&Event::application_id,
          text_at(record, {"oauth_application_id", "integration_id", "application_client_id"}));
  out.set(&Event::application_name, text_at(record, {"oauth_application_name", "integration", "name"}));
  out.set(&Event::target_name, text_at(record, {"user", "team", "deploy_key_fingerprint", "fingerprint",
                                                "title", "config.url", "hook_id"}));
  out.set(&Event::target_id, text_at(record, {"user_id"}));
  if (out.is_set(&Event::target_name)) out.set(&Event::target_type, record.get("user") ? "user" : "");
  const Json repository = record.get("repo");
  out.set(&Event::resource_name, repository ? text_at(record, {"repo"}) : text_at(record, {"repository"}));
  out.set(&Event::resource_id, text_at(record, {"repo_id", "repository_id"}));
  out.set(&Event::correlation, text_at(record, {"request_id"}));
  out.set_lower(&Event::key_id, text_at(record, {"token_id", "user_programmatic_access_id", "key_id"}));
  // Base64 of the SHA-256 of the token: case matters.
  out.extra("hashed-token", text_at(record, {"hashed_token"}));
  out.extra("access-type", text_at(record, {"programmatic_access_type"}));
  out.extra("scopes", text_at(record, {"token_scopes"}));
  out.extra("transport", text_at(record, {"transport_protocol_name", "transport_protocol"}));
  out.extra("operation-type", text_at(record, {"operation_type"}));
  out.extra("external-identity", text_at(record, {"external_identity_nameid"}));
  // Names of the secrets that a job was given, never their values.
  if (const Json passed = record.get("secrets_passed").unpacked(); passed.is_array()) {
    std::string names;
    passed.for_each([&](const Json &one) { names += (names.empty() ? "" : ", ") + std::string(one.text()); });
    out.extra("secrets-passed", std::string_view(names).substr(0, 1000));
  }
  // A deploy key that may push; where a hook sends what happens.
  out.extra("read-only", text_at(record, {"read_only"}));
  out.extra("hook-url", text_at(record, {"config.url", "hook_url"}));
  out.extra("fingerprint", text_at(record, {"deploy_key_fingerprint", "fingerprint"}));
  if (record.get("user")) out.extra("team", text_at(record, {"team"}));
  out.extra("key-title", text_at(record, {"title"}));
  out.extra("visibility", text_at(record, {"visibility", "public_repo"}));
  out.extra("permission", text_at(record, {"permission", "new_repo_permission"}));
  return {};
}

}  // namespace dislodge::log

// AWS CloudTrail: files of a trail ({"Records": [...]}), lookup-events (records inside text), Lake and Athena
// rows, the console's CSV of the event history.
// Source: docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html.

#include <string>

#include "base/encode.hpp"
#include "log/fields.hpp"
#include "log/record_identity.hpp"
#include "log/sources.hpp"

namespace dislodge::log {

namespace {

// Calls that hand out credentials or open a session.
bool is_signin(std::string_view name) {
  for (const std::string_view one :
       {"ConsoleLogin", "UserAuthentication", "Authenticate", "CredentialVerification", "SwitchRole",
        "ExitRole", "GetSigninToken", "Federate"})
    if (name == one) return true;
  return false;
}

bool is_token(std::string_view name) {
  return name.starts_with("AssumeRole") || name == "GetSessionToken" || name == "GetFederationToken" ||
         name == "CreateToken" || name == "GetRoleCredentials";
}

bool takes_secret(std::string_view source, std::string_view name) {
  return (source.starts_with("secretsmanager.") &&
          (name == "GetSecretValue" || name == "BatchGetSecretValue")) ||
         (source.starts_with("ssm.") && name.starts_with("GetParameter")) ||
         (source.starts_with("kms.") && name == "Decrypt");
}

EventClass class_of(const Json &record, std::string_view source, std::string_view name) {
  if (is_signin(name)) return EventClass::interactive_signin;
  if (is_token(name) || takes_secret(source, name)) return EventClass::key_use;
  if (source.starts_with("codecommit.")) return EventClass::code_access;
  if (source.starts_with("s3.") && (name == "GetObject" || name == "PutObject" || name == "DeleteObject"))
    return EventClass::file_access;
  if (source.starts_with("iam.") || source.starts_with("organizations.") || source.starts_with("sso") ||
      source.starts_with("cloudtrail.")) {
    const std::string_view reading = record.text("readOnly");
    const bool reads = base::equal_ignoring_case(reading, "true") || name.starts_with("Get") ||
                       name.starts_with("List") || name.starts_with("Describe");
    return reads ? EventClass::api_call : EventClass::admin_change;
  }
  return EventClass::api_call;
}

Outcome outcome_of(const Json &record, std::string_view name, std::string_view error) {
  if (name == "ConsoleLogin" || name == "CredentialVerification") {
    std::string_view result =
        text_at(record, {"responseElements.ConsoleLogin", "serviceEventDetails.CredentialVerification"});
    if (base::equal_ignoring_case(result, "Success")) return Outcome::ok;
    const std::string_view message = text_at(record, {"errorMessage"});
    if (base::equal_ignoring_case(result, "Failure") || !message.empty() || !error.empty()) {
      if (base::contains_ignoring_case(message, "MFA")) return Outcome::right_secret_stopped;
      return Outcome::wrong_secret;
    }
  }
  if (error.empty() && text_at(record, {"errorMessage"}).empty()) return Outcome::ok;
  for (const std::string_view word :
       {"AccessDenied", "Unauthorized", "Forbidden", "NotAuthorized", "OptInRequired"})
    if (base::contains_ignoring_case(error, word)) return Outcome::blocked;
  for (const std::string_view word : {"InvalidClientTokenId", "SignatureDoesNotMatch", "AuthFailure",
                                      "InvalidAccessKeyId", "UnrecognizedClient"})
    if (base::contains_ignoring_case(error, word)) return Outcome::wrong_secret;
  if (base::contains_ignoring_case(error, "ExpiredToken")) return Outcome::right_secret_stopped;
  return Outcome::error;
}

// A struct as Athena and Presto print it. Values hold no braces or ", name=" of their own here (names, ids,
// dates); what is none gives "".
std::string struct_as_json(std::string_view text) {
  constexpr std::string_view kNames[][2] = {
      {"principalid", "principalId"},    {"accountid", "accountId"}, {"accesskeyid", "accessKeyId"},
      {"username", "userName"},          {"invokedby", "invokedBy"}, {"sessioncontext", "sessionContext"},
      {"sessionissuer", "sessionIssuer"}};
  if (!text.starts_with('{') || text.find('=') == std::string_view::npos ||
      text.find('"') != std::string_view::npos)
    return {};
  std::string out;
  const auto quoted = [](std::string_view plain) {
    std::string one = "\"";
    for (const char c : plain) {
      if (c == '\\') one += '\\';
      if (static_cast<unsigned char>(c) >= ' ') one += c;
    }
    return one + '"';
  };
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '{' || c == '}' || c == ',' || c == ' ') {
      if (c != ' ') out += c;
      ++at;
      continue;
    }
    const std::size_t equals = text.find('=', at);
    if (equals == std::string_view::npos) return {};
    std::string_view name = text.substr(at, equals - at);
    for (const auto &known : kNames)
      if (name == known[0]) name = known[1];
    out += quoted(name) + ':';
    at = equals + 1;
    if (at < text.size() && text[at] == '{') continue;
    std::size_t end = at;
    while (end < text.size() && text[end] != '}' && !(text[end] == ',' && text.substr(end, 2) == ", ")) ++end;
    const std::string_view value = text.substr(at, end - at);
    out += value == "null" ? std::string("null") : quoted(value);
    at = end;
  }
  return out;
}

// What was acted on: the first of the parameters that names something.
void read_target(const Json &record, EventBuilder &out) {
  struct Named {
    std::string_view path, type;
  };
  // Who makes a key without naming a user makes it for themselves: only the answer says whose it is.
  constexpr Named kNamed[] = {{"requestParameters.userName", "user"},
                              {"responseElements.accessKey.userName", "user"},
                              {"requestParameters.roleArn", "role"},
                              {"requestParameters.roleName", "role"},
                              {"requestParameters.groupName", "group"},
                              {"requestParameters.policyArn", "policy"},
                              {"requestParameters.secretId", "secret"},
                              {"requestParameters.name", ""},
                              {"requestParameters.bucketName", "bucket"},
                              {"requestParameters.functionName", "function"},
                              {"requestParameters.instanceId", "instance"},
                              {"requestParameters.snapshotId", "snapshot"},
                              {"requestParameters.dBInstanceIdentifier", "database"},
                              {"requestParameters.keyId", "key"},
                              {"requestParameters.trailName", "trail"},
                              {"requestParameters.repositoryName", "repository"},
                              {"requestParameters.groupId", "security-group"},
                              {"Resource name", ""}};
  // Of calls about one object the object, as its address.
  if (const std::string_view key = text_at(record, {"requestParameters.key"}); !key.empty())
    if (const std::string_view bucket = text_at(record, {"requestParameters.bucketName"}); !bucket.empty()) {
      out.set(&Event::target_name, "s3://" + std::string(bucket) + '/' + std::string(key));
      out.set(&Event::target_type, "object");
    }
  for (const Named &one : kNamed) {
    const std::string_view text = text_at(record, {one.path});
    if (text.empty() || text == out.get(&Event::target_name)) continue;
    if (!out.is_set(&Event::target_name)) {
      out.set(&Event::target_name, text);
      out.set(&Event::target_type, one.type);
    } else {
      out.extra("target", std::string(one.type) + ' ' + std::string(text));
    }
  }
}

}  // namespace

bool is_aws_cloudtrail(const Json &record) {
  if (!record.is_object()) return false;
  if (record.get("eventSource") && record.get("eventName"))
    return !!record.any(
        {"eventVersion", "awsRegion", "userIdentity", "eventTime", "sourceIPAddress", "eventID"});
  if (record.text("eventType") == "AwsCloudTrailInsight" && record.get("insightDetails")) return true;
  // The console's table.
  if (record.get("Event source") && record.get("Event name") && record.get("Event time")) return true;
  return record.get("userIdentity").unpacked().is_object() &&
         record.any({"eventName", "eventTime", "awsRegion", "eventType"}) && !record.get("protoPayload");
}

base::Result<void> read_aws_cloudtrail(const Json &record, EventBuilder &out) {
  DISLODGE_TRY(set_time_at(out, record, {"eventTime", "p_event_time", "p_parse_time", "timestamp"}));
  Event &event = out.event();
  const std::string_view name = text_at(record, {"eventName"});
  const std::string_view source = text_at(record, {"eventSource"});
  const std::string_view error = text_at(record, {"errorCode"});
  out.set(&Event::operation, name);
  event.event_class = class_of(record, source, name);
  event.outcome = outcome_of(record, name, error);
  out.set(&Event::native_id, text_at(record, {"eventID"}));
  // Athena writes structs its own way: "{type=IAMUser, arn=arn:..., sessioncontext={...}}".
  const Json written = record.get("userIdentity");
  Json identity = written.unpacked();
  if (!identity.is_object() && written.is_text())
    if (const Json parsed = out.arena().parse_inner(struct_as_json(written.text())); parsed.is_object())
      identity = parsed;
  std::string_view tenant = text_at(record, {"recipientAccountId"});
  if (tenant.empty()) tenant = text_at(identity, {"accountId"});
  if (tenant.empty()) tenant = out.declared_tenant();
  out.set_lower(&Event::tenant, tenant);

  const std::string_view type = text_at(identity, {"type"});
  const std::string_view arn = text_at(identity, {"arn"});
  const std::string_view issuer = text_at(identity, {"sessionContext.sessionIssuer.arn"});
  if (type == "AWSService" || type == "AWSAccount" || !text_at(identity, {"invokedBy"}).empty())
    out.set(&Event::actor_type, type == "AWSAccount"   ? "user"
                                : type == "AWSService" ? "system"
                                                       : "service-principal");
  else if (type == "AssumedRole" || type == "Role" || type == "FederatedUser" || type == "WebIdentityUser" ||
           type == "SAMLUser")
    out.set(&Event::actor_type, "service-principal");
  else
    out.set(&Event::actor_type, "user");
  std::string_view id = text_at(identity, {"principalId"});
  if (id.empty()) id = arn;
  out.set(&Event::actor_id, id);
  std::string_view who = text_at(identity, {"userName"});
  if (who.empty()) who = arn;
  if (who.empty()) who = text_at(identity, {"invokedBy", "sessionContext.sessionIssuer.userName"});
  if (who.empty() && type == "Root") who = "root";
  if (who.empty()) who = text_at(record, {"User name", "Username", "additionalEventData.UserName"});
  if (who.empty()) who = text_at(identity, {"principalId", "type"});
  out.set_lower(&Event::actor_name, who);
  out.extra("arn", arn);
  out.extra("role", issuer);
  out.extra("identity-type", type);

  const std::string_view address = text_at(record, {"sourceIPAddress", "Source IP address"});
  out.set_address(address);
  out.set(&Event::agent, text_at(record, {"userAgent"}));
  out.set(&Event::client, text_at(record, {"eventType", "sessionCredentialFromConsole"}));
  out.set_lower(&Event::key_id, text_at(identity, {"accessKeyId"}));
  if (!out.is_set(&Event::key_id))
    out.set_lower(&Event::key_id, text_at(record, {"AWS access key", "AccessKeyId"}));
  out.set(&Event::resource_name, source);
  out.set(&Event::resource_id, text_at(record, {"resources.ARN", "resources.arn"}));
  out.set(&Event::correlation, text_at(record, {"sharedEventID", "requestID"}));
  out.set(&Event::session, text_at(identity, {"sessionContext.sourceIdentity"}));
  read_target(record, out);
  // A credential that was handed out: what acts with it later is this call's doing.
  const std::string_view made =
      text_at(record, {"responseElements.accessKey.accessKeyId", "responseElements.credentials.accessKeyId"});
  out.extra("key-added", base::lower(made));
  if (name == "DeleteAccessKey" ||
      (name == "UpdateAccessKey" && text_at(record, {"requestParameters.status"}) == "Inactive"))
    out.extra("key-removed", base::lower(text_at(record, {"requestParameters.accessKeyId"})));
  // What a policy of their own allows stands in the call that sets it, and nowhere else in a log.
  if (source.starts_with("iam.") && (name.ends_with("Policy") || name == "CreateRole")) {
    constexpr std::size_t kDocumentMax = 10'240;  // of a role, the largest (IAM quotas)
    out.extra("policy-name", text_at(record, {"requestParameters.policyName"}));
    const std::string_view document =
        text_at(record, {"requestParameters.policyDocument", "requestParameters.assumeRolePolicyDocument"});
    if (document.size() <= kDocumentMax) out.extra("policy-document", document);
  }
  out.extra("assumed-role", text_at(record, {"responseElements.assumedRoleUser.arn"}));
  out.extra("region", text_at(record, {"awsRegion", "AWS region"}));
  out.extra("read-only", text_at(record, {"readOnly"}));
  out.extra("mfa", text_at(record, {"additionalEventData.MFAUsed",
                                    "userIdentity.sessionContext.attributes.mfaAuthenticated"}));
  if (record.get("Event source")) out.extra(kConsoleTable, "true");
  out.extra("management-event", text_at(record, {"managementEvent"}));
  out.extra("error", error);
  out.extra("reason", text_at(record, {"errorMessage"}));
  return {};
}

}  // namespace dislodge::log

#include "log/native.hpp"

#include <algorithm>

#include "base/encode.hpp"
#include "base/json_writer.hpp"
#include "log/fields.hpp"
#include "log/winevent_values.hpp"

namespace dislodge::log {

namespace {

constexpr int kDeepMax = 12;
constexpr std::size_t kNumberMax = 32;

// "raw_user_agent" -> "rawUserAgent".
std::string camel(std::string_view name) {
  std::string out;
  bool up = false;
  for (const char c : name) {
    if (c == '_') {
      up = !out.empty();
      continue;
    }
    out += up && c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    up = false;
  }
  return out;
}

enum class Names { kept, camel };

void copy(base::JsonWriter &json, const Json &value, Names names, int deep = 0) {
  if (deep > kDeepMax || !value) {
    json.value(nullptr);
  } else if (value.is_object()) {
    json.object([&] {
      value.for_members([&](std::string_view name, const Json &member) {
        json.key(names == Names::camel ? camel(name) : std::string(name));
        copy(json, member, names, deep + 1);
      });
    });
  } else if (value.is_array()) {
    json.array([&] { value.for_each([&](const Json &one) { copy(json, one, names, deep + 1); }); });
  } else {
    json.value(value.text());
  }
}

void field(base::JsonWriter &json, std::string_view name, std::string_view value) {
  if (!value.empty()) json.field(name, value);
}

// ---- Elastic ----

// "{accessKey={accessKeyId=AKIA..., userName=amy}}": a map as Java prints it, which the integration keeps of
// parameters. Values are taken up to the next ", name=" or brace.
void java_map(base::JsonWriter &json, std::string_view &rest, int deep = 0) {
  json.object([&] {
    rest.remove_prefix(1);  // {
    while (!rest.empty() && rest.front() != '}') {
      while (!rest.empty() && (rest.front() == ' ' || rest.front() == ',')) rest.remove_prefix(1);
      const std::size_t equals = rest.find('=');
      if (equals == std::string_view::npos || rest.find('}') < equals) break;
      json.key(rest.substr(0, equals));
      rest.remove_prefix(equals + 1);
      if (rest.starts_with('{') && deep < kDeepMax) {
        java_map(json, rest, deep + 1);
        continue;
      }
      std::size_t end = 0, brackets = 0;
      while (end < rest.size()) {
        const char c = rest[end];
        if (c == '[') ++brackets;
        if (c == ']' && brackets > 0) --brackets;
        if (brackets == 0 && c == '}') break;
        if (brackets == 0 && c == ',') {
          const std::size_t next = rest.find('=', end), stop = rest.find_first_of(" ,}", end + 2);
          if (next != std::string_view::npos && next < stop) break;
        }
        ++end;
      }
      json.value(rest.substr(0, end));
      rest.remove_prefix(end);
    }
    if (!rest.empty()) rest.remove_prefix(1);  // }
  });
}

void parameters(base::JsonWriter &json, std::string_view name, const Json &flattened, const Json &printed) {
  if (flattened.is_object()) {
    json.key(name);
    copy(json, flattened, Names::kept);
    return;
  }
  const Json inner = printed.unpacked();
  if (inner.is_object()) {
    json.key(name);
    copy(json, inner, Names::kept);
    return;
  }
  std::string_view text = printed.text();
  if (!text.starts_with('{')) return;
  json.key(name);
  java_map(json, text);
}

std::string cloudtrail_of_ecs(const Json &record) {
  const Json trail = record.get("aws").get("cloudtrail");
  if (!trail.is_object()) return {};
  base::JsonWriter json;
  json.object([&] {
    trail.for_members([&](std::string_view name, const Json &value) {
      if (name == "flattened" || name == "request_parameters" || name == "response_elements" ||
          name == "additional_eventdata")
        return;
      json.key(camel(name));
      copy(json, value, Names::camel);
    });
    field(json, "eventName", text_at(record, {"event.action"}));
    field(json, "eventSource", text_at(record, {"event.provider"}));
    field(json, "eventTime", text_at(record, {"@timestamp"}));
    field(json, "eventID", text_at(record, {"event.id"}));
    field(json, "awsRegion", text_at(record, {"cloud.region"}));
    field(json, "sourceIPAddress", text_at(record, {"source.ip", "source.address"}));
    field(json, "userAgent", text_at(record, {"user_agent.original"}));
    if (!trail.get("recipient_account_id"))
      field(json, "recipientAccountId", text_at(record, {"cloud.account.id"}));
    const Json flat = trail.get("flattened");
    parameters(json, "requestParameters", flat.get("request_parameters"), trail.get("request_parameters"));
    parameters(json, "responseElements", flat.get("response_elements"), trail.get("response_elements"));
    parameters(json, "additionalEventData", flat.get("additional_eventdata"),
               trail.get("additional_eventdata"));
    if (!trail.get("user_identity"))
      json.object_field("userIdentity", [&] {
        field(json, "userName", text_at(record, {"user.name"}));
        field(json, "principalId", text_at(record, {"user.id"}));
      });
  });
  return json.take();
}

std::string okta_of_ecs(const Json &record) {
  const Json okta = record.get("okta");
  if (!okta.is_object() || okta.text("event_type").empty()) return {};
  base::JsonWriter json;
  json.object([&] {
    okta.for_members([&](std::string_view name, const Json &value) {
      if (name == "client") return;
      json.key(camel(name));
      copy(json, value, Names::camel);
    });
    field(json, "published", text_at(record, {"@timestamp"}));
    const Json client = okta.get("client");
    json.object_field("client", [&] {
      client.for_members([&](std::string_view name, const Json &value) {
        json.key(camel(name));
        copy(json, value, Names::camel);
      });
      field(json, "ipAddress", text_at(record, {"okta.client.ip", "client.ip", "source.ip"}));
      if (const std::string_view country =
              text_at(record, {"client.geo.country_name", "source.geo.country_name"});
          !country.empty())
        json.object_field("geographicalContext", [&] { json.field("country", country); });
    });
  });
  return json.take();
}

// "user.email" under "admin" is USER_EMAIL; other applications write their parameters small.
void workspace_parameters(base::JsonWriter &json, const Json &value, const std::string &name, bool capitals,
                          int deep = 0) {
  if (value.is_object() && deep < kDeepMax) {
    value.for_members([&](std::string_view part, const Json &member) {
      std::string whole = name.empty() ? std::string(part) : name + '_' + std::string(part);
      if (capitals)
        std::transform(whole.begin(), whole.end(), whole.begin(),
                       [](unsigned char c) { return c >= 'a' && c <= 'z' ? c - 32 : c; });
      workspace_parameters(json, member, whole, capitals, deep + 1);
    });
    return;
  }
  json.object([&] {
    json.field("name", name);
    if (value.is_array()) {
      json.array_field("multiValue",
                       [&] { value.for_each([&](const Json &one) { json.value(one.text()); }); });
    } else {
      json.field("value", value.text());
    }
  });
}

std::string workspace_of_ecs(const Json &record, std::string_view dataset) {
  const Json workspace = record.any({"google_workspace", "gsuite"});
  const std::string_view name = text_at(record, {"event.action"});
  if (!workspace.is_object() || name.empty()) return {};
  std::string_view application = text_at(record, {"event.provider"});
  if (application.empty()) application = dataset.substr(std::min(dataset.size(), dataset.find('.') + 1));
  const Json own = workspace.get(application);
  base::JsonWriter json;
  json.object([&] {
    json.field("kind", "admin#reports#activity");
    json.object_field("id", [&] {
      field(json, "applicationName", application);
      field(json, "time", text_at(record, {"@timestamp"}));
      field(json, "uniqueQualifier", text_at(record, {"event.id"}));
      field(json, "customerId", text_at(record, {"organization.id", "google_workspace.organization.id"}));
    });
    json.object_field("actor", [&] {
      field(json, "email",
            text_at(record, {"google_workspace.actor.email", "source.user.email", "user.email"}));
      field(json, "profileId", text_at(record, {"source.user.id", "user.id"}));
      field(json, "callerType", text_at(record, {"google_workspace.actor.type"}));
    });
    field(json, "ipAddress", text_at(record, {"source.ip"}));
    json.array_field("events", [&] {
      json.object([&] {
        field(json, "type", text_at(record, {"google_workspace.event.type"}));
        json.field("name", name);
        json.array_field("parameters", [&] {
          if (own.is_object()) workspace_parameters(json, own, {}, application == "admin");
          if (const std::string_view target = text_at(record, {"user.target.email"}); !target.empty())
            json.object([&] {
              json.field("name", "USER_EMAIL");
              json.field("value", target);
            });
        });
      });
    });
  });
  return json.take();
}

std::string github_of_ecs(const Json &record) {
  const Json github = record.get("github");
  const std::string_view action = text_at(record, {"event.action"});
  if (!github.is_object() || action.find('.') == std::string_view::npos) return {};
  base::JsonWriter json;
  json.object([&] {
    json.field("action", action);
    field(json, "actor", text_at(record, {"user.name", "source.user.name"}));
    field(json, "actor_ip", text_at(record, {"source.ip", "client.ip"}));
    field(json, "user_agent", text_at(record, {"user_agent.original"}));
    field(json, "user", text_at(record, {"user.target.name"}));
    field(json, "@timestamp", text_at(record, {"@timestamp"}));
    field(json, "_document_id", text_at(record, {"event.id"}));
    github.for_members([&](std::string_view name, const Json &value) {
      if (name == "user" && record.get("user").get("target")) return;
      json.key(name);
      copy(json, value, Names::kept);
    });
  });
  return json.take();
}

// ---- OCSF ----

std::string cloudtrail_of_ocsf(const Json &record) {
  const std::string_view operation = text_at(record, {"api.operation"});
  const std::string_view service = text_at(record, {"api.service.name"});
  const bool trail = base::contains_ignoring_case(text_at(record, {"metadata.product.name"}), "CloudTrail") ||
                     service.ends_with(".amazonaws.com");
  if (!trail || operation.empty()) return {};
  std::string_view time = text_at(record, {"time_dt", "time"});
  const Json user = record.get("actor").get("user"), session = record.get("actor").get("session");
  const std::string_view error = text_at(record, {"api.response.error"});
  base::JsonWriter json;
  json.object([&] {
    json.field("eventVersion", "1.08");
    json.field("eventName", operation);
    field(json, "eventSource", service);
    field(json, "eventTime", time.substr(0, kNumberMax));
    field(json, "eventID", text_at(record, {"metadata.uid"}));
    field(json, "awsRegion", text_at(record, {"cloud.region"}));
    field(json, "sourceIPAddress",
          text_at(record, {"src_endpoint.ip", "src_endpoint.domain", "src_endpoint.svc_name"}));
    field(json, "userAgent", text_at(record, {"http_request.user_agent"}));
    field(json, "recipientAccountId",
          text_at(record, {"unmapped.recipientAccountId", "cloud.account.uid", "cloud.account_uid",
                           "actor.user.account.uid"}));
    field(json, "eventType", text_at(record, {"metadata.event_code", "unmapped.eventType"}));
    field(json, "readOnly", text_at(record, {"unmapped.readOnly"}));
    field(json, "errorCode", error);
    std::string_view message = text_at(record, {"api.response.error_message", "api.response.message"});
    const bool failed = base::contains_ignoring_case(text_at(record, {"status"}), "fail") ||
                        text_at(record, {"status_id"}) == "2";
    if (message.empty() && failed) message = text_at(record, {"status_detail"});
    if (message.empty() && failed && error.empty()) message = "failed";
    field(json, "errorMessage", message);
    json.object_field("userIdentity", [&] {
      field(json, "type", user.text("type"));
      std::string_view arn = text_at(record, {"actor.user.uid_alt", "actor.user.arn"});
      if (!arn.starts_with("arn:")) arn = text_at(record, {"actor.session.uid_alt"});
      field(json, "arn", arn);
      field(json, "principalId", user.text("uid"));
      field(json, "userName",
            base::equal_ignoring_case(user.text("type"), "AssumedRole") ? std::string_view()
                                                                        : user.text("name"));
      field(json, "accountId", text_at(record, {"actor.user.account.uid", "actor.user.account_uid"}));
      field(json, "accessKeyId",
            text_at(record, {"actor.user.credential_uid", "actor.session.credential_uid"}));
      field(json, "invokedBy", text_at(record, {"actor.invoked_by"}));
      if (const std::string_view issuer = session.text("issuer"); !issuer.empty())
        json.object_field("sessionContext",
                          [&] { json.object_field("sessionIssuer", [&] { json.field("arn", issuer); }); });
    });
    parameters(json, "requestParameters", Json(), at(record, "api.request.data"));
    parameters(json, "responseElements", Json(), at(record, "api.response.data"));
  });
  return json.take();
}

std::string okta_of_ocsf(const Json &record) {
  if (!base::contains_ignoring_case(
          text_at(record, {"metadata.product.vendor_name", "metadata.product.name"}), "Okta"))
    return {};
  std::string_view type =
      text_at(record, {"metadata.event_code", "unmapped.eventType", "activity_name", "metadata.log_name"});
  if (type.find('.') == std::string_view::npos) return {};
  const std::string_view status = text_at(record, {"status", "status_code"});
  const bool failed = base::contains_ignoring_case(status, "fail") || text_at(record, {"status_id"}) == "2";
  base::JsonWriter json;
  json.object([&] {
    json.field("eventType", type);
    json.field("version", "0");
    field(json, "uuid", text_at(record, {"metadata.uid"}));
    field(json, "published", text_at(record, {"time_dt", "time"}).substr(0, kNumberMax));
    field(json, "displayMessage", text_at(record, {"message"}));
    json.object_field("actor", [&] {
      field(json, "id", text_at(record, {"actor.user.uid"}));
      json.field("type", "User");
      field(json, "alternateId", text_at(record, {"actor.user.email_addr", "actor.user.name"}));
      field(json, "displayName", text_at(record, {"actor.user.full_name", "actor.user.name"}));
    });
    json.object_field("client", [&] {
      field(json, "ipAddress", text_at(record, {"src_endpoint.ip"}));
      json.object_field("userAgent",
                        [&] { field(json, "rawUserAgent", text_at(record, {"http_request.user_agent"})); });
      json.object_field("geographicalContext",
                        [&] { field(json, "country", text_at(record, {"src_endpoint.location.country"})); });
    });
    json.object_field("outcome", [&] {
      json.field("result", failed ? "FAILURE" : "SUCCESS");
      field(json, "reason", text_at(record, {"status_detail"}));
    });
    json.object_field("authenticationContext", [&] {
      field(json, "externalSessionId", text_at(record, {"actor.session.uid", "session.uid"}));
    });
    const Json user = record.get("user");
    // Of a sign-in the user is the one who signs in.
    if (user.is_object() && record.get("actor").get("user"))
      json.array_field("target", [&] {
        json.object([&] {
          field(json, "id", user.text("uid"));
          json.field("type", "User");
          field(json, "alternateId", text_at(record, {"user.email_addr", "user.name"}));
          field(json, "displayName", user.text("name"));
        });
      });
  });
  return json.take();
}

// EvtxECmd writes the head of an event in columns of its own, and its data as JSON that was made of the XML:
// {"EventData":{"Data":[{"@Name":"TargetUserName","#text":"ann"}]}}, or {"EventData":{"Data":"text"}}.
std::string windows_of_evtxecmd(const Json &record) {
  const Json payload = record.get("Payload").unpacked();
  if (!payload.is_object()) return {};
  base::JsonWriter json;
  json.object([&] {
    json.object_field("Event", [&] {
      json.object_field("System", [&] {
        field(json, "EventID", record.get("EventId").text());
        field(json, "Channel", record.get("Channel").text());
        field(json, "Computer", record.get("Computer").text());
        field(json, "EventRecordID", record.get("EventRecordId").text());
        json.object_field("Provider", [&] { field(json, "Name", record.get("Provider").text()); });
        json.object_field("TimeCreated",
                          [&] { field(json, "SystemTime", record.get("TimeCreated").text()); });
      });
      const Json user_data = payload.get("UserData");
      if (user_data.is_object()) {
        json.key("UserData");
        copy(json, user_data, Names::kept);
        return;
      }
      json.object_field("EventData", [&] {
        const Json data = payload.get("EventData").get("Data");
        const auto one = [&](const Json &value) {
          field(json, value.get("@Name").text(), value.get("#text").text());
        };
        if (data.is_object()) one(data);
        data.for_each(one);
      });
    });
  });
  return json.take();
}

}  // namespace

bool may_hold_native(const Json &record, Source form) {
  return form == Source::ecs || form == Source::ocsf ||
         (form == Source::windows && (record.get("Payload") || is_get_winevent(record)));
}

std::string native_record(const Json &record, Source form) {
  if (form == Source::windows)
    return is_get_winevent(record) ? windows_of_get_winevent(record) : windows_of_evtxecmd(record);
  if (form == Source::ocsf) {
    if (std::string made = cloudtrail_of_ocsf(record); !made.empty()) return made;
    return okta_of_ocsf(record);
  }
  if (form != Source::ecs) return {};
  const Json audit = record.get("o365").get("audit");
  if (audit.is_object() && !audit.text("Operation").empty()) {
    base::JsonWriter json;
    copy(json, audit, Names::kept);
    return json.take();
  }
  const std::string_view dataset = text_at(record, {"event.dataset", "data_stream.dataset"});
  if (dataset.starts_with("aws.cloudtrail")) return cloudtrail_of_ecs(record);
  if (dataset.starts_with("okta.")) return okta_of_ecs(record);
  if (dataset.starts_with("google_workspace.") || dataset.starts_with("gsuite."))
    return workspace_of_ecs(record, dataset);
  if (dataset.starts_with("github.")) return github_of_ecs(record);
  return {};
}

}  // namespace dislodge::log

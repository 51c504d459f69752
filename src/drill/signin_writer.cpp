#include <algorithm>
#include <map>

#include "base/json_writer.hpp"
#include "drill/log_writers.hpp"

namespace dislodge::drill {
namespace {

std::string_view reason_of(int code) {
  static const std::map<int, std::string_view> kReasons = {
      {0, "Other."},
      {50034,
       "The user account {EUII Hidden} does not exist in the directory. To sign into this application, the "
       "account must be added to the directory."},
      {50053,
       "The account is locked, you've tried to sign in too many times with an incorrect user ID or "
       "password."},
      {50055, "The password is expired."},
      {50057, "The user account is disabled."},
      {50058, "Session information is not sufficient for single-sign-on."},
      {50074, "Strong Authentication is required."},
      {50076,
       "Due to a configuration change made by your administrator, or because you moved to a new location, "
       "you must use multi-factor authentication to access the resource."},
      {50126, "Error validating credentials due to invalid username or password."},
      {50140, "This error occurred due to 'Keep me signed in' interrupt when the user was signing-in."},
      {53003,
       "Access has been blocked by Conditional Access policies. The access policy does not allow token "
       "issuance."},
      {500121, "Authentication failed during strong authentication request."},
  };
  const auto found = kReasons.find(code);
  return found == kReasons.end() ? "Other." : found->second;
}

void write_sign_in(base::JsonWriter &json, const SignIn &one) {
  const bool service = one.kind == "servicePrincipal";
  json.object([&] {
    json.field("id", one.id);
    json.field("createdDateTime", one.time);
    if (service) {
      json.field("userId", "");
      json.field("userPrincipalName", nullptr);
      json.field("servicePrincipalId", one.service_id);
      json.field("servicePrincipalName", one.service_name);
      json.field("servicePrincipalCredentialKeyId", one.key_id);
      json.field("clientCredentialType", one.credential_type);
    } else {
      json.field("userId", one.user_id);
      json.field("userPrincipalName", one.user);
      json.field("userDisplayName", one.user_name);
      json.field("userType", "member");
    }
    json.field("appId", one.app_id);
    json.field("appDisplayName", one.app_name);
    json.field("appOwnerTenantId", one.app_owner);
    json.field("resourceId", one.resource_id);
    json.field("resourceDisplayName", one.resource_name);
    json.field("resourceTenantId", one.tenant);
    json.field("homeTenantId", one.home_tenant.empty() ? one.tenant : one.home_tenant);
    json.field("ipAddress", one.ip);
    json.field("autonomousSystemNumber", one.network);
    json.object_field("location", [&] {
      json.field("city", one.city);
      json.field("state", one.state);
      json.field("countryOrRegion", one.country);
    });
    json.field("isInteractive", one.kind == "interactiveUser");
    json.array_field("signInEventTypes", [&] { json.value(one.kind); });
    json.field("correlationId", one.correlation);
    json.field("uniqueTokenIdentifier", one.token);
    if (!service) {
      json.field("sessionId", one.session);
      json.field("clientAppUsed", one.client_app);
      json.field("userAgent", one.agent);
      json.object_field("deviceDetail", [&] {
        json.field("deviceId", "");
        json.field("operatingSystem", one.system);
        json.field("browser", one.browser);
        json.field("isCompliant", false);
        json.field("isManaged", false);
      });
    }
    json.field("authenticationProtocol", one.protocol);
    json.field("incomingTokenType", one.kind == "nonInteractiveUser" ? "primaryRefreshToken" : "none");
    json.field("authenticationRequirement",
               one.second_factor || one.code == 50074 || one.code == 50076 || one.code == 500121
                   ? "multiFactorAuthentication"
                   : "singleFactorAuthentication");
    if (!service) {
      json.array_field("authenticationDetails", [&] {
        const bool right = one.code != 50126 && one.code != 50034 && one.code != 50053 && one.code != 50057;
        json.object([&] {
          json.field("authenticationStepDateTime", one.time);
          json.field("authenticationMethod",
                     one.kind == "nonInteractiveUser" ? "Previously satisfied" : "Password");
          json.field("authenticationMethodDetail",
                     one.kind == "nonInteractiveUser" ? "" : "Password in the cloud");
          json.field("succeeded", right);
          json.field("authenticationStepResultDetail", right ? "Correct password" : "Invalid password");
        });
        if (one.second_factor || one.code == 500121) {
          json.object([&] {
            json.field("authenticationStepDateTime", one.time);
            json.field("authenticationMethod", "Mobile app notification");
            json.field("succeeded", one.code == 0);
            json.field(
                "authenticationStepResultDetail",
                one.code == 0 ? "MFA completed in Azure AD" : "MFA denied; user declined the authentication");
          });
        }
      });
    }
    json.field("conditionalAccessStatus", one.code == 53003   ? "failure"
                                          : one.second_factor ? "success"
                                                              : "notApplied");
    json.object_field("status", [&] {
      json.field("errorCode", one.code);
      json.field("failureReason", reason_of(one.code));
      if (one.second_factor)
        json.field("additionalDetails", "MFA requirement satisfied by claim in the token");
      else
        json.field("additionalDetails", nullptr);
    });
    json.field("riskLevelDuringSignIn", "none");
    json.field("riskState", "none");
    json.field("tokenIssuerType", "AzureAD");
    json.field("flaggedForReview", false);
  });
}

}  // namespace

std::string graph_page(std::vector<SignIn> list) {
  std::stable_sort(list.begin(), list.end(),
                   [](const SignIn &a, const SignIn &b) { return b.time < a.time; });
  std::string out =
      "{\"@odata.context\":\"https://graph.microsoft.com/beta/$metadata#auditLogs/signIns\",\"value\":[\n";
  for (std::size_t i = 0; i < list.size(); ++i) {
    base::JsonWriter json;
    write_sign_in(json, list[i]);
    out += json.text();
    out += i + 1 < list.size() ? ",\n" : "\n";
  }
  return out + "]}\n";
}

std::string monitor_lines(std::vector<SignIn> list) {
  std::stable_sort(list.begin(), list.end(),
                   [](const SignIn &a, const SignIn &b) { return a.time < b.time; });
  std::string out;
  for (const SignIn &one : list) {
    base::JsonWriter json;
    json.object([&] {
      json.field("time", one.time);
      json.field("resourceId", "/tenants/" + one.tenant + "/providers/Microsoft.aadiam");
      json.field("operationName", "Sign-in activity");
      json.field("operationVersion", "1.0");
      json.field("category", one.kind == "servicePrincipal"  ? "ServicePrincipalSignInLogs"
                             : one.kind == "interactiveUser" ? "SignInLogs"
                                                             : "NonInteractiveUserSignInLogs");
      json.field("tenantId", one.tenant);
      json.field("resultType", std::to_string(one.code));
      json.field("resultSignature", "None");
      if (one.code != 0) json.field("resultDescription", reason_of(one.code));
      json.field("durationMs", 0);
      json.field("callerIpAddress", one.ip);
      json.field("correlationId", one.correlation);
      json.field("identity", one.user_name);
      json.field("Level", 4);
      json.field("location", one.country);
      json.key("properties");
      base::JsonWriter inner;
      write_sign_in(inner, one);
      json.raw(inner.text());
    });
    out += json.text() + "\n";
  }
  return out;
}

}  // namespace dislodge::drill

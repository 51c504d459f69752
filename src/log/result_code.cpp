#include "log/result_code.hpp"

#include <algorithm>
#include <iterator>

#include "base/encode.hpp"

namespace dislodge::log {

namespace {

struct Code {
  std::int32_t code;
  Outcome outcome;
  std::string_view name;  // as LogonError gives it; empty where the service has none
  std::string_view meaning;
};

using enum Outcome;

// Sorted by code.
constexpr Code kCodes[] = {
    {0, ok, "", "signed in"},
    {16000, interrupted, "SelectUserAccount", "the user had to choose an account"},
    {16001, interrupted, "UserAccountSelectionInvalid", "the chosen account was not accepted"},
    {16003, error, "SsoUserAccountNotFoundInResourceTenant", "the account is not in this tenant"},
    {50005, right_secret_stopped, "DevicePolicyError", "the device's platform is not allowed"},
    {50012, wrong_secret, "AuthenticationFailed", "the client's assertion was not accepted"},
    {50020, error, "UserUnauthorized", "the account does not belong to this tenant"},
    {50034, wrong_secret, "UserAccountNotFound", "there is no such user"},
    {50053, blocked, "IdsLocked", "the account is locked or the address is held malicious"},
    {50055, right_secret_stopped, "InvalidPasswordExpiredPassword", "the password was right but expired"},
    {50056, wrong_secret, "InvalidPasswordNullPassword", "the account has no such password"},
    {50057, blocked, "UserDisabled", "the account is disabled"},
    {50058, interrupted, "UserInformationNotProvided", "silent sign-in without a session"},
    {50059, error, "MissingTenantRealmAndNoUserInformationProvided", "no tenant was named"},
    {50064, wrong_secret, "CredentialAuthenticationError", "the user name or password was wrong"},
    {50072, right_secret_stopped, "UserStrongAuthEnrollmentRequiredInterrupt",
     "a second factor must be enrolled"},
    {50074, right_secret_stopped, "UserStrongAuthClientAuthNRequiredInterrupt",
     "a second factor is required"},
    {50076, right_secret_stopped, "UserStrongAuthClientAuthNRequired", "a second factor is required"},
    {50078, interrupted, "UserStrongAuthExpired", "the second factor has expired"},
    {50079, right_secret_stopped, "UserStrongAuthEnrollmentRequired", "a second factor must be enrolled"},
    {50088, right_secret_stopped, "", "too many telephone calls for the second factor"},
    {50089, interrupted, "FlowTokenExpired", "the sign-in took too long"},
    {50097, interrupted, "DeviceAuthenticationRequired", "the device must authenticate"},
    {50105, right_secret_stopped, "EntitlementGrantsNotFound", "the user is not assigned to the application"},
    {50125, right_secret_stopped, "PasswordResetRegistrationRequiredInterrupt",
     "password reset must be set up"},
    {50126, wrong_secret, "InvalidUserNameOrPassword", "the user name or password was wrong"},
    {50127, interrupted, "BrokerAppNotInstalled", "a broker application is needed"},
    {50129, interrupted, "DeviceIsNotWorkplaceJoined", "the device is not joined"},
    {50131, right_secret_stopped, "ConditionalAccessFailed", "conditional access stopped it"},
    {50132, interrupted, "SsoArtifactInvalidOrExpired", "the session is no longer valid"},
    {50133, interrupted, "SsoArtifactRevoked", "the session was revoked"},
    {50135, right_secret_stopped, "PasswordChangeCompromisedPassword",
     "the password must be changed: account at risk"},
    {50140, interrupted, "KmsiInterrupt", "the user was asked whether to stay signed in"},
    {50144, right_secret_stopped, "InvalidPasswordExpiredOnPremPassword",
     "the password was right but expired"},
    {50155, interrupted, "DeviceAuthenticationFailed", "the device did not authenticate"},
    {50158, right_secret_stopped, "ExternalSecurityChallenge", "an external second factor was not passed"},
    {50168, interrupted, "ChromeBrowserSsoInterruptRequired", "the browser had no token yet"},
    {50173, interrupted, "FreshTokenNeeded", "the token was revoked"},
    {50187, interrupted, "DeviceInformationNotProvided", "the device did not authenticate"},
    {50196, blocked, "LoopDetected", "the client asks in a loop"},
    {50199, interrupted, "CmsiInterrupt", "the user was asked to confirm the application"},
    {51004, error, "UserAccountNotInDirectory", "the account is not in this tenant"},
    {53000, right_secret_stopped, "DeviceNotCompliant", "the device is not compliant"},
    {53001, right_secret_stopped, "DeviceNotDomainJoined", "the device is not joined to the domain"},
    {53002, right_secret_stopped, "ApplicationUsedIsNotAnApprovedApp", "the application is not approved"},
    {53003, right_secret_stopped, "BlockedByConditionalAccess", "conditional access stopped it"},
    {53004, right_secret_stopped, "ProofUpBlockedDueToRisk",
     "a second factor must be enrolled and risk forbids it"},
    {53010, right_secret_stopped, "ProofUpBlockedDueToSecurityInfoAcr",
     "a second factor cannot be enrolled from here"},
    {53011, right_secret_stopped, "", "blocked for risk in the home tenant"},
    {65001, right_secret_stopped, "DelegationDoesNotExist", "consent to the application is missing"},
    {65004, right_secret_stopped, "UserDeclinedConsent", "the user declined consent"},
    {70000, interrupted, "InvalidGrant", "the refresh token is not valid"},
    {70001, error, "UnauthorizedClient", "the application is disabled or unknown"},
    {70002, wrong_secret, "InvalidClient", "the client secret was wrong"},
    {70008, interrupted, "ExpiredOrRevokedGrant", "the refresh token has expired"},
    {70016, interrupted, "AuthorizationPending", "a device code waits for its user"},
    {70019, interrupted, "CodeExpired", "the device code has expired"},
    {70043, interrupted, "BadTokenDueToSignInFrequency", "the session is older than the policy allows"},
    {70044, interrupted, "", "the session is older than the policy allows"},
    {80001, error, "OnPremiseStoreIsNotAvailable", "the local directory did not answer"},
    {80002, error, "OnPremisePasswordValidatorRequestTimedout", "the local directory did not answer"},
    {80012, right_secret_stopped, "OnPremisePasswordValidationAccountLogonInvalidHours",
     "outside the allowed hours"},
    {80014, error, "OnPremisePasswordValidationAuthenticationAgentTimeout",
     "the local directory did not answer"},
    {81010, interrupted, "DesktopSsoAuthTokenInvalid", "the Kerberos ticket was not accepted"},
    {81012, interrupted, "DesktopSsoMismatchBetweenTokenUpnAndChosenUpn", "two accounts on one device"},
    {90072, interrupted, "PassThroughUserMfaError", "the external account is not in this tenant"},
    {90094, right_secret_stopped, "AdminConsentRequired", "an administrator must consent"},
    {90095, right_secret_stopped, "AdminConsentRequiredRequestAccess", "an administrator must consent"},
    {399218, right_secret_stopped, "", "a risk policy stopped it"},
    {500011, error, "InvalidResourceServicePrincipalNotFound", "the resource is not in this tenant"},
    {500121, right_secret_stopped, "AuthenticationFailedSasError",
     "the second factor was refused or not given"},
    {530003, right_secret_stopped, "", "the device must be managed"},
    {530032, right_secret_stopped, "BlockedByConditionalAccessOnSecurityPolicy",
     "a security policy stopped it"},
    {530034, right_secret_stopped, "DelegatedAdminBlockedDueToSuspiciousActivity",
     "blocked for suspicious activity"},
    {530035, right_secret_stopped, "BlockedBySecurityDefaults", "security defaults stopped it"},
    {700016, error, "UnauthorizedClient_DoesNotMatchRequest", "the application is not in this tenant"},
    {700027, wrong_secret, "", "the client's certificate or signature was not accepted"},
    {700030, wrong_secret, "", "the client's certificate was not accepted"},
    {700082, interrupted, "ExpiredOrRevokedGrantInactiveToken", "the refresh token has expired"},
    {700084, interrupted, "", "the refresh token has expired"},
    {7000112, blocked, "UnauthorizedClientApplicationDisabled", "the application is disabled"},
    {7000215, wrong_secret, "", "the client secret was wrong"},
    {7000222, right_secret_stopped, "InvalidClientSecretExpiredKeysProvided",
     "the client secret was right but expired"},
};
static_assert(std::is_sorted(std::begin(kCodes), std::end(kCodes),
                             [](const Code &a, const Code &b) { return a.code < b.code; }));

const Code *find(std::int32_t code) {
  const auto found = std::lower_bound(std::begin(kCodes), std::end(kCodes), code,
                                      [](const Code &one, std::int32_t value) { return one.code < value; });
  return found != std::end(kCodes) && found->code == code ? found : nullptr;
}

}  // namespace

Outcome outcome_of_entra(std::int32_t code) {
  const Code *one = find(code);
  return one == nullptr ? Outcome::error : one->outcome;
}

std::int32_t code_of_logon_error(std::string_view name) {
  if (name.empty()) return 0;
  for (const Code &one : kCodes)
    if (base::equal_ignoring_case(one.name, name)) return one.code;
  return 0;
}

std::string_view meaning_of_entra(std::int32_t code) {
  const Code *one = find(code);
  return one == nullptr ? "stopped by an error" : one->meaning;
}

}  // namespace dislodge::log

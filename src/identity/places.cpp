#include "identity/places.hpp"

#include <algorithm>
#include <iterator>

#include "identity/ids.hpp"

namespace dislodge::identity {

std::string place_of(std::string_view id) {
  if (const EntraId parts = entra_parts(id); !parts.tenant.empty())
    return entra_principal(parts.tenant, parts.tenant);
  // An account's SID is its domain's and a number (MS-DTYP 2.4.2.4).
  constexpr std::string_view kAccount = "principal:ad/s-1-5-21-";
  if (id.starts_with(kAccount) && std::count(id.begin() + kAccount.size(), id.end(), '-') == 3)
    return std::string(id.substr(0, id.rfind('-')));
  const std::size_t realm = id.find('/');
  if (realm == std::string_view::npos) return std::string(id);
  const std::size_t organisation = id.find('/', realm + 1);
  return std::string(id.substr(0, organisation == std::string_view::npos ? realm : organisation));
}

bool is_place_setting(std::string_view slot) {
  constexpr std::string_view kOfPlaces[] = {
      "policy",     "auditing",   "transport-rule", "sharing",  "directory-right", "exchange-role",
      "deploy-key", "api-client", "azure-access",   "variable", "workflow-secrets"};
  return std::find(std::begin(kOfPlaces), std::end(kOfPlaces), slot) != std::end(kOfPlaces);
}

bool is_mail_setting(std::string_view slot) {
  return slot == "inbox-rule" || slot == "forwarding" || slot == "delegation";
}

bool is_setting(std::string_view slot) {
  return is_place_setting(slot) || is_mail_setting(slot) || slot == "factor-removed";
}

bool is_given_right(std::string_view slot) {
  return slot == "right" || slot == "role" || slot == "app-role";
}

std::string_view slot_used(std::string_view slot) {
  return slot.starts_with(kUsed) ? slot.substr(kUsed.size()) : slot;
}

std::string aws_role_of(std::string_view principal) {
  constexpr std::string_view kSession = "/assumed-role/";
  const std::size_t at = principal.find(kSession);
  if (!principal.starts_with("principal:aws/") || at == std::string_view::npos) return {};
  const std::string_view role = principal.substr(at + kSession.size());
  return std::string(principal.substr(0, at)) + "/role/" + std::string(role.substr(0, role.find('/')));
}

std::string krbtgt_of(std::string_view domain) {
  return std::string(domain) + (domain.starts_with("principal:ad/s-1-5-21-") ? "-502" : "/krbtgt");
}

}  // namespace dislodge::identity

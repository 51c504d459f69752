#pragma once
// How ids of facts are made. All lower case. A grant or credential has the same id in whatever source it is
// seen, so that a directory row and an audit event about one thing become one fact.

#include <string>
#include <string_view>

namespace dislodge::identity {

// "principal:entra/TENANT/OBJECT". An unknown tenant is written "?" until link_facts() has seen every
// directory.
std::string entra_principal(std::string_view tenant, std::string_view object);
inline constexpr std::string_view kUnknownTenant = "?";

std::string mailbox_id(std::string_view tenant,
                       std::string_view user_principal_name);  // resource:exchange/T/upn
std::string all_mailboxes_id(std::string_view tenant);         // resource:exchange/T/*
std::string all_sites_id(std::string_view tenant);             // resource:sharepoint/T/*
std::string repository_id(std::string_view owner_and_name);    // resource:github/owner/name
std::string ssh_key_principal(std::string_view fingerprint);   // principal:ssh/sha256:...
std::string aws_key_principal(std::string_view account,
                              std::string_view key_id);  // principal:aws/ACCOUNT/akia...

// `again` tells apart rights that ended and were given anew: the new start as text; empty for the first.
std::string grant_id(std::string_view kind, std::string_view from, std::string_view to,
                     std::string_view again = {});
std::string credential_id(std::string_view principal, std::string_view slot, std::string_view key);

// The parts between "principal:entra/" and the end: tenant and object; empty where the id is of another
// realm.
struct EntraId {
  std::string_view tenant;
  std::string_view object;
};
EntraId entra_parts(std::string_view id);

bool is_guid(std::string_view text);             // 8-4-4-4-12 hex digits
bool looks_like_address(std::string_view text);  // local@domain.tld, no blanks
std::string_view domain_of_address(std::string_view address);

}  // namespace dislodge::identity

#include "identity/ids.hpp"

#include <cctype>

#include "base/encode.hpp"
#include "base/hash.hpp"

namespace dislodge::identity {
namespace {

constexpr std::string_view kEntra = "principal:entra/";

std::string digest_of(std::string_view text) {
  return base::to_hex(base::sha256(text)).substr(0, 32);
}

}  // namespace

std::string entra_principal(std::string_view tenant, std::string_view object) {
  std::string id(kEntra);
  id += tenant.empty() ? std::string(kUnknownTenant) : base::lower(tenant);
  id += '/';
  id += base::lower(object);
  return id;
}

std::string mailbox_id(std::string_view tenant, std::string_view user_principal_name) {
  return "resource:exchange/" + base::lower(tenant) + "/" + base::lower(user_principal_name);
}
std::string all_mailboxes_id(std::string_view tenant) {
  return "resource:exchange/" + base::lower(tenant) + "/*";
}
std::string all_sites_id(std::string_view tenant) {
  return "resource:sharepoint/" + base::lower(tenant) + "/*";
}
std::string repository_id(std::string_view owner_and_name) {
  return "resource:github/" + base::lower(owner_and_name);
}
std::string ssh_key_principal(std::string_view fingerprint) {
  // Lower case like every id. The fingerprint's own case is kept in the credential; two keys that differ by
  // case only do not occur (the fingerprint is a digest).
  return "principal:ssh/" + base::lower(fingerprint);
}
std::string aws_key_principal(std::string_view account, std::string_view key_id) {
  return "principal:aws/" + (account.empty() ? std::string(kUnknownTenant) : base::lower(account)) + "/" +
         base::lower(key_id);
}

std::string grant_id(std::string_view kind, std::string_view from, std::string_view to,
                     std::string_view again) {
  std::string text(kind);
  for (const std::string_view part : {from, to, again}) {
    text += '\n';
    text += part;
  }
  return "grant:" + digest_of(text);
}

std::string credential_id(std::string_view principal, std::string_view slot, std::string_view key) {
  std::string text(principal);
  text += '\n';
  text += slot;
  text += '\n';
  text += base::lower(key);
  return "credential:" + digest_of(text);
}

EntraId entra_parts(std::string_view id) {
  if (!id.starts_with(kEntra)) return {};
  const std::string_view rest = id.substr(kEntra.size());
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return {};
  return {rest.substr(0, slash), rest.substr(slash + 1)};
}

bool is_guid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !std::isxdigit(static_cast<unsigned char>(text[i]))) return false;
  }
  return true;
}

bool looks_like_address(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos || at == 0 || text.find('@', at + 1) != std::string_view::npos)
    return false;
  const std::string_view domain = text.substr(at + 1);
  const std::size_t dot = domain.find('.');
  if (dot == std::string_view::npos || dot == 0 || domain.back() == '.' || text.size() > 320) return false;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= ' ' || byte == 0x7F || c == '/' || c == ':' || c == '<' || c == '>' || c == ',') return false;
  }
  return true;
}

std::string_view domain_of_address(std::string_view address) {
  const std::size_t at = address.rfind('@');
  return at == std::string_view::npos ? std::string_view() : address.substr(at + 1);
}

}  // namespace dislodge::identity

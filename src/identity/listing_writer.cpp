#include "identity/listing_writer.hpp"

#include "base/encode.hpp"
#include "base/hash.hpp"
#include "identity/directory_json.hpp"
#include "identity/ids.hpp"
#include "identity/new_grant.hpp"
#include "identity/policies.hpp"

namespace dislodge::identity {

using base::lower;

Principal &ListingWriter::principal(const Row &row, std::string id, PrincipalKind kind,
                                    std::string_view name) {
  Principal one;
  one.tenant = entra_parts(id).tenant;
  one.id = std::move(id);
  one.kind = kind;
  one.name = name;
  one.evidence = row.evidence;
  out_.principals.push_back(std::move(one));
  return out_.principals.back();
}

void ListingWriter::add_name(Principal &p, std::string_view name) {
  if (!name.empty()) p.names.push_back(lower(name));
}

void ListingWriter::attribute(Principal &p, std::string_view key, std::string_view value) {
  if (!value.empty()) p.attributes.emplace(std::string(key), std::string(value));
}

void ListingWriter::resource(const Row &row, std::string id, std::string_view kind, std::string_view name) {
  Resource one;
  one.id = std::move(id);
  one.kind = kind;
  one.name = name;
  one.evidence = row.evidence;
  out_.resources.push_back(std::move(one));
}

Grant &ListingWriter::grant(const Row &row, std::string_view kind, std::string from, std::string to) {
  out_.grants.push_back(new_grant(kind, std::move(from), std::move(to), row.evidence));
  return out_.grants.back();
}

void ListingWriter::since(Grant &grant, std::string_view from, std::string_view until) {
  const base::Time start = time_of_text(from, base::kTimeMin), end = time_of_text(until, base::kTimeMax);
  grant.valid = {start, std::max(start, end)};
  grant.start_known = start != base::kTimeMin;
  grant.end_known = end != base::kTimeMax;
}

Policy ListingWriter::policy(const Row &row, std::string_view tenant, std::string_view object,
                             std::string_view name) {
  Policy one;
  one.id = policy_id(tenant, object);
  one.tenant = lower(tenant);
  one.name = name;
  one.evidence = row.evidence;
  return one;
}

void ListingWriter::since(Policy &policy, std::string_view changed) {
  policy.valid = {time_of_text(changed, base::kTimeMax), base::kTimeMax};
}

Credential &ListingWriter::credential(const Row &row, std::string principal, std::string_view slot,
                                      std::string_view key) {
  Credential one;
  one.id = credential_id(principal, slot, key);
  one.principal = std::move(principal);
  one.slot = slot;
  one.evidence = row.evidence;
  out_.credentials.push_back(std::move(one));
  return out_.credentials.back();
}

void ListingWriter::since(Credential &credential, std::string_view from, std::string_view until) {
  credential.valid = {time_of_text(from, base::kTimeMin), time_of_text(until, base::kTimeMax)};
}

std::string ListingWriter::ssh_fingerprint(std::string_view public_key) {
  const std::size_t space = public_key.find(' ');
  if (space == std::string_view::npos) return {};
  std::string_view blob = public_key.substr(space + 1);
  blob = blob.substr(0, blob.find(' '));
  const auto bytes = base::from_base64(blob);
  // The blob begins with the length and name of its algorithm (RFC 4253, 6.6), which stands before it as
  // well.
  const std::string_view algorithm = public_key.substr(0, space);
  if (!bytes || bytes->size() < 4 + algorithm.size() || bytes->substr(4, algorithm.size()) != algorithm)
    return {};
  const base::Sha256 digest = base::sha256(*bytes);
  std::string print =
      "SHA256:" + base::to_base64({reinterpret_cast<const char *>(digest.data()), digest.size()});
  while (print.back() == '=') print.pop_back();
  return print;
}

std::string named(std::string_view realm, std::string_view name) {
  return "principal:" + std::string(realm) + "/?name=" + lower(base::trim(name));
}

std::string named_mailbox(std::string_view name) {
  return mailbox_id(kUnknownTenant, base::trim(name));
}

}  // namespace dislodge::identity

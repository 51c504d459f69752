#pragma once
// Fact: who can act, what can be read, which right holds when, and which secret opens whom. Directory
// exports, audit events and sightings all become facts; reach/ knows nothing else.
//
// Ids are `type:realm/native-id`, lower case: principal:entra/TENANT/OBJECTID, resource:exchange/TENANT/UPN,
// resource:github/owner/name, secret:<32 hex digits>. An application object and its service principal in each
// tenant are separate principals, joined by a grant.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/intervals.hpp"
#include "base/result.hpp"
#include "base/wire.hpp"

namespace dislodge::identity {

enum class PrincipalKind : std::uint8_t {
  user,
  group,
  application,
  service_principal,
  device,
  tenant,
  role,
  key,
  account,
  issuer,
  other,
};
std::string_view name_of(PrincipalKind kind);

struct Principal {
  std::string id;
  PrincipalKind kind = PrincipalKind::other;
  std::string name;                // display name
  std::vector<std::string> names;  // every other name: UPN, mail, alias, app id, SID; lower case
  std::string tenant;              // realm-native tenant or organisation, lower case
  std::map<std::string, std::string>
      attributes;        // department, title, created, enabled, last-password-change ...
  std::string evidence;  // item (and line) that says so
};

struct Resource {
  std::string id;
  std::string kind;  // mailbox, mailboxes, repository, vault, storage, site, host, tenant
  std::string name;
  std::string held_in;  // item of the evidence that is its content; empty: not handed in
  std::string evidence;
};

// A principal's right on a resource or on another principal. `kind` is the collector's edge kind
// ("AZOwns", "AZMGGrantAppRoles", "full_access_as_app"); rules/rights says what it allows.
struct Grant {
  std::string id;  // "grant:" + digest, stable
  std::string kind;
  std::string from;
  std::string to;
  base::Interval valid;  // open ends where unknown
  bool start_known = false;
  bool end_known = false;
  std::vector<base::Interval> used;  // when an event shows the right exercised (supports confirmed)
  std::string evidence;
};

// A place on a principal where a credential is set, as a directory lists it. The value is not in it.
struct Credential {
  std::string id;  // "credential:" + digest
  std::string principal;
  std::string slot;        // password, app-secret, certificate, ssh-key, federated, factor, app-password
  std::string key_id;      // lower case
  std::string hint;        // Entra: first three characters
  std::string thumbprint;  // upper-case hex, or "SHA256:..." of an SSH key
  std::string name;
  base::Interval valid;
  std::string evidence;
};

// The evidence that a secret authenticates a principal. All validity sits here, never on the secret.
struct Binding {
  std::string secret;  // secret id
  std::string principal;
  std::string slot;
  std::string credential;            // Credential id where known
  base::Interval valid;              // valid until shown dead
  double strength = 0;               // 0..1
  std::string why;                   // "first three characters and length match the hint of key id ..."
  std::vector<base::Interval> used;  // authentications by it seen in logs
  std::string evidence;
};

// A secret lies in a resource's content: who reads the resource over this interval learns it.
struct Presence {
  std::string secret;
  std::string resource;
  base::Interval valid;    // from when it was written there; mail that arrives later counts then
  std::string message_id;  // where the resource is a mailbox
  std::string evidence;    // item:line
};

// When, and how surely, the intruder could read a resource. A message id narrows it to that message.
struct Exposure {
  std::string resource;
  base::Interval interval;
  bool confirmed = false;
  std::string message_id;
  std::string evidence;
};

// A secret that is useless without another: an encrypted key and its passphrase.
struct Unlock {
  std::string cipher;  // secret id of the latent one
  std::string key;     // secret id that opens it
  std::string secret;  // what is known once both are
  std::string evidence;
};

struct Facts {
  std::vector<Principal> principals;
  std::vector<Resource> resources;
  std::vector<Grant> grants;
  std::vector<Credential> credentials;
  std::vector<Binding> bindings;
  std::vector<Presence> presences;
  std::vector<Exposure> exposures;
  std::vector<Unlock> unlocks;

  void append(Facts other);
  // Sorts by id, merges principals and resources of one id (names united, attributes kept from the first that
  // has them), drops equal facts. Idempotent.
  void settle();
  const Principal *principal(std::string_view id) const;  // after settle(); binary search

  void encode(base::WireWriter &out) const;
  static base::Result<Facts> decode(std::string_view bytes);
};

}  // namespace dislodge::identity

#pragma once
// What the readers of listings share: adding facts with their ids and the row that says so.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "identity/fact.hpp"
#include "identity/policies.hpp"
#include "identity/rows.hpp"

namespace dislodge::identity {

class ListingWriter {
 public:
  explicit ListingWriter(Facts &out) : out_(out) {}

  Principal &principal(const Row &row, std::string id, PrincipalKind kind, std::string_view name);
  static void add_name(Principal &p, std::string_view name);
  static void attribute(Principal &p, std::string_view key, std::string_view value);
  void resource(const Row &row, std::string id, std::string_view kind, std::string_view name);
  Grant &grant(const Row &row, std::string_view kind, std::string from, std::string to);
  void since(Grant &grant, std::string_view from, std::string_view until = {});
  // Not among the facts until keep() is called.
  static Policy policy(const Row &row, std::string_view tenant, std::string_view object,
                       std::string_view name);
  // From its last change on; a policy that says no time is not known to have held at any.
  static void since(Policy &policy, std::string_view changed);
  void keep(const Policy &policy) { identity::keep(policy, out_); }
  Credential &credential(const Row &row, std::string principal, std::string_view slot, std::string_view key);
  static void since(Credential &credential, std::string_view from, std::string_view until);

  // The row holds a right, and does not say on what, or whose: told once a listing, never passed over.
  struct Unplaced {
    std::uint64_t rows = 0;
    std::string first;  // place of the first of them, where it was given
  };
  void unplaced(std::string_view what, std::string_view place = {}) {
    Unplaced &one = unplaced_[std::string(what)];
    if (one.rows++ == 0) one.first = place;
  }
  const std::map<std::string, Unplaced> &unplaced() const { return unplaced_; }

  // Whether this is the first row that says so: for what every row of a listing says alike.
  bool is_first(const std::string &what) { return said_.insert(what).second; }

  // A public key in OpenSSH's form ("ssh-ed25519 AAAA... comment") as "SHA256:..." without padding; "" where
  // it is none.
  static std::string ssh_fingerprint(std::string_view public_key);

 private:
  Facts &out_;
  std::map<std::string, Unplaced> unplaced_;
  std::set<std::string> said_;
};

// A principal of a realm by a name that link_facts() resolves.
std::string named(std::string_view realm, std::string_view name);
// A mailbox by any name of its owner, which link_facts() resolves.
std::string named_mailbox(std::string_view name);

}  // namespace dislodge::identity

#pragma once
// The binder behind bind_secrets(). The rounds and the certain matches (the same key) are in bindings.cpp,
// keys of services in bindings_services.cpp, passwords beside names in bindings_accounts.cpp.

#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "identity/bindings.hpp"
#include "identity/name_index.hpp"
#include "identity/realm_accounts.hpp"
#include "identity/sweeps.hpp"

namespace dislodge::identity {

// Several credentials with one hint may each be meant; more of them say nothing.
inline constexpr std::size_t kSeveralMax = 3;

// Every value of a kind beside the secret, each once, the nearest first.
std::vector<std::string> hints_of(const SecretFact &secret, secret::HintKind kind);
std::string first_hint(const SecretPlace &place, secret::HintKind kind);  // "" where there is none

class Binder {
 public:
  Binder(const std::vector<SecretFact> &secrets, Facts &facts, const log::EventTable *events);
  std::vector<Unbound> run();

 private:
  // Accounts that only a log knows: their sign-ins say tenant and object id. Keys that it shows in use, and
  // whose they are. Passwords that were reset.
  void from_events(const log::EventTable &events);
  void keep_signed_in(const log::EventTable &events, const log::Event &event, const RealmAccounts &accounts,
                      const std::unordered_set<std::string> &names);
  // Whose key it is: as a listing says, or as a log shows it in use. Makes the credential where only a log
  // tells.
  bool by_key_id(const SecretFact &one, const std::string &key, std::string_view slot, std::string_view what);
  // The same by logs alone.
  bool by_use(const SecretFact &one, const std::string &key, std::string_view slot, std::string_view what);

  void presences(const SecretFact &one);

  static std::string where(const SecretPlace &place);
  static std::string where(const SecretFact &one);

  Binding &add(const SecretFact &one, std::string principal, std::string slot, double strength,
               std::string why, const SecretPlace *place = nullptr);
  void add(const SecretFact &one, const Credential &c, double strength, std::string why);

  void bind(const SecretFact &one);
  // A certificate's thumbprint, an SSH key's fingerprint, a key id: the same key, without doubt.
  bool by_public_half(const SecretFact &one);
  std::string name_of(const std::string &id) const;

  // bindings_services.cpp: what stands in or beside the keys of services.
  void client_secret(const SecretFact &one);
  void aws(const SecretFact &one);
  // Keys of the account that a report lists by their users alone, and that are old enough to be meant.
  std::vector<const Credential *> listed_without_id(std::string_view account, const SecretFact &one) const;
  void okta(const SecretFact &one);
  void storage(const SecretFact &one);

  // An account that no directory lists: "user@host".
  std::string account(const std::string &name, const std::string &display, const SecretFact &one,
                      const SecretPlace *place);
  void code_host(const SecretFact &one, std::string_view realm);  // realm: github, gitlab
  void token(const SecretFact &one);
  void service_account(const SecretFact &one);

  // bindings_accounts.cpp: names beside passwords.
  struct Candidate {
    std::string name;
    const SecretPlace *place = nullptr;
    double score = 0;
    bool mention = false;  // known by the directory alone
  };
  // Names beside the secret, the likeliest first: near in the text (hints come in that order), written rather
  // than quoted. Who wrote the message is not the account: that is their signature.
  std::vector<Candidate> users_of(const SecretFact &one) const;
  std::string reader_of(const SecretPlace &place) const;
  bool is_called(const std::string &address, const std::string &name) const;
  void password(const SecretFact &one);
  bool user_password(const SecretFact &one, const Candidate &c);
  bool foreign_realm(const std::string &name);
  // A synchronised account has one password, which is the domain's: it opens the account of the domain and
  // its copy in Entra, and whatever was changed on either side was changed on both.
  void synchronised_passwords();
  void one_of_synchronised(std::vector<std::uint32_t> &fits) const;
  void address_password(const SecretFact &one, const Candidate &c, const std::string &user);
  // Accounts outside of Entra that no directory lists and a log of ours shows signing in. "brisk\\ann" and
  // "ann@brisk.local" name one of the domain that the log calls BRISK.
  bool logged_password(const SecretFact &one, const Candidate &c, std::string_view user,
                       std::string_view domain);
  // A password that was changed after it was last written down is dead since, as far as log and directory
  // show.
  void until_changed(const SecretFact &one, const Principal &p, Binding &b);

  const std::vector<SecretFact> &secrets_;
  Facts &facts_;
  NameIndex names_;
  std::unordered_map<std::string, std::vector<std::size_t>> by_key_, by_thumbprint_, by_hint_, by_principal_,
      by_app_;
  std::unordered_map<std::string, std::string> storage_;
  std::unordered_map<std::string, std::pair<std::string, std::string>> seen_;
  struct Signed {
    std::string principal, name, domain, evidence;
  };
  std::unordered_map<std::string, std::vector<Signed>> signed_in_;  // by short name, of those beside secrets
  std::vector<Sweep> sweeps_;
  std::unordered_map<std::string, std::vector<const Sweep *>> resets_;  // of passwords, by principal; by time
  struct Used {
    std::string principal, evidence;
  };
  // Key ids and fingerprints of the secrets that a log shows in use, by each account that uses them: a key of
  // SSH opens accounts on many hosts.
  std::unordered_map<std::string, std::vector<Used>> used_;
  void bind_used(const SecretFact &one, const std::string &key, const std::string &id, std::string_view slot,
                 std::string_view what, const Used &user);
  std::vector<Credential> credentials_;
  std::vector<Binding> made_;
  std::vector<Principal> principals_;
  std::vector<Grant> grants_;
  std::vector<Unbound> unbound_;
  std::string why_;
  std::optional<std::set<std::string>>
      realms_;                 // what our domains are called, in lower case; made when asked
  bool domains_held_ = false;  // a directory of a Windows domain is held
};

}  // namespace dislodge::identity

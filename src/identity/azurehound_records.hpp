#pragma once
// One record of an AzureHound file as facts. azurehound.cpp walks the file and gives each record here; what a
// record means may depend on what stands elsewhere in the file, so that is found in a walk of its own before.

#include <simdjson.h>

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "identity/azure_resources.hpp"
#include "identity/fact.hpp"

namespace dislodge::identity::azurehound {

// What the first walk finds.
struct Known {
  std::string tenant;  // whose directory it is, lower case; empty where no record says so
  bool users_tell_enabled = false, services_tell_enabled = false;  // some record has "accountEnabled": true
  std::unordered_map<std::string, std::string> role_names;  // service principal, role id -> name of the role
};

// Lists of directory objects: who stands in `list`, as `member`, holds `grant` on the object named by
// `target`.
struct DirectoryList {
  std::string_view kind, list, member, target, grant;
};
const DirectoryList *directory_list(std::string_view kind);

// Adds to `out`; memory beyond that is 8 bytes for each row of a list, by which repeated rows are told.
class Records {
 public:
  using Element = simdjson::dom::element;
  Records(const Known &known, Facts &out) : known_(known), out_(out) {}

  void at(std::string evidence) { evidence_ = std::move(evidence); }
  // One record of a kind that is no list; false where the kind is not read.
  bool read(std::string_view kind, const Element &record);
  static bool reads(std::string_view kind);
  void list_entry(const DirectoryList &list, const Element &head, const Element &entry);
  void role_assignment(const Element &head, const Element &entry);
  void access_entry(const AccessList &list, const Element &head, const Element &entry);

 private:
  using Handler = void (Records::*)(const Element &);
  static const std::map<std::string_view, Handler> &handlers();

  std::string_view tenant_of(const Element &record);
  std::string id_of(const Element &record, std::string_view object);
  std::string here(std::string_view object);
  Principal *principal(const Element &record, PrincipalKind kind);
  static void add_name(Principal &p, std::string_view name);
  static void attribute(Principal &p, std::string_view key, std::string_view value);
  Grant &grant(std::string_view kind, std::string from, std::string to, base::Time start = base::kTimeMin);
  // False where the row was given before: interrupted collections repeat whole lists.
  bool first(std::string_view kind, std::string_view from, std::string_view to);
  void tenant(const Element &record);
  void user(const Element &record);
  // The collector leaves out false, so absence means "disabled" in a file that has it at all.
  void note_enabled(const Element &record, Principal &p);
  void group(const Element &record);
  void application(const Element &record);
  void service_principal(const Element &record);
  void credentials(const Element &record, const std::string &owner);
  void federated(const Element &record);
  void keep(Credential one);
  void device(const Element &record);
  void role(const Element &record);
  void eligibility(const Element &record);
  void approvers(const Element &record);
  // appId and tenantId are those of the application that offers the role; principalId is who was given it.
  void app_role_assignment(const Element &record);
  void vault_policy(const Element &record);
  void descendant(const Element &record);
  const Known &known_;
  Facts &out_;
  std::string evidence_;
  std::unordered_set<std::size_t> seen_;
};

}  // namespace dislodge::identity::azurehound

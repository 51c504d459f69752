#pragma once
// Directory exports: AzureHound's JSON (one object a line, ids upper-case as current versions write them) and
// BloodHound OpenGraph for GitHub with the node and edge kinds of SpecterOps' collector.

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_writer.hpp"
#include "drill/organisation.hpp"

namespace dislodge::drill {

struct ListedCredential {  // as a directory shows a credential: never its value
  std::string key_id;
  std::string name;
  std::string hint;        // first three characters of a secret; empty for a certificate
  std::string thumbprint;  // of a certificate, base64
  base::Time from, until;
};

class AzureHoundWriter {
 public:
  explicit AzureHoundWriter(const Tenant &tenant) : tenant_(tenant) {}

  void tenant();
  void user(const Person &person);
  void group(const std::string &id, const std::string &name, const std::vector<const Person *> &members,
             base::Time created);
  void device(const std::string &id, const std::string &name, std::string_view system);
  void application(const Application &app, const std::vector<ListedCredential> &credentials,
                   std::string_view audience);
  void application_owner(const Application &app, const Person &owner);
  struct AppRole {
    std::string id, value;
  };
  void service_principal(const std::string &id, const Application &app, const std::string &owner_tenant,
                         const std::vector<AppRole> &roles = {}, bool enabled = true);
  void service_principal_owner(const std::string &id, const Person &owner);
  void app_role_assignment(const std::string &role_id, const std::string &principal_id,
                           const std::string &principal_name, const std::string &resource_id,
                           const std::string &resource_name, const std::string &resource_app_id,
                           base::Time created);
  void role(const std::string &template_id, std::string_view name,
            const std::vector<std::string> &principal_ids);
  void subscription(const std::string &id, std::string_view name);
  void key_vault(const std::string &subscription, std::string_view group, std::string_view name,
                 const std::string &reader_id);

  std::string finish();

 private:
  void add(std::string_view kind, const std::function<void(base::JsonWriter &)> &fields);
  const Tenant &tenant_;
  std::string lines_;
  std::size_t count_ = 0;
};

std::string upper(std::string_view text);

// A property graph as BloodHound imports it. Values of properties are JSON texts.
class OpenGraphWriter {
 public:
  using Properties = std::vector<std::pair<std::string, std::string>>;
  static std::string quoted(std::string_view text);
  void node(const std::string &id, const std::string &kind, const Properties &properties);
  void edge(const std::string &kind, const std::string &start, const std::string &end, bool traversable);
  // The start is a node of another collector, known by its name.
  void edge_from_named(const std::string &kind, const std::string &start_kind, const std::string &start_name,
                       const std::string &end);
  std::string finish(std::string_view source_kind) const;

 private:
  std::string nodes_, edges_;
};

}  // namespace dislodge::drill

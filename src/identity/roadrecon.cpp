#include "identity/roadrecon.hpp"

#include <fmt/format.h>
#include <simdjson.h>
#include <sqlite3.h>

#include <algorithm>
#include <memory>

#include "base/encode.hpp"
#include "identity/directory_json.hpp"
#include "identity/ids.hpp"
#include "identity/listing_writer.hpp"
#include "identity/policies.hpp"

namespace dislodge::identity::roadrecon {
namespace {

using base::lower;

constexpr std::size_t kLookBytes = 256u << 10;
constexpr int kValueBytesMax = 16 << 20;
constexpr std::string_view kConditionalAccess = "18";  // policyType

struct Closer {
  void operator()(sqlite3 *database) const { sqlite3_close(database); }
  void operator()(sqlite3_stmt *statement) const { sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, Closer>;
using Statement = std::unique_ptr<sqlite3_stmt, Closer>;

// SQLAlchemy writes "2024-01-31 09:00:00.000000", in UTC.
std::string time_text(std::string_view text) {
  std::string time(text);
  if (time.size() > 10 && time[10] == ' ') time[10] = 'T';
  if (time.size() >= 19 && time.find_first_of("Zz+", 19) == std::string::npos) time += 'Z';
  return time;
}

struct Objects {
  const char *table;
  PrincipalKind kind;
};
constexpr Objects kObjects[] = {
    {"Users", PrincipalKind::user},
    {"Groups", PrincipalKind::group},
    {"Applications", PrincipalKind::application},
    {"ServicePrincipals", PrincipalKind::service_principal},
    {"Devices", PrincipalKind::device},
    {"DirectoryRoles", PrincipalKind::role},
};

struct Link {
  const char *table, *member, *target, *right;
};
constexpr Link kLinks[] = {
    {"lnk_group_member_user", "User", "Group", "AZMemberOf"},
    {"lnk_group_member_group", "childGroup", "Group", "AZMemberOf"},
    {"lnk_group_member_serviceprincipal", "ServicePrincipal", "Group", "AZMemberOf"},
    {"lnk_group_member_device", "Device", "Group", "AZMemberOf"},
    {"lnk_group_owner_user", "User", "Group", "AZGroupOwner"},
    {"lnk_group_owner_serviceprincipal", "ServicePrincipal", "Group", "AZGroupOwner"},
    {"lnk_application_owner_user", "User", "Application", "AZAppOwner"},
    {"lnk_application_owner_serviceprincipal", "ServicePrincipal", "Application", "AZAppOwner"},
    {"lnk_serviceprincipal_owner_user", "User", "ServicePrincipal", "AZServicePrincipalOwner"},
    {"lnk_serviceprincipal_owner_serviceprincipal", "childServicePrincipal", "ServicePrincipal",
     "AZServicePrincipalOwner"},
    {"lnk_device_owner", "User", "Device", "AZDeviceOwner"},
    {"lnk_role_member_user", "User", "DirectoryRole", "AZHasRole"},
    {"lnk_role_member_group", "Group", "DirectoryRole", "AZHasRole"},
    {"lnk_role_member_serviceprincipal", "ServicePrincipal", "DirectoryRole", "AZHasRole"},
};

class Reader {
 public:
  Reader(const evidence::ItemView &item, Facts &out, evidence::Sink &sink, const FactSpill &spill)
      : item_(item), writer_(out), sink_(sink), spill_(spill) {}

  base::Result<void> read() {
    sqlite3 *raw = nullptr;
    const int opened = sqlite3_open_v2(":memory:", &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY, nullptr);
    database_.reset(raw);
    // The bytes are not copied: the database is theirs, and nothing may write to it.
    auto *bytes = reinterpret_cast<unsigned char *>(const_cast<char *>(item_.bytes.data()));
    const auto size = static_cast<sqlite3_int64>(item_.bytes.size());
    if (opened != SQLITE_OK ||
        sqlite3_deserialize(raw, "main", bytes, size, size, SQLITE_DESERIALIZE_READONLY) != SQLITE_OK)
      return base::fail(
          base::ErrorKind::damaged,
          std::string(item_.path) + ": the database cannot be opened; dump the directory again");
    sqlite3_limit(raw, SQLITE_LIMIT_LENGTH, kValueBytesMax);
    sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    each_row("TenantDetails", [&](const Row &row) {
      const std::string id = lower(id_of(row));
      if (!is_guid(id)) return;
      tenant_ = id;
      Principal &p =
          writer_.principal(row, entra_principal(id, id), PrincipalKind::tenant, row["displayname"]);
      ListingWriter::add_name(p, id);
    });
    for (const Objects &objects : kObjects)
      each_row(objects.table, [&](const Row &row) { object(row, objects.kind); });
    for (const Link &link : kLinks) {
      each_row(link.table, [&](const Row &row) {
        grant(row, link.right, row[lower(link.member)], row[lower(link.target)]);
      });
    }
    each_row("RoleDefinitions", [&](const Row &row) { object(row, PrincipalKind::role); });
    for (const auto &[table, right] :
         {std::pair<const char *, const char *>("RoleAssignments", "AZHasRole"),
          std::pair<const char *, const char *>("EligibleRoleAssignments", "AZRoleEligible")}) {
      each_row(table, [&, kind = right](const Row &row) {
        if (is_guid(row["principalid"]) && is_guid(row["roledefinitionid"]))
          grant(row, kind, row["principalid"], row["roledefinitionid"]);
      });
    }
    each_row("AppRoleAssignments", [&](const Row &row) {
      // In the older scheme the role's id is called "id".
      const std::string role = lower(row["approleid"].empty() ? row["id"] : row["approleid"]);
      if (!is_guid(role) || row["principalid"].empty() || row["resourceid"].empty()) return;
      Grant &one = grant(row, "app-role:" + role, row["principalid"], row["resourceid"]);
      writer_.since(one, time_text(row["creationtimestamp"].empty() ? row["createddatetime"]
                                                                    : row["creationtimestamp"]));
    });
    each_row("OAuth2PermissionGrants", [&](const Row &row) { consent(row); });
    each_row("Policys", [&](const Row &row) { policy(row); });
    return {};
  }

 private:
  template <typename Each>
  void each_row(const std::string &table, Each &&each) {
    sqlite3_stmt *raw = nullptr;
    // Names of tables are ours, so nothing of the file stands in the statement.
    const std::string sql = "SELECT * FROM \"" + table + "\"";
    if (sqlite3_prepare_v2(database_.get(), sql.c_str(), -1, &raw, nullptr) != SQLITE_OK)
      return;  // no such table
    const Statement statement(raw);
    std::uint64_t number = 0;
    int step = SQLITE_ROW;
    while ((step = sqlite3_step(raw)) == SQLITE_ROW) {
      Row row;
      row.evidence = fmt::format("{}!/{}:line {}", item_.path, table, ++number);
      for (int i = 0; i < sqlite3_column_count(raw); ++i) {
        const char *name = sqlite3_column_name(raw, i);
        const auto *text = reinterpret_cast<const char *>(sqlite3_column_text(raw, i));
        if (name == nullptr || text == nullptr) continue;
        row.columns.emplace_back(lower(name),
                                 std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(raw, i))));
      }
      each(row);
      if (spill_) spill_();
    }
    if (step == SQLITE_DONE) return;
    sink_.unread({.bytes = 0,
                  .state = evidence::LedgerState::damaged,
                  .reason = fmt::format("table {} is damaged after row {}", table, number),
                  .remedy = "dump the directory again; what stands before was read",
                  .child = {},
                  .child_size = 0});
  }

  static std::string_view id_of(const Row &row) {
    return row["objectid"].empty() ? row["id"] : row["objectid"];
  }
  std::string principal(std::string_view object) const { return entra_principal(tenant_, object); }

  Grant &grant(const Row &row, std::string_view kind, std::string_view from, std::string_view to) {
    return writer_.grant(row, kind, principal(from), principal(to));
  }

  void object(const Row &row, PrincipalKind kind) {
    const std::string_view object = id_of(row);
    if (!is_guid(object)) return;
    Principal &p = writer_.principal(row, principal(object), kind, row["displayname"]);
    ListingWriter::add_name(p, object);
    for (const char *column :
         {"userprincipalname", "mail", "onpremisessecurityidentifier", "appid", "deviceid"})
      ListingWriter::add_name(p, row[column]);
    const std::pair<const char *, const char *> columns[] = {
        {"jobtitle", "title"},           {"department", "department"},
        {"companyname", "company"},      {"roletemplateid", "template-id"},
        {"templateid", "template-id"},   {"approleassignmentrequired", "assignment-required"},
        {"serviceprincipaltype", "type"}};
    for (const auto &[column, attribute] : columns) ListingWriter::attribute(p, attribute, row[column]);
    const std::pair<const char *, const char *> folded[] = {{"userprincipalname", "upn"},
                                                            {"mail", "mail"},
                                                            {"usertype", "user-type"},
                                                            {"mailnickname", "alias"},
                                                            {"appid", "app-id"},
                                                            {"appownertenantid", "app-owner-tenant"},
                                                            {"appownerorganizationid", "app-owner-tenant"}};
    for (const auto &[column, attribute] : folded) ListingWriter::attribute(p, attribute, lower(row[column]));
    const std::pair<const char *, const char *> times[] = {
        {"createddatetime", "created"},
        {"lastpasswordchangedatetime", "last-password-change"},
        {"refreshtokensvalidfromdatetime", "sessions-valid-from"},
        {"signinsessionsvalidfromdatetime", "sessions-valid-from"}};
    for (const auto &[column, attribute] : times)
      ListingWriter::attribute(p, attribute, time_text(row[column]));
    if (!row["accountenabled"].empty())
      ListingWriter::attribute(p, "enabled", row.flag("accountenabled") ? "true" : "false");
    if (row.flag("isassignabletorole")) ListingWriter::attribute(p, "role-assignable", "true");
    const std::string id = p.id;
    if (kind == PrincipalKind::user) factors(row, p);
    if (kind == PrincipalKind::application || kind == PrincipalKind::service_principal) {
      credentials(row, id, "passwordcredentials", "app-secret");
      credentials(row, id, "keycredentials", "certificate");
    }
  }

  // strongAuthenticationDetail: methods, where the dump was made with MFA data, and the state of MFA per
  // user.
  void factors(const Row &row, Principal &p) {
    simdjson::dom::element detail, methods, requirements;
    simdjson::dom::array items;
    const std::string text(row["strongauthenticationdetail"]);
    if (text.empty() || !parse_value(parser_, text, detail)) return;
    if (child_of(detail, "requirements", requirements) && requirements.get(items) == simdjson::SUCCESS) {
      for (const simdjson::dom::element one : items) {
        // 0 off, 1 enabled (asked at the next sign-in), 2 enforced; as text in newer dumps.
        const std::string state = lower(plain_of(one, "state"));
        ListingWriter::attribute(p, "per-user-mfa",
                                 state == "2"   ? "enforced"
                                 : state == "1" ? "enabled"
                                 : state == "0" ? "disabled"
                                                : state);
      }
    }
    if (!child_of(detail, "methods", methods) || methods.get(items) != simdjson::SUCCESS) return;
    std::string all;
    for (const simdjson::dom::element method : items) {
      all += all.empty() ? "" : " ";
      all += text_of(method, "methodType");
    }
    ListingWriter::attribute(p, "factors", all.empty() ? "none" : all);
  }

  void credentials(const Row &row, const std::string &owner, std::string_view column, std::string_view slot) {
    simdjson::dom::element list;
    simdjson::dom::array items;
    const std::string text(row[column]);
    if (text.empty() || !parse_value(parser_, text, list) || list.get(items) != simdjson::SUCCESS) return;
    for (const simdjson::dom::element entry : items) {
      const std::string key = lower(text_of(entry, "keyId"));
      const bool signs = text_of(entry, "usage") == "Sign";
      Credential &one = writer_.credential(row, owner, signs ? "saml-signing" : slot, key);
      one.key_id = key;
      one.hint = text_of(entry, "hint");
      one.valid.from = time_of_text(text_of(entry, "startDate"),
                                    time_of_text(text_of(entry, "startDateTime"), base::kTimeMin));
      one.valid.until = time_of_text(text_of(entry, "endDate"),
                                     time_of_text(text_of(entry, "endDateTime"), base::kTimeMax));
    }
  }

  void consent(const Row &row) {
    if (!is_guid(row["clientid"])) return;
    const bool everybody = row["consenttype"] == "AllPrincipals";
    const std::string to = everybody ? all_mailboxes_id(tenant_) : named_mailbox(row["principalid"]);
    std::string_view scopes = row["scope"];
    while (!scopes.empty()) {
      const std::size_t end = std::min(scopes.find(' '), scopes.size());
      const std::string_view scope = scopes.substr(0, end);
      scopes.remove_prefix(std::min(end + 1, scopes.size()));
      if (scope.empty()) continue;
      Grant &one = writer_.grant(row, "delegated:" + std::string(scope), principal(row["clientid"]), to);
      writer_.since(one, time_text(row["starttime"]));
    }
  }

  // A policy of conditional access (type 18): a list with one text, which is JSON again. The names are those
  // of the portal's own API, not of Graph.
  void policy(const Row &row) {
    if (row["policytype"] != kConditionalAccess) return;
    simdjson::dom::element list, detail;
    simdjson::dom::array items;
    std::string_view inner;
    const std::string text(row["policydetail"]);
    if (text.empty() || !parse_value(parser_, text, list)) return;
    if (list.get(items) == simdjson::SUCCESS && items.begin() != items.end()) list = *items.begin();
    if (list.get(inner) != simdjson::SUCCESS) return;
    const std::string copy(inner);
    if (!parse_value(policy_parser_, copy, detail)) return;
    const std::string_view object = row["policyidentifier"].empty() ? id_of(row) : row["policyidentifier"];
    Policy one = ListingWriter::policy(row, tenant_, object, row["displayname"]);
    one.enforced = text_of(detail, "State") == "Enabled";
    simdjson::dom::element conditions;
    if (child_of(detail, "Conditions", conditions)) {
      simdjson::dom::object members;
      if (conditions.get(members) == simdjson::SUCCESS) {
        for (const auto &[name, condition] : members) this->condition(one, name, condition);
      }
    }
    if (one.clients.empty()) set_clients(one, {});
    demands(one, detail);
    std::string_view changed = text_of(detail, "ModifiedDateTime");
    if (changed.empty()) changed = text_of(detail, "CreatedDateTime");
    ListingWriter::since(one, time_text(changed));
    writer_.keep(one);
  }

  // Calls each(kind, value) for all of {"Include":[{"Users":["All"]},{"Groups":["id"]}]}.
  template <typename Each>
  static void each_criterion(const simdjson::dom::element &condition, const char *side, Each &&each) {
    simdjson::dom::element list;
    simdjson::dom::array items, values;
    simdjson::dom::object kinds;
    if (!child_of(condition, side, list) || list.get(items) != simdjson::SUCCESS) return;
    for (const simdjson::dom::element one : items) {
      if (one.get(kinds) != simdjson::SUCCESS) continue;
      for (const auto &[kind, value] : kinds) {
        std::string_view text;
        if (value.get(values) != simdjson::SUCCESS) {
          each(kind, value.get(text) == simdjson::SUCCESS ? text : std::string_view("?"));
          continue;
        }
        for (const simdjson::dom::element each_value : values) {
          if (each_value.get(text) == simdjson::SUCCESS) each(kind, text);
        }
      }
    }
  }

  void condition(Policy &policy, std::string_view name, const simdjson::dom::element &condition) {
    const auto circle = [](std::vector<std::string> &into, std::string_view kind, std::string_view value) {
      if (value == "All")
        into.emplace_back("all");
      else if (kind == "GuestsOrExternalUsers" || value == "Guests")
        into.emplace_back("guests");
      else if (value != "None" && (kind == "Users" || kind == "Groups" || kind == "Roles"))
        into.push_back(lower(kind.substr(0, kind.size() - 1)) + ":" + lower(value));
    };
    if (name == "Users") {
      each_criterion(condition, "Include",
                     [&](auto kind, auto value) { circle(policy.includes, kind, value); });
      each_criterion(condition, "Exclude",
                     [&](auto kind, auto value) { circle(policy.excludes, kind, value); });
    } else if (name == "Applications") {
      each_criterion(condition, "Include", [&](auto kind, auto value) {
        if (kind == "Applications" && value == "All") policy.every_application = true;
      });
      each_criterion(condition, "Exclude", [&](auto, auto) { policy.narrowed = "Applications"; });
    } else if (name == "ClientTypes") {
      std::vector<std::string_view> clients;
      each_criterion(condition, "Include", [&](auto, auto value) { clients.push_back(value); });
      set_clients(policy, clients);
    } else {
      bool everything = name == "Locations" || name == "DevicePlatforms";
      each_criterion(condition, "Include",
                     [&](auto, auto value) { everything = everything && value == "All"; });
      each_criterion(condition, "Exclude", [&](auto, auto) { everything = false; });
      if (!everything) policy.narrowed = name;
    }
  }

  // Each element of "Controls" must be met, by one of what it lists.
  static void demands(Policy &policy, const simdjson::dom::element &detail) {
    simdjson::dom::element list;
    simdjson::dom::array items;
    if (!child_of(detail, "Controls", list) || list.get(items) != simdjson::SUCCESS) return;
    for (const simdjson::dom::element one : items) {
      std::vector<std::string> any;
      for (const std::string_view control : texts_of(one, "Control"))
        any.emplace_back(control == "Block" ? "block" : control == "Mfa" ? "mfa" : "other");
      for (const std::string_view strength : texts_of(one, "AuthStrengthIds"))
        any.push_back(strength == kPhishingResistantStrength ? "phishing-resistant"
                                                             : "strength:" + lower(strength));
      // What may be met by something weaker is as weak as that.
      const auto weak = std::find_if(any.begin(), any.end(), [](const std::string &each) {
        return each != "block" && each != "phishing-resistant";
      });
      if (!any.empty()) policy.demands.push_back(weak != any.end() ? *weak : any.front());
    }
  }

  const evidence::ItemView &item_;
  ListingWriter writer_;
  evidence::Sink &sink_;
  const FactSpill &spill_;
  Database database_;
  simdjson::dom::parser parser_, policy_parser_;
  std::string tenant_{kUnknownTenant};
};

}  // namespace

bool recognises_directory(std::string_view bytes) {
  if (!bytes.starts_with(std::string_view("SQLite format 3\0", 16))) return false;
  // The schema lists the tables of the dump by these names.
  const std::string_view head = bytes.substr(0, kLookBytes);
  return head.find("lnk_group_member_user") != std::string_view::npos &&
         head.find("ServicePrincipals") != std::string_view::npos;
}

base::Result<void> read_directory(const evidence::ItemView &item, Facts &out, evidence::Sink &sink,
                                  const FactSpill &spill) {
  return Reader(item, out, sink, spill).read();
}

}  // namespace dislodge::identity::roadrecon

#include "identity/opengraph.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_map>

#include "base/encode.hpp"
#include "identity/azure_resources.hpp"
#include "identity/directory_json.hpp"
#include "identity/ids.hpp"
#include "identity/json_cursor.hpp"

namespace dislodge::identity::opengraph {
namespace {

using base::lower;
using simdjson::dom::element;

constexpr std::size_t kLookBytes = 64u << 10;

struct KindRule {
  std::string_view word;  // in the kind without its prefix, lower case
  PrincipalKind kind;
};
// The first word found decides, so longer words stand before those they contain.
constexpr KindRule kPrincipalKinds[] = {{"serviceprincipal", PrincipalKind::service_principal},
                                        {"deploykey", PrincipalKind::key},
                                        {"sshkey", PrincipalKind::key},
                                        {"gpgkey", PrincipalKind::key},
                                        {"accesstoken", PrincipalKind::key},
                                        {"apitoken", PrincipalKind::key},
                                        {"jwk", PrincipalKind::key},
                                        {"clientsecret", PrincipalKind::key},
                                        {"externalidentity", PrincipalKind::account},
                                        {"identityprovider", PrincipalKind::issuer},
                                        {"role", PrincipalKind::role},
                                        {"group", PrincipalKind::group},
                                        {"team", PrincipalKind::group},
                                        {"computer", PrincipalKind::device},
                                        {"device", PrincipalKind::device},
                                        {"user", PrincipalKind::user},
                                        {"organization", PrincipalKind::tenant},
                                        {"tenant", PrincipalKind::tenant},
                                        {"domain", PrincipalKind::tenant},
                                        {"app", PrincipalKind::application}};
struct ContentRule {
  std::string_view word, kind;
};
constexpr ContentRule kContent[] = {{"repository", "repository"},
                                    {"keyvault", "vault"},
                                    {"storageaccount", "storage"},
                                    {"mailbox", "mailbox"},
                                    {"sharepointsite", "site"}};

struct Kind {
  std::string realm;  // github, okta, entra, ad, ...
  std::string word;   // lower case, without prefix
};

bool is_ad_kind(std::string_view kind) {
  static constexpr std::array<std::string_view, 16> kKinds = {
      "Base",        "User",           "Group",        "Computer",     "Domain", "OU",
      "GPO",         "Container",      "CertTemplate", "EnterpriseCA", "RootCA", "AIACA",
      "NTAuthStore", "IssuancePolicy", "LocalGroup",   "LocalUser"};
  return std::find(kKinds.begin(), kKinds.end(), kind) != kKinds.end();
}

Kind kind_of(std::string_view kind, std::string_view source) {
  const auto under = kind.find('_');
  if (kind.starts_with("GH_")) return {"github", lower(kind.substr(3))};
  if (kind.starts_with("Okta_")) return {"okta", lower(kind.substr(5))};
  if (is_ad_kind(kind)) return {"ad", lower(kind)};
  if (kind.starts_with("AZ")) return {"entra", lower(kind.substr(2))};
  if (under != std::string_view::npos && under > 0)
    return {lower(kind.substr(0, under)), lower(kind.substr(under + 1))};
  return {source.empty() ? "graph" : lower(source), lower(kind)};
}

class Reader {
 public:
  Reader(const evidence::ItemView &item, Facts &out, evidence::Sink &sink, const FactSpill &spill)
      : item_(item), out_(out), sink_(sink), spill_(spill), lines_(item.bytes) {}

  base::Result<void> read() {
    source_ = source_kind();
    // Edges may stand before nodes, so nodes are read in a first walk and edges in a second.
    for (const bool nodes : {true, false}) {
      JsonCursor at(item_.bytes);
      walk(at, nodes);
      if (at.broken() && !nodes) {
        sink_.unread({.bytes = item_.bytes.size() - std::min(last_whole_, item_.bytes.size()),
                      .state = evidence::LedgerState::damaged,
                      .reason = fmt::format("the JSON breaks off or is damaged after byte {}", last_whole_),
                      .remedy = "export the graph again; what stands before was read",
                      .child = {},
                      .child_size = 0});
      }
    }
    if (damaged_ > 0) {
      sink_.unread(
          {.bytes = damaged_bytes_,
           .state = evidence::LedgerState::damaged,
           .reason = fmt::format("{} nodes or edges damaged, the first at line {}", damaged_, damaged_line_),
           .remedy = "export the graph again",
           .child = {},
           .child_size = 0});
    }
    return {};
  }

 private:
  std::string source_kind() {
    JsonCursor at(item_.bytes);
    if (!at.enter_object()) return {};
    while (at.next_member()) {
      if (at.key() != "metadata") {
        at.take();
        continue;
      }
      element parsed;
      const std::string_view text = at.take();
      if (text.size() <= kRecordBytesMax && parse_value(parser_, text, parsed)) {
        return std::string(text_of(parsed, "source_kind"));
      }
    }
    return {};
  }

  void walk(JsonCursor &at, bool nodes) {
    if (!at.enter_object()) return;
    while (at.next_member()) {
      if (at.key() != "graph" || !at.enter_object()) {
        at.take();
        continue;
      }
      while (at.next_member()) {
        const bool wanted = at.key() == (nodes ? "nodes" : "edges");
        if (!wanted || !at.enter_array()) {
          at.take();
          continue;
        }
        while (at.next_element()) {
          const std::size_t begin = (at.peek(), at.position());
          const std::string_view one = at.take();
          if (at.broken()) return;
          element parsed;
          if (one.size() > kRecordBytesMax || !parse_value(parser_, one, parsed) || !parsed.is_object() ||
              !(nodes ? node(parsed, begin) : edge(parsed, begin))) {
            if (damaged_++ == 0) damaged_line_ = LineCounter(item_.bytes).line_of(begin);
            damaged_bytes_ += one.size();
          }
          last_whole_ = std::max(last_whole_, at.position());
          if (spill_) spill_();
        }
      }
    }
    if (!at.broken()) last_whole_ = item_.bytes.size();
  }

  std::string where(std::size_t offset) {
    return fmt::format("{}:line {}", item_.path, lines_.line_of(offset));
  }

  std::string id_for(const Kind &kind, std::string_view node_id, const element &properties) {
    if (kind.realm == "entra") {
      if (node_id.find("/providers/") != std::string_view::npos || node_id.starts_with("/subscriptions/")) {
        return azurehound::azure_id(kind.word == "keyvault" ? "AZKeyVault" : "", node_id);
      }
      std::string_view tenant = text_of(properties, "tenantid");
      if (tenant.empty()) tenant = text_of(properties, "tenantId");
      if (kind.word == "tenant") tenant = node_id;
      const auto at = node_id.find('@');  // roles are written ID@TENANT
      if (at != std::string_view::npos) {
        if (tenant.empty()) tenant = node_id.substr(at + 1);
        node_id = node_id.substr(0, at);
      }
      return entra_principal(tenant, node_id);
    }
    return "principal:" + kind.realm + "/" + lower(node_id);
  }

  bool node(const element &record, std::size_t offset) {
    const std::string node_id = plain_of(record, "id");
    if (node_id.empty()) return false;
    element properties = record;
    child_of(record, "properties", properties);
    const std::vector<std::string_view> kinds = texts_of(record, "kinds");
    // The first kind that is not a mere base says what it is.
    std::string_view primary = kinds.empty() ? std::string_view() : kinds.front();
    for (const std::string_view one : kinds) {
      if (!one.ends_with("Base")) {
        primary = one;
        break;
      }
    }
    const Kind kind = kind_of(primary, source_);
    const std::string evidence = where(offset);
    for (const ContentRule &rule : kContent) {
      if (kind.word == rule.word) {
        content(rule.kind, kind, node_id, properties, evidence);
        return true;
      }
    }
    principal(kind, primary, node_id, properties, evidence);
    return true;
  }

  void content(std::string_view what, const Kind &kind, const std::string &node_id, const element &properties,
               const std::string &evidence) {
    Resource one;
    one.kind = what;
    one.evidence = evidence;
    std::string_view full = text_of(properties, "full_name");
    std::string_view name = text_of(properties, "name");
    if (full.find('/') == std::string_view::npos) full = {};
    if (full.empty() && name.find('/') != std::string_view::npos) full = name;
    std::string owned;
    if (full.empty()) {
      std::string_view owner = text_of(properties, "owner");
      if (owner.empty()) owner = text_of(properties, "environment_name");
      if (owner.empty()) owner = text_of(properties, "organization");
      if (!owner.empty() && !name.empty()) owned = std::string(owner) + "/" + std::string(name);
    }
    one.name = !full.empty() ? std::string(full) : !owned.empty() ? owned : std::string(name);
    if (what == "repository" && kind.realm == "github" && one.name.find('/') != std::string::npos) {
      one.id = repository_id(one.name);
    } else if (kind.realm == "entra") {
      one.id = azurehound::azure_id(what == "vault" ? "AZKeyVault" : "AZStorageAccount", node_id);
    } else {
      one.id = "resource:" + kind.realm + "/" +
               lower(one.name.find('/') != std::string::npos ? one.name : node_id);
    }
    remember(node_id, one.id, name, kind);
    out_.resources.push_back(std::move(one));
  }

  void principal(const Kind &kind, std::string_view primary, const std::string &node_id,
                 const element &properties, const std::string &evidence) {
    Principal one;
    one.id = id_for(kind, node_id, properties);
    for (const KindRule &rule : kPrincipalKinds) {
      if (kind.word.find(rule.word) != std::string::npos) {
        one.kind = rule.kind;
        break;
      }
    }
    one.evidence = evidence;
    one.names.push_back(lower(node_id));
    one.attributes["type"] = primary;
    for (const char *key :
         {"login", "email", "mail", "userprincipalname", "upn", "samaccountname", "externalid", "external_id",
          "username", "appid", "app_id", "fingerprint", "objectsid"}) {
      const std::string value = lower(plain_of(properties, key));
      if (value.empty()) continue;
      one.names.push_back(value);
      one.attributes[key] = value;
    }
    for (const char *key : {"emails", "proxyaddresses", "verified_domain_emails"}) {
      for (const std::string_view address : texts_of(properties, key)) one.names.push_back(lower(address));
    }
    const std::string_view display = text_of(properties, "displayname"), login = text_of(properties, "login"),
                           name = text_of(properties, "name");
    one.name = !display.empty() ? display : !login.empty() ? login : name;
    if (!name.empty()) one.names.push_back(lower(name));
    for (const auto &[key, attribute] :
         {std::pair("enabled", "enabled"), std::pair("whencreated", "created"),
          std::pair("created_at", "created"), std::pair("createddatetime", "created"),
          std::pair("pwdlastset", "last-password-change"), std::pair("title", "title"),
          std::pair("company", "company"), std::pair("environment_name", "organisation")}) {
      const std::string value = plain_of(properties, key);
      if (!value.empty()) one.attributes.emplace(attribute, value);
    }
    one.tenant = kind.realm == "entra" ? std::string(entra_parts(one.id).tenant)
                                       : lower(text_of(properties, "environment_name"));
    if (kind.realm == "entra") {
      if (const std::string upn =
              one.attributes.count("userprincipalname") != 0 ? one.attributes["userprincipalname"] : "";
          !upn.empty())
        one.attributes["upn"] = upn;
      if (one.attributes.count("appid") != 0) one.attributes["app-id"] = one.attributes["appid"];
    }
    if (one.kind == PrincipalKind::key) key_credential(one, properties, evidence);
    remember(node_id, one.id, name, kind);
    out_.principals.push_back(std::move(one));
  }

  // A deploy key or SSH key is a principal whose one credential is the key: who holds the private half acts
  // as it.
  void key_credential(const Principal &key, const element &properties, const std::string &evidence) {
    std::string fingerprint;
    for (const char *name : {"fingerprint", "sha256_fingerprint", "fingerprint_sha256", "key_fingerprint"}) {
      if (fingerprint.empty()) fingerprint = plain_of(properties, name);
    }
    const bool ssh =
        key.attributes.count("type") != 0 && base::contains_ignoring_case(key.attributes.at("type"), "key");
    const std::string hashed = plain_of(properties, "hashed_token");
    if (fingerprint.empty() && hashed.empty()) return;
    Credential one;
    one.principal = key.id;
    const bool deploy = ssh && base::contains_ignoring_case(key.attributes.at("type"), "deploykey");
    one.slot = deploy ? "github-deploy-key" : ssh ? "ssh-key" : "token";
    one.thumbprint = fingerprint;
    if (!fingerprint.empty() && fingerprint.find(':') == std::string::npos)
      one.thumbprint = "SHA256:" + fingerprint;
    one.key_id = lower(hashed);
    one.name = key.name;
    one.valid.from = time_of_text(plain_of(properties, "created_at"), base::kTimeMin);
    one.evidence = evidence;
    one.id = credential_id(one.principal, one.slot, one.thumbprint + one.key_id);
    out_.credentials.push_back(std::move(one));
  }

  void remember(const std::string &node_id, const std::string &id, std::string_view name, const Kind &kind) {
    by_node_.emplace(lower(node_id), id);
    if (!name.empty()) by_name_.emplace(lower(name), id);
    (void)kind;
  }

  // An end of an edge. A node of another collector's, known by its name or property only, is written
  // "principal:REALM/?name=...", which link_facts() resolves.
  std::string end_of(const element &record, std::string_view which) {
    element end;
    if (!child_of(record, which, end)) return {};
    std::string_view plain;
    if (end.get(plain) == simdjson::SUCCESS) return resolve_node(std::string(plain), "");
    const std::string_view match = text_of(end, "match_by"), kind = text_of(end, "kind");
    if (match == "property") {
      element matchers;
      simdjson::dom::array items;
      if (child_of(end, "property_matchers", matchers) && matchers.get(items) == simdjson::SUCCESS) {
        for (const element matcher : items) {
          if (const std::string value = plain_of(matcher, "value"); !value.empty())
            return resolve_name(value, kind);
        }
      }
      return {};
    }
    const std::string value = plain_of(end, "value");
    if (value.empty()) return {};
    return match == "name" ? resolve_name(value, kind) : resolve_node(value, kind);
  }

  std::string resolve_node(const std::string &node_id, std::string_view kind_name) {
    const auto found = by_node_.find(lower(node_id));
    if (found != by_node_.end()) return found->second;
    Kind kind = kind_of(kind_name, source_);
    if (kind_name.empty() && is_guid(node_id)) kind.realm = "entra";  // object ids of Entra are GUIDs
    if (kind.realm == "entra") return entra_principal(kUnknownTenant, node_id);
    if (kind_name.empty() && lower(node_id).starts_with("s-1-5-")) kind.realm = "ad";
    return "principal:" + kind.realm + "/" + lower(node_id);
  }

  std::string resolve_name(const std::string &name, std::string_view kind_name) {
    const auto found = by_name_.find(lower(name));
    const Kind kind = kind_of(kind_name, source_);
    if (found != by_name_.end() &&
        (kind_name.empty() || found->second.find(":" + kind.realm + "/") != std::string::npos)) {
      return found->second;
    }
    return "principal:" + kind.realm + "/?name=" + lower(name);
  }

  bool edge(const element &record, std::size_t offset) {
    const std::string_view kind = text_of(record, "kind");
    std::string from = end_of(record, "start"), to = end_of(record, "end");
    if (kind.empty() || from.empty() || to.empty()) return false;
    Grant one;
    one.kind = kind;
    one.from = std::move(from);
    one.to = std::move(to);
    one.id = grant_id(one.kind, one.from, one.to);
    element properties;
    if (child_of(record, "properties", properties)) {
      for (const char *key : {"created_at", "createdat", "start", "granted_at"}) {
        const base::Time start = time_of_text(plain_of(properties, key), base::kTimeMin);
        if (start == base::kTimeMin) continue;
        one.valid.from = start;
        one.start_known = true;
        break;
      }
    }
    one.evidence = where(offset);
    out_.grants.push_back(std::move(one));
    return true;
  }

  const evidence::ItemView &item_;
  Facts &out_;
  evidence::Sink &sink_;
  const FactSpill &spill_;
  LineCounter lines_;
  simdjson::dom::parser parser_;
  std::string source_;
  std::unordered_map<std::string, std::string> by_node_, by_name_;
  std::size_t last_whole_ = 0;
  std::uint64_t damaged_ = 0, damaged_bytes_ = 0;
  std::size_t damaged_line_ = 0;
};

}  // namespace

bool recognises_directory(std::string_view bytes) {
  const std::string_view head = bytes.substr(0, kLookBytes);
  JsonCursor at(head);
  if (!at.enter_object()) return false;
  while (at.next_member()) {
    if (at.key() == "graph") {
      if (!at.enter_object() || !at.next_member()) return false;
      return at.key() == "nodes" || at.key() == "edges";
    }
    if (at.key() != "metadata" && at.key() != "$schema") return false;
    at.take();
  }
  return false;
}

base::Result<void> read_directory(const evidence::ItemView &item, Facts &out, evidence::Sink &sink,
                                  const FactSpill &spill) {
  return Reader(item, out, sink, spill).read();
}

}  // namespace dislodge::identity::opengraph

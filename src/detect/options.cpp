
#include <algorithm>

#include "base/encode.hpp"
#include "base/toml.hpp"
#include "detect/detect.hpp"
#include "detect/sigma_matcher.hpp"

namespace dislodge::detect {

namespace {

using base::ErrorKind;
using base::fail;
using base::Result;

std::string at(std::string_view path, const toml::node &node) {
  return std::string(path) + ":" + std::to_string(node.source().begin.line);
}

// The kinds that docs/json.md promises.
constexpr std::string_view kKinds[] = {"access-key-created",
                                       "account-changed",
                                       "account-lockout",
                                       "app-credential-added",
                                       "app-role-granted",
                                       "audit-disabled",
                                       "brute-force",
                                       "consent-granted",
                                       "data-exposed",
                                       "device-registered",
                                       "discovery",
                                       "factor-changed",
                                       "federation-changed",
                                       "files-read",
                                       "forged-token",
                                       "forwarding-set",
                                       "impersonation",
                                       "inbox-rule",
                                       "mail-exported",
                                       "mail-sent",
                                       "mailbox-delegated",
                                       "mailbox-read-by-app",
                                       "new-application",
                                       "permissions-changed",
                                       "policy-changed",
                                       "repository-cloned",
                                       "risky-signin",
                                       "role-assigned",
                                       "rule-matched",
                                       "secrets-read",
                                       "service-principal-created",
                                       "session-replayed",
                                       "spray",
                                       "stolen-secret-tried",
                                       "stolen-secret-used",
                                       "success-after-guessing",
                                       "success-after-spray",
                                       "token-created",
                                       "transport-rule",
                                       "unusual-use",
                                       "user-created-by-app"};

Result<std::vector<std::string>> texts_of(const toml::node &node, std::string_view path,
                                          std::string_view key) {
  const toml::array *list = node.as_array();
  std::vector<std::string> out;
  if (list != nullptr)
    for (const toml::node &one : *list)
      if (const auto *text = one.as_string()) out.push_back(text->get());
  if (list == nullptr || out.size() != list->size())
    return fail(ErrorKind::usage, at(path, node) + ": " + std::string(key) + " must be a list of texts");
  return out;
}

Result<void> read_kind(const toml::table &table, std::string_view path, DetectOptions &options) {
  KindRule rule;
  for (const auto &[key, node] : table) {
    if (key.str() == "techniques") {
      DISLODGE_TRY_ASSIGN(rule.techniques, texts_of(node, path, "techniques"));
      continue;
    }
    if (key.str() == "general") {  // detect/joined.hpp
      const auto how = node.value<std::int64_t>();
      if (!how || *how < 1 || *how > 2) return fail(ErrorKind::usage, at(path, node) + ": general is 1 or 2");
      continue;
    }
    const auto *text = node.as_string();
    std::string *target = key.str() == "kind"     ? &rule.kind
                          : key.str() == "plants" ? &rule.plants
                          : key.str() == "says"   ? &rule.says
                          : key.str() == "source" ? &rule.source
                                                  : nullptr;
    if (target == nullptr || text == nullptr)
      return fail(ErrorKind::usage,
                  at(path, node) + ": a kind has kind, techniques, says, source, plants and general; \"" +
                      std::string(key.str()) + "\" is none of them or no text");
    *target = text->get();
  }
  if (std::find(std::begin(kKinds), std::end(kKinds), rule.kind) == std::end(kKinds))
    return fail(ErrorKind::usage, at(path, table) + ": \"" + rule.kind +
                                      "\" is no kind of detection (docs/json.md lists them)");
  if (rule.says.empty() || rule.source.empty() || rule.techniques.empty())
    return fail(ErrorKind::usage,
                at(path, table) + ": " + rule.kind + " needs says, techniques and a source");
  if (options.kind(rule.kind) != nullptr)
    return fail(ErrorKind::usage, at(path, table) + ": " + rule.kind + " stands twice");
  options.kinds.push_back(std::move(rule));
  std::sort(options.kinds.begin(), options.kinds.end(),
            [](const KindRule &a, const KindRule &b) { return a.kind < b.kind; });
  return {};
}

Result<void> read_privileged(const toml::table &table, std::string_view path, DetectOptions &options) {
  for (const auto &[key, node] : table) {
    if (key.str() == "source") continue;
    DISLODGE_TRY_ASSIGN(const auto names, texts_of(node, path, key.str()));
    for (const std::string &name : names) {
      options.privileged.insert(base::lower(name));
      if (key.str() == "mail") options.mail_roles.insert(base::lower(name));
    }
  }
  return {};
}

Result<void> read_numbers(const toml::table &table, std::string_view path, DetectOptions &options) {
  const std::pair<std::string_view, std::uint32_t *> counts[] = {
      {"addresses_min", &options.spray_addresses_min},
      {"accounts_min", &options.spray_accounts_min},
      {"burst_accounts_min", &options.spray_burst_accounts_min},
      {"tries_an_address_max", &options.spray_tries_an_address_max},
      {"account_cap", &options.spray_account_cap},
      {"guess_addresses_min", &options.guess_addresses_min},
      {"guess_networks_min", &options.guess_networks_min}};
  for (const auto &[key, node] : table) {
    if (key.str() == "source") continue;
    const auto value = node.value<double>();
    if (!value || *value < 1 || *value > 1e6)
      return fail(ErrorKind::usage,
                  at(path, node) + ": " + std::string(key.str()) + " must be a number from 1 to a million");
    bool known = false;
    for (const auto &[name, target] : counts)
      if (key.str() == name) {
        *target = static_cast<std::uint32_t>(*value);
        known = true;
      }
    if (key.str() == "surprise_min")
      options.spray_surprise_min = *value;
    else if (key.str() == "slack_hours")
      options.spray_slack_us = static_cast<std::int64_t>(*value * static_cast<double>(base::kHour));
    else if (key.str() == "learning_days")
      options.learning_us = static_cast<std::int64_t>(*value * static_cast<double>(base::kDay));
    else if (!known)
      return fail(ErrorKind::usage,
                  at(path, node) + ": \"" + std::string(key.str()) + "\" is not known here");
  }
  return {};
}

// [sigma.PRODUCT]: field = paths.
Result<void> read_aliases(const toml::table &table, std::string_view path, DetectOptions &options) {
  for (const auto &[product, node] : table) {
    if (product.str() == "source") continue;
    const toml::table *fields = node.as_table();
    if (fields == nullptr)
      return fail(ErrorKind::usage,
                  at(path, node) + ": [sigma." + std::string(product.str()) + "] is a table");
    for (const auto &[field, paths] : *fields) {
      DISLODGE_TRY_ASSIGN(options.aliases[std::pair(std::string(product.str()), base::lower(field.str()))],
                          texts_of(paths, path, field.str()));
    }
  }
  return {};
}

Result<void> read_table(std::string_view key, const toml::node &node, std::string_view path,
                        DetectOptions &options) {
  if (key == "kind" || key == "role_id") {
    const toml::array *list = node.as_array();
    if (list == nullptr)
      return fail(ErrorKind::usage, at(path, node) + ": [[" + std::string(key) + "]] is a list of tables");
    for (const toml::node &one : *list) {
      const toml::table *table = one.as_table();
      if (table == nullptr)
        return fail(ErrorKind::usage, at(path, one) + ": [[" + std::string(key) + "]] is a list of tables");
      if (key == "kind") {
        DISLODGE_TRY(read_kind(*table, path, options));
        continue;
      }
      const auto id = (*table)["id"].value<std::string>();
      const auto name = (*table)["name"].value<std::string>();
      if (!id || !name) return fail(ErrorKind::usage, at(path, one) + ": a role_id has id and name");
      options.role_names[base::lower(*id)] = *name;
    }
    return {};
  }
  const toml::table *table = node.as_table();
  if (table != nullptr && key == "sigma") return read_aliases(*table, path, options);
  if (table != nullptr && key == "placeholders") {
    for (const auto &[name, values] : *table) {
      DISLODGE_TRY_ASSIGN(options.placeholders[std::string(name.str())], texts_of(values, path, name.str()));
    }
    return {};
  }
  if (table == nullptr ||
      (key != "privileged" && key != "mail_clients" && key != "spray" && key != "mailbox"))
    return fail(ErrorKind::usage,
                at(path, node) + ": \"" + std::string(key) + "\" is not known in rules/detections");
  if (!(*table)["source"].is_string())
    return fail(ErrorKind::usage, at(path, node) + ": [" + std::string(key) + "] needs a source");
  if (key == "privileged") return read_privileged(*table, path, options);
  if (key != "mail_clients") return read_numbers(*table, path, options);
  const toml::node *ids = table->get("ids");
  if (ids == nullptr) return fail(ErrorKind::usage, at(path, node) + ": [mail_clients] needs ids");
  DISLODGE_TRY_ASSIGN(const auto list, texts_of(*ids, path, "ids"));
  for (const std::string &id : list) options.mail_clients.insert(base::lower(id));
  return {};
}

}  // namespace

const KindRule *DetectOptions::kind(std::string_view name) const {
  for (const KindRule &rule : kinds)
    if (rule.kind == name) return &rule;
  return nullptr;
}

Result<DetectOptions> load_options(std::span<const base::EmbeddedRule> files) {
  DetectOptions options;
  for (const base::EmbeddedRule &file : files) {
    if (file.path.find("detections/") == std::string_view::npos || !file.path.ends_with(".toml")) continue;
    DISLODGE_TRY_ASSIGN(const toml::table document, base::parse_toml(file.text, file.path));
    for (const auto &[key, node] : document) DISLODGE_TRY(read_table(key.str(), node, file.path, options));
  }
  for (const std::string_view kind : kKinds)
    if (options.kind(kind) == nullptr)
      return fail(ErrorKind::usage,
                  "rules/detections: the kind " + std::string(kind) + " is missing; restore kinds.toml");
  SigmaSet set = read_sigma(files, options.placeholders);
  const auto own_kind = [&](const std::optional<SigmaOwn> &own, const std::string &path,
                            const std::string &id) -> Result<void> {
    if (own && options.kind(own->kind) == nullptr)
      return fail(ErrorKind::usage, path + ": " + id + ": \"" + own->kind +
                                        "\" is no kind of detection (docs/json.md lists them)");
    return {};
  };
  for (const SigmaRule &rule : set.rules) DISLODGE_TRY(own_kind(rule.own, rule.path, rule.id));
  for (const SigmaCorrelation &rule : set.correlations) DISLODGE_TRY(own_kind(rule.own, rule.path, rule.id));
  DISLODGE_TRY_ASSIGN(SigmaMatcher matcher, SigmaMatcher::make(std::move(set), options.aliases));
  options.sigma = std::make_shared<const SigmaMatcher>(std::move(matcher));
  return options;
}

const DetectOptions &builtin_options() {
  static const DetectOptions kOptions = [] {
    auto loaded = load_options(base::embedded_rules());
    return loaded ? std::move(*loaded) : DetectOptions{};
  }();
  return kOptions;
}

}  // namespace dislodge::detect

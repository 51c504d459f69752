// gitleaks and Betterleaks: TOML. Semantics as in gitleaks' detect/detect.go and config/allowlist.go, and
// Betterleaks' config/translate_filters.go, which says in Expr what the older fields mean.

#include <fmt/format.h>

#include <map>

#include "base/encode.hpp"
#include "base/toml.hpp"
#include "secret/import.hpp"
#include "secret/import_pattern.hpp"
#include "secret/rule.hpp"
#include "secret/rule_filter.hpp"

namespace dislodge::secret {
namespace {

std::vector<std::string> texts_of(const toml::node_view<const toml::node> &view) {
  std::vector<std::string> out;
  if (const toml::array *list = view.as_array())
    for (const toml::node &node : *list)
      if (const auto text = node.value<std::string>()) out.push_back(*text);
  return out;
}

std::string number_text(double number) {
  return fmt::format("{}", number);
}

std::string all_of(const std::vector<std::string> &parts) {
  std::string out;
  for (const std::string &part : parts) out += (out.empty() ? "" : " && ") + std::string("(") + part + ")";
  return out;
}

class GitleaksReader {
 public:
  GitleaksReader(std::string_view name, RuleImport &into) : name_(name), into_(into) {}

  void read(const toml::table &root) {
    if (const toml::table *extend = root["extend"].as_table()) read_extend(*extend);
    for (const toml::table *list : allowlists_of(root)) {
      const std::string filter = allowlist(*list, "");
      const std::vector<std::string> targets = texts_of((*list)["targetRules"]);
      if (targets.empty())
        into_.discard = either_filter(into_.discard, filter);
      else
        for (const std::string &target : targets)
          targeted_[target] = either_filter(targeted_[target], filter);
    }
    for (const char *field : {"prefilter", "filter"}) {
      const std::string text = root[field].value_or(std::string());
      if (text.empty()) continue;
      if (const auto filter = RuleFilter::parse(text))
        into_.discard = either_filter(into_.discard, filter->text());
      else
        into_.notes.push_back(
            {"", std::string(name_), fmt::format("the file's {}: {}", field, filter.error().message)});
    }
    if (const toml::array *rules = root["rules"].as_array())
      for (const toml::node &node : *rules)
        if (const toml::table *table = node.as_table()) rule(*table);
  }

 private:
  static std::vector<const toml::table *> allowlists_of(const toml::table &table) {
    std::vector<const toml::table *> out;
    if (const toml::table *old = table["allowlist"].as_table()) out.push_back(old);
    if (const toml::array *lists = table["allowlists"].as_array())
      for (const toml::node &node : *lists)
        if (const toml::table *one = node.as_table()) out.push_back(one);
    return out;
  }

  void read_extend(const toml::table &extend) {
    for (const std::string &id : texts_of(extend["disabledRules"])) disabled_.push_back(id);
    if (extend["useDefault"].value_or(false))
      note("", "it extends the tool's default rules, which are not shipped here: import that file too");
    for (const char *field : {"path", "url"})
      if (const auto place = extend[field].value<std::string>(); place && !place->empty())
        note("", fmt::format("it extends {}, which is not read: import that file too", *place));
  }
  void note(const std::string &rule, std::string what) {
    into_.notes.push_back({rule, std::string(name_), std::move(what)});
  }
  void refuse(const std::string &rule, std::string why) {
    into_.refused.push_back({rule, std::string(name_), std::move(why)});
  }

  // A list of what is allowed, as a filter. Parts: paths, commits, patterns, stop words; one suffices, or
  // with the condition AND each must hold.
  std::string allowlist(const toml::table &list, const std::string &rule) {
    std::vector<std::string> parts;
    if (const auto paths = texts_of(list["paths"]); !paths.empty())
      parts.push_back(fmt::format("matchesAny(path, {})", filter_list(paths)));
    const std::string condition = base::lower(list["condition"].value_or(std::string("or")));
    const bool every = condition == "and" || condition == "&&";
    if (!texts_of(list["commits"]).empty()) {
      note(rule,
           "an allowlist names commits: contents are judged without them, and it never applies by its "
           "commits");
      if (every) return {};
    }
    if (const auto patterns = texts_of(list["regexes"]); !patterns.empty()) {
      std::string target = base::lower(list["regexTarget"].value_or(std::string("secret")));
      if (target != "match" && target != "line") target = "secret";
      parts.push_back(fmt::format("matchesAny({}, {})", target, filter_list(patterns)));
    }
    if (auto words = texts_of(list["stopwords"]); !words.empty()) {
      for (std::string &word : words) word = base::lower(word);
      parts.push_back(fmt::format("containsAny(secret, {})", filter_list(words)));
    }
    if (every) return all_of(parts);
    std::string out;
    for (const std::string &part : parts) out = either_filter(out, part);
    return out;
  }

  void rule(const toml::table &table) {
    ++into_.seen;
    ImportedRule rule;
    rule.id = table["id"].value_or(std::string());
    rule.name = table["description"].value_or(rule.id);
    if (rule.name.empty()) rule.name = rule.id;
    if (rule.id.empty()) return refuse("", "a rule without id");
    for (const std::string &id : disabled_)
      if (id == rule.id) return refuse(rule.id, "disabled by the file itself");
    const std::string regex = table["regex"].value_or(std::string());
    const std::string path = table["path"].value_or(std::string());
    if (regex.empty())
      return refuse(rule.id, path.empty()
                                 ? "it has no pattern"
                                 : "it names files by their path alone; key files are recognised by content");
    auto pattern = translate_pattern(regex, Dialect::go);
    if (!pattern) return refuse(rule.id, pattern.error().message);
    rule.pattern = std::move(*pattern);
    const PatternGroups groups = groups_of(rule.pattern);
    rule.group = static_cast<int>(table["secretGroup"].value_or<std::int64_t>(0));
    if (rule.group == 0) rule.group = groups.count > 0 ? kFirstGroup : 0;
    if (rule.group > groups.count)
      return refuse(rule.id, fmt::format("its pattern has no group {}", rule.group));
    for (const std::string &keyword : texts_of(table["keywords"]))
      rule.keywords.push_back(base::lower(keyword));
    if (!path.empty()) rule.discard = fmt::format("!matchesAny(path, {})", filter_list({path}));
    const double entropy = table["entropy"].value_or(0.0);
    if (entropy > 0)
      rule.discard = either_filter(rule.discard, fmt::format("entropy(secret) <= {}", number_text(entropy)));
    for (const toml::table *list : allowlists_of(table))
      rule.discard = either_filter(rule.discard, allowlist(*list, rule.id));
    if (const auto target = targeted_.find(rule.id); target != targeted_.end())
      rule.discard = either_filter(rule.discard, target->second);
    if (table["tokenEfficiency"].value_or(false))
      return refuse(
          rule.id, "it asks for the token efficiency of a language model's vocabulary, which is not shipped");
    if (const std::string text = table["filter"].value_or(std::string()); !text.empty()) {
      const auto filter = RuleFilter::parse(text);
      if (!filter) return refuse(rule.id, filter.error().message);
      rule.discard = either_filter(rule.discard, filter->text());
    }
    rule.identifier = table["skipReport"].value_or(false);
    if (const toml::array *required = table["required"].as_array())
      for (const toml::node &node : *required)
        if (const toml::table *one = node.as_table())
          rule.companions.push_back(
              {(*one)["id"].value_or(std::string()),
               static_cast<std::uint64_t>((*one)["withinLines"].value_or<std::int64_t>(0)),
               static_cast<std::uint64_t>((*one)["withinColumns"].value_or<std::int64_t>(0))});
    rule.kind = imported_kind(rule.id, rule.name);
    rule.confidence = rule.id.find("generic") != std::string::npos ? 0.4 : 0.6;
    rule.source = std::string(name_);
    into_.rules.push_back(std::move(rule));
  }

  std::string_view name_;
  RuleImport &into_;
  std::vector<std::string> disabled_;
  std::map<std::string, std::string> targeted_;  // rule -> filter of the allowlists that name it
};

}  // namespace

base::Result<void> import_gitleaks(std::string_view text, std::string_view name, RuleImport &into) {
  DISLODGE_TRY_ASSIGN(const toml::table root, base::parse_toml(text, name));
  if (!root["rules"].is_array() && !root["extend"].is_table())
    return base::fail(
        base::ErrorKind::usage,
        fmt::format("{}: no [[rules]] are in it; give a gitleaks or Betterleaks configuration", name));
  GitleaksReader(name, into).read(root);
  return {};
}

}  // namespace dislodge::secret

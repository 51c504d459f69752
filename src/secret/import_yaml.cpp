// Nosey Parker, Kingfisher 1.x and Titus: YAML. The latter two are the first with further fields. Semantics
// as in noseyparker-rules/src/rule.rs, Kingfisher's src/matcher.rs and Titus' pkg/matcher/postfilter.go.

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "base/encode.hpp"
#include "base/yaml.hpp"
#include "secret/import.hpp"
#include "secret/import_pattern.hpp"
#include "secret/rule.hpp"

namespace dislodge::secret {
namespace {

using base::YamlNode;

// What counts as special where a rule does not say.
constexpr std::string_view kSpecial = "!@#$%^&*()_+-=[]{}|;:'\",.<>?/\\`~";

std::vector<std::string> texts_of(const YamlNode &rule, std::string_view key) {
  std::vector<std::string> out;
  const YamlNode *list = rule.find(key);
  if (list == nullptr) return out;
  for (const YamlNode &item : list->items)
    if (item.kind == YamlNode::Kind::scalar) out.push_back(item.text);
  return out;
}

double number_of(const YamlNode &node, std::string_view key) {
  return std::strtod(std::string(node.text_of(key)).c_str(), nullptr);
}

// "pattern_requirements": least counts of characters and texts that a secret does not contain. Returns why it
// cannot be said, or "".
std::string requirements(const YamlNode &needs, std::string &discard) {
  for (const auto &[field, value] : needs.members) {
    if (field == "checksum") return "it computes a checksum with a Liquid template, which has no equal";
    if (field == "special_chars") continue;
    if (field == "ignore_if_contains") {
      std::vector<std::string> words;
      for (const std::string &word : texts_of(needs, field)) words.push_back(base::lower(word));
      if (!words.empty())
        discard = either_filter(discard, fmt::format("containsAny(secret, {})", filter_list(words)));
      continue;
    }
    const auto least = static_cast<int>(number_of(needs, field));
    std::string count;
    if (field == "min_digits") {
      count = "digits(secret)";
    } else if (field == "min_uppercase") {
      count = "upper(secret)";
    } else if (field == "min_lowercase") {
      count = "lower(secret)";
    } else if (field == "min_special_chars") {
      std::string chars(needs.text_of("special_chars"));
      if (chars.empty()) chars = kSpecial;
      count = fmt::format("special(secret, {})", filter_text(chars));
    } else {
      return fmt::format("its requirement \"{}\" is not known", field);
    }
    discard = either_filter(discard, fmt::format("{} < {}", count, least));
  }
  return {};
}

double confidence_of(const YamlNode &rule) {
  const std::string_view said = rule.text_of("confidence");
  if (said == "high") return 0.75;
  if (said == "low") return 0.4;
  const std::vector<std::string> categories = texts_of(rule, "categories");
  const bool fuzzy = std::find(categories.begin(), categories.end(), "fuzzy") != categories.end() ||
                     std::find(categories.begin(), categories.end(), "generic") != categories.end();
  return fuzzy ? 0.45 : 0.6;
}

void read_rule(const YamlNode &entry, std::string_view name, RuleImport &into) {
  ++into.seen;
  ImportedRule rule;
  rule.id = entry.text_of("id");
  rule.name = entry.text_of("name");
  if (rule.name.empty()) rule.name = rule.id;
  const auto refuse = [&](std::string why) {
    into.refused.push_back({rule.id, std::string(name), std::move(why)});
  };
  if (rule.id.empty()) return refuse(fmt::format("the rule of line {} has no id", entry.line));
  if (entry.text_of("pattern").empty()) return refuse("it has no pattern");
  auto pattern = translate_pattern(entry.text_of("pattern"), Dialect::rust);
  if (!pattern) return refuse(pattern.error().message);
  rule.pattern = std::move(*pattern);
  // The group called TOKEN, else the first that has a name, else the first that took something.
  const PatternGroups groups = groups_of(rule.pattern);
  if (groups.named_token != 0)
    rule.group = groups.named_token;
  else if (groups.first_named != 0 && groups.count == 1)
    rule.group = groups.first_named;
  else
    rule.group = groups.count == 0 ? 0 : kFirstGroup;
  if (const double entropy = number_of(entry, "min_entropy"); entropy > 0)
    rule.discard = fmt::format("entropy(secret) <= {}", entropy);
  if (const YamlNode *needs = entry.find("pattern_requirements"); needs != nullptr && !needs->is_null())
    if (std::string why = requirements(*needs, rule.discard); !why.empty()) return refuse(std::move(why));
  rule.identifier = entry.text_of("visible") == "false";
  rule.confidence = confidence_of(entry);
  rule.kind = imported_kind(rule.id, rule.name);
  rule.source = std::string(name);
  if (const auto references = texts_of(entry, "references"); !references.empty())
    rule.source = references.front();
  rule.positive = texts_of(entry, "examples");
  rule.negative = texts_of(entry, "negative_examples");
  for (std::string &example : texts_of(entry, "non_examples")) rule.negative.push_back(std::move(example));
  into.rules.push_back(std::move(rule));
}

}  // namespace

base::Result<void> import_yaml_rules(std::string_view text, std::string_view name, RuleImport &into) {
  DISLODGE_TRY_ASSIGN(const std::vector<YamlNode> documents, base::parse_yaml(text, name));
  bool known = documents.empty();
  for (const YamlNode &document : documents) {
    if (document.find("rulesets") != nullptr) known = true;  // they only choose among rules
    const YamlNode *rules = document.find("rules");
    if (rules == nullptr) continue;
    known = true;
    for (const YamlNode &rule : rules->items) read_rule(rule, name, into);
  }
  if (!known)
    return base::fail(
        base::ErrorKind::usage,
        fmt::format("{}: no \"rules\" are in it; give a file of Nosey Parker, Kingfisher 1.x or Titus",
                    name));
  return {};
}

}  // namespace dislodge::secret

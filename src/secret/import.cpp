#include "secret/import.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <set>

#include "base/encode.hpp"
#include "base/files.hpp"
#include "secret/matcher.hpp"
#include "secret/rule.hpp"

namespace dislodge::secret {
namespace {

// A basic TOML string.
std::string toml_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7F) {
      out += fmt::format("\\u{:04X}", byte);
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string toml_list(const std::vector<std::string> &texts) {
  std::string out = "[";
  for (const std::string &text : texts) out += (out.size() > 1 ? ", " : "") + toml_text(text);
  return out + "]";
}

std::string rule_toml(const ImportedRule &rule) {
  std::string out = "\n[[rule]]\n";
  const auto line = [&](std::string_view field, const std::string &value) {
    out += std::string(field) + " = " + value + "\n";
  };
  line("id", toml_text(rule.id));
  line("name", toml_text(rule.name));
  line("kind", toml_text(rule.kind));
  line("pattern", toml_text(rule.pattern));
  line("group", std::to_string(rule.group));
  if (!rule.keywords.empty()) {
    line("keywords", toml_list(rule.keywords));
    line("gate", "true");
  }
  line("confidence", fmt::format("{:.2f}", rule.confidence));
  if (rule.identifier) line("identifier", "true");
  if (!rule.discard.empty()) line("discard", toml_text(rule.discard));
  line("source", toml_text(rule.source));
  if (!rule.companions.empty()) {
    std::string list;
    for (const auto &one : rule.companions)
      list += fmt::format("{}{{rule = {}, lines = {}, columns = {}}}", list.empty() ? "" : ", ",
                          toml_text(one.rule), one.lines, one.columns);
    line("companions", "[" + list + "]");
  }
  if (!rule.positive.empty()) line("positive", toml_list(rule.positive));
  if (!rule.negative.empty()) line("negative", toml_list(rule.negative));
  return out;
}

std::string file_toml(const RuleImport &import, const std::vector<ImportedRule> &rules) {
  std::string out = fmt::format("family = {}\nsource = {}\nimported = true\n", toml_text(import.family),
                                toml_text("imported from " + import.family));
  if (!import.discard.empty()) out += "discard = " + toml_text(import.discard) + "\n";
  for (const ImportedRule &rule : rules) out += rule_toml(rule);
  return out;
}

std::string family_of(const std::filesystem::path &path) {
  std::string name = path.filename().empty() ? path.parent_path().filename().string() : path.stem().string();
  for (char &c : name)
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
      c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : '-';
  return name.empty() ? "imported" : name;
}

bool is_yaml(std::string_view name) {
  const std::string lower = base::lower(name);
  return lower.ends_with(".yml") || lower.ends_with(".yaml");
}

// Of rules that share an id the later one wins, as where one configuration extends another. Rules that
// neither of our engines takes go to the refused.
void settle(RuleImport &import) {
  std::vector<ImportedRule> rules;
  std::set<std::string> ids;
  for (auto rule = import.rules.rbegin(); rule != import.rules.rend(); ++rule) {
    if (!ids.insert(rule->id).second) {
      import.refused.push_back({rule->id, rule->source, "a later rule has the same id"});
      continue;
    }
    const std::string alone = file_toml(import, {*rule});
    const RuleFile file{rule->source, alone};
    const auto loaded = load_rules({&file, 1});
    auto accepted = loaded ? Matcher::accepts(loaded->rules.front()) : tl::unexpected(loaded.error());
    if (!accepted) {
      import.refused.push_back({rule->id, rule->source, accepted.error().message});
      continue;
    }
    rules.push_back(std::move(*rule));
  }
  std::reverse(rules.begin(), rules.end());
  import.rules = std::move(rules);
  // A match that needs what can never be found would never stand, silently.
  std::vector<ImportedRule> whole;
  for (ImportedRule &rule : import.rules) {
    const auto lost =
        std::find_if(rule.companions.begin(), rule.companions.end(), [&](const auto &companion) {
          return std::none_of(import.rules.begin(), import.rules.end(),
                              [&](const ImportedRule &other) { return other.id == companion.rule; });
        });
    if (lost == rule.companions.end()) continue;
    import.refused.push_back(
        {rule.id, rule.source, "it requires rule " + lost->rule + ", which did not load"});
    rule.pattern.clear();
  }
  for (ImportedRule &rule : import.rules)
    if (!rule.pattern.empty()) whole.push_back(std::move(rule));
  import.rules = std::move(whole);
}

base::Result<void> import_one(std::string_view text, std::string_view name, RuleImport &into) {
  return is_yaml(name) ? import_yaml_rules(text, name, into) : import_gitleaks(text, name, into);
}

}  // namespace

std::string RuleImport::toml() const {
  return file_toml(*this, rules);
}

base::Result<RuleImport> import_rule_text(std::string_view text, std::string_view name) {
  RuleImport import;
  import.family = family_of(std::filesystem::path(name));
  DISLODGE_TRY(import_one(text, name, import));
  settle(import);
  return import;
}

base::Result<RuleImport> import_rules(const std::filesystem::path &path) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) {
    DISLODGE_TRY_ASSIGN(const std::string text, base::read_file(path));
    auto import = import_rule_text(text, path.filename().string());
    if (!import) return base::fail_at(path.string(), import.error());
    return import;
  }
  RuleImport import;
  import.family = family_of(path);
  DISLODGE_TRY_ASSIGN(const auto files, base::files_under(path));
  std::size_t read = 0;
  for (const auto &file : files) {
    const std::string name = file.lexically_relative(path).string();
    if (!is_yaml(name) && file.extension() != ".toml") continue;
    DISLODGE_TRY_ASSIGN(const std::string text, base::read_file(file));
    if (const auto done = import_one(text, name, import); !done)
      import.refused.push_back({"", name, done.error().message});
    else
      ++read;
  }
  if (read == 0)
    return base::fail(base::ErrorKind::usage,
                      path.string() +
                          ": no rule file is here; give gitleaks or Betterleaks TOML, or YAML of Nosey "
                          "Parker, Kingfisher 1.x or Titus");
  settle(import);
  return import;
}

std::string filter_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      out += std::string("\\") + c;
    else if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out + "\"";
}

std::string filter_list(const std::vector<std::string> &texts) {
  std::string out = "[";
  for (const std::string &text : texts) out += (out.size() > 1 ? ", " : "") + filter_text(text);
  return out + "]";
}

std::string either_filter(std::string_view a, std::string_view b) {
  if (a.empty()) return std::string(b);
  if (b.empty()) return std::string(a);
  return fmt::format("({}) || ({})", a, b);
}

std::string imported_kind(std::string_view id, std::string_view name) {
  const std::string words = base::lower(std::string(id) + " " + std::string(name));
  const auto says = [&](std::string_view word) { return words.find(word) != std::string::npos; };
  if (says("private key") || says("private-key") || says("pem")) return "private-key";
  if (says("jwt") || says("json web token")) return "jwt";
  if (says("connection string") || says("connection-string")) return "connection-string";
  if (says("basic-auth") || says("basic auth")) return "basic-auth";
  if (says("password") || says("passwd") || says("credentials")) return "password";
  return "api-key";
}

}  // namespace dislodge::secret

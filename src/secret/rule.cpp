#include "secret/rule.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <set>

#include "base/embedded_rules.hpp"
#include "base/files.hpp"
#include "base/hash.hpp"
#include "base/toml.hpp"

namespace dislodge::secret {
namespace {

constexpr std::string_view kFolder = "rules/secrets/";

// Where each capture group's inside begins, in the order of their numbers.
std::vector<std::size_t> group_starts(std::string_view pattern) {
  std::vector<std::size_t> starts;
  bool in_class = false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\') {
      ++i;
    } else if (in_class) {
      if (c == ']') in_class = false;
    } else if (c == '[') {
      in_class = true;
      if (pattern.substr(i + 1, 1) == "^") ++i;
      if (pattern.substr(i + 1, 1) == "]") ++i;  // a ']' that comes first is a member
    } else if (c == '(') {
      const std::string_view rest = pattern.substr(i + 1);
      if (!rest.starts_with('?')) {
        starts.push_back(i + 1);
      } else if (rest.starts_with("?P<")) {
        starts.push_back(pattern.find('>', i) + 1);
      }
    }
  }
  return starts;
}

// The literal with which the group begins, where that is at least two characters long.
std::string literal_prefix(std::string_view pattern, int group) {
  const std::vector<std::size_t> starts = group_starts(pattern);
  if (group < 0 || static_cast<std::size_t>(group) > starts.size()) return {};
  std::size_t at = group == 0 ? 0 : starts[static_cast<std::size_t>(group) - 1];
  if (pattern.substr(0, at).find("(?i)") != std::string_view::npos)
    return {};  // either case: not one literal
  std::string prefix;
  while (at < pattern.size()) {
    char c = pattern[at];
    if (c == '\\' && at + 1 < pattern.size() && !std::isalnum(static_cast<unsigned char>(pattern[at + 1])))
      c = pattern[++at];
    else if (std::string_view("\\[](){}*+?.|^$").find(c) != std::string_view::npos)
      break;
    const char next = at + 1 < pattern.size() ? pattern[at + 1] : '\0';
    if (next == '?' || next == '*' || next == '{' || next == '|') break;  // the character may be missing
    prefix += c;
    ++at;
  }
  // An alternative at the top of the group makes the literal one of several.
  int depth = 0;
  for (std::size_t i = at; i < pattern.size() && depth >= 0; ++i) {
    if (pattern[i] == '\\')
      ++i;
    else if (pattern[i] == '(')
      ++depth;
    else if (pattern[i] == ')')
      --depth;
    else if (pattern[i] == '|' && depth == 0)
      return {};
  }
  return prefix.size() < 2 ? std::string() : prefix;
}

class RuleReader {
 public:
  RuleReader(const toml::table &table, const RuleFile &file) : table_(table), file_(file) {}

  // Of an imported file fewer fields are asked for: other tools do not say how a secret is rotated.
  base::Result<Rule> read(std::string_view family, std::string_view source, bool imported) {
    static constexpr std::array<std::string_view, 21> kFields = {
        "id",     "name",       "kind",          "pattern", "group", "keywords",   "entropy",
        "checks", "confidence", "authenticates", "realm",   "owner", "identifier", "rotate",
        "source", "positive",   "negative",      "note",    "gate",  "discard",    "companions"};
    for (const auto &entry : table_)
      if (std::find(kFields.begin(), kFields.end(), entry.first.str()) == kFields.end())
        wrong("unknown field \"" + std::string(entry.first.str()) + "\"");
    Rule rule;
    rule.id = text("id");
    rule.name = text("name");
    rule.kind = text("kind");
    rule.pattern = text("pattern");
    rule.family = family;
    rule.source = table_.contains("source") ? text("source") : std::string(source);
    if (imported) {
      rule.owner = "context";
      rule.rotate = "Revoke it where it was issued, issue a new one, and look at its use since the exposure.";
      rule.authenticates = rule.name;
    } else {
      rule.authenticates = text("authenticates");
      rule.realm = text("realm", true);
      rule.owner = text("owner");
      rule.rotate = text("rotate");
    }
    rule.keywords = texts("keywords", imported);
    rule.positive = texts("positive", imported);
    rule.negative = texts("negative", imported);
    read_conditions(rule);
    rule.entropy = table_["entropy"].value_or(0.0);
    rule.confidence = table_["confidence"].value_or(0.0);
    rule.identifier = table_["identifier"].value_or(false);
    rule.group =
        static_cast<int>(table_["group"].value_or<std::int64_t>(group_starts(rule.pattern).empty() ? 0 : 1));
    if (!(rule.confidence > 0) || rule.confidence > 1) wrong("confidence must lie in (0, 1]");
    if (rule.group < kFirstGroup ||
        (rule.group > 0 && static_cast<std::size_t>(rule.group) > group_starts(rule.pattern).size()))
      wrong("the pattern has no group " + std::to_string(rule.group));
    for (const std::string &name : texts("checks", true)) {
      const Check *check = find_check(name);
      if (check == nullptr)
        wrong("no check is named \"" + name + "\"");
      else
        rule.checks.push_back(check);
    }
    if (!problem_.empty())
      return base::fail(
          base::ErrorKind::usage,
          std::string(file_.path) + ": rule " + (rule.id.empty() ? "without id" : rule.id) + ": " + problem_);
    rule.public_prefix = literal_prefix(rule.pattern, rule.group);
    return rule;
  }

 private:
  void read_conditions(Rule &rule) {
    rule.keyword_gate = table_["gate"].value_or(false);
    if (table_.contains("discard")) {
      auto filter = RuleFilter::parse(text("discard", true));
      if (filter)
        rule.discard = std::move(*filter);
      else
        wrong(filter.error().message);
    }
    const toml::array *companions = table_["companions"].as_array();
    if (companions == nullptr) return;
    for (const toml::node &node : *companions) {
      const toml::table *entry = node.as_table();
      if (entry == nullptr || !(*entry)["rule"].is_string()) {
        wrong("a companion is {rule = \"id\", lines = n}");
        return;
      }
      RuleCompanion companion;
      companion.rule = (*entry)["rule"].value_or(std::string());
      companion.lines =
          static_cast<std::uint64_t>(std::max<std::int64_t>(0, (*entry)["lines"].value_or<std::int64_t>(0)));
      companion.columns = static_cast<std::uint64_t>(
          std::max<std::int64_t>(0, (*entry)["columns"].value_or<std::int64_t>(0)));
      rule.companions.push_back(std::move(companion));
    }
  }
  void wrong(std::string what) {
    if (problem_.empty()) problem_ = std::move(what);
  }
  std::string text(std::string_view field, bool may_be_empty = false) {
    const auto value = table_[field].value<std::string>();
    if (!value)
      wrong("field \"" + std::string(field) + "\" is missing or no text");
    else if (value->empty() && !may_be_empty)
      wrong("field \"" + std::string(field) + "\" is empty");
    return value.value_or("");
  }
  std::vector<std::string> texts(std::string_view field, bool optional = false) {
    std::vector<std::string> out;
    const toml::array *list = table_[field].as_array();
    if (list == nullptr) {
      if (!optional || table_.contains(field))
        wrong("field \"" + std::string(field) + "\" must be a list of texts");
      return out;
    }
    for (const toml::node &node : *list) {
      const auto value = node.value<std::string>();
      if (value)
        out.push_back(*value);
      else
        wrong("field \"" + std::string(field) + "\" must hold texts only");
    }
    return out;
  }

  const toml::table &table_;
  const RuleFile &file_;
  std::string problem_;
};

base::Result<void> read_file(const RuleFile &file, std::vector<Rule> &rules) {
  DISLODGE_TRY_ASSIGN(const toml::table table, base::parse_toml(file.text, file.path));
  const std::string family = table["family"].value_or(std::string());
  const std::string source = table["source"].value_or(std::string());
  const std::size_t first = rules.size();
  const bool imported = table["imported"].value_or(false);
  const toml::array *entries = table["rule"].as_array();
  if (family.empty() || source.empty() || entries == nullptr)
    return base::fail(base::ErrorKind::usage,
                      std::string(file.path) + ": a rule file has family, source and at least one [[rule]]");
  for (const toml::node &node : *entries) {
    const toml::table *entry = node.as_table();
    if (entry == nullptr)
      return base::fail(base::ErrorKind::usage, std::string(file.path) + ": rule is no table");
    DISLODGE_TRY_ASSIGN(Rule rule, RuleReader(*entry, file).read(family, source, imported));
    rules.push_back(std::move(rule));
  }
  // What a file's filter discards, each of its rules discards.
  const std::string common = table["discard"].value_or(std::string());
  if (common.empty()) return {};
  auto filter = RuleFilter::parse(common);
  if (!filter) return base::fail_at(file.path, filter.error());
  for (std::size_t i = first; i < rules.size(); ++i) rules[i].discard.join(*filter);
  return {};
}

}  // namespace

const Rule *RuleSet::find(std::string_view id) const {
  const auto found =
      std::lower_bound(rules.begin(), rules.end(), id,
                       [](const Rule &rule, std::string_view wanted) { return rule.id < wanted; });
  return found == rules.end() || found->id != id ? nullptr : &*found;
}

base::Result<RuleSet> load_rules(std::span<const RuleFile> files) {
  RuleSet set;
  for (const RuleFile &file : files) DISLODGE_TRY(read_file(file, set.rules));
  std::sort(set.rules.begin(), set.rules.end(), [](const Rule &a, const Rule &b) { return a.id < b.id; });
  const auto twice = std::adjacent_find(set.rules.begin(), set.rules.end(),
                                        [](const Rule &a, const Rule &b) { return a.id == b.id; });
  if (twice != set.rules.end())
    return base::fail(base::ErrorKind::usage,
                      "rule " + twice->id + " is defined twice (family " + twice->family + ")");
  std::vector<std::string_view> texts;
  for (const RuleFile &file : files) texts.push_back(file.text);
  std::sort(texts.begin(), texts.end());
  base::Sha256Stream digest;
  for (const std::string_view text : texts) digest.add(base::as_bytes(base::sha256(text)));
  set.digest = base::to_hex(digest.finish());
  return set;
}

base::Result<RuleSet> load_embedded_rules() {
  std::vector<RuleFile> files;
  for (const base::EmbeddedRule &file : base::embedded_rules())
    if (file.path.starts_with(kFolder)) files.push_back({file.path, file.text});
  return load_rules(files);
}

base::Result<RuleSet> load_rules_from(const std::filesystem::path &folder) {
  std::error_code error;
  std::vector<std::filesystem::path> paths = {folder};
  if (std::filesystem::is_directory(folder, error)) {
    DISLODGE_TRY_ASSIGN(paths, base::files_under(folder));
  }
  std::vector<std::pair<std::string, std::string>> contents;
  for (const auto &path : paths) {
    if (path.extension() != ".toml") continue;
    DISLODGE_TRY_ASSIGN(std::string text, base::read_file(path));
    contents.emplace_back(path.string(), std::move(text));
  }
  if (contents.empty())
    return base::fail(base::ErrorKind::usage,
                      folder.string() + ": no rule files (*.toml) are here; see --rules");
  std::vector<RuleFile> files;
  for (const auto &[path, text] : contents) files.push_back({path, text});
  return load_rules(files);
}

base::Result<RuleSet> join_rules(RuleSet a, RuleSet b) {
  for (const Rule &rule : b.rules)
    if (a.find(rule.id) != nullptr)
      return base::fail(base::ErrorKind::usage,
                        "rule " + rule.id + " is in both sets of rules; remove it from one of the files");
  a.rules.insert(a.rules.end(), std::make_move_iterator(b.rules.begin()),
                 std::make_move_iterator(b.rules.end()));
  std::sort(a.rules.begin(), a.rules.end(), [](const Rule &x, const Rule &y) { return x.id < y.id; });
  a.digest = base::to_hex(base::sha256(a.digest + b.digest));
  return a;
}

double entropy_of(std::string_view bytes) {
  if (bytes.empty()) return 0;
  std::array<std::size_t, 256> counts{};
  std::array<std::uint64_t, 4> seen{};
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    ++counts[byte];
    seen[byte / 64] |= 1ull << (byte % 64);
  }
  // Most bytes of a value stand in it as often as others do: a logarithm for each number of times.
  std::array<double, 16> known{};
  double bits = 0;
  for (std::size_t word = 0; word < seen.size(); ++word) {
    for (std::uint64_t left = seen[word]; left != 0; left &= left - 1) {
      const std::size_t count = counts[word * 64 + static_cast<std::size_t>(std::countr_zero(left))];
      const auto share = [&] {
        const double p = static_cast<double>(count) / static_cast<double>(bytes.size());
        return p * std::log2(p);
      };
      if (count >= known.size()) {
        bits -= share();
        continue;
      }
      if (known[count] == 0) known[count] = share();  // of a value of one byte alone it is 0
      bits -= known[count];
    }
  }
  return bits;
}

}  // namespace dislodge::secret

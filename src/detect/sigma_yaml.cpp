// A set of Sigma rules from files: several documents a file, filters joined to the rules that they name,
// correlations put after what they refer to.

#include <algorithm>
#include <map>
#include <set>

#include "base/encode.hpp"
#include "base/hash.hpp"
#include "detect/sigma_document.hpp"

namespace dislodge::detect {

namespace {

// rule AND filter, in the rule's own list of nodes.
void apply(const SigmaFilter &filter, SigmaRule &rule) {
  using Node = SigmaCondition::Node;
  const auto first_selection = static_cast<std::uint32_t>(rule.selections.size());
  const auto rule_root = static_cast<std::uint32_t>(rule.condition.nodes.size() - 1);
  const auto first_node = static_cast<std::uint32_t>(rule.condition.nodes.size());
  rule.selections.insert(rule.selections.end(), filter.selections.begin(), filter.selections.end());
  for (Node node : filter.condition.nodes) {
    node.selection += first_selection;
    for (std::uint32_t &child : node.children) child += first_node;
    rule.condition.nodes.push_back(std::move(node));
  }
  Node both;
  both.kind = SigmaCondition::Kind::all_of;
  both.children = {rule_root, static_cast<std::uint32_t>(rule.condition.nodes.size() - 1)};
  rule.condition.nodes.push_back(std::move(both));
}

// Correlations after those that they name; what names nothing that is there, or itself, does not load.
void order_correlations(SigmaSet &set) {
  std::set<std::string> known;
  for (const SigmaRule &rule : set.rules) {
    known.insert(rule.id);
    if (!rule.name.empty()) known.insert(rule.name);
  }
  std::vector<SigmaCorrelation> left = std::move(set.correlations);
  set.correlations.clear();
  for (bool grew = true; grew;) {
    grew = false;
    for (auto one = left.begin(); one != left.end();) {
      const bool ready = std::all_of(one->rules.begin(), one->rules.end(),
                                     [&](const std::string &rule) { return known.count(rule) != 0; });
      if (!ready) {
        ++one;
        continue;
      }
      known.insert(one->id);
      if (!one->name.empty()) known.insert(one->name);
      set.correlations.push_back(std::move(*one));
      one = left.erase(one);
      grew = true;
    }
  }
  for (const SigmaCorrelation &one : left)
    set.problems.push_back({one.path, one.title, "it names rules that did not load, or itself"});
}

// Rules that only serve correlations do not alert by themselves.
void quieten(SigmaSet &set) {
  std::map<std::string, bool, std::less<>> generated;
  for (const SigmaCorrelation &one : set.correlations)
    for (const std::string &rule : one.rules) {
      bool &generate = generated.try_emplace(rule, false).first->second;
      generate = generate || one.generate;
    }
  for (SigmaRule &rule : set.rules)
    for (const std::string *name : {&rule.id, &rule.name})
      if (const auto found = generated.find(*name); found != generated.end()) rule.quiet = !found->second;
}

// Everything that one document says goes to its place in the set, or into its problems.
void take(const base::YamlNode &document, const std::string &path, const SigmaPlaceholders &placeholders,
          SigmaSet &set, std::vector<SigmaFilter> &filters) {
  if (document.kind != base::YamlNode::Kind::map) return;
  ++set.documents;
  const auto put = [&](auto read, auto &list) {
    if (read)
      list.push_back(std::move(*read));
    else
      set.problems.push_back({path, std::string(document.text_of("title")), read.error().message});
  };
  const base::YamlNode *filter = document.find("filter");
  if (document.find("correlation") != nullptr)
    put(read_sigma_correlation(document, path, placeholders), set.correlations);
  else if (filter != nullptr && filter->kind == base::YamlNode::Kind::map)
    put(read_sigma_filter(document, path, placeholders), filters);
  else
    put(read_sigma_rule(document, path, placeholders), set.rules);
}

}  // namespace

SigmaSet read_sigma(std::span<const base::EmbeddedRule> files, const SigmaPlaceholders &placeholders) {
  SigmaSet set;
  std::vector<SigmaFilter> filters;
  std::string all;
  for (const base::EmbeddedRule &file : files) {
    if (file.path.find("detections/") == std::string_view::npos) continue;
    if (!file.path.ends_with(".yml") && !file.path.ends_with(".yaml")) continue;
    const std::string path(file.path);
    all += base::to_hex(base::sha256(file.text));
    if (file.text.size() > kSigmaFileBytesMax) {
      set.problems.push_back({path, "", "the file is larger than 4 MiB"});
      continue;
    }
    const auto documents = base::parse_yaml(file.text, path);
    if (!documents) {
      set.problems.push_back({path, "", "this is not YAML: " + documents.error().message});
      continue;
    }
    for (const base::YamlNode &document : *documents) take(document, path, placeholders, set, filters);
  }
  std::size_t added = 0;  // selections
  for (const SigmaFilter &filter : filters) {
    bool used = false, full = false;
    for (SigmaRule &rule : set.rules) {
      const bool named = filter.rules.empty() ||
                         std::any_of(filter.rules.begin(), filter.rules.end(), [&](const std::string &name) {
                           return name == rule.id || name == rule.name;
                         });
      if (!named) continue;
      used = true;
      added += filter.selections.size();
      full = added > kSigmaFilteredMax;
      if (full) break;
      apply(filter, rule);
    }
    if (full) set.problems.push_back({filter.path, filter.title, "too many filters for too many rules"});
    if (!used) set.problems.push_back({filter.path, filter.title, "the rules that it filters are not here"});
  }
  order_correlations(set);
  quieten(set);
  for (const auto &[name, values] : placeholders) {
    all += name;
    for (const std::string &value : values) all += '\n' + value;
  }
  set.digest = base::to_hex(base::sha256(all)).substr(0, 32);
  return set;
}

}  // namespace dislodge::detect

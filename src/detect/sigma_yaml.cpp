// Sigma files as YAML: rules, correlations and filters, several documents a file. The only file that sees
// yaml-cpp, which throws; what it throws becomes the reason for which a file did not load.

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <set>

#include "base/encode.hpp"
#include "base/hash.hpp"
#include "base/time.hpp"
#include "detect/sigma_rule.hpp"

namespace dislodge::detect {

namespace {

using base::ErrorKind;
using base::fail;
using base::Result;

struct ModifierName {
  std::string_view name;
  Modifier modifier;
};
constexpr ModifierName kModifiers[] = {
    {"all", Modifier::all},
    {"contains", Modifier::contains},
    {"startswith", Modifier::startswith},
    {"endswith", Modifier::endswith},
    {"exists", Modifier::exists},
    {"cased", Modifier::cased},
    {"neq", Modifier::neq},
    {"windash", Modifier::windash},
    {"re", Modifier::re},
    {"i", Modifier::re_i},
    {"ignorecase", Modifier::re_i},
    {"m", Modifier::re_m},
    {"multiline", Modifier::re_m},
    {"s", Modifier::re_s},
    {"dotall", Modifier::re_s},
    {"base64", Modifier::base64},
    {"base64offset", Modifier::base64offset},
    {"utf16le", Modifier::utf16le},
    {"wide", Modifier::utf16le},
    {"utf16be", Modifier::utf16be},
    {"utf16", Modifier::utf16},
    {"lt", Modifier::lt},
    {"lte", Modifier::lte},
    {"gt", Modifier::gt},
    {"gte", Modifier::gte},
    {"minute", Modifier::minute},
    {"hour", Modifier::hour},
    {"day", Modifier::day},
    {"week", Modifier::week},
    {"month", Modifier::month},
    {"year", Modifier::year},
    {"cidr", Modifier::cidr},
    {"expand", Modifier::expand},
    {"fieldref", Modifier::fieldref},
};

tl::unexpected<base::Error> wrong(std::string message) {
  return fail(ErrorKind::usage, std::move(message));
}

std::string at_line(const YAML::Node &node) {
  return "line " + std::to_string(node.Mark().line + 1) + ": ";
}

bool is_number(std::string_view text) {
  if (text.empty() || text.size() > 40) return false;
  std::size_t i = text[0] == '-' || text[0] == '+' ? 1 : 0;
  bool digits = false, dot = false;
  for (; i < text.size(); ++i) {
    if (text[i] >= '0' && text[i] <= '9')
      digits = true;
    else if (text[i] == '.' && !dot)
      dot = true;
    else
      return false;
  }
  return digits;
}

class Document {
 public:
  Document(const SigmaPlaceholders &placeholders, std::string path)
      : placeholders_(placeholders), path_(std::move(path)) {}

  static std::string text(const YAML::Node &map, const char *key) {
    const YAML::Node node = map[key];
    return node && node.IsScalar() ? node.Scalar() : std::string();
  }

  static std::vector<std::string> texts(const YAML::Node &node) {
    std::vector<std::string> out;
    if (node && node.IsScalar()) out.push_back(node.Scalar());
    if (node && node.IsSequence())
      for (const YAML::Node &one : node)
        if (one.IsScalar()) out.push_back(one.Scalar());
    return out;
  }

  Result<SigmaValue> value(const YAML::Node &node) {
    if (++values_ > kSigmaValuesMax) return wrong("it holds too many values");
    SigmaValue out;
    if (node.IsNull()) {
      out.kind = SigmaValue::Kind::null;
      return out;
    }
    if (!node.IsScalar()) return wrong(at_line(node) + "a value is a text, a number, a truth value or null");
    out.text = node.Scalar();
    if (node.Tag() == "!") return out;  // in quotes
    if (is_number(out.text))
      out.kind = SigmaValue::Kind::number;
    else if (base::equal_ignoring_case(out.text, "true") || base::equal_ignoring_case(out.text, "false"))
      out.kind = SigmaValue::Kind::boolean;
    return out;
  }

  Result<SigmaItem> item(const std::string &key, const YAML::Node &node) {
    SigmaItem out;
    std::size_t bar = key.find('|');
    out.field = key.substr(0, bar);
    while (bar != std::string::npos) {
      const std::size_t next = key.find('|', bar + 1);
      const std::string name = key.substr(bar + 1, next == std::string::npos ? next : next - bar - 1);
      const auto modifier = modifier_named(name);
      if (!modifier) return wrong(at_line(node) + "the modifier \"" + name + "\" is not known");
      out.modifiers.push_back(*modifier);
      bar = next;
    }
    if (node.IsSequence()) {
      for (const YAML::Node &one : node) {
        DISLODGE_TRY_ASSIGN(SigmaValue got, value(one));
        out.values.push_back(std::move(got));
      }
      if (out.values.empty()) return wrong(at_line(node) + "the list of values is empty");
    } else if (node.IsMap()) {
      return wrong(at_line(node) + "a field has values, not fields of its own");
    } else {
      DISLODGE_TRY_ASSIGN(SigmaValue got, value(node));
      out.values.push_back(std::move(got));
    }
    if (out.has(Modifier::expand)) DISLODGE_TRY(expand(out));
    return out;
  }

  // Replaces "%name%" inside values by what the name stands for.
  Result<void> expand(SigmaItem &item) {
    std::vector<SigmaValue> out;
    for (const SigmaValue &one : item.values) {
      const std::size_t begin = one.text.find('%');
      const std::size_t end = begin == std::string::npos ? begin : one.text.find('%', begin + 1);
      if (end == std::string::npos) {
        out.push_back(one);
        continue;
      }
      const std::string name = one.text.substr(begin + 1, end - begin - 1);
      const auto known = placeholders_.find(name);
      if (known == placeholders_.end())
        return wrong("the placeholder %" + name + "% has no values: define it under [placeholders]");
      for (const std::string &text : known->second) {
        SigmaValue replaced;
        replaced.text = one.text.substr(0, begin) + text + one.text.substr(end + 1);
        out.push_back(std::move(replaced));
      }
    }
    item.values = std::move(out);
    return {};
  }

  Result<std::vector<SigmaItem>> items(const YAML::Node &map) {
    std::vector<SigmaItem> out;
    for (const auto &pair : map) {
      if (!pair.first.IsScalar()) return wrong(at_line(map) + "a field's name is a text");
      DISLODGE_TRY_ASSIGN(SigmaItem one, item(pair.first.Scalar(), pair.second));
      out.push_back(std::move(one));
    }
    if (out.empty()) return wrong(at_line(map) + "a selection is empty");
    return out;
  }

  Result<SigmaSelection> selection(const std::string &name, const YAML::Node &node) {
    SigmaSelection out;
    out.name = name;
    if (node.IsMap()) {
      DISLODGE_TRY_ASSIGN(auto one, items(node));
      out.any.push_back(std::move(one));
      return out;
    }
    if (node.IsScalar()) {
      DISLODGE_TRY_ASSIGN(SigmaItem one, item("", node));
      out.any.push_back({std::move(one)});
      return out;
    }
    if (!node.IsSequence() || node.size() == 0)
      return wrong(at_line(node) + "the selection \"" + name + "\" is neither fields nor keywords");
    for (const YAML::Node &one : node) {
      if (one.IsMap()) {
        DISLODGE_TRY_ASSIGN(auto fields, items(one));
        out.any.push_back(std::move(fields));
      } else {
        DISLODGE_TRY_ASSIGN(SigmaItem keyword, item("", one));
        out.any.push_back({std::move(keyword)});
      }
    }
    return out;
  }

  // Selections and condition of a detection or a filter.
  Result<void> detection(const YAML::Node &node, std::vector<SigmaSelection> &selections,
                         SigmaCondition &condition) {
    if (!node || !node.IsMap()) return wrong("there is no detection");
    for (const auto &pair : node) {
      const std::string name = pair.first.IsScalar() ? pair.first.Scalar() : std::string();
      if (name == "condition" || name == "rules" || name == "timeframe") continue;
      DISLODGE_TRY_ASSIGN(SigmaSelection one, selection(name, pair.second));
      selections.push_back(std::move(one));
    }
    std::string joined;
    const auto conditions = texts(node["condition"]);
    if (conditions.empty()) return wrong(at_line(node) + "there is no condition");
    for (const std::string &one : conditions)
      joined += (joined.empty() ? "" : " or ") + (conditions.size() == 1 ? one : "(" + one + ")");
    DISLODGE_TRY_ASSIGN(condition, parse_condition(joined, selections));
    return {};
  }

  static std::vector<std::string> techniques(const YAML::Node &tags) {
    std::set<std::string> out;
    for (const std::string &tag : texts(tags)) {
      constexpr std::string_view kStart = "attack.t";
      const std::string text = base::lower(tag);
      if (!text.starts_with(kStart) || text.size() < 12 || text[8] < '0' || text[8] > '9') continue;
      out.insert("T" + text.substr(8));
    }
    return {out.begin(), out.end()};
  }

  static std::string id_of(const YAML::Node &document) {
    for (const char *key : {"id", "name", "title"})
      if (std::string found = text(document, key); !found.empty()) return found;
    return {};
  }

  Result<std::optional<SigmaOwn>> own(const YAML::Node &node) {
    if (!node) return std::optional<SigmaOwn>();
    if (!node.IsMap()) return wrong(at_line(node) + "dislodge is a map");
    SigmaOwn out;
    for (const auto &pair : node) {
      const std::string key = pair.first.IsScalar() ? pair.first.Scalar() : std::string();
      std::string *target = key == "kind"     ? &out.kind
                            : key == "says"   ? &out.says
                            : key == "source" ? &out.source
                            : key == "per"    ? &out.per
                            : key == "weight" ? &out.weight
                                              : nullptr;
      if (target != nullptr && pair.second.IsScalar())
        *target = pair.second.Scalar();
      else if (key == "must")
        out.must = texts(pair.second);
      else if (key == "must_not")
        out.must_not = texts(pair.second);
      else
        return wrong(at_line(pair.second) + "dislodge." + key + " is not known");
    }
    if (out.weight != "evidence" && out.weight != "suspect" && out.weight != "change")
      return wrong(at_line(node) + "dislodge.weight is evidence, suspect or change");
    return std::optional<SigmaOwn>(std::move(out));
  }

  Result<SigmaRule> rule(const YAML::Node &document) {
    SigmaRule out;
    out.path = path_;
    out.id = id_of(document);
    out.name = text(document, "name");
    out.title = text(document, "title");
    if (out.title.empty()) return wrong("there is no title");
    if (const std::string level = text(document, "level"); !level.empty()) out.level = base::lower(level);
    out.techniques = techniques(document["tags"]);
    const YAML::Node logsource = document["logsource"];
    if (!logsource) return wrong("there is no logsource");
    const auto add_source = [&](const YAML::Node &one) {
      out.logsources.push_back({base::lower(text(one, "category")), base::lower(text(one, "product")),
                                base::lower(text(one, "service"))});
    };
    if (logsource.IsMap()) add_source(logsource);
    if (logsource.IsSequence())
      for (const YAML::Node &one : logsource)
        if (one.IsMap()) add_source(one);
    if (out.logsources.empty()) return wrong(at_line(logsource) + "logsource is a map");
    DISLODGE_TRY(detection(document["detection"], out.selections, out.condition));
    DISLODGE_TRY_ASSIGN(out.own, own(document["dislodge"]));
    return out;
  }

  Result<SigmaCorrelation> correlation(const YAML::Node &document) {
    SigmaCorrelation out;
    out.path = path_;
    out.id = id_of(document);
    out.name = text(document, "name");
    out.title = text(document, "title");
    if (const std::string level = text(document, "level"); !level.empty()) out.level = base::lower(level);
    out.techniques = techniques(document["tags"]);
    const YAML::Node body = document["correlation"];
    if (!body.IsMap()) return wrong(at_line(body) + "correlation is a map");
    DISLODGE_TRY_ASSIGN(out.type, correlation_type(text(body, "type")));
    out.rules = texts(body["rules"]);
    if (out.rules.empty()) return wrong(at_line(body) + "the correlation names no rules");
    out.group_by = texts(body["group-by"]);
    DISLODGE_TRY_ASSIGN(out.timespan_us, timespan(text(body, "timespan")));
    const std::string generate =
        base::lower(text(body, "generate").empty() ? text(document, "generate") : text(body, "generate"));
    out.generate = generate == "true";
    if (const YAML::Node aliases = body["aliases"]; aliases && aliases.IsMap())
      for (const auto &alias : aliases)
        if (alias.second.IsMap())
          for (const auto &field : alias.second)
            out.aliases[alias.first.Scalar()][field.first.Scalar()] = field.second.Scalar();
    DISLODGE_TRY(bounds(body["condition"], out));
    DISLODGE_TRY_ASSIGN(out.own, own(document["dislodge"]));
    return out;
  }

  Result<CorrelationType> correlation_type(const std::string &name) {
    constexpr std::pair<std::string_view, CorrelationType> kTypes[] = {
        {"event_count", CorrelationType::event_count},
        {"value_count", CorrelationType::value_count},
        {"temporal", CorrelationType::temporal},
        {"temporal_ordered", CorrelationType::temporal_ordered},
        {"value_sum", CorrelationType::value_sum},
        {"value_avg", CorrelationType::value_avg},
        {"value_percentile", CorrelationType::value_percentile},
    };
    for (const auto &[known, type] : kTypes)
      if (name == known) return type;
    return wrong("the type of correlation \"" + name + "\" is not known");
  }

  Result<std::int64_t> timespan(const std::string &text) {
    constexpr std::pair<char, std::int64_t> kUnits[] = {
        {'s', base::kSecond},  {'m', base::kMinute},   {'h', base::kHour},     {'d', base::kDay},
        {'w', 7 * base::kDay}, {'M', 30 * base::kDay}, {'y', 365 * base::kDay}};
    std::int64_t number = 0;
    std::size_t i = 0;
    for (; i < text.size() && text[i] >= '0' && text[i] <= '9' && number < 1'000'000; ++i)
      number = number * 10 + (text[i] - '0');
    if (i > 0 && i + 1 == text.size() && number > 0)
      for (const auto &[unit, length] : kUnits)
        if (text[i] == unit) return std::min<std::int64_t>(number * length, 3650 * base::kDay);
    return wrong("the timespan \"" + text + "\" is not one number and one unit (s, m, h, d)");
  }

  Result<void> bounds(const YAML::Node &node, SigmaCorrelation &out) {
    using Kind = SigmaCorrelation::Bound::Kind;
    const bool temporal =
        out.type == CorrelationType::temporal || out.type == CorrelationType::temporal_ordered;
    if (node && node.IsMap())
      for (const auto &pair : node) {
        const std::string key = pair.first.Scalar();
        constexpr std::pair<std::string_view, Kind> kBounds[] = {{"gt", Kind::gt}, {"gte", Kind::gte},
                                                                 {"lt", Kind::lt}, {"lte", Kind::lte},
                                                                 {"eq", Kind::eq}, {"neq", Kind::neq}};
        const auto known = std::find_if(std::begin(kBounds), std::end(kBounds),
                                        [&](const auto &bound) { return bound.first == key; });
        if (known != std::end(kBounds)) {
          if (!pair.second.IsScalar() || !is_number(pair.second.Scalar()))
            return wrong(at_line(pair.second) + key + " needs a number");
          out.bounds.push_back({known->second, pair.second.as<double>()});
        } else if (key == "field") {
          out.fields = texts(pair.second);
        } else if (key == "percentile") {
          if (!pair.second.IsScalar() || !is_number(pair.second.Scalar()))
            return wrong(at_line(pair.second) + "percentile needs a number");
          out.percentile = std::clamp(pair.second.as<double>(), 0.0, 100.0);
        } else {
          return wrong(at_line(node) + "\"" + key + "\" is not known in a correlation's condition");
        }
      }
    if (!temporal && out.bounds.empty()) return wrong("the correlation's condition has no bound");
    if (!temporal && out.type != CorrelationType::event_count && out.fields.empty())
      return wrong("the correlation's condition names no field");
    return {};
  }

 private:
  const SigmaPlaceholders &placeholders_;
  std::string path_;
  std::size_t values_ = 0;
};

struct Filter {
  std::string path, title;
  std::vector<std::string> rules;  // empty: any
  std::vector<SigmaSelection> selections;
  SigmaCondition condition;
};

// rule AND filter, in the rule's own list of nodes.
void apply(const Filter &filter, SigmaRule &rule) {
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

// yaml-cpp descends with the document, so its depth is bounded first: indentation and brackets.
bool too_deep(std::string_view text) {
  int brackets = 0;
  std::size_t indentation = 0;
  bool at_start = true;
  std::size_t dashes = 0;
  for (const char c : text) {
    if (c == '\n') {
      at_start = true;
      indentation = dashes = 0;
    } else if (at_start && c == ' ') {
      ++indentation;
    } else if (at_start && (c == '-' || c == '?')) {
      ++dashes;
    } else {
      at_start = false;
    }
    if (c == '[' || c == '{') ++brackets;
    if ((c == ']' || c == '}') && brackets > 0) --brackets;
    if (brackets > 200 || indentation > 2000 || dashes > 100) return true;
  }
  return false;
}

}  // namespace

std::optional<Modifier> modifier_named(std::string_view name) {
  for (const ModifierName &one : kModifiers)
    if (base::equal_ignoring_case(name, one.name)) return one.modifier;
  return std::nullopt;
}

bool SigmaItem::has(Modifier modifier) const {
  return std::find(modifiers.begin(), modifiers.end(), modifier) != modifiers.end();
}

SigmaSet read_sigma(std::span<const base::EmbeddedRule> files, const SigmaPlaceholders &placeholders) {
  SigmaSet set;
  std::vector<Filter> filters;
  std::string all;
  for (const base::EmbeddedRule &file : files) {
    if (file.path.find("detections/") == std::string_view::npos) continue;
    if (!file.path.ends_with(".yml") && !file.path.ends_with(".yaml")) continue;
    const std::string path(file.path);
    all += base::to_hex(base::sha256(file.text));
    if (file.text.size() > kSigmaFileBytesMax || too_deep(file.text)) {
      set.problems.push_back({path, "", "the file is too large or nested too deeply"});
      continue;
    }
    std::vector<YAML::Node> documents;
    try {
      documents = YAML::LoadAll(std::string(file.text));
    } catch (const std::exception &error) {
      set.problems.push_back({path, "", std::string("this is not YAML: ") + error.what()});
      continue;
    }
    for (const YAML::Node &document : documents) {
      if (!document.IsMap()) continue;
      ++set.documents;
      std::string title;
      const auto refuse = [&](std::string reason) {
        set.problems.push_back({path, title, std::move(reason)});
      };
      try {
        title = Document::text(document, "title");
        Document reader(placeholders, path);
        if (document["correlation"]) {
          auto one = reader.correlation(document);
          if (one)
            set.correlations.push_back(std::move(*one));
          else
            refuse(one.error().message);
        } else if (const YAML::Node body = document["filter"]; body && body.IsMap()) {
          Filter filter{path, title, Document::texts(body["rules"]), {}, {}};
          if (filter.rules.size() == 1 && base::equal_ignoring_case(filter.rules.front(), "any"))
            filter.rules.clear();
          const auto read = reader.detection(body, filter.selections, filter.condition);
          if (read)
            filters.push_back(std::move(filter));
          else
            refuse(read.error().message);
        } else {
          auto one = reader.rule(document);
          if (one)
            set.rules.push_back(std::move(*one));
          else
            refuse(one.error().message);
        }
      } catch (const std::exception &error) {
        refuse(error.what());
      }
    }
  }
  for (const Filter &filter : filters) {
    bool used = false;
    for (SigmaRule &rule : set.rules) {
      const bool named = filter.rules.empty() ||
                         std::any_of(filter.rules.begin(), filter.rules.end(), [&](const std::string &name) {
                           return name == rule.id || name == rule.name;
                         });
      if (!named) continue;
      apply(filter, rule);
      used = true;
    }
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

// One document of a Sigma file: a rule, a correlation or a filter.

#include <algorithm>
#include <charconv>
#include <set>

#include "base/encode.hpp"
#include "base/time.hpp"
#include "detect/sigma_document.hpp"

namespace dislodge::detect {

namespace {

using base::ErrorKind;
using base::fail;
using base::Result;
using base::YamlMember;
using base::YamlNode;
using Kind = YamlNode::Kind;

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

std::string at_line(const YamlNode &node) {
  return "line " + std::to_string(node.line) + ": ";
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

  static bool is_text(const YamlNode *node) {
    return node != nullptr && node->kind == Kind::scalar && !node->is_null();
  }

  static std::string text(const YamlNode &map, std::string_view key) {
    const YamlNode *node = map.find(key);
    return is_text(node) ? node->text : std::string();
  }

  // A text, or the texts of a list.
  static std::vector<std::string> texts(const YamlNode *node) {
    std::vector<std::string> out;
    if (is_text(node)) out.push_back(node->text);
    if (node != nullptr)
      for (const YamlNode &one : node->items)
        if (is_text(&one)) out.push_back(one.text);
    return out;
  }

  Result<SigmaValue> value(const YamlNode &node) {
    if (++values_ > kSigmaValuesMax) return wrong("it holds too many values");
    SigmaValue out;
    if (node.is_null()) {
      out.kind = SigmaValue::Kind::null;
      return out;
    }
    if (node.kind != Kind::scalar)
      return wrong(at_line(node) + "a value is a text, a number, a truth value or null");
    out.text = node.text;
    if (node.quoted) return out;
    if (is_number(out.text))
      out.kind = SigmaValue::Kind::number;
    else if (base::equal_ignoring_case(out.text, "true") || base::equal_ignoring_case(out.text, "false"))
      out.kind = SigmaValue::Kind::boolean;
    return out;
  }

  Result<SigmaItem> item(const std::string &key, const YamlNode &node) {
    SigmaItem out;
    std::size_t bar = key.find('|');
    out.field = key.substr(0, bar);
    while (bar != std::string::npos) {
      const std::size_t next = key.find('|', bar + 1);
      const std::string name = key.substr(bar + 1, next == std::string::npos ? next : next - bar - 1);
      const auto modifier = modifier_named(name);
      if (!modifier) return wrong(at_line(node) + "the modifier \"" + name + "\" is not known");
      if (out.modifiers.size() >= kSigmaModifiersMax)
        return wrong(at_line(node) + "the field has more than " + std::to_string(kSigmaModifiersMax) +
                     " modifiers");
      out.modifiers.push_back(*modifier);
      bar = next;
    }
    if (node.kind == Kind::list) {
      for (const YamlNode &one : node.items) {
        DISLODGE_TRY_ASSIGN(SigmaValue got, value(one));
        out.values.push_back(std::move(got));
      }
      if (out.values.empty()) return wrong(at_line(node) + "the list of values is empty");
    } else if (node.kind == Kind::map) {
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
        if (++values_ > kSigmaValuesMax) return wrong("it holds too many values");
      }
    }
    item.values = std::move(out);
    return {};
  }

  Result<std::vector<SigmaItem>> items(const YamlNode &map) {
    std::vector<SigmaItem> out;
    for (const YamlMember &member : map.members) {
      DISLODGE_TRY_ASSIGN(SigmaItem one, item(member.key, member.value));
      out.push_back(std::move(one));
    }
    if (out.empty()) return wrong(at_line(map) + "a selection is empty");
    return out;
  }

  Result<SigmaSelection> selection(const std::string &name, const YamlNode &node) {
    SigmaSelection out;
    out.name = name;
    if (node.kind == Kind::map) {
      DISLODGE_TRY_ASSIGN(auto one, items(node));
      out.any.push_back(std::move(one));
      return out;
    }
    if (node.kind == Kind::scalar) {
      DISLODGE_TRY_ASSIGN(SigmaItem one, item("", node));
      out.any.push_back({std::move(one)});
      return out;
    }
    if (node.items.empty())
      return wrong(at_line(node) + "the selection \"" + name + "\" is neither fields nor keywords");
    for (const YamlNode &one : node.items) {
      if (one.kind == Kind::map) {
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
  Result<void> detection(const YamlNode *detection, std::vector<SigmaSelection> &selections,
                         SigmaCondition &condition) {
    if (detection == nullptr || detection->kind != Kind::map) return wrong("there is no detection");
    const YamlNode &node = *detection;
    for (const YamlMember &member : node.members) {
      if (member.key == "condition" || member.key == "rules" || member.key == "timeframe") continue;
      DISLODGE_TRY_ASSIGN(SigmaSelection one, selection(member.key, member.value));
      selections.push_back(std::move(one));
    }
    std::string joined;
    const auto conditions = texts(node.find("condition"));
    if (conditions.empty()) return wrong(at_line(node) + "there is no condition");
    for (const std::string &one : conditions)
      joined += (joined.empty() ? "" : " or ") + (conditions.size() == 1 ? one : "(" + one + ")");
    DISLODGE_TRY_ASSIGN(condition, parse_condition(joined, selections));
    return {};
  }

  static std::vector<std::string> techniques(const YamlNode *tags) {
    std::set<std::string> out;
    for (const std::string &tag : texts(tags)) {
      constexpr std::string_view kStart = "attack.t";
      const std::string text = base::lower(tag);
      if (!text.starts_with(kStart) || text.size() < 12 || text[8] < '0' || text[8] > '9') continue;
      out.insert("T" + text.substr(8));
    }
    return {out.begin(), out.end()};
  }

  static std::string id_of(const YamlNode &document) {
    for (const char *key : {"id", "name", "title"})
      if (std::string found = text(document, key); !found.empty()) return found;
    return {};
  }

  Result<std::optional<SigmaOwn>> own(const YamlNode *node) {
    if (node == nullptr) return std::optional<SigmaOwn>();
    if (node->kind != Kind::map) return wrong(at_line(*node) + "dislodge is a map");
    SigmaOwn out;
    for (const auto &[key, value] : node->members) {
      std::string *target = key == "kind"     ? &out.kind
                            : key == "says"   ? &out.says
                            : key == "source" ? &out.source
                            : key == "per"    ? &out.per
                            : key == "weight" ? &out.weight
                                              : nullptr;
      if (target != nullptr && is_text(&value))
        *target = value.text;
      else if (key == "plants" && is_text(&value))
        out.plants[""] = value.text;
      else if (key == "plants" && value.kind == Kind::map)
        for (const auto &[operation, slot] : value.members) {
          if (!is_text(&slot))
            return wrong(at_line(slot) + "dislodge.plants is a slot, or operations with slots");
          out.plants[operation] = slot.text;
        }
      else if (key == "must")
        out.must = texts(&value);
      else if (key == "must_not")
        out.must_not = texts(&value);
      else
        return wrong(at_line(value) + "dislodge." + key + " is not known");
    }
    constexpr std::string_view kWeights[] = {"evidence", "hiding", "suspect", "unusual", "change"};
    if (std::find(std::begin(kWeights), std::end(kWeights), out.weight) == std::end(kWeights))
      return wrong(at_line(*node) + "dislodge.weight is evidence, hiding, suspect, unusual or change");
    return std::optional<SigmaOwn>(std::move(out));
  }

  Result<SigmaRule> rule(const YamlNode &document) {
    SigmaRule out;
    out.path = path_;
    out.id = id_of(document);
    out.name = text(document, "name");
    out.title = text(document, "title");
    if (out.title.empty()) return wrong("there is no title");
    if (const std::string level = text(document, "level"); !level.empty()) out.level = base::lower(level);
    out.techniques = techniques(document.find("tags"));
    const YamlNode *logsource = document.find("logsource");
    if (logsource == nullptr) return wrong("there is no logsource");
    const auto add_source = [&](const YamlNode &one) {
      out.logsources.push_back({base::lower(text(one, "category")), base::lower(text(one, "product")),
                                base::lower(text(one, "service"))});
    };
    if (logsource->kind == Kind::map) add_source(*logsource);
    for (const YamlNode &one : logsource->items)
      if (one.kind == Kind::map) add_source(one);
    if (out.logsources.empty()) return wrong(at_line(*logsource) + "logsource is a map");
    DISLODGE_TRY(detection(document.find("detection"), out.selections, out.condition));
    DISLODGE_TRY_ASSIGN(out.own, own(document.find("dislodge")));
    return out;
  }

  Result<SigmaCorrelation> correlation(const YamlNode &document) {
    SigmaCorrelation out;
    out.path = path_;
    out.id = id_of(document);
    out.name = text(document, "name");
    out.title = text(document, "title");
    if (const std::string level = text(document, "level"); !level.empty()) out.level = base::lower(level);
    out.techniques = techniques(document.find("tags"));
    const YamlNode *found = document.find("correlation");
    if (found == nullptr || found->kind != Kind::map)
      return wrong(at_line(document) + "correlation is a map");
    const YamlNode &body = *found;
    DISLODGE_TRY_ASSIGN(out.type, correlation_type(text(body, "type")));
    out.rules = texts(body.find("rules"));
    if (out.rules.empty()) return wrong(at_line(body) + "the correlation names no rules");
    out.group_by = texts(body.find("group-by"));
    DISLODGE_TRY_ASSIGN(out.timespan_us, timespan(text(body, "timespan")));
    const std::string generate =
        base::lower(text(body, "generate").empty() ? text(document, "generate") : text(body, "generate"));
    out.generate = generate == "true";
    if (const YamlNode *aliases = body.find("aliases"))
      for (const YamlMember &alias : aliases->members)
        for (const YamlMember &field : alias.value.members)
          if (is_text(&field.value)) out.aliases[alias.key][field.key] = field.value.text;
    DISLODGE_TRY(bounds(body.find("condition"), out));
    DISLODGE_TRY_ASSIGN(out.own, own(document.find("dislodge")));
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

  static Result<double> number_of(const std::string &key, const YamlNode &node) {
    double number = 0;
    std::string_view text = node.text;
    if (text.starts_with('+')) text.remove_prefix(1);
    if (node.kind != Kind::scalar || !is_number(node.text) ||
        std::from_chars(text.data(), text.data() + text.size(), number).ec != std::errc())
      return wrong(at_line(node) + key + " needs a number");
    return number;
  }

  Result<void> bounds(const YamlNode *node, SigmaCorrelation &out) {
    using Bound = SigmaCorrelation::Bound::Kind;
    const bool temporal =
        out.type == CorrelationType::temporal || out.type == CorrelationType::temporal_ordered;
    if (node != nullptr)
      for (const auto &[key, value] : node->members) {
        constexpr std::pair<std::string_view, Bound> kBounds[] = {{"gt", Bound::gt}, {"gte", Bound::gte},
                                                                  {"lt", Bound::lt}, {"lte", Bound::lte},
                                                                  {"eq", Bound::eq}, {"neq", Bound::neq}};
        const auto known = std::find_if(std::begin(kBounds), std::end(kBounds),
                                        [&name = key](const auto &bound) { return bound.first == name; });
        if (known != std::end(kBounds)) {
          DISLODGE_TRY_ASSIGN(const double number, number_of(key, value));
          out.bounds.push_back({known->second, number});
        } else if (key == "field") {
          out.fields = texts(&value);
        } else if (key == "percentile") {
          DISLODGE_TRY_ASSIGN(const double number, number_of(key, value));
          out.percentile = std::clamp(number, 0.0, 100.0);
        } else {
          return wrong(at_line(*node) + "\"" + key + "\" is not known in a correlation's condition");
        }
      }
    if (!temporal && out.bounds.empty()) return wrong("the correlation's condition has no bound");
    if (!temporal && out.type != CorrelationType::event_count && out.fields.empty())
      return wrong("the correlation's condition names no field");
    return {};
  }

  Result<SigmaFilter> filter(const YamlNode &document) {
    SigmaFilter out;
    out.path = path_;
    out.title = text(document, "title");
    const YamlNode *body = document.find("filter");
    if (body == nullptr) return wrong("there is no filter");
    out.rules = texts(body->find("rules"));
    if (out.rules.size() == 1 && base::equal_ignoring_case(out.rules.front(), "any")) out.rules.clear();
    DISLODGE_TRY(detection(body, out.selections, out.condition));
    return out;
  }

 private:
  const SigmaPlaceholders &placeholders_;
  std::string path_;
  std::size_t values_ = 0;
};

}  // namespace

std::optional<Modifier> modifier_named(std::string_view name) {
  for (const ModifierName &one : kModifiers)
    if (base::equal_ignoring_case(name, one.name)) return one.modifier;
  return std::nullopt;
}

bool SigmaItem::has(Modifier modifier) const {
  return std::find(modifiers.begin(), modifiers.end(), modifier) != modifiers.end();
}

Result<SigmaRule> read_sigma_rule(const YamlNode &document, const std::string &path,
                                  const SigmaPlaceholders &placeholders) {
  return Document(placeholders, path).rule(document);
}

Result<SigmaCorrelation> read_sigma_correlation(const YamlNode &document, const std::string &path,
                                                const SigmaPlaceholders &placeholders) {
  return Document(placeholders, path).correlation(document);
}

Result<SigmaFilter> read_sigma_filter(const YamlNode &document, const std::string &path,
                                      const SigmaPlaceholders &placeholders) {
  return Document(placeholders, path).filter(document);
}

}  // namespace dislodge::detect

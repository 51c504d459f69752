#include "detect/sigma_matcher.hpp"

#include <hs/hs.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/encode.hpp"

namespace dislodge::detect {

namespace {

using base::ErrorKind;
using base::fail;
using base::Result;
using log::Event;
using log::Source;

struct FreeDatabase {
  void operator()(hs_database_t *database) const { hs_free_database(database); }
};
struct FreeScratch {
  void operator()(hs_scratch_t *scratch) const { hs_free_scratch(scratch); }
};

constexpr std::size_t kWitnessesMax = 400;  // alternatives of one rule; beyond, it is always evaluated
// Letters that an exporter wrote as \u0041: then the scan cannot tell, and every rule is evaluated.
constexpr const char *kEscapedLetter = "\\\\u00(2[0e]|3[0-9a]|4[0-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9a])";

constexpr std::uint32_t bit(Source source) {
  return 1u << static_cast<unsigned>(source);
}

// Where records of a logsource come from. What no reader knows may come from anywhere.
std::uint32_t sources_of(const SigmaLogsource &logsource) {
  const std::string_view product = logsource.product, service = logsource.service;
  std::uint32_t sources = bit(Source::generic);
  if (product == "azure") {
    if (service == "signinlogs" || service == "riskdetection")
      sources |= bit(Source::entra_signin) | bit(Source::entra_risk);
    else if (service == "auditlogs" || service == "pim")
      sources |= bit(Source::entra_audit);
    else if (service == "activitylogs")
      sources |= bit(Source::azure_activity);
    else
      sources |= bit(Source::entra_signin) | bit(Source::entra_audit) | bit(Source::graph_activity);
  } else if (product == "m365") {
    sources |= bit(Source::m365_audit) | bit(Source::exchange_audit) | bit(Source::message_trace);
  } else if (product == "okta") {
    sources |= bit(Source::okta);
  } else if (product == "github") {
    sources |= bit(Source::github);
  } else if (product == "gitlab") {
    sources |= bit(Source::gitlab);
  } else if (product == "aws") {
    sources |= bit(Source::aws_cloudtrail);
  } else if (product == "gcp" || product == "google_workspace") {
    sources |= bit(Source::google) | bit(Source::google_cloud);
  } else if (product == "salesforce") {
    sources |= bit(Source::salesforce);
  } else if (product == "windows") {
    sources |= bit(Source::windows) | bit(Source::ecs);
  } else if (product == "linux") {
    sources |= bit(Source::sshd) | bit(Source::syslog);
  } else if (product == "any") {
    sources = ~0u;
  }
  return sources;
}

// Windows keeps services in channels, and categories in event ids.
struct Channel {
  std::string_view service, channel;
};
constexpr Channel kChannels[] = {
    {"security", "Security"},
    {"system", "System"},
    {"application", "Application"},
    {"sysmon", "Microsoft-Windows-Sysmon/Operational"},
    {"powershell", "Microsoft-Windows-PowerShell/Operational"},
    {"powershell-classic", "Windows PowerShell"},
    {"taskscheduler", "Microsoft-Windows-TaskScheduler/Operational"},
    {"windefend", "Microsoft-Windows-Windows Defender/Operational"},
    {"ntlm", "Microsoft-Windows-NTLM/Operational"},
    {"dns-server", "DNS Server"},
    {"bits-client", "Microsoft-Windows-Bits-Client/Operational"},
    {"codeintegrity-operational", "Microsoft-Windows-CodeIntegrity/Operational"},
    {"firewall-as", "Microsoft-Windows-Windows Firewall With Advanced Security/Firewall"},
    {"terminalservices-localsessionmanager",
     "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational"},
    {"wmi", "Microsoft-Windows-WMI-Activity/Operational"},
};
struct Category {
  std::string_view category;
  std::vector<std::string_view> ids;
};
const Category kCategories[] = {
    {"process_creation", {"1", "4688"}},
    {"file_change", {"2"}},
    {"network_connection", {"3", "5156"}},
    {"process_termination", {"5"}},
    {"driver_load", {"6"}},
    {"image_load", {"7"}},
    {"create_remote_thread", {"8"}},
    {"raw_access_thread", {"9"}},
    {"process_access", {"10"}},
    {"file_event", {"11"}},
    {"registry_add", {"12"}},
    {"registry_delete", {"12"}},
    {"registry_set", {"13"}},
    {"registry_rename", {"14"}},
    {"registry_event", {"12", "13", "14"}},
    {"create_stream_hash", {"15"}},
    {"pipe_created", {"17", "18"}},
    {"wmi_event", {"19", "20", "21"}},
    {"dns_query", {"22"}},
    {"file_delete", {"23", "26"}},
    {"clipboard_capture", {"24"}},
    {"process_tampering", {"25"}},
    {"file_block", {"27", "28"}},
    {"file_executable_detected", {"29"}},
    {"ps_module", {"4103"}},
    {"ps_script", {"4104"}},
    {"ps_classic_start", {"400"}},
    {"ps_classic_provider_start", {"600"}},
    {"ps_classic_script", {"800"}},
};

struct Item {
  std::uint32_t field = 0;
  bool keyword = false, all = false, negated = false;
  bool exists = false, wanted = true;             // |exists
  std::optional<std::uint32_t> other;             // |fieldref
  Modifier reference = Modifier::all;             // contains, startswith, endswith; else equality
  std::vector<std::vector<SigmaPattern>> values;  // OR (or AND) of ORs
};

struct Rule {
  std::uint32_t sources = 0;
  std::vector<std::vector<std::vector<Item>>> selections;
  std::vector<std::pair<std::string, std::uint32_t>> kept;  // for correlations: name, field
  std::vector<std::string_view> channels, event_ids;        // of Windows
  std::uint32_t channel_field = 0, event_id_field = 0;
};

using Witnesses = std::optional<std::vector<std::string>>;

std::size_t shortest(const std::vector<std::string> &list) {
  std::size_t least = SIZE_MAX;
  for (const std::string &one : list) least = std::min(least, one.size());
  return least;
}

// The better of two: longer literals are rarer.
void better(Witnesses &best, Witnesses other) {
  if (!other) return;
  if (!best || shortest(*other) > shortest(*best)) best = std::move(other);
}

}  // namespace

struct SigmaMatcher::State {
  SigmaSet set;
  std::vector<FieldPlan> plans;
  std::vector<Rule> rules;                             // beside set.rules
  std::vector<std::vector<std::uint32_t>> by_literal;  // literal -> rules
  std::vector<std::uint32_t> always;                   // rules without witness
  std::unique_ptr<hs_database_t, FreeDatabase> database;
  std::uint32_t escaped_id = 0;
  std::size_t pattern_room = kSigmaPatternBytesMax;
  std::map<std::pair<std::string, std::string>, std::uint32_t> field_ids;

  std::uint32_t field(const std::string &product, const std::string &name, const SigmaAliases &aliases) {
    const auto [found, added] =
        field_ids.emplace(std::pair(product, base::lower(name)), static_cast<std::uint32_t>(plans.size()));
    if (added) plans.push_back(plan_field(product, name, aliases));
    return found->second;
  }

  Result<Item> item(const SigmaItem &written, const std::string &product, const SigmaAliases &aliases) {
    Item out;
    out.keyword = written.field.empty();
    out.all = written.has(Modifier::all);
    out.negated = written.has(Modifier::neq);
    if (!out.keyword) out.field = field(product, written.field, aliases);
    if (written.has(Modifier::exists)) {
      out.exists = true;
      out.wanted = base::equal_ignoring_case(written.values.front().text, "true") ||
                   base::equal_ignoring_case(written.values.front().text, "yes");
      return out;
    }
    if (written.has(Modifier::fieldref)) {
      if (written.values.size() != 1)
        return fail(ErrorKind::usage, "fieldref of " + written.field + " names more than one field");
      out.other = field(product, written.values.front().text, aliases);
      for (const Modifier modifier : {Modifier::contains, Modifier::startswith, Modifier::endswith})
        if (written.has(modifier)) out.reference = modifier;
      return out;
    }
    DISLODGE_TRY_ASSIGN(out.values, SigmaPattern::of(written, pattern_room));
    return out;
  }

  Result<Rule> compile(const SigmaRule &written, const SigmaAliases &aliases) {
    Rule out;
    std::string product = written.logsources.front().product;
    for (const SigmaLogsource &logsource : written.logsources) {
      out.sources |= sources_of(logsource);
      if (logsource.product != product) product = "*";
      if (logsource.product != "windows") continue;
      for (const Channel &one : kChannels)
        if (logsource.service == one.service) out.channels.push_back(one.channel);
      for (const Category &one : kCategories)
        if (logsource.category == one.category)
          out.event_ids.insert(out.event_ids.end(), one.ids.begin(), one.ids.end());
    }
    out.channel_field = field("windows", "Channel", aliases);
    out.event_id_field = field("windows", "EventID", aliases);
    for (const SigmaSelection &selection : written.selections) {
      std::vector<std::vector<Item>> maps;
      for (const auto &map : selection.any) {
        std::vector<Item> items;
        for (const SigmaItem &one : map) {
          DISLODGE_TRY_ASSIGN(Item compiled, item(one, product, aliases));
          items.push_back(std::move(compiled));
        }
        maps.push_back(std::move(items));
      }
      out.selections.push_back(std::move(maps));
    }
    return out;
  }

  // Literals of which at least one stands in every record that matches.
  Witnesses of_item(const Item &item) const {
    if (item.negated || item.exists || item.other) return std::nullopt;
    if (!item.keyword && !plans[item.field].from_record) return std::nullopt;
    Witnesses best;
    std::vector<std::string> any;
    for (const auto &alternatives : item.values) {
      std::vector<std::string> here;
      for (const SigmaPattern &pattern : alternatives) here.push_back(pattern.witness());
      const bool blind = here.empty() || std::find(here.begin(), here.end(), "") != here.end();
      if (item.all) {
        if (!blind) better(best, std::move(here));
      } else {
        if (blind) return std::nullopt;
        any.insert(any.end(), here.begin(), here.end());
      }
    }
    return item.all ? best : Witnesses(std::move(any));
  }

  Witnesses of_selection(const std::vector<std::vector<Item>> &maps) const {
    std::vector<std::string> any;
    for (const auto &items : maps) {
      Witnesses best;
      for (const Item &item : items) better(best, of_item(item));
      if (!best) return std::nullopt;
      any.insert(any.end(), best->begin(), best->end());
    }
    return any;
  }

  Witnesses of_rule(const SigmaRule &written, const Rule &rule) const {
    using Kind = SigmaCondition::Kind;
    // Children stand before their parents.
    std::vector<Witnesses> of_node(written.condition.nodes.size());
    for (std::size_t i = 0; i < of_node.size(); ++i) {
      const SigmaCondition::Node &node = written.condition.nodes[i];
      if (node.kind == Kind::selection) {
        of_node[i] = of_selection(rule.selections[node.selection]);
      } else if (node.kind == Kind::all_of) {
        for (const std::uint32_t child : node.children) better(of_node[i], of_node[child]);
      } else if (node.kind == Kind::any_of) {
        std::vector<std::string> any;
        bool blind = false;
        for (const std::uint32_t child : node.children) {
          blind = blind || !of_node[child];
          if (!blind) any.insert(any.end(), of_node[child]->begin(), of_node[child]->end());
        }
        if (!blind) of_node[i] = std::move(any);
      }
      if (of_node[i] && of_node[i]->size() > kWitnessesMax) of_node[i].reset();
    }
    return of_node.empty() ? std::nullopt : of_node.back();
  }

  // Fields that correlations group or count by, kept on the events of the rules that they name.
  void keep_fields(const SigmaAliases &aliases) {
    std::map<std::string, std::vector<std::size_t>> named;
    for (std::size_t i = 0; i < set.rules.size(); ++i) {
      named[set.rules[i].id].push_back(i);
      if (!set.rules[i].name.empty() && set.rules[i].name != set.rules[i].id)
        named[set.rules[i].name].push_back(i);
    }
    // What a correlation of correlations groups by, those below it need too.
    std::map<std::string, std::vector<std::size_t>> below;
    for (const SigmaCorrelation &one : set.correlations) {
      std::vector<std::size_t> reached;
      for (const std::string &name : one.rules) {
        const auto &list = named.count(name) != 0 ? named[name] : below[name];
        reached.insert(reached.end(), list.begin(), list.end());
        for (const std::size_t rule : list) {
          const auto keep = [&](const std::string &wanted) {
            std::string native = wanted;
            if (const auto alias = one.aliases.find(wanted); alias != one.aliases.end()) {
              for (const std::string &key : {set.rules[rule].name, set.rules[rule].id, name})
                if (const auto found = alias->second.find(key); found != alias->second.end())
                  native = found->second;
            }
            const std::uint32_t id = field(set.rules[rule].logsources.front().product, native, aliases);
            auto &kept = rules[rule].kept;
            if (std::find(kept.begin(), kept.end(), std::pair(wanted, id)) == kept.end())
              kept.emplace_back(wanted, id);
          };
          for (const std::string &wanted : one.group_by) keep(wanted);
          for (const std::string &wanted : one.fields) keep(wanted);
        }
      }
      below[one.id] = reached;
      if (!one.name.empty()) below[one.name] = reached;
    }
  }

  Result<void> compile_literals() {
    std::map<std::string, std::vector<std::uint32_t>> wanted;
    for (std::uint32_t i = 0; i < rules.size(); ++i) {
      const Witnesses witnesses = of_rule(set.rules[i], rules[i]);
      if (!witnesses) {
        always.push_back(i);
        continue;
      }
      for (const std::string &literal : *witnesses) {
        auto &list = wanted[literal];
        if (list.empty() || list.back() != i) list.push_back(i);
      }
    }
    std::vector<std::string> expressions;
    for (auto &[literal, list] : wanted) {
      std::string escaped;
      for (const char c : literal) {
        if (c == '.') escaped += '\\';
        escaped += c;
      }
      expressions.push_back(std::move(escaped));
      by_literal.push_back(std::move(list));
    }
    escaped_id = static_cast<std::uint32_t>(expressions.size());
    expressions.emplace_back(kEscapedLetter);
    std::vector<const char *> pointers;
    std::vector<unsigned> flags, ids;
    for (std::size_t i = 0; i < expressions.size(); ++i) {
      pointers.push_back(expressions[i].c_str());
      flags.push_back(HS_FLAG_CASELESS | HS_FLAG_SINGLEMATCH);
      ids.push_back(static_cast<unsigned>(i));
    }
    hs_database_t *raw = nullptr;
    hs_compile_error_t *error = nullptr;
    if (hs_compile_multi(pointers.data(), flags.data(), ids.data(), static_cast<unsigned>(pointers.size()),
                         HS_MODE_BLOCK, nullptr, &raw, &error) != HS_SUCCESS) {
      const std::string why = error == nullptr ? "" : error->message;
      hs_free_compile_error(error);
      return fail(ErrorKind::internal, "the literals of the detection rules do not compile: " + why);
    }
    database.reset(raw);
    return {};
  }
};

Result<SigmaMatcher> SigmaMatcher::make(SigmaSet set, const SigmaAliases &aliases) {
  auto state = std::make_unique<State>();
  std::vector<SigmaRule> good;
  for (SigmaRule &written : set.rules) {
    auto rule = state->compile(written, aliases);
    if (!rule) {
      set.problems.push_back({written.path, written.title, rule.error().message});
      continue;
    }
    state->rules.push_back(std::move(*rule));
    good.push_back(std::move(written));
  }
  set.rules = std::move(good);
  state->set = std::move(set);
  state->keep_fields(aliases);
  DISLODGE_TRY(state->compile_literals());
  return SigmaMatcher(std::move(state));
}

SigmaMatcher::SigmaMatcher(std::unique_ptr<State> state) : state_(std::move(state)) {}
SigmaMatcher::SigmaMatcher(SigmaMatcher &&) noexcept = default;
SigmaMatcher &SigmaMatcher::operator=(SigmaMatcher &&) noexcept = default;
SigmaMatcher::~SigmaMatcher() = default;

const SigmaSet &SigmaMatcher::set() const {
  return state_->set;
}

std::size_t SigmaMatcher::with_witness() const {
  return state_->rules.size() - state_->always.size();
}

struct SigmaWatcher::Scratch {
  std::unique_ptr<hs_scratch_t, FreeScratch> scratch;
  std::vector<std::uint64_t> seen;  // by rule: the last record for which it was a candidate
  std::vector<std::uint32_t> candidates;
  std::uint64_t record = 0;
  bool everything = false;
  const SigmaMatcher::State *state = nullptr;

  void candidate(std::uint32_t rule) {
    if (seen[rule] == record) return;
    seen[rule] = record;
    candidates.push_back(rule);
  }
};

SigmaWatcher::SigmaWatcher(const SigmaMatcher &matcher)
    : state_(matcher.state()), fields_(state_.plans), scratch_(std::make_unique<Scratch>()) {
  hs_scratch_t *raw = nullptr;
  if (hs_alloc_scratch(state_.database.get(), &raw) == HS_SUCCESS) scratch_->scratch.reset(raw);
  scratch_->seen.resize(state_.rules.size());
  scratch_->state = &state_;
}

SigmaWatcher::~SigmaWatcher() = default;

void SigmaWatcher::saw(const log::Json &record, std::string_view raw, log::EventBuilder &event) {
  if (state_.rules.empty()) return;
  Scratch &scratch = *scratch_;
  ++scratch.record;
  scratch.candidates.clear();
  scratch.everything = !scratch.scratch || raw.size() > UINT32_MAX;
  if (!scratch.everything) {
    const auto on_match = [](unsigned id, unsigned long long, unsigned long long, unsigned,
                             void *context) -> int {
      auto &here = *static_cast<Scratch *>(context);
      if (id == here.state->escaped_id) {
        here.everything = true;
        return 1;
      }
      for (const std::uint32_t rule : here.state->by_literal[id]) here.candidate(rule);
      return 0;
    };
    const hs_error_t result = hs_scan(state_.database.get(), raw.data(), static_cast<unsigned>(raw.size()), 0,
                                      scratch.scratch.get(), on_match, &scratch);
    if (result != HS_SUCCESS && result != HS_SCAN_TERMINATED) scratch.everything = true;
  }
  if (scratch.everything) {
    for (std::uint32_t i = 0; i < state_.rules.size(); ++i) scratch.candidate(i);
  } else {
    for (const std::uint32_t rule : state_.always) scratch.candidate(rule);
  }
  if (scratch.candidates.empty()) return;
  std::sort(scratch.candidates.begin(), scratch.candidates.end());
  fields_.begin(record, event);
  const std::uint32_t source = bit(event.event().source);
  std::vector<std::pair<std::string, std::string>> found;
  for (const std::uint32_t rule : scratch.candidates) {
    if ((state_.rules[rule].sources & source) == 0 || !evaluate(rule)) continue;
    found.emplace_back("rule", state_.set.rules[rule].id);
    for (const auto &[name, field] : state_.rules[rule].kept)
      for (const FieldValue &value : fields_.values(field))
        found.emplace_back("at:" + name, std::string(value.text));
  }
  // Extras are added last: they must not be seen by the rules. A field that two rules keep stands once.
  for (std::size_t i = 0; i < found.size(); ++i)
    if (std::find(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(i), found[i]) ==
        found.begin() + static_cast<std::ptrdiff_t>(i))
      event.extra(found[i].first, found[i].second);
}

bool SigmaWatcher::evaluate(std::size_t index) {
  ++evaluations_;
  const Rule &rule = state_.rules[index];
  const auto one_of = [&](std::uint32_t field, const std::vector<std::string_view> &wanted) {
    const auto &values = fields_.values(field);
    if (values.empty() || wanted.empty()) return true;
    return std::any_of(values.begin(), values.end(), [&](const FieldValue &value) {
      return std::any_of(wanted.begin(), wanted.end(),
                         [&](std::string_view one) { return base::equal_ignoring_case(value.text, one); });
    });
  };
  if (!rule.channels.empty() && !one_of(rule.channel_field, rule.channels)) return false;
  if (!rule.event_ids.empty() && !one_of(rule.event_id_field, rule.event_ids)) return false;
  const auto &nodes = state_.set.rules[index].condition.nodes;
  return !nodes.empty() && node(index, static_cast<std::uint32_t>(nodes.size() - 1));
}

bool SigmaWatcher::node(std::size_t rule, std::uint32_t at) {
  using Kind = SigmaCondition::Kind;
  const SigmaCondition::Node &one = state_.set.rules[rule].condition.nodes[at];
  switch (one.kind) {
    case Kind::selection:
      return selection(rule, one.selection);
    case Kind::all_of:
      return std::all_of(one.children.begin(), one.children.end(),
                         [&](std::uint32_t child) { return node(rule, child); });
    case Kind::any_of:
      return std::any_of(one.children.begin(), one.children.end(),
                         [&](std::uint32_t child) { return node(rule, child); });
    default:
      return !node(rule, one.children.front());
  }
}

bool SigmaWatcher::selection(std::size_t rule, std::uint32_t index) {
  const auto any_value = [](const std::vector<FieldValue> &values,
                            const std::vector<SigmaPattern> &alternatives) {
    static constexpr FieldValue kAbsent{{}, true};
    return std::any_of(alternatives.begin(), alternatives.end(), [&](const SigmaPattern &pattern) {
      if (values.empty()) return pattern.matches(kAbsent);
      return std::any_of(values.begin(), values.end(),
                         [&](const FieldValue &value) { return pattern.matches(value); });
    });
  };
  const auto refers = [](Modifier how, std::string_view text, std::string_view other) {
    switch (how) {
      case Modifier::contains:
        return base::contains_ignoring_case(text, other);
      case Modifier::startswith:
        return text.size() >= other.size() && base::equal_ignoring_case(text.substr(0, other.size()), other);
      case Modifier::endswith:
        return text.size() >= other.size() &&
               base::equal_ignoring_case(text.substr(text.size() - other.size()), other);
      default:
        return base::equal_ignoring_case(text, other);
    }
  };
  const auto holds = [&](const Item &item) {
    const auto &values = item.keyword ? fields_.whole() : fields_.values(item.field);
    if (item.exists) return values.empty() != item.wanted;
    bool match = false;
    if (item.other) {
      const auto &others = fields_.values(*item.other);
      match = std::any_of(values.begin(), values.end(), [&](const FieldValue &value) {
        return std::any_of(others.begin(), others.end(), [&](const FieldValue &other) {
          return refers(item.reference, value.text, other.text);
        });
      });
    } else {
      const auto one = [&](const std::vector<SigmaPattern> &alternatives) {
        return any_value(values, alternatives);
      };
      match = item.all ? std::all_of(item.values.begin(), item.values.end(), one)
                       : std::any_of(item.values.begin(), item.values.end(), one);
    }
    return match != item.negated;
  };
  const auto &maps = state_.rules[rule].selections[index];
  return std::any_of(maps.begin(), maps.end(), [&](const std::vector<Item> &items) {
    return std::all_of(items.begin(), items.end(), holds);
  });
}

}  // namespace dislodge::detect

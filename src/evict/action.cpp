#include "evict/action.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <tuple>
#include <utility>

#include "base/toml.hpp"

namespace dislodge::evict {
namespace {

using reach::FactKind;

template <typename T>
struct Word {
  std::string_view name;
  T value;
};

constexpr std::array<Word<Target>, 8> kTargets = {{{"preparation", Target::preparation},
                                                   {"principal", Target::principal},
                                                   {"binding", Target::binding},
                                                   {"secret", Target::secret},
                                                   {"planted", Target::planted},
                                                   {"grant", Target::grant},
                                                   {"exposure", Target::exposure},
                                                   {"place", Target::place}}};
constexpr std::array<Word<Obligation>, 4> kObligations = {{{"rotate", Obligation::rotate},
                                                           {"find-owner", Obligation::find_owner},
                                                           {"party", Obligation::party},
                                                           {"planted", Obligation::planted}}};
constexpr std::array<Word<Scope>, 3> kScopes = {
    {{"fact", Scope::fact}, {"principal", Scope::principal}, {"into", Scope::into}}};
constexpr std::array<FactKind, 10> kFacts = {
    FactKind::exposure, FactKind::foothold, FactKind::binding,  FactKind::planted, FactKind::session,
    FactKind::account,  FactKind::grant,    FactKind::presence, FactKind::unlock,  FactKind::trust};

template <typename T, std::size_t N>
bool read_word(const std::array<Word<T>, N> &words, std::string_view text, T &out) {
  for (const auto &word : words) {
    if (word.name != text) continue;
    out = word.value;
    return true;
  }
  return false;
}

bool read_fact(std::string_view text, FactKind &out) {
  for (const FactKind fact : kFacts) {
    if (reach::name_of(fact) != text) continue;
    out = fact;
    return true;
  }
  return false;
}

class Entry {
 public:
  Entry(const toml::table &table, std::string_view file) : table_(table), file_(file) {
    action_.id = text("id");
    action_.variant = text("variant");
    action_.place = fmt::format("{}:{}", file_, table_.source().begin.line);
  }

  base::Result<Action> read() {
    static constexpr std::array<std::string_view, 28> kKeys = {"id",         "variant",
                                                               "name",       "target",
                                                               "obligation", "realms",
                                                               "kinds",      "details",
                                                               "except",     "cuts",
                                                               "leaves",     "latency",
                                                               "twice",      "gap",
                                                               "cost",       "settles",
                                                               "who",        "command",
                                                               "breaks",     "visible",
                                                               "go-back",    "destroys-evidence",
                                                               "save-first", "abort-when",
                                                               "counter",    "attack",
                                                               "source",     "note"};
    for (const auto &[key, value] : table_) {
      if (std::find(kKeys.begin(), kKeys.end(), key.str()) == kKeys.end()) {
        return bad(fmt::format("unknown key \"{}\"", key.str()));
      }
    }
    if (action_.id.empty()) return bad("no id");
    for (const std::string_view needed : {"name", "target", "who", "command", "go-back", "source"}) {
      if (text(needed).empty()) return bad(fmt::format("no {}", needed));
    }
    action_.name = text("name");
    if (!read_word(kTargets, text("target"), action_.target)) {
      return bad(fmt::format(
          "target \"{}\" is none of preparation, principal, binding, secret, planted, grant, exposure, place",
          text("target")));
    }
    if (const std::string word = text("obligation");
        !word.empty() && !read_word(kObligations, word, action_.obligation)) {
      return bad(fmt::format("obligation \"{}\" is none of rotate, find-owner, party, planted", word));
    }
    action_.realms = texts("realms");
    const auto except = std::count_if(action_.realms.begin(), action_.realms.end(),
                                      [](const std::string &one) { return one.starts_with('!'); });
    if (except != 0 && except != std::ssize(action_.realms))
      return bad("realms are either those that it is for, or with ! those that it is not for");
    action_.kinds = texts("kinds");
    action_.details = texts("details");
    action_.except = texts("except");
    DISLODGE_TRY(read_duration("latency", action_.latency_us));
    DISLODGE_TRY(read_duration("gap", action_.gap_us));
    action_.twice = table_["twice"].value_or(false);
    if (action_.twice != (action_.gap_us > 0)) return bad("twice and gap go together");
    action_.cost = table_["cost"].value_or(1.0);
    if (!(action_.cost >= 0 && action_.cost <= 1e6)) return bad("cost must be from 0 to 1000000");
    action_.settles = table_["settles"].value_or(false);
    action_.who = text("who");
    action_.command = text("command");
    action_.destroys = texts("destroys-evidence");
    action_.save_first = text("save-first");
    if (!action_.destroys.empty() && action_.save_first.empty())
      return bad("destroys evidence, but nothing saves it first");
    action_.breaks = texts("breaks");
    action_.visible = table_["visible"].value_or(false);
    action_.go_back = text("go-back");
    action_.abort_when = text("abort-when");
    action_.counter = texts("counter");
    action_.attack = texts("attack");
    action_.source = text("source");
    DISLODGE_TRY(read_cuts());
    DISLODGE_TRY(read_leaves());
    return action_;
  }

  tl::unexpected<base::Error> bad(std::string what) const {
    return base::fail(base::ErrorKind::usage, fmt::format("{}: action \"{}\": {}", action_.place,
                                                          action_.id.empty() ? "?" : action_.id, what));
  }

 private:
  std::string text(std::string_view key) const { return text_of(table_, key); }
  std::vector<std::string> texts(std::string_view key) const { return texts_of(table_, key); }
  static std::string text_of(const toml::table &table, std::string_view key) {
    return table[key].value_or(std::string());
  }
  static std::vector<std::string> texts_of(const toml::table &table, std::string_view key) {
    std::vector<std::string> list;
    if (const toml::array *items = table[key].as_array()) {
      for (const auto &item : *items) {
        if (const auto value = item.value<std::string>()) list.push_back(*value);
      }
    }
    return list;
  }

  base::Result<void> read_duration(std::string_view key, std::int64_t &out) {
    const std::string value = text(key);
    if (value.empty()) return {};
    out = parse_duration(value);
    if (out < 0) return bad(fmt::format("{} \"{}\" is no time such as 15m, 1h or 2d", key, value));
    return {};
  }

  base::Result<void> read_cuts() {
    const toml::array *list = table_["cuts"].as_array();
    if (list == nullptr) {
      const bool cuts_nothing = action_.target == Target::preparation || action_.target == Target::place;
      if (!cuts_nothing) return bad("an action that cuts nothing is no action");
      return {};
    }
    for (const auto &item : *list) {
      const toml::table *table = item.as_table();
      if (table == nullptr) return bad("cuts must be tables");
      for (const auto &[key, value] : *table) {
        static constexpr std::array<std::string_view, 6> kCutKeys = {"fact",  "details", "except",
                                                                     "scope", "how",     "lag"};
        if (std::find(kCutKeys.begin(), kCutKeys.end(), key.str()) == kCutKeys.end()) {
          return bad(fmt::format("unknown key \"{}\" in cuts", key.str()));
        }
      }
      Cut cut;
      if (!read_fact(text_of(*table, "fact"), cut.fact)) {
        return bad(fmt::format("cuts: \"{}\" is no fact of reach", text_of(*table, "fact")));
      }
      cut.details = texts_of(*table, "details");
      cut.except = texts_of(*table, "except");
      cut.scope = action_.target == Target::principal ? Scope::principal : Scope::fact;
      if (const std::string scope = text_of(*table, "scope");
          !scope.empty() && !read_word(kScopes, scope, cut.scope)) {
        return bad(fmt::format("cuts: scope \"{}\" is none of fact, principal, into", scope));
      }
      const std::string how = text_of(*table, "how");
      cut.closes = how.empty() || how == "closes" || how == "both";
      cut.ends = how == "ends" || how == "both";
      if (!cut.closes && !cut.ends)
        return bad(fmt::format("cuts: how \"{}\" is none of closes, ends, both", how));
      const std::string lag = text_of(*table, "lag");
      if (!lag.empty() && (cut.lag_us = parse_duration(lag)) < 0) {
        return bad(fmt::format("cuts: lag \"{}\" is no time such as 15m, 1h or 2d", lag));
      }
      action_.cuts.push_back(std::move(cut));
    }
    return {};
  }

  base::Result<void> read_leaves() {
    const toml::array *list = table_["leaves"].as_array();
    if (list == nullptr) {
      if (action_.target == Target::preparation) return {};
      return bad("every action leaves something: say what");
    }
    for (const auto &item : *list) {
      const toml::table *table = item.as_table();
      if (table == nullptr) return bad("leaves must be tables");
      Leave leave;
      leave.text = text_of(*table, "text");
      leave.detail = text_of(*table, "detail");
      leave.lives = text_of(*table, "lives");
      if (leave.text.empty()) return bad("leaves: no text");
      if (!read_fact(text_of(*table, "fact"), leave.fact)) {
        return bad(fmt::format("leaves: \"{}\" is no fact of reach", text_of(*table, "fact")));
      }
      action_.leaves.push_back(std::move(leave));
    }
    return {};
  }

  const toml::table &table_;
  std::string file_;
  Action action_;
};

bool glob(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace

std::string_view name_of(Target target) {
  for (const auto &word : kTargets) {
    if (word.value == target) return word.name;
  }
  return "";
}

std::int64_t parse_duration(std::string_view text) {
  if (text == "0") return 0;
  if (text.size() < 2 || text.size() > 7) return -1;
  std::int64_t count = 0;
  for (const char digit : text.substr(0, text.size() - 1)) {
    if (digit < '0' || digit > '9') return -1;
    count = count * 10 + (digit - '0');
  }
  switch (text.back()) {
    case 'm':
      return count * base::kMinute;
    case 'h':
      return count * base::kHour;
    case 'd':
      return count * base::kDay;
    default:
      return -1;
  }
}

bool matches(const std::vector<std::string> &patterns, std::string_view text) {
  return patterns.empty() || std::any_of(patterns.begin(), patterns.end(),
                                         [&](const std::string &one) { return glob(one, text); });
}

const Action *Actions::find(std::string_view id) const {
  const auto found =
      std::find_if(actions_.begin(), actions_.end(), [&](const Action &one) { return one.id == id; });
  return found == actions_.end() ? nullptr : &*found;
}

base::Result<Actions> load_actions(std::span<const base::EmbeddedRule> files) {
  Actions actions;
  std::set<std::pair<std::string, std::string>> seen;
  for (const base::EmbeddedRule &file : files) {
    if (file.path.find("actions/") == std::string_view::npos || !file.path.ends_with(".toml")) continue;
    DISLODGE_TRY_ASSIGN(const toml::table document, base::parse_toml(file.text, file.path));
    const toml::array *entries = document["action"].as_array();
    if (entries == nullptr) continue;
    for (const auto &node : *entries) {
      const toml::table *table = node.as_table();
      if (table == nullptr) continue;
      Entry entry(*table, file.path);
      DISLODGE_TRY_ASSIGN(Action action, entry.read());
      if (!seen.emplace(action.id, action.variant).second)
        return entry.bad("given twice; tell variants apart");
      actions.actions_.push_back(std::move(action));
    }
  }
  // Of several variants the one that asks for most comes first.
  std::stable_sort(actions.actions_.begin(), actions.actions_.end(), [](const Action &a, const Action &b) {
    const auto general = [](const Action &one) {
      return std::tuple(one.realms.empty() || one.realms.front().starts_with('!'), one.details.empty(),
                        one.kinds.empty());
    };
    return general(a) < general(b);
  });
  return actions;
}

}  // namespace dislodge::evict

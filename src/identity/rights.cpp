#include "identity/rights.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/encode.hpp"
#include "base/toml.hpp"

namespace dislodge::identity {
namespace {

constexpr std::array<std::pair<std::string_view, Effect>, 6> kEffects = {{{"control", Effect::control},
                                                                          {"act-as", Effect::act_as},
                                                                          {"mint", Effect::mint},
                                                                          {"read", Effect::read},
                                                                          {"contains", Effect::contains},
                                                                          {"inert", Effect::inert}}};
constexpr std::array<std::pair<std::string_view, Opens>, 8> kOpens = {{{"as-given", Opens::as_given},
                                                                       {"tenant", Opens::tenant},
                                                                       {"mailboxes", Opens::mailboxes},
                                                                       {"sites", Opens::sites},
                                                                       {"applications", Opens::applications},
                                                                       {"users", Opens::users},
                                                                       {"groups", Opens::groups},
                                                                       {"nothing", Opens::nothing}}};

// One [[right]] table. `kinds` shares everything else among several kinds.
class Entry {
 public:
  Entry(const toml::table &table, std::string_view file) : table_(table), file_(file) {}

  base::Result<std::vector<Right>> read() {
    static constexpr std::array<std::string_view, 14> kKeys = {
        "kind", "kinds",  "effect",    "slots", "reversed", "both-ways", "from",
        "to",   "all-of", "composite", "opens", "ids",      "source",    "example"};
    for (const auto &[key, value] : table_) {
      const std::string_view name = key.str();
      if (name != "note" && std::find(kKeys.begin(), kKeys.end(), name) == kKeys.end()) {
        return bad(fmt::format("unknown key \"{}\"", name));
      }
    }
    Right right;
    std::vector<std::string> kinds = texts("kinds");
    if (const auto kind = text("kind"); !kind.empty()) kinds.push_back(kind);
    if (kinds.empty()) return bad("a right needs kind or kinds");
    name_ = kinds.front();

    const std::string effect = text("effect");
    const auto *known =
        std::find_if(kEffects.begin(), kEffects.end(), [&](const auto &e) { return e.first == effect; });
    if (known == kEffects.end()) {
      return bad(
          fmt::format("effect \"{}\" is none of control, act-as, mint, read, contains, inert", effect));
    }
    right.effect = known->second;
    if (const std::string opens = text("opens"); !opens.empty()) {
      const auto *found =
          std::find_if(kOpens.begin(), kOpens.end(), [&](const auto &o) { return o.first == opens; });
      if (found == kOpens.end()) return bad(fmt::format("opens \"{}\" is unknown", opens));
      right.opens = found->second;
    }
    right.slots = texts("slots");
    if ((right.effect == Effect::mint) != !right.slots.empty())
      return bad("mint needs slots, and only mint has them");
    right.reversed = table_["reversed"].value_or(false);
    right.both_ways = table_["both-ways"].value_or(false);
    right.from_kinds = texts("from");
    right.to_kinds = texts("to");
    right.all_of = texts("all-of");
    right.composite = text("composite");
    right.ids = texts("ids");
    for (std::string &id : right.ids) id = base::lower(id);
    if (!right.ids.empty() && kinds.size() > 1) return bad("ids belong to one kind");
    right.source = text("source");
    right.example = text("example");
    right.note = text("note");
    if (right.source.empty()) return bad("no source");
    if (right.example.empty()) return bad("no example");

    std::vector<Right> rights;
    for (std::string &kind : kinds) {
      rights.push_back(right);
      rights.back().kind = std::move(kind);
    }
    return rights;
  }

  tl::unexpected<base::Error> bad(std::string what) const {
    return base::fail(base::ErrorKind::usage,
                      fmt::format("{}:{}: right \"{}\": {}", file_, table_.source().begin.line, name_, what));
  }

 private:
  std::string text(std::string_view key) const { return table_[key].value_or(std::string()); }
  std::vector<std::string> texts(std::string_view key) const {
    std::vector<std::string> list;
    if (const toml::array *items = table_[key].as_array()) {
      for (const auto &item : *items) {
        if (const auto value = item.value<std::string>()) list.push_back(*value);
      }
    }
    return list;
  }

  const toml::table &table_;
  std::string file_;
  std::string name_ = "?";
};

}  // namespace

std::string_view name_of(Effect effect) {
  for (const auto &[name, value] : kEffects) {
    if (value == effect) return name;
  }
  return "inert";
}

std::string_view name_of(Opens opens) {
  for (const auto &[name, value] : kOpens) {
    if (value == opens) return name;
  }
  return "as-given";
}

const Right *Rights::find(std::string_view kind) const {
  auto found = by_kind_.find(kind);
  // Delegated scopes are any API's own words, so one entry stands for those that are not named.
  constexpr std::string_view kDelegated = "delegated:";
  if (found == by_kind_.end() && kind.starts_with(kDelegated)) found = by_kind_.find("delegated:*");
  return found == by_kind_.end() ? nullptr : &rights_[found->second];
}

const std::vector<std::string> &Rights::composites_of(std::string_view kind) const {
  static const std::vector<std::string> kNone;
  const auto found = composites_.find(kind);
  return found == composites_.end() ? kNone : found->second;
}

const Right *Rights::find_by_id(std::string_view id) const {
  const auto found = by_id_.find(base::lower(id));
  return found == by_id_.end() ? nullptr : &rights_[found->second];
}

std::vector<std::string> Rights::unknown(std::span<const std::string> kinds) const {
  std::vector<std::string> list;
  for (const std::string &kind : kinds) {
    if (find(kind) == nullptr) list.push_back(kind);
  }
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
  return list;
}

base::Result<Rights> load_rights(std::span<const base::EmbeddedRule> files) {
  Rights rights;
  for (const base::EmbeddedRule &file : files) {
    if (file.path.find("rights/") == std::string_view::npos || !file.path.ends_with(".toml")) continue;
    DISLODGE_TRY_ASSIGN(const toml::table document, base::parse_toml(file.text, file.path));
    const std::string family = document["family"].value_or(std::string());
    if (family.empty()) return base::fail(base::ErrorKind::usage, fmt::format("{}: no family", file.path));
    const toml::array *entries = document["right"].as_array();
    if (entries == nullptr) continue;
    for (const auto &node : *entries) {
      const toml::table *table = node.as_table();
      if (table == nullptr) continue;
      Entry entry(*table, file.path);
      DISLODGE_TRY_ASSIGN(std::vector<Right> list, entry.read());
      for (Right &right : list) {
        right.family = family;
        const std::size_t index = rights.rights_.size();
        if (!rights.by_kind_.emplace(right.kind, index).second)
          return entry.bad("\"" + right.kind + "\" is given twice");
        for (const std::string &id : right.ids) {
          if (!rights.by_id_.emplace(id, index).second) return entry.bad("id " + id + " is given twice");
        }
        rights.rights_.push_back(std::move(right));
      }
    }
  }
  for (const Right &right : rights.rights_) {
    for (const std::string &half : right.all_of) {
      const Right *found = rights.find(half);
      if (found == nullptr || found->composite.empty() || found->effect != Effect::inert) {
        return base::fail(
            base::ErrorKind::usage,
            fmt::format("rules/rights: \"{}\" needs \"{}\", which is not the inert half of a composite",
                        right.kind, half));
      }
    }
    for (const std::string &half : right.all_of) rights.composites_[half].push_back(right.kind);
    if (!right.composite.empty() && rights.find(right.composite) == nullptr) {
      return base::fail(base::ErrorKind::usage,
                        fmt::format("rules/rights: \"{}\" is half of \"{}\", which does not exist",
                                    right.kind, right.composite));
    }
  }
  return rights;
}

}  // namespace dislodge::identity

#include "drill/grade.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <optional>
#include <set>

#include "base/encode.hpp"
#include "base/json_writer.hpp"
#include "drill/json_value.hpp"
#include "drill/world.hpp"

namespace dislodge::drill {
namespace {

constexpr std::size_t kMissesShown = 12;
constexpr double kCent = 1e-6;  // of a cost

using Rows = std::vector<JsonValue>;

std::string bare(const std::string &id) {
  return id.size() > 1 && id.front() == '<' && id.back() == '>' ? id.substr(1, id.size() - 2) : id;
}

// RFC 3339 in UTC; fractions and none must compare, so as microseconds.
std::optional<base::Time> time_of(const JsonValue &value) {
  if (value.text().empty()) return std::nullopt;
  return base::parse_time(value.text());
}

// "resource:exchange/TENANT/*" of any mailbox of the tenant: who reads all reads each.
std::string all_beside(const std::string &resource) {
  return resource.substr(0, resource.rfind('/') + 1) + "*";
}

bool overlaps(const JsonValue &sighting, const JsonValue &place) {
  if (sighting["item"].text() != place["item"].text()) return false;
  // Extractors lay out text differently, so there only the item counts.
  if (place["space"].text() == "text") return sighting["space"].text() == "text";
  const double begin = sighting["offset"].number(), planted = place["offset"].number();
  return begin < planted + place["length"].number() && planted < begin + sighting["length"].number();
}

class Grader {
 public:
  Grader(const JsonValue &answers, const CaseSays &said) : answers_(answers), said_(said) {}

  base::Result<Grading> run() {
    DISLODGE_TRY_ASSIGN(sightings_, rows("secrets", said_.secrets));
    DISLODGE_TRY_ASSIGN(reach_, rows("reach", said_.reach));
    DISLODGE_TRY_ASSIGN(detections_, rows("detections", said_.detections));
    DISLODGE_TRY_ASSIGN(ledger_, rows("ledger", said_.ledger));
    DISLODGE_TRY_ASSIGN(coverage_, rows("coverage", said_.coverage));
    DISLODGE_TRY_ASSIGN(plan_, rows("plan", said_.plan));
    DISLODGE_TRY_ASSIGN(parties_, rows("parties", said_.parties));
    Grading grading;
    grading.scores.push_back(secrets());
    grading.scores.push_back(reach());
    grading.scores.push_back(uses());
    grading.scores.push_back(plan(grading));
    grading.scores.push_back(parties());
    return grading;
  }

 private:
  static base::Result<Rows> rows(std::string_view name, std::string_view text) {
    auto list = parse_json_lines(text);
    if (!list) return base::fail_at(name, list.error());
    return list;
  }

  Score secrets() {
    Score score;
    score.part = "secrets";
    std::vector<char> explained(sightings_.size(), 0);
    std::multimap<std::string_view, std::size_t> by_item;
    for (std::size_t i = 0; i < sightings_.size(); ++i) by_item.emplace(sightings_[i]["item"].text(), i);
    const auto match = [&](const JsonValue &place, std::set<std::string> *fingerprints) {
      bool any = false;
      const auto [begin, end] = by_item.equal_range(place["item"].text());
      for (auto at = begin; at != end; ++at) {
        if (!overlaps(sightings_[at->second], place)) continue;
        any = true;
        explained[at->second] = 1;
        if (fingerprints != nullptr) fingerprints->insert(sightings_[at->second]["fingerprint"].text());
      }
      return any;
    };
    for (const JsonValue &secret : answers_["secrets"].items()) {
      const std::string &name = secret["name"].text();
      ++score.expected;
      std::set<std::string> fingerprints;
      std::size_t missed = 0;
      for (const JsonValue &place : secret["places"].items()) {
        if (match(place, &fingerprints)) continue;
        ++missed;
        score.misses.push_back(name + ": not found at " + place["item"].text() + " line " +
                               std::to_string(static_cast<long>(place["line"].number())));
      }
      if (fingerprints.size() > 1) {
        ++missed;
        score.misses.push_back(name + ": one value, but " + std::to_string(fingerprints.size()) +
                               " fingerprints");
      }
      score.found += missed == 0;
      for (const std::string &one : fingerprints) {
        ids_[name].insert("secret:" + one);
        planted_.insert("secret:" + one);
      }
      for (const JsonValue &place : secret["companions"].items()) match(place, nullptr);
    }
    score.said = sightings_.size();
    for (std::size_t i = 0; i < sightings_.size(); ++i) {
      score.right += explained[i];
      if (!explained[i])
        score.misses.push_back("no secret: " + sightings_[i]["item"].text() + " line " +
                               std::to_string(static_cast<long>(sightings_[i]["line"].number())) + " (" +
                               sightings_[i]["rule"].text() + ")");
    }
    return score;
  }

  // A row's grade, and its time between the earliest that is possible and the first that is seen.
  bool agrees(const JsonValue &row, const JsonValue &truth, std::string_view grade, std::string_view since,
              std::string &why) const {
    const std::string &said = row["grade"].text();
    if (said != truth[grade].text()) {
      why = "is " + truth[grade].text() + ", said to be " + said;
      return false;
    }
    const auto at = time_of(row["since"]);
    const auto earliest = time_of(truth["possible_since"]);
    const auto latest = time_of(truth[since]);
    if (latest && at && *at > *latest) {
      why = "since " + truth[since].text() + ", said to be since " + row["since"].text();
      return false;
    }
    const bool any_time = said == "possible" && !said_.exposure_told;
    if (!any_time && earliest && (!at || *at < *earliest)) {
      why = "not before " + truth["possible_since"].text() + ", said to be since " + row["since"].text();
      return false;
    }
    return true;
  }

  Score reach() {
    Score score;
    score.part = "reach";
    std::map<std::string, const JsonValue *> rows;
    for (const JsonValue &row : reach_) rows.emplace(base::lower(row["id"].text()), &row);
    std::set<std::string> allowed;
    const auto judge = [&](const JsonValue &truth, const std::vector<std::string> &ids,
                           std::string_view grade, std::string_view since, const std::string &name) {
      ++score.expected;
      const JsonValue *row = nullptr;
      for (const std::string &id : ids) {
        allowed.insert(base::lower(id));
        const auto found = rows.find(base::lower(id));
        if (row == nullptr && found != rows.end()) row = found->second;
      }
      if (row == nullptr) {
        score.misses.push_back(name + ": in reach, and not said to be (" +
                               (ids.empty() ? std::string() : ids.front()) + ")");
        return;
      }
      std::string why;
      if (agrees(*row, truth, grade, since, why))
        ++score.found;
      else
        score.misses.push_back(name + ": " + why);
    };
    for (const JsonValue &one : answers_["principals"].items()) {
      std::vector<std::string> ids = one["also"].texts();
      ids.insert(ids.begin(), one["id"].text());
      judge(one, ids, "grade", "since", one["name"].text());
    }
    for (const JsonValue &one : answers_["secrets"].items()) {
      const auto ids = ids_.find(one["name"].text());
      const std::vector<std::string> list =
          ids == ids_.end() ? std::vector<std::string>()
                            : std::vector<std::string>(ids->second.begin(), ids->second.end());
      if (one["stolen"].text() == "not-exposed") {  // the intruder never could know it
        for (const std::string &id : list)
          if (rows.contains(base::lower(id))) score.misses.push_back(one["name"].text() + ": not in reach");
        continue;
      }
      judge(one, list, "known_grade", "known_since", one["name"].text());
    }
    for (const JsonValue &one : answers_["readings"].items()) {
      ++score.expected;
      const auto found = rows.find(base::lower(one["resource"].text()));
      std::string why = "not said to be read";
      bool right = false;
      if (found != rows.end()) {
        const JsonValue &row = *found->second;
        const auto said = time_of(row["since"]), truth = time_of(one["since"]);
        right = row["grade"].text() == one["grade"].text();
        why = "is " + one["grade"].text() + ", said to be " + row["grade"].text();
        const bool earlier = one["grade"].text() == "possible" && !said_.exposure_told;
        if (right && truth && (!said ? !earlier : earlier ? *said > *truth : *said != *truth)) {
          right = false;
          why = "since " + one["since"].text() + ", said to be since " + row["since"].text();
        }
      }
      score.found += right;
      if (!right) score.misses.push_back(one["resource"].text() + ": " + why);
    }
    for (const std::string &id : answers_["principals_optional"].texts()) allowed.insert(base::lower(id));
    // What can be read follows from the drill's own world; what is seen read and nobody could hand in is
    // listed.
    std::set<std::string> readable;
    for (const std::string &atom : World::read(answers_["world"]).held())
      if (atom.starts_with("resource:")) readable.insert(base::lower(atom));
    for (const JsonValue &one : answers_["readings"].items())
      readable.insert(base::lower(one["resource"].text()));
    for (const std::string &id : answers_["not_exported"].texts()) readable.insert(base::lower(id));
    std::set<std::string> never;
    for (const std::string &id : answers_["principals_not_reached"].texts()) never.insert(base::lower(id));
    for (const JsonValue &row : reach_) {
      const std::string id = base::lower(row["id"].text());
      const std::string &type = row["type"].text();
      ++score.said;
      const bool right = type == "secret"     ? planted_.contains(row["id"].text())
                         : type == "resource" ? readable.contains(id) || readable.contains(all_beside(id))
                                              : allowed.contains(id);
      score.right += right && !never.contains(id);
      if (!right) score.misses.push_back("not in reach: " + row["id"].text() + " " + row["name"].text());
    }
    // What the intruder is seen reading and nobody holds.
    std::set<std::string> expected, found;
    std::size_t not_exported = 0;
    for (const JsonValue &one : answers_["not_held"].items()) expected.insert(bare(one["message_id"].text()));
    for (const JsonValue &row : ledger_) {
      if (row["state"].text() == "not-held" && row["item"].text().starts_with("message:"))
        found.insert(row["item"].text().substr(8));
      not_exported += row["state"].text() == "not-exported";
    }
    compare(score, expected, found, "message read and not held: ");
    if (not_exported != answers_["not_exported"].items().size())
      score.misses.push_back(
          "read and not handed in: " + std::to_string(answers_["not_exported"].items().size()) +
          " expected, " + std::to_string(not_exported) + " said");
    return score;
  }

  template <typename Set>
  static void compare(Score &score, const Set &expected, const Set &found, const std::string &what) {
    score.expected += expected.size();
    score.said += found.size();
    for (const std::string &one : expected) {
      if (found.find(one) != found.end())
        ++score.found;
      else
        score.misses.push_back(what + "missed " + one);
    }
    for (const std::string &one : found) {
      if (expected.find(one) != expected.end())
        ++score.right;
      else
        score.misses.push_back(what + "wrongly said " + one);
    }
  }

  Score uses() {
    Score score;
    score.part = "uses";
    std::set<std::string> expected, found;
    const auto key = [](const JsonValue &one) { return one["kind"].text() + " " + one["first"].text(); };
    for (const JsonValue &one : answers_["detections"].items()) expected.insert(key(one));
    for (const JsonValue &one : answers_["uses"].items()) {
      const std::string kind =
          one["result"].text() == "success" ? "stolen-secret-used" : "stolen-secret-tried";
      expected.insert(kind + " " + one["time"].text());
    }
    // A rule may see an act from another side (a risky sign-in, the service principal of an application):
    // what is said beyond the acts listed must name what the intruder held, while they held it.
    std::map<std::string, std::string> footholds;
    for (const JsonValue &one : answers_["footholds"].items())
      footholds[one["id"].text()] = one["possible_since"].text();
    const auto theirs = [&](const JsonValue &one) {
      const auto names = one["principals"].items();
      return std::any_of(names.begin(), names.end(), [&](const JsonValue &id) {
        const auto foothold = footholds.find(id.text());
        return foothold != footholds.end() && foothold->second <= one["first"].text();
      });
    };
    for (const JsonValue &one : detections_)
      if (one["intruder"].truth() && (expected.contains(key(one)) || !theirs(one))) found.insert(key(one));
    compare(score, expected, found, "act of the intruder: ");
    for (const JsonValue &one : answers_["suspicions"].items()) {
      ++score.expected;
      const bool told = std::any_of(detections_.begin(), detections_.end(), [&](const JsonValue &row) {
        return key(row) == key(one) && !row["intruder"].truth();
      });
      score.found += told;
      if (!told) score.misses.push_back("to be told, and not to be called the intruder's: " + key(one));
    }
    // What no log can tell must be said to be so.
    for (const JsonValue &unknown : answers_["cannot_say"].items()) {
      ++score.expected;
      const auto from = time_of(unknown["from"]), until = time_of(unknown["until"]);
      const bool said = std::any_of(coverage_.begin(), coverage_.end(), [&](const JsonValue &row) {
        if (row["cannot_say"].text().empty()) return false;
        if (!unknown["principal"].text().empty() && row["principal"].text() != unknown["principal"].text())
          return false;
        const auto begin = time_of(row["from"]), end = time_of(row["until"]);
        return (!begin || !until || *begin <= *until) && (!end || !from || *end >= *from);
      });
      score.found += said;
      if (!said)
        score.misses.push_back("cannot say, and does not say so: " + unknown["why"].text() + " (" +
                               unknown["principal"].text() + ")");
    }
    return score;
  }

  Score plan(Grading &grading) {
    Score score;
    score.part = "plan";
    World world = World::read(answers_["world"]);
    world.secret_ids = ids_;
    std::vector<TakenAction> all, obliged;
    double cost = 0;
    std::vector<std::string> unowed;
    std::vector<char> used(plan_.size(), 0);
    const auto taken = [](const JsonValue &row) {
      TakenAction one;
      one.wave = static_cast<int>(row["wave"].number());
      one.what = {row["action"].text(), row["target"].text(), row["fact"].text()};
      one.secret = row["secret"].text();
      one.principal = row["principal"].text();
      one.by_hand = row["delivery"].text().empty() || row["delivery"].text() == "by hand";
      return one;
    };
    for (const JsonValue &must : answers_["plan"]["must_cut"].items()) {
      const std::string &target = must["target"].text();
      const std::vector<std::string> any_of = must["any_of"].texts();
      const auto named = ids_.find(target.starts_with("secret:") ? target.substr(7) : std::string());
      ++score.expected;
      bool met = false;
      for (std::size_t i = 0; i < plan_.size(); ++i) {
        const JsonValue &row = plan_[i];
        const bool on = named != ids_.end()
                            ? named->second.contains(row["secret"].text())
                            : row["target"].text() == target || row["principal"].text() == target;
        if (!on || std::find(any_of.begin(), any_of.end(), row["action"].text()) == any_of.end()) continue;
        met = true;
        if (must["obliged"].truth()) used[i] = 1;
      }
      score.found += met;
      if (!met) score.misses.push_back(target + ": not in the plan: " + must["why"].text());
    }
    for (std::size_t i = 0; i < plan_.size(); ++i) {
      if (plan_[i]["wave"].number() < 1) continue;
      all.push_back(taken(plan_[i]));
      // Owed is what the answers say is owed, whatever the case calls it.
      if (used[i]) {
        obliged.push_back(all.back());
        continue;
      }
      const double price = world.cost_of(all.back().what.action, plan_[i]["cost"].number());
      cost += price;
      if (plan_[i]["role"].text() == "obligation")
        unowed.push_back(all.back().what.action + " " + all.back().what.target + " " + all.back().what.fact);
    }
    const std::vector<std::string> left = world.left_after(all);
    ++score.expected;
    score.found += left.empty();
    for (const std::string &atom : left) score.misses.push_back("still theirs after the plan: " + atom);
    const double least = world.least_cost(obliged);
    ++score.said;
    if (least >= 0 && cost > least + kCent) {
      char text[96];
      std::snprintf(text, sizeof text, "cost %.3g, where %.3g suffices", cost, least);
      score.misses.emplace_back(text);
      for (const std::string &one : unowed) score.misses.push_back("called owed, and is not: " + one);
    } else {
      ++score.right;
    }
    grading.cost = cost;
    grading.least_cost = least;
    grading.left = left.size();
    return score;
  }

  Score parties() {
    Score score;
    score.part = "parties";
    std::set<std::string> expected, found;
    for (const JsonValue &one : answers_["parties"].items()) expected.insert(one["organisation"].text());
    for (const JsonValue &one : parties_)
      if (!one["secrets"].items().empty()) found.insert(one["organisation"].text());
    compare(score, expected, found, "party: ");
    // Whose each secret is.
    std::map<std::string, std::set<std::string>> owners;
    for (const JsonValue &one : sightings_)
      owners["secret:" + one["fingerprint"].text()].insert(one["owner"]["organisation"].text());
    for (const JsonValue &secret : answers_["secrets"].items()) {
      const auto ids = ids_.find(secret["name"].text());
      if (ids == ids_.end()) continue;
      for (const std::string &id : ids->second) {
        ++score.expected;
        const bool right = owners[id] == std::set<std::string>{secret["owner"].text()};
        score.found += right;
        if (!right)
          score.misses.push_back(secret["name"].text() + ": owner is '" + secret["owner"].text() +
                                 "', said to be '" + *owners[id].begin() + "'");
      }
    }
    return score;
  }

  const JsonValue &answers_;
  const CaseSays &said_;
  Rows sightings_, reach_, detections_, ledger_, coverage_, plan_, parties_;
  std::map<std::string, std::set<std::string>> ids_;  // name in the answers → secret ids of the run
  std::set<std::string> planted_;
};

base::Result<JsonValue> read_answers(std::string_view text) {
  auto answers = parse_json(text);
  if (!answers) return base::fail_at("answers.json", answers.error());
  if ((*answers)["schema"].number() != 1 || (*answers)["world"].is_null())
    return base::fail(base::ErrorKind::usage,
                      "answers.json: not the answers of a drill of this version; write the drill anew");
  return answers;
}

std::string percent(double part) {
  char text[16];
  std::snprintf(text, sizeof text, "%6.1f %%", 100.0 * part);
  return text;
}

}  // namespace

bool Grading::perfect() const {
  return std::all_of(scores.begin(), scores.end(), [](const Score &score) { return score.perfect(); });
}

base::Result<Grading> grade(std::string_view text, const CaseSays &said) {
  DISLODGE_TRY_ASSIGN(const JsonValue answers, read_answers(text));
  return Grader(answers, said).run();
}

base::Result<std::string> prices(std::string_view text) {
  DISLODGE_TRY_ASSIGN(const JsonValue answers, read_answers(text));
  std::string out = "action,cost\n";
  for (const auto &[action, cost] : World::read(answers["world"]).costs) {
    char line[96];
    std::snprintf(line, sizeof line, "%s,%.6g\n", action.c_str(), cost);
    out += line;
  }
  return out;
}

std::string grading_text(const Grading &grading) {
  std::string out = "part       precision    recall\n";
  for (const Score &score : grading.scores) {
    out += score.part + std::string(10 - std::min<std::size_t>(score.part.size(), 9), ' ') +
           percent(score.precision()) + "  " + percent(score.recall()) + "\n";
  }
  char line[160];
  std::snprintf(line, sizeof line,
                "plan: cost %.6g beyond its obligations, %.6g suffices; %zu left after it\n", grading.cost,
                grading.least_cost, grading.left);
  out += line;
  for (const Score &score : grading.scores) {
    for (std::size_t i = 0; i < score.misses.size(); ++i) {
      if (i == kMissesShown) {
        out += "  " + score.part + ": and " + std::to_string(score.misses.size() - i) + " more\n";
        break;
      }
      out += "  " + score.part + ": " + score.misses[i] + "\n";
    }
  }
  out += grading.perfect() ? "Perfect.\n" : "Not perfect.\n";
  return out;
}

std::string grading_json(const Grading &grading) {
  std::string out;
  for (const Score &score : grading.scores) {
    base::JsonWriter json;
    json.object([&] {
      json.field("schema", 1);
      json.field("part", score.part);
      json.field("precision", score.precision());
      json.field("recall", score.recall());
      json.field("perfect", score.perfect());
      if (score.part == "plan") {
        json.field("cost", grading.cost);
        json.field("least_cost", grading.least_cost);
        json.field("left", static_cast<std::uint64_t>(grading.left));
      }
      json.list_field("misses", score.misses);
    });
    out += json.take() + "\n";
  }
  return out;
}

}  // namespace dislodge::drill

#include "evict/action_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "reach/program.hpp"
#include "reach/why.hpp"

namespace dislodge::evict {

using base::Time;
using reach::Edge;
using reach::LabelId;
using reach::NodeId;
using reach::NodeType;

namespace {

void replace_all(std::string &text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
}

// Ids of facts are in lower case; AWS knows its key ids in capitals only.
std::string as_written(std::string text) {
  constexpr std::size_t kKeyId = 20;
  if (text.size() == kKeyId && (text.starts_with("akia") || text.starts_with("asia")))
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

}  // namespace

std::string_view ActionText::name(std::string_view id) const {
  for (const NodeType type : {NodeType::principal, NodeType::secret, NodeType::resource}) {
    const NodeId node = program_.find(type, id);
    if (node != reach::kNone) return program_.name(node);
  }
  return id;
}

std::vector<std::string> ActionText::leaves(const Action &rule) {
  std::vector<std::string> list;
  for (const Leave &leave : rule.leaves)
    list.push_back(leave.lives.empty() ? leave.text : fmt::format("{} ({})", leave.text, leave.lives));
  return list;
}

PlannedAction ActionText::action(const Step &step) const {
  const Candidate &candidate = s_.candidates()[step.candidate];
  const Action &rule = *candidate.action;
  PlannedAction one;
  one.wave = step.wave;
  one.placed = step.placed;
  one.name = rule.name;
  one.action = rule.id;
  one.role = step.role;
  one.target = candidate.target;
  one.target_name = name(candidate.target);
  one.principal = candidate.principal;
  one.secret = candidate.secret;
  one.fact = candidate.fact;
  if (rule.target == Target::grant && !candidate.effects.empty()) {
    const Edge &edge = program_.edges[candidate.effects.front().edge];
    one.target_name = fmt::format("{}: {} on {}", name(candidate.principal), program_.text(edge.detail),
                                  program_.name(edge.conclusion));
  } else if (rule.target == Target::planted) {
    for (const Effect &effect : candidate.effects) {
      const Edge &edge = program_.edges[effect.edge];
      if (edge.fact != reach::FactKind::planted || program_.text(edge.subject) != candidate.fact) continue;
      if (!matches(rule.details, program_.text(edge.detail))) continue;
      one.target_name = fmt::format("{}: {}{}{}", name(candidate.principal), program_.text(edge.detail),
                                    candidate.fact.empty() ? "" : " ", candidate.fact);
      break;
    }
  } else if (rule.target == Target::binding) {
    one.target_name = fmt::format("{} at {}", name(candidate.secret), name(candidate.principal));
  }
  one.delivery = delivery(step, candidate);
  one.starts = step.issued;
  one.effective_by = step.complete;
  one.why = why(step, candidate);
  for (const Effect &effect : candidate.effects) {
    const std::string what = reach::clause(program_, effect.edge);
    const std::string text = fmt::format("{}{}", effect.closes ? "" : "what is left of: ", what);
    if (std::find(one.cuts.begin(), one.cuts.end(), text) == one.cuts.end()) one.cuts.push_back(text);
  }
  one.does_not_cut = leaves(rule);
  one.destroys_evidence = rule.destroys;
  one.save_first = rule.save_first;
  one.breaks = rule.breaks;
  const auto users = s_.options().users_of.find(candidate.principal);
  if (users != s_.options().users_of.end())
    one.breaks.insert(one.breaks.end(), users->second.begin(), users->second.end());
  one.visible_to_intruder = rule.visible;
  one.go_back = fill_in(rule.go_back, candidate);
  one.abort_when = rule.abort_when;
  one.command = fill_in(rule.command, candidate);
  one.who = rule.who;
  const std::string_view party = party_of(candidate);
  if (!party.empty()) one.who = fmt::format("the party: {}", party);
  one.cost = candidate.cost;
  return one;
}

std::string ActionText::fill_in(std::string text, const Candidate &one) const {
  const std::string_view principal = one.principal;
  const std::string_view native =
      principal.substr(principal.rfind('/') == std::string_view::npos ? 0 : principal.rfind('/') + 1);
  // Where nothing gives it a name its id ends with one.
  const std::string_view called = name(principal);
  replace_all(text, "{principal-name}", called == principal ? native : called);
  replace_all(text, "{principal}", native);
  replace_all(text, "{secret}", one.secret);
  replace_all(text, "{resource}", name(one.resource));
  if (text.find("{opens}") != std::string::npos) replace_all(text, "{opens}", opens(principal));
  replace_all(text, "{fact}",
              one.fact.empty() ? std::string(evidence_of(one)) : as_written(std::string(one.fact)));
  return text;
}

std::string ActionText::opens(std::string_view principal) const {
  const NodeId holder = program_.find(NodeType::principal, principal);
  std::set<std::string_view> names, resources;
  for (const reach::EdgeId id : s_.relevant().edges) {
    const Edge &edge = program_.edges[id];
    if (edge.fact != reach::FactKind::grant) continue;
    const auto premises = program_.premises(edge);
    if (std::find(premises.begin(), premises.end(), holder) == premises.end()) continue;
    const bool resource = program_.nodes[edge.conclusion].type == NodeType::resource;
    (resource ? resources : names).insert(program_.name(edge.conclusion));
  }
  // A repository before whoever trusts its workflows.
  if (!resources.empty()) names = std::move(resources);
  return names.empty() ? "<what it opens>" : fmt::format("{}", fmt::join(names, ", "));
}

std::string_view ActionText::evidence_of(const Candidate &one) const {
  if (!one.secret.empty()) {
    const NodeId secret = program_.find(NodeType::secret, one.secret);
    for (const LabelId label : s_.without_plan().of_node(secret)) {
      const std::string_view place =
          program_.text(program_.edges[s_.without_plan().labels[label].edge].evidence);
      if (!place.empty()) return place;
    }
  }
  for (const Effect &effect : one.effects) {
    const std::string_view place = program_.text(program_.edges[effect.edge].evidence);
    if (!place.empty()) return place;
  }
  return {};
}

std::string_view ActionText::party_of(const Candidate &one) const {
  if (!one.principal.empty()) return s_.party_of(one.principal);
  if (one.secret.empty()) return {};
  const auto owner = s_.options().owners.find(one.secret);
  return owner == s_.options().owners.end() || owner->second.ours ? std::string_view()
                                                                  : owner->second.organisation;
}

std::string ActionText::delivery(const Step &step, const Candidate &candidate) const {
  const auto list = s_.replacements(candidate);
  if (list.empty()) return {};
  if (step.by_hand) return "by hand";
  std::set<std::string_view> channels;
  for (const Replacement *one : list) {
    for (const NodeId channel : one->channels) channels.insert(program_.name(channel));
  }
  if (channels.empty()) return "by hand";
  std::string text;
  for (const std::string_view channel : channels)
    text += fmt::format("{}{}", text.empty() ? "" : ", ", channel);
  return text;
}

std::string ActionText::why(const Step &step, const Candidate &candidate) const {
  if (!candidate.secret.empty()) {
    const NodeId secret = program_.find(NodeType::secret, candidate.secret);
    const Time since = s_.without_plan().since(secret);
    const std::string when =
        since == base::kTimeMin ? "at any time" : fmt::format("since {}", base::format_time(since));
    return fmt::format("the intruder can know it {}: {}", when, evidence_of(candidate));
  }
  switch (step.role) {
    case Role::obligation:
      return fmt::format("the intruder set it or has it: {}", evidence_of(candidate));
    case Role::settle:
      return "what they opened there goes on until it is revoked";
    default:
      break;
  }
  return way_in(candidate);
}

std::string ActionText::way_in(const Candidate &candidate) const {
  for (const Effect &effect : candidate.effects) {
    for (const NodeId premise : program_.premises(program_.edges[effect.edge])) {
      if (!s_.without_plan().holds(premise)) continue;
      const auto steps = reach::proof(program_, s_.without_plan(), s_.without_plan().of_node(premise).back());
      for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
        if (!step->evidence.empty()) return fmt::format("{} ({})", step->says, step->evidence);
      }
    }
  }
  return candidate.effects.empty() ? std::string() : reach::clause(program_, candidate.effects.front().edge);
}

}  // namespace dislodge::evict

#include "secret/anchor.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <span>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "secret/gate.hpp"
#include "secret/gram_filter.hpp"

namespace dislodge::secret {
namespace {

constexpr std::size_t kSequencesMax = 48;    // of one finite piece of a pattern
constexpr std::size_t kExactMax = 4096;      // sequences of a pattern that is nothing but them
constexpr std::size_t kExactBytes = 128;     // of one that is a word: some scripts take three a letter
constexpr std::size_t kGramsMax = 2048;      // grams that one anchor may stand for
constexpr double kGramCost = 2e-7;           // of one more gram in the filter, as a frequency
constexpr double kFrequencyMax = 1.0 / 100;  // above, a rule is better looked for everywhere
constexpr double kPairCost = 1.0 / 200;      // of looking for two characters everywhere
constexpr double kPairFrequencyMax = 1.0 / 2000;
constexpr double kConfirmCost = 20;  // asking a rule, against looking at an anchor

// What the frequencies are estimated from: the look of ordinary text, with the words that rules are about.
constexpr std::string_view kSample =
    "static int read_user_input(struct device *dev, const char *name, size_t length) { if (!name) return "
    "-EINVAL; for (i = 0; i < length; i++) { value = get_unaligned_le32(&data[i]); if (value & mask) "
    "continue; } mutex_lock(&dev->lock); error = register_handler(dev, name, 0x1f2e, flags | IRQF_SHARED); "
    "pr_debug(\"%s: cannot allocate memory for the transfer buffer\\n\", __func__); goto out_free; } "
    "#include <linux/module.h> #define MAX_COUNT 1024 typedef unsigned long uint64_t; switch (state) { case "
    "STATE_READY: return true; default: break; } public static void main(String[] args) throws Exception { "
    "List<String> items = new ArrayList<>(); System.out.println(\"done\"); } def test_create(self, client): "
    "response = client.post('/api/v1/items', data={'name': 'example', 'id': 12}) assert response.status_code "
    "== 200 import os, sys from django.conf import settings class UserController < ApplicationController "
    "before_action :authenticate function handleChange(event) { this.setState({ value: event.target.value "
    "}); "
    "} const result = await fetch(url, { method: 'GET', headers: { Accept: 'application/json' } }); "
    "username: admin password: token: secret: key: api_key= access_token client_id account email host port "
    "database server config path patch here there where account private public license login session cookie "
    "key_id = keys[i]; key->data struct key *key, user_id users user->name user space pass passed password "
    "passwd token tokens token_type secret secrets secret_key auth_token author authors customer custom "
    "credential authorization bearer auth app access api application pattern dispatch compat update format "
    "https://www.example.com/index.html http://localhost:8080/ 192.168.1.10 2024-03-18 10:42:07 +0200 "
    "Dear all, please find attached the minutes of our meeting on Tuesday. Thank you for your help with the "
    "migration; we have now moved most of the services and would like to schedule a call with the team next "
    "week to discuss what remains. Could you also check whether the invoice for the third quarter has been "
    "approved? If there is anything else that you need from our side, just let me know. Kind regards, Martin "
    "From: Received: by mail.example.org with ESMTP id; Subject: Re: Content-Type: text/plain; charset=utf-8 "
    "Message-ID: Date: Mon, 12 Jan 2026 09:15:33 MIME-Version: 1.0 the of and to in is that for it with as "
    "was on be by this are from or have an they which one you were all her she there would their we him been "
    "has when who will no more if out so up said what its about than into them can only other time new some "
    "could these two may first then do any like my now over such our man me even most made after also did "
    "many off before must well back through years where much your way down should because long each just "
    "state those people too mr how little good world make very year still see work life men being day get "
    "here without why asked went between never under last while might us great old off come since against "
    "------------------------ ======================== ************************ ________ ######## ........ "
    "\n\t\t\treturn 0;\n\t}\n\n        if self.value is None:\n            raise ValueError(name)\n\n    }\n "
    " "
    "<div class=\"row\"><a href=\"/about\">About us</a></div> </table> <td>&nbsp;</td> {\"id\": 42, "
    "\"type\": \"text\", \"enabled\": true, \"items\": []} key = value [section] enabled=1 timeout: 30s ";

// The commonest words, which stand for the long tail of text.
constexpr std::string_view kWords =
#include "secret/common_words.inc"
    ;

constexpr std::size_t kFolded = 256;
constexpr double kSampleWeight = 4;  // of a byte of the sample, against one of the words
constexpr double kPairShare = 0.3;   // of a gram's estimate that comes from its pairs alone

// How often grams stand in the sample and the words, with case folded, and how often one byte follows
// another.
class Model {
 public:
  Model() {
    constexpr double kUnseen = 0.05;
    std::array<std::array<double, kFolded>, kFolded> pairs{};
    const auto count = [&](std::string_view text, double weight) {
      std::uint32_t gram = 0;
      for (std::size_t i = 0; i < text.size(); ++i) {
        const unsigned char c = fold_byte(static_cast<unsigned char>(text[i]));
        alone_[c] += weight;
        if (i > 0) pairs[gram >> 24][c] += weight;
        gram = gram >> 8 | static_cast<std::uint32_t>(c) << 24;
        if (i + 1 >= kGramBytes) grams_[gram] += weight;
        total_ += weight;
      }
    };
    count(kSample, kSampleWeight);
    count(kWords, 1);
    double sum = 0;
    for (double &value : alone_) sum += value += kUnseen;
    for (double &value : alone_) value /= sum;
    for (std::size_t a = 0; a < kFolded; ++a) {
      double seen = 0;
      for (const double value : pairs[a]) seen += value;
      for (std::size_t b = 0; b < kFolded; ++b) after_[a][b] = (pairs[a][b] + 8 * alone_[b]) / (seen + 8);
    }
  }

  double of_gram(unsigned char a, unsigned char b, unsigned char c, unsigned char d) const {
    const double pairs = alone_[a] * after_[a][b] * after_[b][c] * after_[c][d];
    const auto found = grams_.find(a | b << 8 | c << 16 | static_cast<std::uint32_t>(d) << 24);
    const double seen = found == grams_.end() ? 0 : found->second / total_;
    return (1 - kPairShare) * seen + kPairShare * pairs;
  }

  double of_pair(unsigned char a, unsigned char b) const { return alone_[a] * after_[a][b]; }

  // How often the sets stand in a row, by pairs.
  double of_row(const std::vector<std::vector<unsigned char>> &sets) const {
    std::array<double, kFolded> now{};
    for (const unsigned char c : sets.front()) now[c] = alone_[c];
    for (std::size_t i = 1; i < sets.size(); ++i) {
      std::array<double, kFolded> next{};
      for (const unsigned char b : sets[i]) {
        double sum = 0;
        for (const unsigned char a : sets[i - 1]) sum += now[a] * after_[a][b];
        next[b] = sum;
      }
      now = next;
    }
    double sum = 0;
    for (const unsigned char c : sets.back()) sum += now[c];
    return sum;
  }

 private:
  std::array<double, kFolded> alone_{};
  std::array<std::array<double, kFolded>, kFolded> after_{};
  std::unordered_map<std::uint32_t, double> grams_;
  double total_ = 0;
};

const Model &model() {
  static const Model kModel;
  return kModel;
}

std::vector<unsigned char> folded_values(const ByteSet &set) {
  std::array<bool, kFolded> in{};
  for (unsigned c = 0; c < 256; ++c)
    if (set.has(static_cast<unsigned char>(c))) in[fold_byte(static_cast<unsigned char>(c))] = true;
  std::vector<unsigned char> out;
  for (unsigned c = 0; c < kFolded; ++c)
    if (in[c]) out.push_back(static_cast<unsigned char>(c));
  return out;
}

struct Sequence {
  std::vector<ByteSet> bytes;
  bool at_begin = false;
};
using Sequences = std::vector<Sequence>;

// Whether the node is a short list of sequences, which are then given. An assertion is taken to hold; `exact`
// tells that one was met. `longest`: bytes of one.
bool expand(const PatternNode &node, std::size_t limit, std::size_t longest, Sequences &out, bool &exact) {
  using Kind = PatternNode::Kind;
  out.clear();
  switch (node.kind) {
    case Kind::set:
      out.push_back({{node.set}, false});
      return true;
    case Kind::begin:
      out.push_back({{}, true});
      return true;
    case Kind::assertion:
      exact = false;
      out.push_back({});
      return true;
    case Kind::either: {
      Sequences one;
      for (const PatternNode &child : node.children) {
        if (!expand(child, limit, longest, one, exact) || out.size() + one.size() > limit) return false;
        out.insert(out.end(), one.begin(), one.end());
      }
      return true;
    }
    case Kind::concat:
    case Kind::repeat: {
      std::vector<const PatternNode *> parts;
      std::size_t optional = 0;  // the last of them may be missing, from the end on
      if (node.kind == Kind::concat) {
        for (const PatternNode &child : node.children) parts.push_back(&child);
      } else {
        if (node.most > longest) return false;
        for (std::size_t i = 0; i < node.most; ++i) parts.push_back(&node.children.front());
        optional = node.most - node.least;
      }
      Sequences now(1);
      Sequences all;
      Sequences one;
      for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i + optional >= parts.size()) all.insert(all.end(), now.begin(), now.end());
        if (!expand(*parts[i], limit, longest, one, exact) || now.size() * one.size() + all.size() > limit)
          return false;
        Sequences next;
        for (const Sequence &left : now) {
          for (const Sequence &right : one) {
            if (right.at_begin && !left.bytes.empty()) continue;  // cannot match
            Sequence both = left;
            both.at_begin = left.at_begin || right.at_begin;
            both.bytes.insert(both.bytes.end(), right.bytes.begin(), right.bytes.end());
            if (both.bytes.size() > longest) return false;
            next.push_back(std::move(both));
          }
        }
        now.swap(next);
      }
      all.insert(all.end(), now.begin(), now.end());
      out.swap(all);
      return true;
    }
  }
  return false;
}

// What of a match may stand on one side of a piece of its pattern.
struct Side {
  std::size_t width = 0;  // bytes at most
  std::shared_ptr<const PatternRest> rest;
};

struct Placed {
  Anchor anchor;
  Side before;
  Side behind;
};

struct Choice {
  std::vector<Placed> list;
  double frequency = 0;
  double cost = 0;
};

class Chooser {
 public:
  explicit Chooser(std::size_t width_max) : width_max_(width_max) {}

  // The best anchors of a node that has `before` and `behind` bytes of the match around it at most.
  std::optional<Choice> best(const PatternNode &node, const Side &before, const Side &behind) const {
    using Kind = PatternNode::Kind;
    Sequences whole;
    bool exact = true;
    if (expand(node, kSequencesMax, kAnchorMax, whole, exact)) return of_sequences(whole, before, behind);
    switch (node.kind) {
      case Kind::either: {
        Choice sum;
        for (const PatternNode &child : node.children) {
          auto one = best(child, before, behind);
          if (!one) return std::nullopt;
          sum.list.insert(sum.list.end(), one->list.begin(), one->list.end());
          sum.frequency += one->frequency;
          sum.cost += one->cost;
        }
        return sum;
      }
      case Kind::repeat:
        if (node.least == 0) return std::nullopt;
        if (node.children.front().kind == Kind::set) return best_of_row({&node, 1}, before, behind);
        // Other copies may stand on either side.
        return best(node.children.front(), beyond(before, node, true), beyond(behind, node, true));
      case Kind::concat:
        return best_of_row(node.children, before, behind);
      default:
        return std::nullopt;
    }
  }

  // The best gram of one sequence, which is an anchor whole.
  std::optional<Choice> of_sequence(const Sequence &sequence, const Side &before, const Side &behind) const {
    const std::size_t size = sequence.bytes.size();
    if (size < 2) return std::nullopt;
    std::vector<std::vector<unsigned char>> sets;
    for (const ByteSet &set : sequence.bytes) sets.push_back(folded_values(set));
    std::optional<Choice> found;
    static const std::vector<unsigned char> kAny = folded_values(ByteSet::all());
    double rarest = 1;
    const std::size_t windows = size <= kGramBytes ? 1 : size - kGramBytes + 1;
    for (std::size_t at = 0; at < windows; ++at) {
      // Any byte may stand behind a sequence that is shorter than a gram.
      const auto set_at = [&](std::size_t i) -> const std::vector<unsigned char> & {
        return at + i < size ? sets[at + i] : kAny;
      };
      std::size_t grams = 1;
      for (std::size_t i = 0; i < kGramBytes; ++i) grams *= set_at(i).size();
      if (grams > kGramsMax) continue;
      double frequency = 0;
      for (const unsigned char a : set_at(0))
        for (const unsigned char b : set_at(1))
          for (const unsigned char c : set_at(2))
            for (const unsigned char d : set_at(3)) frequency += model().of_gram(a, b, c, d);
      rarest = std::min(rarest, frequency);
      const double cost = frequency + kGramCost * static_cast<double>(grams);
      if (found && found->cost <= cost) continue;
      Choice choice;
      choice.list.push_back(placed(sequence, at, before, behind));
      choice.cost = cost;
      found = std::move(choice);
    }
    for (std::size_t at = 0; !found && at + 1 < size; ++at) {
      if (sets[at].size() != 1 || sets[at + 1].size() != 1) continue;
      rarest = model().of_pair(sets[at].front(), sets[at + 1].front());
      if (rarest > kPairFrequencyMax) continue;
      Choice choice;
      choice.list.push_back(placed(sequence, at, before, behind));
      choice.list.back().anchor.pair = true;
      choice.cost = rarest + kPairCost;
      found = std::move(choice);
    }
    if (!found) return found;
    found->frequency = std::min(rarest, model().of_row(sets));
    found->cost += kConfirmCost * found->frequency;
    return found;
  }

 private:
  std::size_t width(const PatternNode &node) const { return widest(node, width_max_); }
  // A side with a piece between it and what it stands beside; of `copies` see PatternRest.
  Side beyond(const Side &side, const PatternNode &node, bool copies = false) const {
    return {std::min(width_max_, side.width + width(node)),
            std::make_shared<const PatternRest>(PatternRest{&node, copies, side.rest})};
  }

  // What stands in a row: the sequences grow as long as the pieces are finite, and are weighed where they
  // end.
  std::optional<Choice> best_of_row(std::span<const PatternNode> row, const Side &before,
                                    const Side &behind) const {
    std::optional<Choice> best_choice;
    const auto consider = [&](std::optional<Choice> choice) {
      if (choice && (!best_choice || choice->cost < best_choice->cost)) best_choice = std::move(choice);
    };
    // What stands before each child, and behind it.
    std::vector<Side> befores = {before};
    for (const PatternNode &child : row) befores.push_back(beyond(befores.back(), child));
    std::vector<Side> behinds(row.size() + 1, behind);
    for (std::size_t i = row.size(); i-- > 0;) behinds[i] = beyond(behinds[i + 1], row[i]);
    Sequences now(1);
    std::size_t from = 0;  // the child that `now` begins with
    bool kept = false;     // only its last copies: others may stand before `now`
    // Of the child before `at` further copies may stand behind the sequences, where it is a run.
    const auto weigh = [&](std::size_t at, bool run) {
      consider(of_sequences(now, kept ? beyond(befores[from], row[from], true) : befores[from],
                            run ? beyond(behinds[at], row[at - 1], true) : behinds[at]));
    };
    const auto restart = [&](std::size_t at) {
      now.assign(1, Sequence());
      from = at;
      kept = false;
    };
    const auto append = [&](const Sequences &pieces) {
      Sequences next;
      for (const Sequence &left : now) {
        for (const Sequence &right : pieces) {
          if (right.at_begin && !left.bytes.empty()) continue;
          Sequence both = left;
          both.at_begin = left.at_begin || right.at_begin;
          both.bytes.insert(both.bytes.end(), right.bytes.begin(), right.bytes.end());
          next.push_back(std::move(both));
        }
      }
      now.swap(next);
    };
    const auto longest = [](const Sequences &list) {
      std::size_t most = 0;
      for (const Sequence &one : list) most = std::max(most, one.bytes.size());
      return most;
    };
    for (std::size_t i = 0; i < row.size(); ++i) {
      const PatternNode &child = row[i];
      Sequences pieces;
      bool exact = true;
      const bool run = child.kind == PatternNode::Kind::repeat && child.least > 0 &&
                       child.children.front().kind == PatternNode::Kind::set;
      const bool finite = expand(child, kSequencesMax, kAnchorMax, pieces, exact) && !pieces.empty();
      // A run whose lengths would be too many sequences is as good as one without end.
      if (finite && !(run && now.size() > 1 && now.size() * pieces.size() > kSequencesMax)) {
        if (now.size() * pieces.size() > kSequencesMax || longest(now) + longest(pieces) > kAnchorMax) {
          weigh(i, false);
          restart(i);
        }
        append(pieces);
        continue;
      }
      if (run) {
        // Its least copies stand behind what is there, and before what follows.
        const std::size_t copies = std::min(child.least, kAnchorMax);
        const std::size_t room = kAnchorMax - std::min(kAnchorMax, longest(now));
        Sequence piece;
        piece.bytes.assign(std::min(copies, room), child.children.front().set);
        if (!piece.bytes.empty()) append({piece});
        weigh(i + 1, true);
        now.assign(1, Sequence());
        now[0].bytes.assign(std::min<std::size_t>(copies, kAnchorMax / 2), child.children.front().set);
        from = i;
        kept = true;
        continue;
      }
      weigh(i, false);
      consider(best(child, befores[i], behinds[i + 1]));
      restart(i + 1);
    }
    weigh(row.size(), false);
    return best_choice;
  }

  std::optional<Choice> of_sequences(const Sequences &sequences, const Side &before,
                                     const Side &behind) const {
    Choice choice;
    for (const Sequence &sequence : sequences) {
      auto one = of_sequence(sequence, before, behind);
      if (!one) return std::nullopt;
      choice.list.push_back(std::move(one->list.front()));
      choice.frequency += one->frequency;
      choice.cost += one->cost;
    }
    return choice;
  }

  static Placed placed(const Sequence &sequence, std::size_t gram, const Side &before, const Side &behind) {
    Placed one{{}, before, behind};
    one.anchor.bytes = sequence.bytes;
    one.anchor.gram = gram;
    one.anchor.back = before.width;
    one.anchor.ahead = behind.width;
    one.anchor.at_begin = sequence.at_begin;
    return one;
  }

  std::size_t width_max_;
};

constexpr std::size_t kRunSetMax = 72;  // letters, digits and what tokens hold besides
constexpr std::size_t kRunMin = 12;     // shorter runs stand everywhere

bool better(const ValueRun &a, const ValueRun &b) {
  return a.least != b.least ? a.least > b.least : a.set.count() < b.set.count();
}

ValueRun longest_run(const PatternNode &node) {
  using Kind = PatternNode::Kind;
  ValueRun best;
  switch (node.kind) {
    case Kind::set:
      if (node.set.count() <= kRunSetMax) best = {node.set, 1};
      return best;
    case Kind::repeat: {
      if (node.least == 0) return best;
      best = longest_run(node.children.front());
      if (node.children.front().kind == Kind::set) best.least *= node.least;
      return best;
    }
    case Kind::either:
      for (std::size_t i = 0; i < node.children.size(); ++i) {
        const ValueRun one = longest_run(node.children[i]);
        if (one.least == 0) return {};
        best.least = i == 0 ? one.least : std::min(best.least, one.least);
        best.set.add(one.set);
      }
      if (best.set.count() > kRunSetMax) return {};
      return best;
    case Kind::concat: {
      // Neighbours that are sets join, as long as the set they make together stays one of values.
      ValueRun joined;
      for (const PatternNode &child : node.children) {
        const ValueRun one = longest_run(child);
        if (one.least != 0 && better(one, best)) best = one;
        const bool plain = child.kind == Kind::set ||
                           (child.kind == Kind::repeat && child.children.front().kind == Kind::set);
        const PatternNode &inner = child.kind == Kind::repeat ? child.children.front() : child;
        if (child.kind == Kind::assertion || child.kind == Kind::begin) continue;
        if (!plain) {
          joined = {};
          continue;
        }
        ByteSet both = joined.set;
        both.add(inner.set);
        const std::size_t least = child.kind == Kind::repeat ? child.least : 1;
        if (both.count() > kRunSetMax) {
          joined = {};
          if (inner.set.count() > kRunSetMax) continue;
          both = inner.set;
        }
        joined = {both, joined.least + least};
        if (joined.least != 0 && better(joined, best)) best = joined;
      }
      return best;
    }
    default:
      return best;
  }
}

}  // namespace

bool ValueRun::within(std::string_view text) const {
  // Looking from the end of where a run would lie, the last other byte says how far to jump.
  for (std::size_t from = 0; from + least <= text.size();) {
    std::size_t at = from + least;
    while (at > from && set.has(static_cast<unsigned char>(text[at - 1]))) --at;
    if (at == from) return true;
    from = at;
  }
  return false;
}

std::optional<Anchors> choose_anchors(const PatternNode &tree, std::size_t width_max) {
  Anchors out;
  Sequences whole;
  bool exact = true;
  const auto searched_whole = [](const Sequence &one) {
    return one.bytes.size() <= kAnchorMax || std::all_of(one.bytes.begin(), one.bytes.end(),
                                                         [](const ByteSet &set) { return set.count() <= 2; });
  };
  if (expand(tree, kExactMax, kExactBytes, whole, exact) && exact && !whole.empty() &&
      std::all_of(whole.begin(), whole.end(), searched_whole)) {
    // Only where each of them can be looked for.
    Chooser chooser(width_max);
    bool all = true;
    for (const Sequence &sequence : whole) {
      auto choice = chooser.of_sequence(sequence, {}, {});
      all = all && choice && choice->list.size() == 1;
      if (!all) break;
      choice->list.front().anchor.at_begin = sequence.at_begin;
      out.list.push_back(std::move(choice->list.front().anchor));
      out.frequency += choice->frequency;
    }
    if (all) {
      out.exact = true;
      return out;
    }
    out = {};
  }
  auto choice = Chooser(width_max).best(tree, {}, {});
  const ValueRun longest = longest_run(tree);
  const auto a_letter = [](unsigned c) { return c < kRunLetters.size() && kRunLetters[c] != 0; };
  bool letters = longest.least >= kLongRun;
  for (unsigned c = 0; c < 256; ++c)
    letters = letters && (a_letter(c) || !longest.set.has(static_cast<unsigned char>(c)));
  const bool common = !choice || choice->frequency > kFrequencyMax ||
                      std::any_of(choice->list.begin(), choice->list.end(),
                                  [](const Placed &one) { return one.anchor.pair; });
  if (letters && common) {
    out.run = longest;
    return out;
  }
  if (!choice || choice->frequency > kFrequencyMax) return std::nullopt;
  std::map<std::pair<const PatternRest *, bool>, std::string> programs;  // most have one side in common
  const auto program_of = [&](const PatternRest *rest, bool backwards) {
    const auto [place, fresh] = programs.try_emplace({rest, backwards});
    if (fresh) place->second = gate_program(rest, backwards);
    return place->second;
  };
  for (Placed &one : choice->list) {
    one.anchor.head = program_of(one.before.rest.get(), true);
    one.anchor.tail = program_of(one.behind.rest.get(), false);
    out.list.push_back(std::move(one.anchor));
  }
  out.frequency = choice->frequency;
  if (longest.least >= kRunMin) out.run = longest;
  return out;
}

}  // namespace dislodge::secret

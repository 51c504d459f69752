#include "reach/layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <span>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "base/json_writer.hpp"
#include "identity/closed.hpp"
#include "reach/program.hpp"
#include "reach/why.hpp"

namespace dislodge::reach {
namespace {

constexpr int kSweeps = 4;  // of ordering rows by their neighbours

class Painter {
 public:
  Painter(const Reach &reach, const PictureOptions &options) : reach_(reach), options_(options) {}

  base::Result<Picture> paint(std::string_view id) {
    std::vector<LabelId> wanted;
    if (!id.empty()) {
      const LabelId label = label_of(id);
      if (label == kNone) {
        return base::fail(base::ErrorKind::usage,
                          fmt::format("\"{}\" is not within reach; `dislodge reach CASE` lists what is", id));
      }
      wanted.push_back(label);
    } else {
      for (const LabelId label : most_important()) wanted.push_back(label);
    }
    for (const LabelId label : wanted) {
      if (labels_.size() >= options_.things_max) break;
      ancestors(label);
    }
    asked_ = labels_;
    follow(wanted);
    lay_out();
    return std::move(picture_);
  }

 private:
  const Solution &solution() const { return reach_.possible; }

  LabelId label_of(std::string_view id) const {
    for (const NodeType type : {NodeType::principal, NodeType::resource, NodeType::secret}) {
      const LabelId label = first_label(reach_.program, solution(), type, id);
      if (label != kNone) return label;
    }
    return kNone;
  }

  // The labels whose proofs are drawn where nobody asked for one: those on which most others stand.
  std::vector<LabelId> most_important() const {
    std::vector<std::uint32_t> uses(solution().labels.size(), 0);
    for (const LabelId premise : solution().premise_pool) ++uses[premise];
    std::vector<LabelId> list;
    for (LabelId label = 0; label < uses.size(); ++label) {
      if (uses[label] > 0) list.push_back(label);
    }
    const std::size_t kept = std::min<std::size_t>(list.size(), 12);
    std::partial_sort(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(kept), list.end(),
                      [&](LabelId a, LabelId b) { return std::tie(uses[b], a) < std::tie(uses[a], b); });
    list.resize(kept);
    return list;
  }

  // The proof of a thing, what is nearest to it first: of a longer one than there is room for, the beginnings
  // are left out.
  void ancestors(LabelId label) {
    std::vector<LabelId> queue{label};
    std::unordered_set<LabelId> queued{label};
    for (std::size_t at = 0; at < queue.size(); ++at) {
      const LabelId one = queue[at];
      if (labels_.contains(one)) continue;
      if (room_left() == 0) {
        leave_out(one);
        continue;
      }
      labels_.insert(one);
      for (const LabelId premise : solution().premises(one))
        if (queued.insert(premise).second) queue.push_back(premise);
    }
  }

  // What stands on a label, in the order of discovery.
  std::span<const LabelId> followers(LabelId of) {
    if (follower_begin_.empty()) {
      const std::size_t labels = solution().labels.size();
      follower_begin_.assign(labels + 1, 0);
      for (LabelId label = 0; label < labels; ++label)
        for (const LabelId premise : solution().premises(label)) ++follower_begin_[premise + 1];
      for (std::size_t i = 0; i < labels; ++i) follower_begin_[i + 1] += follower_begin_[i];
      follower_pool_.resize(follower_begin_.back());
      std::vector<std::uint32_t> next(follower_begin_.begin(), follower_begin_.end() - 1);
      for (LabelId label = 0; label < labels; ++label)
        for (const LabelId premise : solution().premises(label)) follower_pool_[next[premise]++] = label;
    }
    return std::span(follower_pool_)
        .subspan(follower_begin_[of], follower_begin_[of + 1] - follower_begin_[of]);
  }

  // What stands on these labels, a few steps far, as long as there is room: first what leads on, then what
  // ends there. Of a mailbox with a thousand passwords those that open something tell how things hang
  // together.
  void follow(std::vector<LabelId> level) {
    std::vector<LabelId> ending, behind;  // behind: what hangs on things that are not drawn
    std::unordered_set<LabelId> seen;
    for (unsigned step = 0; step < options_.steps_behind; ++step) {
      std::vector<LabelId> leading;
      for (const LabelId one : level) {
        for (const LabelId next : followers(one)) {
          if (labels_.contains(next) || !seen.insert(next).second) continue;
          (followers(next).empty() ? ending : leading).push_back(next);
        }
      }
      std::vector<LabelId> further;
      for (const LabelId one : behind)
        for (const LabelId next : followers(one))
          if (!labels_.contains(next) && seen.insert(next).second) further.push_back(next);
      // What leads on is worth nothing without what it leads to.
      const std::size_t room = room_left(), share = step + 1 < options_.steps_behind ? room - room / 3 : room;
      const std::size_t drawn = std::min(leading.size(), share);
      further.insert(further.end(), leading.begin() + static_cast<std::ptrdiff_t>(drawn), leading.end());
      leading.resize(drawn);
      for (const LabelId one : further) leave_out(one);
      behind = std::move(further);
      labels_.insert(leading.begin(), leading.end());
      level = std::move(leading);
    }
    for (const LabelId one : ending) {
      if (room_left() > 0)
        labels_.insert(one);
      else
        leave_out(one);
    }
  }
  void leave_out(LabelId label) { left_out_.insert(solution().labels[label].node); }
  std::size_t room_left() const {
    return options_.things_max - std::min(options_.things_max, labels_.size());
  }

  Grade grade_of(NodeId node) const {
    return reach_.confirmed.holds(node) ? Grade::confirmed : Grade::possible;
  }

  static bool is_folded(NodeType type) { return type == NodeType::token || type == NodeType::authenticated; }

  // One thing a node: tokens and authentication fold into their principal, so that people see people.
  void lay_out() {
    const Program &program = reach_.program;
    std::vector<LabelId> order(labels_.begin(), labels_.end());
    std::sort(order.begin(), order.end());  // causes first
    std::map<std::pair<std::string_view, std::string_view>, std::uint32_t> index;
    std::unordered_map<LabelId, std::uint32_t> thing_of;
    for (const LabelId label : order) {
      const Label &one = solution().labels[label];
      const Node &node = program.nodes[one.node];
      const bool folds = is_folded(node.type);
      const bool closed = identity::is_closed(program.id(one.node));  // an archive: a thing like a mailbox
      const std::string_view type = name_of(closed  ? NodeType::resource
                                            : folds ? NodeType::principal
                                                    : node.type);
      const auto [at, fresh] = index.emplace(std::pair(type, program.id(one.node)),
                                             static_cast<std::uint32_t>(picture_.things.size()));
      if (fresh) {
        PictureThing thing;
        thing.id = program.id(one.node);
        thing.type = type;
        thing.name = program.name(one.node);
        thing.grade = grade_of(one.node);
        thing.since = one.interval.from;
        picture_.things.push_back(std::move(thing));
      }
      PictureThing &thing = picture_.things[at->second];
      thing.asked |= asked_.contains(label);
      if (grade_of(one.node) == Grade::confirmed) thing.grade = Grade::confirmed;
      thing_of[label] = at->second;
    }
    for (const LabelId label : order) left_out_.erase(solution().labels[label].node);
    picture_.left_out =
        static_cast<std::uint64_t>(std::count_if(left_out_.begin(), left_out_.end(), [&](NodeId node) {
          return !is_folded(program.nodes[node].type);
        }));
    std::unordered_set<std::uint64_t> drawn;
    for (const LabelId label : order) {
      const Label &one = solution().labels[label];
      const Edge &edge = program.edges[one.edge];
      for (const LabelId premise : solution().premises(label)) {
        const auto from = thing_of.find(premise);
        if (from == thing_of.end() || from->second == thing_of[label]) continue;
        if (!drawn.insert(std::uint64_t{from->second} << 32 | thing_of[label]).second) continue;
        picture_.steps.push_back({from->second, thing_of[label], std::string(name_of(edge.rule)),
                                  clause(program, one.edge), std::string(program.text(edge.evidence)),
                                  one.interval});
      }
    }
    place();
  }

  // Columns: by since, but never left of a cause. Rows: each thing near the mean of its neighbours.
  void place() {
    auto &things = picture_.things;
    std::vector<base::Time> times;
    for (const PictureThing &thing : things) times.push_back(thing.since);
    std::sort(times.begin(), times.end());
    times.erase(std::unique(times.begin(), times.end()), times.end());
    for (PictureThing &thing : things)
      thing.column =
          static_cast<unsigned>(std::lower_bound(times.begin(), times.end(), thing.since) - times.begin());
    // Folded tokens may make a circle of two things; a step back in the order of discovery pushes nothing.
    for (bool moved = true; moved;) {
      moved = false;
      for (const PictureStep &step : picture_.steps) {
        if (step.from < step.to && things[step.to].column <= things[step.from].column) {
          things[step.to].column = things[step.from].column + 1;
          moved = true;
        }
      }
    }
    std::map<unsigned, std::vector<std::uint32_t>> columns;
    for (std::uint32_t i = 0; i < things.size(); ++i) columns[things[i].column].push_back(i);
    unsigned column = 0;
    for (auto &[old, list] : columns) {
      for (unsigned row = 0; row < list.size(); ++row) {
        things[list[row]].column = column;
        things[list[row]].row = row;
      }
      ++column;
    }
    std::vector<std::vector<std::uint32_t>> near(things.size());
    for (const PictureStep &step : picture_.steps) {
      near[step.from].push_back(step.to);
      near[step.to].push_back(step.from);
    }
    for (int sweep = 0; sweep < kSweeps; ++sweep) {
      for (auto &[old, list] : columns) {
        std::vector<std::pair<double, std::uint32_t>> wish;
        for (const std::uint32_t one : list) {
          double sum = things[one].row;
          for (const std::uint32_t other : near[one]) sum += things[other].row;
          wish.emplace_back(sum / static_cast<double>(near[one].size() + 1), one);
        }
        std::stable_sort(wish.begin(), wish.end(),
                         [](const auto &a, const auto &b) { return a.first < b.first; });
        for (unsigned row = 0; row < wish.size(); ++row) {
          list[row] = wish[row].second;
          things[list[row]].row = row;
        }
      }
    }
    std::vector<std::uint32_t> order(things.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
      return std::tie(things[a].column, things[a].row, things[a].id) <
             std::tie(things[b].column, things[b].row, things[b].id);
    });
    std::vector<std::uint32_t> now(things.size());
    std::vector<PictureThing> sorted;
    for (std::uint32_t i = 0; i < order.size(); ++i) {
      now[order[i]] = i;
      sorted.push_back(std::move(things[order[i]]));
    }
    things = std::move(sorted);
    for (PictureStep &step : picture_.steps) {
      step.from = now[step.from];
      step.to = now[step.to];
    }
  }

  const Reach &reach_;
  const PictureOptions &options_;
  Picture picture_;
  std::unordered_set<LabelId> labels_, asked_;
  std::vector<std::uint32_t> follower_begin_;
  std::vector<LabelId> follower_pool_;
  std::unordered_set<NodeId> left_out_;
};

}  // namespace

std::string Picture::json() const {
  base::JsonWriter json;
  json.object([&] {
    json.array_field("things", [&] {
      for (const PictureThing &thing : things) {
        json.object([&] {
          json.field("id", thing.id);
          json.field("type", thing.type);
          json.field("name", thing.name);
          json.field("grade", detect::name_of(thing.grade));
          json.field("since", thing.since);
          json.field("column", thing.column);
          json.field("row", thing.row);
          json.field("asked", thing.asked);
        });
      }
    });
    json.array_field("steps", [&] {
      for (const PictureStep &step : steps) {
        json.object([&] {
          json.field("from", static_cast<std::uint64_t>(step.from));
          json.field("to", static_cast<std::uint64_t>(step.to));
          json.field("rule", step.rule);
          json.field("says", step.says);
          json.field("evidence", step.evidence);
          json.field("since", step.interval.from);
          json.field("until", step.interval.until);
        });
      }
    });
    json.field("left_out", left_out);
  });
  return json.take();
}

base::Result<Picture> picture_of(const Reach &reach, std::string_view id, const PictureOptions &options) {
  return Painter(reach, options).paint(id);
}

}  // namespace dislodge::reach

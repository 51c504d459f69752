#include "serve/graph.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "base/json_writer.hpp"
#include "base/words.hpp"
#include "reach/layout.hpp"

namespace dislodge::serve {

using base::JsonWriter;
using engine::Picture;

namespace {

constexpr std::size_t kRowsPerColumn = 20, kIntervalsShown = 20;

// Leaves that hang on one thing in the same way are drawn as one when there are so many.
constexpr std::size_t kTogether = 5, kMembersTold = 100;
// How many more are looked at than are drawn, since those drawn as one take no room.
constexpr std::size_t kLookedAt = 8;
// And how often, and with how many places free one is content.
constexpr std::size_t kTriesMax = 8, kPlacesFree = 2;

struct Place {
  std::size_t column = 0, row = 0;
};

// A drawing whose leaves are put together: of a thing that stands for many, who they are.
struct Folded {
  reach::Picture drawn;
  std::vector<std::vector<reach::PictureThing>> members;  // by thing; empty: it stands for itself
};

Folded folded(reach::Picture whole) {
  const std::size_t size = whole.things.size();
  std::vector<std::uint32_t> causes(size, 0), follows(size, 0), step_to(size, 0);
  for (std::uint32_t i = 0; i < whole.steps.size(); ++i) {
    ++follows[whole.steps[i].from];
    ++causes[whole.steps[i].to];
    step_to[whole.steps[i].to] = i;
  }
  using Kind =
      std::tuple<std::uint32_t, std::string, std::string, detect::Grade>;  // cause, rule, type, grade
  std::map<Kind, std::vector<std::uint32_t>> alike;
  for (std::uint32_t i = 0; i < size; ++i)
    if (causes[i] == 1 && follows[i] == 0 && !whole.things[i].asked)
      alike[{whole.steps[step_to[i]].from, whole.steps[step_to[i]].rule, whole.things[i].type,
             whole.things[i].grade}]
          .push_back(i);
  std::vector<std::uint32_t> stands_for(size);  // who is drawn in its place
  for (std::uint32_t i = 0; i < size; ++i) stands_for[i] = i;
  std::map<std::uint32_t, std::vector<std::uint32_t>> groups;
  for (const auto &[kind, leaves] : alike) {
    if (leaves.size() < kTogether) continue;
    for (const std::uint32_t leaf : leaves) stands_for[leaf] = leaves.front();
    groups[leaves.front()] = leaves;
  }
  Folded out;
  out.drawn.left_out = whole.left_out;
  std::vector<std::uint32_t> now(size, 0);
  for (std::uint32_t i = 0; i < size; ++i) {
    if (stands_for[i] != i) continue;
    now[i] = static_cast<std::uint32_t>(out.drawn.things.size());
    std::vector<reach::PictureThing> members;
    reach::PictureThing thing = whole.things[i];
    if (const auto group = groups.find(i); group != groups.end()) {
      for (const std::uint32_t leaf : group->second) {
        thing.since = std::min(thing.since, whole.things[leaf].since);
        members.push_back(whole.things[leaf]);
      }
      thing.id.clear();
      thing.name = base::counted(members.size(), thing.type, thing.type + "s");
    }
    out.drawn.things.push_back(std::move(thing));
    out.members.push_back(std::move(members));
  }
  for (reach::PictureStep &step : whole.steps) {
    if (stands_for[step.to] != step.to) continue;
    step.from = now[step.from];
    step.to = now[step.to];
    out.drawn.steps.push_back(std::move(step));
  }
  return out;
}

// As many things as fit into `most` once those that are alike stand together: how many those are shows only
// when they do, so the number looked at is narrowed down until nearly all places are taken.
base::Result<Folded> filled(const reach::Reach &reach, std::string_view id, std::size_t most) {
  Folded best;
  std::size_t fits = most, too_many = 0;  // how many may be looked at
  for (std::size_t looked_at = most * kLookedAt, tries = 0; tries < kTriesMax; ++tries) {
    reach::PictureOptions options;
    options.things_max = looked_at;
    DISLODGE_TRY_ASSIGN(reach::Picture whole, reach::picture_of(reach, id, options));
    const std::uint64_t left_out = whole.left_out;
    Folded made = folded(std::move(whole));
    if (made.drawn.things.size() <= most) {
      fits = looked_at;
      best = std::move(made);
      if (left_out == 0 || too_many == 0 || best.drawn.things.size() + kPlacesFree >= most) break;
    } else {
      too_many = looked_at;
    }
    looked_at = best.drawn.things.empty() && tries + 2 == kTriesMax ? most : (fits + too_many) / 2;
  }
  return best;
}

// Columns by the longest way from a cause, so that arrows point right; rows near what a thing hangs on.
std::vector<Place> laid_out(const reach::Picture &drawn) {
  std::vector<std::size_t> depth(drawn.things.size(), 0);
  std::vector<std::vector<std::uint32_t>> near(drawn.things.size());
  // In order of the columns by time, in which causes stand left of what follows; what turns back is left out.
  std::vector<const reach::PictureStep *> steps;
  for (const reach::PictureStep &step : drawn.steps) {
    near[step.from].push_back(step.to);
    near[step.to].push_back(step.from);
    if (drawn.things[step.from].column < drawn.things[step.to].column) steps.push_back(&step);
  }
  std::stable_sort(steps.begin(), steps.end(), [&](const auto *a, const auto *b) {
    return drawn.things[a->from].column < drawn.things[b->from].column;
  });
  for (const reach::PictureStep *step : steps)
    depth[step->to] = std::max(depth[step->to], depth[step->from] + 1);
  std::vector<std::vector<std::uint32_t>> layers;
  for (std::uint32_t i = 0; i < depth.size(); ++i) {
    if (layers.size() <= depth[i]) layers.resize(depth[i] + 1);
    layers[depth[i]].push_back(i);
  }
  std::vector<double> height(drawn.things.size(), 0);
  for (const auto &layer : layers)
    for (std::size_t row = 0; row < layer.size(); ++row) height[layer[row]] = static_cast<double>(row);
  for (int sweep = 0; sweep < 6; ++sweep) {
    for (auto &layer : layers) {
      std::vector<std::pair<double, std::uint32_t>> wish;
      for (const std::uint32_t one : layer) {
        double sum = height[one];
        for (const std::uint32_t other : near[one]) sum += height[other];
        wish.emplace_back(sum / static_cast<double>(near[one].size() + 1), one);
      }
      std::stable_sort(wish.begin(), wish.end(),
                       [](const auto &a, const auto &b) { return a.first < b.first; });
      const double middle = static_cast<double>(layer.size()) / 2;
      for (std::size_t row = 0; row < wish.size(); ++row) {
        layer[row] = wish[row].second;
        height[layer[row]] = static_cast<double>(row) - middle;
      }
    }
  }
  std::vector<Place> places(drawn.things.size());
  std::size_t column = 0;
  for (const auto &layer : layers) {
    const std::size_t parts = (layer.size() + kRowsPerColumn - 1) / kRowsPerColumn;
    const std::size_t rows = parts == 0 ? 0 : (layer.size() + parts - 1) / parts;
    for (std::size_t i = 0; i < layer.size(); ++i) places[layer[i]] = {column + i / rows, i % rows};
    column += std::max<std::size_t>(parts, 1);
  }
  return places;
}

void intervals(JsonWriter &json, std::string_view key, const base::IntervalSet &set) {
  json.array_field(key, [&] {
    std::size_t shown = 0;
    for (const base::Interval &interval : set.items()) {
      if (++shown > kIntervalsShown) break;
      json.array([&] {
        json.value(interval.from);
        json.value(interval.until);
      });
    }
  });
}

}  // namespace

base::Result<std::string> reach_graph_json(const Picture &picture, std::string_view id, std::size_t things) {
  const std::size_t most = std::min(things, kGraphNodesMax);
  DISLODGE_TRY_ASSIGN(const Folded chosen, filled(picture.reach, id, most));
  const reach::Picture &drawn = chosen.drawn;
  const std::vector<Place> places = laid_out(drawn);
  std::map<std::string_view, const reach::ReachRow *> rows;
  for (const reach::PictureThing &thing : drawn.things) rows.emplace(thing.id, nullptr);
  for (const auto &members : chosen.members)
    for (const reach::PictureThing &member : members) rows.emplace(member.id, nullptr);
  for (const reach::ReachRow &row : picture.reach.rows)
    if (const auto wanted = rows.find(row.id); wanted != rows.end()) wanted->second = &row;
  std::size_t columns = 0, height = 0;
  for (const Place &place : places) {
    columns = std::max(columns, place.column + 1);
    height = std::max(height, place.row + 1);
  }
  JsonWriter json;
  json.object([&] {
    json.field("schema", 1);
    json.field("id", id);
    json.field("columns", static_cast<std::uint64_t>(columns));
    json.field("rows", static_cast<std::uint64_t>(height));
    json.field("left_out", drawn.left_out);
    json.array_field("things", [&] {
      for (std::size_t i = 0; i < drawn.things.size(); ++i) {
        const reach::PictureThing &thing = drawn.things[i];
        const reach::ReachRow *row = rows[thing.id];
        json.object([&] {
          json.field("id", thing.id);
          json.field("type", thing.type);
          json.field("name", thing.name);
          json.field("grade", detect::name_of(thing.grade));
          json.field("since", thing.since);
          if (!chosen.members[i].empty()) {
            base::IntervalSet possible, confirmed;
            for (const reach::PictureThing &member : chosen.members[i]) {
              const reach::ReachRow *one = rows[member.id];
              possible = possible.unite(one == nullptr
                                            ? base::IntervalSet(base::Interval{member.since, base::kTimeMax})
                                            : one->possible_intervals);
              if (one != nullptr && one->grade == detect::Grade::confirmed)
                confirmed = confirmed.unite(one->intervals);
            }
            intervals(json, "possible", possible);
            intervals(json, "confirmed", confirmed);
          } else if (row != nullptr) {
            intervals(json, "possible", row->possible_intervals);
            intervals(json, "confirmed",
                      row->grade == detect::Grade::confirmed ? row->intervals : base::IntervalSet());
          } else {
            intervals(json, "possible", base::IntervalSet(base::Interval{thing.since, base::kTimeMax}));
            intervals(json, "confirmed", base::IntervalSet());
          }
          json.field("asked", thing.asked);
          json.field("count", static_cast<std::uint64_t>(std::max<std::size_t>(chosen.members[i].size(), 1)));
          json.array_field("members", [&] {
            for (std::size_t at = 0; at < chosen.members[i].size() && at < kMembersTold; ++at)
              json.object([&] {
                json.field("id", chosen.members[i][at].id);
                json.field("name", chosen.members[i][at].name);
              });
          });
          json.field("column", static_cast<std::uint64_t>(places[i].column));
          json.field("row", static_cast<std::uint64_t>(places[i].row));
        });
      }
    });
    json.array_field("steps", [&] {
      for (const reach::PictureStep &step : drawn.steps)
        json.object([&] {
          json.field("from", static_cast<std::uint64_t>(step.from));
          json.field("to", static_cast<std::uint64_t>(step.to));
          json.field("rule", step.rule);
          json.field("says", step.says);
          json.field("evidence", step.evidence);
          json.field("since", step.interval.from);
        });
    });
  });
  return json.take();
}

}  // namespace dislodge::serve

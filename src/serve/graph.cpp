#include "serve/graph.hpp"

#include <algorithm>
#include <map>

#include "base/json_writer.hpp"
#include "reach/why.hpp"

namespace dislodge::serve {

using base::JsonWriter;
using engine::Picture;

namespace {

struct Place {
  std::size_t column = 0, row = 0;
};

// Column: the longest way from evidence, so that every arrow points right. Row: the mean of the rows of what
// a step stands on, which keeps arrows short (Sugiyama's barycentre, one sweep).
std::vector<Place> laid_out(const std::vector<reach::Step> &steps) {
  std::vector<Place> places(steps.size());
  std::size_t columns = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    for (const std::uint32_t from : steps[i].from)
      places[i].column = std::max(places[i].column, places[from].column + 1);
    columns = std::max(columns, places[i].column + 1);
  }
  std::vector<std::vector<std::size_t>> by_column(columns);
  for (std::size_t i = 0; i < steps.size(); ++i) by_column[places[i].column].push_back(i);
  for (std::vector<std::size_t> &column : by_column) {
    const auto mean = [&](std::size_t step) {
      if (steps[step].from.empty()) return 0.0;
      double sum = 0;
      for (const std::uint32_t from : steps[step].from) sum += static_cast<double>(places[from].row);
      return sum / static_cast<double>(steps[step].from.size());
    };
    std::stable_sort(column.begin(), column.end(), [&](std::size_t a, std::size_t b) {
      const double left = mean(a), right = mean(b);
      if (left != right) return left < right;
      return steps[a].interval.from < steps[b].interval.from;
    });
    for (std::size_t row = 0; row < column.size(); ++row) places[column[row]].row = row;
  }
  return places;
}

reach::NodeType type_of(std::string_view type) {
  if (type == reach::name_of(reach::NodeType::secret)) return reach::NodeType::secret;
  if (type == reach::name_of(reach::NodeType::resource)) return reach::NodeType::resource;
  return reach::NodeType::principal;
}

struct Bar {
  base::Time from, until;
  std::string says, grade, view;
};

void lane(JsonWriter &json, std::string_view name, std::vector<Bar> bars) {
  const std::size_t all = bars.size();
  const auto length = [](const Bar &bar) {
    // Open ends count as the longest.
    if (bar.from == base::kTimeMin || bar.until == base::kTimeMax) return INT64_MAX;
    return bar.until.us - bar.from.us;
  };
  // What an event shows is never left out before what is only possible; then the longest are kept. In the
  // same order it gets rows of its own when the browser runs out of them.
  const auto confirmed = [](const Bar &bar) { return bar.grade == "confirmed"; };
  std::stable_sort(bars.begin(), bars.end(), [&](const Bar &a, const Bar &b) {
    return std::make_pair(!confirmed(a), -length(a)) < std::make_pair(!confirmed(b), -length(b));
  });
  if (bars.size() > kLaneBarsMax) bars.resize(kLaneBarsMax);
  std::stable_sort(bars.begin(), bars.end(), [&](const Bar &a, const Bar &b) {
    return std::make_pair(!confirmed(a), a.from) < std::make_pair(!confirmed(b), b.from);
  });
  json.object([&] {
    json.field("lane", name);
    json.field("left_out", static_cast<std::uint64_t>(all - bars.size()));
    json.array_field("bars", [&] {
      for (const Bar &bar : bars)
        json.object([&] {
          json.field("from", bar.from);
          json.field("until", bar.until);
          json.field("says", bar.says);
          json.field("grade", bar.grade);
          json.field("view", bar.view);
        });
    });
  });
}

}  // namespace

namespace {

// The fields of one proof.
void proof_fields(JsonWriter &json, const reach::Reach &reach, detect::Grade grade, reach::LabelId label) {
  const reach::Solution &solution = grade == detect::Grade::confirmed ? reach.confirmed : reach.possible;
  std::vector<reach::Step> steps = reach::proof(reach.program, solution, label);
  const std::size_t cut = steps.size() > kGraphNodesMax ? steps.size() - kGraphNodesMax : 0;
  if (cut > 0) {
    steps.erase(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(cut));
    for (reach::Step &step : steps) {
      std::erase_if(step.from, [&](std::uint32_t from) { return from < cut; });
      for (std::uint32_t &from : step.from) from -= static_cast<std::uint32_t>(cut);
    }
  }
  const std::vector<Place> places = laid_out(steps);
  std::size_t columns = 0, rows = 0;
  for (const Place &place : places) {
    columns = std::max(columns, place.column + 1);
    rows = std::max(rows, place.row + 1);
  }
  json.field("grade", detect::name_of(grade));
  json.field("columns", static_cast<std::uint64_t>(columns));
  json.field("rows", static_cast<std::uint64_t>(rows));
  json.field("cut", static_cast<std::uint64_t>(cut));
  json.array_field("nodes", [&] {
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const reach::Step &step = steps[i];
      json.object([&] {
        json.field("step", static_cast<std::uint64_t>(i + cut + 1));
        json.field("id", reach.program.id(step.node));
        json.field("type", reach::name_of(reach.program.nodes[step.node].type));
        json.field("name", reach.program.name(step.node));
        json.field("rule", reach::name_of(reach.program.edges[step.edge].rule));
        json.field("says", step.says);
        json.field("evidence", step.evidence);
        json.field("since", step.interval.from);
        json.field("until", step.interval.until);
        json.field("column", static_cast<std::uint64_t>(places[i].column));
        json.field("row", static_cast<std::uint64_t>(places[i].row));
      });
    }
  });
  json.array_field("edges", [&] {
    for (std::size_t i = 0; i < steps.size(); ++i)
      for (const std::uint32_t from : steps[i].from)
        json.array([&] {
          json.value(static_cast<std::uint64_t>(from + cut + 1));
          json.value(static_cast<std::uint64_t>(i + cut + 1));
        });
  });
}

}  // namespace

base::Result<std::string> graph_json(const Picture &picture, std::string_view id) {
  const reach::Reach &reach = picture.reach;
  const auto row =
      std::find_if(reach.rows.begin(), reach.rows.end(), [&](const auto &one) { return one.id == id; });
  if (row == reach.rows.end())
    return base::fail(base::ErrorKind::usage, "this is not within the intruder's reach by the evidence held");
  const reach::NodeType type = type_of(row->type);
  const reach::LabelId confirmed = reach::first_label(reach.program, reach.confirmed, type, id),
                       possible = reach::first_label(reach.program, reach.possible, type, id);
  const bool shown = row->grade == detect::Grade::confirmed;
  if ((shown ? confirmed : possible) == reach::kNone)
    return base::fail(base::ErrorKind::usage, "no proof is held for this");
  JsonWriter json;
  json.object([&] {
    json.field("schema", 1);
    json.field("id", id);
    proof_fields(json, reach, row->grade, shown ? confirmed : possible);
    // What an event shows often begins late: how it was possible says by which way they may have come.
    if (shown && possible != reach::kNone &&
        reach.possible.labels[possible].interval.from < reach.confirmed.labels[confirmed].interval.from)
      json.object_field("before", [&] { proof_fields(json, reach, detect::Grade::possible, possible); });
    else
      json.field("before", nullptr);
  });
  return json.take();
}

std::string lanes_json(const Picture &picture) {
  JsonWriter json;
  json.object([&] {
    json.field("schema", 1);
    json.array_field("lanes", [&] {
      std::vector<Bar> bars;
      for (const detect::Detection &one : picture.detections)
        if (one.intruder)
          bars.push_back({one.first, one.last, one.says, std::string(detect::name_of(one.grade)),
                          "#/timeline/detections?where=id%3A" + one.id});
      lane(json, "the intruder's acts", std::move(bars));
      for (const auto &[type, name] : {std::pair("principal", "acting as"), std::pair("resource", "reading"),
                                       std::pair("secret", "secrets known")}) {
        bars.clear();
        for (const reach::ReachRow &row : picture.reach.rows) {
          if (row.type != type || row.grade == detect::Grade::excluded) continue;
          for (const base::Interval &interval : row.intervals.items())
            bars.push_back({interval.from, interval.until, row.name, std::string(detect::name_of(row.grade)),
                            "#/reach/" + row.id});
        }
        lane(json, name, std::move(bars));
      }
      bars.clear();
      for (const log::Coverage &one : picture.coverage) {
        bars.push_back(
            {one.first, one.last,
             std::string(log::name_of(one.source)) + ", " + std::string(log::name_of(one.event_class)),
             "held", "#/evidence/coverage"});
        for (const log::Gap &gap : one.gaps)
          bars.push_back({gap.interval.from, gap.interval.until,
                          std::string(log::name_of(one.source)) + ": " + gap.why, "gap", "#/evidence/gaps"});
      }
      lane(json, "logs held, and their gaps", std::move(bars));
      bars.clear();
      std::map<int, Bar> waves;
      for (const evict::PlannedAction &action : picture.plan.actions) {
        auto [at, fresh] = waves.try_emplace(
            action.wave, Bar{action.starts, action.effective_by, "wave " + std::to_string(action.wave),
                             "wave", "#/plan?where=wave%3A" + std::to_string(action.wave)});
        if (fresh) continue;
        at->second.from = std::min(at->second.from, action.starts);
        at->second.until = std::max(at->second.until, action.effective_by);
      }
      for (auto &[number, bar] : waves) bars.push_back(std::move(bar));
      lane(json, "waves", std::move(bars));
    });
  });
  return json.take();
}

}  // namespace dislodge::serve

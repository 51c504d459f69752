#include "serve/api.hpp"

#include <fmt/format.h>

#include <charconv>

#include "base/embedded_rules.hpp"
#include "base/json_writer.hpp"
#include "disclose/duties.hpp"
#include "reach/why.hpp"
#include "serve/graph.hpp"
#include "serve/secret_page.hpp"

namespace dislodge::serve {

namespace {

constexpr std::string_view kWebFolder = "web/", kIndex = "web/index.html", kApi = "/api/",
                           kActs = "/api/act/";
constexpr std::size_t kIdBytesMax = 4096, kNamesMax = 300, kThingsDefault = 60, kCountsMax = 24;

std::string type_of(std::string_view path) {
  if (path.ends_with(".html")) return "text/html; charset=utf-8";
  if (path.ends_with(".js")) return "text/javascript; charset=utf-8";
  if (path.ends_with(".css")) return "text/css; charset=utf-8";
  if (path.ends_with(".svg")) return "image/svg+xml";
  return "application/octet-stream";
}

// The parameter's value; empty where it is missing or too long for an id.
std::string id_of(const Parameters &parameters) {
  const auto id = parameters.find("id");
  return id == parameters.end() || id->second.size() > kIdBytesMax ? std::string() : id->second;
}

Answer text_answer(base::Result<std::string> json) {
  if (!json) return error_answer(404, json.error().message);
  return {200, "application/json", std::move(*json), {}};
}

Answer why(const engine::Picture &picture, const std::string &id) {
  auto text = reach::why(picture.reach, id);
  if (!text) return error_answer(404, text.error().message);
  base::JsonWriter json;
  json.object([&] {
    json.field("schema", 1);
    json.field("id", id);
    json.field("text", *text);
  });
  return {200, "application/json", json.take(), {}};
}

Answer names(const engine::Picture &picture, const Parameters &parameters) {
  base::JsonWriter json;
  json.object([&] {
    json.field("schema", 1);
    json.object_field("names", [&] {
      std::size_t told = 0;
      for (auto [at, end] = parameters.equal_range("id"); at != end && told < kNamesMax; ++at, ++told)
        json.field(at->second, picture.name_of(at->second));
    });
  });
  return {200, "application/json", json.take(), {}};
}

// In the order in which they were asked for.
Answer counts(const Views &views, const Parameters &parameters) {
  const auto name = parameters.find("list");
  const auto list = name == parameters.end() ? views.lists.end() : views.lists.find(name->second);
  if (list == views.lists.end()) return error_answer(400, "list takes the name of a list");
  Parameters others = parameters;
  others.erase("where");
  const auto query = ListQuery::from(others);
  if (!query) return error_answer(400, query.error().message);
  std::vector<std::pair<std::string, std::string>> values;
  for (auto [at, end] = parameters.equal_range("where"); at != end; ++at) {
    const std::size_t colon = at->second.find(':');
    if (colon == 0 || colon == std::string::npos || values.size() == kCountsMax ||
        at->second.size() > ListQuery::kQueryBytesMax)
      return error_answer(400, fmt::format("where takes FIELD:VALUE, at most {} times", kCountsMax));
    values.emplace_back(at->second.substr(0, colon), at->second.substr(colon + 1));
  }
  base::JsonWriter json;
  json.object([&] {
    json.field("schema", 1);
    json.array_field("counts", [&] {
      for (const std::size_t count : list->second->counts(*query, values))
        json.value(static_cast<std::uint64_t>(count));
    });
  });
  return {200, "application/json", json.take(), {}};
}

Answer facts() {
  const auto rules = disclose::load_duty_rules(base::embedded_rules());
  if (!rules) return error_answer(500, rules.error().message);
  base::JsonWriter json;
  json.object([&] {
    json.field("schema", 1);
    json.list_field("facts", disclose::clock_facts(*rules));
  });
  return {200, "application/json", json.take(), {}};
}

}  // namespace

Answer error_answer(int status, std::string_view message) {
  base::JsonWriter json;
  json.object([&] {
    json.field("schema", 1);
    json.field("error", message);
  });
  return {status, "application/json", json.take(), {}};
}

Api::Api(Desk &desk) : desk_(desk) {
  for (const base::EmbeddedRule &file : base::embedded_rules()) {
    if (!file.path.starts_with(kWebFolder)) continue;
    const std::string_view name = file.path.substr(kWebFolder.size());
    files_.emplace(file.path == kIndex ? "/" : "/" + std::string(name), file.text);
  }
}

Answer Api::ask(const std::string &path, const Parameters &parameters, const engine::Picture &picture,
                const Views &views) const {
  const std::string_view name = std::string_view(path).substr(kApi.size());
  if (const auto list = views.lists.find(name); list != views.lists.end()) {
    const auto query = ListQuery::from(parameters);
    if (!query) return error_answer(400, query.error().message);
    ListPage page = list->second->page(*query);
    return {200, "application/json", std::move(page.json), Answer::Counts{page.total, page.matching}};
  }
  for (const auto &[whole, text] : {std::pair("overview", &views.overview), std::pair("lanes", &views.lanes),
                                    std::pair("flow", &views.flow), std::pair("waves", &views.waves)})
    if (name == whole) return {200, "application/json", *text, {}};
  if (name == "names") return names(picture, parameters);
  if (name == "facts") return facts();
  if (name == "counts") return counts(views, parameters);
  const std::string id = id_of(parameters);
  if (name == "reach-graph") {
    std::size_t things = kThingsDefault;
    if (const auto given = parameters.find("things"); given != parameters.end()) {
      const auto [end, error] =
          std::from_chars(given->second.data(), given->second.data() + given->second.size(), things);
      if (error != std::errc() || end != given->second.data() + given->second.size() || things < 1 ||
          things > kGraphNodesMax)
        return error_answer(400, fmt::format("things takes a number from 1 to {}", kGraphNodesMax));
    }
    if (const auto known = views.graphs.find(things); id.empty() && known != views.graphs.end())
      return {200, "application/json", known->second, {}};
    return text_answer(reach_graph_json(picture, id, things));
  }
  if (name != "why" && name != "graph" && name != "secret")
    return error_answer(404, "there is nothing at this address");
  if (id.empty()) return error_answer(400, "id takes the id of a principal, secret or resource");
  if (name == "why") return why(picture, id);
  if (name == "graph") return text_answer(graph_json(picture, id));
  static constexpr std::string_view kSecret = "secret:";
  Contexts contexts;
  if (picture.secret(id) != nullptr && id.starts_with(kSecret)) {
    const std::string digits = id.substr(kSecret.size());
    desk_.looked_at(digits);
    contexts = desk_.contexts(digits, 2 * kPlacesShown);
  }
  return text_answer(secret_json(picture, id, contexts));
}

Answer Api::get(const std::string &path, const Parameters &parameters) const {
  if (path == "/api/state") return {200, "application/json", desk_.state_json(), {}};
  if (path.starts_with(kApi)) {
    Answer answer = error_answer(503, "the case is still being opened");
    desk_.look([&](const engine::Picture &picture, const Views &views) {
      answer = ask(path, parameters, picture, views);
    });
    return answer;
  }
  if (const auto file = files_.find(path); file != files_.end())
    return {200, type_of(path == "/" ? kIndex : std::string_view(path)), std::string(file->second), {}};
  return error_answer(404, "there is nothing at this address");
}

Answer Api::post(const std::string &path, const std::string &body) const {
  if (!path.starts_with(kActs)) return error_answer(404, "there is nothing at this address");
  auto done = desk_.act(std::string_view(path).substr(kActs.size()), body);
  if (done) return {200, "application/json", std::move(*done), {}};
  switch (done.error().kind) {
    case base::ErrorKind::usage:
      return error_answer(409, done.error().message);
    case base::ErrorKind::unsupported:
      return error_answer(404, done.error().message);
    default:
      return error_answer(500, done.error().message);
  }
}

}  // namespace dislodge::serve

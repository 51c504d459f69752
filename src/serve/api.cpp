#include "serve/api.hpp"

#include <fmt/format.h>

#include "base/embedded_rules.hpp"
#include "base/json_writer.hpp"
#include "reach/why.hpp"
#include "report/json_lines.hpp"
#include "serve/graph.hpp"
#include "serve/overview.hpp"

namespace dislodge::serve {

namespace {

constexpr std::string_view kWebFolder = "web/", kIndex = "web/index.html";
constexpr std::size_t kIdBytesMax = 4096;

std::string type_of(std::string_view path) {
  if (path.ends_with(".html")) return "text/html; charset=utf-8";
  if (path.ends_with(".js")) return "text/javascript; charset=utf-8";
  if (path.ends_with(".css")) return "text/css; charset=utf-8";
  if (path.ends_with(".svg")) return "image/svg+xml";
  return "application/octet-stream";
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

Api::Api(const engine::Picture &picture, std::string journal)
    : picture_(picture), overview_(overview_json(picture)), lanes_(lanes_json(picture)) {
  const auto list = [&](const char *name, std::string lines) {
    lists_.emplace(std::string("/api/") + name, JsonList(std::move(lines)));
  };
  list("status", report::status_json(picture));
  list("secrets", report::secrets_json(picture));
  list("detections", report::detections_json(picture));
  list("sessions", report::sessions_json(picture));
  list("timeline", report::timeline_json(picture));
  list("coverage", report::coverage_json(picture));
  list("ledger", report::ledger_json(picture));
  list("reach", report::reach_json(picture));
  list("missing", missing_json(picture));
  list("plan", report::plan_json(picture.plan));
  list("parties", report::parties_json(picture));
  list("duties", report::duties_json(picture));
  list("statements", report::statements_json(picture));
  list("journal", std::move(journal));
  for (const base::EmbeddedRule &file : base::embedded_rules()) {
    if (!file.path.starts_with(kWebFolder)) continue;
    const std::string_view name = file.path.substr(kWebFolder.size());
    files_.emplace(file.path == kIndex ? "/" : "/" + std::string(name), file.text);
  }
}

Answer Api::why(const Parameters &parameters) const {
  const auto id = parameters.find("id");
  if (id == parameters.end() || id->second.empty() || id->second.size() > kIdBytesMax)
    return error_answer(400, "id takes the id of a principal, secret or resource");
  auto text = reach::why(picture_.reach, id->second);
  if (!text) return error_answer(404, text.error().message);
  base::JsonWriter json;
  json.object([&] {
    json.field("schema", 1);
    json.field("id", id->second);
    json.field("text", *text);
  });
  return {200, "application/json", json.take(), {}};
}

Answer Api::graph(const Parameters &parameters) const {
  const auto id = parameters.find("id");
  if (id == parameters.end() || id->second.empty() || id->second.size() > kIdBytesMax)
    return error_answer(400, "id takes the id of a principal, secret or resource");
  auto json = graph_json(picture_, id->second);
  if (!json) return error_answer(404, json.error().message);
  return {200, "application/json", std::move(*json), {}};
}

Answer Api::get(const std::string &path, const Parameters &parameters) const {
  if (const auto list = lists_.find(path); list != lists_.end()) {
    const auto query = ListQuery::from(parameters);
    if (!query) return error_answer(400, query.error().message);
    ListPage page = list->second.page(*query);
    return {200, "application/json", std::move(page.json), Answer::Counts{page.total, page.matching}};
  }
  if (path == "/api/overview") return {200, "application/json", overview_, {}};
  if (path == "/api/lanes") return {200, "application/json", lanes_, {}};
  if (path == "/api/why") return why(parameters);
  if (path == "/api/graph") return graph(parameters);
  if (const auto file = files_.find(path); file != files_.end())
    return {200, type_of(path == "/" ? kIndex : std::string_view(path)), std::string(file->second), {}};
  return error_answer(404, "there is nothing at this address");
}

}  // namespace dislodge::serve

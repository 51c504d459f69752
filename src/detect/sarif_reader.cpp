#include "detect/sarif_reader.hpp"

#include <simdjson.h>

#include "base/percent.hpp"

namespace dislodge::detect {
namespace {

std::string text_at(simdjson::dom::element element, std::string_view pointer) {
  std::string_view text;
  return element.at_pointer(pointer).get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}
std::uint64_t number_at(simdjson::dom::element element, std::string_view pointer) {
  std::uint64_t number = 0;
  return element.at_pointer(pointer).get(number) == simdjson::SUCCESS ? number : 0;
}

}  // namespace

base::Result<std::vector<SarifResult>> read_sarif(std::string_view text) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.parse(text.data(), text.size()).get(root) != simdjson::SUCCESS)
    return base::fail(base::ErrorKind::usage, "this is no JSON; give the SARIF file that the scanner wrote");
  simdjson::dom::array runs;
  if (root.at_key("runs").get(runs) != simdjson::SUCCESS)
    return base::fail(base::ErrorKind::usage, "this is no SARIF: it has no runs");
  std::vector<SarifResult> out;
  for (const simdjson::dom::element run : runs) {
    const std::string tool = text_at(run, "/tool/driver/name");
    simdjson::dom::array results;
    if (run.at_key("results").get(results) != simdjson::SUCCESS) continue;
    for (const simdjson::dom::element result : results) {
      SarifResult one;
      one.tool = tool.empty() ? "unnamed scanner" : tool;
      one.rule = text_at(result, "/ruleId");
      if (one.rule.empty()) one.rule = text_at(result, "/rule/id");
      one.message = text_at(result, "/message/text");
      const std::string place = "/locations/0/physicalLocation";
      one.path = base::percent_decoded(text_at(result, place + "/artifactLocation/uri"));
      if (one.path.empty()) {
        const std::uint64_t index = number_at(result, place + "/artifactLocation/index");
        one.path =
            base::percent_decoded(text_at(run, "/artifacts/" + std::to_string(index) + "/location/uri"));
      }
      if (one.path.starts_with("file://")) one.path.erase(0, 7);
      one.line = number_at(result, place + "/region/startLine");
      one.column = number_at(result, place + "/region/startColumn");
      if (!one.path.empty()) out.push_back(std::move(one));
    }
  }
  return out;
}

}  // namespace dislodge::detect

#pragma once
// Fields of Sigma rules found in native records. Rules write field names as some exporter does, and not alike
// (ResultType, resultType, properties.status.errorCode); records come in several shapes (Graph, Azure
// Monitor, Log Analytics, tables of the portal). So a name is looked up as a path in any case, through lists
// and pairs of name and value, inside the containers of its product, and under its aliases ([[sigma_field]]
// in rules/detections/sigma_fields.toml).
//
// Names that begin with "event." are of the normalised event: event.operation, event.result, event.actor,
// event.new.X for a changed property or cmdlet parameter X, event.x.KEY for an extra.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "detect/sigma_pattern.hpp"
#include "log/builder.hpp"
#include "log/json.hpp"

namespace dislodge::detect {

// (product, field name), both lower case, to paths. Product "*": every product.
using SigmaAliases = std::map<std::pair<std::string, std::string>, std::vector<std::string>>;

// Where to look for a field, tried in order until one gives values.
struct FieldPlan {
  std::string name;
  std::vector<std::string> paths;
  bool from_record = true;  // every value stands in the record's bytes, letter for letter
};

FieldPlan plan_field(std::string_view product, std::string_view field, const SigmaAliases &aliases);

class FieldReader {
 public:
  explicit FieldReader(const std::vector<FieldPlan> &plans) : plans_(plans), cache_(plans.size()) {}
  void begin(const log::Json &record, log::EventBuilder &event);
  // Values of a field; empty where it is absent. Valid until begin().
  const std::vector<FieldValue> &values(std::uint32_t field);
  // All texts of the record, for keywords.
  const std::vector<FieldValue> &whole();

 private:
  void collect(const log::Json &value, std::string_view path, int depth, std::vector<FieldValue> &out) const;
  void leaf(const log::Json &value, std::vector<FieldValue> &out) const;
  void of_event(std::string_view name, std::vector<FieldValue> &out) const;
  void flatten(const log::Json &value, int depth);

  struct Cached {
    std::uint64_t record = 0;
    std::vector<FieldValue> values;
  };
  const std::vector<FieldPlan> &plans_;
  std::vector<Cached> cache_;
  std::uint64_t record_number_ = 0;
  log::Json record_;
  log::EventBuilder *event_ = nullptr;
  std::string whole_text_;
  Cached whole_;
};

}  // namespace dislodge::detect

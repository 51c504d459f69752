#pragma once
// Fields of Sigma rules found in native records. Rules write field names as some exporter does, and not alike
// (ResultType, resultType, properties.status.errorCode); records come in several shapes (Graph, Azure
// Monitor, Log Analytics, tables of the portal). So a name is looked up as a path in any case, through lists
// and pairs of name and value, inside the containers of its product, and under its aliases ([[sigma_field]]
// in rules/detections/sigma_fields.toml).
//
// Names that begin with "event." are of the normalised event: event.operation, event.result, event.actor,
// event.new.X for a changed property or cmdlet parameter X, event.x.KEY for an extra.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "detect/sigma_pattern.hpp"
#include "detect/sigma_rule.hpp"
#include "log/builder.hpp"
#include "log/json.hpp"

namespace dislodge::detect {

// One place where a field may be: a path in the record, or a part of the normalised event.
struct FieldPath {
  enum class Part : std::uint8_t {
    record,
    operation,
    result,
    outcome,
    source,
    event_class,
    code,
    member,   // a text of the event
    extra,    // those extras whose key is `start`, then `key` in any case
    nothing,  // no such part
  };
  explicit FieldPath(std::string written);
  std::string text;
  std::uint32_t hash = 0;  // of the text as the name of a member
  Part part = Part::record;
  base::StringId log::Event::*member = nullptr;
  std::string start, key;
};

// Where to look for a field, tried in order until one gives values.
struct FieldPlan {
  std::string name;
  std::vector<FieldPath> paths;
  bool from_record = true;  // every value stands in the record's bytes, letter for letter
};

// What a field is called among the plans of a set: fields of the normalised event are the same for every
// product but Windows, which has names of its own that begin so.
std::string plan_key(std::string_view product, std::string_view field);
FieldPlan plan_field(std::string_view product, std::string_view field, const SigmaAliases &aliases);

class FieldReader {
 public:
  explicit FieldReader(const std::vector<FieldPlan> &plans)
      : plans_(plans), cache_(plans.size()), inner_(plans.size()) {}
  void begin(const log::Json &record, log::EventBuilder &event);
  // Values of a field; empty where it is absent. Valid until begin().
  const std::vector<FieldValue> &values(std::uint32_t field);
  // All texts of the record, for keywords.
  const std::vector<FieldValue> &whole();
  // Records of one shape have their fields in the same places: a number that they share, 0 where none do.
  std::uint64_t shape() const { return shape_; }
  // False where no record of this shape has the field, whatever stands in it.
  bool may_have(std::uint32_t field);

 private:
  // How a path is followed in records of one shape.
  enum class Way : std::uint8_t { inner, dead, whole, any };
  static constexpr std::size_t kPathsKnown = 32;  // of a field; those beyond are always tried
  static constexpr unsigned kWayBits = 2;
  using Ways = std::uint64_t;  // of a field's paths, kWayBits each, the first one lowest

  Ways ways_of(std::uint32_t field);
  Way way_of(const FieldPath &path) const;
  // Whether a path can lead anywhere that begins with the one member of the record by which it can begin.
  bool may_lead(std::uint32_t field, std::size_t path);
  void collect(const log::Json &value, std::string_view path, int depth, std::vector<FieldValue> &out) const;
  void leaf(const log::Json &value, std::vector<FieldValue> &out) const;
  void of_event(const FieldPath &path, std::vector<FieldValue> &out);
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
  std::uint64_t shape_ = 0;
  std::unordered_map<std::uint64_t, std::vector<Ways>> known_;  // by shape, then field; 0: not looked at
  std::vector<Ways> *ways_ = nullptr;                           // of this shape
  // Of a path whose head is a member of the record: that member, and what was found out of the last object
  // under it.
  struct Inner {
    std::uint64_t outer = 0;  // shape of the record
    std::size_t dot = 0;      // where the head ends
    std::uint32_t hash = 0;   // of the head
    std::uint64_t shape = 0;  // of the object under it
    bool dead = false;
  };
  std::vector<std::vector<Inner>> inner_;  // by field and path
  std::string operation_, canonical_;      // as written last, and its canonical form
  std::array<char, 12> code_{};
  std::string whole_text_;
  Cached whole_;
};

}  // namespace dislodge::detect

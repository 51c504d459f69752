#include "detect/sigma_fields.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/encode.hpp"
#include "log/operation.hpp"

namespace dislodge::detect {

namespace {

using log::Event;
using log::Json;

constexpr std::size_t kValuesMax = 512;           // of one field
constexpr std::size_t kWholeBytesMax = 4u << 20;  // of one record's texts
constexpr int kPathDepthMax = 24;
// Shapes of records whose fields' places are remembered.
constexpr std::size_t kShapesMax = 64;

constexpr std::string_view kEventStart = "event.";
// Of {Name: X, Value: V}: what the name of a pair is called.
constexpr log::JsonName kPairNames[] = {"Name", "key", "displayName", "@Name"};

// What exporters put around the fields of a product.
struct Container {
  std::string_view product, path;
};
constexpr Container kContainers[] = {
    {"azure", "properties"},
    {"azure", "status"},
    {"azure", "properties.status"},
    {"m365", "AuditData"},
    {"m365", "ExtendedProperties"},
    {"m365", "AuditData.ExtendedProperties"},
    {"m365", "Parameters"},
    {"m365", "AuditData.Parameters"},
    {"m365", "Data"},
    {"gcp", "protoPayload"},
    {"gcp", "data"},
    {"gcp", "events"},
    {"gcp", "events.parameters"},
    {"gcp", "parameters"},
    {"gcp", "protoPayload.metadata.event"},
    {"gcp", "protoPayload.metadata.event.parameter"},
    {"okta", "event"},
    {"okta", "okta"},
    {"windows", "Event.EventData"},
    {"windows", "Event.EventData.Data"},
    {"windows", "EventData"},
    {"windows", "EventData.Data"},
    {"windows", "Event.System"},
    {"windows", "System"},
    {"windows", "Event.UserData"},
    {"windows", "UserData"},
    {"windows", "winlog.event_data"},
    {"windows", "winlog"},
    {"windows", "Details"},
    {"windows", "AllFieldInfo"},
    {"windows", "ExtraFieldInfo"},
};

std::string_view result_of(const Event &event) {
  switch (event.outcome) {
    case log::Outcome::ok:
      return "success";
    case log::Outcome::none:
      return {};
    case log::Outcome::interrupted:
      return "interrupted";
    default:
      return "failure";
  }
}

struct EventField {
  std::string_view name;
  base::StringId Event::*field;
  bool from_record;
};
constexpr EventField kEventFields[] = {
    {"operation", &Event::operation, true},
    {"tenant", &Event::tenant, true},
    {"actor", &Event::actor_name, true},
    {"actor_id", &Event::actor_id, true},
    {"actor_type", &Event::actor_type, false},
    {"target", &Event::target_name, true},
    {"target_id", &Event::target_id, true},
    {"target_type", &Event::target_type, true},
    {"application", &Event::application_id, true},
    {"application_name", &Event::application_name, true},
    {"resource", &Event::resource_id, true},
    {"resource_name", &Event::resource_name, true},
    {"address", &Event::address, false},
    {"network", &Event::network, true},
    {"country", &Event::country, true},
    {"agent", &Event::agent, true},
    {"client", &Event::client, true},
    {"session", &Event::session, false},
    {"token", &Event::token, false},
    {"mailbox", &Event::mailbox, true},
    {"key_id", &Event::key_id, true},
};

}  // namespace

FieldPath::FieldPath(std::string written) : text(std::move(written)), hash(log::hash_of_name(text)) {
  if (!text.starts_with(kEventStart)) return;
  const std::string_view name = std::string_view(text).substr(kEventStart.size());
  constexpr std::pair<std::string_view, Part> kParts[] = {
      {"operation", Part::operation}, {"result", Part::result},     {"outcome", Part::outcome},
      {"source", Part::source},       {"class", Part::event_class}, {"code", Part::code}};
  constexpr std::pair<std::string_view, std::string_view> kExtras[] = {
      {"new.", "new:"}, {"old.", "old:"}, {"x.", ""}};
  part = Part::nothing;
  for (const auto &[start_of_name, start_of_key] : kExtras)
    if (name.starts_with(start_of_name)) {
      part = Part::extra;
      start = start_of_key;
      key = name.substr(start_of_name.size());
      return;
    }
  for (const auto &[known, which] : kParts)
    if (name == known) part = which;
  for (const EventField &field : kEventFields)
    if (part == Part::nothing && field.name == name) {
      part = Part::member;
      member = field.field;
    }
}

std::string plan_key(std::string_view product, std::string_view field) {
  const std::string lower = base::lower(field);
  if (lower.starts_with(kEventStart) && product != "windows") return lower;
  return std::string(product) + ' ' + lower;
}

FieldPlan plan_field(std::string_view product, std::string_view field, const SigmaAliases &aliases) {
  FieldPlan plan;
  plan.name = field;
  const std::string lower = base::lower(field);
  if (lower.starts_with(kEventStart) && product != "windows") {
    const bool keyed =
        lower.starts_with("event.new.") || lower.starts_with("event.old.") || lower.starts_with("event.x.");
    plan.paths.emplace_back(keyed ? std::string(field) : lower);
    const std::string_view name = std::string_view(lower).substr(kEventStart.size());
    const auto known = std::find_if(std::begin(kEventFields), std::end(kEventFields),
                                    [&](const EventField &one) { return one.name == name; });
    plan.from_record = known != std::end(kEventFields)
                           ? known->from_record
                           : lower.starts_with("event.new.") || lower.starts_with("event.old.");
    return plan;
  }
  plan.paths.emplace_back(std::string(field));
  for (const std::string_view of : {product, std::string_view("*")})
    if (const auto found = aliases.find({std::string(of), lower}); found != aliases.end())
      for (const std::string &path : found->second) {
        plan.paths.emplace_back(path);
        if (path.starts_with(kEventStart)) {
          const FieldPlan inner = plan_field("", path, aliases);
          plan.from_record = plan.from_record && inner.from_record;
        }
      }
  for (const Container &container : kContainers)
    if (container.product == product)
      plan.paths.emplace_back(std::string(container.path) + '.' + std::string(field));
  return plan;
}

void FieldReader::begin(const Json &record, log::EventBuilder &event) {
  ++record_number_;
  record_ = record;
  event_ = &event;
  const std::uint64_t shape = record.shape();
  if (shape == shape_ && ways_ != nullptr) return;
  shape_ = shape;
  ways_ = nullptr;
  if (shape == 0) return;
  if (known_.size() > kShapesMax) known_.clear();
  std::vector<Ways> &ways = known_[shape];
  ways.resize(plans_.size());
  ways_ = &ways;
}

namespace {

bool may_be_pair(const Json &object) {
  return std::any_of(std::begin(kPairNames), std::end(kPairNames),
                     [&](const log::JsonName &name) { return object.may_have(name.hash); });
}

// The dots of a path before which stands the name of a member of the object.
template <typename Each>
void for_heads(const Json &object, std::string_view path, Each &&each) {
  for (std::size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.', dot + 1))
    if (object.may_have(log::hash_of_name(path.substr(0, dot)))) each(dot);
}

}  // namespace

// What collect() could find by this path at the top of a record of this shape.
FieldReader::Way FieldReader::way_of(const FieldPath &path) const {
  if (path.part != FieldPath::Part::record || may_be_pair(record_)) return Way::any;
  const bool whole = record_.may_have(path.hash);
  std::size_t heads = 0;
  for_heads(record_, path.text, [&](std::size_t) { ++heads; });
  if (heads == 0) return whole ? Way::whole : Way::dead;
  return heads == 1 && !whole ? Way::inner : Way::any;
}

bool FieldReader::may_lead(std::uint32_t field, std::size_t place) {
  const FieldPath &path = plans_[field].paths[place];
  std::vector<Inner> &all = inner_[field];
  if (all.size() <= place) all.resize(plans_[field].paths.size());
  Inner &known = all[place];
  const std::string_view text = path.text;
  if (known.outer != shape_) {
    known = {};
    known.outer = shape_;
    for_heads(record_, text, [&](std::size_t dot) { known.dot = dot; });
    known.hash = log::hash_of_name(text.substr(0, known.dot));
  }
  const Json under = record_.get({text.substr(0, known.dot), known.hash});
  if (!under) return false;
  const Json object = under.is_text() ? under.unpacked() : under;
  const std::uint64_t shape = object.shape();
  if (shape == 0) return true;
  if (shape != known.shape) {
    const std::string_view rest = text.substr(known.dot + 1);
    known.shape = shape;
    known.dead = !may_be_pair(object) && !object.may_have(log::hash_of_name(rest));
    for_heads(object, rest, [&](std::size_t) { known.dead = false; });
  }
  return !known.dead;
}

FieldReader::Ways FieldReader::ways_of(std::uint32_t field) {
  constexpr Ways kAll = ~Ways{0};  // any, for every path
  if (ways_ == nullptr) return kAll;
  Ways &ways = (*ways_)[field];
  if (ways != 0) return ways;
  const std::vector<FieldPath> &paths = plans_[field].paths;
  ways = kAll;
  if (paths.size() >= kPathsKnown) return ways;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const auto shift = static_cast<unsigned>(i) * kWayBits;
    ways = (ways & ~(Ways{3} << shift)) | static_cast<Ways>(way_of(paths[i])) << shift;
  }
  return ways;
}

bool FieldReader::may_have(std::uint32_t field) {
  const Ways ways = ways_of(field);
  for (std::size_t i = 0; i < std::min(plans_[field].paths.size(), kPathsKnown); ++i)
    if (static_cast<Way>(ways >> (i * kWayBits) & 3) != Way::dead) return true;
  return plans_[field].paths.size() > kPathsKnown;
}

const std::vector<FieldValue> &FieldReader::values(std::uint32_t field) {
  Cached &cached = cache_[field];
  if (cached.record == record_number_) return cached.values;
  cached.record = record_number_;
  cached.values.clear();
  Ways ways = ways_of(field);
  std::size_t looked_at = 0;
  for (const FieldPath &path : plans_[field].paths) {
    const std::size_t place = looked_at++;
    const Way way = place < kPathsKnown ? static_cast<Way>(ways & 3) : Way::any;
    ways >>= kWayBits;
    if (way == Way::dead || (way == Way::inner && !may_lead(field, place))) continue;
    if (path.part != FieldPath::Part::record)
      of_event(path, cached.values);
    else if (way != Way::whole)
      collect(record_, path.text, 0, cached.values);
    else if (const Json whole = record_.get({path.text, path.hash}))
      leaf(whole, cached.values);
    if (!cached.values.empty()) break;
  }
  return cached.values;
}

void FieldReader::leaf(const Json &value, std::vector<FieldValue> &out) const {
  if (out.size() >= kValuesMax) return;
  if (value.is_scalar()) {
    out.push_back({value.text(), false});
  } else if (value.is_object()) {
    // XML made into JSON: {"#attributes": {..}, "#text": 4625}.
    if (const Json text = value.get("#text")) return leaf(text, out);
    out.push_back({value.raw(), false});
  } else if (value.is_array()) {
    bool scalars = true;
    value.for_each([&](const Json &one) {
      scalars = scalars && one.is_scalar();
      if (out.size() < kValuesMax) out.push_back({one.is_scalar() ? one.text() : one.raw(), false});
    });
    // A list of objects is looked at as a whole, too: rules write Parameters|contains.
    if (!scalars && out.size() < kValuesMax) out.push_back({value.raw(), false});
  }
}

// Follows a dotted path. A member may itself have dots in its name, so the longest name is tried first.
void FieldReader::collect(const Json &value, std::string_view path, int depth,
                          std::vector<FieldValue> &out) const {
  if (depth > kPathDepthMax || out.size() >= kValuesMax) return;
  const Json here = value.is_text() ? value.unpacked() : value;
  if (here.is_array()) {
    here.for_each([&](const Json &one) {
      if (one.is_object()) collect(one, path, depth + 1, out);
    });
    return;
  }
  if (!here.is_object()) return;
  if (const Json whole = here.get(path)) {
    leaf(whole, out);
    return;
  }
  // {Name: X, Value: V} and {key: X, value: V} stand for {X: V}.
  const std::string_view name = here.any({kPairNames[0], kPairNames[1], kPairNames[2], kPairNames[3]}).text();
  if (!name.empty() && base::equal_ignoring_case(name, path)) {
    for (const std::string_view key :
         {"Value", "newValue", "boolValue", "intValue", "multiValue", "multiStrValue", "#text", "msgValue"})
      if (const Json found = here.get(key)) {
        leaf(found, out);
        return;
      }
  }
  for (std::size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.', dot + 1)) {
    const Json inner = here.get(path.substr(0, dot));
    if (!inner) continue;
    const std::size_t before = out.size();
    collect(inner, path.substr(dot + 1), depth + 1, out);
    if (out.size() != before) return;
  }
}

void FieldReader::of_event(const FieldPath &path, std::vector<FieldValue> &out) {
  using Part = FieldPath::Part;
  const Event &event = event_->event();
  const auto add = [&](std::string_view text) {
    if (!text.empty() && out.size() < kValuesMax) out.push_back({text, false});
  };
  switch (path.part) {
    case Part::operation:
      if (const std::string_view written = event_->get(&Event::operation); written != operation_) {
        operation_ = written;
        canonical_ = log::canonical_operation(written);
      }
      return add(canonical_);
    case Part::result:
      return add(result_of(event));
    case Part::outcome:
      return add(log::name_of(event.outcome));
    case Part::source:
      return add(log::name_of(event.source));
    case Part::event_class:
      return add(log::name_of(event.event_class));
    case Part::code: {
      const auto written = std::to_chars(code_.data(), code_.data() + code_.size(), event.code);
      return add({code_.data(), static_cast<std::size_t>(written.ptr - code_.data())});
    }
    case Part::member:
      return add(event_->get(path.member));
    case Part::extra:
      event_->for_extras([&](std::string_view known, std::string_view value) {
        if (known.size() == path.start.size() + path.key.size() && known.starts_with(path.start) &&
            base::equal_ignoring_case(known.substr(path.start.size()), path.key))
          add(value);
      });
      return;
    default:
      return;
  }
}

void FieldReader::flatten(const Json &value, int depth) {
  if (depth > kPathDepthMax || whole_text_.size() > kWholeBytesMax) return;
  if (value.is_scalar()) {
    whole_text_ += value.text();
    whole_text_ += '\n';
    return;
  }
  if (value.is_array()) value.for_each([&](const Json &one) { flatten(one, depth + 1); });
  value.for_members([&](std::string_view, const Json &one) { flatten(one, depth + 1); });
}

const std::vector<FieldValue> &FieldReader::whole() {
  if (whole_.record != record_number_) {
    whole_.record = record_number_;
    whole_text_.clear();
    flatten(record_, 0);
    whole_.values = {{whole_text_, false}};
  }
  return whole_.values;
}

}  // namespace dislodge::detect

#include "detect/sigma_fields.hpp"

#include <algorithm>

#include "base/encode.hpp"
#include "log/operation.hpp"

namespace dislodge::detect {

namespace {

using log::Event;
using log::Json;

constexpr std::size_t kValuesMax = 512;           // of one field
constexpr std::size_t kWholeBytesMax = 4u << 20;  // of one record's texts
constexpr int kPathDepthMax = 24;

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

FieldPlan plan_field(std::string_view product, std::string_view field, const SigmaAliases &aliases) {
  FieldPlan plan;
  plan.name = field;
  const std::string lower = base::lower(field);
  if (lower.starts_with("event.") && product != "windows") {
    plan.paths.push_back(lower.starts_with("event.new.") || lower.starts_with("event.old.") ||
                                 lower.starts_with("event.x.")
                             ? std::string(field)
                             : lower);
    const std::string_view name = std::string_view(lower).substr(6);
    const auto known = std::find_if(std::begin(kEventFields), std::end(kEventFields),
                                    [&](const EventField &one) { return one.name == name; });
    plan.from_record = known != std::end(kEventFields)
                           ? known->from_record
                           : lower.starts_with("event.new.") || lower.starts_with("event.old.");
    return plan;
  }
  plan.paths.emplace_back(field);
  for (const std::string_view of : {product, std::string_view("*")})
    if (const auto found = aliases.find({std::string(of), lower}); found != aliases.end())
      for (const std::string &path : found->second) {
        plan.paths.push_back(path);
        if (path.starts_with("event.")) {
          const FieldPlan inner = plan_field("", path, aliases);
          plan.from_record = plan.from_record && inner.from_record;
        }
      }
  for (const Container &container : kContainers)
    if (container.product == product)
      plan.paths.push_back(std::string(container.path) + '.' + std::string(field));
  return plan;
}

void FieldReader::begin(const Json &record, log::EventBuilder &event) {
  ++record_number_;
  record_ = record;
  event_ = &event;
}

const std::vector<FieldValue> &FieldReader::values(std::uint32_t field) {
  Cached &cached = cache_[field];
  if (cached.record == record_number_) return cached.values;
  cached.record = record_number_;
  cached.values.clear();
  for (const std::string &path : plans_[field].paths) {
    if (path.starts_with("event."))
      of_event(std::string_view(path).substr(6), cached.values);
    else
      collect(record_, path, 0, cached.values);
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
  const std::string_view name = here.any({"Name", "key", "displayName", "@Name"}).text();
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

void FieldReader::of_event(std::string_view name, std::vector<FieldValue> &out) const {
  const Event &event = event_->event();
  const auto add = [&](std::string_view text) {
    if (!text.empty() && out.size() < kValuesMax) out.push_back({text, false});
  };
  const auto extras = [&](std::string_view start, std::string_view key) {
    event_->for_extras([&](std::string_view known, std::string_view value) {
      if (known.size() == start.size() + key.size() && known.starts_with(start) &&
          base::equal_ignoring_case(known.substr(start.size()), key))
        add(value);
    });
  };
  if (name.starts_with("new.")) return extras("new:", name.substr(4));
  if (name.starts_with("old.")) return extras("old:", name.substr(4));
  if (name.starts_with("x.")) return extras("", name.substr(2));
  if (name == "operation") {
    add(event_->arena().keep(log::canonical_operation(event_->get(&Event::operation))));
    return;
  }
  if (name == "result") return add(result_of(event));
  if (name == "outcome") return add(log::name_of(event.outcome));
  if (name == "source") return add(log::name_of(event.source));
  if (name == "class") return add(log::name_of(event.event_class));
  if (name == "code") return add(event_->arena().keep(std::to_string(event.code)));
  for (const EventField &field : kEventFields)
    if (field.name == name) return add(event_->get(field.field));
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

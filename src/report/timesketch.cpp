#include "report/timesketch.hpp"

#include <functional>
#include <map>

#include "base/json_writer.hpp"
#include "report/timeline.hpp"

namespace dislodge::report {

namespace {

void line(std::string &out, base::Time time, std::string_view message, std::string_view what,
          const std::function<void(base::JsonWriter &)> &more) {
  base::JsonWriter json;
  json.object([&] {
    json.field("message", message);
    json.field("datetime", time);
    json.field("timestamp", time.us);
    json.field("timestamp_desc", what);
    more(json);
  });
  out += json.take();
  out += '\n';
}

}  // namespace

std::string timesketch_jsonl(const engine::Picture &picture) {
  std::string out;
  // Events by where they stand, so that a detection's references find theirs.
  std::map<std::tuple<std::string_view, std::uint64_t, std::uint32_t>, const log::Event *> events;
  for (const log::Event &event : picture.events.events)
    if (event.file < picture.events.files.size())
      events.emplace(std::tuple(std::string_view(picture.events.files[event.file]), event.line, event.column),
                     &event);
  for (const detect::Detection &detection : picture.detections)
    for (const detect::EventReference &reference : detection.events) {
      const auto found = events.find({reference.source, reference.line, reference.column});
      if (found == events.end()) continue;
      const log::Event &event = *found->second;
      const auto text = [&](base::StringId id) { return picture.events.text(id); };
      line(out, event.time, detection.says, text(event.operation), [&](base::JsonWriter &json) {
        json.field("data_type", "dislodge:detection");
        json.field("detection", detection.id);
        json.field("kind", detection.kind);
        json.list_field("tag", detection.techniques);
        json.field("user", text(event.actor_name));
        json.field("source_ip", text(event.address));
        json.field("user_agent", text(event.agent));
        json.field("application", text(event.application_name));
        json.field("intruder", detection.intruder);
        json.field("evidence", picture.events.source_of(event));
      });
    }
  for (const TimelineEntry &entry : timeline(picture)) {
    if (entry.what == "detection" || entry.time == base::kTimeMin || entry.time == base::kTimeMax) continue;
    line(out, entry.time, entry.says, entry.what, [&](base::JsonWriter &json) {
      json.field("data_type", "dislodge:" + entry.what);
      json.field("evidence", entry.evidence);
    });
  }
  return out;
}

}  // namespace dislodge::report

#include "log/recogniser.hpp"

#include "base/encode.hpp"
#include "base/json_writer.hpp"
#include "log/csv.hpp"
#include "log/event_xml.hpp"
#include "log/evtx.hpp"
#include "log/query_rows.hpp"
#include "log/reader.hpp"
#include "log/shape.hpp"
#include "log/syslog.hpp"
#include "log/transcode.hpp"

namespace dislodge::log {

namespace {

// What search systems and collectors put around a record that they pass on: Elasticsearch, Splunk, Logstash,
// Cribl, Loki, Datadog, EventBridge, Airbyte.
constexpr JsonName kWrappers[] = {"_source",
                                  "_raw",
                                  "result",
                                  "log",
                                  "event",
                                  "record",
                                  "raw",
                                  "message",
                                  "protoPayloadJson",
                                  "RawEventData",
                                  "CloudTrailEvent",
                                  "fields",
                                  "detail",
                                  "_airbyte_data",
                                  "attributes",
                                  "line",
                                  "body"};
// One in the other: {"_source": {"message": "{...}"}}, {"result": {"_raw": "{...}"}}.
constexpr int kWrappersDeep = 2;
// Around these the original is worth more than what was made of it.
constexpr JsonName kOriginals[] = {"RawEventData", "CloudTrailEvent"};

}  // namespace

const SourceReader *Recogniser::direct(const Json &record) {
  if (last_ != nullptr && last_->is(record)) return last_;
  for (const SourceReader &reader : source_readers())
    if (&reader != last_ && reader.is(record)) return last_ = &reader;
  return nullptr;
}

std::optional<Recognised> Recogniser::operator()(const Json &record) {
  return inside(record, kWrappersDeep);
}

std::optional<Recognised> Recogniser::inside(const Json &record, int deep) {
  if (!record.is_object()) return std::nullopt;
  const auto original = [&](const Json &held) -> std::optional<Recognised> {
    if (!held) return std::nullopt;
    const Json inner = held.unpacked();
    const SourceReader *reader = inner.is_object() ? direct(inner) : nullptr;
    return reader == nullptr ? std::nullopt : std::optional(Recognised{reader, inner});
  };
  for (const JsonName &name : kOriginals)
    if (auto found = original(record.get(name))) return found;
  if (auto found = original(record.get("event").get("original"))) return found;
  if (const SourceReader *reader = direct(record)) {
    if (reader->source == Source::defender)  // the same inside the envelope of Event Hubs
      if (auto inner = original(record.get("properties").get("RawEventData"))) return inner;
    return Recognised{reader, record};
  }
  if (deep == 0) return std::nullopt;
  for (const JsonName &name : kWrappers)
    if (auto found = inside(record.get(name).unpacked(), deep - 1)) return found;
  return std::nullopt;
}

std::string row_as_json(const std::vector<std::string> &columns,
                        const std::vector<std::string_view> &fields) {
  base::JsonWriter json;
  json.object([&] {
    for (std::size_t i = 0; i < columns.size() && i < fields.size(); ++i) {
      if (fields[i].empty()) continue;
      std::string_view name = columns[i];
      for (const std::string_view suffix : {" [UTC]", "_dynamic", "_string"})
        if (name.ends_with(suffix)) name.remove_suffix(suffix.size());
      json.field(name, fields[i]);
    }
  });
  return json.take();
}

bool begins_json(std::string_view bytes) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  for (const char c : bytes) {
    if (c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\x1E') continue;
    return c == '{' || c == '[';
  }
  return false;
}

std::optional<Source> recognise(std::string_view bytes) {
  std::string head_text;
  std::string_view head = bytes.substr(0, kHeadBytes);
  if (const auto order = looks_utf16(head)) {
    head_text = from_utf16(head, *order).text;
    head = head_text;
  }
  if (is_evtx(head) || is_event_xml(head)) return Source::windows;
  JsonArena arena;
  Recogniser recogniser;
  std::optional<Source> found;
  if (begins_json(head)) {
    std::size_t seen = 0;
    QueryRows rows;
    const auto look = [&](std::string_view text, const RecordSpan &span) -> std::optional<Json> {
      if (found || ++seen > kHeadRecords) return std::nullopt;
      const auto record = span.columns_length > 0 ? arena.parse(rows.object(text, span))
                                                  : arena.parse(text.substr(span.offset, span.length));
      if (!record) return std::nullopt;
      if (const auto known = recogniser(*record)) found = known->reader->source;
      return *record;
    };
    split_json(
        head, {},
        [&](const RecordSpan &span) {
          const auto record = look(head, span);
          // An answer to a $batch holds a page.
          if (!record || found || span.columns_length > 0 || !record->get("body").get("value").is_array())
            return;
          const std::string_view answer = head.substr(span.offset, span.length);
          split_json(
              answer, {}, [&](const RecordSpan &inner) { look(answer, inner); }, [](const BadSpan &) {});
        },
        [](const BadSpan &) {});
    if (found) return found;
    // A page without records still says whose it is.
    const std::string_view start = head.substr(0, 4096);
    if (start.find("$metadata#auditLogs/signIns") != std::string_view::npos) return Source::entra_signin;
    if (start.find("$metadata#auditLogs/directoryAudits") != std::string_view::npos)
      return Source::entra_audit;
    return std::nullopt;
  }
  if (looks_syslog(head)) return Source::syslog;
  CsvTable table(head, base::Limits{});
  if (table.columns().size() < 3) return std::nullopt;
  if (table.column("AuditData") &&
      (table.column("Operations") || table.column("Operation") || table.column("RecordType")))
    return Source::m365_audit;
  const auto of_row = [&](const std::vector<std::string_view> &values) -> std::optional<Source> {
    const auto record = arena.parse(row_as_json(table.columns(), values));
    if (!record) return std::nullopt;
    const auto known = recogniser(*record);
    return known ? std::optional(known->reader->source) : std::nullopt;
  };
  // Some sources are told by what stands under the headings, and a table may be empty.
  CsvRow row;
  for (std::size_t i = 0; i < kHeadRecords && table.next(row, [](const BadSpan &) {}); ++i)
    if (const auto known = of_row(row.fields)) return known;
  return of_row(std::vector<std::string_view>(table.columns().size(), "x"));
}

}  // namespace dislodge::log

#include "engine/unit_result.hpp"

namespace dislodge::engine {

std::string UnitResult::encode() const {
  base::WireWriter out;
  out.list(ledger, [&](const evidence::LedgerRow &row) { row.encode(out); });
  out.list(records, [&](const evidence::Record &record) { record.encode(out); });
  out.list(sightings, [&](const secret::Sighting &sighting) { sighting.encode(out); });
  out.list(contexts, [&](const std::string &context) { out.text(context); });
  out.list(values, [&](const UnitValue &value) {
    out.text(value.run_hash);
    out.text(value.sealed);
    out.number(value.length);
  });
  out.text(events);
  out.number(event_count);
  out.number(log_records);
  out.text(facts);
  out.number(fact_count);
  out.list(messages, [&](const UnitMessage &message) {
    for (const std::string *text : {&message.item, &message.media_type, &message.sha256, &message.original,
                                    &message.sealed, &message.given_sha256, &message.given_sealed})
      out.text(*text);
    out.number(message.bytes);
    out.number(message.given_bytes);
    out.list(message.cuts, [&](const UnitCut &cut) {
      for (const std::string *text : {&cut.part, &cut.why, &cut.sha256}) out.text(*text);
      out.number(cut.bytes);
      out.number(cut.lines);
    });
    out.list(message.others, [&](const std::string &other) { out.text(other); });
    out.flag(message.unread);
  });
  out.number(bytes);
  out.number(items);
  out.number(text_bytes);
  return out.take();
}

base::Result<UnitResult> UnitResult::decode(std::string_view encoded) {
  base::WireReader in(encoded);
  UnitResult result;
  in.list([&] { result.ledger.push_back(evidence::LedgerRow::decode(in)); });
  in.list([&] { result.records.push_back(evidence::Record::decode(in)); });
  in.list([&] { result.sightings.push_back(secret::Sighting::decode(in)); });
  in.list([&] { result.contexts.push_back(std::string(in.text())); });
  in.list([&] {
    UnitValue value;
    value.run_hash = in.text();
    value.sealed = in.text();
    value.length = in.number();
    result.values.push_back(std::move(value));
  });
  result.events = in.text();
  result.event_count = in.number();
  result.log_records = in.number();
  result.facts = in.text();
  result.fact_count = in.number();
  in.list([&] {
    UnitMessage message;
    for (std::string *text : {&message.item, &message.media_type, &message.sha256, &message.original,
                              &message.sealed, &message.given_sha256, &message.given_sealed})
      *text = in.text();
    message.bytes = in.number();
    message.given_bytes = in.number();
    in.list([&] {
      UnitCut cut;
      for (std::string *text : {&cut.part, &cut.why, &cut.sha256}) *text = in.text();
      cut.bytes = in.number();
      cut.lines = in.number();
      message.cuts.push_back(std::move(cut));
    });
    in.list([&] { message.others.push_back(std::string(in.text())); });
    message.unread = in.flag();
    result.messages.push_back(std::move(message));
  });
  result.bytes = in.number();
  result.items = in.number();
  result.text_bytes = in.number();
  DISLODGE_TRY(in.finish("result of a worker"));
  if (result.contexts.size() != result.sightings.size())
    return base::fail(base::ErrorKind::internal, "result of a worker: a context belongs to no sighting");
  for (const secret::Sighting &sighting : result.sightings) {
    if (sighting.value >= result.values.size() ||
        (sighting.record != evidence::kNoRecord && sighting.record >= result.records.size()))
      return base::fail(base::ErrorKind::internal, "result of a worker: a sighting points nowhere");
  }
  return result;
}

}  // namespace dislodge::engine

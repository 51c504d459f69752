#include "mail/calendar.hpp"

#include <utility>

#include "base/encode.hpp"
#include "evidence/charset.hpp"
#include "mail/calendar_values.hpp"
#include "mail/reflow.hpp"

namespace dislodge::mail {

bool recognises_calendar(std::string_view bytes) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  const std::string_view head = base::trim(bytes.substr(0, 64));
  return base::equal_ignoring_case(head.substr(0, 15), "BEGIN:VCALENDAR") ||
         base::equal_ignoring_case(head.substr(0, 11), "BEGIN:VCARD");
}

base::Result<void> read_calendar(const evidence::ItemView &item, evidence::Sink &sink) {
  evidence::RecordId within = item.within;
  if (within == evidence::kNoRecord) {
    evidence::Record record;
    record.kind = evidence::RecordKind::document;
    record.item = item.path;
    record.name = base::to_valid_utf8(item.name);
    record.media_type = base::to_valid_utf8(item.media_type);
    within = sink.record(std::move(record));
  }
  std::uint64_t offset = 0;
  for (std::string_view rest = item.bytes; !rest.empty();) {
    const std::string_view piece =
        rest.substr(0, evidence::piece_end(rest, evidence::kConversionPiece, evidence::Wide::none));
    rest.remove_prefix(piece.size());
    const auto utf8 = evidence::to_utf8(piece);
    const auto shown = reflow(utf8.view(), {.unfold = true});
    const std::string_view text = shown ? std::string_view(shown->text) : utf8.view();
    const base::OffsetMap places =
        evidence::compose_maps(utf8.map(), shown ? &shown->map : nullptr, text.size());
    base::OffsetMap map;
    if (places.identity() && offset > 0) map.add(0, offset);
    for (const auto &run : places.runs()) map.add(run.text, run.source + offset);
    if (!text.empty())
      sink.text({.item = item.path,
                 .text = text,
                 .map = map.identity() ? nullptr : &map,
                 .source = item.bytes,
                 .within = within,
                 .name = item.name});
    offset += piece.size();
  }
  emit_calendar_values(item.bytes, item.path, item.depth, within, sink);
  return {};
}

}  // namespace dislodge::mail

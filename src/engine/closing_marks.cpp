#include "engine/closing_marks.hpp"

#include <algorithm>
#include <vector>

#include "evidence/charset.hpp"
#include "evidence/html_text.hpp"
#include "mail/closings.hpp"
#include "mail/quotes.hpp"

namespace dislodge::engine {

void mark_closings(const evidence::TextView &text, std::span<secret::Sighting> found) {
  static const std::vector<evidence::QuotedSpan> kNone;
  std::vector<mail::ClosingSpan> spans;
  const base::OffsetMap *place = text.map;
  base::OffsetMap of_page;
  if (evidence::looks_like_html(text.text)) {
    // Where the source of a page was scanned, closings are told by what a reader of it sees.
    const evidence::HtmlText page = evidence::html_text(text.text);
    of_page = evidence::compose_maps(text.map, &page.map, page.text.size());
    place = &of_page;
    spans = mail::closing_spans(page.text, mail::merge_quoted(page.quoted, mail::quoted_spans(page.text)));
  } else {
    spans = mail::closing_spans(text.text, text.quoted != nullptr ? *text.quoted : kNone);
  }
  if (place != nullptr && !place->identity())
    for (mail::ClosingSpan &span : spans) {
      span.begin = place->source_of(span.begin);
      span.end = place->source_of(span.end - 1) + 1;
    }
  for (secret::Sighting &sighting : found) {
    // What was found in a decoded stretch has offsets of its own.
    if (sighting.item != text.item) continue;
    for (const mail::ClosingSpan &span : spans)
      if (sighting.offset >= span.begin && sighting.offset < span.end)
        sighting.closing =
            span.kind == mail::Closing::signature ? secret::Closing::signature : secret::Closing::disclaimer;
  }
}

}  // namespace dislodge::engine

#include "mail/prepared_text.hpp"

#include <algorithm>

#include "base/encode.hpp"
#include "mail/calendar_values.hpp"
#include "mail/quotes.hpp"

namespace dislodge::mail {
namespace {

using evidence::QuotedSpan;

constexpr std::size_t kKeptMax = 1u << 20;

bool is_html(const Part &part) {
  return part.type.value == "text/html" || part.type.value == "application/xhtml+xml";
}

std::vector<QuotedSpan> spans_in_source(const std::vector<QuotedSpan> &spans, const base::OffsetMap &map,
                                        std::uint64_t source_size) {
  std::vector<QuotedSpan> out;
  for (const QuotedSpan &span : spans) {
    const std::uint64_t begin = map.source_of(span.begin);
    // A line end that the stripper added has no place of its own.
    const std::uint64_t end = std::min(map.source_of(span.end - 1) + 1, source_size);
    if (end > begin && (out.empty() || begin >= out.back().end)) out.push_back({begin, end, span.depth});
  }
  return out;
}

}  // namespace

bool is_inline_text(const Part &part) {
  if (part.cut == Cut::none &&
      (part.type.value == "message/external-body" || part.type.value == "message/partial"))
    return true;  // whatever it is called, its body is not here
  if (!part.name.empty() || part.disposition.value == "attachment" || part.cut != Cut::none) return false;
  const std::string &type = part.type.value;
  if (type == "text/rtf" || type == "text/richtext-rtf") return false;  // its reader knows better
  return type.starts_with("text/") || type == "application/xhtml+xml" || type == "message/delivery-status" ||
         type == "message/disposition-notification" || type == "message/external-body" ||
         type == "message/partial" || type == "message/feedback-report" ||
         type == "application/pgp-encrypted" || type == "application/x-pkcs7-crl-control" ||
         (type.starts_with("multipart/"));
}

void PreparedText::reuse() {
  part = nullptr;
  body.reuse();
  quoted.clear();
  source_quoted.clear();
  text_.reset();
  converted_ = false;
  if (utf8_.capacity() > kKeptMax)
    utf8_ = {};
  else
    utf8_.clear();
  html_.reset();
  reflowed_.reset();
  shown_place_ = {};
}

void PreparedText::prepare(const Part &of, std::string_view encoding, Reading reading, bool from_quoted) {
  part = &of;
  body.decode(of.body, encoding);
  if (reading == Reading::decoded)
    converted_ = evidence::converted_to_utf8(body.bytes, of.type.get("charset"), utf8_);
  else
    text_ = evidence::to_utf8(body.bytes, of.type.get("charset"));
  if (is_html(of)) {
    if (reading == Reading::decoded) return;
    html_ = evidence::html_text(utf8());
    quoted = merge_quoted(html_->quoted, quoted_spans(html_->text));
    source_quoted = spans_in_source(quoted, html_->map, utf8().size());
  } else {
    Reflow how;
    how.from_quoted = from_quoted;
    how.flowed = base::equal_ignoring_case(of.type.get("format"), "flowed");
    how.delete_space = base::equal_ignoring_case(of.type.get("delsp"), "yes");
    how.unfold = is_calendar_type(of.type.value);
    reflowed_ = reflow(utf8(), how);
    if (reading == Reading::all) quoted = quoted_spans(shown());
  }
  if (html_ || reflowed_)
    shown_place_ =
        evidence::compose_maps(utf8_place(), html_ ? &html_->map : &reflowed_->map, shown().size());
}

}  // namespace dislodge::mail

// Plain text and HTML.

#include <algorithm>

#include "base/encode.hpp"
#include "evidence/charset.hpp"
#include "evidence/html_text.hpp"
#include "file/document.hpp"
#include "file/readers.hpp"

namespace dislodge::file {
namespace {

constexpr std::size_t kStripPiece = 64u << 20;  // HTML is stripped in pieces of this size

// The value of "charset=" in a media type or in the first bytes of a page.
std::string charset_in(std::string_view text) {
  const std::string head = base::lower(text.substr(0, 2048));
  std::size_t at = head.find("charset=");
  if (at == std::string::npos) return {};
  at += 8;
  while (at < head.size() && (head[at] == '"' || head[at] == '\'' || head[at] == ' ')) ++at;
  const std::size_t end = head.find_first_of("\"' ;/>\r\n", at);
  return head.substr(at, end == std::string::npos ? end : end - at);
}

// A declared charset counts only where the bytes are not plainly UTF-8 or UTF-16.
std::string believed(std::string_view bytes, std::string declared) {
  if (declared.empty() || bytes.starts_with("\xEF\xBB\xBF") ||
      evidence::wide_of(bytes) != evidence::Wide::none)
    return {};
  const std::string_view head = bytes.substr(0, 1u << 20);
  // A sequence may be cut at the end of the sample.
  const bool seven_bit_shifts = declared.starts_with("iso-2022") || declared.starts_with("utf-7");
  if (!seven_bit_shifts && evidence::valid_utf8_prefix(head) + 4 > head.size()) return {};
  return declared;
}

}  // namespace

base::Result<void> read_text(const evidence::ItemView &item, evidence::Sink &sink) {
  if (item.bytes.empty()) return {};
  emit_source_text(item, record_of(item, sink), item.bytes, believed(item.bytes, charset_in(item.media_type)),
                   sink);
  return {};
}

base::Result<void> read_html(const evidence::ItemView &item, evidence::Sink &sink) {
  if (item.bytes.empty()) return {};
  const evidence::RecordId within = record_of(item, sink);
  std::string charset = charset_in(item.media_type);
  if (charset.empty()) charset = charset_in(item.bytes.substr(0, 2048));
  charset = believed(item.bytes, std::move(charset));
  emit_source_text(item, within, item.bytes, charset, sink);

  const evidence::Wide wide = evidence::wide_of(item.bytes);
  const std::string_view told =
      wide == evidence::Wide::none ? std::string_view(charset) : evidence::charset_of(wide);
  for (std::string_view rest = item.bytes; !rest.empty();) {
    const std::size_t most = wide == evidence::Wide::none ? kStripPiece : evidence::kConversionPiece;
    const std::string_view piece = rest.substr(0, evidence::piece_end(rest, most, wide));
    const auto offset = static_cast<std::uint64_t>(piece.data() - item.bytes.data());
    rest.remove_prefix(piece.size());
    const auto utf8 = evidence::to_utf8(piece, told);
    const evidence::HtmlText html = evidence::html_text(utf8.view());
    if (html.text.empty()) continue;
    const base::OffsetMap composed = evidence::compose_maps(utf8.map(), &html.map, html.text.size());
    base::OffsetMap map;
    for (const auto &run : composed.runs()) map.add(run.text, run.source + offset);
    evidence::TextView view;
    view.item = item.path;
    view.text = html.text;
    view.map = &map;
    view.source = item.bytes;
    view.quoted = html.quoted.empty() ? nullptr : &html.quoted;
    view.within = within;
    view.name = item.name;
    sink.text(view);
  }
  return {};
}

}  // namespace dislodge::file

#include "file/document.hpp"

#include "base/encode.hpp"
#include "evidence/charset.hpp"

namespace dislodge::file {
namespace {

constexpr std::size_t kHandOver = 8u << 20;  // extracted text is scanned in pieces of about this size

}  // namespace

evidence::RecordId record_of(const evidence::ItemView &item, evidence::Sink &sink) {
  if (item.within != evidence::kNoRecord) return item.within;
  evidence::Record record;
  record.kind = evidence::RecordKind::document;
  record.item = item.path;
  record.name = base::to_valid_utf8(item.name);
  record.media_type = base::to_valid_utf8(item.media_type);
  return sink.record(std::move(record));
}

void ExtractedText::line() {
  if (!at_line_start()) text_ += '\n';
  if (text_.size() >= kHandOver) finish();
}

void ExtractedText::finish() {
  if (text_.empty()) return;
  base::OffsetMap map;
  if (handed_ > 0) map.add(0, handed_);
  evidence::TextView view;
  view.item = item_.path;
  view.text = text_;
  view.space = evidence::Space::text;
  view.map = map.identity() ? nullptr : &map;
  view.within = within_;
  view.name = item_.name;
  sink_.text(view);
  handed_ += text_.size();
  text_.clear();
}

void emit_source_text(const evidence::ItemView &item, evidence::RecordId within, std::string_view bytes,
                      std::string_view charset, evidence::Sink &sink) {
  evidence::TextView view;
  view.item = item.path;
  view.source = item.bytes;
  view.within = within;
  view.name = item.name;
  const evidence::Wide wide = evidence::wide_of(bytes);
  if (wide == evidence::Wide::none && evidence::valid_utf8_prefix(bytes) == bytes.size() &&
      evidence::to_utf8(bytes.substr(0, 1), charset).is_borrowed() && charset.empty()) {
    view.text = bytes;
    base::OffsetMap map;
    const auto offset = static_cast<std::uint64_t>(bytes.data() - item.bytes.data());
    if (offset > 0) map.add(0, offset);
    view.map = map.identity() ? nullptr : &map;
    if (!bytes.empty()) sink.text(view);
    return;
  }
  // A byte order mark stands at the start only, so the pieces are told what they are.
  const std::string_view told = wide == evidence::Wide::none ? charset : evidence::charset_of(wide);
  while (!bytes.empty()) {
    const std::string_view piece =
        bytes.substr(0, evidence::piece_end(bytes, evidence::kConversionPiece, wide));
    const auto offset = static_cast<std::uint64_t>(piece.data() - item.bytes.data());
    const auto utf8 = evidence::to_utf8(piece, told);
    base::OffsetMap map;
    if (utf8.map() == nullptr) {
      if (offset > 0) map.add(0, offset);
    } else {
      for (const auto &run : utf8.map()->runs()) map.add(run.text, run.source + offset);
    }
    view.text = utf8.view();
    view.map = map.identity() ? nullptr : &map;
    if (!view.text.empty()) sink.text(view);
    bytes.remove_prefix(piece.size());
  }
}

}  // namespace dislodge::file

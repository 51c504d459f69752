#pragma once
// What the readers of this stage share: the record that a text belongs to, and extracted text that is handed
// to the sink in pieces, so that a document larger than memory is no special case.

#include <string>
#include <string_view>

#include "base/offset_map.hpp"
#include "evidence/item.hpp"
#include "evidence/sink.hpp"

namespace dislodge::file {

// The record around the item, or a new document record where there is none.
evidence::RecordId record_of(const evidence::ItemView &item, evidence::Sink &sink);

// Text that is put together from many places. Offsets in what the sink gets count in all of the text so far.
//
//   ExtractedText out(item, within, sink);   out.add("..."); out.line();   out.finish();
class ExtractedText {
 public:
  ExtractedText(const evidence::ItemView &item, evidence::RecordId within, evidence::Sink &sink)
      : item_(item), within_(within), sink_(sink) {}
  void add(std::string_view utf8) { text_ += utf8; }
  void add(char c) { text_ += c; }
  // Bytes gathered and not handed over yet: a place for insert(), good until the next line().
  std::size_t size() const { return text_.size(); }
  void insert(std::size_t at, std::string_view utf8) { text_.insert(at, utf8); }
  // Ends the line if there is one; hands over what has gathered once that is much.
  void line();
  bool at_line_start() const { return text_.empty() || text_.back() == '\n'; }
  bool after_blank() const {
    return text_.empty() || text_.back() == '\n' || text_.back() == ' ' || text_.back() == '\t';
  }
  void finish();

 private:
  const evidence::ItemView &item_;
  evidence::RecordId within_;
  evidence::Sink &sink_;
  std::string text_;
  std::uint64_t handed_ = 0;
};

// Text whose bytes come one for one from the item, at `offset`: scanned in pieces, in the item's space.
void emit_source_text(const evidence::ItemView &item, evidence::RecordId within, std::string_view bytes,
                      std::string_view charset, evidence::Sink &sink);

}  // namespace dislodge::file

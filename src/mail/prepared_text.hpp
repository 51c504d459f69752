#pragma once
// A text part made ready for the scanner: decoded, in UTF-8, its soft line ends undone, its HTML as text,
// with what is quoted marked. Its members are views of each other, so it is neither moved nor copied.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/offset_map.hpp"
#include "evidence/charset.hpp"
#include "evidence/html_text.hpp"
#include "evidence/record.hpp"
#include "mail/body.hpp"
#include "mail/reflow.hpp"
#include "mail/structure.hpp"

namespace dislodge::mail {

// `decoded`: fields and bodies alone, as decode_message() gives them.
enum class Reading : std::uint8_t { all, decoded };

class PreparedText {
 public:
  PreparedText() = default;
  PreparedText(const PreparedText &) = delete;
  PreparedText &operator=(const PreparedText &) = delete;

  // `from_quoted`: lines that begin with "From " carry a ">", as in an mbox.
  void prepare(const Part &of, std::string_view encoding, Reading reading, bool from_quoted);
  void reuse();

  const Part *part = nullptr;
  Body body;
  std::vector<evidence::QuotedSpan> quoted;         // in shown()
  std::vector<evidence::QuotedSpan> source_quoted;  // in utf8(), where that is HTML

  bool is_page() const { return html_.has_value(); }
  std::string_view utf8() const { return text_ ? text_->view() : converted_ ? utf8_ : body.bytes; }
  // What a reader sees: the text of HTML, or the text with its soft line ends undone.
  std::string_view shown() const {
    return html_ ? std::string_view(html_->text) : reflowed_ ? std::string_view(reflowed_->text) : utf8();
  }
  // From places in utf8() and in shown() to the body's bytes; null: the same, or Reading::decoded, which asks
  // for no places.
  const base::OffsetMap *utf8_place() const { return text_ ? text_->map() : nullptr; }
  const base::OffsetMap *shown_place() const { return html_ || reflowed_ ? &shown_place_ : utf8_place(); }

 private:
  std::optional<evidence::Utf8Text> text_;
  bool converted_ = false;  // without places
  std::string utf8_;
  std::optional<evidence::HtmlText> html_;
  std::optional<ReflowedText> reflowed_;
  base::OffsetMap shown_place_;
};

// Whether a part is read as text of the message rather than handed on as an attachment.
bool is_inline_text(const Part &part);

}  // namespace dislodge::mail

#pragma once
// Values of PDF (ISO 32000-1 section 7.3) and the lexer that objects, object streams and content streams
// share. Strings and names stay views of the bytes until they are asked for. Parsing is iterative, bounded in
// depth and in the number of values, and takes broken input as far as it makes sense.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dislodge::file {

struct PdfValue {
  enum class Kind : std::uint8_t {
    null,
    boolean,
    number,
    name,
    string,
    array,
    dictionary,
    reference,
    keyword
  };
  Kind kind = Kind::null;
  double number = 0;                   // of a number or boolean; of a reference its object number
  std::string_view raw;                // name without "/", string with its brackets, keyword
  std::vector<PdfValue> items;         // of an array; values of a dictionary
  std::vector<std::string_view> keys;  // of a dictionary, as raw names

  bool is(Kind k) const { return kind == k; }
  bool is_name(std::string_view name) const { return kind == Kind::name && raw == name; }
  bool is_keyword(std::string_view word) const { return kind == Kind::keyword && raw == word; }
  const PdfValue *find(std::string_view key) const;  // null where it is no dictionary or has no such key
};

// The bytes of a string: escapes or hex digits decoded.
std::string pdf_string_bytes(const PdfValue &string);
// A text string as UTF-8: UTF-16 or UTF-8 by byte order mark, else PDFDocEncoding.
std::string pdf_text(std::string_view bytes);
// A name with its #XX decoded.
std::string pdf_name(std::string_view raw);

class PdfLexer {
 public:
  static constexpr std::size_t kDepthMax = 100;

  PdfLexer(std::string_view bytes, std::size_t at, std::uint64_t *budget = nullptr)
      : bytes_(bytes), at_(at), budget_(budget) {}
  std::size_t at() const { return at_; }
  void seek(std::size_t at) { at_ = at; }
  bool at_end();  // skips blanks and comments first

  // The next value: an array or dictionary whole, anything else a token. With `references`, "12 0 R" is one
  // value. False at the end or where the budget of values is used up.
  bool next(PdfValue &value, bool references);
  void skip_blanks();

 private:
  enum class Token : std::uint8_t { end, value, array_open, array_close, dictionary_open, dictionary_close };
  Token token(PdfValue &value);
  bool spend() { return budget_ == nullptr || (*budget_ > 0 && (*budget_)-- > 0); }

  std::string_view bytes_;
  std::size_t at_;
  std::uint64_t *budget_;
};

bool pdf_blank(char c);
bool pdf_delimiter(char c);

}  // namespace dislodge::file

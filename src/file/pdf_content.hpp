#pragma once
// Text of content streams (ISO 32000-1 sections 8, 9): runs the operators that show and move text, and puts
// the characters together into lines by where they land on the page. Forms are followed without recursion.

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "file/document.hpp"
#include "file/pdf_document.hpp"
#include "file/pdf_font.hpp"

namespace dislodge::file {

class PdfContent {
 public:
  PdfContent(PdfDocument &document, ExtractedText &out) : document_(document), out_(out) {}

  // Interprets one content, as a page has it, with its resources.
  void run(std::string content, const PdfValue &resources);

  // Objects that were interpreted as forms, or hold inline what was read.
  const std::set<std::uint32_t> &forms_run() const { return forms_run_; }
  std::uint64_t glyphs() const { return glyphs_; }
  std::uint64_t unknown_glyphs() const { return unknown_; }

 private:
  struct Matrix {
    double a = 1, b = 0, c = 0, d = 1, e = 0, f = 0;
    Matrix times(const Matrix &after) const;
  };
  struct State {
    Matrix ctm;
    PdfFont *font = nullptr;
    double size = 0, character_space = 0, word_space = 0, scale = 1, leading = 0, rise = 0;
  };
  // A content being interpreted: the page, or a form within it.
  struct Frame {
    std::string content;
    std::size_t at = 0;
    const PdfValue *resources = nullptr;
    std::size_t states = 0;  // states saved when it began
    std::uint32_t form = 0;
    Matrix text, line;
  };

  bool step(Frame &frame, std::unique_ptr<Frame> &form);  // one operator; false at the end
  void text_operator(std::string_view op, Frame &frame);
  void show(std::string_view string, Frame &frame);
  void place(const PdfGlyph &glyph, const Matrix &at, double height);
  void line();
  void blank();
  void close_run();
  void move(Frame &frame, double x, double y);
  void set_font(Frame &frame);
  std::unique_ptr<Frame> open_form(const Frame &frame);
  double number(std::size_t index) const;
  void skip_inline_image(PdfLexer &lexer, std::string_view content);

  PdfDocument &document_;
  ExtractedText &out_;
  std::vector<State> states_{State{}};
  std::vector<PdfValue> operands_;
  std::map<const PdfValue *, std::unique_ptr<PdfFont>> fonts_;
  PdfFont no_font_;
  std::set<std::uint32_t> forms_run_;
  std::map<std::uint32_t, std::uint32_t> form_runs_;
  // Where the last glyph ended, and along which direction.
  bool placed_ = false;
  double end_x_ = 0, end_y_ = 0, end_size_ = 0;
  // Where in the text the run of letters that are read from the right begins, and whether a blank follows it.
  static constexpr std::size_t kNoRun = static_cast<std::size_t>(-1);
  std::size_t run_ = kNoRun;
  bool blank_in_run_ = false;
  std::uint64_t glyphs_ = 0;
  std::uint64_t unknown_ = 0;
};

}  // namespace dislodge::file

#include "file/pdf_content.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace dislodge::file {
namespace {

using Kind = PdfValue::Kind;

constexpr std::size_t kStatesMax = 512;
constexpr std::size_t kFormDepthMax = 16;
constexpr std::uint32_t kFormRunsMax = 8;  // a form drawn on every page says the same each time
constexpr std::size_t kOperandsMax = 10'000;
// In font sizes: a gap as wide as this separates words, a step down as far as this begins a line.
constexpr double kWordGap = 0.1;
constexpr double kLineStep = 0.5;
constexpr std::size_t kRunMax = 4096;  // bytes that a glyph may have to move: no line is longer

// Letters of Hebrew, Arabic, Syriac and Thaana, and their forms of presentation.
bool is_right_to_left(std::string_view text) {
  if (text.size() < 2) return false;
  const auto first = static_cast<unsigned char>(text[0]);
  const auto second = static_cast<unsigned char>(text[1]);
  if (first == 0xD6) return second >= 0x90;                    // U+0590 to
  if (first >= 0xD7 && first <= 0xDF) return true;             // U+07FF
  if (first == 0xE0) return second >= 0xA0 && second <= 0xA3;  // U+0800 to U+08FF
  if (first != 0xEF || text.size() < 3) return false;
  const auto third = static_cast<unsigned char>(text[2]);
  if (second == 0xAC) return third >= 0x9D;                                           // U+FB1D to
  return (second >= 0xAD && second <= 0xB7) || (second >= 0xB9 && second <= 0xBA) ||  // U+FDFF; U+FE70 to
         (second == 0xBB && third <= 0xBC);                                           // U+FEFC
}

}  // namespace

PdfContent::Matrix PdfContent::Matrix::times(const Matrix &n) const {
  return {a * n.a + b * n.c, a * n.b + b * n.d,       c * n.a + d * n.c,
          c * n.b + d * n.d, e * n.a + f * n.c + n.e, e * n.b + f * n.d + n.f};
}

void PdfContent::run(std::string content, const PdfValue &resources) {
  std::vector<std::unique_ptr<Frame>> frames;
  states_.assign(1, State{});
  placed_ = false;
  close_run();
  auto page = std::make_unique<Frame>();
  page->content = std::move(content);
  page->resources = &resources;
  page->states = 1;
  frames.push_back(std::move(page));
  while (!frames.empty()) {
    std::unique_ptr<Frame> form;
    if (!step(*frames.back(), form)) {
      // A content may leave states saved; they end with it.
      if (states_.size() > frames.back()->states && frames.size() > 1) states_.resize(frames.back()->states);
      if (frames.size() > 1 && states_.size() > 1) states_.pop_back();  // the one saved for the form
      frames.pop_back();
      continue;
    }
    if (form && frames.size() < kFormDepthMax)
      frames.push_back(std::move(form));
    else if (form)
      states_.pop_back();
  }
  line();
}

double PdfContent::number(std::size_t index) const {
  if (index >= operands_.size() || !operands_[index].is(Kind::number)) return 0;
  return operands_[index].number;
}

bool PdfContent::step(Frame &frame, std::unique_ptr<Frame> &form) {
  PdfLexer lexer(frame.content, frame.at);
  operands_.clear();
  PdfValue value;
  while (true) {
    if (!lexer.next(value, false)) {
      frame.at = frame.content.size();
      return false;
    }
    if (value.is(Kind::keyword)) break;
    if (operands_.size() < kOperandsMax) operands_.push_back(std::move(value));
  }
  const std::string_view op = value.raw;
  State &state = states_.back();
  if (op == "BI") {
    skip_inline_image(lexer, frame.content);
  } else if (op == "q") {
    if (states_.size() < kStatesMax) states_.push_back(State(states_.back()));
  } else if (op == "Q") {
    if (states_.size() > frame.states) states_.pop_back();
  } else if (op == "cm" && operands_.size() >= 6) {
    state.ctm = Matrix{number(0), number(1), number(2), number(3), number(4), number(5)}.times(state.ctm);
  } else if (op == "Do") {
    form = open_form(frame);
  } else {
    text_operator(op, frame);
  }
  frame.at = lexer.at();
  return true;
}

void PdfContent::text_operator(std::string_view op, Frame &frame) {
  State &state = states_.back();
  if (op == "BT") {
    frame.text = frame.line = {};
  } else if (op == "Tf") {
    set_font(frame);
  } else if (op == "Td") {
    move(frame, number(0), number(1));
  } else if (op == "TD") {
    state.leading = -number(1);
    move(frame, number(0), number(1));
  } else if (op == "Tm") {
    frame.text = frame.line = {number(0), number(1), number(2), number(3), number(4), number(5)};
  } else if (op == "T*") {
    move(frame, 0, -state.leading);
  } else if (op == "Tc") {
    state.character_space = number(0);
  } else if (op == "Tw") {
    state.word_space = number(0);
  } else if (op == "Tz") {
    state.scale = number(0) / 100;
  } else if (op == "TL") {
    state.leading = number(0);
  } else if (op == "Ts") {
    state.rise = number(0);
  } else if (op == "Tj" || op == "'" || op == "\"") {
    if (op == "\"" && operands_.size() >= 3) {
      state.word_space = number(0);
      state.character_space = number(1);
    }
    if (op != "Tj") move(frame, 0, -state.leading);
    if (!operands_.empty() && operands_.back().is(Kind::string))
      show(pdf_string_bytes(operands_.back()), frame);
  } else if (op == "TJ") {
    if (operands_.empty() || !operands_.back().is(Kind::array)) return;
    // show() may change states_, not operands_.
    for (const PdfValue &piece : operands_.back().items) {
      if (piece.is(Kind::string)) {
        show(pdf_string_bytes(piece), frame);
      } else if (piece.is(Kind::number)) {
        const double shift = -piece.number / 1000 * state.size;
        const bool vertical = state.font != nullptr && state.font->vertical();
        const Matrix by{1, 0, 0, 1, vertical ? 0 : shift * state.scale, vertical ? shift : 0};
        frame.text = by.times(frame.text);
      }
    }
  }
}

void PdfContent::move(Frame &frame, double x, double y) {
  frame.line = Matrix{1, 0, 0, 1, x, y}.times(frame.line);
  frame.text = frame.line;
}

void PdfContent::set_font(Frame &frame) {
  State &state = states_.back();
  state.size = number(operands_.empty() ? 0 : operands_.size() - 1);
  state.font = &no_font_;
  if (operands_.size() < 2 || !operands_[operands_.size() - 2].is(Kind::name)) return;
  const PdfValue &fonts = document_.get(*frame.resources, "Font");
  const PdfValue &font = document_.get(fonts, operands_[operands_.size() - 2].raw);
  if (!font.is(Kind::dictionary)) return;
  auto &known = fonts_[&font];  // values live as long as the document
  if (!known) known = std::make_unique<PdfFont>(document_, font);
  state.font = known.get();
}

void PdfContent::show(std::string_view string, Frame &frame) {
  const State state = states_.back();
  PdfFont &font = state.font == nullptr ? no_font_ : *state.font;
  while (!string.empty()) {
    const PdfGlyph glyph = font.read(string);
    ++glyphs_;
    if (!glyph.known) ++unknown_;
    const Matrix scale{state.size * state.scale, 0, 0, state.size, 0, state.rise};
    place(glyph, scale.times(frame.text).times(state.ctm), font.height());
    double advance = glyph.width / 1000 * state.size + state.character_space;
    if (glyph.blank) advance += state.word_space;
    const Matrix by =
        font.vertical() ? Matrix{1, 0, 0, 1, 0, -state.size} : Matrix{1, 0, 0, 1, advance * state.scale, 0};
    frame.text = by.times(frame.text);
    const Matrix end = Matrix{1, 0, 0, 1, 0, state.rise}.times(frame.text).times(state.ctm);
    // Character spacing is not part of the glyph: a wide one is a gap, as in s p a c e d headings.
    const double spacing = font.vertical() ? 0 : state.character_space * state.scale;
    end_x_ = end.e - spacing * end.a;
    end_y_ = end.f - spacing * end.b;
  }
}

void PdfContent::place(const PdfGlyph &glyph, const Matrix &at, double height) {
  const double size = std::hypot(at.c, at.d) * height;
  const double length = std::hypot(at.a, at.b);
  double along = 0;
  if (placed_ && size > 0 && length > 0 && std::isfinite(size) && std::isfinite(length)) {
    const double dx = at.e - end_x_;
    const double dy = at.f - end_y_;
    along = (dx * at.a + dy * at.b) / length;
    const double across = std::abs(dx * at.b - dy * at.a) / length;
    // A raised or lowered small character belongs to the line of the large ones.
    if (across > kLineStep * std::max(size, end_size_) || along < -2 * size) {
      line();
      along = 0;
    } else if (along > kWordGap * size) {
      blank();
    }
  }
  placed_ = true;
  end_size_ = size;
  if (glyph.text == " " || glyph.text == "\xC2\xA0") {
    blank();
    return;
  }
  // Ligatures (U+FB00 to U+FB06) are letters to a reader: "conﬁg" is searched for as "config".
  static constexpr std::array<std::string_view, 7> kLigatures = {"ff", "fi", "fl", "ffi", "ffl", "st", "st"};
  std::string_view text = glyph.text;
  if (text.size() == 3 && text.starts_with("\xEF\xAC")) {
    const auto index = static_cast<std::size_t>(static_cast<unsigned char>(text[2]) - 0x80);
    if (index < kLigatures.size()) text = kLigatures[index];
  }
  // Hebrew and Arabic stand on a page as they are seen, mostly drawn from left to right, and are read from
  // the right: each glyph then goes before those of its run.
  if (!is_right_to_left(text)) {
    close_run();
    out_.add(text);
  } else if (run_ == kNoRun || along < -0.3 * size || out_.size() - run_ > kRunMax) {
    if (run_ == kNoRun) run_ = out_.size();
    if (blank_in_run_) out_.add(' ');
    out_.add(text);
  } else {
    if (blank_in_run_) out_.insert(run_, " ");
    out_.insert(run_, text);
  }
  blank_in_run_ = false;
}

void PdfContent::line() {
  run_ = kNoRun;
  blank_in_run_ = false;
  out_.line();
}

void PdfContent::blank() {
  if (run_ != kNoRun)
    blank_in_run_ = true;
  else if (!out_.after_blank())
    out_.add(' ');
}

void PdfContent::close_run() {
  if (blank_in_run_) out_.add(' ');
  run_ = kNoRun;
  blank_in_run_ = false;
}

std::unique_ptr<PdfContent::Frame> PdfContent::open_form(const Frame &frame) {
  if (operands_.empty() || !operands_.back().is(Kind::name)) return nullptr;
  const PdfValue &objects = document_.get(*frame.resources, "XObject");
  const PdfValue *reference = objects.find(operands_.back().raw);
  if (reference == nullptr) return nullptr;
  const PdfObject *object = document_.object_of(*reference);
  if (object == nullptr || !object->has_stream || !document_.get(object->value, "Subtype").is_name("Form"))
    return nullptr;
  forms_run_.insert(object->number);
  if (++form_runs_[object->number] > kFormRunsMax) return nullptr;
  auto form = std::make_unique<Frame>();
  form->content = document_.decode(*object).bytes;
  const PdfValue &resources = document_.get(object->value, "Resources");
  form->resources = resources.is(Kind::dictionary) ? &resources : frame.resources;
  form->form = object->number;
  if (states_.size() >= kStatesMax) return nullptr;
  states_.push_back(State(states_.back()));
  form->states = states_.size();
  const PdfValue &matrix = document_.get(object->value, "Matrix");
  if (matrix.is(Kind::array) && matrix.items.size() == 6) {
    std::array<double, 6> m{};
    for (std::size_t i = 0; i < 6; ++i) m[i] = document_.resolve(matrix.items[i]).number;
    states_.back().ctm = Matrix{m[0], m[1], m[2], m[3], m[4], m[5]}.times(states_.back().ctm);
  }
  return form;
}

// BI <keys> ID <bytes> EI: the bytes are a picture of unknown length.
void PdfContent::skip_inline_image(PdfLexer &lexer, std::string_view content) {
  PdfValue value;
  while (lexer.next(value, false))
    if (value.is_keyword("ID")) break;
  std::size_t at = lexer.at() + 1;
  while (true) {
    const std::size_t found = content.find("EI", at);
    if (found == std::string_view::npos) {
      lexer.seek(content.size());
      return;
    }
    const bool before = found > 0 && pdf_blank(content[found - 1]);
    const bool after = found + 2 >= content.size() || pdf_blank(content[found + 2]);
    // Picture bytes hold "EI" by chance; what follows the real one is text.
    const std::string_view next = content.substr(found + 2, 12);
    const bool plain = std::all_of(next.begin(), next.end(), [](char c) {
      return (c >= 0x20 && c < 0x7F) || c == '\n' || c == '\r' || c == '\t';
    });
    if (before && after && plain) {
      lexer.seek(found + 2);
      return;
    }
    at = found + 2;
  }
}

}  // namespace dislodge::file

#pragma once
// Text in pictures, by tesseract and, for QR and bar codes, zbar. Both are loaded while the program runs,
// where they are installed, so neither is needed to build or start; without them pictures stay unread and the
// ledger says what to install. What is read so is marked (TextView::ocr) and has less confidence.
//
//   Ocr ocr; ocr.prepare();                  // before the sandbox: opens libraries and the language data
//   ocr.begin_unit(limits);                  // the budget is a unit's
//   Ocr::Reading got = ocr.read(picture);    // in the sandbox

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/limits.hpp"

namespace dislodge::file {

class Ocr {
 public:
  enum class State : std::uint8_t {
    read,         // to its end, text or not
    missing,      // the libraries are not installed
    off,          // --no-ocr
    spent,        // the unit's budget is used up
    unsupported,  // no picture that leptonica decodes, or damaged
    too_large,    // more pixels than the limit
    timed_out,    // some of its text is read
  };
  struct Reading {
    State state = State::missing;
    std::string text;   // by OCR, UTF-8
    std::string codes;  // contents of QR and bar codes, one a line: exact
  };

  Ocr();
  ~Ocr();
  Ocr(const Ocr &) = delete;
  Ocr &operator=(const Ocr &) = delete;

  // Opens what is installed; may be called once, before the sandbox is entered.
  void prepare();
  void begin_unit(const base::Limits &limits);
  // The same picture is read once a unit: logos come with every mail.
  Reading read(std::string_view picture);

 private:
  struct Engine;
  std::unique_ptr<Engine> engine_;
};

}  // namespace dislodge::file

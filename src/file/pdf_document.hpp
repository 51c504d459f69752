#pragma once
// The objects of a PDF file. The cross-reference table is not used: the file is searched for "12 0 obj" from
// front to back, later definitions replace earlier ones as incremental updates do, and object streams are
// opened in place. So a cut or patched file gives all objects that are still there, and old versions of a
// page stay visible.

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/limits.hpp"
#include "evidence/inflate.hpp"
#include "evidence/unlock.hpp"
#include "file/pdf_filter.hpp"
#include "file/pdf_value.hpp"

namespace dislodge::file {

class PdfCrypt;

struct PdfObject {
  std::uint32_t number = 0;
  std::uint32_t generation = 0;
  PdfValue value;
  std::string_view stream;  // raw; empty where there is none
  bool has_stream = false;
  bool packed = false;  // from an object stream: its strings are not encrypted by themselves
};

class PdfDocument {
 public:
  PdfDocument(std::string_view bytes, const base::Limits &limits);
  ~PdfDocument();
  PdfDocument(const PdfDocument &) = delete;
  PdfDocument &operator=(const PdfDocument &) = delete;

  // Finds all objects. False where the file is encrypted and neither the empty password nor one of these
  // opens it.
  bool load(const evidence::Unlock &unlock = {});

  const std::deque<PdfObject> &objects() const { return objects_; }
  // Follows references; never null (a missing object is the null value).
  const PdfValue &resolve(const PdfValue &value) const;
  const PdfValue &get(const PdfValue &dictionary, std::string_view key) const;  // resolved
  // The object that a reference leads to in the end, null where there is none.
  const PdfObject *object_of(const PdfValue &reference) const;
  const PdfObject *object(std::uint32_t number) const;
  // Catalogs and info dictionaries that trailers name, the last first.
  const std::vector<PdfValue> &trailers() const { return trailers_; }

  // Decrypted and decoded.
  Filtered decode(const PdfObject &object);
  std::string string_bytes(const PdfObject &owner, const PdfValue &string) const;  // decrypted

  // Streams that broke off or are damaged, and those that a limit cut: raw, as often as they were decoded.
  const std::vector<std::string_view> &damaged() const { return damaged_; }
  const std::vector<std::string_view> &limited() const { return limited_; }
  bool too_many() const { return too_many_; }  // objects or values beyond the limit

 private:
  void scan();
  bool read_stream(PdfObject &object, PdfLexer &lexer);  // true where its end mark is missing
  void open_object_stream(const PdfObject &object);
  void find_trailers();
  std::vector<PdfFilter> filters_of(const PdfValue &dictionary) const;
  void define(const PdfObject &object) { by_number_[object.number] = &object; }

  std::string_view bytes_;
  const base::Limits &limits_;
  std::deque<PdfObject> objects_;
  std::deque<std::string> unpacked_;  // what object streams held: values are views into it
  std::unordered_map<std::uint32_t, const PdfObject *> by_number_;
  std::vector<PdfValue> trailers_;
  std::unique_ptr<PdfCrypt> crypt_;
  evidence::Inflater inflater_;
  std::uint64_t value_budget_;
  std::uint64_t unpacked_bytes_ = 0;
  std::vector<std::string_view> damaged_;
  std::vector<std::string_view> limited_;
  PdfObject *endless_ = nullptr;  // the last object, where its stream has no end
  bool too_many_ = false;
  bool no_endstream_ = false;
  bool no_endobj_ = false;
};

}  // namespace dislodge::file

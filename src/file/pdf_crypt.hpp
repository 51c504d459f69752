#pragma once
// The standard security handler of PDF (ISO 32000-2 section 7.6), opened with the empty user password (many
// documents are encrypted only to forbid printing) or one that was supplied, the user's or the owner's. RC4
// of 40 to 128 bits and AES of 128 and 256 bits.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "evidence/unlock.hpp"

namespace dislodge::file {

class PdfDocument;
struct PdfObject;
struct PdfValue;

class PdfCrypt {
 public:
  // Null where the handler is another one or no password opens it.
  static std::unique_ptr<PdfCrypt> open(const PdfDocument &document, const PdfValue &dictionary,
                                        std::string_view id, const evidence::Unlock &unlock);

  enum class Use : std::uint8_t { string, stream, embedded };  // embedded: the stream of an attached file
  std::string decrypt(std::string_view bytes, std::uint32_t number, std::uint32_t generation, Use use) const;
  // Whether no password opens the attached files, in a document that encrypts only these.
  bool embedded_locked() const { return key_.empty(); }
  // Whether what the object holds is encrypted: the encryption dictionary itself, cross-reference streams and
  // (where it says so) metadata are not.
  bool covers(const PdfObject &object) const;
  void set_own_object(std::uint32_t number) { own_object_ = number; }

 private:
  enum class Method : std::uint8_t { identity, rc4, aes_128, aes_256 };
  std::string key_;
  Method strings_ = Method::rc4;
  Method streams_ = Method::rc4;
  Method embedded_ = Method::rc4;
  bool metadata_ = true;
  std::uint32_t own_object_ = UINT32_MAX;
};

}  // namespace dislodge::file

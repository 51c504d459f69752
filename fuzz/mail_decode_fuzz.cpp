// The transfer decoders: the vector base64 decoder must agree with the scalar one on every input.

#include <string>

#include "base/bulk.hpp"
#include "checking_sink.hpp"
#include "evidence/charset.hpp"
#include "mail/base64.hpp"
#include "mail/transfer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
  using namespace dislodge;
  const std::string_view text(reinterpret_cast<const char *>(data), size);
  std::string vector;
  std::string scalar;
  const auto a = mail::decode_base64(text, vector);
  const auto b = mail::decode_base64_scalar(text, scalar);
  fuzz::require(vector == scalar && a.junk == b.junk);
  std::string narrow;
  mail::decode_base64(text, narrow, mail::Base64Kernel::avx2);
  fuzz::require(narrow == scalar);
  std::string out;
  std::string plain;
  mail::decode_quoted_printable_scalar(text, plain);
  for (const auto kernel : {mail::QuotedPrintableKernel::widest, mail::QuotedPrintableKernel::avx2}) {
    out.clear();
    mail::decode_quoted_printable(text, out, kernel);
    fuzz::require(out == plain && out.size() <= text.size());
  }
  fuzz::require(base::valid_utf8_prefix(text) == base::portable::valid_utf8_prefix(text));
  fuzz::require(base::ascii_prefix(text) == base::portable::ascii_prefix(text));
  for (const auto &block : mail::find_uuencoded(text)) {
    fuzz::require(block.begin < block.end && block.end <= text.size());
    out.clear();
    mail::decode_uuencoded(text.substr(block.begin, block.end - block.begin), out);
  }
  static constexpr std::string_view kCharsets[] = {"",        "utf-16",   "shift_jis",  "iso-2022-jp",
                                                   "gb18030", "euc-jp",   "utf-7",      "big5",
                                                   "koi8-r",  "utf-32le", "hz-gb-2312", "macintosh"};
  for (const std::string_view charset : kCharsets) {
    const auto utf8 = evidence::to_utf8(text, charset);
    fuzz::require(base::valid_utf8(utf8.view()));
    if (utf8.map() != nullptr)
      for (const auto &run : utf8.map()->runs()) fuzz::require(run.source <= text.size());
  }
  return 0;
}

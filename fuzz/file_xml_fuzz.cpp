// The stripper of XML parts, which the target of office packages rarely reaches through compression.

#include "checking_sink.hpp"
#include "file/document.hpp"
#include "file/xml_text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
  using namespace dislodge;
  const std::string_view xml(reinterpret_cast<const char *>(data), size);
  fuzz::CheckingSink sink(size);
  evidence::ItemView item;
  item.path = "item";
  item.bytes = xml;
  file::SharedStrings strings;
  file::read_shared_strings(xml, 1u << 20, strings);
  file::ExtractedText out(item, evidence::kNoRecord, sink);
  file::append_xml_text(xml, out, &strings);
  out.finish();
  return 0;
}

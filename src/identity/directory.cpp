#include "identity/directory.hpp"

#include "identity/azurehound.hpp"
#include "identity/opengraph.hpp"

namespace dislodge::identity {

bool recognises_directory(std::string_view bytes) {
  return azurehound::recognises_directory(bytes) || opengraph::recognises_directory(bytes);
}

base::Result<void> read_directory(const evidence::ItemView &item, Facts &out, evidence::Sink &sink) {
  if (opengraph::recognises_directory(item.bytes)) return opengraph::read_directory(item, out, sink);
  return azurehound::read_directory(item, out, sink);
}

}  // namespace dislodge::identity

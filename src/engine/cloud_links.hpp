#pragma once
// Links in mail to files that lie with a cloud service: the intruder could open them, and they are in no
// mailbox export. Each is a row of the ledger, not_exported. A sharing link is a key to its file, so what is
// kept of it is the place, without the part that opens it.

#include <string>
#include <string_view>
#include <vector>

namespace dislodge::engine {

// "contoso.sharepoint.com/:x:/s/Finance/…3f9a1c20", in order of the text, each once; at most `most`.
std::vector<std::string> cloud_links(std::string_view text, std::size_t most);

}  // namespace dislodge::engine

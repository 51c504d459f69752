#include "repo/bundle.hpp"

#include <fmt/format.h>

namespace dislodge::repo {

base::Result<BundleHead> read_bundle_head(std::string_view bundle) {
  BundleHead head;
  if (bundle.starts_with("# v3 git bundle\n"))
    head.version = 3;
  else if (!bundle.starts_with("# v2 git bundle\n"))
    return base::fail(base::ErrorKind::damaged,
                      "the first line of the bundle is damaged; ask for the file again");
  std::size_t at = bundle.find('\n') + 1;
  while (at < bundle.size()) {
    const std::size_t end = bundle.find('\n', at);
    if (end == std::string_view::npos) break;
    const std::string_view line = bundle.substr(at, end - at);
    // The head ends with an empty line; where that is lost, the pack's own signature does.
    if (line.empty() || bundle.substr(at, 4) == "PACK") {
      head.pack = line.empty() ? end + 1 : at;
      return head;
    }
    at = end + 1;
    if (line.front() == '@') {
      if (line == "@object-format=sha256") head.kind = HashKind::sha256;
      if (line.starts_with("@filter=")) head.filter = line.substr(8);
    } else if (line.front() == '-') {
      if (const auto id = object_id_of_hex(line.substr(1, line.find(' ') - 1)))
        head.prerequisites.push_back(*id);
    } else {
      ++head.references;
    }
  }
  return base::fail(base::ErrorKind::damaged,
                    fmt::format("the bundle ends in its head, at byte {}; ask for the file again", at));
}

}  // namespace dislodge::repo

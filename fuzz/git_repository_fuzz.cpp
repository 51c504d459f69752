// A repository's folder: files cut out of the input by lines "FILE name length".
#include <algorithm>
#include <string>
#include <vector>

#include "reader_sink.hpp"
#include "repo/repository.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  using namespace dislodge;
  std::string_view rest(reinterpret_cast<const char *>(data), size);
  std::vector<repo::RepositoryFile> files;
  while (rest.starts_with("FILE ") && files.size() < 16) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) break;
    const std::string_view line = rest.substr(5, end - 5);
    rest.remove_prefix(end + 1);
    const std::size_t space = line.rfind(' ');
    if (space == std::string_view::npos) break;
    std::size_t length = 0;
    for (const char c : line.substr(space + 1, 6))
      length = length * 10 + static_cast<std::size_t>(c >= '0' && c <= '9' ? c - '0' : 0);
    files.push_back({line.substr(0, space), rest.substr(0, length)});
    rest.remove_prefix(std::min(length, rest.size()));
  }
  evidence::ItemView item;
  item.path = "repo";
  fuzz::ReaderSink sink(size);
  (void)repo::read_repository(item, files, sink);
  return 0;
}

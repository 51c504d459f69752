#pragma once
// The body of a part behind its transfer encoding: a view of the message where it has none.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace dislodge::mail {

struct Body {
  std::string_view bytes;
  std::string owned;    // what was made in other ways than by decode_body
  bool blanks = false;  // it was read as base64, and there are blanks in it

  // `encoding` as declared, in lower case. Unknown ones are read as they lie there.
  void decode(std::string_view raw, std::string_view encoding);
  void reuse();

 private:
  char *room_for(std::size_t size);

  std::unique_ptr<char[]> memory_;
  std::size_t size_ = 0;
};

}  // namespace dislodge::mail

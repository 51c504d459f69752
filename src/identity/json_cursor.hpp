#pragma once
// Walks JSON of any size without building it: members of an object, elements of an array, and each value as a
// slice of the input, which is then parsed alone. So a directory export of many gigabytes needs memory for
// one record.
//
//   JsonCursor at(bytes);
//   if (at.enter_object()) while (at.next_member()) {
//     if (at.key() == "data" && at.enter_array()) while (at.next_element()) use(at.take());
//     else at.take();
//   }
//   if (at.broken()) ...            // everything taken before is whole
//
// Only the structure is checked here (brackets and strings); the parser of the slice checks the rest. No
// recursion. Keys with escapes are compared as written.

#include <cstddef>
#include <string_view>

namespace dislodge::identity {

class JsonCursor {
 public:
  explicit JsonCursor(std::string_view text);  // skips a byte order mark

  // At a value: is it an object or array? Then stands before its first member or element.
  bool enter_object() { return enter('{'); }
  bool enter_array() { return enter('['); }
  // Advances to the next member or element of what was entered last; false at its end (which is consumed, so
  // that the walk goes on around it) or where the text breaks off.
  bool next_member();
  bool next_element();
  std::string_view key() const { return key_; }
  // The value at which the cursor stands, whole; empty where the text breaks off.
  std::string_view take();
  char peek();  // first byte of the value, 0 at the end

  bool broken() const { return broken_; }
  std::size_t position() const { return at_; }
  bool at_end();  // only blanks are left

 private:
  bool enter(char open);
  void skip_blanks();
  bool skip_string();
  bool next(char close);

  std::string_view text_;
  std::size_t at_ = 0;
  std::string_view key_;
  bool fresh_ = false;  // just entered: no comma expected
  bool broken_ = false;
};

}  // namespace dislodge::identity

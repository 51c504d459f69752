#pragma once
// Unlock: what may open encrypted items: passwords and keys that the responder supplies (--password-file,
// --key), and passwords found in the case. Readers ask the sink for it and try each; it is only ever tried on
// bytes that were handed in, never against a service.
//
//   for (const std::string &password : sink.unlock().passwords) if (opens(password)) ...

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace dislodge::evidence {

struct Unlock {
  std::vector<std::string>
      passwords;                  // UTF-8, in the order in which they are tried; the empty one is not here
  std::vector<std::string> keys;  // contents of key files: PEM or DER, OpenPGP

  bool empty() const { return passwords.empty() && keys.empty(); }
  // Puts the other's behind this one's; what is there already is not doubled.
  void append(const Unlock &other);
  // Overwrites and forgets all of it.
  void wipe();
};

// The passwords of a file: one a line, as written; a carriage return at a line's end and empty lines are left
// out, blanks are not.
std::vector<std::string> passwords_of(std::string_view file);

// The other spellings under which programs have hashed a password: as Latin-1 where it is more than ASCII.
std::vector<std::string> spellings_of(std::string_view password);

// UTF-16LE, as Office and 7z hash passwords.
std::string utf16le_of(std::string_view utf8);

}  // namespace dislodge::evidence

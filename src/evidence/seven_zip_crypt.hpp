#pragma once
// Encrypted 7z archives (AES-256 with a key from SHA-256 over the password, 7-Zip's coder 06F10701):
// libarchive opens none. With the right password the archive is written anew in memory without its
// encryption: the same folders and names, the streams decrypted; whatever reads 7z reads that. Structure
// after 7zFormat.txt of 7-Zip's SDK.
//
//   SevenZipOpened opened = open_seven_zip(bytes, sink.unlock(), limits, right);
//   if (opened.state == SevenZipOpened::State::opened) ... opened.archive

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/limits.hpp"
#include "evidence/unlock.hpp"

namespace dislodge::evidence {

struct SevenZipOpened {
  enum class State : std::uint8_t {
    plain,   // not encrypted, or of a form that is not known here: read it as it is
    locked,  // no password fits
    opened,
  } state = State::plain;
  std::string archive;         // without encryption
  std::size_t tried = 0;       // passwords
  bool out_of_rounds = false;  // unlock_rounds_max was reached before all were tried
};

// `right` says of an archive written so whether its first member unpacks whole: its checksum decides between
// passwords where names are not encrypted.
SevenZipOpened open_seven_zip(std::string_view bytes, const Unlock &unlock, const base::Limits &limits,
                              const std::function<bool(std::string_view archive)> &right);

}  // namespace dislodge::evidence

// Bytes that no reader knows, and pictures: their strings.

#include <fmt/format.h>

#include <array>

#include "file/document.hpp"
#include "file/readers.hpp"
#include "file/strings.hpp"

namespace dislodge::file {
namespace {

using evidence::ItemType;

struct Advice {
  ItemType type;
  std::string_view what;
  std::string_view remedy;
};
constexpr std::array kAdvice = {
    Advice{ItemType::audio_video, "sound or film: not read", "listen to it, or add a transcript"},
    Advice{ItemType::ole, "a compound file of no known program: only its strings were read",
           "open it with the program that made it, save it in a newer format and add that"},
    Advice{ItemType::pst, "an Outlook data file: only its strings were read",
           "export it to mbox or .eml and add that"},
    Advice{ItemType::tnef, "winmail.dat: only its strings were read",
           "unpack it (tnef) and add what is in it"},
    Advice{ItemType::evtx, "a Windows event log: only its strings were read",
           "export it as XML or CSV and add that"},
    Advice{ItemType::executable, "a program: only its strings were read",
           "nothing, unless it was built in-house"},
    Advice{ItemType::git_index, "an index of a git repository: only its strings were read",
           "add the whole repository or a bundle of it"},
};

// Ciphertext of a known wrapping, of which even the strings are noise.
struct Sealed {
  std::string_view begins, what;
};
constexpr std::array kSealed = {
    Sealed{
        "\x76\xE8\x04\x60\xC4\x11\xE3\x86",
        "mail under Microsoft's rights management (message.rpmsg): export it decrypted, by eDiscovery with "
        "decryption or as a super user of Rights Management, and add that"},
    Sealed{
        "Salted__",
        "encrypted with a password by openssl enc: decrypt it with that (openssl enc -d) and add the result"},
};

void tell_rest(const evidence::ItemView &item, std::uint64_t covered, evidence::Sink &sink) {
  if (covered >= item.bytes.size()) return;
  evidence::Unread rest;
  rest.bytes = item.bytes.size() - covered;
  rest.state = evidence::LedgerState::unsupported;
  rest.reason = "binary: only its strings were read";
  rest.remedy = "convert it to a format that is read (text, mbox, zip, PDF, Office) and add that";
  for (const Advice &advice : kAdvice) {
    if (advice.type != item.type) continue;
    rest.reason = advice.what;
    rest.remedy = advice.remedy;
  }
  sink.unread(std::move(rest));
}

}  // namespace

base::Result<void> read_binary(const evidence::ItemView &item, evidence::Sink &sink) {
  if (item.bytes.empty()) return {};
  for (const Sealed &sealed : kSealed)
    if (item.bytes.starts_with(sealed.begins))
      return base::fail(base::ErrorKind::encrypted, std::string(sealed.what));
  const bool picture = item.type == ItemType::audio_video;
  tell_rest(item,
            emit_strings(item, item.bytes, record_of(item, sink), picture ? kPictureRun : kBinaryRun, sink),
            sink);
  return {};
}

}  // namespace dislodge::file

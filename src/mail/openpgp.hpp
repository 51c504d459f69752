#pragma once
// OpenPGP (RFC 9580, RFC 4880): messages in mail, PGP/MIME, and files (.asc, .gpg, .pgp). They are opened
// with the secret keys that the responder supplies (--key, their passphrases from --password-file) or, where
// they are encrypted under a passphrase only, with the passwords supplied and found; a message that is only
// signed or compressed opens without. librnp of Debian does the cryptography; it is loaded when it is first
// needed, since loading takes as long as reading a small mailbox, and where it is not installed the ledger
// says so.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "evidence/item.hpp"
#include "evidence/sink.hpp"

namespace dislodge::mail {

// Stretches "-----BEGIN PGP MESSAGE-----" to its end line, or to the end of the text.
struct PgpBlock {
  std::size_t begin = 0;
  std::size_t end = 0;
};
std::vector<PgpBlock> find_pgp_messages(std::string_view text);
// "keys 0x0123456789ABCDEF, ..." for the public-key packets at its start, "a passphrase", or empty. Armored
// or not.
std::string pgp_recipients(std::string_view message);

// Loads the library and the supplied keys: to be called before the sandbox is entered, after which neither
// the library nor its source of random numbers can be opened.
void prepare_openpgp(const evidence::Unlock &unlock);

struct OpenedPgp {
  bool opened = false;
  std::string content;
  std::string remedy;  // where it is not opened
};
// `most`: bytes of content at which it is given up. Passphrases beyond kPgpPassphrasesMax are not tried on a
// message, since each costs a tenth of a second by design.
inline constexpr std::size_t kPgpPassphrasesMax = 64;
OpenedPgp open_pgp(std::string_view message, const evidence::Unlock &unlock, std::size_t most);

// Whether a file is such a message, armored or not.
bool recognises_openpgp(std::string_view bytes);
// A file that is an OpenPGP message: its content is an item within it; else a row *encrypted*.
base::Result<void> read_openpgp(const evidence::ItemView &item, evidence::Sink &sink);

}  // namespace dislodge::mail

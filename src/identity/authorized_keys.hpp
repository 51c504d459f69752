#pragma once
// Reads OpenSSH authorized_keys files (sshd(8), AUTHORIZED_KEYS FILE FORMAT): each line lets the holder of
// one private key in as the account whose file it is. The account is told by the path, .../home/NAME/.ssh/,
// with the host before it where a collection has one folder a host; without a path it is the file itself.

#include <string_view>

#include "evidence/item.hpp"
#include "identity/fact.hpp"

namespace dislodge::identity::authorized_keys {

// True where most lines that say anything are public keys, with options or without.
bool recognises(std::string_view bytes);
void read(const evidence::ItemView &item, Facts &out);

}  // namespace dislodge::identity::authorized_keys

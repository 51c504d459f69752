#pragma once
// Account names in the sentence, the line or the block of lines of a password, in any language: "utilisateur
// greta.h, mot de passe X", "hasło do konta dmitri.o to X", "비밀번호: X" over "아이디: opsuser". Names are
// the same bytes in all of them; only the word for "account" beside them is another.

#include <cstddef>
#include <string_view>
#include <vector>

#include "secret/sighting.hpp"

namespace dislodge::secret {

struct AccountRequest {
  std::string_view text;
  std::size_t word = 0;   // in or behind the word that announces the password; the password itself if that
                          // comes first
  std::size_t begin = 0;  // the password
  std::size_t end = 0;
  std::size_t previous_end = 0;                     // where the secret before this one ends
  std::size_t next_begin = std::string_view::npos;  // and where the one after it begins
};

// What a word for "account" names: as HintKind::user and login. What only looks like an account's name or
// stands where one does: as HintKind::mention. The likeliest first, at most two and three.
std::vector<Hint> accounts_said(const AccountRequest &request);

}  // namespace dislodge::secret

#pragma once
// The old password and the new one in one sentence: "was changed from X to Y", "von X auf Y geändert",
// "비밀번호가 X에서 Y로 변경". Whoever holds the old one may still try it, so that both are told.

#include <string_view>
#include <vector>

#include "secret/prose.hpp"
#include "secret/prose_reader.hpp"

namespace dislodge::secret {

enum class OldAndNew { none, old_only, both };

// From the word for "from" on, at which the reader stands. `changed`: the sentence has said so by now;
// without it both must be there and look chosen for sure. The reader is left behind what was taken, and with
// `none` where it stood.
OldAndNew read_from_to(ProseReader &reader, ProseCandidate candidate, bool changed,
                       std::vector<ProseCandidate> &out);
// The new one where a particle is glued to the old one, behind which the reader stands: "X에서 Y로",
// "XからYに".
bool read_glued_new(ProseReader &reader, ProseCandidate candidate, std::vector<ProseCandidate> &out);
// "密码从X改为Y": from the particle on.
bool read_glued_from_to(ProseReader &reader, ProseCandidate candidate, std::vector<ProseCandidate> &out);

}  // namespace dislodge::secret

#pragma once
// Which stretches of a message's text stand under every message of its author or of the firm: signatures ("--
// ", a sign-off with what follows it, a block of name and telephone numbers, "Sent from my phone") and
// disclaimers (notices of confidentiality, warnings of a mail gateway, a list's footer), in the languages of
// European mail, Turkish, Chinese, Japanese and Korean; in quoted messages too. They are read like any other
// text: a dial-in code in a signature is a secret. They must only not be taken for what the message says.

#include <cstdint>
#include <string_view>
#include <vector>

#include "evidence/record.hpp"

namespace dislodge::mail {

enum class Closing : std::uint8_t { none, signature, disclaimer };
struct ClosingSpan {
  std::uint64_t begin = 0;  // offsets in the text
  std::uint64_t end = 0;
  Closing kind = Closing::signature;
};

// Spans in rising order that do not overlap. `quoted` are those of quoted_spans(): each stretch of one depth
// is looked at as a message of its own, in its first lines and its last kClosingReach bytes. Linear in the
// text.
inline constexpr std::size_t kClosingReach = 8192;
std::vector<ClosingSpan> closing_spans(std::string_view text,
                                       const std::vector<evidence::QuotedSpan> &quoted);

// In which of them an offset stands.
Closing closing_at(const std::vector<ClosingSpan> &spans, std::uint64_t offset);
std::uint64_t closing_size(const std::vector<ClosingSpan> &spans);

}  // namespace dislodge::mail

#pragma once
// Ledger: what was read, what was not and why, and what was stolen but is not held.
// For each item, in its own bytes, size = read + unread. A container's byte is read when its decoder consumed
// it.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/wire.hpp"

namespace dislodge::evidence {

enum class LedgerState : std::uint8_t {
  read,
  read_in_part,  // the rest has a row or a reason of its own
  encrypted,     // needs a password or key
  damaged,       // breaks its own format
  unsupported,   // no reader knows it
  too_large,     // passes a limit of base/limits.hpp
  too_deep,
  timed_out,
  crashed,       // the reader's process died on it
  not_held,      // an event names it, but it is not in the evidence handed in
  not_exported,  // a mailbox, repository or file known to exist and to be readable, but not handed in
};
std::string_view name_of(LedgerState state);
LedgerState state_of(base::ErrorKind kind);

struct LedgerRow {
  std::string item;
  std::string parent;  // empty for evidence itself
  LedgerState state = LedgerState::read;
  std::string reason;  // empty when read
  std::string remedy;  // what the responder can do about it
  std::uint64_t size = 0;
  std::uint64_t read = 0;
  std::uint64_t items = 1;  // more than one: this row stands for that many fully read items within `item`

  void encode(base::WireWriter &out) const;
  static LedgerRow decode(base::WireReader &in);
};

}  // namespace dislodge::evidence

#include "evidence/ledger.hpp"

namespace dislodge::evidence {

std::string_view name_of(LedgerState state) {
  switch (state) {
    case LedgerState::read:
      return "read";
    case LedgerState::read_in_part:
      return "read-in-part";
    case LedgerState::encrypted:
      return "encrypted";
    case LedgerState::damaged:
      return "damaged";
    case LedgerState::unsupported:
      return "unsupported";
    case LedgerState::too_large:
      return "too-large";
    case LedgerState::too_deep:
      return "too-deep";
    case LedgerState::timed_out:
      return "timed-out";
    case LedgerState::crashed:
      return "crashed";
    case LedgerState::not_held:
      return "not-held";
    case LedgerState::not_exported:
      return "not-exported";
  }
  return "damaged";
}

LedgerState state_of(base::ErrorKind kind) {
  switch (kind) {
    case base::ErrorKind::encrypted:
      return LedgerState::encrypted;
    case base::ErrorKind::unsupported:
      return LedgerState::unsupported;
    case base::ErrorKind::limit:
      return LedgerState::too_large;
    case base::ErrorKind::internal:
      return LedgerState::crashed;
    case base::ErrorKind::usage:
    case base::ErrorKind::io:
    case base::ErrorKind::damaged:
      return LedgerState::damaged;
  }
  return LedgerState::damaged;
}

void LedgerRow::encode(base::WireWriter &out) const {
  out.text(item);
  out.text(parent);
  out.number(static_cast<std::uint64_t>(state));
  out.text(reason);
  out.text(remedy);
  out.number(size);
  out.number(read);
  out.number(items);
}

LedgerRow LedgerRow::decode(base::WireReader &in) {
  LedgerRow row;
  row.item = in.text();
  row.parent = in.text();
  // A state from outside the list would be trusted by every switch further on.
  const std::uint64_t code = in.number();
  row.state = code <= static_cast<std::uint64_t>(LedgerState::not_exported) ? static_cast<LedgerState>(code)
                                                                            : LedgerState::damaged;
  row.reason = in.text();
  row.remedy = in.text();
  row.size = in.number();
  row.read = in.number();
  row.items = in.number();
  return row;
}

}  // namespace dislodge::evidence

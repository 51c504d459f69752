#pragma once
// Elsewhere: the events of systems other than Entra (identity/realm_accounts.hpp) by who did them and with
// which credential. Attribution follows the intruder's hand through it: such systems have no token that joins
// sign-in and act, but they name the key of every call, and which call handed that key out.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "detect/view.hpp"

namespace dislodge::detect {

class Elsewhere {
 public:
  // Borrows the view. One pass over the events.
  explicit Elsewhere(const View &view);

  // In order of time.
  const std::vector<EventIndex> &by(const std::string &principal) const;
  const std::vector<EventIndex> &with_key(std::string_view key) const;
  // The call that handed out the credential of an event; nothing where the log does not show it.
  std::optional<EventIndex> handed_out(base::StringId key) const;
  // True where nobody of the tenant was at an address before a time, and the log goes back far enough to
  // tell.
  bool strange(const log::Event &event, base::Time before) const;

 private:
  const View &view_;
  std::unordered_map<std::string, std::vector<EventIndex>> by_principal_;
  std::unordered_map<base::StringId, std::vector<EventIndex>> by_key_;
  std::unordered_map<base::StringId, EventIndex> handed_out_;
  std::map<std::pair<base::StringId, base::StringId>, base::Time> first_at_;  // tenant, address
  std::map<base::StringId, base::Time> begin_;                                // tenant
};

}  // namespace dislodge::detect

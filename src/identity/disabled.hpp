#pragma once
// When accounts were shut: disabled, suspended or deleted, until somebody let them in again. From logs, and
// from directories whose time is known. While an account is shut nothing new opens with it; what was issued
// before lives on for as long as it does, and whoever controls the account can open it.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/intervals.hpp"
#include "identity/fact.hpp"
#include "identity/realm_accounts.hpp"
#include "log/event.hpp"

namespace dislodge::identity {

struct Disabled {
  std::string principal;
  base::IntervalSet when;
  base::Time deleted =
      base::kTimeMax;    // what was set on it is gone from here on: it was deleted, and not restored
  std::string evidence;  // of the first time
};

// When the listing was made that a place of evidence stands in; kTimeMin where nobody says.
using ListingTime = std::function<base::Time(std::string_view evidence)>;

// `facts` must be settled. By principal; a directory that says "disabled" counts from its own time on, if no
// log says since when. Nothing is said of a principal that was never shut.
std::vector<Disabled> disabled_accounts(const log::EventTable &events, const Facts &facts,
                                        const RealmAccounts &accounts, const ListingTime &listed);

}  // namespace dislodge::identity

#pragma once
// What the intruder could have left behind without a trace. Whoever may set a credential of another principal
// (a password, the secret of an application, a factor) may have set one that nobody saw. While such a right
// is held it is control, which is reach; what it may have left behind is a class of its own, told by the
// place where one look at all credentials settles it (a tenant, a domain, an organisation), since an hour as
// an administrator would otherwise turn every slot of the tenant into a step of its own for ever
// (docs/decisions/0019).
//
//   for (const Unseen &one : unseen_credentials(reach, facts, rights, witness)) ...
//
// A slot is cleared, and counted as such, where evidence shows that nothing was left in it:
//   - a log of all changes of credentials, complete over the time and out of the intruder's hands then;
//   - a sweep of the slot afterwards (a password set anew);
//   - a later listing that shows no credential in it, or a password older than the right.
// A date that whoever sets a credential may choose, such as the start of an application's secret, clears
// nothing.

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "identity/fact.hpp"
#include "identity/rights.hpp"
#include "identity/sweeps.hpp"
#include "log/coverage.hpp"
#include "reach/reach.hpp"

namespace dislodge::reach {

// What testifies about credentials.
struct Witness {
  std::vector<identity::Sweep> sweeps;
  std::map<std::string, base::IntervalSet, std::less<>> logged;  // place -> when a complete log shows them
  std::function<base::Time(std::string_view evidence)> listed;   // when that evidence was collected
};
// From the declared logs of directory changes; `listed` is left to the caller, who knows the evidence.
Witness witness_of(const std::vector<log::Coverage> &coverage, std::vector<identity::Sweep> sweeps);

struct UnseenSlot {
  std::string principal, slot;
  base::Interval when;  // from the first to the last moment at which it could be set
};

struct Unseen {
  std::string place;            // "principal:entra/TENANT/TENANT", "principal:github/acme"
  std::string name;             // for people
  base::Interval when;          // over all its slots; until kTimeMax where the right is still held
  std::vector<std::string> by;  // names of those with whose rights it could be done, at most kByKept
  std::uint64_t by_count = 0;
  std::uint64_t principals = 0;   // whose slots are open
  std::uint64_t cleared = 0;      // slots of which evidence shows that nothing was left in them
  std::vector<UnseenSlot> slots;  // open ones, by (principal, slot)
};
inline constexpr std::size_t kByKept = 8;

// Sorted by place; places with nothing open are left out. `facts` must be settled.
std::vector<Unseen> unseen_credentials(const Reach &reach, const identity::Facts &facts,
                                       const identity::Rights &rights, const Witness &witness);

// The same program in which a credential was left in every open slot: what would be theirs then.
Program with_unseen(const Program &program, const std::vector<Unseen> &unseen);

}  // namespace dislodge::reach

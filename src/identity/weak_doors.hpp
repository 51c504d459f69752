#pragma once
// Weak doors: accounts and applications through which an intruder comes in or stays, named with what makes
// them weak and where that is said. What a directory does not say makes no door weak.
//
//   for (const WeakDoor &door : weak_doors(facts)) ...

#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "identity/fact.hpp"

namespace dislodge::identity {

enum class Weakness : std::uint8_t {
  dormant,            // enabled, and not signed in for kDormantDays
  test,               // made for a test, by its name
  legacy,             // by its name, or an old password on an old account
  shared,             // several people's
  guest,              // of another organisation
  no_strong_factor,   // no second factor, or only ones that can be phished
  rights_beyond_use,  // rights on mail, files or other accounts that no event shows used
  no_expiry,          // a secret that ends never, or after more than two years
  password_weakness,  // not required, never expires, roastable: settings of Active Directory
};
std::string_view name_of(Weakness weakness);

struct WeakDoor {
  std::string principal, name;
  PrincipalKind kind = PrincipalKind::other;
  Weakness weakness = Weakness::dormant;
  std::string because;   // "last signed in 2022-03-01, 400 days before the export"
  std::string evidence;  // where it is said
};

inline constexpr int kDormantDays = 90;
inline constexpr int kSecretDaysMax = 730;

// `at`: the time from which is counted back; kTimeMin: the newest time that the directories know. Sorted by
// principal and weakness. `facts` must be settled.
std::vector<WeakDoor> weak_doors(const Facts &facts, base::Time at = base::kTimeMin);

}  // namespace dislodge::identity

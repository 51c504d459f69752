#pragma once
// People: who an account is, for "how many accounts, of whom", and which accounts are one person's.
//
//   const std::vector<Person> people = people_of(facts);

#include <string>
#include <string_view>
#include <vector>

#include "identity/fact.hpp"

namespace dislodge::identity {

// "executive", "manager", "staff", or "" where the title is empty. By the words of the title, in the
// languages of the rules' authors; an explicit attribute "seniority" goes before.
std::string seniority_of(const Principal &p);

// One person, by accounts that are joined by evidence: the same address, the same SID, a guest and its home.
// A join is a grant (same-person, home-of-guest, SyncedToADUser), so taking that grant out undoes it, and
// `because` names the evidence of each.
struct Person {
  std::string name;
  std::string title, department, seniority;
  std::vector<std::string> accounts;  // principal ids, sorted
  std::vector<std::string> because;   // evidence of the joins
};

// Every user account belongs to exactly one person; sorted by the first account. `facts` must be settled.
std::vector<Person> people_of(const Facts &facts);

}  // namespace dislodge::identity

#pragma once
// What identity/ needs to know of each distinct secret of the case: assembled by the engine from all
// sightings.

#include <string>
#include <vector>

#include "base/time.hpp"
#include "secret/sighting.hpp"

namespace dislodge::identity {

struct SecretPlace {
  std::string item;
  std::uint64_t line = 1;
  std::string resource;  // mailbox or repository that holds the item
  std::string message_id;
  base::Time present_from = base::kTimeMin;  // sent or committed; kTimeMin where unknown
  std::vector<secret::Hint> hints;
  std::vector<std::string> people;  // addresses on the message, author first
  std::uint32_t quote_depth = 0;
};

// Whether a name is the one that the place itself gives as the secret's (HintKind::login).
bool is_login(const SecretPlace &place, std::string_view name);

struct SecretFact {
  std::string id;  // "secret:" + 32 hex digits
  std::string kind;
  std::string rule;
  double confidence = 0;
  bool latent = false;
  std::uint64_t length = 0;
  std::vector<SecretPlace> places;  // sorted by item, line
  // told by identity/owner.cpp
  std::string owner;  // organisation's domain, or ""
  std::string owner_why;
};

}  // namespace dislodge::identity

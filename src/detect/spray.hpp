#pragma once
// Spray and guessing campaigns, the slow and distributed kind included. The essay is in spray.cpp.

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "detect/view.hpp"

namespace dislodge::detect {

// What an intruder's program shows and cannot vary cheaply. A campaign is told by some of the parts.
enum class Part : std::uint8_t { agent, client, protocol, application, resource };
inline constexpr std::size_t kParts = 5;

struct Fingerprint {
  std::array<base::StringId, kParts> parts{};  // of the table's pool; those not in `mask` are 0
  std::uint8_t mask = 0;                       // bit of each part that tells it
  // Whether a part of it names a program or an application, and not only a way of signing in.
  bool shows_program() const;
  friend auto operator<=>(const Fingerprint &, const Fingerprint &) = default;
};

// The parts of a sign-in. `protocol` is looked up among its extras.
std::array<base::StringId, kParts> parts_of(const View &view, const log::Event &event);
bool matches(const Fingerprint &fingerprint, const std::array<base::StringId, kParts> &parts);
std::string describe(const View &view, const Fingerprint &fingerprint);

struct Campaign {
  Fingerprint fingerprint;
  bool by_address = false;                // few addresses, many accounts each: these addresses belong to it
  std::vector<base::StringId> tenants;    // sorted
  std::vector<base::StringId> addresses;  // sorted
  std::vector<EventIndex> tries;          // failed, in order of time
  std::vector<EventIndex> right;  // the secret was right (ok or stopped), while it ran and shortly after
  std::vector<EventIndex>
      later;  // the same client with a right secret outside of that time or in other tenants
  // Right secrets from the campaign's places by a program that the account had before, and, where the
  // campaign has no program of its own, from places like them: the owner's or the campaign's, nobody can
  // tell.
  std::vector<EventIndex> perhaps;
  // Where the program is the tenant's own: right secrets that come as the tries do, and not as the owner
  // does. Nobody was seen, so they are the intruder's at grade possible.
  std::vector<EventIndex> concluded;
  double surprise = 0;     // minus the logarithm of the chance that everyday failures look so
  bool ordinary = false;   // ordinary sign-ins show the fingerprint too, if rarely
  bool scattered = false;  // told by the time alone: the program is the tenant's own
};

// Why what is concluded is the intruder's.
inline constexpr std::string_view kConcludedOfSpray =
    "signed in as the spray tries, by the browser that it shows, while it asked for this account, from where "
    "nobody of the tenant ever is";

// In order of the first try.
std::vector<Campaign> find_sprays(const View &view);

}  // namespace dislodge::detect

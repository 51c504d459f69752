#pragma once
// A message of which a part concerns others, written anew without that part, for the party that may have the
// rest. In the worker: what is withheld never leaves it, but for its SHA-256, which the coordinator commits
// to under a key (disclose/package.hpp).
//
// Written anew is written from what was read: the fields of the header that correspondents see, the text of
// bodies as UTF-8 with stretches cut out (disclose/withhold.hpp), attachments whole or not at all. HTML is
// given as it was or as its text. What is written is then read again, and given only if nothing in it names
// others and none of the values that must not be given stands in it.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.hpp"
#include "disclose/withhold.hpp"
#include "engine/unit_result.hpp"

namespace dislodge::engine {

// What reading a message found in one part of it, by its section ("1.2"); "" is the message itself, where its
// header counts.
struct PartSeen {
  bool others = false;  // are named in its own text
  // Secrets in its own text that must not be given: places in its decoded bytes, with the reason.
  std::vector<disclose::Stretch> secrets;
  // Why it can be given only whole or not at all: what an archive in it holds, what could not be read.
  std::string closed;

  bool clean() const { return !others && secrets.empty() && closed.empty(); }
};
using PartsSeen = std::map<std::string, PartSeen, std::less<>>;

inline constexpr std::string_view kPartUnread = "it could not be read, so nobody knows whom it concerns";

struct GivenMessage {
  std::string text;  // RFC 5322
  std::vector<UnitCut> cuts;
};
// `from_quoted`: as it lies in an mbox. `values`: that must not stand in what is given. Nothing where the
// message cannot be parted so: then it is held back whole.
std::optional<GivenMessage> without_parts(std::string_view message, bool from_quoted, const PartsSeen &parts,
                                          const disclose::Sides &sides,
                                          const std::vector<std::string> &values, const base::Limits &limits);

// The fields of a header that the correspondents of a message see themselves (not Bcc, which only the
// sender's copy has, nor what servers and mailboxes add); of other messages' ids, those of the two sides.
bool is_handed_on(std::string_view field);
std::string ids_of_sides(std::string_view value, const disclose::Sides &sides);

}  // namespace dislodge::engine

#pragma once
// What an act leaves behind, and on whom: a key, a factor, a password, a right, a setting. It is the
// intruder's where the act is; where it is nobody's yet, it is theirs if they could act as who did it.
//
//   add_left_behind(view, &rule, kind, index, detection.planted);
//   for (const SetCredential &one : set_credentials(basis)) ...

#include <string>
#include <string_view>
#include <vector>

#include "detect/detection.hpp"
#include "detect/set_credential.hpp"
#include "detect/sigma_rule.hpp"
#include "detect/view.hpp"

namespace dislodge::detect {

struct Basis;

// The slots of what an event leaves behind, "krbtgt and every-hash": as its rule says, else as the kind of
// detection does. "" where nothing stays.
std::string slots_left(const View &view, const SigmaOwn *own, std::string_view kind, const log::Event &event);

// Adds what that event left, up to kEventsKept in all.
void add_left_behind(const View &view, const SigmaOwn *own, std::string_view kind, EventIndex index,
                     std::vector<Planted> &out);

// Every credential that somebody was seen to set or make, whoever it was, without those that a named person
// calls ours: keys of applications, passwords that were set for others, factors, access keys, tokens. In
// order of time.
std::vector<SetCredential> set_credentials(const Basis &basis);
// Of these the keys of applications, by Entra's own logs, which name each (credentials.cpp). Actor, what and
// event only.
void add_set_on_applications(const View &view, std::vector<SetCredential> &out);

}  // namespace dislodge::detect

#pragma once
// Reads SharpHound's collection of an Active Directory (file versions 3 to 6 and later): one file a type of
// object, {"data":[...],"meta":{"type":"users","version":6,...}}, or the type's name in the place of "data".
// Streamed: an object's head and each element of its lists are parsed alone, so a group of a million members
// costs no memory.
//
// Objects become principals ("principal:ad/" and the lower-case SID or GUID), and what the collector saw
// becomes grants under BloodHound's names: access control entries, membership, primary groups, SID history,
// delegation, sessions, local groups and what policies make of them, containment, policy links, trusts,
// published certificate templates. What needs several files (certificate attacks, synchronised accounts) is
// left for link_facts(). meta.count is not believed: collectors write it wrong.

#include <string_view>

#include "evidence/item.hpp"
#include "evidence/sink.hpp"
#include "identity/fact.hpp"
#include "identity/fact_spill.hpp"

namespace dislodge::identity::sharphound {

bool recognises_directory(std::string_view bytes);  // looks at the first and last 64 KiB at most
base::Result<void> read_directory(const evidence::ItemView &item, Facts &out, evidence::Sink &sink,
                                  const FactSpill &spill = {});

}  // namespace dislodge::identity::sharphound

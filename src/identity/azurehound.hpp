#pragma once
// Reads AzureHound's collection of an Entra tenant and its Azure subscriptions:
// {"data":[{"kind":"AZUser","data":{...}}, ...],"meta":{...}} with meta last, or one {"kind","data"} a line.
// Streamed: one record, or one element of a long member list, is parsed at a time (facts: AzureHound HEAD
// 2026-08, and the shapes since 2022), in two walks: the first finds what records mean by others.
//
// Each record's kind becomes principals, resources, credentials and grants (fact.hpp). Ids are lower case
// whatever the version wrote. What one file cannot tell (application ids of another tenant, role names,
// mailboxes) is left for link_facts(). Records of kinds that are not read, and those that do not parse, are
// listed through sink.unread with their bytes; a file that breaks off is read as far as it goes.

#include <string_view>

#include "evidence/item.hpp"
#include "evidence/sink.hpp"
#include "identity/fact.hpp"
#include "identity/fact_spill.hpp"

namespace dislodge::identity::azurehound {

bool recognises_directory(std::string_view bytes);  // looks at the first and last 64 KiB at most
base::Result<void> read_directory(const evidence::ItemView &item, Facts &out, evidence::Sink &sink,
                                  const FactSpill &spill = {});

}  // namespace dislodge::identity::azurehound

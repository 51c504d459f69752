#pragma once
// Reads BloodHound OpenGraph files: {"metadata":{...},"graph":{"nodes":[...],"edges":[...]}}, members in any
// order, streamed. Nodes of kinds GH_* belong to realm github, Okta_* to okta, AZ* to entra, those of Active
// Directory to ad, others to the realm named by the prefix of their kind. Nodes whose content can be read
// (repositories, vaults, mailboxes, sites) become resources, keys with a fingerprint become a principal and a
// credential, all others principals. Edges keep their kind. A node that an edge names but the file does not
// hold gets a principal without a name (other files may have it). Users are joined with those of other
// directories by link_facts().

#include <string_view>

#include "evidence/item.hpp"
#include "evidence/sink.hpp"
#include "identity/fact.hpp"
#include "identity/fact_spill.hpp"

namespace dislodge::identity::opengraph {

bool recognises_directory(std::string_view bytes);  // looks at the first and last 64 KiB at most
base::Result<void> read_directory(const evidence::ItemView &item, Facts &out, evidence::Sink &sink,
                                  const FactSpill &spill = {});

}  // namespace dislodge::identity::opengraph

#pragma once
// Reads `aws iam get-account-authorization-details`: users, groups, roles and the policies on them, in one
// JSON object. What policies allow becomes grants of a few kinds (rules/rights/aws.toml): administration of
// the account, ways to give oneself more (iam:AttachUserPolicy and its like), roles that may be assumed by
// whom, access keys and passwords that may be set for whom, secrets and storage that may be read.
//
// Policies are read as what they can allow at most: conditions, boundaries and organisation policies are not
// weighed, so that nothing which may be open is called closed; an explicit Deny of the same action on all
// resources closes it.

#include <string_view>

#include "evidence/item.hpp"
#include "evidence/sink.hpp"
#include "identity/fact.hpp"
#include "identity/fact_spill.hpp"

namespace dislodge::identity::aws {

bool recognises_directory(std::string_view bytes);  // looks at the first 64 KiB
base::Result<void> read_directory(const evidence::ItemView &item, Facts &out, evidence::Sink &sink,
                                  const FactSpill &spill = {});

}  // namespace dislodge::identity::aws

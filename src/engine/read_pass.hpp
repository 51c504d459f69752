#pragma once
// The reading half of the spine: units of evidence to jobs for the worker pool, shared by a case's own run,
// by shards and by `scan`.

#include <memory>
#include <vector>

#include "engine/options.hpp"
#include "engine/store.hpp"
#include "engine/workers.hpp"

namespace dislodge::engine {

Job job_of(const evidence::EvidenceFile &file, const evidence::Unit &unit);
// For evidence that the case knows and that is unchanged (unchanged.hpp): repositories are listed again from
// disk.
base::Result<Job> job_of(const EvidenceRow &row, const UnitRow &unit);

// Workers that share the compiled rules. `rules` must outlive the pool. keep_rejected: rejected candidates
// are reported as sightings with a reason. request: messages to be given besides (message_content.hpp).
WorkerPool make_pool(const SecretRules &rules, const Options &options, const std::string &seal_to,
                     bool keep_rejected = false, std::shared_ptr<const MessageRequest> request = nullptr);
// Workers out of which no value comes, sealed or not: what they tell values apart by is a hash under
// `run_key` (32 bytes). Neither hints nor what stands around a secret are told. A scan without a case needs
// no more, and each of these costs as much as finding.
WorkerPool make_hashing_pool(const SecretRules &rules, const Options &options, std::string_view run_key,
                             bool keep_rejected = false);

void encode_evidence(const evidence::EvidenceFile &file, base::WireWriter &out);
evidence::EvidenceFile decode_evidence(base::WireReader &in);

}  // namespace dislodge::engine

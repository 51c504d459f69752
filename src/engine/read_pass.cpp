#include "engine/read_pass.hpp"

#include <sodium.h>

#include "base/hash.hpp"
#include "engine/readers.hpp"
#include "evidence/recognise.hpp"
#include "mail/openpgp.hpp"

namespace dislodge::engine {

using base::ErrorKind;
using base::Result;

namespace {

evidence::ItemType type_named(std::string_view name) {
  for (int i = 0; i < 64; ++i) {
    const auto type = static_cast<evidence::ItemType>(i);
    if (evidence::name_of(type) == name) return type;
    if (type == evidence::ItemType::evtx) break;  // the last
  }
  return evidence::ItemType::unknown;
}

}  // namespace

Job job_of(const evidence::EvidenceFile &file, const evidence::Unit &unit) {
  Job job;
  job.item = file.item;
  job.type = file.type;
  job.repository = file.kind == evidence::EvidenceKind::repository;
  if (file.collection) job.tenant = file.collection->tenant;
  job.begin = unit.begin;
  job.end = unit.end;
  if (job.repository) {
    for (const evidence::FileInRepository &inner : file.files)
      job.files.push_back({file.path / inner.name, inner.name});
  } else {
    job.files.push_back({file.path, ""});
  }
  return job;
}

Result<Job> job_of(const EvidenceRow &row, const UnitRow &unit) {
  Job job;
  job.item = row.root;
  job.repository = row.repository();
  job.type = type_named(row.type);
  if (row.collection) job.tenant = row.collection->tenant;
  job.begin = unit.begin;
  job.end = unit.end;
  if (!job.repository) {
    job.files.push_back({row.path, ""});
    return job;
  }
  DISLODGE_TRY_ASSIGN(const auto files, base::files_under(row.path));
  for (const std::filesystem::path &path : files)
    job.files.push_back({path, path.lexically_relative(row.path).generic_string()});
  return job;
}

namespace {

WorkerPool pool_of(const SecretRules &rules, const Options &options, std::string run_key, std::string seal_to,
                   bool keep_rejected, bool surroundings, std::shared_ptr<const MessageRequest> request) {
  WorkerOptions workers;
  workers.run_key = run_key;
  workers.seal_to = seal_to;
  workers.workers = options.workers;
  workers.limits = options.limits;
  workers.sandbox = options.sandbox;
  const base::Limits limits = options.limits;
  return WorkerPool(std::move(workers),
                    [&rules, limits, run_key, seal_to, keep_rejected, surroundings, unlock = options.unlock,
                     request = std::move(request)](ItemMarker *marker) {
                      auto reader = std::make_unique<UnitReader>(
                          make_scanner(rules, keep_rejected, surroundings), limits, run_key, seal_to, marker);
                      reader->set_unlock(unlock);
                      reader->want(request);
                      reader->prepare_ocr();
                      if (unlock) mail::prepare_openpgp(*unlock);
                      if (rules.detections)
                        reader->watch_logs(std::make_unique<detect::SigmaWatcher>(*rules.detections));
                      return reader;
                    });
}

}  // namespace

WorkerPool make_pool(const SecretRules &rules, const Options &options, const std::string &seal_to,
                     bool keep_rejected, std::shared_ptr<const MessageRequest> request) {
  std::string run_key(32, '\0');
  randombytes_buf(run_key.data(), run_key.size());
  return pool_of(rules, options, std::move(run_key), seal_to, keep_rejected, true, std::move(request));
}

WorkerPool make_hashing_pool(const SecretRules &rules, const Options &options, std::string_view run_key,
                             bool keep_rejected) {
  return pool_of(rules, options, std::string(run_key), "", keep_rejected, false, nullptr);
}

void encode_evidence(const evidence::EvidenceFile &file, base::WireWriter &out) {
  out.number(static_cast<std::uint64_t>(file.kind));
  out.text(file.path.native());
  out.text(file.item);
  out.number(file.size);
  out.text(base::as_bytes(file.sha256));
  out.number(static_cast<std::uint64_t>(file.type));
  out.flag(file.divisible);
  out.flag(file.collection.has_value());
  if (file.collection) {
    const evidence::Collection &c = *file.collection;
    for (const std::string *text : {&c.source, &c.tenant, &c.custodian, &c.collected_by, &c.query})
      out.text(*text);
    for (const base::Time time : {c.collected_at, c.from, c.until}) out.time(time);
    out.flag(c.expected_rows.has_value());
    out.number(c.expected_rows.value_or(0));
    out.flag(c.complete);
  }
}

evidence::EvidenceFile decode_evidence(base::WireReader &in) {
  evidence::EvidenceFile file;
  file.kind = static_cast<evidence::EvidenceKind>(in.number());
  file.path = std::string(in.text());
  file.item = in.text();
  file.size = in.number();
  const std::string_view digest = in.text();
  for (std::size_t i = 0; i < std::min(digest.size(), file.sha256.size()); ++i)
    file.sha256[i] = static_cast<unsigned char>(digest[i]);
  file.type = static_cast<evidence::ItemType>(in.number());
  file.divisible = in.flag();
  if (in.flag()) {
    evidence::Collection c;
    for (std::string *text : {&c.source, &c.tenant, &c.custodian, &c.collected_by, &c.query})
      *text = in.text();
    for (base::Time *time : {&c.collected_at, &c.from, &c.until}) *time = in.time();
    const bool expected = in.flag();
    const std::uint64_t rows = in.number();
    if (expected) c.expected_rows = rows;
    c.complete = in.flag();
    file.collection = c;
  }
  return file;
}

}  // namespace dislodge::engine

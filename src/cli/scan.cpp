// scan: find secrets without a case; or, with --shard, read one machine's share for a case elsewhere. merge:
// take those shares in.

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "base/encode.hpp"
#include "cli/session.hpp"
#include "engine/read_pass.hpp"
#include "engine/recogniser.hpp"
#include "engine/shard.hpp"
#include "report/json_lines.hpp"
#include "report/text.hpp"

namespace dislodge::cli {

using base::ErrorKind;
using base::Result;

namespace {

// The user's key: fingerprints of one user are comparable over time, and useless to others.
Result<casefile::CaseKeys> user_keys(const ScanArguments &arguments) {
  std::filesystem::path path = arguments.fingerprint_key;
  if (path.empty()) {
    const char *config = std::getenv("XDG_CONFIG_HOME");
    const char *home = std::getenv("HOME");
    if (config != nullptr && *config != '\0')
      path = std::filesystem::path(config) / "dislodge" / "fingerprint.key";
    else if (home != nullptr && *home != '\0')
      path = std::filesystem::path(home) / ".config" / "dislodge" / "fingerprint.key";
    else
      return base::fail(ErrorKind::usage,
                        "no home folder for the fingerprint key: give --fingerprint-key FILE");
  }
  if (!std::filesystem::exists(path)) {
    if (path.has_parent_path()) DISLODGE_TRY(base::make_folders(path.parent_path()));
    const base::SecretBytes key = base::SecretBytes::random(32);
    DISLODGE_TRY(base::write_file(path, key.view(), 0600));
  }
  DISLODGE_TRY_ASSIGN(std::string bytes, base::read_file(path));
  auto keys = casefile::CaseKeys::from_user_key(bytes);
  base::wipe(bytes);
  if (!keys) return base::fail_at(path.string(), keys.error());
  return keys;
}

// Standard input, kept in memory only.
Result<base::Fd> standard_input() {
  base::Fd fd(::memfd_create("stdin", 0));
  if (!fd) return base::fail(ErrorKind::io, "standard input: " + base::os_message(errno));
  char buffer[65536];
  while (true) {
    const ssize_t got = ::read(STDIN_FILENO, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return base::fail(ErrorKind::io, "standard input: " + base::os_message(errno));
    if (got == 0) return fd;
    DISLODGE_TRY(base::write_all(fd.get(), {buffer, static_cast<std::size_t>(got)}));
  }
}

std::string human_line(const secret::Sighting &sighting) {
  return fmt::format("{}:{}:{}: {} {} ({}, {:.2f}){}", sighting.item, sighting.line, sighting.column,
                     sighting.kind, sighting.mask, sighting.rule, sighting.confidence,
                     sighting.rejected.empty() ? "" : " rejected: " + sighting.rejected);
}

struct ScanState {
  std::uint64_t found = 0;
  bool damaged = false, disk = false;
  std::vector<evidence::LedgerRow> unread;
};

// Run hash -> fingerprint, over the whole scan: a worker seals each value once.
using ValueIds = std::map<std::string, std::string>;

// Prints what one unit gave.
Result<void> print_unit(const ScanArguments &arguments, const casefile::CaseKeys &keys, ValueIds &ids,
                        const engine::UnitResult &result, ScanState &state) {
  std::vector<std::string> fingerprints;
  for (const engine::UnitValue &value : result.values) {
    auto known = ids.find(value.run_hash);
    if (known == ids.end()) {
      DISLODGE_TRY_ASSIGN(const base::SecretBytes clear, keys.open(value.sealed));
      known = ids.emplace(value.run_hash, keys.fingerprint(clear.view())).first;
    }
    fingerprints.push_back(known->second);
  }
  for (const secret::Sighting &sighting : result.sightings) {
    if (sighting.identifier || (!arguments.rejected && !sighting.rejected.empty())) continue;
    if (sighting.rejected.empty()) ++state.found;
    std::string_view owner;
    for (const secret::Hint &hint : sighting.hints)
      if (hint.kind == secret::HintKind::domain && owner.empty()) owner = hint.value;
    if (arguments.json)
      print(report::sighting_json(sighting, fingerprints[sighting.value], owner,
                                  owner.empty() ? "" : "domain beside or inside it", arguments.rejected));
    else
      print_line(human_line(sighting));
  }
  for (const evidence::LedgerRow &row : result.ledger)
    if (row.state != evidence::LedgerState::read) state.unread.push_back(row);
  return {};
}

Result<int> scan(const ScanArguments &arguments) {
  DISLODGE_TRY_ASSIGN(const casefile::CaseKeys keys, user_keys(arguments));
  base::Progress progress(!arguments.quiet);
  base::Timings timings;
  std::vector<base::Fd> inputs;
  std::vector<engine::Job> jobs;
  std::uint64_t bytes = 0;
  engine::RecogniserProcess recogniser(arguments.engine.sandbox);
  {
    base::Timings::Scope timing(timings, "evidence");
    for (const std::filesystem::path &path : arguments.paths) {
      std::filesystem::path given = path;
      if (path == "-") {
        DISLODGE_TRY_ASSIGN(base::Fd fd, standard_input());
        engine::Job job;
        job.item = "-";
        job.files.push_back({fmt::format("/proc/self/fd/{}", fd.get()), ""});
        DISLODGE_TRY_ASSIGN(const evidence::Recognised recognised, recogniser.ask(fd.get(), ""));
        job.type = recognised.type;
        struct stat status {};
        if (::fstat(fd.get(), &status) != 0)
          return base::fail(ErrorKind::io, "standard input: " + base::os_message(errno));
        job.end = static_cast<std::uint64_t>(status.st_size);
        jobs.push_back(std::move(job));
        inputs.push_back(std::move(fd));
        continue;
      }
      const auto step = [&](const evidence::IntakeStep &done) { timing.bytes += done.bytes; };
      DISLODGE_TRY_ASSIGN(const auto files, evidence::intake(given, step, recogniser.asker()));
      for (const evidence::EvidenceFile &file : files) {
        ++timing.items_out;
        for (const evidence::Unit &unit : evidence::cut_units(file, arguments.engine.limits)) {
          jobs.push_back(engine::job_of(file, unit));
          bytes += unit.size();
        }
      }
    }
  }
  DISLODGE_TRY_ASSIGN(const auto rules, engine::load_secret_rules(arguments.engine));
  ScanState state;
  ValueIds ids;
  // Results come in any order; they are printed in the order of the input.
  std::map<std::size_t, Result<engine::UnitResult>> held_back;
  std::size_t next = 0;
  std::vector<std::string> items;
  for (const engine::Job &job : jobs) items.push_back(job.item);
  {
    base::Timings::Scope timing(timings, "read");
    progress.stage("scanning", bytes);
    engine::WorkerPool pool =
        engine::make_pool(*rules, arguments.engine, keys.public_key(), arguments.rejected);
    const auto done =
        pool.run(std::move(jobs), [&](std::size_t number, Result<engine::UnitResult> result) -> Result<void> {
          if (result) {
            progress.advance(result->bytes);
            timing.bytes += result->bytes;
            timing.items_in += result->items;
            timing.items_out += result->sightings.size();
          }
          held_back.emplace(number, std::move(result));
          for (auto first = held_back.find(next); first != held_back.end(); first = held_back.find(++next)) {
            if (!first->second) {
              evidence::LedgerRow row;
              row.item = items[next];
              row.state = evidence::state_of(first->second.error().kind);
              row.reason = first->second.error().message;
              state.unread.push_back(row);
              state.disk = state.disk || first->second.error().kind == ErrorKind::io;
            } else {
              progress.clear();
              DISLODGE_TRY(print_unit(arguments, keys, ids, *first->second, state));
            }
            held_back.erase(first);
          }
          return {};
        });
    if (!done) return tl::unexpected(done.error());
  }
  progress.clear();
  for (const evidence::LedgerRow &row : state.unread)
    std::fprintf(stderr, "unread: %s: %s: %s%s%s\n", row.item.c_str(),
                 std::string(evidence::name_of(row.state)).c_str(), row.reason.c_str(),
                 row.remedy.empty() ? "" : "; ", row.remedy.c_str());
  print_timings(arguments, timings);
  if (state.disk) return kDisk;
  if (exit_code_of({}, state.unread) == kDamaged) return kDamaged;
  return state.found > 0 && arguments.fail_on_findings ? kFindings : kDone;
}

// "i/n", or i from the array variables of Slurm, Kubernetes and AWS Batch with n after the slash alone.
Result<std::pair<std::uint32_t, std::uint32_t>> parse_shard(const std::string &text) {
  const auto wrong = [&] {
    return base::fail(ErrorKind::usage,
                      "--shard " + text + ": write i/n with 0 <= i < n, or /n in an array job");
  };
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) return wrong();
  std::string index = text.substr(0, slash);
  for (const char *variable : {"SLURM_ARRAY_TASK_ID", "JOB_COMPLETION_INDEX", "AWS_BATCH_JOB_ARRAY_INDEX"})
    if (const char *value = std::getenv(variable); index.empty() && value != nullptr) index = value;
  std::uint64_t numbers[2] = {0, 0};
  const std::string parts[2] = {index, text.substr(slash + 1)};
  for (int i = 0; i < 2; ++i) {
    if (parts[i].empty() || parts[i].size() > 9) return wrong();
    for (const char c : parts[i]) {
      if (c < '0' || c > '9') return wrong();
      numbers[i] = numbers[i] * 10 + static_cast<std::uint64_t>(c - '0');
    }
  }
  if (numbers[1] == 0 || numbers[0] >= numbers[1]) return wrong();
  return std::pair(static_cast<std::uint32_t>(numbers[0]), static_cast<std::uint32_t>(numbers[1]));
}

Result<int> scan_shard(const ScanArguments &arguments) {
  engine::ShardRequest request;
  DISLODGE_TRY_ASSIGN(const auto shard, parse_shard(arguments.shard));
  std::tie(request.index, request.count) = shard;
  if (arguments.seal_to.empty() || arguments.out.empty())
    return base::fail(ErrorKind::usage,
                      "a shard is sealed and written: give --seal-to CASE/case.pub and --out FILE");
  DISLODGE_TRY_ASSIGN(const std::string encoded, base::read_file(arguments.seal_to));
  const auto key = base::from_base64(base::trim(encoded));
  if (!key || key->size() != 32)
    return base::fail(ErrorKind::usage,
                      arguments.seal_to.string() + ": this is not the public key of a case (case.pub)");
  request.seal_to = *key;
  request.paths = arguments.paths;
  request.out = arguments.out;
  base::Progress progress(!arguments.quiet);
  DISLODGE_TRY_ASSIGN(const auto summary, engine::write_shard(request, arguments.engine, progress));
  progress.clear();
  if (!arguments.quiet)
    print_line(fmt::format("{}: shard {}/{}: {} units, {}, {} sightings", arguments.out.string(),
                           request.index, request.count, summary.units, report::bytes_text(summary.bytes),
                           summary.sightings));
  return kDone;
}

}  // namespace

int run_scan(const ScanArguments &given) {
  ScanArguments arguments = given;
  if (auto loaded = load_reading_options(arguments); !loaded) return report_error(loaded.error());
  const auto code = arguments.shard.empty() ? scan(arguments) : scan_shard(arguments);
  return code ? *code : report_error(code.error());
}

int run_merge(const MergeArguments &arguments) {
  auto the_case = open_case(arguments, casefile::Case::Access::write);
  if (!the_case) return report_error(the_case.error());
  base::Progress progress(!arguments.quiet);
  auto merged = engine::merge_shards(**the_case, arguments.shards, progress);
  progress.clear();
  if (!merged) return report_error(merged.error());
  if (!arguments.quiet)
    print_line(fmt::format("{} shards merged: {} units of {} pieces of evidence{}", merged->shards,
                           merged->units, merged->evidence,
                           merged->repeats > 0 ? fmt::format("; {} repeats ignored", merged->repeats) : ""));
  return kDone;
}

}  // namespace dislodge::cli

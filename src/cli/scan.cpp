// scan: find secrets without a case; or, with --shard, read one machine's share for a case elsewhere. merge:
// take those shares in.

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <set>

#include "base/encode.hpp"
#include "base/files.hpp"
#include "casefile/fingerprint_key.hpp"
#include "cli/scan_ignore.hpp"
#include "cli/session.hpp"
#include "engine/detect_rules.hpp"
#include "engine/inventory.hpp"
#include "engine/read_pass.hpp"
#include "engine/recogniser.hpp"
#include "engine/shard.hpp"
#include "report/json_lines.hpp"
#include "report/sarif.hpp"
#include "report/text.hpp"

namespace dislodge::cli {

using base::ErrorKind;
using base::Result;

namespace {

// The user's key: fingerprints of one user are comparable over time, and useless to others.
Result<base::SecretBytes> user_key(const ScanArguments &arguments) {
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
  if (!base::is_there(path)) {
    if (path.has_parent_path()) DISLODGE_TRY(base::make_folders(path.parent_path()));
    const base::SecretBytes key = base::SecretBytes::random(32);
    DISLODGE_TRY(base::write_file(path, key.view(), 0600));
  }
  DISLODGE_TRY_ASSIGN(std::string bytes, base::read_file(path));
  auto key = casefile::fingerprint_key_of(bytes);
  base::wipe(bytes);
  if (!key) return base::fail_at(path.string(), key.error());
  return key;
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

// Colours where a person reads, unless NO_COLOR says otherwise (no-color.org).
bool wants_colour() {
  const char *no = std::getenv("NO_COLOR");
  return ::isatty(STDOUT_FILENO) == 1 && (no == nullptr || *no == '\0');
}

std::string human_line(const secret::Sighting &sighting, std::string_view path, std::string_view rejected,
                       bool colour) {
  const auto in = [colour](std::string_view code, std::string_view text) {
    return colour ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
  };
  return fmt::format("{}:{}:{}: {} {} {}{}", in("36", path), sighting.line, sighting.column,
                     in("1", sighting.kind), in("33", sighting.mask),
                     in("2", fmt::format("({}, {:.2f})", sighting.rule, sighting.confidence)),
                     rejected.empty() ? "" : " rejected: " + std::string(rejected));
}

// How the items of one PATH are shown: as the user would open them.
struct ShownRoot {
  std::string root;   // of item paths
  std::string shown;  // in its place
  std::string of(std::string_view item) const {
    if (!item.starts_with(root)) return std::string(item);
    std::string_view rest = item.substr(root.size());
    if (shown.empty())
      while (rest.starts_with('/')) rest.remove_prefix(1);
    return rest.empty() ? root : shown + std::string(rest);
  }
};

ShownRoot shown_root(const std::filesystem::path &given, std::string_view first_item) {
  std::string shown = given.lexically_normal().string();
  while (shown.size() > 1 && shown.ends_with('/')) shown.pop_back();
  std::error_code error;
  std::string root(first_item);
  if (std::filesystem::is_directory(given, error) && !error)
    root = std::string(first_item.substr(0, first_item.find('/')));
  if (shown == ".") shown.clear();
  if (shown == "/") shown.clear();
  return {std::move(root), std::move(shown)};
}

struct ScanState {
  std::uint64_t found = 0, rejected = 0, bytes = 0, files = 0, files_with_secrets = 0;
  bool damaged = false, disk = false, colour = false;
  std::vector<evidence::LedgerRow> unread;
  std::map<std::string, std::uint64_t> reasons;  // of what was rejected
  std::set<std::pair<std::string, std::uint64_t>>
      places;  // path and line of what was found, for --import-sarif
};

struct ScanOutput {
  const ScanArguments &arguments;
  const ScanIgnore &ignore;
  report::SarifWriter *sarif = nullptr;  // null: none is wanted
  ScanState state;

  bool text() const { return !arguments.json && arguments.format != "sarif"; }
};

// Prints what one unit gave.
Result<void> print_unit(ScanOutput &out, const engine::UnitResult &result, const ShownRoot &root) {
  const ScanArguments &arguments = out.arguments;
  ScanState &state = out.state;
  std::vector<std::string> fingerprints;
  // The workers hash with the user's key, so that what they tell values apart by is the fingerprint already.
  for (const engine::UnitValue &value : result.values) fingerprints.push_back(base::to_hex(value.run_hash));
  bool any = false;
  for (const secret::Sighting &sighting : result.sightings) {
    // The id of a key is no secret, but says which key is out: listed, not counted. What else is useful
    // without being a secret (hosts, buckets, accounts) only where it is asked for.
    // A word alone is only one half of a secret, which no scan without a case joins.
    if (sighting.identifier && sighting.kind == "word-alone") continue;
    if (sighting.identifier && !sighting.kind.ends_with("-key-id") && !arguments.places) continue;
    const std::string path = root.of(sighting.item);
    const std::string &fingerprint = fingerprints[sighting.value];
    const std::string rejected =
        sighting.rejected.empty() ? out.ignore.reason(path, sighting.rule, fingerprint) : sighting.rejected;
    if (rejected.empty() && !sighting.identifier) {
      ++state.found;
      any = true;
      state.places.emplace(path, sighting.line);
    } else if (!rejected.empty()) {
      ++state.rejected;
      ++state.reasons[rejected];
    }
    if (out.sarif != nullptr && (rejected.empty() || arguments.rejected))
      out.sarif->add(sighting, path, fingerprint, rejected);
    if (arguments.format == "sarif" || (!arguments.rejected && !rejected.empty())) continue;
    if (arguments.json) {
      std::string_view owner;
      for (const secret::Hint &hint : sighting.hints)
        if (hint.kind == secret::HintKind::domain && owner.empty()) owner = hint.value;
      secret::Sighting judged = sighting;
      judged.rejected = rejected;
      print(report::sighting_json(judged, fingerprint, owner,
                                  owner.empty() ? "" : "domain beside or inside it", arguments.rejected));
    } else {
      print_line(human_line(sighting, path, rejected, state.colour));
    }
  }
  if (any) ++state.files_with_secrets;
  for (const evidence::LedgerRow &row : result.ledger)
    if (row.state != evidence::LedgerState::read) state.unread.push_back(row);
  return {};
}

// The .dislodgeignore of the folder where the command runs, of each folder given, and what was named.
Result<ScanIgnore> read_ignores(const ScanArguments &arguments) {
  ScanIgnore ignore;
  std::error_code error;
  const std::filesystem::path name = ".dislodgeignore";
  if (base::is_there(name)) DISLODGE_TRY(ignore.add_file(name, ""));
  for (const std::filesystem::path &path : arguments.paths) {
    const std::string root = path.lexically_normal().string();
    if (root == "." || root == "./" || !std::filesystem::is_directory(path, error)) continue;
    if (base::is_there(path / name)) DISLODGE_TRY(ignore.add_file(path / name, root));
  }
  for (const std::filesystem::path &file : arguments.ignore_files) DISLODGE_TRY(ignore.add_file(file, ""));
  if (!arguments.baseline.empty()) DISLODGE_TRY(ignore.add_baseline(arguments.baseline));
  return ignore;
}

// Whether two paths name one file, where either may be given from further up.
bool same_file(std::string_view a, std::string_view b) {
  while (a.starts_with("./")) a.remove_prefix(2);
  while (b.starts_with("./")) b.remove_prefix(2);
  if (a.size() < b.size()) std::swap(a, b);
  return a.ends_with(b) && (a.size() == b.size() || a[a.size() - b.size() - 1] == '/');
}

// What other scanners report at lines where nothing of ours stands.
Result<void> compare_with_others(ScanOutput &out) {
  for (const std::filesystem::path &file : out.arguments.sarif_in) {
    DISLODGE_TRY_ASSIGN(const std::string text, base::read_file(file));
    const auto results = report::read_sarif(text);
    if (!results) return base::fail_at(file.string(), results.error());
    std::map<std::uint64_t, std::vector<std::string>> ours;  // paths by line
    for (const auto &[path, line] : out.state.places) ours[line].push_back(path);
    std::size_t both = 0;
    for (const report::SarifResult &one : *results) {
      const auto at = ours.find(one.line);
      if (at != ours.end() && std::any_of(at->second.begin(), at->second.end(), [&](const std::string &path) {
            return same_file(path, one.path);
          })) {
        ++both;
        continue;
      }
      ++out.state.found;
      if (out.sarif != nullptr) out.sarif->add_foreign(one);
      if (out.arguments.json) {
        secret::Sighting sighting;
        sighting.kind = "reported-elsewhere";
        sighting.rule = one.tool + "/" + one.rule;
        sighting.item = one.path;
        sighting.line = one.line;
        sighting.column = one.column;
        sighting.mask = secret::mask_of("");
        sighting.confidence = 0.5;
        print(report::sighting_json(sighting, "", "", "", out.arguments.rejected));
      } else if (out.text()) {
        print_line(fmt::format("{}:{}:{}: reported by {} only ({})", one.path, one.line, one.column, one.tool,
                               one.rule));
      }
    }
    if (!out.arguments.quiet)
      std::fprintf(stderr, "%s: %zu results, %zu of them at places found here\n", file.c_str(),
                   results->size(), both);
  }
  return {};
}

// One line for people, on stderr so that the output stays what it is.
void print_summary(const ScanOutput &out) {
  const ScanState &state = out.state;
  if (out.arguments.quiet || !out.text()) return;
  std::string line = fmt::format("{} secret{} in {} of {} file{} ({} read)", state.found,
                                 state.found == 1 ? "" : "s", state.files_with_secrets, state.files,
                                 state.files == 1 ? "" : "s", report::bytes_text(state.bytes));
  if (!state.unread.empty()) line += fmt::format(", {} not read", state.unread.size());
  if (state.rejected > 0 && out.arguments.rejected) line += fmt::format(", {} rejected", state.rejected);
  std::fprintf(stderr, "%s\n", line.c_str());
}

Result<int> scan(const ScanArguments &arguments) {
  DISLODGE_TRY_ASSIGN(const base::SecretBytes key, user_key(arguments));
  DISLODGE_TRY_ASSIGN(const ScanIgnore ignore, read_ignores(arguments));
  base::Progress progress(!arguments.quiet);
  base::Timings timings;
  std::vector<base::Fd> inputs;
  std::vector<engine::Job> jobs;
  std::vector<ShownRoot> roots;  // parallel to jobs
  ScanOutput out{arguments, ignore, nullptr, {}};
  ScanState &state = out.state;
  state.colour = wants_colour();
  std::uint64_t bytes = 0;
  engine::RecogniserProcess recogniser(arguments.engine.sandbox);
  {
    base::Timings::Scope timing(timings, "evidence");
    const evidence::Recogniser recognise = recogniser.asker();
    // Nothing is kept that a digest would have to prove: a file is read once, when it is scanned.
    const evidence::Examiner examiner = [&](const std::filesystem::path &path, std::string_view,
                                            bool member) -> Result<evidence::Examined> {
      evidence::Examined examined;
      DISLODGE_TRY_ASSIGN(const base::Fd fd, base::open_for_reading(path));
      struct stat status {};
      if (::fstat(fd.get(), &status) != 0)
        return base::fail(ErrorKind::io, path.string() + ": cannot be examined: " + base::os_message(errno));
      examined.size = static_cast<std::uint64_t>(status.st_size);
      timing.bytes += examined.size;
      if (member) return examined;
      DISLODGE_TRY_ASSIGN(examined.recognised, recognise(path, path.filename().string()));
      return examined;
    };
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
        ++state.files;
        jobs.push_back(std::move(job));
        roots.push_back({"-", "-"});
        inputs.push_back(std::move(fd));
        continue;
      }
      DISLODGE_TRY_ASSIGN(const auto files,
                          evidence::intake_with(given, examiner, [&](evidence::LedgerRow row) {
                            state.unread.push_back(std::move(row));
                          }));
      for (const evidence::EvidenceFile &file : files) {
        ++timing.items_out;
        const ShownRoot root = shown_root(given, file.item);
        // A file that is passed over as a whole is not read, unless what is rejected is to be listed.
        if (!arguments.rejected && !ignore.reason_for_path(root.of(file.item)).empty()) {
          ++state.reasons["a file that is ignored"];
          continue;
        }
        ++state.files;
        for (const evidence::Unit &unit : evidence::cut_units(file, arguments.engine.limits)) {
          jobs.push_back(engine::job_of(file, unit));
          roots.push_back(root);
          bytes += unit.size();
        }
      }
    }
  }
  DISLODGE_TRY_ASSIGN(const auto rules, engine::load_scan_rules(arguments.engine));
  report::SarifWriter sarif(rules->rules);
  if (arguments.format == "sarif" || !arguments.sarif.empty()) out.sarif = &sarif;
  // Results come in any order; they are printed in the order of the input.
  std::map<std::size_t, Result<engine::UnitResult>> held_back;
  std::size_t next = 0;
  std::vector<std::string> items;
  for (const engine::Job &job : jobs) items.push_back(job.item);
  {
    base::Timings::Scope timing(timings, "read");
    progress.stage("scanning", bytes);
    engine::WorkerPool pool =
        engine::make_hashing_pool(*rules, arguments.engine, key.view(), arguments.rejected);
    const auto done =
        pool.run(std::move(jobs), [&](std::size_t number, Result<engine::UnitResult> result) -> Result<void> {
          if (result) {
            progress.advance(result->bytes);
            state.bytes += result->bytes;
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
              DISLODGE_TRY(print_unit(out, *first->second, roots[next]));
            }
            held_back.erase(first);
          }
          return {};
        });
    if (!done) return tl::unexpected(done.error());
  }
  progress.clear();
  DISLODGE_TRY(compare_with_others(out));
  if (out.sarif != nullptr) {
    const std::string text = sarif.finish();
    if (arguments.format == "sarif") print(text);
    if (!arguments.sarif.empty()) DISLODGE_TRY(base::write_file(arguments.sarif, text, 0600));
  }
  for (const evidence::LedgerRow &row : state.unread)
    std::fprintf(stderr, "unread: %s: %s: %s%s%s\n", row.item.c_str(),
                 std::string(evidence::name_of(row.state)).c_str(), row.reason.c_str(),
                 row.remedy.empty() ? "" : "; ", row.remedy.c_str());
  if (const auto known = state.reasons.find("in the baseline");
      known != state.reasons.end() && !arguments.quiet)
    std::fprintf(stderr, "%s already in the baseline\n", std::to_string(known->second).c_str());
  print_summary(out);
  print_timings(arguments, timings);
  if (state.disk) return kDisk;
  if (exit_code_of({}, state.unread) == kDamaged) return kDamaged;
  return state.found > 0 && arguments.fail_on_findings ? kFindings : kDone;
}

// "i/n", or i from the array variables of Slurm, Kubernetes and AWS Batch with n after the slash alone.
Result<std::pair<std::uint32_t, std::uint32_t>> parse_part(std::string_view option, const std::string &text) {
  const auto wrong = [&] {
    return base::fail(ErrorKind::usage,
                      fmt::format("{} {}: write i/n with 0 <= i < n, or /n in an array job", option, text));
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
  DISLODGE_TRY_ASSIGN(const auto shard, parse_part("--shard", arguments.shard));
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
  request.known = arguments.known;
  base::Progress progress(!arguments.quiet);
  DISLODGE_TRY_ASSIGN(const auto summary, engine::write_shard(request, arguments.engine, progress));
  progress.clear();
  if (!arguments.quiet)
    print_line(fmt::format("{}: shard {}/{}: {} units, {}, {} sightings", arguments.out.string(),
                           request.index, request.count, summary.units, report::bytes_text(summary.bytes),
                           summary.sightings));
  return kDone;
}

Result<int> scan_inventory(const ScanArguments &arguments) {
  DISLODGE_TRY_ASSIGN(const auto part, parse_part("--inventory", arguments.inventory));
  if (arguments.out.empty()) return base::fail(ErrorKind::usage, "an inventory is written: give --out FILE");
  base::Progress progress(!arguments.quiet);
  DISLODGE_TRY_ASSIGN(const auto summary, engine::write_inventory(arguments.paths, part.first, part.second,
                                                                  arguments.out, arguments.engine, progress));
  progress.clear();
  if (!arguments.quiet)
    print_line(fmt::format("{}: inventory {}/{}: {} files, {}", arguments.out.string(), part.first,
                           part.second, summary.files, report::bytes_text(summary.bytes)));
  return kDone;
}

}  // namespace

int run_scan(const ScanArguments &given) {
  ScanArguments arguments = given;
  if (auto loaded = load_reading_options(arguments); !loaded) return report_error(loaded.error());
  const auto code = !arguments.inventory.empty() ? scan_inventory(arguments)
                    : arguments.shard.empty()    ? scan(arguments)
                                                 : scan_shard(arguments);
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

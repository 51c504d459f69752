// How long it takes until a case stands in memory, with the program that reach solves made of it: half a
// million principals, five million memberships, ten million sightings, eighteen million edges. Beside it, in
// the same run, what the same bytes cost when they are only read, deciphered and unpacked, and not looked at.
//
//   reach_load_bench FOLDER [SCALE]         fills FOLDER/case (7 GB at scale 1), loads it, removes it
//   reach_load_bench ... keep               leaves it there; the next run of the same folder uses it again
//   reach_load_bench ... program            goes on to the program of reach (30 GiB of memory at scale 1)
//
// The values of its secrets are not sealed one by one, which takes an hour and is no part of loading. The
// case is loaded twice: by one thread, step by step, and as commands load it, by two. Figures are CPU seconds
// of the process (kernel and page faults among them), seconds on the clock where so said, and the peak of
// memory so far.

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <functional>
#include <string_view>

#include "base/embedded_rules.hpp"
#include "engine/load_case.hpp"
#include "engine/secrets_pass.hpp"
#include "engine/split_secrets.hpp"
#include "identity/bindings.hpp"
#include "identity/link.hpp"
#include "identity/rights.hpp"
#include "reach/fill_case.hpp"
#include "reach/program.hpp"

namespace {

using namespace dislodge;
using base::Result;

constexpr double kBarSeconds = 20;

double cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

double clock_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

double memory_gib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / (1024.0 * 1024.0);
}

class Clock {
 public:
  void print(std::string_view what, std::size_t count) {
    const double took = cpu_seconds() - begin_;
    total_ += took;
    fmt::print("{:<36} {:>11} {:>8.2f} s {:>9.0f} ns each {:>7.2f} GiB\n", what, count, took,
               took * 1e9 / static_cast<double>(std::max<std::size_t>(1, count)), memory_gib());
    std::fflush(stdout);
    begin_ = cpu_seconds();
  }
  double total() const { return total_; }

 private:
  double begin_ = cpu_seconds(), total_ = 0;
};

// The floor: every byte that loading needs, read, deciphered and unpacked.
Result<double> floor_seconds(casefile::Case &the_case) {
  const double begin = cpu_seconds();
  DISLODGE_TRY(
      engine::load_blocks(the_case, "facts", [](const engine::Block &) -> Result<void> { return {}; }));
  std::uint64_t bytes = 0;
  for (const char *sql : {"SELECT body FROM sighting", "SELECT body FROM record"}) {
    DISLODGE_TRY_ASSIGN(auto query, the_case.database().prepare(sql));
    while (true) {
      DISLODGE_TRY_ASSIGN(const bool more, query.step());
      if (!more) break;
      bytes += query.text(0).size();
    }
  }
  const double took = cpu_seconds() - begin;
  fmt::print("{:<36} {:>11} {:>8.2f} s\n", "the same bytes, not looked at", bytes, took);
  return took;
}

struct Times {
  double load = 0, program = 0;  // CPU
};

// As commands do it.
Result<void> load_by_two(const std::filesystem::path &path, const casefile::Unlock &unlock, double scale) {
  DISLODGE_TRY_ASSIGN(auto opened, casefile::Case::open(path, unlock, casefile::Case::Access::read));
  casefile::Case &the_case = *opened;
  const double begin = clock_seconds(), cpu = cpu_seconds();
  DISLODGE_TRY_ASSIGN(const auto evidence, engine::load_evidence(the_case));
  DISLODGE_TRY_ASSIGN(const engine::CaseContent content, engine::load_case(the_case, 2));
  const double took = clock_seconds() - begin, worked = cpu_seconds() - cpu;
  fmt::print(
      "{:<36} {:>11} {:>8.2f} s on the clock, {:.2f} s CPU {:>10.2f} GiB: {:.2f} of the bar of {} s{}\n",
      "all of it by two threads", evidence.size() + content.records.size() + content.sightings.size(), took,
      worked, memory_gib(), took / (kBarSeconds * std::min(1.0, scale)), kBarSeconds,
      scale < 1 ? fmt::format(" by scale {}", scale) : "");
  std::fflush(stdout);
  return {};
}

// In a process of its own: what one load has taken from the kernel would be there for the next.
Result<void> apart(const std::function<Result<void>()> &work) {
  const pid_t child = ::fork();
  if (child == 0) {
    const auto done = work();
    if (!done) fmt::print(stderr, "{}\n", done.error().message);
    std::fflush(stdout);
    ::_exit(done ? 0 : 1);
  }
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child || status != 0)
    return base::fail(base::ErrorKind::internal, "the load by two threads failed");
  return {};
}

Result<Times> load(casefile::Case &the_case, bool program_too) {
  Times times;
  Clock clock;
  DISLODGE_TRY_ASSIGN(const auto evidence, engine::load_evidence(the_case));
  clock.print("evidence", evidence.size());
  DISLODGE_TRY_ASSIGN(const auto records, engine::load_records(the_case));
  clock.print("messages and blobs", records.size());
  DISLODGE_TRY_ASSIGN(auto sightings, engine::load_sightings(the_case));
  clock.print("sightings", sightings.size());
  DISLODGE_TRY_ASSIGN(const auto lengths, engine::load_secret_lengths(the_case));
  DISLODGE_TRY_ASSIGN(const auto count, the_case.database().integer("SELECT max(rowid) FROM secret"));
  clock.print("secrets", static_cast<std::size_t>(count.value_or(0)));
  identity::Facts facts;
  DISLODGE_TRY(engine::load_blocks(the_case, "facts", [&](const engine::Block &block) -> Result<void> {
    DISLODGE_TRY_ASSIGN(identity::Facts read, identity::Facts::decode(block.body));
    facts.append(std::move(read));
    return {};
  }));
  clock.print("facts of the directory", facts.principals.size() + facts.grants.size());
  times.load = clock.total();
  if (!program_too) return times;

  DISLODGE_TRY_ASSIGN(const identity::Rights rights, identity::load_rights(base::embedded_rules()));
  identity::link_facts(facts, rights);
  clock.print("  linked", facts.principals.size() + facts.grants.size());
  const engine::Held held = engine::hold_evidence(evidence, records, facts);
  clock.print("  what each file is the content of", held.resource.size());
  engine::join_split_secrets(sightings, records);
  clock.print("  secrets sent apart", sightings.size());
  auto secrets = engine::assemble_secrets(sightings, records, held, lengths);
  clock.print("  secrets with all their places", secrets.size());
  const auto unbound = identity::bind_secrets(secrets, facts, nullptr);
  clock.print("  whom they open", facts.bindings.size());
  engine::add_exposures(evidence, held, facts);
  const reach::Program made = reach::make_program(facts, rights, {});
  clock.print("  the program of reach", made.edges.size());
  times.program = clock.total();
  return times;
}

Result<void> run(const std::filesystem::path &folder, double scale, bool keep, bool program_too) {
  casefile::Unlock unlock;
  unlock.key_file = base::SecretBytes(std::string(32, 'k'));
  const std::filesystem::path path = folder / "case";
  if (!std::filesystem::exists(path)) {
    const double begin = cpu_seconds();
    DISLODGE_TRY_ASSIGN(auto made, casefile::Case::create(path, unlock));
    bench::CaseSize size;
    size.scale = scale;
    DISLODGE_TRY(bench::fill_case(*made, size));
    fmt::print("filled {} in {:.0f} s: {:.0f} MB\n", path.string(), cpu_seconds() - begin,
               static_cast<double>(std::filesystem::file_size(path / "case.db")) / 1e6);
    std::fflush(stdout);
  }
  DISLODGE_TRY(apart([&] { return load_by_two(path, unlock, scale); }));
  {
    DISLODGE_TRY_ASSIGN(auto the_case, casefile::Case::open(path, unlock, casefile::Case::Access::read));
    DISLODGE_TRY_ASSIGN(const Times times, load(*the_case, program_too));
    DISLODGE_TRY_ASSIGN(const double least, floor_seconds(*the_case));
    fmt::print("loaded by one thread in {:.2f} s, {:.1f} times the floor, {:.2f} of the bar of {} s{}{}\n",
               times.load, times.load / least, times.load / (kBarSeconds * std::min(1.0, scale)), kBarSeconds,
               scale < 1 ? fmt::format(" by scale {}", scale) : "",
               program_too ? fmt::format("; with the program {:.2f} s", times.program) : "");
  }
  if (!keep) std::filesystem::remove_all(path);
  return {};
}

}  // namespace

int main(int count, char **arguments) {
  if (count < 2) {
    fmt::print(stderr, "reach_load_bench FOLDER [SCALE] [keep] [program]\n");
    return 2;
  }
  double scale = 1;
  bool keep = false, program = false;
  for (int i = 2; i < count; ++i) {
    if (std::string_view(arguments[i]) == "keep")
      keep = true;
    else if (std::string_view(arguments[i]) == "program")
      program = true;
    else
      scale = std::strtod(arguments[i], nullptr);
  }
  if (auto done = run(arguments[1], scale, keep, program); !done) {
    fmt::print(stderr, "{}\n", done.error().message);
    return 1;
  }
  return 0;
}

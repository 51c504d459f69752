// How fast evidence becomes sightings, one core, against reading the same bytes from memory in the same run.
//
// Generated mail (the drill's medium size) is read as a worker reads it: mbox to messages to parts to text,
// all rules, every value sealed. Figures are CPU seconds of this thread, best of three.

#include <fmt/format.h>
#include <sodium.h>

#include <ctime>
#include <filesystem>

#include "base/files.hpp"
#include "base/secure.hpp"
#include "casefile/keys.hpp"
#include "drill/drill.hpp"
#include "engine/options.hpp"
#include "engine/unit_reader.hpp"
#include "evidence/recognise.hpp"

namespace {

double cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

template <typename Work>
double best_of_three(Work &&work) {
  double best = 1e9;
  for (int i = 0; i < 3; ++i) {
    const double begin = cpu_seconds();
    work();
    best = std::min(best, cpu_seconds() - begin);
  }
  return best;
}

int fail(const dislodge::base::Error &error) {
  fmt::print(stderr, "bench: {}\n", error.message);
  return 1;
}

}  // namespace

int main() {
  using namespace dislodge;
  base::harden_process();
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / fmt::format("dislodge-bench-{}", ::getpid());
  drill::DrillOptions options;
  options.size = drill::Size::medium;
  options.folder = folder;
  if (auto written = drill::write_drill(options); !written) return fail(written.error());
  engine::Options engine_options;
  auto rules = engine::load_secret_rules(engine_options);
  if (!rules) return fail(rules.error());
  engine::UnitReader reader(engine::make_scanner(**rules, false), base::Limits(), std::string(32, 'k'),
                            casefile::CaseKeys::create().public_key());

  fmt::print("{:<44} {:>9} {:>9} {:>9} {:>8}\n", "item", "MB", "MB/s", "limit", "ratio");
  for (const auto &entry : std::filesystem::recursive_directory_iterator(folder / "evidence")) {
    if (!entry.is_regular_file() || entry.file_size() < 1'000'000) continue;
    auto file = base::MappedFile::open(entry.path());
    if (!file) return fail(file.error());
    const std::string_view bytes = file->bytes();
    volatile std::uint64_t sum = 0;
    const double limit = best_of_three([&] {
      std::uint64_t total = 0;
      for (std::size_t i = 0; i + 8 <= bytes.size(); i += 8) {
        std::uint64_t word = 0;
        __builtin_memcpy(&word, bytes.data() + i, 8);
        total ^= word;
      }
      sum = total;
    });
    engine::UnitInput input;
    input.item = entry.path().filename().string();
    input.type = evidence::recognise(bytes, input.item);
    input.end = bytes.size();
    input.files.push_back({"", bytes});
    const double read = best_of_three([&] { (void)reader.read(input); });
    const double megabytes = static_cast<double>(bytes.size()) / 1e6;
    fmt::print("{:<44} {:>9.1f} {:>9.0f} {:>9.0f} {:>7.4f}\n", input.item, megabytes, megabytes / read,
               megabytes / limit, limit / read);
  }
  std::filesystem::remove_all(folder);
  return 0;
}

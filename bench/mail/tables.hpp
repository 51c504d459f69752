#pragma once
// The tables of mail_bench; each returns how many of its bars were missed.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

namespace dislodge::bench {

void print_head();
// One row: what was measured, its value and bar in the same unit, and whether it holds. `bar` 0: no bar.
int row(std::string_view what, double value, double bar, std::string_view unit, std::string_view note = {});

int decode_table(std::size_t bytes, std::string_view own_path);
int sightings_table(std::size_t bytes);
int files_table();
int memory_table();

inline double cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

template <typename Work>
double best_of(int rounds, Work &&work) {
  double best = 1e9;
  for (int i = 0; i < rounds; ++i) {
    const double begin = cpu_seconds();
    work();
    best = std::min(best, cpu_seconds() - begin);
  }
  return best;
}

}  // namespace dislodge::bench

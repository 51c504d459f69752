#include "base/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace dislodge::base {

bool Progress::stderr_is_terminal() {
  return ::isatty(STDERR_FILENO) == 1;
}

Progress::Progress(bool enabled) : enabled_(enabled && stderr_is_terminal()) {}

void Progress::stage(std::string_view name, std::uint64_t total_bytes) {
  stage_ = name;
  total_ = total_bytes;
  bytes_ = 0;
  items_ = 0;
  started_ = std::chrono::steady_clock::now();
  draw(true);
}

void Progress::advance(std::uint64_t bytes, std::uint64_t items) {
  bytes_ += bytes;
  items_ += items;
  draw(false);
}

void Progress::draw(bool force) {
  if (!enabled_ && !watcher_) return;
  const auto now = std::chrono::steady_clock::now();
  if (!force && now - drawn_ < std::chrono::milliseconds(100)) return;
  drawn_ = now;
  if (watcher_) watcher_({stage_, bytes_, total_, items_});
  if (!enabled_) return;
  std::string line = fmt::format("\r\x1b[K{}", stage_);
  if (total_ > 0) {
    const std::chrono::duration<double> took = now - started_;
    const double done = static_cast<double>(bytes_) / static_cast<double>(total_);
    line += fmt::format("  {:3.0f} %  {:.1f} of {:.1f} MB", done * 100, static_cast<double>(bytes_) / 1e6,
                        static_cast<double>(total_) / 1e6);
    if (done > 0.02 && took.count() > 1)
      line += fmt::format("  {:.0f} s left", took.count() / done - took.count());
  } else if (items_ > 0) {
    line += fmt::format("  {}", items_);
  }
  std::fputs(line.c_str(), stderr);
  std::fflush(stderr);
}

void Progress::clear() {
  if (!enabled_ || stage_.empty()) return;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
  stage_.clear();
}

StageTiming &Timings::row(std::string_view stage) {
  for (StageTiming &row : rows_)
    if (row.stage == stage) return row;
  rows_.push_back(StageTiming{std::string(stage), 0, 0, 0, 0});
  return rows_.back();
}

std::string Timings::table() const {
  std::string text = fmt::format("{:<12} {:>14} {:>12} {:>12} {:>10} {:>10}\n", "stage", "bytes", "in", "out",
                                 "seconds", "MB/s");
  for (const StageTiming &row : rows_) {
    const double rate = row.seconds > 0 ? static_cast<double>(row.bytes) / 1e6 / row.seconds : 0;
    text += fmt::format("{:<12} {:>14} {:>12} {:>12} {:>10.3f} {:>10.1f}\n", row.stage, row.bytes,
                        row.items_in, row.items_out, row.seconds, rate);
  }
  return text;
}

}  // namespace dislodge::base

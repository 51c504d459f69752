#pragma once
// What a person watching sees: one line on stderr that follows the stage, only when stderr is a terminal;
// for who watches from elsewhere, the same by a call; and the table that --timings prints.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace dislodge::base {

// How far a stage is. total_bytes 0: nobody knows.
struct Step {
  std::string_view stage;
  std::uint64_t bytes = 0, total_bytes = 0, items = 0;
};

class Progress {
 public:
  explicit Progress(bool enabled);
  // Called at each stage and at most ten times a second within one, from the thread that works.
  void watch(std::function<void(const Step &)> watcher) { watcher_ = std::move(watcher); }
  // From any thread: who works ends between two stages, with an error that says so.
  void stop() { stopped_ = true; }
  bool stopped() const { return stopped_; }
  ~Progress() { clear(); }
  static bool stderr_is_terminal();
  void stage(std::string_view name, std::uint64_t total_bytes = 0);
  void advance(std::uint64_t bytes, std::uint64_t items = 1);
  void clear();  // removes the line, so that other output starts clean

 private:
  void draw(bool force);
  bool enabled_;
  std::function<void(const Step &)> watcher_;
  std::atomic<bool> stopped_ = false;
  std::string stage_;
  std::uint64_t total_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t items_ = 0;
  std::chrono::steady_clock::time_point started_{};
  std::chrono::steady_clock::time_point drawn_{};
};

struct StageTiming {
  std::string stage;
  std::uint64_t bytes = 0;
  std::uint64_t items_in = 0;
  std::uint64_t items_out = 0;
  double seconds = 0;
};

// Collects one row a stage; a stage timed twice adds up.
class Timings {
 public:
  class Scope {
   public:
    Scope(Timings &timings, std::string_view stage)
        : timings_(timings), stage_(stage), started_(std::chrono::steady_clock::now()) {}
    ~Scope() {
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started_;
      StageTiming &row = timings_.row(stage_);
      row.seconds += took.count();
      row.bytes += bytes;
      row.items_in += items_in;
      row.items_out += items_out;
    }
    Scope(const Scope &) = delete;
    Scope &operator=(const Scope &) = delete;
    std::uint64_t bytes = 0;
    std::uint64_t items_in = 0;
    std::uint64_t items_out = 0;

   private:
    Timings &timings_;
    std::string stage_;
    std::chrono::steady_clock::time_point started_;
  };

  StageTiming &row(std::string_view stage);
  const std::vector<StageTiming> &rows() const { return rows_; }
  std::string table() const;

 private:
  std::vector<StageTiming> rows_;
};

}  // namespace dislodge::base

#pragma once
// An errand: this program run once more as a process of its own, for what takes long or belongs to one
// command (investigate, package). It opens the case with the same key, which goes through a pipe and never
// through arguments, environment or disk; says how far it is; and can be stopped at any point, since a run
// that is killed leaves whole units only and the next one goes on from there.
//
//   DISLODGE_TRY_ASSIGN(const auto errand, Errand::start("investigate", {"investigate", folder}, unlock));
//   errand->state().step.stage;    // "reading"
//   errand->stop();

#include <sys/types.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/result.hpp"
#include "casefile/keys.hpp"

namespace dislodge::serve {

class Errand {
 public:
  static constexpr std::size_t kOutputMax = 64 * 1024;  // bytes kept of what it printed

  struct State {
    std::string what, stage;
    std::uint64_t done = 0, total = 0, items = 0;  // bytes of the stage; total 0: nobody knows
    double seconds = 0;
    bool running = true, stopped = false;
    int code = -1;       // exit code, once it is not running
    std::string output;  // of both streams
  };

  // `arguments`: of the command line, from the command on.
  static base::Result<std::unique_ptr<Errand>> start(std::string what, std::vector<std::string> arguments,
                                                     const casefile::Unlock &unlock);
  ~Errand();  // stops it, and waits
  Errand(const Errand &) = delete;
  Errand &operator=(const Errand &) = delete;

  State state() const;
  void stop();

 private:
  Errand() = default;
  void follow(int output, int progress);

  mutable std::mutex mutex_;
  State state_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  pid_t process_ = -1;  // -1: gone
  std::thread follower_;
};

}  // namespace dislodge::serve

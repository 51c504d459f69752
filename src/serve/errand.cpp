#include "serve/errand.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/files.hpp"

namespace dislodge::serve {

using base::ErrorKind;
using base::Result;

namespace {

// What the child finds its pipes as.
constexpr int kProgress = 3, kUnlock = 4;

struct Pipe {
  base::Fd read, write;
};

Result<Pipe> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    return base::fail(ErrorKind::io, "no pipe could be made: " + base::os_message(errno));
  // Above the numbers that the child uses, so that none is overwritten before it is copied.
  Pipe pipe;
  for (int i = 0; i < 2; ++i) {
    const int moved = ::fcntl(ends[i], F_DUPFD_CLOEXEC, 10);
    ::close(ends[i]);
    (i == 0 ? pipe.read : pipe.write) = base::Fd(moved);
    if (moved < 0) return base::fail(ErrorKind::io, "no pipe could be made: " + base::os_message(errno));
  }
  return pipe;
}

std::uint64_t number(std::string_view &line) {
  const std::size_t end = std::min(line.find('\t'), line.size());
  std::uint64_t value = 0;
  std::from_chars(line.data(), line.data() + end, value);
  line.remove_prefix(std::min(end + 1, line.size()));
  return value;
}

}  // namespace

Result<std::unique_ptr<Errand>> Errand::start(std::string what, std::vector<std::string> arguments,
                                              const casefile::Unlock &unlock) {
  DISLODGE_TRY_ASSIGN(Pipe output, make_pipe());
  DISLODGE_TRY_ASSIGN(Pipe progress, make_pipe());
  DISLODGE_TRY_ASSIGN(Pipe key, make_pipe());
  arguments.insert(arguments.begin(), "dislodge");
  for (const char *one : {"--quiet", "--unlock-from", "4", "--progress-to", "3"}) arguments.emplace_back(one);
  std::vector<char *> argv;
  for (std::string &one : arguments) argv.push_back(one.data());
  argv.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output.write.get(), 1);
  posix_spawn_file_actions_adddup2(&actions, output.write.get(), 2);
  posix_spawn_file_actions_adddup2(&actions, progress.write.get(), kProgress);
  posix_spawn_file_actions_adddup2(&actions, key.read.get(), kUnlock);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  // This process waits for its signals with them blocked; the child must not inherit that. A group of its
  // own, so that stopping it reaches its workers, and Ctrl-C here does not.
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  pid_t process = -1;
  const int failed = ::posix_spawn(&process, "/proc/self/exe", &actions, &attributes, argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0)
    return base::fail(ErrorKind::internal,
                      "the program could not be started once more: " + base::os_message(failed));

  std::unique_ptr<Errand> errand(new Errand());
  errand->state_.what = std::move(what);
  errand->process_ = process;
  output.write = base::Fd();
  progress.write = base::Fd();
  key.read = base::Fd();
  // Shorter than what a pipe holds, so this does not wait; a child that is gone already says so by its exit
  // code.
  const base::SecretBytes &bytes = unlock.key_file.empty() ? unlock.passphrase : unlock.key_file;
  const auto sent = base::write_all(key.write.get(), bytes.view());
  key.write = base::Fd();
  if (!sent) errand->stop();
  errand->follower_ =
      std::thread([that = errand.get(), out = std::move(output.read),
                   told = std::move(progress.read)]() mutable { that->follow(out.get(), told.get()); });
  return errand;
}

Errand::~Errand() {
  stop();
  if (follower_.joinable()) follower_.join();
}

void Errand::follow(int output, int progress) {
  std::array<pollfd, 2> streams{pollfd{output, POLLIN, 0}, pollfd{progress, POLLIN, 0}};
  std::string lines;
  char buffer[4096];
  while (streams[0].fd >= 0 || streams[1].fd >= 0) {
    if (::poll(streams.data(), streams.size(), -1) < 0 && errno != EINTR) break;
    for (std::size_t i = 0; i < streams.size(); ++i) {
      if (streams[i].fd < 0 || streams[i].revents == 0) continue;
      const ssize_t got = ::read(streams[i].fd, buffer, sizeof buffer);
      if (got <= 0) {
        streams[i].fd = -1;
        continue;
      }
      const std::lock_guard lock(mutex_);
      if (i == 0) {
        state_.output.append(buffer,
                             std::min<std::size_t>(static_cast<std::size_t>(got),
                                                   kOutputMax - std::min(kOutputMax, state_.output.size())));
        continue;
      }
      lines.append(buffer, static_cast<std::size_t>(got));
      for (std::size_t end = 0; (end = lines.find('\n')) != lines.npos; lines.erase(0, end + 1)) {
        std::string_view line(lines.data(), end);
        const std::size_t tab = std::min(line.find('\t'), line.size());
        state_.stage = line.substr(0, tab);
        line.remove_prefix(std::min(tab + 1, line.size()));
        state_.done = number(line);
        state_.total = number(line);
        state_.items = number(line);
      }
    }
  }
  int status = 0;
  pid_t process = -1;
  {
    const std::lock_guard lock(mutex_);
    process = process_;
  }
  // Waited for first and taken away under the lock: its number belongs to it until stop() cannot use it any
  // more.
  siginfo_t ended{};
  while (::waitid(P_PID, static_cast<id_t>(process), &ended, WEXITED | WNOWAIT) < 0 && errno == EINTR) {
  }
  const std::lock_guard lock(mutex_);
  ::waitpid(process, &status, 0);
  process_ = -1;
  state_.running = false;
  state_.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started_;
  state_.seconds = took.count();
}

Errand::State Errand::state() const {
  const std::lock_guard lock(mutex_);
  State state = state_;
  if (state.running) {
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started_;
    state.seconds = took.count();
  }
  return state;
}

void Errand::stop() {
  const std::lock_guard lock(mutex_);
  if (process_ <= 0 || state_.stopped) return;
  state_.stopped = true;
  ::kill(-process_, SIGTERM);
}

}  // namespace dislodge::serve

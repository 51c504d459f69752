#include "engine/child_process.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace dislodge::engine {

base::Result<ChildProcess> start_child(int socket_type, std::string_view purpose,
                                       const std::function<void(int socket)> &serve) {
  const auto failed = [&](std::string_view what, int error) {
    return base::fail(base::ErrorKind::io, "no " + std::string(what) + " " + std::string(purpose) + ": " +
                                               base::os_message(error));
  };
  int ends[2];
  if (::socketpair(AF_UNIX, socket_type | SOCK_CLOEXEC, 0, ends) != 0) return failed("socket", errno);
  ChildProcess child;
  child.socket = base::Fd(ends[0]);
  base::Fd other(ends[1]);
  child.process = ::fork();
  if (child.process < 0) return failed("process", errno);
  if (child.process == 0) {
    const unsigned keep = static_cast<unsigned>(ends[1]);
    if (keep > 3) ::close_range(3, keep - 1, 0);
    ::close_range(keep + 1, ~0u, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::signal(SIGINT, SIG_IGN);
    serve(ends[1]);
    ::_exit(0);
  }
  return child;
}

void await_child(ChildProcess &child) {
  child.socket = base::Fd();
  if (child.process <= 0) return;
  int status = 0;
  while (::waitpid(child.process, &status, 0) < 0 && errno == EINTR) {
  }
  child.process = -1;
}

void end_child(ChildProcess &child) {
  if (child.process > 0) ::kill(child.process, SIGKILL);
  await_child(child);
}

}  // namespace dislodge::engine

#include "engine/child_process.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

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

bool send_with_files(int socket, std::string_view text, std::span<const int> files) {
  iovec data{const_cast<char *>(text.data()), text.size()};
  std::vector<char> control(CMSG_SPACE(files.size_bytes()));
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(files.size_bytes());
  std::memcpy(CMSG_DATA(header), files.data(), files.size_bytes());
  return ::sendmsg(socket, &message, MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
}

ssize_t receive_with_files(int socket, char *text, std::size_t size, std::vector<base::Fd> &files) {
  iovec data{text, size};
  std::array<char, CMSG_SPACE(kFilesPerMessage * sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t got = 0;
  while ((got = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR) {
  }
  if (got <= 0) return got;
  for (cmsghdr *header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t received = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < received; ++i) {
      int descriptor = -1;
      std::memcpy(&descriptor, CMSG_DATA(header) + i * sizeof(int), sizeof(int));
      files.emplace_back(descriptor);
    }
  }
  return got;
}

}  // namespace dislodge::engine

#pragma once
// A process of our own over a socket pair: how the workers and the recogniser are started. The child holds
// nothing of its parent's but its end of the socket (not the case file, not its lock, not the other
// children's sockets), dies with its parent, and leaves a terminal's Ctrl-C to it. What it does there it does
// after entering the sandbox, which is its own first step.
//
//   DISLODGE_TRY_ASSIGN(ChildProcess child, start_child(SOCK_STREAM, "for a worker", [](int socket) { ...
//   })); child.process, child.socket ... end_child(child);

#include <sys/types.h>

#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "base/files.hpp"
#include "base/result.hpp"

namespace dislodge::engine {

struct ChildProcess {
  pid_t process = -1;  // -1: none
  base::Fd socket;
};

// `serve` runs in the child and must not come back; if it does, the child ends at once. `purpose` is for
// messages. REQUIRES: this process has one thread.
base::Result<ChildProcess> start_child(int socket_type, std::string_view purpose,
                                       const std::function<void(int socket)> &serve);

// Closes the socket and waits for the end of the process, which a closed socket tells to end.
void await_child(ChildProcess &child);
// The same, without leaving it a choice.
void end_child(ChildProcess &child);

// Sends `text` (not empty) in one message with `files`, at most kFilesPerMessage; false with errno. The other
// end has descriptors of its own.
inline constexpr std::size_t kFilesPerMessage = 200;  // the kernel takes at most 253
bool send_with_files(int socket, std::string_view text, std::span<const int> files);
// The next message, at most `size` bytes of it: how many there were; 0 at the end, -1 with errno. Its files
// are added to `files`.
ssize_t receive_with_files(int socket, char *text, std::size_t size, std::vector<base::Fd> &files);

}  // namespace dislodge::engine

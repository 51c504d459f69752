#include "engine/recogniser.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "engine/sandbox.hpp"
#include "evidence/recognise.hpp"

namespace dislodge::engine {

using base::ErrorKind;
using base::Result;

namespace {

constexpr std::size_t kNameMax = 4096;       // of a name that goes along; it breaks ties only
constexpr int kAnswerMilliseconds = 20'000;  // the sample of 64 KiB takes a thousandth of that
constexpr std::uint64_t kMemory = 256ull << 20;

// The one descriptor that a message carries; -1 where it carries none.
int descriptor_of(msghdr &message) {
  int descriptor = -1;
  for (cmsghdr *header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header))
    if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
      std::memcpy(&descriptor, CMSG_DATA(header), sizeof descriptor);
  return descriptor;
}

}  // namespace

RecogniserProcess::~RecogniserProcess() {
  stop();
}

void RecogniserProcess::stop() {
  end_child(child_);
}

void RecogniserProcess::serve(int socket, bool sandbox) noexcept {
  if (sandbox && sandbox_available() && !enter_sandbox({kMemory})) ::_exit(3);
  std::string name(kNameMax, '\0');
  while (true) {
    iovec data{name.data(), name.size()};
    std::array<char, CMSG_SPACE(sizeof(int))> control{};
    msghdr message{};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t got = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) ::_exit(0);
    const base::Fd file(descriptor_of(message));
    if (!file) ::_exit(4);
    const auto mapped = base::MappedFile::from_fd(file.get(), "evidence");
    if (!mapped) ::_exit(4);
    // The first byte of the message says that there is one; the name follows.
    const std::string_view given(name.data() + 1, static_cast<std::size_t>(got) - 1);
    const evidence::ItemType type = evidence::recognise(mapped->bytes(), given);
    const char answer[2] = {static_cast<char>(type),
                            evidence::divisible(type, mapped->bytes()) ? '\1' : '\0'};
    if (::write(socket, answer, sizeof answer) != sizeof answer) ::_exit(0);
  }
}

Result<evidence::Recognised> RecogniserProcess::ask(const std::filesystem::path &path,
                                                    std::string_view name) {
  DISLODGE_TRY_ASSIGN(const base::Fd file, base::open_for_reading(path));
  return ask(file.get(), name);
}

Result<evidence::Recognised> RecogniserProcess::ask(int file, std::string_view name) {
  if (child_.process <= 0) {
    DISLODGE_TRY_ASSIGN(child_, start_child(SOCK_SEQPACKET, "for recognising files",
                                            [this](int socket) { serve(socket, sandbox_); }));
  }
  std::string text = "N" + std::string(name.substr(0, kNameMax - 1));
  iovec data{text.data(), text.size()};
  std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(header), &file, sizeof file);
  char answer[2] = {0, 0};
  bool answered = ::sendmsg(child_.socket.get(), &message, MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
  if (answered) {
    pollfd polled{child_.socket.get(), POLLIN, 0};
    int ready = 0;
    while ((ready = ::poll(&polled, 1, kAnswerMilliseconds)) < 0 && errno == EINTR) {
    }
    answered = ready == 1 && ::read(child_.socket.get(), answer, sizeof answer) == sizeof answer;
  }
  if (!answered) {
    // It died or hangs on this file. As unknown its strings are read, in a worker, and the ledger says so.
    stop();
    return evidence::Recognised{};
  }
  const auto type = static_cast<unsigned char>(answer[0]);
  evidence::Recognised out;
  if (type <= static_cast<unsigned char>(evidence::ItemType::evtx))
    out.type = static_cast<evidence::ItemType>(type);
  out.divisible = answer[1] == '\1';
  return out;
}

}  // namespace dislodge::engine

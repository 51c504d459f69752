#include "engine/recogniser.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "engine/sandbox.hpp"
#include "evidence/recognise.hpp"

namespace dislodge::engine {

using base::ErrorKind;
using base::Result;

namespace {

constexpr std::size_t kNameMax = 4096;         // of a name that goes along; it breaks ties only
constexpr int kAnswerMilliseconds = 20'000;    // the sample of 64 KiB takes a thousandth of that
constexpr std::uint64_t kMemory = 1ull << 30;  // a tip of the greatest size is parsed in it
constexpr std::size_t kPacket = 32u << 10;
constexpr std::uint64_t kTipAnswerMax = 512ull << 20;

constexpr char kRecognise = 'N', kReadTip = 'T';

evidence::Told told_by(std::string_view bytes) {
  if (bytes.size() > detect::kTipBytesMax || !detect::recognises_tips(bytes)) return evidence::Told::nothing;
  return detect::recognises_table_of_messages(bytes) ? evidence::Told::perhaps : evidence::Told::surely;
}

// A packet with the state and the size, then the bytes in packets.
bool answer_long(int socket, char state, std::string_view text) {
  char head[1 + sizeof(std::uint64_t)] = {state};
  const std::uint64_t size = text.size();
  std::memcpy(head + 1, &size, sizeof size);
  if (::write(socket, head, sizeof head) != sizeof head) return false;
  while (!text.empty()) {
    const std::string_view piece = text.substr(0, kPacket);
    if (::write(socket, piece.data(), piece.size()) != static_cast<ssize_t>(piece.size())) return false;
    text.remove_prefix(piece.size());
  }
  return true;
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
    std::vector<base::Fd> files;
    const ssize_t got = receive_with_files(socket, name.data(), name.size(), files);
    if (got <= 0) ::_exit(0);
    if (files.size() != 1) ::_exit(4);
    const auto mapped = base::MappedFile::from_fd(files.front().get(), "evidence");
    if (!mapped) ::_exit(4);
    // The first byte of the message is the question; the name follows.
    if (name[0] == kReadTip) {
      const auto tips = detect::read_tips(mapped->bytes());
      if (!answer_long(socket, tips ? '\1' : '\0', tips ? detect::encode_tips(*tips) : tips.error().message))
        ::_exit(0);
      continue;
    }
    const std::string_view given(name.data() + 1, static_cast<std::size_t>(got) - 1);
    const evidence::ItemType type = evidence::recognise(mapped->bytes(), given);
    const char answer[3] = {static_cast<char>(type), evidence::divisible(type, mapped->bytes()) ? '\1' : '\0',
                            static_cast<char>(told_by(mapped->bytes()))};
    if (::write(socket, answer, sizeof answer) != sizeof answer) ::_exit(0);
  }
}

Result<evidence::Recognised> RecogniserProcess::ask(const std::filesystem::path &path,
                                                    std::string_view name) {
  DISLODGE_TRY_ASSIGN(const base::Fd file, base::open_for_reading(path));
  return ask(file.get(), name);
}

Result<void> RecogniserProcess::start() {
  if (child_.process > 0) return {};
  DISLODGE_TRY_ASSIGN(child_, start_child(SOCK_SEQPACKET, "for recognising files",
                                          [this](int socket) { serve(socket, sandbox_); }));
  return {};
}

bool RecogniserProcess::send(char question, int file, std::string_view name) {
  return send_with_files(child_.socket.get(), question + std::string(name.substr(0, kNameMax - 1)),
                         {&file, 1});
}

bool RecogniserProcess::receive(char *out, std::size_t size) {
  pollfd polled{child_.socket.get(), POLLIN, 0};
  int ready = 0;
  while ((ready = ::poll(&polled, 1, kAnswerMilliseconds)) < 0 && errno == EINTR) {
  }
  return ready == 1 && ::read(child_.socket.get(), out, size) == static_cast<ssize_t>(size);
}

Result<evidence::Recognised> RecogniserProcess::ask(int file, std::string_view name) {
  DISLODGE_TRY(start());
  char answer[3] = {0, 0, 0};
  if (!send(kRecognise, file, name) || !receive(answer, sizeof answer)) {
    // It died or hangs on this file. As unknown its strings are read, in a worker, and the ledger says so.
    stop();
    return evidence::Recognised{};
  }
  const auto type = static_cast<unsigned char>(answer[0]);
  evidence::Recognised out;
  if (type <= static_cast<unsigned char>(evidence::ItemType::evtx))
    out.type = static_cast<evidence::ItemType>(type);
  out.divisible = answer[1] == '\1';
  if (const auto tip = static_cast<unsigned char>(answer[2]);
      tip <= static_cast<unsigned char>(evidence::Told::surely))
    out.tip = static_cast<evidence::Told>(tip);
  return out;
}

Result<detect::TipFile> RecogniserProcess::read_tip(int file) {
  DISLODGE_TRY(start());
  const auto lost = [&] {
    stop();
    return base::fail(ErrorKind::damaged, "its reader crashed or hung on it, in its sandbox");
  };
  char head[1 + sizeof(std::uint64_t)] = {};
  if (!send(kReadTip, file, "") || !receive(head, sizeof head)) return lost();
  std::uint64_t size = 0;
  std::memcpy(&size, head + 1, sizeof size);
  if (size > kTipAnswerMax) return lost();
  std::string text(size, '\0');
  for (std::size_t at = 0; at < size;) {
    const std::size_t piece = std::min<std::size_t>(kPacket, size - at);
    if (!receive(text.data() + at, piece)) return lost();
    at += piece;
  }
  if (head[0] != '\1') return base::fail(ErrorKind::damaged, text.substr(0, 1000));
  return detect::decode_tips(text);
}

}  // namespace dislodge::engine

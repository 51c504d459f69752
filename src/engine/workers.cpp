#include "engine/workers.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <deque>
#include <thread>

#include "engine/child_process.hpp"
#include "engine/sandbox.hpp"

namespace dislodge::engine {

using base::ErrorKind;
using base::Result;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t kMarkerBytes = 16384;  // shared with the worker: length, item's path; beats
// Room for a length in front of the path and for the count of beats behind it.
constexpr std::size_t kMarkedMax = kMarkerBytes - 2 * sizeof(std::uint32_t);
constexpr std::uint64_t kResultBytesMax = 8ull << 30;

// Writes the path of the current item into memory that the coordinator sees after this process is gone.
class SharedMarker : public ItemMarker {
 public:
  explicit SharedMarker(char *memory) : memory_(memory) {}
  void mark(std::string_view item) override {
    const auto size = static_cast<std::uint32_t>(std::min(item.size(), kMarkedMax));
    std::memcpy(memory_ + sizeof size, item.data(), size);
    std::memcpy(memory_, &size, sizeof size);
  }
  void beat() override {
    ++beats_;
    std::memcpy(memory_ + kMarkerBytes - sizeof beats_, &beats_, sizeof beats_);
  }

 private:
  char *memory_;
  std::uint32_t beats_ = 0;
};

bool read_exactly(int socket, char *out, std::size_t size) {
  while (size > 0) {
    const ssize_t got = ::read(socket, out, size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    out += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

bool read_framed(int socket, std::string &out, std::uint64_t limit) {
  std::uint64_t size = 0;
  if (!read_exactly(socket, reinterpret_cast<char *>(&size), sizeof size) || size > limit) return false;
  out.resize(size);
  return read_exactly(socket, out.data(), size);
}

Result<void> write_framed(int socket, std::string_view bytes) {
  const std::uint64_t size = bytes.size();
  DISLODGE_TRY(base::write_all(socket, {reinterpret_cast<const char *>(&size), sizeof size}));
  return base::write_all(socket, bytes);
}

Result<void> send_descriptors(int socket, std::span<const int> descriptors) {
  for (; !descriptors.empty();
       descriptors = descriptors.subspan(std::min(kFilesPerMessage, descriptors.size())))
    if (!send_with_files(socket, "F", descriptors.first(std::min(kFilesPerMessage, descriptors.size()))))
      return base::fail(ErrorKind::internal, "a worker does not take its files: " + base::os_message(errno));
  return {};
}

bool receive_descriptors(int socket, std::size_t count, std::vector<base::Fd> &out) {
  char byte = 0;
  while (out.size() < count)
    if (receive_with_files(socket, &byte, 1, out) != 1) return false;
  return true;
}

std::string encode_job(const Job &job) {
  base::WireWriter out;
  out.text(job.item);
  out.number(static_cast<std::uint64_t>(job.type));
  out.flag(job.repository);
  out.text(job.tenant);
  out.number(job.begin);
  out.number(job.end);
  out.list(job.files, [&](const JobFile &file) { out.text(file.name); });
  out.number(job.poisoned.size());
  for (const auto &[item, state] : job.poisoned) {
    out.text(item);
    out.number(static_cast<std::uint64_t>(state));
  }
  return out.take();
}

}  // namespace

// A history is one item while its trees are read to say which commit brought a blob: that takes longer the
// more there is, and at this rate (bytes a second) only on a machine with far too much to do.
constexpr std::uint64_t kHistoryRateMin = 1 << 20;

std::chrono::seconds WorkerPool::patience(const Job &job) const {
  const bool history = job.repository || job.type == evidence::ItemType::git_bundle ||
                       job.type == evidence::ItemType::git_pack;
  return std::chrono::seconds(options_.limits.worker_seconds_per_item +
                              (history ? (job.end - job.begin) / kHistoryRateMin : 0));
}

struct WorkerPool::Worker {
  ChildProcess child;
  char *marker = nullptr;  // shared page
  std::size_t job = SIZE_MAX;
  Clock::time_point started{};
  std::string last_marked;
  std::uint32_t last_beats = 0;
  bool timed_out = false;
  bool busy() const { return job != SIZE_MAX; }
  std::string marked() const {
    std::uint32_t size = 0;
    std::memcpy(&size, marker, sizeof size);
    return std::string(marker + sizeof size, std::min<std::size_t>(size, kMarkedMax));
  }
  std::uint32_t beats() const {
    std::uint32_t count = 0;
    std::memcpy(&count, marker + kMarkerBytes - sizeof count, sizeof count);
    return count;
  }
};

WorkerPool::WorkerPool(WorkerOptions options, MakeReader make_reader)
    : options_(std::move(options)), make_reader_(std::move(make_reader)) {
  if (options_.workers == 0) options_.workers = std::max(1u, std::thread::hardware_concurrency());
}

WorkerPool::~WorkerPool() {
  for (const auto &worker : workers_) {
    end_child(worker->child);
    if (worker->marker != nullptr) ::munmap(worker->marker, kMarkerBytes);
  }
}

// The worker's whole life: take a job, map its files, read, answer.
void WorkerPool::serve(int socket, char *marker_memory) noexcept {
  SharedMarker marker(marker_memory);
  const std::unique_ptr<UnitReader> reader = make_reader_(&marker);
  if (options_.sandbox && sandbox_available()) {
    if (!enter_sandbox({options_.limits.worker_memory_bytes})) ::_exit(3);
  }
  std::string message;
  while (read_framed(socket, message, 1u << 30)) {
    base::WireReader in(message);
    UnitInput input;
    input.item = in.text();
    input.type = static_cast<evidence::ItemType>(in.number());
    input.repository = in.flag();
    input.tenant = in.text();
    input.begin = in.number();
    input.end = in.number();
    in.list([&] { input.files.push_back(UnitFile{std::string(in.text()), {}}); });
    const std::uint64_t poisoned = in.number();
    for (std::uint64_t i = 0; i < poisoned && in.ok(); ++i) {
      std::string item(in.text());
      input.poisoned[std::move(item)] = static_cast<evidence::LedgerState>(in.number());
    }
    std::vector<base::Fd> descriptors;
    if (!in.ok() || !receive_descriptors(socket, input.files.size(), descriptors)) break;
    std::vector<base::MappedFile> mapped;
    for (std::size_t i = 0; i < descriptors.size(); ++i) {
      auto file = base::MappedFile::from_fd(descriptors[i].get(), input.item);
      if (!file) ::_exit(4);
      mapped.push_back(std::move(*file));
      input.files[i].bytes = mapped.back().bytes();
    }
    input.release_pages = [&mapped] {
      for (const base::MappedFile &file : mapped)
        if (const std::string_view bytes = file.bytes(); !bytes.empty())
          (void)::madvise(const_cast<char *>(bytes.data()), bytes.size(), MADV_DONTNEED);
    };
    if (!input.repository && !input.files.empty())
      input.end = std::min<std::uint64_t>(input.end, input.files[0].bytes.size());
    const UnitResult result = reader->read(input);
    if (!write_framed(socket, result.encode())) break;
  }
  ::_exit(0);
}

Result<void> WorkerPool::spawn(Worker &worker) {
  if (worker.marker == nullptr) {
    void *memory = ::mmap(nullptr, kMarkerBytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
      return base::fail(ErrorKind::io, "no memory for a worker: " + base::os_message(errno));
    worker.marker = static_cast<char *>(memory);
  }
  std::memset(worker.marker, 0, sizeof(std::uint32_t));
  DISLODGE_TRY_ASSIGN(worker.child, start_child(SOCK_STREAM, "for a worker",
                                                [&](int socket) { serve(socket, worker.marker); }));
  worker.job = SIZE_MAX;
  worker.timed_out = false;
  return {};
}

Result<void> WorkerPool::send_job(Worker &worker, const Job &job) {
  std::vector<base::Fd> files;
  std::vector<int> descriptors;
  for (const JobFile &file : job.files) {
    DISLODGE_TRY_ASSIGN(base::Fd fd, base::open_for_reading(file.path));
    descriptors.push_back(fd.get());
    files.push_back(std::move(fd));
  }
  DISLODGE_TRY(write_framed(worker.child.socket.get(), encode_job(job)));
  return send_descriptors(worker.child.socket.get(), descriptors);
}

Result<void> WorkerPool::run(std::vector<Job> jobs, const Deliver &deliver) {
  ::signal(SIGPIPE, SIG_IGN);
  std::deque<std::size_t> waiting;
  for (std::size_t i = 0; i < jobs.size(); ++i) waiting.push_back(i);
  const std::size_t wanted = std::min<std::size_t>(options_.workers, std::max<std::size_t>(jobs.size(), 1));
  while (workers_.size() < wanted) {
    workers_.push_back(std::make_unique<Worker>());
    DISLODGE_TRY(spawn(*workers_.back()));
  }

  // A job whose worker is gone: the item it died on is poisoned and the job tried again.
  const auto lost = [&](Worker &worker) -> Result<void> {
    const std::size_t number = worker.job;
    const bool hung = worker.timed_out;
    const std::string item = worker.marked();
    await_child(worker.child);
    DISLODGE_TRY(spawn(worker));
    if (number == SIZE_MAX) return {};
    Job &job = jobs[number];
    const auto state = hung ? evidence::LedgerState::timed_out : evidence::LedgerState::crashed;
    if (!item.empty() && job.poisoned.size() < kPoisonedMax && job.poisoned.count(item) == 0) {
      job.poisoned[item] = state;
      waiting.push_front(number);
      return {};
    }
    return deliver(number,
                   base::fail(ErrorKind::internal,
                              fmt::format("{}: its reader {} again and again; last on {}", job.item,
                                          hung ? "hung" : "crashed", item.empty() ? "its start" : item)));
  };

  std::size_t open = jobs.size();
  const auto finish = [&](std::size_t number, Result<UnitResult> result) -> Result<void> {
    --open;
    return deliver(number, std::move(result));
  };
  while (open > 0) {
    for (const auto &worker : workers_) {
      while (!worker->busy() && !waiting.empty()) {
        const std::size_t number = waiting.front();
        waiting.pop_front();
        worker->job = number;
        worker->started = Clock::now();
        if (auto sent = send_job(*worker, jobs[number]); !sent) {
          worker->job = SIZE_MAX;
          if (sent.error().kind == ErrorKind::io) {
            // The file is gone or refuses to be read: that unit's fault, not the worker's.
            DISLODGE_TRY(finish(number, tl::unexpected(sent.error())));
            // A half-sent job would confuse the worker.
            if (::kill(worker->child.process, SIGKILL) == 0) {
              await_child(worker->child);
              DISLODGE_TRY(spawn(*worker));
            }
            continue;
          }
          worker->job = number;
          const std::size_t before = waiting.size();
          DISLODGE_TRY(lost(*worker));
          if (waiting.size() == before) --open;
        }
      }
    }
    std::vector<pollfd> polled;
    std::vector<Worker *> busy;
    for (const auto &worker : workers_) {
      if (!worker->busy()) continue;
      polled.push_back({worker->child.socket.get(), POLLIN, 0});
      busy.push_back(worker.get());
    }
    if (busy.empty()) continue;
    ::poll(polled.data(), polled.size(), 1000);
    const auto now = Clock::now();
    for (std::size_t i = 0; i < busy.size(); ++i) {
      Worker &worker = *busy[i];
      if (polled[i].revents == 0) {
        // A worker that comes to a next item, or to a next record of one, is alive, however long its unit is.
        std::string item = worker.marked();
        if (const std::uint32_t beats = worker.beats();
            item != worker.last_marked || beats != worker.last_beats) {
          worker.last_marked = std::move(item);
          worker.last_beats = beats;
          worker.started = now;
        } else if (now - worker.started > patience(jobs[worker.job])) {
          worker.timed_out = true;
          ::kill(worker.child.process, SIGKILL);
        }
        continue;
      }
      std::string message;
      if (!read_framed(worker.child.socket.get(), message, kResultBytesMax)) {
        const std::size_t before = waiting.size();
        DISLODGE_TRY(lost(worker));
        if (waiting.size() == before) --open;
        continue;
      }
      const std::size_t number = worker.job;
      worker.job = SIZE_MAX;
      DISLODGE_TRY(finish(number, UnitResult::decode(message)));
    }
  }
  return {};
}

}  // namespace dislodge::engine

#pragma once
// The pool of worker processes. Each reads one unit at a time in a sandbox (sandbox.hpp) and answers with an
// encoded UnitResult. Workers are forked before any thread starts, with rules compiled, so they share them.
//
//   WorkerPool pool(options); pool.start(make_reader);
//   pool.run(jobs, [&](std::size_t job, Result<UnitResult> result) { ... });   // in order of completion
//
// A worker that dies or hangs is replaced; its job is tried again with the item on which it died marked as
// poisoned, so that one item costs one row of the ledger, not the run. After kPoisonedMax such items the
// whole unit is given up. The coordinator opens files and passes descriptors; it never maps evidence itself.

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/files.hpp"
#include "base/result.hpp"
#include "engine/unit_reader.hpp"

namespace dislodge::engine {

struct JobFile {
  std::filesystem::path path;
  std::string name;  // inside a repository; empty for a single file
};

struct Job {
  std::string item;
  evidence::ItemType type = evidence::ItemType::unknown;
  bool repository = false;
  std::string tenant;
  std::uint64_t begin = 0, end = 0;
  std::vector<JobFile> files;
  std::map<std::string, evidence::LedgerState> poisoned;
};

struct WorkerOptions {
  unsigned workers = 0;  // 0: as many as there are processors
  base::Limits limits;
  std::string run_key;
  std::string seal_to;
  bool sandbox = true;
};

inline constexpr std::size_t kPoisonedMax = 100;

class WorkerPool {
 public:
  using MakeReader = std::function<std::unique_ptr<UnitReader>(ItemMarker *)>;
  using Deliver = std::function<base::Result<void>(std::size_t job, base::Result<UnitResult> result)>;

  WorkerPool(WorkerOptions options, MakeReader make_reader);
  ~WorkerPool();
  WorkerPool(const WorkerPool &) = delete;
  WorkerPool &operator=(const WorkerPool &) = delete;

  // Runs all jobs. `deliver` is called in this process, one at a time; its error stops the run.
  base::Result<void> run(std::vector<Job> jobs, const Deliver &deliver);

 private:
  struct Worker;
  // How long a worker may be on one item of this job without a sign of life.
  std::chrono::seconds patience(const Job &job) const;
  base::Result<void> spawn(Worker &worker);
  base::Result<void> send_job(Worker &worker, const Job &job);
  // noexcept: what a reader throws ends the worker, and never unwinds into the coordinator's code that the
  // fork has below it on the stack.
  [[noreturn]] void serve(int socket, char *marker) noexcept;

  WorkerOptions options_;
  MakeReader make_reader_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace dislodge::engine

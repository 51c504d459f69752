#pragma once
// Recognition at intake, in a sandbox: a process of its own that takes open files and answers what they are.
// The coordinator opens and hashes evidence but never parses it; a file on which the recogniser dies or hangs
// is of unknown type, and a new process takes the next one.
//
//   RecogniserProcess recogniser; auto files = evidence::intake(path, progress, recogniser.asker());

#include <sys/types.h>

#include "base/files.hpp"
#include "base/result.hpp"
#include "detect/tips.hpp"
#include "engine/child_process.hpp"
#include "evidence/intake.hpp"

namespace dislodge::engine {

class RecogniserProcess {
 public:
  explicit RecogniserProcess(bool sandbox = true) : sandbox_(sandbox) {}
  ~RecogniserProcess();
  RecogniserProcess(const RecogniserProcess &) = delete;
  RecogniserProcess &operator=(const RecogniserProcess &) = delete;

  base::Result<evidence::Recognised> ask(const std::filesystem::path &path, std::string_view name);
  base::Result<evidence::Recognised> ask(int file, std::string_view name);
  // What the file tells, if it is a tip (detect/tips.hpp). It is parsed in the sandbox; a file on which that
  // dies or hangs is damaged.
  base::Result<detect::TipFile> read_tip(int file);
  // Valid as long as this object.
  evidence::Recogniser asker() {
    return [this](const std::filesystem::path &path, std::string_view name) { return ask(path, name); };
  }

 private:
  base::Result<void> start();
  bool send(char question, int file, std::string_view name);
  bool receive(char *out, std::size_t size);  // one packet of just that size
  void stop();
  [[noreturn]] static void serve(int socket, bool sandbox) noexcept;

  bool sandbox_;
  ChildProcess child_;
};

}  // namespace dislodge::engine

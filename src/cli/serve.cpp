// serve: the page of a case on 127.0.0.1, until Ctrl-C.

#include <fmt/format.h>
#include <pthread.h>

#include <csignal>
#include <cstdio>
#include <thread>

#include "base/json_writer.hpp"
#include "cli/session.hpp"
#include "serve/server.hpp"

namespace dislodge::cli {

using base::Result;
using casefile::Case;

namespace {

// The case for as long as the picture is derived. A writer journals that the case was looked at; where
// another process is the writer, or the medium is read-only, it is opened for reading and that is said.
Result<std::unique_ptr<Case>> open_and_journal(const ServeArguments &arguments) {
  DISLODGE_TRY_ASSIGN(const std::string kind, Case::lock_kind(arguments.folder));
  DISLODGE_TRY_ASSIGN(const casefile::Unlock unlock, unlock_with(arguments, kind, false, false));
  std::string why;
  if (auto writer = Case::open(arguments.folder, unlock, Case::Access::write)) {
    const auto done = (*writer)->journal().append("serve", "{}");
    if (done) return writer;
    why = done.error().message;
  } else {
    why = writer.error().message;
  }
  auto reader = Case::open(arguments.folder, unlock, Case::Access::read);
  if (reader) std::fprintf(stderr, "dislodge: note: this is not journalled: %s\n", why.c_str());
  return reader;
}

// The key and the lock go as soon as the picture is there: the page needs neither, and others may write
// meanwhile.
Result<engine::Picture> picture_of(const ServeArguments &arguments, std::string &journal) {
  DISLODGE_TRY_ASSIGN(const auto the_case, open_and_journal(arguments));
  DISLODGE_TRY_ASSIGN(const auto entries, the_case->journal().entries());
  for (const casefile::JournalEntry &entry : entries) journal += entry.json + "\n";
  if (!base::memory_lock_held())
    std::fputs("dislodge: note: the system refuses to lock memory (ulimit -l); keys could reach swap space\n",
               stderr);
  base::Progress progress(!arguments.quiet);
  base::Timings timings;
  auto picture = engine::derive(*the_case, arguments.engine, progress, timings);
  progress.clear();
  print_timings(arguments, timings);
  return picture;
}

void say_address(const ServeArguments &arguments, const serve::Server &server) {
  if (arguments.json) {
    base::JsonWriter json;
    json.object([&] {
      json.field("schema", 1);
      json.field("url", server.url());
      json.field("port", static_cast<std::uint64_t>(server.port()));
    });
    print_line(json.text());
  } else {
    print_line(server.url());
    print_line("The address opens the page once, in one browser of this machine. Ctrl-C ends it.");
  }
  std::fflush(stdout);  // it may go to a pipe, and nothing more will come
}

}  // namespace

int run_serve(const ServeArguments &arguments) {
  std::string journal;
  const auto picture = picture_of(arguments, journal);
  if (!picture) return report_error(picture.error());
  say_partial(*picture);

  // Blocked here and so in every thread made from now on: the signal is waited for, not handled in the middle
  // of something.
  sigset_t ends;
  sigemptyset(&ends);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&ends, signal);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);

  const auto server = serve::Server::make(*picture, {arguments.port, std::move(journal)});
  if (!server) return report_error(server.error());
  say_address(arguments, **server);
  std::thread serving([&] { (*server)->run(); });
  int signal = 0;
  sigwait(&ends, &signal);
  (*server)->stop();
  serving.join();
  return kDone;
}

}  // namespace dislodge::cli

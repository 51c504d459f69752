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

// Open for reading, after it was journalled that the case is looked at; where another process is the writer,
// or the medium is read-only, that is said instead.
Result<std::unique_ptr<Case>> open_and_journal(const ServeArguments &arguments,
                                               const casefile::Unlock &unlock) {
  DISLODGE_TRY_ASSIGN(auto reader, Case::open(arguments.folder, unlock, Case::Access::read));
  std::string why;
  if (auto writer = reader->again(Case::Access::write)) {
    if (const auto done = (*writer)->journal().append("serve", "{}"); !done) why = done.error().message;
  } else {
    why = writer.error().message;
  }
  if (!why.empty()) std::fprintf(stderr, "dislodge: note: this is not journalled: %s\n", why.c_str());
  return reader;
}

// What errands are told of how this command was called.
std::vector<std::string> passed_on(const ServeArguments &arguments) {
  std::vector<std::string> out;
  if (!arguments.engine.rules_folder.empty())
    out.insert(out.end(), {"--rules", std::filesystem::absolute(arguments.engine.rules_folder).string()});
  for (const std::filesystem::path &file : arguments.engine.added_rules)
    out.insert(out.end(), {"--add-rules", std::filesystem::absolute(file).string()});
  if (arguments.engine.workers > 0)
    out.insert(out.end(), {"--workers", std::to_string(arguments.engine.workers)});
  return out;
}

Result<std::unique_ptr<serve::Desk>> desk_of(const ServeArguments &given) {
  ServeArguments arguments = given;
  arguments.folder = std::filesystem::absolute(given.folder).lexically_normal();
  if (arguments.folder.filename().empty()) arguments.folder = arguments.folder.parent_path();
  DISLODGE_TRY_ASSIGN(const std::string kind, Case::lock_kind(arguments.folder));
  serve::Desk::Source source;
  DISLODGE_TRY_ASSIGN(source.unlock, unlock_with(arguments, kind, false, false));
  DISLODGE_TRY_ASSIGN(auto reader, open_and_journal(arguments, source.unlock));
  if (!base::memory_lock_held())
    std::fputs("dislodge: note: the system refuses to lock memory (ulimit -l); keys could reach swap space\n",
               stderr);
  source.engine = arguments.engine;
  source.arguments = passed_on(arguments);
  source.show_progress = !arguments.quiet;
  return std::make_unique<serve::Desk>(std::move(source), std::move(reader));
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
  const auto desk = desk_of(arguments);
  if (!desk) return report_error(desk.error());

  // Blocked here and so in every thread made from now on: the signal is waited for, not handled in the middle
  // of something.
  sigset_t ends;
  sigemptyset(&ends);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&ends, signal);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);

  const auto server = serve::Server::make(**desk, {arguments.port});
  if (!server) return report_error(server.error());
  say_address(arguments, **server);
  // The page is there at once and shows how far the case is derived.
  std::thread following([&] { (*desk)->follow(); });
  std::thread serving([&] { (*server)->run(); });
  int signal = 0;
  sigwait(&ends, &signal);
  (*desk)->stop();
  (*server)->stop();
  serving.join();
  following.join();
  return kDone;
}

}  // namespace dislodge::cli

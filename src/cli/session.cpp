#include "cli/session.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include "base/encode.hpp"
#include "base/files.hpp"
#include "base/visible.hpp"
#include "cli/partial.hpp"
#include "engine/reopen.hpp"

namespace dislodge::cli {

using base::ErrorKind;
using base::Result;

int exit_code_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::usage:
      return kUsage;
    case ErrorKind::io:
      return kDisk;
    case ErrorKind::damaged:
    case ErrorKind::limit:
    case ErrorKind::internal:
      return kDamaged;
    case ErrorKind::encrypted:
    case ErrorKind::unsupported:
      return kDone;
  }
  return kDamaged;
}

int report_error(const base::Error &error) {
  std::fprintf(stderr, "dislodge: %s\n", base::visible(error.message).c_str());
  return exit_code_of(error.kind);
}

int written(int code) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  std::fprintf(stderr,
               "dislodge: standard output cannot be written (%s): what it holds is cut short; make room and"
               " run the command again\n",
               base::os_message(errno).c_str());
  return kDisk;
}

namespace {

// Whether all evidence of the case has been read from which this process answers: one command is one process,
// and whatever it prints then goes by this. Not known where it answers from none.
std::optional<bool> answers_are_partial;

void write(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

// A line of JSON, with `partial` put at the end of its object; `status` says it by itself.
void write_line_of_json(std::string_view line, bool partial) {
  const std::size_t end = line.rfind('}');
  if (end == line.npos || line.find("\"partial\":") != line.npos) return write(line);
  write(line.substr(0, end));
  write(partial ? ",\"partial\":true" : ",\"partial\":false");
  write(line.substr(end));
}

}  // namespace

void print(std::string_view text) {
  std::string shown;
  if (!base::is_visible(text)) text = shown = base::visible(text);
  if (!answers_are_partial || !text.starts_with("{\"schema\":")) return write(text);
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    write_line_of_json(line, *answers_are_partial);
    text.remove_prefix(line.size());
    if (text.empty()) return;
    write("\n");
    text.remove_prefix(1);
  }
}
void print_line(std::string_view text) {
  print(text);
  std::fputc('\n', stdout);
}

namespace {

Result<base::SecretBytes> ask(const char *prompt) {
  if (::isatty(STDIN_FILENO) != 1 || ::isatty(STDERR_FILENO) != 1)
    return base::fail(
        ErrorKind::usage,
        "no terminal to ask for the passphrase: give --passphrase-file FILE or --key-file FILE");
  std::fputs(prompt, stderr);
  termios before{};
  ::tcgetattr(STDIN_FILENO, &before);
  termios silent = before;
  silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  std::string line;
  line.reserve(1024);  // so that growing leaves no copies behind
  for (int c = std::getchar(); c != EOF && c != '\n'; c = std::getchar()) line += static_cast<char>(c);
  ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
  std::fputc('\n', stderr);
  base::SecretBytes passphrase(line);
  base::wipe(line);
  return passphrase;
}

}  // namespace

Result<void> load_reading_options(Common &common) {
  if (common.no_ocr) common.engine.limits.ocr_images_max = 0;
  DISLODGE_TRY_ASSIGN(auto unlock, engine::load_unlock_files(common.password_files, common.unlock_keys));
  if (!unlock.empty()) common.engine.unlock = std::make_shared<const evidence::Unlock>(std::move(unlock));
  return {};
}

void tell_progress(const Common &common, base::Progress &progress) {
  if (common.progress_to < 0) return;
  progress.watch([to = common.progress_to](const base::Step &step) {
    (void)base::write_all(
        to, fmt::format("{}\t{}\t{}\t{}\n", step.stage, step.bytes, step.total_bytes, step.items));
  });
}

Result<casefile::Unlock> unlock_with(const Common &common, std::string_view kind, bool twice, bool make_key) {
  casefile::Unlock unlock;
  if (common.unlock_from >= 0) {
    char bytes[4096];
    std::size_t size = 0;
    for (ssize_t got;
         size < sizeof bytes && (got = ::read(common.unlock_from, bytes + size, sizeof bytes - size)) > 0;)
      size += static_cast<std::size_t>(got);
    (kind == "key-file" ? unlock.key_file : unlock.passphrase) =
        base::SecretBytes(std::string_view(bytes, size));
    ::explicit_bzero(bytes, sizeof bytes);
    return unlock;
  }
  std::filesystem::path key_file = common.key_file;
  // A path, not a key: the environment holds no secret.
  if (const char *path = std::getenv("DISLODGE_KEY_FILE");
      key_file.empty() && common.passphrase_file.empty() && path != nullptr && kind != "passphrase")
    key_file = path;
  if (!key_file.empty() && kind != "passphrase") {
    if (make_key && !base::is_there(key_file)) {
      const base::SecretBytes key = base::SecretBytes::random(32);
      DISLODGE_TRY(base::write_file(key_file, key.view(), 0600));
      std::fprintf(stderr,
                   "A new key was written to %s. Keep it away from the case: together they open it.\n",
                   key_file.c_str());
    }
    DISLODGE_TRY_ASSIGN(std::string bytes, base::read_file(key_file));
    unlock.key_file = base::SecretBytes(bytes);
    base::wipe(bytes);
    if (unlock.key_file.size() != 32)
      return base::fail(ErrorKind::usage,
                        key_file.string() + ": a key file holds exactly 32 bytes; this one does not");
    return unlock;
  }
  if (kind == "key-file")
    return base::fail(ErrorKind::usage, "this case opens with a key file: give it with --key-file FILE");
  if (!common.passphrase_file.empty()) {
    DISLODGE_TRY_ASSIGN(std::string bytes, base::read_file(common.passphrase_file));
    unlock.passphrase = base::SecretBytes(base::trim(std::string_view(bytes).substr(0, bytes.find('\n'))));
    base::wipe(bytes);
  } else {
    DISLODGE_TRY_ASSIGN(unlock.passphrase, ask("Passphrase of the case: "));
    if (twice) {
      DISLODGE_TRY_ASSIGN(const base::SecretBytes again, ask("The same again: "));
      if (again.view() != unlock.passphrase.view())
        return base::fail(ErrorKind::usage, "the two passphrases differ; nothing was made");
    }
  }
  if (unlock.passphrase.size() < (twice ? 8u : 1u))
    return base::fail(ErrorKind::usage, "a passphrase has at least 8 characters");
  return unlock;
}

Result<std::unique_ptr<casefile::Case>> open_case(const CaseOptions &arguments,
                                                  casefile::Case::Access access) {
  DISLODGE_TRY_ASSIGN(const std::string kind, casefile::Case::lock_kind(arguments.folder));
  DISLODGE_TRY_ASSIGN(const casefile::Unlock unlock, unlock_with(arguments, kind, false, false));
  auto opened = casefile::Case::open(arguments.folder, unlock, access);
  if (opened && !base::memory_lock_held())
    std::fputs("dislodge: note: the system refuses to lock memory (ulimit -l); keys could reach swap space\n",
               stderr);
  return opened;
}

void print_timings(const Common &common, const base::Timings &timings) {
  if (common.timings) std::fputs(timings.table().c_str(), stderr);
}

namespace {

// Once here, every line of JSON that is printed says it too.
void say_partial(const engine::LedgerTotals &totals) {
  answers_are_partial = totals.partial();
  if (totals.partial()) std::fprintf(stderr, "partial: %u %% read\n", totals.percent_read());
}

}  // namespace

void say_partial(const engine::Picture &picture) {
  say_partial(picture.totals);
}

Result<void> say_partial(casefile::Case &the_case) {
  engine::LedgerTotals totals;
  DISLODGE_TRY_ASSIGN(const auto evidence, engine::load_evidence(the_case));
  for (const engine::EvidenceRow &row : evidence) totals.handed_in += row.size;
  DISLODGE_TRY_ASSIGN(const auto waiting, engine::load_units(the_case, true));
  for (const engine::UnitRow &unit : waiting) totals.pending += unit.end - unit.begin;
  totals.read = totals.handed_in - std::min(totals.pending, totals.handed_in);
  say_partial(totals);
  return {};
}

int exit_code_of(const engine::LedgerTotals &, const std::vector<evidence::LedgerRow> &ledger) {
  for (const evidence::LedgerRow &row : ledger) {
    switch (row.state) {
      case evidence::LedgerState::damaged:
      case evidence::LedgerState::too_large:
      case evidence::LedgerState::too_deep:
      case evidence::LedgerState::timed_out:
      case evidence::LedgerState::crashed:
        return kDamaged;
      case evidence::LedgerState::read_in_part:
        // The reason begins with what kept the rest from being read (engine/unit_reader.cpp).
        for (const std::string_view cause : {"damaged:", "too-large:", "too-deep:", "timed-out:", "crashed:"})
          if (row.reason.rfind(cause, 0) == 0) return kDamaged;
        break;
      default:
        break;
    }
  }
  return kDone;
}

Result<engine::Picture> derive_picture(const CaseOptions &arguments, casefile::Case &the_case) {
  base::Progress progress(!arguments.quiet);
  tell_progress(arguments, progress);
  base::Timings timings;
  auto picture = engine::derive(the_case, arguments.engine, progress, timings);
  progress.clear();
  if (picture) say_partial(*picture);
  print_timings(arguments, timings);
  return picture;
}

int with_picture(const CaseOptions &arguments, casefile::Case::Access access, const PictureUse &use) {
  const auto the_case = open_case(arguments, access);
  if (!the_case) return report_error(the_case.error());
  const auto picture = derive_picture(arguments, **the_case);
  if (!picture) return report_error(picture.error());
  return use(**the_case, *picture);
}

int with_picture(const CaseOptions &arguments, const PictureUse &use) {
  return with_picture(arguments, casefile::Case::Access::read, use);
}

std::filesystem::path user_cache_folder() {
  if (const char *cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache != '\0')
    return std::filesystem::path(cache) / "dislodge";
  if (const char *home = std::getenv("HOME"); home != nullptr && *home != '\0')
    return std::filesystem::path(home) / ".cache" / "dislodge";
  return {};
}

}  // namespace dislodge::cli

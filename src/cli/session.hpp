#pragma once
// What commands share: opening a case by passphrase or key file, progress and timings, printing errors and
// picking the exit code.

#include <functional>
#include <string>
#include <string_view>

#include "cli/commands.hpp"

namespace dislodge::cli {

// Prints "dislodge: message" to stderr and gives the exit code of its kind.
int report_error(const base::Error &error);
int exit_code_of(base::ErrorKind kind);

// The passphrase from a file (its first line), a key file, or the terminal. `twice`: a new one, asked for
// again. A key file that does not exist is made, with mode 0600, only where `make_key` is set.
base::Result<casefile::Unlock> unlock_with(const Common &common, std::string_view kind, bool twice,
                                           bool make_key);
base::Result<std::unique_ptr<casefile::Case>> open_case(const CaseOptions &arguments,
                                                        casefile::Case::Access access);

// Tells the progress to who runs this command for a page: "stage TAB done TAB total TAB items", a line a
// change.
void tell_progress(const Common &common, base::Progress &progress);

// Reads --password-file, --key and --no-ocr into the engine's options.
base::Result<void> load_reading_options(Common &common);

// The picture of an open case, with the progress line, --timings, and what is said of a partial run.
base::Result<engine::Picture> derive_picture(const CaseOptions &arguments, casefile::Case &the_case);
// Opens the case, derives the picture, and gives the exit code of `use`.
using PictureUse = std::function<int(casefile::Case &, const engine::Picture &)>;
int with_picture(const CaseOptions &arguments, casefile::Case::Access access, const PictureUse &use);
int with_picture(const CaseOptions &arguments, const PictureUse &use);  // for reading
// Prints the table of --timings to stderr.
void print_timings(const Common &common, const base::Timings &timings);
// "partial: 43 % read" on stderr where a run has not come to its end.
void say_partial(const engine::Picture &picture);
// 3 where some input is damaged, else 0 (docs/json.md).
int exit_code_of(const engine::LedgerTotals &totals, const std::vector<evidence::LedgerRow> &ledger);

void print(std::string_view text);  // to stdout
// `code`, unless what was printed could not be written: then kDisk, and a message.
int written(int code);
void print_line(std::string_view text);
std::filesystem::path user_cache_folder();  // $XDG_CACHE_HOME/dislodge or ~/.cache/dislodge; empty: none

}  // namespace dislodge::cli

// Mail and attachments: how fast they become text and sightings, one core, against GMime and the Rust crate
// mail-parser on the same messages in the same run.
//
//   mail_bench [decode] [sightings] [files] [memory]      which tables; all by default
//   environment: MAIL_BENCH_MB (size of the attachment-heavy corpus, 192), MAIL_BENCH_PST (a PST file or
//   folder), MAIL_BENCH_PROFILE (attachment or small: decodes that corpus alone, over and over, for a
//   profiler; MAIL_BENCH_ROUNDS says how often)
//
// The corpora are made at run time (bench/mail/corpus.hpp). All readers get the message's bounds from the
// generator, ours finds them itself; what they made of each message is compared before their times are.
// Figures are CPU seconds of one thread, the best of several rounds, bytes are those of the file.

#include <fmt/format.h>

#include <cstdlib>
#include <cstring>
#include <set>
#include <string_view>

#include "mail/tables.hpp"

int main(int argc, char **argv) {
  using namespace dislodge::bench;
  std::set<std::string_view> wanted;
  for (int i = 1; i < argc; ++i) wanted.insert(argv[i]);
  const auto asked = [&](std::string_view name) { return wanted.empty() || wanted.contains(name); };
  const char *megabytes = std::getenv("MAIL_BENCH_MB");
  const std::size_t size = (megabytes == nullptr ? 192u : std::strtoul(megabytes, nullptr, 10)) * 1'000'000;
  int failures = 0;
  print_head();
  if (asked("decode")) failures += decode_table(size, argv[0]);
  if (asked("sightings")) failures += sightings_table(size);
  if (asked("files")) failures += files_table();
  if (asked("memory")) failures += memory_table();
  fmt::print("{} bars missed\n", failures);
  return 0;
}

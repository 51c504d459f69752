// How fast text becomes sightings in one thread, against reading the same bytes from memory in the same run;
// and what was found, so that two builds can be held against each other.
//
//   scan_bench [--rounds 3] [--bare] [--dump FILE] [--cache FOLDER] PATH...
//
// Each PATH is a file or folder of plain text, scanned file by file as it is, with all rules. Figures are CPU
// seconds of this thread, the best of the rounds. --bare: without hints and surroundings, as a scan without a
// case is. --dump writes a line for every sighting, the rejected ones
// too, with a hash of its value and of what is shown around it: `diff` of two dumps says whether a change of
// speed changed anything else.

#include <fmt/format.h>

#include <cstring>
#include <ctime>
#include <filesystem>
#include <string>
#include <vector>

#include "base/encode.hpp"
#include "base/files.hpp"
#include "base/hash.hpp"
#include "secret/scanner.hpp"

namespace {

using namespace dislodge;

double cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

int fail(const base::Error &error) {
  fmt::print(stderr, "scan_bench: {}\n", error.message);
  return 1;
}

std::string short_hash(std::string_view bytes) {
  return base::to_hex(base::sha256(bytes)).substr(0, 16);
}

struct CountSink : secret::FoundSink {
  std::size_t count = 0;
  void found(secret::Found) override { ++count; }
};

struct DumpSink : secret::FoundSink {
  std::string out;
  void found(secret::Found found) override {
    const secret::Sighting &s = found.sighting;
    std::string hints;
    for (const secret::Hint &hint : s.hints)
      hints += fmt::format("{}={};", secret::name_of(hint.kind), short_hash(hint.value));
    out += fmt::format("{} {}:{} +{} {} {} {} {:.6f} {}{}{} {} {} {} {}\n", s.item, s.line, s.column,
                       s.offset, s.length, s.rule, s.kind, s.confidence, s.quote_depth,
                       s.identifier ? "i" : "", s.latent ? "l" : "", short_hash(found.value),
                       short_hash(found.context), hints, s.rejected);
  }
};

evidence::TextView view_of(const std::string &item, std::string_view bytes) {
  evidence::TextView view;
  view.item = item;
  view.text = bytes;
  return view;
}

}  // namespace

int main(int count, char **arguments) {
  std::size_t rounds = 3;
  bool bare = false;
  std::string dump;
  std::filesystem::path cache;
  std::vector<std::filesystem::path> paths;
  for (int i = 1; i < count; ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "--bare")
      bare = true;
    else if (argument == "--rounds" && i + 1 < count)
      rounds = std::stoul(arguments[++i]);
    else if (argument == "--dump" && i + 1 < count)
      dump = arguments[++i];
    else if (argument == "--cache" && i + 1 < count)
      cache = arguments[++i];
    else
      paths.emplace_back(argument);
  }
  auto rules = secret::load_embedded_rules();
  if (!rules) return fail(rules.error());
  auto matcher = secret::Matcher::open(*rules, cache);
  if (!matcher) return fail(matcher.error());
  secret::ScanOptions options;
  options.allow_comments = true;
  options.surroundings = !bare;
  secret::ScanOptions all = options;
  all.surroundings = true;
  all.keep_rejected = true;
  auto dumper = secret::Scanner::make(*rules, *matcher, all);
  if (!dumper) return fail(dumper.error());

  DumpSink dumped;
  fmt::print("{:<32} {:>8} {:>9} {:>9} {:>9} {:>9} {:>8}\n", "path", "MB", "MB/s", "found", "us each",
             "limit MB/s", "ratio");
  for (const std::filesystem::path &path : paths) {
    const auto names = base::files_under(path);
    if (!names) return fail(names.error());
    std::vector<base::MappedFile> files;
    std::vector<std::string> items;
    std::size_t bytes = 0;
    for (const auto &name : *names) {
      auto file = base::MappedFile::open(name);
      if (!file) return fail(file.error());
      bytes += file->bytes().size();
      files.push_back(std::move(*file));
      items.push_back(name.string());
    }
    double limit = 1e9;
    double best = 1e9;
    std::size_t found = 0;
    for (std::size_t round = 0; round < rounds; ++round) {
      double begin = cpu_seconds();
      std::uint64_t total = 0;
      for (const auto &file : files)
        for (std::size_t i = 0; i + 8 <= file.bytes().size(); i += 8) {
          std::uint64_t word = 0;
          std::memcpy(&word, file.bytes().data() + i, 8);
          total ^= word;
        }
      volatile std::uint64_t sum = total;
      (void)sum;
      limit = std::min(limit, cpu_seconds() - begin);
      CountSink sink;
      // A new one each time: a scanner tells what it saw in an item once.
      auto fresh = secret::Scanner::make(*rules, *matcher, options);
      if (!fresh) return fail(fresh.error());
      begin = cpu_seconds();
      for (std::size_t i = 0; i < files.size(); ++i) fresh->scan(view_of(items[i], files[i].bytes()), sink);
      best = std::min(best, cpu_seconds() - begin);
      found = sink.count;
    }
    if (!dump.empty())
      for (std::size_t i = 0; i < files.size(); ++i)
        dumper->scan(view_of(items[i], files[i].bytes()), dumped);
    const double megabytes = static_cast<double>(bytes) / 1e6;
    if (rounds > 0)
      fmt::print("{:<32} {:>8.1f} {:>9.1f} {:>9} {:>9.2f} {:>9.0f} {:>8.4f}\n", path.filename().string(),
                 megabytes, megabytes / best, found,
                 1e6 * best / static_cast<double>(std::max<std::size_t>(found, 1)), megabytes / limit,
                 limit / best);
  }
  if (!dump.empty())
    if (auto written = base::write_file(dump, dumped.out); !written) return fail(written.error());
  return 0;
}

// mbox and PST to sightings, as a worker reads them: every reader, all rules, every value sealed.

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

#include "base/files.hpp"
#include "casefile/keys.hpp"
#include "engine/options.hpp"
#include "engine/unit_reader.hpp"
#include "mail/corpus.hpp"
#include "mail/tables.hpp"

namespace dislodge::bench {
namespace {

engine::UnitInput unit_of(std::string name, std::string_view bytes, evidence::ItemType type) {
  engine::UnitInput input;
  input.item = std::move(name);
  input.type = type;
  input.end = bytes.size();
  input.files.push_back({"", bytes});
  return input;
}

}  // namespace

int sightings_table(std::size_t bytes) {
  engine::Options options;
  auto rules = engine::load_secret_rules(options);
  if (!rules) {
    fmt::print("rules: {}\n", rules.error().message);
    return 1;
  }
  engine::UnitReader reader(engine::make_scanner(**rules, false), base::Limits(), std::string(32, 'k'),
                            casefile::CaseKeys::create().public_key());
  int missed = 0;
  double all_bytes = 0, all_seconds = 0;
  const auto measure = [&](std::string_view what, const engine::UnitInput &input, double bar) {
    std::size_t sightings = 0;
    std::uint64_t text = 0;
    std::uint64_t items = 0;
    const double seconds = best_of(3, [&] {
      const engine::UnitResult result = reader.read(input);
      sightings = result.sightings.size();
      text = result.text_bytes;
      items = result.items;
    });
    const double size = static_cast<double>(input.files[0].bytes.size());
    all_bytes += size;
    all_seconds += seconds;
    missed += row(
        what, size / seconds / 1e6, bar, "MB/s",
        fmt::format("{:.0f} MB, {} items, {:.0f} MB of text ({:.0f} MB/s), {} sightings", size / 1e6, items,
                    static_cast<double>(text) / 1e6, static_cast<double>(text) / seconds / 1e6, sightings));
  };
  for (const MailKind kind : {MailKind::attachment_heavy, MailKind::small_non_ascii}) {
    const bool heavy = kind == MailKind::attachment_heavy;
    const MailCorpus corpus = make_mail(kind, heavy ? bytes / 3 : bytes / 12, true);
    measure(heavy ? "attachment-heavy: mbox to sightings" : "small non-ASCII: mbox to sightings",
            unit_of("bench.mbox", corpus.mbox, evidence::ItemType::mbox), 500);
  }
  if (const char *where = std::getenv("MAIL_BENCH_PST")) {
    std::vector<std::filesystem::path> files;
    if (std::filesystem::is_directory(where)) {
      for (const auto &entry : std::filesystem::recursive_directory_iterator(where))
        if (entry.is_regular_file()) files.push_back(entry.path());
    } else {
      files.emplace_back(where);
    }
    all_bytes = all_seconds = 0;
    for (const auto &path : files) {
      const auto name = path.extension().string();
      if (name != ".pst" && name != ".ost") continue;
      const auto file = base::MappedFile::open(path);
      if (!file || file->bytes().empty()) continue;
      measure(fmt::format("{}: PST to sightings", path.filename().string()),
              unit_of(path.filename().string(), file->bytes(), evidence::ItemType::pst), 0);
    }
    if (all_seconds > 0)
      missed += row("PST to sightings, all of them", all_bytes / all_seconds / 1e6, 100, "MB/s",
                    fmt::format("{:.1f} MB", all_bytes / 1e6));
  } else {
    fmt::print("PST: name a file or folder in MAIL_BENCH_PST\n");
  }
  return missed;
}

}  // namespace dislodge::bench

#include "engine/inventory.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <charconv>

#include "base/encode.hpp"
#include "base/files.hpp"
#include "engine/recogniser.hpp"
#include "engine/version.hpp"
#include "evidence/recognise.hpp"
#include "evidence/units.hpp"

namespace dislodge::engine {

using base::ErrorKind;
using base::Result;

namespace {

constexpr std::string_view kFirst = "# dislodge inventory, version ";
constexpr std::string_view kLast = "# end\n";

// The next word of a line, up to a space; the last word is the whole rest.
std::string_view word(std::string_view &line) {
  const std::size_t space = line.find(' ');
  const std::string_view taken = line.substr(0, space);
  line.remove_prefix(space == std::string_view::npos ? line.size() : space + 1);
  return taken;
}

bool parse_line(std::string_view line, std::string &item, evidence::Examined &examined) {
  const auto digest = base::from_hex(word(line));
  const std::string_view size = word(line);
  const auto type = evidence::type_named(word(line));
  const std::string_view reading = word(line);
  const auto [end, error] = std::from_chars(size.data(), size.data() + size.size(), examined.size);
  if (!digest || digest->size() != examined.sha256.size() || error != std::errc() ||
      end != size.data() + size.size() || !type || (reading != "whole" && reading != "ranges") ||
      line.empty())
    return false;
  std::copy(digest->begin(), digest->end(), examined.sha256.begin());
  examined.recognised = {*type, reading == "ranges"};
  item = line;
  return true;
}

}  // namespace

Result<InventorySummary> write_inventory(const std::vector<std::filesystem::path> &paths, std::uint32_t index,
                                         std::uint32_t count, const std::filesystem::path &out,
                                         const Options &options, base::Progress &progress) {
  progress.stage("inventory");
  RecogniserProcess recogniser(options.sandbox);
  const std::function<void(const evidence::IntakeStep &)> step = [&](const evidence::IntakeStep &done) {
    progress.advance(done.bytes, done.file_done ? 1 : 0);
  };
  const evidence::Recogniser asker = recogniser.asker();
  const evidence::Examiner examine = evidence::examine_here(step, asker);
  InventorySummary summary;
  std::string text = fmt::format("{}{}\n", kFirst, kProgramVersion);
  const evidence::Examiner mine = [&](const std::filesystem::path &path, std::string_view item,
                                      bool member) -> Result<evidence::Examined> {
    // Another machine's file: the walk goes on without having opened it.
    if (evidence::part_of(item, count) != index) return evidence::Examined{};
    DISLODGE_TRY_ASSIGN(const evidence::Examined examined, examine(path, item, member));
    text += fmt::format("{} {} {} {} {}\n", base::to_hex(examined.sha256), examined.size,
                        evidence::name_of(examined.recognised.type),
                        examined.recognised.divisible ? "ranges" : "whole", item);
    ++summary.files;
    summary.bytes += examined.size;
    return examined;
  };
  for (const std::filesystem::path &path : paths) {
    // What cannot be taken in has no line; the machine that reads the evidence tells of it.
    DISLODGE_TRY(evidence::intake_with(path, mine, [](const evidence::LedgerRow &) {}));
  }
  text += kLast;
  DISLODGE_TRY(base::write_file(out, text));
  return summary;
}

Result<Inventory> read_inventories(const std::vector<std::filesystem::path> &files) {
  Inventory known;
  for (const std::filesystem::path &path : files) {
    const auto refuse = [&](const std::string &why) {
      return base::fail(ErrorKind::usage, path.string() + ": " + why);
    };
    DISLODGE_TRY_ASSIGN(const std::string text, base::read_file(path));
    std::string_view rest = text;
    const std::string first = fmt::format("{}{}\n", kFirst, kProgramVersion);
    if (!rest.starts_with(first))
      return refuse("this is not an inventory of this version; make it again with scan --inventory");
    if (!rest.ends_with(kLast)) return refuse("the inventory is cut short; make it again");
    rest.remove_prefix(first.size());
    rest.remove_suffix(kLast.size());
    for (std::size_t number = 2; !rest.empty(); ++number) {
      const std::size_t end = rest.find('\n');
      std::string item;
      evidence::Examined examined;
      if (end == std::string_view::npos || !parse_line(rest.substr(0, end), item, examined))
        return refuse(fmt::format("line {} is no line of an inventory; make it again", number));
      rest.remove_prefix(end + 1);
      const auto [entry, added] = known.emplace(item, examined);
      if (!added && entry->second.sha256 != examined.sha256)
        return refuse(
            fmt::format("line {}: {} had other bytes on another machine; let all of them see the "
                        "same evidence",
                        number, item));
    }
  }
  return known;
}

evidence::Examiner examine_known(const Inventory &known, const evidence::Examiner &otherwise) {
  return [&known, &otherwise](const std::filesystem::path &path, std::string_view item,
                              bool member) -> Result<evidence::Examined> {
    const auto entry = known.find(item);
    struct stat now {};
    if (entry != known.end() && ::stat(path.c_str(), &now) == 0 &&
        static_cast<std::uint64_t>(now.st_size) == entry->second.size)
      return entry->second;
    return otherwise(path, item, member);
  };
}

}  // namespace dislodge::engine

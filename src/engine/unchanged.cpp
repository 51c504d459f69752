#include "engine/unchanged.hpp"

#include <sys/stat.h>

#include "base/encode.hpp"
#include "base/files.hpp"

namespace dislodge::engine {

using base::ErrorKind;
using base::Result;
namespace fs = std::filesystem;

namespace {

// Hashing takes a while, and `added` is when it ended; file servers' clocks differ by minutes.
constexpr std::int64_t kMargin = base::kHour;

bool lay_still(const fs::path &file, base::Time added) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return false;
  const std::int64_t changed =
      static_cast<std::int64_t>(status.st_ctim.tv_sec) * base::kSecond + status.st_ctim.tv_nsec / 1000;
  return changed < added.us - kMargin;
}

}  // namespace

Result<void> still_as_added(const EvidenceRow &row) {
  const auto changed = [&](const std::string &how) {
    return base::fail(ErrorKind::io, row.path.string() + ": " + how);
  };
  constexpr const char *kChanged = "was changed after it was added; add it again";
  std::error_code error;
  std::vector<fs::path> files = {row.path};
  if (row.repository()) {
    DISLODGE_TRY_ASSIGN(files, base::files_under(row.path));
  } else if (const auto size = fs::file_size(row.path, error); error) {
    return changed("is not there any more: " + error.message());
  } else if (size != row.size) {
    return changed(kChanged);
  }
  bool still = true;
  for (const fs::path &file : files) still = still && lay_still(file, row.added);
  if (still) return {};
  static const std::function<void(const evidence::IntakeStep &)> kQuiet;
  static const evidence::Recogniser kNobody;  // members are not asked for their type
  const evidence::Examiner hash = evidence::examine_here(kQuiet, kNobody);
  DISLODGE_TRY_ASSIGN(const auto found,
                      evidence::intake_with(row.path, [&](const fs::path &path, std::string_view item, bool) {
                        return hash(path, item, true);
                      }));
  for (const evidence::EvidenceFile &file : found)
    if (file.path == row.path && base::to_hex(file.sha256) == row.sha256) return {};
  return changed(kChanged);
}

}  // namespace dislodge::engine

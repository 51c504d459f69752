#include "evidence/intake.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "base/files.hpp"
#include "base/item_path.hpp"
#include "evidence/recognise.hpp"

namespace dislodge::evidence {

namespace {

namespace fs = std::filesystem;
using base::ErrorKind;
using base::fail;

constexpr std::size_t kHashStep = 1 << 20;

struct Entry {
  fs::path path;
  std::string name;
  bool folder = false;
  std::string neither;  // why it is no evidence: what else it is; empty for files and folders
};

std::string why_neither(const fs::path &path, const fs::file_status &status) {
  std::error_code ignored;
  if (fs::is_symlink(status))
    return "a symbolic link to " + fs::read_symlink(path, ignored).string() + ", which is not followed";
  return "no file or folder, but a pipe, socket or device";
}

// What a folder holds, by name.
base::Result<std::vector<Entry>> list(const fs::path &folder) {
  std::error_code error;
  fs::directory_iterator walk(folder, error);
  std::vector<Entry> entries;
  for (const fs::directory_iterator end; !error && walk != end; walk.increment(error)) {
    std::error_code ignored;
    const fs::file_status status = walk->symlink_status(ignored);
    entries.push_back({walk->path(), walk->path().filename().string(), fs::is_directory(status), {}});
    if (!fs::is_directory(status) && !fs::is_regular_file(status))
      entries.back().neither = why_neither(walk->path(), status);
  }
  if (error)
    return fail(ErrorKind::io, folder.string() + ": cannot be listed: " + error.message() +
                                   "; give read access and add it again");
  std::sort(entries.begin(), entries.end(), [](const Entry &a, const Entry &b) { return a.name < b.name; });
  return entries;
}

bool exists_beside(const fs::path &folder, const std::string &name) {
  std::error_code ignored;
  const fs::file_status status = fs::symlink_status(folder / name, ignored);
  return fs::is_regular_file(status) || fs::is_directory(status);
}

// A declaration has the thing it declares beside it; without that it is a file like any other.
bool is_declaration(const fs::path &folder, const std::string &name) {
  return name.size() > kCollectionSuffix.size() && name.ends_with(kCollectionSuffix) &&
         exists_beside(folder, name.substr(0, name.size() - kCollectionSuffix.size()));
}

// What is declared about `name`, or what its folder inherits.
base::Result<std::optional<Collection>> declared(const fs::path &folder, const std::string &name,
                                                 const std::optional<Collection> &inherited) {
  const fs::path file = folder / (name + std::string(kCollectionSuffix));
  std::error_code ignored;
  if (!fs::is_regular_file(fs::symlink_status(file, ignored))) return inherited;
  DISLODGE_TRY_ASSIGN(const std::string toml, base::read_file(file));
  DISLODGE_TRY_ASSIGN(Collection collection, parse_collection(toml, file.string()));
  return std::optional<Collection>(std::move(collection));
}

class Intake {
 public:
  Intake(const Examiner &examiner, const LeftOut &left_out) : examiner_(examiner), left_out_(left_out) {}

  base::Result<std::vector<EvidenceFile>> run(const fs::path &path) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (error || !fs::exists(status))
      return fail(ErrorKind::usage, path.string() + ": there is no such file or folder");
    fs::path full = fs::absolute(path).lexically_normal();
    if (!full.has_filename()) full = full.parent_path();  // "export/"
    const std::string name = full.filename().string();
    const std::string root = base::escape_step(name);
    if (is_declaration(full.parent_path(), name)) return std::vector<EvidenceFile>{};
    DISLODGE_TRY_ASSIGN(const auto collection, declared(full.parent_path(), name, std::nullopt));
    if (!fs::is_directory(status)) {
      DISLODGE_TRY_ASSIGN(const Examined examined, examiner_(full, root, false));
      take(full, root, collection, examined);
    } else {
      pending_.push_back({full, root, collection, true});
      while (!pending_.empty()) {
        const Folder folder = std::move(pending_.back());
        pending_.pop_back();
        DISLODGE_TRY(is_repository(folder.path) ? add_repository(folder) : add_folder(folder));
      }
    }
    std::sort(evidence_.begin(), evidence_.end(),
              [](const EvidenceFile &a, const EvidenceFile &b) { return a.item < b.item; });
    return std::move(evidence_);
  }

 private:
  struct Folder {
    fs::path path;
    std::string item;
    std::optional<Collection> collection;
    bool named = false;  // by itself: it can be opened, or this is no intake
  };

  base::Result<void> add_folder(const Folder &folder) {
    const auto entries = list(folder.path);
    if (!entries && folder.named) return tl::unexpected(entries.error());
    if (!entries) return leave(folder.item, entries.error(), "give read access and add it again");
    if (is_case(*entries))
      return leave(folder.item, {ErrorKind::unsupported, "a case of this program, which is no evidence"},
                   "keep cases outside the folders of evidence");
    for (const Entry &entry : *entries) {
      const std::string item = folder.item + "/" + base::escape_step(entry.name);
      if (!entry.neither.empty()) {
        if (left_out_)
          DISLODGE_TRY(
              leave(item, {ErrorKind::unsupported, entry.neither}, "add what it leads to by its own path"));
        continue;
      }
      if (!entry.folder && is_declaration(folder.path, entry.name)) continue;
      DISLODGE_TRY_ASSIGN(auto collection, declared(folder.path, entry.name, folder.collection));
      if (entry.folder)
        pending_.push_back({entry.path, item, std::move(collection), false});
      else
        DISLODGE_TRY(add_file(entry.path, item, collection));
    }
    return {};
  }

  base::Result<void> add_file(const fs::path &path, const std::string &item,
                              const std::optional<Collection> &collection) {
    const auto examined = examiner_(path, item, false);
    if (!examined) return leave(item, examined.error(), "give read access, or add a copy");
    take(path, item, collection, *examined);
    return {};
  }

  void take(const fs::path &path, const std::string &item, const std::optional<Collection> &collection,
            const Examined &examined) {
    EvidenceFile file;
    file.path = path;
    file.item = item;
    file.collection = collection;
    file.size = examined.size;
    file.sha256 = examined.sha256;
    file.type = examined.recognised.type;
    file.divisible = examined.recognised.divisible;
    file.tip = examined.recognised.tip;
    evidence_.push_back(std::move(file));
  }

  // One thing that cannot be opened costs one row of the ledger where there is one, and the rest is taken in.
  base::Result<void> leave(const std::string &item, const base::Error &why, std::string_view remedy) {
    if (!left_out_ || (why.kind != ErrorKind::io && why.kind != ErrorKind::unsupported))
      return tl::unexpected(why);
    LedgerRow row;
    row.item = item;
    row.state = state_of(why.kind);
    row.reason = why.message;
    row.remedy = remedy;
    left_out_(std::move(row));
    return {};
  }

  static bool is_case(const std::vector<Entry> &entries) {
    const auto has = [&](std::string_view name) {
      return std::any_of(entries.begin(), entries.end(), [&](const Entry &one) { return one.name == name; });
    };
    return has("case.json") && has("case.db");
  }

  base::Result<void> add_repository(const Folder &folder) {
    EvidenceFile repository;
    repository.kind = EvidenceKind::repository;
    repository.path = folder.path;
    repository.item = folder.item;
    repository.collection = folder.collection;
    std::vector<std::pair<fs::path, std::string>> folders{{folder.path, ""}};
    while (!folders.empty()) {
      const auto [path, prefix] = std::move(folders.back());
      folders.pop_back();
      const std::string inner = folder.item + "/" + base::escape_step(prefix);
      const auto entries = list(path);
      if (!entries && folder.named && prefix.empty()) return tl::unexpected(entries.error());
      if (!entries) {
        DISLODGE_TRY(leave(inner, entries.error(), "give read access and add it again"));
        continue;
      }
      for (const Entry &entry : *entries) {
        if (!entry.neither.empty()) continue;  // git's own: HEAD may be a link, fsmonitor has a socket
        if (entry.folder) {
          // .git/modules/NAME and .git/worktrees: a repository within is one of its own.
          if (is_repository(entry.path))
            pending_.push_back({entry.path, folder.item + "/" + base::escape_step(prefix + entry.name),
                                folder.collection, false});
          else
            folders.emplace_back(entry.path, prefix + entry.name + "/");
          continue;
        }
        const std::string name = prefix + entry.name;
        const std::string item = folder.item + "/" + base::escape_step(name);
        const auto examined = examiner_(entry.path, item, true);
        if (!examined) {
          DISLODGE_TRY(leave(item, examined.error(), "give read access, or add a copy"));
          continue;
        }
        repository.size += examined->size;
        repository.files.push_back({name, examined->size, examined->sha256});
      }
    }
    std::sort(repository.files.begin(), repository.files.end(),
              [](const FileInRepository &a, const FileInRepository &b) { return a.name < b.name; });
    base::Sha256Stream all;
    for (const FileInRepository &file : repository.files) {
      all.add(file.name);
      all.add(std::string_view("\0", 1));
      all.add(base::as_bytes(file.sha256));
    }
    repository.sha256 = all.finish();
    evidence_.push_back(std::move(repository));
    return {};
  }

  const Examiner &examiner_;
  const LeftOut &left_out_;
  std::vector<Folder> pending_;
  std::vector<EvidenceFile> evidence_;
};

// Reads, not maps: a file on a share may shrink under the reader.
base::Result<void> hash(const fs::path &path, std::string_view item, std::string &buffer,
                        const std::function<void(const IntakeStep &)> &progress, Examined &into) {
  DISLODGE_TRY_ASSIGN(const base::Fd fd, base::open_for_reading(path));
  struct stat before {};
  if (::fstat(fd.get(), &before) != 0)
    return fail(ErrorKind::io, path.string() + ": cannot be examined: " + base::os_message(errno));
  base::Sha256Stream stream;
  while (true) {
    const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(ErrorKind::io, path.string() + ": cannot be read: " + base::os_message(errno));
    if (got == 0) break;
    stream.add({buffer.data(), static_cast<std::size_t>(got)});
    into.size += static_cast<std::uint64_t>(got);
    if (progress) progress({item, static_cast<std::uint64_t>(got), false});
  }
  if (into.size != static_cast<std::uint64_t>(before.st_size))
    return fail(ErrorKind::io,
                path.string() + ": it changed while it was read; add a copy that nothing writes to");
  into.sha256 = stream.finish();
  if (progress) progress({item, 0, true});
  return {};
}

}  // namespace

base::Result<Recognised> recognise_here(const fs::path &path, std::string_view name) {
  DISLODGE_TRY_ASSIGN(const base::MappedFile mapped, base::MappedFile::open(path));
  const ItemType type = recognise(mapped.bytes(), name);
  return Recognised{.type = type, .divisible = divisible(type, mapped.bytes())};
}

Examiner examine_here(const std::function<void(const IntakeStep &)> &progress, const Recogniser &recogniser) {
  return [&progress, &recogniser, buffer = std::string(kHashStep, '\0')](
             const fs::path &path, std::string_view item, bool member) mutable -> base::Result<Examined> {
    Examined examined;
    DISLODGE_TRY(hash(path, item, buffer, progress, examined));
    if (member) return examined;
    DISLODGE_TRY_ASSIGN(examined.recognised, recogniser(path, path.filename().string()));
    return examined;
  };
}

base::Result<std::vector<EvidenceFile>> intake_with(const fs::path &path, const Examiner &examiner,
                                                    const LeftOut &left_out) {
  return Intake(examiner, left_out).run(path);
}

base::Result<std::vector<EvidenceFile>> intake(const fs::path &path,
                                               const std::function<void(const IntakeStep &)> &progress,
                                               const Recogniser &recogniser, const LeftOut &left_out) {
  return intake_with(path, examine_here(progress, recogniser), left_out);
}

bool is_repository(const fs::path &folder) {
  std::error_code ignored;
  const auto file = [&](const char *name) { return fs::is_regular_file(fs::status(folder / name, ignored)); };
  const auto directory = [&](const char *name) {
    return fs::is_directory(fs::status(folder / name, ignored));
  };
  const bool head = file("HEAD") || fs::is_symlink(fs::symlink_status(folder / "HEAD", ignored));
  return head && directory("objects") && (directory("refs") || file("packed-refs"));
}

}  // namespace dislodge::evidence

#include "base/files.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace dislodge::base {

namespace fs = std::filesystem;

std::string os_message(int error_number) {
  return std::generic_category().message(error_number);
}

namespace {

tl::unexpected<Error> os_failure(const fs::path &path, std::string_view what) {
  const int number = errno;
  return fail(ErrorKind::io, path.string() + ": " + std::string(what) + ": " + os_message(number));
}

}  // namespace

Fd::~Fd() {
  if (value_ >= 0) ::close(value_);
}
Fd &Fd::operator=(Fd &&other) noexcept {
  if (this != &other) {
    if (value_ >= 0) ::close(value_);
    value_ = other.release();
  }
  return *this;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<char *>(data_), size_);
}
MappedFile::MappedFile(MappedFile &&other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
MappedFile &MappedFile::operator=(MappedFile &&other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

bool is_there(const std::filesystem::path &path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

Result<Fd> open_for_reading(const fs::path &path) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return os_failure(path, "cannot be opened");
  return fd;
}

Result<MappedFile> MappedFile::from_fd(int fd, std::string_view name) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return os_failure(fs::path(name), "cannot be examined");
  MappedFile file;
  file.size_ = static_cast<std::size_t>(info.st_size);
  if (file.size_ == 0) return file;
  void *data = ::mmap(nullptr, file.size_, PROT_READ, MAP_PRIVATE, fd, 0);
  if (data == MAP_FAILED) {
    file.size_ = 0;
    return os_failure(fs::path(name), "cannot be mapped");
  }
  file.data_ = static_cast<const char *>(data);
  return file;
}

Result<MappedFile> MappedFile::open(const fs::path &path) {
  DISLODGE_TRY_ASSIGN(const Fd fd, open_for_reading(path));
  return from_fd(fd.get(), path.string());
}

Result<std::string> read_file(const fs::path &path) {
  DISLODGE_TRY_ASSIGN(const Fd fd, open_for_reading(path));
  std::string bytes;
  char buffer[65536];
  while (true) {
    const ssize_t got = ::read(fd.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return os_failure(path, "cannot be read");
    if (got == 0) return bytes;
    bytes.append(buffer, static_cast<std::size_t>(got));
  }
}

Result<void> write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t done = ::write(fd, bytes.data(), bytes.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return fail(ErrorKind::io, "write failed: " + os_message(errno));
    bytes.remove_prefix(static_cast<std::size_t>(done));
  }
  return {};
}

Result<void> write_file(const fs::path &path, std::string_view bytes, mode_t mode) {
  fs::path beside = path;
  beside += ".part";
  {
    Fd fd(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
    if (!fd) return os_failure(beside, "cannot be created");
    auto written = write_all(fd.get(), bytes);
    if (!written || ::fsync(fd.get()) != 0) {
      const std::string why = written ? os_message(errno) : written.error().message;
      ::unlink(beside.c_str());
      return fail(ErrorKind::io, path.string() + ": " + why + "; free space on that disk and run it again");
    }
  }
  if (::rename(beside.c_str(), path.c_str()) != 0) return os_failure(path, "cannot be put in place");
  return {};
}

Result<void> make_folders(const fs::path &path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return fail(ErrorKind::io, path.string() + ": cannot be created: " + error.message());
  return {};
}

Result<std::vector<fs::path>> files_under(const fs::path &path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (error || !fs::exists(status))
    return fail(ErrorKind::usage, path.string() + ": there is no such file or folder");
  std::vector<fs::path> files;
  if (!fs::is_directory(status)) {
    files.push_back(path);
    return files;
  }
  fs::recursive_directory_iterator walk(path, fs::directory_options::none, error);
  if (error) return fail(ErrorKind::io, path.string() + ": cannot be listed: " + error.message());
  for (const fs::recursive_directory_iterator end; walk != end; walk.increment(error)) {
    if (error) return fail(ErrorKind::io, path.string() + ": cannot be listed: " + error.message());
    if (walk->is_regular_file(error) && !walk->is_symlink(error)) files.push_back(walk->path());
  }
  std::sort(files.begin(), files.end(),
            [](const fs::path &a, const fs::path &b) { return a.native() < b.native(); });
  return files;
}

}  // namespace dislodge::base

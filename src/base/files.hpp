#pragma once
// Files: read-only mappings of evidence, small files whole, and writing that leaves the old or the new
// content, never half of it.

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace dislodge::base {

// Owns a file descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int value) : value_(value) {}
  ~Fd();
  Fd(Fd &&other) noexcept : value_(other.release()) {}
  Fd &operator=(Fd &&other) noexcept;
  int get() const { return value_; }
  int release() {
    const int value = value_;
    value_ = -1;
    return value;
  }
  explicit operator bool() const { return value_ >= 0; }

 private:
  int value_ = -1;
};

// A file mapped read-only and private. The view is valid as long as the object. An empty file maps to "".
class MappedFile {
 public:
  MappedFile() = default;
  ~MappedFile();
  MappedFile(MappedFile &&other) noexcept;
  MappedFile &operator=(MappedFile &&other) noexcept;
  static Result<MappedFile> open(const std::filesystem::path &path);
  static Result<MappedFile> from_fd(int fd, std::string_view name);  // does not take the descriptor
  std::string_view bytes() const { return {data_, size_}; }

 private:
  const char *data_ = nullptr;
  std::size_t size_ = 0;
};

// Whether something is there. What may not be looked at counts as not there: reading or writing it says why.
bool is_there(const std::filesystem::path &path);
Result<Fd> open_for_reading(const std::filesystem::path &path);
Result<std::string> read_file(const std::filesystem::path &path);
// Writes beside the target, syncs, renames. Mode 0600 for what only the owner may see.
Result<void> write_file(const std::filesystem::path &path, std::string_view bytes, mode_t mode = 0644);
Result<void> write_all(int fd, std::string_view bytes);
Result<void> make_folders(const std::filesystem::path &path);
// Regular files under a path, sorted bytewise by path, symbolic links not followed; a file gives itself.
Result<std::vector<std::filesystem::path>> files_under(const std::filesystem::path &path);
// "No space left on device" and its like, for messages.
std::string os_message(int error_number);

}  // namespace dislodge::base

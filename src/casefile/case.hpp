#pragma once
// A case: a folder with the case file, opened by a key.
//
//   CASE/case.json   format, wrapped keys, public key: in clear, useless without passphrase or key file
//   CASE/case.pub    the public key that shards are sealed to
//   CASE/case.db     everything else, encrypted (encrypted_storage.hpp); case.db-wal beside it while in use
//   CASE/lock        held by the one writer; names its process
//
// One writer at a time, by flock; readers open read-only beside it. Local file systems only. A case written
// by a newer version is refused with a message; an older one is brought forward when a writer opens it.

#include <filesystem>
#include <memory>
#include <string>

#include "base/files.hpp"
#include "base/result.hpp"
#include "casefile/database.hpp"
#include "casefile/journal.hpp"
#include "casefile/keys.hpp"

namespace dislodge::casefile {

inline constexpr int kSchemaVersion = 6;

class Case {
 public:
  enum class Access { read, write };

  // Makes the folder and an empty case; refuses a folder that holds one already.
  static base::Result<std::unique_ptr<Case>> create(const std::filesystem::path &folder,
                                                    const Unlock &unlock);
  static base::Result<std::unique_ptr<Case>> open(const std::filesystem::path &folder, const Unlock &unlock,
                                                  Access access);
  // The same case once more, by the keys that this one has: for who reads it for long and writes now and
  // then.
  base::Result<std::unique_ptr<Case>> again(Access access) const;
  // How the case opens: "passphrase" or "key-file"; for prompting.
  static base::Result<std::string> lock_kind(const std::filesystem::path &folder);

  Database &database() { return database_; }
  const CaseKeys &keys() const { return keys_; }
  Journal &journal() { return *journal_; }
  const std::filesystem::path &folder() const { return folder_; }

  base::Result<std::string> meta(std::string_view key);  // "" where unset
  base::Result<void> set_meta(std::string_view key, std::string_view value);

 private:
  static base::Result<std::unique_ptr<Case>> open_with(const std::filesystem::path &folder, CaseKeys keys,
                                                       Access access);
  base::Result<void> take_lock();
  base::Result<void> migrate(Access access);

  std::filesystem::path folder_;
  base::Fd lock_;
  CaseKeys keys_;
  Database database_;
  std::unique_ptr<Journal> journal_;
};

}  // namespace dislodge::casefile

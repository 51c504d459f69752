#include "casefile/case.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <simdjson.h>

#include "base/embedded_rules.hpp"
#include "base/encode.hpp"
#include "base/json_writer.hpp"
#include "casefile/encrypted_storage.hpp"

namespace dislodge::casefile {

namespace fs = std::filesystem;
using base::ErrorKind;
using base::Result;

namespace {

constexpr int kFolderFormat = 1;

struct Header {
  int format = kFolderFormat;
  WrappedKey wrapped;
  std::string public_key;
};

std::string write_header(const Header &header) {
  base::JsonWriter json;
  json.object([&] {
    json.field("format", header.format);
    json.field("public_key", base::to_base64(header.public_key));
    json.object_field("wrapped", [&] {
      json.field("kind", header.wrapped.kind);
      json.field("operations", header.wrapped.operations);
      json.field("memory_bytes", header.wrapped.memory_bytes);
      json.field("salt", base::to_base64(header.wrapped.salt));
      json.field("nonce", base::to_base64(header.wrapped.nonce));
      json.field("box", base::to_base64(header.wrapped.box));
    });
  });
  return json.take() + "\n";
}

Result<Header> read_header(const fs::path &folder) {
  const fs::path path = folder / "case.json";
  std::error_code error;
  const bool here = fs::exists(path, error);
  if (error)
    return base::fail(ErrorKind::io,
                      path.string() + ": " + error.message() + "; run this as the case's owner");
  if (!here)
    return base::fail(ErrorKind::usage, folder.string() + ": no case is here; make one with `dislodge new " +
                                            folder.string() + "`");
  DISLODGE_TRY_ASSIGN(const std::string text, base::read_file(path));
  const auto broken = [&](std::string_view what) {
    return base::fail(ErrorKind::usage,
                      path.string() + ": " + std::string(what) + "; restore case.json from a copy");
  };
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.parse(text).get(root) != simdjson::SUCCESS) return broken("is not JSON");
  std::int64_t format = 0;
  if (root["format"].get(format) != simdjson::SUCCESS) return broken("has no format");
  if (format > kFolderFormat)
    return base::fail(
        ErrorKind::usage,
        fmt::format(
            "{}: this case was made by a newer version (format {}, this program knows {}): use that version",
            folder.string(), format, kFolderFormat));
  Header header;
  header.format = static_cast<int>(format);
  bool whole = true;
  const auto bytes = [&](simdjson::simdjson_result<simdjson::dom::element> value) {
    std::string_view encoded;
    if (value.get(encoded) != simdjson::SUCCESS) {
      whole = false;
      return std::string();
    }
    auto decoded = base::from_base64(encoded);
    if (!decoded) whole = false;
    return decoded.value_or(std::string());
  };
  header.public_key = bytes(root["public_key"]);
  const auto wrapped = root["wrapped"];
  std::string_view kind;
  whole = wrapped["kind"].get(kind) == simdjson::SUCCESS && whole;
  header.wrapped.kind = kind;
  whole = wrapped["operations"].get(header.wrapped.operations) == simdjson::SUCCESS && whole;
  whole = wrapped["memory_bytes"].get(header.wrapped.memory_bytes) == simdjson::SUCCESS && whole;
  header.wrapped.salt = bytes(wrapped["salt"]);
  header.wrapped.nonce = bytes(wrapped["nonce"]);
  header.wrapped.box = bytes(wrapped["box"]);
  if (!whole) return broken("is incomplete");
  return header;
}

std::string_view schema_text() {
  for (const base::EmbeddedRule &file : base::embedded_rules())
    if (file.path == "src/casefile/schema.sql") return file.text;
  return {};
}

// What brings a case of version N to N + 1 stands at index N - 1.
constexpr const char *kMigrations[] = {
    // 2: people's decisions start clocks
    "CREATE TABLE decision (id INTEGER PRIMARY KEY, fact TEXT NOT NULL, at INTEGER NOT NULL, who TEXT NOT "
    "NULL,"
    " reason TEXT NOT NULL, set_at INTEGER NOT NULL) STRICT",
    // 3: what stands around a secret, masked; filled when a unit is read
    "CREATE TABLE context (evidence INTEGER NOT NULL, unit TEXT NOT NULL, secret TEXT NOT NULL, item TEXT "
    "NOT "
    "NULL, offset INTEGER NOT NULL, body TEXT NOT NULL) STRICT;"
    "CREATE INDEX context_by_unit ON context (evidence, unit);"
    "CREATE INDEX context_by_secret ON context (secret)",
    // 4: a record ends with what its author says to belong to; filled when a unit is read
    "UPDATE record SET body = CAST(body || x'00' AS BLOB)",
    // 5: a sighting ends with whether it stands in a signature or disclaimer; filled when a unit is read
    "UPDATE sighting SET body = CAST(body || x'00' AS BLOB)",
    // 6: a mailbox may have been readable several times
    "CREATE TABLE exposed_again (evidence INTEGER NOT NULL REFERENCES evidence (id), exposed_from INTEGER,"
    " exposed_until INTEGER) STRICT",
};
static_assert(std::size(kMigrations) == kSchemaVersion - 1);

}  // namespace

Result<std::string> Case::lock_kind(const fs::path &folder) {
  DISLODGE_TRY_ASSIGN(const Header header, read_header(folder));
  return header.wrapped.kind;
}

Result<void> Case::take_lock() {
  const fs::path path = folder_ / "lock";
  lock_ = base::Fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock_) return base::fail(ErrorKind::io, path.string() + ": " + base::os_message(errno));
  if (::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0) {
    char owner[32] = {};
    const ssize_t got = ::pread(lock_.get(), owner, sizeof owner - 1, 0);
    const std::string process = got > 0 ? std::string(base::trim(owner)) : "unknown";
    return base::fail(
        ErrorKind::usage,
        fmt::format(
            "{}: the case is being written by process {}; wait for it, or stop it, and run this again",
            folder_.string(), process));
  }
  const std::string self = std::to_string(::getpid()) + "\n";
  if (::ftruncate(lock_.get(), 0) != 0 || ::pwrite(lock_.get(), self.data(), self.size(), 0) < 0)
    return base::fail(ErrorKind::io, path.string() + ": " + base::os_message(errno));
  return {};
}

Result<std::unique_ptr<Case>> Case::create(const fs::path &folder, const Unlock &unlock) {
  std::error_code unseen;  // what may not be entered is told by make_folders
  if (fs::exists(folder / "case.json", unseen) || fs::exists(folder / "case.db", unseen))
    return base::fail(ErrorKind::usage, folder.string() + ": a case is here already; choose another folder");
  DISLODGE_TRY(base::make_folders(folder));
  ::chmod(folder.c_str(), 0700);
  auto made = std::make_unique<Case>();
  made->folder_ = folder;
  made->keys_ = CaseKeys::create();
  DISLODGE_TRY(made->take_lock());
  Header header;
  DISLODGE_TRY_ASSIGN(header.wrapped, made->keys_.wrap(unlock));
  header.public_key = made->keys_.public_key();
  DISLODGE_TRY_ASSIGN(const std::string vfs, register_encrypted_storage(made->keys_.storage()));
  DISLODGE_TRY(made->database_.open((folder / "case.db").string(), Database::Access::create, vfs));
  ::chmod((folder / "case.db").c_str(), 0600);
  Transaction transaction(made->database_);
  DISLODGE_TRY(transaction.begin());
  DISLODGE_TRY(made->database_.execute(schema_text()));
  DISLODGE_TRY(made->database_.execute(fmt::format("PRAGMA user_version={}", kSchemaVersion)));
  made->journal_ = std::make_unique<Journal>(made->database_, made->keys_);
  DISLODGE_TRY(made->set_meta("created", base::format_time(base::now())));
  DISLODGE_TRY(made->journal_->append("new", "{}"));
  DISLODGE_TRY(transaction.commit());
  DISLODGE_TRY(base::write_file(folder / "case.pub", base::to_base64(header.public_key) + "\n", 0644));
  // Last: a case without case.json does not exist, so a `new` that is killed leaves nothing half made.
  DISLODGE_TRY(base::write_file(folder / "case.json", write_header(header), 0600));
  return made;
}

Result<std::unique_ptr<Case>> Case::open(const fs::path &folder, const Unlock &unlock, Access access) {
  DISLODGE_TRY_ASSIGN(const Header header, read_header(folder));
  DISLODGE_TRY_ASSIGN(CaseKeys keys, CaseKeys::unwrap(header.wrapped, unlock));
  return open_with(folder, std::move(keys), access);
}

Result<std::unique_ptr<Case>> Case::again(Access access) const {
  return open_with(folder_, keys_.copy(), access);
}

Result<std::unique_ptr<Case>> Case::open_with(const fs::path &folder, CaseKeys keys, Access access) {
  auto opened = std::make_unique<Case>();
  opened->folder_ = folder;
  opened->keys_ = std::move(keys);
  if (access == Access::write) DISLODGE_TRY(opened->take_lock());
  DISLODGE_TRY_ASSIGN(const std::string vfs, register_encrypted_storage(opened->keys_.storage()));
  const auto mode = access == Access::write ? Database::Access::read_write : Database::Access::read_only;
  DISLODGE_TRY(opened->database_.open((folder / "case.db").string(), mode, vfs));
  DISLODGE_TRY(opened->migrate(access));
  opened->journal_ = std::make_unique<Journal>(opened->database_, opened->keys_);
  return opened;
}

Result<void> Case::migrate(Access access) {
  DISLODGE_TRY_ASSIGN(const auto found, database_.integer("PRAGMA user_version"));
  const std::int64_t version = found.value_or(0);
  if (version == kSchemaVersion) return {};
  if (version > kSchemaVersion)
    return base::fail(ErrorKind::usage, fmt::format("{}: this case was written by a newer version (schema "
                                                    "{}, this program knows {}): use that version",
                                                    folder_.string(), version, kSchemaVersion));
  if (version < 1)
    return base::fail(ErrorKind::usage, folder_.string() + ": case.db holds no case; restore it from a copy");
  if (access == Access::read)
    return base::fail(ErrorKind::usage, folder_.string() +
                                            ": this case was written by an older version: run `dislodge "
                                            "investigate` on it once to bring it forward");
  Transaction transaction(database_);
  DISLODGE_TRY(transaction.begin());
  for (std::int64_t step = version; step < kSchemaVersion; ++step)
    DISLODGE_TRY(database_.execute(kMigrations[step - 1]));
  DISLODGE_TRY(database_.execute(fmt::format("PRAGMA user_version={}", kSchemaVersion)));
  return transaction.commit();
}

Result<std::string> Case::meta(std::string_view key) {
  DISLODGE_TRY_ASSIGN(auto query, database_.prepare("SELECT value FROM meta WHERE key = ?"));
  query.bind(1, key);
  DISLODGE_TRY_ASSIGN(const bool row, query.step());
  return row ? query.text(0) : std::string();
}

Result<void> Case::set_meta(std::string_view key, std::string_view value) {
  DISLODGE_TRY_ASSIGN(auto insert,
                      database_.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)"));
  insert.bind(1, key).bind(2, value);
  return insert.run();
}

}  // namespace dislodge::casefile

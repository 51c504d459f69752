#include "casefile/database.hpp"

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/statvfs.h>

#include <filesystem>
#include <utility>

namespace dislodge::casefile {

using base::ErrorKind;
using base::Result;

namespace {

// On a medium that cannot be written there is no place for the index of a write-ahead log. Nobody can change
// the case there either, so that it is read as it stands: but for a log with what is not in it yet.
bool stands_still(const std::string &path) {
  struct ::statvfs medium {};
  if (::statvfs(path.c_str(), &medium) != 0 || (medium.f_flag & ST_RDONLY) == 0) return false;
  std::error_code none;
  const auto log = std::filesystem::file_size(path + "-wal", none);
  return none || log == 0;
}

// As a URI (sqlite.org/uri.html), in which three characters of a path would mean something else.
std::string immutable_uri(const std::string &path) {
  std::string uri = "file:";
  for (const char c : path) {
    if (c == '%' || c == '?' || c == '#')
      uri += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    else
      uri += c;
  }
  return uri + "?immutable=1";
}

}  // namespace

Statement::~Statement() {
  sqlite3_finalize(statement_);
}
Statement::Statement(Statement &&other) noexcept
    : database_(other.database_), statement_(std::exchange(other.statement_, nullptr)) {}
Statement &Statement::operator=(Statement &&other) noexcept {
  std::swap(database_, other.database_);
  std::swap(statement_, other.statement_);
  return *this;
}

// A bind fails only for a wrong position or a value over SQLite's size limit: step() reports both.
Statement &Statement::bind(int position, std::int64_t value) {
  sqlite3_bind_int64(statement_, position, value);
  return *this;
}
Statement &Statement::bind(int position, double value) {
  sqlite3_bind_double(statement_, position, value);
  return *this;
}
Statement &Statement::bind(int position, std::string_view text) {
  sqlite3_bind_text64(statement_, position, text.data() == nullptr ? "" : text.data(), text.size(),
                      SQLITE_TRANSIENT, SQLITE_UTF8);
  return *this;
}
Statement &Statement::bind_blob(int position, std::string_view bytes) {
  sqlite3_bind_blob64(statement_, position, bytes.data() == nullptr ? "" : bytes.data(), bytes.size(),
                      SQLITE_TRANSIENT);
  return *this;
}
Statement &Statement::bind_null(int position) {
  sqlite3_bind_null(statement_, position);
  return *this;
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  sqlite3_reset(statement_);
  return tl::unexpected(database_->error(code));
}

Result<void> Statement::run() {
  while (true) {
    DISLODGE_TRY_ASSIGN(const bool row, step());
    if (!row) break;
  }
  reset();
  return {};
}

void Statement::reset() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}
double Statement::real(int column) const {
  return sqlite3_column_double(statement_, column);
}
bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}
std::string Statement::text(int column) const {
  return std::string(view(column));
}
std::string_view Statement::view(int column) const {
  const void *bytes = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  return bytes == nullptr
             ? std::string_view()
             : std::string_view(static_cast<const char *>(bytes), static_cast<std::size_t>(size));
}

Database::~Database() {
  sqlite3_close_v2(handle_);
}

base::Error Database::error(int code) const {
  const int primary = code & 0xFF;
  const std::string text = handle_ != nullptr ? sqlite3_errmsg(handle_) : sqlite3_errstr(code);
  switch (primary) {
    case SQLITE_FULL:
      return {ErrorKind::io,
              path_ + ": the disk is full; free space and run the same command again: the case is whole"};
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return {ErrorKind::io, path_ + ": the case file is damaged or was opened with a wrong key: " + text};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorKind::usage, path_ + ": the case file is in use by another process"};
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
      return {ErrorKind::io, path_ + ": " + text + "; check the disk and the permissions"};
    default:
      return {ErrorKind::internal, path_ + ": " + text};
  }
}

Result<void> Database::open(const std::string &path, Access access, const std::string &vfs) {
  path_ = path;
  const bool immutable = access == Access::read_only && stands_still(path);
  int flags = SQLITE_OPEN_NOMUTEX;
  flags |= immutable ? SQLITE_OPEN_READONLY | SQLITE_OPEN_URI : SQLITE_OPEN_READWRITE;
  if (access == Access::create) flags |= SQLITE_OPEN_CREATE;
  const int code = sqlite3_open_v2(immutable ? immutable_uri(path).c_str() : path.c_str(), &handle_, flags,
                                   vfs.empty() ? nullptr : vfs.c_str());
  if (code != SQLITE_OK) return tl::unexpected(error(code));
  sqlite3_extended_result_codes(handle_, 1);
  sqlite3_busy_timeout(handle_, 5000);
  if (access == Access::create) DISLODGE_TRY(execute("PRAGMA page_size=4096"));
  // No temporary files: what SQLite sorts must not reach the disk in clear.
  DISLODGE_TRY(execute(
      "PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=ON; PRAGMA mmap_size=0; PRAGMA cache_size=-65536;"
      "PRAGMA trusted_schema=OFF"));
  if (access == Access::read_only) {
    // Reading a write-ahead log needs its index file, so the handle is writable and the connection is not.
    return execute("PRAGMA query_only=ON");
  }
  return execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL");
}

Result<Statement> Database::prepare(std::string_view sql) {
  Statement statement;
  statement.database_ = this;
  const int code =
      sqlite3_prepare_v2(handle_, sql.data(), static_cast<int>(sql.size()), &statement.statement_, nullptr);
  if (code != SQLITE_OK) return tl::unexpected(error(code));
  return statement;
}

Result<void> Database::execute(std::string_view sql) {
  const std::string text(sql);
  const int code = sqlite3_exec(handle_, text.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return tl::unexpected(error(code));
  return {};
}

Result<std::optional<std::int64_t>> Database::integer(std::string_view sql) {
  DISLODGE_TRY_ASSIGN(Statement statement, prepare(sql));
  DISLODGE_TRY_ASSIGN(const bool row, statement.step());
  if (!row || statement.is_null(0)) return std::optional<std::int64_t>{};
  return std::optional<std::int64_t>{statement.integer(0)};
}

std::int64_t Database::last_row() const {
  return sqlite3_last_insert_rowid(handle_);
}

Result<void> Transaction::begin() {
  DISLODGE_TRY(database_.execute("BEGIN IMMEDIATE"));
  open_ = true;
  return {};
}

Result<void> Transaction::commit() {
  DISLODGE_TRY(database_.execute("COMMIT"));
  open_ = false;
  return {};
}

Transaction::~Transaction() {
  if (open_) (void)database_.execute("ROLLBACK");
}

}  // namespace dislodge::casefile

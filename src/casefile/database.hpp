#pragma once
// A thin, typed face over SQLite: statements that bind and read by position, and transactions that roll back
// unless committed. Errors name the case file; a full disk is ErrorKind::io.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace dislodge::casefile {

class Database;

// A prepared statement. Bind with bind(1, ...), run with step() until it returns false.
class Statement {
 public:
  Statement() = default;
  ~Statement();
  Statement(Statement &&other) noexcept;
  Statement &operator=(Statement &&other) noexcept;

  Statement &bind(int position, std::int64_t value);
  Statement &bind(int position, int value) { return bind(position, static_cast<std::int64_t>(value)); }
  Statement &bind(int position, std::uint64_t value) {
    return bind(position, static_cast<std::int64_t>(value));
  }
  Statement &bind(int position, std::uint32_t value) {
    return bind(position, static_cast<std::int64_t>(value));
  }
  Statement &bind(int position, double value);
  Statement &bind(int position, std::string_view text);
  Statement &bind(int position, const char *text) { return bind(position, std::string_view(text)); }
  Statement &bind(int position, base::Time time) { return bind(position, time.us); }
  Statement &bind_blob(int position, std::string_view bytes);
  Statement &bind_null(int position);
  template <typename... Values>
  Statement &bind_all(const Values &...values) {
    int position = 0;
    (bind(++position, values), ...);
    return *this;
  }

  base::Result<bool> step();  // true: a row is there to be read
  base::Result<void> run();   // steps to the end and resets for the next use
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string text(int column) const;       // text or blob
  std::string_view view(int column) const;  // the same, until the next step() or reset()
  base::Time time(int column) const { return base::Time{integer(column)}; }
  bool is_null(int column) const;
  void reset();

 private:
  friend class Database;
  Database *database_ = nullptr;
  sqlite3_stmt *statement_ = nullptr;
};

class Database {
 public:
  enum class Access { read_only, read_write, create };
  Database() = default;
  ~Database();
  Database(const Database &) = delete;
  Database &operator=(const Database &) = delete;

  // vfs: name of a registered VFS, empty for the default. Sets WAL, foreign keys, no temporary files.
  base::Result<void> open(const std::string &path, Access access, const std::string &vfs);
  base::Result<Statement> prepare(std::string_view sql);
  base::Result<void> execute(std::string_view sql);  // one or more statements without parameters
  base::Result<std::optional<std::int64_t>> integer(std::string_view sql);
  std::int64_t last_row() const;
  base::Error error(int code) const;

 private:
  friend class Statement;
  sqlite3 *handle_ = nullptr;
  std::string path_;
};

// Begins at once; rolls back on destruction unless commit() was called.
class Transaction {
 public:
  explicit Transaction(Database &database) : database_(database) {}
  ~Transaction();
  base::Result<void> begin();
  base::Result<void> commit();

 private:
  Database &database_;
  bool open_ = false;
};

}  // namespace dislodge::casefile

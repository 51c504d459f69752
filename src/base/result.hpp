#pragma once
// Expected failures are values: Result<T> holds a T or an Error whose message names the file, the place
// and the remedy. Exceptions are for broken invariants only. (g++ 12 has no usable std::expected in C++20.)
//
//   Result<MappedFile> open(path);
//   DISLODGE_TRY_ASSIGN(auto file, open(path));   // returns the Error to the caller, else assigns
//   DISLODGE_TRY(check(file.bytes()));

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace dislodge::base {

// What kind of failure it is decides the exit code (docs/exit-codes in docs/json.md) and the ledger state.
enum class ErrorKind {
  usage,        // wrong arguments, wrong passphrase, case locked, case written by a newer version: exit 2
  io,           // the disk or the operating system refused: exit 4
  damaged,      // evidence that breaks its own format
  encrypted,    // evidence that needs a key or password
  unsupported,  // evidence in a format that no reader knows
  limit,        // evidence that passes a limit of base/limits.hpp
  internal,     // a worker crashed, timed out, or an answer that should not be possible
};

struct Error {
  ErrorKind kind = ErrorKind::internal;
  std::string message;
};

template <typename T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(ErrorKind kind, std::string message) {
  return tl::unexpected<Error>(Error{kind, std::move(message)});
}

// Puts a place before an error's message: "exec.mbox: byte 120: no header".
inline tl::unexpected<Error> fail_at(std::string_view place, Error error) {
  error.message = std::string(place) + ": " + error.message;
  return tl::unexpected<Error>(std::move(error));
}

}  // namespace dislodge::base

#define DISLODGE_CONCAT_(a, b) a##b
#define DISLODGE_CONCAT(a, b) DISLODGE_CONCAT_(a, b)
#define DISLODGE_TRY(expression)                                                     \
  do {                                                                               \
    auto &&dislodge_result = (expression);                                           \
    if (!dislodge_result) return tl::unexpected(std::move(dislodge_result).error()); \
  } while (false)
#define DISLODGE_TRY_ASSIGN(target, expression) \
  DISLODGE_TRY_ASSIGN_(DISLODGE_CONCAT(dislodge_result_, __LINE__), target, expression)
#define DISLODGE_TRY_ASSIGN_(name, target, expression)       \
  auto name = (expression);                                  \
  if (!name) return tl::unexpected(std::move(name).error()); \
  target = std::move(*name)

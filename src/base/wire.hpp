#pragma once
// How one process tells another what it found: little-endian varints and length-prefixed strings, read with
// bounds checks, because what a sandboxed worker writes is as hostile as the evidence it read.
//
//   WireWriter out; out.number(7); out.text("x");        WireReader in(out.bytes());
//   std::uint64_t n = in.number(); std::string_view t = in.text(); if (!in.ok()) ...
// A failed read returns zero or empty and makes ok() false for good: check once at the end.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace dislodge::base {

class WireWriter {
 public:
  void number(std::uint64_t value) {
    while (value >= 0x80) {
      bytes_ += static_cast<char>(value | 0x80);
      value >>= 7;
    }
    bytes_ += static_cast<char>(value);
  }
  void integer(std::int64_t value) {  // zigzag
    number((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
  }
  void time(Time t) { integer(t.us); }
  void flag(bool value) { bytes_ += value ? '\1' : '\0'; }
  void real(double value) { integer(static_cast<std::int64_t>(value * 1e6 + (value < 0 ? -0.5 : 0.5))); }
  void text(std::string_view value) {
    number(value.size());
    bytes_ += value;
  }
  template <typename List, typename Each>
  void list(const List &items, Each &&each) {
    number(items.size());
    for (const auto &item : items) each(item);
  }
  void texts(const std::vector<std::string> &items) {
    list(items, [&](const std::string &item) { text(item); });
  }
  const std::string &bytes() const { return bytes_; }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : rest_(bytes) {}

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) return broken();
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    return broken();
  }
  std::int64_t integer() {
    const std::uint64_t value = number();
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
  }
  Time time() { return Time{integer()}; }
  bool flag() {
    if (rest_.empty()) return broken() != 0;
    const bool value = rest_.front() != '\0';
    rest_.remove_prefix(1);
    return value;
  }
  double real() { return static_cast<double>(integer()) / 1e6; }
  std::string_view text() {
    const std::uint64_t size = number();
    if (size > rest_.size()) {
      broken();
      return {};
    }
    const std::string_view value = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return value;
  }
  // Calls each() once an element. A count that the remaining bytes cannot hold breaks the reader.
  template <typename Each>
  void list(Each &&each) {
    const std::uint64_t count = number();
    if (count > rest_.size()) {
      broken();
      return;
    }
    for (std::uint64_t i = 0; i < count && ok_; ++i) each();
  }
  std::vector<std::string> texts() {
    std::vector<std::string> items;
    list([&] { items.emplace_back(text()); });
    return items;
  }
  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }
  Result<void> finish(std::string_view what) const {
    if (ok_ && rest_.empty()) return {};
    return fail(ErrorKind::internal, std::string(what) + ": a message between processes is damaged");
  }

 private:
  std::uint64_t broken() {
    ok_ = false;
    rest_ = {};
    return 0;
  }
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace dislodge::base

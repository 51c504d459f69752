#pragma once
// A sink for fuzzing readers: touches every byte that it is given, so that the sanitizers see stale or
// foreign memory, and checks that no reader reports more bytes unread than its item has.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "evidence/sink.hpp"

namespace dislodge::fuzz {

class ReaderSink : public evidence::Sink {
 public:
  explicit ReaderSink(std::uint64_t item_bytes) : item_bytes_(item_bytes) {
    limits_.member_bytes_max = 4 << 20;
    limits_.archive_bytes_max = 16 << 20;
    limits_.object_bytes_max = 4 << 20;
    limits_.expansion_grace_bytes = 8 << 20;
    limits_.worker_memory_bytes = 256 << 20;
    unlock_.passwords = {"Sommer2023", "abc123"};
  }
  evidence::RecordId record(evidence::Record record) override {
    base::WireWriter out;
    record.encode(out);
    touch(out.bytes());
    return records_++;
  }
  std::size_t text(const evidence::TextView &text) override {
    touch(text.text);
    touch(text.source);
    return touched_ & 1;
  }
  std::size_t child(const evidence::ItemView &item) override {
    touch(item.path);
    touch(item.bytes);
    touch(item.name);
    return touched_ & 1;
  }
  void unread(evidence::Unread part) override {
    unread_ += part.bytes;
    if (unread_ > item_bytes_ || part.reason.empty()) std::abort();
  }
  std::uint64_t bytes_unread() const { return unread_; }
  const base::Limits &limits() const override { return limits_; }
  const evidence::Unlock &unlock() const override { return unlock_; }

 private:
  void touch(std::string_view bytes) {
    for (const char c : bytes) touched_ += static_cast<unsigned char>(c);
  }
  base::Limits limits_;
  evidence::Unlock unlock_;
  std::uint64_t item_bytes_;
  std::uint64_t unread_ = 0;
  std::uint64_t touched_ = 0;
  evidence::RecordId records_ = 0;
};

inline evidence::ItemView item_of(const std::uint8_t *data, std::size_t size) {
  evidence::ItemView item;
  item.path = "item";
  item.bytes = {reinterpret_cast<const char *>(data), size};
  return item;
}

}  // namespace dislodge::fuzz

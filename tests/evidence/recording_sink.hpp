#pragma once
// A sink that keeps what a reader emits, and checks what every reader owes it: that it never reports more
// bytes unread than its item has.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "evidence/sink.hpp"

namespace dislodge::evidence {

struct SeenChild {
  std::string path;
  std::string bytes;
  std::string name;
  std::uint32_t depth = 0;
};

struct SeenText {
  std::string item;
  std::string text;
  std::uint64_t source = 0;  // where its first byte lies in the item
};

class RecordingSink : public Sink {
 public:
  RecordId record(Record record) override {
    records.push_back(std::move(record));
    return static_cast<RecordId>(records.size() - 1);
  }
  std::size_t text(const TextView &text) override {
    texts.push_back({std::string(text.item), std::string(text.text), text.map ? text.map->source_of(0) : 0});
    return 0;
  }
  std::size_t child(const ItemView &item) override {
    children.push_back({std::string(item.path), keep_bytes ? std::string(item.bytes) : "",
                        std::string(item.name), item.depth});
    child_bytes += item.bytes.size();
    return on_child ? on_child(item) : 0;
  }
  void unread(Unread part) override { unreads.push_back(std::move(part)); }
  const base::Limits &limits() const override { return limits_; }
  const Unlock &unlock() const override { return unlock_; }

  const SeenChild *find(const std::string &path) const {
    for (const SeenChild &child : children)
      if (child.path == path) return &child;
    return nullptr;
  }
  std::string bytes_of(const std::string &path) const {
    const SeenChild *child = find(path);
    return child != nullptr ? child->bytes : "(no such child)";
  }
  std::uint64_t unread_bytes() const {
    std::uint64_t sum = 0;
    for (const Unread &part : unreads) sum += part.bytes;
    return sum;
  }
  bool any_unread(LedgerState state) const {
    for (const Unread &part : unreads)
      if (part.state == state) return true;
    return false;
  }

  base::Limits limits_;
  Unlock unlock_;
  bool keep_bytes = true;
  std::function<std::size_t(const ItemView &)> on_child;  // its sightings
  std::vector<Record> records;
  std::vector<SeenText> texts;
  std::vector<SeenChild> children;
  std::vector<Unread> unreads;
  std::uint64_t child_bytes = 0;
};

inline ItemView item_of(std::string_view path, std::string_view bytes) {
  ItemView item;
  item.path = path;
  item.bytes = bytes;
  return item;
}

}  // namespace dislodge::evidence

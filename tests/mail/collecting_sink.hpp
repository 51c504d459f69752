#pragma once
// A sink for tests: keeps what a reader emits, gives child items to the readers that were named for it, and
// adds up what was read. Texts are copied with where each byte came from.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "evidence/item.hpp"
#include "evidence/sink.hpp"

namespace dislodge::test {

struct SeenText {
  std::string item;
  std::string text;
  std::string source;
  evidence::Space space = evidence::Space::item;
  std::vector<evidence::QuotedSpan> quoted;
  base::OffsetMap map;
  evidence::RecordId within = evidence::kNoRecord;

  // Where in the item's bytes the first occurrence of `needle` begins; npos where it does not occur.
  std::uint64_t offset_of(std::string_view needle) const {
    const std::size_t at = text.find(needle);
    return at == std::string::npos ? UINT64_MAX : map.source_of(at);
  }
  // Greatest quote depth at the first occurrence of `needle`.
  std::uint32_t depth_of(std::string_view needle) const {
    const std::size_t at = text.find(needle);
    for (const auto &span : quoted)
      if (at >= span.begin && at < span.end) return span.depth;
    return 0;
  }
};

struct SeenChild {
  std::string path;
  std::string bytes;
  std::string name;
  std::string media_type;
  evidence::ItemType type = evidence::ItemType::unknown;
  std::uint32_t depth = 0;
  evidence::RecordId within = evidence::kNoRecord;
};

using Reader = std::function<base::Result<void>(const evidence::ItemView &, evidence::Sink &)>;

inline evidence::ItemView item_of(std::string_view path, std::string_view bytes) {
  evidence::ItemView item;
  item.path = path;
  item.bytes = bytes;
  return item;
}

class CollectingSink : public evidence::Sink {
 public:
  // `pick` gives the reader of a child item, or nothing.
  explicit CollectingSink(std::function<Reader(const evidence::ItemView &)> pick = {})
      : pick_(std::move(pick)) {}

  evidence::RecordId record(evidence::Record made) override {
    records.push_back(std::move(made));
    return static_cast<evidence::RecordId>(records.size() - 1);
  }
  std::size_t text(const evidence::TextView &view) override {
    SeenText seen;
    seen.item = view.item;
    seen.text = view.text;
    seen.source = view.source;
    seen.space = view.space;
    if (view.quoted != nullptr) seen.quoted = *view.quoted;
    if (view.map != nullptr) seen.map = *view.map;
    seen.within = view.within;
    texts.push_back(std::move(seen));
    return 0;
  }
  std::size_t child(const evidence::ItemView &view) override {
    children.push_back({std::string(view.path), std::string(view.bytes), std::string(view.name),
                        std::string(view.media_type), view.type, view.depth, view.within});
    if (!pick_ || view.depth > limits_.nesting_depth_max) return 0;
    if (const Reader reader = pick_(view)) {
      const auto done = reader(view, *this);
      if (!done) errors.push_back(std::string(view.path) + ": " + done.error().message);
    }
    return 0;
  }
  void unread(evidence::Unread part) override { unreads.push_back(std::move(part)); }
  const base::Limits &limits() const override { return limits_; }
  const evidence::Unlock &unlock() const override { return unlock_; }

  const SeenText *text_of(std::string_view item) const {
    for (const SeenText &seen : texts)
      if (seen.item == item) return &seen;
    return nullptr;
  }
  std::vector<std::string> paths() const {
    std::vector<std::string> out;
    for (const SeenChild &seen : children) out.push_back(seen.path);
    return out;
  }

  base::Limits limits_;
  evidence::Unlock unlock_;
  std::vector<evidence::Record> records;
  std::vector<SeenText> texts;
  std::vector<SeenChild> children;
  std::vector<evidence::Unread> unreads;
  std::vector<std::string> errors;

 private:
  std::function<Reader(const evidence::ItemView &)> pick_;
};

}  // namespace dislodge::test

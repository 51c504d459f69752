#pragma once
// A sink for fuzz targets that holds readers to their contract: text is UTF-8, every offset leads into the
// source, quoted spans are in order and within the text, and no more is unread than there is. Children are
// not read: each reader has its own target.

#include <cstdlib>
#include <string_view>

#include "base/encode.hpp"
#include "evidence/sink.hpp"

namespace dislodge::fuzz {

inline void require(bool holds) {
  if (!holds) std::abort();
}

class CheckingSink : public evidence::Sink {
 public:
  explicit CheckingSink(std::uint64_t item_size) : left_(item_size) {
    limits_.mime_parts_max = 1000;
    limits_.headers_max = 200;
    limits_.member_bytes_max = 16u << 20;
    limits_.archive_bytes_max = 32u << 20;
    limits_.expansion_grace_bytes = 1u << 20;
  }

  evidence::RecordId record(evidence::Record made) override {
    require(base::valid_utf8(made.subject) && base::valid_utf8(made.message_id) &&
            base::valid_utf8(made.folder));
    for (const auto &person : made.people)
      require(base::valid_utf8(person.name) && base::valid_utf8(person.address));
    return records_++;
  }
  std::size_t text(const evidence::TextView &view) override {
    require(!view.item.empty() && base::valid_utf8(view.text));
    require(view.within == evidence::kNoRecord || view.within < records_);
    if (view.map != nullptr && view.space == evidence::Space::item) {
      std::uint64_t last = 0;
      for (const auto &run : view.map->runs()) {
        require(run.text >= last && run.text <= view.text.size());
        require(view.source.empty() || run.source <= view.source.size());
        last = run.text;
      }
    }
    if (view.quoted != nullptr) {
      std::uint64_t end = 0;
      for (const auto &span : *view.quoted) {
        require(span.begin >= end && span.end > span.begin && span.depth > 0);
        require(span.end <= view.text.size() || view.source.size() >= span.end);
        end = span.end;
      }
    }
    return 0;
  }
  std::size_t child(const evidence::ItemView &view) override {
    require(!view.path.empty() && base::valid_utf8(view.path) && view.depth > 0);
    return 0;
  }
  void unread(evidence::Unread part) override {
    require(part.bytes <= left_ && !part.reason.empty() && !part.remedy.empty());
    left_ -= part.bytes;
  }
  const base::Limits &limits() const override { return limits_; }

 private:
  base::Limits limits_;
  evidence::RecordId records_ = 0;
  std::uint64_t left_;  // bytes of the item not yet told as unread
};

// Reads the bytes as one item.
template <typename Reader>
int read_checked(Reader &&reader, const unsigned char *data, std::size_t size,
                 std::string_view media_type = {}) {
  const std::string_view bytes(reinterpret_cast<const char *>(data), size);
  CheckingSink sink(size);
  evidence::ItemView item;
  item.path = "item";
  item.bytes = bytes;
  item.media_type = media_type;
  const auto done = reader(item, sink);
  require(done || !done.error().message.empty());
  return 0;
}

}  // namespace dislodge::fuzz

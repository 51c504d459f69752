#include "engine/sightings.hpp"

#include <algorithm>
#include <compare>
#include <cstring>
#include <memory>
#include <span>
#include <stdexcept>
#include <utility>

#include "base/text_order.hpp"
#include "base/wire.hpp"

namespace dislodge::engine {

namespace {

constexpr std::size_t kBlockBytes = 1 << 20, kBlockBytesMax = 64 << 20;

}  // namespace

const char *SightingTable::keep(std::int64_t evidence, std::string_view secret, std::int64_t record,
                                std::string_view body) {
  if (secret.size() > UINT32_MAX || body.size() > UINT32_MAX)
    throw std::length_error("sightings: a row of more than 4 GiB");
  const std::size_t bytes = sizeof(Head) + secret.size() + body.size();
  if (bytes > room_) {
    // Each twice as large as the one before, so that millions of rows lie in few.
    const std::size_t doubled = kBlockBytes << std::min<std::size_t>(blocks_.size(), 6);
    const std::size_t block = std::max(std::min(doubled, kBlockBytesMax), bytes);
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(block));
    next_ = blocks_.back().get();
    room_ = block;
  }
  char *const kept = next_;
  const Head head{evidence, record, static_cast<std::uint32_t>(secret.size()),
                  static_cast<std::uint32_t>(body.size())};
  std::memcpy(next_, &head, sizeof(head));
  next_ += sizeof(head);
  for (const std::string_view text : {secret, body}) {
    if (!text.empty()) std::memcpy(next_, text.data(), text.size());
    next_ += text.size();
  }
  room_ -= bytes;
  return kept;
}

base::Result<void> SightingTable::add(std::int64_t evidence, std::string_view secret, std::int64_t record,
                                      std::string_view body) {
  base::WireReader in(body);
  (void)secret::SightingView::decode(in);
  DISLODGE_TRY(in.finish("case file: sighting"));
  if (rows_.size() >= UINT32_MAX)
    return base::fail(base::ErrorKind::limit, "case file: more than 2^32 sightings");
  rows_.push_back(keep(evidence, secret, record, body));
  return {};
}

void SightingTable::push_back(const StoredSighting &row) {
  base::WireWriter body;
  row.sighting.encode(body);
  rows_.push_back(keep(row.evidence, row.secret, row.record, body.bytes()));
}

void SightingTable::replace(std::size_t at, const StoredSighting &row) {
  push_back(row);
  rows_[at] = rows_.back();
  rows_.pop_back();
}

SightingTable::Row SightingTable::row(std::size_t at) const {
  Head head;
  std::memcpy(&head, rows_[at], sizeof(head));
  const char *const texts = rows_[at] + sizeof(head);
  Row row;
  row.evidence = head.evidence;
  row.record = head.record;
  row.secret = {texts, head.secret_bytes};
  base::WireReader in({texts + head.secret_bytes, head.body_bytes});
  row.sighting = secret::SightingView::decode(in);
  return row;
}

std::string_view SightingTable::secret(std::size_t at) const {
  Head head;
  std::memcpy(&head, rows_[at], sizeof(head));
  return {rows_[at] + sizeof(head), head.secret_bytes};
}

StoredSighting SightingTable::Row::whole() const {
  return {evidence, std::string(secret), record, sighting.whole()};
}

std::string_view SightingTable::item(std::size_t at) const {
  Head head;
  std::memcpy(&head, rows_[at], sizeof(head));
  base::WireReader in({rows_[at] + sizeof(head) + head.secret_bytes, head.body_bytes});
  in.text();  // its kind
  in.text();  // its rule
  return in.text();
}

void SightingTable::sort() {
  const auto head_of = [](const char *row) {
    Head head;
    std::memcpy(&head, row, sizeof(head));
    return head;
  };
  const auto item_of = [&](const char *row) {
    const Head head = head_of(row);
    base::WireReader in({row + sizeof(head) + head.secret_bytes, head.body_bytes});
    in.text();  // its kind
    in.text();  // its rule
    return in.text();
  };
  const auto offset_of = [&](const char *row) {
    const Head head = head_of(row);
    base::WireReader in({row + sizeof(head) + head.secret_bytes, head.body_bytes});
    for (int i = 0; i < 3; ++i) in.text();    // its kind, rule and item
    for (int i = 0; i < 2; ++i) in.number();  // its line and column
    return in.number();
  };
  const auto within_item = [&](const char *a, const char *b) -> std::weak_ordering {
    if (const auto offsets = offset_of(a) <=> offset_of(b); offsets != 0) return offsets;
    return std::string_view(a + sizeof(Head), head_of(a).secret_bytes) <=>
           std::string_view(b + sizeof(Head), head_of(b).secret_bytes);
  };
  // The rows of one piece of evidence are sorted as soon as they have been gone through, while they lie in
  // the cache.
  std::vector<std::uint32_t> runs;
  for (std::size_t begin = 0, end = 0; begin < rows_.size(); begin = end) {
    const std::int64_t evidence = head_of(rows_[begin]).evidence;
    while (end < rows_.size() && head_of(rows_[end]).evidence == evidence) ++end;
    base::sort_by_text(std::span(rows_).subspan(begin, end - begin), item_of, within_item);
    runs.push_back(static_cast<std::uint32_t>(begin));
  }
  base::put_in_order(
      rows_, base::order_of_sorted_runs(
                 static_cast<std::uint32_t>(rows_.size()), runs, [&](std::uint32_t i) { return item(i); },
                 [&](std::uint32_t a, std::uint32_t b) { return within_item(rows_[a], rows_[b]); }));
}

}  // namespace dislodge::engine

#include "engine/sightings.hpp"

#include <compare>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "base/text_order.hpp"
#include "base/wire.hpp"

namespace dislodge::engine {

namespace {

constexpr std::size_t kBlockBytes = 1 << 20;

}  // namespace

const char *SightingTable::keep(std::int64_t evidence, std::string_view secret, std::int64_t record,
                                std::string_view body) {
  if (secret.size() > UINT32_MAX || body.size() > UINT32_MAX)
    throw std::length_error("sightings: a row of more than 4 GiB");
  const std::size_t bytes = sizeof(Head) + secret.size() + body.size();
  if (bytes > room_) {
    const std::size_t block = std::max(kBlockBytes, bytes);
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
  const auto evidence_of = [&](std::size_t at) {
    Head head;
    std::memcpy(&head, rows_[at], sizeof(head));
    return head.evidence;
  };
  std::vector<std::uint32_t> runs;
  for (std::size_t i = 0; i < rows_.size(); ++i)
    if (i == 0 || evidence_of(i) != evidence_of(i - 1)) runs.push_back(static_cast<std::uint32_t>(i));
  base::put_in_order(
      rows_, base::order_of_runs(
                 static_cast<std::uint32_t>(rows_.size()), runs, [&](std::uint32_t i) { return item(i); },
                 [&](std::uint32_t a, std::uint32_t b) -> std::weak_ordering {
                   const auto first = row(a).sighting.offset, second = row(b).sighting.offset;
                   if (first != second) return first <=> second;
                   return secret(a) <=> secret(b);
                 }));
}

}  // namespace dislodge::engine

#pragma once
// The order of many things by a text that each has, such as millions of rows by their item. Such texts begin
// alike (the export's path, the mailbox), and lie all over memory: so what all of them begin with is left
// out, and eight bytes behind it, kept beside the number of the thing, decide most comparisons.
//
//   std::vector<std::uint32_t> order = numbers_of(rows);
//   order_by_text(order, [&](std::uint32_t i) { return std::string_view(rows[i].item); },
//                 [&](std::uint32_t a, std::uint32_t b) { return rows[a].offset <=> rows[b].offset; });

#include <algorithm>
#include <compare>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <span>
#include <string_view>
#include <vector>

namespace dislodge::base {

// Bytes that both begin with.
inline std::size_t common_prefix(std::string_view a, std::string_view b) {
  return static_cast<std::size_t>(
      std::mismatch(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(std::min(a.size(), b.size())),
                    b.begin())
          .first -
      a.begin());
}

// Eight bytes as a number that is ordered as they are; what is missing at the end counts as zero.
inline std::uint64_t leading_bytes(std::string_view text) {
  std::uint64_t head = 0;
  for (std::size_t at = 0; at < 8; ++at)
    head = head << 8 | (at < text.size() ? static_cast<unsigned char>(text[at]) : 0u);
  return head;
}

// Sorts `order`, numbers of things, by text_of(number), compared as bytes; among equal texts by
// then(number, number), and last by the number itself.
template <typename TextOf, typename Then>
void order_by_text(std::span<std::uint32_t> order, TextOf text_of, Then then) {
  if (order.size() < 2) return;
  std::string_view common = text_of(order.front());
  for (const std::uint32_t one : order) common = common.substr(0, common_prefix(common, text_of(one)));
  struct Entry {
    std::uint64_t head;
    std::uint32_t number;
  };
  std::vector<Entry> entries(order.size());
  for (std::size_t i = 0; i < order.size(); ++i)
    entries[i] = {leading_bytes(text_of(order[i]).substr(common.size())), order[i]};
  std::sort(entries.begin(), entries.end(), [&](const Entry &a, const Entry &b) {
    if (a.head != b.head) return a.head < b.head;
    if (const auto texts = text_of(a.number).compare(text_of(b.number)); texts != 0) return texts < 0;
    const std::weak_ordering rest = then(a.number, b.number);
    return rest != 0 ? rest < 0 : a.number < b.number;
  });
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = entries[i].number;
}

// The same for things that come in runs, each of which begins with a text of its own, as the rows of one
// mailbox do: every run is sorted by itself, and runs that do not reach into each other are only put in their
// order. `begins`: the first number of each run, from 0, ascending.
template <typename TextOf, typename Then>
std::vector<std::uint32_t> order_of_runs(std::uint32_t count, std::span<const std::uint32_t> begins,
                                         TextOf text_of, Then then) {
  std::vector<std::uint32_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), std::uint32_t{0});
  std::vector<std::span<std::uint32_t>> runs;
  for (std::size_t i = 0; i < begins.size(); ++i) {
    const std::uint32_t end = i + 1 < begins.size() ? begins[i + 1] : count;
    if (begins[i] == end) continue;
    runs.push_back(std::span(numbers).subspan(begins[i], end - begins[i]));
    order_by_text(runs.back(), text_of, then);
  }
  std::sort(runs.begin(), runs.end(), [&](const auto &a, const auto &b) {
    const auto texts = text_of(a.front()).compare(text_of(b.front()));
    return texts != 0 ? texts < 0 : a.front() < b.front();
  });
  std::vector<std::uint32_t> order;
  order.reserve(count);
  std::size_t joined = 0;  // where the runs begin that reach into each other
  bool alone = true;
  const auto close = [&] {
    if (!alone) order_by_text(std::span(order).subspan(joined), text_of, then);
    joined = order.size();
    alone = true;
  };
  std::string_view last;  // of what is joined
  for (const auto &run : runs) {
    // An equal text is decided by what comes then.
    if (joined < order.size() && last < text_of(run.front())) close();
    alone = alone && joined == order.size();
    last = joined == order.size() ? text_of(run.back()) : std::max(last, text_of(run.back()));
    order.insert(order.end(), run.begin(), run.end());
  }
  close();
  return order;
}

// Moves the things into that order, in place.
template <typename T>
void put_in_order(std::vector<T> &things, std::vector<std::uint32_t> order) {
  for (std::uint32_t begin = 0; begin < order.size(); ++begin) {
    if (order[begin] == begin) continue;
    T first = std::move(things[begin]);
    std::uint32_t at = begin;
    while (order[at] != begin) {
      const std::uint32_t from = order[at];
      things[at] = std::move(things[from]);
      order[at] = at;
      at = from;
    }
    things[at] = std::move(first);
    order[at] = at;
  }
}

}  // namespace dislodge::base

#pragma once
// The order of many things by a text that each has, such as millions of rows by their item. Such texts begin
// alike (the export's path, the mailbox), and lie all over memory: so what all of them begin with is left
// out, and eight bytes behind it, kept beside the number of the thing, decide most comparisons.
//
//   std::vector<std::uint32_t> order = numbers_of(rows);
//   order_by_text(order, [&](std::uint32_t i) { return std::string_view(rows[i].item); },
//                 [&](std::uint32_t a, std::uint32_t b) { return rows[a].offset <=> rows[b].offset; });
//
// Rows that come in runs, a mailbox each, are best sorted run by run as they come, while they lie in the
// cache (sort_by_text), and their runs at the end (order_of_sorted_runs).

#include <algorithm>
#include <compare>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <span>
#include <string_view>
#include <utility>
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

// The order of things that come in runs, each of which is in its order already and begins with a text of its
// own, as the rows of one mailbox do: runs that do not reach into each other are only put in their order.
// `begins`: the first number of each run, from 0, ascending.
template <typename TextOf, typename Then>
std::vector<std::uint32_t> order_of_sorted_runs(std::uint32_t count, std::span<const std::uint32_t> begins,
                                                TextOf text_of, Then then) {
  struct Run {
    std::string_view first, last;
    std::uint32_t begin, end;
  };
  std::vector<Run> runs;
  for (std::size_t i = 0; i < begins.size(); ++i) {
    const std::uint32_t end = i + 1 < begins.size() ? begins[i + 1] : count;
    if (begins[i] != end) runs.push_back({text_of(begins[i]), text_of(end - 1), begins[i], end});
  }
  std::sort(runs.begin(), runs.end(), [](const Run &a, const Run &b) {
    const auto texts = a.first.compare(b.first);
    return texts != 0 ? texts < 0 : a.begin < b.begin;
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
  for (const Run &run : runs) {
    // An equal text is decided by what comes then.
    if (joined < order.size() && last < run.first) close();
    alone = alone && joined == order.size();
    last = joined == order.size() ? run.last : std::max(last, run.last);
    for (std::uint32_t number = run.begin; number < run.end; ++number) order.push_back(number);
  }
  close();
  return order;
}

// Moves the things into that order, in place. `order` has the number of each once.
template <typename T>
void put_in_order(std::span<T> things, std::vector<std::uint32_t> order) {
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

template <typename T>
void put_in_order(std::vector<T> &things, std::vector<std::uint32_t> order) {
  put_in_order(std::span(things), std::move(order));
}

// Sorts the things by their text as order_by_text() would order their numbers, unless they are so already.
template <typename T, typename TextOf, typename Then>
void sort_by_text(std::span<T> things, TextOf text_of, Then then) {
  bool sorted = true;
  for (std::size_t i = 1; i < things.size() && sorted; ++i) {
    const auto texts = text_of(things[i - 1]).compare(text_of(things[i]));
    sorted = texts < 0 || (texts == 0 && then(things[i - 1], things[i]) <= 0);
  }
  if (sorted) return;
  std::vector<std::uint32_t> order(things.size());
  std::iota(order.begin(), order.end(), std::uint32_t{0});
  order_by_text(
      std::span(order), [&](std::uint32_t i) { return text_of(things[i]); },
      [&](std::uint32_t a, std::uint32_t b) { return then(things[a], things[b]); });
  put_in_order(things, std::move(order));
}

}  // namespace dislodge::base

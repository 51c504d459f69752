#include "identity/fact.hpp"

#include <algorithm>
#include <cstring>
#include <tuple>

namespace dislodge::identity {
namespace {

constexpr std::size_t kEvidenceKept = 6;  // places named in a merged fact; more would say nothing new

void join_evidence(std::string &into, const std::string &from) {
  if (from.empty() || into == from) return;
  if (into.empty()) {
    into = from;
    return;
  }
  // Sources are separated by "; ". What is already named is not named twice, so that merging is idempotent.
  std::size_t count = 1;
  for (std::size_t at = into.find("; "); at != std::string::npos; at = into.find("; ", at + 2)) ++count;
  std::size_t begin = 0;
  while (begin <= from.size()) {
    std::size_t end = from.find("; ", begin);
    if (end == std::string::npos) end = from.size();
    const std::string one = from.substr(begin, end - begin);
    begin = end + 2;
    if (one.empty() || ("; " + into + "; ").find("; " + one + "; ") != std::string::npos) continue;
    if (count >= kEvidenceKept) return;
    into += "; " + one;
    ++count;
  }
}

void unite_names(std::vector<std::string> &into, const std::vector<std::string> &from) {
  into.insert(into.end(), from.begin(), from.end());
  std::sort(into.begin(), into.end());
  into.erase(std::unique(into.begin(), into.end()), into.end());
}

void unite_intervals(std::vector<base::Interval> &into, const std::vector<base::Interval> &from) {
  base::IntervalSet all;
  for (const auto &one : into) all.add(one);
  for (const auto &one : from) all.add(one);
  into = all.items();
}

template <typename T>
void fill(T &into, const T &from) {
  if (into == T{}) into = from;
}

// A display name says more than an address, an address more than an id.
int worth_of_name(std::string_view name) {
  if (name.empty()) return 0;
  if (name.find(' ') != std::string_view::npos) return 3;
  return name.find('@') != std::string_view::npos || name.size() == 36 ? 1 : 2;
}

void merge(Principal &into, Principal &&from) {
  if (into.kind == PrincipalKind::other) into.kind = from.kind;
  if (worth_of_name(from.name) > worth_of_name(into.name)) into.name = from.name;
  fill(into.tenant, from.tenant);
  unite_names(into.names, from.names);
  into.attributes.merge(from.attributes);  // keeps what is there
  join_evidence(into.evidence, from.evidence);
}

void merge(Resource &into, Resource &&from) {
  fill(into.kind, from.kind);
  fill(into.name, from.name);
  fill(into.held_in, from.held_in);
  join_evidence(into.evidence, from.evidence);
}

// A known end beats an unknown one; of two known starts the earlier holds, of two known ends the later, so
// that a right is never thought shorter than some source says.
void merge(Grant &into, Grant &&from) {
  if (from.start_known && (!into.start_known || from.valid.from < into.valid.from))
    into.valid.from = from.valid.from;
  if (from.end_known && (!into.end_known || from.valid.until > into.valid.until))
    into.valid.until = from.valid.until;
  into.start_known |= from.start_known;
  into.end_known |= from.end_known;
  unite_intervals(into.used, from.used);
  join_evidence(into.evidence, from.evidence);
}

void merge(Credential &into, Credential &&from) {
  fill(into.hint, from.hint);
  fill(into.key_id, from.key_id);
  fill(into.thumbprint, from.thumbprint);
  fill(into.name, from.name);
  // The earliest start that a source knows, and the earliest end: a removal cuts what the directory promised.
  if (into.valid.from == base::kTimeMin ||
      (from.valid.from != base::kTimeMin && from.valid.from < into.valid.from)) {
    into.valid.from = from.valid.from;
  }
  into.valid.until = std::min(into.valid.until, from.valid.until);
  join_evidence(into.evidence, from.evidence);
}

void merge(Binding &into, Binding &&from) {
  if (from.strength > into.strength) {
    into.strength = from.strength;
    into.why = std::move(from.why);
  }
  if (into.valid.from == base::kTimeMin) into.valid.from = from.valid.from;
  if (into.valid.until == base::kTimeMax) into.valid.until = from.valid.until;
  unite_intervals(into.used, from.used);
  join_evidence(into.evidence, from.evidence);
}

// Sorts by key (evidence decides among equals, so that the order of appending does not), then merges equal
// keys. What is settled already is left alone: the passes settle often, and millions of grants are not moved
// for nothing.
template <typename T, typename Key>
void settle_list(std::vector<T> &items, Key key) {
  bool settled = true;
  for (std::size_t i = 1; i < items.size() && settled; ++i) settled = key(items[i - 1]) < key(items[i]);
  if (settled) return;
  // Most comparisons are decided by eight bytes behind what all ids begin with, so that the ids themselves,
  // which lie all over memory, are seldom touched.
  const auto id_of = [&](const T &item) -> std::string_view { return std::get<0>(key(item)); };
  std::size_t common = id_of(items.front()).size();
  for (const T &item : items) {
    const std::string_view first = id_of(items.front()), one = id_of(item);
    common = std::min({common, one.size(), first.size()});
    while (common > 0 && std::memcmp(first.data(), one.data(), common) != 0) --common;
  }
  struct Entry {
    std::uint64_t head;
    std::uint32_t index;
  };
  std::vector<Entry> order(items.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    const std::string_view rest = id_of(items[i]).substr(common, 8);
    std::uint64_t head = 0;
    for (std::size_t at = 0; at < 8; ++at)
      head = head << 8 | (at < rest.size() ? static_cast<unsigned char>(rest[at]) : 0u);
    order[i] = {head, i};
  }
  std::stable_sort(order.begin(), order.end(), [&](const Entry &a, const Entry &b) {
    if (a.head != b.head) return a.head < b.head;
    const auto first = key(items[a.index]), second = key(items[b.index]);
    return first != second ? first < second : items[a.index].evidence < items[b.index].evidence;
  });
  std::vector<T> sorted;
  sorted.reserve(items.size());
  for (const Entry &entry : order) {
    T &item = items[entry.index];
    if (!sorted.empty() && key(sorted.back()) == key(item))
      merge(sorted.back(), std::move(item));
    else
      sorted.push_back(std::move(item));
  }
  items = std::move(sorted);
}

template <typename T, typename Key>
void sort_unique(std::vector<T> &items, Key key) {
  const auto less = [&](const T &a, const T &b) { return key(a) < key(b); };
  if (!std::is_sorted(items.begin(), items.end(), less)) std::sort(items.begin(), items.end(), less);
  items.erase(
      std::unique(items.begin(), items.end(), [&](const T &a, const T &b) { return key(a) == key(b); }),
      items.end());
}

template <typename T>
void move_to(std::vector<T> &into, std::vector<T> &&from) {
  if (into.empty()) {
    into = std::move(from);
    return;
  }
  into.insert(into.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

std::string_view name_of(PrincipalKind kind) {
  switch (kind) {
    case PrincipalKind::user:
      return "user";
    case PrincipalKind::group:
      return "group";
    case PrincipalKind::application:
      return "application";
    case PrincipalKind::service_principal:
      return "service-principal";
    case PrincipalKind::device:
      return "device";
    case PrincipalKind::tenant:
      return "tenant";
    case PrincipalKind::role:
      return "role";
    case PrincipalKind::key:
      return "key";
    case PrincipalKind::account:
      return "account";
    case PrincipalKind::issuer:
      return "issuer";
    case PrincipalKind::other:
      return "other";
  }
  return "other";
}

void Facts::append(Facts other) {
  move_to(principals, std::move(other.principals));
  move_to(resources, std::move(other.resources));
  move_to(grants, std::move(other.grants));
  move_to(credentials, std::move(other.credentials));
  move_to(bindings, std::move(other.bindings));
  move_to(presences, std::move(other.presences));
  move_to(exposures, std::move(other.exposures));
  move_to(unlocks, std::move(other.unlocks));
}

void Facts::settle() {
  for (Principal &one : principals) unite_names(one.names, {});
  settle_list(principals, [](const Principal &p) { return std::tie(p.id); });
  settle_list(resources, [](const Resource &r) { return std::tie(r.id); });
  settle_list(grants, [](const Grant &g) { return std::tie(g.id); });
  settle_list(credentials, [](const Credential &c) { return std::tie(c.id); });
  settle_list(bindings,
              [](const Binding &b) { return std::tie(b.secret, b.principal, b.slot, b.credential); });
  sort_unique(presences, [](const Presence &p) {
    return std::tie(p.secret, p.resource, p.message_id, p.evidence, p.valid.from, p.valid.until);
  });
  sort_unique(exposures, [](const Exposure &e) {
    return std::tie(e.resource, e.message_id, e.interval.from, e.interval.until, e.confirmed, e.evidence);
  });
  sort_unique(unlocks, [](const Unlock &u) { return std::tie(u.cipher, u.key, u.secret, u.evidence); });
}

const Principal *Facts::principal(std::string_view id) const {
  const auto found =
      std::lower_bound(principals.begin(), principals.end(), id,
                       [](const Principal &p, std::string_view value) { return p.id < value; });
  return found != principals.end() && found->id == id ? &*found : nullptr;
}

}  // namespace dislodge::identity

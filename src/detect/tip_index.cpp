#include "detect/tip_index.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

#include "base/encode.hpp"

namespace dislodge::detect {
namespace {

constexpr std::size_t kSearchedMax = 64 << 10;  // bytes of a text in which domains are looked for

// An address as 128 bits; IPv4 mapped as ::ffff:a.b.c.d.
struct Address {
  std::array<std::uint8_t, 16> bytes{};
  bool v6 = false;
};

std::optional<Address> parse_v4(std::string_view text) {
  Address out;
  out.bytes[10] = out.bytes[11] = 0xFF;
  std::size_t part = 0;
  for (std::size_t begin = 0; part < 4; ++part) {
    const std::size_t end = std::min(text.find('.', begin), text.size());
    unsigned value = 256;
    const auto [stop, error] = std::from_chars(text.data() + begin, text.data() + end, value);
    if (error != std::errc() || stop != text.data() + end || value > 255) return std::nullopt;
    out.bytes[12 + part] = static_cast<std::uint8_t>(value);
    if (end == text.size()) return part == 3 ? std::optional(out) : std::nullopt;
    begin = end + 1;
  }
  return std::nullopt;
}

std::optional<Address> parse_address(std::string_view text) {
  if (text.find(':') == text.npos) return parse_v4(text);
  Address out;
  out.v6 = true;
  std::vector<std::uint16_t> head, tail;
  bool gap = false;
  std::size_t begin = 0;
  if (text.starts_with("::")) {
    gap = true;
    begin = 2;
  }
  while (begin < text.size()) {
    if (text[begin] == ':') {
      if (gap) return std::nullopt;
      gap = true;
      ++begin;
      continue;
    }
    const std::size_t end = std::min(text.find(':', begin), text.size());
    const std::string_view group = text.substr(begin, end - begin);
    unsigned value = 0;
    const auto [stop, error] = std::from_chars(group.data(), group.data() + group.size(), value, 16);
    if (error != std::errc() || stop != group.data() + group.size() || value > 0xFFFF) return std::nullopt;
    (gap ? tail : head).push_back(static_cast<std::uint16_t>(value));
    if (head.size() + tail.size() > 8) return std::nullopt;
    begin = end + 1;
  }
  if (!gap && head.size() != 8) return std::nullopt;
  head.resize(8 - tail.size());
  head.insert(head.end(), tail.begin(), tail.end());
  for (std::size_t i = 0; i < 8; ++i) {
    out.bytes[2 * i] = static_cast<std::uint8_t>(head[i] >> 8);
    out.bytes[2 * i + 1] = static_cast<std::uint8_t>(head[i]);
  }
  return out;
}

struct Network {
  Address base;
  unsigned bits = 0;  // of 128
};

// The first bits of an address, the others 0.
std::array<std::uint8_t, 16> masked(std::array<std::uint8_t, 16> bytes, unsigned bits) {
  for (unsigned i = 0; i < 16; ++i) {
    const unsigned left = bits > 8 * i ? std::min(8u, bits - 8 * i) : 0;
    bytes[i] &= static_cast<std::uint8_t>(0xFF00u >> left);
  }
  return bytes;
}

std::optional<Network> parse_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  Network out{*address, 128};
  if (slash != text.npos) {
    unsigned bits = 0;
    const std::string_view tail = text.substr(slash + 1);
    const auto [stop, error] = std::from_chars(tail.data(), tail.data() + tail.size(), bits);
    if (error != std::errc() || stop != tail.data() + tail.size() || bits > (address->v6 ? 128u : 32u))
      return std::nullopt;
    out.bits = address->v6 ? bits : bits + 96;
  }
  return out;
}

// What stands in addresses of mail and names of hosts.
bool in_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
         c == '_' || c == '+' || c == '@' || static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

TipIndex::TipIndex(const std::vector<const TipFile *> &files) {
  // Several patterns may name one thing; what holds only together with others is a thing of its own.
  std::set<std::pair<TipKind, std::string_view>> known;
  for (const TipFile *file : files)
    for (const Tip &tip : file->tips)
      if (tip.group != 0 || known.emplace(tip.kind, tip.value).second) add(tip);
}

void TipIndex::add(const Tip &tip) {
  switch (tip.kind) {
    case TipKind::address:
      if (tip.value.find('/') == std::string::npos) {
        by_value_[tip.value].push_back(&tip);
      } else if (const auto network = parse_network(tip.value)) {
        networks_[network->bits][masked(network->base.bytes, network->bits)].push_back(&tip);
      } else {
        return;
      }
      break;
    case TipKind::domain:
    case TipKind::email:
      domains_ = true;
      by_value_[tip.value].push_back(&tip);
      break;
    case TipKind::account:
    case TipKind::application:
    case TipKind::key_id:
      by_value_[tip.value].push_back(&tip);
      break;
    case TipKind::agent:
      agents_.push_back(&tip);
      break;
    default:
      return;
  }
  empty_ = false;
}

TipIndex::Found TipIndex::named(std::string_view text, Role role) const {
  Found found;
  if (text.empty() || empty_) return found;
  if (role == Role::address || role == Role::any) addresses(text, found);
  if (role == Role::agent)
    for (const Tip *tip : agents_)
      if (base::contains_ignoring_case(text, tip->value)) found.push_back(tip);
  if (role == Role::application || role == Role::name || role == Role::any) exactly(text, role, found);
  if (domains_ && (role == Role::name || role == Role::any)) within(text, found);
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

void TipIndex::addresses(std::string_view text, Found &found) const {
  if (const auto exact = by_value_.find(text); exact != by_value_.end())
    for (const Tip *tip : exact->second)
      if (tip->kind == TipKind::address) found.push_back(tip);
  if (networks_.empty()) return;
  const auto address = parse_address(text);
  if (!address) return;
  for (const auto &[bits, bases] : networks_) {
    const auto base = bases.find(masked(address->bytes, bits));
    if (base != bases.end()) found.insert(found.end(), base->second.begin(), base->second.end());
  }
}

void TipIndex::exactly(std::string_view text, Role role, Found &found) const {
  const std::string lower = base::lower(text);
  const auto exact = by_value_.find(lower);
  if (exact == by_value_.end()) return;
  for (const Tip *tip : exact->second)
    if (tip->kind == TipKind::application ||
        (role != Role::application && (tip->kind == TipKind::account || tip->kind == TipKind::key_id)))
      found.push_back(tip);
}

void TipIndex::within(std::string_view text, Found &found) const {
  if (text.size() > kSearchedMax || text.find('.') == text.npos) return;
  std::string lower = base::lower(text);
  // A guest of a tenant: the last _ before #ext# stands for the @ of the address at home.
  if (const std::size_t guest = lower.find("#ext#"); guest != lower.npos && guest > 0)
    if (const std::size_t at = lower.rfind('_', guest); at != lower.npos) lower[at] = '@';
  const auto look = [&](std::string_view name, TipKind kind) {
    const auto known = by_value_.find(name);
    if (known == by_value_.end()) return;
    for (const Tip *tip : known->second)
      if (tip->kind == kind) found.push_back(tip);
  };
  for (std::size_t begin = 0; begin < lower.size();) {
    if (!in_name(lower[begin])) {
      ++begin;
      continue;
    }
    std::size_t end = begin;
    while (end < lower.size() && in_name(lower[end])) ++end;
    std::string_view name = std::string_view(lower).substr(begin, end - begin);
    begin = end;
    while (name.ends_with('.') || name.ends_with('-')) name.remove_suffix(1);
    const std::size_t at = name.rfind('@');
    if (at != name.npos) look(name, TipKind::email);
    // The domain itself and those above it.
    for (std::string_view domain = at == name.npos ? name : name.substr(at + 1);
         domain.find('.') != domain.npos;) {
      look(domain, TipKind::domain);
      domain.remove_prefix(domain.find('.') + 1);
    }
  }
}

TipFinder::TipFinder(const std::vector<const TipFile *> &files)
    : index_(std::make_unique<const TipIndex>(files)) {}
TipFinder::~TipFinder() = default;

bool TipFinder::empty() const {
  return index_->empty();
}

bool TipFinder::names(std::string_view text) const {
  return !index_->named(text, TipIndex::Role::any).empty() ||
         !index_->named(text, TipIndex::Role::agent).empty();
}

}  // namespace dislodge::detect

#pragma once
// Which tips a text of an event answers to: an address or the network it is in, a user agent or a part of it,
// a name, an id, an address of mail or a domain that stands somewhere in it.
//
//   const TipIndex index({&file});
//   for (const Tip *tip : index.named("203.0.113.7", TipIndex::Role::address)) ...

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "detect/tips.hpp"

namespace dislodge::detect {

class TipIndex {
 public:
  // What a text is of its event: that decides what it can answer to.
  enum class Role : std::uint8_t { address, agent, application, name, any };
  static constexpr std::size_t kRoles = 5;
  using Found = std::vector<const Tip *>;

  // The files must live as long as it does. Of several tips that say the same the first answers.
  explicit TipIndex(const std::vector<const TipFile *> &files);
  bool empty() const { return empty_; }
  Found named(std::string_view text, Role role) const;

 private:
  using Bytes = std::array<std::uint8_t, 16>;

  void add(const Tip &tip);
  void addresses(std::string_view text, Found &found) const;
  void exactly(std::string_view text, Role role, Found &found) const;
  void within(std::string_view text, Found &found) const;

  bool empty_ = true, domains_ = false;
  std::unordered_map<std::string_view, Found> by_value_;  // addresses, names, ids, domains
  std::map<unsigned, std::map<Bytes, Found>> networks_;   // by length of the prefix; of IPv4 counted from 96
  std::vector<const Tip *> agents_;
};

}  // namespace dislodge::detect

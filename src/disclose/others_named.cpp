#include "disclose/others_named.hpp"

#include <algorithm>
#include <array>

#include "base/encode.hpp"
#include "identity/owner.hpp"

namespace dislodge::disclose {
namespace {

// Letters of addresses and host names; those of other scripts count, so that a word in them is one word.
constexpr std::array<bool, 256> letters() {
  std::array<bool, 256> table{};
  for (int c = 0; c < 256; ++c)
    table[static_cast<std::size_t>(c)] = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                                         (c >= 'A' && c <= 'Z') || c == '.' || c == '-' || c == '_' ||
                                         c == '+' || c == '@' || c >= 128;
  return table;
}
constexpr std::array<bool, 256> kLetter = letters();

void add(std::string name, std::vector<std::string> &out) {
  if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(std::move(name));
}

void look_at(std::string_view word, const Sides &sides, std::vector<std::string> &out) {
  while (!word.empty() && (word.back() == '.' || word.back() == '-')) word.remove_suffix(1);
  while (!word.empty() && (word.front() == '.' || word.front() == '-')) word.remove_prefix(1);
  const std::size_t at = word.rfind('@');
  if (at == word.npos) {
    if (sides.known.empty()) return;
    const std::string domain = identity::registrable_domain(base::lower(word));
    if (!domain.empty() && sides.known.contains(domain)) add(domain, out);
    return;
  }
  const std::string_view local = word.substr(0, at);
  // git@host:path is how one writes a repository, not a person.
  if (local.empty() || local == "git") return;
  const std::string domain = identity::registrable_domain(base::lower(word.substr(at + 1)));
  if (domain.empty() || sides.domains.contains(domain)) return;
  std::string address = base::lower(word);
  if (sides.addresses.contains(address)) return;
  add(identity::is_free_mail(domain) ? std::move(address) : domain, out);
}

}  // namespace

void add_others_named(std::string_view text, const Sides &sides, std::vector<std::string> &out) {
  for (std::size_t at = 0; at < text.size() && out.size() < kOthersNamedMax;) {
    if (!kLetter[static_cast<unsigned char>(text[at])]) {
      ++at;
      continue;
    }
    const std::size_t begin = at;
    bool dot = false;
    for (; at < text.size() && kLetter[static_cast<unsigned char>(text[at])]; ++at) dot |= text[at] == '.';
    if (dot && at - begin <= 320) look_at(text.substr(begin, at - begin), sides, out);
  }
}

}  // namespace dislodge::disclose

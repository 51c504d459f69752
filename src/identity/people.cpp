#include "identity/people.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <numeric>
#include <unordered_map>

#include "base/encode.hpp"

namespace dislodge::identity {
namespace {

std::string_view attribute(const Principal &p, const char *key) {
  const auto found = p.attributes.find(key);
  return found == p.attributes.end() ? std::string_view() : std::string_view(found->second);
}

bool any_of(std::string_view title, std::initializer_list<std::string_view> words) {
  const std::string lower = " " + base::lower(title) + " ";
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    const std::size_t at = lower.find(word);
    if (at == std::string::npos) return false;
    // Short ones stand alone: "cto" is in "director" as well.
    if (word.size() > 4) return true;
    const auto letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; };
    for (std::size_t i = at; i != std::string::npos; i = lower.find(word, i + 1)) {
      if (!letter(lower[i - 1]) && !letter(lower[i + word.size()])) return true;
    }
    return false;
  });
}

}  // namespace

std::string seniority_of(const Principal &p) {
  if (const std::string_view said = attribute(p, "seniority"); !said.empty()) return std::string(said);
  const std::string_view title = attribute(p, "title");
  if (title.empty()) return {};
  const bool assists = any_of(title, {"assistant", "assistenz", "secretary", "assistente"});
  if (!assists && any_of(title, {"chief",
                                 "ceo",
                                 "cfo",
                                 "cto",
                                 "cio",
                                 "ciso",
                                 "coo",
                                 "president",
                                 "vp",
                                 "svp",
                                 "evp",
                                 "director",
                                 "founder",
                                 "partner",
                                 "owner",
                                 "general counsel",
                                 "geschäftsführer",
                                 "vorstand",
                                 "directeur",
                                 "direttore"}))
    return "executive";
  if (!assists &&
      any_of(title, {"manager", "head of", "lead", "principal", "supervisor", "leiter", "responsable"}))
    return "manager";
  return "staff";
}

std::vector<Person> people_of(const Facts &facts) {
  std::vector<std::uint32_t> users;
  std::unordered_map<std::string_view, std::uint32_t> index;
  for (std::uint32_t i = 0; i < facts.principals.size(); ++i) {
    const Principal &p = facts.principals[i];
    if (p.kind != PrincipalKind::user || p.id.starts_with("principal:people/")) continue;
    index.emplace(p.id, static_cast<std::uint32_t>(users.size()));
    users.push_back(i);
  }
  std::vector<std::uint32_t> parent(users.size());
  std::iota(parent.begin(), parent.end(), 0u);
  const auto root = [&](std::uint32_t one) {
    while (parent[one] != one) one = parent[one] = parent[parent[one]];
    return one;
  };
  std::multimap<std::uint32_t, std::string> joins;
  for (const Grant &g : facts.grants) {
    if (g.kind != "same-person" && g.kind != "home-of-guest" && g.kind != "SyncedToADUser" &&
        g.kind != "SyncedToEntraUser")
      continue;
    const auto from = index.find(g.from), to = index.find(g.to);
    if (from == index.end() || to == index.end()) continue;
    const std::uint32_t a = root(from->second), b = root(to->second);
    joins.emplace(from->second, g.evidence);
    if (a != b) parent[std::max(a, b)] = std::min(a, b);
  }
  std::map<std::uint32_t, Person> people;
  for (std::uint32_t i = 0; i < users.size(); ++i) {
    const Principal &p = facts.principals[users[i]];
    Person &person = people[root(i)];
    person.accounts.push_back(p.id);
    if (person.name.empty() ||
        (person.name.find(' ') == std::string::npos && p.name.find(' ') != std::string::npos))
      person.name = p.name;
    if (person.title.empty()) person.title = attribute(p, "title");
    if (person.department.empty()) person.department = attribute(p, "department");
    if (person.seniority.empty()) person.seniority = seniority_of(p);
    const auto [first, last] = joins.equal_range(i);
    for (auto at = first; at != last; ++at) person.because.push_back(at->second);
  }
  std::vector<Person> list;
  for (auto &[key, person] : people) {
    std::sort(person.because.begin(), person.because.end());
    person.because.erase(std::unique(person.because.begin(), person.because.end()), person.because.end());
    list.push_back(std::move(person));
  }
  return list;
}

}  // namespace dislodge::identity

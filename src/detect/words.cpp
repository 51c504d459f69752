#include "detect/words.hpp"

#include <string_view>

#include "base/encode.hpp"

namespace dislodge::detect {

std::set<std::string> words_about(const std::vector<Detection> &detections, const identity::Facts &facts) {
  std::set<std::string> words;
  std::set<std::string_view> principals;
  const auto add = [&](std::string_view word) {
    if (word.size() > 2) words.emplace(word);  // shorter ones name nobody
  };
  for (const Detection &one : detections) {
    principals.insert(one.principals.begin(), one.principals.end());
    for (const std::string &application : one.applications) add(application);
    for (const Foothold &foothold : one.footholds) {
      principals.insert(foothold.principal);
      add(foothold.session);
    }
    for (const Planted &planted : one.planted) {
      principals.insert(planted.principal);
      add(planted.key_id);
    }
    for (const SecretUse &use : one.uses) principals.insert(use.principal);
    if (one.intruder && !one.footholds.empty())
      for (const std::string &address : one.addresses) add(address);
  }
  // Logs name people by object id, by user name, or by both.
  for (const std::string_view principal : principals) add(principal.substr(principal.rfind('/') + 1));
  for (const identity::Principal &principal : facts.principals)
    if (principals.count(principal.id) != 0)
      for (const std::string &name : principal.names) add(base::lower(name));
  return words;
}

}  // namespace dislodge::detect

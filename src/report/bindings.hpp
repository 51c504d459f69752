#pragma once
// What each secret opens, looked up once for a whole report.
//
//   const BindingsBySecret bindings(picture);
//   for (const identity::Binding *one : bindings.of(secret.id)) ...

#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/picture.hpp"

namespace dislodge::report {

class BindingsBySecret {
 public:
  // Views of the picture, which must outlive this.
  explicit BindingsBySecret(const engine::Picture &picture) {
    for (const identity::Binding &binding : picture.facts.bindings)
      by_secret_[binding.secret].push_back(&binding);
  }
  const std::vector<const identity::Binding *> &of(std::string_view secret) const {
    static const std::vector<const identity::Binding *> none;
    const auto found = by_secret_.find(secret);
    return found == by_secret_.end() ? none : found->second;
  }

 private:
  std::unordered_map<std::string_view, std::vector<const identity::Binding *>> by_secret_;
};

}  // namespace dislodge::report

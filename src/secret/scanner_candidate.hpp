#pragma once
// What rules and models take for secrets in one text, before it is settled what stands. For the files of the
// scanner alone. The reason that turns a candidate down is kept with it, and the first one counts.

#include <cstddef>
#include <string>
#include <string_view>

#include "secret/scanner.hpp"

namespace dislodge::secret {

inline constexpr std::string_view kProseRule = "password-in-prose";
inline constexpr std::string_view kProseKind = "password";
inline constexpr std::string_view kLoginLine = "login-line";  // rules/secrets/web.toml
inline constexpr std::string_view kAssignedSecret = "assigned-secret";

// What a rule or a model takes for a secret.
struct Scanner::Candidate {
  const Rule *rule = nullptr;  // null: a model's
  std::string_view model = kProseRule;
  std::string_view model_kind = kProseKind;
  std::size_t match_begin = 0;
  std::size_t match_end = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t user_begin = 0;
  std::size_t user_end = 0;
  std::size_t site_begin = 0;  // where the user signs in with it, if its own line says so
  std::size_t site_end = 0;
  double confidence = 0;
  std::string rejected;
  bool weak = false;  // no secret by itself
  bool identifier() const { return weak || (rule != nullptr && rule->identifier); }
  std::string_view rule_id() const { return rule != nullptr ? std::string_view(rule->id) : model; }
};

// The lines that [begin, end) touches, without their ends; of a line without end, what is near.
std::string_view lines_of(std::string_view text, std::size_t begin, std::size_t end);

}  // namespace dislodge::secret

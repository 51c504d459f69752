#pragma once
// The named checks that a rule may ask for: checksums, structure, and what is no secret at all. Their
// definitions are in rules/secrets/README.md. A check sees the secret and the whole match as bytes; it never
// fails and keeps nothing.

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace dislodge::secret {

struct Check {
  std::string_view name;
  bool (*holds)(std::string_view secret, std::string_view match);
};

const Check *find_check(std::string_view name);  // null where there is none
std::span<const Check> all_checks();

// A value that documentation and templates put where a secret goes: "changeme", "${TOKEN}", "xxxxxxxx".
bool looks_like_placeholder(std::string_view value);
// What somebody typed who had no token at hand: "abc123def456ghi789", "a1b2c3d4e5f6".
bool looks_counted(std::string_view value);
// Source text in place of a value: a path of identifiers, a call, a file name, a type.
bool looks_like_code(std::string_view value);
// "password", "hunter2" and their like, lower case.
bool is_documentation_password(std::string_view value);

// The 12-digit account inside an AWS access key id, or nothing where it carries none (keys issued before
// 2019).
std::optional<std::string> aws_account_of(std::string_view key_id);

}  // namespace dislodge::secret

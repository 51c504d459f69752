// What stands where a secret would stand: placeholders, documentation, source text. The lists are the
// catalogue's (rules/secrets/README.md); scripts/check_secret_rules.py holds the same ones.

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <bitset>

#include "base/encode.hpp"
#include "secret/checks.hpp"
#include "secret/word_set.hpp"

namespace dislodge::secret {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::array kWords = {
    "xxxx"sv,
    "example"sv,
    "changeme"sv,
    "change_me"sv,
    "change-me"sv,
    "changeit"sv,
    "placeholder"sv,
    "your_"sv,
    "your-"sv,
    "yourpass"sv,
    "yoursecret"sv,
    "yourkey"sv,
    "yourtoken"sv,
    "yourapi"sv,
    "your "sv,
    "insert_"sv,
    "insert-"sv,
    "replace"sv,
    "redacted"sv,
    "dummy"sv,
    "sample"sv,
    "notreal"sv,
    "****"sv,
    "...."sv,
    "____"sv,
    "----"sv,
    "removed"sv,
    "hidden"sv,
    "sanitized"sv,
    "masked"sv,
    "0123456789"sv,
    "1234567890"sv,
    "abcdefghij"sv,
    "deadbeef"sv,
    "my_secret"sv,
    "mysecret"sv,
    "my-secret"sv,
    "my_password"sv,
    "mypassword"sv,
    "some_"sv,
    "some-"sv,
    "enter_"sv,
    "enter-"sv,
    "put_your"sv,
    "goes-here"sv,
    "goes_here"sv,
    "goeshere"sv,
    "asdfasdf"sv,
    "foobar"sv,
    // marks of templates
    "${"sv,
    "{{"sv,
    "}}"sv,
    "<%"sv,
    "%>"sv,
    "%("sv,
    "$("sv,
    "#{"sv,
    "@{"sv,
};
constexpr std::array kWhole = {
    "null"sv, "none"sv,     "nil"sv,      "undefined"sv, "true"sv,        "false"sv,    "string"sv, "value"sv,
    "key"sv,  "token"sv,    "secret"sv,   "password"sv,  "passwd"sv,      "passwort"sv, "pwd"sv,    "pass"sv,
    "env"sv,  "optional"sv, "required"sv, "empty"sv,     "default"sv,     "todo"sv,     "tbd"sv,    "fake"sv,
    "test"sv, "testing"sv,  "user"sv,     "username"sv,  "credentials"sv, "auto"sv,     "unset"sv,  "n/a"sv,
};
constexpr std::array kDocumentationPasswords = {
    "pass"sv,  "password"sv, "passwd"sv, "pwd"sv,           "pw"sv,   "secret"sv, "user"sv,     "username"sv,
    "token"sv, "foo"sv,      "bar"sv,    "baz"sv,           "port"sv, "p"sv,      "b"sv,        "pass123"sv,
    "abc"sv,   "x"sv,        "xxx"sv,    "***"sv,           "1"sv,    "mypass"sv, "userpass"sv, "passw0rd"sv,
    "pass1"sv, "hunter2"sv,  "s3cret"sv, "x-oauth-basic"sv, "pwd1"sv, "pwd2"sv,   "pass2"sv,    "user1"sv,
};

const RE2 &bytes_pattern(const char *pattern) {
  RE2::Options options;
  options.set_encoding(RE2::Options::EncodingLatin1);
  options.set_log_errors(false);
  return *new RE2(pattern, options);  // lives as long as the program, as function-local statics of it do
}

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

// Whether one letter or digit follows another as when counting: "ab", "89", "90".
bool counts_on(char a, char b) {
  return is_alphanumeric(a) && (b == a + 1 || (a == '9' && b == '0'));
}

// What somebody typed who had no token at hand: "abc123def456ghi789", "1a2b3c4d5e6f", "aB1cD2eF3gH4". Random
// letters go on in the alphabet once in 26 times.
bool counts_up(std::string_view small) {
  constexpr std::size_t kLeast = 8;
  constexpr std::size_t kRun = 3;
  if (small.size() < kLeast) return false;
  std::size_t covered = 0;
  for (std::size_t at = 0; at < small.size();) {
    std::size_t end = at + 1;
    while (end < small.size() && counts_on(small[end - 1], small[end])) ++end;
    if (end - at >= kRun) covered += end - at;
    at = end;
  }
  if (covered * 10 >= small.size() * 6) return true;
  // The letters for themselves and the digits for themselves, each once or twice.
  std::size_t steps = 0;
  std::size_t pairs = 0;
  std::size_t turns = 0;
  char letter = '\0';
  char digit = '\0';
  for (std::size_t i = 0; i < small.size(); ++i) {
    const char c = small[i];
    if (!is_alphanumeric(c)) continue;
    const bool is_digit = c <= '9';
    char &last = is_digit ? digit : letter;
    if (last != '\0') {
      ++pairs;
      steps += c == last || counts_on(last, c) ? 1 : 0;
    }
    last = c;
    turns += i > 0 && is_alphanumeric(small[i - 1]) && (small[i - 1] <= '9') != is_digit ? 1 : 0;
  }
  return pairs >= kLeast && turns >= 4 && steps * 10 >= pairs * 8;
}

}  // namespace

bool looks_counted(std::string_view value) {
  return counts_up(base::lower(base::trim(value)));
}

bool looks_like_placeholder(std::string_view value) {
  static const WordSet kInside(kWords);
  value = base::trim(value);
  if (kInside.any(value)) return true;
  if (value.size() > 3 && (value.ends_with("...") || value.ends_with("\u2026"))) return true;  // left out
  const std::string s = base::lower(value);
  // "None," of an argument list is the word with what follows it.
  const std::string_view word = std::string_view(s).substr(0, s.find_last_not_of(",;:)") + 1);
  if (word.empty() || std::find(kWhole.begin(), kWhole.end(), word) != kWhole.end()) return true;
  static const RE2 &whole =
      bytes_pattern(R"(<[^>]*>?|\[.*\]|\{.*\}|\$[a-z_][a-z0-9_:.]*|%[a-z0-9_.]+%|__\w+__|@\w+@|-[a-z_]+-)");
  constexpr std::string_view kFirst = "<[{$%_@-";  // of what the pattern takes
  if (kFirst.find(s.front()) != std::string_view::npos && RE2::FullMatch(s, whole)) return true;
  std::bitset<256> seen;
  constexpr std::size_t kRun = 6;
  std::size_t run = 0;
  std::size_t longest = 0;
  std::size_t covered = 0;  // by runs
  for (std::size_t i = 0; i < s.size(); ++i) {
    seen.set(static_cast<unsigned char>(s[i]));
    run = i > 0 && s[i] == s[i - 1] ? run + 1 : 1;
    longest = s[i] == '\n' ? longest : std::max(longest, run);
    if (s[i] != '\n' && run >= kRun) covered += run == kRun ? kRun : 1;
  }
  // Long tokens may hold a run of one letter: X's begin with a score of "A".
  return seen.count() <= 2 || (longest >= kRun && longest * 4 >= s.size()) || covered * 5 >= s.size() * 2;
}

bool looks_like_code(std::string_view value) {
  std::string_view s = base::trim(value);
  while (!s.empty() && (s.back() == ',' || s.back() == ';')) s.remove_suffix(1);
  static const RE2 &code = bytes_pattern(
      R"(\$(?:1|5|6|7|y|2[abxy]?|apr1|argon2\w*|scrypt|pbkdf2\S*)\$.*)"
      R"(|[A-Za-z_$][\w$]*(?:(?:\.|->|::)[A-Za-z_$][\w$]*)+)"
      R"(|.*\(.*|.*\)|[^\[]*\[[^\]]*\]?)"
      R"(|(?i:https?|file|ldaps?)://.*|(?:\.{0,2}|~)/.*|[A-Za-z]:\\.*)"
      R"(|(?i)[\w.\-/]*\.(?:py|js|ts|json|ya?ml|xml|txt|pem|key|crt|cer|p12|pfx|jks|conf|cfg|ini|env|log|html?|php|java|go|rb|sh|md)(?-i))"
      R"(|(?i)[a-z_\-. $]*(?:pass(?:word|wd|phrase|wort)?|pwd|secret|token|key|credentials?|auth)[a-z_\-. $]*(?-i))"
      R"(|(?i)(?:str|string|bytes|int|bool|boolean|char|text|varchar|object|any|optional|secretstr|func|function|lambda|new|return|self|this|await|const|static|final|nullable|readonly|hidden|input|label|type|name|field)(?-i))"
      R"(|(?i)(?:required|nullable|sometimes|confirmed)\b.*(?-i))"
      R"(|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[a-z]+(?:[A-Z][a-z]+)+|[a-z]+(?:_[a-z]+)+)"
      R"(|arn:[\w\-]*:.*|#[a-z]+(?:-[a-z]+)+|[a-z_/]+#[a-z_]+)"  // resources, selectors, "controller#action"
      R"(|&\w+;?.*|[*&]?[A-Za-z_]\w*[,;)}\]]+)");
  return RE2::FullMatch(re2::StringPiece(s.data(), s.size()), code);
}

bool is_documentation_password(std::string_view value) {
  return std::find(kDocumentationPasswords.begin(), kDocumentationPasswords.end(), base::lower(value)) !=
         kDocumentationPasswords.end();
}

}  // namespace dislodge::secret

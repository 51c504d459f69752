#include "secret/assignment_shape.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <string>

#include "base/ascii.hpp"
#include "base/encode.hpp"
#include "secret/checks.hpp"
#include "secret/common_words.hpp"
#include "secret/prose_text.hpp"
#include "secret/word_set.hpp"

namespace dislodge::secret {
namespace {

using base::is_hex_digit;
using std::string_view_literals::operator""sv;

constexpr std::size_t kTokenBytes = 16;

bool all_of(std::string_view text, bool (*is)(char)) {
  return std::all_of(text.begin(), text.end(), is);
}
bool has(std::string_view text, std::string_view what) {
  return text.find(what) != std::string_view::npos;
}

bool is_masked(std::string_view value) {
  constexpr std::array kMasked = {"redacted"sv, "[filtered]"sv, "(hidden)"sv, "<hidden>"sv};
  static const WordSet kWords(kMasked);
  if (kWords.any(value)) return true;
  std::size_t masks = 0;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (c == '*' || c == '.' || c == 'x' || c == '-' || c == 'X' || c == '#' || c == '?' || c == '_') ++masks;
    if (!is_high(c)) continue;
    if (value.substr(i).starts_with("•") || value.substr(i).starts_with("●") ||
        value.substr(i).starts_with("…")) {
      masks += 3;
      i += 2;
    }
  }
  return masks >= 3 && masks * 5 >= value.size() * 4;
}

bool is_reference(std::string_view v) {
  constexpr std::array kMarks = {"${"sv, "{{"sv, "<%"sv, "$("sv, "#{"sv, "@{"sv, "%>"sv};
  static const WordSet kInside(kMarks);
  if (kInside.any(v)) return true;
  if (v.size() > 2 && v.front() == '<' && v.back() == '>') return true;
  if (v.size() > 2 && v.front() == '{' && v.back() == '}' &&
      std::all_of(v.begin() + 1, v.end() - 1,
                  [](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '.' || c == ':'; }))
    return true;
  if (v.size() > 2 && v.front() == '%' && v.back() == '%') return true;
  if (v.size() > 4 && ((v.starts_with("__") && v.ends_with("__")) || (v.front() == '@' && v.back() == '@')))
    return true;
  if (v.size() >= 2 && v.front() == '$') {
    std::string_view rest = v.substr(1);
    while (!rest.empty() && (rest.front() == ':' || rest.front() == '$')) rest.remove_prefix(1);
    const bool name =
        !rest.empty() && !is_digit(rest.front()) && std::all_of(rest.begin(), rest.end(), [](char c) {
          return is_letter(c) || is_digit(c) ||
                 std::string_view("_:.->[]'").find(c) != std::string_view::npos;
        });
    // "$7k85npj" is no variable; "$PASS" and "$conf->pass" are.
    if (name && (all_of(rest.substr(0, 1), is_letter) || rest.front() == '_') &&
        (std::none_of(rest.begin(), rest.end(), is_digit) || word_coverage(rest) > 0.6))
      return true;
    if (rest.size() == 1) return true;
  }
  // A member, as R writes it: "dbc$pass"
  if (const std::size_t dollar = v.find('$'); dollar != std::string_view::npos && dollar > 0) {
    constexpr std::array kMembers = {"pass"sv, "password"sv, "passwd"sv, "pwd"sv,
                                     "pw"sv,   "secret"sv,   "token"sv,  "key"sv};
    const std::string member = base::lower(v.substr(dollar + 1));
    if (all_of(v.substr(0, dollar), [](char c) { return is_letter(c) || c == '_' || c == '.'; }) &&
        std::find(kMembers.begin(), kMembers.end(), member) != kMembers.end())
      return true;
  }
  // A format that stands alone: "%s", "%(password)s", "{0}", ":password", "?"
  if (v.front() == '%' && (v.size() <= 3 || v[1] == '(')) return true;
  if (v.size() > 2 && v.front() == ':' &&
      all_of(v.substr(1), [](char c) { return is_letter(c) || c == '_'; }))
    return true;
  return v.starts_with("ENC[") || v.starts_with("vault:") || v.starts_with("secretsmanager:") ||
         v.starts_with("ssm:") || v.starts_with("arn:") || v.starts_with("env:") || v.starts_with("op://") ||
         v.starts_with("secret://") || v.starts_with("!vault") || v.starts_with("data.") ||
         v.starts_with("var.") || v.starts_with("process.env") || v.starts_with("secrets.") ||
         v.starts_with("os.environ") || v.starts_with("env.") || v.starts_with("self.") ||
         v.starts_with("this.") || v.starts_with("ENV[") || v.starts_with("$env:");
}

bool is_literal(std::string_view small) {
  constexpr std::size_t kLongest = 9;
  if (small.size() > kLongest) return false;
  constexpr std::array kLiterals = {
      "true"sv,    "false"sv,    "null"sv,     "nil"sv,      "none"sv,     "undefined"sv, "string"sv,
      "str"sv,     "int"sv,      "integer"sv,  "bool"sv,     "boolean"sv,  "char"sv,      "byte"sv,
      "bytes"sv,   "object"sv,   "any"sv,      "void"sv,     "text"sv,     "varchar"sv,   "number"sv,
      "float"sv,   "function"sv, "func"sv,     "new"sv,      "yes"sv,      "no"sv,        "on"sv,
      "off"sv,     "self"sv,     "this"sv,     "optional"sv, "required"sv, "never"sv,     "unknown"sv,
      "nan"sv,     "default"sv,  "auto"sv,     "array"sv,    "list"sv,     "dict"sv,      "map"sv,
      "set"sv,     "enabled"sv,  "disabled"sv, "nullptr"sv,  "empty"sv,    "unset"sv,     "n/a"sv,
      "const"sv,   "async"sv,    "await"sv,    "return"sv,   "var"sv,      "let"sv,       "static"sv,
      "final"sv,   "public"sv,   "private"sv,  "-"sv,        "--"sv,       "uint8"sv,     "[]byte"sv,
      "unicode"sv, "base64"sv,   "symbol"sv,   "super"sv,    "lambda"sv,   "yield"sv};
  return std::find(kLiterals.begin(), kLiterals.end(), small) != kLiterals.end();
}

bool is_series(std::string_view small) {
  if (small.size() < 4) return false;
  std::size_t steps = 0;
  std::size_t same = 0;
  for (std::size_t i = 1; i < small.size(); ++i) {
    const int step = static_cast<unsigned char>(small[i]) - static_cast<unsigned char>(small[i - 1]);
    if (step == 1 || step == -1) ++steps;
    if (step == 0) ++same;
  }
  const std::size_t pairs = small.size() - 1;
  if (steps * 10 >= pairs * 7 || same * 10 >= pairs * 7) return true;
  if (has(small, "0123456789") || has(small, "1234567890") || has(small, "abcdefgh") ||
      has(small, "deadbeef"))
    return true;
  // One short piece again and again: "abcabcabc".
  for (std::size_t period = 1; period <= 4 && period * 3 <= small.size(); ++period) {
    bool repeats = true;
    for (std::size_t i = period; i < small.size() && repeats; ++i) repeats = small[i] == small[i - period];
    if (repeats) return true;
  }
  return false;
}

// Names of algorithms stand beside the word "key" more often than keys do: "RSA-OAEP-256",
// "PBES2-HS256+A128KW".
bool is_algorithm(std::string_view v) {
  if (v.size() < 3 || v.size() > 40) return false;
  if (!all_of(v, [](char c) {
        return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '+' || c == '/';
      }))
    return false;
  constexpr std::size_t kNameMax = 24;
  const std::string small = base::lower(v);
  constexpr std::array kStarts = {
      "rsa-"sv,     "rsa_"sv,       "ecdh-"sv,  "ecdsa-"sv,  "aes-"sv,   "aes_"sv, "aes1"sv,     "aes2"sv,
      "hmac-"sv,    "hmacsha"sv,    "pbes2-"sv, "pbkdf2"sv,  "sha-"sv,   "sha1"sv, "sha2"sv,     "sha5"sv,
      "md5-"sv,     "ssh-rsa"sv,    "ssh-ed"sv, "ed25519"sv, "x25519"sv, "secp"sv, "prime256"sv, "chacha20"sv,
      "blowfish"sv, "curve25519"sv, "argon2"sv, "scrypt"sv,  "bcrypt"sv};
  if (v.size() <= kNameMax && std::any_of(kStarts.begin(), kStarts.end(), [&](std::string_view s) {
        return small.front() == s.front() && small.starts_with(s);
      }))
    return true;
  // "HS256", "A128KW", "A256GCMKW", "A128CBC-HS256"
  if (v.size() <= 14 && v.size() >= 5 && (v[0] == 'A' || v.substr(1).starts_with("S")) &&
      std::none_of(v.begin(), v.end(), is_lower)) {
    for (const std::string_view size : {"128"sv, "192"sv, "256"sv, "384"sv, "512"sv})
      if (has(v, size)) return true;
  }
  return has(small, "pkcs1padding") || has(small, "oaep");
}

bool is_uuid(std::string_view v) {
  if (v.size() != 36) return false;
  for (std::size_t i = 0; i < v.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? v[i] != '-' : !is_hex_digit(v[i])) return false;
  }
  return true;
}

bool is_host(std::string_view v) {
  const std::size_t at = v.find('@');
  if (at != std::string_view::npos && at > 0) v.remove_prefix(at + 1);
  const std::size_t dot = v.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || dot + 2 >= v.size() + 1) return false;
  std::string_view last = v.substr(dot + 1);
  if (const std::size_t colon = last.find(':'); colon != std::string_view::npos) last = last.substr(0, colon);
  constexpr std::array kEndings = {"com"sv, "org"sv, "net"sv,       "io"sv,   "local"sv,    "dev"sv, "de"sv,
                                   "fr"sv,  "uk"sv,  "edu"sv,       "gov"sv,  "internal"sv, "cn"sv,  "co"sv,
                                   "me"sv,  "app"sv, "localhost"sv, "test"sv, "svc"sv};
  const bool chars =
      all_of(v, [](char c) { return is_letter(c) || is_digit(c) || c == '.' || c == '-' || c == ':'; });
  if (chars && std::find(kEndings.begin(), kEndings.end(), base::lower(last)) != kEndings.end()) return true;
  int dots = 0;
  for (const char c : v) {
    if (c == '.')
      ++dots;
    else if (!is_digit(c) && c != ':' && c != '/')
      return false;
  }
  return dots == 3;
}

bool is_path(std::string_view v, std::string_view small, WordShare &words) {
  if (v.starts_with("./") || v.starts_with("../") || v.starts_with("~/") || v.starts_with("\\\\"))
    return true;
  if (v.size() > 3 && v[1] == ':' && v[2] == '\\') return true;
  constexpr std::array kEndings = {
      ".py"sv,         ".js"sv,    ".ts"sv,       ".json"sv,  ".yml"sv,  ".yaml"sv, ".xml"sv,  ".txt"sv,
      ".pem"sv,        ".key"sv,   ".crt"sv,      ".cer"sv,   ".p12"sv,  ".pfx"sv,  ".jks"sv,  ".conf"sv,
      ".cfg"sv,        ".ini"sv,   ".env"sv,      ".log"sv,   ".html"sv, ".php"sv,  ".java"sv, ".go"sv,
      ".rb"sv,         ".sh"sv,    ".md"sv,       ".creds"sv, ".jwt"sv,  ".pub"sv,  ".der"sv,  ".asc"sv,
      ".gpg"sv,        ".nk"sv,    ".keystore"sv, ".png"sv,   ".svg"sv,  ".csv"sv,  ".db"sv,   ".toml"sv,
      ".properties"sv, ".token"sv, ".dat"sv,      ".htm"sv,   ".aspx"sv, ".jsp"sv,  ".css"sv,  ".gif"sv,
      ".jpg"sv,        ".bin"sv,   ".kdbx"sv};
  constexpr std::size_t kEndingMax = 11;
  const std::string_view tail = small.substr(small.size() - std::min(small.size(), kEndingMax));
  if (tail.find('.') != std::string_view::npos &&
      std::any_of(kEndings.begin(), kEndings.end(),
                  [&](std::string_view e) { return small.size() > e.size() && small.ends_with(e); }))
    return true;
  // "/run/secrets/x", "conf/keys/x": parts that read like words.
  const auto slashes = static_cast<std::size_t>(std::count(v.begin(), v.end(), '/'));
  if (slashes == 0) return false;
  if (v.front() == '/' && slashes >= 1 && words() > 0.6) return true;
  return slashes >= 1 && words() > 0.8 && v.size() / (slashes + 1) < 16;
}

}  // namespace

ValueMeasures measure(std::string_view value) {
  ValueMeasures out;
  if (value.empty()) return out;
  const std::string_view looked = value.substr(0, 512);
  std::size_t digits = 0, switches = 0, run = 0, best = 0;
  bool run_digit = false, run_letter = false;
  const auto kind = [](char c) { return is_lower(c) ? 0 : is_upper(c) ? 1 : is_digit(c) ? 2 : 3; };
  for (std::size_t i = 0; i < looked.size(); ++i) {
    const char c = looked[i];
    if (is_digit(c)) ++digits;
    if (i > 0 && kind(c) != kind(looked[i - 1])) ++switches;
    if (is_letter(c) || is_digit(c)) {
      ++run;
      run_digit = run_digit || is_digit(c);
      run_letter = run_letter || is_letter(c);
      if (run_digit && run_letter) best = std::max(best, run);
    } else {
      run = 0;
      run_digit = run_letter = false;
    }
  }
  std::bitset<256> seen;
  const std::string_view first = looked.substr(0, 32);
  for (const char c : first) seen.set(static_cast<unsigned char>(c));
  const auto size = static_cast<double>(looked.size());
  out.digit_share = static_cast<double>(digits) / size;
  out.switches = static_cast<double>(switches) / size;
  out.distinct = static_cast<double>(seen.count()) / static_cast<double>(first.size());
  out.random_run = std::min(1.0, static_cast<double>(best) / 40);
  return out;
}

double WordShare::operator()() {
  if (!share_) share_ = word_coverage(value_);
  return *share_;
}

ValueShape shape_of(std::string_view value) {
  WordShare words(value);
  return shape_of(value, words);
}

bool shape_is_no_placeholder(ValueShape shape) {
  switch (shape) {
    case ValueShape::pattern:
    case ValueShape::sentence:
    case ValueShape::path:
    case ValueShape::host:
    case ValueShape::expression:
    case ValueShape::dotted:
    case ValueShape::words:
    case ValueShape::word_digits:
    case ValueShape::letters:
    case ValueShape::token:
    case ValueShape::mixed:
    case ValueShape::symbols:
      return true;
    default:
      return false;
  }
}

ValueShape shape_of(std::string_view v, WordShare &words) {
  const std::string small = base::lower(v.substr(0, 300));
  if (is_masked(v)) return ValueShape::masked;
  if (is_literal(small) || is_algorithm(v)) return ValueShape::literal;
  if (v.size() <= 2) return ValueShape::tiny;
  if (is_reference(v)) return ValueShape::reference;
  if (all_of(v, [](char c) { return is_digit(c) || c == '.' || c == '-' || c == '+' || c == ','; }) ||
      (v.starts_with("0x") && v.size() <= 10) || (v.front() == '-' && v.size() > 3 && v.starts_with("-0x")))
    return v.size() >= kTokenBytes && all_of(v, is_digit) && !is_series(small) ? ValueShape::hex
                                                                               : ValueShape::number;
  if (is_series(small)) return ValueShape::series;
  if (has(small, "://") || small.starts_with("mailto:") || small.starts_with("www.") ||
      small.starts_with("urn:") || small.starts_with("jdbc:"))
    return ValueShape::url;
  if (v.starts_with("$2") || v.starts_with("$1$") || v.starts_with("$5$") || v.starts_with("$6$") ||
      v.starts_with("$argon") || v.starts_with("$apr1$") || small.starts_with("pbkdf2") ||
      small.starts_with("sha256:") || small.starts_with("sha1:") || small.starts_with("{ssha}") ||
      small.starts_with("{bcrypt}") || small.starts_with("sha256-") || small.starts_with("sha512-") ||
      small.starts_with("md5:") || small.starts_with("scrypt:"))
    return ValueShape::digest;
  if (is_uuid(v)) return ValueShape::uuid;
  const auto count = [&](bool (*is)(char)) {
    return static_cast<std::size_t>(std::count_if(v.begin(), v.end(), is));
  };
  const std::size_t digits = count(is_digit);
  const std::size_t letters = count(is_letter);
  const std::size_t high = count(is_high);
  const std::size_t others = v.size() - digits - letters - high;
  if (high * 2 > v.size()) return ValueShape::foreign;
  if (has(v, "-----BEGIN")) return ValueShape::blob;
  if (v.size() >= kTokenBytes && all_of(v.starts_with("0x") ? v.substr(2) : v, is_hex_digit) && digits > 0)
    return ValueShape::hex;
  const double coverage = words();
  const auto blanks = static_cast<std::size_t>(std::count(v.begin(), v.end(), ' '));
  if (digits > 0 && v.front() == '{' && v.back() == '}' && has(v, ":")) return ValueShape::blob;  // JSON
  if (looks_like_placeholder(v)) return ValueShape::placeholder;
  constexpr std::array kPatterns = {"[^"sv, "\\w"sv, "\\d"sv, "\\s"sv, "[a-z"sv, "[A-Z"sv, "[0-9"sv,
                                    ".*"sv, "%s"sv,  "%d"sv,  "%v"sv,  "(?:"sv,  "{0}"sv,  "%q"sv};
  static const WordSet kPatternMarks(kPatterns, WordSet::Case::kept);
  if (kPatternMarks.any(v)) return ValueShape::pattern;
  if ((v.front() == '{' || v.front() == '[' || v.front() == '<') || has(v, "\\\"") || has(v, "\": "))
    return ValueShape::blob;
  if (blanks > 0 && (coverage > 0.5 || blanks * 4 > v.size() || blanks >= 3)) return ValueShape::sentence;
  if (is_path(v, small, words)) return ValueShape::path;
  if (is_host(v)) return ValueShape::host;
  const std::size_t open = v.find_first_of("([");
  if (open != std::string_view::npos && open > 0 &&
      (v.back() == ')' || v.back() == ']' || v.find_first_of(")]") == std::string_view::npos) &&
      std::all_of(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(open),
                  [](char c) {
                    return is_letter(c) || is_digit(c) || c == '_' || c == '.' || c == ':' || c == '&' ||
                           c == '*';
                  }) &&
      (coverage > 0.5 || digits == 0))
    return ValueShape::expression;
  const bool identifier =
      all_of(v, [](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '.' || c == '$'; });
  if ((has(v, "::") || has(v, "->")) && coverage > 0.4) return ValueShape::dotted;
  if (identifier && v.find('.') != std::string_view::npos && v.front() != '.' && v.back() != '.' &&
      (coverage > 0.5 || digits == 0))
    return ValueShape::dotted;
  const bool wordy = all_of(v, [](char c) {
    return is_letter(c) || c == '_' || c == '-' || c == '.' || c == ' ' || c == ':' || c == '/' ||
           c == '\'' || c == '*' || c == '&';
  });
  if (letters > 0 && wordy && coverage >= 0.75) return ValueShape::words;
  if (letters > 0 && digits > 0 && others <= v.size() / 5 && coverage >= 0.8 && digits * 2 < v.size() + 4)
    return ValueShape::word_digits;
  if (letters > 0 && digits == 0 && others == 0 && v.size() < kTokenBytes) return ValueShape::letters;
  if (blanks == 0 && v.size() >= kTokenBytes && letters > 0 && digits > 0 && all_of(v, [](char c) {
        return is_letter(c) || is_digit(c) ||
               std::string_view("+/=_-.:~%|").find(c) != std::string_view::npos;
      }))
    return ValueShape::token;
  if (blanks == 0 && v.size() >= kTokenBytes && digits == 0 && others * 6 <= v.size() && coverage < 0.55)
    return ValueShape::token;
  if (letters > 0 && digits > 0 && others == 0) return ValueShape::mixed;
  if (digits == 0 && others > 0 && wordy) return coverage > 0.5 ? ValueShape::words : ValueShape::letters;
  return ValueShape::symbols;
}

}  // namespace dislodge::secret

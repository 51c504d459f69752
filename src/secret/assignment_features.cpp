#include "secret/assignment_features.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "base/encode.hpp"
#include "secret/assignment_shape.hpp"
#include "secret/checks.hpp"
#include "secret/common_words.hpp"
#include "secret/prose_features.hpp"
#include "secret/prose_grammar.hpp"
#include "secret/prose_text.hpp"
#include "secret/public_key_id.hpp"
#include "secret/rule.hpp"
#include "secret/text_masks.hpp"
#include "secret/word_set.hpp"

namespace dislodge::secret {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::size_t kLineReach = 300;
constexpr std::size_t kLooked = 512;  // bytes of a value
constexpr std::size_t kElsewhere =
    1500;  // bytes around in which a variable of the value's name is looked for

template <typename List>
bool has(const List &list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

// Words of a name: by case, "_", "-", "." and digits.
std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> out;
  out.reserve(8);
  std::string word;
  const auto flush = [&] {
    if (!word.empty()) out.push_back(word);
    word.clear();
  };
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (!is_letter(c) && !is_digit(c) && !is_high(c)) {
      flush();
      continue;
    }
    const bool starts = is_upper(c) && i > 0 &&
                        (is_lower(name[i - 1]) || is_digit(name[i - 1]) ||
                         (is_upper(name[i - 1]) && i + 1 < name.size() && is_lower(name[i + 1])));
    if (starts) flush();
    if (is_digit(c) && !word.empty() && !is_digit(word.back())) flush();
    word += is_upper(c) ? static_cast<char>(c + ('a' - 'A')) : c;
  }
  flush();
  return out;
}

// What a word of a name of secrets holds: most words are told apart by this alone.
constexpr std::array kStems = {"pass"sv,   "pw"sv,    "psw"sv, "parol"sv, "kennwort"sv,
                               "secret"sv, "token"sv, "key"sv, "auth"sv,  "cred"sv};

constexpr std::array kKeyPrefixes = {
    "api"sv,    "n"sv,      "auth"sv,    "access"sv,  "secret"sv,   "private"sv,    "priv"sv,
    "enc"sv,    "master"sv, "sign"sv,    "signing"sv, "account"sv,  "license"sv,    "app"sv,
    "client"sv, "crypt"sv,  "aes"sv,     "hmac"sv,    "consumer"sv, "encryption"sv, "ssh"sv,
    "shared"sv, "server"sv, "session"sv, "service"sv, "deploy"sv,   "storage"sv,    "subscription"sv,
    "rsa"sv,    "p"sv,      "s"sv,       "x"sv,       "des"sv,      "data"sv,       "user"sv,
    "admin"sv,  "cipher"sv, "decrypt"sv, "encrypt"sv, "pass"sv,     "token"sv,      "webhook"sv,
    "site"sv,   "mac"sv};

// What a word of a name means. Returns false for words that only sound so.
bool class_of_word(std::string_view word, NameClass &is) {
  static const WordSet kHolds(kStems);
  if (!kHolds.any(word)) return false;
  if (word.size() > 2 && word.back() == 's' && !word.ends_with("pass")) word.remove_suffix(1);
  constexpr std::array kPassword = {"password"sv, "passwd"sv,   "passphrase"sv, "passcode"sv, "passwort"sv,
                                    "pass"sv,     "pwd"sv,      "pw"sv,         "passwrd"sv,  "passw"sv,
                                    "userpass"sv, "pswd"sv,     "psw"sv,        "passord"sv,  "passkey"sv,
                                    "parol"sv,    "kennwort"sv, "storepass"sv};
  if (has(kPassword, word) || word.ends_with("password") || word.ends_with("passwd") ||
      word.ends_with("pwd") || word.starts_with("password") || word.starts_with("passwd") ||
      word.ends_with("passphrase") ||
      (word.ends_with("pass") && word != "bypass" && word != "compass" && word != "trespass" &&
       word != "surpass" && word != "subpass" && word != "multipass" && word != "renderpass" &&
       word.size() >= 6)) {
    is = NameClass::password;
    return true;
  }
  if (word == "secret" || word.ends_with("secret") ||
      (word.starts_with("secret") && word != "secretary" && word != "secretariat")) {
    is = NameClass::secret;
    return true;
  }
  if (word == "token" || word.ends_with("token") ||
      (word.starts_with("token") && !word.starts_with("tokeni"))) {
    is = NameClass::token;
    return true;
  }
  if (word == "key" || word == "keyid" || word == "keystr" || word == "keydata" ||
      (word.ends_with("key") &&
       (has(kKeyPrefixes, word.substr(0, word.size() - 3)) || word.starts_with("api")))) {
    is = NameClass::key;
    return true;
  }
  if (word == "auth" || word == "oauth" || word == "oauth2" || word == "authorization" ||
      word == "authentication" || word == "xauth" || word == "httpauth" || word == "basicauth" ||
      word == "authkey") {
    is = NameClass::auth;
    return true;
  }
  if (word == "credential" || word == "cred" || word == "creds") {
    is = NameClass::credential;
    return true;
  }
  return false;
}

NameHead head_of_word(std::string_view w) {
  if (w.size() > 3 && w.back() == 's' && !w.ends_with("ss")) w.remove_suffix(1);
  constexpr std::array kFile = {"file"sv,      "path"sv,  "dir"sv,  "folder"sv,   "filename"sv,
                                "location"sv,  "store"sv, "ring"sv, "keystore"sv, "vault"sv,
                                "directory"sv, "cert"sv,  "crt"sv,  "pem"sv,      "bundle"sv};
  constexpr std::array kAddress = {"url"sv,     "uri"sv,      "endpoint"sv, "server"sv,   "host"sv,
                                   "service"sv, "link"sv,     "domain"sv,   "port"sv,     "addr"sv,
                                   "address"sv, "provider"sv, "api"sv,      "redirect"sv, "callback"sv};
  constexpr std::array kLabel = {
      "field"sv,   "name"sv,      "type"sv,     "label"sv,     "header"sv,    "param"sv,   "parameter"sv,
      "column"sv,  "input"sv,     "class"sv,    "kind"sv,      "prefix"sv,    "suffix"sv,  "format"sv,
      "attr"sv,    "attribute"sv, "property"sv, "prop"sv,      "scheme"sv,    "method"sv,  "mode"sv,
      "alg"sv,     "algorithm"sv, "style"sv,    "group"sv,     "scope"sv,     "role"sv,    "policy"sv,
      "version"sv, "tag"sv,       "element"sv,  "box"sv,       "edit"sv,      "button"sv,  "view"sv,
      "form"sv,    "control"sv,   "selector"sv, "separator"sv, "delimiter"sv, "ref"sv,     "arn"sv,
      "alias"sv,   "realm"sv,     "plugin"sv,   "strategy"sv,  "mechanism"sv, "pattern"sv, "regex"sv,
      "regexp"sv,  "template"sv,  "status"sv,   "state"sv,     "level"sv,     "bit"sv,     "usage"sv,
      "op"sv,      "category"sv,  "id"sv,       "index"sv,     "pos"sv,       "code"sv,    "event"sv,
      "var"sv,     "variable"sv,  "env"sv,      "flow"sv,      "module"sv,    "grant"sv};
  constexpr std::array kMeasure = {"length"sv,  "len"sv,       "size"sv,    "count"sv,  "min"sv,
                                   "max"sv,     "limit"sv,     "num"sv,     "bytes"sv,  "strength"sv,
                                   "attempt"sv, "retry"sv,     "retries"sv, "quota"sv,  "rate"sv,
                                   "offset"sv,  "iteration"sv, "round"sv,   "entropy"sv};
  constexpr std::array kFlag = {
      "enabled"sv,  "enable"sv,    "disabled"sv,  "required"sv,  "require"sv, "visible"sv, "valid"sv,
      "set"sv,      "supported"sv, "allowed"sv,   "optional"sv,  "present"sv, "changed"sv, "exist"sv,
      "matche"sv,   "match"sv,     "protected"sv, "encrypted"sv, "only"sv,    "needed"sv,  "verified"sv,
      "enforced"sv, "expired"sv,   "missing"sv,   "used"sv,      "invalid"sv, "revoked"sv};
  constexpr std::array kTime = {"expiry"sv,   "expire"sv,   "expiration"sv, "ttl"sv,    "timeout"sv,
                                "lifetime"sv, "age"sv,      "time"sv,       "date"sv,   "timestamp"sv,
                                "interval"sv, "duration"sv, "day"sv,        "second"sv, "hour"sv,
                                "at"sv,       "validity"sv, "period"sv,     "until"sv};
  constexpr std::array kMessage = {
      "error"sv,       "err"sv,           "message"sv,  "msg"sv,         "hint"sv,    "prompt"sv,
      "help"sv,        "title"sv,         "desc"sv,     "description"sv, "text"sv,    "placeholder"sv,
      "info"sv,        "warning"sv,       "reminder"sv, "question"sv,    "notice"sv,  "tooltip"sv,
      "comment"sv,     "doc"sv,           "note"sv,     "exception"sv,   "failure"sv, "caption"sv,
      "instruction"sv, "documentation"sv, "subject"sv,  "example"sv};
  constexpr std::array kAction = {
      "get"sv,     "check"sv,        "verify"sv,  "validate"sv, "validator"sv, "generate"sv, "generator"sv,
      "create"sv,  "encode"sv,       "encoder"sv, "decode"sv,   "encrypt"sv,   "decrypt"sv,  "reset"sv,
      "change"sv,  "update"sv,       "read"sv,    "parse"sv,    "parser"sv,    "find"sv,     "load"sv,
      "fetch"sv,   "manager"sv,      "handler"sv, "helper"sv,   "factory"sv,   "builder"sv,  "callback"sv,
      "func"sv,    "fn"sv,           "request"sv, "response"sv, "resolver"sv,  "refresh"sv,  "middleware"sv,
      "confirm"sv, "confirmation"sv, "expand"sv,  "press"sv,    "down"sv,      "up"sv,       "code"sv,
      "exchange"sv};
  constexpr std::array kDigest = {"hash"sv,       "digest"sv, "md5"sv,       "sha1"sv,
                                  "sha256"sv,     "sha"sv,    "checksum"sv,  "fingerprint"sv,
                                  "thumbprint"sv, "bcrypt"sv, "crc"sv,       "mac"sv,
                                  "signature"sv,  "hashed"sv, "encrypted"sv, "crypt"sv};
  constexpr std::array kUser = {"user"sv,   "username"sv, "owner"sv,    "login"sv,  "account"sv,
                                "email"sv,  "issuer"sv,   "audience"sv, "author"sv, "admin"sv,
                                "holder"sv, "contact"sv,  "subject"sv,  "tenant"sv};
  if (has(kFile, w)) return NameHead::file;
  if (has(kAddress, w)) return NameHead::address;
  if (has(kMeasure, w)) return NameHead::measure;
  if (has(kFlag, w)) return NameHead::flag;
  if (has(kTime, w)) return NameHead::time;
  if (has(kMessage, w)) return NameHead::message;
  if (has(kDigest, w)) return NameHead::digest;
  if (has(kUser, w)) return NameHead::user;
  if (has(kLabel, w)) return NameHead::label;
  if (has(kAction, w)) return NameHead::action;
  return NameHead::other;
}

// What the line around an assignment speaks of, each group after the other in kBeside.
constexpr std::array kBeside = {
    "assert"sv,    "expect"sv,  "should"sv, "equal"sv,   "fatalf"sv,      "errorf"sv,  // tests
    "user"sv,      "login"sv,   "uid"sv,    "account"sv, "admin"sv,       "email"sv,   // a user
    "hash"sv,      "sha1"sv,    "sha256"sv, "md5"sv,     "checksum"sv,    "public"sv, "fingerprint"sv,
    "integrity"sv, "example"sv, "sample"sv, "e.g."sv,    "placeholder"sv, "dummy"sv,  "your "sv,  // examples
    "{{"sv,        "${"sv,      "<%"sv,     "%s"sv,      "%v"sv,          "{0}"sv,    "$("sv,     // templates
};
constexpr std::size_t kTests = 6, kUser = 6, kDigest = 8, kExample = 6, kTemplate = 7;
static_assert(kTests + kUser + kDigest + kExample + kTemplate == kBeside.size());

class Beside {
 public:
  explicit Beside(std::string_view line) {
    static const WordSet kWords(kBeside);
    found_ = kWords.find(line);
  }
  // Whether one of the next `count` words stands there.
  bool next(std::size_t count) {
    bool any = false;
    for (; count > 0; --count) any = found_[at_++] || any;
    return any;
  }

 private:
  WordSet::Words found_;
  std::size_t at_ = 0;
};

// An unquoted value that stands nearby as a name on its own: a variable.
bool used_elsewhere(std::string_view text, const AssignmentCandidate &c) {
  const std::string_view value = text.substr(c.begin, c.end - c.begin);
  if (value.size() < 2 || value.size() > 60) return false;
  if (!std::all_of(value.begin(), value.end(),
                   [](char ch) { return is_letter(ch) || is_digit(ch) || ch == '_'; }))
    return false;
  const std::size_t low = c.name_begin > kElsewhere ? c.name_begin - kElsewhere : 0;
  const std::string_view around = text.substr(low, c.end + kElsewhere - low);
  for (std::size_t at = find_bytes(around, value, 0); at != std::string_view::npos;
       at = find_bytes(around, value, at + 1)) {
    const std::size_t place = low + at;
    if (place < c.end && place + value.size() > c.name_begin) continue;
    const char before = at > 0 ? around[at - 1] : ' ';
    const char after = at + value.size() < around.size() ? around[at + value.size()] : ' ';
    if (is_letter(before) || is_digit(before) || before == '_' || is_letter(after) || is_digit(after) ||
        after == '_')
      continue;
    if (before == '"' || before == '\'') continue;
    // As a name it is declared, passed or called: a repeated line of configuration is none of these.
    std::string_view rest = around.substr(at + value.size(), 12);
    while (!rest.empty() && is_space(rest.front()) && rest.front() != '\n') rest.remove_prefix(1);
    if (rest.empty()) continue;
    if (rest.front() == '=' || rest.front() == '(' || rest.front() == '.' || rest.starts_with(":=") ||
        rest.front() == '[' || rest.starts_with("->") || rest.front() == ')' || before == '(' ||
        before == '&' || before == '.' || rest.starts_with("string") || rest.front() == ';' || before == '*')
      return true;
  }
  return false;
}

// In sentences a word that happens to end a line, and "password: x", are for the prose model; links of
// newsletters carry tokens of no worth.
bool left_to_prose(std::string_view text, FileKind file, std::string_view name, ValueShape shape,
                   const AssignmentCandidate &c) {
  if (file != FileKind::other && file != FileKind::document) return false;
  const bool word = std::all_of(name.begin(), name.end(), is_letter) &&
                    (std::none_of(name.begin() + 1, name.end(), is_upper) ||
                     std::none_of(name.begin(), name.end(), is_lower));
  if (c.tie == Tie::query) return word && c.name != NameClass::password;
  if (c.quote != '\0' || c.tie == Tie::element || looks_like_source(text, c.name_end)) return false;
  if (c.tie == Tie::blank) return true;
  if (!word) return false;
  const bool strong = shape == ValueShape::hex || shape == ValueShape::token || shape == ValueShape::uuid;
  return c.name == NameClass::password || !strong;
}

}  // namespace

bool classify_name(std::string_view name, NameClass &is, NameHead &head) {
  const std::vector<std::string> words = words_of(name);
  std::size_t last = words.size();
  for (std::size_t i = words.size(); i-- > 0;) {
    NameClass found = NameClass::password;
    std::string_view word = words[i];
    if (!class_of_word(word, found)) continue;
    if (last == words.size()) {
      last = i;
      is = found;
      // "auth_token" is a token, "secret_key" a secret: the stronger word names it.
    } else if (found == NameClass::password || (found == NameClass::secret && is != NameClass::password)) {
      is = found;
    }
  }
  if (last == words.size()) return false;
  // "nonMatchingToken", "dummyKey" say themselves that they hold none.
  for (std::size_t i = 0; i < last; ++i)
    if (words[i] == "non" || words[i] == "dummy" || words[i] == "bogus") return false;
  head = NameHead::itself;
  for (std::size_t i = last + 1; i < words.size(); ++i) {
    const std::string &word = words[i];
    if (word.size() <= 2 && std::all_of(word.begin(), word.end(), is_digit)) continue;  // password2
    const NameHead found = head_of_word(word);
    // "value", "string", "data" change nothing.
    if (word == "value" || word == "val" || word == "string" || word == "str" || word == "data" ||
        word == "hex" || word == "base" || word == "raw" || word == "old" || word == "new" ||
        word == "default" || word == "test" || word == "b64" || word == "base64" || word == "secret" ||
        word == "a" || word == "b" || word == "prod" || word == "production" || word == "dev" ||
        word == "plain" || word == "literal" || word == "plaintext")
      continue;
    head = found;
  }
  if (head == NameHead::itself || head == NameHead::other) {
    for (std::size_t i = 0; i < last; ++i) {
      const std::string_view word = words[i];
      if (is == NameClass::key &&
          (word == "public" || word == "pub" || word == "primary" || word == "foreign" || word == "sort" ||
           word == "partition" || word == "hash" || word == "cache" || word == "index" || word == "unique" ||
           word == "row" || word == "dict" || word == "map" || word == "hot" || word == "registry" ||
           word == "i18n" || word == "translation" || word == "object" || word == "s3" || word == "group" ||
           word == "routing" || word == "field" || word == "column" || word == "context" ||
           word == "shortcut" || word == "arrow" || word == "config" || word == "lookup" ||
           word == "storage" || word == "json" || word == "sys" || word == "vk" || word == "event" ||
           word == "widget" || word == "global" || word == "meta"))
        head = NameHead::open;
      if (word == "get" || word == "check" || word == "verify" || word == "validate" || word == "generate" ||
          word == "encrypt" || word == "reset" || word == "parse" || word == "find" || word == "forgot" ||
          word == "change" || word == "hash" || word == "read" || word == "update" || word == "delete" ||
          word == "create" || word == "fetch" || word == "load" || word == "request" || word == "revoke" ||
          word == "refresh" || word == "next" || word == "prompt" || word == "enter" || word == "missing" ||
          word == "invalid" || word == "wrong" || word == "bad" || word == "err" || word == "error") {
        // "refreshToken", "wrongPassword" hold values all the same
        if (!(word == "refresh" || word == "wrong" || word == "bad" || word == "invalid" || word == "next" ||
              word == "request"))
          head = NameHead::action;
      }
      if (word == "is" || word == "has" || word == "use" || word == "show" || word == "hide" ||
          word == "allow" || word == "no" || word == "require" || word == "enable" || word == "disable" ||
          word == "need" || word == "supports" || word == "with" || word == "without" || word == "can" ||
          word == "remember")
        head = NameHead::flag;
      if (word == "encrypted" || word == "wrapped" || word == "hashed") head = NameHead::digest;
      // The token of a form opens nothing.
      if (is == NameClass::token && (word == "csrf" || word == "xsrf" || word == "authenticity" ||
                                     word == "antiforgery" || word == "verification"))
        head = NameHead::open;
      if (word == "max" || word == "min" || word == "num" || word == "total") head = NameHead::measure;
      if ((word == "public" || word == "pub") && is != NameClass::password) head = NameHead::open;
    }
  }
  return true;
}

FileKind file_kind_of(std::string_view item) {
  const std::size_t slash = item.find_last_of('/');
  const std::string_view name = item.substr(slash == std::string_view::npos ? 0 : slash + 1);
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return FileKind::other;
  const std::string ending = base::lower(name.substr(dot + 1));
  constexpr std::array kSource = {
      "c"sv,     "h"sv,   "cc"sv,  "cpp"sv,  "cxx"sv,    "hpp"sv,    "hh"sv,     "cs"sv,  "java"sv,
      "kt"sv,    "kts"sv, "go"sv,  "rs"sv,   "py"sv,     "rb"sv,     "php"sv,    "js"sv,  "ts"sv,
      "tsx"sv,   "jsx"sv, "mjs"sv, "cjs"sv,  "swift"sv,  "scala"sv,  "m"sv,      "mm"sv,  "pl"sv,
      "pm"sv,    "lua"sv, "r"sv,   "dart"sv, "vb"sv,     "groovy"sv, "gradle"sv, "ex"sv,  "exs"sv,
      "erl"sv,   "hs"sv,  "clj"sv, "vue"sv,  "svelte"sv, "coffee"sv, "sol"sv,    "nim"sv, "zig"sv,
      "ipynb"sv, "f90"sv, "pas"sv, "jl"sv,   "ml"sv,     "fs"sv,     "cls"sv,    "jsp"sv, "aspx"sv};
  constexpr std::array kScript = {"sh"sv,  "bash"sv, "zsh"sv,  "ps1"sv,        "psm1"sv, "bat"sv,
                                  "cmd"sv, "sql"sv,  "mk"sv,   "dockerfile"sv, "awk"sv,  "exp"sv,
                                  "tcl"sv, "fish"sv, "bats"sv, "t"sv};
  constexpr std::array kConfiguration = {
      "yml"sv,        "yaml"sv, "json"sv,    "toml"sv,     "ini"sv,    "cfg"sv,     "conf"sv,   "env"sv,
      "properties"sv, "xml"sv,  "plist"sv,   "tf"sv,       "tfvars"sv, "cnf"sv,     "config"sv, "hcl"sv,
      "j2"sv,         "erb"sv,  "json5"sv,   "settings"sv, "pom"sv,    "service"sv, "csv"sv,    "tmpl"sv,
      "tpl"sv,        "nix"sv,  "example"sv, "sample"sv,   "dist"sv,   "template"sv};
  constexpr std::array kDocument = {"md"sv,   "rst"sv,  "txt"sv,      "html"sv,  "htm"sv,
                                    "adoc"sv, "org"sv,  "markdown"sv, "tex"sv,   "eml"sv,
                                    "log"sv,  "rdoc"sv, "mdx"sv,      "xhtml"sv, "pod"sv};
  if (has(kSource, ending)) return FileKind::source;
  if (has(kScript, ending)) return FileKind::script;
  if (has(kConfiguration, ending)) return FileKind::configuration;
  if (has(kDocument, ending)) return FileKind::document;
  return FileKind::other;
}

namespace {

// The name of a package with its version: words in lower case, then numbers with a dot.
bool is_versioned_name(std::string_view value) {
  const std::size_t dash = value.rfind('-');
  if (dash == std::string_view::npos || dash < 3 || value.size() - dash > 16) return false;
  const std::string_view version = value.substr(dash + 1);
  const std::string_view name = value.substr(0, dash);
  return version.find('.') != std::string_view::npos && version.find('.') > 0 &&
         std::all_of(version.begin(), version.end(), [](char c) { return is_digit(c) || c == '.'; }) &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return is_lower(c) || c == '-' || c == '_' || c == '.'; });
}

}  // namespace

namespace {

// A date with a time, as programs write it: RFC 3339, or with a blank between.
bool is_timestamp(std::string_view value) {
  constexpr std::string_view kForm = "0000-00-00T00:00";
  if (value.size() < kForm.size()) return false;
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    const char want = kForm[i], c = value[i];
    if (want == '0' ? !is_digit(c) : want == 'T' ? c != 'T' && c != ' ' && c != 't' : c != want) return false;
  }
  return value.find_first_not_of("0123456789:.+-Zz ", kForm.size()) == std::string_view::npos;
}

}  // namespace

bool assignment_features(std::string_view text, FileKind file, AssignmentCandidate &c,
                         AssignmentFeatures &out) {
  const std::string_view name = text.substr(c.name_begin, c.name_end - c.name_begin);
  const std::string_view value = text.substr(c.begin, c.end - c.begin);
  NameHead head = NameHead::itself;
  if (!classify_name(name, c.name, head) || value.empty()) return false;
  // The handshake of a web socket is public; {itemKey, "id"} lists kinds of tokens of a parser, not keys.
  const std::string lower_name = base::lower(name.substr(0, 40));
  if (lower_name.find("sec-websocket") != std::string::npos) return false;
  // What a form carries against forged requests opens nothing.
  if (lower_name.find("csrf") != std::string::npos || lower_name.find("xsrf") != std::string::npos ||
      lower_name.find("authenticity") != std::string::npos)
    return false;
  if (name == "PASS" && c.tie == Tie::colon && c.quote == '\0' &&
      value.find_first_of("!#$%&*+=?^~@") == std::string_view::npos &&
      says_how_a_test_went(text, c.name_begin, c.name_end))
    return false;
  // "keyVaultToStoreSecrets: shop-prod-12": in which vault they lie.
  if (lower_name.find("vault") != std::string::npos && lower_name.ends_with("secrets") && value.size() < 36 &&
      value.find('-') != value.npos &&
      std::all_of(value.begin(), value.end(), [](char v) { return is_lower(v) || is_digit(v) || v == '-'; }))
    return false;
  // When it was changed: "password_changed_at=2024-01-02T10:00:00Z".
  if (is_timestamp(value)) return false;
  // A recipient of age: the public half.
  if (value.starts_with("age1") && value.size() == 62) return false;
  if (c.name == NameClass::key && is_public_key_id(lower_name, value)) return false;
  // The end of a text in base64, and what goes on behind it: "<OiRFUU6GY/Q9Pw==@host>".
  if (c.quote == '\0' && c.begin == c.name_end + 2 && text.substr(c.name_end, 2) == "==") return false;
  // The folder in which a shell stands.
  if ((name == "PWD" || name == "OLDPWD") && (value.front() == '/' || value.front() == '~')) return false;
  // "io.jsonwebtoken:jjwt-jackson-0.11.2"
  if (is_versioned_name(value)) return false;
  if (c.tie == Tie::comma && !c.name_quoted && c.name == NameClass::key && value.size() < 16) return false;
  WordShare words(value);
  const ValueShape shape = shape_of(value, words);
  // Whatever its shape, what documentation writes in the place of a secret is none: "AKIAIOSFODNN7EXAMPLE".
  if (shape == ValueShape::masked || shape == ValueShape::reference || shape == ValueShape::literal ||
      shape == ValueShape::placeholder ||
      (shape != ValueShape::blob && !(value.size() <= kLooked && shape_is_no_placeholder(shape)) &&
       looks_like_placeholder(value.substr(0, kLooked))) ||
      (c.name != NameClass::password && looks_counted(value.substr(0, kLooked))))
    return false;

  if (left_to_prose(text, file, name, shape, c)) return false;
  // "Passwort: wie besprochen"; "user / pass: kim / x" names the user first.
  if (c.quote == '\0' && (file == FileKind::other || file == FileKind::document) &&
      (is_function_word(base::lower(value.substr(0, 40))) || text.substr(c.end).starts_with(" / ")))
    return false;

  out.fill(0);
  const auto set = [&out](AssignmentFeature feature, double value_of) {
    out[static_cast<std::size_t>(feature)] = value_of;
  };
  using F = AssignmentFeature;
  const bool quoted = c.quote != '\0';
  const Span line = line_around(text, c.name_begin, kLineReach);
  const std::string_view here = text.substr(line.begin, line.end - line.begin);
  const std::string small_name = base::lower(name);
  NameClass ignored = NameClass::password;
  const bool bare = class_of_word(small_name, ignored);

  set(F::bias, 1);
  set(F::quoted, quoted);
  set(F::escaped, c.escaped);
  set(F::name_quoted, c.name_quoted);
  set(F::wrapped, c.wrapped);
  set(F::fallback, c.fallback);
  set(F::bare_name, bare);
  set(F::upper_name, std::none_of(name.begin(), name.end(), is_lower));
  set(F::capital_name, is_upper(name.front()) && std::any_of(name.begin(), name.end(), is_lower));
  set(F::member_name, name.find('.') != std::string_view::npos);
  set(F::length, std::min(1.0, std::log2(static_cast<double>(value.size())) / 8));
  set(F::length_under_6, value.size() < 6);
  set(F::length_over_64, value.size() > 64);
  set(F::entropy, std::min(1.0, entropy_of(value.substr(0, kLooked)) / 6));
  const ValueMeasures measures = measure(value);
  set(F::digit_share, measures.digit_share);
  set(F::switches, measures.switches);
  set(F::distinct, measures.distinct);
  set(F::random_run, measures.random_run);
  const double coverage = words();
  set(F::coverage, coverage);
  set(F::wordlike, wordlikeness(value.substr(0, 64)));
  // The value repeats the name: password = "db_password".
  bool says = false;
  const std::vector<std::string> value_words = words_of(value.substr(0, 100));
  for (const std::string &word : value_words)
    says = says || (word.size() >= 3 && small_name.find(word) != std::string::npos && !is_digit(word[0]));
  set(F::name_in_value, says);
  NameClass of_value = NameClass::password;
  bool keyword = false;
  for (const std::string &word : value_words) keyword = keyword || class_of_word(word, of_value);
  set(F::keyword_value, keyword && measures.random_run < 0.4);
  set(F::used_elsewhere, !quoted && used_elsewhere(text, c));
  std::size_t after = c.end;
  if (quoted && after < text.size()) ++after;
  while (after < text.size() && after < c.end + 8 &&
         (text[after] == ' ' || text[after] == '\\' || text[after] == '"'))
    ++after;
  const char next = after < text.size() ? text[after] : '\n';
  set(F::concatenated, quoted && (next == '+' || next == '.' || next == '%' || next == '&') &&
                           text.substr(after, 2) != "&q" && text.substr(after, 2) != "&#");
  set(F::followed, !quoted && after < text.size() && after > c.end && (is_letter(next) || is_high(next)));
  const std::string_view lead = base::trim(here);
  set(F::comment, lead.starts_with("//") || lead.starts_with("#") || lead.starts_with("*") ||
                      lead.starts_with("--") || lead.starts_with("/*") || lead.starts_with(";") ||
                      lead.starts_with("<!--"));
  Beside beside(here);
  set(F::assertion, beside.next(kTests));
  set(F::user_beside, beside.next(kUser));
  set(F::digest_beside, beside.next(kDigest));
  set(F::example_beside, beside.next(kExample));
  set(F::template_line, beside.next(kTemplate));
  set(F::capital_plain, !quoted && is_upper(name.front()) && c.tie == Tie::colon);
  set(F::plural_name, small_name.size() > 3 && small_name.back() == 's' && !small_name.ends_with("pass"));
  set(F::dollar_name, c.name_begin > 0 && text[c.name_begin - 1] == '$');

  std::size_t at = kSingles;
  const auto one_of = [&](std::size_t which, std::size_t of, bool on) {
    if (on) out[at + which] = 1;
    at += of;
  };
  const auto s = static_cast<std::size_t>(shape);
  one_of(s, kShapes, true);
  one_of(s, kShapes, quoted);
  one_of(s, kShapes, c.name != NameClass::password);
  one_of(s, kShapes, c.name == NameClass::key && bare);
  one_of(static_cast<std::size_t>(head), kHeads, true);
  one_of(static_cast<std::size_t>(c.tie), kTies, true);
  one_of(static_cast<std::size_t>(file), kFileKinds, true);
  one_of(static_cast<std::size_t>(file), kFileKinds, quoted);
  one_of(static_cast<std::size_t>(c.name), kNameClasses, true);
  return true;
}

}  // namespace dislodge::secret

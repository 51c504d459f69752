#pragma once
// What the assignment model sees of a candidate: numbers of about 0..1, whose order is part of the model.

#include <array>
#include <cstddef>
#include <string_view>

#include "secret/assignment.hpp"

namespace dislodge::secret {

// What the name's last word makes of it: "password" itself, or a password's file, length, label ...
enum class NameHead : std::size_t {
  itself,
  file,     // password_file, key_path
  address,  // token_url, auth_server
  label,    // password_field, key_name, token_type
  measure,  // password_length, key_size, max_tokens
  flag,     // use_password, password_required
  time,     // token_expiry
  message,  // password_error, secret_hint
  action,   // get_password, checkToken
  digest,   // password_hash, key_fingerprint, token_signature
  open,     // public_key, primary_key, foreign_key, sort_key
  user,     // auth_user, key_owner, secret_name
  other,
  count
};

// What the value looks like.
enum class ValueShape : std::size_t {
  tiny,         // one or two bytes
  masked,       // ****, [REDACTED]
  placeholder,  // changeme, <password>, your-token
  reference,    // ${X}, $X, %s, {{ x }}
  literal,      // true, null, string, int
  number,
  url,
  path,
  host,  // host name, address, e-mail
  sentence,
  expression,   // f(x), a[b]
  dotted,       // a.b.c
  words,        // words only, joined by case, "-" or "_"
  word_digits,  // words with digits: test123, user_1
  letters,      // letters that are no words
  digest,       // $2a$..., sha256:...
  uuid,
  hex,      // 16 hexadecimal digits and more
  token,    // 16 letters and digits and more, without blanks
  mixed,    // letters and digits, under 16
  symbols,  // with punctuation, under 16 or of many kinds
  blob,     // JSON or source within quotes
  pattern,  // regular expression, format
  series,   // abcdef, 012345, one character again and again
  foreign,  // other alphabets
  count
};

enum class FileKind : std::size_t { source, script, configuration, document, other, count };

inline constexpr std::size_t kShapes = static_cast<std::size_t>(ValueShape::count);
inline constexpr std::size_t kHeads = static_cast<std::size_t>(NameHead::count);
inline constexpr std::size_t kTies = static_cast<std::size_t>(Tie::count);
inline constexpr std::size_t kFileKinds = static_cast<std::size_t>(FileKind::count);
inline constexpr std::size_t kNameClasses = 6;

// Single features; the groups of one-of-many features follow behind them.
enum class AssignmentFeature : std::size_t {
  bias,
  quoted,
  escaped,
  name_quoted,
  wrapped,
  fallback,
  bare_name,     // the word alone
  upper_name,    // DB_PASSWORD
  capital_name,  // Password
  member_name,   // x.password
  length,        // of the value, logarithm
  length_under_6,
  length_over_64,
  entropy,  // bits a byte, by 6
  digit_share,
  switches,        // changes of character class a byte
  coverage,        // by common words
  wordlike,        // by pairs of letters
  distinct,        // share of different bytes
  random_run,      // longest run of letters with digits, by 40
  name_in_value,   // the value says what the name says
  keyword_value,   // the value is a word for secrets
  used_elsewhere,  // an unquoted value stands nearby as a name
  concatenated,    // "x" + y
  followed,        // by more words on the line
  comment,
  assertion,  // test frameworks
  user_beside,
  digest_beside,  // hash, checksum, public in the line
  example_beside,
  template_line,
  capital_plain,  // unquoted value under a capitalised name: a field set from a variable
  plural_name,
  dollar_name,
  count
};

inline constexpr std::size_t kSingles = static_cast<std::size_t>(AssignmentFeature::count);
// shape | shape, quoted | shape, no password | shape, a bare key | head | tie | file | file, quoted | class
inline constexpr std::size_t kAssignmentFeatures =
    kSingles + 4 * kShapes + kHeads + kTies + 2 * kFileKinds + kNameClasses;
using AssignmentFeatures = std::array<double, kAssignmentFeatures>;

// Whether the name speaks of a secret at all ("monkey" and "author" do not), and what of.
bool classify_name(std::string_view name, NameClass &is, NameHead &head);
ValueShape shape_of(std::string_view value);
FileKind file_kind_of(std::string_view item);

// False where the name or the value rules a secret out, whatever stands around.
bool assignment_features(std::string_view text, FileKind file, AssignmentCandidate &candidate,
                         AssignmentFeatures &out);

// 0..1 that a candidate of these features is a secret.
double assignment_confidence(const AssignmentFeatures &features);
// For measuring only (bench/accuracy/train.cpp): other weights in place of the ones built in, as of a model
// that was trained without what it is to judge. Null puts the built-in ones back. Not while another thread
// scans.
void use_assignment_weights(const std::array<double, kAssignmentFeatures> *weights);

}  // namespace dislodge::secret

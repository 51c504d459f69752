#pragma once
// Passwords in sentences, tables and command lines: "the pw for the vpn box is ...", "creds: a / b".
//
// The matcher reports trigger words. From each, a small grammar finds what may be a value and how it is tied
// to the word; features of value and surroundings are collected (prose_features.hpp) and a model weighs them
// (prose_model.hpp). Grammar, features and weights are apart, so that trained weights can take the place of
// the hand-made ones. Everything looks at a bounded neighbourhood of the trigger and is deterministic.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "secret/text_range.hpp"

namespace dislodge::secret {

struct TriggerHit;

enum class TriggerClass : std::uint8_t {
  password,     // "password", "pw", "passphrase" ...
  pass,         // "pass": also a verb, a ticket, a keyword of Python
  credentials,  // "creds", "credentials", "login": what follows is a pair
  sign_in,      // "log in as", "sign in with": a user, then a password
  pin,          // "PIN": digits are expected
  secret,       // "secret": also an adjective and a noun
  access,  // "acceso", "доступ", "zugang": a pair may follow, of which the password must look like one
  cue,     // "it is now", "wifi", "opens with": no word for a password (prose_sentence.hpp)
};

// What a language of its own has around its words for passwords. Words of one or two letters are only taken
// behind a word of their language: "salasana on X", but "password on the server".
struct ProseLanguage {
  std::span<const std::string_view> verbs;   // "is"
  std::span<const std::string_view> to;      // "changed *to*"
  std::span<const std::string_view> before;  // prepositions: what follows one is no password
  bool bare = false;                         // it does without "is": "the server's password X"
  bool value_before = false;                 // the form of the word that says "with", behind its password
  bool joined = false;                       // no blanks between words: the verb ends a longer run
};

struct ProseTrigger {
  const char *pattern;  // Hyperscan, caseless in ASCII; ends where the word ends
  TriggerClass is;
  const ProseLanguage *language;
};

// In the order of TriggerHit::trigger.
std::span<const ProseTrigger> prose_triggers();

// How a value is tied to its word.
enum class Link : std::uint8_t {
  none,
  separator,  // "password: X", "pw = X", "password -> X"
  verb,       // "the password is X", "was changed to X"
  adjacent,   // "pw X"
  next_line,  // "Password:" and X alone on the next line
  pair,       // second of "a / b" after "creds:"
  column,     // a cell under the heading "Password"
  option,     // the argument of a command line
  sentence,   // somewhere in the sentence, told by its shape (prose_sentence.hpp)
};

struct ProseCandidate {
  std::size_t begin = 0;  // the value, in the text
  std::size_t end = 0;
  std::size_t user_begin = 0;  // the user name of a pair or command; empty: none
  std::size_t user_end = 0;
  TriggerClass trigger = TriggerClass::password;
  Link link = Link::none;
  bool quoted = false;
  std::size_t trigger_end = 0;
  double confidence = 0;  // 0..1; from 0.5 on it counts
};

// Appends what stands after the triggers, sorted by begin, at most one candidate a place. `hits` sorted by
// end. Headings of tables are added to `far`, since their rows may be many. `in_quotes`: sentences in quotes
// are read where source stands around them (secret/prose_literal.hpp), as in exports of chats and in logs; in
// source, what stands in quotes speaks of passwords and holds none.
void find_prose(std::string_view text, std::span<const TriggerHit> hits, std::vector<ProseCandidate> &out,
                std::vector<TextRange> *far = nullptr, bool in_quotes = false);

// In a short message: words that stand alone on their line (or behind a greeting's comma) and look like a
// generated or chosen password: letters with digits or signs, or letters that make no words. Nothing by
// themselves; see engine/split_secrets.hpp. At most three.
void find_lone_words(std::string_view text, std::vector<ProseCandidate> &out);
inline constexpr std::size_t kLoneMessageMax = 600;  // bytes of a message that is short

inline constexpr double kProseThreshold = 0.5;
inline constexpr double kProseFloor = 0.15;  // below, a candidate is not even worth listing as rejected

}  // namespace dislodge::secret

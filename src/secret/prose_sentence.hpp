#pragma once
// Passwords that a sentence names without saying "is": "Passwort hab ich auf X gesetzt", "the pw hasn't
// changed (still X)", "X comme mot de passe", "it is now X", "old: A new: X", "the zip opens with X", "wifi
// key X". No grammar holds them all, so the word itself must be one that nothing else is: the shapes below.
// Asked only where the grammar of prose_grammar.hpp found nothing.

#include <string_view>
#include <vector>

#include "secret/prose.hpp"

namespace dislodge::secret {

// What somebody chose: letters, and digits or signs inside ("Zebra.Crossing.88", "Inv0ice_2024_Q3",
// "Start!4711"). Not "Word2016", "v1.2.3", an address, a path or a file.
bool looks_chosen(std::string_view word);
// A chosen one with a sign that names, versions and markup do without: "Fr0sch&Teich", "7tX$kkPw0-Lima".
bool looks_chosen_for_sure(std::string_view word);

// The rest of the sentence behind a word for "password" that ends at `end`; `sure`: only what is chosen for
// sure.
bool read_sentence(std::string_view text, std::size_t end, ProseCandidate candidate, bool sure,
                   std::vector<ProseCandidate> &out);
// Behind words that speak of no password (TriggerClass::cue): "it is now", "wifi", "new one's", "opens with".
bool read_cue(std::string_view text, std::size_t end, ProseCandidate candidate,
              std::vector<ProseCandidate> &out);
// "X is the new password of greta.h": a sentence that begins with what is chosen for sure. `word` is where
// its word for "password" begins.
bool read_value_first(std::string_view text, std::size_t word, ProseCandidate candidate,
                      std::vector<ProseCandidate> &out);
// "Try X, if that does not work use the old password": likewise, behind a word for trying or using.
bool read_tried(std::string_view text, std::size_t word, ProseCandidate candidate,
                std::vector<ProseCandidate> &out);
// "U: svc_report", "P: ..." on lines of their own within a few lines of "creds".
bool read_initials(std::string_view text, std::size_t end, ProseCandidate candidate,
                   std::vector<ProseCandidate> &out);
// "Passphrase to open the attachment: correct horse battery staple 7": several words, to the end of the line.
bool read_phrase(std::string_view text, std::size_t at, ProseCandidate candidate,
                 std::vector<ProseCandidate> &out);

}  // namespace dislodge::secret

#pragma once
// Secrets that were split over messages: "the user is svc-x, the password follows in a separate mail", and
// then a message that gives it, often as a word alone. A pass over the merged case, since the halves may have
// been read by different workers, units and machines.
//
// Readers leave two weak traces that are no secrets by themselves (Sighting::identifier): an account whose
// password is announced (kind `account-announced`), and in a short message a word alone on its line that
// looks like a password (kind `word-alone`). Where a message of the second kind answers or follows one of the
// first, between the same people, within kFollows, the word is a password of that account. A password that
// names no user gets the announced one.
//
// The secret of an application is often mailed apart from its ids, and a secret key of AWS apart from the id
// of the key: where one stands without them, it gets those of the message that it answers or follows, or that
// follows it, if that names one application or one key. What is split on purpose goes to different people:
// under the same subject (or as an answer) within a day, other recipients do.

#include <string>
#include <vector>

#include "engine/opened_items.hpp"
#include "engine/store.hpp"

namespace dislodge::engine {

// An archive in a mail may wait for its password in the same way: "see attached, the password follows", and
// then a message that holds nothing else. Such words are tried on what is encrypted, and the one that opens
// something is a password.

// Changes kinds and hints in place; what is stored stays as it was read. Deterministic.
void join_split_secrets(SightingTable &sightings, const std::vector<StoredRecord> &records);

// Ids (without "secret:") of the words that may open one of `closed`, paths of encrypted items: of messages
// that follow the one that holds it, by the same sender to the same people, or to others in the same thread
// or under the same subject. Sorted, none twice.
std::vector<std::string> words_that_may_open(const std::vector<std::string> &closed,
                                             const SightingTable &sightings,
                                             const std::vector<StoredRecord> &records);

// A word that opened something is a password. In place.
void tell_words_that_opened(const std::vector<OpenedItem> &opened, SightingTable &sightings);

}  // namespace dislodge::engine

#include "casefile/journal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/encode.hpp"
#include "base/json_writer.hpp"

namespace dislodge::casefile {

using base::ErrorKind;
using base::Result;

namespace {

Hash hash_from(std::string_view bytes) {
  Hash hash{};
  std::memcpy(hash.data(), bytes.data(), std::min(bytes.size(), hash.size()));
  return hash;
}

}  // namespace

std::string Checkpoint::signed_text() const {
  return fmt::format("dislodge-journal\n{}\n{}\n", size, base::to_base64(base::as_bytes(root)));
}

std::string Checkpoint::note() const {
  return signed_text() + "\n" + base::to_base64(signature) + "\n";
}

Result<void> Journal::append(std::string_view what, std::string_view details) {
  DISLODGE_TRY_ASSIGN(const auto count, database_.integer("SELECT count(*) FROM journal"));
  base::JsonWriter json;
  json.object([&] {
    json.field("at", base::now());
    json.field("what", what);
    json.key("details");
    json.raw(details);
  });
  const std::string entry = json.take();
  DISLODGE_TRY_ASSIGN(auto insert,
                      database_.prepare("INSERT INTO journal (seq, entry, leaf) VALUES (?, ?, ?)"));
  insert.bind(1, *count).bind(2, entry).bind_blob(3, base::as_bytes(leaf_hash(entry)));
  return insert.run();
}

Result<std::vector<JournalEntry>> Journal::entries() const {
  std::vector<JournalEntry> entries;
  DISLODGE_TRY_ASSIGN(auto query, database_.prepare("SELECT seq, entry FROM journal ORDER BY seq"));
  while (true) {
    DISLODGE_TRY_ASSIGN(const bool row, query.step());
    if (!row) return entries;
    entries.push_back({static_cast<std::uint64_t>(query.integer(0)), query.text(1)});
  }
}

Result<std::vector<Hash>> Journal::leaves() const {
  std::vector<Hash> leaves;
  DISLODGE_TRY_ASSIGN(auto query, database_.prepare("SELECT leaf FROM journal ORDER BY seq"));
  while (true) {
    DISLODGE_TRY_ASSIGN(const bool row, query.step());
    if (!row) return leaves;
    leaves.push_back(hash_from(query.text(0)));
  }
}

Result<Checkpoint> Journal::checkpoint(std::string_view holder) {
  DISLODGE_TRY_ASSIGN(const auto all, leaves());
  Checkpoint made;
  made.size = all.size();
  made.root = tree_root(all);
  made.at = base::now();
  made.holder = holder;
  made.signature = keys_.sign(made.signed_text());
  DISLODGE_TRY_ASSIGN(
      auto insert, database_.prepare("INSERT OR REPLACE INTO checkpoint (size, root, signature, at, holder) "
                                     "VALUES (?, ?, ?, ?, ?)"));
  insert.bind(1, made.size)
      .bind_blob(2, base::as_bytes(made.root))
      .bind_blob(3, made.signature)
      .bind(4, made.at)
      .bind(5, holder);
  DISLODGE_TRY(insert.run());
  return made;
}

Result<std::vector<Checkpoint>> Journal::checkpoints() const {
  std::vector<Checkpoint> list;
  DISLODGE_TRY_ASSIGN(
      auto query,
      database_.prepare("SELECT size, root, signature, at, holder FROM checkpoint ORDER BY size, at"));
  while (true) {
    DISLODGE_TRY_ASSIGN(const bool row, query.step());
    if (!row) return list;
    list.push_back({static_cast<std::uint64_t>(query.integer(0)), hash_from(query.text(1)), query.text(2),
                    query.time(3), query.text(4)});
  }
}

Result<JournalVerdict> Journal::verify() const {
  JournalVerdict verdict;
  DISLODGE_TRY_ASSIGN(const auto all, entries());
  DISLODGE_TRY_ASSIGN(const auto stored, leaves());
  verdict.entries = all.size();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].seq != i) {
      verdict.problem = fmt::format("entry {} is missing: an entry was removed", i);
      return verdict;
    }
    if (leaf_hash(all[i].json) != stored[i]) {
      verdict.problem = fmt::format("entry {} was changed after it was written", i);
      return verdict;
    }
  }
  verdict.root = base::to_hex(tree_root(stored));
  DISLODGE_TRY_ASSIGN(const auto points, checkpoints());
  bool held = false;
  for (const Checkpoint &point : points) {
    const std::string name =
        fmt::format("the checkpoint of {} entries made at {}", point.size, base::format_time(point.at));
    if (!verify_signature(keys_.verify_key(), point.signed_text(), point.signature)) {
      verdict.problem = name + " has a wrong signature";
      return verdict;
    }
    if (point.size > stored.size() || tree_root(std::span(stored).first(point.size)) != point.root) {
      verdict.problem = name + " does not fit the journal: entries before it were changed or removed";
      return verdict;
    }
    held = held || !point.holder.empty();
  }
  verdict.whole = true;
  if (!held)
    verdict.asks =
        "no checkpoint is held by anyone else, so whoever holds the case key could have rewritten this "
        "journal: "
        "hand one to counsel or an outside witness with `dislodge journal checkpoint CASE --holder WHO --out "
        "FILE`";
  return verdict;
}

Result<JournalVerdict> Journal::verify_note(std::string_view note) const {
  DISLODGE_TRY_ASSIGN(JournalVerdict verdict, verify());
  if (!verdict.whole) return verdict;
  verdict.whole = false;
  const std::size_t blank = note.find("\n\n");
  if (blank == std::string_view::npos)
    return base::fail(ErrorKind::usage, "this is not a checkpoint note of a journal");
  const std::string_view text = note.substr(0, blank + 1);
  const auto signature = base::from_base64(base::trim(note.substr(blank + 2)));
  const std::size_t first = text.find('\n');
  const std::size_t second = text.find('\n', first + 1);
  if (!signature || first == std::string_view::npos || second == std::string_view::npos ||
      text.substr(0, first) != "dislodge-journal")
    return base::fail(ErrorKind::usage, "this is not a checkpoint note of a journal");
  std::uint64_t size = 0;
  for (const char c : text.substr(first + 1, second - first - 1)) {
    if (c < '0' || c > '9') return base::fail(ErrorKind::usage, "the note's size is not a number");
    size = size * 10 + static_cast<std::uint64_t>(c - '0');
  }
  const auto root = base::from_base64(base::trim(text.substr(second + 1)));
  DISLODGE_TRY_ASSIGN(const auto all, leaves());
  if (!verify_signature(keys_.verify_key(), text, *signature)) {
    verdict.problem = "the note was not signed with this case's key";
  } else if (size > all.size()) {
    verdict.problem = fmt::format("the note speaks of {} entries, the journal has {}: entries were removed",
                                  size, all.size());
  } else if (!root || base::as_bytes(tree_root(std::span(all).first(size))) != *root) {
    verdict.problem =
        fmt::format("the first {} entries are not those of the note: the journal was rewritten", size);
  } else {
    verdict.whole = true;
    verdict.asks.clear();
  }
  return verdict;
}

}  // namespace dislodge::casefile

#include "engine/reopen.hpp"

#include <algorithm>

#include "base/encode.hpp"
#include "base/files.hpp"
#include "base/wire.hpp"
#include "engine/split_secrets.hpp"

namespace dislodge::engine {

using base::Result;
using casefile::Case;

namespace {

constexpr std::string_view kMeta = "unlock";
constexpr std::size_t kKeyFileMax = 1u << 20;
constexpr std::size_t kPasswordMax = 128;  // bytes; nobody types more

std::string encode(const evidence::Unlock &unlock) {
  base::WireWriter out;
  out.list(unlock.passwords, [&](const std::string &each) { out.text(each); });
  out.list(unlock.keys, [&](const std::string &each) { out.text(each); });
  return out.take();
}

// Paths of what stayed encrypted.
Result<std::vector<std::string>> closed_items(Case &the_case) {
  std::vector<std::string> items;
  DISLODGE_TRY_ASSIGN(auto query,
                      the_case.database().prepare("SELECT item FROM ledger WHERE state = 'encrypted'"));
  while (true) {
    DISLODGE_TRY_ASSIGN(const bool more, query.step());
    if (!more) return items;
    items.emplace_back(query.text(0));
  }
}

bool typed(std::string_view value) {
  if (value.size() < 3 || value.size() > kPasswordMax || !base::valid_utf8(value)) return false;
  return std::none_of(value.begin(), value.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

}  // namespace

Result<evidence::Unlock> load_unlock_files(const std::vector<std::filesystem::path> &password_files,
                                           const std::vector<std::filesystem::path> &key_files) {
  evidence::Unlock unlock;
  for (const std::filesystem::path &path : password_files) {
    DISLODGE_TRY_ASSIGN(std::string text, base::read_file(path));
    evidence::Unlock more;
    more.passwords = evidence::passwords_of(text);
    base::wipe(text);
    if (more.passwords.empty())
      return base::fail(base::ErrorKind::usage, path.string() + ": holds no password: write one a line");
    unlock.append(more);
  }
  for (const std::filesystem::path &path : key_files) {
    evidence::Unlock more;
    DISLODGE_TRY_ASSIGN(std::string key, base::read_file(path));
    if (key.empty() || key.size() > kKeyFileMax)
      return base::fail(base::ErrorKind::usage,
                        path.string() + ": this is no key file (PEM, DER or OpenPGP)");
    more.keys.push_back(std::move(key));
    unlock.append(more);
  }
  return unlock;
}

Result<void> keep_unlock(Case &the_case, const evidence::Unlock &more) {
  if (more.empty()) return {};
  DISLODGE_TRY_ASSIGN(evidence::Unlock all, kept_unlock(the_case));
  all.append(more);
  std::string clear = encode(all);
  all.wipe();
  const std::string sealed = casefile::seal(the_case.keys().public_key(), clear);
  base::wipe(clear);
  return the_case.set_meta(kMeta, base::to_base64(sealed));
}

Result<evidence::Unlock> kept_unlock(Case &the_case) {
  evidence::Unlock unlock;
  DISLODGE_TRY_ASSIGN(const std::string encoded, the_case.meta(kMeta));
  if (encoded.empty()) return unlock;
  const auto sealed = base::from_base64(encoded);
  if (!sealed) return base::fail(base::ErrorKind::damaged, "case file: the kept passwords are damaged");
  DISLODGE_TRY_ASSIGN(const base::SecretBytes clear, the_case.keys().open(*sealed));
  base::WireReader in(clear.view());
  in.list([&] { unlock.passwords.emplace_back(in.text()); });
  in.list([&] { unlock.keys.emplace_back(in.text()); });
  DISLODGE_TRY(in.finish("case file: kept passwords"));
  return unlock;
}

Result<evidence::Unlock> found_passwords(Case &the_case) {
  DISLODGE_TRY_ASSIGN(const auto sightings, load_sightings(the_case));
  std::map<std::string, std::size_t> seen;
  for (std::size_t i = 0; i < sightings.size(); ++i) {
    const SightingTable::Row row = sightings.row(i);
    const std::string_view kind = row.sighting.kind;
    if (row.sighting.latent || (kind != "password" && kind != "passphrase")) continue;
    ++seen[std::string(row.secret)];
  }
  std::vector<std::pair<std::size_t, std::string>> order;
  for (const auto &[secret, count] : seen) order.emplace_back(count, secret);
  std::sort(order.begin(), order.end(), [](const auto &a, const auto &b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  // A word alone in a message that follows something encrypted is the likeliest of all, and there are few.
  DISLODGE_TRY_ASSIGN(const std::vector<std::string> closed, closed_items(the_case));
  if (!closed.empty()) {
    DISLODGE_TRY_ASSIGN(const auto records, load_records(the_case));
    for (std::string &word : words_that_may_open(closed, sightings, records))
      if (!seen.contains(word)) order.insert(order.begin(), {0, std::move(word)});
  }
  evidence::Unlock unlock;
  DISLODGE_TRY_ASSIGN(auto query, the_case.database().prepare("SELECT sealed FROM secret WHERE id = ?"));
  for (const auto &[count, secret] : order) {
    if (unlock.passwords.size() >= kFoundPasswordsMax) break;
    query.bind(1, secret);
    DISLODGE_TRY_ASSIGN(const bool there, query.step());
    if (there) {
      DISLODGE_TRY_ASSIGN(const base::SecretBytes clear, the_case.keys().open(query.text(0)));
      if (typed(clear.view())) unlock.passwords.emplace_back(clear.view());
    }
    query.reset();
  }
  return unlock;
}

std::string unlock_digest(const casefile::CaseKeys &keys, const evidence::Unlock &unlock) {
  if (unlock.empty()) return {};
  // The order in which they are tried changes nothing.
  evidence::Unlock sorted = unlock;
  std::sort(sorted.passwords.begin(), sorted.passwords.end());
  std::sort(sorted.keys.begin(), sorted.keys.end());
  std::string clear = encode(sorted);
  sorted.wipe();
  std::string digest = keys.fingerprint(clear);
  base::wipe(clear);
  return digest;
}

Result<std::vector<UnitRow>> encrypted_units(Case &the_case, std::string_view digest) {
  std::vector<UnitRow> rows;
  // The key of a unit is "READERS" or "READERS+DIGEST of what was tried".
  DISLODGE_TRY_ASSIGN(
      auto query,
      the_case.database().prepare(
          "SELECT u.id, u.evidence, u.begin, u.until, u.state, u.attempts FROM unit u"
          " JOIN evidence e ON e.id = u.evidence WHERE u.state = 'done' AND u.key NOT LIKE '%+' || ?"
          " AND EXISTS (SELECT 1 FROM ledger l WHERE l.evidence = u.evidence AND l.unit = u.id AND"
          " (l.state = 'encrypted' OR (l.state = 'read-in-part' AND l.reason LIKE 'encrypted%')))"
          " ORDER BY u.priority, e.root, e.sha256, u.begin"));
  query.bind(1, digest);
  while (true) {
    DISLODGE_TRY_ASSIGN(const bool more, query.step());
    if (!more) return rows;
    rows.push_back(UnitRow{query.text(0), query.integer(1), static_cast<std::uint64_t>(query.integer(2)),
                           static_cast<std::uint64_t>(query.integer(3)), query.text(4),
                           static_cast<std::uint32_t>(query.integer(5))});
  }
}

}  // namespace dislodge::engine

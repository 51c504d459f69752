#include "engine/split_secrets.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include "base/encode.hpp"
#include "base/item_path.hpp"
#include "base/time.hpp"
#include "secret/hints.hpp"
#include "secret/said_owner.hpp"

namespace dislodge::engine {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::string_view kAnnounced = "account-announced";
constexpr std::string_view kWordAlone = "word-alone";
constexpr std::string_view kJoinedRule = "password-announced";
constexpr double kJoinedConfidence = 0.7;
constexpr std::int64_t kFollows = 7 * base::kDay;  // between the announcement and the password
constexpr int kLookedAt = 1'000;  // messages of one sender that are asked whether they belong to one secret
constexpr std::int64_t kBeside = 1 * base::kDay;  // between the halves that different people receive
// Between what is encrypted and its password: a word that does not fit opens nothing.
constexpr std::int64_t kFollowsClosed = 30 * base::kDay;

// What a subject says without "Re:", "AW:", "Fwd:" and the like.
std::string plain_subject(std::string_view subject) {
  std::string small = base::lower(base::trim(subject));
  for (bool again = true; again;) {
    again = false;
    for (const std::string_view mark :
         {"re:",   "aw:",    "fw:",   "fwd:",   "wg:",   "tr:",    "rv:",   "odp:",   "res:",
          "enc:",  "sv:",    "vs:",   "vl:",    "vá:",   "ynt:",   "ilt:",  "r:",     "i:",
          "回复:", "回复：", "回覆:", "回覆：", "答复:", "答复：", "转发:", "转发：", "轉寄:",
          "返信:", "απ:",    "πρθ:",  "رد:",    "השב:",  "hồi:",   "fwd：", "re："}) {
      if (!small.starts_with(mark)) continue;
      small = base::trim(std::string_view(small).substr(mark.size()));
      again = true;
    }
  }
  return small;
}

std::string sender_of(const evidence::Record &record) {
  for (const evidence::Person &person : record.people)
    if (person.role == evidence::PersonRole::from) return person.address;
  return {};
}

bool share_recipient(const evidence::Record &a, const evidence::Record &b) {
  const auto receives = [](const evidence::Person &person) {
    return person.role == evidence::PersonRole::to || person.role == evidence::PersonRole::cc ||
           person.role == evidence::PersonRole::bcc;
  };
  for (const evidence::Person &one : a.people)
    for (const evidence::Person &other : b.people)
      if (receives(one) && receives(other) && !one.address.empty() && one.address == other.address)
        return true;
  return false;
}

base::Time time_of(const evidence::Record &record) {
  return record.sent != base::kTimeMin ? record.sent : record.received;
}

bool answers(const evidence::Record &later, const evidence::Record &first) {
  return later.in_reply_to == first.message_id || std::find(later.references.begin(), later.references.end(),
                                                            first.message_id) != later.references.end();
}

// Whether one message belongs to the other though somebody else receives it: what is split over two mailboxes
// on purpose. The same sender, within `within`, as an answer or under the same subject.
bool sent_beside(const evidence::Record &one, const evidence::Record &other, std::int64_t within) {
  if (one.message_id.empty() || one.message_id == other.message_id) return false;
  const base::Time a = time_of(one);
  const base::Time b = time_of(other);
  if (a == base::kTimeMin || b == base::kTimeMin || sender_of(one) != sender_of(other)) return false;
  const std::int64_t apart = b.us - a.us;
  if ((apart < 0 ? -apart : apart) > within) return false;
  const std::string subject = plain_subject(one.subject);
  return answers(one, other) || answers(other, one) ||
         (!subject.empty() && subject == plain_subject(other.subject));
}

// Whether `later` may give what `first` announced: it answers it, or the same sender writes to the same
// people soon after, under the same subject or with one that speaks of a password.
bool follows(const evidence::Record &first, const evidence::Record &later, std::int64_t within = kFollows) {
  if (first.message_id.empty() || first.message_id == later.message_id) return false;
  const base::Time a = time_of(first);
  const base::Time b = time_of(later);
  if (a == base::kTimeMin || b == base::kTimeMin || b < a || b.us - a.us > within) return false;
  if (sender_of(first) != sender_of(later) || !share_recipient(first, later)) return false;
  if (answers(later, first)) return true;
  const std::string subject = plain_subject(later.subject);
  if (subject == plain_subject(first.subject)) return true;
  constexpr std::array kWords = {"pass"sv,
                                 "pw"sv,
                                 "kennwort"sv,
                                 "mdp"sv,
                                 "contrase"sv,
                                 "senha"sv,
                                 "has\xC5\x82o"sv,
                                 "\xD0\xBF\xD0\xB0\xD1\x80\xD0\xBE\xD0\xBB"sv,
                                 "\xEB\xB9\x84\xEB\xB0\x80"sv,
                                 "adgangskode"sv,
                                 "kodeord"sv,
                                 "l\xC3\xB6sen"sv,
                                 "wachtwoord"sv,
                                 "salasana"sv,
                                 "heslo"sv,
                                 "jelsz"sv,
                                 "ifre"sv,
                                 "parola"sv,
                                 "κωδικ"sv,
                                 "كلمة"sv,
                                 "סיסמ"sv,
                                 "khẩu"sv,
                                 "รหัสผ่าน"sv,
                                 "पासवर्ड"sv,
                                 "密码"sv,
                                 "密碼"sv,
                                 "パスワード"sv,
                                 "login"sv,
                                 "secret"sv,
                                 "client"sv,
                                 "access"sv,
                                 "zugang"sv};
  return subject.empty() || std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) {
           return subject.find(word) != std::string::npos;
         });
}

std::string user_of(const std::vector<secret::Hint> &hints) {
  for (const secret::Hint &hint : hints)
    if (hint.kind == secret::HintKind::user && hint.value != secret::kTheRecipient &&
        hint.value != secret::kTheAuthor)
      return hint.value;
  return {};
}

bool is_application_secret(const secret::SightingView &s) {
  return s.rejected.empty() && !s.identifier &&
         (s.kind.find("client-secret") != std::string::npos || s.rule == "assigned-secret");
}

// The values of a kind of hint, each once.
std::set<std::string> values_of(const std::vector<secret::Hint> &of, secret::HintKind kind) {
  std::set<std::string> out;
  for (const secret::Hint &hint : of)
    if (hint.kind == kind) out.insert(base::lower(hint.value));
  return out;
}

// A message in which ids of one kind stood, with what stood beside them.
struct Named {
  base::Time at;
  std::int64_t id = 0;
  std::vector<secret::Hint> hints;
};
using NamedIds = std::map<std::string, std::vector<Named>>;  // by sender, each in the order of time
using RecordsById = std::unordered_map<std::int64_t, const evidence::Record *>;

template <typename Takes>
NamedIds ids_of(const SightingTable &sightings, const RecordsById &by_id, Takes takes) {
  std::map<std::int64_t, std::vector<secret::Hint>> by_record;
  for (std::size_t i = 0; i < sightings.size(); ++i) {
    const SightingTable::Row row = sightings.row(i);
    if (!takes(row.sighting) || !row.sighting.rejected.empty() || !by_id.contains(row.record)) continue;
    std::vector<secret::Hint> &hints = by_record[row.record];
    for (secret::Hint &hint : row.sighting.hints()) hints.push_back(std::move(hint));
  }
  NamedIds named;
  for (auto &[id, hints] : by_record) {
    const evidence::Record &record = *by_id.at(id);
    if (const base::Time at = time_of(record); at != base::kTimeMin)
      named[sender_of(record)].push_back({at, id, std::move(hints)});
  }
  for (auto &[sender, messages] : named)
    std::sort(messages.begin(), messages.end(), [&](const Named &a, const Named &b) {
      return std::tuple(a.at, std::string_view(by_id.at(a.id)->message_id), a.id) <
             std::tuple(b.at, std::string_view(by_id.at(b.id)->message_id), b.id);
    });
  return named;
}

// The ids of the message nearest in time that belongs to the record's; of two as near, the earlier one. Null:
// none of the kLookedAt nearest does, or none within kFollows.
const std::vector<secret::Hint> *nearest(const NamedIds &named, std::int64_t id, const RecordsById &by_id) {
  const evidence::Record &record = *by_id.at(id);
  const base::Time at = time_of(record);
  const auto found = named.find(sender_of(record));
  if (found == named.end() || at == base::kTimeMin) return nullptr;
  const std::vector<Named> &messages = found->second;
  std::size_t after =
      static_cast<std::size_t>(std::lower_bound(messages.begin(), messages.end(), at,
                                                [](const Named &m, base::Time t) { return m.at < t; }) -
                               messages.begin());
  std::size_t before = after;
  for (int looked = 0; looked < kLookedAt; ++looked) {
    const std::int64_t back = before > 0 ? at.us - messages[before - 1].at.us : kFollows + 1;
    const std::int64_t ahead = after < messages.size() ? messages[after].at.us - at.us : kFollows + 1;
    if (std::min(back, ahead) > kFollows) return nullptr;
    const Named &named_in = back <= ahead ? messages[--before] : messages[after++];
    const evidence::Record &other = *by_id.at(named_in.id);
    if (named_in.id != id &&
        (follows(other, record) || follows(record, other) || sent_beside(other, record, kBeside)))
      return &named_in.hints;
  }
  return nullptr;
}

// The ids that were sent apart from the secret of their application.
void join_applications(SightingTable &sightings, const RecordsById &by_id) {
  const NamedIds named = ids_of(sightings, by_id, [](const secret::SightingView &s) {
    return s.kind == "application-id" || s.kind == "tenant-id";
  });
  if (named.empty()) return;
  for (std::size_t i = 0; i < sightings.size(); ++i) {
    const SightingTable::Row row = sightings.row(i);
    if (!is_application_secret(row.sighting) || row.sighting.quote_depth > 0) continue;
    if (!by_id.contains(row.record)) continue;
    StoredSighting told = row.whole();
    if (!secret::hint(told.sighting, secret::HintKind::application).empty()) continue;
    const auto *best = nearest(named, row.record, by_id);
    if (best == nullptr) continue;
    const std::set<std::string> applications = values_of(*best, secret::HintKind::application);
    const std::set<std::string> tenants = values_of(*best, secret::HintKind::tenant);
    if (applications.size() != 1) continue;
    secret::add_hint(told.sighting.hints, secret::HintKind::application, *applications.begin());
    if (tenants.size() == 1 && secret::hint(told.sighting, secret::HintKind::tenant).empty())
      secret::add_hint(told.sighting.hints, secret::HintKind::tenant, *tenants.begin());
    sightings.replace(i, told);
  }
}

// A secret key of AWS whose id was sent in another message. A message with several such secrets, or several
// ids, says of none which is whose; ids beside a secret of their own are that one's.
void join_aws_keys(SightingTable &sightings, const RecordsById &by_id) {
  NamedIds named = ids_of(sightings, by_id, [](const secret::SightingView &s) {
    return s.kind == "aws-access-key-id" || s.kind == "aws-temporary-key-id";
  });
  if (named.empty()) return;
  const auto waits = [&](const SightingTable::Row &row) {
    return row.sighting.kind == "aws-secret-key" && row.sighting.rejected.empty() &&
           row.sighting.quote_depth == 0 && by_id.contains(row.record);
  };
  std::map<std::int64_t, std::set<std::string>> secrets;  // the different ones of a message
  for (std::size_t i = 0; i < sightings.size(); ++i)
    if (const SightingTable::Row row = sightings.row(i); waits(row)) secrets[row.record].emplace(row.secret);
  for (auto &[sender, messages] : named)
    std::erase_if(messages, [&](const Named &one) { return secrets.contains(one.id); });
  for (std::size_t i = 0; i < sightings.size(); ++i) {
    const SightingTable::Row row = sightings.row(i);
    if (!waits(row) || secrets[row.record].size() != 1) continue;
    StoredSighting told = row.whole();
    if (!secret::hint(told.sighting, secret::HintKind::key_id).empty()) continue;
    const auto *best = nearest(named, row.record, by_id);
    if (best == nullptr) continue;
    std::set<std::string> keys;
    for (const secret::Hint &hint : *best)
      if (hint.kind == secret::HintKind::key_id &&
          (hint.value.starts_with("AKIA") || hint.value.starts_with("ASIA")))
        keys.insert(hint.value);
    if (keys.size() != 1) continue;
    secret::add_hint(told.sighting.hints, secret::HintKind::key_id, *keys.begin());
    for (const secret::HintKind kind : {secret::HintKind::account, secret::HintKind::user})
      if (const std::set<std::string> said = values_of(*best, kind);
          said.size() == 1 && secret::hint(told.sighting, kind).empty())
        secret::add_hint(told.sighting.hints, kind, *said.begin());
    sightings.replace(i, told);
  }
}

}  // namespace

void join_split_secrets(SightingTable &sightings, const std::vector<StoredRecord> &records) {
  std::unordered_map<std::int64_t, const evidence::Record *> by_id;
  for (const StoredRecord &row : records)
    if (row.record.kind == evidence::RecordKind::message) by_id[row.id] = &row.record;
  const auto record_of = [&](const SightingTable::Row &row) -> const evidence::Record * {
    const auto found = by_id.find(row.record);
    return found == by_id.end() ? nullptr : found->second;
  };

  join_applications(sightings, by_id);
  join_aws_keys(sightings, by_id);

  // What was announced, by sender.
  struct Announced {
    const evidence::Record *record = nullptr;
    std::string user;
  };
  std::map<std::string, std::vector<Announced>> announced;
  for (std::size_t i = 0; i < sightings.size(); ++i) {
    const SightingTable::Row row = sightings.row(i);
    if (row.sighting.kind != kAnnounced || !row.sighting.rejected.empty()) continue;
    const evidence::Record *record = record_of(row);
    std::string user = record == nullptr ? std::string() : user_of(row.sighting.hints());
    if (!user.empty()) announced[sender_of(*record)].push_back({record, std::move(user)});
  }
  if (announced.empty()) return;
  for (auto &[sender, list] : announced)
    std::stable_sort(list.begin(), list.end(), [](const Announced &a, const Announced &b) {
      return std::pair(time_of(*a.record), a.record->message_id) <
             std::pair(time_of(*b.record), b.record->message_id);
    });

  for (std::size_t i = 0; i < sightings.size(); ++i) {
    const SightingTable::Row row = sightings.row(i);
    const bool word = row.sighting.kind == kWordAlone;
    const bool password = row.sighting.kind == "password" && row.sighting.rejected.empty();
    if ((!word && !password) || row.sighting.quote_depth > 0) continue;
    const evidence::Record *record = record_of(row);
    if (record == nullptr) continue;
    const auto list = announced.find(sender_of(*record));
    if (list == announced.end() || (!word && !user_of(row.sighting.hints()).empty())) continue;
    // The last announcement before it.
    const auto last = std::find_if(list->second.rbegin(), list->second.rend(),
                                   [&](const Announced &one) { return follows(*one.record, *record); });
    if (last == list->second.rend()) continue;
    StoredSighting told = row.whole();
    secret::add_hint(told.sighting.hints, secret::HintKind::user, last->user);
    if (word) {
      told.sighting.kind = "password";
      told.sighting.rule = kJoinedRule;
      told.sighting.identifier = false;
      told.sighting.confidence = kJoinedConfidence;
    }
    sightings.replace(i, told);
  }
}

std::vector<std::string> words_that_may_open(const std::vector<std::string> &closed,
                                             const SightingTable &sightings,
                                             const std::vector<StoredRecord> &records) {
  std::unordered_map<std::string_view, const evidence::Record *> by_item;
  std::unordered_map<std::int64_t, const evidence::Record *> by_id;
  for (const StoredRecord &row : records) {
    if (row.record.kind != evidence::RecordKind::message) continue;
    by_item[row.record.item] = &row.record;
    by_id[row.id] = &row.record;
  }
  std::map<std::string, std::set<const evidence::Record *>> waiting;  // by sender
  for (const std::string &path : closed)
    for (std::string_view item = path; !item.empty(); item = base::item_parent(item))
      if (const auto found = by_item.find(item); found != by_item.end())
        waiting[sender_of(*found->second)].insert(found->second);
  std::set<std::string> words;
  if (waiting.empty()) return {};
  for (std::size_t i = 0; i < sightings.size(); ++i) {
    const SightingTable::Row row = sightings.row(i);
    if (row.sighting.kind != kWordAlone || row.sighting.quote_depth > 0) continue;
    const auto record = by_id.find(row.record);
    if (record == by_id.end()) continue;
    const auto list = waiting.find(sender_of(*record->second));
    if (list != waiting.end() &&
        std::any_of(list->second.begin(), list->second.end(), [&](const evidence::Record *first) {
          return follows(*first, *record->second, kFollowsClosed) ||
                 sent_beside(*first, *record->second, kFollowsClosed);
        }))
      words.emplace(row.secret);
  }
  return {words.begin(), words.end()};
}

void tell_words_that_opened(const std::vector<OpenedItem> &opened, SightingTable &sightings) {
  std::set<std::string_view> keys;
  for (const OpenedItem &one : opened) keys.insert(std::string_view(one.key).substr(sizeof("secret:") - 1));
  if (keys.empty()) return;
  for (std::size_t i = 0; i < sightings.size(); ++i) {
    const SightingTable::Row row = sightings.row(i);
    if (row.sighting.kind != kWordAlone || !keys.contains(row.secret)) continue;
    StoredSighting told = row.whole();
    told.sighting.kind = "password";
    told.sighting.rule = kJoinedRule;
    told.sighting.identifier = false;
    told.sighting.confidence = 1;  // it opened something
    sightings.replace(i, told);
  }
}

}  // namespace dislodge::engine

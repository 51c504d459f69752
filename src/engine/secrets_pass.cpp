#include "engine/secrets_pass.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/encode.hpp"
#include "base/item_path.hpp"
#include "base/text_order.hpp"
#include "identity/name_index.hpp"

namespace dislodge::engine {

namespace {

bool holds_mail(const EvidenceRow &row) {
  return row.type == "mbox" || row.type == "message" || row.type == "pst";
}
bool holds_repository(const EvidenceRow &row) {
  return row.repository() || row.type == "git-bundle" || row.type == "git-pack";
}
bool is_table(const EvidenceRow &row) {
  return row.type == "json" || row.type == "csv";
}

bool is_archive(const EvidenceRow &row) {
  return row.type == "zip" || row.type == "tar" || row.type == "gzip" || row.type == "7z" ||
         row.type == "zstd" || row.type == "xz" || row.type == "bzip2" || row.type == "rar";
}

// A mailbox's name without what says of which kind the file is: "lena.brandt.mbox.zip".
std::string_view without_endings(std::string_view name) {
  for (bool again = true; again;) {
    again = false;
    for (const std::string_view ending :
         {".mbox", ".mbx", ".pst", ".ost", ".zip", ".eml", ".msg", ".csv", ".json"}) {
      if (name.size() <= ending.size() || !name.ends_with(ending)) continue;
      name.remove_suffix(ending.size());
      again = true;
    }
  }
  return name;
}

// Addresses in the names of an archive's folders and files, in lower case:
// "Exchange/ann@brisk.example (Primary)/Top of Information Store/Inbox/1.eml", "ann@brisk.example.mbox".
void addresses_in(std::string_view path, std::set<std::string> &found) {
  const auto of_local = [](char c) {
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '.' || c == '_' ||
           c == '-' || c == '+' || c == '\'';
  };
  const auto of_domain = [&](char c) { return of_local(c) && c != '_' && c != '+' && c != '\''; };
  for (std::size_t at = path.find('@'); at != path.npos; at = path.find('@', at + 1)) {
    std::size_t begin = at;
    while (begin > 0 && of_local(path[begin - 1])) --begin;
    std::size_t end = at + 1;
    while (end < path.size() && of_domain(path[end])) ++end;
    std::string address = base::lower(path.substr(begin, end - begin));
    address.resize(without_endings(address).size());
    const std::size_t dot = address.rfind('.');
    if (begin < at && dot != address.npos && dot > address.find('@') + 1 && dot + 2 < address.size())
      found.insert(std::move(address));
  }
}

// What lies in one folder and was exposed alike is one thing that could be read: a mailbox that was exported
// a file a message, a share of documents. A file that is a mailbox of its own, and one alone in its folder,
// stays by itself. Evidence id -> folder.
std::map<std::int64_t, std::string> folders_of(const std::vector<EvidenceRow> &evidence,
                                               const std::vector<std::int64_t> &logs,
                                               const std::map<std::int64_t, std::string> &packed) {
  struct Folder {
    std::vector<std::int64_t> rows;
    bool alike = true;
    base::Interval exposed;
    std::vector<base::Interval> again;
    bool said = false;
  };
  std::map<std::string, Folder> folders;
  for (const EvidenceRow &row : evidence) {
    if (!row.custodian.empty() || is_table(row) || holds_repository(row)) continue;
    if (row.type == "mbox" || row.type == "pst" || packed.contains(row.id)) continue;
    if (!row.exposure_said && std::binary_search(logs.begin(), logs.end(), row.id)) continue;
    const std::string parent = std::filesystem::path(row.root).parent_path().string();
    if (parent.empty()) continue;
    Folder &folder = folders[parent];
    if (folder.rows.empty()) {
      folder.exposed = row.exposed;
      folder.again = row.exposed_again;
      folder.said = row.exposure_said;
    }
    folder.alike &= folder.said == row.exposure_said && folder.exposed == row.exposed &&
                    folder.again == row.exposed_again;
    folder.rows.push_back(row.id);
  }
  std::map<std::int64_t, std::string> of_row;
  for (const auto &[name, folder] : folders) {
    if (!folder.alike || folder.rows.size() < 2) continue;
    for (const std::int64_t row : folder.rows) of_row.emplace(row, name);
  }
  return of_row;
}

// Whether a file or folder bears an address or what stands before its @: "lena.brandt.mbox" and
// "lena.brandt@halcyon.example" do, "lena.brandt-2" does not. Both in lower case.
bool names_owner(std::string_view name, std::string_view address) {
  name = without_endings(name);
  return name == address || name == address.substr(0, address.find('@'));
}

// In whose mailbox the log saw the messages of this evidence; else the address that most of them have among
// their people. Two that most have (all of it from one to the other) are told apart by where it was
// delivered, or not at all: the mailbox of a stranger is worse than one of nobody. `evidence` is sorted.
std::string likely_owner(const std::vector<std::int64_t> &evidence, const std::vector<StoredRecord> &records,
                         const MailboxesRead &reads, std::string_view place) {
  struct Count {
    std::uint64_t messages = 0, delivered = 0;
  };
  std::map<std::string, Count> seen;
  std::map<std::string, std::uint64_t> read_in;
  std::uint64_t messages = 0, reads_known = 0;
  for (const StoredRecord &row : records) {
    if (row.record.kind != evidence::RecordKind::message ||
        !std::binary_search(evidence.begin(), evidence.end(), row.evidence))
      continue;
    ++messages;
    if (const auto read = reads.find(row.record.message_id); read != reads.end()) {
      ++read_in[read->second];
      ++reads_known;
    }
    std::vector<std::string> here;
    for (const evidence::Person &person : row.record.people) {
      if (person.address.empty()) continue;
      if (person.role == evidence::PersonRole::delivered_to) ++seen[person.address].delivered;
      if (std::find(here.begin(), here.end(), person.address) == here.end()) here.push_back(person.address);
    }
    for (const std::string &address : here) ++seen[address].messages;
  }
  for (const auto &[mailbox, times] : read_in)
    if (times * 2 > reads_known) return mailbox;
  const auto rank = [](const Count &one) { return std::pair(one.messages, one.delivered); };
  const auto best = std::max_element(seen.begin(), seen.end(), [&](const auto &a, const auto &b) {
    return rank(a.second) < rank(b.second);
  });
  if (messages < 3 || best == seen.end() || best->second.messages * 2 <= messages) return {};
  std::vector<std::string_view> same;
  for (const auto &[address, count] : seen)
    if (rank(count) == rank(best->second)) same.push_back(address);
  if (same.size() == 1) return best->first;
  // Two who only ever wrote to each other: the file bears the name of one of them.
  const std::string name = base::lower(place.substr(place.rfind('/') + 1));
  std::erase_if(same, [&](std::string_view address) { return !names_owner(name, address); });
  return same.size() == 1 ? std::string(same.front()) : std::string();
}

// A mailbox as Purview and Vault pack it: archive -> whose it is. It is named after its owner, or else is
// that of whoever is on most of its messages. Of an archive of several mailboxes nothing is said here.
std::map<std::int64_t, std::string> packed_mailboxes(const std::vector<EvidenceRow> &evidence,
                                                     const std::vector<StoredRecord> &records,
                                                     const MailboxesRead &reads,
                                                     std::vector<std::string> &told) {
  std::map<std::int64_t, std::set<std::string>> named;
  for (const EvidenceRow &row : evidence)
    if (is_archive(row) && row.custodian.empty()) named[row.id];
  std::set<std::int64_t> holding;
  for (const StoredRecord &row : records) {
    const auto one = named.find(row.evidence);
    if (one == named.end() || row.record.kind != evidence::RecordKind::message) continue;
    holding.insert(row.evidence);
    // The folders and mailboxes within the archive; what a message's file is called says nothing.
    const std::string_view item = row.record.item;
    const std::size_t inner = item.find("!/");
    const std::size_t file = item.rfind('/');
    if (inner == item.npos || file <= inner + 1 || one->second.size() > 1) continue;
    addresses_in(base::unescape_step(item.substr(inner + 2, file - inner - 2)), one->second);
  }
  std::map<std::int64_t, std::string> owners;
  for (const EvidenceRow &row : evidence) {
    if (!holding.contains(row.id)) continue;
    const std::set<std::string> &names = named[row.id];
    if (names.size() > 1) {
      told.push_back(
          fmt::format("{}: mailboxes of several people in one archive ({} and others), which counts as one "
                      "thing that could be "
                      "read; unpack it and add the folder, or each mailbox with --custodian",
                      row.root, *names.begin()));
      continue;
    }
    const std::string owner =
        names.empty() ? likely_owner({row.id}, records, reads, row.root) : *names.begin();
    if (owner.empty()) continue;
    owners.emplace(row.id, owner);
    told.push_back(fmt::format("{}: taken for the mailbox of {}, {}; say otherwise with --custodian",
                               row.root, owner,
                               names.empty() ? "who is on most of its messages" : "whose name it has"));
  }
  return owners;
}

// Repositories of the directories whose name ends like the evidence: "platform-config.bundle".
std::string likely_repository(const EvidenceRow &row, const identity::Facts &facts) {
  std::string stem = std::filesystem::path(row.root).filename().string();
  for (const std::string_view suffix : {".bundle", ".git", ".pack"})
    if (stem.size() > suffix.size() && std::string_view(stem).substr(stem.size() - suffix.size()) == suffix)
      stem.resize(stem.size() - suffix.size());
  stem = base::lower(stem);
  std::string found;
  for (const identity::Resource &resource : facts.resources) {
    if (resource.kind != "repository") continue;
    const std::string_view name = std::string_view(resource.id).substr(resource.id.rfind('/') + 1);
    if (name != stem) continue;
    if (!found.empty()) return {};  // two of that name: nothing can be said
    found = resource.id;
  }
  return found;
}

std::string value_of(base::Time time) {
  return base::format_time(time);
}

// Things by numbers that begin near 0 and have few holes; others are found, too.
template <typename T>
class ByNumber {
 public:
  void add(std::int64_t number, T *thing) {
    if (number < 0 || number > kDense) {
      others_[number] = thing;
      return;
    }
    const auto at = static_cast<std::size_t>(number);
    if (at >= dense_.size()) dense_.resize(std::max(at + 1, dense_.size() * 2), nullptr);
    dense_[at] = thing;
  }
  T *find(std::int64_t number) const {
    if (number >= 0 && number <= kDense) {
      const auto at = static_cast<std::size_t>(number);
      return at < dense_.size() ? dense_[at] : nullptr;
    }
    const auto found = others_.find(number);
    return found == others_.end() ? nullptr : found->second;
  }

 private:
  static constexpr std::int64_t kDense = 1 << 26;
  std::vector<T *> dense_;
  std::unordered_map<std::int64_t, T *> others_;
};

}  // namespace

std::vector<std::string> listings_in(const identity::Facts &facts) {
  std::vector<std::string> items;
  std::string_view last;  // what one file says stands together
  const auto add = [&](const std::string &evidence) {
    const std::string_view item = std::string_view(evidence).substr(0, evidence.rfind(":line "));
    if (item.empty() || item == last) return;
    items.emplace_back(item);
    last = item;
  };
  for (const identity::Principal &one : facts.principals) add(one.evidence);
  last = {};
  for (const identity::Grant &one : facts.grants) add(one.evidence);
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
  return items;
}

std::vector<std::int64_t> logs_among(const std::vector<EvidenceRow> &evidence,
                                     const std::vector<StoredRecord> &records, const SightingTable &sightings,
                                     const std::vector<std::string> &files) {
  std::unordered_set<std::string_view> roots;
  const std::unordered_set<std::string_view> items(files.begin(), files.end());
  for (const std::string &item : files) roots.insert(base::item_root(item));
  const auto of_log = [&](std::string_view item) {
    while (!item.empty() && !items.contains(item)) item = base::item_parent(item);
    return !item.empty();
  };
  // What a thief could use beside the log: then it is a thing that holds a log, such as a mailbox.
  std::unordered_set<std::int64_t> beside;
  for (const StoredRecord &row : records) {
    if (!of_log(row.record.item)) beside.insert(row.evidence);
  }
  for (std::size_t i = 0; i < sightings.size(); ++i) {
    const SightingTable::Row row = sightings.row(i);
    if (row.sighting.rejected.empty() && !of_log(row.sighting.item)) beside.insert(row.evidence);
  }
  std::vector<std::int64_t> logs;
  for (const EvidenceRow &row : evidence) {
    if (roots.contains(row.root) && !beside.contains(row.id)) logs.push_back(row.id);
  }
  std::sort(logs.begin(), logs.end());
  return logs;
}

MailboxesRead mailboxes_read(const log::EventTable &events) {
  MailboxesRead reads;
  for (const log::Event &event : events.events) {
    if (event.event_class != log::EventClass::mail_access || event.mailbox == 0) continue;
    for (const std::string_view id : events.extras_of(event, "message-id")) {
      const auto [known, fresh] = reads.emplace(id, base::lower(events.text(event.mailbox)));
      if (!fresh && known->second != base::lower(events.text(event.mailbox))) known->second.clear();
    }
  }
  // A message that lies in several mailboxes says nothing of one.
  std::erase_if(reads, [](const auto &one) { return one.second.empty(); });
  return reads;
}

Held hold_evidence(const std::vector<EvidenceRow> &evidence, const std::vector<StoredRecord> &records,
                   identity::Facts &facts, const std::vector<std::int64_t> &logs,
                   const MailboxesRead &reads) {
  Held held;
  const identity::NameIndex names(facts);
  std::map<std::string, std::string> held_in;  // resource -> first item
  std::vector<identity::Resource> fresh;
  const std::map<std::int64_t, std::string> packed =
      packed_mailboxes(evidence, records, reads, held.inferred);
  const std::map<std::int64_t, std::string> folders = folders_of(evidence, logs, packed);
  struct Members {
    std::vector<std::int64_t> mail;  // sorted, as evidence is by id
    std::size_t files = 0;
    bool asked = false;
    std::string owner;
  };
  std::map<std::string, Members> members;
  for (const EvidenceRow &row : evidence) {
    const auto folder = folders.find(row.id);
    if (folder == folders.end()) continue;
    Members &one = members[folder->second];
    ++one.files;
    if (holds_mail(row)) one.mail.push_back(row.id);
  }
  for (auto &[name, one] : members) std::sort(one.mail.begin(), one.mail.end());
  for (const EvidenceRow &row : evidence) {
    if (is_table(row) || (!row.exposure_said && std::binary_search(logs.begin(), logs.end(), row.id)))
      continue;
    std::string custodian = row.custodian;
    std::string resource;
    const auto folder = folders.find(row.id);
    if (folder != folders.end()) {
      Members &all = members[folder->second];
      if (!all.asked && all.mail.size() == all.files) {
        all.owner = likely_owner(all.mail, records, reads, folder->second);
        if (!all.owner.empty())
          held.inferred.push_back(
              fmt::format("{}: taken for the mailbox of {}, who is on most of its messages; say otherwise "
                          "with --custodian",
                          folder->second, all.owner));
      }
      all.asked = true;
      custodian = all.owner;
      resource = custodian.empty() ? "resource:evidence/" + folder->second
                                   : identity::resource_of_custodian(custodian, names);
    } else if (!custodian.empty()) {
      resource = identity::resource_of_custodian(custodian, names);
    } else if (const auto owner = packed.find(row.id); owner != packed.end()) {
      custodian = owner->second;
      resource = identity::resource_of_custodian(custodian, names);
    } else if (holds_mail(row)) {
      custodian = likely_owner({row.id}, records, reads, row.root);
      if (!custodian.empty()) {
        resource = identity::resource_of_custodian(custodian, names);
        held.inferred.push_back(fmt::format(
            "{}: taken for the mailbox of {}, who is on most of its messages; say otherwise with --custodian",
            row.root, custodian));
      }
    } else if (holds_repository(row)) {
      resource = likely_repository(row, facts);
      if (!resource.empty())
        held.inferred.push_back(
            fmt::format("{}: taken for {} by its name; say otherwise with --custodian", row.root, resource));
    }
    if (resource.empty()) resource = "resource:evidence/" + row.root;
    held.resource[row.id] = resource;
    held.custodian[row.id] = custodian;
    if (held_in.emplace(resource, row.root).second) {
      identity::Resource made;
      made.id = resource;
      made.kind = holds_mail(row) || packed.contains(row.id) ? "mailbox"
                  : holds_repository(row)                    ? "repository"
                                                             : "file";
      made.name = !custodian.empty() ? custodian
                  : folder == folders.end()
                      ? row.root
                      : fmt::format("{} ({} files)", folder->second, members[folder->second].files);
      made.held_in = row.root;
      made.evidence = row.root;
      fresh.push_back(std::move(made));
    }
  }
  for (identity::Resource &resource : facts.resources) {
    const auto found = held_in.find(resource.id);
    if (found != held_in.end()) resource.held_in = found->second;
  }
  identity::Facts more;
  more.resources = std::move(fresh);
  facts.append(std::move(more));
  facts.settle();
  return held;
}

std::vector<identity::SecretFact> assemble_secrets(const SightingTable &sightings,
                                                   const std::vector<StoredRecord> &records, const Held &held,
                                                   const SecretLengths &lengths) {
  // Ids of rows are numbers from 1 on, nearly without holes.
  ByNumber<const evidence::Record> by_id;
  for (const StoredRecord &row : records) by_id.add(row.id, &row.record);
  ByNumber<const std::string> resources;
  for (const auto &[id, resource] : held.resource) resources.add(id, &resource);
  // A blob's record comes after its sightings, which do not name it.
  std::unordered_map<std::string, const evidence::Record *> blobs;
  std::unordered_set<std::int64_t> repositories;  // evidence with blobs
  for (const StoredRecord &row : records)
    if (row.record.kind == evidence::RecordKind::blob) {
      blobs[fmt::format("{} {}", row.evidence, row.record.item)] = &row.record;
      repositories.insert(row.evidence);
    }
  const auto blob_of = [&](const SightingTable::Row &row) -> const evidence::Record * {
    if (!repositories.contains(row.evidence)) return nullptr;
    for (std::string_view item = row.sighting.item; !item.empty(); item = base::item_parent(item)) {
      const auto found = blobs.find(fmt::format("{} {}", row.evidence, item));
      if (found != blobs.end()) return found->second;
    }
    return nullptr;
  };

  // By secret, and within one in the order of the sightings, which is that of their items.
  std::vector<std::uint32_t> order;
  order.reserve(sightings.size());
  for (std::size_t i = 0; i < sightings.size(); ++i)
    if (const secret::SightingView one = sightings.row(i).sighting; one.rejected.empty() && !one.identifier)
      order.push_back(static_cast<std::uint32_t>(i));
  base::order_by_text(
      order, [&](std::uint32_t i) { return sightings.secret(i); },
      [](std::uint32_t, std::uint32_t) { return std::weak_ordering::equivalent; });

  std::vector<identity::SecretFact> list;
  std::string_view last;
  for (const std::uint32_t i : order) {
    const SightingTable::Row row = sightings.row(i);
    const secret::SightingView &sighting = row.sighting;
    if (list.empty() || last != row.secret) {
      list.emplace_back().id.append("secret:").append(row.secret);
      list.back().length = lengths.of(row.secret);
      last = row.secret;
    }
    identity::SecretFact &fact = list.back();
    if (sighting.confidence > fact.confidence || fact.kind.empty()) {
      fact.kind = sighting.kind;
      fact.rule = sighting.rule;
      fact.confidence = sighting.confidence;
    }
    fact.latent = fact.latent || sighting.latent;
    identity::SecretPlace &place = fact.places.emplace_back();
    place.item = sighting.item;
    place.line = sighting.line;
    if (const std::string *resource = resources.find(row.evidence); resource != nullptr)
      place.resource = *resource;
    place.hints = sighting.hints();
    place.quote_depth = sighting.quote_depth;
    const evidence::Record *const blob = blob_of(row);
    const evidence::Record *record = row.record != 0 ? by_id.find(row.record) : nullptr;
    if (record == nullptr) record = blob;
    if (record != nullptr) {
      place.message_id = record->message_id;
      // Whatever lies in a repository, a mail among it, is there from its commit on.
      if (blob != nullptr)
        place.present_from = blob->received;
      else
        place.present_from = record->received != base::kTimeMin ? record->received : record->sent;
      for (const evidence::Person &person : record->people) {
        if (person.address.empty() ||
            std::find(place.people.begin(), place.people.end(), person.address) != place.people.end())
          continue;
        if (person.role == evidence::PersonRole::from || person.role == evidence::PersonRole::author)
          place.people.insert(place.people.begin(), person.address);
        else
          place.people.push_back(person.address);
      }
    }
  }
  const auto earlier = [](const identity::SecretPlace &a, const identity::SecretPlace &b) {
    return std::tie(a.item, a.line) < std::tie(b.item, b.line);
  };
  for (identity::SecretFact &fact : list)
    if (!std::is_sorted(fact.places.begin(), fact.places.end(), earlier))
      std::stable_sort(fact.places.begin(), fact.places.end(), earlier);
  return list;
}

void add_exposures(const std::vector<EvidenceRow> &evidence, const Held &held, identity::Facts &facts) {
  std::set<std::tuple<std::string, base::Time, base::Time, bool>> told;  // many files may be one resource
  for (const EvidenceRow &row : evidence) {
    const auto resource = held.resource.find(row.id);
    if (resource == held.resource.end()) continue;
    if (!row.exposure_said && (holds_repository(row) || is_table(row))) continue;
    if (row.exposure_said && row.exposed.empty()) continue;  // --exposed none
    std::vector<base::Interval> times = {row.exposed};
    times.insert(times.end(), row.exposed_again.begin(), row.exposed_again.end());
    for (const base::Interval &time : times) {
      if (!told.emplace(resource->second, time.from, time.until, row.exposure_said).second) continue;
      identity::Exposure exposure;
      exposure.resource = resource->second;
      exposure.interval = time;
      exposure.confirmed = false;  // only an event confirms
      exposure.evidence =
          row.exposure_said
              ? fmt::format("{}: stated with --exposed {}..{}", row.root, value_of(time.from),
                            value_of(time.until))
              : row.root + ": no exposure was stated, so it counts from before its oldest item until now";
      facts.exposures.push_back(std::move(exposure));
    }
  }
}

}  // namespace dislodge::engine

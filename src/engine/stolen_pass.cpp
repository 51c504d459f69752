#include "engine/stolen_pass.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_set>

#include "base/encode.hpp"
#include "base/words.hpp"
#include "engine/held_mail.hpp"
#include "engine/readable.hpp"

namespace dislodge::engine {

namespace {

// What stands for the mailbox of messages that name none: loose files without --custodian.
const std::string kNoMailbox = "mail of no named mailbox";

// The same folder as a log and an export write it: "\\Inbox", "Top of Information Store/Inbox". Neither need
// name the root that the other begins with.
bool same_folder(std::string_view one, std::string_view other) {
  const auto next = [](std::string_view &path) {
    while (!path.empty() && (path.back() == '/' || path.back() == '\\')) path.remove_suffix(1);
    const std::size_t cut = path.find_last_of("/\\");
    const std::string_view name = cut == std::string_view::npos ? path : path.substr(cut + 1);
    path = path.substr(0, path.size() - name.size());
    return name;
  };
  std::string_view a = next(one), b = next(other);
  if (a.empty() || b.empty()) return false;
  for (; !a.empty() && !b.empty(); a = next(one), b = next(other)) {
    if (base::lower(a) != base::lower(b)) return false;
  }
  return true;
}

}  // namespace

void tell_stolen(Picture &picture) {
  // Messages held, by id; and mailboxes held, by custodian's address.
  std::unordered_set<std::string> held;
  const ReadableMail readable(picture);
  std::map<std::string, std::uint64_t> messages_in, lay_there, in_folder, folder_unknown;
  const std::map<std::int64_t, std::string> custodian = custodians_of(picture);
  for (const StoredRecord &row : picture.records) {
    if (row.record.kind != evidence::RecordKind::message) continue;
    held.insert(bare_id(row.record.message_id));
    for (const std::string &mailbox : mailboxes_of(row, custodian)) {
      ++messages_in[mailbox];
      lay_there[mailbox] += readable.lay_there(row, mailbox);
    }
  }

  std::map<std::string, std::set<std::string>> named;  // mailbox -> message ids that an event names
  std::map<std::string, std::map<std::string, base::Time>>
      folders;                                     // mailbox -> folders synchronised, last when
  std::map<std::string, std::string> evidence_of;  // message id -> log line
  std::set<std::string> read_mailboxes, throttled;
  for (const detect::Detection &detection : picture.detections) {
    if (!detection.intruder) continue;
    for (const detect::MailRead &read : detection.mail_read) {
      const std::string mailbox = base::lower(read.mailbox);
      read_mailboxes.insert(mailbox);
      if (read.throttled) throttled.insert(mailbox);
      if (!read.message_id.empty()) {
        named[mailbox].insert(bare_id(read.message_id));
        if (!detection.events.empty()) evidence_of.emplace(bare_id(read.message_id), detection.id);
      } else if (!read.folder.empty() && read.folder.front() != '(') {  // "(by search: ...)" is no folder
        base::Time &last = folders[mailbox].emplace(read.folder, read.time).first->second;
        last = std::max(last, read.time);
      }
    }
  }
  // Of those held, which an event names: what it says of them is not said of the others too.
  std::map<std::string, std::uint64_t> named_and_held;
  for (const StoredRecord &row : picture.records) {
    if (row.record.kind != evidence::RecordKind::message) continue;
    for (const std::string &mailbox : mailboxes_of(row, custodian))
      if (const auto found = named.find(mailbox);
          found != named.end() && found->second.count(bare_id(row.record.message_id)) != 0 &&
          (readable.of(mailbox).empty() || readable.lay_there(row, mailbox)))
        ++named_and_held[mailbox];
  }
  for (const StoredRecord &row : picture.records) {
    if (row.record.kind != evidence::RecordKind::message) continue;
    const base::Time there = row.record.received != base::kTimeMin ? row.record.received : row.record.sent;
    for (const std::string &mailbox : mailboxes_of(row, custodian)) {
      const auto found = folders.find(mailbox);
      if (found == folders.end()) continue;
      const bool unknown = row.record.folder.empty();
      if (std::none_of(found->second.begin(), found->second.end(), [&](const auto &folder) {
            return there <= folder.second && (unknown || same_folder(folder.first, row.record.folder));
          }))
        continue;
      ++in_folder[mailbox];
      folder_unknown[mailbox] += unknown ? 1 : 0;
    }
  }

  for (const std::string &mailbox : read_mailboxes) {
    Stolen &stolen = picture.stolen[mailbox];
    stolen.seen_accessed = named[mailbox].size();
    stolen.in_accessed_folder = in_folder[mailbox];
    stolen.folder_unknown = folder_unknown[mailbox];
    stolen.throttled = throttled.count(mailbox) != 0;
    const bool exported = messages_in.count(mailbox) != 0;
    // Where an event shows the reading, reach knows of it: but a log may name what reach does not.
    stolen.could_be_read =
        (readable.of(mailbox).empty() ? messages_in[mailbox] : lay_there[mailbox]) - named_and_held[mailbox];
    if (!exported) {
      evidence::LedgerRow row;
      row.item = "mailbox:" + mailbox;
      row.state = evidence::LedgerState::not_exported;
      row.reason =
          fmt::format("the mailbox was read by the intruder ({} named by the log) but is not in the evidence",
                      base::counted(named[mailbox].size(), "message"));
      row.remedy = "export the mailbox with recoverable items and add it";
      picture.ledger.push_back(std::move(row));
      ++picture.totals.not_exported;
    }
    for (const std::string &id : named[mailbox]) {
      if (held.count(id) != 0) continue;
      evidence::LedgerRow row;
      row.item = "message:" + id;
      row.parent = "mailbox:" + mailbox;
      row.state = evidence::LedgerState::not_held;
      row.reason =
          exported ? "an event shows that it was read, but what was exported of the mailbox does not hold "
                     "it: deleted or moved before the export, left out by it, or come after"
                   : "an event shows that it was read; its mailbox was not handed in";
      row.remedy =
          exported
              ? "look for it in recoverable items, backups, message trace, and with its sender or recipients"
              : "export the mailbox and add it";
      picture.ledger.push_back(std::move(row));
      ++picture.totals.not_held;
    }
  }
  for (const auto &[mailbox, count] : messages_in)
    if (picture.stolen.count(mailbox) == 0)
      picture.stolen[mailbox.empty() ? kNoMailbox : mailbox].could_be_read =
          mailbox.empty() || !readable.of(mailbox).empty() ? lay_there[mailbox] : count;
}

}  // namespace dislodge::engine

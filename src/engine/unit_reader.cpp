#include "engine/unit_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.hpp"
#include "base/item_path.hpp"
#include "base/secure.hpp"
#include "casefile/keys.hpp"
#include "engine/closing_marks.hpp"
#include "engine/cloud_links.hpp"
#include "engine/opened_items.hpp"
#include "engine/readers.hpp"
#include "evidence/item_name.hpp"
#include "evidence/opened.hpp"
#include "evidence/recognise.hpp"
#include "identity/declared_tenant.hpp"
#include "mail/load_file.hpp"
#include "secret/hints.hpp"
#include "secret/key_opener.hpp"

namespace dislodge::engine {

using evidence::LedgerState;

UnitReader::UnitReader(std::unique_ptr<secret::Scanner> scanner, const base::Limits &limits,
                       std::string run_key, std::string seal_to, ItemMarker *marker)
    : scanner_(std::move(scanner)),
      limits_(limits),
      run_key_(std::move(run_key)),
      seal_to_(std::move(seal_to)),
      marker_(marker),
      found_(*this) {}

void UnitReader::prepare_ocr() {
  if (limits_.ocr_images_max == 0) return;
  ocr_ = std::make_unique<file::Ocr>();
  ocr_->prepare();
}

UnitResult UnitReader::read(const UnitInput &input) {
  input_ = &input;
  if (ocr_) ocr_->begin_unit(limits_);
  result_ = UnitResult();
  events_ = log::EventTable();
  facts_ = identity::Facts();
  frames_.clear();
  values_.clear();
  links_.clear();
  clean_items_.clear();
  clean_texts_.clear();
  found_in_.clear();
  given_.clear();
  being_read_.clear();
  opened_.clear();

  evidence::ItemView root;
  root.path = input.item;
  root.type = input.type;
  std::uint64_t size = 0;
  if (input.repository) {
    for (const UnitFile &file : input.files) size += file.bytes.size();
  } else if (!input.files.empty()) {
    root.bytes = input.files[0].bytes;
    size = ranged_size(root, input);
  }
  frames_.push_back(Frame{.path = input.item, .size = size});
  result_.bytes = size;
  read_framed(root, true);

  if (!events_.events.empty() || !events_.files.empty()) {
    base::WireWriter out;
    result_.event_count = events_.events.size();
    events_.encode(out);
    result_.events = out.take();
  }
  spill_facts(1);
  drop_unused_records();
  tell_opened();
  for (UnitMessage &message : result_.messages) {
    std::sort(message.others.begin(), message.others.end());
    message.others.erase(std::unique(message.others.begin(), message.others.end()), message.others.end());
  }
  input_ = nullptr;
  return std::move(result_);
}

void UnitReader::spill_facts(std::size_t at_least) {
  if (marker_ != nullptr) marker_->beat();
  const std::size_t count =
      facts_.principals.size() + facts_.grants.size() + facts_.resources.size() + facts_.credentials.size();
  if (count < at_least) return;
  identity::place_in_tenant(facts_, input_->tenant);
  base::WireWriter out;
  facts_.encode(out);
  result_.fact_count += count;
  result_.facts += out.bytes();
  facts_ = identity::Facts();
}

// The frame of the item is on top of frames_. Closes it.
void UnitReader::read_framed(const evidence::ItemView &item, bool root) {
  if (marker_ != nullptr) marker_->mark(item.path);
  ++result_.items;
  // Of a file that is cut into ranges, the first says what stands in its name.
  if (root && !input_->repository && input_->begin == 0) {
    const std::size_t folder = item.path.rfind('/');
    evidence::emit_name(item.path, base::unescape_step(item.path.substr(folder + 1)), item.within, *this);
  }
  if (const auto poisoned = input_->poisoned.find(std::string(item.path));
      poisoned != input_->poisoned.end()) {
    Frame &frame = frames_.back();
    frame.unread = frame.size;
    frame.state = poisoned->second;
    frame.reason = poisoned->second == LedgerState::timed_out ? kReaderHung : kReaderCrashed;
    frame.remedy = fmt::format(
        "give it {} with --limit, or try it once more with investigate --retry; else look at it with "
        "other tools in an isolated place, and send its SHA-256 and this version to the maintainers",
        poisoned->second == LedgerState::timed_out ? "longer (worker_seconds_per_item)"
                                                   : "more memory (worker_memory_bytes)");
  } else if (auto done = read_item(item, *this); !done) {
    Frame &frame = frames_.back();
    // What the reader did not account for before it gave up is unread.
    frame.unread = frame.size;
    frame.state = evidence::state_of(done.error().kind);
    if (frame.reason.empty()) frame.reason = done.error().message;
    if (MessageBeingRead *reading = being_read(item.path)) reading->unread(item.path);
  }
  note_opened({});
  close_frame(root);
}

void UnitReader::close_frame(bool root) {
  Frame frame = std::move(frames_.back());
  frames_.pop_back();
  frame.unread = std::min(frame.unread, frame.size);
  if (frame.unread > 0 || frame.state != LedgerState::read)
    if (UnitMessage *message = message_around(frame.path)) {
      message->unread = true;
      // Of the message itself its reader has told which part; what it gave up on is told by read_framed.
      MessageBeingRead *reading = being_read(frame.path);
      if (reading != nullptr && reading->item() != frame.path) reading->unread(frame.path);
    }
  if (!being_read_.empty()) finish_messages(frame.path);
  Frame *parent = frames_.empty() ? nullptr : &frames_.back();
  const bool bad = frame.unread > 0 || frame.state != LedgerState::read;
  const bool own_row = root || bad || frame.sightings > 0 || frame.has_rows;
  if (!own_row) {
    // Clean all the way down: the items fold into the one row of the container above.
    parent->clean_items += frame.clean_items + 1;
    parent->clean_bytes += frame.clean_bytes + frame.size;
    return;
  }
  if (frame.clean_items > 0) {
    evidence::LedgerRow row;
    row.item = base::join_item(frame.path, "*");
    row.parent = frame.path;
    row.size = row.read = frame.clean_bytes;
    row.items = frame.clean_items;
    result_.ledger.push_back(std::move(row));
  }
  evidence::LedgerRow row;
  row.item = frame.path;
  row.parent = parent != nullptr ? parent->path : "";
  row.state = !bad                                                            ? LedgerState::read
              : frame.unread < frame.size && frame.state != LedgerState::read ? LedgerState::read_in_part
                                                                              : frame.state;
  // What kept the rest from being read stays visible: "damaged: no header".
  row.reason = row.state == LedgerState::read_in_part
                   ? std::string(evidence::name_of(frame.state)) + ": " + frame.reason
                   : frame.reason;
  row.remedy = frame.remedy;
  row.size = frame.size;
  row.read = frame.size - frame.unread;
  result_.ledger.push_back(std::move(row));
  if (parent != nullptr) {
    parent->has_rows = true;
    parent->sightings += frame.sightings;
  }
}

bool UnitReader::within_content(const evidence::ItemView &item) const {
  return item.within != evidence::kNoRecord || history();
}

evidence::RecordId UnitReader::record(evidence::Record record) {
  result_.records.push_back(std::move(record));
  return static_cast<evidence::RecordId>(result_.records.size() - 1);
}

std::string UnitReader::content_key(std::string_view bytes, std::string_view kind) const {
  std::string key(base::as_bytes(base::sha256(bytes)));
  key += kind;
  return key;
}

const UnitReader::Clean *UnitReader::known_clean(const std::string &key) const {
  if (const auto here = clean_items_.find(key); here != clean_items_.end()) return &here->second;
  const auto everywhere = clean_items_everywhere_.find(key);
  return everywhere == clean_items_everywhere_.end() ? nullptr : &everywhere->second;
}

void UnitReader::whole_message(std::string_view path, std::string_view bytes, std::string_view media_type) {
  if (!request_ || !request_->items.contains(path)) return;
  const auto [place, fresh] = given_.try_emplace(std::string(path), result_.messages.size());
  if (!fresh) return;
  result_.messages.push_back(hand_on(*request_, path, bytes, media_type, limits_));
  if (bytes.size() > kHandedOnMax) return;
  // What lay before it in the same item has been read.
  while (!being_read_.empty() && !being_read_.back().holds(path)) {
    const std::string before = being_read_.back().item();
    finish_messages(before);
  }
  being_read_.emplace_back(path, bytes, media_type);
}

MessageBeingRead *UnitReader::being_read(std::string_view item) {
  for (auto one = being_read_.rbegin(); one != being_read_.rend(); ++one)
    if (one->holds(item)) return &*one;
  return nullptr;
}

// All that lies in the item has been read.
void UnitReader::finish_messages(std::string_view within) {
  while (!being_read_.empty() && (being_read_.back().item() == within ||
                                  being_read_.back().item().starts_with(std::string(within) + "!/"))) {
    MessageBeingRead message = std::move(being_read_.back());
    being_read_.pop_back();
    message.finish(*request_, limits_, result_.messages[given_.at(message.item())]);
  }
}

// The innermost of the messages that were asked for in which the item lies; null for none.
UnitMessage *UnitReader::message_around(std::string_view item) {
  for (; !item.empty() && !given_.empty(); item = base::item_parent(item))
    if (const auto found = given_.find(std::string(item)); found != given_.end())
      return &result_.messages[found->second];
  return nullptr;
}

std::size_t UnitReader::text(const evidence::TextView &text) {
  result_.text_bytes += text.text.size();
  if (UnitMessage *message = message_around(text.item)) {
    // Of its own header only the fields that people fill in are handed on; whom they name is known already.
    const bool header = !text.prose && text.item == message->item;
    if (!header) {
      std::vector<std::string> named;
      add_others(*request_, text.text, named);
      MessageBeingRead *reading = named.empty() ? nullptr : being_read(text.item);
      if (reading != nullptr) reading->names_others(text.item);
      message->others.insert(message->others.end(), named.begin(), named.end());
    }
  }
  // Copies are a matter of mail; a blob of a repository comes once already.
  const bool mail = text.within != evidence::kNoRecord && !input_->repository && !request_;
  std::string key;
  if (mail && text.text.size() >= kCopyMin) {
    key = content_key(text.text, text.name);
    key += static_cast<char>('0' + text.prose * 2 + text.ocr);
    if (clean_texts_.contains(key) || clean_texts_everywhere_.contains(key)) return 0;
  }
  const std::size_t rows = result_.ledger.size();
  const std::uint64_t bound = bound_to_unit_;
  if (mail) tell_links(text);
  const std::size_t before = result_.sightings.size();
  const std::size_t count = history() ? scanner_->scan_version(text, found_) : scanner_->scan(text, found_);
  frames_.back().sightings += count;
  if (result_.sightings.size() > before && mail && text.prose && !text.ocr &&
      result_.records[text.within].kind == evidence::RecordKind::message)
    mark_closings(text, std::span(result_.sightings).subspan(before));
  if (result_.sightings.size() != before)
    found_in_ = text.item;
  else if (!key.empty() && count == 0 && text.item != found_in_ && result_.ledger.size() == rows) {
    // Two views of an item share what was found in the first.
    auto &clean = bound_to_unit_ == bound ? clean_texts_everywhere_ : clean_texts_;
    if (clean.size() < kCopiesMax) clean.insert(std::move(key));
  }
  return count;
}

// Files that mail links to with a cloud service: readable by whoever reads the mail, and not in it.
void UnitReader::tell_links(const evidence::TextView &text) {
  if (links_.size() >= kLinksMax) {
    ++bound_to_unit_;
    return;
  }
  for (std::string &link : cloud_links(text.text, kLinksMax - links_.size())) {
    ++bound_to_unit_;
    if (!links_.insert(link).second) continue;
    evidence::LedgerRow row;
    row.item = "link:" + link;
    row.parent = text.item;
    row.state = LedgerState::not_exported;
    row.reason =
        "a file that a message or document links to; it lies with a cloud service and is not handed in";
    row.remedy = "ask the service's log who opened the link, export the file and add it; end the sharing";
    result_.ledger.push_back(std::move(row));
  }
}

std::size_t UnitReader::child(const evidence::ItemView &item) {
  Frame frame{.path = std::string(item.path), .size = item.bytes.size()};
  if (item.depth > limits_.nesting_depth_max + limits_.mime_depth_max) {
    frame.unread = frame.size;
    frame.state = LedgerState::too_deep;
    frame.reason = fmt::format("nested deeper than nesting_depth_max ({}) and mime_depth_max ({}) allow",
                               limits_.nesting_depth_max, limits_.mime_depth_max);
    frame.remedy = "raise one of the two with --limit, or take it out of its containers and add it by itself";
    frames_.push_back(std::move(frame));
    close_frame(false);
    return 0;
  }
  note_opened(item.path);
  evidence::ItemView view = item;
  if (view.type == evidence::ItemType::unknown) view.type = evidence::recognise(view.bytes, view.name);
  std::string key;
  if (view.within != evidence::kNoRecord && view.type != evidence::ItemType::message &&
      view.bytes.size() >= kCopyMin && input_->poisoned.empty() && !input_->repository && !request_) {
    key = content_key(view.bytes, view.name);
    key += '\0';
    key += view.media_type;
    key += static_cast<char>(view.type);
    key += static_cast<char>(view.depth);
    if (const Clean *clean = known_clean(key); clean != nullptr) {
      frames_.back().clean_items += clean->items + 1;
      frames_.back().clean_bytes += clean->bytes + frame.size;
      result_.items += clean->items + 1;
      result_.text_bytes += clean->text;
      return 0;
    }
  }
  frames_.push_back(std::move(frame));
  const std::size_t before = result_.sightings.size();
  const Clean parent{.items = frames_[frames_.size() - 2].clean_items,
                     .bytes = frames_[frames_.size() - 2].clean_bytes,
                     .text = result_.text_bytes};
  const auto traces = [this] {
    return result_.sightings.size() + result_.records.size() + result_.ledger.size() + events_.events.size() +
           events_.files.size() + result_.fact_count;
  };
  const std::size_t traced = traces();
  const std::size_t records = result_.records.size();
  const std::uint64_t bound = bound_to_unit_;
  // Whether a picture is read depends on how many were read before it.
  bound_to_unit_ += view.type == evidence::ItemType::image;
  read_framed(view, false);
  if (!key.empty() && traces() == traced && frames_.back().clean_items > parent.items) {
    auto &clean = bound_to_unit_ == bound ? clean_items_everywhere_ : clean_items_;
    if (clean.size() < kCopiesMax)
      clean.emplace(std::move(key),
                    Clean{.items = frames_.back().clean_items - parent.items - 1,
                          .bytes = frames_.back().clean_bytes - parent.bytes - item.bytes.size(),
                          .text = result_.text_bytes - parent.text});
  }
  if (history()) {
    if (result_.sightings.size() == before) drop_documents(records);
    release_pages_after(item.bytes.size());
  }
  if (marker_ != nullptr && !frames_.empty()) marker_->mark(frames_.back().path);
  return result_.sightings.size() - before;
}

void UnitReader::unread(evidence::Unread part) {
  Frame &frame = frames_.back();
  const std::string_view where = part.child.empty() ? std::string_view(frame.path) : part.child;
  if (UnitMessage *message = message_around(where)) {
    message->unread = true;
    if (MessageBeingRead *reading = being_read(where)) reading->unread(where);
  }
  if (!part.child.empty()) {
    evidence::LedgerRow row;
    row.item = part.child;
    row.parent = frame.path;
    row.state = part.state;
    row.reason = part.reason;
    row.remedy = part.remedy;
    row.size = part.child_size;
    result_.ledger.push_back(std::move(row));
    frame.has_rows = true;
  }
  if (part.bytes == 0 && !part.child.empty()) return;
  frame.unread += part.bytes;
  if (frame.state == LedgerState::read) frame.state = part.state;
  // The first reasons are named; a thousand damaged lines need not be.
  if (frame.reason.size() < 400 && frame.reason.find(part.reason) == std::string::npos) {
    if (!frame.reason.empty()) frame.reason += "; ";
    frame.reason += part.reason;
  }
  if (frame.remedy.empty()) frame.remedy = part.remedy;
}

std::uint32_t UnitReader::value_index(std::string_view value) {
  const base::Sha256 digest = base::keyed_hash(run_key_, value);
  std::string hash(base::as_bytes(digest).substr(0, 16));
  const auto [found, fresh] = values_.try_emplace(hash, static_cast<std::uint32_t>(result_.values.size()));
  if (fresh) {
    UnitValue entry;
    entry.run_hash = hash;
    entry.length = value.size();
    // Each distinct value is sealed once in the life of this worker.
    if (!seal_to_.empty() && sealed_.insert(hash).second) entry.sealed = casefile::seal(seal_to_, value);
    result_.values.push_back(std::move(entry));
  }
  return found->second;
}

// A key whose passphrase is known is a key in clear; one that waits for it is told, so that its unit is read
// again once a password is supplied or found.
void UnitReader::open_locked(secret::Found &found) {
  secret::Sighting &sighting = found.sighting;
  if (!sighting.latent || found.locked.empty() || !sighting.rejected.empty()) return;
  note_opened({});
  if (const auto opened = secret::KeyOpener(unlock(), limits_.unlock_rounds_max).open(found.locked)) {
    sighting.latent = false;
    found.value = opened->key.value();
    for (evidence::Opened &one : evidence::take_opened()) {
      opened_.push_back({sighting.item, sighting.line, password_index(one.password)});
      base::wipe(one.password);
    }
    for (const secret::Hint &hint : secret::key_hints(opened->key))
      secret::add_hint(sighting.hints, hint.kind, hint.value);
    for (const secret::CertificateInfo &certificate : opened->certificates)
      for (const secret::Hint &hint : secret::certificate_hints(certificate))
        secret::add_hint(sighting.hints, hint.kind, hint.value);
  } else {
    unread({.bytes = 0,
            .state = LedgerState::encrypted,
            .reason = unlock().passwords.empty()
                          ? "a private key waits for its passphrase"
                          : "a private key that no password opens that was given or found",
            .remedy = "supply its passphrase with --password-file",
            .child = {},
            .child_size = 0});
  }
  base::wipe(found.locked);
}

std::size_t UnitReader::password_index(std::string_view password) const {
  const std::vector<std::string> &all = unlock().passwords;
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::string &spelling : evidence::spellings_of(all[i])) {
      const bool same = spelling == password;
      base::wipe(spelling);
      if (same) return i;
    }
  return SIZE_MAX;
}

void UnitReader::note_opened(std::string_view child) {
  for (evidence::Opened &one : evidence::take_opened()) {
    const bool within = one.what == evidence::Opens::member && !child.empty();
    opened_.push_back({within ? std::string(child) : frames_.back().path, 0, password_index(one.password)});
    base::wipe(one.password);
  }
}

// Of what was opened, only that in which something was found matters to anyone.
void UnitReader::tell_opened() {
  if (opened_.empty()) return;
  std::unordered_set<std::string_view> holding;
  for (const secret::Sighting &sighting : result_.sightings)
    for (std::string_view item = sighting.item; !item.empty(); item = base::item_parent(item))
      holding.insert(item);
  for (const Opened &one : opened_)
    if (one.password != SIZE_MAX && holding.contains(one.item))
      result_.ledger.push_back(opened_row(one.item, one.line, one.password));
  opened_.clear();
}

void UnitReader::keep(secret::Found found) {
  open_locked(found);
  if (!being_read_.empty()) {
    const secret::Sighting &sighting = found.sighting;
    const auto item = request_->not_given.find(sighting.item);
    MessageBeingRead *reading = item == request_->not_given.end() ? nullptr : being_read(sighting.item);
    if (reading != nullptr)
      if (const auto line = item->second.find(sighting.line); line != item->second.end())
        reading->secret(sighting.item, sighting.line, sighting.offset, sighting.length,
                        sighting.space == evidence::Space::item, line->second, found.value);
  }
  found.sighting.value = value_index(found.value);
  base::wipe(found.value);
  result_.sightings.push_back(std::move(found.sighting));
  result_.contexts.push_back(std::move(found.context));
}

namespace {

// A document is kept only where something was found in it; what a load file says of a message is joined to it
// when all units are there.
bool is_kept_unused(const evidence::Record &record) {
  return record.kind != evidence::RecordKind::document || record.media_type == mail::kLoadFileRow;
}

}  // namespace

// The documents from `first` on, where nothing refers to them: a history has one for each of a million blobs.
void UnitReader::drop_documents(std::size_t first) {
  while (result_.records.size() > first && !is_kept_unused(result_.records.back()))
    result_.records.pop_back();
}

// A pack is looked at all over while it is unfolded: what stands in memory of it are copies of the file.
void UnitReader::release_pages_after(std::uint64_t bytes) {
  constexpr std::uint64_t kEach = 128u << 20;  // bytes that were unpacked
  read_since_release_ += bytes;
  if (read_since_release_ < kEach || !input_->release_pages) return;
  read_since_release_ = 0;
  input_->release_pages();
}

// Messages and blobs are kept; a document only where something was found in it.
void UnitReader::drop_unused_records() {
  std::vector<bool> used(result_.records.size());
  for (const secret::Sighting &sighting : result_.sightings)
    if (sighting.record != evidence::kNoRecord) used[sighting.record] = true;
  std::vector<evidence::RecordId> renumbered(result_.records.size(), evidence::kNoRecord);
  std::vector<evidence::Record> kept;
  for (std::size_t i = 0; i < result_.records.size(); ++i) {
    if (!used[i] && !is_kept_unused(result_.records[i])) continue;
    renumbered[i] = static_cast<evidence::RecordId>(kept.size());
    kept.push_back(std::move(result_.records[i]));
  }
  for (secret::Sighting &sighting : result_.sightings)
    if (sighting.record != evidence::kNoRecord) sighting.record = renumbered[sighting.record];
  result_.records = std::move(kept);
}

}  // namespace dislodge::engine

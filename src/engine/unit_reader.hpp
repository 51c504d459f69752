#pragma once
// Reads one unit of evidence to its end: the sink behind every reader. It finds the reader of each item
// (readers.hpp), drains items within items at once and depth-first (so memory is bounded by depth, not by the
// size of an archive), keeps the ledger's account of every byte, and hands text to the scanner. Values of
// secrets are sealed here, before anything leaves the worker.
//
// One UnitReader serves one worker for its whole life; it is not thread-safe.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/limits.hpp"
#include "engine/message_content.hpp"
#include "engine/unit_result.hpp"
#include "evidence/sink.hpp"
#include "file/ocr.hpp"
#include "identity/fact.hpp"
#include "log/event.hpp"
#include "log/reader.hpp"
#include "secret/scanner.hpp"

namespace dislodge::engine {

// A file of the unit, as the coordinator handed it over.
struct UnitFile {
  std::string name;  // inside a repository's folder; empty for a single file
  std::string_view bytes;
};

struct UnitInput {
  std::string item;  // root item path
  evidence::ItemType type = evidence::ItemType::unknown;
  bool repository = false;
  std::string tenant;                // declared for the file: what Graph's records do not name
  std::uint64_t begin = 0, end = 0;  // range of a divisible file
  std::vector<UnitFile> files;       // one, or those of a repository
  std::map<std::string, evidence::LedgerState> poisoned;  // items on which an earlier try crashed or hung
  // Gives pages of mapped files back, which come again when they are looked at. May be empty.
  std::function<void()> release_pages;
};

// Where the worker leaves the path of the item being read, so that whoever finds it dead knows which one it
// was.
class ItemMarker {
 public:
  virtual ~ItemMarker() = default;
  virtual void mark(std::string_view item) = 0;
  // The reader of this item came to its next record: a directory of two hundred gigabytes is one item.
  virtual void beat() {}
};

// Reasons of the rows of poisoned items, by which a case knows them again (poisoned.hpp).
inline constexpr std::string_view kReaderHung = "its reader did not come to an end in time";
inline constexpr std::string_view kReaderCrashed = "its reader crashed on it, in its sandbox";

// Facts that a worker holds unencoded; at about half a kilobyte each.
inline constexpr std::size_t kFactsHeld = 50'000;

class UnitReader : public evidence::Sink {
 public:
  // run_key: 32 bytes, random for the run. seal_to: public key of the case or of the user (32 bytes).
  UnitReader(std::unique_ptr<secret::Scanner> scanner, const base::Limits &limits, std::string run_key,
             std::string seal_to, ItemMarker *marker = nullptr);

  // Opens what OCR needs from disk: to be called before the sandbox is entered.
  void prepare_ocr();
  void set_unlock(std::shared_ptr<const evidence::Unlock> unlock) { unlock_ = std::move(unlock); }

  UnitResult read(const UnitInput &input);

  // Gives these messages besides, sealed, as UnitResult::messages (message_content.hpp).
  void want(std::shared_ptr<const MessageRequest> request) { request_ = std::move(request); }

  // Runs over every record of every log that is read.
  void watch_logs(std::unique_ptr<log::RecordWatcher> watcher) { watcher_ = std::move(watcher); }
  log::RecordWatcher *log_watcher() { return watcher_.get(); }

  // For readers.cpp: where logs and directory exports put what they find.
  log::EventTable &events() { return events_; }
  void add_log_records(std::uint64_t count) { result_.log_records += count; }
  identity::Facts &facts() { return facts_; }
  // Encodes the facts found so far, where they are many, so that a directory of any size fits a worker.
  void spill_facts(std::size_t at_least = kFactsHeld);
  secret::Scanner &scanner() { return *scanner_; }
  secret::FoundSink &found() { return found_; }
  file::Ocr *ocr() { return ocr_.get(); }
  const UnitInput &input() const { return *input_; }
  // True inside stolen content: what an intruder's mail says is not a log of ours.
  bool within_content(const evidence::ItemView &item) const;
  // The unit is a git history, of which each blob is a version of others.
  bool history() const {
    return input_->repository || input_->type == evidence::ItemType::git_bundle ||
           input_->type == evidence::ItemType::git_pack;
  }

  evidence::RecordId record(evidence::Record record) override;
  void whole_message(std::string_view path, std::string_view bytes, std::string_view media_type) override;
  std::size_t text(const evidence::TextView &text) override;
  std::size_t child(const evidence::ItemView &item) override;
  void unread(evidence::Unread part) override;
  const base::Limits &limits() const override { return limits_; }
  const evidence::Unlock &unlock() const override { return unlock_ ? *unlock_ : evidence::Sink::unlock(); }

 private:
  // The account of one item while it is being read.
  struct Frame {
    std::string path;
    std::uint64_t size = 0;
    std::uint64_t unread = 0;
    evidence::LedgerState state = evidence::LedgerState::read;
    std::string reason{}, remedy{};
    std::size_t sightings = 0;
    bool has_rows = false;          // something beneath has a row of its own
    std::uint64_t clean_items = 0;  // fully read, without findings: one row together
    std::uint64_t clean_bytes = 0;
  };

  class Found : public secret::FoundSink {
   public:
    explicit Found(UnitReader &reader) : reader_(reader) {}
    void found(secret::Found found) override { reader_.keep(std::move(found)); }

   private:
    UnitReader &reader_;
  };

  void read_framed(const evidence::ItemView &item, bool root);
  void close_frame(bool root);
  void keep(secret::Found found);
  void open_locked(secret::Found &found);
  // Keeps which password opened the item being read, or the one within it that comes next.
  void note_opened(std::string_view child);
  std::size_t password_index(std::string_view password) const;
  void tell_opened();
  std::uint32_t value_index(std::string_view value);
  void drop_unused_records();
  void drop_documents(std::size_t first);
  void release_pages_after(std::uint64_t bytes);
  UnitMessage *message_around(std::string_view item);
  MessageBeingRead *being_read(std::string_view item);
  void finish_messages(std::string_view within);
  void tell_links(const evidence::TextView &text);
  std::string content_key(std::string_view bytes, std::string_view kind) const;

  // Mail is full of copies. What was read in this unit to its end and gave nothing (no sighting, record,
  // event or row) gives nothing again under the same bytes, name and type: it is counted and not read. What
  // gave something is read each time, since each place of a secret counts. By content only, never by a
  // message's id. A worker remembers from unit to unit (one .eml file is one unit) only that whose reading is
  // the same in every unit: links are told once a unit and pictures have a budget by unit, so what has either
  // is remembered for its own unit, and no result depends on what the worker has read before.
  struct Clean {
    std::uint64_t items = 0, bytes = 0, text = 0;
  };
  const Clean *known_clean(const std::string &key) const;
  static constexpr std::size_t kCopyMin = 1024;       // bytes: what is smaller is read as fast as looked up
  static constexpr std::size_t kCopiesMax = 100'000;  // of each list below

  static constexpr std::size_t kLinksMax = 10'000;  // of one unit

  std::unique_ptr<secret::Scanner> scanner_;
  std::unique_ptr<log::RecordWatcher> watcher_;
  base::Limits limits_;
  std::string run_key_, seal_to_;
  ItemMarker *marker_;
  std::shared_ptr<const evidence::Unlock> unlock_;
  std::unique_ptr<file::Ocr> ocr_;
  std::shared_ptr<const MessageRequest> request_;
  std::unordered_map<std::string, std::size_t> given_;  // item -> index into result_.messages
  std::vector<MessageBeingRead> being_read_;            // the innermost last
  Found found_;

  const UnitInput *input_ = nullptr;
  std::uint64_t read_since_release_ = 0;
  UnitResult result_;
  log::EventTable events_;
  identity::Facts facts_;
  std::vector<Frame> frames_;
  struct Opened {
    std::string item;
    std::uint64_t line = 0;    // of the private key that was opened; 0: the item and all within it
    std::size_t password = 0;  // index into Unlock::passwords
  };
  std::vector<Opened> opened_;
  std::unordered_map<std::string, Clean> clean_items_;  // by content_key; of this unit
  std::unordered_set<std::string> clean_texts_;
  std::unordered_map<std::string, Clean> clean_items_everywhere_;  // of all units read
  std::unordered_set<std::string> clean_texts_everywhere_;
  std::uint64_t bound_to_unit_ = 0;        // how often something was read that the unit's state decides on
  std::string found_in_;                   // the item of the last sighting
  std::unordered_set<std::string> links_;  // told in this unit
  std::unordered_map<std::string, std::uint32_t> values_;  // run hash -> index in this unit
  std::unordered_set<std::string> sealed_;                 // run hashes that this worker has sealed before
};

}  // namespace dislodge::engine

#include "log/gather.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <random>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "log/event_strings.hpp"

namespace dislodge::log {

namespace {

using base::StringId;

// What makes two everyday events say the same. Ids of one event only (native id, correlation, token) are no
// part of it, nor are names that an id stands for.
constexpr StringId Event::*kSaid[] = {
    &Event::operation, &Event::tenant,         &Event::actor_id, &Event::actor_name, &Event::actor_type,
    &Event::agent,     &Event::application_id, &Event::client,   &Event::key_id,     &Event::mailbox,
};
// Left out of the key from a level on: those that vary most.
struct Varying {
  StringId Event::*field;
  int until;  // level
};
constexpr Varying kVarying[] = {
    {&Event::session, 0}, {&Event::resource_id, 1}, {&Event::target_id, 1},
    {&Event::network, 2}, {&Event::country, 2},     {&Event::address, 2},
};
constexpr std::int64_t kPeriodDays[kGatherLevelMax + 1] = {1, 3, 7, 30, 36'500};

// By which an event is somebody's.
constexpr StringId Event::*kNaming[] = {
    &Event::actor_id, &Event::actor_name, &Event::application_id, &Event::key_id,
    &Event::session,  &Event::token,      &Event::address,
};

// Those in which GatherOptions::names finds something.
constexpr StringId Event::*kNamed[] = {
    &Event::address,   &Event::agent,          &Event::actor_id,         &Event::actor_name,
    &Event::target_id, &Event::target_name,    &Event::resource_id,      &Event::key_id,
    &Event::mailbox,   &Event::application_id, &Event::application_name,
};

// Extras that stand in the key, and those that are as many as events.
constexpr std::string_view kSaidExtras[] = {"protocol", "app-only", "access-type", "throttled",
                                            "rule",     "event-id", "logon-type",  "encryption",
                                            "risk",     "method",   "app-role",    "permissions"};
constexpr std::string_view kDroppedExtras[] = {"message-id", "folder", "operation-count", "uri",
                                               "logon-id",   "reason", "target"};

// Failed tries of one kind that are kept an hour once there are too many: guessing is told from ten on.
constexpr std::uint32_t kTriesAnHour = 12;
constexpr std::size_t kShare = 6;  // of kept_max: what one class or kind may keep whole

// Bulk: classes of which a tenant has as many as it has work.
bool everyday(EventClass event_class) {
  switch (event_class) {
    case EventClass::directory_audit:
    case EventClass::mail_admin:
    case EventClass::admin_change:
    case EventClass::alert:
      return false;
    default:
      return true;
  }
}

bool failed_try(const Event &event) {
  return event.outcome == Outcome::wrong_secret || event.outcome == Outcome::blocked ||
         event.outcome == Outcome::right_secret_stopped;
}

std::uint64_t mixed(std::uint64_t hash, std::uint64_t value) {
  hash = (hash ^ value) * 0x9FB21C651E98DF25ull;
  return hash ^ (hash >> 29);
}

bool stands_before(const Event &a, const Event &b) {
  return std::tie(a.time, a.file, a.offset, a.line) < std::tie(b.time, b.file, b.offset, b.line);
}

class Condenser {
 public:
  explicit Condenser(const GatherOptions &options) : options_(options), words_(options.words) {
    table_.events.reserve(options.kept_max);
  }

  void add(const EventTable &from) {
    Block block(from);
    prepare(block);
    for (const Event &event : from.events) {
      one(block, event);
      if (table_.events.size() < options_.kept_max || level_ == kGatherLevelMax) continue;
      thin();
      prepare(block);
    }
  }

  EventTable take() { return std::move(table_); }
  std::set<std::string> common_words() const {
    std::set<std::string> words = common_;
    for (const auto &[word, events] : word_events_)
      if (events > options_.word_events_max) words.insert(word);
    return words;
  }
  int level() const { return level_; }
  std::uint64_t dropped() const { return dropped_; }

 private:
  struct Block {
    explicit Block(const EventTable &table) : from(table), hashes(table.pool.size()) {}
    const EventTable &from;
    std::vector<StringId> ids;  // in our pool; UINT32_MAX: not yet there
    std::vector<std::uint64_t> hashes;
    std::vector<std::uint32_t> files;
    std::vector<const std::string *> word_of;  // empty: none of the words is here
    std::vector<std::uint8_t> named;           // what options.names() says: 0 not asked, 1 no, 2 yes
    std::vector<StringId> said, dropped;       // names of extras
    StringId rule = 0;
  };

  struct Seen {
    std::uint32_t index = 0;
    std::uint32_t count = 0;
  };

  void prepare(Block &block) {
    const EventTable &from = block.from;
    block.ids.assign(from.pool.size(), UINT32_MAX);
    block.files.assign(from.files.size(), UINT32_MAX);
    block.word_of.clear();
    for (const std::string &word : words_) {
      const StringId id = from.pool.find(word);
      if (id == 0) continue;
      if (block.word_of.empty()) block.word_of.resize(from.pool.size());
      block.word_of[id] = &word;
    }
    block.named.assign(options_.names ? from.pool.size() : 0, 0);
    block.said.clear();
    block.dropped.clear();
    for (const std::string_view name : kSaidExtras)
      if (const StringId id = from.pool.find(name); id != 0) block.said.push_back(id);
    for (const std::string_view name : kDroppedExtras)
      if (const StringId id = from.pool.find(name); id != 0) block.dropped.push_back(id);
    block.rule = from.pool.find("rule");
  }

  // The table is full: what it holds is told more shortly.
  void thin() {
    ++level_;
    // Those of whom there is most make room first.
    std::size_t named = 0;
    for (const auto &[word, events] : word_events_) named += std::min(events, options_.word_events_max);
    while (!word_events_.empty()) {
      const auto most = std::max_element(word_events_.begin(), word_events_.end(),
                                         [](const auto &a, const auto &b) { return a.second < b.second; });
      if (most->second <= options_.word_events_max && named <= options_.kept_max / 2) break;
      named -= std::min(most->second, options_.word_events_max);
      common_.insert(most->first);
      words_.erase(most->first);
      word_events_.erase(most);
    }
    word_events_.clear();
    seen_.clear();
    files_.clear();
    kept_whole_.fill(0);
    const EventTable old = std::exchange(table_, EventTable());
    table_.events.reserve(options_.kept_max);
    add(old);
  }

  // Keyed, so that nobody can write a log whose events take each other's place.
  std::uint64_t hash_of(Block &block, StringId id) {
    std::uint64_t &hash = block.hashes[id];
    if (hash != 0) return hash;
    hash = mixed(secret_[0], id == 0 ? 0 : 1);
    const std::string_view text = block.from.text(id);
    std::size_t at = 0;
    for (; at + 8 <= text.size(); at += 8) {
      std::uint64_t word = 0;
      __builtin_memcpy(&word, text.data() + at, 8);
      hash = mixed(hash + secret_[1], word);
    }
    std::uint64_t tail = text.size();
    for (; at < text.size(); ++at) tail = tail << 8 | static_cast<unsigned char>(text[at]);
    hash = mixed(hash + secret_[1], tail) | 1;
    return hash;
  }

  void one(Block &block, const Event &event) {
    if (about_somebody(block, event)) {
      keep(block, event, true);
      return;
    }
    const bool hit = block.rule != 0 && has_extra(block, event, block.rule);
    const bool tried = failed_try(event);
    std::size_t &whole =
        kept_whole_[static_cast<std::size_t>(event.event_class) * 4 + (hit ? 2 : 0) + (tried ? 1 : 0)];
    const bool bulk = everyday(event.event_class) && !hit && !tried;
    if (!bulk && level_ < kGatherLevelMax && whole < options_.kept_max / (kShare << level_)) {
      ++whole;
      keep(block, event, true);
      return;
    }
    std::uint64_t key = mixed(secret_[0], static_cast<std::uint64_t>(event.source) << 16 |
                                              static_cast<std::uint64_t>(event.event_class) << 8 |
                                              static_cast<std::uint64_t>(event.outcome));
    key = mixed(key, static_cast<std::uint64_t>(static_cast<std::uint32_t>(event.code)));
    const std::int64_t period = tried ? base::kHour : kPeriodDays[level_] * base::kDay;
    key = mixed(key, static_cast<std::uint64_t>(event.time.us / period));
    for (const auto field : kSaid)
      key = mixed(key + secret_[1], event.*field == 0 ? 0 : hash_of(block, event.*field));
    for (const Varying &varying : kVarying)
      if (level_ <= varying.until || tried)
        key = mixed(key + secret_[1], event.*varying.field == 0 ? 0 : hash_of(block, event.*varying.field));
    const bool change = !everyday(event.event_class);
    if (change)
      for (const auto field :
           {&Event::target_id, &Event::target_name, &Event::resource_name, &Event::address})
        key = mixed(key + secret_[1], event.*field == 0 ? 0 : hash_of(block, event.*field));
    for (std::uint32_t i = 0; i < event.extra_count; ++i) {
      const Extra &extra = block.from.extras[event.extra_begin + i];
      if (!change && std::find(block.said.begin(), block.said.end(), extra.key) == block.said.end()) continue;
      key = mixed(mixed(key, hash_of(block, extra.key)), hash_of(block, extra.value));
    }
    const auto [place, fresh] = seen_.try_emplace(key);
    Seen &seen = place->second;
    if (fresh || (tried && seen.count < kTriesAnHour)) {
      if (level_ == kGatherLevelMax && table_.events.size() >= options_.kept_max) {
        if (fresh) seen_.erase(place);
        ++dropped_;
        return;
      }
      ++seen.count;
      seen.index = static_cast<std::uint32_t>(table_.events.size());
      keep(block, event, tried || change);
      return;
    }
    // The earliest stands for all.
    Event &kept = table_.events[seen.index];
    Event moved = event;
    moved.file = file_of(block, event.file);
    if (tried || change || !stands_before(moved, kept)) return;
    kept.time = moved.time;
    kept.file = moved.file;
    kept.line = moved.line;
    kept.column = moved.column;
    kept.offset = moved.offset;
    kept.length = moved.length;
  }

  bool about_somebody(Block &block, const Event &event) {
    bool found = false;
    if (!block.word_of.empty())
      for (const auto field : kNaming) {
        const std::string *word = block.word_of[event.*field];
        if (word == nullptr) continue;
        found = ++word_events_[*word] <= options_.word_events_max || found;
      }
    if (!block.named.empty())
      for (const auto field : kNamed)
        if (named(block, event.*field))
          found =
              ++word_events_[std::string(block.from.text(event.*field))] <= options_.word_events_max || found;
    return found;
  }

  bool named(Block &block, StringId id) {
    if (id == 0) return false;
    std::uint8_t &says = block.named[id];
    if (says == 0) {
      const std::string_view text = block.from.text(id);
      says = options_.names(text) && common_.count(std::string(text)) == 0 ? 2 : 1;
    }
    return says == 2;
  }

  static bool has_extra(const Block &block, const Event &event, StringId key) {
    for (std::uint32_t i = 0; i < event.extra_count; ++i)
      if (block.from.extras[event.extra_begin + i].key == key) return true;
    return false;
  }

  StringId id_of(Block &block, StringId id) {
    StringId &ours = block.ids[id];
    if (ours == UINT32_MAX) ours = table_.pool.intern(block.from.text(id));
    return ours;
  }

  std::uint32_t file_of(Block &block, std::uint32_t file) {
    std::uint32_t &ours = block.files[file];
    if (ours == UINT32_MAX) {
      const auto [known, fresh] =
          files_.try_emplace(block.from.files[file], static_cast<std::uint32_t>(table_.files.size()));
      if (fresh) table_.files.push_back(block.from.files[file]);
      ours = known->second;
    }
    return ours;
  }

  void keep(Block &block, const Event &event, bool wholly) {
    Event ours = event;
    if (!wholly) ours.native_id = ours.correlation = ours.token = 0;
    for (const auto field : kEventStrings) ours.*field = ours.*field == 0 ? 0 : id_of(block, ours.*field);
    ours.file = file_of(block, event.file);
    ours.extra_begin = static_cast<std::uint32_t>(table_.extras.size());
    for (std::uint32_t i = 0; i < event.extra_count; ++i) {
      const Extra &extra = block.from.extras[event.extra_begin + i];
      if (!wholly && std::find(block.dropped.begin(), block.dropped.end(), extra.key) != block.dropped.end())
        continue;
      table_.extras.push_back({id_of(block, extra.key), id_of(block, extra.value)});
    }
    ours.extra_count = static_cast<std::uint32_t>(table_.extras.size()) - ours.extra_begin;
    table_.events.push_back(ours);
  }

  const GatherOptions &options_;
  std::set<std::string> words_, common_;
  int level_ = 0;
  EventTable table_;
  std::unordered_map<std::string, std::uint32_t> files_;
  std::unordered_map<std::uint64_t, Seen> seen_;
  std::map<std::string, std::size_t> word_events_;
  std::array<std::size_t, 256> kept_whole_{};
  std::uint64_t dropped_ = 0;
  std::array<std::uint64_t, 2> secret_ = [] {
    static std::random_device device;
    const auto word = [&] { return (static_cast<std::uint64_t>(device()) << 32 | device()) | 1; };
    return std::array<std::uint64_t, 2>{word(), word()};
  }();
};

}  // namespace

std::string_view spoken_period(int level) {
  constexpr std::string_view kSpoken[] = {"each day", "each three days", "each week", "each month",
                                          "all the time"};
  return kSpoken[std::clamp(level, 0, kGatherLevelMax)];
}

base::Result<Gathered> gather(const TableSource &source, const GatherOptions &options) {
  Gathered all;
  std::optional<Condenser> condenser;
  DISLODGE_TRY(source([&](const EventTable &table) -> base::Result<void> {
    all.events += table.events.size();
    if (condenser) {
      all.coverage.add(table);
      condenser->add(table);
      return {};
    }
    all.table.append(table);
    if (all.events <= options.whole_max) return {};
    all.coverage.add(all.table);
    condenser.emplace(options);
    condenser->add(all.table);
    all.table = EventTable();
    return {};
  }));
  if (condenser) {
    all.whole = false;
    all.level = condenser->level();
    all.dropped = condenser->dropped();
    all.common_words = condenser->common_words();
    all.table = condenser->take();
    condenser.reset();
  }
  all.table.settle();
  if (all.whole) all.coverage.add(all.table);
  return all;
}

}  // namespace dislodge::log

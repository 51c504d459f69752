#include "repo/object_store.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/encode.hpp"
#include "base/item_path.hpp"
#include "evidence/charset.hpp"

namespace dislodge::repo {

using evidence::ItemView;
using evidence::LedgerState;
using evidence::Person;
using evidence::PersonRole;
using evidence::Record;
using evidence::RecordKind;

namespace {

constexpr std::uint64_t kTreeCacheMax = 32ull << 20;
constexpr std::size_t kPathDepthMax = 4096;
constexpr std::size_t kRowsMax = 100;  // damaged objects named one by one before the rest is taken together
constexpr std::string_view kAskAgain = "ask for the repository again, or run `git fsck` on the original";

Person person(PersonRole role, const Signature &signature, std::string_view encoding) {
  Person out;
  out.role = role;
  out.name = std::string(evidence::to_utf8(signature.name, encoding).view());
  out.address = base::lower(base::to_valid_utf8(signature.address));
  return out;
}

}  // namespace

ObjectStore::ObjectStore(const ItemView &item, HashKind kind, evidence::Sink &sink)
    : item_(item), kind_(kind), sink_(sink), hasher_(kind), history_(kind) {}

void ObjectStore::add_pack(std::string_view bytes, std::string_view label, std::uint64_t offset,
                           std::string_view index) {
  PackSource source;
  source.label = label;
  source.offset = offset;
  source.pack = std::make_unique<Pack>(bytes, kind_, sink_.limits(), index);
  source.walk = std::make_unique<PackWalk>(*source.pack, sink_.limits());
  packs_.push_back(std::move(source));
}

void ObjectStore::add_loose(std::string_view bytes, std::string_view label) {
  LooseSource source;
  source.bytes = bytes;
  source.label = label;
  loose_.push_back(std::move(source));
}

void ObjectStore::read() {
  // The largest pack is read last: of its blobs only those in which something is found are hashed, and those
  // that are said to be the same as one that was.
  std::size_t largest = 0;
  for (std::size_t i = 0; i < packs_.size(); ++i)
    if (packs_[i].pack->entries().size() > packs_[largest].pack->entries().size()) largest = i;
  const auto walk = [&](std::size_t i) {
    packs_[i].walk->run(WalkTypes::content, [&, i](const WalkedObject &object) { on_content(object, i); });
  };
  for (std::size_t i = 0; i < packs_.size(); ++i)
    if (i != largest) walk(i);
  read_loose_objects(false);
  if (largest < packs_.size()) {
    packs_[largest].walk->believe_index();
    walk(largest);
  }
  resolve_external_bases({});

  // From here on it is known which blobs matter.
  history_.ask(hits_);
  read_trees();
  for (PackSource &source : packs_) report(source);
  emit_records();
}

void ObjectStore::read_loose_objects(bool trees) {
  for (LooseSource &source : loose_) {
    if (trees && source.type != ObjectType::tree) continue;
    const LooseObject object = read_loose(source.bytes, inflater_, hasher_, sink_.limits());
    if (trees) {
      if (!object.id.zero()) history_.add_tree(object.id, object.bytes);
      continue;
    }
    source.type = object.type;
    if (object.state != LedgerState::read || object.type == ObjectType::none) {
      const bool large = object.state == LedgerState::too_large;
      if (object.type != ObjectType::none && !object.bytes.empty())
        emit_part(base::escape_step(source.label), object.bytes);
      sink_.unread(
          {.bytes = large
                        ? source.bytes.size()
                        : source.bytes.size() - std::min<std::uint64_t>(object.consumed, source.bytes.size()),
           .state = object.type == ObjectType::none ? LedgerState::damaged : object.state,
           .reason = large ? fmt::format("loose object {} passes object_bytes_max ({})", source.label,
                                         sink_.limits().object_bytes_max)
                           : fmt::format("loose object {} is damaged", source.label),
           .remedy = large ? "raise the limit with --limit and read it again" : std::string(kAskAgain),
           .child = {}});
      continue;
    }
    loose_by_prefix_.emplace(object.id.prefix(), static_cast<std::uint32_t>(&source - loose_.data()));
    if (object.type != ObjectType::tree) on_content({object.id, object.type, object.bytes, kNoEntry}, 0);
  }
}

// Deltas whose base lies in another pack or loose: only thin packs have them, which git completes when it
// stores them, so this runs on leftovers and on bundles beside a repository.
void ObjectStore::resolve_external_bases(const ObjectCallback &each) {
  for (bool progress = true; progress;) {
    progress = false;
    for (std::size_t i = 0; i < packs_.size(); ++i) {
      PackWalk &walk = *packs_[i].walk;
      if (packs_.size() == 1 && loose_.empty()) return;
      for (const ObjectId &base : walk.missing_bases()) {
        const auto found = find(base, i);  // in this one the walk itself attaches deltas to bases
        if (!found) continue;
        walk.run_on(base, found->first, found->second.view(), [&](const WalkedObject &object) {
          progress = true;
          if (each)
            each(object);
          else
            on_content(object, i);
        });
      }
    }
  }
}

void ObjectStore::on_content(const WalkedObject &object, std::size_t pack) {
  if (object.type == ObjectType::tree) {
    if (object.entry != kNoEntry) late_trees_.emplace_back(pack, object.entry);
    return;
  }
  if (object.claimed) {
    if (seen_.contains(object.id) && hasher_.id(object.type, object.bytes) == object.id) return;
    on_claimed_blob(object.id, object.bytes, packs_[pack]);
    return;
  }
  if (!seen_.insert(object.id)) return;
  if (object.type == ObjectType::blob)
    on_blob(object.id, object.bytes);
  else
    on_message(object.id, object.type, object.bytes);
}

std::string ObjectStore::child_path(const ObjectId &id) const {
  return base::join_item(item_.path, id.hex());
}

// True where something was found in it.
bool ObjectStore::on_blob(const ObjectId &id, std::string_view bytes) {
  const std::string path = child_path(id);
  ItemView child;
  child.path = path;
  child.bytes = bytes;
  child.depth = item_.depth + 1;
  if (sink_.child(child) == 0) return false;
  hits_.push_back(id);
  return true;
}

void ObjectStore::on_claimed_blob(const ObjectId &claimed, std::string_view bytes, PackSource &source) {
  if (!on_blob(claimed, bytes)) return;
  seen_.insert(claimed);
  if (source.misnamed || hasher_.id(ObjectType::blob, bytes) == claimed) return;
  source.misnamed = true;
}

void ObjectStore::on_message(const ObjectId &id, ObjectType type, std::string_view content) {
  const CommitView view = type == ObjectType::commit ? parse_commit(content) : parse_tag(content);
  if (type == ObjectType::commit) history_.add_commit(id, view);
  if (view.message.empty()) return;
  const std::string path = child_path(id);
  const evidence::Utf8Text text = evidence::to_utf8(view.message, view.encoding);
  base::OffsetMap map;
  const auto at = static_cast<std::uint64_t>(view.message.data() - content.data());
  if (text.map() == nullptr)
    map.add(0, at);
  else
    for (const base::OffsetMap::Run &run : text.map()->runs()) map.add(run.text, run.source + at);
  evidence::TextView message;
  message.item = path;
  message.text = text.view();
  message.map = &map;
  message.source = content;
  if (sink_.text(message) == 0) return;
  Record record;
  record.kind = RecordKind::blob;
  record.item = path;
  record.commit = type == ObjectType::commit ? id.hex() : std::string();
  record.committed = view.committer.time;
  record.received = std::min(view.author.time, view.committer.time);
  record.people = {person(PersonRole::author, view.author, view.encoding),
                   person(PersonRole::committer, view.committer, view.encoding)};
  record.commits = type == ObjectType::commit ? 1 : 0;
  sink_.record(std::move(record));
}

void ObjectStore::read_trees() {
  const ObjectCallback add = [&](const WalkedObject &object) {
    if (object.type == ObjectType::tree && !hits_.empty()) history_.add_tree(object.id, object.bytes);
  };
  for (PackSource &source : packs_) source.walk->run(WalkTypes::trees, add);
  resolve_external_bases([&](const WalkedObject &object) {
    if (object.type == ObjectType::tree)
      add(object);
    else if (seen_.insert(object.id) && object.type == ObjectType::blob)
      on_blob(object.id, object.bytes);
  });
  if (hits_.empty()) return;
  for (const auto &[pack, entry] : late_trees_)
    if (const auto object = packs_[pack].walk->decode(entry))
      history_.add_tree(hasher_.id(object->first, object->second.view()), object->second.view());
  read_loose_objects(true);
}

std::string ObjectStore::place(const PackSource &source, std::uint64_t at) const {
  return source.label.empty() ? fmt::format("byte {}", source.offset + at)
                              : fmt::format("{}, byte {}", source.label, at);
}

void ObjectStore::emit_part(std::string_view step, std::string_view bytes) {
  const std::string path = base::join_item(item_.path, step);
  ItemView child;
  child.path = path;
  child.bytes = bytes;
  child.depth = item_.depth + 1;
  sink_.child(child);
}

// What of a pack was not read, and why. Damage first, then objects that could be found but not resolved.
void ObjectStore::report(PackSource &source) {
  report_damage(source);
  const std::string pack_name = source.label.empty() ? "the pack" : source.label;
  if (source.misnamed)
    sink_.unread(
        {.bytes = 0,
         .state = LedgerState::damaged,
         .reason = fmt::format("the index of {} gives objects the ids of others: what was found stands "
                               "under the ids that it gives",
                               pack_name),
         .remedy = "take the index away (git makes a new one by `git index-pack`) and read it again",
         .child = {}});
  if (source.pack->indexed() && source.walk->slack() != 0)
    sink_.unread({.bytes = source.walk->slack(),
                  .state = LedgerState::damaged,
                  .reason = fmt::format("bytes between the objects of {} belong to none", pack_name),
                  .remedy = "take its index away and read it again",
                  .child = {}});
  const Pack &pack = *source.pack;
  struct Group {
    std::uint64_t objects = 0;
    std::uint64_t bytes = 0;
  };
  Group waiting;
  Group more;
  std::size_t rows = 0;
  for (const PackEntry &entry : pack.entries()) {
    if (entry.state == EntryState::done) continue;
    if (entry.state == EntryState::pending) {
      ++waiting.objects;
      waiting.bytes += entry.packed;
      continue;
    }
    if (++rows > kRowsMax) {
      ++more.objects;
      more.bytes += entry.packed;
      continue;
    }
    const base::Limits &limits = sink_.limits();
    const std::string where = place(source, entry.offset);
    if (entry.state == EntryState::too_large)
      sink_.unread(
          {.bytes = entry.packed,
           .state = LedgerState::too_large,
           .reason = fmt::format("the object at {} passes object_bytes_max ({}) or the memory of a worker",
                                 where, limits.object_bytes_max),
           .remedy = "raise the limit with --limit and read it again",
           .child = {}});
    else if (entry.state == EntryState::too_deep)
      sink_.unread(
          {.bytes = entry.packed,
           .state = LedgerState::too_deep,
           .reason = fmt::format("the object at {} stands on more deltas than delta_chain_max ({}) allows",
                                 where, limits.delta_chain_max),
           .remedy = "raise the limit with --limit and read it again",
           .child = {}});
    else
      sink_.unread({.bytes = entry.packed,
                    .state = LedgerState::damaged,
                    .reason = fmt::format("the object at {} is damaged", where),
                    .remedy = std::string(kAskAgain),
                    .child = {}});
  }
  if (more.objects != 0)
    sink_.unread({.bytes = more.bytes,
                  .state = LedgerState::damaged,
                  .reason = fmt::format("{} further objects are damaged or pass a limit", more.objects),
                  .remedy = std::string(kAskAgain),
                  .child = {}});
  if (waiting.objects == 0) return;
  if (source.walk->budget_passed()) {
    sink_.unread({.bytes = waiting.bytes,
                  .state = LedgerState::too_large,
                  .reason = fmt::format("{} objects are not read: the pack passes expansion_ratio_max ({})",
                                        waiting.objects, sink_.limits().expansion_ratio_max),
                  .remedy = "raise the limit with --limit and read it again",
                  .child = {}});
    return;
  }
  const std::vector<ObjectId> bases = source.walk->missing_bases();
  sink_.unread(
      {.bytes = waiting.bytes,
       .state = LedgerState::damaged,
       .reason =
           bases.empty()
               ? fmt::format("{} objects are deltas against objects that are damaged", waiting.objects)
               : fmt::format("{} objects are deltas against {} objects that are not here, among them {}",
                             waiting.objects, bases.size(), bases.front().hex()),
       .remedy = bases.empty()
                     ? std::string(kAskAgain)
                     : "hand in the repository that this was made from, or a bundle of all its history",
       .child = {}});
}

void ObjectStore::report_damage(PackSource &source) {
  const Pack &pack = *source.pack;
  for (const PackDamage &damage : pack.damage()) {
    partial_object(pack.bytes(), damage.begin, damage.end, pack.kind());
    sink_.unread({.bytes = damage.end - damage.begin,
                  .state = damage.state,
                  .reason = source.label.empty() ? damage.reason : source.label + ": " + damage.reason,
                  .remedy = damage.state == LedgerState::too_large
                                ? "raise the limit with --limit and read it again"
                                : std::string(kAskAgain),
                  .child = {}});
  }
  const std::string name = source.label.empty() ? "the pack" : source.label;
  if (!pack.checksum_holds())
    sink_.unread({.bytes = 0,
                  .state = LedgerState::damaged,
                  .reason = fmt::format(
                      "the checksum of {} does not hold; {} of {} objects were found and read as they are",
                      name, pack.entries().size(), pack.declared_objects()),
                  .remedy = std::string(kAskAgain),
                  .child = {}});
  else if (pack.entries().size() != pack.declared_objects())
    sink_.unread({.bytes = 0,
                  .state = LedgerState::damaged,
                  .reason = fmt::format("{} announces {} objects and holds {}", name, pack.declared_objects(),
                                        pack.entries().size()),
                  .remedy = std::string(kAskAgain),
                  .child = {}});
  if (pack.end() < pack.bytes().size()) {
    const std::string_view rest = pack.bytes().substr(static_cast<std::size_t>(pack.end()));
    const std::string step = fmt::format("~gap@{}", source.offset + pack.end());
    emit_part(source.label.empty() ? step : base::join_item(base::escape_step(source.label), step), rest);
  }
}

// The start of an object that is cut, damaged further on, or too large is read all the same.
void ObjectStore::partial_object(std::string_view bytes, std::uint64_t at, std::uint64_t end, HashKind kind) {
  const auto head = read_entry_head(bytes, at, kind);
  if (!head || head->type != static_cast<std::uint8_t>(ObjectType::blob)) return;
  const std::string_view data =
      bytes.substr(static_cast<std::size_t>(at + head->length),
                   static_cast<std::size_t>(end - std::min(end, at + head->length)));
  const evidence::Inflated out =
      inflater_.zlib(data, 0, std::min(head->size, sink_.limits().object_bytes_max));
  if (!out.bytes.empty()) emit_part(fmt::format("~object@{}", at), out.bytes);
}

std::optional<std::pair<ObjectType, ObjectBuffer>> ObjectStore::find(const ObjectId &id,
                                                                     std::size_t except_pack) {
  for (std::size_t i = 0; i < packs_.size(); ++i) {
    if (i == except_pack) continue;
    const std::uint32_t entry = packs_[i].walk->find(id);
    if (entry != kNoEntry) return packs_[i].walk->decode(entry);
  }
  const auto [first, last] = loose_by_prefix_.equal_range(id.prefix());
  for (auto at = first; at != last; ++at) {
    const LooseObject object = read_loose(loose_[at->second].bytes, inflater_, hasher_, sink_.limits());
    if (object.id != id) continue;
    ObjectBuffer bytes(object.bytes.size());
    std::copy(object.bytes.begin(), object.bytes.end(), bytes.data());
    return std::pair{object.type, std::move(bytes)};
  }
  return std::nullopt;
}

const ObjectBuffer *ObjectStore::tree(const ObjectId &id) {
  const auto cached = tree_cache_.find(id.prefix());
  if (cached != tree_cache_.end() && cached->second.first == id) return &cached->second.second;
  auto found = find(id);
  if (!found || found->first != ObjectType::tree) return nullptr;
  if (tree_cache_bytes_ + found->second.size() > kTreeCacheMax) {
    tree_cache_.clear();
    tree_cache_bytes_ = 0;
  }
  tree_cache_bytes_ += found->second.size();
  auto &slot = tree_cache_[id.prefix()];
  slot = {id, std::move(found->second)};
  return &slot.second;
}

std::string ObjectStore::path_of(const ObjectId &root, std::uint32_t hit) {
  std::string path;
  ObjectId at = root;
  for (std::size_t depth = 0; depth < kPathDepthMax; ++depth) {
    const ObjectBuffer *bytes = tree(at);
    if (bytes == nullptr) return {};
    TreeReader reader(bytes->view(), kind_);
    bool deeper = false;
    for (TreeEntry entry; reader.next(entry);) {
      if (!entry.folder && entry.id == hits_[hit]) return base::to_valid_utf8(path + std::string(entry.name));
      if (!entry.folder || !history_.holds(entry.id, hit)) continue;
      path += std::string(entry.name) + "/";
      at = entry.id;
      deeper = true;
      break;
    }
    if (!deeper) return {};
  }
  return {};
}

// Where each blob with a find came from: without this a sighting has an object id and nobody to ask.
void ObjectStore::emit_records() {
  const std::vector<Introduction> introductions = history_.introductions();
  for (std::uint32_t hit = 0; hit < hits_.size(); ++hit) {
    Record record;
    record.kind = RecordKind::blob;
    record.item = child_path(hits_[hit]);
    const Introduction &introduction = introductions[hit];
    record.commits = introduction.count;
    if (introduction.count != 0) {
      record.commit = introduction.commit.hex();
      record.committed = introduction.time;
      record.received = introduction.since;
      if (const auto object = find(introduction.commit)) {
        const CommitView commit = parse_commit(object->second.view());
        record.people = {person(PersonRole::author, commit.author, commit.encoding),
                         person(PersonRole::committer, commit.committer, commit.encoding)};
        if (commit.tree) record.path = path_of(*commit.tree, hit);
      }
    }
    sink_.record(std::move(record));
  }
}

}  // namespace dislodge::repo

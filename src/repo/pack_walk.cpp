#include "repo/pack_walk.hpp"

#include <algorithm>

namespace dislodge::repo {

PackWalk::PackWalk(Pack &pack, const base::Limits &limits)
    : pack_(pack), limits_(limits), hasher_(pack.kind()), prefixes_(pack.entries().size()) {
  const auto &entries = pack_.entries();
  for (std::uint32_t i = 0; i < entries.size(); ++i)
    if (entries[i].kind == kRefDelta) ref_children_.emplace_back(pack_.base_id_of(entries[i]), i);
  std::sort(ref_children_.begin(), ref_children_.end());
  const std::uint64_t size = pack_.bytes().size();
  const std::uint64_t ratio = std::max<std::uint64_t>(limits.expansion_ratio_max, 1);
  decoded_max_ =
      std::max(size > UINT64_MAX / ratio ? UINT64_MAX : size * ratio, limits.expansion_grace_bytes);
}

void PackWalk::run(WalkTypes types, const ObjectCallback &each) {
  auto &entries = pack_.entries();
  for (std::uint32_t i = 0; i < entries.size() && !budget_passed_; ++i) {
    PackEntry &entry = entries[i];
    if (entry.state != EntryState::pending || entry.kind > 4) continue;
    const auto type = static_cast<ObjectType>(entry.kind);
    if ((type == ObjectType::tree) != (types == WalkTypes::trees)) continue;
    auto bytes = inflate(i);
    if (!bytes) continue;
    const ObjectId id = finish(i, type, bytes->view(), each);
    const std::string_view view = bytes->view();
    descend(std::move(*bytes), view, type, i, id, each);
  }
}

void PackWalk::run_on(const ObjectId &base, ObjectType type, std::string_view bytes,
                      const ObjectCallback &each) {
  descend(ObjectBuffer{}, bytes, type, kNoEntry, base, each);
}

void PackWalk::descend(ObjectBuffer root, std::string_view root_bytes, ObjectType type, std::uint32_t entry,
                       const ObjectId &id, const ObjectCallback &each) {
  auto &entries = pack_.entries();
  std::vector<Frame> stack;
  std::uint64_t held = root.size();
  stack.push_back(frame_of(std::move(root), type, 0, entry, id));
  // The root's bytes may belong to the caller; those of all others lie in their frames.
  bool at_root = true;
  while (!stack.empty()) {
    Frame &top = stack.back();
    const std::uint32_t child = budget_passed_ ? kNoEntry : next_child(top);
    if (child == kNoEntry) {
      held -= top.bytes.size();
      stack.pop_back();
      at_root = false;
      continue;
    }
    if (entries[child].state != EntryState::pending) continue;
    if (top.depth >= limits_.delta_chain_max) {
      entries[child].state = EntryState::too_deep;
      continue;
    }
    const bool external = at_root && stack.size() == 1;
    auto bytes = apply(child, external ? root_bytes : top.bytes.view(), held);
    if (!bytes) continue;
    const std::uint32_t depth = top.depth + 1;
    const std::uint32_t parent = top.entry;
    const ObjectType child_type = top.type;
    const bool last = top.next_offset_child == kNoEntry && top.next_ref_child == top.end_ref_child;
    if (last) {
      held -= top.bytes.size();
      stack.pop_back();
      at_root = false;
    }
    held += bytes->size();
    // A delta that names its base by id: from here on its base is known by place, as decode() needs it.
    if (entries[child].kind == kRefDelta) entries[child].base = parent;
    const ObjectId child_id = finish(child, child_type, bytes->view(), each);
    stack.push_back(frame_of(std::move(*bytes), child_type, depth, child, child_id));
  }
}

PackWalk::Frame PackWalk::frame_of(ObjectBuffer bytes, ObjectType type, std::uint32_t depth,
                                   std::uint32_t entry, const ObjectId &id) const {
  Frame frame;
  frame.bytes = std::move(bytes);
  frame.type = type;
  frame.depth = depth;
  frame.entry = entry;
  frame.next_offset_child = entry == kNoEntry ? kNoEntry : pack_.entries()[entry].first_child;
  if (!ref_children_.empty()) {
    const auto first =
        std::lower_bound(ref_children_.begin(), ref_children_.end(), std::pair{id, std::uint32_t{0}});
    auto end = first;
    while (end != ref_children_.end() && end->first == id) ++end;
    frame.next_ref_child = static_cast<std::size_t>(first - ref_children_.begin());
    frame.end_ref_child = static_cast<std::size_t>(end - ref_children_.begin());
  }
  return frame;
}

std::uint32_t PackWalk::next_child(Frame &frame) {
  if (frame.next_ref_child < frame.end_ref_child) return ref_children_[frame.next_ref_child++].second;
  const std::uint32_t child = frame.next_offset_child;
  if (child != kNoEntry) frame.next_offset_child = pack_.entries()[child].next_sibling;
  return child;
}

std::optional<ObjectBuffer> PackWalk::inflate(std::uint32_t index) {
  PackEntry &entry = pack_.entries()[index];
  if (decoded_ + entry.size > decoded_max_) {
    budget_passed_ = true;
    return std::nullopt;
  }
  ObjectBuffer bytes(entry.size);
  std::size_t consumed = 0;
  if (!inflater_.zlib_exact(pack_.data_of(entry), bytes.data(), entry.size, consumed)) {
    entry.state = EntryState::damaged;
    return std::nullopt;
  }
  slack_ += pack_.data_of(entry).size() - consumed;
  return bytes;
}

std::optional<ObjectBuffer> PackWalk::apply(std::uint32_t index, std::string_view base, std::uint64_t held) {
  PackEntry &entry = pack_.entries()[index];
  if (delta_.size() < entry.size) delta_ = ObjectBuffer(std::max<std::size_t>(entry.size, 256 << 10));
  std::size_t consumed = 0;
  const std::string_view delta(delta_.data(), entry.size);
  const auto fail = [&](EntryState state) {
    entry.state = state;
    return std::nullopt;
  };
  if (!inflater_.zlib_exact(pack_.data_of(entry), delta_.data(), entry.size, consumed))
    return fail(EntryState::damaged);
  slack_ += pack_.data_of(entry).size() - consumed;
  const auto sizes = read_delta_sizes(delta);
  if (!sizes || sizes->base != base.size()) return fail(EntryState::damaged);
  if (sizes->result > limits_.object_bytes_max) return fail(EntryState::too_large);
  // Half of a worker's memory may go to bases held, the base in use and the result.
  if (sizes->result + held > std::max(limits_.worker_memory_bytes / 2, limits_.expansion_grace_bytes))
    return fail(EntryState::too_large);
  if (decoded_ + sizes->result > decoded_max_) {
    budget_passed_ = true;
    return std::nullopt;
  }
  ObjectBuffer bytes(static_cast<std::size_t>(sizes->result));
  if (!apply_delta(base, delta, *sizes, bytes.data())) return fail(EntryState::damaged);
  return bytes;
}

ObjectId PackWalk::finish(std::uint32_t index, ObjectType type, std::string_view bytes,
                          const ObjectCallback &each) {
  PackEntry &entry = pack_.entries()[index];
  entry.state = EntryState::done;
  entry.type = type;
  decoded_ += bytes.size();
  const bool claimed = believes_ && type == ObjectType::blob;
  const ObjectId id = claimed ? pack_.claimed_id(entry) : hasher_.id(type, bytes);
  prefixes_[index] = id.prefix();
  ++done_;
  each({id, type, bytes, index, claimed});
  return id;
}

std::vector<ObjectId> PackWalk::missing_bases() const {
  std::vector<ObjectId> ids;
  for (const auto &[base, delta] : ref_children_) {
    if (pack_.entries()[delta].state != EntryState::pending) continue;
    if (ids.empty() || ids.back() != base) ids.push_back(base);
  }
  return ids;
}

std::uint32_t PackWalk::find(const ObjectId &id) {
  const auto &entries = pack_.entries();
  if (indexed_ != done_) {
    by_prefix_.clear();
    for (std::uint32_t i = 0; i < entries.size(); ++i)
      if (entries[i].state == EntryState::done) by_prefix_.push_back(i);
    std::sort(by_prefix_.begin(), by_prefix_.end(),
              [&](std::uint32_t a, std::uint32_t b) { return prefixes_[a] < prefixes_[b]; });
    indexed_ = done_;
  }
  const std::uint64_t prefix = id.prefix();
  auto at =
      std::lower_bound(by_prefix_.begin(), by_prefix_.end(), prefix,
                       [&](std::uint32_t entry, std::uint64_t value) { return prefixes_[entry] < value; });
  for (; at != by_prefix_.end() && prefixes_[*at] == prefix; ++at) {
    const auto found = decode(*at);
    if (found && hasher_.id(found->first, found->second.view()) == id) return *at;
  }
  return kNoEntry;
}

std::optional<std::pair<ObjectType, ObjectBuffer>> PackWalk::decode(std::uint32_t entry) {
  const auto &entries = pack_.entries();
  // The chain from the object down to what is stored whole. Only resolved entries are asked for, so it ends.
  std::vector<std::uint32_t> chain;
  while (entries[entry].kind == kOfsDelta || entries[entry].kind == kRefDelta) {
    chain.push_back(entry);
    if (chain.size() > limits_.delta_chain_max) return std::nullopt;
    entry = entries[entry].base;  // none where the base came from elsewhere
    if (entry == kNoEntry) return std::nullopt;
  }
  ObjectBuffer bytes(entries[entry].size);
  std::size_t consumed = 0;
  if (!inflater_.zlib_exact(pack_.data_of(entries[entry]), bytes.data(), bytes.size(), consumed))
    return std::nullopt;
  const auto type = static_cast<ObjectType>(entries[entry].kind);
  for (std::size_t i = chain.size(); i-- > 0;) {
    const PackEntry &delta_entry = entries[chain[i]];
    ObjectBuffer delta(delta_entry.size);
    if (!inflater_.zlib_exact(pack_.data_of(delta_entry), delta.data(), delta.size(), consumed))
      return std::nullopt;
    const auto sizes = read_delta_sizes(delta.view());
    if (!sizes || sizes->result > limits_.object_bytes_max) return std::nullopt;
    ObjectBuffer result(static_cast<std::size_t>(sizes->result));
    if (!apply_delta(bytes.view(), delta.view(), *sizes, result.data())) return std::nullopt;
    bytes = std::move(result);
  }
  return std::pair{type, std::move(bytes)};
}

}  // namespace dislodge::repo

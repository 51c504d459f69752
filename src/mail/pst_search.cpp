#include "mail/pst_search.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "evidence/zip_directory.hpp"
#include "mail/pst_tables.hpp"

namespace dislodge::mail {

using evidence::le16;
using evidence::le32;

namespace {

constexpr std::size_t kSubnodesMax = 4'000'000;  // remembered while searching: 40 bytes each

struct List {
  std::uint64_t id = 0;
  bool claimed = false;  // a known node or an upper list has it
};

}  // namespace

std::vector<LostMessage> find_lost_messages(const PstFile &file) {
  std::vector<std::uint64_t> bags;                           // blocks that begin a property bag
  std::unordered_map<std::uint64_t, std::uint64_t> list_of;  // first block -> the list of blocks it begins
  std::unordered_set<std::uint64_t> owned;                   // data that nodes and subnodes name
  std::map<std::uint64_t, List> lists;                       // of subnodes
  std::unordered_multimap<std::uint32_t, std::uint64_t> holders;  // subnode id -> lists that hold it

  for (const PstNode &node : file.nodes()) owned.insert(node.data & ~1ull);
  std::string bytes;
  file.each_block([&](const PstBlock &block) {
    if (!file.read_block(block, bytes)) return;
    if (!PstFile::is_internal(block.id)) {
      if (begins_pst_bag(bytes)) bags.push_back(block.id);
      return;
    }
    if (bytes.size() < 8) return;
    const auto kind = static_cast<unsigned char>(bytes[0]);
    const auto level = static_cast<unsigned char>(bytes[1]);
    const std::size_t width = file.id_bytes();
    if (kind == 1 && level == 1 && bytes.size() >= 8 + width) {
      list_of[file.id_at(bytes, 8) & ~1ull] = block.id;
      return;
    }
    if (kind != 2) return;
    const std::size_t head = file.form() == PstForm::ansi ? 4 : 8;
    const std::size_t entry = (level == 0 ? 3 : 2) * width;
    const std::size_t count = std::min<std::size_t>(le16(bytes, 2), (bytes.size() - head) / entry);
    lists[block.id];
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t at = head + i * entry;
      if (level > 0) {
        lists[file.id_at(bytes, at + width) & ~1ull].claimed = true;
        continue;
      }
      owned.insert(file.id_at(bytes, at + width) & ~1ull);
      if (const std::uint64_t below = file.id_at(bytes, at + 2 * width); below != 0)
        lists[below & ~1ull].claimed = true;
      if (holders.size() < kSubnodesMax) holders.emplace(le32(bytes, at), block.id);
    }
  });
  for (const PstNode &node : file.nodes())
    if (node.sub != 0) lists[node.sub & ~1ull].claimed = true;

  std::vector<LostMessage> out;
  std::sort(bags.begin(), bags.end());
  bags.erase(std::unique(bags.begin(), bags.end()), bags.end());
  for (const std::uint64_t first : bags) {
    const auto longer = list_of.find(first);
    const std::uint64_t data_id = longer == list_of.end() ? first : longer->second;
    if (owned.contains(first) || owned.contains(data_id)) continue;
    const PstData data = file.data(data_id);
    bool whole = true;
    const MapiBag bag = read_pst_bag(file, data, {}, whole);
    if (!bag.has(kMapiMessageClass)) continue;  // a folder, an attachment, a store
    LostMessage message{data_id, 0};
    // The list that holds all that the bag refers to, and recipients, and lies nearest: ids are given in
    // order of writing, and a message is written at one time.
    std::vector<std::uint32_t> named = subnodes_named_by(file, data);
    std::sort(named.begin(), named.end());
    named.erase(std::unique(named.begin(), named.end()), named.end());
    named.push_back(kPstRecipients);
    std::map<std::uint64_t, std::size_t> votes;
    if (named.size() > 1) {
      for (std::size_t i = 0; i + 1 < named.size(); ++i) {
        const auto [begin, end] = holders.equal_range(named[i]);
        for (auto it = begin; it != end; ++it)
          if (!lists[it->second].claimed) ++votes[it->second];
      }
    }
    std::uint64_t best_distance = UINT64_MAX;
    const auto distance = [&](std::uint64_t id) { return id > first ? id - first : first - id; };
    std::size_t best_votes = 0;
    for (const auto &[id, count] : votes) {
      if (count < best_votes) continue;
      if (count > best_votes || distance(id) < best_distance) {
        best_votes = count;
        best_distance = distance(id);
        message.sub = id;
      }
    }
    if (votes.empty()) {
      // It refers to none: the next list of its own time with a table of recipients, if it is near.
      constexpr std::uint64_t kNear = 0x80;
      for (auto it = lists.lower_bound(first > kNear ? first - kNear : 0);
           it != lists.end() && it->first <= first + kNear; ++it) {
        if (it->second.claimed || distance(it->first) >= best_distance) continue;
        bool list_whole = true;
        const auto subnodes = file.subnodes(it->first, list_whole);
        if (find_subnode(subnodes, kPstRecipients) == nullptr) continue;
        best_distance = distance(it->first);
        message.sub = it->first;
      }
    }
    if (message.sub != 0) lists[message.sub].claimed = true;
    out.push_back(message);
  }
  return out;
}

}  // namespace dislodge::mail

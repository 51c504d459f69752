#include "mail/pst.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "base/item_path.hpp"
#include "evidence/zip_directory.hpp"
#include "mail/mapi_message.hpp"
#include "mail/pst_file.hpp"
#include "mail/pst_search.hpp"
#include "mail/pst_tables.hpp"

namespace dislodge::mail {
namespace {

using evidence::LedgerState;

constexpr unsigned kFoldersDeepMax = 64;
constexpr unsigned kItemsNestedMax = 24;  // attached items within attached items
constexpr std::size_t kRecipientsMax = 100'000;

enum : std::int64_t { kByReference = 2, kByReferenceResolve = 3, kByReferenceOnly = 4, kByWebReference = 7 };

class Reader {
 public:
  Reader(const PstFile &file, const evidence::ItemView &item, evidence::Sink &sink)
      : file_(file), item_(item), sink_(sink) {}

  void run() {
    if (!file_.trees_whole())
      sink_.unread({.bytes = 0,
                    .state = LedgerState::damaged,
                    .reason = file_.damage() + "; the file was searched for what its trees no longer lead to",
                    .remedy = "get the file again from where it came",
                    .child = {},
                    .child_size = 0});
    bool whole = true;
    if (const PstNode *names = file_.node(kPstNames)) {
      const MapiBag bag =
          read_pst_bag(file_, file_.data(names->data), file_.subnodes(names->sub, whole), whole);
      names_.read(bag.bytes(0x0003), bag.bytes(0x0004));
    }
    for (const PstNode &node : file_.nodes()) {
      const std::uint32_t kind = node.id & 0x1F;
      if (kind != kPstMessage && kind != kPstAssociated) continue;
      emit(base::join_item(item_.path, fmt::format("{:x}", node.id)), node.data, node.sub, folder_of(node),
           node.current);
    }
    if (file_.trees_whole()) return;
    for (const LostMessage &lost : find_lost_messages(file_))
      emit(base::join_item(item_.path, fmt::format("~block@{:x}", lost.data)), lost.data, lost.sub,
           "(found without a folder)", false);
  }

 private:
  std::string folder_of(const PstNode &message) {
    std::vector<const PstNode *> way;
    const PstNode *at = file_.node(message.parent);
    if (at == nullptr && message.parent != 0) return "(orphaned)";
    // The root folder is its own parent.
    while (at != nullptr && way.size() < kFoldersDeepMax) {
      way.push_back(at);
      if (at->parent == at->id || at->parent == 0) break;
      at = file_.node(at->parent);
    }
    std::string out;
    for (std::size_t i = way.size(); i-- > 0;) {
      const std::string &name = folder_name(*way[i]);
      if (name.empty()) continue;
      if (!out.empty()) out += '/';
      out += name;
    }
    return out;
  }

  const std::string &folder_name(const PstNode &folder) {
    const auto [found, fresh] = folder_names_.try_emplace(folder.id);
    if (fresh && ((folder.id & 0x1F) == kPstFolder || (folder.id & 0x1F) == kPstSearchFolder)) {
      bool whole = true;
      const MapiBag bag =
          read_pst_bag(file_, file_.data(folder.data), file_.subnodes(folder.sub, whole), whole);
      found->second = bag.text(kMapiDisplayName);
      std::replace(found->second.begin(), found->second.end(), '/', '_');
    }
    return found->second;
  }

  void emit(const std::string &path, std::uint64_t data_id, std::uint64_t sub_id, const std::string &folder,
            bool current) {
    problems_.clear();
    missing_.clear();
    MapiMessage message;
    if (!load(data_id, sub_id, message, 0)) {
      // What a search found and what deleted pages name may be half overwritten: that is no damage to report.
      if (!current) return;
      sink_.unread({.bytes = 0,
                    .state = LedgerState::damaged,
                    .reason = "the message's properties cannot be found or are overwritten",
                    .remedy = "get the file again from where it came",
                    .child = path,
                    .child_size = 0});
      return;
    }
    MapiWriting how;
    how.folder = folder;
    how.names = &names_;
    how.limits = &sink_.limits();
    const std::string bytes = rfc5322_of(message, how, problems_);
    evidence::ItemView view;
    view.path = path;
    view.bytes = bytes;
    view.type = evidence::ItemType::message;
    view.media_type = "message/rfc822";
    view.depth = item_.depth + 1;
    view.within = item_.within;
    sink_.child(view);
    std::size_t number = 0;
    for (const std::string &problem : problems_)
      tell(base::join_item(path, fmt::format("~missing@{}", ++number)), LedgerState::damaged, problem,
           "get the file again from where it came");
    for (const std::string &place : missing_)
      tell(base::join_item(path, fmt::format("~missing@{}", ++number)), LedgerState::not_held, place,
           "hand in the file that it points to");
  }

  void tell(const std::string &path, LedgerState state, const std::string &reason,
            const std::string &remedy) {
    sink_.unread(
        {.bytes = 0, .state = state, .reason = reason, .remedy = remedy, .child = path, .child_size = 0});
  }

  // False where there is no property bag at all.
  bool load(std::uint64_t data_id, std::uint64_t sub_id, MapiMessage &message, unsigned depth) {
    bool whole = true;
    const PstData data = file_.data(data_id);
    const std::vector<PstSubnode> subnodes = file_.subnodes(sub_id, whole);
    message.bag = read_pst_bag(file_, data, subnodes, whole);
    if (message.bag.all().empty()) return false;
    if (!whole) problems_.push_back("a part of the message's properties is lost");
    for (const PstSubnode &subnode : subnodes) {
      bool part_whole = true;
      if (subnode.id == kPstRecipients) {
        message.recipients =
            read_pst_table(file_, file_.data(subnode.data), file_.subnodes(subnode.sub, part_whole),
                           kRecipientsMax, part_whole);
        if (!part_whole) problems_.push_back("recipients are lost");
      } else if ((subnode.id & 0x1F) == kPstAttachment) {
        attachment(subnode, message, depth);
      }
    }
    settle_charset(message);
    return true;
  }

  void attachment(const PstSubnode &subnode, MapiMessage &message, unsigned depth) {
    if (message.attachments.size() >= sink_.limits().mime_parts_max) return;
    bool whole = true;
    const std::vector<PstSubnode> inner = file_.subnodes(subnode.sub, whole);
    MapiAttachment out;
    out.bag = read_pst_bag(file_, file_.data(subnode.data), inner, whole);
    const std::string name = name_of(out.bag);
    const MapiProperty *content = out.bag.find(kMapiAttachData);
    const std::int64_t method = out.bag.number(kMapiAttachMethod).value_or(1);
    if (content != nullptr && content->type == kMapiObject && content->value.size() >= 4) {
      const std::uint32_t id = evidence::le32(content->value, 0);
      const PstSubnode *object = find_subnode(inner, id);
      if (object == nullptr) {
        problems_.push_back(fmt::format("the attached item \"{}\" is lost", name));
      } else if (method == 5 && depth < kItemsNestedMax) {
        MapiMessage nested;
        if (load(object->data, object->sub, nested, depth + 1))
          out.nested.push_back(std::move(nested));
        else
          problems_.push_back(fmt::format("the attached item \"{}\" is lost", name));
      } else {
        if (method == 5)
          problems_.push_back(fmt::format("the attached item \"{}\" is nested too deep", name));
        const PstData data = file_.data(object->data);
        whole = whole && data.whole;
        out.data = data.joined();
      }
    } else if (content != nullptr) {
      out.data = out.bag.take(kMapiAttachData);
    } else if (method == kByReference || method == kByReferenceResolve || method == kByReferenceOnly ||
               method == kByWebReference) {
      std::string where = out.bag.text(kMapiAttachLongPath);
      if (where.empty()) where = out.bag.text(kMapiAttachPath);
      missing_.push_back(
          fmt::format("the attachment \"{}\" is only a link{}{}", name, where.empty() ? "" : " to ", where));
    }
    if (!whole) problems_.push_back(fmt::format("a part of the attachment \"{}\" is lost", name));
    message.attachments.push_back(std::move(out));
  }

  static std::string name_of(const MapiBag &bag) {
    std::string name = bag.text(kMapiAttachLongFile);
    if (name.empty()) name = bag.text(kMapiAttachFile);
    if (name.empty()) name = bag.text(kMapiDisplayName);
    return name;
  }

  const PstFile &file_;
  const evidence::ItemView &item_;
  evidence::Sink &sink_;
  MapiNames names_;
  std::unordered_map<std::uint32_t, std::string> folder_names_;
  std::vector<std::string> problems_;
  std::vector<std::string> missing_;
};

}  // namespace

base::Result<void> read_pst(const evidence::ItemView &item, evidence::Sink &sink) {
  auto file = PstFile::open(item.bytes, sink.limits());
  if (!file) return tl::unexpected(std::move(file).error());
  Reader(*file, item, sink).run();
  return {};
}

}  // namespace dislodge::mail

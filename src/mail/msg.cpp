#include "mail/msg.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/encode.hpp"
#include "base/item_path.hpp"
#include "evidence/compound_file.hpp"
#include "evidence/zip_directory.hpp"
#include "mail/mapi_reading.hpp"

namespace dislodge::mail {
namespace {

using evidence::CompoundEntry;
using evidence::CompoundFile;
using evidence::CompoundId;
using evidence::le16;
using evidence::le32;

constexpr unsigned kItemsNestedMax = 24;
constexpr std::string_view kProperties = "__properties_version1.0";
constexpr std::string_view kNamed = "__nameid_version1.0";
constexpr std::string_view kValue = "__substg1.0_";
constexpr std::string_view kRecipient = "__recip_version1.0_";
constexpr std::string_view kAttachment = "__attach_version1.0_";
constexpr std::size_t kUnusedLeast = 64;  // a smaller gap holds nothing that could be told from noise

bool starts_like(std::string_view name, std::string_view prefix) {
  return name.size() >= prefix.size() && base::equal_ignoring_case(name.substr(0, prefix.size()), prefix);
}

bool is_text(std::uint16_t type) {
  return type == kMapiUnicode || type == kMapiString8;
}

class Reader {
 public:
  Reader(const CompoundFile &file, evidence::Sink &sink)
      : file_(file), sink_(sink), budget_(sink.limits().archive_bytes_max) {}

  MapiProblems problems;

  void names(MapiNames &out) {
    const auto storage = file_.find(CompoundFile::kRoot, kNamed);
    if (!storage) return;
    out.read(stream(*storage, "__substg1.0_00030102"), stream(*storage, "__substg1.0_00040102"));
  }

  void message(CompoundId storage, MapiMessage &out, unsigned depth) {
    bag(storage, depth == 0 ? 32 : 24, out.bag);
    // Storages lie in any order; their numbers are the order of the message.
    std::vector<CompoundId> children = file_.entries()[storage].children;
    std::stable_sort(children.begin(), children.end(), [&](CompoundId a, CompoundId b) {
      return file_.entries()[a].name < file_.entries()[b].name;
    });
    for (const CompoundId child : children) {
      const CompoundEntry &entry = file_.entries()[child];
      if (!entry.storage) continue;
      if (starts_like(entry.name, kRecipient)) {
        MapiBag recipient;
        bag(child, 8, recipient);
        out.recipients.push_back(std::move(recipient));
      } else if (starts_like(entry.name, kAttachment)) {
        attachment(child, out, depth);
      }
    }
    settle_charset(out);
  }

 private:
  std::string stream(CompoundId storage, std::string_view name) {
    const auto found = file_.find(storage, name);
    return found ? value(*found) : std::string();
  }

  std::string value(CompoundId id) {
    std::string owned;
    const evidence::CompoundStream read = file_.read(id, owned);
    if (!read.whole)
      problems.damaged.push_back(fmt::format("the value \"{}\" breaks off after {} of {} bytes",
                                             base::to_valid_utf8(file_.path_of(id)), read.bytes.size(),
                                             file_.entries()[id].size));
    if (read.bytes.size() > budget_) {
      problems.damaged.push_back("its values claim more bytes together than the limit archive_bytes_max");
      return {};
    }
    budget_ -= read.bytes.size();
    return read.bytes.data() == owned.data() ? owned : std::string(read.bytes);
  }

  void bag(CompoundId storage, std::size_t header, MapiBag &out) {
    // Values of variable length have a stream each; those of a list one a value, which follow each other.
    for (const CompoundId child : file_.entries()[storage].children) {
      const CompoundEntry &entry = file_.entries()[child];
      if (entry.storage || !starts_like(entry.name, kValue) || entry.name.size() < kValue.size() + 8)
        continue;
      const auto tag = base::from_hex(std::string_view(entry.name).substr(kValue.size(), 8));
      if (!tag) continue;
      const auto at = [&](std::size_t i) {
        return static_cast<std::uint16_t>(static_cast<unsigned char>((*tag)[i]));
      };
      const auto id = static_cast<std::uint16_t>(at(0) << 8 | at(1));
      auto type = static_cast<std::uint16_t>(at(2) << 8 | at(3));
      const bool element = entry.name.size() > kValue.size() + 8;
      if ((type & kMapiMany) != 0) {
        type = static_cast<std::uint16_t>(type & ~kMapiMany);
        // The stream without a number lists lengths only.
        if (!element && (is_text(type) || type == kMapiBinary)) continue;
        if (!is_text(type)) type = kMapiBinary;
      }
      out.add(id, type, value(child));
    }
    const std::string properties = stream(storage, kProperties);
    for (std::size_t at = header; at + 16 <= properties.size(); at += 16) {
      const std::uint16_t type = le16(properties, at);
      const std::uint16_t id = le16(properties, at + 2);
      const std::size_t size =
          type == kMapiInt16                                                                          ? 2
          : type == kMapiBoolean                                                                      ? 1
          : type == kMapiInt32 || type == 4 || type == 10                                             ? 4
          : type == kMapiInt64 || type == kMapiTime || type == kMapiFloat64 || type == 6 || type == 7 ? 8
                                                                                                      : 0;
      if (size > 0) out.add(id, type, properties.substr(at + 8, size));
    }
  }

  void attachment(CompoundId storage, MapiMessage &message_out, unsigned depth) {
    if (message_out.attachments.size() >= sink_.limits().mime_parts_max) {
      problems.damaged.push_back("more attachments than the limit mime_parts_max");
      return;
    }
    MapiAttachment out;
    bag(storage, 8, out.bag);
    const auto object = file_.find(storage, "__substg1.0_3701000D");
    if (object && file_.entries()[*object].storage) {
      if (file_.find(*object, kProperties)) {
        if (depth >= kItemsNestedMax) {
          problems.damaged.push_back("an attached item is nested deeper than the limit");
          return;
        }
        out.nested.emplace_back();
        message(*object, out.nested[0], depth + 1);
        message_out.attachments.push_back(std::move(out));
        return;
      }
      ole_object(*object, message_out);
    } else {
      out.data = out.bag.take(kMapiAttachData);
      if (out.data.empty()) note_link(out.bag, problems);
    }
    message_out.attachments.push_back(std::move(out));
  }

  // The streams of an embedded object, each by its name.
  void ole_object(CompoundId object, MapiMessage &message_out) {
    std::vector<CompoundId> pending{object};
    while (!pending.empty()) {
      const CompoundId at = pending.back();
      pending.pop_back();
      for (const CompoundId child : file_.entries()[at].children) {
        const CompoundEntry &entry = file_.entries()[child];
        if (entry.storage) {
          pending.push_back(child);
        } else if (message_out.attachments.size() < sink_.limits().mime_parts_max) {
          MapiAttachment part;
          std::string name = entry.name;
          name.erase(std::remove_if(name.begin(), name.end(),
                                    [](char c) { return static_cast<unsigned char>(c) < 0x20; }),
                     name.end());
          part.bag.add(kMapiAttachLongFile, kMapiString8, name);
          part.bag.set_charset("utf-8");
          part.data = value(child);
          message_out.attachments.push_back(std::move(part));
        }
      }
    }
  }

  const CompoundFile &file_;
  evidence::Sink &sink_;
  std::uint64_t budget_;
};

void unused(const CompoundFile &file, const evidence::ItemView &item, evidence::Sink &sink) {
  for (const auto &[begin, end] : file.unused()) {
    const std::string_view bytes =
        item.bytes.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
    if (bytes.size() < kUnusedLeast || bytes.find_first_not_of(std::string_view("\0\xFF", 2)) == bytes.npos)
      continue;
    const std::string path = base::join_item(item.path, base::decoded_view_step("unused", begin));
    evidence::ItemView view;
    view.path = path;
    view.bytes = bytes;
    view.depth = item.depth + 1;
    view.within = item.within;
    sink.child(view);
  }
}

}  // namespace

bool is_msg(std::string_view bytes, const base::Limits &limits) {
  const auto file = CompoundFile::open(bytes, limits);
  return file && file->find(CompoundFile::kRoot, kProperties) &&
         (file->find(CompoundFile::kRoot, kNamed) ||
          file->find(CompoundFile::kRoot, "__substg1.0_001A001F") ||
          file->find(CompoundFile::kRoot, "__substg1.0_001A001E"));
}

base::Result<void> read_msg(const evidence::ItemView &item, evidence::Sink &sink) {
  const auto file = CompoundFile::open(item.bytes, sink.limits());
  if (!file) return tl::unexpected(file.error());
  Reader reader(*file, sink);
  MapiNames names;
  reader.names(names);
  MapiMessage message;
  reader.message(CompoundFile::kRoot, message, 0);
  if (!file->damage().empty()) reader.problems.damaged.push_back(file->damage());
  read_in_place(item, message, names, reader.problems, sink);
  unused(*file, item, sink);
  return {};
}

}  // namespace dislodge::mail

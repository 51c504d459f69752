#include "drill/git_writer.hpp"

#include <algorithm>
#include <cstdint>

#include "base/encode.hpp"
#include "base/hash.hpp"
#include "drill/deflate_writer.hpp"

namespace dislodge::drill {
namespace {

constexpr int kCommit = 1, kTree = 2, kBlob = 3, kTag = 4, kOfsDelta = 6, kRefDelta = 7;

std::string_view type_name(int type) {
  return type == kCommit ? "commit" : type == kTree ? "tree" : type == kBlob ? "blob" : "tag";
}

std::string raw_id(std::string_view hex) {
  return *base::from_hex(hex);
}

std::string delta_size(std::uint64_t value) {
  std::string out;
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  return out + static_cast<char>(value);
}

// Common head and tail are copied, the middle is inserted: enough for edits of one place.
std::string make_delta(std::string_view from, std::string_view to) {
  std::size_t head = 0;
  while (head < from.size() && head < to.size() && from[head] == to[head]) ++head;
  std::size_t tail = 0;
  while (tail < from.size() - head && tail < to.size() - head &&
         from[from.size() - 1 - tail] == to[to.size() - 1 - tail])
    ++tail;
  std::string out = delta_size(from.size()) + delta_size(to.size());
  const auto copy = [&](std::size_t offset, std::size_t size) {
    while (size > 0) {
      const std::size_t piece = std::min<std::size_t>(size, 0xFFFF);
      unsigned char code = 0x80;
      std::string arguments;
      for (unsigned i = 0; i < 4; ++i) {
        const auto byte = static_cast<unsigned char>(offset >> (8 * i));
        if (byte == 0) continue;
        code = static_cast<unsigned char>(code | (1u << i));
        arguments += static_cast<char>(byte);
      }
      for (unsigned i = 0; i < 2; ++i) {
        const auto byte = static_cast<unsigned char>(piece >> (8 * i));
        if (byte == 0) continue;
        code = static_cast<unsigned char>(code | (0x10u << i));
        arguments += static_cast<char>(byte);
      }
      out += static_cast<char>(code) + arguments;
      offset += piece;
      size -= piece;
    }
  };
  copy(0, head);
  for (std::size_t at = head; at < to.size() - tail;) {
    const std::size_t piece = std::min<std::size_t>(127, to.size() - tail - at);
    out += static_cast<char>(piece);
    out += to.substr(at, piece);
    at += piece;
  }
  copy(from.size() - tail, tail);
  return out;
}

std::string object_header(int type, std::uint64_t size) {
  std::string out;
  auto byte = static_cast<unsigned char>((type << 4) | (size & 15));
  for (size >>= 4; size > 0; size >>= 7) {
    out += static_cast<char>(byte | 0x80);
    byte = static_cast<unsigned char>(size & 0x7F);
  }
  return out + static_cast<char>(byte);
}

std::string offset_back(std::uint64_t distance) {  // of OFS_DELTA: each byte but the last counts one more
  std::string out(1, static_cast<char>(distance & 0x7F));
  while ((distance >>= 7) > 0) out.insert(out.begin(), static_cast<char>(0x80 | (--distance & 0x7F)));
  return out;
}

std::string signature(const GitAuthor &author, base::Time time) {
  return author.name + " <" + author.mail + "> " + std::to_string(time.us / base::kSecond) + " +0000";
}

}  // namespace

std::string GitWriter::add(int type, std::string bytes, std::size_t earlier) {
  const std::string id = base::to_hex(base::sha1(
      std::string(type_name(type)) + " " + std::to_string(bytes.size()) + std::string(1, '\0') + bytes));
  if (by_id_.try_emplace(id, objects_.size()).second) {
    if (type == kBlob) blobs_.push_back({id, bytes});
    objects_.push_back({type, id, std::move(bytes), earlier});
  }
  return id;
}

std::string GitWriter::add_tree(const Files &files, const std::string &prefix) {
  // Entries in git's order: folders sort as if their name ended with a slash.
  std::map<std::string, std::string> entries;
  for (auto at = files.lower_bound(prefix); at != files.end() && at->first.starts_with(prefix);) {
    const std::string rest = at->first.substr(prefix.size());
    const std::size_t slash = rest.find('/');
    if (slash == std::string::npos) {
      const auto known = last_at_path_.find(at->first);
      const std::string id = add(kBlob, at->second, known == last_at_path_.end() ? SIZE_MAX : known->second);
      last_at_path_[at->first] = by_id_.at(id);
      const bool script = rest.ends_with(".sh");
      entries[rest] = std::string(script ? "100755 " : "100644 ") + rest + std::string(1, '\0') + raw_id(id);
      ++at;
      continue;
    }
    const std::string name = rest.substr(0, slash);
    const std::string inside = prefix + name + "/";
    entries[name + "/"] = "40000 " + name + std::string(1, '\0') + raw_id(add_tree(files, inside));
    while (at != files.end() && at->first.starts_with(inside)) ++at;
  }
  std::string bytes;
  for (const auto &[name, entry] : entries) bytes += entry;
  return add(kTree, std::move(bytes));
}

std::string GitWriter::commit(const std::string &branch, const Files &files, const GitAuthor &author,
                              base::Time time, std::string_view message, const std::string &merged) {
  std::string bytes = "tree " + add_tree(files, "") + "\n";
  if (branches_.contains(branch)) bytes += "parent " + branches_[branch] + "\n";
  if (!merged.empty()) bytes += "parent " + merged + "\n";
  bytes += "author " + signature(author, time) + "\ncommitter " + signature(author, time) + "\n\n" +
           std::string(message) + "\n";
  return branches_[branch] = add(kCommit, std::move(bytes));
}

void GitWriter::tag(const std::string &name, const std::string &commit, const GitAuthor &tagger,
                    base::Time time, std::string_view message) {
  tags_[name] = add(kTag, "object " + commit + "\ntype commit\ntag " + name + "\ntagger " +
                              signature(tagger, time) + "\n\n" + std::string(message) + "\n");
}

std::string GitWriter::bundle() const {
  std::string pack = "PACK" + std::string("\0\0\0\2", 4);
  for (int shift = 24; shift >= 0; shift -= 8) pack += static_cast<char>(objects_.size() >> shift);
  std::vector<std::size_t> offsets(objects_.size());
  std::size_t deltas = 0;
  for (std::size_t i = 0; i < objects_.size(); ++i) {
    const Object &object = objects_[i];
    offsets[i] = pack.size();
    if (object.earlier < i) {
      const Object &base_object = objects_[object.earlier];
      const std::string delta = make_delta(base_object.bytes, object.bytes);
      if (delta.size() < object.bytes.size() / 2) {
        if (++deltas % 3 == 0)
          pack += object_header(kRefDelta, delta.size()) + raw_id(base_object.id);
        else
          pack += object_header(kOfsDelta, delta.size()) + offset_back(offsets[i] - offsets[object.earlier]);
        pack += zlib_compress(delta);
        continue;
      }
    }
    pack += object_header(object.type, object.bytes.size()) + zlib_compress(object.bytes);
  }
  pack += base::as_bytes(base::sha1(pack));

  std::string out = "# v2 git bundle\n";
  for (const auto &[name, id] : branches_) out += id + " refs/heads/" + name + "\n";
  for (const auto &[name, id] : tags_) out += id + " refs/tags/" + name + "\n";
  out += branches_.at("main") + " HEAD\n";
  return out + "\n" + pack;
}

}  // namespace dislodge::drill

// What is found of a PST or OST that was cut off: for each file and each share of it that is left, how many
// of the messages whose blocks all lie before the cut come out as they do of the whole file.
//
//   pst_cut FILE...          a line a file and share, and the sums
//   PST_CUT_SHOW=1           the messages that were not found besides, by node and block
//
// Which blocks a message has is asked of the whole file: its property bag, its list of subnodes, and all that
// these name. "found": subject, date, body and attachments are the same; "whole": all that is made of it, by
// the line of bench/mail/digest.hpp. They differ where the names of properties lay behind the cut.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/files.hpp"
#include "evidence/sink.hpp"
#include "evidence/zip_directory.hpp"
#include "mail/digest.hpp"
#include "mail/message.hpp"
#include "mail/pst.hpp"
#include "mail/pst_file.hpp"

namespace dislodge::bench {
namespace {

constexpr std::array<unsigned, 6> kLeft = {50, 55, 65, 75, 85, 95};  // percent of the file

struct Found {
  std::string digest, words;  // of the message as a whole; of its subject, date, body and attachments
};

// Takes the messages of a PST one by one.
class CutSink : public evidence::Sink {
 public:
  evidence::RecordId record(evidence::Record record) override {
    if (depth_ == 1) {
      digest_ = {};
      digest_.subject = record.subject;
      digest_.date = record.sent.us / 1'000'000;
      for (const evidence::Person &person : record.people) {
        digest_.addresses += person.address + ",";
        digest_.names += person.name + ",";
      }
    }
    return 0;
  }
  std::size_t text(const evidence::TextView &text) override {
    if (depth_ > 0) MessageDigest::text(digest_.texts, text.text);
    return 0;
  }
  std::size_t child(const evidence::ItemView &item) override {
    if (item.type != evidence::ItemType::message) {
      MessageDigest::attachment(digest_.attachments, item.bytes);
      return 0;
    }
    ++depth_;
    (void)mail::decode_message(item, *this);
    if (--depth_ > 0) return 0;
    const std::string_view path = item.path;
    const std::string body = digest_.texts.substr(0, digest_.texts.find(','));
    found[std::string(path.substr(path.rfind('/') + 1))] = {
        digest_.line(), fmt::format("{} {} {} {}", digest_.subject, digest_.date, body, digest_.attachments)};
    return 0;
  }
  void unread(evidence::Unread) override {}
  const base::Limits &limits() const override { return limits_; }

  std::map<std::string, Found> found;  // by the last step of its path: its node's id, or "~block@ID"

 private:
  base::Limits limits_;
  MessageDigest digest_;
  unsigned depth_ = 0;
};

std::map<std::string, Found> read(std::string_view bytes) {
  evidence::ItemView item;
  item.path = "cut.pst";
  item.bytes = bytes;
  item.type = evidence::ItemType::pst;
  CutSink sink;
  (void)mail::read_pst(item, sink);
  return std::move(sink.found);
}

// Where the last block ends that the data tree or the list of subnodes at `id` leads to.
std::uint64_t end_of(const mail::PstFile &file, std::uint64_t id, unsigned depth = 0) {
  constexpr unsigned kDeep = 40;
  if (id == 0 || depth > kDeep) return 0;
  const auto block = file.find_block(id);
  std::string bytes;
  if (!block || !file.read_block(*block, bytes)) return UINT64_MAX;  // not in the whole file either
  const bool ansi = file.form() == mail::PstForm::ansi;
  const std::uint64_t trailer = ansi ? 12 : file.form() == mail::PstForm::unicode ? 16 : 24;
  const std::uint64_t align = file.form() == mail::PstForm::unicode_4k ? 512 : 64;
  std::uint64_t end = block->offset + (block->stored + trailer + align - 1) / align * align;
  if (!mail::PstFile::is_internal(id) || bytes.size() < 8) return end;
  const bool list = bytes[0] == 1;
  const bool upper = bytes[1] != 0;
  const std::size_t width = file.id_bytes();
  const std::size_t head = list || !ansi ? 8 : 4;
  const std::size_t entry = list ? width : upper ? 2 * width : 3 * width;
  const std::size_t count = std::min<std::size_t>(evidence::le16(bytes, 2), (bytes.size() - head) / entry);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = head + i * entry;
    end = std::max(end, end_of(file, file.id_at(bytes, list ? at : at + width), depth + 1));
    if (!list && !upper) end = std::max(end, end_of(file, file.id_at(bytes, at + 2 * width), depth + 1));
  }
  return end;
}

struct Count {
  std::uint64_t there = 0, whole = 0, found = 0;
  void add(const Count &other) {
    there += other.there;
    whole += other.whole;
    found += other.found;
  }
};

void print(std::string_view what, const Count &count) {
  const auto share = [&](std::uint64_t part) {
    return count.there == 0 ? 100.0 : 100.0 * static_cast<double>(part) / static_cast<double>(count.there);
  };
  fmt::print("{}: blocks there {}, found {} ({:.1f} %), whole {} ({:.1f} %)\n", what, count.there,
             count.found, share(count.found), count.whole, share(count.whole));
}

// The messages that the whole file has, with the end of the last block of each.
void cut(std::string_view path, std::string_view bytes, std::map<unsigned, Count> &sums) {
  const auto file = mail::PstFile::open(bytes, base::Limits());
  if (!file) return;
  const std::map<std::string, Found> whole = read(bytes);
  struct Known {
    std::uint64_t end;
    const Found *found;
    const mail::PstNode *node;
  };
  std::vector<Known> messages;
  for (const mail::PstNode &node : file->nodes()) {
    const auto known = whole.find(fmt::format("{:x}", node.id));
    if (known == whole.end()) continue;
    messages.push_back({std::max(end_of(*file, node.data), end_of(*file, node.sub)), &known->second, &node});
  }
  for (const unsigned left : kLeft) {
    const std::string_view kept = bytes.substr(0, bytes.size() / 100 * left);
    std::multiset<std::string> digests, words;
    for (const auto &[name, found] : read(kept)) {
      digests.insert(found.digest);
      words.insert(found.words);
    }
    Count count;
    for (const auto &[end, message, node] : messages) {
      if (end > kept.size()) continue;
      ++count.there;
      if (const auto same = words.find(message->words); same != words.end()) {
        ++count.found;
        words.erase(same);
      } else if (std::getenv("PST_CUT_SHOW") != nullptr) {
        fmt::print("  not found at {} %: node {:x}, block {:x}, subnodes {:x}{}: {}\n", left, node->id,
                   node->data, node->sub, node->current ? "" : ", of a page left behind",
                   message->words.substr(0, 60));
      }
      if (const auto same = digests.find(message->digest); same != digests.end()) {
        ++count.whole;
        digests.erase(same);
      }
    }
    sums[left].add(count);
    if (count.there > 0) print(fmt::format("{} at {} %", path, left), count);
  }
}

}  // namespace
}  // namespace dislodge::bench

int main(int count, char **arguments) {
  std::map<unsigned, dislodge::bench::Count> sums;
  for (int i = 1; i < count; ++i) {
    const auto file = dislodge::base::MappedFile::open(arguments[i]);
    if (!file) {
      fmt::print(stderr, "pst_cut: {}\n", file.error().message);
      continue;
    }
    dislodge::bench::cut(arguments[i], file->bytes(), sums);
  }
  for (const auto &[left, sum] : sums)
    dislodge::bench::print(fmt::format("all of {} at {} %", count - 1, left), sum);
  return 0;
}

#include "mail/thread.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <unordered_map>

#include "base/encode.hpp"

namespace dislodge::mail {
namespace {

// Sets that are merged, by number; the root of a set is its smallest number (union by halving paths).
class Sets {
 public:
  std::size_t make() {
    parent_.push_back(parent_.size());
    return parent_.size() - 1;
  }
  std::size_t root(std::size_t a) {
    while (parent_[a] != a) {
      parent_[a] = parent_[parent_[a]];
      a = parent_[a];
    }
    return a;
  }
  void join(std::size_t a, std::size_t b) {
    a = root(a);
    b = root(b);
    if (a != b) parent_[std::max(a, b)] = std::min(a, b);
  }
  std::size_t size() const { return parent_.size(); }

 private:
  std::vector<std::size_t> parent_;
};

bool is_reply_mark(std::string_view word) {
  static constexpr std::array<std::string_view, 32> kMarks = {
      "re", "aw",  "antw", "sv",     "vs",  "rv",         "ref", "rif", "r",    "odp", "res",
      "vl", "atb", "ynt",  "re-",    "réf", "fwd",        "fw",  "wg",  "tr",   "vb",  "i",
      "pd", "enc", "rv.",  "doorst", "vá",  "továbbítás", "ang", "bls", "vidb", "vf"};
  return std::any_of(kMarks.begin(), kMarks.end(),
                     [&](std::string_view mark) { return base::equal_ignoring_case(word, mark); });
}

}  // namespace

std::string base_subject(std::string_view subject, bool &reply) {
  reply = false;
  subject = base::trim(subject);
  while (true) {
    subject = base::trim(subject);
    if (subject.starts_with('[')) {
      // "[list] Re: x" and "Re: [list] x" are one conversation; a subject that is a tag alone stays.
      const std::size_t close = subject.find(']');
      if (close == std::string_view::npos || base::trim(subject.substr(close + 1)).empty()) break;
      subject.remove_prefix(close + 1);
      continue;
    }
    std::size_t colon = subject.substr(0, 20).find(':');
    std::size_t skip = 1;
    if (colon == std::string_view::npos) {  // the full-width colon of Chinese clients
      colon = subject.substr(0, 20).find("\xEF\xBC\x9A");
      skip = 3;
    }
    if (colon == std::string_view::npos) break;
    std::string_view word = subject.substr(0, colon);
    const std::size_t count = word.find_first_of("[(");  // "Re[2]:"
    if (count != std::string_view::npos) word = word.substr(0, count);
    while (!word.empty() && ((word.back() >= '0' && word.back() <= '9') || word.back() == ' '))
      word.remove_suffix(1);
    if (!is_reply_mark(word)) break;
    reply = true;
    subject.remove_prefix(colon + skip);
  }
  std::string out;
  for (const char c : base::lower(subject)) {
    const bool blank = c == ' ' || c == '\t';
    if (blank && !out.empty() && out.back() == ' ') continue;
    out += blank ? ' ' : c;
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::vector<std::string> thread_keys(const std::vector<evidence::Record> &records) {
  Sets sets;
  std::unordered_map<std::string_view, std::size_t> by_id;
  const auto node = [&](std::string_view id) {
    const auto [at, added] = by_id.try_emplace(id, 0);
    if (added) at->second = sets.make();
    return at->second;
  };
  std::vector<std::size_t> nodes(records.size());
  struct Subject {
    std::vector<std::size_t> starts;   // messages without references whose subject has no mark
    std::vector<std::size_t> replies;  // messages without references whose subject has one
  };
  std::map<std::string, Subject> subjects;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const evidence::Record &record = records[i];
    if (record.kind != evidence::RecordKind::message) continue;
    nodes[i] = record.message_id.empty() ? sets.make() : node(record.message_id);
    for (const std::string &id : record.references)
      if (!id.empty()) sets.join(nodes[i], node(id));
    if (!record.in_reply_to.empty()) sets.join(nodes[i], node(record.in_reply_to));
    bool reply = false;
    std::string subject = base_subject(record.subject, reply);
    if (subject.empty()) continue;
    const bool orphan = record.references.empty() && record.in_reply_to.empty();
    if (reply && orphan)
      subjects[std::move(subject)].replies.push_back(nodes[i]);
    else if (orphan)
      subjects[std::move(subject)].starts.push_back(nodes[i]);
  }
  // A reply without references joins the conversation that has its subject, if there is just one: "Re: hello"
  // cannot tell between ten of them.
  for (auto &[subject, found] : subjects) {
    for (std::size_t i = 1; i < found.replies.size(); ++i) sets.join(found.replies[0], found.replies[i]);
    if (found.replies.empty() || found.starts.empty()) continue;
    const std::size_t first = sets.root(found.starts[0]);
    const bool one = std::all_of(found.starts.begin(), found.starts.end(),
                                 [&](std::size_t start) { return sets.root(start) == first; });
    if (one) sets.join(first, found.replies[0]);
  }
  std::vector<std::string> smallest(sets.size());
  for (const auto &[id, at] : by_id) {
    std::string &key = smallest[sets.root(at)];
    if (key.empty() || id < key) key = std::string(id);
  }
  std::vector<std::string> keys(records.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (records[i].kind != evidence::RecordKind::message) continue;
    keys[i] = smallest[sets.root(nodes[i])];
    if (keys[i].empty()) {
      bool reply = false;
      keys[i] = "subject:" + base_subject(records[i].subject, reply);
    }
  }
  return keys;
}

}  // namespace dislodge::mail

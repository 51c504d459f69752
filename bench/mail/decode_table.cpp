// mbox and MIME to decoded UTF-8 text: fields, addresses, dates, encoded words, bodies in UTF-8, attachments.

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "evidence/sink.hpp"
#include "mail/corpus.hpp"
#include "mail/digest.hpp"
#include "mail/mbox.hpp"
#include "mail/message.hpp"
#include "mail/tables.hpp"

namespace dislodge::bench {
namespace {

// Takes what the readers emit, as the worker does, and does nothing with it; or writes digests.
class DecodeSink : public evidence::Sink {
 public:
  evidence::RecordId record(evidence::Record record) override {
    ++records;
    if (digests != nullptr) {
      digest_ = {};
      digest_.subject = record.subject;
      digest_.date = record.sent.us / 1'000'000;
      for (const evidence::PersonRole role :
           {evidence::PersonRole::from, evidence::PersonRole::to, evidence::PersonRole::cc})
        for (const evidence::Person &person : record.people) {
          if (person.role != role) continue;
          digest_.addresses += person.address + ",";
          digest_.names += person.name + ",";
        }
      message_ = record.item;
      last_text_.clear();
    }
    return static_cast<evidence::RecordId>(records - 1);
  }
  std::size_t text(const evidence::TextView &text) override {
    text_bytes += text.text.size();
    // Of an HTML part the source comes first, then its text, under the same path.
    if (digests != nullptr && text.item != message_ && text.item != last_text_) {
      MessageDigest::text(digest_.texts, text.text);
      last_text_ = text.item;
    }
    return 0;
  }
  std::size_t child(const evidence::ItemView &item) override {
    if (item.type == evidence::ItemType::message) {
      (void)(whole ? mail::read_message(item, *this) : mail::decode_message(item, *this));
      if (digests != nullptr && item.depth == 1) *digests += digest_.line();
      return 0;
    }
    attachment_bytes += item.bytes.size();
    if (digests != nullptr) MessageDigest::attachment(digest_.attachments, item.bytes);
    return 0;
  }
  void unread(evidence::Unread) override { ++unreads; }
  const base::Limits &limits() const override { return limits_; }

  bool whole = false;  // with HTML's text and quotes
  std::string *digests = nullptr;
  std::uint64_t records = 0, text_bytes = 0, attachment_bytes = 0, unreads = 0;

 private:
  base::Limits limits_;
  MessageDigest digest_;
  std::string message_, last_text_;
};

void read(const MailCorpus &corpus, DecodeSink &sink) {
  evidence::ItemView item;
  item.path = "bench.mbox";
  item.bytes = corpus.mbox;
  item.type = evidence::ItemType::mbox;
  (void)mail::read_mbox(item, sink);
}

std::string slurp(const std::filesystem::path &path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// How many lines agree, field by field; those of the first few that do not are shown on request.
struct Agreement {
  std::size_t messages = 0, whole = 0;
  std::array<std::size_t, 6> fields{};
};
std::vector<std::string_view> split(std::string_view text, char by) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t at = text.find(by);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}
Agreement compare(std::string_view ours, std::string_view theirs) {
  Agreement out;
  const auto a = split(ours, '\n');
  const auto b = split(theirs, '\n');
  const bool show = std::getenv("MAIL_BENCH_SHOW") != nullptr;
  std::size_t shown = 0;
  for (std::size_t i = 0; i + 1 < a.size(); ++i) {
    ++out.messages;
    const std::string_view other = i < b.size() ? b[i] : std::string_view{};
    out.whole += a[i] == other;
    const auto left = split(a[i], '\x1f');
    const auto right = split(other, '\x1f');
    for (std::size_t f = 0; f < out.fields.size(); ++f)
      out.fields[f] += f < left.size() && f < right.size() && left[f] == right[f];
    if (show && a[i] != other && shown++ < 20) fmt::print(stderr, "{}\n- {}\n+ {}\n", i + 1, a[i], other);
  }
  return out;
}

struct PeerResult {
  double seconds = 0;  // 0: not there
  std::string digests;
};
PeerResult run_peer(const std::string &program, const std::filesystem::path &folder) {
  if (!std::filesystem::exists(program)) return {};
  const std::string digests = (folder / "peer.digests").string();
  const std::string command = fmt::format("'{}' '{}' '{}' 3 '{}'", program, (folder / "mail.mbox").string(),
                                          (folder / "offsets").string(), digests);
  PeerResult result;
  FILE *pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return {};
  if (std::fscanf(pipe, "%lf", &result.seconds) != 1) result.seconds = 0;
  if (::pclose(pipe) != 0) result.seconds = 0;
  result.digests = slurp(digests);
  return result;
}

}  // namespace

int decode_table(std::size_t bytes, std::string_view own_path) {
  struct Case {
    std::string_view name;
    MailKind kind;
    std::size_t bytes;
    double bar, gmime_bar, mail_parser_bar;
  };
  const std::array<Case, 2> cases = {{
      {"attachment-heavy", MailKind::attachment_heavy, bytes, 2.0, 10, 5},
      {"small non-ASCII", MailKind::small_non_ascii, bytes / 4, 0.6, 0, 2.5},
  }};
  const std::filesystem::path here = std::filesystem::path(own_path).parent_path();
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / fmt::format("dislodge-mail-bench-{}", ::getpid());
  std::filesystem::create_directories(folder);
  int missed = 0;
  const char *profile = std::getenv("MAIL_BENCH_PROFILE");
  for (const Case &one : cases) {
    if (profile != nullptr && !one.name.starts_with(profile)) continue;
    const MailCorpus corpus = make_mail(one.kind, one.bytes, false);
    if (profile != nullptr) {
      const char *rounds = std::getenv("MAIL_BENCH_ROUNDS");
      const double seconds = best_of(rounds == nullptr ? 50 : std::atoi(rounds), [&] {
        DecodeSink quiet;
        read(corpus, quiet);
      });
      row(one.name, static_cast<double>(corpus.mbox.size()) / 1e9 / seconds, one.bar, "GB/s");
      continue;
    }
    std::ofstream(folder / "mail.mbox", std::ios::binary) << corpus.mbox;
    std::ofstream offsets(folder / "offsets");
    for (const auto &message : corpus.messages) offsets << message.begin << ' ' << message.end << '\n';
    offsets.close();
    const double gigabytes = static_cast<double>(corpus.mbox.size()) / 1e9;
    std::string digests;
    DecodeSink sink;
    sink.digests = &digests;
    read(corpus, sink);
    const double ours = best_of(5, [&] {
      DecodeSink quiet;
      read(corpus, quiet);
    });
    const double everything = best_of(5, [&] {
      DecodeSink quiet;
      quiet.whole = true;
      read(corpus, quiet);
    });
    row(fmt::format("{}: all that is scanned", one.name), gigabytes / everything, 0, "GB/s",
        "what the product makes for its scanner besides; the peers do not");
    missed += row(fmt::format("{}: mbox to UTF-8", one.name), gigabytes / ours, one.bar, "GB/s",
                  fmt::format("{:.0f} MB, {} messages, {:.0f} % attachments", gigabytes * 1e3, sink.records,
                              100.0 * static_cast<double>(sink.attachment_bytes) * 4 / 3 / gigabytes / 1e9));
    struct Peer {
      std::string_view name;
      std::string program;
      double bar;
    };
    const std::array<Peer, 2> peers = {{
        {"GMime", (here / "gmime_peer").string(), one.gmime_bar},
        {"mail-parser", (here / "../../peers/bin/mail-parser").string(), one.mail_parser_bar},
    }};
    for (const Peer &peer : peers) {
      const PeerResult result = run_peer(peer.program, folder);
      if (result.seconds == 0) {
        fmt::print("{}: {} is not here (bench/peers; libgmime-3.0-dev): no ratio\n", one.name, peer.name);
        continue;
      }
      const Agreement same = compare(digests, result.digests);
      const auto share = [&](std::size_t count) {
        return 100.0 * static_cast<double>(count) /
               static_cast<double>(std::max<std::size_t>(1, same.messages));
      };
      missed +=
          row(fmt::format("{}: times {}", one.name, peer.name), result.seconds / ours, peer.bar, "x",
              fmt::format("{:.2f} GB/s; agree % subject {:.1f} date {:.1f} addresses {:.1f} names {:.1f} "
                          "texts {:.1f} attachments {:.1f}",
                          gigabytes / result.seconds, share(same.fields[0]), share(same.fields[1]),
                          share(same.fields[2]), share(same.fields[3]), share(same.fields[4]),
                          share(same.fields[5])));
    }
  }
  std::filesystem::remove_all(folder);
  return missed;
}

}  // namespace dislodge::bench

// Memory and time on what is big or hostile: an mbox of tens of gigabytes, deep nesting, many parts, a header
// without end. Memory is what the process itself holds (RssAnon), since the evidence is mapped.

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "casefile/keys.hpp"
#include "engine/options.hpp"
#include "engine/unit_reader.hpp"
#include "mail/corpus.hpp"
#include "mail/mbox.hpp"
#include "mail/message.hpp"
#include "mail/tables.hpp"

namespace dislodge::bench {
namespace {

double anonymous_mib() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line))
    if (line.starts_with("RssAnon:")) return std::strtod(line.c_str() + 8, nullptr) / 1024;
  return 0;
}

// The same bytes one after the other, `times` times, without the memory for it.
class Repeated {
 public:
  Repeated(std::string_view bytes, std::size_t times) {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const std::size_t piece = bytes.size() / page * page;
    size_ = piece * times;
    const int file = ::memfd_create("bench", 0);
    if (file < 0 || ::ftruncate(file, static_cast<off_t>(piece)) != 0) return;
    void *const once = ::mmap(nullptr, piece, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    std::memcpy(once, bytes.data(), piece);
    ::munmap(once, piece);
    data_ = static_cast<char *>(
        ::mmap(nullptr, size_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    for (std::size_t i = 0; i < times; ++i)
      ::mmap(data_ + i * piece, piece, PROT_READ, MAP_SHARED | MAP_FIXED, file, 0);
    ::close(file);
  }
  ~Repeated() {
    if (data_ != nullptr) ::munmap(data_, size_);
  }
  Repeated(const Repeated &) = delete;
  Repeated &operator=(const Repeated &) = delete;
  std::string_view bytes() const { return {data_, data_ == nullptr ? 0 : size_}; }

 private:
  char *data_ = nullptr;
  std::size_t size_ = 0;
};

class WatchingSink : public evidence::Sink {
 public:
  explicit WatchingSink(double before) : before_(before) {}
  evidence::RecordId record(evidence::Record) override {
    if (++records % 512 == 0) watch();
    return 0;
  }
  std::size_t text(const evidence::TextView &) override { return 0; }
  std::size_t child(const evidence::ItemView &item) override {
    if (item.type == evidence::ItemType::message) (void)mail::read_message(item, *this);
    return 0;
  }
  void unread(evidence::Unread) override {}
  const base::Limits &limits() const override { return limits_; }
  void watch() { most = std::max(most, anonymous_mib() - before_); }
  std::uint64_t records = 0;
  double most = 0;

 private:
  base::Limits limits_;
  double before_;
};

std::string nested(std::size_t depth) {
  std::string out;
  for (std::size_t i = 0; i < depth; ++i) out += "Content-Type: message/rfc822\n\n";
  return out + "Subject: innermost\n\ntext\n";
}

std::string many_parts(std::size_t count) {
  std::string out = "Content-Type: multipart/mixed; boundary=b\n\n";
  for (std::size_t i = 0; i < count; ++i) out += "--b\n\nx\n";
  return out + "--b--\n";
}

}  // namespace

int memory_table() {
  int missed = 0;
  const char *wanted = std::getenv("MAIL_BENCH_GB");
  const std::size_t gigabytes = wanted == nullptr ? 4 : std::strtoul(wanted, nullptr, 10);
  {
    const MailCorpus corpus = make_mail(MailKind::attachment_heavy, 64'000'000, false);
    const Repeated big(corpus.mbox, gigabytes * 1'000'000'000 / 64'000'000);
    WatchingSink sink(anonymous_mib());
    evidence::ItemView item;
    item.path = "big.mbox";
    item.bytes = big.bytes();
    const double begin = cpu_seconds();
    (void)mail::read_mbox(item, sink);
    sink.watch();
    missed += row("mbox: memory of its reader, share of 256 MiB", 256 / std::max(1.0, sink.most), 1, "x",
                  fmt::format("{:.1f} GB read in one go, {} messages: {:.1f} MiB, {:.2f} GB/s",
                              static_cast<double>(big.bytes().size()) / 1e9, sink.records, sink.most,
                              static_cast<double>(big.bytes().size()) / 1e9 / (cpu_seconds() - begin)));
  }
  engine::Options options;
  auto rules = engine::load_secret_rules(options);
  if (!rules) return 1;
  engine::UnitReader reader(engine::make_scanner(**rules, false), base::Limits(), std::string(32, 'k'),
                            casefile::CaseKeys::create().public_key());
  const auto hostile = [&](std::string_view what, std::string_view bytes) {
    engine::UnitInput input;
    input.item = "hostile.eml";
    input.type = evidence::ItemType::message;
    input.end = bytes.size();
    input.files.push_back({"", bytes});
    const double before = anonymous_mib();
    const double begin = cpu_seconds();
    const engine::UnitResult result = reader.read(input);
    const double seconds = cpu_seconds() - begin;
    std::size_t told = 0;
    for (const auto &line : result.ledger) told += !line.reason.empty();
    missed +=
        row(what, 2 / seconds, 1, "x",
            fmt::format("{:.2f} s of 2, {:.0f} MB, {} rows of the ledger say why, {:.0f} MiB held after",
                        seconds, static_cast<double>(bytes.size()) / 1e6, told, anonymous_mib() - before));
  };
  hostile("100,000 nested messages", nested(100'000));
  hostile("a million parts", many_parts(1'000'000));
  {
    const std::string line = "X-Filler: " + std::string(1000, 'x') + "\n";
    std::string block;
    while (block.size() < (64u << 20)) block += line;
    const Repeated header(block, 16);
    hostile("a header of 1 GiB", header.bytes());
  }
  return missed;
}

}  // namespace dislodge::bench

// A hundred million events: memory, and what an event costs from the case's blocks to detections.
//
//   logs_scale_bench [MILLIONS...]      default: 1 3 10 30 100
//
// The events are those of a company of 10,000 people: sign-ins, silent sign-ins of programs, service
// principals, mail that is read, calls of Graph, changes, failures, each with ids of its own. They are made
// block by block as a unit of a case holds them (200,000 events), encoded and decoded as the case does, so
// nothing of it is on disk; the time of making is measured apart and taken off. Among them is one intrusion:
// a spray, a fallen account, a program of theirs that reads mailboxes. "found" says what came out. Each size
// runs in a process of its own, so that the peak is its own.

#include <fmt/format.h>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <set>
#include <string>
#include <vector>

#include "detect/detect.hpp"
#include "detect/words.hpp"
#include "log/gather.hpp"

namespace {

using namespace dislodge;
using log::Event;
using log::EventClass;

constexpr std::uint64_t kBlock = 200'000;
constexpr int kPeople = 10'000;
constexpr std::int64_t kDays = 180;
constexpr base::Time kStart{1'740'000'000'000'000};

double cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

struct Random {
  std::uint64_t state;
  std::uint64_t next() {
    state += 0x9E3779B97F4A7C15ull;
    std::uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
  }
  std::uint64_t below(std::uint64_t n) { return next() % n; }
  std::string guid() {
    const std::uint64_t a = next(), b = next();
    return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", a >> 32, a >> 16 & 0xFFFF, a & 0xFFFF, b >> 48,
                       b & 0xFFFFFFFFFFFF);
  }
};

std::string person_id(std::uint64_t person) {
  return Random{person * 977}.guid();
}

// The block of events `first` and on, of `all` over the whole span; the same each time.
log::EventTable make_block(std::uint64_t first, std::uint64_t all) {
  log::EventTable table;
  Random random{first + 1};
  const std::uint64_t count = std::min(kBlock, all - first);
  const std::int64_t step = kDays * base::kDay / static_cast<std::int64_t>(all);
  const base::StringId tenant = table.pool.intern("7d1c9a5e-0000-4000-8000-000000000001");
  const base::StringId user = table.pool.intern("user"), service = table.pool.intern("service-principal");
  const base::StringId app_only = table.pool.intern("app-only"), yes = table.pool.intern("true");
  const base::StringId message = table.pool.intern("message-id"), folder = table.pool.intern("folder");
  const base::StringId inbox = table.pool.intern("\\Inbox"), bind = table.pool.intern("Bind");
  const base::StringId access = table.pool.intern("access-type");
  const std::uint32_t files[] = {table.file_index("signins.json"), table.file_index("audit.json"),
                                 table.file_index("graph.json")};
  table.events.reserve(count);
  for (std::uint64_t i = first; i < first + count; ++i) {
    Event event;
    event.time = kStart + static_cast<std::int64_t>(i) * step;
    event.line = event.offset = i;
    event.tenant = tenant;
    event.native_id = table.pool.intern(random.guid());
    event.outcome = log::Outcome::ok;
    event.extra_begin = static_cast<std::uint32_t>(table.extras.size());
    const std::uint64_t person = random.below(kPeople);
    // Home, office, or the telephone's carrier, which gives one of few addresses.
    const std::uint64_t where = random.below(10);
    const std::string address = where < 5   ? fmt::format("192.0.2.{}", person % 8)
                                : where < 8 ? fmt::format("10.{}.{}.{}", person % 200, person / 200, 7)
                                            : fmt::format("172.16.{}.{}", person % 50, random.below(4));
    const auto who = [&] {
      event.actor_id = table.pool.intern(person_id(person));
      event.actor_name = table.pool.intern(fmt::format("user{}@northwind.example", person));
      event.actor_type = user;
      event.address = table.pool.intern(address);
      event.agent = table.pool.intern(fmt::format("Mozilla/5.0 browser {}", (person + i * 6 / all) % 40));
    };
    const std::uint64_t kind = random.below(1000);
    if (kind < 120) {
      who();
      event.source = log::Source::entra_signin;
      event.event_class = kind < 40 ? EventClass::interactive_signin : EventClass::noninteractive_signin;
      event.client = table.pool.intern("Browser");
      event.application_id = table.pool.intern(person_id(1'000'000 + (person + random.below(4)) % 60));
      event.resource_id = table.pool.intern("exchange");
      event.correlation = table.pool.intern(random.guid());
      event.token = table.pool.intern(random.guid());
      event.session = table.pool.intern(fmt::format("s{}-{}", person, event.time.us / (7 * base::kDay)));
      if (random.below(2000) == 0) {
        event.code = 50126;
        event.outcome = log::Outcome::wrong_secret;
      }
    } else if (kind < 170) {
      const std::uint64_t app = random.below(80);
      event.source = log::Source::entra_signin;
      event.event_class = EventClass::service_principal_signin;
      event.actor_id = table.pool.intern(person_id(2'000'000 + app));
      event.actor_type = service;
      event.application_id = table.pool.intern(person_id(1'000'000 + app));
      event.address = table.pool.intern(fmt::format("198.51.100.{}", app % 9));
      event.key_id = table.pool.intern(person_id(3'000'000 + app));
      event.token = table.pool.intern(random.guid());
    } else if (kind < 560) {
      who();
      event.source = log::Source::m365_audit;
      event.file = files[1];
      event.event_class = EventClass::mail_access;
      event.operation = table.pool.intern("MailItemsAccessed");
      event.mailbox = table.pool.intern(fmt::format("user{}@northwind.example", person));
      event.application_id = table.pool.intern(person_id(1'000'000 + person % 5));
      event.agent = table.pool.intern("Client=REST;Client=RESTSystem;;");
      event.session = table.pool.intern(fmt::format("s{}-{}", person, event.time.us / (7 * base::kDay)));
      table.extras.push_back({access, bind});
      if (person % 50 == 0) table.extras.push_back({app_only, yes});
      table.extras.push_back({folder, inbox});
      for (std::uint64_t j = 0; j < 1 + random.below(3); ++j)
        table.extras.push_back({message, table.pool.intern(random.guid() + "@northwind.example")});
    } else if (kind < 999) {
      who();
      event.source = log::Source::graph_activity;
      event.file = files[2];
      event.event_class = EventClass::api_call;
      event.operation = table.pool.intern("GET");
      event.application_id = table.pool.intern(person_id(1'000'000 + person % 60));
      event.token = table.pool.intern(random.guid());
      table.extras.push_back(
          {table.pool.intern("uri"), table.pool.intern("https://graph.microsoft.com/v1.0/" + random.guid())});
      table.extras.push_back({table.pool.intern("method"), table.pool.intern("GET")});
    } else if (random.below(50) == 0) {
      who();
      event.source = log::Source::entra_audit;
      event.file = files[1];
      event.event_class = EventClass::directory_audit;
      event.operation = table.pool.intern("Update user");
      event.target_id = table.pool.intern(person_id(random.below(kPeople)));
    } else {
      who();
      event.event_class = EventClass::other;
      event.operation = table.pool.intern("FileAccessed");
      event.source = log::Source::m365_audit;
      event.file = files[1];
    }
    event.extra_count = static_cast<std::uint32_t>(table.extras.size()) - event.extra_begin;
    table.events.push_back(event);
  }
  return table;
}

// The intrusion, of the same size whatever the company does: 60 tries in the tenth week, a fall, and a reader
// of mail.
log::EventTable intrusion() {
  log::EventTable table;
  const base::Time begin = kStart + 70 * base::kDay;
  const auto add = [&](base::Time time, EventClass event_class) -> Event & {
    Event event;
    event.time = time;
    event.event_class = event_class;
    event.source =
        event_class == EventClass::mail_access ? log::Source::m365_audit : log::Source::entra_signin;
    event.file = table.file_index("intrusion.json");
    event.line = event.offset = table.events.size() + 1;
    event.outcome = log::Outcome::ok;
    event.tenant = table.pool.intern("7d1c9a5e-0000-4000-8000-000000000001");
    event.native_id = table.pool.intern(fmt::format("intrusion-{}", event.line));
    event.extra_begin = static_cast<std::uint32_t>(table.extras.size());
    table.events.push_back(event);
    return table.events.back();
  };
  for (int i = 0; i < 61; ++i) {
    Event &event = add(begin + i * 12 * base::kHour, EventClass::interactive_signin);
    const std::uint64_t person = static_cast<std::uint64_t>(i < 60 ? i % 12 : 4) * 700 + 3;
    event.actor_id = table.pool.intern(person_id(person));
    event.actor_name = table.pool.intern(fmt::format("user{}@northwind.example", person));
    event.actor_type = table.pool.intern("user");
    event.address = table.pool.intern(fmt::format("{}.{}.9.9", 70 + i % 50, 3 * i % 250));
    event.agent = table.pool.intern("Mozilla/5.0 old thing");
    event.client = table.pool.intern("Other clients");
    event.application_id = table.pool.intern("aad-powershell");
    event.session = table.pool.intern("theirs");
    if (i < 60) {
      event.code = 50126;
      event.outcome = log::Outcome::wrong_secret;
    }
  }
  for (int i = 0; i < 4000; ++i) {
    Event &event = add(begin + 40 * base::kDay + i * base::kMinute, EventClass::mail_access);
    event.operation = table.pool.intern("MailItemsAccessed");
    event.actor_type = table.pool.intern("application");
    event.application_id = table.pool.intern("00000000-1111-4222-8333-444444444444");
    event.mailbox = table.pool.intern(fmt::format("user{}@northwind.example", i % 3));
    table.extras.push_back({table.pool.intern("app-only"), table.pool.intern("true")});
    table.extras.push_back({table.pool.intern("folder"), table.pool.intern("\\Inbox")});
    table.extras.push_back(
        {table.pool.intern("message-id"), table.pool.intern(fmt::format("m{}@northwind.example", i))});
    event.extra_count = 3;
  }
  return table;
}

void measure(std::uint64_t all) {
  double making = 0;
  const log::TableSource source = [&](const log::EachTable &each) -> base::Result<void> {
    DISLODGE_TRY(each(intrusion()));
    for (std::uint64_t first = 0; first < all; first += kBlock) {
      const double begin = cpu_seconds();
      base::WireWriter out;
      make_block(first, all).encode(out);
      making += cpu_seconds() - begin;
      DISLODGE_TRY_ASSIGN(const log::EventTable table, log::EventTable::decode(out.bytes()));
      DISLODGE_TRY(each(table));
    }
    return {};
  };
  std::set<std::string> words;
  std::string found;
  std::size_t kept = 0, rows = 0;
  int level = 0, rounds = 0;
  const double begin = cpu_seconds();
  const char *wanted = std::getenv("ROUNDS");
  const int rounds_max = wanted == nullptr ? 4 : std::atoi(wanted);
  for (bool more = true; more && rounds < rounds_max; ++rounds) {
    log::GatherOptions options;
    options.words = words;
    if (const char *kept_max = std::getenv("KEPT_MAX"))
      options.whole_max = options.kept_max = std::strtoull(kept_max, nullptr, 10);
    auto gathered = log::gather(source, options);
    if (!gathered) std::abort();
    rows = gathered->coverage.rows(gathered->table, {}).size();
    kept = gathered->table.events.size();
    level = gathered->level;
    const auto detections = detect::detect(gathered->table, {}, detect::builtin_options());
    found.clear();
    for (const detect::Detection &one : detections)
      if (one.kind == "spray" || one.intruder || one.kind == "mailbox-read-by-app")
        found += fmt::format(" {} ({} events)", one.kind, one.event_count);
    if (std::getenv("TELL") != nullptr)
      for (const detect::Detection &one : detections)
        fmt::print("  round {}: {} {}\n", rounds, one.kind, one.says);
    const std::size_t known = words.size();
    words.merge(detect::words_about(detections, {}));
    more = !gathered->whole && words.size() != known;
  }
  const double seconds = cpu_seconds() - begin - making;
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  fmt::print("{:>11} {:>9.1f} {:>7} {:>12.2f} {:>9} {:>6} {:>9.0f} {:>6}{}\n", all, seconds, rounds,
             1e6 * seconds / static_cast<double>(all) / rounds, kept, level,
             static_cast<double>(usage.ru_maxrss) / 1024, rows, found);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char **argv) {
  std::vector<std::uint64_t> sizes;
  for (int i = 1; i < argc; ++i) sizes.push_back(static_cast<std::uint64_t>(std::atof(argv[i]) * 1e6));
  if (sizes.empty()) sizes = {1'000'000, 3'000'000, 10'000'000, 30'000'000, 100'000'000};
  fmt::print("{:>11} {:>9} {:>7} {:>12} {:>9} {:>6} {:>9} {:>6} found\n", "events", "CPU s", "rounds",
             "us an event", "kept", "level", "peak MB", "rows");
  std::fflush(stdout);
  for (const std::uint64_t size : sizes) {
    const pid_t child = ::fork();
    if (child == 0) {
      measure(size);
      std::_Exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    if (status != 0) return 1;
  }
  return 0;
}

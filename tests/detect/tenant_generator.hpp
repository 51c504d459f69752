#pragma once
// A tenant's month of sign-ins from a seed: people in an office and at home, their slips, phones with old
// passwords on the road, scanners, forgotten accounts, strangers who mistype an address, and, if asked for, a
// slow campaign.

#include <random>
#include <set>
#include <string>
#include <vector>

#include "log/event.hpp"

namespace dislodge::detect {

enum class Program {
  old_browser_ropc,
  common_agent_ropc,
  imap,
  rotating_agents,
  ordinary_browser,
  staff_browser
};

struct TenantOptions {
  std::uint32_t seed = 1;
  int users = 150;
  int days = 30;
  double failures_a_day = 80;
  double campaign_tries_a_day = 0;  // 0: none
  Program program = Program::old_browser_ropc;
  int campaign_accounts = 15;
  bool campaign_succeeds = false;
};

struct Tenant {
  log::EventTable table;
  std::vector<std::string> campaign_accounts;
  std::size_t campaign_tries = 0;
  std::set<std::uint64_t> campaign_lines;  // lines of its events, successes too
};

class TenantGenerator {
 public:
  explicit TenantGenerator(const TenantOptions &options)
      : options_(options), random_(options.seed * 7919u + 17) {}

  Tenant make() {
    people();
    for (int day = 0; day < options_.days; ++day) {
      ordinary_day(day);
      noise(day);
    }
    if (options_.campaign_tries_a_day > 0) campaign();
    made_.table.settle();
    return std::move(made_);
  }

 private:
  struct Person {
    std::string name, home, phone_agent;
    std::size_t agent = 0;
    int updates_on = 0;  // day of the month on which the browser gets its next version
    bool stale_phone = false, roams = false, admin = false, imap = false;
    int carrier = 0;
  };
  struct Signin {
    std::string name, agent, client = "Browser", protocol = "none", application, address;
    int network = 0, code = 0, day = 0;
    double hour = 12;
    bool silent = false;
  };

  static constexpr const char *kApplications[] = {"outlook-web", "office-home", "teams", "sharepoint", "crm"};

  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  bool chance(double p) { return static_cast<double>(random_() >> 11) * 0x1p-53 < p; }

  std::string new_address() {
    return std::to_string(60 + below(140)) + '.' + std::to_string(below(256)) + '.' +
           std::to_string(below(256)) + '.' + std::to_string(1 + below(254));
  }

  // A fifth of the people each on five browsers, two versions in a month.
  std::string browser(const Person &person, int day) const {
    static const char *const kNames[] = {"Edg",        "Chrome",  "Firefox",     "Safari",
                                         "Chrome-Mac", "Edg-Mac", "Chrome-Linux"};
    return std::string("Mozilla/5.0 ") + kNames[person.agent] + '/' +
           std::to_string(140 + (day >= person.updates_on ? 1 : 0));
  }

  void people() {
    for (int i = 0; i < options_.users; ++i) {
      Person one;
      one.name = "user" + std::to_string(i) + "@t.example";
      one.home = new_address();
      one.agent = below(10) < 4 ? 0 : below(7);
      one.updates_on = static_cast<int>(below(12)) + 8;
      one.stale_phone = chance(0.03);
      one.roams = chance(0.5);
      one.admin = i % 40 == 0;
      one.imap = chance(0.02);
      one.carrier = 9000 + static_cast<int>(below(3));
      one.phone_agent =
          "Apple-iPhone" + std::to_string(12 + below(5)) + "C" + std::to_string(below(4)) + "/2107";
      people_.push_back(one);
    }
  }

  void add(const Signin &one) {
    log::Event event;
    log::EventTable &table = made_.table;
    event.time = base::time_of({2025, 9, 1}) + one.day * base::kDay +
                 static_cast<std::int64_t>(one.hour * static_cast<double>(base::kHour));
    event.source = log::Source::entra_signin;
    event.event_class =
        one.silent ? log::EventClass::noninteractive_signin : log::EventClass::interactive_signin;
    event.code = one.code;
    event.outcome = one.code == 0       ? log::Outcome::ok
                    : one.code == 50074 ? log::Outcome::right_secret_stopped
                    : one.code == 50053 ? log::Outcome::blocked
                                        : log::Outcome::wrong_secret;
    event.file = table.file_index("signins.json");
    event.line = event.offset = ++line_;
    event.tenant = table.pool.intern("t");
    event.actor_name = table.pool.intern(one.name);
    if (one.code != 50034) event.actor_id = table.pool.intern("id-" + one.name);
    event.actor_type = table.pool.intern("user");
    event.agent = table.pool.intern(one.agent);
    event.client = table.pool.intern(one.client);
    event.application_id = table.pool.intern(one.application);
    event.resource_id = table.pool.intern(one.application == "aad-powershell" ? "directory" : "exchange");
    event.address = table.pool.intern(one.address);
    event.network = table.pool.intern(std::to_string(one.network));
    event.extra_begin = static_cast<std::uint32_t>(table.extras.size());
    event.extra_count = 1;
    table.extras.push_back({table.pool.intern("protocol"), table.pool.intern(one.protocol)});
    table.events.push_back(event);
  }

  Signin at_work(const Person &person, int day) {
    Signin one;
    one.name = person.name;
    one.agent = browser(person, day);
    one.application = kApplications[below(5)];
    one.day = day;
    one.hour = 6.5 + static_cast<double>(below(1000)) / 90;
    if (chance(0.35)) {
      one.address = person.home;
      one.network = 7000 + static_cast<int>(person.home.size() + person.agent) % 20;
    } else {
      one.address = "192.0.2." + std::to_string(1 + below(3));
      one.network = 64500;
    }
    return one;
  }

  void ordinary_day(int day) {
    const bool weekend = day % 7 >= 5;
    for (Person &person : people_) {
      if (chance(0.01)) person.home = new_address();  // the provider gives another
      if (!chance(weekend ? 0.1 : 0.85)) continue;
      const int times = 1 + static_cast<int>(below(3));
      for (int i = 0; i < times; ++i) {
        Signin one = at_work(person, day);
        if (chance(0.02)) {  // a journey
          one.address = new_address();
          one.network = 5000 + static_cast<int>(below(300));
        }
        add(one);
      }
      if (person.admin && chance(0.2)) {
        Signin one = at_work(person, day);
        one.application = "aad-powershell";
        one.client = "Other clients";
        one.protocol = "ropc";
        one.agent = "PowerShell/7.4";
        add(one);
      }
      if (person.imap) {
        Signin one = at_work(person, day);
        one.client = "IMAP4";
        one.agent = "BAV2ROPC";
        one.protocol = "ropc";
        add(one);
      }
    }
  }

  // Failures of every day, in the mixture in which they come.
  void noise(int day) {
    std::poisson_distribution<int> count(options_.failures_a_day);
    for (int left = count(random_); left > 0;) {
      const Person &person = people_[below(people_.size())];
      Signin one = at_work(person, day);
      one.code = chance(0.92) ? 50126 : 50053;
      const auto kind = below(100);
      if (kind < 70) {  // a slip, then it works
        add(one);
        one.code = 0;
        one.hour += 0.01;
        add(one);
        --left;
      } else if (kind < 82) {  // phones with an old password, on the road
        for (const Person &other : people_) {
          if (!other.stale_phone || !chance(0.5)) continue;
          Signin phone = at_work(other, day);
          phone.client = "Exchange ActiveSync";
          phone.application = "outlook-mobile";
          phone.agent = other.phone_agent;
          phone.protocol = "ropc";
          phone.address = new_address();
          phone.network = other.carrier;
          phone.code = 50126;
          for (int i = 0; i < 5 && left > 0; ++i, --left) {
            phone.hour += 0.25;
            if (other.roams) phone.address = new_address();  // the carrier gives another each time
            add(phone);
          }
        }
        --left;
      } else if (kind < 88) {  // scanners, each from its branch
        const auto scanner = below(6);
        one.name = "scanner" + std::to_string(scanner) + "@t.example";
        one.client = "Authenticated SMTP";
        one.agent = "";
        one.protocol = "ropc";
        one.application = "exchange";
        one.address = "198.51.100." + std::to_string(10 + scanner);
        one.network = 64500;
        one.code = 50126;
        add(one);
        --left;
      } else if (kind < 93) {  // a journey, with a slip
        one.address = new_address();
        one.network = 5000 + static_cast<int>(below(300));
        add(one);
        if (chance(0.8)) {
          one.code = 0;
          one.hour += 0.02;
          add(one);
        }
        --left;
      } else if (kind < 97) {  // an old account, from home
        one.name = "former" + std::to_string(below(40)) + "@t.example";
        one.address = person.home;
        one.network = 7001;
        add(one);
        --left;
      } else {  // a stranger who mistypes a domain
        one.name = "nobody" + std::to_string(below(100'000)) + "@t.example";
        one.address = new_address();
        one.network = 5000 + static_cast<int>(below(300));
        one.code = 50034;
        add(one);
        --left;
      }
    }
  }

  void campaign() {
    std::vector<std::string> accounts;
    for (int i = 0; i < options_.campaign_accounts; ++i)
      accounts.push_back(people_[below(people_.size())].name);
    std::string fallen = "legacy@t.example";
    accounts.push_back(fallen);
    made_.campaign_accounts = accounts;
    const double all = options_.campaign_tries_a_day * options_.days;
    for (int i = 0; i < static_cast<int>(all); ++i) {
      Signin one;
      one.day = static_cast<int>(i / options_.campaign_tries_a_day);
      one.hour = static_cast<double>(below(2400)) / 100;
      one.name = accounts[below(accounts.size())];
      one.address = new_address();
      one.network = 5000 + static_cast<int>(below(300));
      one.code = chance(0.93) ? 50126 : 50053;
      one.protocol = "ropc";
      one.client = "Other clients";
      one.application = "aad-powershell";
      switch (options_.program) {
        case Program::old_browser_ropc:
          one.agent = "Mozilla/5.0 Chrome/76";
          break;
        case Program::common_agent_ropc:
          one.agent = "Mozilla/5.0 Edg/140";
          break;
        case Program::imap:
          one.agent = "BAV2ROPC";
          one.client = "IMAP4";
          one.application = "exchange";
          break;
        case Program::rotating_agents:
          one.agent = "Mozilla/5.0 Firefox/" + std::to_string(60 + below(30));
          one.application = "office-home";
          break;
        case Program::ordinary_browser:  // nothing but the places tells it
          one.agent = "Mozilla/5.0 Chrome/140";
          one.client = "Browser";
          one.protocol = "none";
          one.application = "outlook-web";
          break;
        case Program::staff_browser:  // the commonest of all, kept up to date, as a person would
          one.agent = "Mozilla/5.0 Edg/" + std::to_string(one.day >= 14 ? 141 : 140);
          one.client = "Browser";
          one.protocol = "none";
          one.application = kApplications[below(5)];
          break;
      }
      if (options_.campaign_succeeds && one.day == options_.days / 2 && one.name != fallen) {
        one.name = fallen;
        one.code = 0;
      } else {
        ++made_.campaign_tries;
      }
      add(one);
      made_.campaign_lines.insert(line_);
    }
  }

  TenantOptions options_;
  std::mt19937_64 random_;
  std::vector<Person> people_;
  Tenant made_;
  std::uint64_t line_ = 0;
};

}  // namespace dislodge::detect

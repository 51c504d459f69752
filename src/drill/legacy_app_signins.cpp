// Sign-in logs: ordinary work of people and services, everyday failures, and through it the slow spray and
// what follows. One failed try an address, a few accounts, weeks: no rule that counts by address sees it.

#include <algorithm>
#include <array>

#include "drill/legacy_app.hpp"

namespace dislodge::drill {
namespace {

struct App {
  std::string_view id, name, resource_id, resource_name;
};
constexpr std::array<App, 5> kApps = {
    {{"9199bf20-a13f-4107-85dc-02114787ef48", "One Outlook Web", "00000002-0000-0ff1-ce00-000000000000",
      "Office 365 Exchange Online"},
     {"4765445b-32c6-49b0-83e6-1d93765276ca", "OfficeHome", "4765445b-32c6-49b0-83e6-1d93765276ca",
      "OfficeHome"},
     {"5e3ce6c0-2b1f-4285-8d4b-75ee78787346", "Microsoft Teams Web Client",
      "00000003-0000-0000-c000-000000000000", "Microsoft Graph"},
     {"00000003-0000-0ff1-ce00-000000000000", "Office 365 SharePoint Online",
      "00000003-0000-0ff1-ce00-000000000000", "Office 365 SharePoint Online"},
     {"d3590ed6-52b3-4102-aeff-aad2292ab01c", "Microsoft Office", "00000003-0000-0000-c000-000000000000",
      "Microsoft Graph"}}};
constexpr std::string_view kMicrosoft =
    "f8cdef31-a31e-4b4a-93e4-5f571e91255a";  // tenant of Microsoft's own applications
struct Spot {
  std::string_view city, state, country;
  int network;
};
constexpr std::array<Spot, 7> kHomes = {{{"Rotterdam", "Zuid-Holland", "NL", 64496},
                                         {"Hamburg", "Hamburg", "DE", 64497},
                                         {"Tacoma", "Washington", "US", 64498},
                                         {"Leipzig", "Sachsen", "DE", 64499},
                                         {"Gdansk", "Pomorskie", "PL", 64500},
                                         {"Felixstowe", "Suffolk", "GB", 64501},
                                         {"Savannah", "Georgia", "US", 64502}}};

class SignInLogs {
 public:
  explicit SignInLogs(LegacyApp &story)
      : story_(story), company_(story.company), acts_(story.acts), random_(story.seed, "sign-ins") {}

  void write() {
    ordinary();
    lab_routine();
    customer_routine();
    spray();
    intruder();
  }

  std::vector<SignIn> corporate, corporate_silent, lab, customer;

 private:
  SignIn base_record(base::Time time, const std::string &tenant) {
    SignIn one;
    one.time = base::Time{time.us - time.us % base::kSecond};
    one.tenant = tenant;
    one.id = random_.uuid();
    one.correlation = random_.uuid();
    one.token = random_.text(22, kBase62);
    one.session = random_.uuid();
    return one;
  }
  static void by_user(SignIn &one, const Person &person) {
    one.user = person.mail;
    one.user_id = person.object_id;
    one.user_name = person.name();
    one.agent = person.agent;
    one.system = person.agent.find("Windows") != std::string::npos     ? "Windows10"
                 : person.agent.find("Macintosh") != std::string::npos ? "MacOs"
                 : person.agent.find("iPhone") != std::string::npos    ? "Ios"
                                                                       : "Linux";
    one.browser = person.agent.find("Edg/") != std::string::npos         ? "Edge 140.0.0"
                  : person.agent.find("Firefox") != std::string::npos    ? "Firefox 143.0"
                  : person.agent.find("Safari/605") != std::string::npos ? "Safari 18.6"
                                                                         : "Chrome 141.0.0";
  }
  void by_app(SignIn &one, const App &app) const {
    one.app_id = app.id;
    one.app_name = app.name;
    one.app_owner = kMicrosoft;
    one.resource_id = app.resource_id;
    one.resource_name = app.resource_name;
  }
  static void at(SignIn &one, std::string ip, const Spot &spot) {
    one.ip = std::move(ip);
    one.city = spot.city;
    one.state = spot.state;
    one.country = spot.country;
    one.network = spot.network;
  }
  base::Time working_day(base::Time day) {
    return base::time_of(base::date_of(day)) + random_.between(6 * 3600, 17 * 3600) * base::kSecond;
  }

  // A person signs in on some days, mostly from the office, mostly without trouble.
  void ordinary() {
    const Spot office = {"Rotterdam", "Zuid-Holland", "NL", 64510};
    for (const Person &person : company_.people) {
      if (person.service) continue;
      const Spot &home = kHomes[(person.mail[0] + person.mail[1]) % kHomes.size()];
      const std::int64_t away = random_.chance(10) ? random_.between(5, 60) : -10;  // a trip of a week
      for (std::int64_t day = 0; day < 70; ++day) {
        const base::Time date = acts_.logs_from + day * base::kDay;
        const bool weekend = base::weekday(base::date_of(date)) % 6 == 0;
        if (!random_.chance(weekend ? 3 : 24)) continue;
        SignIn one = base_record(working_day(date), company_.corporate.id);
        by_user(one, person);
        by_app(one, random_.pick(kApps));
        if (day >= away && day < away + 6) {
          const Spot &hotel = random_.pick(kHomes);
          at(one, "203.0.113." + std::to_string(random_.between(2, 250)), hotel);
        } else if (random_.chance(30))
          at(one, person.home_ip, home);
        else
          at(one, random_.pick(company_.office_ips), office);
        one.second_factor = random_.chance(45);
        // Everyday trouble: a typing slip, an interrupt, a locked account; then they get in.
        const auto luck = random_.below(100);
        if (luck < 9) {
          static constexpr std::array<int, 9> kTrouble = {50126, 50126, 50126, 50140, 50140,
                                                          50074, 50058, 50055, 500121};
          SignIn slip = one;
          slip.id = random_.uuid();
          slip.second_factor = false;
          slip.code = random_.pick(kTrouble);
          slip.time = one.time - random_.between(15, 90) * base::kSecond;
          corporate.push_back(slip);
        } else if (luck == 9) {
          for (int i = 0; i < 4; ++i) {  // a phone with an old password
            SignIn slip = one;
            slip.id = random_.uuid();
            slip.second_factor = false;
            slip.code = i < 3 ? 50126 : 50053;
            slip.client_app = "Exchange ActiveSync";
            slip.time = one.time - (40 - i * 9) * base::kMinute;
            corporate.push_back(slip);
          }
        }
        corporate.push_back(one);
        if (random_.chance(25)) {
          SignIn silent = one;
          silent.kind = "nonInteractiveUser";
          silent.id = random_.uuid();
          silent.client_app = "Mobile Apps and Desktop clients";
          silent.second_factor = false;
          silent.time = one.time + random_.between(20, 300) * base::kMinute;
          corporate_silent.push_back(silent);
        }
      }
    }
    // Services of the company: the deployment account and applications with their own credentials.
    for (std::int64_t day = 0; day < 70; day += 2) {
      SignIn deploy = base_record(
          acts_.logs_from + day * base::kDay + 4 * base::kHour + random_.between(0, 900) * base::kSecond,
          company_.corporate.id);
      by_user(deploy, company_.person("svc-deploy"));
      deploy.kind = "nonInteractiveUser";
      deploy.agent = "python-requests/2.32.3";
      deploy.system = deploy.browser = "";
      deploy.client_app = "Mobile Apps and Desktop clients";
      deploy.app_id = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
      deploy.app_name = "Microsoft Azure CLI";
      deploy.app_owner = kMicrosoft;
      deploy.resource_id = "797f4846-ba00-4fd7-ba43-dac1f8f63013";
      deploy.resource_name = "Windows Azure Service Management API";
      at(deploy, company_.office_ips[1], office);
      corporate_silent.push_back(deploy);
      service_sign_in(
          acts_.logs_from + day * base::kDay + 3 * base::kHour + random_.between(0, 600) * base::kSecond,
          story_.billing, company_.corporate.id, story_.billing_key, "clientSecret", company_.office_ips[1],
          office);
      if (day % 4 == 0) {
        service_sign_in(
            acts_.logs_from + day * base::kDay + 22 * base::kHour + random_.between(0, 600) * base::kSecond,
            story_.archive, company_.corporate.id, "7d2f6b0c-5e1a-4c3b-9b52-0f2e6a4d8c11", "certificate",
            "192.0.2.77", {"Leipzig", "Sachsen", "DE", 64511});
      }
    }
  }

  void service_sign_in(base::Time time, const Application &app, const std::string &owner_tenant,
                       const std::string &key, std::string type, const std::string &ip, const Spot &spot) {
    SignIn one = base_record(time, company_.corporate.id);
    one.kind = "servicePrincipal";
    one.home_tenant = owner_tenant;
    one.service_id = app.service_id;
    one.service_name = app.name;
    one.key_id = key;
    one.credential_type = std::move(type);
    one.app_id = app.app_id;
    one.app_name = app.name;
    one.app_owner = owner_tenant;
    const bool mail = app.name == story_.reader.name || app.name == story_.archive.name;
    one.resource_id = mail ? story_.exchange.app_id : story_.graph.app_id;
    one.resource_name = mail ? story_.exchange.name : story_.graph.name;
    one.protocol = "oAuth2";
    at(one, ip, spot);
    corporate.push_back(one);
  }

  // The lab is quiet but for one machine that signs in every four hours: a gap in its export can be seen.
  void lab_routine() {
    const Spot office = {"Rotterdam", "Zuid-Holland", "NL", 64510};
    for (base::Time hour = acts_.logs_from; hour < acts_.logs_until; hour = hour + 4 * base::kHour) {
      SignIn one = base_record(hour + random_.between(60, 400) * base::kSecond, company_.lab.id);
      by_user(one, company_.person("svc-buildagent"));
      one.kind = "nonInteractiveUser";
      one.agent = "buildagent/4.2";
      one.system = one.browser = "";
      one.client_app = "Mobile Apps and Desktop clients";
      one.app_id = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
      one.app_name = "Microsoft Azure CLI";
      one.app_owner = kMicrosoft;
      one.resource_id = story_.graph.app_id;
      one.resource_name = story_.graph.name;
      at(one, company_.office_ips[1], office);
      lab.push_back(one);
    }
    for (const std::string_view user : {"lab.admin", "tester1", "tester2", "demo.kiosk"}) {
      for (std::int64_t day = 0; day < 70; ++day) {
        if (!random_.chance(9)) continue;
        SignIn one = base_record(working_day(acts_.logs_from + day * base::kDay), company_.lab.id);
        by_user(one, company_.person(user));
        by_app(one, random_.pick(kApps));
        at(one, company_.office_ips[0], office);
        one.second_factor = user == "lab.admin";
        if (random_.chance(12)) {
          SignIn slip = one;
          slip.id = random_.uuid();
          slip.second_factor = false;
          slip.code = 50126;
          slip.time = one.time - 40 * base::kSecond;
          lab.push_back(slip);
        }
        lab.push_back(one);
      }
    }
  }

  SignIn customer_record(base::Time time) {
    SignIn one = base_record(time, company_.customer.id);
    by_user(one, company_.customer_account);
    one.kind = "interactiveUser";
    one.client_app = "Mobile Apps and Desktop clients";
    one.protocol = "ropc";
    one.agent = "nw-booking-interface/2.4 (+https://northwind.example)";
    one.system = one.browser = "";
    one.app_id = "6c0a1de2-73c5-4a4e-a3a8-5d8f7b1c9e04";
    one.app_name = "Harborline Booking API";
    one.app_owner = company_.customer.id;
    one.resource_id = one.app_id;
    one.resource_name = one.app_name;
    at(one, company_.office_ips[1], {"Rotterdam", "Zuid-Holland", "NL", 64510});
    return one;
  }

  void customer_routine() {
    for (std::int64_t day = 0; day < 70; ++day)
      customer.push_back(customer_record(acts_.logs_from + day * base::kDay + 5 * base::kHour +
                                         random_.between(0, 1200) * base::kSecond));
  }

  SignIn sprayed(base::Time time, const std::string &tenant, std::size_t number) {
    SignIn one = base_record(time, tenant);
    by_spray_client(one);
    at(one, story_.residential_ip(number), random_.pick(kHomes));
    one.network = 64600 + static_cast<int>(number % 23);
    return one;
  }
  void by_spray_client(SignIn &one) const {
    one.agent = story_.spray_agent;
    one.system = "Windows10";
    one.browser = "Chrome";
    one.client_app = "Other clients";
    one.protocol = "ropc";
    one.app_id = story_.spray_app;
    one.app_name = story_.spray_app_name;
    one.app_owner = kMicrosoft;
    one.resource_id = "00000002-0000-0000-c000-000000000000";
    one.resource_name = "Windows Azure Active Directory";
  }

  void spray() {
    ExpectedDetection seen{"spray", acts_.spray_until, acts_.spray_from, {}, {}, {story_.spray_app}};
    std::vector<const Person *> targets;
    for (const std::string_view user : {"nadia.petrov", "tomas.lindgren", "priya.nair", "daniel.kerr",
                                        "judith.amsel", "rosalind.achebe", "stefan.vogel", "svc-backup"})
      targets.push_back(&company_.person(user));
    std::vector<const Person *> lab_targets;
    for (const std::string_view user : {"svc-legacytest", "lab.admin", "tester1", "tester2"})
      lab_targets.push_back(&company_.person(user));
    std::size_t number = 0;
    for (base::Time time = acts_.spray_from; time < acts_.spray_until;
         time = time + random_.between(140, 420) * base::kMinute) {
      const bool at_lab = random_.chance(35);
      const Person &target = at_lab ? *random_.pick(lab_targets) : *random_.pick(targets);
      SignIn one = sprayed(time + random_.between(0, 59) * base::kSecond,
                           at_lab ? company_.lab.id : company_.corporate.id, ++number);
      if (one.time >= acts_.gap_from && one.time < acts_.gap_until && at_lab) continue;
      // Once the account has fallen they do not try it again.
      if (target.mail.starts_with("svc-legacytest") && one.time > acts_.success - 2 * base::kHour) continue;
      by_user(one, target);
      by_spray_client(one);
      const auto luck = random_.below(100);
      one.code = luck < 90 ? 50126 : 50053;
      if (luck >= 96 && !at_lab) {  // a name that has left the company
        one.code = 50034;
        one.user = "j.castellan@" + company_.corporate.domain;
        one.user_id = "";
        one.user_name = one.user;
      }
      seen.first = std::min(seen.first, one.time);
      seen.last = std::max(seen.last, one.time);
      if (!one.user_id.empty()) note(seen.principals, story_.entra(one.tenant, one.user_id));
      note(seen.addresses, one.ip);
      (at_lab ? lab : corporate).push_back(one);
    }
    std::sort(seen.addresses.begin(), seen.addresses.end());
    story_.answers.first_seen = seen.first;
    story_.answers.detections.push_back(std::move(seen));
  }

  static void note(std::vector<std::string> &list, const std::string &value) {
    if (std::find(list.begin(), list.end(), value) == list.end()) list.push_back(value);
  }

  void intruder() {
    const Person &fallen = company_.person("svc-legacytest");
    const Spot hosted = {"Frankfurt am Main", "Hessen", "DE", 64700};
    std::size_t number = 900000;
    const auto as_fallen = [&](base::Time time) {
      SignIn one = sprayed(time, company_.lab.id, ++number);
      by_user(one, fallen);
      by_spray_client(one);
      lab.push_back(one);
      return one;
    };
    const SignIn success = as_fallen(acts_.success);
    story_.answers.detections.push_back({"success-after-spray",
                                         success.time,
                                         success.time,
                                         {story_.lab(fallen.object_id)},
                                         {success.ip},
                                         {story_.spray_app}});
    as_fallen(acts_.success + 26 * base::kHour);
    as_fallen(acts_.secret_added - 4 * base::kMinute);
    as_fallen(acts_.app_registered - 3 * base::kMinute);

    const std::string &lab_tenant = company_.lab.id;
    service_sign_in(acts_.legacy_sign_in, story_.legacy, lab_tenant, story_.legacy_new_key, "clientSecret",
                    story_.hosted_ips[0], hosted);
    service_sign_in(acts_.user_created - 2 * base::kMinute, story_.legacy, lab_tenant, story_.legacy_new_key,
                    "clientSecret", story_.hosted_ips[0], hosted);
    service_sign_in(acts_.role_granted - base::kMinute, story_.legacy, lab_tenant, story_.legacy_new_key,
                    "clientSecret", story_.hosted_ips[1], hosted);

    SignIn consent = base_record(acts_.user_sign_in, company_.corporate.id);
    by_user(consent, story_.planted_user);
    consent.agent = story_.spray_agent;
    consent.browser = "Chrome";
    consent.app_id = story_.reader.app_id;
    consent.app_name = story_.reader.name;
    consent.app_owner = lab_tenant;
    consent.resource_id = story_.graph.app_id;
    consent.resource_name = story_.graph.name;
    at(consent, story_.hosted_ips[1], hosted);
    corporate.push_back(consent);

    // The reader takes a token before each night's reading.
    service_sign_in(acts_.reader_sign_in, story_.reader, lab_tenant, story_.reader_key, "certificate",
                    story_.hosted_ips[2], hosted);
    base::Time last = acts_.reader_sign_in;
    for (const MailAccess &access : story_.reader_access) {
      if (access.time.us - last.us < 3 * base::kHour) continue;
      last = access.time - random_.between(40, 200) * base::kSecond;
      service_sign_in(last, story_.reader, lab_tenant, story_.reader_key, "certificate",
                      random_.pick(story_.hosted_ips), hosted);
    }

    // Two stolen secrets are tried: ours is right but stopped by policy, the customer's works for one second.
    SignIn tried = sprayed(acts_.deploy_tried, company_.corporate.id, ++number);
    by_user(tried, company_.person("svc-deploy"));
    by_spray_client(tried);
    tried.code = 53003;
    corporate.push_back(tried);
    const std::string deploy = story_.corporate(company_.person("svc-deploy").object_id);
    story_.answers.uses.push_back(
        {"svc-deploy-password", deploy, "right-secret-stopped", tried.time, tried.ip});
    story_.answers.detections.push_back(
        {"stolen-secret-tried", tried.time, tried.time, {deploy}, {tried.ip}, {story_.spray_app}});

    SignIn used = customer_record(acts_.customer_used);
    SignIn fingerprint = sprayed(acts_.customer_used, company_.customer.id, ++number);
    used.agent = fingerprint.agent;
    used.system = fingerprint.system;
    used.browser = fingerprint.browser;
    used.client_app = fingerprint.client_app;
    used.app_id = fingerprint.app_id;
    used.app_name = fingerprint.app_name;
    used.app_owner = fingerprint.app_owner;
    used.resource_id = fingerprint.resource_id;
    used.resource_name = fingerprint.resource_name;
    used.ip = fingerprint.ip;
    used.network = fingerprint.network;
    used.city = fingerprint.city;
    used.state = fingerprint.state;
    used.country = fingerprint.country;
    customer.push_back(used);
    const std::string account = story_.entra(company_.customer.id, company_.customer_account.object_id);
    story_.answers.uses.push_back(
        {"harborline-integration-password", account, "success", used.time, used.ip});
    story_.answers.detections.push_back(
        {"stolen-secret-used", used.time, used.time, {account}, {used.ip}, {story_.spray_app}});
  }

  LegacyApp &story_;
  const Organisation &company_;
  const Acts &acts_;
  Random random_;
};

}  // namespace

std::vector<EvidenceFile> signin_files(LegacyApp &story) {
  SignInLogs logs(story);
  logs.write();
  story.corporate_sign_ins = logs.corporate;
  // Larger drills hold the same events of intrusion in more ordinary ones.
  for (std::size_t copy = 1; copy < story.scale(); ++copy) {
    Random random(story.seed, "more sign-ins " + std::to_string(copy));
    const std::size_t ordinary = logs.corporate_silent.size() / copy;
    for (std::size_t i = 0; i < ordinary; ++i) {
      SignIn one = logs.corporate_silent[i];
      one.id = random.uuid();
      one.correlation = random.uuid();
      one.token = random.text(22, kBase62);
      one.time = one.time + random.between(1, 90) * base::kMinute;
      if (one.time < story.acts.logs_until) logs.corporate_silent.push_back(std::move(one));
    }
  }
  std::vector<EvidenceFile> files;
  const base::Time collected = base::time_of({2025, 11, 10}, 7, 5, 0);
  const auto add = [&](const std::string &path, const std::string &tenant, std::string bytes,
                       std::size_t held, bool complete, std::string query, std::string_view who) {
    files.push_back({path, std::move(bytes)});
    files.push_back(
        declaration(path, {"entra-signin", tenant, "", std::string(who), std::move(query), collected,
                           story.acts.logs_from, story.acts.logs_until, held, complete}));
  };
  const std::string us = "tomas.lindgren@northwind.example";
  const std::string all = "signInEventTypes/any(t: t eq 'interactiveUser' or t eq 'servicePrincipal')";
  add("logs/signins-northwind.json", story.company.corporate.id, graph_page(logs.corporate),
      logs.corporate.size(), true, all, us);
  add("logs/signins-northwind-noninteractive.jsonl", story.company.corporate.id,
      monitor_lines(logs.corporate_silent), logs.corporate_silent.size(), true,
      "category eq 'NonInteractiveUserSignInLogs'", us);
  // The lab's export lost four days: the archive had an outage.
  const std::size_t held = logs.lab.size();
  std::erase_if(logs.lab, [&](const SignIn &one) {
    return one.time >= story.acts.gap_from && one.time < story.acts.gap_until;
  });
  Uncertain gap{"evidence/logs/signins-nwlab.json",
                story.lab(story.company.person("svc-legacytest").object_id),
                "the export lacks the rows of these days; the account was in the intruder's hands",
                base::kTimeMin, base::kTimeMax};
  for (const SignIn &one : logs.lab) {
    if (one.time < story.acts.gap_from)
      gap.from = std::max(gap.from, one.time);
    else
      gap.until = std::min(gap.until, one.time);
  }
  story.answers.cannot_say.push_back(gap);
  add("logs/signins-nwlab.json", story.company.lab.id, graph_page(logs.lab), held, false,
      "signInEventTypes/any(t: t eq 'interactiveUser' or t eq 'nonInteractiveUser' or t eq "
      "'servicePrincipal')",
      us);
  add("logs/signins-harborline.json", story.company.customer.id, graph_page(logs.customer),
      logs.customer.size(), true, "userPrincipalName eq '" + story.company.customer_account.mail + "'",
      "security@harborline.example");
  return files;
}

}  // namespace dislodge::drill

#include "drill/organisation.hpp"

#include <array>
#include <set>

#include "base/encode.hpp"

namespace dislodge::drill {
namespace {

constexpr std::array<std::string_view, 48> kFirst = {
    "Aisha",  "Bjorn", "Carla",   "Daniel", "Elena",  "Farid",  "Giulia", "Henrik",  "Ines",    "Jonas",
    "Kavya",  "Liam",  "Marta",   "Niklas", "Oksana", "Pavel",  "Quinn",  "Rosa",    "Samir",   "Tessa",
    "Ulrich", "Vera",  "Wendell", "Ximena", "Yusuf",  "Zofia",  "Andre",  "Beatrix", "Cyrus",   "Dalia",
    "Emil",   "Fiona", "Gordon",  "Hanna",  "Ivan",   "Jolene", "Kenji",  "Lucia",   "Mattias", "Noor",
    "Orla",   "Petra", "Rasmus",  "Sanna",  "Tobias", "Una",    "Viktor", "Wanda"};
constexpr std::array<std::string_view, 48> kLast = {
    "Almeida", "Bergstrom", "Castellano", "Duval",     "Eriksen",  "Fontaine", "Grabowski", "Halvorsen",
    "Ibsen",   "Jankovic",  "Kowalski",   "Lindqvist", "Moretti",  "Nakamura", "Obrien",    "Pereira",
    "Quist",   "Rosenthal", "Silva",      "Thorne",    "Ulbricht", "Vasquez",  "Whitlock",  "Xanthos",
    "Yilmaz",  "Zeman",     "Abernathy",  "Brandt",    "Chaudhry", "Dufresne", "Engel",     "Farrow",
    "Gallo",   "Hoekstra",  "Iyer",       "Jarvis",    "Keller",   "Lombardi", "Mbeki",     "Novak",
    "Osei",    "Pruitt",    "Rhodes",     "Sandoval",  "Tanaka",   "Urban",    "Voss",      "Winters"};
struct Job {
  std::string_view title, department;
};
constexpr std::array<Job, 16> kJobs = {{{"Account Manager", "Sales"},
                                        {"Logistics Planner", "Operations"},
                                        {"Warehouse Supervisor", "Operations"},
                                        {"Software Engineer", "Engineering"},
                                        {"Data Analyst", "Finance"},
                                        {"Financial Controller", "Finance"},
                                        {"HR Partner", "People"},
                                        {"Recruiter", "People"},
                                        {"Product Manager", "Product"},
                                        {"Customs Specialist", "Operations"},
                                        {"Marketing Lead", "Marketing"},
                                        {"Support Engineer", "Support"},
                                        {"Platform Engineer", "Engineering"},
                                        {"Paralegal", "Legal"},
                                        {"Procurement Officer", "Finance"},
                                        {"Fleet Coordinator", "Operations"}}};
// What people browse with. None of them is the intruder's.
constexpr std::array<std::string_view, 6> kAgents = {
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 "
    "Safari/537.36 Edg/140.0.0.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 "
    "Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 "
    "Safari/605.1.15",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.6 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0"};

class Hiring {
 public:
  Hiring(Random &random, const Organisation &organisation) : random_(random), organisation_(organisation) {}

  Person person(std::string_view first, std::string_view last, std::string_view title,
                std::string_view department) {
    Person made = account(first, last, base::lower(std::string(first) + "." + std::string(last)),
                          organisation_.corporate.domain);
    made.title = title;
    made.department = department;
    made.phone = "+1 555 01" + random_.digits(2);  // 555-01xx is kept for fiction
    return made;
  }
  Person service(std::string_view user, std::string_view name, const std::string &domain) {
    Person made = account(name, "", std::string(user), domain);
    made.service = true;
    return made;
  }

 private:
  Person account(std::string_view first, std::string_view last, const std::string &user,
                 const std::string &domain) {
    Person made;
    made.first = first;
    made.last = last;
    made.mail = user + "@" + domain;
    made.object_id = random_.uuid();
    made.home_ip = "203.0.113." + std::to_string(2 + random_.below(250));
    made.agent = random_.pick(kAgents);
    made.created = morning({2017, 1, 1}, 7 * 365);
    made.password_changed = morning({2025, 1, 1}, 200);
    return made;
  }
  base::Time morning(base::Date first, std::int64_t days) {
    const base::Time day = base::time_of(first, 8) + random_.between(0, days - 1) * base::kDay;
    return day + random_.between(0, 7200) * base::kSecond;
  }
  Random &random_;
  const Organisation &organisation_;
};

}  // namespace

const Person &Organisation::person(std::string_view user) const {
  for (const auto *list : {&people, &lab_people}) {
    for (const Person &one : *list) {
      if (one.mail.substr(0, one.mail.find('@')) == user) return one;
    }
  }
  return people.front();
}

Organisation make_organisation(std::uint64_t seed, Size size) {
  Random random(seed, "organisation");
  Organisation made;
  made.name = "Northwind";
  made.github = "northwind-example";
  made.corporate = {random.uuid(), "Northwind", "northwind.example"};
  made.lab = {random.uuid(), "Northwind Lab", "nwlab.example"};
  made.customer = {random.uuid(), "Harborline Freight", "harborline.example"};
  made.office_ips = {"192.0.2.10", "192.0.2.11", "2001:db8:10:1::a"};
  made.customer_ip = "192.0.2.190";

  Hiring hire(random, made);
  auto &people = made.people;
  people.push_back(hire.person("Helen", "Marsh", "Chief Executive Officer", "Executive"));
  people.push_back(hire.person("Omar", "Reyes", "Chief Information Security Officer", "Security"));
  people.push_back(hire.person("Grace", "Okafor", "General Counsel", "Legal"));
  people.push_back(hire.person("Daniel", "Kerr", "Chief Financial Officer", "Executive"));
  people.push_back(hire.person("Nadia", "Petrov", "Head of IT", "IT"));
  people.push_back(hire.person("Tomas", "Lindgren", "Systems Administrator", "IT"));
  people.push_back(hire.person("Priya", "Nair", "Platform Lead", "Engineering"));
  people.push_back(hire.person("Lukas", "Brenner", "Release Engineer", "Engineering"));
  people.push_back(hire.person("Mei", "Tan", "Security Analyst", "Security"));
  people.push_back(hire.person("Rosalind", "Achebe", "Integration Manager", "Support"));
  people.push_back(hire.person("Stefan", "Vogel", "Support Engineer", "Support"));
  people.push_back(hire.person("Judith", "Amsel", "Executive Assistant", "Executive"));
  std::set<std::string> taken;
  for (const Person &one : people) taken.insert(one.mail);
  const std::size_t heads = size == Size::small    ? 40
                            : size == Size::medium ? 90
                            : size == Size::large  ? 250
                                                   : 900;
  while (people.size() < heads) {
    const Job &job = random.pick(kJobs);
    const std::string_view first = random.pick(kFirst);
    Person one = hire.person(first, random.pick(kLast), job.title, job.department);
    if (taken.insert(one.mail).second) people.push_back(std::move(one));
  }
  people.push_back(hire.service("svc-deploy", "Deployment Service", made.corporate.domain));
  people.push_back(hire.service("svc-backup", "Backup Service", made.corporate.domain));
  people.push_back(hire.service("breakglass", "Break Glass", made.corporate.domain));

  auto &lab = made.lab_people;
  lab.push_back(hire.service("svc-legacytest", "Legacy Test Account", made.lab.domain));
  lab.push_back(hire.service("svc-buildagent", "Build Agent", made.lab.domain));
  lab.push_back(hire.service("lab.admin", "Lab Administrator", made.lab.domain));
  lab.push_back(hire.service("tester1", "Tester One", made.lab.domain));
  lab.push_back(hire.service("tester2", "Tester Two", made.lab.domain));
  lab.push_back(hire.service("demo.kiosk", "Demo Kiosk", made.lab.domain));
  lab[0].created = base::time_of({2019, 5, 14}, 11, 2, 44);
  lab[0].password_changed = base::time_of({2019, 5, 14}, 11, 2, 44);
  made.customer_account = hire.service("svc-nw-integration", "Northwind Integration", made.customer.domain);
  // The password in the mail of June 2025 was set the day before it was sent.
  for (Person &one : people) {
    if (one.mail.starts_with("svc-deploy@")) one.password_changed = base::time_of({2025, 6, 10}, 13, 20, 5);
  }
  return made;
}

}  // namespace dislodge::drill

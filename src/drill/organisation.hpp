#pragma once
// The fictional company of a drill, its neighbours, and what identifies them: people, tenants, applications,
// addresses. Plain data, made once from the seed; every writer reads it. Domains end in .example (RFC 2606)
// and addresses come from documentation ranges (RFC 5737, RFC 3849) or shared address space (RFC 6598).

#include <string>
#include <vector>

#include "base/time.hpp"
#include "drill/drill.hpp"
#include "drill/random.hpp"

namespace dislodge::drill {

struct Address {
  std::string name;
  std::string mail;
};

struct Person {
  std::string first, last;
  std::string title, department;
  std::string mail;       // user principal name too
  std::string object_id;  // in the directory
  std::string phone;
  std::string home_ip;
  std::string agent;  // user agent of the browser they use
  base::Time created;
  base::Time password_changed;
  bool service = false;  // not a human

  std::string name() const { return last.empty() ? first : first + " " + last; }
  Address address() const { return {name(), mail}; }
};

// An application object and the service principals made from it, one a tenant.
struct Application {
  std::string name;
  std::string app_id;
  std::string object_id;        // of the application object, in its home tenant
  std::string service_id;       // of the service principal in the corporate tenant
  std::string home_service_id;  // of the service principal in a foreign home tenant, or ""
  base::Time created;
};

struct Tenant {
  std::string id;
  std::string name;
  std::string domain;
};

struct Organisation {
  std::string name;
  std::string github;  // organisation login
  Tenant corporate;
  Tenant lab;                  // the forgotten test tenant
  Tenant customer;             // whose credential is used
  std::vector<Person> people;  // of the corporate tenant; roles below are indexes
  std::vector<Person> lab_people;
  Person customer_account;  // the account that the customer gave the company
  std::vector<std::string> office_ips;
  std::string customer_ip;

  const Person &person(std::string_view user) const;  // by the part before the @, in either tenant
  const Person &executive() const { return person("helen.marsh"); }
  const Person &security() const { return person("omar.reyes"); }
  const Person &counsel() const { return person("grace.okafor"); }
  const Person &admin() const { return person("nadia.petrov"); }
};

// Northwind with its people; those who play a part always have the same names, the rest depend on the seed.
Organisation make_organisation(std::uint64_t seed, Size size);

}  // namespace dislodge::drill

#include "disclose/groups.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/encode.hpp"
#include "identity/ids.hpp"
#include "identity/owner.hpp"

namespace dislodge::disclose {
namespace {

enum class How : std::uint8_t { certificate, header, signature, site };

// One person's vote for one name.
struct Ballot {
  std::set<How> how;
  double weight = 0;  // the heaviest way counts
};
struct Name {
  std::map<std::string, Ballot> people;      // address -> vote
  std::map<std::string, std::size_t> spelt;  // as written -> how often
  double weight() const {
    double sum = 0;
    for (const auto &[address, ballot] : people) sum += ballot.weight;
    return sum;
  }
  std::size_t by(How how) const {
    return static_cast<std::size_t>(std::count_if(
        people.begin(), people.end(), [&](const auto &one) { return one.second.how.contains(how); }));
  }
};
using Names = std::map<std::string, Name>;

// "Harborline Logistics, Ltd." and "HARBORLINE LOGISTICS LTD" are one name.
std::string folded(std::string_view name) {
  std::string out;
  for (const char c : base::lower(name)) {
    if (c == '.' || c == ',' || c == '"' || c == '\'') continue;
    if (c == ' ' || c == '\t' || c == '-') {
      if (!out.empty() && out.back() != ' ') out += ' ';
      continue;
    }
    out += c;
  }
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

struct Lead {
  std::string name;
  double votes = 0, margin = 0;
};
Lead lead_of(const Names &names) {
  Lead lead;
  double second = 0, all = 0;
  for (const auto &[name, one] : names) {
    const double weight = one.weight();
    all += weight;
    if (weight > lead.votes) {
      second = lead.votes;
      lead.votes = weight;
      lead.name = name;
    } else {
      second = std::max(second, weight);
    }
  }
  if (all > 0) lead.margin = (lead.votes - second) / all;
  return lead;
}

std::string counted(std::size_t count, std::string_view what) {
  return fmt::format("{} of {} {}", what, count, count == 1 ? "person" : "people");
}

std::string told(const Name &one) {
  std::vector<std::string> parts;
  for (const auto &[how, what] :
       {std::pair(How::certificate, "certificates"), std::pair(How::header, "mail headers"),
        std::pair(How::signature, "signatures"), std::pair(How::site, "sites")})
    if (const std::size_t count = one.by(how); count > 0) parts.push_back(counted(count, what));
  return fmt::format("{}", fmt::join(parts, ", "));
}

bool enough(const Name &one) {
  return one.people.size() >= 2 || one.by(How::certificate) > 0;
}

}  // namespace

void propose_groups(const std::vector<Correspondence> &mail, const identity::Ourselves &us,
                    std::vector<Party> &parties) {
  std::map<std::string, Names> votes;  // organisation -> names
  // A person who signs a hundred messages is one voter.
  for (const Correspondence &message : mail) {
    if (message.affiliations.empty() || message.people.empty()) continue;
    const std::string &author = message.people.front();
    const std::string organisation = identity::registrable_domain(identity::domain_of_address(author));
    if (organisation.empty() || us.ours(organisation) || identity::is_free_mail(organisation)) continue;
    for (const std::string &one : message.affiliations) {
      const std::size_t colon = one.find(':');
      if (colon == one.npos) continue;
      const std::string_view kind = std::string_view(one).substr(0, colon);
      std::string written = one.substr(colon + 1);
      How how = How::signature;
      double weight = 1;
      if (kind == "certificate") {
        how = How::certificate;
        weight = 3;
      } else if (kind == "header") {
        how = How::header;
      } else if (kind == "site") {
        how = How::site;
        written = identity::registrable_domain(written);
        // Their own site counts too: who mostly signs with that is led to no other.
        if (written.empty() || identity::is_shared_service(written) || identity::is_free_mail(written))
          continue;
      }
      const std::string name =
          how == How::site ? base::lower(written) : folded(written);  // a domain keeps its dots
      if (name.empty()) continue;
      Name &entry = votes[organisation][name];
      ++entry.spelt[written];
      Ballot &ballot = entry.people[author];
      ballot.how.insert(how);
      ballot.weight = std::max(ballot.weight, weight);
    }
  }

  // A site and a company are two kinds of name: each has its own leader, and either can join two domains.
  struct Side {
    Names companies, sites;
    Lead company, site;
  };
  std::map<std::string, Side> sides;
  for (auto &[organisation, names] : votes) {
    Side &side = sides[organisation];
    for (auto &[name, entry] : names)
      (entry.by(How::site) > 0 ? side.sites : side.companies).emplace(name, entry);
    side.company = lead_of(side.companies);
    side.site = lead_of(side.sites);
  }
  const auto spelling = [](const Name &entry) {
    return std::max_element(entry.spelt.begin(), entry.spelt.end(),
                            [](const auto &a, const auto &b) { return a.second < b.second; })
        ->first;
  };
  for (Party &party : parties) {
    party.groups.clear();
    const auto mine = sides.find(party.organisation);
    for (const Party &other : parties) {
      if (&other == &party || other.free_mail || party.free_mail) continue;
      const auto theirs = sides.find(other.organisation);
      PartyGroup group;
      group.organisation = other.organisation;
      const auto propose = [&](const Lead &a, const Names &of, double margin, std::string why) {
        if (margin < kGroupMargin || margin <= group.margin) return;
        group.name = spelling(of.at(a.name));
        group.votes = a.votes;
        group.margin = margin;
        group.why = std::move(why);
      };
      if (mine != sides.end() && theirs != sides.end()) {
        const Side &a = mine->second, &b = theirs->second;
        if (!a.company.name.empty() && a.company.name == b.company.name &&
            enough(a.companies.at(a.company.name)) && enough(b.companies.at(b.company.name)))
          propose(a.company, a.companies, std::min(a.company.margin, b.company.margin),
                  fmt::format("{}: {}; {}: {}", party.organisation, told(a.companies.at(a.company.name)),
                              other.organisation, told(b.companies.at(b.company.name))));
      }
      // The site under the names of one side is the domain of the other.
      for (const auto &[from, to] :
           {std::pair(mine, other.organisation), std::pair(theirs, party.organisation)}) {
        if (from == sides.end()) continue;
        const Side &side = from->second;
        if (side.site.name == to && enough(side.sites.at(to)))
          propose(side.site, side.sites, side.site.margin,
                  fmt::format("{} signs with the site {}: {}", from->first, to, told(side.sites.at(to))));
      }
      if (!group.name.empty()) party.groups.push_back(std::move(group));
    }
    std::stable_sort(party.groups.begin(), party.groups.end(),
                     [](const PartyGroup &a, const PartyGroup &b) { return a.margin > b.margin; });
  }
}

}  // namespace dislodge::disclose

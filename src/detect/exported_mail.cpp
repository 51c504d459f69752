#include "detect/exported_mail.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/encode.hpp"
#include "base/words.hpp"
#include "identity/ids.hpp"
#include "log/operation.hpp"

namespace dislodge::detect {

namespace {

using identity::domain_of_address;
using log::Event;

constexpr std::string_view kNew = "new:";
constexpr std::size_t kQueryShown = 80;

struct Extent {
  bool all = false;
  std::set<std::string> mailboxes, without;
  std::string query;

  bool said() const { return all || !mailboxes.empty(); }
};

bool is_google(const Event &event) {
  return event.source == log::Source::google;
}

// Words of a list or of a sentence; what has an @ is an address.
template <typename Each>
void each_word(std::string_view text, Each &&each) {
  constexpr std::string_view kBetween = " \t\r\n,;:|=()[]{}<>\"'";
  while (!text.empty()) {
    const std::size_t begin = std::min(text.size(), text.find_first_not_of(kBetween));
    text.remove_prefix(begin);
    const std::string_view word = text.substr(0, text.find_first_of(kBetween));
    if (!word.empty()) each(word);
    text.remove_prefix(word.size());
  }
}

void add_addresses(std::string_view text, std::set<std::string> &out) {
  each_word(text, [&](std::string_view word) {
    if (word.find('@') != std::string_view::npos) out.insert(base::lower(word));
  });
}

void read_microsoft(const View &view, const Event &event, Extent &extent) {
  for (std::uint32_t i = 0; i < event.extra_count; ++i) {
    const log::Extra &extra = view.table().extras[event.extra_begin + i];
    std::string_view key = view.text(extra.key);
    if (!key.starts_with(kNew)) continue;
    key.remove_prefix(kNew.size());
    const std::string_view value = view.text(extra.value);
    const auto is = [&](std::string_view name) { return base::equal_ignoring_case(key, name); };
    if (is("ContentMatchQuery") || is("SearchQuery") || is("ContentFilter")) {
      extent.query = value;
    } else if (is("ExchangeLocationExclusion")) {
      add_addresses(value, extent.without);
    } else if (is("AllSourceMailboxes")) {
      extent.all = extent.all || base::equal_ignoring_case(value, "True");
    } else if (is("ExchangeLocation") || is("AddExchangeLocation") || is("SourceMailboxes") ||
               is("Mailbox")) {
      each_word(value, [&](std::string_view word) {
        if (base::equal_ignoring_case(word, "all") || word == "*" || word == "$true")
          extent.all = true;
        else
          extent.mailboxes.insert(base::lower(word));
      });
    }
  }
}

// Vault says in words what an export is over; Takeout takes all of an account, or of a customer.
void read_google(const View &view, const Event &event, Extent &extent) {
  const std::string operation = log::canonical_operation(view.text(event.operation));
  const auto parameter = [&](std::string_view name) {
    return view.table().extra(event, "parameter:" + std::string(name));
  };
  if (operation.starts_with("customer_takeout")) {
    extent.all = true;
    return;
  }
  if (operation.find("takeout") != std::string::npos) {
    const std::string_view products = parameter("products_requested");
    if (!products.empty() && !base::contains_ignoring_case(products, "mail")) return;
    add_addresses(view.text(event.target_name), extent.mailboxes);
    if (extent.mailboxes.empty()) add_addresses(view.text(event.actor_name), extent.mailboxes);
    return;
  }
  for (const char *name : {"query", "target_user", "additional_details"})
    add_addresses(parameter(name), extent.mailboxes);
  extent.query = parameter("query");
  if (extent.mailboxes.empty() && (!parameter("organizational_unit_name").empty() ||
                                   base::contains_ignoring_case(extent.query, "entire_org") ||
                                   base::contains_ignoring_case(extent.query, "org_unit")))
    extent.all = true;
}

// The search behind an export: its name, as the record of the export has it.
std::string search_of(const View &view, const Event &event) {
  for (const char *name : {"new:SearchName", "new:Identity"})
    if (const std::string_view value = view.table().extra(event, name); !value.empty())
      return base::lower(value);
  std::string name = base::lower(view.text(event.target_name));
  // An action is called "NAME_Export" after its search.
  if (name.ends_with("_export")) name.resize(name.size() - 7);
  return name;
}

// What the search of that name was made over; the last word on it before the export counts.
void read_search(const View &view, const Event &event, Extent &extent) {
  const std::string name = search_of(view, event);
  if (name.empty()) return;
  for (EventIndex i = 0; i < view.size() && view.event(i).time <= event.time; ++i) {
    const Event &made = view.event(i);
    if (made.source != event.source || made.tenant != event.tenant || made.extra_count == 0) continue;
    if (base::lower(view.text(made.target_name)) != name &&
        base::lower(view.table().extra(made, "new:Name")) != name &&
        base::lower(view.table().extra(made, "new:SearchName")) != name)
      continue;
    Extent said;
    read_microsoft(view, made, said);
    if (said.query.empty()) said.query = extent.query;
    if (!said.said()) {
      said.all = extent.all;
      said.mailboxes = extent.mailboxes;
    }
    extent = std::move(said);
  }
}

// Every mailbox of a tenant that the logs or the directory name.
std::set<std::string> mailboxes_of(const View &view, const Event &event) {
  std::set<std::string> all;
  std::set<std::string, std::less<>> domains;
  for (EventIndex i = 0; i < view.size(); ++i) {
    const Event &one = view.event(i);
    if (one.tenant != event.tenant) continue;
    if (one.mailbox != 0) all.insert(base::lower(view.text(one.mailbox)));
    // Every account of Workspace has one; those of other domains are guests.
    if (is_google(event) && is_google(one) && one.actor_name != 0)
      all.insert(base::lower(view.text(one.actor_name)));
  }
  if (is_google(event)) {
    const std::string own = base::lower(domain_of_address(view.text(event.actor_name)));
    for (auto one = all.begin(); one != all.end();)
      one = domain_of_address(*one) != own ? all.erase(one) : std::next(one);
    domains.insert(own);
  }
  for (const std::string &address : all) domains.emplace(domain_of_address(address));
  domains.erase("");
  const std::string tenant = "resource:exchange/" + base::lower(view.text(event.tenant)) + "/";
  for (const identity::Resource &resource : view.facts().resources) {
    if (!resource.id.starts_with("resource:exchange/")) continue;
    const std::string_view address = std::string_view(resource.id).substr(resource.id.rfind('/') + 1);
    if (address.find('@') == std::string_view::npos) continue;
    if (resource.id.starts_with(tenant) || domains.count(domain_of_address(address)) != 0)
      all.emplace(address);
  }
  return all;
}

}  // namespace

void add_exported_mail(const View &view, const std::vector<EventIndex> &events, Detection &detection) {
  std::set<std::string> named;
  std::set<std::pair<std::string, std::string>> told;  // mailbox, query
  std::set<std::string> queries;
  bool unsaid = false;
  std::map<std::pair<base::StringId, std::string>, std::set<std::string>>
      known_of;  // tenant, and whose domain
  for (const EventIndex index : events) {
    const Event &event = view.event(index);
    if (event.outcome != log::Outcome::ok && event.outcome != log::Outcome::none) continue;
    Extent extent;
    const bool google = is_google(event);
    if (google)
      read_google(view, event, extent);
    else
      read_microsoft(view, event, extent);
    if (!google && (!extent.said() || extent.query.empty())) {
      Extent search;
      read_search(view, event, search);
      if (!extent.said()) {
        extent.all = search.all;
        extent.mailboxes = search.mailboxes;
      }
      if (extent.query.empty()) extent.query = search.query;
      extent.without.insert(search.without.begin(), search.without.end());
    }
    if (!extent.said()) {
      unsaid = true;
      continue;
    }
    const auto [found, fresh] = known_of.try_emplace(
        {event.tenant, google ? std::string(domain_of_address(view.text(event.actor_name))) : ""});
    if (fresh) found->second = mailboxes_of(view, event);
    const std::set<std::string> &known = found->second;
    std::set<std::string> mailboxes = extent.all ? known : std::set<std::string>();
    for (const std::string &one : extent.mailboxes) {
      if (one.find('@') != std::string::npos) {
        mailboxes.insert(one);
        continue;
      }
      // A cmdlet takes an alias too.
      for (const std::string &address : known)
        if (address.starts_with(one + "@")) mailboxes.insert(address);
    }
    for (const std::string &one : extent.without) mailboxes.erase(one);
    const std::string operation = log::canonical_operation(view.text(event.operation));
    const bool carried_off =
        operation.find("download") != std::string::npos || operation == "new-mailboxexportrequest";
    const bool whole = extent.query.empty() && carried_off;
    if (!extent.query.empty()) queries.insert(extent.query);
    for (const std::string &mailbox : mailboxes) {
      named.insert(mailbox);
      // In parentheses it is no folder: the mailbox counts as read, and none of its messages by name.
      const std::string part = whole ? std::string() : "(by search: " + extent.query + ")";
      if (told.emplace(mailbox, part).second)
        detection.mail_read.push_back({mailbox, "", part, event.time, false});
    }
  }
  std::string more;
  if (!named.empty()) more = ": " + base::counted(named.size(), "mailbox", "mailboxes");
  if (!queries.empty()) {
    std::string query = *queries.begin();
    if (query.size() > kQueryShown) query = query.substr(0, kQueryShown - 3) + "...";
    more += (more.empty() ? ": " : ", ") + std::string("what matches \"") + query + "\"";
  }
  if (unsaid && named.empty()) more += "; no log held says over which mailboxes";
  detection.says += more;
}

}  // namespace dislodge::detect

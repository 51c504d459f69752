// What the intruder took as somebody beside mail, and what they sent: files that they opened or downloaded,
// and mail in the name of the account. Both are told only where attribution says that it was them; what the
// owner did on the same day stays the owner's.

#include <algorithm>
#include <map>
#include <set>

#include "base/encode.hpp"
#include "detect/passes.hpp"
#include "log/operation.hpp"

namespace dislodge::detect {

namespace {

using log::Event;

constexpr std::size_t kPlacesNamed = 3;

// Send, SendAs, SendOnBehalf of the unified audit log; Workspace and others by the same word.
bool sends_mail(const View &view, const Event &event) {
  const std::string operation = log::canonical_operation(view.text(event.operation));
  return operation == "send" || operation == "sendas" || operation == "sendonbehalf" ||
         operation == "send mail";
}

// "https://x.sharepoint.example/sites/fin/..." -> ".../sites/fin": what is named of a file's place. Of an
// object its bucket: "s3://backups/2025/a.gz" -> "s3://backups".
std::string site_of(std::string_view path) {
  const bool object = path.starts_with("s3://") || path.starts_with("gs://");
  std::size_t slashes = object || path.find("://") == std::string_view::npos ? 3 : 5;
  std::size_t at = 0;
  while (at < path.size() && (path[at] != '/' || --slashes != 0)) ++at;
  return std::string(path.substr(0, at));
}

void name(std::string &list, const std::set<std::string> &places) {
  std::size_t named = 0;
  for (const std::string &place : places) {
    if (named == kPlacesNamed) {
      list += " and " + counted(places.size() - named, "other place", "other places");
      return;
    }
    list += (named++ == 0 ? "" : ", ") + place;
  }
}

void tell(const View &view, const Attribution &attribution, const std::string &account,
          const std::vector<EventIndex> &events, bool files, std::vector<Detection> &out) {
  Detection one = make_detection(view, files ? "files-read" : "mail-sent", events);
  add_unique(one.principals, account);
  attribute(one, attribution, events);
  std::set<std::string> things, sites;
  for (const EventIndex index : events) {
    const Event &event = view.event(index);
    std::string what(view.text(event.target_name != 0     ? event.target_name
                               : event.target_id != 0     ? event.target_id
                               : event.resource_name != 0 ? event.resource_name
                                                          : event.resource_id));
    if (what.empty()) what = view.reference(index).place();
    if (const std::string site = site_of(what); !site.empty()) sites.insert(site);
    things.insert(std::move(what));
  }
  std::string places;
  name(places, sites);
  one.says = sentence(view, one.kind,
                      {{"account", view.name_of(account)},
                       {"files", counted(things.size(), "file", "files")},
                       {"messages", counted(events.size(), "message", "messages")},
                       {"sites", places.empty() ? "places that the log does not name" : places},
                       {"first", spoken(one.first)},
                       {"last", spoken(one.last)},
                       {"more", ""}});
  out.push_back(std::move(one));
}

}  // namespace

void tell_taken(const View &view, const Attribution &attribution, std::vector<Detection> &out) {
  std::map<std::string, std::vector<EventIndex>> files, mail;  // by account
  for (const EventIndex index : attribution.events()) {
    const Event &event = view.event(index);
    const bool file = log::reads_file(view.table(), event);
    if (!file && !sends_mail(view, event)) continue;
    const std::string account = view.actor(event);
    if (!account.empty()) (file ? files : mail)[account].push_back(index);
  }
  for (const auto &[account, events] : files) tell(view, attribution, account, events, true, out);
  for (const auto &[account, events] : mail) tell(view, attribution, account, events, false, out);
}

}  // namespace dislodge::detect

// Applications that read mail. Every tenant has its archive and its ticket system, which have read for years;
// the question that found Storm-0558 is which application reads that did not before. Addresses do not help:
// mail read through Graph shows Microsoft's own.

#include <algorithm>
#include <map>
#include <set>

#include "base/encode.hpp"
#include "detect/passes.hpp"
#include "identity/name_index.hpp"

namespace dislodge::detect {

namespace {

using log::Event;

struct Reader {
  std::vector<EventIndex> events;    // all of this application
  std::vector<EventIndex> intruder;  // those that are the intruder's
  bool app_only = false;
};

// Calls of Graph name a message by an id of their own, which no mailbox shows: of what was read only the
// mailbox and the number are known. As a folder of its own the mailbox counts as read, and none of its
// messages by name.
constexpr std::string_view kThroughGraph = "(through Microsoft Graph)";

// "https://graph.microsoft.com/v1.0/me/messages/AAMk.../$value" -> "AAMk..."; "" where a list was asked for.
std::string_view message_in(std::string_view uri) {
  constexpr std::string_view kMessages = "/messages/";
  const std::size_t found = uri.find(kMessages);
  if (found == std::string_view::npos) return {};
  const std::string_view rest = uri.substr(found + kMessages.size());
  return rest.substr(0, rest.find_first_of("/?"));
}

bool reads_mail_by_graph(const View &view, const Event &event) {
  return event.source == log::Source::graph_activity && event.outcome == log::Outcome::ok &&
         !view.table().extra(event, "mail").empty() && view.table().extra(event, "method") == "GET";
}

// The address of an account, by the directory or as logs call it; "" where neither has one.
std::string address_of(const View &view, const std::string &principal) {
  if (const identity::Principal *known = view.facts().principal(principal)) {
    for (const char *key : {"upn", "mail"})
      if (const std::string_view address = identity::attribute(*known, key); !address.empty())
        return std::string(address);
  }
  const std::string name = view.name_of(principal);
  return name.find('@') == std::string::npos ? std::string() : base::lower(name);
}

// Whose mailbox a call is about: the one that its path names, else that of the user who calls ("/me").
std::string mailbox_of_call(const View &view, const Event &event) {
  if (event.mailbox != 0) return std::string(view.text(event.mailbox));
  if (event.target_name != 0) return base::lower(view.text(event.target_name));
  if (event.target_id != 0)
    return address_of(view, entra_id(view.text(event.tenant), view.text(event.target_id)));
  return view.text(event.actor_type) == "user" ? address_of(view, view.actor(event)) : std::string();
}

// A log that is shorter than this has no before.
constexpr std::int64_t kBaselineMin = 14 * base::kDay;

}  // namespace

void tell_mailboxes(const View &view, const Attribution &attribution, std::vector<Detection> &out) {
  std::map<std::pair<std::string, std::string>, Reader> readers;  // tenant, application
  std::map<std::string, std::pair<base::Time, base::Time>> span;  // of the log of mail access, a tenant
  for (const EventIndex index : view.mail()) {
    const Event &event = view.event(index);
    const std::string tenant(view.text(event.tenant));
    auto &[first, last] = span.try_emplace(tenant, event.time, event.time).first->second;
    last = event.time;
    first = std::min(first, event.time);
    if (event.application_id == 0) continue;
    const bool app_only = !view.table().extra(event, "app-only").empty();
    const bool known_client = view.options().mail_clients.count(view.text(event.application_id)) != 0;
    if (known_client && !app_only && !attribution.intruder(index)) continue;
    // What the intruder reads as a user, in that user's own programs, is told with the account.
    if (known_client && !app_only) continue;
    Reader &reader = readers[{tenant, std::string(view.text(event.application_id))}];
    reader.events.push_back(index);
    if (attribution.intruder(index)) reader.intruder.push_back(index);
    reader.app_only = reader.app_only || app_only;
  }

  // What the intruder asked of Graph: that log is often the only one that has it.
  for (const EventIndex index : attribution.events()) {
    const Event &event = view.event(index);
    if (event.application_id == 0 || !reads_mail_by_graph(view, event)) continue;
    const std::string tenant(view.text(event.tenant));
    span.try_emplace(tenant, event.time, event.time);
    Reader &reader = readers[{tenant, std::string(view.text(event.application_id))}];
    reader.intruder.push_back(index);
    reader.app_only = reader.app_only || !view.table().extra(event, "app-only").empty();
  }

  for (auto &[key, reader] : readers) {
    const auto &[tenant, application] = key;
    const auto [begin, end] = span.at(tenant);
    std::stable_sort(reader.intruder.begin(), reader.intruder.end(),
                     [&](EventIndex a, EventIndex b) { return view.event(a).time < view.event(b).time; });
    const bool theirs = !reader.intruder.empty();
    const bool baseline = end.us - begin.us >= kBaselineMin;
    const bool was_there = baseline && !reader.events.empty() &&
                           view.event(reader.events.front()).time < begin + view.options().learning_us;
    if (!theirs && was_there) continue;
    const std::vector<EventIndex> &events = theirs ? reader.intruder : reader.events;
    Detection one = make_detection(view, "mailbox-read-by-app", events);
    attribute(one, attribution, events);
    if (!theirs) {
      one.confidence = !baseline ? 0.2 : reader.app_only ? 0.5 : 0.3;
      one.because = baseline ? "the application did not read mail before, and nothing shows whose it is"
                             : "the log is too short to tell what is usual";
    }
    std::string service = view.service_principal(tenant, application);
    const bool known = !service.empty();
    if (!known) service = view.actor(view.event(events.front()));
    const bool by_application = theirs && known && attribution.hold(service) != nullptr;
    if (reader.app_only || by_application || view.text(view.event(events.front()).actor_type) != "user")
      add_unique(one.principals, service);
    else
      for (const EventIndex index : events) add_unique(one.principals, view.actor(view.event(index)));
    add_unique(one.applications, application);
    std::set<std::string> mailboxes;
    std::set<std::string> messages, folders, calls;
    std::size_t lists = 0;
    bool throttled = false;
    for (const EventIndex index : events) {
      const Event &event = view.event(index);
      if (event.event_class == log::EventClass::mail_access) {
        mailboxes.emplace(view.text(event.mailbox));
        add_mail_read(view, index, one.mail_read);
        continue;
      }
      std::string mailbox = mailbox_of_call(view, event);
      if (const std::string_view id = message_in(view.table().extra(event, "uri")); !id.empty())
        calls.emplace(id);
      else
        ++lists;
      if (mailbox.empty()) continue;
      mailboxes.insert(mailbox);
      one.mail_read.push_back({std::move(mailbox), "", std::string(kThroughGraph), event.time, false});
    }
    for (const MailRead &read : one.mail_read) {
      if (read.folder == kThroughGraph) continue;
      throttled = throttled || read.throttled;
      if (!read.message_id.empty())
        messages.insert(read.message_id);
      else if (!read.folder.empty())
        folders.insert(read.mailbox + read.folder);
    }
    std::string items = counted(messages.size(), "message", "messages");
    if (!folders.empty()) items += " and " + counted(folders.size(), "whole folder", "whole folders");
    if (!calls.empty() || lists > 0) {
      std::string by_graph;
      if (!calls.empty()) by_graph = counted(calls.size(), "message", "messages");
      if (lists > 0) by_graph += (calls.empty() ? "" : " and ") + counted(lists, "list", "lists");
      by_graph += " through Microsoft Graph, by ids that no mailbox shows";
      items = messages.empty() && folders.empty() ? by_graph : items + ", " + by_graph;
    }
    if (theirs && (reader.app_only || by_application))
      for (const EventIndex index : attribution.signins_as(service))
        if (one.footholds.size() < kEventsKept)
          one.footholds.push_back({service,
                                   {view.event(index).time, base::kTimeMax},
                                   std::string(view.text(view.event(index).token))});
    const std::string name = view.name_of(service);
    one.says =
        sentence(view, "mailbox-read-by-app",
                 {{"target", name.empty() || !(reader.app_only || by_application) ? application : name},
                  {"mailboxes", counted(mailboxes.size(), "mailbox", "mailboxes")},
                  {"first", spoken(one.first)},
                  {"last", spoken(one.last)},
                  {"items", items},
                  {"more", throttled ? "; logging was throttled, so there may be more" : ""}});
    out.push_back(std::move(one));
  }
}

}  // namespace dislodge::detect

// Applications that read mail. Every tenant has its archive and its ticket system, which have read for years;
// the question that found Storm-0558 is which application reads that did not before. Addresses do not help:
// mail read through Graph shows Microsoft's own.

#include <algorithm>
#include <map>
#include <set>

#include "detect/passes.hpp"

namespace dislodge::detect {

namespace {

using log::Event;

struct Reader {
  std::vector<EventIndex> events;    // all of this application
  std::vector<EventIndex> intruder;  // those that are the intruder's
  bool app_only = false;
};

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

  for (const auto &[key, reader] : readers) {
    const auto &[tenant, application] = key;
    const auto [begin, end] = span.at(tenant);
    const bool theirs = !reader.intruder.empty();
    const bool baseline = end.us - begin.us >= kBaselineMin;
    const bool was_there =
        baseline && view.event(reader.events.front()).time < begin + view.options().learning_us;
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
    if (service.empty()) service = view.actor(view.event(events.front()));
    const bool by_application = theirs && attribution.hold(service) != nullptr;
    if (reader.app_only || by_application || view.text(view.event(events.front()).actor_type) != "user")
      add_unique(one.principals, service);
    else
      for (const EventIndex index : events) add_unique(one.principals, view.actor(view.event(index)));
    add_unique(one.applications, application);
    std::set<std::string> mailboxes;
    std::set<std::string> messages, folders;
    bool throttled = false;
    for (const EventIndex index : events) {
      mailboxes.emplace(view.text(view.event(index).mailbox));
      add_mail_read(view, index, one.mail_read);
    }
    for (const MailRead &read : one.mail_read) {
      throttled = throttled || read.throttled;
      if (!read.message_id.empty())
        messages.insert(read.message_id);
      else if (!read.folder.empty())
        folders.insert(read.mailbox + read.folder);
    }
    std::string items = counted(messages.size(), "message", "messages");
    if (!folders.empty()) items += " and " + counted(folders.size(), "whole folder", "whole folders");
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

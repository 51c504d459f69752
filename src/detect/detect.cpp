#include "detect/detect.hpp"

#include <algorithm>
#include <map>

#include "detect/basis.hpp"
#include "detect/hands.hpp"
#include "log/trace.hpp"

namespace dislodge::detect {

std::vector<Detection> detect(const log::EventTable &table, const identity::Facts &facts,
                              const DetectOptions &options) {
  return detect(Basis(table, facts, options));
}

std::vector<Detection> detect(const Basis &basis, const std::vector<Detection> &uses) {
  std::vector<Detection> found;
  const View &view = basis.view;

  // How they came in. From there on their hand is followed; every pass asks whose it was.
  const Attribution attribution = basis.attribution(uses);
  tell_sprays(view, basis.campaigns, attribution, found);
  tell_guessing(view, basis.guessing, attribution, found);
  tell_lockouts(view, basis.campaigns, attribution, found);
  tell_known_passwords(view, basis.known_passwords, attribution, found);
  tell_factor_refusals(view, attribution, found);
  tell_stolen_sessions(view, basis.stolen_sessions, attribution, found);
  tell_unusual_uses(view, basis.unusual_uses, attribution, found);

  // What was set, granted and read, by them or by nobody knows whom.
  tell_credentials(view, attribution, found);
  tell_consents(view, attribution, found);
  tell_mailboxes(view, attribution, found);
  tell_unopened(view, basis.unopened, attribution, found);
  tell_code_reading(view, attribution, found);
  tell_taken(view, attribution, found);

  // Everything else that rules know, from a forwarding rule to an audit log that was switched off.
  tell_rules(view, attribution, found);
  tell_hands(view, attribution, uses, found);
  tell_spoken(view, basis.spoken, found);

  settle(found);
  return found;
}

std::string grantee_of(const View &view, const log::Event &event) {
  const std::string_view grantee = view.table().extra(event, "grantee");
  return grantee.empty() ? view.target(event) : entra_id(view.text(event.tenant), grantee);
}

std::vector<ChangeGroup> grouped_changes(const View &view, Act act) {
  std::vector<ChangeGroup> groups;
  std::map<std::pair<std::string, std::string>, std::size_t>
      open;  // actor and target -> the last group of them
  for (const EventIndex index : view.changes()) {
    if (view.act(index) != act) continue;
    const log::Event &event = view.event(index);
    std::string target = act == Act::consent ? grantee_of(view, event) : view.target(event);
    if (act == Act::app_role) {
      const std::string_view grantee = view.table().extra(event, "grantee");
      if (!grantee.empty())
        target = entra_id(view.text(event.tenant), grantee);
      else {
        // "ServicePrincipal ID name": the second target is who receives the role.
        const std::string_view second = view.table().extra(event, "target");
        const std::size_t first_blank = second.find(' ');
        if (first_blank != std::string_view::npos) {
          const std::string_view rest = second.substr(first_blank + 1);
          target = entra_id(view.text(event.tenant), rest.substr(0, rest.find(' ')));
        }
      }
    }
    std::string actor = view.actor(event);
    const auto key = std::pair(actor, target);
    const auto known = open.find(key);
    if (known != open.end() &&
        event.time.us - view.event(groups[known->second].events.back()).time.us <= 2 * base::kMinute) {
      groups[known->second].events.push_back(index);
      continue;
    }
    open[key] = groups.size();
    groups.push_back({std::move(actor), std::move(target), {index}});
  }
  return groups;
}

void attribute(Detection &detection, const Attribution &attribution, const std::vector<EventIndex> &events) {
  for (const EventIndex index : events) {
    if (!attribution.intruder(index)) continue;
    detection.intruder = true;
    detection.because = attribution.because(index);
    detection.grade = attribution.by_absence(index) ? Grade::possible : Grade::confirmed;
    detection.confidence = attribution.by_absence(index) ? 0.7 : 0.97;
    return;
  }
  detection.because = "nothing in the logs links it to the intruder, and nothing shows whose it was";
  detection.grade = Grade::possible;
  detection.confidence = 0.3;
}

void add_mail_read(const View &view, EventIndex index, std::vector<MailRead> &out) {
  const log::Event &event = view.event(index);
  const bool throttled = !view.table().extra(event, "throttled").empty();
  const std::string mailbox(view.text(event.mailbox));
  std::string folder;
  bool folder_open = false, any = false;
  // Extras keep their order: a folder, then the messages that were read in it.
  for (std::uint32_t i = 0; i < event.extra_count; ++i) {
    const log::Extra &extra = view.table().extras[event.extra_begin + i];
    const std::string_view key = view.text(extra.key);
    if (key == "folder") {
      if (folder_open) out.push_back({mailbox, "", folder, event.time, throttled});
      folder = view.text(extra.value);
      folder_open = any = true;
    } else if (key == "message-id") {
      out.push_back({mailbox, std::string(view.text(extra.value)), folder, event.time, throttled});
      folder_open = false;
      any = true;
    }
  }
  // A folder without messages was synchronised whole. A throttled record names none and silences the log.
  const bool sync = view.table().extra(event, "access-type") == "Sync";
  if (folder_open && (sync || !throttled))
    out.push_back({mailbox, "", folder, event.time, throttled});
  else if (folder_open || !any)
    out.push_back({mailbox, "", "", event.time, throttled});
}

std::string network_of(const View &view, base::StringId network, base::StringId address) {
  if (network != 0) return std::string(view.text(network));
  return std::string(log::half_of_address(view.text(address)));
}

void add_unique(std::vector<std::string> &list, std::string value) {
  if (!value.empty() && std::find(list.begin(), list.end(), value) == list.end())
    list.push_back(std::move(value));
}

std::string sentence(const View &view, std::string_view kind,
                     const std::map<std::string, std::string> &values) {
  const KindRule *rule = view.options().kind(kind);
  return rule == nullptr ? std::string(kind) : fill(rule->says, values);
}

}  // namespace dislodge::detect

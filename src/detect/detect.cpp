#include "detect/detect.hpp"

#include <algorithm>
#include <map>

#include "detect/detect_with_uses.hpp"
#include "detect/hands.hpp"
#include "detect/known_password.hpp"
#include "detect/passes.hpp"
#include "detect/unopened_sessions.hpp"
#include "log/trace.hpp"

namespace dislodge::detect {

std::vector<Detection> detect(const log::EventTable &table, const identity::Facts &facts,
                              const DetectOptions &options) {
  return detect_with_uses(table, facts, {}, options);
}

std::vector<Detection> detect_with_uses(const log::EventTable &table, const identity::Facts &facts,
                                        const std::vector<Detection> &uses, const DetectOptions &options) {
  std::vector<Detection> found;
  const View view(table, facts, options);

  // How they came in: programs that try passwords, and the accounts that fell to them.
  const std::vector<Campaign> campaigns = find_sprays(view);

  // From there on their hand is followed; every pass below asks whose it was.
  const std::vector<Guessing> guessing = find_guessing(view, campaigns);
  const std::vector<StolenSession> stolen = find_stolen_sessions(view);
  const std::vector<UnusualUse> visits = find_unusual_uses(view);
  const std::vector<KnownPasswordUse> known = find_known_password_uses(view, campaigns, guessing);
  std::vector<Attribution::Seed> seeds = evidence_seeds(view, guessing, stolen, visits);
  add_known_password_seeds(known, seeds);
  for (Attribution::Seed &seed : seeds_of(view, uses)) seeds.push_back(std::move(seed));
  const Attribution attribution(view, campaigns, seeds);
  tell_sprays(view, campaigns, attribution, found);
  tell_guessing(view, guessing, attribution, found);
  tell_lockouts(view, campaigns, attribution, found);
  tell_known_passwords(view, known, attribution, found);
  tell_stolen_sessions(view, stolen, attribution, found);
  tell_unusual_uses(view, visits, attribution, found);

  // What was set, granted and read, by them or by nobody knows whom.
  tell_credentials(view, attribution, found);
  tell_consents(view, attribution, found);
  tell_mailboxes(view, attribution, found);
  tell_unopened(view, find_unopened(view), attribution, found);
  tell_code_reading(view, attribution, found);
  tell_taken(view, attribution, found);

  // Everything else that rules know, from a forwarding rule to an audit log that was switched off.
  tell_rules(view, attribution, found);
  tell_hands(view, attribution, uses, found);

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

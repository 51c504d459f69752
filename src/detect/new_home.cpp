#include "detect/new_home.hpp"

#include <algorithm>
#include <set>

#include "base/encode.hpp"
#include "identity/ids.hpp"

namespace dislodge::detect {

namespace {

using base::StringId;
using log::Event;
using log::EventClass;

constexpr std::size_t kHomeDays = 3;
constexpr std::size_t kRefusedMin = 3;  // second factors
constexpr std::int64_t kAround = 7 * base::kDay;

}  // namespace

bool leads_outside(const View &view, const Event &event) {
  const std::string_view home = identity::domain_of_address(view.text(event.actor_name));
  for (const std::string_view key : {"new:ForwardingSmtpAddress", "new:ForwardingAddress", "new:ForwardTo",
                                     "new:RedirectTo", "new:ForwardAsAttachmentTo", "new:BlindCopyTo",
                                     "new:CopyTo", "new:RedirectMessageTo", "new:AddToRecipients"})
    for (const std::string_view to : view.table().extras_of(event, key))
      if (const std::string_view there = identity::domain_of_address(to);
          !there.empty() && !base::equal_ignoring_case(there, home))
        return true;
  return false;
}

bool at_new_home(const View &view, Traits &traits, EventIndex first, base::Time begin, base::Time end) {
  const Event &act = view.event(first);
  if (act.address == 0 || view.text(act.actor_type) != "user" || !traits.placed(act)) return false;
  // Records name a person by id, by name or by both.
  std::set<StringId> ids{act.actor_id, act.actor_name};
  ids.erase(0);
  const Place here = traits.place_of(act);
  const auto at_place = [&](const Event &event) {
    const Place place = traits.place_of(event);
    return place.half == here.half || (place.system != 0 && place.system == here.system);
  };
  std::set<std::int64_t> days;
  std::set<std::uint32_t> programs, programs_before;
  std::set<StringId> countries, countries_before, mailboxes, mailboxes_before;
  std::set<std::string_view> ways, ways_before;
  std::size_t refused = 0;
  bool foreign = false;
  for (EventIndex i = 0; i < view.size() && !foreign; ++i) {
    const Event &event = view.event(i);
    if (event.time > end + kAround) break;
    if (event.tenant != act.tenant || (ids.count(event.actor_id) == 0 && ids.count(event.actor_name) == 0))
      continue;
    const bool placed = traits.placed(event);
    const bool there = placed && at_place(event) && event.time >= begin - base::kDay;
    if (!there && event.time >= begin) continue;
    if (there && event.outcome == log::Outcome::right_secret_stopped) ++refused;
    if (is_failed_try(event)) continue;
    if (there) days.insert(event.time.us / base::kDay);
    if (const std::uint32_t program = traits.program_of(event))
      (there ? programs : programs_before).insert(program);
    if (event.country != 0) (there ? countries : countries_before).insert(event.country);
    if (event.event_class == EventClass::mail_access && event.mailbox != 0)
      (there ? mailboxes : mailboxes_before).insert(event.mailbox);
    traits.each(
        event,
        [&](const SigmaOwn &own, bool signin) {
          if (!there) return;
          const bool risky = signin || own.kind == "risky-signin";
          foreign = foreign || own.weight == "hiding" ||
                    (risky && (own.weight == "suspect" || own.weight == "evidence"));
        },
        [&](std::string_view way) { (there ? ways : ways_before).insert(way); });
    foreign = foreign || (there && leads_outside(view, event));
  }
  const auto known = [](const auto &now, const auto &before) {
    return std::includes(before.begin(), before.end(), now.begin(), now.end());
  };
  return !foreign && refused < kRefusedMin && days.size() >= kHomeDays && !programs.empty() &&
         known(programs, programs_before) &&
         (countries_before.empty() || known(countries, countries_before)) &&
         known(mailboxes, mailboxes_before) && known(ways, ways_before);
}

}  // namespace dislodge::detect

#include "detect/elsewhere.hpp"

#include <tuple>

namespace dislodge::detect {

namespace {

using base::StringId;
using log::Event;

// A log that begins so shortly before cannot say who was where.
constexpr std::int64_t kPastMin = 2 * base::kDay;

}  // namespace

Elsewhere::Elsewhere(const View &view) : view_(view) {
  // Names are made once for each way in which the log writes an account.
  std::map<std::tuple<log::Source, StringId, StringId, StringId, std::string_view>, std::string> names;
  for (EventIndex i = 0; i < view.size(); ++i) {
    const Event &event = view.event(i);
    if (identity::realm_of(event.source).empty()) continue;
    const auto [name, fresh] = names.try_emplace(
        {event.source, event.tenant, event.actor_id, event.actor_name, view.table().extra(event, "arn")});
    if (fresh) name->second = view.actor(event);
    if (!name->second.empty()) by_principal_[name->second].push_back(i);
    if (event.key_id != 0) by_key_[event.key_id].push_back(i);
    begin_.try_emplace(event.tenant, event.time);
    // Who tries and fails is not there.
    if (event.address != 0 && !is_failed_try(event))
      first_at_.try_emplace({event.tenant, event.address}, event.time);
    if (view.act_elsewhere(i) == Act::credential)
      for (std::uint32_t at = 0; at < event.extra_count; ++at) {
        const log::Extra &extra = view.table().extras[event.extra_begin + at];
        if (view.text(extra.key) == "key-added") handed_out_.try_emplace(extra.value, i);
      }
  }
}

const std::vector<EventIndex> &Elsewhere::by(const std::string &principal) const {
  static const std::vector<EventIndex> kNone;
  const auto found = by_principal_.find(principal);
  return found == by_principal_.end() ? kNone : found->second;
}

const std::vector<EventIndex> &Elsewhere::with_key(std::string_view key) const {
  static const std::vector<EventIndex> kNone;
  const StringId id = view_.table().pool.find(key);
  const auto found = id == 0 ? by_key_.end() : by_key_.find(id);
  return found == by_key_.end() ? kNone : found->second;
}

std::optional<EventIndex> Elsewhere::handed_out(StringId key) const {
  const auto found = key == 0 ? handed_out_.end() : handed_out_.find(key);
  if (found == handed_out_.end()) return std::nullopt;
  return found->second;
}

bool Elsewhere::strange(const Event &event, base::Time before) const {
  const auto begin = begin_.find(event.tenant);
  const auto first = first_at_.find({event.tenant, event.address});
  return begin != begin_.end() && before - kPastMin >= begin->second && first != first_at_.end() &&
         first->second >= before;
}

}  // namespace dislodge::detect

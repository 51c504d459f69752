#include "identity/gone_secrets.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "base/encode.hpp"
#include "identity/binder.hpp"
#include "identity/ids.hpp"

namespace dislodge::identity {
namespace {

using base::lower;
using base::Time;

// The file that a place of evidence stands in.
std::string_view file_of(std::string_view evidence) {
  return evidence.substr(0, evidence.rfind(":line "));
}

bool is_application(const Principal &p) {
  return p.kind == PrincipalKind::application || p.kind == PrincipalKind::service_principal;
}

// A change to the keys of an application or service principal.
struct KeyChange {
  Time time;
  std::set<std::string> added, removed, left;  // key ids; `left` has those added as well
  std::string evidence;
};

struct Ending {
  Time time = base::kTimeMax;
  std::string why;
};

class Endings {
 public:
  Endings(const std::vector<SecretFact> &secrets, const log::EventTable &events, const ListingTime &listed,
          const Facts &facts)
      : events_(events), listed_(listed), facts_(facts) {
    for (const SecretFact &one : secrets) {
      // Without its beginning it may be any of those that are listed.
      if (hints_of(one, secret::HintKind::prefix).empty()) continue;
      Time &first = first_.try_emplace(one.id, base::kTimeMax).first->second;
      for (const SecretPlace &place : one.places)
        if (place.present_from != base::kTimeMin) first = std::min(first, place.present_from);
    }
    for (const Principal &p : facts.principals) {
      if (!is_application(p)) continue;
      const auto app = p.attributes.find("app-id");
      if (app != p.attributes.end()) objects_[p.tenant + '/' + app->second].push_back(&p);
    }
    for (const Credential &c : facts.credentials) {
      if (c.slot != "app-secret" && c.slot != "certificate" && c.slot != "saml-signing") continue;
      // A log knows ids alone: what has neither beginning nor thumbprint says nothing of a listing.
      if (c.hint.empty() && c.thumbprint.empty()) continue;
      listed_keys_[c.principal].insert(lower(c.key_id));
      files_with_keys_.insert(std::string(file_of(c.evidence)));
    }
    read_changes();
  }

  Ending of(const Binding &binding) const {
    Ending ending;
    const Principal *holder = facts_.principal(binding.principal);
    const auto written = first_.find(binding.secret);
    if (holder == nullptr || !is_application(*holder) || written == first_.end() ||
        written->second == base::kTimeMax)
      return ending;
    std::vector<const Principal *> objects = {holder};
    if (const auto app = holder->attributes.find("app-id"); app != holder->attributes.end()) {
      const auto found = objects_.find(holder->tenant + '/' + app->second);
      if (found != objects_.end()) objects = found->second;
    }
    by_listing(objects, written->second, ending);
    by_log(objects, written->second, ending);
    return ending;
  }

 private:
  void read_changes() {
    const base::StringId none = 0;
    for (const log::Event &event : events_.events) {
      if (event.extra_count == 0 || event.target_id == none || event.tenant == none ||
          event.event_class != log::EventClass::directory_audit || event.outcome == log::Outcome::error ||
          event.outcome == log::Outcome::blocked)
        continue;
      const auto added = events_.extras_of(event, "key-added"),
                 removed = events_.extras_of(event, "key-removed");
      if (added.empty() && removed.empty()) continue;
      const std::string_view object = events_.text(event.target_id);
      if (!is_guid(object)) continue;
      KeyChange change{event.time, {}, {}, {}, events_.source_of(event)};
      for (const std::string_view key : added) change.added.insert(lower(key));
      for (const std::string_view key : removed) change.removed.insert(lower(key));
      for (const std::string_view key : events_.extras_of(event, "key-kept")) change.left.insert(lower(key));
      change.left.insert(change.added.begin(), change.added.end());
      changes_[entra_principal(events_.text(event.tenant), object)].push_back(std::move(change));
    }
    for (auto &[principal, all] : changes_)
      std::stable_sort(all.begin(), all.end(),
                       [](const KeyChange &a, const KeyChange &b) { return a.time < b.time; });
  }

  // Of all of these objects a listing must say what credentials they have: a secret may be set on each.
  void by_listing(const std::vector<const Principal *> &objects, Time written, Ending &ending) const {
    Time last = base::kTimeMin;
    bool application = false;
    for (const Principal *one : objects) {
      if (!listed_ || files_with_keys_.count(std::string(file_of(one->evidence))) == 0) return;
      const Time at = listed_(one->evidence);
      if (at <= written) return;
      last = std::max(last, at);
      application |= one->kind == PrincipalKind::application;
    }
    // That of another organisation is set there, where nobody of ours lists it.
    if (!application) return;
    ending = {last, fmt::format("it was gone when the credentials were listed {}", base::format_time(last))};
  }

  // The first record after which none is left that it could be.
  void by_log(const std::vector<const Principal *> &objects, Time written, Ending &ending) const {
    Ending last{base::kTimeMin, {}};
    for (const Principal *one : objects) {
      const auto found = changes_.find(one->id);
      if (found == changes_.end()) continue;
      const auto listed = listed_keys_.find(one->id);
      std::set<std::string> younger;  // than what was written
      const auto another = [&](const std::string &key) {
        return younger.count(key) != 0 || (listed != listed_keys_.end() && listed->second.count(key) != 0);
      };
      for (const KeyChange &change : found->second) {
        if (change.time <= written) continue;
        younger.insert(change.added.begin(), change.added.end());
        if (std::all_of(change.removed.begin(), change.removed.end(), another)) continue;
        if (!std::all_of(change.left.begin(), change.left.end(), another)) continue;
        if (change.time > last.time)
          last = {change.time, fmt::format("removed {}, after it was written here ({})",
                                           base::format_time(change.time), change.evidence)};
        break;
      }
    }
    if (last.time != base::kTimeMin && last.time < ending.time) ending = std::move(last);
  }

  const log::EventTable &events_;
  const ListingTime &listed_;
  const Facts &facts_;
  std::unordered_map<std::string, Time> first_;  // secret -> when it was first written somewhere
  std::unordered_map<std::string, std::vector<const Principal *>> objects_;  // of one app id in one tenant
  std::unordered_map<std::string, std::unordered_set<std::string>> listed_keys_;
  std::unordered_set<std::string> files_with_keys_;
  std::map<std::string, std::vector<KeyChange>> changes_;
};

}  // namespace

void end_gone_secrets(const std::vector<SecretFact> &secrets, const log::EventTable &events,
                      const std::vector<Disabled> &disabled, const ListingTime &listed, Facts &facts) {
  std::unordered_map<std::string_view, const Disabled *> deleted;
  for (const Disabled &one : disabled)
    if (one.deleted != base::kTimeMax) deleted.emplace(one.principal, &one);
  const bool unlisted = std::any_of(facts.bindings.begin(), facts.bindings.end(), [](const Binding &one) {
    return one.slot == "app-secret" && one.credential.empty();
  });
  if (deleted.empty() && !unlisted) return;
  const Endings endings(secrets, events, listed, facts);
  for (Binding &binding : facts.bindings) {
    if (binding.slot == "app-secret" && binding.credential.empty()) {
      Ending ending = endings.of(binding);
      if (ending.time < binding.valid.until) {
        binding.valid.until = ending.time;
        binding.why += "; " + ending.why;
      }
    }
    const auto gone = deleted.find(binding.principal);
    if (gone == deleted.end() || gone->second->deleted >= binding.valid.until) continue;
    binding.valid.until = gone->second->deleted;
    binding.why += fmt::format("; the account was deleted {} ({})", base::format_time(binding.valid.until),
                               gone->second->evidence);
  }
}

}  // namespace dislodge::identity

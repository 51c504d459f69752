#include "detect/tips.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

#include "base/encode.hpp"
#include "base/hash.hpp"
#include "base/words.hpp"
#include "detect/tip_index.hpp"

namespace dislodge::detect {
namespace {

// Events that one tip names.
struct Hit {
  const Tip *tip = nullptr;
  std::vector<const log::Event *> events;
  std::vector<const HeldMessage *> messages;
};

class Matcher {
 public:
  Matcher(const TipFile &file, const TipSource &source, const TipAgainst &against)
      : file_(file), source_(source), against_(against), index_({&file}) {}

  TipMatch run() {
    match_.tips = file_.tips.size();
    limits();
    events();
    messages();
    manifest();
    places();
    hashes();
    for (auto &[key, hit] : hits_) tell(hit);
    settle(match_.detections);
    return std::move(match_);
  }

 private:
  Hit &hit(const Tip &tip) {
    Hit &one = hits_[{tip.kind, tip.value, tip.group}];
    one.tip = &tip;
    return one;
  }

  // What the comparison cannot see, of the kinds that this file has.
  void limits() {
    const auto any = [&](TipKind kind) {
      return std::any_of(file_.tips.begin(), file_.tips.end(),
                         [&](const Tip &tip) { return tip.kind == kind; });
    };
    if (any(TipKind::file_hash))
      match_.unmatched_kinds.emplace_back(
          "file hashes: compared with the files handed in, not with attachments");
    if (any(TipKind::domain))
      match_.unmatched_kinds.emplace_back(
          "domains: compared with correspondents and with what logs name, not with links in the text of "
          "mail");
  }

  std::string who() const {
    return fmt::format("{}{}{}", source_.from.empty() ? source_.file : source_.from,
                       source_.verified_by.empty() ? " (not confirmed out of band)" : "",
                       source_.signature == TipSignature::broken ? " (its signature does not fit)" : "");
  }

  // Each text of an event is looked up once, however many events share it.
  const TipIndex::Found &named(base::StringId id, TipIndex::Role role) {
    std::vector<std::uint32_t> &known = known_[static_cast<std::size_t>(role)];
    if (known.empty()) known.resize(against_.events.pool.size());
    if (known[id] == 0) {
      TipIndex::Found found = index_.named(against_.events.text(id), role);
      known[id] = found.empty() ? 1 : static_cast<std::uint32_t>(found_.size() + 1);
      if (!found.empty()) found_.push_back(std::move(found));
    }
    return found_[known[id] - 1];
  }

  void events() {
    std::map<std::uint64_t, std::vector<const Tip *>> together;
    for (const Tip &tip : file_.tips)
      if (tip.group != 0) together[tip.group].push_back(&tip);
    if (index_.empty()) return;
    using Role = TipIndex::Role;
    static constexpr std::pair<base::StringId log::Event::*, Role> kLooked[] = {
        {&log::Event::address, Role::address},
        {&log::Event::agent, Role::agent},
        {&log::Event::actor_id, Role::name},
        {&log::Event::actor_name, Role::name},
        {&log::Event::target_id, Role::name},
        {&log::Event::target_name, Role::name},
        {&log::Event::resource_id, Role::name},
        {&log::Event::application_id, Role::application},
        {&log::Event::application_name, Role::application},
        {&log::Event::key_id, Role::name},
        {&log::Event::mailbox, Role::name},
    };
    const log::EventTable &table = against_.events;
    std::set<const Tip *> all;
    for (const log::Event &event : table.events) {
      all.clear();
      const auto look = [&](base::StringId id, Role role) {
        if (id == 0) return;
        const TipIndex::Found &found = named(id, role);
        all.insert(found.begin(), found.end());
      };
      for (const auto &[field, role] : kLooked) look(event.*field, role);
      // Where a rule forwards to, who receives a role, from where a factor answered.
      for (std::uint32_t i = 0; i < event.extra_count; ++i)
        look(table.extras[event.extra_begin + i].value, Role::any);
      for (const Tip *tip : all) {
        if (tip->group == 0) {
          hit(*tip).events.push_back(&event);
          continue;
        }
        const std::vector<const Tip *> &parts = together[tip->group];
        const bool whole =
            std::all_of(parts.begin(), parts.end(), [&](const Tip *one) { return all.count(one) != 0; });
        if (whole && tip == parts.front()) hit(*tip).events.push_back(&event);
      }
    }
  }

  // Correspondents at a domain or address that the tip names.
  void messages() {
    std::unordered_map<std::string_view, const Tip *> domains, addresses;
    for (const Tip &tip : file_.tips) {
      if (tip.kind == TipKind::domain) domains.emplace(tip.value, &tip);
      if (tip.kind == TipKind::email) addresses.emplace(tip.value, &tip);
    }
    if (domains.empty() && addresses.empty()) return;
    for (const HeldMessage &message : against_.messages) {
      std::set<const Tip *> named;
      for (const std::string &person : message.people) {
        if (const auto found = addresses.find(person); found != addresses.end()) named.insert(found->second);
        const std::size_t at = person.rfind('@');
        if (at == person.npos) continue;
        // The domain itself and those above it.
        for (std::string_view domain = std::string_view(person).substr(at + 1); !domain.empty();) {
          if (const auto found = domains.find(domain); found != domains.end()) named.insert(found->second);
          const std::size_t dot = domain.find('.');
          domain = dot == domain.npos ? std::string_view() : domain.substr(dot + 1);
        }
      }
      for (const Tip *tip : named) hit(*tip).messages.push_back(&message);
    }
  }

  // What a supplier says was stolen from them, beside what we hold of it.
  void manifest() {
    std::unordered_map<std::string_view, std::vector<const HeldMessage *>> ours;
    for (const HeldMessage &message : against_.messages)
      if (!message.message_id.empty()) ours[message.message_id].push_back(&message);
    std::set<std::string_view> with_secret;
    for (const identity::SecretFact &secret : against_.secrets)
      for (const identity::SecretPlace &place : secret.places)
        if (!place.message_id.empty()) with_secret.insert(place.message_id);
    std::set<std::string_view> listed;
    std::vector<std::string> domains;
    base::Time first = base::kTimeMax, last = base::kTimeMin;
    std::uint64_t confirmed = 0, secrets = 0;
    for (const Tip &tip : file_.tips) {
      if (tip.kind != TipKind::message || !listed.insert(tip.value).second) continue;
      ++match_.listed;
      confirmed += tip.confirmed ? 1 : 0;
      if (tip.at != base::kTimeMin) {
        first = std::min(first, tip.at);
        last = std::max(last, tip.at);
      }
      const auto found = ours.find(tip.value);
      if (found == ours.end()) {
        if (match_.missing.size() < kMissingTipsKept) match_.missing.push_back(tip.value);
        continue;
      }
      ++match_.held;
      ++match_.matched;
      if (tip.with_secret || with_secret.count(tip.value) != 0) {
        match_.with_secrets.push_back(tip.value);
        ++secrets;
      }
      for (const HeldMessage *message : found->second) {
        identity::Exposure exposure;
        exposure.resource = message->resource;
        exposure.message_id = tip.value;
        exposure.confirmed = false;  // their word, not an event that we hold
        exposure.interval = {tip.at != base::kTimeMin ? tip.at : message->sent, base::kTimeMax};
        exposure.evidence =
            fmt::format("{}: {} says that this message was stolen from them", source_.file, who());
        match_.exposures.push_back(std::move(exposure));
      }
    }
    if (match_.listed == 0) return;
    // Ours with them, in the same span, that they do not list.
    const std::string theirs = base::lower(source_.from);
    for (const auto &[id, copies] : ours) {
      const HeldMessage &message = *copies.front();
      if (listed.count(id) != 0 || message.sent < first || message.sent > last) continue;
      const bool with_them =
          std::any_of(message.people.begin(), message.people.end(), [&](const std::string &person) {
            const std::size_t at = person.rfind('@');
            const std::string_view domain =
                at == person.npos ? std::string_view() : std::string_view(person).substr(at + 1);
            return !theirs.empty() && (domain == theirs || domain.ends_with("." + theirs));
          });
      match_.extra += with_them ? 1 : 0;
    }
    Detection detection;
    detection.kind = "notice-of-stolen-mail";
    detection.techniques = {"T1114.002", "T1199"};
    detection.first = first == base::kTimeMax ? base::kTimeMin : first;
    detection.last = last == base::kTimeMin ? base::kTimeMax : last;
    detection.grade = Grade::possible;
    detection.confidence = confidence(0.5, 0.8);
    detection.says = fmt::format(
        "{} says that {} exchanged with us {} stolen from them; {} held here, {} not; {} held here {} a "
        "secret",
        who(), base::counted(match_.listed, "message"), base::choice(match_.listed, "was", "were"),
        base::counted(match_.held, "is", "are"), base::counted(match_.listed - match_.held, "is", "are"),
        secrets, base::choice(secrets, "holds", "hold"));
    detection.because = fmt::format("{}; {} of them they saw opened", source_line(), confirmed);
    finish(detection, "manifest");
  }

  void places() {
    // By the last part of the path, which is the same wherever a scanner ran.
    struct Ours {
      std::string_view path;
      std::uint64_t line;  // 0: of a version in a repository, whose lines are not those of others
    };
    std::unordered_multimap<std::string_view, Ours> ours;
    for (const identity::SecretFact &secret : against_.secrets)
      for (const identity::SecretPlace &place : secret.places) {
        ours.emplace(last_part(place.item), Ours{place.item, place.line});
        if (against_.paths == nullptr) continue;
        if (const auto path = against_.paths->find(place.item); path != against_.paths->end())
          ours.emplace(last_part(path->second), Ours{path->second, 0});
      }
    std::uint64_t listed = 0;
    std::set<std::string> fresh;
    for (const Tip &tip : file_.tips) {
      if (tip.kind != TipKind::place) continue;
      ++listed;
      const auto [begin, end] = ours.equal_range(last_part(tip.value));
      const bool known = std::any_of(begin, end, [&](const auto &one) {
        const auto &[path, line] = one.second;
        const bool there =
            line == 0 || tip.line == 0 || (line + kLinesApart >= tip.line && tip.line + kLinesApart >= line);
        return there && (ends_as_path(path, tip.value) || ends_as_path(tip.value, path));
      });
      if (known) {
        ++match_.places_known;
        ++match_.matched;
      } else {
        fresh.insert(fmt::format("{}:line {} ({})", tip.value, tip.line, tip.label));
      }
    }
    if (listed == 0) return;
    for (const std::string &one : fresh)
      if (match_.places_new.size() < kMissingTipsKept) match_.places_new.push_back(one);
    if (fresh.empty()) return;
    Detection detection;
    detection.kind = "tip-matched";
    detection.techniques = {"T1552"};
    detection.first = base::kTimeMin;
    detection.last = base::kTimeMax;
    detection.grade = Grade::possible;
    detection.confidence = 0.4;
    detection.says =
        fmt::format("{} names {} with a secret; {} found here too, {} not: look there", who(),
                    base::counted(listed, "place"), base::counted(match_.places_known, "was", "were"),
                    base::counted(fresh.size(), "was", "were"));
    detection.because = source_line();
    finish(detection, "places");
  }

  // A key of several lines begins where each scanner says it does.
  static constexpr std::uint64_t kLinesApart = 2;

  static std::string_view last_part(std::string_view path) {
    return path.substr(path.find_last_of('/') + 1);  // npos + 1: the whole
  }

  static bool ends_as_path(std::string_view longer, std::string_view shorter) {
    while (shorter.starts_with("./")) shorter.remove_prefix(2);
    while (shorter.starts_with('/')) shorter.remove_prefix(1);
    if (shorter.empty() || !longer.ends_with(shorter)) return false;
    const std::size_t before = longer.size() - shorter.size();
    return before == 0 || longer[before - 1] == '/';
  }

  void hashes() {
    std::map<std::string_view, std::string_view> files;
    for (const HeldFile &one : against_.files) files.emplace(one.sha256, one.root);
    for (const Tip &tip : file_.tips) {
      if (tip.kind != TipKind::file_hash) continue;
      const auto found = files.find(tip.value);
      if (found == files.end()) continue;
      ++match_.matched;
      Detection detection;
      detection.kind = "tip-matched";
      detection.first = base::kTimeMin;
      detection.last = base::kTimeMax;
      detection.grade = Grade::possible;
      detection.confidence = 0.5;
      detection.says =
          fmt::format("{} names the file {} (SHA-256 {}){}", who(), found->second, tip.value, label_of(tip));
      detection.because = source_line();
      finish(detection, tip.value);
    }
  }

  static std::string label_of(const Tip &tip) {
    return tip.label.empty() || tip.label == tip.value ? "" : fmt::format(": {}", tip.label);
  }

  std::string source_line() const {
    return fmt::format("a tip: {} ({}), {}", source_.file, file_.format, standing_of(source_));
  }

  // Of what rests on this word alone.
  double confidence(double unconfirmed, double confirmed) const {
    if (source_.signature == TipSignature::broken) return 0.2;
    return source_.verified_by.empty() ? unconfirmed : confirmed;
  }

  void finish(Detection &detection, std::string_view what) {
    if (detection.events.empty())
      detection.id = "detection:" + base::to_hex(base::sha256(fmt::format("{}\n{}\n{}\n{}", detection.kind,
                                                                          what, source_.file, file_.from)))
                                        .substr(0, 32);
    else
      detection.id = id_of(detection);
    match_.detections.push_back(std::move(detection));
  }

  // A tip that events or messages answer to. An address never attributes by itself: whose the acts are is for
  // the other evidence, and for people.
  void tell(const Hit &hit) {
    ++match_.matched;
    Detection detection;
    detection.kind = "tip-matched";
    detection.first = base::kTimeMax;
    detection.last = base::kTimeMin;
    std::set<std::string> principals, addresses, applications;
    std::vector<EventReference> references;
    const log::EventTable &table = against_.events;
    for (const log::Event *event : hit.events) {
      detection.first = std::min(detection.first, event->time);
      detection.last = std::max(detection.last, event->time);
      references.push_back({table.files[event->file], event->line, event->column});
      if (event->address != 0) addresses.emplace(table.text(event->address));
      if (event->application_id != 0) applications.emplace(table.text(event->application_id));
      if (event->tenant != 0 && event->actor_id != 0)
        principals.insert(
            fmt::format("principal:entra/{}/{}", table.text(event->tenant), table.text(event->actor_id)));
    }
    for (const HeldMessage *message : hit.messages) {
      if (message->sent == base::kTimeMin) continue;
      detection.first = std::min(detection.first, message->sent);
      detection.last = std::max(detection.last, message->sent);
    }
    if (detection.first > detection.last) {
      detection.first = base::kTimeMin;
      detection.last = base::kTimeMax;
    }
    for (const std::string &id : principals)
      if (against_.facts.principal(id) != nullptr) detection.principals.push_back(id);
    detection.addresses.assign(addresses.begin(), addresses.end());
    detection.applications.assign(applications.begin(), applications.end());
    detection.grade = Grade::possible;
    detection.confidence = confidence(0.4, 0.6);
    std::string where;
    if (!hit.events.empty()) where = base::counted(hit.events.size(), "event");
    if (!hit.messages.empty())
      where += (where.empty() ? "" : " and ") + base::counted(hit.messages.size(), "message");
    detection.says = fmt::format("{} names the {} {}{}: {} here", who(), name_of(hit.tip->kind),
                                 hit.tip->value, label_of(*hit.tip), where);
    detection.because = source_line();
    if (!references.empty()) set_events(detection, std::move(references));
    finish(detection, fmt::format("{}:{}", name_of(hit.tip->kind), hit.tip->value));
  }

  const TipFile &file_;
  const TipSource &source_;
  const TipAgainst &against_;
  const TipIndex index_;
  // By role and text: 0 not looked up yet, else one more than where it stands below, where nothing is first.
  std::array<std::vector<std::uint32_t>, TipIndex::kRoles> known_;
  std::deque<TipIndex::Found> found_{TipIndex::Found()};
  TipMatch match_;
  std::map<std::tuple<TipKind, std::string, std::uint64_t>, Hit> hits_;  // the last: Tip::group
};

}  // namespace

std::string_view name_of(TipSignature signature) {
  static constexpr std::string_view kNames[] = {"none", "fits", "beside", "broken"};
  return kNames[static_cast<std::size_t>(signature)];
}

TipSignature signature_of(std::string_view name) {
  for (const TipSignature one : {TipSignature::fits, TipSignature::beside, TipSignature::broken})
    if (name == name_of(one)) return one;
  return TipSignature::none;
}

std::string standing_of(const TipSource &source) {
  std::string says = source.verified_by.empty()
                         ? "not confirmed out of band"
                         : fmt::format("confirmed by {}{}", source.verified_by,
                                       source.verified_how.empty() ? "" : ", " + source.verified_how);
  switch (source.signature) {
    case TipSignature::none:
      break;
    case TipSignature::fits:
      says += "; its signature fits the key that was given for it";
      break;
    case TipSignature::beside:
      says += "; its signature fits the key that lies beside it, which shows only that nothing was changed";
      break;
    case TipSignature::broken:
      says += "; ITS SIGNATURE DOES NOT FIT: it was changed, or is not theirs: ask them by telephone";
      break;
  }
  return says;
}

std::string touched_by(const TipMatch &match) {
  std::string all = fmt::format("{} {} {} {}\n", match.listed, match.held, match.extra, match.places_known);
  // What it touches, and how much of it; not whose word it is.
  for (const Detection &one : match.detections)
    all += fmt::format("{} {} {}\n", one.id, one.event_count, one.says.substr(one.says.rfind(": ") + 1));
  for (const std::string &id : match.missing) all += id + "\n";
  for (const std::string &id : match.with_secrets) all += id + "\n";
  for (const std::string &place : match.places_new) all += place + "\n";
  return base::to_hex(base::sha256(all));
}

TipMatch match_tips(const TipFile &file, const TipSource &source, const TipAgainst &against) {
  return Matcher(file, source, against).run();
}

}  // namespace dislodge::detect

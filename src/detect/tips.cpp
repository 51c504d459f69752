#include "detect/tips.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_map>

#include "base/encode.hpp"
#include "base/hash.hpp"
#include "base/words.hpp"

namespace dislodge::detect {
namespace {

// An address as 128 bits; IPv4 mapped into the end.
struct Address {
  std::array<std::uint8_t, 16> bytes{};
  bool v6 = false;
};

std::optional<Address> parse_v4(std::string_view text) {
  Address out;
  std::size_t part = 0;
  for (std::size_t begin = 0; part < 4; ++part) {
    const std::size_t end = std::min(text.find('.', begin), text.size());
    unsigned value = 256;
    const auto [stop, error] = std::from_chars(text.data() + begin, text.data() + end, value);
    if (error != std::errc() || stop != text.data() + end || value > 255) return std::nullopt;
    out.bytes[12 + part] = static_cast<std::uint8_t>(value);
    if (end == text.size()) return part == 3 ? std::optional(out) : std::nullopt;
    begin = end + 1;
  }
  return std::nullopt;
}

std::optional<Address> parse_address(std::string_view text) {
  if (text.find(':') == text.npos) return parse_v4(text);
  Address out;
  out.v6 = true;
  std::vector<std::uint16_t> head, tail;
  bool gap = false;
  std::size_t begin = 0;
  if (text.starts_with("::")) {
    gap = true;
    begin = 2;
  }
  while (begin < text.size()) {
    if (text[begin] == ':') {
      if (gap) return std::nullopt;
      gap = true;
      ++begin;
      continue;
    }
    const std::size_t end = std::min(text.find(':', begin), text.size());
    const std::string_view group = text.substr(begin, end - begin);
    unsigned value = 0;
    const auto [stop, error] = std::from_chars(group.data(), group.data() + group.size(), value, 16);
    if (error != std::errc() || stop != group.data() + group.size() || value > 0xFFFF) return std::nullopt;
    (gap ? tail : head).push_back(static_cast<std::uint16_t>(value));
    if (head.size() + tail.size() > 8) return std::nullopt;
    begin = end + 1;
  }
  if (!gap && head.size() != 8) return std::nullopt;
  head.resize(8 - tail.size());
  head.insert(head.end(), tail.begin(), tail.end());
  for (std::size_t i = 0; i < 8; ++i) {
    out.bytes[2 * i] = static_cast<std::uint8_t>(head[i] >> 8);
    out.bytes[2 * i + 1] = static_cast<std::uint8_t>(head[i]);
  }
  return out;
}

struct Network {
  Address base;
  unsigned bits = 0;  // of 128
  bool holds(const Address &one) const {
    if (one.v6 != base.v6) return false;
    for (unsigned i = 0; i < 16; ++i) {
      const unsigned left = bits > 8 * i ? std::min(8u, bits - 8 * i) : 0;
      if (left == 0) return true;
      const auto mask = static_cast<std::uint8_t>(0xFF << (8 - left));
      if (((one.bytes[i] ^ base.bytes[i]) & mask) != 0) return false;
    }
    return true;
  }
};

std::optional<Network> parse_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  Network out{*address, 128};
  if (slash != text.npos) {
    unsigned bits = 0;
    const std::string_view tail = text.substr(slash + 1);
    const auto [stop, error] = std::from_chars(tail.data(), tail.data() + tail.size(), bits);
    if (error != std::errc() || stop != tail.data() + tail.size() || bits > (address->v6 ? 128u : 32u))
      return std::nullopt;
    out.bits = address->v6 ? bits : bits + 96;
  }
  return out;
}

// Events that one tip names.
struct Hit {
  const Tip *tip = nullptr;
  std::vector<const log::Event *> events;
  std::vector<const HeldMessage *> messages;
};

class Matcher {
 public:
  Matcher(const TipFile &file, const TipSource &source, const TipAgainst &against)
      : file_(file), source_(source), against_(against) {}

  TipMatch run() {
    match_.tips = file_.tips.size();
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
    Hit &one = hits_[{tip.kind, tip.value, tip.line}];
    one.tip = &tip;
    return one;
  }

  std::string who() const {
    return fmt::format("{}{}", source_.from.empty() ? source_.file : source_.from,
                       source_.verified_by.empty() ? " (not confirmed out of band)" : "");
  }

  void events() {
    std::unordered_map<std::string_view, std::vector<const Tip *>> by_value;
    std::vector<std::pair<Network, const Tip *>> networks;
    std::vector<const Tip *> agents;
    std::map<std::uint64_t, std::vector<const Tip *>> together;
    std::set<std::pair<TipKind, std::string_view>> known;  // several patterns may name one thing
    for (const Tip &tip : file_.tips) {
      if (tip.kind == TipKind::place) continue;
      if (tip.line != 0)
        together[tip.line].push_back(&tip);
      else if (!known.emplace(tip.kind, tip.value).second)
        continue;
      switch (tip.kind) {
        case TipKind::address:
          if (tip.value.find('/') != std::string::npos) {
            if (const auto network = parse_network(tip.value)) networks.emplace_back(*network, &tip);
          } else {
            by_value[tip.value].push_back(&tip);
          }
          break;
        case TipKind::account:
        case TipKind::application:
        case TipKind::key_id:
        case TipKind::email:
          by_value[tip.value].push_back(&tip);
          break;
        case TipKind::agent:
          agents.push_back(&tip);
          break;
        default:
          break;
      }
    }
    if (by_value.empty() && networks.empty() && agents.empty()) return;
    const log::EventTable &table = against_.events;
    // Strings are pooled, so each is compared once.
    std::unordered_map<base::StringId, std::vector<const Tip *>> of_address, of_agent;
    for (const log::Event &event : table.events) {
      std::set<const Tip *> named;
      if (event.address != 0) {
        const auto [found, fresh] = of_address.try_emplace(event.address);
        if (fresh) {
          const std::string_view text = table.text(event.address);
          if (const auto exact = by_value.find(text); exact != by_value.end())
            for (const Tip *tip : exact->second)
              if (tip->kind == TipKind::address) found->second.push_back(tip);
          if (!networks.empty())
            if (const auto address = parse_address(text))
              for (const auto &[network, tip] : networks)
                if (network.holds(*address)) found->second.push_back(tip);
        }
        named.insert(found->second.begin(), found->second.end());
      }
      if (!agents.empty() && event.agent != 0) {
        const auto [found, fresh] = of_agent.try_emplace(event.agent);
        if (fresh)
          for (const Tip *tip : agents)
            if (base::contains_ignoring_case(table.text(event.agent), tip->value))
              found->second.push_back(tip);
        named.insert(found->second.begin(), found->second.end());
      }
      const auto look = [&](base::StringId id, std::initializer_list<TipKind> kinds) {
        if (id == 0) return;
        const auto found = by_value.find(table.text(id));
        if (found == by_value.end()) return;
        for (const Tip *tip : found->second)
          if (std::find(kinds.begin(), kinds.end(), tip->kind) != kinds.end()) named.insert(tip);
      };
      look(event.actor_id, {TipKind::account, TipKind::application});
      look(event.actor_name, {TipKind::account, TipKind::email});
      look(event.target_id, {TipKind::account, TipKind::application});
      look(event.application_id, {TipKind::application});
      look(event.application_name, {TipKind::application});
      look(event.key_id, {TipKind::key_id});
      for (const Tip *tip : named) {
        if (tip->line == 0) {
          hit(*tip).events.push_back(&event);
          continue;
        }
        const std::vector<const Tip *> &all = together[tip->line];
        const bool whole =
            std::all_of(all.begin(), all.end(), [&](const Tip *one) { return named.count(one) != 0; });
        if (whole && tip == all.front()) hit(*tip).events.push_back(&event);
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
    detection.confidence = source_.verified_by.empty() ? 0.5 : 0.8;
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
    std::set<std::string_view> ours;
    for (const identity::SecretFact &secret : against_.secrets)
      for (const identity::SecretPlace &place : secret.places) ours.insert(place.item);
    std::uint64_t listed = 0;
    std::set<std::string> fresh;
    for (const Tip &tip : file_.tips) {
      if (tip.kind != TipKind::place) continue;
      ++listed;
      // A scanner writes paths from where it ran: the longer one ends with the shorter.
      const bool known = std::any_of(ours.begin(), ours.end(), [&](std::string_view item) {
        return ends_as_path(item, tip.value) || ends_as_path(tip.value, item);
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
    bool any = false;
    for (const Tip &tip : file_.tips) {
      if (tip.kind != TipKind::file_hash) continue;
      any = true;
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
    if (any)
      match_.unmatched_kinds.emplace_back(
          "file hashes: compared with the files handed in, not with attachments");
  }

  static std::string label_of(const Tip &tip) {
    return tip.label.empty() || tip.label == tip.value ? "" : fmt::format(": {}", tip.label);
  }

  std::string source_line() const {
    return fmt::format("a tip: {} ({}), {}", source_.file, file_.format,
                       source_.verified_by.empty()
                           ? "not confirmed out of band"
                           : fmt::format("confirmed by {}{}", source_.verified_by,
                                         source_.verified_how.empty() ? "" : ", " + source_.verified_how));
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
    detection.confidence = source_.verified_by.empty() ? 0.4 : 0.6;
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
  TipMatch match_;
  std::map<std::tuple<TipKind, std::string, std::uint64_t>, Hit> hits_;  // the last: Tip::line
};

}  // namespace

TipMatch match_tips(const TipFile &file, const TipSource &source, const TipAgainst &against) {
  return Matcher(file, source, against).run();
}

}  // namespace dislodge::detect

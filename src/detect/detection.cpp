#include "detect/detection.hpp"

#include <algorithm>
#include <tuple>

#include "base/hash.hpp"

namespace dislodge::detect {

namespace {

void sort_unique(std::vector<std::string> &list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

}  // namespace

std::string EventReference::place() const {
  std::string out = source + ":line " + std::to_string(line);
  if (column > 1) out += " column " + std::to_string(column);
  return out;
}

std::string_view name_of(Grade grade) {
  switch (grade) {
    case Grade::confirmed:
      return "confirmed";
    case Grade::possible:
      return "possible";
    case Grade::excluded:
      return "excluded";
  }
  return "possible";
}

void set_events(Detection &detection, std::vector<EventReference> events) {
  detection.event_count = events.size();
  if (events.size() > kEventsKept) {
    const EventReference last = events.back();
    events.resize(kEventsKept - 1);
    events.push_back(last);
  }
  detection.events = std::move(events);
}

std::string id_of(const Detection &detection) {
  base::WireWriter out;
  out.text(detection.kind);
  std::vector<EventReference> events = detection.events;
  std::sort(events.begin(), events.end());
  out.list(events, [&](const EventReference &event) {
    out.text(event.source);
    out.number(event.line);
    // Ids of what stands alone on its line are as they were before columns were kept.
    if (event.column > 1) out.number(event.column);
  });
  out.number(detection.event_count);
  out.texts(detection.principals);
  out.texts(detection.applications);
  return "detection:" + base::to_hex(base::sha256(out.bytes())).substr(0, 32);
}

void settle(std::vector<Detection> &detections) {
  for (Detection &one : detections) {
    sort_unique(one.principals);
    sort_unique(one.addresses);
    sort_unique(one.applications);
    one.id = id_of(one);
  }
  std::sort(detections.begin(), detections.end(), [](const Detection &a, const Detection &b) {
    return std::tie(a.first, a.kind, a.id) < std::tie(b.first, b.kind, b.id);
  });
}

void Detection::encode(base::WireWriter &out) const {
  out.text(id);
  out.text(kind);
  out.texts(techniques);
  out.time(first);
  out.time(last);
  out.texts(principals);
  out.texts(addresses);
  out.texts(applications);
  out.list(events, [&](const EventReference &event) {
    out.text(event.source);
    out.number(event.line);
    out.number(event.column);
  });
  out.number(event_count);
  out.number(static_cast<std::uint64_t>(grade));
  out.real(confidence);
  out.text(says);
  out.flag(intruder);
  out.text(because);
  out.list(footholds, [&](const Foothold &one) {
    out.text(one.principal);
    out.time(one.interval.from);
    out.time(one.interval.until);
    out.text(one.session);
  });
  out.list(planted, [&](const Planted &one) {
    out.text(one.principal);
    out.text(one.slot);
    out.text(one.key_id);
    out.time(one.since);
    out.text(one.grant);
  });
  out.list(mail_read, [&](const MailRead &one) {
    out.text(one.mailbox);
    out.text(one.message_id);
    out.text(one.folder);
    out.time(one.time);
    out.flag(one.throttled);
  });
  out.list(uses, [&](const SecretUse &one) {
    out.text(one.secret);
    out.text(one.principal);
    out.time(one.time);
    out.flag(one.succeeded);
    out.text(one.outcome);
  });
}

Detection Detection::decode(base::WireReader &in) {
  Detection one;
  one.id = in.text();
  one.kind = in.text();
  one.techniques = in.texts();
  one.first = in.time();
  one.last = in.time();
  one.principals = in.texts();
  one.addresses = in.texts();
  one.applications = in.texts();
  in.list([&] {
    EventReference event;
    event.source = in.text();
    event.line = in.number();
    event.column = static_cast<std::uint32_t>(in.number());
    one.events.push_back(std::move(event));
  });
  one.event_count = in.number();
  const std::uint64_t grade = in.number();
  one.grade =
      grade <= static_cast<std::uint64_t>(Grade::excluded) ? static_cast<Grade>(grade) : Grade::possible;
  one.confidence = in.real();
  one.says = in.text();
  one.intruder = in.flag();
  one.because = in.text();
  in.list([&] {
    Foothold foothold;
    foothold.principal = in.text();
    foothold.interval.from = in.time();
    foothold.interval.until = in.time();
    foothold.session = in.text();
    one.footholds.push_back(std::move(foothold));
  });
  in.list([&] {
    Planted planted;
    planted.principal = in.text();
    planted.slot = in.text();
    planted.key_id = in.text();
    planted.since = in.time();
    planted.grant = in.text();
    one.planted.push_back(std::move(planted));
  });
  in.list([&] {
    MailRead read;
    read.mailbox = in.text();
    read.message_id = in.text();
    read.folder = in.text();
    read.time = in.time();
    read.throttled = in.flag();
    one.mail_read.push_back(std::move(read));
  });
  in.list([&] {
    SecretUse use;
    use.secret = in.text();
    use.principal = in.text();
    use.time = in.time();
    use.succeeded = in.flag();
    use.outcome = in.text();
    one.uses.push_back(std::move(use));
  });
  return one;
}

}  // namespace dislodge::detect

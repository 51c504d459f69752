#pragma once
// Detection: events that together mean something, and what follows from them for reach: a principal that the
// intruder held, a credential that they planted, mail that they read, a stolen secret that they used.

#include <compare>
#include <string>
#include <vector>

#include "base/intervals.hpp"
#include "base/result.hpp"
#include "base/wire.hpp"

namespace dislodge::detect {

enum class Grade : std::uint8_t { confirmed, possible, excluded };
std::string_view name_of(Grade grade);

// A record of a log, whose lines may hold several: minified JSON is one line.
struct EventReference {
  std::string source;  // item path of the log
  std::uint64_t line = 0;
  std::uint32_t column =
      1;  // 1: the first record of its line; else its byte in that line, 1-based (log/event.hpp)

  std::string place() const;  // "ual.csv:line 120", "signins.json:line 1 column 4711"
  friend auto operator<=>(const EventReference &, const EventReference &) = default;
};

// The intruder acts as a principal over an interval.
struct Foothold {
  std::string principal;
  base::Interval interval;  // ends with the session where that is seen, else open
  std::string session;
};

// The intruder set a credential (or consent, or role) themselves, so they know it.
struct Planted {
  std::string principal;  // on whom
  std::string slot;       // app-secret, certificate, password, factor, consent, app-role, user
  std::string key_id;
  base::Time since;
  std::string grant;  // Grant id, where a right was planted
};

struct MailRead {
  std::string mailbox;     // address
  std::string message_id;  // empty: whole folder or mailbox
  std::string folder;
  base::Time time;
  bool throttled = false;  // from here on the log says nothing for 24 h
};

struct SecretUse {
  std::string secret;
  std::string principal;
  base::Time time;
  bool succeeded = false;  // false: tried; the secret was right but something stopped it, or it was wrong
  std::string outcome;
};

struct Detection {
  std::string id;  // "detection:" + digest of kind and events, stable
  // Closed list: spray, success-after-spray, app-credential-added, user-created-by-app, consent-granted,
  // app-role-granted, mailbox-read-by-app, new-application, stolen-secret-tried, stolen-secret-used.
  std::string kind;
  std::vector<std::string> techniques;  // ATT&CK ids
  base::Time first, last;
  std::vector<std::string> principals;  // principal ids
  std::vector<std::string> addresses;
  std::vector<std::string> applications;  // application ids
  std::vector<EventReference> events;     // at most kEventsKept, first and last included
  std::uint64_t event_count = 0;
  Grade grade = Grade::possible;
  double confidence = 0;
  std::string says;       // one sentence for a person
  bool intruder = false;  // attributed to the intruder, with the reason in `because`
  std::string because;

  std::vector<Foothold> footholds;
  std::vector<Planted> planted;
  std::vector<MailRead> mail_read;
  std::vector<SecretUse> uses;

  void encode(base::WireWriter &out) const;
  static Detection decode(base::WireReader &in);  // check in.ok() afterwards
};
inline constexpr std::size_t kEventsKept = 200;

// Keeps kEventsKept references, the first and the last among them, and counts all.
void set_events(Detection &detection, std::vector<EventReference> events);
// "detection:" and 32 hex digits over kind, events, principals and applications.
std::string id_of(const Detection &detection);
// The order in which detections are given: by first event, kind, id. Lists inside are sorted and without
// doubles.
void settle(std::vector<Detection> &detections);

// What the logs cannot tell about the use of a stolen secret or the acts of a principal.
struct CannotSay {
  std::string principal;
  std::string secret;  // empty: about the principal
  base::Interval interval;
  std::string source;  // which log would have shown it
  std::string why;
};

struct Session {
  std::string id;  // token or session id, or "session:" + digest
  std::string principal;
  std::string application;
  base::Time first, last;
  std::vector<std::string> addresses;
  std::vector<std::string> agents;
  std::uint64_t events = 0;
  bool intruder = false;
  std::string because;
};

}  // namespace dislodge::detect

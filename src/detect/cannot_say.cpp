// What the logs cannot tell: where the log that would show a use was silent, throttled, or is not held.

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/encode.hpp"
#include "detect/stolen_secret.hpp"
#include "detect/view.hpp"

namespace dislodge::detect {

namespace {

using base::Interval;
using log::Coverage;
using log::EventClass;
using log::Source;

struct Subject {
  base::Time since = base::kTimeMax;
  std::set<std::string> mailboxes;  // that it read
};

std::string files_of(const Coverage &row) {
  std::string out;
  for (const std::string &file : row.files) out += (out.empty() ? "" : ", ") + file;
  return out;
}

std::string tenant_of(std::string_view principal) {
  constexpr std::string_view kEntra = "principal:entra/";
  if (!principal.starts_with(kEntra)) return {};
  principal.remove_prefix(kEntra.size());
  return std::string(principal.substr(0, principal.find('/')));
}

std::string realm_of(std::string_view principal) {
  constexpr std::string_view kStart = "principal:";
  if (!principal.starts_with(kStart)) return {};
  principal.remove_prefix(kStart.size());
  return std::string(principal.substr(0, principal.find('/')));
}

// Outside of Entra: the logs that would show a use, by the source that each is read from. The activity log of
// Azure is none of them: it has what was done to a storage account, not who read it with its key.
std::vector<Source> sources_of_realm(std::string_view realm) {
  if (realm == "github") return {Source::github};
  if (realm == "gitlab") return {Source::gitlab};
  if (realm == "aws") return {Source::aws_cloudtrail};
  if (realm == "okta") return {Source::okta};
  if (realm == "google") return {Source::google, Source::google_cloud};
  if (realm == "ad") return {Source::windows};
  return {};
}
// What to ask for, for a reader.
std::string log_of_realm(const std::string &realm, std::string_view principal) {
  if (realm == "github") return "the audit log of GitHub";
  if (realm == "gitlab") return "the audit events of GitLab";
  if (realm == "aws") return "CloudTrail";
  if (realm == "azure") return "the resource logs of Azure";
  if (realm == "okta") return "the system log of Okta";
  if (realm == "google") return "the audit logs of Google";
  if (realm == "ad") return "the security logs of the domain controllers";
  const std::size_t at = principal.rfind('@');
  if (realm == "account" && at != std::string_view::npos)
    return "the log of sign-ins at " + std::string(principal.substr(at + 1));
  return "a log of its use";
}

class Doubts {
 public:
  Doubts(const View &view, const std::vector<Coverage> &coverage) : view_(view), coverage_(coverage) {}

  void about(const std::string &principal, const std::string &secret, const Subject &subject) {
    const std::string tenant = tenant_of(principal);
    const Interval open{subject.since, base::kTimeMax};
    if (tenant.empty()) {
      elsewhere(principal, secret, subject);
      return;
    }
    const identity::Principal *known = view_.facts().principal(principal);
    const identity::PrincipalKind kind = known == nullptr ? identity::PrincipalKind::other : known->kind;
    // An application object does not sign in; its service principals do, and are asked for themselves.
    if (kind == identity::PrincipalKind::application || kind == identity::PrincipalKind::group) return;
    const bool service =
        kind == identity::PrincipalKind::service_principal || !view_.application_of(principal).empty();
    bool held = false;
    for (const Coverage &row : coverage_) {
      const bool shows = service ? row.event_class == EventClass::service_principal_signin
                                 : row.event_class == EventClass::interactive_signin ||
                                       row.event_class == EventClass::noninteractive_signin;
      if (row.tenant != tenant || row.source != Source::entra_signin || !shows) continue;
      held = true;
      gaps(principal, secret, subject, row);
    }
    if (!held)
      out_.push_back(
          {principal, secret, open, "sign-ins of tenant " + tenant,
           service ? "no log of sign-ins of service principals is held" : "no log of its sign-ins is held"});
    if (secret.empty() && !subject.mailboxes.empty()) mail(principal, tenant, subject);
  }

  std::vector<CannotSay> take() {
    const auto key = [](const CannotSay &one) {
      return std::tie(one.principal, one.secret, one.interval.from, one.interval.until, one.source, one.why);
    };
    std::sort(out_.begin(), out_.end(),
              [&](const CannotSay &a, const CannotSay &b) { return key(a) < key(b); });
    // Two classes of one log fall silent together.
    out_.erase(std::unique(out_.begin(), out_.end(),
                           [](const CannotSay &a, const CannotSay &b) {
                             return a.principal == b.principal && a.secret == b.secret &&
                                    a.interval == b.interval && a.source == b.source;
                           }),
               out_.end());
    return std::move(out_);
  }

 private:
  // A service outside of Entra: its own log shows a use, where it is held and did not fall silent.
  void elsewhere(const std::string &principal, const std::string &secret, const Subject &subject) {
    const std::string realm = realm_of(principal);
    const std::vector<Source> shown_by = sources_of_realm(realm);
    bool held = false;
    for (const Coverage &row : coverage_) {
      if (std::find(shown_by.begin(), shown_by.end(), row.source) == shown_by.end()) continue;
      held = true;
      gaps(principal, secret, subject, row);
    }
    if (!held)
      out_.push_back({principal,
                      secret,
                      {subject.since, base::kTimeMax},
                      log_of_realm(realm, principal),
                      "no log of its use is held (" + log_of_realm(realm, principal) + ")"});
  }

  void gaps(const std::string &principal, const std::string &secret, const Subject &subject,
            const Coverage &row) {
    for (const log::Gap &gap : row.gaps) {
      const Interval both = base::intersect(gap.interval, {subject.since, base::kTimeMax});
      if (!both.empty()) out_.push_back({principal, secret, both, files_of(row), gap.why});
    }
  }

  // What it read in the meantime.
  void mail(const std::string &principal, const std::string &tenant, const Subject &subject) {
    for (const Coverage &row : coverage_) {
      if (row.tenant != tenant || row.event_class != EventClass::mail_access) continue;
      gaps(principal, "", subject, row);
      for (const log::Throttling &one : row.throttling) {
        const Interval both = base::intersect(one.interval, {subject.since, base::kTimeMax});
        if (!both.empty() && subject.mailboxes.count(one.mailbox) != 0)
          out_.push_back({principal, "", both, files_of(row),
                          "the log of mail access of " + one.mailbox + " was throttled"});
      }
    }
  }

  const View &view_;
  const std::vector<Coverage> &coverage_;
  std::vector<CannotSay> out_;
};

}  // namespace

std::vector<CannotSay> cannot_say(const log::EventTable &table, const identity::Facts &facts,
                                  const std::vector<Detection> &detections,
                                  const std::vector<Coverage> &coverage, const KnownSince &known_since,
                                  const DetectOptions &options) {
  return cannot_say(View(table, facts, options), detections, coverage, known_since);
}

std::vector<CannotSay> cannot_say(const View &view, const std::vector<Detection> &detections,
                                  const std::vector<Coverage> &coverage, const KnownSince &known_since) {
  std::map<std::string, Subject> held;
  for (const Detection &one : detections) {
    if (!one.intruder) continue;
    const auto hold = [&](const std::string &principal, base::Time since) {
      if (!principal.empty()) held[principal].since = std::min(held[principal].since, since);
    };
    for (const Foothold &foothold : one.footholds) hold(foothold.principal, foothold.interval.from);
    for (const Planted &planted : one.planted) hold(planted.principal, planted.since);
    if (one.kind != "mailbox-read-by-app") continue;
    for (const std::string &principal : one.principals) {
      hold(principal, one.first);
      for (const MailRead &read : one.mail_read) held[principal].mailboxes.insert(read.mailbox);
    }
  }
  Doubts doubts(view, coverage);
  for (const auto &[principal, subject] : held) doubts.about(principal, "", subject);
  for (const identity::Binding &binding : view.facts().bindings) {
    const auto since = known_since.find(binding.secret);
    if (since == known_since.end()) continue;
    Subject subject;
    subject.since = since->second;
    doubts.about(binding.principal, binding.secret, subject);
  }
  return doubts.take();
}

}  // namespace dislodge::detect

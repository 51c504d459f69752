#include "detect/view.hpp"

#include <algorithm>
#include <set>
#include <tuple>
#include <unordered_set>

#include "base/encode.hpp"
#include "log/builder.hpp"
#include "log/operation.hpp"

namespace dislodge::detect {

namespace {

using log::Event;
using log::EventClass;
using log::Source;

Act act_of_operation(std::string_view operation) {
  static const std::map<std::string, Act, std::less<>> kActs = {
      {"update application - certificates and secrets management", Act::credential},
      {"add service principal credentials", Act::credential},
      {"update application", Act::credential},        // only where a key was added
      {"update service principal", Act::credential},  // the same
      {"add application", Act::application},
      {"add service principal", Act::service_principal},
      {"add user", Act::user},
      {"invite external user", Act::user},
      {"consent to application", Act::consent},
      {"add delegated permission grant", Act::consent},
      {"add oauth2permissiongrant", Act::consent},
      {"add app role assignment to service principal", Act::app_role},
      {"reset user password", Act::password_reset},
      {"change user password", Act::password_reset},
      {"reset password (self-service)", Act::password_reset},
      {"change password (self-service)", Act::password_reset},
  };
  const auto found = kActs.find(log::canonical_operation(operation));
  return found == kActs.end() ? Act::none : found->second;
}

Act act_of_realm(Source source, std::string_view operation) {
  using Acts = std::map<std::string_view, Act>;
  static const std::map<Source, Acts> kActs = {
      {Source::okta,
       {{"user.lifecycle.create", Act::user},
        {"user.account.reset_password", Act::password_reset},
        {"user.account.update_password", Act::password_reset},
        {"system.api_token.create", Act::credential},
        // Whoever runs an identity provider signs in by it as anybody.
        {"system.idp.lifecycle.create", Act::credential},
        {"system.idp.lifecycle.update", Act::credential},
        {"system.idp.lifecycle.activate", Act::credential}}},
      {Source::aws_cloudtrail,
       {{"createuser", Act::user},
        {"createrole", Act::user},
        {"createloginprofile", Act::password_reset},
        {"updateloginprofile", Act::password_reset},
        {"createaccesskey", Act::credential},
        {"assumerole", Act::credential},
        {"assumerolewithsaml", Act::credential},
        {"assumerolewithwebidentity", Act::credential},
        {"getsessiontoken", Act::credential},
        {"getfederationtoken", Act::credential}}},
      {Source::google_cloud,
       {{"google.iam.admin.v1.createserviceaccount", Act::user},
        {"google.iam.admin.v1.createserviceaccountkey", Act::credential}}},
      {Source::google, {{"create_user", Act::user}, {"change_password", Act::password_reset}}},
      {Source::gitlab, {{"user_created", Act::user}, {"user_password_updated", Act::password_reset}}},
      {Source::syslog,
       {{"useradd", Act::user},
        {"adduser", Act::user},
        {"passwd", Act::password_reset},
        {"chpasswd", Act::password_reset}}},
      {Source::windows, {{"user created", Act::user}, {"password reset", Act::password_reset}}},
  };
  const auto acts = kActs.find(source);
  if (acts == kActs.end()) return Act::none;
  const auto found = acts->second.find(log::canonical_operation(operation));
  return found == acts->second.end() ? Act::none : found->second;
}

// One sign-in may stand in the sign-in log and in the unified audit log, whose record has another id.
struct SigninKey {
  base::StringId tenant, correlation, actor;
  friend auto operator<=>(const SigninKey &, const SigninKey &) = default;
};

}  // namespace

std::string entra_id(std::string_view tenant, std::string_view object) {
  return "principal:entra/" + (tenant.empty() ? std::string("?") : base::lower(tenant)) + '/' +
         base::lower(object);
}

bool secret_was_right(log::Outcome outcome) {
  return outcome == log::Outcome::ok || outcome == log::Outcome::right_secret_stopped;
}

bool is_failed_try(const Event &event) {
  return event.outcome == log::Outcome::wrong_secret || event.outcome == log::Outcome::blocked;
}

std::string spoken(base::Time time) {
  std::string text = base::format_time(base::Time{time.us - time.us % base::kSecond});
  if (text.size() == 20) {
    text[10] = ' ';
    text.replace(19, 1, " UTC");
  }
  return text;
}

std::string fill(std::string_view text, const std::map<std::string, std::string> &values) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t open = text.find('{', at);
    const std::size_t close = open == std::string_view::npos ? open : text.find('}', open);
    if (close == std::string_view::npos) {
      out += text.substr(at);
      break;
    }
    out += text.substr(at, open - at);
    const auto found = values.find(std::string(text.substr(open + 1, close - open - 1)));
    out += found == values.end() ? std::string(text.substr(open, close - open + 1)) : found->second;
    at = close + 1;
  }
  return out;
}

View::View(const log::EventTable &table, const identity::Facts &facts, const DetectOptions &options)
    : table_(table), facts_(facts), options_(options), accounts_(facts) {
  sort_out_events();
  learn_names();
  learn_applications();
}

void View::sort_out_events() {
  // Only sign-ins that another log tells as well can be repeats, so only those are looked for.
  using Place = std::tuple<base::StringId, base::StringId, std::int32_t>;
  std::set<SigninKey> in_signin_log;
  // Where no correlation joins them: same person, address and result within a minute.
  std::map<Place, std::vector<base::Time>> by_place;
  const auto signin = [](const Event &event) {
    return event.event_class == EventClass::interactive_signin ||
           event.event_class == EventClass::noninteractive_signin;
  };
  std::set<SigninKey> asked;
  for (const Event &event : table_.events) {
    if (event.source == Source::entra_signin || !signin(event)) continue;
    if (event.correlation != 0) asked.insert({event.tenant, event.correlation, event.actor_name});
    by_place.try_emplace({event.actor_name, event.address, event.code});
  }
  if (!by_place.empty())
    for (const Event &event : table_.events) {
      if (event.source != Source::entra_signin) continue;
      const SigninKey key{event.tenant, event.correlation, event.actor_name};
      if (asked.count(key) != 0) in_signin_log.insert(key);
      const auto found = by_place.find({event.actor_name, event.address, event.code});
      if (found != by_place.end()) found->second.push_back(event.time);
    }
  const auto is_repeat = [&](const Event &event) {
    if (event.correlation != 0 &&
        in_signin_log.count({event.tenant, event.correlation, event.actor_name}) != 0)
      return true;
    const auto found = by_place.find({event.actor_name, event.address, event.code});
    if (found == by_place.end()) return false;
    const auto near =
        std::lower_bound(found->second.begin(), found->second.end(), event.time - base::kMinute);
    return near != found->second.end() && *near <= event.time + base::kMinute;
  };
  for (EventIndex i = 0; i < table_.events.size(); ++i) {
    const Event &event = table_.events[i];
    switch (event.event_class) {
      case EventClass::interactive_signin:
      case EventClass::noninteractive_signin:
        if (event.source == Source::entra_signin || !is_repeat(event)) user_signins_.push_back(i);
        break;
      case EventClass::service_principal_signin:
      case EventClass::managed_identity_signin:
        service_signins_.push_back(i);
        break;
      case EventClass::mail_access:
        mail_.push_back(i);
        break;
      default: {
        auto known = acts_.find(event.operation);
        if (known == acts_.end())
          known = acts_.emplace(event.operation, act_of_operation(text(event.operation))).first;
        if (known->second != Act::none && act(i) != Act::none) changes_.push_back(i);
      }
    }
  }
}

Act View::act(EventIndex index) const {
  const Event &event = table_.events[index];
  const auto known = acts_.find(event.operation);
  if (known == acts_.end() || event.outcome == log::Outcome::error) return Act::none;
  if (known->second != Act::credential) return known->second;
  // Applications are updated for many reasons; a credential is one where a key appears.
  const bool key = event.key_id != 0 || !table_.extra(event, "new:FederatedIdentityCredentials").empty();
  const bool always = base::contains_ignoring_case(text(event.operation), "credentials");
  return key || always ? Act::credential : Act::none;
}

Act View::act_elsewhere(EventIndex index) const {
  const Event &event = table_.events[index];
  const bool worked = event.outcome == log::Outcome::ok || event.outcome == log::Outcome::none;
  return worked ? act_of_realm(event.source, text(event.operation)) : Act::none;
}

// Names as directories write them come first, then as audit records name targets, then as actors are named
// (in lower case). What is learnt first stays.
void View::learn_names() {
  constexpr std::string_view kEntra = "principal:entra/";
  for (const identity::Principal &one : facts_.principals) {
    if (!one.name.empty()) name_by_principal_.emplace(one.id, one.name);
    if (one.kind != identity::PrincipalKind::user || !std::string_view(one.id).starts_with(kEntra)) continue;
    const std::string_view rest = std::string_view(one.id).substr(kEntra.size());
    const std::size_t slash = rest.find('/');
    if (slash == std::string_view::npos) continue;
    for (const std::string &name : one.names)
      user_by_name_.emplace(std::pair(std::string(rest.substr(0, slash)), base::lower(name)),
                            std::string(rest.substr(slash + 1)));
  }
  for (const Event &event : table_.events)
    if (event.target_id != 0 && event.target_name != 0)
      name_by_principal_.emplace(entra_id(text(event.tenant), text(event.target_id)),
                                 std::string(text(event.target_name)));
  for (const Event &event : table_.events) {
    if (event.actor_id == 0 || event.actor_name == 0) continue;
    const std::string tenant(text(event.tenant)), name(text(event.actor_name)), id(text(event.actor_id));
    if (!identity::realm_of(event.source).empty()) {
      name_by_principal_.emplace(accounts_.actor(table_, event), name);
      continue;
    }
    const bool user = text(event.actor_type) == "user";
    if (user && log::is_guid(id)) user_by_name_.emplace(std::pair(tenant, name), id);
    const bool named = !user && event.application_name != 0 && event.source == Source::entra_signin;
    name_by_principal_.emplace(entra_id(tenant, id),
                               named ? std::string(text(event.application_name)) : name);
  }
}

void View::learn_applications() {
  std::set<std::pair<std::string, std::string>> found;  // application, principal
  for (const Event &event : table_.events) {
    if (event.actor_id != 0 && event.application_id != 0 && text(event.actor_type) != "user")
      found.emplace(text(event.application_id), entra_id(text(event.tenant), text(event.actor_id)));
    // The application id of a target is that of what was changed, except where the target is the resource
    // whose role was given; then it still is the target's own.
    if (event.target_id == 0) continue;
    const std::string_view application = table_.extra(event, "target-app-id");
    if (!application.empty()) found.emplace(application, entra_id(text(event.tenant), text(event.target_id)));
    const std::string_view grantee = table_.extra(event, "grantee");
    const std::string_view grantee_application = table_.extra(event, "grantee-app-id");
    if (!grantee.empty() && !grantee_application.empty())
      found.emplace(grantee_application, entra_id(text(event.tenant), grantee));
  }
  for (const identity::Principal &one : facts_.principals) {
    if (one.kind != identity::PrincipalKind::application &&
        one.kind != identity::PrincipalKind::service_principal)
      continue;
    for (const std::string &name : one.names)
      if (log::is_guid(name) && !std::string_view(one.id).ends_with(base::lower(name)))
        found.emplace(base::lower(name), one.id);
  }
  for (const auto &[application, principal] : found) {
    application_by_principal_.emplace(principal, application);
    principals_by_application_[application].push_back(principal);
  }
}

std::string View::user(std::string_view tenant, std::string_view name) const {
  const auto found = user_by_name_.find({std::string(tenant), base::lower(name)});
  return found == user_by_name_.end() ? std::string() : entra_id(tenant, found->second);
}

std::string View::actor(const Event &event) const {
  if (!identity::realm_of(event.source).empty()) return accounts_.actor(table_, event);
  const std::string_view id = text(event.actor_id);
  if (log::is_guid(id) || (event.actor_id != 0 && event.source != Source::m365_audit))
    return entra_id(text(event.tenant), id);
  if (text(event.actor_type) != "user")
    return service_principal(text(event.tenant), text(event.application_id));
  const std::string_view name = text(event.actor_name);
  if (name.empty()) return {};
  std::string known = user(text(event.tenant), name);
  return known.empty() ? "principal:account/" + std::string(name) : known;
}

std::string View::target(const Event &event) const {
  if (!identity::realm_of(event.source).empty()) return accounts_.target(table_, event);
  if (event.target_id != 0) return entra_id(text(event.tenant), text(event.target_id));
  return event.target_name == 0 ? std::string() : user(text(event.tenant), text(event.target_name));
}

std::string View::name_of(const std::string &principal) const {
  const auto found = name_by_principal_.find(principal);
  if (found != name_by_principal_.end()) return found->second;
  return principal.substr(principal.rfind('/') == std::string::npos ? 0 : principal.rfind('/') + 1);
}

std::string_view View::application_of(const std::string &principal) const {
  const auto found = application_by_principal_.find(principal);
  return found == application_by_principal_.end() ? std::string_view() : found->second;
}

std::vector<std::string> View::principals_of(std::string_view application) const {
  const auto found = principals_by_application_.find(application);
  return found == principals_by_application_.end() ? std::vector<std::string>() : found->second;
}

std::string View::service_principal(std::string_view tenant, std::string_view application) const {
  if (application.empty()) return {};
  const std::string prefix = entra_id(tenant, "");
  std::string any;
  for (const std::string &one : principals_of(application)) {
    if (!one.starts_with(prefix)) continue;
    const identity::Principal *known = facts_.principal(one);
    if (known != nullptr && known->kind == identity::PrincipalKind::service_principal) return one;
    if (known == nullptr || known->kind != identity::PrincipalKind::application) any = one;
  }
  return any;
}

EventReference View::reference(EventIndex index) const {
  const Event &one = event(index);
  return {one.file < table_.files.size() ? table_.files[one.file] : std::string(), one.line, one.column};
}

Detection make_detection(const View &view, std::string_view kind, const std::vector<EventIndex> &events) {
  Detection one;
  one.kind = kind;
  if (const KindRule *rule = view.options().kind(kind)) one.techniques = rule->techniques;
  std::vector<EventReference> references;
  for (const EventIndex index : events) {
    references.push_back(view.reference(index));
    const log::Event &event = view.event(index);
    if (event.address != 0) one.addresses.emplace_back(view.text(event.address));
  }
  if (!events.empty()) {
    one.first = view.event(events.front()).time;
    one.last = view.event(events.back()).time;
  }
  set_events(one, std::move(references));
  return one;
}

}  // namespace dislodge::detect

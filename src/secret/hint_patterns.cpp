#include "secret/hint_patterns.hpp"

namespace dislodge::secret {
namespace {

// What may stand between a name and its value: closing quotes, a separator, opening quotes. Repetitions have
// no upper bound where RE2 would unroll it; lengths are limited when a hint is added.
#define DISLODGE_CLOSE R"((?:\\?["'`*_\])>])*\s{0,3})"
#define DISLODGE_OPEN R"(\s{0,3}(?:\\?["'`*<(\[])*)"
#define DISLODGE_TIE DISLODGE_CLOSE R"((?:=>|:=|=|:|\||\bis\b|>)?)" DISLODGE_OPEN
#define DISLODGE_SIGN DISLODGE_CLOSE R"((?:=>|:=|=|:|\||\bis\b|>))" DISLODGE_OPEN
#define DISLODGE_GUID R"(([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}))"

const std::array<HintPattern, 15> &all() {
  static const std::array<HintPattern, 15> kAll = {{
      {HintKind::tenant, {"tenant"}, hint_regex(R"(tenant[ _-]?(?:id)?)" DISLODGE_TIE DISLODGE_GUID)},
      {HintKind::tenant,
       {"microsoftonline"},
       hint_regex(R"(login\.microsoftonline\.(?:com|us)/)" DISLODGE_GUID)},
      {HintKind::application,
       {"client", "app"},
       hint_regex(R"((?:client|app(?:lication)?|aad[ _-]?app)[ _-]?(?:id)?)" DISLODGE_TIE DISLODGE_GUID)},
      {HintKind::key_id,
       {"key", "secret", "credential"},
       hint_regex(R"((?:key|secret|credential)[ _-]?id)" DISLODGE_TIE DISLODGE_GUID)},
      {HintKind::key_id, {"akia", "asia"}, hint_regex(R"(\b((?-i:A(?:KIA|SIA)[A-Z2-7]{16}))\b)")},
      {HintKind::user, {"client_email"}, hint_regex(R"re("client_email"\s{0,3}:\s{0,3}"([^"\s]{3,}))re")},
      {HintKind::account, {"project_id"}, hint_regex(R"re("project_id"\s{0,3}:\s{0,3}"([^"\s]{3,}))re")},
      {HintKind::account,
       {"account"},
       hint_regex(R"(account[ _-]?name)" DISLODGE_TIE R"(([a-z0-9][a-z0-9-]{2,}))")},
      {HintKind::account,
       {"account"},
       hint_regex(R"(\b(?:aws[ _-]?)?account(?:[ _-]?id|[ _-]?number)?)" DISLODGE_TIE R"(([0-9]{12})\b)")},
      {HintKind::user,
       {"user", "log", "uid", "usr", "benutzer", "usuario", "mail", "account", "rol"},
       hint_regex(
           R"((?:\b|_)(?:user(?:[ _-]?(?:name|id))?|log[io]n(?:[ _-]?name)?|uid|usr|benutzer(?:name)?|usuario|utilisateur|e-?mail|account|rolle?))" DISLODGE_SIGN
           R"(([a-z0-9][a-z0-9._%+@\\/$-]+))")},
      {HintKind::user,
       {"principal", "upn"},
       hint_regex(R"((?:\b|_)(?:principal|upn))" DISLODGE_SIGN R"(([a-z0-9][a-z0-9._%+@\\/$-]+))")},
      {HintKind::user,
       {" ", "\n", "\t"},
       hint_regex(
           R"(\b(?:as|user|username|account|login|for|with|using|mailbox|bot|robot|service)\s{1,3}["'`*]{0,2}([a-z0-9]+[a-z0-9._%+\\$-]*(?:[-_\\@.][a-z0-9][a-z0-9._$-]*)+))")},
      {HintKind::host,
       {"server", "host", "data source", "addr", "endpoint", "ip", "machine", "computer"},
       hint_regex(
           R"(\b(?:server|host(?:[ _-]?name)?|data source|addr(?:ess)?|endpoint|ip|machine|computer))" DISLODGE_SIGN
           R"((?:tcp:|sb://|https?://)?([a-z0-9][a-z0-9.-]+[a-z0-9]))")},
      {HintKind::host,
       {"://"},
       hint_regex(R"(\b[a-z][a-z0-9+.-]+://(?:[^\s/@"'<>]+@)?([a-z0-9][a-z0-9.-]+[a-z0-9]))")},
      {HintKind::host, {"."}, hint_regex(R"(\b((?:[0-9]{1,3}\.){3}[0-9]{1,3})\b)")},
  }};
  return kAll;
}

}  // namespace

const RE2 *hint_regex(const char *text) {
  RE2::Options options;
  options.set_encoding(RE2::Options::EncodingLatin1);
  options.set_case_sensitive(false);
  options.set_log_errors(false);
  return new RE2(text, options);
}

std::span<const HintPattern> hint_patterns() {
  return all();
}

}  // namespace dislodge::secret

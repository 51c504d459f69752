#include "secret/match_checks.hpp"

#include <algorithm>
#include <array>

#include "base/encode.hpp"
#include "secret/checks.hpp"
#include "secret/checksum.hpp"
#include "secret/json_members.hpp"
#include "secret/word_set.hpp"

namespace dislodge::secret {
namespace {

using std::string_view_literals::operator""sv;

// The part of the match in front of the secret.
std::string_view before(std::string_view secret, std::string_view match) {
  const std::size_t at = match.rfind(secret);
  return at == std::string_view::npos ? match : match.substr(0, at);
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

bool not_page_token(std::string_view, std::string_view match) {
  constexpr std::array kNames = {"csrf"sv,
                                 "xsrf"sv,
                                 "authenticity_token"sv,
                                 "authenticity-token"sv,
                                 "antiforgery"sv,
                                 "anti-forgery"sv,
                                 "requestverification"sv,
                                 "__viewstate"sv,
                                 "__eventvalidation"sv};
  static const WordSet kSet(kNames);
  return !kSet.any(match);
}

bool not_revision(std::string_view secret, std::string_view match) {
  constexpr std::array kNames = {"commit"sv, "revision"sv, "checksum"sv, "digest"sv, "sha1"sv,   "sha256"sv,
                                 "sha512"sv, "md5"sv,      "etag"sv,     "sha-1"sv,  "sha-256"sv};
  static const WordSet kSet(kNames);
  const std::string_view lead = before(secret, match);
  bool found = false;
  kSet.each(lead, [&](std::size_t word, std::size_t end) {
    // "digestKey" is a key.
    const std::size_t begin = end - kNames[word].size();
    found =
        found || ((begin == 0 || !is_word(lead[begin - 1])) && (end == lead.size() || !is_word(lead[end])));
  });
  return !found;
}

bool not_url_path(std::string_view secret, std::string_view match) {
  const std::string_view lead = before(secret, match);
  const std::size_t slash = lead.find('/');
  if (slash == std::string_view::npos || slash == 0) return true;
  // A host stands before the first slash, and nothing behind it ends the path.
  const std::string_view host = lead.substr(0, slash);
  return host.find('.') == std::string_view::npos ||
         lead.find_first_of(" \t\"'`=:?#&,;<>|()[]{}", 1) != std::string_view::npos;
}

bool not_mail_tag(std::string_view secret, std::string_view match) {
  // Names of header fields behind the sender's own: documentation.mailgun.com (User Manual, Tracking
  // Messages; Tagging), docs.sendgrid.com (X-SG-EID), mailchimp.com/developer (X-MC-*).
  const std::string lead = base::lower(before(secret, match));
  for (const std::string_view field :
       {"mailgun-sid"sv, "mailgun-sending-ip"sv, "mailgun-variables"sv, "mailgun-tag"sv, "mailgun-batch-id"sv,
        "mailgun-deliver-by"sv, "sg-eid"sv, "sg-id"sv, "mc-user"sv, "mailchimp-campaign"sv,
        "mandrill-user"sv})
    if (lead.find(field) != std::string::npos) return false;
  // "X-HubSpot-Message-Id: ": the number of something in a field of a vendor's own.
  return !(lead.starts_with('-') && base::trim(lead).ends_with("-id:"));
}

bool in_field_of_books(std::string_view text, std::size_t at) {
  // www.twilio.com/docs/sendgrid/for-developers/sending-email/building-an-x-smtpapi-header,
  // mailchimp.com/developer/transactional/docs/smtp-integration, documentation.mailgun.com (Sending via
  // SMTP), developers.sparkpost.com/api/smtp,
  // postmarkapp.com/developer/user-guide/sending-email/sending-with-smtp,
  // learn.microsoft.com/exchange/antispam (X-MS-Exchange-*, X-Microsoft-Antispam-*).
  constexpr std::array kFields = {"x-smtpapi:"sv,
                                  "x-mc-"sv,
                                  "x-mailgun-"sv,
                                  "x-mj-"sv,
                                  "x-msys-api:"sv,
                                  "x-pm-"sv,
                                  "x-ms-exchange-"sv,
                                  "x-microsoft-antispam"sv,
                                  "x-ses-"sv,
                                  "x-sg-"sv,
                                  "x-mandrill-"sv,
                                  "x-hubspot-"sv,
                                  "x-campaign"sv,
                                  "x-feedback-"sv,
                                  "x-sib-"sv,
                                  "x-mailin-"sv,
                                  "feedback-id:"sv,
                                  "x-job:"sv,
                                  "x-gm-message-state:"sv};
  constexpr std::size_t kReach = 16 << 10;  // bytes of a folded field
  const std::size_t low = at - std::min(at, kReach);
  while (at > low) {
    const std::size_t before = text.substr(low, at - low).rfind('\n');
    if (before == std::string_view::npos && low > 0) return false;
    const std::size_t begin = before == std::string_view::npos ? 0 : low + before + 1;
    const char first = begin < text.size() ? text[begin] : '\n';
    if (first != ' ' && first != '\t') {
      const std::string name = base::lower(text.substr(begin, 24));
      return std::any_of(kFields.begin(), kFields.end(),
                         [&](std::string_view one) { return name.starts_with(one); });
    }
    if (begin == 0) return false;
    at = begin - 1;  // a folded line: the field begins above
  }
  return false;
}

bool not_public_half(std::string_view secret, std::string_view match) {
  // developers.google.com/recaptcha/docs/display, docs.hcaptcha.com ("sitekey"), docs.stripe.com/keys
  // ("publishable"). The name nearest to the value is the value's: "site key A, secret key B".
  constexpr std::array kNames = {"site key"sv,    "sitekey"sv,      "site_key"sv,       "site-key"sv,
                                 "publishable"sv, "public key"sv,   "publickey"sv,      "public_key"sv,
                                 "public-key"sv,  "publicapikey"sv, "public_api_key"sv, "public api key"sv};
  const std::string lead = base::lower(before(secret, match));
  std::size_t at = std::string::npos;
  for (const std::string_view name : kNames)
    if (const std::size_t found = lead.rfind(name);
        found != std::string::npos && (at == std::string::npos || found > at))
      at = found;
  if (at == std::string::npos) return true;
  return lead.find("secret", at) != std::string::npos || lead.find("private", at) != std::string::npos;
}

bool not_template(std::string_view secret, std::string_view) {
  constexpr std::array kWords = {"your_"sv,      "your-"sv,     "yourapi"sv,  "yourkey"sv,     "yourtoken"sv,
                                 "yoursecret"sv, "replace"sv,   "changeme"sv, "placeholder"sv, "insert_"sv,
                                 "goes_here"sv,  "goes-here"sv, "redacted"sv, "dummy"sv};
  static const WordSet kSet(kWords);
  return !kSet.any(secret);
}

bool kubernetes_value(std::string_view secret, std::string_view) {
  constexpr std::size_t kLeast = 4;
  constexpr std::size_t kWord = 32;  // longer ones are files, which may speak of examples
  const auto plain = strict_base64(secret);
  if (!plain || !std::all_of(plain->begin(), plain->end(), [](char c) {
        return (c >= ' ' && c <= '~') || c == '\n' || c == '\r' || c == '\t';
      }))
    return true;
  const std::string_view value = base::trim(*plain);
  return value.size() >= kLeast && (value.size() > kWord || !looks_like_placeholder(value));
}

bool breaks_issued_form(std::string_view name, std::string_view value) {
  if (!base::contains_ignoring_case(name, "telegram")) return false;
  // core.telegram.org/bots: the bot's number, ":", 35 characters of which the first is "A".
  const std::size_t colon = value.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const std::string_view token = value.substr(colon + 1);
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto of_token = [](char c) { return is_word(c) || c == '_' || c == '-'; };
  if (token.size() < 20 ||
      !std::all_of(value.begin(), value.begin() + static_cast<std::ptrdiff_t>(colon), digit) ||
      !std::all_of(token.begin(), token.end(), of_token))
    return false;
  return colon < 5 || colon > 16 || token.size() != 35 || token.front() != 'A';
}

bool not_mailed_link(std::string_view secret, std::string_view match) {
  // As far as the languages of the Latin alphabet share them, and as others are written in it; the last are
  // "forgot" and what invites.
  constexpr std::array kWays = {
      "reset"sv,     "unsubscribe"sv, "verify"sv,   "verification"sv, "confirm"sv,       "activat"sv,
      "optout"sv,    "opt-out"sv,     "recover"sv,  "reinit"sv,       "zuruecksetzen"sv, "zuruck"sv,
      "abmelden"sv,  "bestaetig"sv,   "aktivier"sv, "desabonn"sv,     "desinscri"sv,     "oubli"sv,
      "restablec"sv, "recuper"sv,     "olvid"sv,    "baja?"sv,        "verificar"sv,     "redefin"sv,
      "esquec"sv,    "cancelar"sv,    "odzysk"sv,   "przypom"sv,      "wypisz"sv,        "potwierd"sv,
      "aktywac"sv,   "vosstanov"sv,   "sbros"sv,    "otpis"sv,        "podtverd"sv,      "vidnov"sv,
      "skynut"sv,    "pidtverd"sv,    "vidpys"sv,   "forgot"sv,       "invit"sv,         "magic-link"sv,
      "magiclink"sv};
  static const WordSet kSet(kWays);
  return !kSet.any(before(secret, match));
}

bool grafana_key(std::string_view secret, std::string_view) {
  const auto plain = strict_base64(secret);
  if (!plain) return true;  // cut in the middle: the beginning alone says what it is
  const auto members = json_members(*plain);
  // Reports of Power BI are linked to by {"k":...,"t":...,"c":...}, at times cut or mistyped.
  if (!members) return !plain->starts_with("{\"k\":\"") || plain->find("\"n\"") != std::string::npos;
  if (looks_like_placeholder(member_of(*members, "k"))) return false;
  return !member_of(*members, "n").empty();
}

}  // namespace dislodge::secret

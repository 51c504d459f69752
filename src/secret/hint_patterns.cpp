#include "secret/hint_patterns.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace dislodge::secret {
namespace {

using std::string_view_literals::operator""sv;

// All words of the patterns below, needed or begun with.
constexpr std::array kWords = {
    "tenant"sv,
    "microsoftonline"sv,
    "login.microsoftonline"sv,
    "client"sv,
    "app"sv,
    "aad"sv,
    "key"sv,
    "secret"sv,
    "credential"sv,
    "akia"sv,
    "asia"sv,
    "client_email"sv,
    "\"client_email\""sv,
    "private_key_id"sv,
    "\"private_key_id\""sv,
    "project_id"sv,
    "\"project_id\""sv,
    "account"sv,
    "aws"sv,
    "user"sv,
    "log"sv,
    "login"sv,
    "logon"sv,
    "uid"sv,
    "usr"sv,
    "benutzer"sv,
    "usuario"sv,
    "utilisateur"sv,
    "mail"sv,
    "email"sv,
    "e-mail"sv,
    "rol"sv,
    "roll"sv,
    "principal"sv,
    "upn"sv,
    "as"sv,
    "username"sv,
    "for"sv,
    "with"sv,
    "using"sv,
    "mailbox"sv,
    "bot"sv,
    "robot"sv,
    "service"sv,
    "server"sv,
    "host"sv,
    "data source"sv,
    "addr"sv,
    "endpoint"sv,
    "ip"sv,
    "machine"sv,
    "computer"sv,
    "vpn"sv,
    "sftp"sv,
    "ftp"sv,
    "remote"sv,
    "portal"sv,
    "webmail"sv,
    "gateway"sv,
    "extranet"sv,
    "citrix"sv,
    "rdp"sv,
    "ssh"sv,
    "://"sv,
    "@"sv,
};
constexpr std::size_t kLongest = 21;
static_assert(std::all_of(kWords.begin(), kWords.end(),
                          [](std::string_view word) { return word.size() <= kLongest; }));
constexpr std::size_t kHeld = 4096;  // words that are kept of what lies behind

const WordSet &word_set() {
  static const WordSet kSet(kWords);
  return kSet;
}

WordSet::Words words_of(std::initializer_list<std::string_view> names) {
  WordSet::Words out;
  for (const std::string_view name : names)
    out.set(static_cast<std::size_t>(std::find(kWords.begin(), kWords.end(), name) - kWords.begin()));
  return out;
}

// What may stand between a name and its value: closing quotes, a separator, opening quotes. Repetitions have
// no upper bound where RE2 would unroll it; lengths are limited when a hint is added.
#define DISLODGE_CLOSE R"((?:\\?["'`*_\])>])*\s{0,3})"
#define DISLODGE_OPEN R"(\s{0,3}(?:\\?["'`*<(\[])*)"
#define DISLODGE_TIE DISLODGE_CLOSE R"((?:=>|:=|=|:|\||\bis\b|>)?)" DISLODGE_OPEN
#define DISLODGE_SIGN DISLODGE_CLOSE R"((?:=>|:=|=|:|\||\bis\b|>))" DISLODGE_OPEN
#define DISLODGE_GUID R"(([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}))"

std::vector<HintPattern> all() {
  std::vector<HintPattern> out;
  const auto add = [&](HintKind kind, std::initializer_list<std::string_view> needs,
                       std::initializer_list<std::string_view> starts, HintStart start, HintNeed need,
                       const char *regex) {
    out.push_back({kind, words_of(needs), words_of(starts), start, need, hint_regex(regex)});
  };
  using S = HintStart;
  using N = HintNeed;
  add(HintKind::tenant, {"tenant"}, {"tenant"}, S::word, N::guid,
      R"(tenant[ _-]?(?:id)?)" DISLODGE_TIE DISLODGE_GUID);
  add(HintKind::tenant, {"microsoftonline"}, {"login.microsoftonline"}, S::word, N::guid,
      R"(login\.microsoftonline\.(?:com|us)/)" DISLODGE_GUID);
  add(HintKind::application, {"client", "app"}, {"client", "app", "aad"}, S::word, N::guid,
      R"((?:client|app(?:lication)?|aad[ _-]?app)[ _-]?(?:id)?)" DISLODGE_TIE DISLODGE_GUID);
  add(HintKind::key_id, {"key", "secret", "credential"}, {"key", "secret", "credential"}, S::word, N::guid,
      R"((?:key|secret|credential)[ _-]?id)" DISLODGE_TIE DISLODGE_GUID);
  add(HintKind::key_id, {"akia", "asia"}, {"akia", "asia"}, S::whole_word, N::nothing,
      R"(\b((?-i:A(?:KIA|SIA)[A-Z2-7]{16}))\b)");
  // Google's logs name the key of a service account by this id.
  add(HintKind::key_id, {"private_key_id"}, {"\"private_key_id\""}, S::word, N::nothing,
      R"re("private_key_id"\s{0,3}:\s{0,3}"([0-9a-f]{32,64}))re");
  add(HintKind::user, {"client_email"}, {"\"client_email\""}, S::word, N::nothing,
      R"re("client_email"\s{0,3}:\s{0,3}"([^"\s]{3,}))re");
  add(HintKind::account, {"project_id"}, {"\"project_id\""}, S::word, N::nothing,
      R"re("project_id"\s{0,3}:\s{0,3}"([^"\s]{3,}))re");
  add(HintKind::account, {"account"}, {"account"}, S::word, N::nothing,
      R"(account[ _-]?name)" DISLODGE_TIE R"(([a-z0-9][a-z0-9-]{2,}))");
  add(HintKind::account, {"account"}, {"account", "aws"}, S::whole_word, N::long_number,
      R"(\b(?:aws[ _-]?)?account(?:[ _-]?id|[ _-]?number)?)" DISLODGE_TIE R"(([0-9]{12})\b)");
  add(HintKind::user, {"user", "log", "uid", "usr", "benutzer", "usuario", "mail", "account", "rol"},
      {"user", "login", "logon", "uid", "usr", "benutzer", "usuario", "utilisateur", "email", "e-mail",
       "account", "roll"},
      S::part_of_name, N::nothing,
      R"((?:\b|_)(?:user(?:[ _-]?(?:name|id))?|log[io]n(?:[ _-]?name)?|uid|usr|benutzer(?:name)?|usuario|utilisateur|e-?mail|account|rolle?))" DISLODGE_SIGN
      R"(([a-z0-9][a-z0-9._%+@\\/$-]+))");
  add(HintKind::user, {"principal", "upn"}, {"principal", "upn"}, S::part_of_name, N::nothing,
      R"((?:\b|_)(?:principal|upn))" DISLODGE_SIGN R"(([a-z0-9][a-z0-9._%+@\\/$-]+))");
  add(HintKind::user, {},
      {"as", "user", "username", "account", "login", "for", "with", "using", "mailbox", "bot", "robot",
       "service"},
      S::before_blank, N::nothing,
      R"(\b(?:as|user|username|account|login|for|with|using|mailbox|bot|robot|service)\s{1,3}["'`*]{0,2}([a-z0-9]+[a-z0-9._%+\\$-]*(?:[-_\\@.][a-z0-9][a-z0-9._$-]*)+))");
  add(HintKind::host, {"server", "host", "data source", "addr", "endpoint", "ip", "machine", "computer"},
      {"server", "host", "data source", "addr", "endpoint", "ip", "machine", "computer"}, S::whole_word,
      N::nothing,
      R"(\b(?:server|host(?:[ _-]?name)?|data source|addr(?:ess)?|endpoint|ip|machine|computer))" DISLODGE_SIGN
      R"((?:tcp:|sb://|https?://)?([a-z0-9][a-z0-9.-]+[a-z0-9]))");
  // "VPN of Customer: vpn.customer.example, user ...": a host that says itself what it is for.
  add(HintKind::host,
      {"vpn", "sftp", "ftp", "remote", "portal", "webmail", "gateway", "extranet", "citrix", "rdp"},
      {"vpn", "sftp", "ftp", "remote", "portal", "webmail", "gateway", "extranet", "citrix", "rdp"},
      S::whole_word, N::nothing,
      R"(\b((?:vpn|s?ftp|remote|portal|webmail|gateway|extranet|citrix|rdp)[a-z0-9-]*(?:\.[a-z0-9][a-z0-9-]*)+\.[a-z]{2,24})\b)");
  // "ssh -p 2222 admin@10.0.0.1"
  add(HintKind::user, {"ssh", "sftp"}, {"ssh", "sftp"}, S::whole_word, N::nothing,
      R"(\bs(?:sh|ftp)[ \t]+(?:-[a-z] ?[0-9]* )*([a-z0-9][a-z0-9._\\-]*)@[a-z0-9.-]+)");
  add(HintKind::host, {"ssh", "sftp"}, {"ssh", "sftp"}, S::whole_word, N::nothing,
      R"(\bs(?:sh|ftp)[ \t]+(?:-[a-z] ?[0-9]* )*[a-z0-9][a-z0-9._\\-]*@([a-z0-9][a-z0-9.-]*[a-z0-9]))");
  add(HintKind::host, {"://"}, {"://"}, S::scheme, N::nothing,
      R"(\b[a-z][a-z0-9+.-]+://(?:[^\s/@"'<>]+@)?([a-z0-9][a-z0-9.-]+[a-z0-9]))");
  add(HintKind::host, {}, {}, S::digits, N::nothing, R"(\b((?:[0-9]{1,3}\.){3}[0-9]{1,3})\b)");
  add(HintKind::user, {"@"}, {"@"}, S::address, N::nothing,
      R"(\b([a-z0-9][a-z0-9._%+-]*@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,24})\b)");
  return out;
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
  static const std::vector<HintPattern> kAll = all();
  return kAll;
}

std::size_t hint_word_size(std::uint32_t word) {
  return kWords.at(word).size();
}

std::span<const HintWord> HintWords::within(std::size_t begin, std::size_t end) {
  if (begin < from_ || begin > to_) {
    words_.clear();
    from_ = to_ = begin;
  }
  if (end > to_) {
    if (words_.size() > kHeld) {
      std::erase_if(words_, [begin](const HintWord &one) { return one.begin < begin; });
      from_ = begin;
    }
    // A word that begins before `to_` and ends behind it is told now.
    const std::size_t again = std::max(from_, to_ - std::min(to_, kLongest - 1));
    word_set().each(text_.substr(again, end - again), [&](std::size_t word, std::size_t at) {
      if (again + at > to_)
        words_.push_back({static_cast<std::uint32_t>(word), again + at - kWords.at(word).size()});
    });
    to_ = end;
  }
  // They are in order of their ends; a word's begin is at most kLongest before that.
  const auto low = std::partition_point(words_.begin(), words_.end(), [begin](const HintWord &one) {
    return one.begin + kWords.at(one.word).size() <= begin;
  });
  const auto high = std::partition_point(low, words_.end(), [end](const HintWord &one) {
    return one.begin + kWords.at(one.word).size() <= end;
  });
  return {low, high};
}

}  // namespace dislodge::secret

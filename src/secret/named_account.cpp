#include "secret/named_account.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/encode.hpp"
#include "secret/common_words.hpp"
#include "secret/hints.hpp"
#include "secret/prose_features.hpp"
#include "secret/prose_text.hpp"
#include "secret/word_set.hpp"

namespace dislodge::secret {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::size_t kBack = 300;    // bytes before the password
constexpr std::size_t kAhead = 200;   // and behind it
constexpr std::size_t kNameMax = 64;  // bytes of an account's name
constexpr std::size_t kLine = 60;     // what a line break counts as distance
constexpr std::size_t kAfter = 40;    // what standing behind the password counts
constexpr std::size_t kNamesMax = 2;
constexpr std::size_t kMentionsMax = 3;

// Words for "account" and "user". ASCII letters of any case; of others the spellings that occur.
constexpr std::array kLabels = {
    "user"sv, "username"sv, "user name"sv, "userid"sv, "user id"sv, "account"sv, "login"sv, "logon"sv,
    "uid"sv, "upn"sv, "id"sv,
    // German
    "benutzer"sv, "benutzers"sv, "benutzername"sv, "benutzernamen"sv, "benutzerkonto"sv, "nutzer"sv,
    "nutzername"sv, "anmeldename"sv, "kennung"sv, "benutzerkennung"sv, "konto"sv, "kontos"sv, "dienstkonto"sv,
    // French
    "utilisateur"sv, "identifiant"sv, "compte"sv,
    // Spanish, Portuguese, Italian
    "usuario"sv, "cuenta"sv, "utilizador"sv, "usuário"sv, "USUÁRIO"sv, "conta"sv, "utente"sv,
    // Polish
    "użytkownik"sv, "użytkownika"sv, "użytkownikiem"sv, "uŻytkownik"sv, "UŻYTKOWNIK"sv, "użytkowniku"sv,
    "uzytkownik"sv, "konta"sv, "kontem"sv, "loginem"sv,
    // Russian
    "логин"sv, "Логин"sv, "ЛОГИН"sv, "логином"sv, "логина"sv, "пользователь"sv, "Пользователь"sv,
    "пользователя"sv, "пользователю"sv, "пользователем"sv, "учётная запись"sv, "учетная запись"sv,
    "Учётная запись"sv, "Учетная запись"sv, "учётной записи"sv, "учетной записи"sv, "учётную запись"sv,
    "учетную запись"sv, "учётка"sv, "учетка"sv, "Учётка"sv, "Учетка"sv, "учётки"sv, "учетки"sv, "учёткой"sv,
    "учеткой"sv, "аккаунт"sv, "Аккаунт"sv, "аккаунта"sv,
    // Ukrainian
    "логін"sv, "Логін"sv, "логіном"sv, "логіну"sv, "користувач"sv, "Користувач"sv, "користувача"sv,
    "користувачу"sv, "користувачем"sv, "обліковий запис"sv, "Обліковий запис"sv, "облікового запису"sv,
    "обліковим записом"sv, "акаунт"sv, "Акаунт"sv, "акаунта"sv,
    // Korean, Chinese, Japanese
    "아이디"sv, "사용자"sv, "사용자명"sv, "사용자 이름"sv, "사용자이름"sv, "계정"sv, "계정명"sv, "用户名"sv,
    "用户"sv, "账号"sv, "帳號"sv, "使用者"sv, "ユーザー"sv, "ユーザー名"sv, "アカウント"sv,
    // Dutch, Nordic, Czech
    "gebruiker"sv, "gebruikersnaam"sv, "bruger"sv, "brugernavn"sv, "användare"sv, "användarnamn"sv,
    "uživatel"sv};
static_assert(kLabels.size() <= WordSet::kWordsMax);

// Between a word for "account" and its name.
constexpr std::array kVerbs = {"is"sv, "ist"sv,    "lautet"sv, "est"sv, "es"sv, "é"sv, "è"sv,
                               "to"sv, "jest"sv,   "это"sv,    "це"sv,  "є"sv,  "—"sv, "–"sv,
                               "-"sv,  "bleibt"sv, "heißt"sv,  "→"sv,   "=>"sv, "->"sv};
constexpr std::array kParticles = {"이름은"sv, "이름"sv, "은"sv, "는"sv, "이"sv, "가"sv, "을"sv,
                                   "를"sv,     "의"sv,   "は"sv, "が"sv, "是"sv, "为"sv, "為"sv};
// What a name follows: "the password of jdoe", "mot de passe pour jdoe".
constexpr std::array kBefore = {"of"sv,   "for"sv, "von"sv, "vom"sv, "für"sv, "fuer"sv, "des"sv,  "pour"sv,
                                "de"sv,   "du"sv,  "del"sv, "do"sv,  "da"sv,  "para"sv, "dla"sv,  "od"sv,
                                "для"sv,  "от"sv,  "від"sv, "у"sv,   "di"sv,  "per"sv,  "voor"sv, "van"sv,
                                "for:"sv, "to"sv,  "на"sv,  "до"sv,  "к"sv,   "под"sv,  "під"sv};

bool is_name_byte(char c) {
  return is_letter(c) || is_digit(c) || c == '.' || c == '_' || c == '-' || c == '\\' || c == '$' || c == '+';
}

bool any(std::string_view text, bool (*is)(char)) {
  return std::any_of(text.begin(), text.end(), is);
}

// "svc-backup", "CORP\jdoe", "carla.ruiz", "adm01": no word of a language has these within it.
bool account_shaped(std::string_view name) {
  if (name.size() < 3 || !any(name, is_letter)) return false;
  bool inner = false;
  for (std::size_t i = 1; i + 1 < name.size(); ++i)
    inner = inner || name[i] == '.' || name[i] == '_' || name[i] == '\\' || name[i] == '-';
  if (inner && name.find_first_of("._\\") == std::string_view::npos && !any(name, is_digit)) {
    // "one-time", "sign-in"
    const std::size_t dash = name.find('-');
    const std::string first = base::lower(name.substr(0, dash)), rest = base::lower(name.substr(dash + 1));
    constexpr std::array kOfServices = {"svc"sv, "srv"sv, "adm"sv, "usr"sv, "sa"sv, "sys"sv};
    const auto plain = [&](const std::string &word) {
      if (std::find(kOfServices.begin(), kOfServices.end(), word) != kOfServices.end()) return false;
      return word.size() < 3 || is_common_word(word) || is_function_word(word);
    };
    if (plain(first) && plain(rest)) return false;
  }
  return inner || (is_letter(name.front()) && any(name, is_digit));
}

// A lower-case word that is none of a text, as far as can be told.
bool may_be_account(std::string_view name) {
  if (name.size() < 3 ||
      !std::all_of(name.begin(), name.end(), [](char c) { return is_lower(c) || is_digit(c); }))
    return false;
  return any(name, is_letter) && !is_function_word(name) && !is_common_word(name);
}

class Reader {
 public:
  explicit Reader(const AccountRequest &request) : request_(request), text_(request.text) { measure(); }

  std::vector<Hint> take() {
    labels();
    mentions();
    if (reversed()) std::erase_if(named_, [&](const Name &one) { return one.line_before; });
    const auto nearer = [](const Name &a, const Name &b) { return a.distance < b.distance; };
    std::stable_sort(named_.begin(), named_.end(), nearer);
    std::stable_sort(mentioned_.begin(), mentioned_.end(), nearer);
    std::vector<Hint> hints;
    for (std::size_t i = 0; i < std::min(named_.size(), kNamesMax); ++i) {
      add_hint(hints, HintKind::user, named_[i].value);
      add_hint(hints, HintKind::login, named_[i].value);
    }
    for (std::size_t i = 0, told = 0; i < mentioned_.size() && told < kMentionsMax; ++i) {
      const std::size_t before = hints.size();
      add_hint(hints, HintKind::mention, mentioned_[i].value);
      told += hints.size() > before ? 1 : 0;
    }
    return hints;
  }

 private:
  struct Name {
    std::string value;
    std::size_t distance = 0;
    bool line_before = false;  // on a line before that of the password
  };

  Name told(Span name) const {
    const bool line_before =
        name.end <= request_.word &&
        text_.substr(name.end, request_.word - name.end).find('\n') != std::string_view::npos;
    return {std::string(of(name)), distance(name.begin, name.end), line_before};
  }

  // A block that begins with a password gives the account behind each of them.
  bool reversed() const {
    static const WordSet kSet(kLabels);
    return request_.previous_end > whole_ && request_.previous_end <= block_.begin &&
           !kSet.any(text_.substr(whole_, request_.previous_end - whole_)) &&
           std::any_of(named_.begin(), named_.end(), [](const Name &one) { return !one.line_before; });
  }

  bool begins_empty_line(std::size_t at) const {
    while (at < text_.size() &&
           (text_[at] == ' ' || text_[at] == '\t' || text_[at] == '\r' || text_[at] == '>'))
      ++at;
    return at >= text_.size() || text_[at] == '\n';
  }
  bool ends_sentence(std::size_t at) const {
    const char c = text_[at];
    if (c != '.' && c != '!' && c != '?')
      return c == '\x82' && at >= 2 && text_.substr(at - 2).starts_with("。");
    return at + 1 < text_.size() && is_space(text_[at + 1]);
  }

  // The block of lines without an empty one, and the sentence in it.
  void measure() {
    const std::size_t first = std::min(request_.word, request_.begin);
    whole_ = first;
    const std::size_t low = first - std::min(first, kBack);
    while (whole_ > low && !(text_[whole_ - 1] == '\n' && ends_empty_line(whole_ - 1))) --whole_;
    block_.begin = std::max(whole_, std::min(request_.previous_end, first));
    std::size_t high = std::min(text_.size(), request_.end + kAhead);
    if (request_.next_begin >= request_.end) high = std::min(high, request_.next_begin);
    block_.end = request_.end;
    while (block_.end < high && !(text_[block_.end] == '\n' && begins_empty_line(block_.end + 1)))
      ++block_.end;

    sentence_ = block_;
    for (std::size_t at = first; at > block_.begin; --at)
      if (ends_sentence(at - 1) || (text_[at - 1] == '\n' && !goes_on_at(at))) {
        sentence_.begin = at;
        break;
      }
    for (std::size_t at = request_.end; at < block_.end; ++at)
      if (ends_sentence(at) || (text_[at] == '\n' && !goes_on_at(at + 1))) {
        sentence_.end = at;
        break;
      }
  }
  // Whether the line that begins here goes on with the sentence of the one before: mail wraps long lines, and
  // what follows begins with a small letter.
  bool goes_on_at(std::size_t line) const {
    constexpr std::size_t kWrapped = 50;  // bytes
    const Span before = line_around(text_, line - 1, kBack);
    std::size_t next = line;
    while (next < text_.size() && (text_[next] == ' ' || text_[next] == '>')) ++next;
    if (next >= text_.size()) return false;
    return is_lower(text_[next]) || text_[next] == '(' ||
           (before.end - before.begin >= kWrapped && is_high(text_[next])) ||
           (before.end - before.begin >= kWrapped + 10 && !is_space(text_[next]));
  }
  // Whether the line that ends at this break is empty.
  bool ends_empty_line(std::size_t line_break) const {
    std::size_t at = line_break;
    while (at > 0 &&
           (text_[at - 1] == ' ' || text_[at - 1] == '\t' || text_[at - 1] == '\r' || text_[at - 1] == '>'))
      --at;
    return at == 0 || text_[at - 1] == '\n';
  }

  std::size_t distance(std::size_t begin, std::size_t end) const {
    std::size_t from = 0, to = 0;
    if (begin >= request_.end) {
      from = request_.end;
      to = begin;
    } else if (begin >= request_.word) {
      from = request_.word;
      to = begin;
    } else {
      from = end;
      to = std::max(end, request_.word);
    }
    return to - from + (begin >= request_.end ? kAfter : 0) +
           kLine *
               static_cast<std::size_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(from),
                                                   text_.begin() + static_cast<std::ptrdiff_t>(to), '\n'));
  }

  // The name that begins here, without the punctuation of the sentence; empty: none.
  Span name_at(std::size_t at) const {
    Span name{at, at};
    while (name.end < block_.end && is_name_byte(text_[name.end])) ++name.end;
    // Part of an address, a link or a word of other letters is none; particles of Korean may follow.
    const std::string_view rest = text_.substr(name.end);
    if (!rest.empty()) {
      if (rest[0] == '@' || (rest[0] == '/' && rest.size() > 1 && !is_space(rest[1]))) return {at, at};
      if (is_high(rest[0]) && static_cast<unsigned char>(rest[0]) < 0xE2 && !rest.starts_with("\xC2\xA0"))
        return {at, at};
    }
    while (name.end > at && (text_[name.end - 1] == '.' || text_[name.end - 1] == '-' ||
                             text_[name.end - 1] == '\\' || text_[name.end - 1] == '+'))
      --name.end;
    if (name.end - at > kNameMax || name.end - at < 2) return {at, at};
    if (name.end > request_.begin && at < request_.end) return {at, at};  // the password itself
    return name;
  }

  std::string_view of(Span span) const { return text_.substr(span.begin, span.end - span.begin); }

  void labels() {
    static const WordSet kSet(kLabels);
    const std::string_view block = of(block_);
    std::size_t told_end = 0;
    kSet.each(block, [&](std::size_t word, std::size_t end) {
      const std::size_t from = block_.begin + end - kLabels[word].size(), to = block_.begin + end;
      if (from < request_.end && to > request_.begin) return;
      const bool wide = static_cast<unsigned char>(text_[from]) >= 0xE3;
      if (!wide && from > 0 &&
          (is_letter(text_[from - 1]) || is_digit(text_[from - 1]) || is_high(text_[from - 1]) ||
           text_[from - 1] == '.' || text_[from - 1] == '@'))
        return;
      if (to < text_.size() && (is_letter(text_[to]) || is_digit(text_[to]) || text_[to] == '@')) return;
      if (!wide && to < text_.size() && is_high(text_[to]) && !text_.substr(to).starts_with("\xC2\xA0") &&
          static_cast<unsigned char>(text_[to]) < 0xE2)
        return;
      named_by(from, to, wide || is_high(text_[from]), told_end);
    });
  }

  // `foreign`: the word is of another script, in which a word of Latin letters is a name.
  void named_by(std::size_t from, std::size_t to, bool foreign, std::size_t &told_end) {
    std::size_t at = to;
    for (const std::string_view particle : kParticles)
      if (text_.substr(at).starts_with(particle)) {
        at += particle.size();
        break;
      }
    bool sign = false;
    const auto blanks = [&] {
      while (at < block_.end) {
        if (text_[at] == ' ')
          ++at;
        else if (text_.substr(at).starts_with("\xC2\xA0"))
          at += 2;
        else
          break;
      }
    };
    for (int i = 0; i < 4; ++i) {
      blanks();
      if (at < block_.end &&
          (text_[at] == ':' || text_[at] == '=' || text_[at] == '|' || text_[at] == '\t')) {
        if (text_[at] == '|' && i > 0) break;
        sign = true;
        ++at;
        continue;
      }
      if (text_.substr(at).starts_with("：")) {
        sign = true;
        at += 3;
        continue;
      }
      std::size_t stop = at;
      while (stop < block_.end && !is_space(text_[stop]) && text_[stop] != ':') ++stop;
      const std::string word = base::lower(text_.substr(at, std::min<std::size_t>(stop - at, 16)));
      if (word == "name" || word == "id")
        at = stop;
      else if (std::find(kVerbs.begin(), kVerbs.end(), word) != kVerbs.end() && stop < block_.end) {
        at = stop;
        sign = true;
      } else
        break;
    }
    while (at < block_.end && std::string_view("\"'`*<([").find(text_[at]) != std::string_view::npos) ++at;
    for (const std::string_view open : {"„"sv, "“"sv, "«"sv, "‘"sv, "「"sv})
      if (text_.substr(at).starts_with(open)) at += open.size();
    if (at >= to && at < block_.end) {
      const Span name = name_at(at);
      if (name.end > name.begin && name.begin >= told_end && fits(name, sign, foreign, from)) {
        named_.push_back(told(name));
        told_end = name.end;
        return;
      }
    }
    // "dmitri.o 계정", "the carla.ruiz account", "svc-sql-Konto"
    std::size_t before = from;
    if (before > block_.begin && (text_[before - 1] == ' ' || text_[before - 1] == '-')) --before;
    if (before == from && !foreign) return;
    std::size_t begin = before;
    while (begin > block_.begin && is_name_byte(text_[begin - 1]) && before - begin < kNameMax) --begin;
    if (begin == before || begin < told_end ||
        (begin > 0 && (text_[begin - 1] == '@' || text_[begin - 1] == '/')))
      return;
    const Span name = name_at(begin);
    if (name.end <= name.begin || name.end + 1 < before || !within(sentence_, name)) return;
    if (!account_shaped(of(name)) && !(foreign && may_be_account(of(name)))) return;
    if (begin < request_.end && before > request_.begin) return;
    named_.push_back(told(name));
    told_end = before;
  }

  static bool within(Span outer, Span inner) { return inner.begin >= outer.begin && inner.end <= outer.end; }

  // Whether the name behind a word for "account" is one.
  bool fits(Span name, bool sign, bool foreign, std::size_t label) const {
    const std::string_view value = of(name);
    const std::string small = base::lower(value);
    if (!any(value, is_letter) && !sign) return false;
    if (is_function_word(small) || small == "name" || small == "id" || small == "user" ||
        small == "account" || small == "login")
      return false;
    // A line of another kind than "label: name" speaks of something else.
    const bool own = within(sentence_, name);
    if (!own) {
      const Span line = line_around(text_, label, kBack);
      std::size_t lead = line.begin;
      while (lead < label && (is_space(text_[lead]) || text_[lead] == '>' || text_[lead] == '-' ||
                              text_[lead] == '*' || text_[lead] == '|'))
        ++lead;
      constexpr std::size_t kLead = 24;  // "Ihr neuer ", "Nom d'"
      if (label - lead > kLead || (!sign && !line_ends(name.end))) return false;
    }
    if (sign) return true;
    return account_shaped(value) || (foreign && any(value, is_lower)) ||
           (may_be_account_or_known(small) && (closes(name.end) || line_ends(name.end)));
  }
  static bool may_be_account_or_known(std::string_view small) {
    return may_be_account(small) || small == "admin" || small == "root" || small == "sa" ||
           small == "administrator";
  }
  bool line_ends(std::size_t at) const {
    while (at < text_.size() &&
           (text_[at] == ' ' || text_[at] == '\r' || text_[at] == '.' || text_[at] == ';'))
      ++at;
    return at >= text_.size() || text_[at] == '\n';
  }
  // A comma, bracket, slash or word that joins behind it, or the password's own word.
  bool closes(std::size_t at) const {
    constexpr std::array kJoins = {"and"sv, "with"sv, "und"sv, "mit"sv, "et"sv,   "avec"sv,  "y"sv,
                                   "con"sv, "e"sv,    "com"sv, "i"sv,   "oraz"sv, "z"sv,     "a"sv,
                                   "и"sv,   "с"sv,    "та"sv,  "з"sv,   "is"sv,   "ist"sv,   "lautet"sv,
                                   "est"sv, "es"sv,   "é"sv,   "to"sv,  "has"sv,  "wurde"sv, "zostało"sv,
                                   "foi"sv, "se"sv,   "ha"sv};
    if (at >= text_.size() || std::string_view(",;)]/\"'`.").find(text_[at]) != std::string_view::npos)
      return true;
    while (at < text_.size() && text_[at] == ' ') ++at;
    if (at < text_.size() && (text_[at] == '/' || text_[at] == '(')) return true;
    if (at <= request_.word && request_.word - at < 24 &&
        text_.substr(at, request_.word - at).find(' ') == std::string_view::npos)
      return true;
    std::size_t stop = at;
    while (stop < text_.size() && !is_space(text_[stop])) ++stop;
    const std::string word = base::lower(text_.substr(at, std::min<std::size_t>(stop - at, 12)));
    return std::find(kJoins.begin(), kJoins.end(), word) != kJoins.end();
  }

  void mentions() {
    std::size_t high = 0, ascii = 0;
    for (std::size_t i = sentence_.begin; i < sentence_.end; ++i) {
      if (i >= request_.begin && i < request_.end) continue;
      high += is_high(text_[i]) ? 1 : 0;
      ascii += is_letter(text_[i]) ? 1 : 0;
    }
    const bool foreign = high > 8 && high > ascii;
    std::string previous;
    bool first = true;
    for (std::size_t at = sentence_.begin; at < sentence_.end;) {
      if (is_space(text_[at]) ||
          std::string_view("\"'`*<([>|,;:").find(text_[at]) != std::string_view::npos) {
        ++at;
        continue;
      }
      // Words of East Asia run into names.
      if (static_cast<unsigned char>(text_[at]) >= 0xE3) {
        while (at < sentence_.end && is_high(text_[at])) ++at;
        continue;
      }
      std::size_t stop = at;
      while (stop < sentence_.end && !is_space(text_[stop]) && static_cast<unsigned char>(text_[stop]) < 0xE3)
        ++stop;
      if (at < request_.end && stop > request_.begin) {
        previous.clear();
        at = std::max(stop, request_.end);
        continue;
      }
      // The word for "password" itself is none.
      const bool announces = at < request_.word && stop >= request_.word && request_.word < request_.begin;
      const Span name = is_high(text_[at]) || announces ? Span{at, at} : name_at(at);
      if (name.end > name.begin) {
        const std::string_view value = of(name);
        const bool tied = std::find(kBefore.begin(), kBefore.end(), previous) != kBefore.end() ||
                          text_.substr(name.end).starts_with("'s ") ||
                          text_.substr(name.end).starts_with("’s ") ||
                          (at >= request_.word && at - request_.word <= 2) ||
                          (first && name.end < text_.size() && text_[name.end] == ' ');
        const std::string small = base::lower(value);
        // Behind the password stands whom to ask as well: "..., call ben.ito".
        const bool meant = tied || name.begin < request_.end || request_.word >= request_.begin;
        if (meant && (account_shaped(value) || ((tied || foreign) && may_be_account(small))))
          mentioned_.push_back(told(name));
      }
      previous = base::lower(text_.substr(at, std::min<std::size_t>(stop - at, 12)));
      first = false;
      at = stop;
    }
  }

  const AccountRequest &request_;
  std::string_view text_;
  std::size_t whole_ = 0;  // where the block begins, whatever passwords stand in it
  Span block_;
  Span sentence_;
  std::vector<Name> named_;
  std::vector<Name> mentioned_;
};

}  // namespace

std::vector<Hint> accounts_said(const AccountRequest &request) {
  if (request.begin >= request.end || request.end > request.text.size() || request.word > request.text.size())
    return {};
  return Reader(request).take();
}

}  // namespace dislodge::secret

#pragma once
// The words between a word for "password" and the password itself, in the languages of prose_triggers.cpp:
// what the grammar of prose_grammar.cpp moves over. In lower case.

#include <array>
#include <string_view>

namespace dislodge::secret {

using std::string_view_literals::operator""sv;

// Forms of "is" and "reads", in the languages of prose.hpp.
inline constexpr std::array kVerbs = {
    "is"sv,      "was"sv,   "are"sv,   "'s"sv,        "be"sv,    "remains"sv, "stays"sv,
    "becomes"sv, "reads"sv, "ist"sv,   "lautet"sv,    "war"sv,   "bleibt"sv,  "heißt"sv,
    "lauten"sv,  "wurde"sv, "est"sv,   "sera"sv,      "reste"sv, "était"sv,   "es"sv,
    "será"sv,    "era"sv,   "sigue"sv, "sería"sv,     "é"sv,     "será:"sv,   "continua"sv,
    "foi"sv,     "jest"sv,  "brzmi"sv, "pozostaje"sv, "это"sv,   "такой"sv,   "такий"sv,
    "це"sv,      "є"sv,     "был"sv,   "теперь"sv,    "тепер"sv, "будет"sv,   "är"sv,
    "è"sv,       "szó"sv,   "는"sv,    "은"sv,        "が"sv,    "は"sv,      "是"sv};
inline constexpr std::array kChanges = {
    "mudou"sv,     "mudada"sv,       "alterei"sv,     "cambió"sv,    "zmieniono"sv,  "изменили"sv,
    "changed"sv,   "reset"sv,        "set"sv,         "updated"sv,   "switched"sv,   "rotated"sv,
    "renewed"sv,   "modified"sv,     "configured"sv,  "geändert"sv,  "gesetzt"sv,    "cambiado"sv,
    "cambiada"sv,  "changé"sv,       "modifié"sv,     "alterada"sv,  "trocada"sv,    "zmienione"sv,
    "изменён"sv,   "изменен"sv,      "сменили"sv,     "змінено"sv,   "змінили"sv,    "ændret"sv,
    "endret"sv,    "ändrat"sv,       "ändrats"sv,     "bytt"sv,      "nulstillet"sv, "gewijzigd"sv,
    "veranderd"sv, "cambiata"sv,     "modificata"sv,  "změněno"sv,   "změnil"sv,     "změnili"sv,
    "zmenené"sv,   "nastaveno"sv,    "vaihdettu"sv,   "muutettu"sv,  "schimbată"sv,  "schimbat"sv,
    "resetată"sv,  "modificată"sv,   "άλλαξε"sv,      "αλλάχθηκε"sv, "đổi"sv,        "diubah"sv,
    "diganti"sv,   "promijenjena"sv, "spremenjeno"sv, "تغييرها"sv,   "تغيير"sv,      "שונתה"sv,
    "הוחלפה"sv,    "เปลี่ยนเป็น"sv};
inline constexpr std::array kBeen = {"been"sv, "stata"sv,  "stato"sv,  "été"sv,
                                     "sido"sv, "blevet"sv, "blivit"sv, "blitt"sv};
// What follows "changed": "to", in the same languages.
inline constexpr std::array kTo = {"to"sv, "as"sv, "zu"sv, "auf"sv, "para"sv, "na"sv, "на"sv, "à"sv};
// Right behind a word for "password": what is said next is said of these.
inline constexpr std::array kOfPasswords = {
    "policy"sv,     "policies"sv,  "manager"sv,      "managers"sv, "length"sv,
    "complexity"sv, "rules"sv,     "requirements"sv, "expiry"sv,   "expiration"sv,
    "history"sv,    "generator"sv, "algorithm"sv,    "hashing"sv,  "authentication"sv};
// Before the old one: "changed from X to Y".
inline constexpr std::array kFrom = {"from"sv, "von"sv,  "de"sv,  "z"sv,   "с"sv,   "з"sv,   "da"sv,
                                     "van"sv,  "från"sv, "fra"sv, "din"sv, "dal"sv, "dari"sv};
// Words between verb and value.
inline constexpr std::array kFillers = {
    "wie"sv,       "folgt"sv,      "comme"sv,       "suit"sv,        "sigue"sv,       "segue"sv,
    "como"sv,      "siguiente"sv,  "seguinte"sv,    "seguente"sv,    "następujące"sv, "наступний"sv,
    "ab"sv,        "heute"sv,      "sofort"sv,      "künftig"sv,     "ab:"sv,         "from"sv,
    "today"sv,     "dorénavant"sv, "hoy"sv,         "hoje"sv,        "dzisiaj"sv,     "now"sv,
    "still"sv,     "currently"sv,  "just"sv,        "simply"sv,      "always"sv,      "probably"sv,
    "again"sv,     "also"sv,       "actually"sv,    "temporarily"sv, "usually"sv,     "normally"sv,
    "likely"sv,    "presumably"sv, "either"sv,      "follows"sv,     "as"sv,          "jetzt"sv,
    "nun"sv,       "weiterhin"sv,  "noch"sv,        "vorerst"sv,     "auf"sv,         "maintenant"sv,
    "désormais"sv, "toujours"sv,   "donc"sv,        "ahora"sv,       "todavía"sv,     "siempre"sv,
    "agora"sv,     "ainda"sv,      "sempre"sv,      "teraz"sv,       "nadal"sv,       "obecnie"sv,
    "теперь"sv,    "тепер"sv,      "сейчас"sv,      "зараз"sv,       "пока"sv,        "такой"sv,
    "такий"sv,     "следующий"sv,  "nu"sv,          "ora"sv,         "adesso"sv,      "nyt"sv,
    "edelleen"sv,  "stadig"sv,     "fortfarande"sv, "fortsatt"sv,    "nadále"sv,      "nyní"sv,
    "teď"sv,       "stále"sv,      "pořád"sv,       "acum"sv,        "tot"sv,         "τώρα"sv,
    "ακόμα"sv,     "الآن"sv,       "עכשיו"sv,       "כרגע"sv,        "अब"sv,          "sekarang"sv,
    "sada"sv,      "zdaj"sv};
// "... is still the old one (X)": X, where it stands in brackets or behind a sign.
inline constexpr std::array kSame = {
    "the"sv,    "same"sv,     "old"sv,    "one"sv,     "das"sv,       "dasselbe"sv,    "gleiche"sv,
    "alte"sv,   "das alte"sv, "le"sv,     "même"sv,    "l'ancien"sv,  "la"sv,          "el"sv,
    "misma"sv,  "mismo"sv,    "de"sv,     "siempre"sv, "antes"sv,     "a"sv,           "o"sv,
    "mesma"sv,  "mesmo"sv,    "to"sv,     "samo"sv,    "stare"sv,     "тот"sv,         "же"sv,
    "старый"sv, "той"sv,      "самий"sv,  "старий"sv,  "unchanged"sv, "unverändert"sv, "as"sv,
    "before"sv, "wie"sv,      "bisher"sv, "immer"sv};
inline constexpr std::array kPairWords = {"логин"sv,
                                          "логін"sv,
                                          "utilisateur"sv,
                                          "identifiant"sv,
                                          "usuario"sv,
                                          "usuário"sv,
                                          "użytkownik"sv,
                                          "아이디"sv,
                                          "사용자"sv,
                                          "nutzer"sv,
                                          "kennung"sv,
                                          "utente"sv,
                                          "пользователь"sv,
                                          "користувач"sv,
                                          "user"sv,
                                          "username"sv,
                                          "user name"sv,
                                          "userid"sv,
                                          "user id"sv,
                                          "login"sv,
                                          "bruger"sv,
                                          "brugernavn"sv,
                                          "bruker"sv,
                                          "brukernavn"sv,
                                          "användare"sv,
                                          "användarnamn"sv,
                                          "käyttäjä"sv,
                                          "käyttäjätunnus"sv,
                                          "tunnus"sv,
                                          "uživatel"sv,
                                          "používateľ"sv,
                                          "jméno"sv,
                                          "felhasználó"sv,
                                          "felhasználónév"sv,
                                          "kullanıcı"sv,
                                          "kullanıcı adı"sv,
                                          "utilizator"sv,
                                          "gebruiker"sv,
                                          "gebruikersnaam"sv,
                                          "korisnik"sv,
                                          "χρήστης"sv,
                                          "όνομα χρήστη"sv,
                                          "المستخدم"sv,
                                          "اسم المستخدم"sv,
                                          "משתמש"sv,
                                          "שם משתמש"sv,
                                          "tên đăng nhập"sv,
                                          "tài khoản"sv,
                                          "ชื่อผู้ใช้"sv,
                                          "उपयोगकर्ता"sv,
                                          "यूज़रनेम"sv,
                                          "账号"sv,
                                          "账户"sv,
                                          "用户名"sv,
                                          "用户"sv,
                                          "帳號"sv,
                                          "使用者名稱"sv,
                                          "帳戶"sv,
                                          "ユーザー"sv,
                                          "ユーザー名"sv,
                                          "ユーザ名"sv,
                                          "ユーザid"sv,
                                          "계정"sv,
                                          "account"sv,
                                          "id"sv,
                                          "name"sv,
                                          "email"sv,
                                          "e-mail"sv,
                                          "uid"sv,
                                          "u"sv,
                                          "usr"sv,
                                          "benutzer"sv,
                                          "logon"sv,
                                          "un"sv};
inline constexpr std::array kSecretWords = {"password"sv, "passwd"sv, "passphrase"sv, "pass"sv,
                                            "pwd"sv,      "pw"sv,     "secret"sv};
// Words of prose_triggers.cpp that run together with those before them.
inline constexpr std::array kWideWords = {"비밀번호"sv, "비번"sv, "암호"sv,       "패스워드"sv, "密码"sv,
                                          "密碼"sv,     "口令"sv, "パスワード"sv, "ﾊﾟｽﾜｰﾄﾞ"sv};
// "and" and "with" of more languages.
inline constexpr std::array kJoins = {"og"sv, "och"sv, "med"sv, "ja"sv, "en"sv,  "met"sv, "a"sv,  "s"sv,
                                      "és"sv, "ve"sv,  "și"sv,  "cu"sv, "και"sv, "με"sv,  "se"sv, "و"sv,
                                      "và"sv, "với"sv, "และ"sv, "और"sv, "dan"sv, "와"sv,  "和"sv, "と"sv};

}  // namespace dislodge::secret

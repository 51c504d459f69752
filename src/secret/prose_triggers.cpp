// The words of prose.hpp for passwords and log-ins, by language, and how they stand in patterns over bytes.

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "secret/prose.hpp"

namespace dislodge::secret {
namespace {

using std::string_view_literals::operator""sv;
using List = std::initializer_list<std::string_view>;

// ------------------------------------------------------------------------------------------------ case

std::uint32_t code_point(std::string_view text, std::size_t &at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  std::uint32_t out = byte(0);
  std::size_t size = 1;
  if (out >= 0xE0) {
    out = (out & 0x0Fu) << 12 | (byte(1) & 0x3Fu) << 6 | (byte(2) & 0x3Fu);
    size = 3;
  } else if (out >= 0xC0) {
    out = (out & 0x1Fu) << 6 | (byte(1) & 0x3Fu);
    size = 2;
  }
  at += size;
  return out;
}

void add_code_point(std::string &out, std::uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xE0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

// Of the letters that the words below are written with; ASCII is left to the matcher. Greek capitals drop
// their accents where `plain`.
std::uint32_t upper_of(std::uint32_t c, bool plain) {
  if (c == 0x131) return 'I';
  if (c >= 0xE0 && c <= 0xFE && c != 0xF7) return c - 0x20;
  if ((c >= 0x100 && c <= 0x137) || (c >= 0x14A && c <= 0x177) || (c >= 0x1EA0 && c <= 0x1EF9))
    return c & ~1u;
  if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E) || c == 0x1B0) return c - 1 + (c & 1u);
  if (c == 0x1A1) return 0x1A0;
  constexpr std::array<std::array<std::uint32_t, 3>, 7> kAccented = {{{0x3AC, 0x386, 0x391},
                                                                      {0x3AD, 0x388, 0x395},
                                                                      {0x3AE, 0x389, 0x397},
                                                                      {0x3AF, 0x38A, 0x399},
                                                                      {0x3CC, 0x38C, 0x39F},
                                                                      {0x3CD, 0x38E, 0x3A5},
                                                                      {0x3CE, 0x38F, 0x3A9}}};
  for (const auto &[small, accented, bare] : kAccented)
    if (c == small) return plain ? bare : accented;
  if (c == 0x3C2) return 0x3A3;
  if ((c >= 0x3B1 && c <= 0x3C9) || (c >= 0x430 && c <= 0x44F)) return c - 0x20;
  if (c >= 0x450 && c <= 0x45F) return c - 0x50;
  if (c == 0x491) return 0x490;
  return c;
}

enum class Spelling : std::uint8_t { small, sentence, titles, capitals, plain_capitals };

std::string spelled(std::string_view word, Spelling as) {
  std::string out;
  bool first = true;
  for (std::size_t at = 0; at < word.size();) {
    const std::uint32_t c = code_point(word, at);
    const bool up = as >= Spelling::capitals || (as != Spelling::small && first);
    add_code_point(out, up ? upper_of(c, as == Spelling::plain_capitals) : c);
    first = c == ' ' && as == Spelling::titles;
  }
  return out;
}

std::string escaped(std::string_view word) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char raw : word) {
    const auto c = static_cast<unsigned char>(raw);
    if (c < 0x80) {
      out += raw;
    } else {
      out += "\\x";
      out += kDigits[c >> 4];
      out += kDigits[c & 15];
    }
  }
  return out;
}

enum class Begins : std::uint8_t { anywhere, word };

// The words as small letters, with a capital in front and in capitals.
std::string pattern_of(List words, Begins begins) {
  std::vector<std::string> all;
  for (const std::string_view word : words)
    for (const Spelling as : {Spelling::small, Spelling::sentence, Spelling::titles, Spelling::capitals,
                              Spelling::plain_capitals}) {
      std::string one = escaped(spelled(word, as));
      if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(std::move(one));
    }
  std::string out = begins == Begins::word ? "(?:^|[^a-z0-9])(?:" : "(?:";
  for (std::size_t i = 0; i < all.size(); ++i) out += (i == 0 ? "" : "|") + all[i];
  return out + ")";
}

// ------------------------------------------------------------------------------------------------ languages

// "is" as short as "on" or "je" is a verb only behind a word of its language.
constexpr std::array kNordicVerbs = {"er"sv, "är"sv, "lyder"sv, "blir"sv, "bliver"sv, "var"sv};
constexpr std::array kNordicTo = {"til"sv, "till"sv};
constexpr ProseLanguage kNordic{kNordicVerbs, kNordicTo, {}, false};
constexpr std::array kFinnicVerbs = {"on"sv, "oli"sv, "kuuluu"sv};
constexpr ProseLanguage kFinnic{kFinnicVerbs, {}, {}, false};
constexpr std::array kSlavicVerbs = {"je"sv, "zní"sv, "znie"sv, "jest"sv, "bude"sv, "bolo"sv, "bylo"sv};
constexpr std::array kSlavicTo = {"na"sv, "u"sv};
constexpr ProseLanguage kWestSlavic{kSlavicVerbs, kSlavicTo, {}, false};
constexpr std::array kHungarianVerbs = {"lett"sv, "ez"sv};
constexpr std::array kHungarianTo = {"erre"sv};
constexpr ProseLanguage kHungarian{kHungarianVerbs, kHungarianTo, {}, true};
constexpr ProseLanguage kTurkish{{}, {}, {}, true};
constexpr std::array kRomanianVerbs = {"este"sv, "e"sv, "rămâne"sv, "è"sv, "је"sv};
constexpr std::array kRomanianTo = {"în"sv, "in"sv, "cu"sv};
constexpr ProseLanguage kRomanian{kRomanianVerbs, kRomanianTo, {}, true};
constexpr std::array kCyrillicVerbs = {"е"sv, "је"sv};
constexpr std::array kCyrillicBefore = {"от"sv, "для"sv, "до"sv, "на"sv, "к"sv,  "с"sv,   "под"sv, "від"sv,
                                        "у"sv,  "в"sv,   "з"sv,  "из"sv, "за"sv, "при"sv, "ко"sv,  "по"sv};
constexpr ProseLanguage kCyrillic{kCyrillicVerbs, {}, kCyrillicBefore, true};
constexpr std::array kGreekVerbs = {"είναι"sv, "ειναι"sv, "ήταν"sv, "παραμένει"sv};
constexpr std::array kGreekTo = {"σε"sv};
constexpr ProseLanguage kGreek{kGreekVerbs, kGreekTo, {}, false};
constexpr std::array kArabicVerbs = {"هي"sv, "هو"sv, "هى"sv, "است"sv};
constexpr std::array kArabicTo = {"إلى"sv, "الى"sv, "به"sv};
constexpr std::array kArabicBefore = {"على"sv, "في"sv, "من"sv, "برای"sv};
constexpr ProseLanguage kArabic{kArabicVerbs, kArabicTo, kArabicBefore, true};
constexpr std::array kHebrewVerbs = {"היא"sv, "הוא"sv, "הינה"sv, "זה"sv, "זו"sv};
constexpr std::array kHebrewTo = {"אל"sv};
constexpr std::array kHebrewBefore = {"של"sv, "על"sv, "עבור"sv, "את"sv};
constexpr ProseLanguage kHebrew{kHebrewVerbs, kHebrewTo, kHebrewBefore, true};
constexpr std::array kVietnameseVerbs = {"là"sv, "la"sv};
constexpr std::array kVietnameseTo = {"thành"sv, "sang"sv};
constexpr ProseLanguage kVietnamese{kVietnameseVerbs, kVietnameseTo, {}, false};
constexpr std::array kThaiVerbs = {"คือ"sv, "เป็น"sv};
constexpr ProseLanguage kThai{kThaiVerbs, kThaiVerbs, {}, true, false, true};
constexpr std::array kHindiVerbs = {"है"sv, "हैं"sv};
constexpr ProseLanguage kHindi{kHindiVerbs, {}, {}, true};
constexpr std::array kMalayVerbs = {"adalah"sv, "ialah"sv, "yaitu"sv};
constexpr std::array kMalayTo = {"menjadi"sv, "ke"sv, "kepada"sv};
constexpr ProseLanguage kMalay{kMalayVerbs, kMalayTo, {}, false};
constexpr std::array kDutchTo = {"naar"sv, "in"sv};
constexpr ProseLanguage kDutch{{}, kDutchTo, {}, false};
constexpr ProseLanguage kEastAsian{{}, {}, {}, true};
// "X jelszóval", "X salasanalla": with the password X.
constexpr ProseLanguage kValueBefore{{}, {}, {}, true, true};
constexpr ProseLanguage kAny{};

std::vector<ProseTrigger> make_triggers() {
  using enum TriggerClass;
  std::vector<ProseTrigger> out;
  const auto add = [&](TriggerClass is, const ProseLanguage &language, Begins begins, List words) {
    static std::deque<std::string> kPatterns;  // where the pointers point
    out.push_back({kPatterns.emplace_back(pattern_of(words, begins)).c_str(), is, &language});
  };
  const auto add_pattern = [&](const char *pattern, TriggerClass is) { out.push_back({pattern, is, &kAny}); };

  add_pattern(R"(pass(?:word|wd|phrase|code|wort)s?[0-9]?)", password);
  add_pattern(R"((?:^|[^a-z0-9])(?:pwd?s?|p/w|pswd?|psw)[0-9]?)", password);
  // German, French, Spanish, Catalan, Portuguese
  add(password, kAny, Begins::anywhere,
      {"kennwort", "mot de passe", "mots de passe", "contraseña", "contraseñas", "contrasena", "contrasenas",
       "contrasenya", "senha"});
  add(password, kAny, Begins::word,
      {"mdp", "code d'accès", "code d'acces", "codes d'accès", "palavra-passe", "codigo de acceso",
       "código de acceso", "clave", "clave de acceso"});
  add(password, kDutch, Begins::anywhere, {"wachtwoord"});
  // Danish, Norwegian, Swedish, Icelandic; words are joined to others: "serveradgangskoden"
  add(password, kNordic, Begins::anywhere,
      {"adgangskode", "adgangskoden", "kodeord", "kodeordet", "passord", "passordet", "passwordet",
       "lösenord", "lösenordet", "losenord", "losenordet", "lykilorð", "lykilorðið", "aðgangsorð",
       "adgangsordet"});
  // Finnish, Estonian
  add(password, kFinnic, Begins::anywhere,
      {"salasana", "salasanan", "salasanasi", "salasanani", "salasanamme", "salasanaa", "salasanaksi",
       "salasõna", "parool", "parooli", "parooliga"});
  // Polish, Czech, Slovak, Slovene, Croatian
  add(password, kWestSlavic, Begins::anywhere, {"hasło", "hasła", "hasłem", "haslo", "haslem"});
  add(password, kWestSlavic, Begins::word,
      {"heslo", "hesla", "heslem", "heslom", "hesle", "geslo", "gesla", "geslom", "lozinka", "lozinku",
       "lozinke", "lozinkom", "zaporka", "zaporku"});
  add(password, kHungarian, Begins::anywhere,
      {"jelszó", "jelszót", "jelszóval", "jelszava", "jelszavad", "jelszavam", "jelszavunk", "jelszavát",
       "jelszo", "jelszot"});
  add(password, kValueBefore, Begins::anywhere, {"jelszóval", "jelszavával", "jelszoval", "salasanalla"});
  // Turkish; the capital of i has a dot of its own there, and diacritics are left out as often as not
  add(password, kTurkish, Begins::word,
      {"şifre",     "şifren",    "sifren",   "parolan",   "şifresi",   "şifreniz", "şifrem",    "şifremiz",
       "şifresini", "şifreyi",   "şİfre",    "şİfresİ",   "şİfrenİz",  "sİfre",    "sİfresİ",   "sifre",
       "sifresi",   "sifreniz",  "sifrem",   "sifresini", "sifreyi",   "parolası", "parolanız", "parolayı",
       "parolam",   "parolamız", "parolasi", "parolaniz", "parolasını"});
  add(password, kValueBefore, Begins::word,
      {"şifresiyle", "şifresi ile", "sifresi ile", "sifresiyle", "parolasıyla", "parolası ile"});
  // Romanian, Italian; Turkish, Serbian and Bulgarian in Latin letters
  add(password, kRomanian, Begins::word, {"parola", "parolă", "parolei", "parola d'accesso", "parolata"});
  // Russian, Ukrainian, Bulgarian, Serbian, Macedonian
  add(password, kCyrillic, Begins::anywhere,
      {"пароль", "пароля", "паролю", "паролем", "паролі", "парола", "паролата", "лозинка", "лозинку",
       "лозинката"});
  add(password, kCyrillic, Begins::word, {"пасс"});
  add(password, kGreek, Begins::anywhere,
      {"κωδικός", "κωδικό", "κωδικού", "κωδικος", "κωδικο", "κωδικός πρόσβασης", "κωδικό πρόσβασης",
       "κωδικου", "κωδικος προσβασης", "συνθηματικό", "συνθηματικού", "συνθηματικο"});
  // Arabic, Persian, Urdu
  add(password, kArabic, Begins::anywhere,
      {"كلمة المرور", "كلمة مرور", "كلمة السر", "كلمة سر", "كلمه المرور", "كلمه السر", "الرقم السري",
       "الباسورد", "باسورد", "رمز عبور", "گذرواژه", "کلمه عبور", "پاس ورڈ"});
  add(password, kHebrew, Begins::anywhere, {"סיסמה", "סיסמא", "סיסמת", "סיסמתך", "סיסמתי", "הסיסמאות"});
  add(password, kVietnamese, Begins::anywhere, {"mật khẩu", "mật mã", "mat khau"});
  add(password, kThai, Begins::anywhere, {"รหัสผ่าน", "พาสเวิร์ด"});
  add(password, kHindi, Begins::anywhere, {"पासवर्ड", "कूटशब्द", "পাসওয়ার্ড"});
  add(password, kMalay, Begins::word, {"kata sandi", "kata sandinya", "kata laluan", "sandi"});
  add(password, kAny, Begins::word, {"slaptažodis", "slaptazodis", "pasahitza"});
  add(password, kAny, Begins::anywhere, {"პაროლი", "գաղտնաբառ", "գաղտնաբառը"});
  // Korean, Chinese in both scripts, Japanese with wide and narrow letters
  add(password, kEastAsian, Begins::anywhere,
      {"비밀번호", "비번", "암호", "패스워드", "密码", "密碼", "口令", "パスワード", "ﾊﾟｽﾜｰﾄﾞ", "パスコード",
       "合言葉"});
  add_pattern(R"((?:^|[^a-z0-9])pass[0-9]?)", pass);
  add(pass, kAny, Begins::word, {"contra"});
  add_pattern(R"((?:^|[^a-z])(?:credentials?|creds?|log-?ins?|log-?in (?:details|data|info)))", credentials);
  // Access data
  add(credentials, kAny, Begins::anywhere,
      {"zugangsdaten",
       "logindaten",
       "anmeldedaten",
       "identifiants",
       "credenciales",
       "credenciais",
       "credenziali",
       "datos de acceso",
       "dados de acesso",
       "dati di accesso",
       "dane logowania",
       "dane dostępowe",
       "inloggegevens",
       "loginoplysninger",
       "adgangsoplysninger",
       "inloggningsuppgifter",
       "påloggingsinformasjon",
       "påloggingsdetaljer",
       "kirjautumistiedot",
       "tunnukset",
       "přihlašovací údaje",
       "přístupové údaje",
       "prihlasovacie údaje",
       "belépési adatok",
       "bejelentkezési adatok",
       "giriş bilgileri",
       "date de acces",
       "datele de acces",
       "date de autentificare",
       "учётные данные",
       "учетные данные",
       "данные для входа",
       "облікові дані",
       "дані для входу",
       "στοιχεία πρόσβασης",
       "στοιχεία σύνδεσης",
       "بيانات الدخول",
       "بيانات تسجيل الدخول",
       "פרטי התחברות",
       "פרטי ההתחברות",
       "פרטי הגישה",
       "thông tin đăng nhập",
       "ข้อมูลเข้าสู่ระบบ",
       "ข้อมูลการเข้าสู่ระบบ",
       "लॉगिन विवरण",
       "계정 정보",
       "로그인 정보",
       "登录信息",
       "登入資訊",
       "ログイン情報"});
  add_pattern(R"((?:^|[^a-z])(?:log|sign)(?:ged)?[ -]?(?:in|on|into))", sign_in);
  add_pattern(
      R"((?:^|[^a-z])(?:(?:ssh|rdp|telnet|vnc)(?:'?ed)? (?:in|into|to)|(?:you )?get in|(?:te|vous|se) connecter))",
      sign_in);
  add_pattern(
      R"((?:^|[^a-z])(?:use (?:mine|my (?:account|login|user|id))|with my (?:account|login)|mit meinem (?:account|konto|login|benutzer)|avec mon compte|con mi (?:cuenta|usuario)|com (?:a minha conta|o meu utilizador)))",
      sign_in);
  add(sign_in, kAny, Begins::word,
      {"учеткой", "учёткой", "учетной записью", "учётной записью", "обліковим записом"});
  add(access, kAny, Begins::word,
      {"acceso", "acesso", "accès", "acces", "zugang", "zugänge", "connexion", "dane do", "dostęp", "доступ",
       "доступы", "доступи"});
  add_pattern(R"((?:^|[^a-z])(?:local admin(?:istrator)?|lokaler admin(?:istrator)?))", access);
  add(access, kAny, Begins::anywhere, {"접속정보", "접속 정보", "접속정보는"});
  add_pattern(
      R"((?:^|[^a-z])(?:it(?:'s| is|\xE2\x80\x99s)(?: now)?|c'est maintenant|ahora es|(?:ist|lautet) jetzt))",
      cue);
  add_pattern(R"((?:^|[^a-z])(?:new(?: one)?(?:'s| is| was|:| =)|neu(?:es)?:|nuev[oa]:|nouveau ?:))", cue);
  add_pattern(
      R"((?:^|[^a-z])(?:opens? with|unzip (?:it )?with|unlocks? with|decrypts? with|extract with|s'ouvre avec|se abre con|abre com))",
      cue);
  add_pattern(
      R"((?:^|[^a-z])(?:neue (?:lautet|ist)|nouveau est|nueva es|nova (?:\xC3\xA9|ficou)|nowe (?:to|brzmi)))",
      cue);
  add_pattern(R"((?:^|[^a-z])(?:reset|changed|set|switched) it to)", cue);
  add_pattern(R"((?:^|[^a-z])for (?:root|admin|administrator) use)", cue);
  add_pattern(R"((?:^|[^a-z])(?:wi-?fi|wlan))", cue);
  add(cue, kAny, Begins::word, {"вайфай", "вай-фай", "вайфая"});
  add_pattern(R"(community[ -]string)", password);
  add_pattern(R"((?:^|[^a-z])pin(?: code)?)", pin);
  add_pattern(R"((?:^|[^a-z0-9])secret[0-9]?)", secret);
  return out;
}

}  // namespace

std::span<const ProseTrigger> prose_triggers() {
  static const std::vector<ProseTrigger> kTriggers = make_triggers();
  return kTriggers;
}

}  // namespace dislodge::secret

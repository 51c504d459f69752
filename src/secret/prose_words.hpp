#pragma once
// The word lists of the prose features, lower case and sorted for binary search.

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

namespace dislodge::secret {

using std::string_view_literals::operator""sv;

// Plain arrays: clang folds no more than 256 elements to deduce the size of a std::array.
// What follows "the password is", "password:" or "pw" when no password does.
inline constexpr std::string_view kFunctionWords[] = {
#include "secret/prose_function_words.inc"
};

// What a text about passwords says that gives none away.
// Before a word for "passwords": what follows are those that nobody should take.
inline constexpr std::string_view kBadPasswords[] = {
    "bad password"sv,      "weak password"sv,         "common password"sv,     "poor password"sv,
    "insecure password"sv, "forbidden password"sv,    "banned password"sv,     "most used password"sv,
    "schlechte passw"sv,   "schwache passw"sv,        "unsichere passw"sv,     "schlechte kennw"sv,
    "schwache kennw"sv,    "mots de passe faibles"sv, "contraseñas débiles"sv, "contraseñas comunes"sv,
    "senhas fracas"sv,     "senhas comuns"sv,         "słabe hasł"sv,          "слабые парол"sv,
    "слабі парол"sv,       "쉬운 비밀번호"sv,         "취약한 비밀번호"sv};

inline constexpr std::string_view kPolicyWords[] = {
    "at least"sv,
    "characters"sv,
    "character"sv,
    "minimum"sv,
    "maximum"sv,
    "policy"sv,
    "must "sv,
    "must be"sv,
    "expire"sv,
    "forgot"sv,
    "reset link"sv,
    "complexity"sv,
    "strong password"sv,
    "never share"sv,
    "do not share"sv,
    "don't share"sv,
    "click "sv,
    "requirement"sv,
    "prompt"sv,
    "enter your"sv,
    "enter the"sv,
    "your new password"sv,
    "choose a"sv,
    "choose your"sv,
    "password manager"sv,
    "incorrect"sv,
    "invalid"sv,
    "mismatch"sv,
    "doesn't match"sv,
    "does not match"sv,
    "re-enter"sv,
    "retype"sv,
    "confirm your"sv,
    "uppercase"sv,
    "upper case"sv,
    "lowercase"sv,
    "too short"sv,
    "too weak"sv,
    "will be sent"sv,
    "separately"sv,
    "separate mail"sv,
    "separate email"sv,
    "separate message"sv,
    "unsubscribe"sv,
    "two-factor"sv,
    "breach"sv,
    "phishing"sv,
    "mindestens"sv,
    "zeichen"sv,
    "richtlinie"sv,
    "caractères"sv,
    "au moins"sv,
    "caracteres"sv,
    "al menos"sv,
    "pelo menos"sv,
    "znaków"sv,
    "co najmniej"sv,
    "символов"sv,
    "не менее"sv,
    "символів"sv,
    "zurücksetzen"sv,
    "réinitialis"sv,
    "restablecer"sv,
    "redefinir"sv,
    "сброс"sv,
    "mindst"sv,
    "tegn"sv,
    "minst"sv,
    "tecken"sv,
    "vähintään"sv,
    "merkki"sv,
    "alespoň"sv,
    "znaků"sv,
    "legalább"sv,
    "karakter"sv,
    "en az"sv,
    "cel puțin"sv,
    "caractere"sv,
    "minimaal"sv,
    "tekens"sv,
    "almeno"sv,
    "caratteri"sv,
    "τουλάχιστον"sv,
    "χαρακτήρ"sv,
    "على الأقل"sv,
    "לפחות"sv,
    "תווים"sv,
    "ít nhất"sv,
    "ký tự"sv,
    "อย่างน้อย"sv,
    "ตัวอักษร"sv,
    "कम से कम"sv,
    "अक्षर"sv,
    "至少"sv,
    "字元"sv,
    "文字以上"sv,
    "자 이상"sv,
};

inline constexpr auto kUserWords = std::to_array<std::string_view>({
    "логин",     "логін",           "identifiant", "użytkownik", "아이디",        "kennung",
    "usuário",   "пользователь",

    "user",      "login",           "account",     "logon",      "userid",        "username",
    "benutzer",  "usuario",         "utilisateur", "uid",        "admin",         "root",
    "svc",       "service account", "log in",      "sign in",    "creds",         "credentials",
    "email:",    "e-mail:",         "anmelden",    "einloggen",  "connectez",     "connecter",
    "entra con", "conéctate",       "entre com",   "acesse",     "zaloguj",       "войти",
    "войдите",   "увійти",          "увійдіть",    "로그인",     "계정",          "sign on",
    "zugang",

    "bruger",    "bruker",          "användar",    "konto",      "käyttäjä",      "tunnus",
    "uživatel",  "používateľ",      "felhasznál",  "kullanıcı",  "utilizator",    "gebruiker",
    "korisnik",  "χρήστη",          "مستخدم",      "משתמש",      "tên đăng nhập", "tài khoản",
    "ผู้ใช้",       "उपयोगकर्ता",       "账号",        "用户",       "帳號",          "使用者",
    "ユーザ",    "користувач",
});

inline constexpr auto kHostWords = std::to_array<std::string_view>({
    "server",   "host",    "vpn",     "ssh",       "rdp",    "ftp",      "database", " db",      "portal",
    "wifi",     "wi-fi",   "ssid",    "router",    "switch", "firewall", "jump",     "console",  "box",
    "laptop",   "zip",     "archive", "keystore",  "backup", "http://",  "https://", "ip:",      "tunnel",
    "mailbox",  "share",   "vault",   "staging",   "prod",   "test env", "sandbox",  "desktop",  "сервер",
    "palvelin", "szerver", "sunucu",  "διακομιστ", "خادم",   "שרת",      "máy chủ",  "เซิร์ฟเวอร์", "सर्वर",
    "服务器",   "伺服器",  "サーバ",  "서버",
});

inline constexpr auto kCodeMarks = std::to_array<std::string_view>({
    "();",  ");",      "= function", "=> {",    "def ",  "#include", "import ", "return ", "const ", "let ",
    "var ", "public ", "private ",   "static ", "void ", "func ",    "fn ",     "self.",   "this.",  "std::",
    "if (", "for (",   "while (",    "!=",      "==",    "&&",       "||",      "</",      "/>",     "${",
    "{{",   "struct ", "class ",     "nil",     "elif",  "else:",    "printf",  "assert",  "throw ",
});

static_assert(std::is_sorted(std::begin(kFunctionWords), std::end(kFunctionWords)));

}  // namespace dislodge::secret

#include "secret/checks.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <bitset>
#include <cstdint>
#include <cstdlib>
#include <set>

#include "base/ascii.hpp"
#include "base/encode.hpp"
#include "base/hash.hpp"
#include "base/percent.hpp"
#include "secret/checksum.hpp"
#include "secret/json_members.hpp"
#include "secret/login_line.hpp"
#include "secret/match_checks.hpp"
#include "secret/pem.hpp"

namespace dislodge::secret {
namespace {

using base::is_digit;
using std::string_view_literals::operator""sv;

constexpr std::string_view kBase62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kBase36 = "0123456789abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kEntraDigits =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890.-_~";

re2::StringPiece piece(std::string_view text) {
  return {text.data(), text.size()};
}

bool github_crc32(std::string_view secret, std::string_view) {
  const std::size_t underscore = secret.rfind('_');
  if (underscore == std::string_view::npos || secret.size() - underscore < 8) return false;
  const std::string_view body = secret.substr(underscore + 1, secret.size() - underscore - 7);
  return secret.substr(secret.size() - 6) == in_digits(base::crc32(body), kBase62, 6);
}

bool gitlab_routable(std::string_view secret, std::string_view) {
  const std::size_t dash = secret.find('-');
  const std::size_t dot = secret.find('.', dash == std::string_view::npos ? 0 : dash);
  if (dash == std::string_view::npos || dot == std::string_view::npos || secret.size() < dot + 10)
    return false;
  const std::string_view head = secret.substr(0, secret.size() - 7);
  return secret.substr(head.size()) == in_digits(base::crc32(head), kBase36, 7) &&
         head.substr(head.size() - 2) == in_digits(dot - dash - 1, kBase36, 2);
}

bool grafana_crc32(std::string_view secret, std::string_view) {
  const std::size_t underscore = secret.rfind('_');
  if (underscore == std::string_view::npos) return false;
  const auto given = base::from_hex(secret.substr(underscore + 1));
  if (!given || given->size() != 4) return false;
  const std::uint32_t crc = base::crc32(secret.substr(0, underscore));
  for (std::size_t i = 0; i < 4; ++i)
    if (static_cast<unsigned char>((*given)[i]) != (crc >> (8 * i) & 0xFF)) return false;
  return true;
}

struct IdentifiableSignature {
  std::string_view text;
  std::array<std::string_view, 5> seeds;
};
constexpr std::array kIdentifiable = {
    IdentifiableSignature{"+ASt", {"Default0"}},
    IdentifiableSignature{"+ABa", {"AbAcct00"}},
    IdentifiableSignature{"+ASb", {"Send0000", "Listen00", "Manage00", "System00", "Unknown0"}},
    IdentifiableSignature{"+AEh", {"Send0000", "Listen00", "Manage00", "System00", "Unknown0"}},
    IdentifiableSignature{"+ARm", {"Send0000", "Listen00", "Manage00", "System00", "Unknown0"}},
    IdentifiableSignature{"AIoT", {"IoTHub00", "DpsKey00", "Device00"}},
    IdentifiableSignature{"APIM", {"Tenant00", "IoTHub00", "Gatewy00", "GitKey00"}},
};

bool azure_identifiable(std::string_view secret, std::string_view) {
  const auto raw = strict_base64(secret);
  if (!raw || raw->size() < 8) return false;
  const std::string_view text = secret.substr(0, secret.find_last_not_of('=') + 1);
  if (text.size() < 10) return false;
  for (const auto &[signature, seeds] : kIdentifiable) {
    if (text.substr(text.size() - 10, 4) != signature && text.substr(text.size() - 9, 4) != signature)
      continue;
    const std::string_view body = std::string_view(*raw).substr(0, raw->size() - 4);
    std::uint32_t want = 0;
    for (std::size_t i = 0; i < 4; ++i)
      want |= std::uint32_t{static_cast<unsigned char>((*raw)[body.size() + i])} << (8 * i);
    return std::any_of(seeds.begin(), seeds.end(),
                       [&](std::string_view seed) { return !seed.empty() && marvin32(body, seed) == want; });
  }
  return false;
}

bool azure_cask(std::string_view secret, std::string_view) {
  return (secret.size() == 84 || secret.size() == 88) && secret.substr(52, 5) == "JQQJ9" &&
         secret[59] >= 'A' && secret[59] <= 'L';
}

bool azdo_pat(std::string_view secret, std::string_view) {
  const auto raw = secret.size() == 52 ? base32_bytes(secret) : std::nullopt;
  if (!raw || raw->size() < 32) return false;
  const auto byte = [&](std::size_t i) { return std::uint32_t{static_cast<unsigned char>((*raw)[i])}; };
  const std::string token = raw->substr(0, 2) + raw->substr(3, 4) + raw->substr(9, 13) + raw->substr(23, 9);
  const std::uint32_t want = byte(22) | byte(8) << 8 | byte(7) << 16 | byte(2) << 24;
  const std::uint32_t crc = base::crc32(token);
  return want == (crc ^ 0xE0B9692Du) || want == (crc ^ 0x1019F92Eu);
}

bool entra_client_secret(std::string_view secret, std::string_view) {
  if (secret.size() < 8) return false;
  const std::string_view head = secret.substr(0, secret.size() - 3);
  return in_digits(marvin32(head, "AadPwd00"), kEntraDigits, 6).substr(0, 3) == secret.substr(head.size());
}

bool aws_key_id(std::string_view secret, std::string_view) {
  if (secret.size() < 16) return false;
  const auto raw = base32_bytes(secret.substr(4));
  if (!raw || raw->size() < 6) return false;
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 6; ++i) number = number << 8 | static_cast<unsigned char>((*raw)[i]);
  return (number & 0x7FFFFFFFFF80u) >> 7 <= 999'999'999'999u;
}

bool jwt(std::string_view secret, std::string_view) {
  const auto dots = std::count(secret.begin(), secret.end(), '.');
  if (dots != 2 && dots != 4) return false;
  const auto header = strict_base64(secret.substr(0, secret.find('.')), Alphabet::url);
  const auto members = header ? json_members(*header) : std::nullopt;
  return members &&
         std::any_of(members->begin(), members->end(), [](const JsonMember &m) { return m.name == "alg"; });
}

bool base64(std::string_view secret, std::string_view) {
  return strict_base64(base::trim(secret)).has_value();
}
bool base64url(std::string_view secret, std::string_view) {
  return strict_base64(base::trim(secret), Alphabet::url).has_value();
}
bool hex(std::string_view secret, std::string_view) {
  return !secret.empty() && base::from_hex(secret).has_value();
}

bool uuid(std::string_view secret, std::string_view) {
  if (secret.size() != 36) return false;
  std::bitset<256> seen;
  for (std::size_t i = 0; i < secret.size(); ++i) {
    const char c = secret[i];
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (dash ? c != '-' : !digit) return false;
    seen.set(static_cast<unsigned char>(c >= 'A' && c <= 'F' ? c + 32 : c));
  }
  return seen.count() > 5;
}

bool pem(std::string_view secret, std::string_view) {
  const auto bytes = strict_base64(pem_base64(secret));
  if (!bytes || bytes->size() < 40) return false;
  if (secret.find("DEK-Info") != std::string_view::npos) return true;
  if (secret.substr(0, 40).find("PGP") != std::string_view::npos) return true;
  if (bytes->starts_with("openssh-key-v1\0"sv) || is_der_sequence(*bytes)) return true;
  // Cut short by whoever pasted it: the head of a private key ("SEQUENCE, INTEGER 0, 1 or 3") still says what
  // it is.
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>((*bytes)[i]); };
  return byte(0) == 0x30 && byte(1) == 0x82 && byte(4) == 0x02 && byte(5) == 0x01 &&
         (byte(6) <= 1 || byte(6) == 3);
}

bool age(std::string_view secret, std::string_view) {
  return bech32_holds(base::lower(secret));
}

bool der(std::string_view secret, std::string_view) {
  const auto bytes = strict_base64(base::trim(secret));
  return bytes && is_der_sequence(*bytes);
}

bool pem_base64_text(std::string_view secret, std::string_view) {
  const auto text = strict_base64(base::trim(secret));
  return text && text->find("PRIVATE KEY-----") != std::string::npos && pem(*text, *text);
}

bool wireguard(std::string_view secret, std::string_view) {
  const auto raw = secret.size() == 44 ? strict_base64(secret) : std::nullopt;
  if (!raw || raw->size() != 32) return false;
  std::bitset<256> seen;
  for (const char c : *raw) seen.set(static_cast<unsigned char>(c));
  return seen.count() > 8;
}

bool plausible_password(std::string_view password) {
  return password.size() >= 3 && !is_documentation_password(password) && !looks_like_placeholder(password);
}

bool basic_auth(std::string_view secret, std::string_view) {
  const auto raw = strict_base64(base::trim(secret));
  if (!raw) return false;
  if (!std::all_of(raw->begin(), raw->end(), [](char c) { return c >= 0x20 && c < 0x7F; })) return false;
  const std::size_t colon = raw->find(':');
  if (colon == std::string::npos || raw->size() == 1) return false;
  const std::string_view user = std::string_view(*raw).substr(0, colon);
  const std::string_view password = std::string_view(*raw).substr(colon + 1);
  return plausible_password(password.empty() ? user : password);
}

bool login_line(std::string_view secret, std::string_view match) {
  const auto line = login_line_at(match, 0, false);
  return line && match.substr(line->password.begin, line->password.end - line->password.begin) == secret;
}

bool url_credentials(std::string_view secret, std::string_view match) {
  static const RE2 documentation_host(
      R"re((?i)@(?:[\w.\-]*\.)?(?:example\.(?:com|org|net|edu)|host|hostname|domain\.(?:com|tld)|)re"
      R"re((?:your|my)[\-_]?(?:host|server|domain|site|company|db|database|cluster)[\w\-]*(?:\.[\w.\-]*)?))re"
      R"re((?:[:/?#\s"'`<>,;)]|$))re",
      RE2::Latin1);
  // At a host that may exist a joke of the trade is a password like any other.
  constexpr std::array kWeak = {"hunter2"sv, "passw0rd"sv, "s3cret"sv, "pass123"sv};
  static const RE2 host(R"re(@[\w\-]+(?:\.[\w\-]+)*\.[a-z]{2,}(?:[:/?#\s"'`<>,;)]|$))re", RE2::Latin1);
  const std::string plain = base::percent_decoded(secret);
  const bool weak =
      std::find(kWeak.begin(), kWeak.end(), plain) != kWeak.end() && RE2::PartialMatch(piece(match), host);
  if (!weak && !plausible_password(plain)) return false;
  if (":$%<[{*"sv.find(plain.front()) != std::string_view::npos) return false;
  if (">]}*"sv.find(plain.back()) != std::string_view::npos) return false;
  // One word twice, at a host that is none: "guest:guest@localhost", "leaf:leaf@%s".
  static const RE2 nowhere(
      R"re(://([^\s:/@"']{1,60}):([^\s@"'/]{1,60})@(?:localhost|127\.0\.0\.1|\[::1\]|%[sdv]|\$|\{|<))re",
      RE2::Latin1);
  std::string user;
  std::string again;
  if (RE2::PartialMatch(piece(match), nowhere, &user, &again) && user == again) return false;
  // A password of letters and digits that nobody would make up for an example stands even there.
  const auto digits = std::count_if(plain.begin(), plain.end(), [](char c) { return c >= '0' && c <= '9'; });
  const bool strong = plain.size() >= 10 && digits >= 2 && static_cast<std::size_t>(digits) < plain.size();
  return strong || !RE2::PartialMatch(piece(match), documentation_host);
}

bool not_placeholder(std::string_view secret, std::string_view) {
  return !looks_like_placeholder(secret);
}
bool not_code(std::string_view secret, std::string_view) {
  return !looks_like_code(secret);
}

bool not_azurite(std::string_view secret, std::string_view) {
  // The emulators' published keys.
  return secret !=
             "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==" &&
         secret != "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==";
}

bool mixed_classes(std::string_view secret, std::string_view) {
  bool lower = false;
  bool upper = false;
  bool digit = false;
  bool other = false;
  for (const char c : secret) {
    if (c >= 'a' && c <= 'z')
      lower = true;
    else if (c >= 'A' && c <= 'Z')
      upper = true;
    else if (is_digit(c))
      digit = true;
    else
      other = true;
  }
  return lower + upper + digit + other >= 3;
}

bool has_digit(std::string_view secret, std::string_view) {
  return std::any_of(secret.begin(), secret.end(), is_digit);
}

bool two_classes(std::string_view secret, std::string_view) {
  bool lower = false;
  bool upper = false;
  bool digit = false;
  bool other = false;
  for (std::size_t i = 0; i < secret.size(); ++i) {
    const char c = secret[i];
    if (c >= 'a' && c <= 'z')
      lower = true;
    else if (c >= 'A' && c <= 'Z')
      upper = upper || i > 0 || secret.size() == 1;
    else if (is_digit(c))
      digit = true;
    else if (c != ' ' && (c < '\t' || c > '\r'))
      other = true;
  }
  // A capital in front counts unless nothing but lower case follows: "Required" is one word.
  if (!secret.empty() && secret[0] >= 'A' && secret[0] <= 'Z' && (digit || other)) upper = true;
  return lower + upper + digit + other >= 2;
}

bool not_prose(std::string_view secret, std::string_view) {
  std::size_t words = 0;
  bool in_word = false;
  for (const char c : secret) {
    const bool blank = c == ' ' || (c >= '\t' && c <= '\r');
    if (!blank && !in_word) ++words;
    in_word = !blank;
    const bool letter =
        (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
    if (!blank && !letter && ".,:;!?'()-"sv.find(c) == std::string_view::npos) return true;
  }
  return words < 2;
}

bool not_doc_password(std::string_view secret, std::string_view) {
  return !is_documentation_password(secret);
}

// Cisco's type 7: the first two digits say where in a fixed key the XOR begins; what comes out is printable.
bool cisco_type7(std::string_view secret, std::string_view) {
  constexpr std::string_view kKey = "dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87";
  if (secret.size() < 8 || !is_digit(secret[0]) || !is_digit(secret[1])) return false;
  const auto bytes = base::from_hex(secret.substr(2));
  if (!bytes) return false;
  const std::size_t start = static_cast<std::size_t>((secret[0] - '0') * 10 + (secret[1] - '0'));
  for (std::size_t i = 0; i < bytes->size(); ++i) {
    const auto plain = static_cast<unsigned char>((*bytes)[i] ^ kKey[(start + i) % kKey.size()]);
    if (plain < 0x20 || plain >= 0x7F) return false;
  }
  return true;
}

bool not_snmp_default(std::string_view secret, std::string_view) {
  constexpr std::array kDefaults = {"public"sv, "private"sv, "community"sv, "ro"sv,  "rw"sv,
                                    "snmp"sv,   "traps"sv,   "version"sv,   "view"sv};
  return std::find(kDefaults.begin(), kDefaults.end(), base::lower(secret)) == kDefaults.end();
}

// Eight groups of six digits, each a multiple of 11 that fits 16 bits when divided by it.
bool bitlocker(std::string_view secret, std::string_view) {
  std::set<unsigned> groups;
  for (std::size_t at = 0; at <= secret.size();) {
    const std::size_t end = std::min(secret.find('-', at), secret.size());
    unsigned group = 0;
    if (end == at || end - at > 6) return false;
    for (; at < end; ++at) {
      if (!is_digit(secret[at])) return false;
      group = group * 10 + static_cast<unsigned>(secret[at] - '0');
    }
    if (group % 11 != 0 || group >= 720896) return false;
    groups.insert(group);
    ++at;
  }
  return groups.size() > 4;
}

bool rare_letters(std::string_view secret, std::string_view) {
  std::size_t letters = 0;
  std::size_t vowels = 0;
  std::size_t rare = 0;
  for (const char c : base::lower(secret)) {
    if (c < 'a' || c > 'z') continue;
    ++letters;
    vowels += "aeiou"sv.find(c) != std::string_view::npos ? 1 : 0;
    rare += "jqxzvwk"sv.find(c) != std::string_view::npos ? 1 : 0;
  }
  return vowels * 100 <= 35 * letters && rare >= 2;
}

bool not_slug(std::string_view secret, std::string_view) {
  static const RE2 slug(R"((?i)[a-z]{2,}(?:[-_./](?:[a-z]{2,}|v?[0-9]{1,4})){2,})", RE2::Latin1);
  return !RE2::FullMatch(piece(secret), slug);
}

// NATS: base32 of two prefix bytes, 32 bytes and their CRC-16 (XMODEM, little-endian).
bool nkey(std::string_view secret, std::string_view) {
  const auto raw = base32_bytes(secret);
  if (!raw || raw->size() < 36) return false;
  std::uint32_t crc = 0;
  for (std::size_t i = 0; i < 34; ++i) {
    crc ^= std::uint32_t{static_cast<unsigned char>((*raw)[i])} << 8;
    for (int bit = 0; bit < 8; ++bit) crc = ((crc & 0x8000) != 0 ? crc << 1 ^ 0x1021 : crc << 1) & 0xFFFF;
  }
  return static_cast<unsigned char>((*raw)[34]) == (crc & 0xFF) &&
         static_cast<unsigned char>((*raw)[35]) == crc >> 8;
}

// Labels and messages of forms.
bool not_form_word(std::string_view secret, std::string_view) {
  constexpr std::array kWords = {
      "required"sv,  "optional"sv, "invalid"sv, "confirm"sv, "hidden"sv, "forgot"sv,    "reset"sv,
      "change"sv,    "enter"sv,    "input"sv,   "field"sv,   "label"sv,  "short"sv,     "strong"sv,
      "show"sv,      "login"sv,    "signin"sv,  "update"sv,  "email"sv,  "validate"sv,  "missing"sv,
      "incorrect"sv, "number"sv,   "boolean"sv, "object"sv,  "array"sv,  "textfield"sv, "varchar"sv,
      "encrypted"sv, "disabled"sv, "enabled"sv, "never"sv,   "always"sv, "manual"sv,    "prompt"sv};
  if (std::find(kWords.begin(), kWords.end(), base::lower(secret)) != kWords.end()) return false;
  if (std::all_of(secret.begin(), secret.end(), is_digit)) return false;
  static const RE2 word(R"(^[A-Z][a-z]+$|pass|kennw|[\x80-\xff])", RE2::Latin1);
  return !RE2::PartialMatch(piece(secret), word);
}

bool luhn(std::string_view secret, std::string_view) {
  int sum = 0;
  int count = 0;
  for (auto c = secret.rbegin(); c != secret.rend(); ++c) {
    if (!is_digit(*c)) continue;
    const int digit = *c - '0';
    sum += count % 2 == 0 ? digit : digit > 4 ? 2 * digit - 9 : 2 * digit;
    ++count;
  }
  return count > 1 && sum % 10 == 0;
}

// Keys that stand in everyone's documentation, sample projects and browsers: Google's own Firebase and Maps
// samples, the passwords of Microsoft's page on nuget.config. As digests, so that this list is no list of
// keys.
bool not_published(std::string_view secret, std::string_view) {
  constexpr std::array kPublished = {
      0x0B476BDF9ACF2123u, 0x2037ABCAFFB2B777u, 0x27A9A42931DFF7EBu, 0x37F8F09BDF12C2F2u, 0x3A8B61D0F636B007u,
      0x3F370C9DD8225C63u, 0x49F777DB995E8260u, 0x4C98242DCADC8B29u, 0x8731261CB72D8626u, 0xA0702BC91D699F60u,
      0xA19F89AB3555EAC1u, 0xA6C814BC555AE62Cu, 0xDBA72C00F41F4E4Cu, 0xDC0FCF046C61640Cu, 0xE4A5542BB7FD7B67u,
      0xEA9BB1082CF95663u, 0xEB540D2B6EE2A0A4u, 0xF56E323494A6FFC2u};
  const std::string digest = base::to_hex(base::sha256(secret)).substr(0, 16);
  const std::uint64_t number = std::strtoull(digest.c_str(), nullptr, 16);
  return std::find(kPublished.begin(), kPublished.end(), number) == kPublished.end();
}

// Letters and digits that change places often, as those of a generated token do and those of names do not.
bool random_run(std::string_view secret, std::string_view) {
  std::size_t digits = 0;
  std::size_t letters = 0;
  std::size_t changes = 0;
  bool last_digit = false;
  for (const char c : secret) {
    const bool digit = is_digit(c);
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!digit && !letter) continue;
    if (digits + letters > 0 && digit != last_digit) ++changes;
    last_digit = digit;
    ++(digit ? digits : letters);
  }
  return digits >= 2 && letters >= 2 && changes * 8 >= digits + letters;
}

// Base64 of a JSON Web Token: its first part is base64url of an object.
bool jwt_base64(std::string_view secret, std::string_view) {
  const auto text = strict_base64(base::trim(secret));
  if (!text || !text->starts_with("eyJ")) return false;
  const std::size_t dot = text->find('.');
  if (dot == std::string::npos) return false;
  // Headers that are cut or not JSON are seen too: then what follows must look like a second part.
  const auto header = strict_base64(std::string_view(*text).substr(0, dot), Alphabet::url);
  return (header && json_members(*header).has_value()) || text->substr(dot + 1).starts_with("eyJ");
}

constexpr std::array kChecks = {
    Check{"age", age},
    Check{"aws-key-id", aws_key_id},
    Check{"azdo-pat", azdo_pat},
    Check{"azure-cask", azure_cask},
    Check{"azure-identifiable", azure_identifiable},
    Check{"base64", base64},
    Check{"base64url", base64url},
    Check{"basic-auth", basic_auth},
    Check{"bitlocker", bitlocker},
    Check{"cisco-type7", cisco_type7},
    Check{"der", der},
    Check{"entra-client-secret", entra_client_secret},
    Check{"github-crc32", github_crc32},
    Check{"gitlab-routable", gitlab_routable},
    Check{"grafana-crc32", grafana_crc32},
    Check{"has-digit", has_digit},
    Check{"grafana-key", grafana_key},
    Check{"hex", hex},
    Check{"jwt", jwt},
    Check{"jwt-base64", jwt_base64},
    Check{"kubernetes-value", kubernetes_value},
    Check{"login-line", login_line},
    Check{"luhn", luhn},
    Check{"mixed-classes", mixed_classes},
    Check{"nkey", nkey},
    Check{"not-azurite", not_azurite},
    Check{"not-code", not_code},
    Check{"not-doc-password", not_doc_password},
    Check{"not-form-word", not_form_word},
    Check{"not-mailed-link", not_mailed_link},
    Check{"not-page-token", not_page_token},
    Check{"not-placeholder", not_placeholder},
    Check{"not-prose", not_prose},
    Check{"not-public-half", not_public_half},
    Check{"not-published", not_published},
    Check{"not-revision", not_revision},
    Check{"not-slug", not_slug},
    Check{"not-snmp-default", not_snmp_default},
    Check{"not-template", not_template},
    Check{"not-url-path", not_url_path},
    Check{"not-mail-tag", not_mail_tag},
    Check{"npm-crc32", github_crc32},
    Check{"pem", pem},
    Check{"pem-base64", pem_base64_text},
    Check{"random-run", random_run},
    Check{"rare-letters", rare_letters},
    Check{"two-classes", two_classes},
    Check{"url-credentials", url_credentials},
    Check{"uuid", uuid},
    Check{"wireguard", wireguard},
};

}  // namespace

const Check *find_check(std::string_view name) {
  const auto found =
      std::find_if(kChecks.begin(), kChecks.end(), [name](const Check &c) { return c.name == name; });
  return found == kChecks.end() ? nullptr : &*found;
}

std::span<const Check> all_checks() {
  return kChecks;
}

std::optional<std::string> aws_account_of(std::string_view key_id) {
  // Keys issued before 2019 have I or J as the fifth character and no account inside.
  if (key_id.size() < 16 || key_id[4] == 'I' || key_id[4] == 'J' || !aws_key_id(key_id, key_id))
    return std::nullopt;
  const auto raw = base32_bytes(key_id.substr(4));
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 6; ++i) number = number << 8 | static_cast<unsigned char>((*raw)[i]);
  return in_digits((number & 0x7FFFFFFFFF80u) >> 7, "0123456789", 12);
}

}  // namespace dislodge::secret

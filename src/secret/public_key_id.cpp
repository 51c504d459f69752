#include "secret/public_key_id.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/ascii.hpp"

namespace dislodge::secret {
namespace {

using base::is_hex_digit;
using std::string_view_literals::operator""sv;

// What is asked of a server of keys, or said of who signed.
constexpr std::array kAsked = {
    "recv-key"sv,    "receive-key"sv, "search-key"sv,  "send-key"sv,   "fetch-key"sv,
    "refresh-key"sv, "locate-key"sv,  "delete-key"sv,  "edit-key"sv,   "sign-key"sv,
    "list-key"sv,    "export-key"sv,  "signing-key"sv, "signingkey"sv, "key-id"sv,
    "keyid"sv,       "key_id"sv,      "sig_key"sv,     "sigkey"sv,     "signed-key"sv,
    "default-key"sv, "trusted-key"sv, "local-user"sv,  "gpg-key"sv,    "gpgkey"sv};

// "3D:4E:71:...": of MD5, SHA-1 or SHA-256.
bool is_fingerprint(std::string_view value) {
  if (value.size() != 16 * 3 - 1 && value.size() != 20 * 3 - 1 && value.size() != 32 * 3 - 1) return false;
  for (std::size_t i = 0; i < value.size(); ++i)
    if (i % 3 == 2 ? value[i] != ':' : !is_hex_digit(value[i])) return false;
  return true;
}

}  // namespace

bool is_public_key_id(std::string_view name, std::string_view value) {
  if (is_fingerprint(value)) return true;
  if (value.starts_with("0x") || value.starts_with("0X")) value.remove_prefix(2);
  const bool id = (value.size() == 8 || value.size() == 16 || value.size() == 40 || value.size() == 64) &&
                  std::all_of(value.begin(), value.end(), is_hex_digit);
  return id && std::any_of(kAsked.begin(), kAsked.end(), [&](std::string_view asked) {
           return name.find(asked) != std::string_view::npos;
         });
}

}  // namespace dislodge::secret

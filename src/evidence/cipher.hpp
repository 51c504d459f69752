#pragma once
// The ciphers and digests of encrypted containers (zip, PDF, Office, 7z), over OpenSSL's primitives. None of
// them throws or fails on data of any length: what is too short gives less or nothing.

#include <cstdint>
#include <string>
#include <string_view>

namespace dislodge::evidence {

enum class Digest : std::uint8_t { md5, sha1, sha256, sha384, sha512 };

std::string digest_of(Digest digest, std::string_view data);
std::size_t digest_size(Digest digest);
std::string hmac_of(Digest digest, std::string_view key, std::string_view data);
// RFC 8018.
std::string pbkdf2(Digest digest, std::string_view password, std::string_view salt, std::uint32_t iterations,
                   std::size_t size);

// RC4, which OpenSSL's default provider has no more.
std::string rc4(std::string_view key, std::string_view data);

// AES with a key of 16, 24 or 32 bytes; whole blocks only, padding is left in place.
std::string aes_cbc_decrypt(std::string_view key, std::string_view iv, std::string_view data);
std::string aes_cbc_encrypt(std::string_view key, std::string_view iv, std::string_view data);
std::string aes_ecb_decrypt(std::string_view key, std::string_view data);
// Counter mode with a little-endian counter that begins at 1, as WinZip has it; any length.
std::string aes_ctr_winzip(std::string_view key, std::string_view data);

}  // namespace dislodge::evidence

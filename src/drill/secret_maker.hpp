#pragma once
// Makes values of secrets as their vendors make them, checksums included, so that a scanner which verifies
// formats accepts them. None was ever valid anywhere.
// Sources: GitHub's token format post (CRC-32 in base 62), Microsoft security-utilities (Marvin checksum of
// identifiable keys), AWS key ids (account number in base 32), OpenSSH PROTOCOL.key, RFC 7519, RFC 5280, RFC
// 8017.

#include <string>
#include <string_view>

#include "drill/random.hpp"

namespace dislodge::drill {

std::string make_password(Random &random);             // as people choose them: "Harbor!Tide-4471"
std::string make_github_token(Random &random);         // ghp_ + 30 + checksum
std::string make_entra_client_secret(Random &random);  // 40 characters, "8Q~" inside
std::string make_slack_bot_token(Random &random);      // xoxb-
std::string make_sendgrid_key(Random &random);         // SG.
std::string make_storage_account_key(Random &random);  // 64 bytes, signature "+ASt" and checksum

struct AwsKeyPair {
  std::string key_id;  // its base 32 carries the account number
  std::string secret;
};
AwsKeyPair make_aws_key_pair(Random &random, std::string_view account);

// An HS256 token over the given JSON claims.
std::string make_jwt(Random &random, std::string_view claims_json);

struct SshKey {
  std::string private_key;  // OpenSSH format, not encrypted
  std::string public_key;   // "ssh-ed25519 AAAA... comment"
  std::string fingerprint;  // "SHA256:..."
};
SshKey make_ssh_key(Random &random, std::string_view comment);

struct CertifiedKey {
  std::string private_key;  // PKCS#8, PEM
  std::string certificate;  // self-signed X.509, PEM
};
// RSA with 2,048 bits; the subject is CN=name, O=organisation.
CertifiedKey make_certified_key(Random &random, std::string_view name, std::string_view organisation);

}  // namespace dislodge::drill

#include "file/pdf_crypt.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

#include "file/pdf_document.hpp"

namespace dislodge::file {
namespace {

using Kind = PdfValue::Kind;

constexpr std::string_view kPadding(
    "\x28\xBF\x4E\x5E\x4E\x75\x8A\x41\x64\x00\x4E\x56\xFF\xFA\x01\x08"
    "\x2E\x2E\x00\xB6\xD0\x68\x3E\x80\x2F\x0C\xA9\xFE\x64\x53\x69\x7A",
    32);

std::string digest(const EVP_MD *kind, std::string_view data) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  if (EVP_Digest(data.data(), data.size(), out.data(), &size, kind, nullptr) != 1) return {};
  return {reinterpret_cast<const char *>(out.data()), size};
}
std::string md5(std::string_view data) {
  return digest(EVP_md5(), data);
}

// RC4 is not in OpenSSL's default provider any more.
std::string rc4(std::string_view key, std::string_view data) {
  if (key.empty()) return std::string(data);
  std::array<std::uint8_t, 256> state{};
  std::iota(state.begin(), state.end(), std::uint8_t{0});
  for (unsigned i = 0, j = 0; i < 256; ++i) {
    j = (j + state[i] + static_cast<unsigned char>(key[i % key.size()])) & 255;
    std::swap(state[i], state[j]);
  }
  std::string out(data);
  unsigned i = 0;
  unsigned j = 0;
  for (char &c : out) {
    i = (i + 1) & 255;
    j = (j + state[i]) & 255;
    std::swap(state[i], state[j]);
    c = static_cast<char>(static_cast<unsigned char>(c) ^ state[(state[i] + state[j]) & 255]);
  }
  return out;
}

// CBC. Without padding all whole blocks come out.
std::string aes(const EVP_CIPHER *cipher, std::string_view key, std::string_view iv, std::string_view data,
                bool encrypt, bool padding) {
  data = data.substr(0, data.size() / 16 * 16);
  std::string out(data.size() + 16, '\0');
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
  int size = 0;
  int rest = 0;
  const bool ready =
      context != nullptr &&
      EVP_CipherInit_ex(context, cipher, nullptr, reinterpret_cast<const unsigned char *>(key.data()),
                        reinterpret_cast<const unsigned char *>(iv.data()), encrypt ? 1 : 0) == 1;
  if (ready) {
    EVP_CIPHER_CTX_set_padding(context, 0);
    EVP_CipherUpdate(context, reinterpret_cast<unsigned char *>(out.data()), &size,
                     reinterpret_cast<const unsigned char *>(data.data()), static_cast<int>(data.size()));
    EVP_CipherFinal_ex(context, reinterpret_cast<unsigned char *>(out.data()) + size, &rest);
  }
  EVP_CIPHER_CTX_free(context);
  out.resize(static_cast<std::size_t>(size + rest));
  // Padding is taken off where it is right; a wrong one means a damaged end, which is kept.
  if (padding && !out.empty()) {
    const auto count = static_cast<unsigned char>(out.back());
    if (count >= 1 && count <= 16 && count <= out.size()) out.resize(out.size() - count);
  }
  return out;
}

// Revision 6 (ISO 32000-2 section 7.6.4.3.4): hashing hardened by AES.
std::string hash_revision_6(std::string_view password, std::string_view salt, std::string_view user) {
  std::string k = digest(EVP_sha256(), std::string(password) + std::string(salt) + std::string(user));
  for (int round = 1; round <= 2000; ++round) {
    const std::string unit = std::string(password) + k + std::string(user);
    std::string block;
    for (int i = 0; i < 64; ++i) block += unit;
    const std::string_view key(k);
    const std::string e = aes(EVP_aes_128_cbc(), key.substr(0, 16), key.substr(16, 16), block, true, false);
    if (e.size() < 16) return {};
    int sum = 0;
    for (std::size_t i = 0; i < 16; ++i) sum += static_cast<unsigned char>(e[i]);
    k = digest(sum % 3 == 0 ? EVP_sha256() : sum % 3 == 1 ? EVP_sha384() : EVP_sha512(), e);
    if (round >= 64 && static_cast<unsigned char>(e.back()) <= round - 32) break;
  }
  return k.substr(0, 32);
}

}  // namespace

std::unique_ptr<PdfCrypt> PdfCrypt::open(const PdfDocument &document, const PdfValue &dictionary,
                                         std::string_view id) {
  const auto number = [&](std::string_view key, int otherwise) {
    const PdfValue &value = document.get(dictionary, key);
    return value.is(Kind::number) ? static_cast<int>(static_cast<std::int64_t>(value.number)) : otherwise;
  };
  const auto text = [&](std::string_view key) { return pdf_string_bytes(document.get(dictionary, key)); };
  if (!document.get(dictionary, "Filter").is_name("Standard")) return nullptr;
  const int version = number("V", 0);
  const int revision = number("R", 2);
  const std::string owner = text("O");
  const std::string user = text("U");
  if (owner.size() < 32 || user.size() < 32) return nullptr;
  auto crypt = std::make_unique<PdfCrypt>();
  crypt->metadata_ = !(document.get(dictionary, "EncryptMetadata").is(Kind::boolean) &&
                       document.get(dictionary, "EncryptMetadata").number == 0);
  std::size_t key_size =
      version == 1 ? 5 : static_cast<std::size_t>(std::clamp(number("Length", 40) / 8, 5, 16));
  if (version == 4 || version == 5) {
    key_size = version == 4 ? 16 : 32;
    const auto method = [&](std::string_view which) {
      const PdfValue &name = document.get(dictionary, which);
      if (!name.is(Kind::name) || name.raw == "Identity") return Method::identity;
      const PdfValue &filter = document.get(document.get(dictionary, "CF"), name.raw);
      const PdfValue &cfm = document.get(filter, "CFM");
      if (cfm.is_name("AESV2")) return Method::aes_128;
      if (cfm.is_name("AESV3")) return Method::aes_256;
      return cfm.is_name("V2") ? Method::rc4 : Method::identity;
    };
    crypt->streams_ = method("StmF");
    crypt->strings_ = method("StrF");
  } else if (version < 1 || version > 2) {
    return nullptr;
  }
  if (revision >= 5) {
    if (user.size() < 48) return nullptr;
    const std::string wrapped = text("UE");
    if (wrapped.size() < 32) return nullptr;
    const std::string_view check = std::string_view(user).substr(32, 8);
    const std::string_view salt = std::string_view(user).substr(40, 8);
    const auto hash = [&](std::string_view with) {
      return revision == 5 ? digest(EVP_sha256(), with) : hash_revision_6("", with, "");
    };
    if (hash(check) != user.substr(0, 32)) return nullptr;
    crypt->key_ = aes(EVP_aes_256_cbc(), hash(salt), std::string(16, '\0'),
                      std::string_view(wrapped).substr(0, 32), false, false);
    return crypt;
  }
  // Algorithm 2 of ISO 32000-1, with an empty password.
  const auto permissions = static_cast<std::uint32_t>(number("P", 0));
  std::string input(kPadding);
  input += std::string_view(owner).substr(0, 32);
  for (int i = 0; i < 4; ++i) input += static_cast<char>(permissions >> (8 * i));
  input += id;
  if (revision >= 4 && !crypt->metadata_) input += "\xFF\xFF\xFF\xFF";
  std::string key = md5(input);
  if (revision >= 3)
    for (int i = 0; i < 50; ++i) key = md5(std::string_view(key).substr(0, key_size));
  key.resize(std::min<std::size_t>(key_size, key.size()));
  // Algorithms 4 and 5: does it open?
  if (revision == 2) {
    if (rc4(key, kPadding) != user.substr(0, 32)) return nullptr;
  } else {
    std::string expected = rc4(key, md5(std::string(kPadding) + std::string(id)));
    for (int i = 1; i <= 19; ++i) {
      std::string mixed = key;
      for (char &c : mixed) c = static_cast<char>(c ^ i);
      expected = rc4(mixed, expected);
    }
    if (expected.substr(0, 16) != user.substr(0, 16)) return nullptr;
  }
  crypt->key_ = std::move(key);
  return crypt;
}

bool PdfCrypt::covers(const PdfObject &object) const {
  if (object.number == own_object_) return false;
  const PdfValue *type = object.value.find("Type");
  if (type == nullptr) return true;
  return !type->is_name("XRef") && (metadata_ || !type->is_name("Metadata"));
}

std::string PdfCrypt::decrypt(std::string_view bytes, std::uint32_t number, std::uint32_t generation,
                              bool stream) const {
  const Method method = stream ? streams_ : strings_;
  if (method == Method::identity) return std::string(bytes);
  if (method == Method::aes_256) {
    if (bytes.size() < 32) return {};
    return aes(EVP_aes_256_cbc(), key_, bytes.substr(0, 16), bytes.substr(16), false, true);
  }
  std::string input = key_;
  for (int i = 0; i < 3; ++i) input += static_cast<char>(number >> (8 * i));
  for (int i = 0; i < 2; ++i) input += static_cast<char>(generation >> (8 * i));
  if (method == Method::aes_128) input += "sAlT";
  const std::string key = md5(input).substr(0, std::min<std::size_t>(16, key_.size() + 5));
  if (method == Method::rc4) return rc4(key, bytes);
  if (bytes.size() < 32) return {};
  return aes(EVP_aes_128_cbc(), key, bytes.substr(0, 16), bytes.substr(16), false, true);
}

}  // namespace dislodge::file

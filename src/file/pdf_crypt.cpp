#include "file/pdf_crypt.hpp"

#include <algorithm>
#include <vector>

#include "evidence/cipher.hpp"
#include "evidence/opened.hpp"
#include "file/pdf_document.hpp"

namespace dislodge::file {
namespace {

using Kind = PdfValue::Kind;
using evidence::aes_cbc_decrypt;
using evidence::aes_cbc_encrypt;
using evidence::Digest;
using evidence::digest_of;
using evidence::rc4;

constexpr std::string_view kPadding(
    "\x28\xBF\x4E\x5E\x4E\x75\x8A\x41\x64\x00\x4E\x56\xFF\xFA\x01\x08"
    "\x2E\x2E\x00\xB6\xD0\x68\x3E\x80\x2F\x0C\xA9\xFE\x64\x53\x69\x7A",
    32);

// CBC; padding is taken off where it is right; a wrong one means a damaged end, which is kept.
std::string decrypt_padded(std::string_view key, std::string_view iv, std::string_view data) {
  std::string out = aes_cbc_decrypt(key, iv, data);
  if (!out.empty()) {
    const auto count = static_cast<unsigned char>(out.back());
    if (count >= 1 && count <= 16 && count <= out.size()) out.resize(out.size() - count);
  }
  return out;
}

std::string md5(std::string_view data) {
  return digest_of(Digest::md5, data);
}

// RC4 with the key, then with the key mixed with 1 to 19; or the other way round.
std::string rc4_rounds(std::string_view key, std::string data, int from, int until) {
  for (int i = from; i != until; i += from < until ? 1 : -1) {
    std::string mixed(key);
    for (char &c : mixed) c = static_cast<char>(c ^ i);
    data = rc4(mixed, data);
  }
  return data;
}

// Revision 6 (ISO 32000-2 section 7.6.4.3.4): hashing hardened by AES.
std::string hash_revision_6(std::string_view password, std::string_view salt, std::string_view user) {
  std::string k = digest_of(Digest::sha256, std::string(password) + std::string(salt) + std::string(user));
  for (int round = 1; round <= 2000; ++round) {
    const std::string unit = std::string(password) + k + std::string(user);
    std::string block;
    for (int i = 0; i < 64; ++i) block += unit;
    const std::string_view key(k);
    const std::string e = aes_cbc_encrypt(key.substr(0, 16), key.substr(16, 16), block);
    if (e.size() < 16) return {};
    int sum = 0;
    for (std::size_t i = 0; i < 16; ++i) sum += static_cast<unsigned char>(e[i]);
    k = digest_of(sum % 3 == 0 ? Digest::sha256 : sum % 3 == 1 ? Digest::sha384 : Digest::sha512, e);
    if (round >= 64 && static_cast<unsigned char>(e.back()) <= round - 32) break;
  }
  return k.substr(0, 32);
}

// What the encryption dictionary says.
struct Handler {
  int revision = 0;
  std::size_t key_size = 0;
  std::string owner, user, owner_wrapped, user_wrapped;
  std::uint32_t permissions = 0;
  std::string id;
  bool metadata = true;
};

// Revisions 5 and 6: the key lies wrapped under either password. Empty where it opens neither.
std::string key_of_revision_6(const Handler &handler, std::string_view password) {
  password = password.substr(0, 127);
  if (handler.user.size() < 48) return {};
  const auto hash = [&](std::string_view salt, std::string_view user) {
    return handler.revision == 5
               ? digest_of(Digest::sha256, std::string(password) + std::string(salt) + std::string(user))
               : hash_revision_6(password, salt, user);
  };
  const auto open = [&](std::string_view entry, std::string_view wrapped, std::string_view user) {
    if (entry.size() < 48 || wrapped.size() < 32 || hash(entry.substr(32, 8), user) != entry.substr(0, 32))
      return std::string();
    return aes_cbc_decrypt(hash(entry.substr(40, 8), user), std::string(16, '\0'), wrapped.substr(0, 32));
  };
  std::string key = open(handler.user, handler.user_wrapped, "");
  if (key.empty())
    key = open(handler.owner, handler.owner_wrapped, std::string_view(handler.user).substr(0, 48));
  return key;
}

// Algorithm 2 of ISO 32000-1 with algorithms 4 and 5: empty where the user password is another one.
std::string key_of_user(const Handler &handler, std::string_view password) {
  std::string input(password.substr(0, 32));
  input += kPadding.substr(0, 32 - input.size());
  input += std::string_view(handler.owner).substr(0, 32);
  for (int i = 0; i < 4; ++i) input += static_cast<char>(handler.permissions >> (8 * i));
  input += handler.id;
  if (handler.revision >= 4 && !handler.metadata) input += "\xFF\xFF\xFF\xFF";
  std::string key = md5(input);
  if (handler.revision >= 3)
    for (int i = 0; i < 50; ++i) key = md5(std::string_view(key).substr(0, handler.key_size));
  key.resize(std::min(handler.key_size, key.size()));
  if (handler.revision == 2) return rc4(key, kPadding) == handler.user.substr(0, 32) ? key : std::string();
  const std::string check = rc4_rounds(key, md5(std::string(kPadding) + handler.id), 0, 20);
  return check.substr(0, 16) == handler.user.substr(0, 16) ? key : std::string();
}

// The user password, or the owner's, under which the user's is kept (algorithm 7).
std::string key_of_revision_4(const Handler &handler, std::string_view password) {
  std::string key = key_of_user(handler, password);
  if (!key.empty()) return key;
  std::string padded(password.substr(0, 32));
  padded += kPadding.substr(0, 32 - padded.size());
  std::string wrapping = md5(padded);
  if (handler.revision >= 3)
    for (int i = 0; i < 50; ++i) wrapping = md5(wrapping);
  wrapping.resize(std::min(handler.key_size, wrapping.size()));
  const std::string owner = handler.owner.substr(0, 32);
  return key_of_user(handler,
                     handler.revision == 2 ? rc4(wrapping, owner) : rc4_rounds(wrapping, owner, 19, -1));
}

}  // namespace

std::unique_ptr<PdfCrypt> PdfCrypt::open(const PdfDocument &document, const PdfValue &dictionary,
                                         std::string_view id, const evidence::Unlock &unlock) {
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
    crypt->embedded_ = document.get(dictionary, "EFF").is(Kind::name) ? method("EFF") : crypt->streams_;
  } else if (version < 1 || version > 2) {
    return nullptr;
  }
  const Handler handler{.revision = revision,
                        .key_size = key_size,
                        .owner = owner,
                        .user = user,
                        .owner_wrapped = text("OE"),
                        .user_wrapped = text("UE"),
                        .permissions = static_cast<std::uint32_t>(number("P", 0)),
                        .id = std::string(id),
                        .metadata = crypt->metadata_};
  std::vector<std::string> passwords{""};
  for (const std::string &each : unlock.passwords)
    for (std::string &spelling : evidence::spellings_of(each)) passwords.push_back(std::move(spelling));
  for (const std::string &password : passwords) {
    crypt->key_ = revision >= 5 ? key_of_revision_6(handler, password) : key_of_revision_4(handler, password);
    if (crypt->key_.empty()) continue;
    if (!password.empty()) evidence::tell_opened(password, evidence::Opens::item);
    return crypt;
  }
  // Only attached files are encrypted: the rest is read.
  if (crypt->streams_ == Method::identity && crypt->strings_ == Method::identity &&
      crypt->embedded_ != Method::identity)
    return crypt;
  return nullptr;
}

bool PdfCrypt::covers(const PdfObject &object) const {
  if (object.number == own_object_) return false;
  const PdfValue *type = object.value.find("Type");
  if (type == nullptr) return true;
  return !type->is_name("XRef") && (metadata_ || !type->is_name("Metadata"));
}

std::string PdfCrypt::decrypt(std::string_view bytes, std::uint32_t number, std::uint32_t generation,
                              Use use) const {
  const Method method = use == Use::string ? strings_ : use == Use::stream ? streams_ : embedded_;
  if (method == Method::identity) return std::string(bytes);
  if (method == Method::aes_256) {
    if (bytes.size() < 32) return {};
    return decrypt_padded(key_, bytes.substr(0, 16), bytes.substr(16));
  }
  std::string input = key_;
  for (int i = 0; i < 3; ++i) input += static_cast<char>(number >> (8 * i));
  for (int i = 0; i < 2; ++i) input += static_cast<char>(generation >> (8 * i));
  if (method == Method::aes_128) input += "sAlT";
  const std::string key = md5(input).substr(0, std::min<std::size_t>(16, key_.size() + 5));
  if (method == Method::rc4) return rc4(key, bytes);
  if (bytes.size() < 32) return {};
  return decrypt_padded(key, bytes.substr(0, 16), bytes.substr(16));
}

}  // namespace dislodge::file

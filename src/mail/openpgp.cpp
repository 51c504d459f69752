#include "mail/openpgp.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "base/encode.hpp"
#include "base/item_path.hpp"
#include "base/secure.hpp"
#include "evidence/cipher.hpp"
#include "evidence/opened.hpp"
#include "mail/base64.hpp"
#include "mail/find.hpp"

namespace dislodge::mail {
namespace {

constexpr std::size_t kRecipientsMax = 8;  // named in a reason; a list message may have hundreds
constexpr std::string_view kAPassphrase = "a passphrase";
constexpr std::string_view kPgpBegin = "-----BEGIN PGP MESSAGE-----";
constexpr std::string_view kPgpEnd = "-----END PGP MESSAGE-----";

// The bytes between the armor's header and its checksum.
std::string unarmored(std::string_view text) {
  std::size_t at = text.find(kPgpBegin);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + kPgpBegin.size());
  text = text.substr(0, text.find(kPgpEnd));
  // Headers ("Version: ...") end with a blank line.
  for (const std::string_view blank : {"\n\n", "\n\r\n"}) {
    at = text.substr(0, 2000).find(blank);
    if (at != std::string_view::npos) {
      text.remove_prefix(at + blank.size());
      break;
    }
  }
  std::string out;
  decode_base64(text.substr(0, 64 << 10), out);  // the key packets are the first
  return out;
}

// ---- librnp: of its interface (rnp/rnp.h) what is used here

using Ffi = struct rnp_ffi_st *;
using Input = struct rnp_input_st *;
using Output = struct rnp_output_st *;
using KeyHandle = struct rnp_key_handle_st *;
using Identifiers = struct rnp_identifier_iterator_st *;
using PasswordCallback = bool (*)(Ffi, void *, KeyHandle, const char *, char *, std::size_t);
constexpr std::uint32_t kLoadSecretKeys = 1u << 1;
constexpr std::uint32_t kLoadPermissive = 1u << 8;

struct Functions {
  std::uint32_t (*rnp_ffi_create)(Ffi *, const char *, const char *) = nullptr;
  std::uint32_t (*rnp_ffi_destroy)(Ffi) = nullptr;
  std::uint32_t (*rnp_ffi_set_pass_provider)(Ffi, PasswordCallback, void *) = nullptr;
  std::uint32_t (*rnp_import_keys)(Ffi, Input, std::uint32_t, char **) = nullptr;
  std::uint32_t (*rnp_input_from_memory)(Input *, const std::uint8_t *, std::size_t, bool) = nullptr;
  std::uint32_t (*rnp_input_destroy)(Input) = nullptr;
  std::uint32_t (*rnp_output_to_memory)(Output *, std::size_t) = nullptr;
  std::uint32_t (*rnp_output_memory_get_buf)(Output, std::uint8_t **, std::size_t *, bool) = nullptr;
  std::uint32_t (*rnp_output_destroy)(Output) = nullptr;
  std::uint32_t (*rnp_decrypt)(Ffi, Input, Output) = nullptr;
  std::uint32_t (*rnp_identifier_iterator_create)(Ffi, Identifiers *, const char *) = nullptr;
  std::uint32_t (*rnp_identifier_iterator_next)(Identifiers, const char **) = nullptr;
  std::uint32_t (*rnp_identifier_iterator_destroy)(Identifiers) = nullptr;
  std::uint32_t (*rnp_locate_key)(Ffi, const char *, const char *, KeyHandle *) = nullptr;
  std::uint32_t (*rnp_key_is_locked)(KeyHandle, bool *) = nullptr;
  std::uint32_t (*rnp_key_unlock)(KeyHandle, const char *) = nullptr;
  std::uint32_t (*rnp_key_handle_destroy)(KeyHandle) = nullptr;
};

template <typename F>
bool load(void *library, const char *name, F &function) {
  function = reinterpret_cast<F>(::dlsym(library, name));
  return function != nullptr;
}

const Functions *functions() {
  static const Functions *const loaded = []() -> const Functions * {
    void *const library = ::dlopen("librnp.so.0", RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return nullptr;
    static Functions f;
#define DISLODGE_LOAD(name) load(library, #name, f.name)
    const bool all = DISLODGE_LOAD(rnp_ffi_create) && DISLODGE_LOAD(rnp_ffi_destroy) &&
                     DISLODGE_LOAD(rnp_ffi_set_pass_provider) && DISLODGE_LOAD(rnp_import_keys) &&
                     DISLODGE_LOAD(rnp_input_from_memory) && DISLODGE_LOAD(rnp_input_destroy) &&
                     DISLODGE_LOAD(rnp_output_to_memory) && DISLODGE_LOAD(rnp_output_memory_get_buf) &&
                     DISLODGE_LOAD(rnp_output_destroy) && DISLODGE_LOAD(rnp_decrypt) &&
                     DISLODGE_LOAD(rnp_identifier_iterator_create) &&
                     DISLODGE_LOAD(rnp_identifier_iterator_next) &&
                     DISLODGE_LOAD(rnp_identifier_iterator_destroy) && DISLODGE_LOAD(rnp_locate_key) &&
                     DISLODGE_LOAD(rnp_key_is_locked) && DISLODGE_LOAD(rnp_key_unlock) &&
                     DISLODGE_LOAD(rnp_key_handle_destroy);
#undef DISLODGE_LOAD
    return all ? &f : nullptr;
  }();
  return loaded;
}

// The keys of an Unlock, and its passwords for messages that ask for one.
class KeyRing {
 public:
  explicit KeyRing(const evidence::Unlock &unlock) : f_(functions()) {
    if (f_ == nullptr || f_->rnp_ffi_create(&ffi_, "GPG", "GPG") != 0) {
      ffi_ = nullptr;
      return;
    }
    null_ = std::fopen("/dev/null", "w");
    const Quiet quiet(null_);
    passwords_ = unlock.passwords;
    f_->rnp_ffi_set_pass_provider(ffi_, give_password, this);
    for (const std::string &file : unlock.keys) add(file);
    unlock_keys();
  }
  ~KeyRing() {
    if (ffi_ != nullptr) f_->rnp_ffi_destroy(ffi_);
    for (std::string &password : passwords_) base::wipe(password);
    if (null_ != nullptr) std::fclose(null_);
  }
  KeyRing(const KeyRing &) = delete;
  KeyRing &operator=(const KeyRing &) = delete;

  bool usable() const { return ffi_ != nullptr; }
  bool has_locked_keys() const { return locked_ > 0; }

  bool open(std::string_view message, std::size_t most, std::string &content) {
    const Quiet quiet(null_);
    // Of a message under a passphrase the library asks once: each password is a try of its own.
    for (std::size_t i = 0; i == 0 || (i < passwords_.size() && i < kPgpPassphrasesMax); ++i) {
      password_ = i < passwords_.size() ? &passwords_[i] : nullptr;
      asked_ = false;
      if (open_once(message, most, content)) {
        if (asked_ && password_ != nullptr) evidence::tell_opened(*password_, evidence::Opens::member);
        return true;
      }
      if (!asked_) return false;
    }
    return false;
  }

 private:
  void add(const std::string &file) {
    Input in = nullptr;
    if (f_->rnp_input_from_memory(&in, reinterpret_cast<const std::uint8_t *>(file.data()), file.size(),
                                  false) != 0)
      return;
    // PEM and DER are other things' keys; those are refused here.
    f_->rnp_import_keys(ffi_, in, kLoadSecretKeys | kLoadPermissive, nullptr);
    f_->rnp_input_destroy(in);
  }

  void unlock_keys() {
    Identifiers all = nullptr;
    if (f_->rnp_identifier_iterator_create(ffi_, &all, "fingerprint") != 0) return;
    const char *fingerprint = nullptr;
    while (f_->rnp_identifier_iterator_next(all, &fingerprint) == 0 && fingerprint != nullptr) {
      KeyHandle key = nullptr;
      if (f_->rnp_locate_key(ffi_, "fingerprint", fingerprint, &key) != 0 || key == nullptr) continue;
      bool locked = false;
      if (f_->rnp_key_is_locked(key, &locked) == 0 && locked) {
        std::size_t tried = 0;
        for (const std::string &password : passwords_) {
          if (++tried > kPgpPassphrasesMax) break;
          if (f_->rnp_key_unlock(key, password.c_str()) == 0) {
            locked = false;
            break;
          }
        }
        // Without a passphrase of its own.
        if (locked && f_->rnp_key_unlock(key, "") == 0) locked = false;
        locked_ += locked;
      }
      f_->rnp_key_handle_destroy(key);
    }
    f_->rnp_identifier_iterator_destroy(all);
  }

  bool open_once(std::string_view message, std::size_t most, std::string &content) {
    Input in = nullptr;
    Output out = nullptr;
    bool opened = false;
    if (f_->rnp_input_from_memory(&in, reinterpret_cast<const std::uint8_t *>(message.data()), message.size(),
                                  false) == 0 &&
        f_->rnp_output_to_memory(&out, most) == 0 && f_->rnp_decrypt(ffi_, in, out) == 0) {
      std::uint8_t *bytes = nullptr;
      std::size_t size = 0;
      if (f_->rnp_output_memory_get_buf(out, &bytes, &size, false) == 0) {
        content.assign(reinterpret_cast<const char *>(bytes), size);
        opened = true;
      }
    }
    if (in != nullptr) f_->rnp_input_destroy(in);
    if (out != nullptr) f_->rnp_output_destroy(out);
    return opened;
  }

  static bool give_password(Ffi, void *self, KeyHandle key, const char *, char *buffer, std::size_t size) {
    auto &ring = *static_cast<KeyRing *>(self);
    if (key != nullptr) return false;  // every key has been tried with every password
    const bool again = ring.asked_;
    ring.asked_ = true;
    const std::string *password = ring.password_;
    if (again || password == nullptr || password->size() + 1 > size ||
        password->find('\0') != std::string::npos)
      return false;
    std::memcpy(buffer, password->c_str(), password->size() + 1);
    return true;
  }

  // The library writes what it dislikes about a message to stderr and has no switch for that. In glibc stderr
  // is a variable like any other; the worker that reads has one thread.
  class Quiet {
   public:
    explicit Quiet(std::FILE *null) : kept_(stderr) {
      if (null != nullptr) stderr = null;
    }
    ~Quiet() { stderr = kept_; }
    Quiet(const Quiet &) = delete;
    Quiet &operator=(const Quiet &) = delete;

   private:
    std::FILE *kept_;
  };

  const Functions *f_;
  Ffi ffi_ = nullptr;
  std::vector<std::string> passwords_;
  const std::string *password_ = nullptr;  // the one that is tried
  bool asked_ = false;
  std::FILE *null_ = nullptr;
  std::size_t locked_ = 0;
};

// Deriving a key from a passphrase takes long, and a mailbox has thousands of encrypted messages.
KeyRing &ring_of(const evidence::Unlock &unlock) {
  thread_local std::string known;
  thread_local std::unique_ptr<KeyRing> ring;
  std::string all;
  for (const auto *list : {&unlock.keys, &unlock.passwords})
    for (const std::string &one : *list) all += std::to_string(one.size()) + ':' + one;
  const std::string digest = evidence::digest_of(evidence::Digest::sha256, all);
  base::wipe(all);
  if (!ring || digest != known) {
    known = digest;
    ring = std::make_unique<KeyRing>(unlock);
  }
  return *ring;
}

}  // namespace

std::vector<PgpBlock> find_pgp_messages(std::string_view text) {
  std::vector<PgpBlock> blocks;
  std::size_t at = 0;
  while ((at = find_bytes(text, kPgpBegin, at)) != std::string_view::npos) {
    const std::size_t end = find_bytes(text, kPgpEnd, at);
    const std::size_t stop = end == std::string_view::npos ? text.size() : end + kPgpEnd.size();
    blocks.push_back({at, stop});
    at = stop;
  }
  return blocks;
}

std::string pgp_recipients(std::string_view message) {
  std::string own;
  if (message.find(kPgpBegin) != std::string_view::npos) {
    own = unarmored(message);
    message = own;
  }
  std::string keys;
  bool passphrase = false;
  std::size_t at = 0;
  const auto byte = [&](std::size_t i) -> std::size_t {
    return i < message.size() ? static_cast<unsigned char>(message[i]) : 0u;
  };
  // Packets (RFC 9580 section 4.2) until the first that is no session key.
  for (std::size_t count = 0; at < message.size() && count < kRecipientsMax; ++count) {
    const std::size_t head = byte(at);
    if ((head & 0x80) == 0) break;
    std::size_t tag = 0;
    std::size_t size = 0;
    std::size_t body = 0;
    if (head & 0x40) {
      tag = head & 0x3F;
      const std::size_t first = byte(at + 1);
      if (first < 192)
        size = first, body = at + 2;
      else if (first < 224)
        size = ((first - 192) << 8) + byte(at + 2) + 192, body = at + 3;
      else
        break;
    } else {
      tag = head >> 2 & 15;
      if ((head & 3) == 0)
        size = byte(at + 1), body = at + 2;
      else if ((head & 3) == 1)
        size = byte(at + 1) << 8 | byte(at + 2), body = at + 3;
      else
        break;
    }
    if (tag == 1 && byte(body) == 3 && size >= 10) {
      std::uint64_t id = 0;
      for (std::size_t i = 0; i < 8; ++i) id = id << 8 | byte(body + 1 + i);
      if (!keys.empty()) keys += ", ";
      keys += id == 0 ? std::string("a hidden key") : fmt::format("0x{:016X}", id);
    } else if (tag == 3) {
      passphrase = true;
    } else {
      break;
    }
    at = body + size;
  }
  if (!keys.empty()) return "key " + keys;
  return passphrase ? std::string(kAPassphrase) : std::string();
}

// An encrypted message begins with its session key, for a key (packet 1, version 3) or for a passphrase
// (packet 3, version 4), and another such packet or the encrypted data follows (RFC 9580 section 10.3).
bool recognises_openpgp(std::string_view bytes) {
  const std::string_view text = base::trim(bytes.substr(0, 200));
  if (text.starts_with(kPgpBegin)) return true;
  const auto byte = [bytes](std::size_t at) {
    return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0u;
  };
  // Where the body of the packet at `at` begins; 0 where there is none.
  const auto body_of = [&](std::size_t at, unsigned &tag) -> std::size_t {
    const unsigned head = byte(at);
    if ((head & 0xC0) == 0xC0) {
      tag = head & 0x3F;
      return at + (byte(at + 1) < 192 || byte(at + 1) >= 224 ? 2 : 3);
    }
    if ((head & 0x80) == 0) return 0;
    tag = head >> 2 & 15;
    static constexpr std::array<std::size_t, 4> kLengths = {2, 3, 5, 1};
    return at + kLengths[head & 3];
  };
  unsigned tag = 0;
  const std::size_t body = body_of(0, tag);
  if (body < 2 || body > 3 || (tag != 1 && tag != 3)) return false;
  std::size_t size = byte(1);
  if (body == 3)
    size = (byte(0) & 0x40) != 0 ? (byte(1) - 192u) * 256 + byte(2) + 192 : byte(1) * 256 + byte(2);
  const unsigned algorithm = byte(body + (tag == 1 ? 9 : 1));
  const bool of_key =
      tag == 1 && byte(body) == 3 && size >= 40 &&
      (algorithm == 1 || algorithm == 2 || algorithm == 16 || algorithm == 18 || algorithm == 25);
  const bool of_passphrase = tag == 3 && byte(body) == 4 && size >= 4 && algorithm > 0 && algorithm <= 13;
  if ((!of_key && !of_passphrase) || body + size >= bytes.size()) return false;
  unsigned follows = 0;
  if (body_of(body + size, follows) == 0) return false;
  return follows == 1 || follows == 3 || follows == 9 || follows == 18 || follows == 20;
}

namespace {

// Botan, on which librnp stands, does one half of each operation with an RSA key on a thread of its own pool,
// which it makes with the first of them: the sandbox lets nobody make a thread any more.
void prepare_pool() {
  if (functions() == nullptr) return;
  void *const botan = ::dlopen("libbotan-2.so.19", RTLD_NOW | RTLD_NOLOAD);
  if (botan == nullptr) return;
  ::setenv("BOTAN_THREAD_POOL_SIZE", "1", 1);
  using GlobalInstance = void *(*)();  // Botan::Thread_Pool::global_instance(), which gives a reference
  if (const auto instance =
          reinterpret_cast<GlobalInstance>(::dlsym(botan, "_ZN5Botan11Thread_Pool15global_instanceEv")))
    instance();
}

}  // namespace

void prepare_openpgp(const evidence::Unlock &unlock) {
  if (unlock.empty()) return;
  if (!unlock.keys.empty()) prepare_pool();
  ring_of(unlock);
}

OpenedPgp open_pgp(std::string_view message, const evidence::Unlock &unlock, std::size_t most) {
  OpenedPgp result;
  const std::string recipients = pgp_recipients(message);
  if (!recipients.empty() && unlock.empty()) {
    result.remedy = recipients == kAPassphrase ? "supply the passphrase with --password-file"
                                               : "supply the recipient's secret key (gpg "
                                                 "--export-secret-keys) with --key and its passphrase with "
                                                 "--password-file";
    return result;
  }
  KeyRing &ring = ring_of(unlock);
  if (!ring.usable()) {
    result.remedy =
        "install librnp0, which opens OpenPGP, or decrypt it with the recipient's key and add the result";
    return result;
  }
  result.opened = ring.open(message, most, result.content);
  if (!result.opened && recipients == kAPassphrase)
    result.remedy = "supply the passphrase with --password-file: none of those tried opens it";
  else if (!result.opened)
    result.remedy =
        ring.has_locked_keys()
            ? "supply the passphrase of the secret key with --password-file"
            : "supply the recipient's secret key with --key and its passphrase with --password-file";
  return result;
}

base::Result<void> read_openpgp(const evidence::ItemView &item, evidence::Sink &sink) {
  const base::Limits &limits = sink.limits();
  OpenedPgp message =
      open_pgp(item.bytes, sink.unlock(),
               static_cast<std::size_t>(std::min(limits.member_bytes_max, limits.worker_memory_bytes / 4)));
  if (!message.opened) {
    const std::string recipients = pgp_recipients(item.bytes);
    sink.unread(
        {.bytes = item.bytes.size(),
         .state = recipients.empty() ? evidence::LedgerState::damaged : evidence::LedgerState::encrypted,
         .reason = recipients.empty() ? "an OpenPGP message that cannot be opened"
                                      : "encrypted (OpenPGP) to " + recipients,
         .remedy = message.remedy,
         .child = {},
         .child_size = 0});
    return {};
  }
  std::string_view name = item.name;
  for (const std::string_view ending : {".gpg", ".pgp", ".asc"})
    if (base::lower(name).ends_with(ending)) name.remove_suffix(ending.size());
  const std::string path = base::join_item(item.path, "1");
  evidence::ItemView inner;
  inner.path = path;
  inner.bytes = message.content;
  inner.name = name;
  inner.depth = item.depth + 1;
  inner.within = item.within;
  sink.child(inner);
  base::wipe(message.content);
  return {};
}

}  // namespace dislodge::mail

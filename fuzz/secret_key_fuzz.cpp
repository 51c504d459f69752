// Any bytes as a key file, a private key, a certificate, a PEM text.
#include <cstdint>
#include <cstdlib>
#include <filesystem>

#include "secret/der.hpp"
#include "secret/key_material.hpp"
#include "secret/key_store.hpp"
#include "secret/openpgp_key.hpp"
#include "secret/pem.hpp"
#include "secret/ssh_unlock.hpp"

namespace {

using namespace dislodge;

class Ignore : public secret::FoundSink {
 public:
  void found(secret::Found one) override {
    if (one.value.empty()) std::abort();
  }
};

secret::Scanner &scanner() {
  static secret::Scanner *const kScanner = [] {
    auto *rules = new secret::RuleSet();  // key files need no rules
    rules->digest = "none";
    auto compiled = secret::Matcher::compile(*rules);
    if (!compiled) std::abort();
    auto matcher = secret::Matcher::load(*rules, *compiled);
    if (!matcher) std::abort();
    auto *kept = new secret::Matcher(std::move(*matcher));
    auto made = secret::Scanner::make(*rules, *kept, {});
    if (!made) std::abort();
    return new secret::Scanner(std::move(*made));
  }();
  return *kScanner;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char *>(data), size);
  evidence::ItemView item;
  item.path = "key";
  item.bytes = bytes;
  item.type = evidence::ItemType::key_store;
  Ignore ignore;
  (void)secret::scan_key_file(item, scanner(), ignore);
  (void)secret::read_private_key(bytes);
  (void)secret::read_certificate(bytes);
  // What becomes a public key of SSH becomes the same key again.
  if (const auto spki = secret::spki_from_ssh(bytes)) {
    const auto blob = secret::ssh_from_spki(*spki);
    if (blob && secret::spki_from_ssh(*blob) != spki) std::abort();
  }
  (void)secret::read_openpgp_key(bytes);
  // The first bytes choose what is tried as a passphrase; keys that cost much are left.
  for (const auto &locked : {secret::LockedSshKey::openssh(bytes), secret::LockedSshKey::putty(bytes)})
    if (locked && locked->cost() <= 20'000) (void)locked->open(bytes.substr(0, 8));
  if (const auto block = secret::next_pem(bytes); block && (block->begin >= block->end || block->end > size))
    std::abort();
  return 0;
}

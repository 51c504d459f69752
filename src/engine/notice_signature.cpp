#include "engine/notice_signature.hpp"

#include <fmt/format.h>

#include "base/encode.hpp"
#include "base/files.hpp"
#include "base/hash.hpp"

namespace dislodge::engine {

using detect::TipSignature;

namespace {

// manifest.sig beside manifest.jsonl or manifest.jsonl.sealed; beside a manifest that somebody renamed, the
// only signature there is.
std::filesystem::path signature_beside(const std::filesystem::path &manifest) {
  std::error_code none;
  const std::filesystem::path folder = manifest.parent_path();
  const std::string name = manifest.filename().string();
  const std::filesystem::path own = folder / (name.substr(0, name.find('.')) + ".sig");
  if (std::filesystem::is_regular_file(own, none)) return own;
  for (const char *other : {"manifest.jsonl", "manifest.jsonl.sealed"})
    if (base::is_there(folder / other)) return {};
  const std::filesystem::path usual = folder / "manifest.sig";
  return std::filesystem::is_regular_file(usual, none) ? usual : std::filesystem::path();
}

}  // namespace

base::Result<TipSignature> check_signature(const std::filesystem::path &manifest, std::string_view bytes,
                                           const std::filesystem::path &signature, std::string_view key) {
  if (signature.empty() != key.empty())
    return base::fail(base::ErrorKind::usage,
                      "a signature is checked with a key: give --signature and --verify-key together");
  const bool beside = signature.empty();
  std::filesystem::path signature_file = signature;
  std::string verify_key(key);
  if (beside) {
    std::error_code none;
    signature_file = signature_beside(manifest);
    const std::filesystem::path key_file = manifest.parent_path() / "verify.key";
    if (signature_file.empty() || !std::filesystem::is_regular_file(key_file, none))
      return TipSignature::none;
    DISLODGE_TRY_ASSIGN(const std::string text, base::read_file(key_file));
    verify_key = base::from_hex(base::trim(text)).value_or("");
  }
  DISLODGE_TRY_ASSIGN(const std::string text, base::read_file(signature_file));
  const auto raw = base::from_hex(base::trim(text));
  if (!raw || verify_key.size() != 32 || !casefile::verify_signature(verify_key, bytes, *raw))
    return TipSignature::broken;
  return beside ? TipSignature::beside : TipSignature::fits;
}

base::Result<base::SecretBytes> open_notice(const casefile::CaseKeys &keys, std::string_view sealed) {
  auto opened = keys.open(sealed);
  if (opened) return opened;
  return base::fail(
      base::ErrorKind::usage,
      fmt::format(
          "it does not open: it was changed or cut on the way, or it was sealed to another key than "
          "this case's ({}); ask them by telephone for its SHA-256 and the key that they sealed it to",
          base::to_hex(keys.public_key())));
}

}  // namespace dislodge::engine

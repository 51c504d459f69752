#include "secret/value.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/encode.hpp"
#include "base/percent.hpp"
#include "secret/checksum.hpp"
#include "secret/hints.hpp"
#include "secret/json_members.hpp"
#include "secret/key_material.hpp"
#include "secret/openpgp_key.hpp"
#include "secret/pem.hpp"
#include "secret/text_masks.hpp"

namespace dislodge::secret {
namespace {

constexpr std::size_t kCertificateReach = 64
                                          << 10;  // bytes around a key in which its certificate is looked for

std::string entities_decoded(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, char>, 6> kEntities = {
      {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#39;", '\''}, {"&apos;", '\''}}};
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '&') {
      const auto found = std::find_if(kEntities.begin(), kEntities.end(),
                                      [&](const auto &one) { return text.substr(i).starts_with(one.first); });
      if (found != kEntities.end()) {
        out += found->second;
        i += found->first.size() - 1;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

// Blanks of no width and soft hyphens, which mail programs and password managers put into what is to be
// broken.
void drop_invisible(std::string &value) {
  for (const std::string_view mark : {"\xE2\x80\x8B", "\xE2\x81\xA0", "\xEF\xBB\xBF", "\xC2\xAD"})
    for (std::size_t at = value.find(mark); at != std::string::npos && value.size() > mark.size();
         at = value.find(mark, at))
      value.erase(at, mark.size());
}

// Escapes of a JSON or C string, where the value stands between double quotes and has any.
std::string unescaped(std::string_view text, std::size_t begin, std::size_t end) {
  const std::string_view raw = text.substr(begin, end - begin);
  if (raw.find('\\') == std::string_view::npos || begin == 0 || text[begin - 1] != '"')
    return std::string(raw);
  if (auto members = json_members("{\"v\":\"" + std::string(raw) + "\"}"))
    return std::string(member_of(*members, "v"));
  return std::string(raw);
}

bool describe_key(std::string_view key_text, std::string_view around, SecretValue &out) {
  const auto key = read_private_key(key_text);
  if (!key || key->value().empty()) return false;
  out.value = key->value();
  out.description = key_description(*key);
  out.latent = key->encrypted;
  if (key->encrypted) out.locked = key_text;
  for (const CertificateInfo &certificate : certificates_of(key->spki, around))
    for (const Hint &hint : certificate_hints(certificate)) add_hint(out.hints, hint.kind, hint.value);
  for (const Hint &hint : key_hints(*key)) add_hint(out.hints, hint.kind, hint.value);
  return true;
}

bool describe_openpgp(std::string_view armored, SecretValue &out) {
  const auto block = next_pem(armored);
  const auto key = block ? read_openpgp_key(block->body) : std::nullopt;
  if (!key) return false;
  out.value = key->public_half;
  out.description = openpgp_description(*key);
  out.latent = key->encrypted;
  out.hints = openpgp_hints(*key);
  return true;
}

constexpr std::size_t kManifestReach = 4096;  // bytes around a value in which its manifest says its kind

}  // namespace

// Whether "kind: Secret" stands in [low, high).
bool SecretValues::names_kubernetes_secret(std::size_t low, std::size_t high) {
  constexpr std::string_view kName = "Secret";
  constexpr std::size_t kLongest = 16;  // bytes of such a mark
  if (low < from_ || low > to_) {
    from_ = to_ = low;
    last_ = std::string_view::npos;
  }
  if (high > to_) {
    const std::size_t again = std::max(from_, to_ - std::min(to_, kLongest));
    const std::string_view fresh = text_.substr(again, high - again);
    for (std::size_t at = find_bytes(fresh, kName); at != std::string_view::npos;
         at = find_bytes(fresh, kName, at + 1)) {
      const std::string_view before = fresh.substr(0, at);
      const bool closed = fresh.substr(at + kName.size()).starts_with('"');
      for (const std::string_view lead : {"kind: ", "\"kind\": \"", "\"kind\":\""})
        if (before.ends_with(lead) && (closed || lead.front() != '"')) last_ = again + at - lead.size();
    }
    to_ = high;
  }
  return last_ != std::string_view::npos && last_ >= low;
}

// Kubernetes writes the values of a Secret in base64; those of `stringData` stand as they are.
bool SecretValues::in_kubernetes_secret(std::size_t at) {
  const std::size_t low = at - std::min(at, kManifestReach);
  if (!names_kubernetes_secret(low, std::min(text_.size(), low + 2 * kManifestReach))) return false;
  const std::string_view before = text_.substr(low, at - low);
  const std::size_t data = std::max(before.rfind("\ndata:") + 1, before.rfind("\"data\"") + 1);
  const std::size_t other = before.rfind("\nstringData:") + 1;
  return data != 0 && other <= data;
}

SecretValue SecretValues::of(std::size_t begin, std::size_t end, std::size_t match_begin,
                             std::string_view kind) {
  const std::string_view text = text_;
  const std::string_view raw = text.substr(begin, end - begin);
  SecretValue out;
  const std::size_t low = begin > kCertificateReach ? begin - kCertificateReach : 0;
  const std::string_view around = text.substr(low, end - low + kCertificateReach);
  if (raw.find("PGP PRIVATE KEY BLOCK-----") != std::string_view::npos && describe_openpgp(raw, out))
    return out;
  if (raw.find("PRIVATE KEY-----") != std::string_view::npos ||
      raw.find("PuTTY-User-Key-File-") != std::string_view::npos) {
    if (describe_key(raw, around, out)) return out;
    const auto block = next_pem(raw);
    out.value = block && !block->body.empty() ? block->body : std::string(raw);
    out.latent = block && block->encrypted;
    out.description = out.latent ? "private key, encrypted" : "private key";
    return out;
  }
  if (kind == "private-key" && raw.size() >= 64) {
    // kubeconfig and Terraform hold PEM as base64.
    if (const auto inner = strict_base64(raw);
        inner && inner->find("PRIVATE KEY-----") != std::string::npos) {
      if (describe_key(*inner, around, out)) return out;
    }
  }
  if (kind == "basic-auth") {
    if (const auto plain = strict_base64(base::trim(raw))) {
      const std::size_t colon = plain->find(':');
      if (colon != std::string::npos) {
        out.user = plain->substr(0, colon);
        out.value = plain->substr(colon + 1);
        if (out.value.empty()) std::swap(out.user, out.value);
        if (!out.value.empty()) return out;
      }
    }
  }
  if ((kind == "password" || kind == "api-key" || kind == "kubernetes-secret") && raw.size() % 4 == 0 &&
      raw.size() >= 4 && raw.find_first_of("!@#$%&*.,:;?_-") == std::string_view::npos &&
      in_kubernetes_secret(begin))
    if (auto plain = strict_base64(raw);
        plain && !plain->empty() &&
        std::all_of(plain->begin(), plain->end(), [](char c) { return c >= ' ' && c <= '~'; })) {
      out.value = std::move(*plain);
      return out;
    }
  // FileZilla's <Pass encoding="base64">.
  if (text.substr(match_begin, begin - match_begin).ends_with("encoding=\"base64\">"))
    if (auto plain = strict_base64(base::trim(raw)); plain && !plain->empty()) {
      out.value = std::move(*plain);
      return out;
    }
  out.latent = kind == "encrypted-secret";
  out.value = unescaped(text, begin, end);
  const bool in_url = text.substr(match_begin, begin - match_begin).find("://") != std::string_view::npos;
  if (in_url && out.value.find('%') != std::string::npos) out.value = base::percent_decoded(out.value);
  if (out.value.find('&') != std::string::npos) out.value = entities_decoded(out.value);
  drop_invisible(out.value);
  if (out.value.empty()) out.value = raw;
  return out;
}

}  // namespace dislodge::secret

#include "secret/sighting.hpp"

#include <algorithm>
#include <array>

#include "base/encode.hpp"
#include "secret/sighting_view.hpp"

namespace dislodge::secret {
namespace {

constexpr std::array<std::string_view, 18> kHintNames = {
    "user",    "host",        "url",     "domain",          "account",    "key_id",
    "tenant",  "application", "prefix",  "ssh_fingerprint", "thumbprint", "thumbprint_sha256",
    "subject", "issuer",      "expires", "login",           "mention",    "greeted"};

std::string_view length_class(std::size_t length) {
  if (length < 8) return "<8";
  if (length < 16) return "8-15";
  if (length < 32) return "16-31";
  if (length < 64) return "32-63";
  if (length < 128) return "64-127";
  return "128+";
}

}  // namespace

std::string_view name_of(HintKind kind) {
  const auto index = static_cast<std::size_t>(kind);
  return index < kHintNames.size() ? kHintNames[index] : "unknown";
}

std::string_view name_of(Closing closing) {
  if (closing == Closing::none) return {};
  return closing == Closing::signature ? "signature" : "disclaimer";
}

std::string_view hint(const Sighting &sighting, HintKind kind) {
  const auto found = std::find_if(sighting.hints.begin(), sighting.hints.end(),
                                  [kind](const Hint &one) { return one.kind == kind; });
  return found == sighting.hints.end() ? std::string_view{} : std::string_view(found->value);
}

std::string mask_of(std::string_view value, std::string_view public_prefix) {
  const std::size_t shown = std::min<std::size_t>(4, value.size() / 4);
  std::string mask;
  std::string_view tail;
  if (value.size() >= 8) {
    if (!public_prefix.empty() && value.starts_with(public_prefix)) {
      mask = value.substr(0, std::min(shown, public_prefix.size()));
    } else {
      // Two ends tell two passwords of one list apart better than one; of short values only the first byte
      // shows.
      mask = value.substr(0, (shown + 1) / 2);
      if (value.size() >= 16) tail = value.substr(value.size() - shown / 2);
    }
  }
  const auto printable = [](char c) { return c > ' ' && c < 0x7F; };
  if (!std::all_of(mask.begin(), mask.end(), printable)) mask.clear();  // half a UTF-8 character helps nobody
  if (!std::all_of(tail.begin(), tail.end(), printable)) tail = {};
  mask += "…";
  mask += tail;
  mask += " (";
  mask += length_class(value.size());
  mask += ')';
  return mask;
}

void Sighting::encode(base::WireWriter &out) const {
  out.text(kind);
  out.text(rule);
  out.text(item);
  out.number(line);
  out.number(column);
  out.number(offset);
  out.number(length);
  out.number(static_cast<std::uint64_t>(space));
  out.text(mask);
  out.real(confidence);
  out.number(value);
  out.number(record);
  out.number(quote_depth);
  out.flag(identifier);
  out.flag(latent);
  out.list(hints, [&](const Hint &one) {
    out.number(static_cast<std::uint64_t>(one.kind));
    out.text(one.value);
  });
  out.text(rejected);
  // Last: a case of schema 4 was brought forward by adding it as none.
  out.number(static_cast<std::uint64_t>(closing));
}

namespace {

template <typename Each>
void each_hint(base::WireReader &in, Each &&each) {
  in.list([&] {
    const std::uint64_t kind = in.number();
    const std::string_view value = in.text();
    // One from a process that knows more than we do is dropped.
    if (kind < kHintNames.size()) each(static_cast<HintKind>(kind), value);
  });
}

}  // namespace

SightingView SightingView::decode(base::WireReader &in) {
  SightingView s;
  s.kind = in.text();
  s.rule = in.text();
  s.item = in.text();
  s.line = in.number();
  s.column = in.number();
  s.offset = in.number();
  s.length = in.number();
  s.space = in.number() == 0 ? evidence::Space::item : evidence::Space::text;
  s.mask = in.text();
  s.confidence = std::clamp(in.real(), 0.0, 1.0);
  s.value = static_cast<std::uint32_t>(in.number());
  s.record = static_cast<evidence::RecordId>(in.number());
  s.quote_depth = static_cast<std::uint32_t>(in.number());
  s.identifier = in.flag();
  s.latent = in.flag();
  s.hints_ = in;
  each_hint(in, [](HintKind, std::string_view) {});
  s.rejected = in.text();
  const std::uint64_t closing = in.number();
  s.closing = closing <= static_cast<std::uint64_t>(Closing::disclaimer) ? static_cast<Closing>(closing)
                                                                         : Closing::none;
  return s;
}

std::vector<Hint> SightingView::hints() const {
  std::vector<Hint> list;
  base::WireReader in = hints_;
  each_hint(in, [&](HintKind hint_kind, std::string_view text) {
    list.push_back({hint_kind, std::string(text)});
  });
  return list;
}

Sighting SightingView::whole() const {
  Sighting s;
  s.kind = kind;
  s.rule = rule;
  s.item = item;
  s.line = line;
  s.column = column;
  s.offset = offset;
  s.length = length;
  s.space = space;
  s.mask = mask;
  s.confidence = confidence;
  s.value = value;
  s.record = record;
  s.quote_depth = quote_depth;
  s.closing = closing;
  s.identifier = identifier;
  s.latent = latent;
  s.hints = hints();
  s.rejected = rejected;
  return s;
}

Sighting Sighting::decode(base::WireReader &in) {
  return SightingView::decode(in).whole();
}

}  // namespace dislodge::secret

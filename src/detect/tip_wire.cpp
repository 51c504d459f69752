// Tips as bytes: out of the sandbox that reads them, and into the case.

#include <utility>

#include "base/wire.hpp"
#include "detect/tips.hpp"

namespace dislodge::detect {

namespace {

// Stands first since there are groups; before, the format did, and the number of a group stood for the line.
constexpr std::string_view kVersion = "tips 2";

}  // namespace

std::string encode_tips(const TipFile &file) {
  base::WireWriter out;
  out.text(kVersion);
  out.text(file.format);
  out.text(file.from);
  out.texts(file.left_out);
  out.list(file.tips, [&](const Tip &tip) {
    out.number(static_cast<std::uint64_t>(tip.kind));
    out.text(tip.value);
    out.text(tip.label);
    out.time(tip.at);
    out.flag(tip.confirmed);
    out.flag(tip.with_secret);
    out.number(tip.line);
    out.number(tip.group);
  });
  return out.take();
}

base::Result<TipFile> decode_tips(std::string_view encoded) {
  base::WireReader in(encoded);
  TipFile file;
  file.format = in.text();
  const bool grouped = file.format == kVersion;
  if (grouped) file.format = in.text();
  file.from = in.text();
  file.left_out = in.texts();
  bool known = true;
  in.list([&] {
    Tip tip;
    const std::uint64_t kind = in.number();
    known = known && kind <= static_cast<std::uint64_t>(TipKind::place);
    tip.kind = known ? static_cast<TipKind>(kind) : TipKind::address;
    tip.value = in.text();
    tip.label = in.text();
    tip.at = in.time();
    tip.confirmed = in.flag();
    tip.with_secret = in.flag();
    tip.line = in.number();
    if (grouped)
      tip.group = in.number();
    else if (tip.kind != TipKind::place)
      std::swap(tip.line, tip.group);
    file.tips.push_back(std::move(tip));
  });
  DISLODGE_TRY(in.finish("tips"));
  if (!known || file.tips.size() > kTipsMax)
    return base::fail(base::ErrorKind::internal, "tips: not what a reader of tips writes");
  return file;
}

}  // namespace dislodge::detect

#include "report/tips.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/encode.hpp"
#include "base/json_writer.hpp"
#include "base/words.hpp"

namespace dislodge::report {
namespace {

constexpr std::size_t kShown = 20;

// A tip is foreign text: nothing in it may speak to the terminal.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : base::to_valid_utf8(text))
    out += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
  return out;
}

void list(std::string &out, std::string_view label, const std::vector<std::string> &items,
          std::uint64_t all) {
  for (std::size_t i = 0; i < items.size() && i < kShown; ++i)
    out += fmt::format("  {}: {}\n", label, plain(items[i]));
  if (all > std::min(items.size(), kShown))
    out +=
        fmt::format("  {}: and {} more (--json lists them)\n", label, all - std::min(items.size(), kShown));
}

}  // namespace

std::string tips_text(const engine::Picture &picture) {
  std::string out;
  for (const detect::TipReport &tip : picture.tips) {
    const detect::TipMatch &match = tip.match;
    out += fmt::format("{} ({}) from {}\n", plain(tip.source.file), tip.format,
                       tip.source.from.empty() ? "nobody named" : plain(tip.source.from));
    out += tip.source.verified_by.empty()
               ? "  NOT confirmed out of band: name who did with dislodge add CASE FILE --verified-by NAME\n"
               : fmt::format("  confirmed out of band by {}{}\n", plain(tip.source.verified_by),
                             tip.source.verified_how.empty() ? "" : ", " + plain(tip.source.verified_how));
    if (tip.source.signature == detect::TipSignature::broken)
      out += "  ITS SIGNATURE DOES NOT FIT: it was changed, or is not theirs: ask them by telephone\n";
    if (tip.source.signature == detect::TipSignature::fits)
      out += "  its signature fits the key that was given for it\n";
    if (tip.source.signature == detect::TipSignature::beside)
      out += "  its signature fits the key beside it, which shows only that nothing was changed\n";
    if (tip.judged)
      out += fmt::format(
          "  looked at by {} at {}: {}{}\n", plain(tip.judged->who), base::format_time(tip.judged->at),
          plain(tip.judged->reason),
          tip.judged->holds ? "" : " - WHAT IT TOUCHES HAS CHANGED SINCE: it is to be looked at again");
    if (match.listed > 0) {
      out += fmt::format(
          "  {} listed: {} held here, {} not held; {} more with them in the same time that they do "
          "not "
          "list\n",
          base::counted(match.listed, "message"), match.held, match.listed - match.held, match.extra);
      out += match.held == 0 ? ""
                             : "  the content of those that are held is read in our own archive, and reach "
                               "goes on from it\n";
      list(out, "holds a secret", match.with_secrets, match.with_secrets.size());
      list(out, "missing here", match.missing, match.listed - match.held);
    } else {
      out += fmt::format("  {}, {} that the evidence answers to\n", base::counted(match.tips, "tip"),
                         match.matched);
    }
    if (match.places_known + match.places_new.size() > 0) {
      out += fmt::format("  {} found here as well\n",
                         base::counted(match.places_known, "place was", "places were"));
      list(out, "only they name", match.places_new, match.places_new.size());
    }
    for (const std::string &why : tip.left_out) out += "  left out: " + plain(why) + "\n";
    for (const std::string &why : match.unmatched_kinds) out += "  " + why + "\n";
    for (const detect::Detection &one : match.detections) out += "  - " + plain(one.says) + "\n";
  }
  if (picture.tips.empty())
    out =
        "No tip was handed in. dislodge add CASE FILE takes STIX 2.1, MISP, SARIF and manifests of "
        "messages.\n";
  return out;
}

std::string tips_json(const engine::Picture &picture) {
  std::string out;
  for (const detect::TipReport &tip : picture.tips) {
    const detect::TipMatch &match = tip.match;
    base::JsonWriter json;
    json.object([&] {
      json.field("schema", 1);
      json.field("file", tip.source.file);
      json.field("sha256", tip.digest);
      json.field("format", tip.format);
      base::optional_text(json, "from", tip.source.from);
      base::optional_text(json, "verified_by", tip.source.verified_by);
      base::optional_text(json, "verified_how", tip.source.verified_how);
      json.field("signature", detect::name_of(tip.source.signature));
      if (tip.judged)
        json.object_field("judged", [&] {
          json.field("who", tip.judged->who);
          json.field("at", tip.judged->at);
          json.field("reason", tip.judged->reason);
          json.field("holds", tip.judged->holds);
        });
      else
        json.field("judged", nullptr);
      json.field("tips", match.tips);
      json.field("matched", match.matched);
      json.field("listed", match.listed);
      json.field("held", match.held);
      json.field("missing", match.listed - match.held);
      json.field("extra", match.extra);
      json.list_field("missing_ids", match.missing);
      json.list_field("with_secrets", match.with_secrets);
      json.field("places_known", match.places_known);
      json.list_field("places_new", match.places_new);
      json.list_field("left_out", tip.left_out);
      json.list_field("not_compared", match.unmatched_kinds);
      std::vector<std::string> detections;
      for (const detect::Detection &one : match.detections) detections.push_back(one.id);
      json.list_field("detections", detections);
    });
    out += json.take() + "\n";
  }
  return out;
}

}  // namespace dislodge::report

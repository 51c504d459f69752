#include "engine/given_message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/encode.hpp"
#include "base/hash.hpp"
#include "base/secure.hpp"
#include "evidence/charset.hpp"
#include "identity/owner.hpp"
#include "mail/body.hpp"
#include "mail/headers.hpp"
#include "mail/prepared_text.hpp"
#include "mail/structure.hpp"

namespace dislodge::engine {
namespace {

using disclose::Stretch;
using mail::FieldName;

constexpr std::size_t kLineMax = 900;  // bytes of a line that needs no encoding (RFC 5322 2.1.1 has 998)

bool is_text_that_can_be_cut(const mail::Part &part) {
  return part.type.value == "text/plain" || part.type.value == "text/html" || part.type.value.empty() ||
         part.type.value == "application/xhtml+xml" || part.type.value == "text/enriched";
}

// A part of what is written.
struct Piece {
  std::string type;  // with its parameters
  std::string name;  // of an attachment
  std::string bytes;
  bool text = false;
};

std::string quoted_name(std::string_view name) {
  const bool plain = std::all_of(name.begin(), name.end(),
                                 [](char c) { return c >= ' ' && c < 127 && c != '"' && c != '\\'; });
  return plain ? '"' + std::string(name) + '"' : fmt::format("\"=?utf-8?B?{}?=\"", base::to_base64(name));
}

std::string in_lines(std::string_view base64) {
  std::string out;
  for (std::size_t at = 0; at < base64.size(); at += 76) out.append(base64.substr(at, 76)).append("\n");
  return out;
}

std::string with_header(const Piece &piece, std::string_view boundary) {
  std::string out = "Content-Type: " + piece.type;
  if (!piece.name.empty()) out += "; name=" + quoted_name(piece.name);
  out += '\n';
  if (!piece.text)
    out += "Content-Disposition: attachment" +
           (piece.name.empty() ? "" : "; filename=" + quoted_name(piece.name)) + "\n";
  bool as_it_is = piece.text && (boundary.empty() || piece.bytes.find(boundary) == std::string::npos);
  for (std::size_t at = 0; as_it_is && at < piece.bytes.size();) {
    const std::size_t end = std::min(piece.bytes.find('\n', at), piece.bytes.size());
    as_it_is = end - at <= kLineMax && piece.bytes.find('\0', at) >= end;
    at = end + 1;
  }
  if (as_it_is)
    return out + "Content-Transfer-Encoding: 8bit\n\n" + piece.bytes +
           (piece.bytes.ends_with('\n') ? "" : "\n");
  return out + "Content-Transfer-Encoding: base64\n\n" + in_lines(base::to_base64(piece.bytes));
}

// The place in a text of a place in the bytes that it was made of; the nearest before it where there is none.
std::size_t place_in_text(const base::OffsetMap *map, std::size_t source, std::size_t size) {
  if (map == nullptr || map->identity()) return std::min(source, size);
  const auto &runs = map->runs();
  std::size_t best = 0;
  std::uint64_t nearest = UINT64_MAX;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const std::uint64_t end = i + 1 < runs.size() ? runs[i + 1].text : size;
    if (source < runs[i].source) continue;
    const std::uint64_t within = source - runs[i].source, length = end - runs[i].text;
    const std::uint64_t beyond = within < length ? 0 : within - length + 1;
    if (beyond >= nearest) continue;
    nearest = beyond;
    best = static_cast<std::size_t>(runs[i].text + std::min(within, length == 0 ? 0 : length - 1));
  }
  return std::min(best, size);
}

class Writer {
 public:
  Writer(std::string_view message, bool from_quoted, const PartsSeen &parts, const disclose::Sides &sides,
         const base::Limits &limits)
      : from_quoted_(from_quoted), seen_(parts), sides_(sides) {
    mail::read_structure(message, limits, structure_);
    parts_.resize(structure_.messages.size());
    for (const mail::Part &part : structure_.parts) parts_[part.message].push_back(&part);
  }

  std::optional<GivenMessage> run() {
    if (structure_.messages.empty() || structure_.messages[0].headers.cut) return std::nullopt;
    if (const PartSeen *own = seen(""); own != nullptr && !own->closed.empty()) return std::nullopt;
    auto written = entity(0);
    if (!written || !says_) return std::nullopt;
    return GivenMessage{std::move(*written), std::move(cuts_)};
  }

 private:
  const PartSeen *seen(std::string_view section) const {
    const auto found = seen_.find(section);
    return found == seen_.end() ? nullptr : &found->second;
  }
  bool names_others(std::string_view text) const {
    std::vector<std::string> named;
    disclose::add_others_named(text, sides_, named);
    return !named.empty();
  }
  void cut(std::string_view part, std::string_view why, std::string_view bytes, std::uint64_t lines) {
    cuts_.push_back(
        {std::string(part), std::string(why), base::to_hex(base::sha256(bytes)), bytes.size(), lines});
  }

  // The message with this number, or nothing where who it is from or to cannot be told without others.
  std::optional<std::string> entity(std::size_t index) {
    const mail::MessageEntity &own = structure_.messages[index];
    auto header = header_of(own, index == 0);
    if (!header) return std::nullopt;
    std::vector<Piece> pieces;
    const bool plain = has_plain_text(index);
    for (const mail::Part *part : parts_[index]) add_part(*part, plain, pieces);
    for (std::size_t i = index + 1; i < structure_.messages.size(); ++i)
      if (within(i) == index) add_message(i, pieces);
    return *header + body_of(pieces, own.section);
  }

  // The message that holds this one.
  std::size_t within(std::size_t index) const {
    std::size_t best = 0;
    for (std::size_t i = 1; i < index; ++i) {
      const std::string &section = structure_.messages[i].section;
      if (structure_.messages[index].section.starts_with(section + ".") &&
          section.size() > structure_.messages[best].section.size())
        best = i;
    }
    return best;
  }

  std::optional<std::string> header_of(const mail::MessageEntity &own, bool outer) {
    const PartSeen *found = seen(own.section);
    const std::string place = outer ? "" : own.section + " ";
    std::string out;
    for (const mail::Field &field : own.headers.fields) {
      const std::string name = base::lower(field.name);
      if (!is_handed_on(name) || name.starts_with("content-") || name == "mime-version") continue;
      std::string_view value = field.value;
      while (value.ends_with('\n') || value.ends_with('\r')) value.remove_suffix(1);
      const auto put = [&](std::string_view text) {
        out.append(field.name).append(":").append(text).append("\n");
      };
      if (field.known == FieldName::references || field.known == FieldName::in_reply_to) {
        if (const std::string ids = ids_of_sides(value, sides_); !ids.empty()) put(" " + ids);
        continue;
      }
      if (field.known == FieldName::message_id || field.known == FieldName::date) {
        put(value);
        continue;
      }
      std::string_view why;
      if (names_others(mail::header_text(value))) why = disclose::kOthersNamedHere;
      const auto at = static_cast<std::size_t>(field.value.data() - own.headers.bytes.data());
      if (found != nullptr)
        for (const Stretch &secret : found->secrets)
          if (secret.begin < at + field.value.size() && secret.end > at) why = secret.why;
      if (why.empty()) {
        std::string unfolded(value);
        unfolded.erase(std::remove(unfolded.begin(), unfolded.end(), '\r'), unfolded.end());
        put(unfolded);
        continue;
      }
      if (field.known == FieldName::from || field.known == FieldName::to || field.known == FieldName::cc)
        return std::nullopt;
      cut(place + name, why, base::trim(value), 1);
      if (field.known == FieldName::subject) put(fmt::format(" [withheld: {}]", why));
    }
    return out;
  }

  bool has_plain_text(std::size_t index) const {
    return std::any_of(parts_[index].begin(), parts_[index].end(), [&](const mail::Part *part) {
      return mail::is_inline_text(*part) && part->type.value == "text/plain" &&
             !base::trim(part->body).empty();
    });
  }

  void add_note(std::string_view why, const mail::Part &part, std::string_view bytes,
                std::vector<Piece> &pieces) {
    cut(part.section, why, bytes, 0);
    pieces.push_back({"text/plain; charset=utf-8", "",
                      fmt::format("[withheld: {}; a part of the type {}, {} bytes]\n", why,
                                  part.type.value.empty() ? "unknown" : part.type.value, bytes.size()),
                      true});
  }

  void add_part(const mail::Part &part, bool plain, std::vector<Piece> &pieces) {
    static const PartSeen kNothing;
    const PartSeen *found = seen(part.section);
    const PartSeen &own = found == nullptr ? kNothing : *found;
    mail::PreparedText text;
    const bool in_line = mail::is_inline_text(part);
    if (in_line)
      text.prepare(part, part.encoding, mail::Reading::all, from_quoted_);
    else
      text.body.decode(part.body, part.encoding);
    const std::string_view bytes = text.body.bytes;
    if (part.cut != mail::Cut::none || part.of_encrypted) return add_note(kPartUnread, part, bytes, pieces);
    if (!own.closed.empty()) return add_note(own.closed, part, bytes, pieces);
    if (!in_line) {
      const std::string_view why = own.others            ? disclose::kOthersNamedHere
                                   : own.secrets.empty() ? std::string_view()
                                                         : std::string_view(own.secrets.front().why);
      if (!why.empty()) return add_note(why, part, bytes, pieces);
      std::string type = part.type.value.empty() ? "application/octet-stream" : part.type.value;
      if (!part.type.get("charset").empty()) type += "; charset=" + quoted_name(part.type.get("charset"));
      says_ = true;
      pieces.push_back(
          {std::move(type), names_others(part.name) ? "" : part.name, std::string(bytes), false});
      return;
    }
    // The same text twice, of which the plain one can be cut.
    if (text.is_page() && plain && !own.clean())
      return cut(part.section,
                 own.secrets.empty() ? disclose::kOthersNamedHere : std::string_view(own.secrets.front().why),
                 bytes, 0);
    if (own.clean() && text.is_page()) {
      says_ |= !base::trim(text.shown()).empty();
      pieces.push_back({"text/html; charset=utf-8", "", std::string(text.utf8()), true});
      return;
    }
    const std::string_view shown = text.shown();
    std::vector<Stretch> secrets;
    for (const Stretch &secret : own.secrets) {
      const std::size_t begin = place_in_text(text.shown_place(), secret.begin, shown.size());
      secrets.push_back({begin,
                         std::max(begin + 1, place_in_text(text.shown_place(), secret.end, shown.size())),
                         secret.why});
    }
    const std::vector<Stretch> stretches =
        disclose::stretches_to_withhold({shown, text.quoted, sides_, secrets, text.is_page()});
    if (!own.clean() && !text.is_page() && (stretches.empty() || !is_text_that_can_be_cut(part)))
      return add_note(own.others || own.secrets.empty() ? disclose::kOthersNamedHere
                                                        : std::string_view(own.secrets.front().why),
                      part, bytes, pieces);
    if (text.is_page() && stretches.empty())
      cut(part.section, disclose::kOthersNamedHere, bytes,
          0);  // in its source alone, which its text is without
    std::vector<disclose::CutOut> out;
    std::string given = disclose::without(shown, stretches, out);
    for (disclose::CutOut &one : out) {
      cut(part.section, one.why, one.text, one.lines);
      base::wipe(one.text);
    }
    given.erase(std::remove(given.begin(), given.end(), '\r'), given.end());
    says_ |= disclose::says_anything(given);
    pieces.push_back({"text/plain; charset=utf-8", "", std::move(given), true});
  }

  // A forwarded message: of the two sides, it is given like the one around it; of others, not at all.
  void add_message(std::size_t index, std::vector<Piece> &pieces) {
    const std::size_t cuts = cuts_.size();
    const bool says = says_;
    if (auto written = entity(index)) {
      // Encoded it would be no message any more (RFC 2046 5.2.1).
      pieces.push_back({"message/rfc822", "", std::move(*written), true});
      return;
    }
    cuts_.resize(cuts);
    says_ = says;
    const mail::MessageEntity &own = structure_.messages[index];
    std::string_view last = own.headers.bytes;
    for (const mail::Part *part : parts_[index])
      if (part->body.data() + part->body.size() > last.data() + last.size()) last = part->body;
    const std::string_view bytes(
        own.headers.bytes.data(),
        static_cast<std::size_t>(last.data() + last.size() - own.headers.bytes.data()));
    cut(own.section, disclose::kMailOfOthers, bytes, 0);
    pieces.push_back({"text/plain; charset=utf-8", "",
                      fmt::format("[withheld: {}; a forwarded message, {} bytes]\n", disclose::kMailOfOthers,
                                  bytes.size()),
                      true});
  }

  static std::string body_of(const std::vector<Piece> &pieces, std::string_view section) {
    const std::string version = "MIME-Version: 1.0\n";
    if (pieces.size() == 1 && pieces[0].text) return version + with_header(pieces[0], {});
    std::string all;
    for (const Piece &piece : pieces) all += piece.bytes;
    const std::string boundary =
        "=_given_" + base::to_hex(base::sha256(all)).substr(0, 24) + "_" + std::string(section);
    base::wipe(all);
    std::string out = version + "Content-Type: multipart/mixed; boundary=\"" + boundary + "\"\n\n";
    for (const Piece &piece : pieces) out += "--" + boundary + "\n" + with_header(piece, boundary);
    return out + "--" + boundary + "--\n";
  }

  bool from_quoted_;
  const PartsSeen &seen_;
  const disclose::Sides &sides_;
  mail::Structure structure_;
  std::vector<std::vector<const mail::Part *>> parts_;  // by message
  std::vector<UnitCut> cuts_;
  bool says_ = false;  // anything that the party did not have from the reasons alone
};

// What was written, read again.
bool may_be_given(std::string_view message, const disclose::Sides &sides,
                  const std::vector<std::string> &values, const base::Limits &limits) {
  std::vector<std::string> named;
  const auto fine = [&](std::string_view text) {
    disclose::add_others_named(text, sides, named);
    return named.empty() && std::none_of(values.begin(), values.end(), [&](const std::string &value) {
             return !value.empty() && text.find(value) != text.npos;
           });
  };
  mail::Structure structure;
  mail::read_structure(message, limits, structure);
  for (const mail::MessageEntity &entity : structure.messages)
    for (const mail::Field &field : entity.headers.fields)
      if (field.known != FieldName::message_id && field.known != FieldName::references &&
          field.known != FieldName::in_reply_to && !fine(mail::header_text(field.value)))
        return false;
  for (const mail::Part &part : structure.parts) {
    if (part.cut != mail::Cut::none) return false;
    mail::PreparedText text;
    if (mail::is_inline_text(part)) {
      text.prepare(part, part.encoding, mail::Reading::all, false);
      if (!fine(text.utf8()) || !fine(text.shown())) return false;
    } else {
      // Whom an attachment names was seen as it was read, in its text; its bytes may hold anything.
      text.body.decode(part.body, part.encoding);
      for (const std::string &value : values)
        if (!value.empty() && text.body.bytes.find(value) != std::string_view::npos) return false;
    }
  }
  return true;
}

}  // namespace

bool is_handed_on(std::string_view field) {
  static constexpr std::string_view kFields[] = {
      "date",    "from",        "sender",     "reply-to", "to",       "cc",          "message-id",
      "subject", "in-reply-to", "references", "keywords", "comments", "mime-version"};
  const std::string name = base::lower(field);
  return name.starts_with("content-") ||
         std::find(std::begin(kFields), std::end(kFields), name) != std::end(kFields);
}

std::string ids_of_sides(std::string_view value, const disclose::Sides &sides) {
  std::string out;
  for (std::size_t at = value.find('<'); at != value.npos; at = value.find('<', at + 1)) {
    const std::size_t end = value.find('>', at);
    if (end == value.npos) break;
    const std::string_view id = value.substr(at, end + 1 - at);
    const std::size_t sign = id.rfind('@');
    const std::string domain =
        sign == id.npos
            ? std::string()
            : identity::registrable_domain(base::lower(id.substr(sign + 1, id.size() - sign - 2)));
    // Ids of a mail provider, and those of no domain, name nobody.
    if (!domain.empty() && !sides.domains.contains(domain) && !identity::is_free_mail(domain)) continue;
    if (!out.empty()) out += ' ';
    out += id;
  }
  return out;
}

std::optional<GivenMessage> without_parts(std::string_view message, bool from_quoted, const PartsSeen &parts,
                                          const disclose::Sides &sides,
                                          const std::vector<std::string> &values,
                                          const base::Limits &limits) {
  auto given = Writer(message, from_quoted, parts, sides, limits).run();
  if (given && may_be_given(given->text, sides, values, limits)) return given;
  if (given) base::wipe(given->text);
  return std::nullopt;
}

}  // namespace dislodge::engine

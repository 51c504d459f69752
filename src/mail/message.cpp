#include "mail/message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/encode.hpp"
#include "base/item_path.hpp"
#include "evidence/charset.hpp"
#include "evidence/item_name.hpp"
#include "evidence/mail_signature.hpp"
#include "evidence/page_source.hpp"
#include "mail/affiliation.hpp"
#include "mail/body.hpp"
#include "mail/calendar_values.hpp"
#include "mail/description.hpp"
#include "mail/encrypted.hpp"
#include "mail/find.hpp"
#include "mail/lease.hpp"
#include "mail/openpgp.hpp"
#include "mail/prepared_text.hpp"
#include "mail/quotes.hpp"
#include "mail/reflow.hpp"
#include "mail/structure.hpp"
#include "mail/transfer.hpp"

namespace dislodge::mail {
namespace {

using evidence::LedgerState;
using evidence::PersonRole;
using evidence::QuotedSpan;
using evidence::Record;
using evidence::RecordId;

// Whether a body that is declared base64 holds a line of words, as one that was never encoded does and one to
// which a mailing list added its footer. Base64 has no blanks within a line.
bool holds_words(std::string_view body) {
  constexpr std::size_t kWordsMin = 3;
  for (std::size_t at = body.find(' '); at != std::string_view::npos; at = body.find(' ', at)) {
    const std::size_t before = body.rfind('\n', at);
    const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
    const std::size_t end = std::min(body.find('\n', at), body.size());
    std::size_t words = 0;
    bool within = false;
    for (const char c : body.substr(begin, end - begin)) {
      const bool blank = c == ' ' || c == '\t' || c == '\r';
      words += !blank && !within;
      within = !blank;
    }
    if (words >= kWordsMin) return true;
    at = end;
  }
  return false;
}

// By which encoding a part is read besides the one that it declares: one that contradicts it, or none at all
// where what is declared base64 is text. Empty where there is none.
std::string_view other_encoding(const Part &part, const Body &decoded) {
  constexpr std::size_t kLookedAt = 1u << 20;  // of a body: a footer behind more than that is seen in part
  if (!part.other_encoding.empty()) return part.other_encoding;
  if (!decoded.blanks) return {};  // no words
  const std::string_view body = part.body;
  const bool words = holds_words(body.substr(0, kLookedAt)) ||
                     (body.size() > kLookedAt && holds_words(body.substr(body.size() - 1024)));
  return words ? "8bit" : std::string_view();
}

class Reader {
 public:
  Reader(const evidence::ItemView &item, evidence::Sink &sink, Reading reading)
      : item_(item), sink_(sink), reading_(reading), from_quoted_(item.media_type == kMessageFromMbox) {}

  void run() {
    const Lease<Structure> leased = lease<Structure>();
    read_structure(item_.bytes, sink_.limits(), *leased);
    const Structure &structure = *leased;
    // Parts by message: those of a nested one stand between those of the outer.
    std::vector<std::vector<const Part *>> parts(structure.messages.size());
    for (const Part &part : structure.parts) parts[part.message].push_back(&part);
    for (std::size_t i = 0; i < structure.messages.size(); ++i) {
      message(structure.messages[i], parts[i], i == 0);
      if (i == 0 && reading_ == Reading::all) {
        loose(structure.part_headers, false);
        loose(structure.loose, true);
      }
    }
  }

 private:
  void message(const MessageEntity &entity, const std::vector<const Part *> &parts, bool outer) {
    path_ = outer ? std::string(item_.path) : base::join_item(item_.path, entity.section);
    std::vector<Lease<PreparedText>> texts;
    for (const Part *part : parts) {
      if (!is_inline_text(*part)) continue;
      prepare(*part, part->encoding, texts);
      if (const std::string_view other = other_encoding(*part, texts.back()->body); !other.empty())
        prepare(*part, other, texts);
    }
    Record record = describe_message(entity.headers, path_, item_.path, sink_.limits().headers_max);
    std::uint64_t quoted = 0;
    for (const Lease<PreparedText> &text : texts) quoted += quoted_size(text->quoted);
    tell_affiliations(entity.headers, parts, texts, record);
    record.quoted_bytes = static_cast<std::uint32_t>(std::min<std::uint64_t>(quoted, UINT32_MAX));
    within_ = sink_.record(std::move(record));
    if (outer) {
      outer_record_ = within_;
      sink_.whole_message(path_, item_.bytes, from_quoted_ ? kMessageFromMbox : "message/rfc822");
    }
    if (reading_ == Reading::all) header(entity.headers);
    if (!outer) elsewhere(entity.declared, path_);
    auto text = texts.begin();
    for (const Part *part : parts) {
      if (text != texts.end() && (*text)->part == part) {
        for (bool again = false; text != texts.end() && (*text)->part == part; ++text, again = true)
          emit(**text, again);
      } else if (part->cut != Cut::none) {
        emit_cut(*part);
      } else {
        emit_attachment(*part);
      }
    }
  }

  void tell_affiliations(const HeaderBlock &headers, const std::vector<const Part *> &parts,
                         const std::vector<Lease<PreparedText>> &texts, Record &record) const {
    if (reading_ == Reading::decoded) return;
    std::vector<std::string> &out = record.affiliations;
    for (const std::string_view name : {"organization", "organisation"})
      if (const std::string_view value = headers.find(name); !value.empty())
        add_header_affiliation(header_text(value), out);
    std::string author;
    for (const evidence::Person &person : record.people)
      if (author.empty() && person.role == PersonRole::from) author = person.address;
    for (const Part *part : parts) {
      const std::string &type = part->type.value;
      if (type != "application/pkcs7-signature" && type != "application/x-pkcs7-signature" &&
          type != "application/pkcs7-mime" && type != "application/x-pkcs7-mime")
        continue;
      const Lease<Body> body = lease<Body>();
      body->decode(part->body, part->encoding);
      add_certificate_affiliations(body->bytes, author, out);
    }
    // The first text is what the author wrote.
    for (const Lease<PreparedText> &text : texts) {
      if (base::trim(text->shown()).empty()) continue;
      add_signature_affiliations(text->shown(), text->quoted, out);
      break;
    }
  }

  // ---- the header

  void header(const HeaderBlock &headers) {
    if (headers.bytes.empty()) return;
    for (std::string_view rest = headers.bytes; !rest.empty();) {
      const std::string_view piece =
          rest.substr(0, evidence::piece_end(rest, evidence::kConversionPiece, evidence::Wide::none));
      const auto offset = static_cast<std::uint64_t>(piece.data() - headers.bytes.data());
      rest.remove_prefix(piece.size());
      emit_header_text(piece, offset, headers.bytes, false);
    }
    // Of all fields people write only the subject: "spf=pass" is no sentence.
    for (const Field &field : headers.fields)
      if (field.known == FieldName::subject)
        emit_header_text(field.value, static_cast<std::uint64_t>(field.value.data() - headers.bytes.data()),
                         headers.bytes, true);
    if (headers.cut)
      sink_.unread({.bytes = 0,
                    .state = LedgerState::too_large,
                    .reason = fmt::format(
                        "the header has more than {} fields or {} bytes: the rest was scanned as plain "
                        "text, encoded words in it were not decoded into fields",
                        sink_.limits().headers_max, sink_.limits().header_bytes_max),
                    .remedy = "raise the limits headers_max and header_bytes_max with --limit",
                    .child = {},
                    .child_size = 0});
  }

  // A stretch of the header that begins at `offset` of it.
  void emit_header_text(std::string_view raw, std::uint64_t offset, std::string_view header, bool prose) {
    decoded_.clear();
    const auto utf8 = evidence::to_utf8(raw);
    base::OffsetMap words;
    const bool any = find_bytes(utf8.view(), "=?") != std::string_view::npos &&
                     decode_encoded_words(utf8.view(), decoded_, &words);
    const std::string_view text = any ? std::string_view(decoded_) : utf8.view();
    if (offset == 0 && utf8.map() == nullptr) {
      emit_text(path_, text, words, header, nullptr, prose);
      return;
    }
    const base::OffsetMap map = evidence::compose_maps(utf8.map(), any ? &words : nullptr, text.size());
    emit_text(path_, text, shifted(map, offset), header, nullptr, prose);
  }

  static base::OffsetMap shifted(const base::OffsetMap &map, std::uint64_t offset) {
    if (offset == 0) return map;
    base::OffsetMap out;
    if (map.identity()) out.add(0, offset);
    for (const auto &run : map.runs()) out.add(run.text, run.source + offset);
    return out;
  }

  // Preambles and epilogues, or the headers of parts, as one text of the message.
  void loose(const std::vector<std::string_view> &stretches, bool prose) {
    std::string gathered;
    base::OffsetMap places;
    const auto flush = [&] {
      if (base::trim(gathered).empty()) return;
      const auto utf8 = evidence::to_utf8(gathered);
      base::OffsetMap map = evidence::compose_maps(&places, utf8.map(), utf8.view().size());
      base::OffsetMap words;
      decoded_.clear();
      if (find_bytes(utf8.view(), "=?") == std::string_view::npos ||
          !decode_encoded_words(utf8.view(), decoded_, &words)) {
        emit_text(item_.path, utf8.view(), map, item_.bytes, nullptr, prose);
        return;
      }
      map = evidence::compose_maps(&map, &words, decoded_.size());
      emit_text(item_.path, decoded_, map, item_.bytes, nullptr, prose);
    };
    for (const std::string_view stretch : stretches) {
      for (std::string_view rest = stretch; !rest.empty();) {
        const std::string_view piece =
            rest.substr(0, evidence::piece_end(rest, evidence::kConversionPiece, evidence::Wide::none));
        rest.remove_prefix(piece.size());
        places.add(gathered.size(), offset_of(piece));
        gathered += piece;
        if (gathered.size() >= evidence::kConversionPiece) {
          within_ = outer_record_;
          flush();
          gathered.clear();
          places = {};
        }
      }
      if (stretch.data() != stretches.back().data()) gathered += '\n';
    }
    flush();
  }

  std::uint64_t offset_of(std::string_view view) const {
    return static_cast<std::uint64_t>(view.data() - item_.bytes.data());
  }

  // ---- texts

  void prepare(const Part &part, std::string_view encoding, std::vector<Lease<PreparedText>> &texts) const {
    texts.push_back(lease<PreparedText>());
    texts.back()->prepare(part, encoding, reading_, from_quoted_);
  }

  // `again`: the same part by its other transfer encoding, whose bytes have been accounted for.
  void emit(const PreparedText &text, bool again) {
    const Part &part = *text.part;
    const std::string path = base::join_item(item_.path, part.section);
    const std::string_view source = text.body.bytes;
    if (text.is_page()) {
      emit_text(path, text.utf8(), text.utf8_place(), source, &text.source_quoted, true,
                evidence::kPageSource);
      emit_text(path, text.shown(), text.shown_place(), source, &text.quoted);
      return;
    }
    emit_text(path, text.shown(), text.shown_place(), source, &text.quoted);
    if (again || reading_ == Reading::decoded) return;
    embedded(part, path, source);
    elsewhere(part.type, path);
  }

  void emit_text(std::string_view path, std::string_view text, const base::OffsetMap &map,
                 std::string_view source, const std::vector<QuotedSpan> *quoted, bool prose = true) {
    emit_text(path, text, &map, source, quoted, prose);
  }
  void emit_text(std::string_view path, std::string_view text, const base::OffsetMap *map,
                 std::string_view source, const std::vector<QuotedSpan> *quoted, bool prose = true,
                 std::string_view name = {}) {
    if (text.empty()) return;
    evidence::TextView view;
    view.item = path;
    view.text = text;
    view.map = map == nullptr || map->identity() ? nullptr : map;
    view.source = source;
    view.quoted = quoted != nullptr && !quoted->empty() ? quoted : nullptr;
    view.within = within_;
    view.prose = prose;
    view.name = name;
    sink_.text(view);
  }

  // Files and ciphertext in the middle of a text.
  void embedded(const Part &part, const std::string &path, std::string_view text) {
    if (is_calendar_type(part.type.value)) emit_calendar_values(text, path, item_.depth, within_, sink_);
    if (find_bytes(text, "begin ") != std::string_view::npos) {
      for (const UuBlock &block : find_uuencoded(text)) {
        std::string bytes;
        decode_uuencoded(text.substr(block.begin, block.end - block.begin), bytes);
        const std::string name = std::string(evidence::to_utf8(block.name).view());
        child(base::join_item(path, base::decoded_view_step("uuencode", block.begin)), bytes, name, "");
      }
      if (find_bytes(text, "=ybegin ") != std::string_view::npos) {
        for (const YencBlock &block : find_yenc(text)) {
          std::string bytes;
          decode_yenc(text.substr(block.begin, block.end - block.begin), bytes);
          const std::string name = std::string(evidence::to_utf8(block.name).view());
          child(base::join_item(path, base::decoded_view_step("yenc", block.begin)), bytes, name, "");
        }
      }
    }
    for (const PgpBlock &block : find_pgp_messages(text)) {
      const std::string_view armored = text.substr(block.begin, block.end - block.begin);
      // In bytes of the message: where the body was encoded, as much of it as the block is of the text.
      const double share = static_cast<double>(armored.size()) / static_cast<double>(text.size());
      const auto bytes = text.data() == part.body.data()
                             ? armored.size()
                             : static_cast<std::size_t>(share * static_cast<double>(part.body.size()));
      const OpenedPgp opened = open_pgp(armored, sink_.unlock(), pgp_bytes_max());
      const std::string inner = base::join_item(path, base::decoded_view_step("openpgp", block.begin));
      if (opened.opened)
        child(inner, opened.content, "", "");
      else
        encrypted(bytes, path, armored.size(), "OpenPGP", pgp_recipients(armored), opened.remedy);
    }
  }

  void encrypted(std::uint64_t bytes, const std::string &path, std::uint64_t size, std::string_view how,
                 const std::string &recipients, std::string_view remedy) {
    sink_.unread({.bytes = bytes,
                  .state = LedgerState::encrypted,
                  .reason = recipients.empty() ? fmt::format("encrypted ({})", how)
                                               : fmt::format("encrypted ({}) to {}", how, recipients),
                  .remedy = std::string(remedy),
                  .child = path,
                  .child_size = size});
  }

  std::size_t pgp_bytes_max() const {
    const base::Limits &limits = sink_.limits();
    return static_cast<std::size_t>(std::min(limits.member_bytes_max, limits.worker_memory_bytes / 4));
  }

  // Content that the message names but does not hold.
  void elsewhere(const ParameterField &type, const std::string &path) {
    if (type.value == "message/external-body") {
      std::string where;
      static constexpr std::array<std::string_view, 5> kWhere = {"access-type", "url", "site", "server",
                                                                 "directory"};
      for (const std::string_view key : kWhere) {
        const std::string_view value = type.get(key);
        if (!value.empty()) where += fmt::format("{}{}={}", where.empty() ? "" : ", ", key, value);
      }
      sink_.unread({.bytes = 0,
                    .state = LedgerState::not_held,
                    .reason = fmt::format("the body is kept outside the message ({})", where),
                    .remedy = "hand in the file that it points to",
                    .child = base::join_item(path, "external"),
                    .child_size = 0});
    } else if (type.value == "message/partial") {
      sink_.unread(
          {.bytes = 0,
           .state = LedgerState::not_held,
           .reason = fmt::format(
               "piece {} of {} of a message that was sent in pieces (id {}): it was read by "
               "itself",
               type.get("number"), type.get("total").empty() ? "?" : type.get("total"), type.get("id")),
           .remedy = "join the pieces and add the message as evidence",
           .child = base::join_item(path, "partial"),
           .child_size = 0});
    }
  }

  // ---- attachments

  void emit_cut(const Part &part) {
    const auto utf8 = evidence::to_utf8(part.body);
    const base::OffsetMap own = utf8.map() == nullptr ? base::OffsetMap{} : *utf8.map();
    emit_text(item_.path, utf8.view(), shifted(own, offset_of(part.body)), item_.bytes, nullptr);
    const bool deep = part.cut == Cut::too_deep;
    sink_.unread(
        {.bytes = part.body.size(),
         .state = deep ? LedgerState::too_deep : LedgerState::too_large,
         .reason =
             deep ? fmt::format("nested more than {} deep; scanned as plain text without decoding",
                                sink_.limits().mime_depth_max)
                  : fmt::format("more than {} parts; the rest was scanned as plain text without decoding",
                                sink_.limits().mime_parts_max),
         .remedy = deep ? "raise the limit mime_depth_max with --limit"
                        : "raise the limit mime_parts_max with --limit",
         .child = base::join_item(item_.path, part.section),
         .child_size = 0});
  }

  void emit_attachment(const Part &part) {
    const std::string path = base::join_item(item_.path, part.section);
    const Lease<Body> leased = lease<Body>();
    Body &body = *leased;
    body.decode(part.body, part.encoding);
    const std::string &type = part.type.value;
    if (part.of_encrypted) {
      const OpenedPgp opened = open_pgp(body.bytes, sink_.unlock(), pgp_bytes_max());
      if (opened.opened)
        entity(path, opened.content);
      else
        encrypted(part.body.size(), path, body.bytes.size(), "OpenPGP", pgp_recipients(body.bytes),
                  opened.remedy);
      return;
    }
    if (type == "application/pkcs7-mime" || type == "application/x-pkcs7-mime" ||
        base::lower(part.name).ends_with(".p7m")) {
      CmsMessage cms = read_cms(body.bytes);
      if (cms.kind == CmsMessage::Kind::enveloped) {
        if (std::string opened = open_cms(body.bytes, sink_.unlock()); !opened.empty()) {
          entity(path, opened);
          return;
        }
        encrypted(part.body.size(), path, body.bytes.size(), "S/MIME", cms.recipients,
                  "supply the recipient's private key with --key (and its password with --password-file)");
        return;
      }
      if (cms.kind == CmsMessage::Kind::signed_data && !cms.content.empty()) {
        entity(path, cms.content);
        return;
      }
    }
    if (from_quoted_ && body.bytes.data() == part.body.data()) {
      if (auto plain = reflow(body.bytes, {.from_quoted = true})) {
        body.owned = std::move(plain->text);
        body.bytes = body.owned;
      }
    }
    std::string media_type = type;
    if (type.starts_with("text/") && !part.type.get("charset").empty())
      media_type += fmt::format("; charset={}", base::lower(part.type.get("charset")));
    // A name in encoded words or in pieces stands in no text as its reader sees it.
    if (!part.name.empty() && find_bytes(part.header, part.name) == std::string_view::npos)
      evidence::emit_name(path, part.name, within_, sink_);
    child(path, body.bytes, part.name, media_type);
    if (const std::string_view encoding = other_encoding(part, body); !encoding.empty()) {
      const Lease<Body> other = lease<Body>();
      other->decode(part.body, encoding);
      child(base::join_item(path, base::decoded_view_step(encoding == "base64" ? "base64" : "other", 0)),
            other->bytes, part.name, media_type);
    }
  }

  // What a wrapper held: a MIME entity, which may lack every field that a message has.
  void entity(const std::string &path, std::string_view bytes) {
    evidence::ItemView view;
    view.path = path;
    view.bytes = bytes;
    view.type = evidence::ItemType::message;
    view.media_type = "message/rfc822";
    view.depth = item_.depth + 1;
    view.within = within_;
    sink_.child(view);
  }

  void child(const std::string &path, std::string_view bytes, std::string_view name,
             std::string_view media_type) {
    evidence::ItemView view;
    view.path = path;
    view.bytes = bytes;
    view.type =
        media_type.starts_with("message/rfc822") ? evidence::ItemType::message : evidence::ItemType::unknown;
    view.name = name;
    view.media_type = media_type;
    view.depth = item_.depth + 1;
    view.within = within_;
    sink_.child(view);
  }

  const evidence::ItemView &item_;
  evidence::Sink &sink_;
  Reading reading_;
  bool from_quoted_;
  std::string decoded_;  // the header's text, kept for its memory
  std::string path_;     // of the message that is being emitted
  RecordId within_ = evidence::kNoRecord;
  RecordId outer_record_ = evidence::kNoRecord;
};

}  // namespace

base::Result<void> read_message(const evidence::ItemView &item, evidence::Sink &sink) {
  if (const evidence::EmlxSpan emlx = evidence::emlx_span(item.bytes); emlx.size > 0) {
    const std::string path = base::join_item(item.path, "1");
    evidence::ItemView message = item;
    message.path = path;
    message.bytes = item.bytes.substr(emlx.begin, emlx.size);
    message.type = evidence::ItemType::message;
    message.depth = item.depth + 1;
    sink.child(message);
    // The property list: flags, dates, the mailbox's own notes.
    const std::string_view list = item.bytes.substr(emlx.begin + emlx.size);
    const auto utf8 = evidence::to_utf8(list);
    if (base::trim(utf8.view()).empty()) return {};
    base::OffsetMap map;
    if (utf8.map() == nullptr)
      map.add(0, emlx.begin + emlx.size);
    else
      for (const auto &run : utf8.map()->runs()) map.add(run.text, run.source + emlx.begin + emlx.size);
    sink.text({.item = item.path,
               .text = utf8.view(),
               .map = &map,
               .source = item.bytes,
               .within = item.within,
               .name = item.name,
               .prose = false});
    return {};
  }
  Reader(item, sink, Reading::all).run();
  return {};
}

base::Result<void> decode_message(const evidence::ItemView &item, evidence::Sink &sink) {
  Reader(item, sink, Reading::decoded).run();
  return {};
}

}  // namespace dislodge::mail

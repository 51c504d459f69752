#include "mail/message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <optional>

#include "base/encode.hpp"
#include "base/item_path.hpp"
#include "evidence/charset.hpp"
#include "evidence/html_text.hpp"
#include "evidence/mail_signature.hpp"
#include "mail/addresses.hpp"
#include "mail/affiliation.hpp"
#include "mail/base64.hpp"
#include "mail/encrypted.hpp"
#include "mail/find.hpp"
#include "mail/openpgp.hpp"
#include "mail/quoted_printable.hpp"
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

// A body after its transfer encoding: a view of the message where there was none.
struct Body {
  std::unique_ptr<char[]> decoded;
  std::string owned;  // what was made in other ways
  std::string_view bytes;
};

void decode_body(std::string_view raw, std::string_view encoding, Body &body) {
  if (encoding == "base64" || encoding == "b") {
    body.decoded = std::make_unique_for_overwrite<char[]>(base64_room(raw.size()));
    body.bytes = {body.decoded.get(), decode_base64_to(raw, body.decoded.get()).size};
  } else if (encoding == "quoted-printable" || encoding == "quoted-print" || encoding == "quoted_printable") {
    body.decoded = std::make_unique_for_overwrite<char[]>(quoted_printable_room(raw.size()));
    body.bytes = {body.decoded.get(), decode_quoted_printable_to(raw, body.decoded.get())};
  } else if (encoding == "x-uuencode" || encoding == "uuencode" || encoding == "x-uue" || encoding == "uue") {
    decode_uuencoded(raw, body.owned);
    body.bytes = body.owned;
  } else {
    body.bytes = raw;
  }
}

// A text part made ready for the scanner. Its members are views of each other, so it must not be moved.
struct PreparedText {
  PreparedText() = default;
  PreparedText(const PreparedText &) = delete;
  PreparedText &operator=(const PreparedText &) = delete;

  const Part *part = nullptr;
  Body body;
  evidence::Utf8Text utf8;
  std::optional<ReflowedText> shown;  // after undoing soft line ends; else utf8 is shown
  std::optional<evidence::HtmlText> html;
  base::OffsetMap map;  // of the shown or stripped text, where it is not the converted one's
  const base::OffsetMap *place =
      nullptr;                     // of the shown or stripped text to the body's bytes; null: identical
  std::vector<QuotedSpan> quoted;  // in the shown or stripped text
  std::vector<QuotedSpan> source_quoted;  // in the HTML source
};

enum class Reading : std::uint8_t { all, decoded };

bool is_html(const Part &part) {
  return part.type.value == "text/html" || part.type.value == "application/xhtml+xml";
}

bool is_inline_text(const Part &part) {
  if (part.cut == Cut::none &&
      (part.type.value == "message/external-body" || part.type.value == "message/partial"))
    return true;  // whatever it is called, its body is not here
  if (!part.name.empty() || part.disposition.value == "attachment" || part.cut != Cut::none) return false;
  const std::string &type = part.type.value;
  if (type == "text/rtf" || type == "text/richtext-rtf") return false;  // its reader knows better
  return type.starts_with("text/") || type == "application/xhtml+xml" || type == "message/delivery-status" ||
         type == "message/disposition-notification" || type == "message/external-body" ||
         type == "message/partial" || type == "message/feedback-report" ||
         type == "application/pgp-encrypted" || type == "application/x-pkcs7-crl-control" ||
         (type.starts_with("multipart/"));
}

std::vector<QuotedSpan> spans_in_source(const std::vector<QuotedSpan> &spans, const base::OffsetMap &map,
                                        std::uint64_t source_size) {
  std::vector<QuotedSpan> out;
  for (const QuotedSpan &span : spans) {
    const std::uint64_t begin = map.source_of(span.begin);
    // A line end that the stripper added has no place of its own.
    const std::uint64_t end = std::min(map.source_of(span.end - 1) + 1, source_size);
    if (end > begin && (out.empty() || begin >= out.back().end)) out.push_back({begin, end, span.depth});
  }
  return out;
}

class Reader {
 public:
  Reader(const evidence::ItemView &item, evidence::Sink &sink, Reading reading)
      : item_(item), sink_(sink), reading_(reading), from_quoted_(item.media_type == kMessageFromMbox) {}

  void run() {
    const Structure structure = read_structure(item_.bytes, sink_.limits());
    // Parts by message: those of a nested one stand between those of the outer.
    std::vector<std::vector<const Part *>> parts(structure.messages.size());
    for (const Part &part : structure.parts) parts[part.message].push_back(&part);
    for (std::size_t i = 0; i < structure.messages.size(); ++i) {
      message(structure.messages[i], parts[i], i == 0);
      if (i == 0) loose(structure.loose);
    }
  }

 private:
  void message(const MessageEntity &entity, const std::vector<const Part *> &parts, bool outer) {
    path_ = outer ? std::string(item_.path) : base::join_item(item_.path, entity.section);
    std::deque<PreparedText> texts;
    for (const Part *part : parts) {
      if (!is_inline_text(*part)) continue;
      prepare(*part, part->encoding, texts);
      if (!part->other_encoding.empty()) prepare(*part, part->other_encoding, texts);
    }
    Record record = describe(entity.headers);
    std::uint64_t quoted = 0;
    for (const PreparedText &text : texts) quoted += quoted_size(text.quoted);
    tell_affiliations(entity.headers, parts, texts, record);
    record.quoted_bytes = static_cast<std::uint32_t>(std::min<std::uint64_t>(quoted, UINT32_MAX));
    within_ = sink_.record(std::move(record));
    if (outer) {
      outer_record_ = within_;
      sink_.whole_message(path_, item_.bytes, from_quoted_ ? kMessageFromMbox : "message/rfc822");
    }
    header(entity.headers);
    if (!outer) elsewhere(entity.declared, path_);
    auto text = texts.begin();
    for (const Part *part : parts) {
      if (text != texts.end() && text->part == part) {
        for (bool again = false; text != texts.end() && text->part == part; ++text, again = true)
          emit(*text, again);
      } else if (part->cut != Cut::none) {
        emit_cut(*part);
      } else {
        emit_attachment(*part);
      }
    }
  }

  void tell_affiliations(const HeaderBlock &headers, const std::vector<const Part *> &parts,
                         const std::deque<PreparedText> &texts, Record &record) const {
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
      Body body;
      decode_body(part->body, part->encoding, body);
      add_certificate_affiliations(body.bytes, author, out);
    }
    // The first text is what the author wrote.
    for (const PreparedText &text : texts) {
      const std::string_view shown = text.html    ? std::string_view(text.html->text)
                                     : text.shown ? std::string_view(text.shown->text)
                                                  : text.utf8.view();
      if (base::trim(shown).empty()) continue;
      add_signature_affiliations(shown, text.quoted, out);
      break;
    }
  }

  // ---- the header

  Record describe(const HeaderBlock &headers) const {
    Record record;
    record.kind = evidence::RecordKind::message;
    record.item = path_;
    const std::size_t most = sink_.limits().headers_max;
    std::string_view received;
    std::string_view folder;
    for (const Field &field : headers.fields) {
      switch (field_name(field.name)) {
        case FieldName::message_id:
          if (record.message_id.empty()) record.message_id = first_id(field.value);
          break;
        case FieldName::in_reply_to:
          if (record.in_reply_to.empty()) record.in_reply_to = first_id(field.value);
          break;
        case FieldName::references:
          if (record.references.empty()) record.references = ids(field.value, most);
          break;
        case FieldName::subject:
          if (record.subject.empty()) record.subject = header_text(field.value);
          break;
        case FieldName::date:
          if (record.sent_text.empty()) record.sent_text = header_text(field.value);
          break;
        case FieldName::received:
          if (received.empty()) received = field.value;
          break;
        case FieldName::from:
          parse_addresses(field.value, PersonRole::from, most, record.people);
          break;
        case FieldName::sender:
          parse_addresses(field.value, PersonRole::sender, most, record.people);
          break;
        case FieldName::reply_to:
          parse_addresses(field.value, PersonRole::reply_to, most, record.people);
          break;
        case FieldName::to:
          parse_addresses(field.value, PersonRole::to, most, record.people);
          break;
        case FieldName::cc:
          parse_addresses(field.value, PersonRole::cc, most, record.people);
          break;
        case FieldName::bcc:
          parse_addresses(field.value, PersonRole::bcc, most, record.people);
          break;
        case FieldName::delivered_to:
        case FieldName::x_original_to:
          parse_addresses(field.value, PersonRole::delivered_to, most, record.people);
          break;
        case FieldName::x_folder:
        case FieldName::x_gmail_labels:
          if (folder.empty()) folder = field.value;
          break;
        case FieldName::other:
          break;
      }
    }
    if (const auto sent = base::parse_mail_date(record.sent_text)) record.sent = *sent;
    const std::size_t semicolon = received.rfind(';');
    if (semicolon != std::string_view::npos)
      if (const auto time = base::parse_mail_date(received.substr(semicolon + 1))) record.received = *time;
    record.folder = folder.empty() ? folder_of_path(item_.path) : header_text(folder);
    return record;
  }

  static std::string first_id(std::string_view raw) {
    const std::size_t open = raw.find('<');
    const std::size_t close = open == std::string_view::npos ? open : raw.find('>', open);
    std::string storage;
    const std::string_view text =
        unfolded(close == std::string_view::npos ? raw : raw.substr(open + 1, close - open - 1), storage);
    return base::to_valid_utf8(base::trim(text));
  }

  static std::vector<std::string> ids(std::string_view raw, std::size_t most) {
    std::vector<std::string> out;
    std::string storage;
    while (out.size() < most) {
      const std::size_t open = raw.find('<');
      const std::size_t close = open == std::string_view::npos ? open : raw.find('>', open);
      if (close == std::string_view::npos) break;
      std::string id = base::to_valid_utf8(unfolded(raw.substr(open + 1, close - open - 1), storage));
      id.erase(std::remove_if(id.begin(), id.end(), [](char c) { return c == ' ' || c == '\t'; }), id.end());
      if (!id.empty()) out.push_back(std::move(id));
      raw.remove_prefix(close + 1);
    }
    return out;
  }

  void header(const HeaderBlock &headers) {
    if (headers.bytes.empty()) return;
    for (std::string_view rest = headers.bytes; !rest.empty();) {
      const std::string_view piece =
          rest.substr(0, evidence::piece_end(rest, evidence::kConversionPiece, evidence::Utf16::none));
      const auto offset = static_cast<std::uint64_t>(piece.data() - headers.bytes.data());
      rest.remove_prefix(piece.size());
      emit_header_text(piece, offset, headers.bytes, false);
    }
    // Of all fields people write only the subject: "spf=pass" is no sentence.
    for (const Field &field : headers.fields)
      if (field_name(field.name) == FieldName::subject)
        emit_header_text(field.value, static_cast<std::uint64_t>(field.value.data() - headers.bytes.data()),
                         headers.bytes, true);
    if (headers.cut)
      sink_.unread({.bytes = 0,
                    .state = LedgerState::too_large,
                    .reason = fmt::format(
                        "the header has more than {} fields or {} bytes: the rest was scanned as plain "
                        "text, encoded words in it were not decoded into fields",
                        sink_.limits().headers_max, sink_.limits().header_bytes_max),
                    .remedy = "raise the limits headers_max and header_bytes_max",
                    .child = {},
                    .child_size = 0});
  }

  // A stretch of the header that begins at `offset` of it.
  void emit_header_text(std::string_view raw, std::uint64_t offset, std::string_view header, bool prose) {
    const auto utf8 = evidence::to_utf8(raw);
    base::OffsetMap words;
    decoded_.clear();
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

  // Preambles, epilogues and part headers, as one text of the message.
  void loose(const std::vector<std::string_view> &stretches) {
    std::string gathered;
    base::OffsetMap places;
    const auto flush = [&] {
      if (base::trim(gathered).empty()) return;
      const auto utf8 = evidence::to_utf8(gathered);
      emit_text(item_.path, utf8.view(), evidence::compose_maps(&places, utf8.map(), utf8.view().size()),
                item_.bytes, nullptr, false);
    };
    for (const std::string_view stretch : stretches) {
      for (std::string_view rest = stretch; !rest.empty();) {
        const std::string_view piece =
            rest.substr(0, evidence::piece_end(rest, evidence::kConversionPiece, evidence::Utf16::none));
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

  void prepare(const Part &part, std::string_view encoding, std::deque<PreparedText> &texts) const {
    PreparedText &text = texts.emplace_back();
    text.part = &part;
    decode_body(part.body, encoding, text.body);
    text.utf8 = evidence::to_utf8(text.body.bytes, part.type.get("charset"));
    text.place = text.utf8.map();
    if (is_html(part)) {
      if (reading_ == Reading::decoded) return;
      text.html = evidence::html_text(text.utf8.view());
      text.map = evidence::compose_maps(text.utf8.map(), &text.html->map, text.html->text.size());
      text.quoted = merge_quoted(text.html->quoted, quoted_spans(text.html->text));
      text.source_quoted = spans_in_source(text.quoted, text.html->map, text.utf8.view().size());
      text.place = &text.map;
      return;
    }
    Reflow how;
    how.from_quoted = from_quoted_;
    how.flowed = base::equal_ignoring_case(part.type.get("format"), "flowed");
    how.delete_space = base::equal_ignoring_case(part.type.get("delsp"), "yes");
    how.unfold = part.type.value == "text/calendar" || part.type.value == "text/vcard" ||
                 part.type.value == "text/x-vcard" || part.type.value == "text/directory";
    text.shown = reflow(text.utf8.view(), how);
    if (text.shown) {
      text.map = evidence::compose_maps(text.utf8.map(), &text.shown->map, text.shown->text.size());
      text.place = &text.map;
    }
    if (reading_ == Reading::all)
      text.quoted = quoted_spans(text.shown ? std::string_view(text.shown->text) : text.utf8.view());
  }

  // `again`: the same part by its other transfer encoding, whose bytes have been accounted for.
  void emit(const PreparedText &text, bool again) {
    const Part &part = *text.part;
    const std::string path = base::join_item(item_.path, part.section);
    if (text.html) {
      emit_text(path, text.utf8.view(), text.utf8.map(), text.body.bytes, &text.source_quoted);
      emit_text(path, text.html->text, text.place, text.body.bytes, &text.quoted);
      return;
    }
    emit_text(path, text.shown ? std::string_view(text.shown->text) : text.utf8.view(), text.place,
              text.body.bytes, &text.quoted);
    if (again) return;
    embedded(part, path, text.body.bytes);
    elsewhere(part.type, path);
  }

  void emit_text(std::string_view path, std::string_view text, const base::OffsetMap &map,
                 std::string_view source, const std::vector<QuotedSpan> *quoted, bool prose = true) {
    emit_text(path, text, &map, source, quoted, prose);
  }
  void emit_text(std::string_view path, std::string_view text, const base::OffsetMap *map,
                 std::string_view source, const std::vector<QuotedSpan> *quoted, bool prose = true) {
    if (text.empty()) return;
    evidence::TextView view;
    view.item = path;
    view.text = text;
    view.map = map == nullptr || map->identity() ? nullptr : map;
    view.source = source;
    view.quoted = quoted != nullptr && !quoted->empty() ? quoted : nullptr;
    view.within = within_;
    view.prose = prose;
    sink_.text(view);
  }

  // Files and ciphertext in the middle of a text.
  void embedded(const Part &part, const std::string &path, std::string_view text) {
    if (find_bytes(text, "begin ") != std::string_view::npos) {
      for (const UuBlock &block : find_uuencoded(text)) {
        std::string bytes;
        decode_uuencoded(text.substr(block.begin, block.end - block.begin), bytes);
        const std::string name = std::string(evidence::to_utf8(block.name).view());
        child(base::join_item(path, base::decoded_view_step("uuencode", block.begin)), bytes, name, "");
      }
    }
    if (find_bytes(text, "=ybegin ") != std::string_view::npos) {
      for (const YencBlock &block : find_yenc(text)) {
        std::string bytes;
        decode_yenc(text.substr(block.begin, block.end - block.begin), bytes);
        const std::string name = std::string(evidence::to_utf8(block.name).view());
        child(base::join_item(path, base::decoded_view_step("yenc", block.begin)), bytes, name, "");
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
         .remedy = deep ? "raise the limit mime_depth_max" : "raise the limit mime_parts_max",
         .child = base::join_item(item_.path, part.section),
         .child_size = 0});
  }

  void emit_attachment(const Part &part) {
    const std::string path = base::join_item(item_.path, part.section);
    Body body;
    decode_body(part.body, part.encoding, body);
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
    child(path, body.bytes, part.name, media_type);
    if (!part.other_encoding.empty()) {
      Body other;
      decode_body(part.body, part.other_encoding, other);
      child(base::join_item(path,
                            base::decoded_view_step(part.other_encoding == "base64" ? "base64" : "other", 0)),
            other.bytes, part.name, media_type);
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

std::string folder_of_path(std::string_view whole) {
  // Within an archive the folders are in the step, "export.zip!/alice/Inbox/1.eml".
  std::string_view step = base::item_root(whole);
  for (std::string_view rest = whole; !rest.empty();) {
    const std::size_t mark = std::min(rest.find("!/"), rest.size());
    if (rest.substr(0, mark).find('/') != std::string_view::npos) step = rest.substr(0, mark);
    rest.remove_prefix(std::min(mark + 2, rest.size()));
  }
  const std::string path = base::unescape_step(step);
  const std::size_t file = path.rfind('/');
  if (file == std::string::npos) return {};
  std::string_view folder = std::string_view(path).substr(0, file);
  const std::size_t last = folder.rfind('/');
  const std::string_view name = last == std::string_view::npos ? folder : folder.substr(last + 1);
  if (name == "cur" || name == "new" || name == "tmp") {
    if (last == std::string_view::npos) return "INBOX";
    folder = folder.substr(0, last);
    const std::size_t above = folder.rfind('/');
    std::string_view box = above == std::string_view::npos ? folder : folder.substr(above + 1);
    // Maildir++: ".Sent.2024" is a folder of the box around it, which itself is the INBOX.
    if (!box.starts_with('.')) return "INBOX";
    std::string out(box.substr(1));
    std::replace(out.begin(), out.end(), '.', '/');
    return out;
  }
  const std::string_view file_name = std::string_view(path).substr(file + 1);
  const std::string lower = base::lower(file_name);
  // Apple Mail: "Work.mbox/Plans.mbox/GUID/Data/Messages/1.emlx".
  if (lower.ends_with(".emlx")) {
    std::string out;
    for (std::string_view rest = folder; !rest.empty();) {
      const std::size_t slash = std::min(rest.find('/'), rest.size());
      std::string_view part = rest.substr(0, slash);
      rest.remove_prefix(std::min(slash + 1, rest.size()));
      if (!part.ends_with(".mbox")) continue;
      part.remove_suffix(5);
      if (!out.empty()) out += '/';
      out += part;
    }
    if (!out.empty()) return out;
  }
  if (lower.ends_with(".eml") || lower.ends_with(".emlx") || lower.ends_with(".msg"))
    return std::string(name);
  // maildir/USER/FOLDER/NUMBER. as in the Enron corpus.
  const std::size_t digits = std::min(file_name.find_first_not_of("0123456789"), file_name.size());
  if (digits > 0 && (digits == file_name.size() || file_name.substr(digits) == ".")) return std::string(name);
  return {};
}

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

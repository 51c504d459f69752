#include "mail/olm.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/encode.hpp"
#include "base/item_path.hpp"
#include "base/offset_map.hpp"
#include "base/time.hpp"
#include "evidence/charset.hpp"
#include "evidence/html_text.hpp"
#include "evidence/page_source.hpp"
#include "mail/find.hpp"
#include "mail/quotes.hpp"

namespace dislodge::mail {
namespace {

using evidence::PersonRole;
using evidence::Record;
using evidence::RecordId;

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kLookBytes = 4096;
constexpr std::size_t kFieldBytesMax = 64u << 10;  // of a subject, an id, a name
constexpr std::size_t kPeopleMax = 10'000;
constexpr std::string_view kField = "OPFMessageCopy";

// XML with its entities undone, and where each byte came from.
struct Plain {
  std::string text;
  base::OffsetMap map;

  // `begin` is where `xml` begins in its item.
  void add(std::string_view xml, std::size_t begin) {
    map.add(text.size(), begin);
    for (std::size_t at = 0; at < xml.size();) {
      const std::size_t entity = std::min(xml.find('&', at), xml.size());
      text += xml.substr(at, entity - at);
      if (entity == xml.size()) return;
      std::size_t length = 0;
      const std::uint32_t character = evidence::entity_at(xml.substr(entity), length);
      map.add(text.size(), begin + entity);
      if (character == 0)
        text += '&', length = 1;
      else
        base::append_utf8(text, character);
      at = entity + length;
      map.add(text.size(), begin + at);
    }
  }
};

// A tag: "<name attributes>", "</name>", "<name attributes/>".
struct Tag {
  std::size_t begin = 0;
  std::size_t end = 0;  // behind ">"
  std::string_view name;
  std::string_view attributes;
  bool closes = false;
  bool empty = false;
};

// The first tag at or behind `at`; none where the rest holds no whole one.
std::optional<Tag> next_tag(std::string_view xml, std::size_t at) {
  const std::size_t begin = xml.find('<', at);
  if (begin == kNone) return std::nullopt;
  const std::size_t end = xml.find('>', begin);
  if (end == kNone) return std::nullopt;
  Tag tag{.begin = begin, .end = end + 1, .name = {}, .attributes = {}};
  std::string_view inner = xml.substr(begin + 1, end - begin - 1);
  tag.closes = inner.starts_with('/');
  if (tag.closes) inner.remove_prefix(1);
  tag.empty = inner.ends_with('/');
  if (tag.empty) inner.remove_suffix(1);
  const std::size_t blank = std::min(inner.find_first_of(" \t\r\n"), inner.size());
  tag.name = inner.substr(0, blank);
  tag.attributes = inner.substr(blank);
  return tag;
}

std::string attribute(std::string_view attributes, std::string_view name) {
  for (std::size_t at = attributes.find(name); at != kNone; at = attributes.find(name, at + 1)) {
    const std::size_t equals = at + name.size();
    if (equals + 1 >= attributes.size() || attributes[equals] != '=') continue;
    const char quote = attributes[equals + 1];
    if (quote != '"' && quote != '\'') continue;
    const std::size_t end = attributes.find(quote, equals + 2);
    if (end == kNone) return {};
    return evidence::decode_entities(
        attributes.substr(equals + 2, std::min(end - equals - 2, kFieldBytesMax)));
  }
  return {};
}

// Outlook writes no zone: its times are in UTC.
base::Time time_of(std::string_view text) {
  text = base::trim(text);
  if (const auto time = base::parse_time(text)) return *time;
  if (const auto time = base::parse_time(std::string(text) + "Z")) return *time;
  return base::kTimeMin;
}

std::string bare_id(std::string text) {
  const std::string_view trimmed = base::trim(text);
  const bool bracketed = trimmed.size() > 2 && trimmed.front() == '<' && trimmed.back() == '>';
  return std::string(bracketed ? trimmed.substr(1, trimmed.size() - 2) : trimmed);
}

// Between ".../com.microsoft.__Messages/" and the file's own name.
std::string folder_of(std::string_view path) {
  constexpr std::string_view kMessages = "com.microsoft.__Messages/";
  const std::string written = base::unescape_step(path);
  const std::size_t begin = written.rfind(kMessages);
  const std::size_t end = written.rfind('/');
  if (begin == kNone || end == kNone || end < begin + kMessages.size()) return {};
  return written.substr(begin + kMessages.size(), end - begin - kMessages.size());
}

std::optional<PersonRole> role_of(std::string_view field) {
  if (field == "FromAddresses") return PersonRole::from;
  if (field == "SenderAddress") return PersonRole::sender;
  if (field == "ReplyToAddresses") return PersonRole::reply_to;
  if (field == "ToAddresses") return PersonRole::to;
  if (field == "CCAddresses") return PersonRole::cc;
  if (field == "BCCAddresses") return PersonRole::bcc;
  return std::nullopt;
}

// A stretch of an <email> that is a body: between its tags.
struct BodyText {
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct Email {
  std::size_t begin = 0;
  std::size_t end = 0;
  Record record;
  std::vector<BodyText> bodies;
  BodyText subject;
};

class Reader {
 public:
  Reader(const evidence::ItemView &item, evidence::Sink &sink)
      : item_(item), sink_(sink), folder_(folder_of(item.path)) {}

  void run() {
    const std::string_view xml = item_.bytes;
    Plain outside;
    std::size_t at = 0;
    std::size_t read = 0;
    std::uint64_t number = 0;
    bool whole = true;
    while (const auto tag = next_tag(xml, at)) {
      at = tag->end;
      if (tag->closes || tag->empty || tag->name != "email") continue;
      if (++number > sink_.limits().members_max) break;
      outside.add(xml.substr(read, tag->begin - read), read);
      Email email = email_at(*tag);
      whole = email.end != kNone;
      email.end = std::min(email.end, xml.size());
      emit(email, number);
      at = read = email.end;
    }
    outside.add(xml.substr(read), read);
    if (!base::trim(outside.text).empty())
      text(item_.path, outside.text, outside.map, xml, item_.within, {.prose = false});
    if (!whole || xml.find("</emails>") == kNone)
      sink_.unread({.bytes = 0,
                    .state = evidence::LedgerState::damaged,
                    .reason = "the XML ends early; what is there was read",
                    .remedy = "export it again",
                    .child = {},
                    .child_size = 0});
  }

 private:
  // What follows the tag <email>, up to its end; `end` is npos where there is none.
  Email email_at(const Tag &open) const {
    const std::string_view xml = item_.bytes;
    Email out;
    out.begin = open.begin;
    out.end = kNone;
    out.record.kind = evidence::RecordKind::message;
    out.record.folder = folder_;
    std::string_view field;  // the one that is open, without what all begin with
    std::size_t field_begin = 0;
    for (std::size_t at = open.end; const auto tag = next_tag(xml, at);) {
      at = tag->end;
      if (tag->closes && tag->name == "email") {
        out.end = tag->end;
        break;
      }
      if (tag->name == "emailAddress" && !tag->closes) {
        person(field, tag->attributes, out.record);
      } else if (tag->name.starts_with(kField)) {
        const std::string_view name = tag->name.substr(kField.size());
        if (!tag->closes && !tag->empty) {
          field = name;
          field_begin = tag->end;
        } else if (name == field) {
          value(field, {field_begin, tag->begin}, out);
          field = {};
        }
      }
    }
    // A field that the cut left open is as much of it as there is.
    if (out.end == kNone && !field.empty()) value(field, {field_begin, xml.size()}, out);
    return out;
  }

  static void person(std::string_view field, std::string_view attributes, Record &record) {
    const auto role = role_of(field);
    if (!role || record.people.size() >= kPeopleMax) return;
    std::string name = attribute(attributes, "OPFContactEmailAddressName");
    std::string address = base::lower(attribute(attributes, "OPFContactEmailAddressAddress"));
    if (!name.empty() || !address.empty())
      record.people.push_back({*role, std::move(name), std::move(address)});
  }

  void value(std::string_view field, BodyText place, Email &out) const {
    const std::string_view raw = item_.bytes.substr(place.begin, place.end - place.begin);
    const auto decoded = [&] { return evidence::decode_entities(raw.substr(0, kFieldBytesMax)); };
    Record &record = out.record;
    if (field == "Body" || field == "HTMLBody") {
      out.bodies.push_back(place);
    } else if (field == "Subject") {
      record.subject = decoded();
      out.subject = place;
    } else if (field == "MessageID") {
      record.message_id = bare_id(decoded());
    } else if (field == "InReplyTo") {
      record.in_reply_to = bare_id(decoded());
    } else if (field == "References") {
      const std::string all = decoded();
      for (std::size_t at = 0; at < all.size();) {
        const std::size_t begin = all.find_first_not_of(" \t\r\n,", at);
        if (begin == kNone || record.references.size() >= kPeopleMax) break;
        at = std::min(all.find_first_of(" \t\r\n,", begin), all.size());
        record.references.push_back(bare_id(all.substr(begin, at - begin)));
      }
    } else if (field == "SentTime") {
      record.sent_text = decoded();
      record.sent = time_of(record.sent_text);
    } else if (field == "ReceivedTime") {
      record.received = time_of(decoded());
    }
  }

  void emit(Email &email, std::uint64_t number) {
    const std::string path = base::join_item(item_.path, std::to_string(number));
    const std::string_view own = item_.bytes.substr(email.begin, email.end - email.begin);
    // The same text as HTML twice, in the field for plain text too, is one.
    std::vector<BodyText> &bodies = email.bodies;
    const auto bytes_of = [&](const BodyText &body) {
      return item_.bytes.substr(body.begin, body.end - body.begin);
    };
    std::vector<Plain> texts;
    std::uint64_t quoted = 0;
    for (std::size_t i = 0; i < bodies.size(); ++i) {
      const bool again =
          std::any_of(bodies.begin(), bodies.begin() + static_cast<std::ptrdiff_t>(i),
                      [&](const BodyText &other) { return bytes_of(other) == bytes_of(bodies[i]); });
      if (again) continue;
      texts.emplace_back().add(bytes_of(bodies[i]), bodies[i].begin - email.begin);
    }
    std::vector<evidence::HtmlText> pages(texts.size());
    std::vector<std::vector<evidence::QuotedSpan>> spans(texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (evidence::looks_like_html(texts[i].text)) {
        pages[i] = evidence::html_text(texts[i].text);
        spans[i] = merge_quoted(pages[i].quoted, quoted_spans(pages[i].text));
      } else {
        spans[i] = quoted_spans(texts[i].text);
      }
      quoted += quoted_size(spans[i]);
    }
    email.record.item = path;
    email.record.quoted_bytes = static_cast<std::uint32_t>(std::min<std::uint64_t>(quoted, UINT32_MAX));
    const RecordId within = sink_.record(std::move(email.record));
    sink_.whole_message(path, own, "application/xml");

    // All that is no body: fields and attributes.
    Plain rest;
    std::size_t at = email.begin;
    for (const BodyText &body : bodies) {
      rest.add(item_.bytes.substr(at, body.begin - at), at - email.begin);
      at = body.end;
    }
    rest.add(item_.bytes.substr(at, email.end - at), at - email.begin);
    text(path, rest.text, rest.map, own, within, {.prose = false});
    if (email.subject.end > email.subject.begin) {
      Plain subject;
      subject.add(bytes_of(email.subject), email.subject.begin - email.begin);
      text(path, subject.text, subject.map, own, within, {});
    }
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (pages[i].text.empty()) {
        text(path, texts[i].text, texts[i].map, own, within, {.quoted = &spans[i]});
        continue;
      }
      text(path, texts[i].text, texts[i].map, own, within, {.name = evidence::kPageSource});
      const base::OffsetMap map = evidence::compose_maps(&texts[i].map, &pages[i].map, pages[i].text.size());
      text(path, pages[i].text, map, own, within, {.quoted = &spans[i]});
    }
  }

  struct Of {
    bool prose = true;
    std::string_view name = {};
    const std::vector<evidence::QuotedSpan> *quoted = nullptr;
  };
  void text(std::string_view path, std::string_view what, const base::OffsetMap &map, std::string_view source,
            RecordId within, const Of &of) {
    if (what.empty()) return;
    evidence::TextView view;
    view.item = path;
    view.text = what;
    view.map = &map;
    view.source = source;
    view.quoted = of.quoted != nullptr && !of.quoted->empty() ? of.quoted : nullptr;
    view.within = within;
    view.name = of.name;
    view.prose = of.prose;
    sink_.text(view);
  }

  const evidence::ItemView &item_;
  evidence::Sink &sink_;
  std::string folder_;
};

}  // namespace

bool recognises_olm(std::string_view bytes) {
  const std::string_view head = bytes.substr(0, kLookBytes);
  const std::size_t begin = head.find("<emails");
  return begin != kNone && head.substr(0, begin).find_first_of("{[") == kNone &&
         head.find("<email ", begin) != kNone && head.find("<OPFMessage", begin) != kNone &&
         evidence::valid_utf8_prefix(bytes) == bytes.size();
}

base::Result<void> read_olm(const evidence::ItemView &item, evidence::Sink &sink) {
  Reader(item, sink).run();
  return {};
}

}  // namespace dislodge::mail

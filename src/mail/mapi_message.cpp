#include "mail/mapi_message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/encode.hpp"
#include "base/hash.hpp"
#include "evidence/code_pages.hpp"
#include "mail/find.hpp"
#include "mail/headers.hpp"
#include "mail/mapi_binary.hpp"
#include "mail/outlook_rtf.hpp"

namespace dislodge::mail {
namespace {

constexpr unsigned kNestingMax = 30;  // attached items within attached items; deeper ones are named

// Text that will stand in one header line.
std::string one_line(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\r' || c == '\0') continue;
    out += c == '\n' || c == '\t' ? ' ' : c;
  }
  return out;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : one_line(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string mail_date(base::Time time) {
  static constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const base::Date date = base::date_of(time);
  const std::int64_t second = (time.us - base::time_of(date).us) / base::kSecond;
  return fmt::format("{} {} {:04} {:02}:{:02}:{:02} +0000", date.day,
                     kMonths[static_cast<std::size_t>(date.month - 1)], date.year, second / 3600,
                     second / 60 % 60, second % 60);
}

std::string address(std::string_view name, std::string_view smtp, std::string_view email,
                    std::string_view type) {
  std::string where(smtp);
  if (where.empty()) where = email;
  if (where.empty() && name.find('@') != std::string_view::npos) where = name;
  std::string out;
  if (!name.empty() && name != where) out = quoted(name);
  if (where.empty()) return out;
  // An address of Exchange's own directory is no mailbox@domain: kept as it is, which readers know.
  (void)type;
  if (!out.empty()) out += ' ';
  return out + "<" + one_line(where) + ">";
}

std::string media_type(std::string_view declared, std::string_view otherwise) {
  const std::size_t slash = declared.find('/');
  const bool sound = slash != std::string_view::npos && slash > 0 && slash + 1 < declared.size() &&
                     declared.find_first_not_of(
                         "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                         "!#$&^_.+-/") == std::string_view::npos;
  return sound ? base::lower(declared) : std::string(otherwise);
}

std::string percent(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto value = static_cast<unsigned char>(c);
    const bool plain = (value >= '0' && value <= '9') || ((value | 32) >= 'a' && (value | 32) <= 'z') ||
                       value == '.' || value == '-' || value == '_';
    if (plain)
      out += c;
    else
      out += fmt::format("%{:02X}", value);
  }
  return out;
}

class Writer {
 public:
  Writer(const MapiWriting &how, std::vector<std::string> &unread) : how_(how), unread_(unread) {}

  void message(MapiMessage &message, unsigned depth, bool outer) {
    if (outer) seed_ = digest(message, 0);
    if (outer && !how_.folder.empty()) line("X-Folder", how_.folder);
    header(message);
    body(message, depth);
  }
  std::string take() { return std::move(out_); }

 private:
  void line(std::string_view name, std::string_view value) {
    out_ += name;
    out_ += ": ";
    out_ += one_line(value);
    out_ += "\r\n";
  }

  void header(const MapiMessage &message) {
    const MapiBag &bag = message.bag;
    const std::string kept = bag.text(kMapiTransportHeaders);
    const HeaderBlock block = read_headers(kept, 0, *how_.limits);
    const auto lacks = [&](std::string_view field) { return block.find(field).empty(); };
    // Of the header that it came with all but the structure, which is ours now.
    for (std::size_t at = 0; at < block.bytes.size();) {
      std::size_t end = block.bytes.find('\n', at);
      end = end == std::string_view::npos ? block.bytes.size() : end;
      std::string_view text = block.bytes.substr(at, end - at);
      at = end + 1;
      if (text.ends_with('\r')) text.remove_suffix(1);
      if (text.empty()) continue;
      const bool structural = text.size() > 8 && (base::equal_ignoring_case(text.substr(0, 8), "content-") ||
                                                  base::equal_ignoring_case(text.substr(0, 5), "mime-"));
      if (structural) out_ += "X-Original-";
      if (text.starts_with("--")) out_ += ' ';
      out_ += text;
      out_ += "\r\n";
    }
    if (lacks("from")) {
      std::string from = address(bag.text(kMapiSentRepresentingName), bag.text(kMapiSentRepresentingSmtp),
                                 bag.text(kMapiSentRepresentingEmail), bag.text(kMapiSentRepresentingType));
      const std::string sender = address(bag.text(kMapiSenderName), bag.text(kMapiSenderSmtp),
                                         bag.text(kMapiSenderEmail), bag.text(kMapiSenderType));
      if (from.empty()) from = sender;
      if (!from.empty()) line("From", from);
      if (!sender.empty() && sender != from) line("Sender", sender);
    }
    static constexpr std::array<std::string_view, 3> kFields = {"To", "Cc", "Bcc"};
    for (std::size_t kind = 0; kind < kFields.size(); ++kind) {
      if (!lacks(kFields[kind])) continue;
      std::string people;
      for (const MapiBag &recipient : message.recipients) {
        // 1 To, 2 Cc, 3 Bcc; the upper bits say whether it was resent and delivered.
        if ((recipient.number(kMapiRecipientType).value_or(1) & 15) != static_cast<std::int64_t>(kind + 1))
          continue;
        const std::string one = address(recipient.text(kMapiDisplayName), recipient.text(kMapiSmtpAddress),
                                        recipient.text(kMapiEmail), recipient.text(kMapiAddressType));
        if (one.empty()) continue;
        if (!people.empty()) people += ", ";
        people += one;
      }
      if (!people.empty()) line(kFields[kind], people);
    }
    if (lacks("subject")) {
      std::string subject = bag.text(kMapiSubject);
      // A mark and the length of the prefix ("Re: ") may come first ([MS-PST] 2.5.3.1.1.1).
      if (subject.size() >= 2 && subject[0] == '\1') subject.erase(0, 2);
      if (subject.empty()) subject = bag.text(kMapiNormalizedSubject);
      if (subject.empty()) subject = bag.text(kMapiConversationTopic);
      if (!subject.empty()) line("Subject", subject);
    }
    const base::Time sent = first_time(bag, {kMapiClientSubmitTime, kMapiDeliveryTime, kMapiCreated});
    if (lacks("date") && sent != base::kTimeMin) line("Date", mail_date(sent));
    const base::Time received = bag.time(kMapiDeliveryTime);
    if (lacks("received") && received != base::kTimeMin)
      line("Received", "from store by mailbox; " + mail_date(received));
    if (lacks("message-id") && bag.has(kMapiMessageId)) line("Message-ID", bag.text(kMapiMessageId));
    if (lacks("in-reply-to") && bag.has(kMapiInReplyTo)) line("In-Reply-To", bag.text(kMapiInReplyTo));
    if (lacks("references") && bag.has(kMapiReferences)) line("References", bag.text(kMapiReferences));
    if (lacks("thread-index") && !bag.bytes(kMapiConversationIndex).empty())
      line("Thread-Index", base::to_base64(bag.bytes(kMapiConversationIndex)));
    if (const std::string kind = bag.text(kMapiMessageClass); !kind.empty()) line("X-Message-Class", kind);
  }

  static base::Time first_time(const MapiBag &bag, std::initializer_list<std::uint16_t> ids) {
    for (const std::uint16_t id : ids)
      if (const base::Time time = bag.time(id); time != base::kTimeMin) return time;
    return base::kTimeMin;
  }

  // ---- parts

  static std::string digest(const MapiMessage &message, unsigned depth) {
    std::string sums;
    const auto add = [&](std::string_view bytes) { sums += base::as_bytes(base::sha256(bytes)); };
    for (const MapiProperty &property : message.bag.all()) add(property.value);
    for (const MapiBag &recipient : message.recipients)
      for (const MapiProperty &property : recipient.all()) add(property.value);
    for (const MapiAttachment &attachment : message.attachments) {
      for (const MapiProperty &property : attachment.bag.all()) add(property.value);
      add(attachment.data);
      if (!attachment.nested.empty() && depth < kNestingMax) sums += digest(attachment.nested[0], depth + 1);
    }
    return std::string(base::as_bytes(base::sha256(sums)));
  }

  // No part may hold its own delimiter: it comes from a hash of all that it separates.
  std::string boundary() {
    return "=_" + base::to_hex(base::sha256(seed_ + std::to_string(++boundaries_))).substr(0, 32);
  }
  void delimiter(const std::string &boundary) { out_ += "\r\n--" + boundary + "\r\n"; }
  void end(const std::string &boundary) { out_ += "\r\n--" + boundary + "--\r\n"; }

  void text_part(std::string_view type, std::string_view text) {
    out_ += fmt::format("Content-Type: {}\r\nContent-Transfer-Encoding: binary\r\n\r\n", type);
    out_ += text;
  }

  void body(MapiMessage &message, unsigned depth) {
    MapiBag &bag = message.bag;
    std::string plain = bag.text(kMapiBody);
    std::string html;
    std::string html_type = "text/html; charset=utf-8";
    if (const MapiProperty *found = bag.find(kMapiHtml)) {
      if (found->type == kMapiBinary) {
        const std::string charset =
            evidence::charset_of_codepage(bag.number(kMapiInternetCodepage).value_or(0));
        html_type = charset.empty() ? "text/html" : "text/html; charset=" + charset;
        html = bag.take(kMapiHtml);
      } else {
        html = bag.text(kMapiHtml);
      }
    }
    std::string rtf;
    if (bag.has(kMapiRtf)) {
      bool whole = true;
      auto unpacked = unpack_rtf(bag.bytes(kMapiRtf), how_.limits->member_bytes_max, whole);
      if (!unpacked && !bag.bytes(kMapiRtf).empty())
        unread_.push_back("the body in compressed RTF is damaged");
      else if (!whole)
        unread_.push_back("the body in compressed RTF breaks off");
      if (unpacked) rtf = std::move(*unpacked);
      if (auto wrapped = unwrap_rtf(rtf)) {
        // Objects within stay worth reading.
        if (rtf.find("\\objdata") == std::string::npos) rtf.clear();
        if (wrapped->html && html.empty()) html = std::move(wrapped->text);
        if (!wrapped->html && plain.empty()) plain = std::move(wrapped->text);
      }
    }
    std::string others = other_properties(bag);
    for (std::size_t i = 0; i < message.recipients.size(); ++i) {
      const std::string more = other_properties(message.recipients[i]);
      if (!more.empty()) others += fmt::format("recipient {}\n{}", i + 1, more);
    }
    const std::string mixed = boundary();
    out_ += fmt::format("MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"{}\"\r\n\r\n", mixed);
    delimiter(mixed);
    if (!plain.empty() && !html.empty()) {
      const std::string both = boundary();
      out_ += fmt::format("Content-Type: multipart/alternative; boundary=\"{}\"\r\n\r\n", both);
      delimiter(both);
      text_part("text/plain; charset=utf-8", plain);
      delimiter(both);
      text_part(html_type, html);
      end(both);
    } else if (!html.empty()) {
      text_part(html_type, html);
    } else {
      text_part("text/plain; charset=utf-8", plain);
    }
    for (MapiAttachment &attachment : message.attachments) {
      delimiter(mixed);
      part(attachment, depth);
    }
    if (!rtf.empty()) {
      delimiter(mixed);
      out_ += "Content-Type: application/rtf; name=\"body.rtf\"\r\nContent-Transfer-Encoding: binary\r\n\r\n";
      out_ += rtf;
    }
    if (!others.empty()) {
      delimiter(mixed);
      text_part("text/plain; charset=utf-8", others);
    }
    end(mixed);
  }

  void part(MapiAttachment &attachment, unsigned depth) {
    const MapiBag &bag = attachment.bag;
    std::string name = bag.text(kMapiAttachLongFile);
    if (name.empty()) name = bag.text(kMapiAttachFile);
    if (name.empty()) name = bag.text(kMapiDisplayName);
    if (!attachment.nested.empty()) {
      out_ += "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: binary\r\n";
      if (!name.empty()) out_ += "Content-Description: " + one_line(name) + "\r\n";
      out_ += "\r\n";
      if (depth >= kNestingMax) {
        unread_.push_back(fmt::format("an attached item is nested more than {} deep", kNestingMax));
        return;
      }
      message(attachment.nested[0], depth + 1, false);
      return;
    }
    std::string type = media_type(bag.text(kMapiAttachMime), "application/octet-stream");
    // Clear-signed mail is kept as one attachment that holds the whole entity ([MS-OXOSMIME] 2.1.3.2).
    if (type.starts_with("multipart/")) type = "message/rfc822";
    out_ += "Content-Type: " + type + "\r\nContent-Transfer-Encoding: binary\r\n";
    const std::string others = other_properties(bag);
    if (!others.empty()) out_ += "X-Attachment-Properties: " + one_line(others) + "\r\n";
    std::string where = bag.text(kMapiAttachLongPath);
    if (where.empty()) where = bag.text(kMapiAttachPath);
    if (!where.empty()) out_ += "X-Attachment-Path: " + one_line(where) + "\r\n";
    out_ += "Content-Disposition: attachment";
    if (!name.empty()) out_ += "; filename*=utf-8''" + percent(name);
    out_ += "\r\n\r\n";
    out_ += attachment.data;
    attachment.data = {};
  }

  // Everything else that is text: a contact's notes and a task's fields hold passwords as well as mail does.
  std::string other_properties(const MapiBag &bag) const {
    static constexpr std::array<std::uint16_t, 31> kShown = {kMapiMessageClass,
                                                             kMapiSubject,
                                                             kMapiSentRepresentingName,
                                                             kMapiSentRepresentingType,
                                                             kMapiSentRepresentingEmail,
                                                             kMapiConversationTopic,
                                                             kMapiTransportHeaders,
                                                             kMapiSenderName,
                                                             kMapiSenderType,
                                                             kMapiSenderEmail,
                                                             kMapiNormalizedSubject,
                                                             kMapiBody,
                                                             kMapiHtml,
                                                             kMapiMessageId,
                                                             kMapiReferences,
                                                             kMapiInReplyTo,
                                                             kMapiDisplayName,
                                                             kMapiAddressType,
                                                             kMapiEmail,
                                                             kMapiAttachFile,
                                                             kMapiAttachLongFile,
                                                             kMapiAttachPath,
                                                             kMapiAttachLongPath,
                                                             kMapiAttachMime,
                                                             kMapiSmtpAddress,
                                                             kMapiSenderSmtp,
                                                             kMapiSentRepresentingSmtp,
                                                             0x003D,
                                                             0x0E02,
                                                             0x0E03,
                                                             0x0E04};
    std::string out;
    for (const MapiProperty &property : bag.all()) {
      std::string text;
      if (property.type == kMapiString8 || property.type == kMapiUnicode) {
        if (std::find(kShown.begin(), kShown.end(), property.id) != kShown.end()) continue;
        text = bag.text_of(property);
      } else {
        text = text_in_binary(property);
        if (text.ends_with('\n')) text.pop_back();
      }
      if (text.empty()) continue;
      out += how_.names != nullptr ? how_.names->name_of(property.id)
                                   : fmt::format("property 0x{:04X}", property.id);
      out += ": " + text + "\n";
    }
    return out;
  }

  const MapiWriting &how_;
  std::vector<std::string> &unread_;
  std::string out_;
  std::string seed_;
  unsigned boundaries_ = 0;
};

}  // namespace

void settle_charset(MapiMessage &message) {
  std::string charset = evidence::charset_of_codepage(message.bag.number(kMapiMessageCodepage).value_or(0));
  if (charset.empty())
    charset = evidence::charset_of_codepage(message.bag.number(kMapiInternetCodepage).value_or(0));
  if (charset.starts_with("utf-16")) charset.clear();
  message.bag.set_charset(charset);
  for (MapiBag &recipient : message.recipients) recipient.set_charset(charset);
  for (MapiAttachment &attachment : message.attachments) attachment.bag.set_charset(charset);
}

std::string rfc5322_of(MapiMessage &message, const MapiWriting &how, std::vector<std::string> &unread) {
  Writer writer(how, unread);
  writer.message(message, 0, true);
  return writer.take();
}

}  // namespace dislodge::mail

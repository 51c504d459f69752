#include "drill/mime_writer.hpp"

#include <array>

#include "base/encode.hpp"
#include "base/hash.hpp"
#include "base/item_path.hpp"

namespace dislodge::drill {
namespace {

bool is_ascii(std::string_view text) {
  for (const char byte : text) {
    if (static_cast<unsigned char>(byte) >= 0x80) return false;
  }
  return true;
}

std::string with_eol(std::string_view text, std::string_view eol) {
  std::string out;
  for (const char byte : text) {
    if (byte == '\n')
      out += eol;
    else
      out += byte;
  }
  return out;
}

constexpr std::string_view kHex = "0123456789ABCDEF";

// RFC 2047, at most 75 characters a word, never splitting a UTF-8 sequence.
std::string encoded_word(std::string_view utf8, std::string_view charset, std::string_view eol) {
  if (is_ascii(utf8)) return std::string(utf8);
  const bool quoted = charset != "utf-8";
  const std::string bytes = quoted ? latin1(utf8) : std::string(utf8);
  std::string out;
  std::string piece;
  const auto flush = [&] {
    if (piece.empty()) return;
    if (!out.empty()) out += std::string(eol) + " ";
    out += "=?" + std::string(charset) + (quoted ? "?Q?" : "?B?") +
           (quoted ? piece : base::to_base64(piece)) + "?=";
    piece.clear();
  };
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    if (piece.size() > 38 && (quoted || (byte & 0xC0) != 0x80)) flush();
    if (!quoted) {
      piece += bytes[i];
    } else if (byte == ' ') {
      piece += '_';
    } else if (byte < 0x80 && byte > 0x20 &&
               std::string_view("=?_\"(),.:;<>@[\\]").find(bytes[i]) == std::string_view::npos) {
      piece += bytes[i];
    } else {
      piece += {'=', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  flush();
  return out;
}

std::string quoted_printable(std::string_view body, std::string_view eol) {
  std::string out;
  std::size_t column = 0;
  const auto put = [&](std::string_view piece) {
    if (column + piece.size() > 75) {
      out += "=";
      out += eol;
      column = 0;
    }
    out += piece;
    column += piece.size();
  };
  for (std::size_t i = 0; i < body.size(); ++i) {
    const auto byte = static_cast<unsigned char>(body[i]);
    if (byte == '\n') {
      out += eol;
      column = 0;
    } else if (byte == '=' || byte >= 0x7F || byte < 0x20 ||
               ((byte == ' ' || byte == '\t') && (i + 1 == body.size() || body[i + 1] == '\n'))) {
      const std::array<char, 3> code = {'=', kHex[byte >> 4], kHex[byte & 15]};
      put({code.data(), code.size()});
    } else {
      put(body.substr(i, 1));
    }
  }
  return out;
}

std::string base64_lines(std::string_view bytes, std::string_view eol) {
  const std::string encoded = base::to_base64(bytes);
  std::string out;
  for (std::size_t at = 0; at < encoded.size(); at += 76) {
    out += encoded.substr(at, 76);
    out += eol;
  }
  return out;
}

std::string address_text(const Address &address, std::string_view eol) {
  if (address.name.empty()) return address.mail;
  if (!is_ascii(address.name)) return encoded_word(address.name, "utf-8", eol) + " <" + address.mail + ">";
  return "\"" + address.name + "\" <" + address.mail + ">";
}

std::string address_list(const std::vector<Address> &list, std::string_view eol) {
  std::string out;
  for (const Address &one : list) {
    if (!out.empty()) out += "," + std::string(eol) + " ";
    out += address_text(one, eol);
  }
  return out;
}

class Renderer {
 public:
  Renderer(std::string_view eol, std::vector<RenderedItem> *items) : eol_(eol), items_(items) {}

  // `section` is that of the message itself: empty at the top, "2" for one attached as part 2.
  std::string message(const Message &message, const std::string &section) {
    std::string out;
    for (const auto &[name, value] : message.more_headers) header(out, name, value);
    header(out, "From", address_text(message.from, eol_));
    if (!message.to.empty()) header(out, "To", address_list(message.to, eol_));
    if (!message.cc.empty()) header(out, "Cc", address_list(message.cc, eol_));
    header(out, "Subject", encoded_word(message.subject, message.subject_charset, eol_));
    header(out, "Date", mail_date(message.date, message.zone_minutes));
    header(out, "Message-ID", message.id);
    if (!message.in_reply_to.empty()) header(out, "In-Reply-To", message.in_reply_to);
    if (!message.references.empty()) {
      std::string list;
      for (const std::string &id : message.references)
        list += (list.empty() ? "" : std::string(eol_) + " ") + id;
      header(out, "References", list);
    }
    header(out, "MIME-Version", "1.0");
    seed_ = message.id;
    // A single part of a message is its section 1; a multipart's children are numbered at once.
    const bool single = message.body.children.empty();
    out += part(message.body, single ? join(section, 1) : section);
    return out;
  }

 private:
  static std::string join(const std::string &section, std::size_t number) {
    return section.empty() ? std::to_string(number) : section + "." + std::to_string(number);
  }
  void header(std::string &out, std::string_view name, std::string_view value) const {
    out += name;
    out += ": ";
    out += value;
    out += eol_;
  }

  std::string part(const Part &one, const std::string &section) {
    std::string out;
    if (!one.children.empty()) {
      const std::string boundary = "_=_" + base::to_hex(base::sha256(seed_ + "/" + section)).substr(0, 28);
      header(out, "Content-Type", one.type + "; boundary=\"" + boundary + "\"");
      out += eol_;
      if (section.empty()) out += "This is a multi-part message in MIME format." + std::string(eol_);
      for (std::size_t i = 0; i < one.children.size(); ++i) {
        out += std::string(eol_) + "--" + boundary + std::string(eol_);
        out += part(one.children[i], join(section, i + 1));
      }
      return out + std::string(eol_) + "--" + boundary + "--" + std::string(eol_);
    }
    std::string type = one.type;
    if (!one.charset.empty()) type += "; charset=\"" + one.charset + "\"";
    if (!one.file_name.empty() && is_ascii(one.file_name))
      type += ";" + std::string(eol_) + " name=\"" + one.file_name + "\"";
    header(out, "Content-Type", type);
    if (!one.nested.empty()) {
      header(out, "Content-Disposition", "attachment");
      out += eol_;
      const std::string outer = seed_;
      out += message(one.nested.front(), section);
      seed_ = outer;
      return out;
    }
    if (!one.file_name.empty()) {
      if (is_ascii(one.file_name)) {
        header(out, "Content-Disposition", "attachment; filename=\"" + one.file_name + "\"");
      } else {  // RFC 2231
        std::string name = "utf-8''";
        for (const char byte : one.file_name) {
          const auto value = static_cast<unsigned char>(byte);
          if (value < 0x80 && value != ' ')
            name += byte;
          else
            name += {'%', kHex[value >> 4], kHex[value & 15]};
        }
        header(out, "Content-Disposition", "attachment;" + std::string(eol_) + " filename*=" + name);
      }
    }
    const bool text = one.type.starts_with("text/");
    std::string decoded;
    switch (one.encoding) {
      case Encoding::seven_bit:
      case Encoding::eight_bit:
        header(out, "Content-Transfer-Encoding", one.encoding == Encoding::seven_bit ? "7bit" : "8bit");
        decoded = with_eol(one.body, eol_);
        out += eol_;
        out += decoded;
        break;
      case Encoding::quoted_printable:
        header(out, "Content-Transfer-Encoding", "quoted-printable");
        decoded = with_eol(one.body, eol_);
        out += eol_;
        out += quoted_printable(one.body, eol_);
        break;
      case Encoding::base64:
        header(out, "Content-Transfer-Encoding", "base64");
        decoded = text && one.file_name.empty() ? with_eol(one.body, "\r\n") : one.body;
        out += eol_;
        out += base64_lines(decoded, eol_);
        break;
    }
    if (items_ != nullptr) {
      if (one.inner.empty()) items_->push_back({section, decoded, false});
      for (const Inner &inner : one.inner) {
        items_->push_back({inner.step.empty() ? section : section + "!/" + base::escape_step(inner.step),
                           inner.bytes, inner.step.empty()});
      }
    }
    return out;
  }

  std::string_view eol_;
  std::vector<RenderedItem> *items_;
  std::string seed_;
};

}  // namespace

std::string render(const Message &message, std::string_view eol, std::vector<RenderedItem> *items) {
  return Renderer(eol, items).message(message, "");
}

std::string latin1(std::string_view utf8) {
  std::string out;
  for (std::size_t i = 0; i < utf8.size();) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    const std::string_view letter = utf8.substr(i, size);
    i += size;
    if (size == 1)
      out += letter[0];
    else if (size == 2 && lead < 0xC4)
      out += static_cast<char>(((lead & 3) << 6) | (static_cast<unsigned char>(letter[1]) & 0x3F));
    else if (letter == "\xE2\x80\x93")
      out += '\x96';  // en dash and euro sign, in windows-1252 only
    else if (letter == "\xE2\x82\xAC")
      out += '\x80';
    else
      out += '?';
  }
  return out;
}

std::string html_escape(std::string_view text) {
  std::string out;
  for (const char byte : text) {
    if (byte == '&')
      out += "&amp;";
    else if (byte == '<')
      out += "&lt;";
    else if (byte == '>')
      out += "&gt;";
    else
      out += byte;
  }
  return out;
}

std::string mail_date(base::Time time, int zone_minutes) {
  static constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const base::Time local = time + zone_minutes * base::kMinute;
  const base::Date date = base::date_of(local);
  const std::int64_t seconds = (local.us - base::time_of(date).us) / base::kSecond;
  const auto two = [](std::int64_t value) { return (value < 10 ? "0" : "") + std::to_string(value); };
  const int zone = zone_minutes < 0 ? -zone_minutes : zone_minutes;
  return std::string(kDays[static_cast<std::size_t>(base::weekday(date))]) + ", " + std::to_string(date.day) +
         " " + std::string(kMonths[static_cast<std::size_t>(date.month - 1)]) + " " +
         std::to_string(date.year) + " " + two(seconds / 3600) + ":" + two(seconds / 60 % 60) + ":" +
         two(seconds % 60) + (zone_minutes < 0 ? " -" : " +") + two(zone / 60) + two(zone % 60);
}

Part text_part(std::string_view utf8, std::string_view charset, Encoding encoding) {
  Part part;
  part.charset = charset;
  part.encoding = encoding;
  part.body = charset == "iso-8859-1" || charset == "windows-1252" ? latin1(utf8) : std::string(utf8);
  return part;
}

Part html_part(std::string_view html_utf8, Encoding encoding) {
  Part part;
  part.type = "text/html";
  part.charset = "utf-8";
  part.encoding = encoding;
  part.body = html_utf8;
  return part;
}

Part multipart(std::string_view subtype, std::vector<Part> children) {
  Part part;
  part.type = "multipart/" + std::string(subtype);
  part.children = std::move(children);
  return part;
}

Part attachment(std::string_view type, std::string_view file_name, std::string body, Encoding encoding) {
  Part part;
  part.type = type;
  part.file_name = file_name;
  part.body = std::move(body);
  part.encoding = encoding;
  return part;
}

Part nested_message(Message message) {
  Part part;
  part.type = "message/rfc822";
  part.nested.push_back(std::move(message));
  return part;
}

}  // namespace dislodge::drill

#include "drill/mail_habits.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "drill/mime_writer.hpp"

namespace dislodge::drill {
namespace {

std::string lines_prefixed(std::string_view text, std::string_view prefix) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = text.find('\n', at);
    if (end == std::string_view::npos) end = text.size();
    const std::string_view line = text.substr(at, end - at);
    out += prefix;
    if (!line.starts_with('>')) out += ' ';
    out += line;
    out += '\n';
    at = end + 1;
  }
  return out;
}

// At blanks only, so that a token is never torn; quoted lines stay as they are.
std::string wrapped(std::string_view text, std::size_t width) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = text.find('\n', at);
    if (end == std::string_view::npos) end = text.size();
    std::string_view line = text.substr(at, end - at);
    while (line.size() > width && !line.starts_with('>')) {
      std::size_t blank = line.rfind(' ', width);
      if (blank == std::string_view::npos || blank == 0) blank = line.find(' ', width);
      if (blank == std::string_view::npos) break;
      out += line.substr(0, blank);
      out += '\n';
      line.remove_prefix(blank + 1);
    }
    out += line;
    out += '\n';
    at = end + 1;
  }
  return out;
}

// "Tue, 4 Nov 2024 at 16:44"
std::string date_and_time(const Message &message) {
  const std::string date = mail_date(message.date, message.zone_minutes);
  const std::size_t colon = date.find(':');
  return date.substr(0, colon - 3) + " at " + date.substr(colon - 2, 5);
}

std::string html_of(std::string_view text) {
  std::string out =
      "<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\"></head>\n<body>\n";
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = text.find('\n', at);
    if (end == std::string_view::npos) end = text.size();
    const std::string_view line = text.substr(at, end - at);
    out += line.empty()
               ? std::string("<p>&nbsp;</p>\n")
               : "<p style=\"margin:0;font-family:Calibri,sans-serif\">" + html_escape(line) + "</p>\n";
    at = end + 1;
  }
  return out + "</body></html>\n";
}

}  // namespace

const std::vector<Correspondent> &correspondents() {
  static const std::vector<Correspondent> kAll = {
      {"Harborline Freight",
       "harborline.example",
       {{"Marcus Webb", "marcus.webb@harborline.example"},
        {"Ilse Cramer", "ilse.cramer@harborline.example"}}},
      {"Cascadia Cold Storage",
       "cascadia-cold.example",
       {{"Joan Whitfield", "joan.whitfield@cascadia-cold.example"},
        {"Peter Lund", "peter.lund@cascadia-cold.example"}}},
      {"Kielcargo Logistik",
       "kielcargo.example",
       {{"J\xC3\xB6rg M\xC3\xBCller", "joerg.mueller@kielcargo.example"},
        {"Birgit Sch\xC3\xA4"
         "fer",
         "birgit.schaefer@kielcargo.example"}}},
      {"Altona Pallets",
       "altona-pallets.example",
       {{"Ren\xC3\xA9"
         "e Dubois",
         "renee.dubois@altona-pallets.example"}}},
      {"Brightline Insurance",
       "brightline-insurance.example",
       {{"Colin Frey", "colin.frey@brightline-insurance.example"}}},
      {"Talent Bridge", "talentbridge.example", {{"Sophie Lang", "sophie.lang@talentbridge.example"}}},
      {"Meridian Audit", "meridian-audit.example", {{"Howard Finch", "howard.finch@meridian-audit.example"}}},
  };
  return kAll;
}

Address correspondent(std::string_view domain, std::size_t index) {
  for (const Correspondent &one : correspondents()) {
    if (one.domain == domain) return one.people[index % one.people.size()];
  }
  return correspondents().front().people.front();
}

std::string MailHabits::new_id(std::string_view domain) {
  return cat({"<", base::to_hex(base::sha256(random_.bytes(16))).substr(0, 24), ".", random_.digits(6),
              "@mail.", domain, ">"});
}

Part MailHabits::body(std::string_view text, BodyStyle style) {
  const bool ascii = std::all_of(text.begin(), text.end(),
                                 [](char byte) { return static_cast<unsigned char>(byte) < 0x80; });
  if (style == BodyStyle::plain && !ascii) style = BodyStyle::plain_quoted;
  switch (style) {
    case BodyStyle::plain:
      return text_part(wrapped(text, 76));
    case BodyStyle::plain_quoted:
      return text_part(text, "utf-8", Encoding::quoted_printable);
    case BodyStyle::plain_base64:
      return text_part(text, "utf-8", Encoding::base64);
    case BodyStyle::plain_latin1:
      return text_part(text, "iso-8859-1", Encoding::quoted_printable);
    case BodyStyle::plain_windows:
      return text_part(wrapped(text, 76), "windows-1252", Encoding::eight_bit);
    case BodyStyle::with_html:
      break;
  }
  return multipart("alternative",
                   {text_part(text, "utf-8", Encoding::quoted_printable), html_part(html_of(text))});
}

Message MailHabits::draft(const Address &from, std::vector<Address> to, std::string subject, std::string text,
                          base::Time date, BodyStyle style) {
  Message made;
  const std::string domain = from.mail.substr(from.mail.find('@') + 1);
  made.id = new_id(domain);
  made.from = from;
  made.to = std::move(to);
  made.subject = std::move(subject);
  made.text = std::move(text);
  made.date = date;
  made.zone_minutes = domain == "kielcargo.example" ? 60 : domain == "cascadia-cold.example" ? -480 : 0;
  made.body = body(made.text, style);
  if (style == BodyStyle::plain_latin1 || style == BodyStyle::plain_windows)
    made.subject_charset = "iso-8859-1";
  if (domain != organisation_.corporate.domain) {
    made.more_headers.emplace_back(
        "Received", "from mail." + domain + " (mail." + domain + " [198.51.100.25])\n by mx." +
                        organisation_.corporate.domain + " with ESMTPS id " + random_.hex(12) + "; " +
                        mail_date(date + 2 * base::kSecond, 0));
    for (char &byte : made.more_headers.back().second)
      if (byte == '\n') byte = ' ';
    made.more_headers.emplace_back("Authentication-Results", "mx." + organisation_.corporate.domain +
                                                                 "; spf=pass smtp.mailfrom=" + domain +
                                                                 "; dkim=pass header.d=" + domain);
  } else {
    made.more_headers.emplace_back("X-Originating-IP", "[" + organisation_.office_ips[0] + "]");
  }
  return made;
}

Message MailHabits::reply(const Message &to, const Address &from, std::string text, base::Time date,
                          BodyStyle style, QuoteStyle quote) {
  std::string quoted;
  if (quote == QuoteStyle::marked) {
    quoted = "\nOn " + date_and_time(to) + ", " + to.from.name + " wrote:\n" + lines_prefixed(to.text, ">");
  } else {
    quoted = "\n-----Original Message-----\nFrom: " + to.from.name + " <" + to.from.mail +
             ">\nSent: " + date_and_time(to) +
             "\nTo: " + (to.to.empty() ? std::string("undisclosed") : to.to.front().name) +
             "\nSubject: " + to.subject + "\n\n" + to.text;
  }
  std::vector<Address> recipients = {to.from};
  for (const Address &one : to.to) {
    if (one.mail != from.mail && one.mail != to.from.mail) recipients.push_back(one);
  }
  Message made = draft(from, recipients, to.subject.starts_with("RE: ") ? to.subject : "RE: " + to.subject,
                       std::move(text) + quoted, date, style);
  made.cc = to.cc;
  made.in_reply_to = to.id;
  made.references = to.references;
  made.references.push_back(to.id);
  made.holds_planted = to.holds_planted;
  return made;
}

void MailHabits::attach(Message &message, std::vector<Part> parts) {
  parts.insert(parts.begin(), std::move(message.body));
  message.body = multipart("mixed", std::move(parts));
}

std::string MailHabits::signature(const Person &person) const {
  return "\n-- \n" + person.name() + "\n" + person.title + " | " + organisation_.name + "\n" + person.phone +
         " | " + person.mail + "\n";
}

}  // namespace dislodge::drill

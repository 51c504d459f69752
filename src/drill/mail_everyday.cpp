// The everyday traffic of MailHabits: what surrounds a story so that finding it takes reading. Nothing here
// is a secret, though some of it looks like one to a careless scanner (ids, hashes, tracking numbers).

#include <array>

#include "base/encode.hpp"
#include "base/hash.hpp"
#include "drill/document_writers.hpp"
#include "drill/mail_habits.hpp"
#include "drill/mime_writer.hpp"

namespace dislodge::drill {
namespace {

struct Topic {
  std::string_view subject;
  std::array<std::string_view, 6> sentences;
};
constexpr std::array<Topic, 14> kTopics = {{
    {"Q{q} volume forecast",
     {"The volumes for {customer} are up {n} percent against plan, mostly inbound.",
      "I would not change the staffing at {site} before the peak is confirmed.",
      "Finance wants the revised numbers by {day}.",
      "Can we agree on one figure before it goes to the board?",
      "The spreadsheet on the share has the detail by lane.",
      "If fuel stays where it is, the margin holds."}},
    {"{site} dock schedule",
     {"Dock {n} is blocked until {day} because the leveller is being repaired.",
      "We moved the {customer} slots to the morning.",
      "Drivers have been told at the gate, but please remind the carriers.",
      "The night shift is two people short.", "Nothing perishable is affected.",
      "I will send the new plan once {person} has signed it off."}},
    {"Board pack {day}",
     {"Please have your pages in the shared folder by {day} noon.",
      "The chair asked for one page on risk and one on people, no more.",
      "I have taken out the old slide on {customer}.",
      "Numbers should match what {person} presented last month.",
      "We still owe them an answer on the {site} lease.", "Appendix B can go."}},
    {"Contract renewal {customer}",
     {"Legal is fine with the term but not with the indemnity wording.",
      "They asked again for service credits of {n} percent.",
      "I would trade the credits for a longer notice period.", "{person} will join the call on {day}.",
      "The draft is with their counsel.", "Please do not forward the redline outside the group."}},
    {"Office move {site}",
     {"The movers come on {day}, crates are in the corridor.",
      "Label your monitor and your chair, everything else stays.", "The new badges work from Monday.",
      "Parking is on level {n} until the yard is paved.", "Ask {person} if you need a locker.",
      "Coffee machines move last, as promised."}},
    {"Carrier claims",
     {"We have {n} open claims, {customer} holds most of them.",
      "The photos from {site} are not good enough for the insurer.",
      "Please collect the signed delivery notes first.", "{person} will chase the carrier.",
      "The excess is small, but the trend is not.", "I would like to close these before quarter end."}},
    {"Hiring plan",
     {"We have two finalists for the planner role at {site}.",
      "The salary band was approved up to {n} thousand.", "{person} liked the second candidate better.",
      "References are being checked this week.", "The agency fee is a point of discussion.",
      "Start date would be early next quarter."}},
    {"System maintenance {day}",
     {"The warehouse system will be read-only between 22:00 and 02:00 on {day}.",
      "Label printing keeps working from the local queue.", "Please finish cycle counts before that.",
      "{person} is on call.", "We will post updates in the operations channel.",
      "The rollback plan is the same as last time."}},
    {"Customer visit {customer}",
     {"They arrive at {site} around ten on {day}.", "Safety shoes for {n} people please.",
      "The tour should end before the shift change.", "{person} will present the temperature tracking.",
      "They care about returns more than about price.", "Lunch is booked for twelve."}},
    {"Budget line {n}",
     {"We are over on overtime and under on training.",
      "The capital request for {site} needs another signature.",
      "I can move the spend into next quarter if that helps.", "{person} has the supplier quotes.",
      "Please confirm the cost centre before {day}.", "The auditors will ask about the prepayment."}},
    {"Audit follow-up",
     {"Meridian wants evidence for control {n} by {day}.", "Screenshots are enough if the date is visible.",
      "The access review for {site} is still open.", "{person} has the list of leavers.",
      "Nothing material so far.", "Let us keep the answers short."}},
    {"Roadmap review",
     {"The tracking page for {customer} slips by one sprint.",
      "We agreed to drop the export in favour of the interface.",
      "{person} will demo the new booking screen on {day}.",
      "Support volumes fell by {n} percent after the last release.", "The mobile scanner stays in scope.",
      "Please vote on the naming."}},
    {"Travel to {site}",
     {"I land on {day} at eight and go straight to the terminal.",
      "Please keep {n} minutes for a walk through the cold store.", "{person} has the itinerary.",
      "Dinner with {customer} is not fixed.", "I would rather take the train back.", "No slides, please."}},
    {"Weekly numbers",
     {"On-time delivery was {n} percent, a bit better than last week.",
      "{site} had one incident without injury.", "{customer} sent a kind note about the weekend crew.",
      "Overtime is down.", "{person} will explain the backlog on {day}.", "Everything else is green."}},
}};
constexpr std::array<std::string_view, 7> kSites = {"Rotterdam", "Gdansk",     "Tacoma",  "Leipzig",
                                                    "Hamburg",   "Felixstowe", "Savannah"};
constexpr std::array<std::string_view, 5> kDays = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday"};
constexpr std::array<std::string_view, 6> kOpenings = {
    "Hi {person},\n\n", "Hello all,\n\n", "{person},\n\n", "Good morning,\n\n", "Dear colleagues,\n\n", ""};
constexpr std::array<std::string_view, 8> kAnswers = {"Thanks, works for me.",
                                                      "Agreed. Let us do that.",
                                                      "I am not sure about this, can we talk tomorrow?",
                                                      "Fine with me, but please loop in {person}.",
                                                      "Noted. I will take it up with {customer}.",
                                                      "Could you send the latest version?",
                                                      "OK, done.",
                                                      "From what I can tell we are on track for {day}."};
constexpr std::string_view kDisclaimer =
    "\nThis e-mail and any attachments are confidential and intended solely for the addressee. If you have "
    "received it in error please notify the "
    "sender and delete it. No liability is accepted for viruses or for changes made in transit.\n";

}  // namespace

base::Time MailHabits::working_time(base::Time from, base::Time until) {
  const std::int64_t days = (until.us - from.us) / base::kDay;
  base::Time day = from + random_.between(0, days > 0 ? days - 1 : 0) * base::kDay;
  while (base::weekday(base::date_of(day)) % 6 == 0) day = day + base::kDay;
  if (day >= until) day = until - base::kDay;
  return base::time_of(base::date_of(day)) + random_.between(7 * 3600, 17 * 3600) * base::kSecond;
}

const Person &MailHabits::colleague(const Person &not_this) {
  for (;;) {
    const Person &one = random_.pick(organisation_.people);
    if (!one.service && one.mail != not_this.mail) return one;
  }
}

std::string MailHabits::fill(std::string_view sentence) {
  std::string out;
  for (std::size_t at = 0; at < sentence.size();) {
    const std::size_t open = sentence.find('{', at);
    if (open == std::string_view::npos) return out + std::string(sentence.substr(at));
    const std::size_t close = sentence.find('}', open);
    out += sentence.substr(at, open - at);
    const std::string_view name = sentence.substr(open + 1, close - open - 1);
    if (name == "n")
      out += std::to_string(random_.between(2, 48));
    else if (name == "q")
      out += std::to_string(random_.between(1, 4));
    else if (name == "site")
      out += random_.pick(kSites);
    else if (name == "day")
      out += random_.pick(kDays);
    else if (name == "person")
      out += random_.pick(organisation_.people).first;
    else if (name == "customer")
      out += random_.pick(correspondents()).company;
    at = close + 1;
  }
  return out;
}

std::string MailHabits::paragraph(std::size_t sentences) {
  const Topic &topic = random_.pick(kTopics);
  std::string out;
  for (std::size_t i = 0; i < sentences; ++i)
    out += (i == 0 ? "" : " ") + fill(random_.pick(topic.sentences));
  return out + "\n";
}

void MailHabits::thread(const Person &owner, std::vector<Message> &out, base::Time from, base::Time until) {
  const Topic &topic = random_.pick(kTopics);
  const Person &other = colleague(owner);
  const bool owner_starts = random_.chance(35);
  const Person &first = owner_starts ? owner : other;
  const Person &second = owner_starts ? other : owner;
  std::string text = fill(random_.pick(kOpenings));
  const std::size_t sentences = 2 + static_cast<std::size_t>(random_.below(4));
  for (std::size_t i = 0; i < sentences; ++i)
    text +=
        fill(topic.sentences[(i + random_.below(2)) % topic.sentences.size()]) + (i + 1 == sentences ? "\n"
                                                                                  : i % 2 == 1       ? "\n\n"
                                                                                                     : " ");
  text += signature(first);
  static constexpr std::array<BodyStyle, 6> kStyles = {BodyStyle::plain,         BodyStyle::plain,
                                                       BodyStyle::with_html,     BodyStyle::plain_quoted,
                                                       BodyStyle::plain_windows, BodyStyle::plain_base64};
  base::Time date = working_time(from, until);
  const BodyStyle style = random_.pick(kStyles);
  if (style == BodyStyle::plain_windows)
    text = "The surcharge stays at 12 \xE2\x82\xAC \xE2\x80\x93 for now.\n\n" + text;
  const std::string subject = fill(topic.subject);
  Message last = draft(first.address(), {second.address()}, subject, text, date, style);
  if (random_.chance(30)) last.cc.push_back(colleague(owner).address());
  if (random_.chance(6)) {
    const auto hue = static_cast<unsigned>(random_.below(200));
    attach(last, {attachment("image/png", "image001.png", write_png(24 + hue % 16, 12, hue))});
  }
  if (owner_starts) last.folder = "Sent Items";
  out.push_back(last);
  const std::size_t replies = static_cast<std::size_t>(random_.below(4));
  const QuoteStyle quote = random_.chance(60) ? QuoteStyle::marked : QuoteStyle::outlook;
  for (std::size_t i = 0; i < replies; ++i) {
    const Person &writer = i % 2 == 0 ? second : first;
    date = date + random_.between(5, 700) * base::kMinute;
    if (date >= until) break;
    std::string answer = fill(random_.pick(kAnswers)) + "\n";
    if (random_.chance(40)) answer += "\n" + paragraph(2);
    Message next = reply(last, writer.address(), answer + "\n" + writer.first + "\n", date,
                         random_.pick(kStyles), quote);
    next.folder = writer.mail == owner.mail ? "Sent Items" : "Inbox";
    out.push_back(next);
    last = std::move(next);
  }
}

void MailHabits::outside(const Person &owner, std::vector<Message> &out, base::Time date) {
  const Correspondent &company = random_.pick(correspondents());
  const Address from = random_.pick(company.people);
  std::string text = cat({"Dear ", owner.name(), ",\n\n", paragraph(3), "\n", paragraph(2),
                          "\nBest regards\n", from.name, "\n", company.company, "\n"});
  if (random_.chance(60)) text += kDisclaimer;
  const bool accents = company.domain == "kielcargo.example" || company.domain == "altona-pallets.example";
  const BodyStyle style = accents              ? BodyStyle::plain_latin1
                          : random_.chance(50) ? BodyStyle::with_html
                                               : BodyStyle::plain_quoted;
  const std::string subject = fill(random_.pick(kTopics).subject);
  Message made = draft(from, {owner.address()}, subject, text, date, style);
  if (accents)
    made.subject +=
        " \xE2\x80\x94 R\xC3\xBC"
        "ckfrage";
  if (accents) made.subject_charset = "utf-8";
  out.push_back(made);
  if (random_.chance(50)) {
    const std::string says = fill(random_.pick(kAnswers)) + "\n\n" + owner.first + "\n";
    const base::Time later = date + random_.between(20, 900) * base::kMinute;
    const QuoteStyle quote = random_.chance(50) ? QuoteStyle::marked : QuoteStyle::outlook;
    Message answer = reply(made, owner.address(), says, later, BodyStyle::plain_quoted, quote);
    answer.folder = "Sent Items";
    out.push_back(std::move(answer));
  }
}

void MailHabits::newsletter(const Person &owner, std::vector<Message> &out, base::Time date) {
  static constexpr std::array<std::string_view, 4> kPapers = {"Freight Weekly", "Cold Chain Digest",
                                                              "Port & Pier", "Supply Signals"};
  const std::string_view paper = random_.pick(kPapers);
  std::string html =
      "<html><head><style>.h{font:bold 20px Arial}.p{color:#444}</style></head><body>\n<div class=\"h\">" +
      html_escape(paper) + "</div>\n";
  for (int i = 0; i < 4; ++i) {
    html += cat({"<h3>", html_escape(fill(random_.pick(kTopics).subject)), "</h3>\n<p class=\"p\">",
                 html_escape(paragraph(3)), "<a href=\"https://news.freightweekly.example/a/", random_.uuid(),
                 "?utm_source=mail&amp;utm_campaign=", random_.hex(8), "\">Read more</a></p>\n"});
  }
  // A tracking pixel as data, as some senders do: long base64 that is no secret.
  if (random_.chance(30))
    html += "<img alt=\"\" src=\"data:image/png;base64," +
            base::to_base64(write_png(10, 6, static_cast<unsigned>(random_.below(250)))) + "\">\n";
  html += "<p>You receive this because you subscribed. <a href=\"https://news.freightweekly.example/u/" +
          random_.hex(16) + "\">Unsubscribe</a></p></body></html>\n";
  const std::string subject = std::string(paper) + ": " + fill(random_.pick(kTopics).subject);
  Message made =
      draft({std::string(paper), "news@freightweekly.example"}, {owner.address()}, subject, "", date);
  made.body = random_.chance(50)
                  ? html_part(html)
                  : multipart("alternative", {text_part(paragraph(4), "utf-8", Encoding::quoted_printable),
                                              html_part(html, Encoding::base64)});
  made.more_headers.emplace_back("List-Unsubscribe",
                                 "<https://news.freightweekly.example/u/" + random_.hex(16) + ">");
  out.push_back(std::move(made));
}

void MailHabits::ticket(const Person &owner, std::vector<Message> &out, base::Time date) {
  const std::string number = random_.digits(5);
  const Person &agent = colleague(owner);
  const std::string text = cat({"[#NW-", number, "] was updated by ", agent.name(), "\n\n", paragraph(3),
                                "\nStatus: ", random_.chance(50) ? "Waiting for customer" : "Resolved",
                                "\nCorrelation: ", random_.uuid(), "\nBuild: ", random_.hex(40),
                                "\n\nReply above this line to add a comment.\n"});
  const std::string subject = "[#NW-" + number + "] " + fill(random_.pick(kTopics).subject);
  Message made = draft({"Northwind Service Desk", "servicedesk@" + organisation_.corporate.domain},
                       {owner.address()}, subject, text, date, BodyStyle::plain_quoted);
  made.more_headers.emplace_back("Auto-Submitted", "auto-generated");
  out.push_back(std::move(made));
}

void MailHabits::invitation(const Person &owner, std::vector<Message> &out, base::Time date) {
  const Person &host = colleague(owner);
  const std::string subject = fill(random_.pick(kTopics).subject);
  const std::string day = base::format_date(base::date_of(date + 3 * base::kDay));
  const std::string stamp = day.substr(0, 4) + day.substr(5, 2) + day.substr(8, 2);
  const std::string calendar =
      "BEGIN:VCALENDAR\nPRODID:-//Northwind//Calendar//EN\nVERSION:2.0\nMETHOD:REQUEST\nBEGIN:VEVENT\nUID:" +
      random_.uuid() + "\nDTSTAMP:" + stamp + "T080000Z\nDTSTART:" + stamp + "T130000Z\nDTEND:" + stamp +
      "T134500Z\nSUMMARY:" + subject + "\nORGANIZER;CN=" + host.name() + ":mailto:" + host.mail +
      "\nLOCATION:Room 4\nEND:VEVENT\nEND:VCALENDAR\n";
  Message made = draft(host.address(), {owner.address()}, subject, paragraph(1), date, BodyStyle::plain);
  Part part = attachment("text/calendar; method=REQUEST", "invite.ics", calendar, Encoding::quoted_printable);
  made.body = multipart("mixed", {text_part(made.text, "utf-8", Encoding::quoted_printable), part});
  out.push_back(std::move(made));
}

void MailHabits::report(const Person &owner, std::vector<Message> &out, base::Time date) {
  std::string table = "site,orders,lines,on_time,batch_sha256\n";
  for (const std::string_view site : kSites) {
    table += cat({site, ",", std::to_string(random_.between(200, 5000)), ",",
                  std::to_string(random_.between(900, 30000)), ",0.", random_.digits(2), ",", random_.hex(64),
                  "\n"});
  }
  Message made = draft({"Reporting", "reporting@" + organisation_.corporate.domain}, {owner.address()},
                       "Daily throughput " + base::format_date(base::date_of(date)),
                       "The daily report is attached.\n", date, BodyStyle::plain);
  attach(made,
         {attachment("text/csv", "throughput-" + base::format_date(base::date_of(date)) + ".csv", table)});
  out.push_back(std::move(made));
}

void MailHabits::bounce(const Person &owner, std::vector<Message> &out, base::Time date) {
  const std::string subject = fill(random_.pick(kTopics).subject);
  const std::string text = paragraph(2);
  Message original =
      draft(owner.address(), {{"", "info@closed-depot.example"}}, subject, text, date - 4 * base::kMinute);
  Message made = draft({"Mail Delivery System", "postmaster@" + organisation_.corporate.domain},
                       {owner.address()}, "Undeliverable: " + original.subject, "", date);
  Part status = attachment("message/delivery-status", "",
                           "Reporting-MTA: dns; mx.northwind.example\n\nFinal-Recipient: rfc822; "
                           "info@closed-depot.example\nAction: failed\nStatus: 5.1.1\n",
                           Encoding::seven_bit);
  made.body = multipart("report; report-type=delivery-status",
                        {text_part("Your message could not be delivered to info@closed-depot.example:\n550 "
                                   "5.1.1 recipient unknown\n"),
                         status, nested_message(std::move(original))});
  out.push_back(std::move(made));
}

std::vector<Message> MailHabits::everyday(const Person &owner, std::size_t count, base::Time from,
                                          base::Time until) {
  std::vector<Message> out;
  while (out.size() < count) {
    const auto kind = random_.below(100);
    const base::Time date = working_time(from, until);
    if (kind < 46)
      thread(owner, out, from, until);
    else if (kind < 64)
      outside(owner, out, date);
    else if (kind < 75)
      newsletter(owner, out, date);
    else if (kind < 85)
      ticket(owner, out, date);
    else if (kind < 91)
      invitation(owner, out, date);
    else if (kind < 97)
      report(owner, out, date);
    else
      bounce(owner, out, date);
  }
  out.resize(count);
  return out;
}

}  // namespace dislodge::drill

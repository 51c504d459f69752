#pragma once
// How mail looks in this company: drafts, replies with the quoting of different clients, body styles, and the
// everyday traffic (threads, customers, newsletters, tickets, invitations, reports, bounces) around a story.

#include <string>
#include <string_view>
#include <vector>

#include "drill/mail_model.hpp"
#include "drill/organisation.hpp"
#include "drill/random.hpp"

namespace dislodge::drill {

// Neighbours who write to the company.
struct Correspondent {
  std::string company, domain;
  std::vector<Address> people;
};
const std::vector<Correspondent> &correspondents();
Address correspondent(std::string_view domain, std::size_t index = 0);

enum class BodyStyle {
  plain,          // us-ascii, 7bit, wrapped
  plain_quoted,   // UTF-8, quoted-printable
  plain_base64,   // UTF-8, base64
  plain_latin1,   // ISO-8859-1, quoted-printable
  plain_windows,  // windows-1252, 8bit
  with_html,      // multipart/alternative
};
enum class QuoteStyle { marked, outlook };  // "> " under "On ... wrote:", or "-----Original Message-----"

class MailHabits {
 public:
  MailHabits(Random random, const Organisation &organisation)
      : random_(random), organisation_(organisation) {}

  Message draft(const Address &from, std::vector<Address> to, std::string subject, std::string text,
                base::Time date, BodyStyle style = BodyStyle::plain);
  Message reply(const Message &to, const Address &from, std::string text, base::Time date,
                BodyStyle style = BodyStyle::plain, QuoteStyle quote = QuoteStyle::marked);
  // The same message with attachments: its body becomes multipart/mixed.
  static void attach(Message &message, std::vector<Part> parts);
  static Part body(std::string_view text, BodyStyle style);
  std::string signature(const Person &person) const;

  // `count` messages for a mailbox over an interval, in no order.
  std::vector<Message> everyday(const Person &owner, std::size_t count, base::Time from, base::Time until);

  Random &random() { return random_; }

 private:
  base::Time working_time(base::Time from, base::Time until);
  const Person &colleague(const Person &not_this);
  std::string paragraph(std::size_t sentences);
  std::string fill(std::string_view sentence);
  std::string new_id(std::string_view domain);
  void thread(const Person &owner, std::vector<Message> &out, base::Time from, base::Time until);
  void outside(const Person &owner, std::vector<Message> &out, base::Time date);
  void newsletter(const Person &owner, std::vector<Message> &out, base::Time date);
  void ticket(const Person &owner, std::vector<Message> &out, base::Time date);
  void invitation(const Person &owner, std::vector<Message> &out, base::Time date);
  void report(const Person &owner, std::vector<Message> &out, base::Time date);
  void bounce(const Person &owner, std::vector<Message> &out, base::Time date);

  Random random_;
  const Organisation &organisation_;
};

}  // namespace dislodge::drill

#pragma once
// A message as the drill thinks of it, before it becomes bytes: MIME parts as a tree. mime_writer.cpp renders
// it.

#include <string>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "drill/organisation.hpp"

namespace dislodge::drill {

enum class Encoding { seven_bit, eight_bit, quoted_printable, base64 };

// What a reader finds inside a part: an archive's member, or the text of a document (then `step` is empty).
struct Inner {
  std::string step;
  std::string bytes;
};

struct Message;

struct Part {
  std::string type = "text/plain";
  std::string charset;  // of a text part, as announced
  Encoding encoding = Encoding::seven_bit;
  std::string body;             // what it decodes to; lines of text end with '\n'
  std::string file_name;        // of an attachment
  std::vector<Part> children;   // of a multipart
  std::vector<Message> nested;  // of message/rfc822: one
  std::vector<Inner> inner;
};

struct Message {
  std::string id;  // Message-ID with its angle brackets
  Address from;
  std::vector<Address> to, cc;
  base::Time date;
  int zone_minutes = 0;
  std::string subject;  // UTF-8
  std::string subject_charset = "utf-8";
  std::string in_reply_to;
  std::vector<std::string> references;
  std::vector<std::pair<std::string, std::string>> more_headers;
  Part body;
  std::string text;  // plain text, for quoting; UTF-8
  std::string folder = "Inbox";
  bool holds_planted = false;  // a secret or decoy lies in it, so its items are searched for places
};

}  // namespace dislodge::drill

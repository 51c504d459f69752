#pragma once
// Mail made at run time for the benchmarks, the same bytes on every machine: mailboxes as organisations
// export them, with the headers that servers add, in the proportions that were counted in real archives.
//
//   attachment_heavy  text and HTML alternatives, an Office file, PDF, picture or archive on most messages:
//                     about four fifths of all bytes are base64, as in a mailbox of a working organisation
//   small_non_ascii   a few kilobytes a message, in 13 languages and 20 charsets, 8-bit, quoted-printable and
//                     base64, names and subjects in encoded words
//
// Half of the messages answer another and quote it whole; a fifth has the body and attachments of an earlier
// one, as they are counted in archives (sent and received, addressed to lists, forwarded). Nothing here uses
// the code that is measured: charsets go through iconv, base64 and quoted-printable are written out below.

#include <cstdint>
#include <string>
#include <vector>

namespace dislodge::bench {

struct MailCorpus {
  std::string mbox;  // mboxo, lines end with LF
  struct Message {
    std::size_t begin = 0, end = 0;  // behind its separator line, before the blank line of the next
  };
  std::vector<Message> messages;
};

enum class MailKind : std::uint8_t { attachment_heavy, small_non_ascii };

// About `bytes` of mail. With `secrets`, one message in 200 holds a credential in its text.
MailCorpus make_mail(MailKind kind, std::size_t bytes, bool secrets, std::uint64_t seed = 1);

// A Word document whose text is about `bytes` long when unpacked, and a page of HTML of about that size.
std::string make_docx(std::size_t bytes, std::uint64_t seed);
std::string make_html(std::size_t bytes, std::uint64_t seed);
std::string make_pdf(std::size_t bytes, std::uint64_t seed);

}  // namespace dislodge::bench

#include "mail/message.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collecting_sink.hpp"

namespace dislodge::mail {
namespace {

using evidence::LedgerState;
using evidence::PersonRole;
using test::CollectingSink;

using test::item_of;

CollectingSink read(std::string_view bytes, std::string_view path = "m.eml",
                    std::string_view media_type = "") {
  CollectingSink sink([](const evidence::ItemView &item) -> test::Reader {
    if (item.type == evidence::ItemType::message) return read_message;
    return {};
  });
  evidence::ItemView item;
  item.path = path;
  item.bytes = bytes;
  item.media_type = media_type;
  EXPECT_TRUE(read_message(item, sink).has_value());
  return sink;
}

TEST(Message, header_becomes_the_record) {
  const auto sink = read(
      "Received: from a by b;\n\tFri, 12 Jan 2024 07:10:00 +0000\n"
      "Received: from x by a; Fri, 12 Jan 2024 07:09:00 +0000\n"
      "From: =?utf-8?Q?J=C3=BCrgen?= M <Juergen@Example.COM>\n"
      "To: \"Doe, Jane\" <jane@example.org>, team: a@x.org (Al), b@x.org;,\n bare@x.org\n"
      "Cc: undisclosed-recipients:;\n"
      "Subject: =?iso-8859-1?B?R3L832U=?= and\n more\n"
      "Date: Fri, 12 Jan 2024 08:08:09 +0100 (CET)\n"
      "Message-ID: <id1@example.com>\n"
      "In-Reply-To: your message <id0@example.com>\n"
      "References: <a@x> <b@x>\n\t<id0@example.com>\n"
      "X-Gmail-Labels: Inbox,Important\n"
      "\nhello\n");
  ASSERT_EQ(sink.records.size(), 1u);
  const auto &record = sink.records[0];
  EXPECT_EQ(record.kind, evidence::RecordKind::message);
  EXPECT_EQ(record.item, "m.eml");
  EXPECT_EQ(record.subject, "Grüße and more");
  EXPECT_EQ(record.message_id, "id1@example.com");
  EXPECT_EQ(record.in_reply_to, "id0@example.com");
  EXPECT_THAT(record.references, testing::ElementsAre("a@x", "b@x", "id0@example.com"));
  EXPECT_EQ(base::format_time(record.sent), "2024-01-12T07:08:09Z");
  EXPECT_EQ(base::format_time(record.received), "2024-01-12T07:10:00Z");
  EXPECT_EQ(record.sent_text, "Fri, 12 Jan 2024 08:08:09 +0100 (CET)");
  EXPECT_EQ(record.folder, "Inbox,Important");
  ASSERT_EQ(record.people.size(), 5u);
  EXPECT_EQ(record.people[0].name, "Jürgen M");
  EXPECT_EQ(record.people[0].address, "juergen@example.com");
  EXPECT_EQ(record.people[1].name, "Doe, Jane");
  EXPECT_EQ(record.people[1].address, "jane@example.org");
  EXPECT_EQ(record.people[2].name, "Al");
  EXPECT_EQ(record.people[2].address, "a@x.org");
  EXPECT_EQ(record.people[4].address, "bare@x.org");
}

TEST(Message, header_is_text_of_the_message_with_encoded_words_decoded) {
  const std::string mail = "Subject: key is =?utf-8?B?c2VjcmV0MTIz?= ok\nX-A: b\n\nbody\n";
  const auto sink = read(mail);
  const auto *header = sink.text_of("m.eml");
  ASSERT_NE(header, nullptr);
  EXPECT_NE(header->text.find("key is secret123 ok"), std::string::npos);
  EXPECT_EQ(header->offset_of("secret123"), mail.find("=?utf-8"));
  EXPECT_EQ(header->offset_of("X-A"), mail.find("X-A"));
}

TEST(Message, header_of_a_part_has_its_encoded_words_decoded) {
  const std::string mail =
      "Subject: a\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"
      "Content-Description: =?utf-8?q?key_Kx7=5F1?=\nContent-Disposition: attachment; "
      "filename=\"a plain name.txt\"\n\nx\n"
      "--b\nContent-Disposition: attachment; filename*0*=utf-8''the%20key%20Kx%37; "
      "filename*1*=z.txt\n\ny\n--b--\n";
  CollectingSink sink;
  const auto item = item_of("m.eml", mail);
  ASSERT_TRUE(read_message(item, sink).has_value());
  bool seen = false;
  for (const auto &text : sink.texts) seen = seen || text.text.find("key Kx7_1") != std::string::npos;
  EXPECT_TRUE(seen);
  ASSERT_EQ(sink.children.size(), 2u);
  EXPECT_EQ(sink.text_of("m.eml!/1"), nullptr) << "the name is there as it is";
  ASSERT_NE(sink.text_of("m.eml!/2"), nullptr) << "no other text has the name in one piece";
  EXPECT_EQ(sink.text_of("m.eml!/2")->text, "the key Kx7z.txt");
  EXPECT_EQ(sink.text_of("m.eml!/2")->space, evidence::Space::text);
}

TEST(Message, single_body_is_section_1) {
  const auto sink = read("Subject: x\n\nhello\n");
  ASSERT_NE(sink.text_of("m.eml!/1"), nullptr);
  EXPECT_EQ(sink.text_of("m.eml!/1")->text, "hello\n");
}

TEST(Message, quoted_printable_keeps_offsets_of_the_decoded_part) {
  const auto sink = read(
      "Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\n"
      "Gr=FC=dfe: pass=\nword = x=3dy and=ZZ\n");
  const auto *text = sink.text_of("m.eml!/1");
  ASSERT_NE(text, nullptr);
  EXPECT_EQ(text->text, "Grüße: password = x=y and=ZZ\n");
  EXPECT_EQ(text->source,
            "Gr\xFC\xDF"
            "e: password = x=y and=ZZ\n");
  EXPECT_EQ(text->offset_of("password"), 7u);  // bytes after transfer decoding, before charset conversion
}

TEST(Message, parts_are_numbered_as_in_imap) {
  const auto sink = read(
      "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"o\"\n\npreamble\n--o\n"
      "Content-Type: multipart/alternative; boundary=i\n\n--i\nContent-Type: text/plain\n\nplain\n--i\n"
      "Content-Type: text/html\n\n<p>ht<b>ml</b></p>\n--i--\n--o\n"
      "Content-Type: message/rfc822\n\nSubject: nested\nContent-Type: multipart/mixed; "
      "boundary=n\n\n--n\n\nn1\n--n\n"
      "Content-Type: application/pdf; name=\"a.pdf\"\nContent-Transfer-Encoding: base64\n\nJVBERi0=\n--n--\n"
      "--o\nContent-Type: message/rfc822\n\nSubject: single\n\nonly\n"
      "--o\nContent-Disposition: attachment; filename*=utf-8''%C3%BC.txt\n\nattached\n--o--\nepilogue\n");
  EXPECT_NE(sink.text_of("m.eml!/1.1"), nullptr);
  EXPECT_EQ(sink.text_of("m.eml!/1.1")->text, "plain");
  std::vector<std::string> html;
  for (const auto &text : sink.texts)
    if (text.item == "m.eml!/1.2") html.push_back(text.text);
  ASSERT_EQ(html.size(), 2u);
  EXPECT_EQ(html[0], "<p>ht<b>ml</b></p>");
  EXPECT_EQ(html[1], "html\n");
  EXPECT_EQ(sink.text_of("m.eml!/2.1")->text, "n1");
  EXPECT_EQ(sink.text_of("m.eml!/3.1")->text, "only");
  EXPECT_EQ(sink.text_of("m.eml!/2")->text.substr(0, 15), "Subject: nested");
  ASSERT_EQ(sink.children.size(), 2u);
  std::map<std::string, test::SeenChild> children;
  for (const auto &child : sink.children) children[child.path] = child;
  EXPECT_EQ(children["m.eml!/2.2"].bytes, "%PDF-");
  EXPECT_EQ(children["m.eml!/2.2"].name, "a.pdf");
  EXPECT_EQ(children["m.eml!/2.2"].media_type, "application/pdf");
  EXPECT_EQ(children["m.eml!/2.2"].depth, 1u);
  EXPECT_EQ(children["m.eml!/4"].name, "ü.txt");
  EXPECT_EQ(children["m.eml!/4"].bytes, "attached");
  ASSERT_EQ(sink.records.size(), 3u);
  EXPECT_EQ(sink.records[1].item, "m.eml!/2");
  EXPECT_EQ(sink.records[1].subject, "nested");
  EXPECT_EQ(sink.texts[0].item, "m.eml");
  // Preamble and epilogue are scanned with their place in the message.
  bool epilogue = false;
  for (const auto &text : sink.texts)
    if (text.item == "m.eml" && text.text.find("epilogue") != std::string::npos)
      epilogue = text.source.substr(text.offset_of("epilogue"), 8) == "epilogue";
  EXPECT_TRUE(epilogue);
}

TEST(Message, html_text_leads_back_to_the_encoded_source) {
  const auto sink = read(
      "Content-Type: text/html; charset=windows-1251\nContent-Transfer-Encoding: base64\n\n"
      "PHA+z+Dw7uv8OiA8Yj5TZWM8L2I+cmV0PC9wPg==\n");
  ASSERT_EQ(sink.texts.size(), 3u);
  const auto &stripped = sink.texts[2];
  EXPECT_EQ(stripped.text, "Пароль: Secret\n");
  EXPECT_EQ(stripped.offset_of("Sec"), stripped.source.find("Sec"));
  EXPECT_EQ(stripped.offset_of("ret"), stripped.source.find("ret"));
}

TEST(Message, unknown_charset_is_utf8_or_windows_1252) {
  EXPECT_EQ(read("Content-Type: text/plain; charset=utf-8\n\ncaf\xE9 \xC3\xBC\n").text_of("m.eml!/1")->text,
            "café ü\n");
  EXPECT_EQ(read("Content-Type: text/plain; charset=no-such\n\ncaf\xE9\n").text_of("m.eml!/1")->text,
            "café\n");
  EXPECT_EQ(read("Content-Type: text/plain; charset=iso-2022-jp\n\nA \x1B$B%Q%9\x1B(B pw\n")
                .text_of("m.eml!/1")
                ->text,
            "A パス pw\n");
}

TEST(Message, japanese_text_keeps_offsets_of_ascii) {
  const auto sink = read("Content-Type: text/plain; charset=shift_jis\n\n\x83p\x83X\x83\x8F: key42\n");
  const auto *text = sink.text_of("m.eml!/1");
  EXPECT_EQ(text->text, "パスワ: key42\n") << "0x838F is WA";
  EXPECT_EQ(text->offset_of("key42"), 8u);
}

TEST(Message, broken_base64_goes_on) {
  const auto sink = read(
      "Content-Type: application/x-y\nContent-Transfer-Encoding: base64\n\nYWJj\nZA==\n!!ZWZn\nIGhp-_8\n");
  ASSERT_EQ(sink.children.size(), 1u);
  EXPECT_EQ(sink.children[0].bytes, std::string("abcdefg hi\xFB\xFF"));
}

TEST(Message, text_that_is_declared_base64_and_is_none_is_read_as_text) {
  const auto sink = read(
      "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\nthis is no base64: the key is "
      "hunter2\n");
  bool seen = false;
  for (const auto &text : sink.texts)
    if (text.item == "m.eml!/1" && text.text.find("the key is hunter2") != std::string::npos) {
      seen = true;
      EXPECT_EQ(text.offset_of("hunter2"), 30u);
    }
  EXPECT_TRUE(seen);
}

TEST(Message, footer_behind_base64_is_read_and_folded_base64_is_no_text) {
  const auto sink = read(
      "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\naGVsbG8gd29ybGQ=\n\n"
      "To unsubscribe write to the list\n");
  std::size_t hello = 0, footer = 0;
  for (const auto &text : sink.texts) {
    hello += text.text.starts_with("hello world");
    footer += text.text.find("To unsubscribe write") != std::string::npos;
  }
  EXPECT_EQ(hello, 1u);
  EXPECT_EQ(footer, 1u);
  const auto folded =
      read("Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n aGVs bG8g\r\n d29y bGQ=\r\n");
  std::size_t texts = 0;
  for (const auto &text : folded.texts) texts += text.item == "m.eml!/1";
  EXPECT_EQ(texts, 1u);
}

TEST(Message, missing_blank_line_and_missing_end_lose_nothing) {
  const auto sink = read(
      "Content-Type: multipart/mixed; boundary=b\nSubject: s\n--b\nContent-Type: text/plain\n\none\n--b\n"
      "Content-Type: text/plain\nno blank line here\nsecret two\n");
  EXPECT_EQ(sink.text_of("m.eml!/1")->text, "one");
  EXPECT_EQ(sink.text_of("m.eml!/2")->text, "no blank line here\nsecret two\n");
}

TEST(Message, outer_delimiter_closes_inner_multiparts) {
  const auto sink = read(
      "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/mixed; "
      "boundary=i\n\n--i\n\na\n"
      "--o\n\nb\n--o--\n--o\n\nlate\n");
  EXPECT_EQ(sink.text_of("m.eml!/1.1")->text, "a");
  EXPECT_EQ(sink.text_of("m.eml!/2")->text, "b");
  EXPECT_EQ(sink.text_of("m.eml!/3")->text, "late\n");
}

TEST(Message, contradicting_boundaries_are_both_followed) {
  const auto sink = read(
      "Content-Type: multipart/mixed; boundary=one\nContent-Type: multipart/mixed; boundary=two\n\n"
      "--one\n\na\n--two\n\nb\n--two--\n");
  EXPECT_EQ(sink.text_of("m.eml!/1")->text, "a");
  EXPECT_EQ(sink.text_of("m.eml!/2")->text, "b");
}

TEST(Message, quotes_are_marked_and_counted) {
  const auto sink = read(
      "Subject: Re: x\n\nnew\n\nOn Fri, Jan 12, 2024 at 7:08 AM Ann Example\n<ann@example.com> wrote:\n"
      "> old pw\n>> older pw\nafter\n");
  const auto *text = sink.text_of("m.eml!/1");
  EXPECT_EQ(text->depth_of("new"), 0u);
  EXPECT_EQ(text->depth_of("old pw"), 1u);
  EXPECT_EQ(text->depth_of("older pw"), 2u);
  EXPECT_EQ(text->depth_of("after"), 0u);
  EXPECT_EQ(sink.records[0].quoted_bytes, std::string("> old pw\n>> older pw\n").size());
}

TEST(Message, from_lines_are_unquoted_with_exact_offsets) {
  const std::string body = "a\n>From here\n>>From there\n> From x\npw: z9\n";
  const auto sink = read("Subject: x\n\n" + body, "m.mbox!/1", kMessageFromMbox);
  const auto *text = sink.text_of("m.mbox!/1!/1");
  EXPECT_EQ(text->text, "a\nFrom here\n>From there\n> From x\npw: z9\n");
  EXPECT_EQ(text->source, body);
  EXPECT_EQ(text->offset_of("pw: z9"), body.find("pw: z9"));
  EXPECT_EQ(text->offset_of("From here"), body.find("From here"));
}

TEST(Message, flowed_lines_are_joined) {
  const std::string body = "the password is \nhunter2 \n> quoted \n> on\n";
  const auto sink = read("Content-Type: text/plain; format=flowed\n\n" + body);
  const auto *text = sink.text_of("m.eml!/1");
  EXPECT_EQ(text->text, "the password is hunter2 \n> quoted on\n");
  EXPECT_EQ(text->offset_of("hunter2"), body.find("hunter2"));
}

TEST(Message, encrypted_parts_are_told_with_their_keys) {
  const auto sink = read(
      "Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=b\n\n--b\n"
      "Content-Type: application/pgp-encrypted\n\nVersion: 1\n\n--b\nContent-Type: "
      "application/octet-stream\n\n"
      "-----BEGIN PGP MESSAGE-----\n\nhQEMAwEjRWeJq83vAQ==\n-----END PGP MESSAGE-----\n--b--\n");
  ASSERT_EQ(sink.unreads.size(), 1u);
  EXPECT_EQ(sink.unreads[0].state, LedgerState::encrypted);
  EXPECT_EQ(sink.unreads[0].child, "m.eml!/2");
  EXPECT_THAT(sink.unreads[0].reason, testing::HasSubstr("0x0123456789ABCDEF"));
  EXPECT_GT(sink.unreads[0].bytes, 60u);
  EXPECT_FALSE(sink.unreads[0].remedy.empty());
}

TEST(Message, uuencoded_file_in_a_text_is_a_child) {
  const auto sink = read("Subject: x\n\nsee\nbegin 644 a.txt\n#0V%T\n`\nend\nbye\n");
  ASSERT_EQ(sink.children.size(), 1u);
  EXPECT_EQ(sink.children[0].bytes, "Cat");
  EXPECT_EQ(sink.children[0].name, "a.txt");
  EXPECT_EQ(sink.children[0].path, "m.eml!/1!/~uuencode@4");
}

TEST(Message, body_elsewhere_is_named) {
  const auto sink = read(
      "Content-Type: message/external-body; access-type=url; url=\"https://example.com/f\"\n\n"
      "Content-Type: text/plain\n\n");
  ASSERT_EQ(sink.unreads.size(), 1u);
  EXPECT_EQ(sink.unreads[0].state, LedgerState::not_held);
  EXPECT_THAT(sink.unreads[0].reason, testing::HasSubstr("https://example.com/f"));
}

TEST(Message, the_first_piece_of_a_split_message_is_read) {
  const auto sink = read(
      "Content-Type: message/partial; number=1; total=3; id=\"x@y\"\n\n"
      "Subject: inner\nContent-Transfer-Encoding: base64\n\naGVsbG8=\n");
  ASSERT_EQ(sink.unreads.size(), 1u);
  EXPECT_THAT(sink.unreads[0].reason, testing::HasSubstr("piece 1 of 3"));
  ASSERT_NE(sink.text_of("m.eml!/1.1"), nullptr);
  EXPECT_EQ(sink.text_of("m.eml!/1.1")->text, "hello");
}

TEST(Message, encoded_nested_message_is_an_item_of_its_own) {
  const auto sink =
      read("Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogaW4KCmhpCg==\n");
  ASSERT_EQ(sink.children.size(), 1u);
  EXPECT_EQ(sink.children[0].path, "m.eml!/1");
  ASSERT_EQ(sink.records.size(), 2u);
  EXPECT_EQ(sink.records[1].subject, "in");
  EXPECT_EQ(sink.text_of("m.eml!/1!/1")->text, "hi\n");
}

TEST(Message, nesting_is_cut_scanned_and_told) {
  std::string mail;
  for (int i = 0; i < 100'000; ++i) mail += "Content-Type: message/rfc822\n\n";
  mail += "Subject: x\n\nthe bottom\n";
  const auto sink = read(mail);
  ASSERT_EQ(sink.unreads.size(), 1u);
  EXPECT_EQ(sink.unreads[0].state, LedgerState::too_deep);
  EXPECT_GT(sink.unreads[0].bytes, mail.size() / 2);
  bool bottom = false;
  for (const auto &text : sink.texts) bottom = bottom || text.text.find("the bottom") != std::string::npos;
  EXPECT_TRUE(bottom);
}

TEST(Message, nested_multiparts_are_cut_too) {
  std::string mail;
  for (int i = 0; i < 20'000; ++i)
    mail += "Content-Type: multipart/mixed; boundary=b" + std::to_string(i) + "\n\n--b" + std::to_string(i) +
            "\n";
  mail += "\nthe bottom\n";
  const auto sink = read(mail);
  ASSERT_EQ(sink.unreads.size(), 1u);
  EXPECT_EQ(sink.unreads[0].state, LedgerState::too_deep);
}

TEST(Message, a_million_parts_end_at_the_limit) {
  std::string mail = "Content-Type: multipart/mixed; boundary=b\n\n";
  for (int i = 0; i < 1'000; ++i) mail += "--b\n\nx\n";
  CollectingSink sink;
  sink.limits_.mime_parts_max = 100;
  ASSERT_TRUE(read_message(item_of("m", mail), sink).has_value());
  ASSERT_EQ(sink.unreads.size(), 1u);
  EXPECT_EQ(sink.unreads[0].state, LedgerState::too_large);
  EXPECT_GT(sink.unreads[0].bytes, 5'000u);
}

TEST(Message, headers_beyond_the_limit_are_scanned) {
  std::string mail;
  for (int i = 0; i < 300; ++i) mail += "X-" + std::to_string(i) + ": v\n";
  CollectingSink sink;
  sink.limits_.headers_max = 100;
  ASSERT_TRUE(read_message(item_of("m", mail), sink).has_value());
  EXPECT_NE(sink.text_of("m")->text.find("X-299: v"), std::string::npos);
  ASSERT_EQ(sink.unreads.size(), 1u);
  EXPECT_EQ(sink.unreads[0].state, LedgerState::too_large);
}

// The boundary that is named occurs nowhere: another line that looks like one is taken, else the body is
// text.
TEST(Message, a_multipart_without_its_boundary_is_read_all_the_same) {
  const std::string head = "Content-Type: multipart/mixed; boundary=\"named\"\n\n";
  const auto none = read(head + "Hi there,\nthe key is Horse7\n");
  ASSERT_FALSE(none.texts.empty());
  EXPECT_EQ(none.texts.back().text, "Hi there,\nthe key is Horse7\n");
  EXPECT_EQ(none.texts.back().item, "m.eml!/1");
  const auto other =
      read(head +
           "--other\nContent-Type: text/plain\n\none\n--other\n"
           "Content-Type: application/x-thing; name=a.bin\nContent-Transfer-Encoding: base64\n\n"
           "aGVsbG8=\n--other--\n");
  ASSERT_EQ(other.children.size(), 1u);
  EXPECT_EQ(other.children[0].bytes, "hello");
  // Within another multipart, whose delimiters are not taken for its own.
  const auto inner = read(
      "Content-Type: multipart/mixed; boundary=out\n\n--out\nContent-Type: multipart/alternative; "
      "boundary=in\n\n"
      "lost\n--out\nContent-Type: text/plain\n\nsecond\n--out--\n");
  ASSERT_NE(inner.text_of("m.eml!/1"), nullptr);
  EXPECT_EQ(inner.text_of("m.eml!/1")->text, "lost");
  ASSERT_NE(inner.text_of("m.eml!/2"), nullptr);
  EXPECT_EQ(inner.text_of("m.eml!/2")->text, "second");
}

TEST(Message, odd_bytes_do_no_harm) {
  for (const std::string_view mail :
       {"", "\n", "\r\n\r\n", ":", "a:", "Content-Type:", "Content-Type: multipart/mixed\n\n--\n--", "--",
        "\n--\n--\n", "Content-Type: multipart/mixed; boundary=\"\n\n", "Subject: =?", "Subject: =?utf-8?b?",
        "From: \"", "From: <", "To: (((((", "Content-Type: a; b*0*='; b*99999999999*=x", "\0\0\0\0"})
    EXPECT_EQ(read(mail).records.size(), 1u);
}

TEST(Message, folders_come_from_the_path) {
  EXPECT_EQ(folder_of_path("box/cur/1.eml:2,S"), "INBOX");
  EXPECT_EQ(folder_of_path("box/.Sent.2024/cur/1:2,S"), "Sent/2024");
  EXPECT_EQ(folder_of_path("maildir/allen-p/_sent_mail/12."), "_sent_mail");
  EXPECT_EQ(folder_of_path("export.mbox!/12"), "");
  EXPECT_EQ(folder_of_path("dir/export.mbox!/12"), "");
  EXPECT_EQ(folder_of_path("alice/Inbox/VPN/1.eml"), "VPN");
  EXPECT_EQ(folder_of_path("export.zip!/alice/Sent%20Items/1.eml"), "Sent Items");
  EXPECT_EQ(folder_of_path("V10/Work.mbox/Plans.mbox/0A/Data/Messages/7.emlx!/1"), "Work/Plans");
}

TEST(Message, AnEmlxHoldsOneMessageAndItsPropertyList) {
  const std::string message =
      "From: ada@a.example\nSubject: hi\nDate: Fri, 12 Jan 2024 07:08:09 +0000\n\nHorse7\n";
  const std::string file = std::to_string(message.size()) + "       \n" + message +
                           "<?xml version=\"1.0\"?><plist><dict><key>flags</key></dict></plist>\n";
  test::CollectingSink sink;
  ASSERT_TRUE(read_message(test::item_of("1.emlx", file), sink));
  ASSERT_EQ(sink.children.size(), 1u);
  EXPECT_EQ(sink.children[0].path, "1.emlx!/1");
  EXPECT_EQ(sink.children[0].bytes, message);
  ASSERT_EQ(sink.texts.size(), 1u);
  EXPECT_EQ(sink.texts[0].offset_of("flags"), file.find("flags"));
}

}  // namespace
}  // namespace dislodge::mail

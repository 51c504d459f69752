#include "mail/closings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evidence/html_text.hpp"
#include "mail/quotes.hpp"

namespace dislodge::mail {
namespace {

Closing at(std::string_view text, std::string_view needle) {
  const std::size_t place = text.find(needle);
  EXPECT_NE(place, std::string_view::npos) << needle;
  for (const auto &span : closing_spans(text, quoted_spans(text)))
    if (place >= span.begin && place < span.end) return span.kind;
  return Closing::none;
}

TEST(Closings, delimiter_begins_a_signature_to_the_end) {
  const std::string text = "The server is up.\n\n-- \nAnn Example\nTel. +49 30 123456\nconference PIN 4711\n";
  EXPECT_EQ(at(text, "The server"), Closing::none);
  EXPECT_EQ(at(text, "Ann Example"), Closing::signature);
  EXPECT_EQ(at(text, "conference PIN"), Closing::signature);
}

TEST(Closings, sign_offs_in_many_languages) {
  for (const std::string_view off : {"Best regards,",
                                     "Kind regards",
                                     "Thanks!",
                                     "Mit freundlichen Grüßen",
                                     "Viele Grüße",
                                     "Cordialement,",
                                     "Bien à vous,",
                                     "Saludos cordiales,",
                                     "Atenciosamente,",
                                     "Cordiali saluti",
                                     "Met vriendelijke groet,",
                                     "Pozdrawiam",
                                     "Med vänliga hälsningar",
                                     "Med venlig hilsen",
                                     "Ystävällisin terveisin",
                                     "С уважением,",
                                     "S pozdravem",
                                     "Saygılarımla,",
                                     "此致",
                                     "감사합니다"}) {
    const std::string text = "Hello Bob,\n\nthe vault moves on Friday.\n\n" + std::string(off) +
                             "\n\nAnn Example\nHead of IT\n+1 (555) 010-2030\n";
    EXPECT_EQ(at(text, "the vault"), Closing::none) << off;
    EXPECT_EQ(at(text, off), Closing::signature) << off;
    EXPECT_EQ(at(text, "Head of IT"), Closing::signature) << off;
  }
}

TEST(Closings, thanks_at_the_top_is_none) {
  const std::string text =
      "Thanks,\n\ncan you send me the new password of the build server today?\nI need it.\n";
  EXPECT_TRUE(closing_spans(text, {}).empty());
}

TEST(Closings, what_is_assigned_under_the_name_is_no_signature) {
  const std::string text = "See below.\n\nRegards,\nAnn\n\nuser: svc-backup\npassword: Winter-2024!\n";
  EXPECT_EQ(at(text, "password:"), Closing::none);
}

TEST(Closings, postscript_ends_the_signature) {
  const std::string text = "See you.\n\nCheers,\nAnn\n\nP.S. the door code is 4711\n";
  EXPECT_EQ(at(text, "Cheers"), Closing::signature);
  EXPECT_EQ(at(text, "door code"), Closing::none);
}

TEST(Closings, block_of_name_and_numbers_without_greeting) {
  const std::string text =
      "Please restart it tonight.\n\nAnn Example | Head of IT\nExample GmbH\nT: +49 30 "
      "1234567\nann@example.com\n";
  EXPECT_EQ(at(text, "Please"), Closing::none);
  EXPECT_EQ(at(text, "Ann Example"), Closing::signature);
  EXPECT_EQ(at(text, "ann@example.com"), Closing::signature);
  // A list of numbers is what the message says where nothing else is said.
  EXPECT_TRUE(closing_spans("T: +49 30 1234567\nM: +49 170 1234567\n", {}).empty());
}

TEST(Closings, lines_of_telephones) {
  for (const std::string_view line :
       {"Sent from my iPhone", "Von meinem iPhone gesendet", "Envoyé de mon iPhone", "Get Outlook for iOS",
        "Enviado desde mi iPhone", "Отправлено с iPhone"}) {
    const std::string text = "On it.\n\n" + std::string(line) + "\n";
    EXPECT_EQ(at(text, line), Closing::signature) << line;
    EXPECT_EQ(at(text, "On it"), Closing::none) << line;
  }
}

TEST(Closings, notices_of_confidentiality) {
  for (const std::string_view notice :
       {"This e-mail is confidential and intended solely for the recipient. If you have received it in "
        "error, please\n"
        "notify the sender and delete it. Unauthorised copying is prohibited.",
        "Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige Adressat sind oder "
        "diese E-Mail\n"
        "irrtümlich erhalten haben, vernichten Sie sie bitte.",
        "Ce message est confidentiel et destiné à son destinataire. Si vous le recevez par erreur, merci de "
        "le détruire.",
        "Este mensaje es confidencial y para su destinatario. Si lo recibe por error, elimínelo y avise al "
        "remitente.",
        "Esta mensagem é confidencial e destina-se ao destinatário; se a recebeu por engano, elimine-a.",
        "Questo messaggio è riservato ai destinatari. Se ricevuto per errore, vi preghiamo di cancellarlo.",
        "Dit bericht is vertrouwelijk en bestemd voor de geadresseerde. Onbevoegd gebruik is verboden.",
        "Ta wiadomość jest poufna i przeznaczona dla adresata. Jeśli otrzymano ją omyłkowo, prosimy ją "
        "usunąć.",
        "Это сообщение конфиденциально; если вы не адресат и получили его по ошибке, удалите его: "
        "конфиденциальность.",
        "本邮件含有保密信息，仅供收件人使用。如您错误收到本邮件，请立即删除。"}) {
    const std::string text = "The key is in the vault.\n\nAnn\n\n" + std::string(notice) + "\n";
    EXPECT_EQ(at(text, notice.substr(0, 20)), Closing::disclaimer) << notice;
    EXPECT_EQ(at(text, "The key"), Closing::none) << notice;
  }
}

TEST(Closings, what_only_speaks_of_secrecy_is_no_notice) {
  const std::string text =
      "Hi,\n\nthe recipient list of the newsletter is confidential, please keep it on the file server "
      "only.\n";
  EXPECT_TRUE(closing_spans(text, {}).empty());
}

TEST(Closings, warnings_above_the_text) {
  const std::string text =
      "CAUTION: This email originated from outside of the organization. Do not click links or open "
      "attachments\n"
      "unless you recognize the sender.\n\nHello, the new password is below.\n";
  EXPECT_EQ(at(text, "CAUTION"), Closing::disclaimer);
  EXPECT_EQ(at(text, "Hello"), Closing::none);
}

TEST(Closings, each_quoted_message_has_its_own) {
  const std::string text =
      "Done.\n\nRegards,\nBob\n\nOn Fri, Jan 12, 2024 at 7:08 AM Ann <ann@example.com> wrote:\n\n"
      "> please do it\n>\n> -- \n> Ann Example\n> Tel. 030 1234567\n";
  EXPECT_EQ(at(text, "Done"), Closing::none);
  EXPECT_EQ(at(text, "Bob\n"), Closing::signature);
  EXPECT_EQ(at(text, "On Fri"), Closing::none);
  EXPECT_EQ(at(text, "please do it"), Closing::none);
  EXPECT_EQ(at(text, "Ann Example"), Closing::signature);
  const std::string outlook =
      "Yes.\n\nBest,\nBob\n\n-----Original Message-----\nFrom: Ann\nSent: Friday\nTo: Bob\nSubject: x\n\n"
      "May I?\n\nKind regards,\nAnn Example\nExample Ltd\n";
  EXPECT_EQ(at(outlook, "Best,"), Closing::signature);
  EXPECT_EQ(at(outlook, "May I"), Closing::none);
  EXPECT_EQ(at(outlook, "Example Ltd"), Closing::signature);
}

TEST(Closings, text_of_html_has_them_too) {
  const auto html =
      evidence::html_text("<p>hello</p><p>Kind regards,<br>Ann Example<br>Tel. 030 1234567</p>");
  EXPECT_EQ(at(html.text, "hello"), Closing::none);
  EXPECT_EQ(at(html.text, "Kind regards"), Closing::signature);
  EXPECT_EQ(at(html.text, "030 1234567"), Closing::signature);
}

TEST(Closings, bounded_on_long_and_odd_text) {
  EXPECT_TRUE(closing_spans("", {}).empty());
  EXPECT_TRUE(closing_spans("\n\n\n", {}).empty());
  const std::string lines(3'000'000, '\n');
  EXPECT_TRUE(closing_spans(lines, {}).empty());
  std::string text(1'000'000, 'x');
  text += "\n-- \nAnn\n";
  const auto spans = closing_spans(text, {});
  ASSERT_EQ(spans.size(), 1u);
  EXPECT_EQ(spans[0].end, text.size());
}

}  // namespace
}  // namespace dislodge::mail

#include "mail/quotes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dislodge::mail {
namespace {

std::uint32_t depth_at(std::string_view text, std::string_view needle) {
  const std::size_t at = text.find(needle);
  for (const auto &span : quoted_spans(text))
    if (at >= span.begin && at < span.end) return span.depth;
  return 0;
}

TEST(Quotes, marks_count_for_themselves) {
  const std::string text = "mine\n> one\n> > two\n>> two again\n not > quoted\n";
  EXPECT_EQ(depth_at(text, "mine"), 0u);
  EXPECT_EQ(depth_at(text, "one"), 1u);
  EXPECT_EQ(depth_at(text, "two\n"), 2u);
  EXPECT_EQ(depth_at(text, "two again"), 2u);
  EXPECT_EQ(depth_at(text, "not > quoted"), 0u);
}

TEST(Quotes, attributions_in_many_languages) {
  for (const std::string_view line :
       {"On Fri, Jan 12, 2024 at 7:08 AM Ann <ann@example.com> wrote:", "Am 12.01.2024 um 07:08 schrieb Ann:",
        "Am Fr., 12. Jan. 2024 um 07:08 Uhr schrieb Ann <a@x.org>:",
        "Le ven. 12 janv. 2024 à 07:08, Ann <a@x.org> a écrit :",
        "El vie, 12 ene 2024 a las 7:08, Ann (<a@x.org>) escribió:",
        "Em sex., 12 de jan. de 2024 às 07:08, Ann escreveu:",
        "Il giorno ven 12 gen 2024 alle ore 07:08 Ann ha scritto:",
        "Op 12 jan. 2024 om 07:08 schreef Ann <a@x.org>:", "W dniu 12.01.2024 o 07:08, Ann pisze:",
        "Den fre 12 jan. 2024 kl 07:08 skrev Ann <a@x.org>:",
        "On Fri, Jan 12, 2024 at 7:08 AM Ann Example\n<ann@example.com> wrote:"}) {
    const std::string text = "new\n\n" + std::string(line) + "\n\nthe old text\n";
    EXPECT_EQ(depth_at(text, "the old text"), 1u) << line;
    EXPECT_EQ(depth_at(text, "new"), 0u) << line;
  }
}

TEST(Quotes, attribution_above_marks_quotes_only_them) {
  const std::string text = "On Fri, Jan 12, 2024, Ann wrote:\n\n> old\n\nbelow\n";
  EXPECT_EQ(depth_at(text, "old"), 1u);
  EXPECT_EQ(depth_at(text, "below"), 0u);
}

TEST(Quotes, original_message_and_its_block_are_one_step) {
  const std::string text =
      "new\n-----Original Message-----\nFrom: Ann\nSent: Friday\nTo: Bob\nSubject: x\n\nold\n"
      "-----Ursprüngliche Nachricht-----\nVon: C\nGesendet: Montag\nAn: D\nBetreff: y\n\nolder\n";
  EXPECT_EQ(depth_at(text, "old\n"), 1u);
  EXPECT_EQ(depth_at(text, "older"), 2u);
}

TEST(Quotes, outlook_blocks_without_dashes) {
  for (const std::string_view block :
       {"From: A\nSent: Friday\nTo: B\nSubject: x\n", "Von: A\nGesendet: Freitag\nAn: B\nBetreff: x\n",
        "De : A\nEnvoyé : vendredi\nÀ : B\nObjet : x\n", "De: A\nEnviado el: viernes\nPara: B\nAsunto: x\n",
        "Da: A\nInviato: venerdì\nA: B\nOggetto: x\n", "Van: A\nVerzonden: vrijdag\nAan: B\nOnderwerp: x\n",
        "Od: A\nWysłano: piątek\nDo: B\nTemat: x\n", "Från: A\nSkickat: fredag\nTill: B\nÄmne: x\n",
        "Fra: A\nSendt: fredag\nTil: B\nEmne: x\n", "*From:* A\n*Sent:* Friday\n*To:* B\n*Subject:* x\n"}) {
    const std::string text = "new\n\n" + std::string(block) + "\nthe old text\n";
    EXPECT_EQ(depth_at(text, "the old text"), 1u) << block;
    EXPECT_EQ(depth_at(text, "new"), 0u) << block;
  }
  EXPECT_EQ(depth_at("From: the start\nwe went on\nand on\n", "and on"), 0u);
}

TEST(Quotes, merging_takes_the_deeper) {
  const auto merged = merge_quoted({{0, 10, 1}}, {{5, 15, 2}});
  ASSERT_EQ(merged.size(), 2u);
  EXPECT_EQ(merged[0].end, 5u);
  EXPECT_EQ(merged[1].depth, 2u);
  EXPECT_EQ(merged[1].end, 15u);
  EXPECT_EQ(quoted_size(merged), 15u);
}

TEST(Quotes, are_linear_and_bounded) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "-----Original Message-----\nFrom: x\n>>>>>\n";
  for (const auto &span : quoted_spans(text)) EXPECT_LE(span.depth, 200u);
  EXPECT_TRUE(quoted_spans("").empty());
  EXPECT_EQ(quoted_spans(std::string(1'000'000, '>')).size(), 1u);
}

}  // namespace
}  // namespace dislodge::mail

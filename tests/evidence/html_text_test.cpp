#include "evidence/html_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dislodge::evidence {
namespace {

std::uint32_t depth_at(const HtmlText &html, std::string_view needle) {
  const std::size_t at = html.text.find(needle);
  for (const QuotedSpan &span : html.quoted)
    if (at >= span.begin && at < span.end) return span.depth;
  return 0;
}

TEST(HtmlText, tags_go_and_words_join) {
  EXPECT_EQ(html_text("<p>a<b>b</b><i>c</i></p><p>d<br>e</p>").text, "abc\nd\ne\n");
  EXPECT_EQ(html_text("<td>user</td><td>pass</td>").text, "user\tpass");
  EXPECT_EQ(html_text("a<!-- hidden -->b<script>var x='<p>';</script>c<style>p{}</style>").text, "abc");
  EXPECT_EQ(html_text("x<wbr>y&shy;z").text, "xyz");
  EXPECT_EQ(html_text("1 < 2 & 3 > 2").text, "1 < 2 & 3 > 2");
  EXPECT_EQ(html_text("<pre>a\nb</pre>").text, "a\nb\n");
  EXPECT_EQ(html_text("a\nb").text, "a b");
  EXPECT_EQ(html_text("<a title=\"x>y\">z</a>").text, "z");
}

TEST(HtmlText, terms_stand_before_what_they_name) {
  EXPECT_EQ(html_text("<dl><dt>Login</dt><dd>web</dd><dt>Kennwort</dt><dd>x7</dd></dl>").text,
            "Login\tweb\nKennwort\tx7\n");
}

TEST(HtmlText, blanks_of_no_width_go_and_offsets_hold) {
  const std::string source = "<p>ab\u200Bcd\u2060ef \u2019tis</p>";
  const HtmlText html = html_text(source);
  EXPECT_EQ(html.text, "abcdef \u2019tis\n");
  EXPECT_EQ(html.map.source_of(html.text.find("cd")), source.find("cd"));
  EXPECT_EQ(html.map.source_of(html.text.find("ef")), source.find("ef"));
  EXPECT_EQ(html.map.source_of(html.text.find("tis")), source.find("tis"));
}

TEST(HtmlText, entities) {
  EXPECT_EQ(html_text("&lt;&#65;&#x42;&euro;&nbsp;&bogus;&amp").text, "<AB€ &bogus;&");
  EXPECT_EQ(decode_entities("p&auml;ss&#x1F600;&quot;"), "päss😀\"");
  EXPECT_EQ(decode_entities("&#0;&#x110000;&#;"), "\xEF\xBF\xBD\xEF\xBF\xBD&#;");
}

TEST(HtmlText, offsets_lead_to_the_source) {
  const std::string source = "<html><p>k&eacute;y: <span>A1</span>B2</p>";
  const HtmlText html = html_text(source);
  EXPECT_EQ(html.text, "kéy: A1B2\n");
  for (const std::string_view needle : {"k", "y:", "A1", "B2"})
    EXPECT_EQ(html.map.source_of(html.text.find(needle)), source.find(needle)) << needle;
}

TEST(HtmlText, attribute_values_with_entities_follow_their_block) {
  const std::string source = "<p>see <a href=\"https://h/?a=1&amp;sig=S3\">here</a></p>";
  const HtmlText html = html_text(source);
  EXPECT_EQ(html.text, "see here\nhttps://h/?a=1&sig=S3\n");
  EXPECT_EQ(html.map.source_of(html.text.find("S3")), source.find("S3"));
}

TEST(HtmlText, quotes_are_nested_and_closed) {
  const HtmlText html = html_text(
      "mine<blockquote>one<blockquote>two</blockquote>one again</blockquote>mine again"
      "<div class=\"gmail_quote\">On x wrote:<blockquote class=\"gmail_quote\">reply</blockquote></div>end"
      "<div id=\"divRplyFwdMsg\">From: x</div><p>rest</p>");
  EXPECT_EQ(depth_at(html, "mine"), 0u);
  EXPECT_EQ(depth_at(html, "one\n"), 1u);
  EXPECT_EQ(depth_at(html, "two"), 2u);
  EXPECT_EQ(depth_at(html, "one again"), 1u);
  EXPECT_EQ(depth_at(html, "mine again"), 0u);
  EXPECT_EQ(depth_at(html, "On x wrote"), 1u);
  EXPECT_EQ(depth_at(html, "reply"), 1u);
  EXPECT_EQ(depth_at(html, "end"), 0u);
  EXPECT_EQ(depth_at(html, "rest"), 1u);
}

TEST(HtmlText, hostile_markup_ends) {
  std::string comments;
  for (int i = 0; i < 200'000; ++i) comments += "<!--";
  EXPECT_LT(html_text(comments + "text").text.size(), comments.size());
  std::string quotes;
  for (int i = 0; i < 100'000; ++i) quotes += "<blockquote>";
  EXPECT_FALSE(html_text(quotes + "text").text.empty());
  for (const std::string_view odd : {"<", "<a", "<a b", "<a b=", "<a b='", "</", "</x", "<!", "<!--", "&",
                                     "&#", "&#x", "<script>", "<script></scrip", "<p/", "\0<\0"})
    html_text(odd);
}

TEST(HtmlText, is_recognised) {
  EXPECT_TRUE(looks_like_html("\n <!DOCTYPE html><x>"));
  EXPECT_TRUE(looks_like_html("<!-- c --><HTML>"));
  EXPECT_FALSE(looks_like_html("<x/>"));
}

}  // namespace
}  // namespace dislodge::evidence

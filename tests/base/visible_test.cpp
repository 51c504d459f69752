#include "base/visible.hpp"

#include <gtest/gtest.h>

namespace dislodge::base {
namespace {

TEST(Visible, TextStaysAsItIs) {
  for (const char *text :
       {"", "helen.marsh@northwind.example", "two\nlines\tand a tab\r\n", "Zoë Grünwald — “quoted”",
        "Привет, מה שלומך, مرحبا", "日本語", "\xFF\xC3 not UTF-8"}) {
    EXPECT_TRUE(is_visible(text)) << text;
    EXPECT_EQ(visible(text), text);
  }
}

TEST(Visible, TerminalEscapesAreShown) {
  EXPECT_EQ(visible("Bert\x1b[2J\x07"), "Bert\\u001b[2J\\u0007");
  EXPECT_EQ(visible("\x7f"), "\\u007f");
  EXPECT_EQ(visible("\xC2\x9B"), "\\u009b");  // the CSI of C1
  EXPECT_EQ(visible(std::string_view("a\0b", 3)), "a\\u0000b");
}

TEST(Visible, WhatTurnsTheDirectionIsShown) {
  EXPECT_EQ(visible("Bert \u202Egnp"), "Bert \\u202egnp");
  EXPECT_EQ(visible("\u2066x\u2069\u200F\u061C"), "\\u2066x\\u2069\\u200f\\u061c");
}

TEST(Visible, ATornCharacterAtTheEndIsLeftAlone) {
  EXPECT_EQ(visible("\xE2\x80"), "\xE2\x80");
  EXPECT_EQ(visible("\xE2"), "\xE2");
}

}  // namespace
}  // namespace dislodge::base

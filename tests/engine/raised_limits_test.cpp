#include "engine/raised_limits.hpp"

#include <gtest/gtest.h>

namespace dislodge::engine {
namespace {

TEST(RaisedLimits, ARowIsReadAgainWhereItsLimitWasRaised) {
  EXPECT_TRUE(may_read_otherwise("read-in-part", "too-large: the archive passes members_max (10)",
                                 "raise the limit with --limit and read it again", {"members_max"}));
  EXPECT_FALSE(may_read_otherwise("read-in-part", "too-large: the archive passes members_max (10)",
                                  "raise the limit with --limit and read it again", {"mime_parts_max"}));
  EXPECT_TRUE(may_read_otherwise("too-deep", "nested more than 64 deep",
                                 "raise the limit mime_depth_max with --limit", {"mime_depth_max"}));
  EXPECT_FALSE(may_read_otherwise("damaged", "the central directory is missing", "ask for the file again",
                                  {"members_max"}));
  EXPECT_TRUE(may_read_otherwise("too-large", "more objects than are kept", "", {"members_max"}))
      << "it does not say which";
}

TEST(RaisedLimits, OfSeveralReasonsOnlyTheFirstShows) {
  EXPECT_TRUE(may_read_otherwise("read-in-part", "damaged: a line is cut; the archive is too big",
                                 "ask for the file again", {"archive_bytes_max"}));
}

TEST(RaisedLimits, WhatTookALimitOfTheWorkersOrOfPasswords) {
  EXPECT_TRUE(
      may_read_otherwise("crashed", "its reader crashed on it, in its sandbox", "", {"worker_memory_bytes"}));
  EXPECT_FALSE(
      may_read_otherwise("crashed", "its reader crashed on it, in its sandbox", "", {"members_max"}));
  EXPECT_TRUE(may_read_otherwise("timed-out", "a picture whose text was not read to its end in 30 s", "",
                                 {"ocr_seconds_per_image"}));
  EXPECT_TRUE(may_read_otherwise("encrypted", "needs a password", "", {"unlock_rounds_max"}));
  EXPECT_FALSE(may_read_otherwise("encrypted", "needs a password", "", {"members_max"}));
  EXPECT_TRUE(may_read_otherwise("unsupported", "a picture: text in it is not read (--no-ocr)", "",
                                 {"ocr_images_max"}));
  EXPECT_TRUE(may_read_otherwise("too-large",
                                 "the object at 9 passes object_bytes_max (1) or the memory of a "
                                 "worker",
                                 "", {"worker_memory_bytes"}));
}

}  // namespace
}  // namespace dislodge::engine

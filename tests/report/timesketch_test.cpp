#include "report/timesketch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dislodge::report {
namespace {

using testing::HasSubstr;

TEST(Timesketch, EachEventOfADetectionIsALine) {
  engine::Picture picture;
  log::Event event;
  event.time = *base::parse_time("2024-01-12T07:00:00Z");
  event.file = picture.events.file_index("ual.csv");
  event.line = 7;
  event.operation = picture.events.pool.intern("Set-AdminAuditLogConfig");
  event.actor_name = picture.events.pool.intern("eve@x.example");
  picture.events.events.push_back(event);
  detect::Detection detection;
  detection.id = "detection:1";
  detection.kind = "audit-disabled";
  detection.techniques = {"T1562.008"};
  detection.first = detection.last = event.time;
  detection.says = "eve switched off \"auditing\"";
  detection.events = {{"ual.csv", 7}, {"gone.csv", 1}};
  picture.detections.push_back(detection);
  const std::string text = timesketch_jsonl(picture);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
  EXPECT_THAT(text, HasSubstr(R"("datetime":"2024-01-12T07:00:00)"));
  EXPECT_THAT(text, HasSubstr(R"("timestamp":1705042800000000)"));
  EXPECT_THAT(text, HasSubstr(R"("timestamp_desc":"Set-AdminAuditLogConfig")"));
  EXPECT_THAT(text, HasSubstr(R"("message":"eve switched off \"auditing\"")"));
  EXPECT_THAT(text, HasSubstr(R"("tag":["T1562.008"])"));
  EXPECT_THAT(text, HasSubstr("ual.csv:line 7"));
}

TEST(Timesketch, AnEmptyCaseIsEmpty) {
  EXPECT_EQ(timesketch_jsonl(engine::Picture{}), "");
}

}  // namespace
}  // namespace dislodge::report

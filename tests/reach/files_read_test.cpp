#include "reach/files_read.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fixture.hpp"

namespace dislodge::reach {
namespace {

TEST(FilesRead, ASiteIsReadInPartAndMissed) {
  log::EventTable table;
  detect::Detection taken;
  taken.kind = "files-read";
  taken.intruder = true;
  taken.grade = detect::Grade::confirmed;
  const auto event = [&](int day, std::string_view operation, std::string_view address) {
    log::Event one;
    one.time = fixture::day(day);
    one.source = log::Source::m365_audit;
    one.event_class = log::EventClass::file_access;
    one.outcome = log::Outcome::ok;
    one.operation = table.pool.intern(operation);
    one.target_name = table.pool.intern(address);
    one.file = table.file_index("ual.csv");
    one.line = table.events.size() + 1;
    table.events.push_back(one);
    taken.events.push_back({"ual.csv", one.line, one.column});
  };
  event(12, "FileDownloaded", "https://x.sharepoint.example/sites/Fin/Shared Documents/a.xlsx");
  event(10, "FileAccessed", "https://x.sharepoint.example/sites/fin/Shared Documents/b.xlsx");
  event(9, "FileUploaded", "https://x.sharepoint.example/sites/ops/c.xlsx");
  event(11, "FileDownloaded", "https://x-my.sharepoint.example/personal/ann_x_example/Documents/d.docx");
  event(11, "FileDownloaded", "no address");
  identity::Facts facts;
  add_files_read(table, {taken}, facts);
  const Reach reach = compute_reach(facts, fixture::rights(), {});
  ASSERT_EQ(reach.missing.size(), 2u);
  std::vector<std::string> names;
  for (const MissingEvidence &one : reach.missing) {
    names.push_back(one.name);
    EXPECT_EQ(one.kind, "site");
  }
  EXPECT_THAT(names, testing::UnorderedElementsAre("x.sharepoint.example/sites/fin",
                                                   "x-my.sharepoint.example/personal/ann_x_example"));
  for (const ReachRow &row : reach.rows) {
    EXPECT_EQ(row.grade, Grade::confirmed) << row.id;
    if (row.name == "x.sharepoint.example/sites/fin") {
      EXPECT_EQ(row.since, fixture::day(10));
    }
  }

  // What the owner opened is the owner's.
  identity::Facts ours;
  taken.intruder = false;
  add_files_read(table, {taken}, ours);
  EXPECT_TRUE(ours.exposures.empty());
  EXPECT_TRUE(ours.resources.empty());
}

}  // namespace
}  // namespace dislodge::reach

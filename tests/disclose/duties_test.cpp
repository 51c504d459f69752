#include "disclose/duties.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dislodge::disclose {
namespace {

using testing::HasSubstr;

const DutyRules &rules() {
  static const DutyRules kRules = load_duty_rules(base::embedded_rules()).value();
  return kRules;
}
base::Time at(std::string_view text) {
  return *base::parse_time(text);
}

std::string sec_due(std::string_view determined, const DutyRules &with = rules()) {
  const auto date = due(with, "sec-8k-1.05", "determined-material", at(determined));
  return date ? date->due_local.date : date.error().message;
}

// Form 8-K Item 1.05 with General Instruction B.1, federal holidays of 2024.
TEST(Due, VectorsOfItem105) {
  EXPECT_EQ(sec_due("2024-01-12T15:00:00Z"), "2024-01-19");  // Friday; Martin Luther King's day is skipped
  EXPECT_EQ(sec_due("2024-01-13T15:00:00Z"), "2024-01-19");  // Saturday
  EXPECT_EQ(sec_due("2024-01-14T15:00:00Z"), "2024-01-19");  // Sunday
  EXPECT_EQ(sec_due("2024-01-15T15:00:00Z"), "2024-01-19");  // the holiday itself
  EXPECT_EQ(sec_due("2024-01-16T15:00:00Z"), "2024-01-22");
  EXPECT_EQ(sec_due("2024-01-17T15:00:00Z"), "2024-01-23");  // Microsoft, filed on the 19th
  EXPECT_EQ(sec_due("2024-01-19T15:00:00Z"), "2024-01-25");  // HPE, filed on the 24th
  EXPECT_EQ(sec_due("2024-06-18T15:00:00Z"), "2024-06-25");  // Juneteenth
  EXPECT_EQ(sec_due("2024-11-27T15:00:00Z"), "2024-12-04");  // Thanksgiving; the day after is open
  EXPECT_EQ(sec_due("2024-12-20T15:00:00Z"), "2024-12-27");
  DutyRules closed = rules();
  ASSERT_TRUE(closed.close("us-federal", {2024, 12, 24}, "closed by executive order"));
  EXPECT_EQ(sec_due("2024-12-20T15:00:00Z", closed), "2024-12-30");
  EXPECT_FALSE(closed.close("no such calendar", {2024, 12, 24}, ""));
}

// Counted by hand with a calendar of each year.
TEST(Due, Item105OverHolidaysClosuresAndYears) {
  EXPECT_EQ(sec_due("2024-02-15T15:00:00Z"), "2024-02-22");  // Thursday; Washington's Birthday on Monday
  EXPECT_EQ(sec_due("2024-03-27T15:00:00Z"), "2024-04-02");  // over Good Friday, which is no federal holiday
  EXPECT_EQ(sec_due("2024-05-24T15:00:00Z"), "2024-05-31");  // Friday; Memorial Day
  EXPECT_EQ(sec_due("2024-11-08T15:00:00Z"), "2024-11-15");  // Friday; Veterans Day on Monday
  EXPECT_EQ(sec_due("2024-11-28T03:00:00Z"), "2024-12-04");  // still Wednesday in New York; Thanksgiving
  EXPECT_EQ(sec_due("2024-12-29T15:00:00Z"), "2025-01-03");  // Sunday: 30, 31 December, 2, 3 January
  EXPECT_EQ(sec_due("2024-12-31T15:00:00Z"), "2025-01-07");  // Tuesday
  EXPECT_EQ(sec_due("2025-01-03T15:00:00Z"), "2025-01-10");  // Friday; closed on the 9th
  EXPECT_EQ(sec_due("2025-01-19T15:00:00Z"), "2025-01-24");  // Sunday before a holiday
  EXPECT_EQ(sec_due("2025-07-02T15:00:00Z"), "2025-07-09");  // Wednesday; Independence Day on Friday
  EXPECT_EQ(sec_due("2025-10-09T15:00:00Z"), "2025-10-16");  // Thursday; Columbus Day
  EXPECT_EQ(sec_due("2026-07-02T15:00:00Z"), "2026-07-09");  // the 4th is a Saturday: kept on Friday the 3rd
  EXPECT_EQ(sec_due("2028-02-26T15:00:00Z"), "2028-03-02");  // Saturday: 28, 29 February, 1, 2 March
  EXPECT_EQ(sec_due("2026-12-18T15:00:00Z"), "2026-12-24");
  DutyRules closed = rules();
  ASSERT_TRUE(closed.close("us-federal", {2026, 12, 24}, "announced on the 18th"));
  EXPECT_EQ(sec_due("2026-12-18T15:00:00Z", closed), "2026-12-28");
  // The last day of summer time and the first of the other.
  const auto until = [](std::string_view determined) {
    return due(rules(), "sec-8k-1.05", "determined-material", at(determined))->due;
  };
  EXPECT_EQ(until("2024-10-28T15:00:00Z"), at("2024-11-01T21:30:00Z"));
  EXPECT_EQ(until("2024-10-29T15:00:00Z"), at("2024-11-04T22:30:00Z"));
}

TEST(Due, HoursAndDaysOverLeapDaysAndClockChanges) {
  const auto until = [](std::string_view regime, std::string_view trigger, std::string_view time) {
    const auto date = due(rules(), regime, trigger, at(time));
    return date ? date->due_local.date + " " + date->due_local.time : date.error().message;
  };
  EXPECT_EQ(due(rules(), "gdpr-33", "aware", at("2024-02-27T22:15:00Z"))->due, at("2024-03-01T22:15:00Z"));
  EXPECT_EQ(due(rules(), "gdpr-33", "aware", at("2023-02-26T22:15:00Z"))->due, at("2023-03-01T22:15:00Z"));
  // 72 hours of which one is told twice by the clock; 36 of which one is left out.
  EXPECT_EQ(until("nydfs-500.17", "determined-incident", "2025-11-01T12:00:00Z"), "2025-11-04 07:00:00");
  EXPECT_EQ(until("us-banks-36h", "determined-notification-incident", "2025-03-08T20:00:00Z"),
            "2025-03-10 04:00:00");
  EXPECT_EQ(until("gdpr-33", "aware", "2025-10-25T22:30:00Z"), "2025-10-28 23:30:00");
  // 30 days that end on 29 February, and on 1 March of a leap year.
  EXPECT_EQ(until("california-1798.82", "discovered", "2028-01-30T12:00:00Z"), "2028-02-29 23:59:59");
  EXPECT_EQ(until("ftc-safeguards", "discovered-notification-event", "2024-01-31T15:00:00Z"),
            "2024-03-01 23:59:59");
  EXPECT_EQ(until("ftc-safeguards", "discovered-notification-event", "2023-01-31T15:00:00Z"),
            "2023-03-02 23:59:59");
  // The last second of a day where the rule counts, and the first of the next.
  EXPECT_EQ(until("california-1798.82", "discovered", "2026-03-01T07:59:59Z"), "2026-03-30 23:59:59");
  EXPECT_EQ(until("california-1798.82", "discovered", "2026-03-01T08:00:00Z"), "2026-03-31 23:59:59");
}

TEST(Due, TheDayIsThatOfTheZone) {
  // Friday evening in New York is Saturday in UTC: the period still begins on Tuesday, but by another way.
  EXPECT_EQ(sec_due("2024-01-17T04:59:59Z"), "2024-01-22");  // Tuesday 23:59:59 EST
  EXPECT_EQ(sec_due("2024-01-17T05:00:00Z"), "2024-01-23");  // Wednesday 00:00 EST
  EXPECT_EQ(sec_due("2024-06-25T03:59:59Z"), "2024-06-28");  // Monday 23:59:59 EDT
  EXPECT_EQ(sec_due("2024-06-25T04:00:00Z"), "2024-07-01");  // Tuesday 00:00 EDT
}

TEST(Due, CutOffIsHalfPastFiveInBothSeasons) {
  const auto winter = due(rules(), "sec-8k-1.05", "determined-material", at("2024-01-12T15:00:00Z"));
  ASSERT_TRUE(winter);
  EXPECT_EQ(winter->due, at("2024-01-19T22:30:00Z"));
  EXPECT_EQ(winter->due_local.time, "17:30:00");
  EXPECT_EQ(winter->due_local.zone, "America/New_York");
  EXPECT_EQ(winter->to, "SEC (EDGAR), public");
  EXPECT_THAT(winter->counted,
              testing::Contains(HasSubstr("Mon 2024-01-15: Birthday of Martin Luther King")));
  const auto summer = due(rules(), "sec-8k-1.05", "determined-material", at("2024-06-18T15:00:00Z"));
  EXPECT_EQ(summer->due, at("2024-06-25T21:30:00Z"));
  // Determined in standard time, due in summer time.
  const auto across = due(rules(), "sec-8k-1.05", "determined-material", at("2024-03-07T15:00:00Z"));
  EXPECT_EQ(across->due, at("2024-03-13T21:30:00Z"));
}

// The vectors as a person types them: a date.
TEST(Due, ADateAloneIsADayInTheZoneOfTheRegime) {
  const auto typed = [](std::string_view text) {
    const auto time = trigger_time(rules(), "sec-8k-1.05", text);
    if (!time) return time.error().message;
    const auto date = due(rules(), "sec-8k-1.05", "determined-material", *time);
    return date ? date->due_local.date : date.error().message;
  };
  EXPECT_EQ(typed("2024-01-12"), "2024-01-19");
  EXPECT_EQ(typed("2024-01-16"), "2024-01-22");
  EXPECT_EQ(typed("2024-01-17"), "2024-01-23");
  EXPECT_EQ(typed(" 2024-01-19 "), "2024-01-25");
  EXPECT_EQ(typed("2024-06-18"), "2024-06-25");
  EXPECT_EQ(typed("2024-01-17T23:30:00"), "2024-01-23");   // New York's clock
  EXPECT_EQ(typed("2024-01-17T00:30:00Z"), "2024-01-22");  // still Tuesday there
  EXPECT_EQ(typed("2024-01-17T23:30:00-05:00"), "2024-01-23");
  EXPECT_EQ(typed("2024-01-18T05:30:00+01:00"), "2024-01-23");
  EXPECT_THAT(typed("yesterday"), HasSubstr("2024-01-17T15:00:00-05:00"));
  EXPECT_EQ(*trigger_time(rules(), "no such regime", "2024-01-17"), at("2024-01-17"));
}

TEST(Due, LeapDay) {
  EXPECT_EQ(sec_due("2024-02-26T15:00:00Z"), "2024-03-01");
  EXPECT_EQ(sec_due("2023-02-24T15:00:00Z"), "2023-03-02");
  EXPECT_EQ(sec_due("2024-02-29T15:00:00Z"), "2024-03-06");
}

TEST(Due, YearsEnd) {
  EXPECT_EQ(sec_due("2027-12-29T15:00:00Z"),
            "2028-01-05");  // 1 January 2028 is a Saturday, kept on Friday the 31st
}

TEST(Due, HoursRunOnOverWeekendsAndClockChanges) {
  const auto gdpr = due(rules(), "gdpr-33", "aware", at("2024-12-24T10:20:30Z"));
  ASSERT_TRUE(gdpr);
  EXPECT_EQ(gdpr->due, at("2024-12-27T10:20:30Z"));
  EXPECT_EQ(gdpr->due_local.time, "11:20:30");
  // The clocks go forward on 30 March 2025: 72 hours later is one hour later by the clock.
  const auto across = due(rules(), "gdpr-33", "aware", at("2025-03-28T09:00:00Z"));
  EXPECT_EQ(across->due, at("2025-03-31T09:00:00Z"));
  EXPECT_EQ(across->due_local.date, "2025-03-31");
  EXPECT_EQ(across->due_local.time, "11:00:00");
  EXPECT_EQ(due(rules(), "nis2-23-early-warning", "aware-significant", at("2024-02-28T23:30:00Z"))->due,
            at("2024-02-29T23:30:00Z"));
  EXPECT_EQ(due(rules(), "nis2-23-notification", "aware-significant", at("2024-02-28T23:30:00Z"))->due,
            at("2024-03-02T23:30:00Z"));
}

// Regulation 1182/71: Article 3(1), the hour of the event is not counted; Article 3(5), two working days.
TEST(Due, HoursOfEuropeanLawHaveThreeReadings) {
  const auto counted = [](std::string_view time, Counting counting) {
    DueOptions options;
    options.counting = counting;
    return due(rules(), "gdpr-33", "aware", at(time), options)->due;
  };
  // A Tuesday: 72 hours hold two working days.
  EXPECT_EQ(counted("2024-12-03T10:20:30Z", Counting::plain), at("2024-12-06T10:20:30Z"));
  EXPECT_EQ(counted("2024-12-03T10:20:30Z", Counting::eu_1182_71), at("2024-12-06T11:00:00Z"));
  EXPECT_EQ(counted("2024-12-03T10:20:30Z", Counting::eu_two_days), at("2024-12-06T11:00:00Z"));
  // On the hour, that hour is not counted either.
  EXPECT_EQ(counted("2024-12-03T10:00:00Z", Counting::eu_1182_71), at("2024-12-06T11:00:00Z"));
  // Thursday evening: only Friday is a whole working day, so Monday is the second.
  EXPECT_EQ(counted("2024-12-05T18:20:00Z", Counting::plain), at("2024-12-08T18:20:00Z"));
  EXPECT_EQ(counted("2024-12-05T18:20:00Z", Counting::eu_two_days), at("2024-12-09T22:59:59Z"));
  // Friday: Monday and Tuesday.
  EXPECT_EQ(counted("2024-12-06T18:20:00Z", Counting::eu_two_days), at("2024-12-10T22:59:59Z"));
  // Christmas Day is none; 26 December is a working day unless a state says otherwise.
  EXPECT_EQ(counted("2024-12-23T18:20:00Z", Counting::eu_two_days), at("2024-12-26T22:59:59Z"));
  const auto shown = due(rules(), "gdpr-33", "aware", at("2024-12-06T18:20:00Z"));
  ASSERT_EQ(shown->alternatives.size(), 2u);
  EXPECT_EQ(shown->alternatives[0].due, at("2024-12-09T19:00:00Z"));
  EXPECT_EQ(shown->alternatives[1].due_local.date, "2024-12-10");
  EXPECT_THAT(shown->alternatives[1].says, HasSubstr("Article 3(5)"));
  // 24 hours are no period of two days.
  EXPECT_EQ(due(rules(), "nis2-23-early-warning", "aware", at("2024-12-06T18:20:00Z"))->alternatives.size(),
            1u);
  DueOptions options;
  options.counting = Counting::eu_1182_71;
  EXPECT_THAT(due(rules(), "nydfs-500.17", "determined-incident", at("2024-12-06"), options).error().message,
              HasSubstr("1182/71"));
}

// Article 3(4): a period in days or months that ends on a Saturday, Sunday or public holiday ends with the
// next working day. DORA has a rule of its own (Delegated Regulation 2025/301, Article 5).
TEST(Due, PeriodsOfEuropeanLawEndOnAWorkingDay) {
  const auto final_report =
      due(rules(), "nis2-23-final", "notification-submitted", at("2024-11-15T12:00:00Z"));
  EXPECT_EQ(final_report->due_local.date, "2024-12-16");  // 15 December is a Sunday
  ASSERT_EQ(final_report->alternatives.size(), 1u);
  EXPECT_EQ(final_report->alternatives[0].due_local.date, "2024-12-15");
  EXPECT_EQ(
      due(rules(), "nis2-23-final", "notification-submitted", at("2024-11-25T12:00:00Z"))->due_local.date,
      "2024-12-26");  // Christmas Day
  EXPECT_EQ(
      due(rules(), "cra-14-final-vulnerability", "corrective-measure-available", at("2026-10-03T10:00:00Z"))
          ->due_local.date,
      "2026-10-19");
  const auto dora = due(rules(), "dora-19-final", "dora-intermediate-submitted", at("2025-05-15T12:00:00Z"));
  EXPECT_EQ(dora->due_local.date, "2025-06-15");  // a Sunday
  ASSERT_EQ(dora->alternatives.size(), 1u);
  EXPECT_EQ(dora->alternatives[0].due_local.date, "2025-06-16");
  EXPECT_EQ(dora->alternatives[0].due_local.time, "12:00:00");
}

TEST(Due, AdHocClosuresAreData) {
  EXPECT_EQ(sec_due("2025-01-07T15:00:00Z"), "2025-01-14");  // 9 January 2025, a day of mourning
  EXPECT_EQ(sec_due("2025-12-22T15:00:00Z"), "2025-12-31");  // 24 to 26 December 2025
  // Said to be a closure, and not verified: not counted, and shown beside.
  const auto open = due(rules(), "sec-8k-1.05", "determined-material", at("2024-12-20T15:00:00Z"));
  EXPECT_EQ(open->due_local.date, "2024-12-27");
  ASSERT_EQ(open->alternatives.size(), 1u);
  EXPECT_EQ(open->alternatives[0].due_local.date, "2024-12-30");
  EXPECT_THAT(open->alternatives[0].says, HasSubstr("2024-12-24"));
}

// Form 8-K Item 1.05(c): counted from the day on which the disclosure was otherwise required.
TEST(Due, AnAuthorityMayDelay) {
  const auto delayed = [](int days) {
    DueOptions options;
    options.delay_days = days;
    const auto date = due(rules(), "sec-8k-1.05", "determined-material", at("2024-01-17T15:00:00Z"), options);
    return date ? date->due_local.date : date.error().message;
  };
  EXPECT_EQ(delayed(30), "2024-02-22");
  EXPECT_EQ(delayed(60), "2024-03-25");  // 23 March is a Saturday
  EXPECT_EQ(delayed(120), "2024-05-22");
  EXPECT_THAT(delayed(121), HasSubstr("120 days in all"));
  DueOptions options;
  options.delay_days = 30;
  EXPECT_THAT(due(rules(), "gdpr-33", "aware", at("2024-12-06"), options).error().message,
              HasSubstr("no delay by an authority"));
}

TEST(Due, AZoneOfAnotherMemberState) {
  DueOptions options;
  options.zone = "Europe/Helsinki";
  const auto date = due(rules(), "gdpr-33", "aware", at("2024-12-03T10:00:00Z"), options);
  EXPECT_EQ(date->due_local.time, "12:00:00");
  EXPECT_EQ(*trigger_time(rules(), "gdpr-33", "2024-12-03T12:00:00", "Europe/Helsinki"),
            at("2024-12-03T10:00:00Z"));
  // Ireland keeps the hours of Western Europe under names of its own.
  options.zone = "Europe/Dublin";
  EXPECT_EQ(due(rules(), "gdpr-33", "aware", at("2026-04-01T10:00:00Z"), options)->due_local.time,
            "11:00:00");
  options.zone = "Mars/Olympus";
  EXPECT_THAT(due(rules(), "gdpr-33", "aware", at("2024-12-03"), options).error().message,
              HasSubstr("Europe/Helsinki"));
}

TEST(Due, AFamilyAndTheFactThatATriggerIsACaseOf) {
  EXPECT_EQ(rules().family("sec-8k-1.05").size(), 1u);
  EXPECT_EQ(rules().family("nis2-23").size(), 6u);
  EXPECT_TRUE(rules().family("nis").empty());
  EXPECT_EQ(due(rules(), "nis2-23-early-warning", "aware", at("2024-12-03T10:00:00Z"))->trigger,
            "aware-significant");
  // Awareness alone gives DORA's outer limit.
  const auto outer = due(rules(), "dora-19-initial", "aware", at("2025-05-05T08:00:00Z"));
  EXPECT_EQ(outer->due, at("2025-05-06T08:00:00Z"));
  EXPECT_EQ(outer->trigger, "aware");
  // Before a rule applied, that is said.
  EXPECT_THAT(due(rules(), "cra-14-early-warning", "aware", at("2026-01-05T08:00:00Z"))->counted,
              testing::Contains(HasSubstr("applies since 2026-09-11")));
}

TEST(Due, AMonthEndsOnTheSameDayOrTheLast) {
  const auto final_report = [](std::string_view from) {
    return due(rules(), "nis2-23-final", "notification-submitted", at(from))->due_local.date;
  };
  EXPECT_EQ(final_report("2024-01-31T12:00:00Z"), "2024-02-29");
  EXPECT_EQ(final_report("2023-01-31T12:00:00Z"), "2023-02-28");
  EXPECT_EQ(final_report("2024-02-29T12:00:00Z"), "2024-03-29");
  EXPECT_EQ(final_report("2024-12-16T12:00:00Z"), "2025-01-16");
}

TEST(Due, ErrorsNameWhatIsKnown) {
  EXPECT_THAT(due(rules(), "sec", "x", at("2024-01-12")).error().message, HasSubstr("sec-8k-1.05"));
  EXPECT_THAT(due(rules(), "sec-8k-1.05", "aware", at("2024-01-12")).error().message,
              HasSubstr("starts with \"determined-material\""));
  EXPECT_THAT(due(rules(), "hipaa-164.404", "discovered", at("2024-01-12")).error().message,
              HasSubstr("ask counsel"));
  EXPECT_THAT(due(rules(), "sec-8k-1.05", "determined-material", at("2006-01-12")).error().message,
              HasSubstr("years 2021 to 2200"));
  EXPECT_FALSE(due(rules(), "sec-8k-1.05", "determined-material", base::kTimeMax));
  EXPECT_FALSE(due(rules(), "gdpr-33", "aware", base::kTimeMin));
}

// What is due where, by regime: hours run over weekends, days end at the end of the day of the zone.
TEST(Due, OtherVerifiedRegimes) {
  const auto on = [](std::string_view regime, std::string_view trigger, std::string_view time) {
    const auto date = due(rules(), regime, trigger, at(time));
    return date ? date->due_local.date + " " + date->due_local.time : date.error().message;
  };
  EXPECT_EQ(on("dora-19-initial", "classified-major", "2025-03-28T15:00:00Z"), "2025-03-28 20:00:00");
  EXPECT_EQ(on("dora-19-intermediate", "dora-initial-submitted", "2025-03-28T15:00:00Z"),
            "2025-03-31 17:00:00");  // 72 hours across the change to summer time
  EXPECT_EQ(on("dora-19-final", "dora-intermediate-submitted", "2025-01-31T15:00:00Z"),
            "2025-02-28 23:59:59");
  EXPECT_EQ(on("cra-14-final-vulnerability", "corrective-measure-available", "2026-10-01T10:00:00Z"),
            "2026-10-15 23:59:59");
  EXPECT_EQ(on("nydfs-500.17", "determined-incident", "2024-03-08T17:00:00Z"), "2024-03-11 13:00:00");
  EXPECT_EQ(on("nydfs-500.17-extortion-reasons", "payment-made", "2024-02-01T17:00:00Z"),
            "2024-03-02 23:59:59");  // a leap year
  EXPECT_EQ(on("us-banks-36h", "determined-notification-incident", "2024-07-04T12:00:00Z"),
            "2024-07-05 20:00:00");
  EXPECT_EQ(on("dfars-7012", "discovered", "2024-06-01T04:00:00Z"), "2024-06-04 00:00:00");
  EXPECT_EQ(on("ftc-safeguards", "discovered-notification-event", "2024-05-13T12:00:00Z"),
            "2024-06-12 23:59:59");
  EXPECT_EQ(on("california-1798.82", "discovered", "2026-03-01T04:00:00Z"),
            "2026-03-30 23:59:59");  // still 28 February in Los Angeles
  EXPECT_THAT(on("gdpr-34", "determined-high-risk", "2026-03-01T04:00:00Z"),
              HasSubstr("without undue delay"));
}

// Delegated Regulation (EU) 2025/301 Article 5: 4 hours from classification and at most 24 from awareness,
// but whoever classifies later than that has the 4 hours.
TEST(Due, DoraIsCappedByAwareness) {
  const base::Time aware = at("2025-05-05T08:00:00Z");
  const auto initial = [&](std::string_view classified) {
    DueOptions options;
    options.capped_from = aware;
    return due(rules(), "dora-19-initial", "classified-major", at(classified), options)->due;
  };
  EXPECT_EQ(initial("2025-05-05T10:00:00Z"), at("2025-05-05T14:00:00Z"));
  EXPECT_EQ(initial("2025-05-06T06:00:00Z"), at("2025-05-06T08:00:00Z"));
  EXPECT_EQ(initial("2025-05-06T09:00:00Z"), at("2025-05-06T13:00:00Z"));
  CaseFacts facts;
  facts.now = at("2025-05-06T07:00:00Z");
  facts.clocks = {{"aware", aware, "", ""}, {"classified-major", at("2025-05-06T06:00:00Z"), "", ""}};
  for (const Duty &duty : duties(rules(), facts)) {
    if (duty.regime != "dora-19-initial") continue;
    EXPECT_EQ(duty.due, at("2025-05-06T08:00:00Z"));
  }
}

TEST(Duties, PromptOnesRunWithoutADate) {
  CaseFacts facts;
  facts.now = at("2025-05-06T07:00:00Z");
  facts.clocks = {{"determined-high-risk", at("2025-05-05T08:00:00Z"), "DPO", "passwords of 40 persons"}};
  for (const Duty &duty : duties(rules(), facts)) {
    if (duty.regime != "gdpr-34") continue;
    EXPECT_TRUE(duty.running);
    EXPECT_FALSE(duty.due);
    EXPECT_THAT(duty.status, HasSubstr("without undue delay, since 2025-05-05"));
  }
}

TEST(Duties, ClockFactsAreAClosedList) {
  const std::vector<std::string> facts = clock_facts(rules());
  for (const char *fact :
       {"occurred", "aware", "determined-material", "dora-initial-submitted", "payment-made"})
    EXPECT_THAT(facts, testing::Contains(fact));
  EXPECT_TRUE(std::is_sorted(facts.begin(), facts.end()));
}

// Each with its own meaning; those that are decisions say so.
TEST(Duties, ClockFactsAreKeptApart) {
  EXPECT_GE(rules().facts.size(), 12u);
  for (const ClockKind &kind : rules().facts) {
    const bool decision = kind.id == "aware" || kind.id == "reasonable-belief" ||
                          kind.id.starts_with("determined") || kind.id.starts_with("classified");
    EXPECT_EQ(kind.decision, decision) << kind.id;
  }
  // A trigger that narrows a decision is a decision too.
  for (const Regime &regime : rules().regimes) {
    for (const ClockKind &kind : rules().facts) {
      if (kind.id == regime.fact && kind.decision) {
        EXPECT_TRUE(regime.decision) << regime.id;
      }
    }
  }
}

TEST(Duties, TheEarliestArguableTimeIsThatOfWhoeverKnewFirst) {
  CaseFacts facts;
  facts.now = at("2024-01-20T12:00:00Z");
  facts.discovered = at("2024-01-12T12:00:00Z");
  facts.clocks = {{"notified-by-third-party", at("2023-12-12T12:00:00Z"), "CISO", "a customer called"}};
  for (const Duty &duty : duties(rules(), facts)) {
    if (duty.regime != "sec-8k-1.05") continue;
    EXPECT_EQ(duty.earliest_arguable, at("2023-12-12T12:00:00Z"));
    EXPECT_EQ(duty.earliest_because, "notified-by-third-party");
    EXPECT_EQ(duty.earliest_due, at("2023-12-18T22:30:00Z"));
  }
}

TEST(Duties, ADecisionThatIsCorrectedCountsAsCorrected) {
  CaseFacts facts;
  facts.now = at("2024-01-20T12:00:00Z");
  facts.clocks = {{"determined-material", at("2024-01-19T15:00:00Z"), "GC", "first"},
                  {"determined-material", at("2024-01-16T15:00:00Z"), "GC", "the minutes say the 16th"}};
  facts.delays["sec-8k-1.05"] = 30;
  for (const Duty &duty : duties(rules(), facts)) {
    if (duty.regime != "sec-8k-1.05") continue;
    EXPECT_EQ(duty.due_local->date, "2024-02-21");
    EXPECT_EQ(duty.reason, "the minutes say the 16th");
    EXPECT_THAT(duty.status, HasSubstr("30 days of delay granted"));
  }
}

TEST(Duties, FieldsAreKnownNotDeterminedOrMissing) {
  CaseFacts facts;
  facts.now = at("2024-01-20T12:00:00Z");
  facts.known = {{"scope", "three mailboxes"}, {"timing", "since October"}};
  facts.answers["sec-8k-1.05/scope"] = {
      FieldAnswer::State::known, "A small number of mailboxes.", "", "GC", at("2024-01-19"), "two mailboxes"};
  facts.answers["sec-8k-1.05/impact"] = {FieldAnswer::State::not_determined,
                                         "revenue is being looked at",
                                         "2024-02-01",
                                         "CFO",
                                         at("2024-01-19"),
                                         ""};
  for (const Duty &duty : duties(rules(), facts)) {
    if (duty.regime != "sec-8k-1.05") continue;
    ASSERT_EQ(duty.fields.size(), 4u);
    EXPECT_EQ(duty.fields[0].state, "missing");
    EXPECT_EQ(duty.fields[1].state, "known");
    EXPECT_TRUE(duty.fields[1].stale);  // it was two mailboxes when that was written
    EXPECT_EQ(duty.fields[2].state, "shown by the case");
    EXPECT_EQ(duty.fields[2].value, "since October");
    EXPECT_EQ(duty.fields[3].state, "not determined");
    EXPECT_EQ(duty.fields[3].next, "2024-02-01");
    EXPECT_THAT(duty.missing, testing::ElementsAre(HasSubstr("nature")));
  }
}

TEST(Duties, WaitRunAndAreFiled) {
  CaseFacts facts;
  facts.now = at("2024-01-20T12:00:00Z");
  facts.discovered = at("2024-01-12T12:00:00Z");
  std::vector<Duty> list = duties(rules(), facts);
  const auto find = [&](std::string_view id) {
    return *std::find_if(list.begin(), list.end(), [&](const Duty &d) { return d.regime == id; });
  };
  EXPECT_EQ(find("sec-8k-1.05").status,
            "not started: discovered 8 days ago, determination due without unreasonable delay");
  EXPECT_FALSE(find("sec-8k-1.05").due);
  EXPECT_EQ(find("sec-8k-1.05").missing.size(), 4u);
  EXPECT_EQ(find("hipaa-164.404").status, "unverified: ask counsel");
  EXPECT_FALSE(find("hipaa-164.404").due);
  EXPECT_EQ(find("sec-8k-1.05").earliest_arguable, facts.discovered);
  EXPECT_FALSE(list.front().trigger.empty());  // those that wait stand before the unverified
  EXPECT_TRUE(list.back().trigger.empty());

  facts.clocks = {{"determined-material", at("2024-01-19T15:00:00Z"), "general counsel", "board meeting"},
                  {"aware", at("2024-01-12T12:00:00Z"), "DPO", ""}};
  list = duties(rules(), facts);
  EXPECT_EQ(list[0].regime, "gdpr-33");
  EXPECT_EQ(list[0].status, "overdue since 2024-01-15 13:00:00 Europe/Brussels");
  EXPECT_TRUE(list[0].running);
  EXPECT_EQ(find("sec-8k-1.05").due_local->date, "2024-01-25");
  EXPECT_EQ(find("sec-8k-1.05").status, "due in 5 days");

  facts.done["sec-8k-1.05"] = at("2024-01-24T21:00:00Z");
  list = duties(rules(), facts);
  EXPECT_EQ(find("sec-8k-1.05").status, "filed 2024-01-24T21:00:00Z");
  EXPECT_FALSE(find("sec-8k-1.05").running);
  EXPECT_TRUE(find("sec-8k-1.05").missing.empty());
}

TEST(Duties, NothingIsKnownWithoutDiscovery) {
  CaseFacts facts;
  facts.now = at("2024-01-20T12:00:00Z");
  for (const Duty &duty : duties(rules(), facts)) EXPECT_FALSE(duty.due) << duty.regime;
}

std::string error_of(std::string_view text) {
  const base::EmbeddedRule file{"rules/duties/x.toml", text};
  const auto loaded = load_duty_rules(std::span(&file, 1));
  return loaded ? "loaded" : loaded.error().message;
}

TEST(DutyRules, MistakesAreNamed) {
  EXPECT_THAT(error_of("[[regime]]\nname = \"x\"\n"), HasSubstr("needs an id"));
  EXPECT_THAT(error_of("[[regime]]\nid = \"x\"\nname = \"n\"\n"), HasSubstr("name, to, applies and source"));
  const std::string good =
      "[[regime]]\nid = \"x\"\nname = \"n\"\nto = \"t\"\napplies = \"a\"\nsource = \"s\"\n";
  EXPECT_EQ(error_of(good), "loaded");
  EXPECT_THAT(error_of(good + good), HasSubstr("given twice"));
  EXPECT_THAT(error_of(good + "duration = 4\n"), HasSubstr("not verified has no duration"));
  EXPECT_THAT(error_of(good + "typo = 4\n"), HasSubstr("unknown key \"typo\""));
  EXPECT_THAT(error_of(good + "verified = true\nunit = \"weeks\"\n"), HasSubstr("unit \"weeks\""));
  EXPECT_THAT(error_of(good + "verified = true\nunit = \"hours\"\nduration = 4\ntrigger = \"t\"\nas-of = "
                              "\"2026\"\nzone = \"Mars\"\n"),
              HasSubstr("zone \"Mars\""));
  EXPECT_THAT(
      error_of(
          "[[calendar]]\nid = \"c\"\nfrom = 2020\n[[calendar.holiday]]\nname = \"h\"\nday = \"someday\"\n"),
      HasSubstr("is no day"));
  EXPECT_THAT(error_of("[[zone]]\nid = \"z\"\n"), HasSubstr("offset-minutes"));
  EXPECT_THAT(error_of("[[other]]\n"), HasSubstr("unknown table"));
  EXPECT_THAT(error_of("[[regime]"), HasSubstr("x.toml:1:"));
}

}  // namespace
}  // namespace dislodge::disclose

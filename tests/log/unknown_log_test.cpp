#include "log/unknown_log.hpp"

#include <gtest/gtest.h>

namespace dislodge::log {
namespace {

TEST(UnknownLog, IsToldByDatesTimesAndAddressesLineAfterLine) {
  EXPECT_TRUE(
      looks_like_log("185.220.101.77 - dora [18/Mar/2025:22:05:00 +0000] \"GET /secret HTTP/1.1\" 200 512 "
                     "\"-\" \"curl/8\"\n"));
  EXPECT_TRUE(
      looks_like_log("Mar 18 2025 22:05:00 asa1 : %ASA-6-113005: AAA user authentication Rejected : "
                     "server = 10.1.1.1 : user = dora : user IP = 185.220.101.77\n"));
  EXPECT_TRUE(
      looks_like_log("date=2025-03-18 time=22:05:00 devname=\"FG\" type=\"event\" subtype=\"vpn\" "
                     "action=\"ssl-login-fail\" remip=185.220.101.77 user=\"dora\"\n"));
  EXPECT_TRUE(
      looks_like_log("Receive Time,Type,Event,Source User,Public IP,Status,Portal\n"
                     "2025/03/18 22:05:00,GLOBALPROTECT,gateway-auth,dora,185.220.101.77,failure,gp\n"));
  EXPECT_TRUE(
      looks_like_log("#Fields: date time c-ip cs-method\n"
                     "2025-03-18 22:05:00 2001:db8:0:1::7 GET\n2025-03-18 22:05:01 2001:db8::1:7 GET\n"));
}

TEST(UnknownLog, ProseNotesAndInventoriesAreNone) {
  EXPECT_FALSE(looks_like_log(""));
  EXPECT_FALSE(looks_like_log("host,address,owner\nfs01,10.0.0.5,dora\nfs02,10.0.0.6,emil\n"));
  EXPECT_FALSE(
      looks_like_log("We met on 18 Mar 2025 at 22:05:00 and looked at 10.0.0.5.\n\nThen we went home.\n"
                     "Nothing else was found.\nRegards\n"));
  EXPECT_FALSE(looks_like_log("10.1.1.1\n10.1.1.2\n"));
  EXPECT_FALSE(looks_like_log("version 1.2.3.4.5 of 2025-03-18 22:05:00\n"));
  EXPECT_FALSE(looks_like_log("aa:bb:cc:dd:ee:ff is a card of 2025, not a time\n"));
}

}  // namespace
}  // namespace dislodge::log

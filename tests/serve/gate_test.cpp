#include "serve/gate.hpp"

#include <gmock/gmock.h>

#include <thread>

namespace dislodge::serve {
namespace {

Head head(std::string host = "127.0.0.1:8123") {
  Head made;
  made.hosts = {std::move(host)};
  return made;
}

// "name=value" of a Set-Cookie header.
std::string cookie_of(const Gate &gate) {
  const std::string header = gate.set_cookie();
  return header.substr(0, header.find(';'));
}

Head with_token(const Gate &gate) {
  Head made = head();
  made.token = std::string(gate.token());
  return made;
}

TEST(Gate, TokenOpensOnce) {
  Gate gate(8123);
  EXPECT_GE(gate.token().size(), 43u);  // 256 bits
  EXPECT_EQ(gate.judge(head()), Entry::no_session);
  EXPECT_EQ(gate.judge(with_token(gate)), Entry::exchange);
  EXPECT_EQ(gate.judge(with_token(gate)), Entry::no_session);
}

TEST(Gate, OfManyWithTheTokenOneEnters) {
  Gate gate(8123);
  std::atomic<int> entered = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] { entered += gate.judge(with_token(gate)) == Entry::exchange ? 1 : 0; });
  for (std::thread &thread : threads) thread.join();
  EXPECT_EQ(entered, 1);
}

TEST(Gate, CookieIsForThisRunOnly) {
  Gate gate(8123), other(8123);
  Head known = head();
  known.cookies = {"a=b; " + cookie_of(gate) + "; c=d"};
  EXPECT_EQ(gate.judge(known), Entry::pass);
  EXPECT_EQ(other.judge(known), Entry::no_session);
  // With the cookie, the address in the history still leads in.
  known.token = std::string(gate.token());
  EXPECT_EQ(gate.judge(known), Entry::exchange);
  EXPECT_EQ(gate.judge(known), Entry::exchange);
  EXPECT_THAT(gate.set_cookie(),
              testing::AllOf(testing::HasSubstr("HttpOnly"), testing::HasSubstr("SameSite=Strict"),
                             testing::HasSubstr("Path=/"), testing::StartsWith("dislodge-8123=")));
}

TEST(Gate, WrongTokensAndCookiesStayOutside) {
  Gate gate(8123);
  for (const std::string &cookie :
       {std::string("dislodge-8123="), std::string("dislodge-8123"), std::string(";;;=;"),
        "dislodge-8124=" + cookie_of(gate).substr(14), cookie_of(gate) + "x", std::string()}) {
    Head wrong = head();
    wrong.cookies = {cookie};
    EXPECT_EQ(gate.judge(wrong), Entry::no_session) << cookie;
  }
  Head wrong = with_token(gate);
  wrong.token.back() = wrong.token.back() == 'A' ? 'B' : 'A';
  EXPECT_EQ(gate.judge(wrong), Entry::no_session);
  EXPECT_EQ(gate.judge(with_token(gate)), Entry::exchange);  // a wrong guess spends nothing
}

TEST(Gate, HostMustBeThisServer) {
  Gate gate(8123);
  for (const char *host : {"", "evil.example", "evil.example:8123", "127.0.0.1", "127.0.0.1:80", "localhost",
                           "127.0.0.1:8123.evil.example"}) {
    Head wrong = with_token(gate);
    wrong.hosts = {host};
    EXPECT_EQ(gate.judge(wrong), Entry::wrong_host) << host;
  }
  Head twice = with_token(gate);
  twice.hosts = {"127.0.0.1:8123", "evil.example"};
  EXPECT_EQ(gate.judge(twice), Entry::wrong_host);
  twice.hosts.clear();
  EXPECT_EQ(gate.judge(twice), Entry::wrong_host);
  Head local = head("localhost:8123");
  local.cookies = {cookie_of(gate)};
  EXPECT_EQ(gate.judge(local), Entry::pass);
}

TEST(Gate, OtherSitesStayOutsideEvenWithTheCookie) {
  Gate gate(8123);
  Head foreign = head();
  foreign.cookies = {cookie_of(gate)};
  foreign.fetch_site = "cross-site";
  EXPECT_EQ(gate.judge(foreign), Entry::foreign);
  foreign.fetch_site = "same-site";  // another port of this host
  EXPECT_EQ(gate.judge(foreign), Entry::foreign);
  foreign.fetch_site = "same-origin";
  EXPECT_EQ(gate.judge(foreign), Entry::pass);
  foreign.origin = "http://127.0.0.1:8123";
  EXPECT_EQ(gate.judge(foreign), Entry::pass);
  foreign.origin = "http://127.0.0.1:9999";
  EXPECT_EQ(gate.judge(foreign), Entry::foreign);
  foreign.origin = "null";
  EXPECT_EQ(gate.judge(foreign), Entry::foreign);
}

}  // namespace
}  // namespace dislodge::serve
